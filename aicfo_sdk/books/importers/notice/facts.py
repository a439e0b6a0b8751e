"""One `Tender` from one page: each field from where notices state it, none invented."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Literal

from ....model.tender import Lot, NoticeKind, Tender
from ....model.text import UntrustedText
from .. import notice_flags as flags
from . import clauses, dates, headlines, lots, qualifying, scoring, terms
from .labels import Pair
from .page import Line, Page, Row
from .parties import party, suppliers
from .said import MissingError, Said
from .spotted import field_of
from .values import Amount, amount, ppm, span_days, unit_in

_LONGEST_TEXT = 100_000
_LONGEST_ID = 120
# A page may hold the name of a column a hundred thousand times.
_MOST_HEADS, _MOST_ROWS = 20, 500
_NO_BOND = re.compile(
    r"(?:不|免|无需|无须|免予|免于|不予)(?:要求)?(?:收取|缴纳|交纳|提交|提供|设|需要?)[^。;,]{0,8}保证金|保证金\s*:?\s*(?:不收取|不要求|免收|无|免交|免缴|0\s*元|零元|不需要|/)"
)
_SAME = re.compile(r"(?:同|即|等于|与)\s*(?:采购|项目|本项目)?预算(?:金额|价)?(?:一致|相同|相等)?$")
_FROM_DEADLINE = re.compile(r"截止|开标|开启|递交|提交")
_DONE = re.compile(
    r"合同(?:签订|生效)[^。;,\n\d]{0,10}\d{1,4}\s*(?:个)?(?:日历天|工作日|日历日|天|日|月)内?"
    r"[^。;,\n]{0,8}(?:完成|交货|交付|供货|完工|竣工)"
)
"""须在合同签订后90日内完成交货."""
_LIMIT = re.compile(
    r"(?:限价|控制价|总价|报价)[^。;\n\d]{0,30}(?:不得高于|不得超过|不高于|不超过)[^。;\n\d]{0,8}"
    r"(\d[\d,.]{0,20}\s*(?:万元|元))"
)
"""设置最高限价,总价不得高于9万元."""
_EACH_LOT = re.compile(r"(?:各|每个?|分别)[^,。;]{0,4}(?:包|标段|标项)[^。;]*%")
_EACH = re.compile(r"\d{4,12}(?:\.\d{1,2})?(?:\s*元)?")
_BUYER_WORD = re.compile(r"招标人|招标单位|建设单位")


@dataclass(slots=True)
class Reading:
    """A tender with what could not be taken as it stands, for the file's notes."""

    tender: Tender
    notes: list[str] = field(default_factory=list[str])


def read_page(page: Page, published: date | None) -> Reading:
    """Return the tender that a page announces.

    `published` is the day of the notice where it does not say. Raises: MissingError.
    """
    return _Facts(page).reading(published)


class _Facts(Said):
    def reading(self, given: date | None) -> Reading:
        headline = headlines.headline(self)
        kind = terms.kind_of(headline, self.text)
        title = headlines.title(self, headline)
        number = self._number()
        if not title and not number:
            raise MissingError("neither a project name (项目名称) nor a number (项目编号)")
        due = dates.due(self, kind)
        published = dates.published(self, given)
        reserved = terms.sme_of(self.first("sme"), self.text)
        name, method = terms.procedure_of(self.first("procedure"), headline + title, self.text)
        buyer = party(self, "buyer")
        category = terms.category_of(self.first("category"), title, buyer)
        sentences = (
            ()
            if kind in _LATER
            else qualifying.qualifications(self.page, self.sections, self.pairs)
        )
        parts = () if kind in _LATER else lots.lots(self.page, self.pairs)
        value = self._value(parts)
        ceiling, parts = self._ceiling(value, parts)
        tenderer = any(
            _BUYER_WORD.search(pair.name) for pair in self.pairs if pair.field == "buyer"
        )
        delivery = self._delivery()
        deadline = due.day if due else None
        award = kind in ("award", "contract")
        tender = Tender(
            id=number[:_LONGEST_ID] or _digest(title, buyer),
            number=number[:_LONGEST_ID],
            notice=kind or "invitation",
            updated=published,
            published=published,
            title=UntrustedText(title or number),
            description=self._description(),
            buyer=UntrustedText(buyer[:300]),
            agency=UntrustedText(party(self, "agency")[:300]),
            status=_status(kind, self.text, deadline, published),
            deadline=deadline,
            deadline_time=due.hour if due else "",
            value=value,
            ceiling=ceiling,
            awarded=self._amount("award") if award else None,
            suppliers=suppliers(self) if award else (),
            bond=self._bond(value) or 0,
            performance_bond_ppm=self._share("performance"),
            retention_ppm=self._share("retention"),
            category=category,
            regions=self._regions(),
            procedure=name,
            method=method,
            evaluation=""
            if kind in _LATER
            else terms.evaluation_of(self.first("evaluation"), self.text, method),
            regime=terms.regime_of(self.text, method, category, buyer=buyer, tenderer=tenderer),
            sme_reserved=reserved,
            sme_suitable=True if reserved in ("whole", "part") else None,
            sme_deduction_ppm=terms.deduction_of(self.first("deduction"), self.text),
            industry=UntrustedText(self.first("industry").strip("。; ")[:100]),
            imports_allowed=terms.imports_of(self.first("imports"), self.text),
            consortium=terms.consortium_of(self.first("consortium"), self.text),
            delivery=UntrustedText(delivery[:500]),
            delivery_days=span_days(delivery) if delivery else None,
            validity_days=span_days(self._validity()),
            qualifications=sentences,
            required=qualifying.required(sentences),
            lots=parts,
            clauses=() if kind in _LATER else clauses.clauses(self.page, self.sections),
            scoring=() if kind in _LATER else scoring.scoring(self.page, self.sections),
        )
        self._warn(tender)
        return Reading(tender.model_copy(update={"flags": flags.distinct(self.flags)}), self.notes)

    def _delivery(self) -> str:
        """Return the period of delivery; of lots that have a column of it, the one all share."""
        for pair in self.all("delivery"):
            return f"{pair.value}{pair.note}" if pair.value.isdecimal() else pair.value
        heads = 0
        for i, head in enumerate(self.page.blocks):
            if isinstance(head, Line) or heads == _MOST_HEADS:
                continue
            for column, cell in enumerate(head.cells):
                name = field_of(cell)
                if name is None or name[0] != "delivery":
                    continue
                heads += 1
                below = {
                    row.cells[column] + (name[1] if row.cells[column].isdecimal() else "")
                    for row in self.page.blocks[i + 1 : i + 1 + _MOST_ROWS]
                    if isinstance(row, Row) and row.table == head.table
                    if column < len(row.cells) and row.cells[column]
                    if field_of(row.cells[column]) is None
                }
                if len(below) == 1:
                    return below.pop()
        done = _DONE.search(self.text)
        return done[0] if done else ""

    def _validity(self) -> str:
        """Return how long bids stand; a bare 有效期 is theirs when it counts from the deadline."""
        bare = (p.value for p in self.all("bare_validity") if _FROM_DEADLINE.search(p.value))
        return self.first("validity") or next(bare, "")

    def _number(self) -> str:
        for name in ("number", "bare_number"):
            for pair in self.all(name):
                plain = re.sub(r"\s+", "", pair.value.split("\n")[0])
                plain = re.split(r"[,;。]|\((?:采购|项目|招标)?计划", plain)[0]
                plain = _bare(plain)
                if name == "bare_number" and pair.at > 40:
                    continue
                if re.search(r"[\dA-Za-z]", plain):
                    return plain
        found = re.search(
            r"(?:\((?:项目|招标|采购)?(?:编号|单号)\s*[:为]?|(?:项目|招标|采购)编号[为是])"
            r"\s*([\w\[\]〔〕()-]{3,60}?)\s*[,;)。]",
            self.text[:3_000],
        )
        return found[1] if found else ""

    def _ceiling(
        self, value: int | None, parts: tuple[Lot, ...]
    ) -> tuple[int | None, tuple[Lot, ...]]:
        """Return the ceiling of the whole, and the lots with theirs where one is given for each."""
        for pair in self.pairs:
            if pair.field != "ceiling":
                continue
            if _SAME.match(pair.value.strip(" ,。;")):
                return value, parts
            each = re.split(r"\s*[,;、/]\s*", pair.value.strip(" ,。;"))
            if len(each) == len(parts) > 1 and all(map(_EACH.fullmatch, each)):
                found = [amount(one, unit_in(pair.note)) for one in each]
                return None, tuple(
                    lot.model_copy(update={"ceiling": one.fen}) if one and not one.absurd else lot
                    for lot, one in zip(parts, found, strict=True)
                )
        stated = self._amount("ceiling")
        told = _LIMIT.search(self.text) if stated is None else None
        found = amount(told[1]) if told else None
        return stated if found is None or found.absurd else found.fen, parts

    def _amount(self, name: str) -> int | None:
        for pair in self.all(name):
            found = amount(pair.value, unit_in(pair.note), of=None)
            if found is None:
                continue
            self._judge(found, pair)
            if not found.absurd:
                return found.fen
        return None

    def _judge(self, found: Amount, pair: Pair) -> None:
        if found.differs:
            self.flags.append(
                flags.made("contradiction", f"{pair.name}: {pair.value} (大写 is taken)")
            )
        if found.absurd:
            self.flags.append(flags.made("absurd_value", f"{pair.name}: {pair.value}"))
            self.notes.append(f"1 amount left out as it cannot be: {pair.name} {pair.value[:60]}")

    def _value(self, parts: Sequence[Lot]) -> int | None:
        stated = self._amount("value")
        whole = [lot.value for lot in parts if lot.value is not None]
        if len(whole) == len(parts) > 1 and (stated is None or stated in whole):
            total = sum(whole)
            # The first amount was that of the first lot.
            if stated is None or not self._states_total(stated):
                return total
        return stated if stated is not None else self._amount("investment")

    def _states_total(self, stated: int) -> bool:
        """Whether the amount stands above the first lot."""
        for pair in self.all("value"):
            found = amount(pair.value, unit_in(pair.note))
            if found is not None and found.fen == stated:
                return not re.search(r"标项|包|标段", pair.value[:6]) and pair.at <= self._lots_at()
        return False

    def _lots_at(self) -> int:
        for block in self.page.blocks:
            text = block.text if isinstance(block, Line) else " ".join(block.cells)
            if re.match(
                r"(?:第?[\dA-Z一二三]{1,2}(?:包|标段)|(?:标项|合同包|采购包|包)\s*[\d一二三A-Z]|包号|标项|标段)",
                text,
            ):
                return block.at
        return 0

    def _bond(self, value: int | None) -> int | None:
        if _NO_BOND.search(self.text) and not any(
            amount(pair.value, unit_in(pair.note)) for pair in self.all("bond")
        ):
            return None
        for pair in self.all("bond"):
            if _NO_BOND.search(f"{pair.name}:{pair.value}") or _EACH_LOT.search(pair.value):
                return None
            found = amount(pair.value, unit_in(pair.note), of=value)
            if found is not None:
                self._judge(found, pair)
                return None if found.absurd else found.fen
        sentence = re.search(
            r"(?:投标|磋商|谈判|响应|报价)保证金(?:的金额)?(?:为|人民币|金额为|:)?[^。;\n\d壹贰叁肆伍陆柒捌玖]{0,12}"
            r"([\d,.]+\s*(?:万元|元)|[壹贰叁肆伍陆柒捌玖拾佰仟万零]+元整?)",
            self.text,
        ) or re.search(
            r"(?<![\d,.])([\d,.]{1,20}\s*(?:万元|元))整?的?(?:投标|磋商|谈判|响应|报价)保证金",
            self.text,
        )
        found = amount(sentence[1]) if sentence else None
        return found.fen if found and not found.absurd else None

    def _share(self, name: str) -> int:
        for pair in self.all(name):
            found = ppm(pair.value)
            if found is not None:
                return found
        word = {"performance": "履约保证金|履约担保", "retention": "质保金|质量保证金"}[name]
        found = re.search(rf"(?:{word})[^。;\n%]{{0,40}}?(\d{{1,2}}(?:\.\d+)?\s*%)", self.text)
        return (ppm(found[1]) or 0) if found else 0

    def _regions(self) -> tuple[str, ...]:
        for pair in self.all("region"):
            plain = re.split(r"[\n;。]", pair.value)[0].strip(" ,")
            if 1 < len(plain) <= 100 and not re.search(
                r"采购人指定|招标人指定|用户指定|指定地点$", plain
            ):
                return (UntrustedText(plain),)
        return ()

    def _description(self) -> UntrustedText:
        if len(self.text) > _LONGEST_TEXT:
            self.notes.append(f"1 text(s) cut at {_LONGEST_TEXT} characters")
        return UntrustedText(self.text[:_LONGEST_TEXT])

    def _warn(self, tender: Tender) -> None:
        self.flags += flags.of_text(self.text)
        for text in self.page.hidden:
            self.flags.append(flags.made("hidden_text", text))
            self.flags += flags.of_text(text)
        for text in self.page.remarks:
            if flags.speaks(text):
                self.flags.append(flags.made("hidden_text", f"in a comment: {text}"))
                self.flags += flags.of_text(text)
        if self.page.invisible:
            self.flags.append(
                flags.made("invisible_characters", "characters without shape in words")
            )
        if self.page.cut:
            self.flags.append(
                flags.made("cut", "more than a notice can hold; the end was not read")
            )
            self.notes.append("the page is longer than a notice can be; its end was not read")
        if tender.notice in ("invitation", "correction", "document"):
            self.flags += flags.of_days(tender.published, tender.updated, tender.deadline)
        self.flags += flags.of_amounts(tender.value, bond=tender.bond, ceiling=tender.ceiling)


_Status = Literal["planning", "open", "closed", "awarded", "cancelled"]
_LATER: tuple[NoticeKind, ...] = ("correction", "termination", "award", "contract")


def _status(kind: NoticeKind, text: str, deadline: date | None, day: date) -> _Status:
    if kind == "termination":
        return "cancelled"
    if kind in ("award", "contract"):
        return "awarded"
    if deadline is not None and deadline < day:
        return "closed"
    return "planning" if "采购意向" in text[:200] else "open"


def _bare(number: str) -> str:
    """Return a number without brackets around the whole of it."""
    for opening, closing in ("()", "[]", "【】"):
        inner = number[1:-1]
        if number[:1] == opening and number[-1:] == closing and opening not in inner:
            return inner
        if closing in number and opening not in number:
            number = number.split(closing)[0]
        if opening in number and closing not in number:
            # What stood in the brackets was another name with its value.
            number = number.split(opening)[0]
    return number


def _digest(title: str, buyer: str) -> str:
    return "notice-" + sha256(f"{title}\n{buyer}".encode()).hexdigest()[:16]
