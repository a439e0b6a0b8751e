"""Write `aicfo_seeds/statistics/*.toml` from the real records, which may not be shipped themselves.

python seeds/make_statistics.py KOUBEI_FOLDER INVOICES_FOLDER
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from aicfo_sim.validation.records import read_records
from aicfo_sim.validation.sample import Statistics, measure, statistics
from aicfo_sim.validation.shipped import split, text
from aicfo_sim.validation.streams import Firm, within

HERE = Path(__file__).parent / "aicfo_seeds" / "statistics"

HEAD = """Statistics of real records that may not be shipped: nothing here tells of a single firm.
Written by seeds/make_statistics.py; how each number is measured: docs/validation.md.
Each moment: [value, low and high end of its 95 % bootstrap interval over firms, 10 % and 90 %
quantile over firms, number of firms]. A distribution: its 101 quantiles from 0 to 100 %, the two
outermost of which are those of 0.5 and 99.5 %."""

FEWEST = 100
"""Firms from which on the distribution of a single number a firm may be shipped."""

SHORTEST = {"takings": 112, "sales": 180, "purchases": 180}
"""Days that a firm's records in a part need."""


def parts_of(
    source: str, firms: Mapping[str, list[Firm]], first: date, until: date, last: date
) -> dict[str, dict[str, Statistics]]:
    """Return the statistics of each part and stream."""
    out: dict[str, dict[str, Statistics]] = {}
    for stream, every in firms.items():
        inside = [part for firm in every if (part := within(firm, first, last))]
        for name, (members, begin, end) in split(source, inside, until).items():
            cut = [part for firm in members if (part := within(firm, begin, end))]
            long = [part for part in cut if part.days >= SHORTEST[stream]]
            out.setdefault(name, {})[stream] = _shippable(statistics(measure(stream, long)))
    return out


def _shippable(found: Statistics) -> Statistics:
    """Return statistics without the levels of few firms: their quantiles are nearly the firms'."""
    if found.firms >= FEWEST:
        return found
    shapes = {name: shape for name, shape in found.shapes.items() if name != "level"}
    return replace(found, shapes=shapes)


def main(koubei: str, invoices: str) -> None:
    """Write the three files."""
    shops = read_records(koubei)
    about = {
        "source": "IJCAI-17 contest (Tianchi), Alipay/Koubei shops: payments a day × per_pay",
        "terms": "research use; records are not shipped, statistics only",
        "split": "half of the shops held out by SHA-256 of 'koubei:' + id; later: from 2016-06-01",
        "records": f"{len(shops.streams['takings'])} shops, 2015-06-26 to 2016-10-31",
    }
    times = (date(2015, 6, 26), date(2016, 5, 31), date(2016, 10, 31))
    _write("takings", about, parts_of("koubei", {"takings": shops.streams["takings"]}, *times))
    firms = read_records(invoices)
    times = (date(2016, 10, 1), date(2018, 12, 31), date(2019, 12, 31))
    for file, archetype, what in (
        ("invoices_building", "contractor", "firms whose name says that they build"),
        ("invoices_other", "manufacturer", "all firms but those whose name says that they build"),
    ):
        streams = {name: firms.of(name, archetype) for name in ("sales", "purchases")}
        about = {
            "source": "CUMCM 2020 problem C: VAT invoices of small firms, 2016-10 to 2019-12",
            "terms": "public contest, no licence stated; records are not shipped, statistics only",
            "split": "half of the firms held out by SHA-256 of 'cumcm:' + id; later: 2019",
            "records": f"{len(streams['sales'])} firms that sell: {what}",
        }
        _write(file, about, parts_of("cumcm", streams, *times))


def _write(name: str, about: Mapping[str, str], parts: dict[str, dict[str, Statistics]]) -> None:
    HERE.mkdir(exist_ok=True)
    (HERE / f"{name}.toml").write_text(text(HEAD, about, parts), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
