"""The texts: each in both languages, with the same places, and none that nobody uses."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from string import Formatter

import aicfo_sim
import pytest
from aicfo_sim.demo.settings import HERE
from aicfo_sim.report.experiment import TEXTS
from aicfo_sim.report.page import load_words

FILES = (TEXTS, HERE / "words.toml")
TEXT_KEYS = [
    (f"{path.parent.name}:{section}.{name}", text)
    for path in FILES
    for section, texts in tomllib.loads(path.read_text("utf-8")).items()
    for name, text in texts.items()
]
DATA = ("record", "refused", "kind", "status", "check", "people", "severity", "archetype", "policy")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize(("key", "text"), TEXT_KEYS, ids=[key for key, _ in TEXT_KEYS])
def test_a_text_says_the_same_in_both_languages(key: str, text: dict[str, str]) -> None:
    assert set(text) == {"en", "zh"}, key
    assert places(text["en"]) == places(text["zh"]), key


def test_no_text_is_left_unused() -> None:
    code = "\n".join(
        path.read_text("utf-8")
        for folder in ("demo", "report")
        for path in Path(aicfo_sim.__file__).parent.joinpath(folder).rglob("*.py")
    )
    spoken = set(re.findall(r"[\"']([a-z_0-9]+)[\"']", code))
    for key, _ in TEXT_KEYS:
        section, name = key.split(":")[1].split(".", 1)
        if section in DATA or section == "page":
            continue
        alone = re.search(rf"\b{section}\.{name}\b", code)
        stems = re.findall(rf"\b{section}\.([a-z_]*)\{{", code)
        built = any(name.startswith(stem) and name[len(stem) :] in spoken for stem in stems)
        suffixed = name.removesuffix("_short") in ("gain", "loss", "unclear")
        assert alone or built or (stems and suffixed), key


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_later_file_adds_to_a_section(lang: str) -> None:
    say = load_words(lang, *FILES)
    assert say.known("page.how")
    assert say.known("page.title")
    assert not say.known("page.nothing")
