"""Notices read: F1 by layout and field, layouts tuned on beside those set aside."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from tests.notices import (
    eighth_look,
    eleventh_look,
    fifth_look,
    first_look,
    fourth_look,
    labels,
    ninth_look,
    second_look,
    seventh_look,
    sixth_look,
    tenth_look,
    third_look,
    tuned,
)
from tests.notices.measure import EACH, tally, together
from tests.notices.tuned import Made

SETS: dict[str, Mapping[str, Callable[[int], Made]]] = {
    "tuned": tuned.LAYOUTS,
    "set aside once (first 0.938)": first_look.LAYOUTS,
    "set aside twice (first 0.887)": second_look.LAYOUTS,
    "set aside a third time (first 0.941)": third_look.LAYOUTS,
    "set aside a fourth time (first 0.906)": fourth_look.LAYOUTS,
    "set aside a fifth time (first 0.786)": fifth_look.LAYOUTS,
    "set aside a sixth time (first 0.927)": sixth_look.LAYOUTS,
    "set aside a seventh time (first 0.905)": seventh_look.LAYOUTS,
    "set aside an eighth time (first 0.849)": eighth_look.LAYOUTS,
    "set aside a ninth time (first 0.893)": ninth_look.LAYOUTS,
    "set aside a tenth time, and not mended for": tenth_look.LAYOUTS,
    "set aside an eleventh time (first 0.949)": eleventh_look.LAYOUTS,
}


def measure() -> dict[str, str]:
    """Return F1 by set and layout, then by field over all of them."""
    found = {name: tally(layouts) for name, layouts in SETS.items()}
    out: dict[str, str] = {}
    for name, layouts in found.items():
        whole = together(layouts)
        out[name] = f"F1 {whole.total():.3f}   recall of ★ {whole.recall('stars') or 0:.3f}   "
        out[name] += f"not recognised {len(whole.unread)}"
        for layout, one in layouts.items():
            out[f"  {layout} ({EACH} notices)"] = f"F1 {one.total():.3f}"
    all_of = together({name: one for layouts in found.values() for name, one in layouts.items()})
    for field in (*labels.SINGLE, *labels.PARTS):
        value = all_of.f1(field)
        out[f"field {field}"] = "nothing to read" if value is None else f"F1 {value:.3f}"
    start = time.perf_counter()
    tally(tuned.LAYOUTS, each=3)
    each = (time.perf_counter() - start) * 1e3 / (3 * len(tuned.LAYOUTS))
    return out | {"a notice written, stored and read": f"{each:.1f} ms"}
