"""ISO 20022 bank-to-customer statements (camt.053) → Transactions: versions 02, 04, 08 and kin.

Read with the standard library; a document type or entity declaration is refused, amounts are
strict. Only booked entries (status BOOK) are taken, pending ones (PDNG, INFO) are refused with
the reason. A reversal keeps the direction that its credit or debit mark says (the standard gives
a reversal the mark of the money's way) and its kind is refund. Opening and closing balance must
agree with the entries. What stood before is the Transaction `<account>-opening`.

Source: ISO 20022 message definition report, Bank-to-Customer Cash Management, camt.053.001.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, cast, get_args
from xml.etree.ElementTree import Element, ParseError, XMLParser
from xml.parsers import expat

from ...days import parse_day
from ...errors import InputError, RecordError
from ...model.invoice import TransactionKind
from ...money import LIMIT, plain
from ..batch import Batch
from .classify import kind_of
from .movements import Movements, Own, account_number
from .source import Source, load
from .table import parse_moment

NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(0[1-9]|1[0-9])")
# What banks write where they have no reference.
_KINDS = frozenset(get_args(TransactionKind)) - {"opening"}
_NO_REFERENCE = frozenset({"", "NONREF", "NOREF", "NOTPROVIDED"})
# At most 18 digits, 5 of them after the point (ActiveOrHistoricCurrencyAndAmount); no sign.
_AMOUNT = re.compile(r"([0-9]{1,16})(?:\.([0-9]{1,5}))?", re.ASCII)


def read(
    path: Path | str, *, account: str = "", own: Iterable[str] = (), currency: str = ""
) -> Batch:
    """Return the booked entries of every statement in the file.

    `account` is the id of the Account when the file holds one, by default `camt-<its number>`;
    `own` the merchant's own account numbers and names; `currency` what the books are kept in, by
    default the file's. Raises: RecordError on anything malformed or balances that disagree.
    """
    source = load(path)
    root = parse_xml(source)
    space = NAMESPACE.fullmatch(_space(root))
    if space is None or _local(root) != "Document":
        raise source.error("not a camt.053 document", mend="give a camt.053.001.02 to .08 file")
    statements = list(root.iter(f"{{{_space(root)}}}Stmt"))
    if not statements:
        raise source.error("a document without a statement (Stmt)", mend="export it again")
    return _Reader(source, _space(root), account, Own(own), currency)(statements)


def parse_xml(source: Source) -> Element:
    """Return the root of an XML file without document type or entities.

    Raises: RecordError naming the line.
    """
    guard = expat.ParserCreate()

    def refuse(*_: Any) -> None:
        raise source.error(
            "a document type or entity declaration in XML",
            line=guard.CurrentLineNumber,
            mend="a bank statement has none; ask the bank for a clean file",
        )

    guard.StartDoctypeDeclHandler = refuse
    guard.EntityDeclHandler = refuse
    parser = XMLParser()
    try:
        guard.Parse(source.data, True)
        parser.feed(source.data)
        return parser.close()
    except (expat.ExpatError, ParseError, ValueError, LookupError) as error:
        line = getattr(error, "lineno", 0) or 0
        raise source.error(
            f"not well-formed XML ({error})", line=line, mend="the file is damaged or cut off"
        ) from None


def _space(element: Element) -> str:
    return element.tag[1:].partition("}")[0] if element.tag[:1] == "{" else ""


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


class _Reader:
    def __init__(self, source: Source, space: str, account: str, own: Own, currency: str) -> None:
        self.source, self.given, self.own, self.currency = source, account, own, currency
        self.prefix = f"{{{space}}}"
        self.place = 0  # of the entry at hand, counted from 1 over the whole file
        self.closed: dict[str, int] = {}
        self.again: Counter[tuple[str, str, date, int]] = Counter()
        self.paths: dict[str, list[str]] = {}

    def __call__(self, statements: list[Element]) -> Batch:
        numbers = {self.number(statement) for statement in statements}
        if self.given and len(numbers) > 1:
            raise self.source.error(
                f"{len(numbers)} accounts in one file", mend="import it without naming an account"
            )
        currencies = {self.currency_of(statement) for statement in statements}
        if self.currency:
            currencies.add(self.currency)
        if len(currencies) > 1:
            raise self.source.error(
                "more than one currency",
                value=", ".join(sorted(currencies)),
                mend=f"import the accounts in {self.currency or 'one currency'} alone",
            )
        self.currency = currencies.pop()
        out = Movements(
            kind="camt053",
            provider="camt053",
            file=self.source.file,
            digest=self.source.digest,
            currency=self.currency,
        )
        # Some banks put the newest statement first.
        places: list[tuple[date, int, Element]] = []
        place = 0
        for statement in statements:
            places.append((self.begins(statement), place, statement))
            place += len(self.all(statement, "Ntry"))
        for _, place, statement in sorted(places, key=lambda entry: entry[0]):
            self.place = place
            self.statement(statement, out)
        return out.batch()

    def begins(self, statement: Element) -> date:
        """Return the day of the opening balance, else of the first entry."""
        for balance in self.all(statement, "Bal"):
            if self.text(balance, "Tp/CdOrPrtry/Cd") in ("OPBD", "PRCD"):
                return self.day(balance, "Dt")
        days = (self.day(entry, "BookgDt") for entry in self.all(statement, "Ntry"))
        return min(days, default=date.max)

    def statement(self, statement: Element, out: Movements) -> None:
        number = self.number(statement)
        holder = self.text(statement, "Acct/Nm") or self.text(statement, "Acct/Ownr/Nm")
        account = out.account(
            self.given or f"camt-{account_number(number) or number}",
            kind="bank",
            number=number,
            name=holder,
        )
        booked: list[tuple[Element, int, date, int]] = []
        for entry in self.all(statement, "Ntry"):
            self.place += 1
            out.rows += 1
            amount = self.signed(entry)
            status = self.text(entry, "Sts/Cd") or self.text(entry, "Sts")
            if status == "BOOK":
                booked.append((entry, self.place, self.day(entry, "BookgDt"), amount))
            else:
                reason = f"not booked: status {status or 'missing'}"
                out.refuse(self.line(), reason, plain(amount))
        last = self.place
        self.balances(statement, account, booked, out)
        mine = Own((holder,) if holder else ())
        for entry, place, day, amount in booked:
            self.place = place
            self.take(entry, account, day, amount, mine, out)
        self.place = last

    def take(
        self, entry: Element, account: str, day: date, amount: int, mine: Own, out: Movements
    ) -> None:
        if amount == 0:
            out.refuse(self.line(), "an amount of zero")
            return
        details = self.all(entry, "NtryDtls/TxDtls")
        name = number = text = ""
        if len(details) == 1:
            party = "Dbtr" if amount > 0 else "Cdtr"
            one = details[0]
            name = self.text(one, f"RltdPties/{party}/Nm") or self.text(
                one, f"RltdPties/{party}/Pty/Nm"
            )
            place = f"RltdPties/{party}Acct/Id"
            number = self.text(one, f"{place}/IBAN") or self.text(one, f"{place}/Othr/Id")
            text = " ".join(self.texts(one, "RmtInf/Ustrd"))
        # On money that comes in the remittance text is the payer's: it never tells what it is for.
        ours, banks = text if amount < 0 else "", self.text(entry, "AddtlNtryInf")
        text = " ".join(part for part in (text, banks) if part)
        references = (self.text(entry, "AcctSvcrRef"), self.text(entry, "NtryRef"))
        reference = next((ref for ref in references if ref.upper() not in _NO_REFERENCE), "")
        kind: TransactionKind = kind_of(f"{ours} {banks} {name}", amount)
        code = self.text(entry, "BkTxCd/Prtry/Cd")
        if code in _KINDS:  # as our own exporter writes it
            kind = cast("TransactionKind", code)
        if self.text(entry, "RvslInd") in ("true", "1"):
            kind = "refund"
        elif self.own(name=name, number=number) or mine(name=name):
            kind = "transfer"
        content: tuple[Any, ...] = (day, amount)
        if reference:
            # Entries alike in all this are still entries: the closing balance counts each.
            again = self.again[account, reference, day, amount]
            self.again[account, reference, day, amount] += 1
            content = (*content, again) if again else content
        out.add(
            id=out.shared_number(account, reference, content)
            if reference
            else out.number(account, "", (*content, name, number, text)),
            line=self.place,
            account=account,
            day=day,
            amount=amount,
            kind=kind,
            time=self.time(entry),
            name=name,
            number=reference,
            text=text,
        )

    def balances(
        self,
        statement: Element,
        account: str,
        booked: list[tuple[Element, int, date, int]],
        out: Movements,
    ) -> None:
        """Check opening + entries = closing; take the opening of an account's first statement."""
        found: dict[str, tuple[int, date]] = {}
        for balance in self.all(statement, "Bal"):
            code = self.text(balance, "Tp/CdOrPrtry/Cd")
            found.setdefault(code, (self.signed(balance), self.day(balance, "Dt")))
        opening = found.get("OPBD") or found.get("PRCD")
        closing = found.get("CLBD")
        if opening is None:
            out.notes.append(f"{account}: no opening balance, so the entries were not checked")
            return
        before = self.closed.get(account)
        if before is not None and before != opening[0]:
            raise self.source.error(
                f"a statement opens with {plain(opening[0])} but the one before closed with "
                f"{plain(before)}",
                mend="put the statements in order, none missing",
            )
        moved = sum(amount for _, _, _, amount in booked)
        if closing is None:
            out.notes.append(f"{account}: no closing balance, so the entries were not checked")
        elif opening[0] + moved != closing[0]:
            raise self.source.error(
                f"opening {plain(opening[0])} and booked entries of {plain(moved)} make "
                f"{plain(opening[0] + moved)}, but the closing balance is {plain(closing[0])}",
                mend="the file is incomplete; ask the bank for it again",
            )
        self.closed[account] = opening[0] + moved
        if before is None:
            first = min((day for _, _, day, _ in booked), default=opening[1])
            out.add(
                id=f"{account}-opening",
                line=0,
                account=account,
                day=min(first, opening[1]),
                amount=opening[0],
                kind="opening",
                text="opening balance",
            )

    def number(self, statement: Element) -> str:
        number = self.text(statement, "Acct/Id/IBAN") or self.text(statement, "Acct/Id/Othr/Id")
        if not number:
            raise self.error("a statement without an account number", "Acct/Id")
        return number

    def currency_of(self, statement: Element) -> str:
        """Return the one currency of a statement. Raises: RecordError when amounts differ."""
        amounts = [*self.all(statement, "Bal/Amt"), *self.all(statement, "Ntry/Amt")]
        found = {amount.get("Ccy", "") for amount in amounts}
        found.add(self.text(statement, "Acct/Ccy"))
        found.discard("")
        if len(found) != 1:
            raise self.error(
                "a statement without one currency", "Ccy", value=", ".join(sorted(found))
            )
        return found.pop()

    def signed(self, element: Element) -> int:
        """Return the amount of an entry or balance in minor units, negative for DBIT."""
        raw = self.text(element, "Amt")
        found = _AMOUNT.fullmatch(raw)
        decimals = (found[2] or "").rstrip("0") if found else ""
        if found is None or len(decimals) > 2:
            what = "not an amount" if found is None else "more than two decimals"
            raise self.error(what, "Amt", value=raw, mend="write it like 1234.50")
        amount = int(found[1]) * 100 + int((decimals + "00")[:2])
        if amount > LIMIT:
            raise self.error("amount out of bounds", "Amt", value=raw)
        mark = self.text(element, "CdtDbtInd")
        if mark not in ("CRDT", "DBIT"):
            raise self.error(
                "neither credit nor debit", "CdtDbtInd", value=mark, mend="CRDT or DBIT"
            )
        return amount if mark == "CRDT" else -amount

    def day(self, element: Element, name: str) -> date:
        raw = self.text(element, f"{name}/Dt") or self.text(element, f"{name}/DtTm")
        try:
            return parse_day(raw)
        except InputError:
            raise self.error(
                "not a date", name, value=raw, mend="write it like 2026-11-22"
            ) from None

    def time(self, entry: Element) -> str:
        raw = self.text(entry, "BookgDt/DtTm")
        try:
            return parse_moment(raw)[1] if raw else ""
        except InputError:
            raise self.error("not a time", "BookgDt/DtTm", value=raw) from None

    def all(self, element: Element, path: str) -> list[Element]:
        # One step at a time: for a plain tag the search runs in C.
        found = [element]
        for part in self.parts(path):
            found = [child for parent in found for child in parent.findall(part)]
        return found

    def texts(self, element: Element, path: str) -> Iterator[str]:
        for found in self.all(element, path):
            if text := (found.text or "").strip():
                yield text

    def text(self, element: Element, path: str) -> str:
        """Return the text of the first such element, "" when there is none."""
        found: Element | None = element
        for part in self.parts(path):
            found = found.find(part)
            if found is None:
                return ""
        return (found.text or "").strip()

    def parts(self, path: str) -> list[str]:
        known = self.paths.get(path)
        if known is None:
            known = self.paths[path] = [self.prefix + part for part in path.split("/")]
        return known

    def line(self) -> int:
        """Return the line of the entry at hand, found by a second pass: only errors need it."""
        seen = line = 0
        parser = expat.ParserCreate(namespace_separator="}")

        def start(tag: str, _: dict[str, str]) -> None:
            nonlocal seen, line
            if tag.endswith("}Ntry"):
                seen += 1
                if seen == self.place:
                    line = parser.CurrentLineNumber

        parser.StartElementHandler = start
        parser.Parse(self.source.data, True)
        return line

    def error(self, what: str, column: str, *, value: str = "", mend: str = "") -> RecordError:
        return RecordError(
            what,
            file=self.source.file,
            line=self.line() if self.place else 0,
            column=column,
            value=value,
            mend=mend or "the file is damaged; ask the bank for it again",
        )
