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

SHAPES = """# Characters that look alike: one, then those after it in code order drawn like it.
# Computed by make_alike.py from the glyphs of Noto Sans CJK SC Regular (SIL Open Font License
# 1.1): the characters of GB 2312 and some of firms' names, 40 px, Gaussian blur of 1.6 px, 22 x 22
# grey values; of each the 34 nearest by correlation, from 0.70 up. Nothing is chosen by hand.
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
    image = Image.new("L", (44, 44))
    ImageDraw.Draw(image).text((2, -8), char, fill=255, font=font)
    return np.asarray(image.filter(ImageFilter.GaussianBlur(1.6)).resize((22, 22)), float).ravel()


def _write(name: str, head: str, table: dict[str, str]) -> None:
    lines = "".join(f"{key} {chars}\n" for key, chars in sorted(table.items()))
    (HERE / name).write_text(head + lines, "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
