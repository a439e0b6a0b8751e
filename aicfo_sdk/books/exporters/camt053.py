"""ISO 20022 statements (camt.053.001.08 or .02) written as `importers.camt053` reads them.

Carries: currency, account number and holder, opening and closing balance, day, time, signed
amount, name, text and number of each movement, and every kind but sale and other, as
`exporters.statement` does. One file holds one account.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Literal
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from ...model.base import Record
from ...model.invoice import Transaction
from ...money import plain
from ..importers.classify import label_of
from ..port import Books
from .movements import Lines, lines_of

_LONGEST = 140  # Max140Text of names and remittance lines
_LONGEST_REFERENCE = 35  # Max35Text


def write(
    source: Books | Iterable[Record],
    path: Path | str,
    *,
    account: str = "",
    currency: str = "CNY",
    version: Literal["02", "08"] = "08",
) -> None:
    """Write the movements of one account as one statement."""
    lines = lines_of(source, account)
    days = [line.day for line in lines.lines]
    root = Element("Document", xmlns=f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}")
    message = SubElement(root, "BkToCstmrStmt")
    header = SubElement(message, "GrpHdr")
    stamp = f"{max(days)}T23:59:59" if days else "2000-01-01T00:00:00"
    _add(header, "MsgId", f"{lines.account}"[:35] or "statement")
    _add(header, "CreDtTm", stamp)
    statement = SubElement(message, "Stmt")
    _add(statement, "Id", "1")
    _add(statement, "CreDtTm", stamp)
    holder = SubElement(statement, "Acct")
    _add(holder, "Id/Othr/Id", (lines.number or lines.account)[:34])
    _add(holder, "Ccy", currency)
    if lines.holder:
        _add(holder, "Nm", lines.holder[:_LONGEST])
    closing = lines.opening + sum(line.amount for line in lines.lines)
    first, last = (min(days), max(days)) if days else (stamp[:10], stamp[:10])
    _balance(statement, "OPBD", lines.opening, str(first), currency)
    _balance(statement, "CLBD", closing, str(last), currency)
    for line in lines.lines:
        _entry(statement, lines, line, currency, version)
    indent(root)
    with Path(path).open("wb") as file:
        ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)


def _add(parent: Element, path: str, text: str) -> Element:
    for name in path.split("/"):
        parent = SubElement(parent, name)
    parent.text = text
    return parent


def _amount(parent: Element, amount: int, currency: str) -> None:
    _add(parent, "Amt", plain(abs(amount))).set("Ccy", currency)
    _add(parent, "CdtDbtInd", "CRDT" if amount >= 0 else "DBIT")


def _balance(statement: Element, code: str, amount: int, day: str, currency: str) -> None:
    balance = SubElement(statement, "Bal")
    _add(balance, "Tp/CdOrPrtry/Cd", code)
    _amount(balance, amount, currency)
    _add(balance, "Dt/Dt", day)


def _entry(
    statement: Element, lines: Lines, line: Transaction, currency: str, version: str
) -> None:
    entry = SubElement(statement, "Ntry")
    _amount(entry, line.amount, currency)
    _add(entry, "Sts" if version == "02" else "Sts/Cd", "BOOK")
    if line.time:
        _add(entry, "BookgDt/DtTm", f"{line.day}T{line.time}")
    else:
        _add(entry, "BookgDt/Dt", str(line.day))
    _add(entry, "ValDt/Dt", str(line.day))
    number = lines.own_number(line)
    if len(number) > _LONGEST_REFERENCE:
        number = sha256(number.encode()).hexdigest()[:_LONGEST_REFERENCE]
    _add(entry, "AcctSvcrRef", number)
    _add(entry, "BkTxCd/Prtry/Cd", line.kind)
    details = SubElement(SubElement(entry, "NtryDtls"), "TxDtls")
    if version != "02":
        _amount(details, line.amount, currency)
    if line.counterparty_name:
        party = "Dbtr" if line.amount > 0 else "Cdtr"
        middle = "" if version == "02" else "/Pty"
        _add(details, f"RltdPties/{party}{middle}/Nm", line.counterparty_name[:_LONGEST])
    text = label_of(line.kind, line.amount, line.text, line.counterparty_name)
    for start in range(0, min(len(text), 10 * _LONGEST), _LONGEST):
        parent = details.find("RmtInf")
        parent = SubElement(details, "RmtInf") if parent is None else parent
        _add(parent, "Ustrd", text[start : start + _LONGEST])
