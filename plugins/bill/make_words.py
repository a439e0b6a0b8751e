"""Write `aicfo_bill/alike/{places,words,usual}.txt`: what names of firms are made of.

python plugins/bill/make_words.py dict.txt adcodes.csv
reads the dictionary of jieba 0.42.1 (MIT): a word, how often, what kind, on each line; and the
codes of administrative divisions down to counties, as cpca 0.5.5 (MIT) has them.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).parent / "aicfo_bill" / "alike"
HAN = re.compile("[\u4e00-\u9fff]+")
OFTEN = 5
"""How often a word must have been seen to count."""
GIVEN = 20
"""In so many given names, which brands are like, a character must stand to be usual."""
KIND = re.compile("((?:[\u4e00-\u9fff]{1,3}族)*自治[区州县旗]|特别行政区|地区|[省市县区盟旗])$")
"""What a division calls itself, and no firm writes into its name."""
FROM = "# Written by make_words.py from the {}: "
WORDS, PLACES = "dictionary of jieba 0.42.1 (MIT)", "divisions in cpca 0.5.5 (MIT)"


def main(dictionary: str, divisions: str) -> None:
    """Write the tables."""
    rows = [line.split() for line in Path(dictionary).read_text("utf-8").splitlines()]
    rows = [row for row in rows if len(row) == 3 and HAN.fullmatch(row[0])]
    with Path(divisions).open(encoding="utf-8", newline="") as table:
        named = [KIND.sub("", row["name"]) for row in csv.DictReader(table)]
    places = [name for name in named if 2 <= len(name) <= 3]
    words = [
        word
        for word, often, kind in rows
        if len(word) == 2
        and int(often) >= OFTEN
        and kind in {"n", "nz", "nt", "vn", "v", "j", "b", "l"}
    ]
    usual = {char for word, _, kind in rows if kind in {"ns", "nt", "nz"} for char in word}
    given = Counter(char for word, _, kind in rows if kind == "nr" for char in word[1:])
    usual |= {char for char, count in given.items() if count >= GIVEN}
    _write("places.txt", PLACES, "provinces, cities, counties, by the first character.", places)
    _write("words.txt", WORDS, "words of two characters, by the first.", words)
    head = FROM.format(WORDS) + "characters of proper names and often of given ones.\n"
    (HERE / "usual.txt").write_text(f"{head}{''.join(sorted(usual))}\n", "utf-8")


def _write(name: str, source: str, what: str, words: Iterable[str]) -> None:
    table: dict[str, set[str]] = defaultdict(set)
    for word in words:
        table[word[0]].add(word[1:])
    lines = "".join(f"{key} {' '.join(sorted(rest))}\n" for key, rest in sorted(table.items()))
    (HERE / name).write_text(f"{FROM.format(source)}{what}\n{lines}", "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
