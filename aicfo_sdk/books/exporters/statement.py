"""Corporate bank statements (对公明细) written as CSV or XLSX in a bank's own columns.

Carries: opening and running balance, day, time, signed amount, name, text and number of each
movement, and its kind; sale and other come back as receipt or purchase, so do rent received and
any line whose counterparty's name alone tells another kind. Where the text would not tell the
kind, a summary word is written before it (代发工资, 缴税, 结息 …). The ICBC layout has no
transaction number. An account without movements is written without its opening balance.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ...model.base import Record
from ..importers.classify import label_of
from ..importers.statement import load_mapping
from ..port import Books
from .movements import lines_of
from .sheet import Value
from .sheet import write as write_sheet


def write(
    source: Books | Iterable[Record],
    path: Path | str,
    *,
    bank: str | Path,
    account: str = "",
) -> None:
    """Write the movements of one account to `path`, .csv or .xlsx, oldest first.

    `bank` is a shipped mapping's name (icbc, ccb, cmb) or a mapping file that has an [export]
    table; `account` may be left out when only one account has movements.
    Raises: NotFound for another bank; InputError for another ending.
    """
    mapping = load_mapping(bank)
    shape = mapping["export"]
    lines = lines_of(source, account)
    places = {name: _place(shape["columns"], names) for name, names in mapping["columns"].items()}
    text = next(i for i, name in enumerate(shape["columns"]) if name in mapping["columns"]["text"])
    balance = lines.opening
    rows: list[list[Value]] = []
    for line in lines.lines:
        balance += line.amount
        row: list[Value] = [""] * len(shape["columns"])
        day = line.day.strftime(shape["day"])
        cells: dict[str, Value] = {
            "day": f"{day} {line.time}".strip() if shape["joined"] else day,
            "time": line.time,
            "in" if line.amount > 0 else "out": abs(line.amount),
            "side": "贷" if line.amount > 0 else "借",
            "amount": line.amount,
            "balance": balance,
            "name": line.counterparty_name,
            "reference": lines.own_number(line),
            "account": lines.number,
            "holder": lines.holder,
            "currency": "人民币",
        }
        for name, value in cells.items():
            place = places.get(name)
            if place is not None:
                row[place] = value
        row[text] = label_of(line.kind, line.amount, line.text, line.counterparty_name)
        rows.append(row)
    above: list[list[str]] = [[cell] for cell in shape["above"]]
    above.append([f"账号：{lines.number}", f"户名：{lines.holder}"])
    first, *rest = [*above, list(shape["columns"])]
    write_sheet(Path(path), mapping["name"], first, [*rest, *rows], encoding=shape["encoding"])


def _place(columns: list[str], names: list[str]) -> int | None:
    return next((i for i, column in enumerate(columns) if column in names), None)
