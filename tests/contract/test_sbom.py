"""The bill of materials: complete, the same every time, with a licence for all that is locked."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
import tomllib
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
COPYLEFT = re.compile(r"\b(?:A?GPL|LGPL|MPL|EPL|CDDL)-")


@pytest.fixture(scope="module")
def sbom() -> Any:
    spec = importlib.util.spec_from_file_location("sbom_maker", ROOT / "metapackage/sbom.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def licences() -> dict[str, str]:
    return tomllib.loads((ROOT / "metapackage/licences.toml").read_text("utf-8"))


def test_every_pin_of_the_lock_stands_in_the_bill_with_its_hashes(sbom: Any):
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    made = sbom.bill()
    locked = [c for c in made["components"] if "properties" in c]
    assert len(locked) == len(re.findall(r"^[A-Za-z0-9][\w.-]*==", lock, re.MULTILINE)) > 100
    told = [p for c in locked for p in c["properties"] if p["name"].endswith("sha256")]
    assert len(told) == lock.count("--hash=sha256:")
    theirs = {c["name"]: c for c in locked}
    assert theirs["colorama"]["scope"] == "optional", "it is for Windows alone"
    assert theirs["pydantic"]["scope"] == "required"


def test_it_is_cyclonedx_1_6_and_refers_to_what_is_in_it(sbom: Any):
    made = sbom.bill()
    assert (made["bomFormat"], made["specVersion"], made["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made["serialNumber"])
    own = made["metadata"]["component"]
    parts = {one["bom-ref"]: one for one in [own, *made["components"]]}
    assert len(parts) == 1 + len(made["components"]), "every reference is one component's"
    for edge in made["dependencies"]:
        assert {edge["ref"], *edge["dependsOn"]} <= set(parts)
    names = {one["name"] for one in parts.values()}
    assert {"aicfo", "aicfo-sdk", "aicfo-sim", "aicfo-bill", "aicfo-seeds"} <= names
    reached = {edge["ref"]: edge["dependsOn"] for edge in made["dependencies"]}
    assert any("aicfo-sdk" in ref for ref in reached[own["bom-ref"]])


def test_equal_inputs_give_equal_bytes_and_a_wheel_is_told_by_its_digest(sbom: Any, tmp_path: Path):
    assert json.dumps(sbom.bill()) == json.dumps(sbom.bill())
    (tmp_path / "aicfo_bill-0.1.0-py3-none-any.whl").write_bytes(b"x")
    with_wheel = sbom.bill(wheels=tmp_path)
    (bill,) = [c for c in with_wheel["components"] if c["name"] == "aicfo-bill"]
    assert bill["hashes"][0]["content"].startswith("2d711642b726b044")
    assert with_wheel["serialNumber"] != sbom.bill()["serialNumber"]


def test_a_pin_without_hash_or_licence_is_refused(sbom: Any, tmp_path: Path):
    with pytest.raises(SystemExit, match="without a hash"):
        list(sbom.pinned("left==1.0\n"))
    (tmp_path / "metapackage").mkdir()
    (tmp_path / "metapackage/licences.toml").write_text("", "utf-8")
    digest = "0" * 64
    (tmp_path / "requirements.lock").write_text(f"left==1.0 \\\n    --hash=sha256:{digest}\n")
    with pytest.raises(SystemExit, match=r"no licence recorded .*: left"):
        sbom.bill(tmp_path)


def test_licences_are_those_of_the_lock_and_agree_with_what_is_installed(
    sbom: Any, licences: dict[str, str]
):
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert set(licences) == {one.name for one in sbom.pinned(lock)}
    for found in distributions():
        name = sbom.normal(found.metadata["Name"])
        said = found.metadata.json.get("license_expression")
        if name in licences and said and not str(found.locate_file("")).startswith(sys.base_prefix):
            assert licences[name] == said, name


def test_what_asks_to_be_named_stands_in_notice(licences: dict[str, str]):
    notice = (ROOT / "NOTICE").read_text("utf-8")
    named = [name for name, licence in licences.items() if COPYLEFT.search(licence)]
    assert len(named) >= 6
    for name in named:
        assert re.search(rf"\b{re.escape(name)}\b", notice), name
        assert licences[name].split(" AND ")[0] in notice, name
    strict = [n for n, licence in licences.items() if re.search(r"(?<![A-Z])A?GPL-", licence)]
    assert not strict, "nothing under the GPL is a runtime dependency"
