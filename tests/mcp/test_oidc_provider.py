"""Tokens of a real OpenID Connect provider open the books they are for, and no others."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.interop.sign_in import EXPECTED, answers

pytest.importorskip("mcp", reason="the extra aicfo-sdk[mcp] is not installed")
_MODULES = Path(__file__).parents[2] / ".venv-interop" / "node"


@pytest.mark.slow
def test_tokens_of_a_real_provider_open_the_books_they_are_for():
    node = shutil.which("node")
    folder = Path(os.environ.get("AICFO_INTEROP_NODE", _MODULES))
    if node is None or not (folder / "node_modules" / "oidc-provider").is_dir():
        pytest.skip(f"NOT TESTED: no Node.js, or no oidc-provider in {folder}; make interop has it")
    assert answers(node, folder) == EXPECTED
