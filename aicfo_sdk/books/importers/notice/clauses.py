"""Marked clauses of a tender document: ★ is mandatory (a breach voids the bid), ▲ is important.

A document may give other marks these meanings ("带*号的为实质性要求"); the sentence that does so is
no clause. Where it cannot be told, a mark makes a clause: one too many is read, one too few voids
a bid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from ....model.tender import Clause
from ....model.text import UntrustedText
from .outline import Section
from .page import Line, Page, Row, unspanned

_MOST = 2_000
_LONGEST = 4_000
_BROKEN = 24
"""A line shorter than this was ended by its writer, not broken at a width; in characters."""

_MANDATORY, _IMPORTANT = "★☆", "▲△"
_OTHERS = "*#●◆※■◎"
_MARK = rf"[{_MANDATORY}{_IMPORTANT}{re.escape(_OTHERS)}]"
_ANY = re.compile(_MARK)
_QUOTED = rf"[\"“”'‘’「『(\[【《<]?\s*({_MARK})\s*[\"“”'‘’」』)\]】》>]?"
_MEANS = re.compile(
    rf"(?:带|标注|标有|标记|加注|注有|加|打|标|以|注明|凡|有|用|中)(?:有|注|的)?(?:星号|星标|五角星|三角(?:号|形)?|符号|标记)?\s*{_QUOTED}|{_QUOTED}\s*(?:号|标记|标识|符号|项|条款|内容|指标|参数|要求|表示|代表|指|为)"
)
_IS_MANDATORY = re.compile(r"实质性|不允许(?:有)?(?:负)?偏离|必须满足|无效|否决|废标|不得偏离|关键")
_IS_IMPORTANT = re.compile(r"重要|扣分|一般|评分|非实质|主要")
_NUMBER = re.compile(
    r"\s*(?P<number>\d{1,3}(?:\.\d{1,3}){0,5}|\(\d{1,3}\)|\([一二三四五六七八九十]{1,3}\)|[一二三四五六七八九十]{1,3}(?=、)|[A-Z]?\d{1,3}(?=[)、]))"
    r"\s*[、.)．:]?\s*"
)
_ENDS = ("。", ";", ":", "!", "?")
_STARTS = re.compile(
    rf"\s*(?:{_MARK}|\d{{1,3}}\s*[.、)]|\(\d|[一二三四五六七八九十]{{1,3}}、|第.{{1,4}}[章节]|注:|备注|附)"
)

_BULLET = re.compile(r"^\s*(?:[-–—•·▪➢►○]\s*)+(?=\D)|^\s*[-–—•·▪➢►○]\s+")
Kind = Literal["mandatory", "important", "ordinary"]


def clauses(page: Page, sections: list[Section]) -> tuple[Clause, ...]:
    """Return the marked clauses of a page in order, each with its number and heading."""
    kinds = _kinds(page)
    if not any(mark in kinds for mark in _ANY.findall(page.text())):
        return ()
    headings = {section.start: section.heading for section in sections}
    heading = ""
    found: dict[tuple[str, str], Clause] = {}
    for index, block in enumerate(page.blocks):
        if index in headings:
            heading = headings[index]
        text = block.text if isinstance(block, Line) else ""
        if isinstance(block, Row):
            made = _of_row(block, kinds, heading)
        elif _ANY.search(text):
            made = _of_line(_joined(page, index, text), kinds, heading)
        else:
            continue
        for clause in made:
            found.setdefault((clause.number, clause.text), clause)
            if len(found) >= _MOST:
                page.cut = True
                return tuple(found.values())
    return tuple(found.values())


def _kinds(page: Page) -> dict[str, Kind]:
    """Return what each mark means here."""
    kinds: dict[str, Kind] = dict.fromkeys(_MANDATORY, "mandatory")
    kinds |= dict.fromkeys(_IMPORTANT, "important")
    for block in page.blocks:
        for text in (block.text,) if isinstance(block, Line) else block.cells:
            for sentence in re.split(r"[。;\n]", text):
                if len(sentence) > 300 or not _ANY.search(sentence):
                    continue
                found = list(_MEANS.finditer(sentence))
                for i, means in enumerate(found):
                    mark = means[1] or means[2]
                    end = found[i + 1].start() if i + 1 < len(found) else len(sentence)
                    rest = sentence[means.end() : end]
                    if _IS_MANDATORY.search(rest) and mark not in _IMPORTANT:
                        kinds[mark] = "mandatory"
                    elif mark in _OTHERS and _IS_IMPORTANT.search(rest):
                        kinds[mark] = "important"
    return kinds


def _explains(text: str) -> bool:
    """Return whether a sentence only says what a mark means."""
    means = _MEANS.search(text)
    if means is None:
        return False
    lead = text[: means.start()]
    quoted = means[0].strip()
    # "★号条款…" explains; "★参数3:…" may be a clause and is kept unless it speaks of all of them.
    general = re.search(r"[\"“”'‘’「『(\[【]", quoted) or re.search(
        r"^(?:带|标|加|打|凡|以|注|有|用|中)", quoted
    )
    return (
        bool(general)
        and len(lead) < 60
        and bool(
            _IS_MANDATORY.search(text[means.end() :])
            or _IS_IMPORTANT.search(text[means.end() :])
            or re.search(r"号|标记|标识|符号|条款|指标|参数", text[means.end() : means.end() + 8])
        )
    )


def _joined(page: Page, index: int, text: str) -> str:
    """Return a line with the lines that continue it, for text broken at a width."""
    broken = len(text) >= _BROKEN
    for block in page.blocks[index + 1 : index + 12]:
        if (
            not isinstance(block, Line)
            or text.endswith(_ENDS)
            or len(text) > _LONGEST
            or _STARTS.match(block.text)
            or _ANY.search(block.text)
            or not broken
        ):
            break
        text += block.text
    return text


def _of_line(text: str, kinds: dict[str, Kind], heading: str) -> Iterator[Clause]:
    text = _BULLET.sub("", text)
    if _explains(text):
        return
    marks = [found for found in _ANY.finditer(text) if found[0] in kinds]
    # Of "*" and the like only those count that stand where a mark stands.
    marks = [
        found
        for found in marks
        if found[0] in _MANDATORY + _IMPORTANT or _at_start(text, found.start())
    ]
    for i, mark in enumerate(marks):
        before = _NUMBER.fullmatch(text[: mark.start()]) if i == 0 else None
        end = marks[i + 1].start() if i + 1 < len(marks) else len(text)
        body = text[mark.end() : end]
        if i == 0 and before is None and mark.start() and not text[: mark.start()].strip(" ;。,"):
            before = None
        if i == 0 and before is None and text[: mark.start()].strip():
            # The mark stands within or behind its demand: the whole line is the clause.
            body = text[: mark.start()] + body
        yield from _made(body, kinds[mark[0]], heading, before["number"] if before else "")


def _at_start(text: str, at: int) -> bool:
    lead = text[:at].strip()
    return not lead or _NUMBER.fullmatch(lead) is not None or lead.endswith((";", "。"))


def _of_row(row: Row, kinds: dict[str, Kind], heading: str) -> Iterator[Clause]:
    cells = unspanned(row.cells)
    bare = [cell for cell in cells if cell.strip(" ()[]") in kinds]
    if bare:
        # A column of its own for the mark.
        rest = [cell for cell in cells if cell not in bare]
        number = next((c for c in rest if _NUMBER.fullmatch(c)), "")
        body = " ".join(cell for cell in rest if cell != number)
        yield from _made(body, kinds[bare[0].strip(" ()[]")], heading, number.strip("()、. "))
        return
    marked = [i for i, cell in enumerate(cells) if any(m in kinds for m in _ANY.findall(cell))]
    for i in marked:
        cell = cells[i]
        if _explains(cell):
            continue
        alone = _NUMBER.fullmatch(_ANY.sub("", cell))
        if alone or (len(_ANY.sub("", cell).strip()) <= 12 and i + 1 < len(cells)):
            # The mark stands at the number or name; the demand is in the cells beside it.
            mark = next(m for m in _ANY.findall(cell) if m in kinds)
            name = "" if alone else _ANY.sub("", cell).strip() + " "
            body = name + " ".join(c for j, c in enumerate(cells) if j > i)
            number = alone["number"] if alone else _row_number(cells, i)
            yield from _made(body, kinds[mark], heading, number)
            return
        for line in _lines(cell):
            for clause in _of_line(line, kinds, heading):
                number = clause.number or _row_number(cells, i)
                yield clause.model_copy(update={"number": number})


def _row_number(cells: list[str], before: int) -> str:
    found = _NUMBER.fullmatch(cells[0]) if before else None
    return found["number"].strip("()") if found else ""


def _lines(cell: str) -> Iterator[str]:
    """Yield the lines of a cell, those that continue one joined to it."""
    whole = ""
    for line in cell.split("\n"):
        ended = whole.endswith(_ENDS) or len(whole) < _BROKEN
        if whole and (ended or _STARTS.match(line) or _ANY.search(line)):
            yield whole
            whole = ""
        whole += line
    if whole:
        yield whole


def _made(body: str, kind: Kind, heading: str, number: str) -> Iterator[Clause]:
    body = body.strip(" :、.;,\n")
    if not number and (found := _NUMBER.match(body)) is not None and len(body) > found.end() + 1:
        # A figure with its unit is no number: "5 年质保".
        own = found[0].strip()
        if own[-1] in "、.)．:" or "." in found["number"] or own[0] == "(":
            number, body = found["number"], body[found.end() :]
    # A mark in brackets behind its demand leaves them empty.
    body = re.sub(r"[(\[【]\s*[)\]】]", "", body).strip(" :、;,。\n")
    if len(body) < 2:
        return
    yield Clause(
        number=number.strip("()、. "),
        text=UntrustedText(body[:_LONGEST]),
        kind=kind,
        section=UntrustedText(heading[:200]),
    )
