"""What an installation weighs: the core asks for pydantic alone, and the page tells the truth."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PROJECTS = (
    ".",
    "./seeds",
    "./sim",
    "./plugins/bill",
    "./plugins/cash_brain",
    "./plugins/tender",
    "./metapackage",
)
_ROW = re.compile(r"^\| `(aicfo\S*)` \| (\d+) \| ([\d.]+) \| ([\d.]+) \|$", re.MULTILINE)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sizes(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The script that measures, over wheels built now."""
    made = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(made)]
    for project in PROJECTS:
        subprocess.run([*build, project], cwd=ROOT, check=True, capture_output=True)
    spec = importlib.util.spec_from_file_location("sizes", ROOT / "metapackage/sizes.py")
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.DIST = made
    return module


def test_the_core_asks_for_pydantic_alone(sizes: Any):
    brought = set(sizes.closure("aicfo-sdk")) - {"aicfo-sdk"}
    assert brought == set(sizes.closure("pydantic"))


def test_the_wheel_of_the_sdk_is_under_a_megabyte_and_holds_no_data(sizes: Any):
    wheel = sizes.wheel("aicfo-sdk")
    assert wheel.stat().st_size < 1_000_000
    with zipfile.ZipFile(wheel) as held:
        kinds = {Path(name).suffix for name in held.namelist() if "dist-info" not in name}
    assert kinds <= {".py", ".json", ".toml", ".typed", ".md", ".html", ".css", ".js", ".tmpl"}, (
        kinds
    )


def test_the_page_tells_what_each_way_to_install_weighs(sizes: Any):
    page = (ROOT / "docs/dependencies.md").read_text("utf-8")
    told = {
        way: (int(many), float(total), float(own)) for way, many, total, own in _ROW.findall(page)
    }
    assert set(told) == set(sizes.WAYS)
    for way, (many, total, own) in told.items():
        found = {name: sizes.bytes_of(name, one) / 1e6 for name, one in sizes.closure(way).items()}
        ours = sum(size for name, size in found.items() if name.startswith("aicfo"))
        # A tenth, so that a patch release does not fail it; another platform differs by more.
        if sys.platform == "linux":
            assert many == len(found), way
            assert sum(found.values()) == pytest.approx(total, rel=0.1), way
            assert ours == pytest.approx(own, rel=0.1), way
