"""Plugins that break while they load: listed with their reason, never the end of the command."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from aicfo_sdk.registry import discover


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import sys; sys.exit(9)", "SystemExit: 9"),
        ("raise RuntimeError('boom\\nbang')", "RuntimeError: boom bang"),
        ("plugin = 5", "does not name a Plugin"),
    ],
)
def test_a_plugin_that_breaks_at_import_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, said: str
) -> None:
    (tmp_path / "breaks_at_import.py").write_text(code)
    info = tmp_path / "breaks-0.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: breaks\nVersion: 0.1\n")
    (info / "entry_points.txt").write_text("[aicfo.plugins]\nbreaks = breaks_at_import:plugin\n")
    monkeypatch.setenv("AICFO_HOME", str(tmp_path / "home"))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "breaks_at_import", raising=False)
    (found,) = [entry for entry in discover().broken if entry.name == "breaks"]
    assert (found.distribution, said in found.error) == ("breaks 0.1", True)
