"""Rows of a table before they are read: cells that go together, columns that tell of a change."""

from __future__ import annotations

import re
from collections.abc import Sequence

_BARE, _UNIT = re.compile(r"\d[\d,.]*"), re.compile(r"\(?(?:万元|亿元|元|日历天|天|日|个月)\)?")
_DAY, _HOUR = re.compile(r"20\d\d\D\d{1,2}\D\d{1,2}日?"), re.compile(r"\d{1,2}[:时]\d{2}.{0,4}")


def whole(cells: list[str]) -> list[str]:
    """Return cells with a figure and its unit, or a day and its hour, put together."""
    out: list[str] = []
    for cell in cells:
        before = out[-1] if out else ""
        if (_BARE.fullmatch(before) and _UNIT.fullmatch(cell)) or (
            _DAY.fullmatch(before) and _HOUR.fullmatch(cell)
        ):
            out[-1] = f"{before} {cell}"
        elif _UNIT.fullmatch(before) and _BARE.fullmatch(cell):
            out[-1] = cell + before
        else:
            out.append(cell)
    return out


def change_columns(cells: Sequence[str]) -> tuple[int, int] | None:
    """Return the columns of the name and of what stands now, in the head of a table of changes."""
    before = after = None
    for i, cell in enumerate(cells):
        plain = "".join(cell.split())
        if len(plain) > 14:
            return None
        if re.search(r"(?:更正|变更|修改|调整)前|^[原旧]", plain):
            before = i
        elif re.search(r"(?:更正|变更|修改|调整)[后为]|^[现新]", plain):
            after = i
    if before is None or after is None:
        return None
    return max(min(before, after) - 1, 0), after
