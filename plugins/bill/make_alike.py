"""Write `aicfo_bill/alike/*.txt`: characters that are drawn or read alike.

python plugins/bill/make_alike.py NotoSansCJK-Regular.ttc
needs numpy, Pillow 13 and pypinyin 0.55; the font's glyphs of index 2 are the simplified ones.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from PIL import (  # pyright: ignore[reportMissingImports]
    Image,
    ImageDraw,
    ImageFilter,
    ImageFont,
)
from pypinyin import Style, pinyin  # pyright: ignore[reportMissingImports]

HERE = Path(__file__).parent / "aicfo_bill" / "alike"
RARE = "囯亰靑卋徳塬堃囤豊啇昇陞甡喆淼垚犇峯昶珺祎玥翀鋆煊頔赟瑀"
"""Characters of firms' names that GB 2312 does not have."""
NEAREST, LEAST = 34, 0.70
"""One character in two hundred at most is like another."""
COMMON = 3_755
"""GB 2312 begins with so many common characters, of which nearly all names of firms are made."""
NAMED = "鑫晟昊煜骏钰琪琦瑾皓睿翊奕祺颐馨懿麒麟瑜瑶泓沅沣沛淇渊湛滕濮珏琛琨璋焱炜烨昕晗晖曦"
"""Others that names of firms are often written with, besides."""
NEAR = 80
"""Of the common ones so many, a half of them by a part, a quarter by containing, are near."""
PARTS = ((0, 0, 22, 44), (18, 0, 44, 44), (0, 0, 44, 22), (0, 20, 44, 44))
"""Left, right, upper and lower part of a glyph, px."""

SHAPES = """# Characters that look alike: one, then those after it in code order drawn like it.
# Computed by make_alike.py from the glyphs of Noto Sans CJK SC Regular (SIL Open Font License
# 1.1): the characters of GB 2312 and some of firms' names, 40 px, Gaussian blur of 1.6 px, 22 x 22
# grey values; of each the 34 nearest by correlation, from 0.70 up. Nothing is chosen by hand.
"""
NEARS = """# Common characters that a hurried reader takes for one another: one, then those like it.
# Computed by make_alike.py from the glyphs of Noto Sans CJK SC Regular (SIL Open Font License
# 1.1): of the 3,755 common characters of GB 2312, and others of firms' names, the 80 nearest by
# correlation of the whole, the 40 nearest by one of four parts, the 20 nearest by one of them
# standing in a part of the other. Nothing is chosen by hand.
"""
SOUNDS = """# Characters that sound alike: a syllable of Mandarin without tone, then those read so.
# Written by make_alike.py from pypinyin 0.55 (MIT): at most two readings of each character.
"""


def main(font: str) -> None:
    """Write both tables."""
    chars = _characters()
    drawn = np.array([_drawn(char, ImageFont.truetype(font, 40, index=2)) for char in chars])
    drawn -= drawn.mean(axis=1, keepdims=True)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    likeness = drawn @ drawn.T
    np.fill_diagonal(likeness, 0)
    pairs: set[tuple[str, str]] = set()
    for row, char in enumerate(chars):
        for place in np.argsort(-likeness[row])[:NEAREST]:
            if likeness[row, place] >= LEAST:
                pairs.add((min(char, chars[place]), max(char, chars[place])))
    shapes: dict[str, str] = defaultdict(str)
    for first, second in sorted(pairs):
        shapes[first] += second
    _write("shapes.txt", SHAPES, shapes)
    _write("near.txt", NEARS, _near(chars[:COMMON] + NAMED, font))
    sounds: dict[str, str] = defaultdict(str)
    for char in sorted(chars):
        for syllable in pinyin(char, style=Style.NORMAL, heteronym=True)[0][:2]:
            if char not in sounds[syllable]:
                sounds[syllable] += char
    _write("sounds.txt", SOUNDS, sounds)


def _characters() -> str:
    found = ""
    for high in range(0xB0, 0xF8):
        for low in range(0xA1, 0xFF):
            found += bytes([high, low]).decode("gb2312", "ignore")
    return found + RARE


def _drawn(char: str, font: Any) -> Any:
    image = _glyph(char, font)
    return np.asarray(image.filter(ImageFilter.GaussianBlur(1.6)).resize((22, 22)), float).ravel()


def _near(chars: str, font: str) -> dict[str, str]:
    """Return which common characters are near, with whole and parts as a hurried reader sees."""
    glyphs = [_glyph(char, ImageFont.truetype(font, 40, index=2)) for char in chars]
    whole = _vectors(glyphs, (22, 22))
    part, inside = (np.full((len(chars),) * 2, -1.0) for _ in range(2))
    for box in PARTS:
        size = (box[2] - box[0]) // 2, (box[3] - box[1]) // 2
        cut = [glyph.crop(box) for glyph in glyphs]
        mine = _vectors(cut, size)
        part = np.maximum(part, mine @ mine.T)
        held = _vectors([_trimmed(glyph) for glyph in glyphs], size)
        holds = held @ _vectors([_trimmed(one) for one in cut], size).T
        inside = np.maximum(inside, np.maximum(holds, holds.T))
    close = np.zeros((len(chars),) * 2, dtype=bool)
    for likeness, most in ((whole @ whole.T, NEAR), (part, NEAR // 2), (inside, NEAR // 4)):
        np.fill_diagonal(likeness, -1)
        least = np.partition(likeness, -most, axis=1)[:, [-most]]
        close |= (likeness >= least) | (likeness >= least.T)
    found: dict[str, str] = defaultdict(str)
    for row, column in zip(*np.nonzero(close), strict=True):
        if chars[row] < chars[column]:
            found[chars[row]] += chars[column]
    return {char: "".join(sorted(others)) for char, others in found.items()}


def _glyph(char: str, font: Any) -> Any:
    image = Image.new("L", (44, 44))
    ImageDraw.Draw(image).text((2, -8), char, fill=255, font=font)
    return image


def _trimmed(glyph: Any) -> Any:
    return glyph.crop(glyph.getbbox() or (0, 0, *glyph.size))


def _vectors(glyphs: list[Any], size: tuple[int, int]) -> Any:
    """Return grey values of blurred glyphs of one size, each of mean 0 and length 1."""
    blurred = (glyph.filter(ImageFilter.GaussianBlur(1.6)).resize(size) for glyph in glyphs)
    found = np.array([np.asarray(glyph, float).ravel() for glyph in blurred])
    found -= found.mean(axis=1, keepdims=True)
    return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)


def _write(name: str, head: str, table: dict[str, str]) -> None:
    lines = "".join(f"{key} {chars}\n" for key, chars in sorted(table.items()))
    (HERE / name).write_text(head + lines, "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
