"""Strangers' plugins for the tests: written into a folder of the import path, mounted, stopped."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aicfo_sdk.client.mount import Mounted, mount_entry
from aicfo_sdk.client.types import FactTypes
from aicfo_sdk.config import Config, PluginRules

from . import stranger

Mount = Callable[..., Mounted]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What aicfo remembers goes into a folder of the test's own."""
    monkeypatch.setenv("AICFO_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the import path."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    return folder


@pytest.fixture
def mounted(site: Path) -> Iterator[Mount]:
    """A function: a plugin's source → the plugin in a child."""
    made: list[Mounted] = []
    types = FactTypes()

    def mount(
        source: str, name: str = "stranger", *, config: Config | None = None, **rules: object
    ) -> Mounted:
        stranger.write(site, name, stranger.HEAD + source)
        sys.path_importer_cache.clear()
        config = config or Config(plugins=PluginRules(start_seconds=120, **rules))  # pyright: ignore[reportArgumentType]
        found = mount_entry(stranger.entry_point(site, name), config, types)
        made.append(found)
        return found

    yield mount
    for each in made:
        each.child.stop()
