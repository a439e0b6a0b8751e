"""What a page says under which name: pairs of field and value, wherever they stand.

A name may stand in a line before a colon, in a table cell before its value, above its value, or
above a column. `Pair.note` is what stood in brackets behind the name, such as the unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .naming import FIELD_OF
from .outline import is_numbered, is_sentence, sections, unnumbered
from .page import Line, Page, Row, unspanned
from .rows import change_columns, whole
from .spotted import (
    ALL,
    APART,
    BEHIND,
    BOXED,
    HAN,
    LABEL,
    SUMS,
    TOLD,
    Label,
    Named,
    field_of,
    labels_in,
    one_line,
)

_COLUMN = re.compile(
    r"序号|行号|品牌|规格.{0,6}|型号|数量.{0,4}|单位|单价.{0,4}|备注|.{0,8}地址|.{0,6}得分|排名|名次"
    r"|.{2,8}(?:代码|情况|内容|要求|类型)"
)
"""Heads of columns that hold no field of a tender."""
_OF_LOT = re.compile(
    r"(?:合同包|采购包|标项|标段|标包|包件|分包|包组|包|品目|标的)(?:号|编号|名称|$)"
)
_ABOUT = re.compile(
    r"(?:概况|要求|条件|信息|方式|内容|说明|须知|依据|范围|联系|安排|获取|递交|提交|开标|事项|附件)$"
)
"""Ends of headings, which are no values."""
_MEASURE = re.compile(r"\d[\d,.]*\s*(?:[万亿元天日年]|个?日历|个?工作日|个?月)")
"""A figure with its unit, which looks like the number of a heading."""
_COLON = re.compile(r"[\u4e00-\u9fff)]\s*:")
_PLAIN = re.compile(r"(?:截止)?时间|日期|金额|名称|地点|人民币|大写|小写")
"""Names that only take up the one above them: 递交截止时间及地点, and below it 时间:…"""
_CEILING = re.compile(r"限价|控制价")
_ANY_NAME = re.compile(rf"(?:{ALL})")
_BEFORE_CHANGE = re.compile(r"^(?:原|更正|变更|修改|调整)(?:前|公告|内容|为)")
_OLD, _NEW = (
    re.compile(r"原(?!公告)"),
    re.compile(r"现[\u4e00-\u9fff]{2,12}(?:时间|日期|金额|限价|预算):"),
)
_NOW = re.compile(
    r"^(?:现|更正后|变更后|修改后|调整后|现更正为|现变更为|更正为|变更为|修改为|调整为)(?:内容)?(?:的)?\s*(?:为)?\s*:?\s*"
)
_CHANGED = re.compile(
    r"^(?P<before>.*?)[,;。]?\s*(?:现)?(?:予以|统一|已)?(?:更正|变更|调整|修改|延期|推迟|顺延|延长|更改)(?:为|至|到|后为)\s*:?\s*(?P<after>.+)$"
)
_OTHER = re.compile(
    rf"(?:(?<=[\s;。,)])|(?<=^))(?!(?:人民币|大写|小写|合计)+\s*:)[{HAN}][{HAN}、/()]{{1,18}}\s*:(?!\d)"
)
_SPACE = re.compile(r"\s+")
_LEAST_STACKED, _MOST_STACKED = 3, 40
_PARTIES = (
    (
        "agency",
        re.compile(r"代理机构(?:的)?(?:信息|联系方式)|集中采购机构(?:的)?信息|招标代理(?:的)?信息"),
    ),
    ("buyer", re.compile(r"(?:采购人|采购单位|招标人|采购方)(?:的)?(?:信息|联系方式)")),
    ("", re.compile(r"监督(?:管理)?(?:部门|机构)|项目联系(?:方式|人)|供应商信息|异议|投诉")),
)


class Pair(NamedTuple):
    """A field with its value as written; `note` stood in brackets, `section` is the heading."""

    field: str
    value: str
    note: str
    at: int
    section: str
    name: str


def is_name(cell: str) -> bool:
    """Return whether a cell looks like a name rather than a value (短, no figures)."""
    plain = one_line(cell).rstrip(":")
    return 1 < len(plain) <= 16 and not re.search(r"\d", plain) and not is_sentence(plain)


def pairs(page: Page) -> list[Pair]:
    """Return every pair of a page in order."""
    return list(_Reader(page).pairs())


class _Reader:
    def __init__(self, page: Page) -> None:
        self._blocks = page.blocks
        self._headings = {section.start: section.heading for section in sections(page)}
        self._heading = self._party = self._was = ""
        # What a correction says twice, as it was and as it is, counts as it is.
        self._renewed = any(isinstance(b, Line) and _NEW.match(b.text) for b in page.blocks)

    def pairs(self) -> Iterator[Pair]:
        columns: tuple[int, list[Named | None]] | None = None
        change: tuple[int, tuple[int, int]] | None = None
        across: tuple[int, list[Named | None]] | None = None
        skipped, several = 0, False
        for index, block in enumerate(self._blocks):
            heading = self._headings.get(index)
            if heading is not None and field_of(heading) is None:
                self._heading = heading
            if index < skipped:
                continue
            if isinstance(block, Line):
                columns = None
                if stacked := self._stacked(index):
                    for named, value, at in stacked:
                        yield from self._made(named, value, at)
                    skipped = index + 2 * len(stacked)
                    continue
                yield from self._line(index, block)
                continue
            if columns is not None and columns[0] == block.table:
                yield from self._below(block, columns[1])
                # Each lot has its winner; what they won together no row says.
                winners = [name if name and name[0] == "supplier" else None for name in columns[1]]
                columns = (block.table, winners) if several else None
                continue
            columns = None
            if across is not None and across[0] == block.table:
                yield from self._of_parties(block, across[1])
                continue
            if (parties := _parties_across(block.cells)) is not None:
                across = (block.table, parties)
                continue
            if changed := change_columns(block.cells):
                change = (block.table, changed)
                continue
            if change is not None and change[0] == block.table:
                yield from self._changed_row(block, *change[1])
                continue
            names = [field_of(cell) for cell in block.cells]
            if self._is_head(index, block, names):
                several = self._in_lots(index, block)
                if several:
                    names = [name if name and name[0] != "award" else None for name in names]
                columns = (block.table, names)
                continue
            yield from self._row(index, block)

    def _is_head(self, index: int, row: Row, names: Sequence[Named | None]) -> bool:
        """Whether a row names its columns, and the row below holds the values."""
        known = [name for i, name in enumerate(names) if name and (i == 0 or name != names[i - 1])]
        below = self._blocks[index + 1] if index + 1 < len(self._blocks) else None
        heads = unspanned(row.cells)
        columns = sum(1 for cell in heads if _COLUMN.fullmatch(_plain(cell)))
        if any(name[0] == "supplier" for name in known):
            columns += sum(1 for cell in heads if _OF_LOT.match(_plain(cell)))
        if len(known) < 2 or 2 * (len(known) + columns) <= len(heads):
            return False
        if not isinstance(below, Row) or below.table != row.table:
            return False
        # 第一中标候选人 is a rank where the bidders have a column of their own.
        named = [name for cell in below.cells if (name := field_of(cell)) is not None]
        return all(name[0] == "supplier" for name in named) and all(
            name or is_name(cell) or not cell for name, cell in zip(names, row.cells, strict=True)
        )

    def _in_lots(self, index: int, head: Row) -> bool:
        """Whether a table of winners has a row for each of several lots."""
        below = self._blocks[index + 1 : index + 3]
        rows = [row for row in below if isinstance(row, Row) and row.table == head.table]
        return len(rows) > 1 and any(_OF_LOT.match(_plain(cell)) for cell in head.cells)

    def _of_parties(self, row: Row, parties: Sequence[Named | None]) -> Iterator[Pair]:
        """Yield the names in a table that has a column for each party."""
        named = field_of(row.cells[0])
        if named is not None and named[0] == "party_name":
            yield from self._below(row, parties)

    def _changed_row(self, row: Row, name: int, after: int) -> Iterator[Pair]:
        cells = row.cells
        if after >= len(cells) or not cells[after]:
            return
        own = labels_in(cells[after])
        told = _names(cells[name] if name < len(cells) else "")
        if own or not told:
            for line in cells[after].split("\n"):
                yield from self._line(len(self._blocks), Line(row.at, line))
        else:
            # One cell may change several fields: 投标截止时间、开标时间.
            for one in told:
                yield from self._made((FIELD_OF[one], "", one), cells[after], row.at)

    def _line(self, index: int, line: Line) -> Iterator[Pair]:
        self._turn(line.text)
        text = BOXED.sub(_unboxed, self._now(line.text)).lstrip()
        if not _COLON.search(text) and (apart := list(self._apart(unnumbered(text), line.at))):
            yield from apart
            return
        found = labels_in(text)
        if self._renewed and _OLD.match(text):
            found = [one for one in found if one.field in ("number", "title")]
        for i, label in enumerate(found):
            end = found[i + 1].start if i + 1 < len(found) else len(text)
            value = text[label.end : end]
            other = _OTHER.search(value, 1) if value.strip() else None
            if other is not None and not label.name.endswith(("标准", "政策")):
                value = value[: other.start()]
            value = value.strip(" ;,、")
            if not value and i + 1 == len(found):
                value = self._next(index, label.field)
            yield from self._pair(label, value, line.at)
        if not found and (alone := field_of(text)) is not None:
            # A heading that is the name of a field, with the value below it.
            if alone[0] in ("buyer", "agency"):
                self._party = alone[0]
            if value := self._next(index, alone[0]):
                yield from self._made(alone, value, line.at)

    def _stacked(self, index: int) -> list[tuple[Named, str, int]]:
        """Return the pairs of names that stand one below the other, their values after them all."""
        names: list[Named] = []
        for block in self._blocks[index : index + _MOST_STACKED]:
            named = field_of(block.text) if isinstance(block, Line) else None
            if named is None:
                break
            names.append(named)
        values = self._blocks[index + len(names) : index + 2 * len(names)]
        if len(names) < _LEAST_STACKED or len(values) < len(names):
            return []
        lines = [block for block in values if isinstance(block, Line) and not labels_in(block.text)]
        if len(lines) < len(names) or any(field_of(line.text) for line in lines):
            return []
        return [(named, line.text, line.at) for named, line in zip(names, lines, strict=True)]

    def _apart(self, text: str, at: int) -> Iterator[Pair]:
        """Yield the pairs of a line without colons: 项目编号 A-1 项目名称 某项目."""
        name = APART.match(text)
        while name is not None and (named := field_of(name["name"])) is not None:
            following = next(
                (one for one in BEHIND.finditer(text, name.end()) if field_of(one["name"])), None
            )
            value = text[name.end() : following.start() if following else len(text)]
            if field_of(value) is None and _ANY_NAME.match(value) is None:
                yield from self._made(named, value, at)
            name = following

    def _now(self, text: str) -> str:
        """Return what a line says as it stands now, when it tells of a change; else the line.

        What stood before is dropped; a value without its name is given the one it had before.
        """
        changed = _CHANGED.match(text) if len(text) < 600 else None
        if changed is not None:
            name = _last_name(changed["before"]) or self._was
            self._was = ""
            if LABEL.match(changed["after"]) or not name:
                return changed["after"] if changed["before"] else text
            return f"{name}:{changed['after']}"
        if _BEFORE_CHANGE.match(text) and not LABEL.match(text):
            self._was = _last_name(text) or ""
            return ""
        if (now := _NOW.match(text)) is not None:
            rest = text[now.end() :]
            if self._was and not LABEL.match(rest):
                rest = f"{self._was}:{rest}"
            self._was = ""
            return rest
        return text

    def _row(self, index: int, row: Row) -> Iterator[Pair]:
        cells = whole([cell for cell in unspanned(row.cells) if cell.strip(" :")])
        at = 0
        while at < len(cells):
            cell = cells[at]
            self._turn(cell)
            name = field_of(cell)
            following = cells[at + 1] if at + 1 < len(cells) else ""
            if name is not None and following and field_of(following) is None:
                yield from self._made(name, following, row.at)
                yield from self._within(following, name[0], row.at)
                at += 2
                continue
            yield from self._within_cell(cell, row.at)
            at += 1

    def _within_cell(self, cell: str, at: int) -> Iterator[Pair]:
        """Yield what the lines of a cell say, a name above its value too."""
        lines = cell.split("\n")
        skipped = -1
        for i, line in enumerate(lines):
            named = field_of(line) if i + 1 < len(lines) else None
            if i == skipped:
                continue
            if named is not None and field_of(lines[i + 1]) is None:
                yield from self._made(named, lines[i + 1], at)
                skipped = i + 1
            else:
                yield from self._line(len(self._blocks), Line(at, line))

    def _within(self, cell: str, field: str, at: int) -> Iterator[Pair]:
        """Yield other sums that a cell names behind its own: 90万元,最高限价:88万元."""
        for label in labels_in(cell) if field in SUMS else ():
            if label.start and label.field in SUMS and label.field != field:
                yield from self._pair(label, cell[label.end :].strip(), at)

    def _below(self, row: Row, names: Sequence[Named | None]) -> Iterator[Pair]:
        last = None
        for name, cell in zip(names, row.cells, strict=False):
            if name is not None and cell and name != last:
                yield from self._made(name, cell, row.at)
            last = name

    def _next(self, index: int, field: str) -> str:
        """Return the line below when it is a value and not the next name or heading."""
        block = self._blocks[index + 1] if index + 1 < len(self._blocks) else None
        if not isinstance(block, Line) or len(block.text) > 400:
            return ""
        numbered = is_numbered(block.text) and _MEASURE.match(block.text) is None
        if field == "conditions":
            numbered = re.match(r"[一二三四五六七八九十]+、|第", block.text) is not None
        if index + 1 in self._headings and (numbered or _ABOUT.search(block.text)):
            return ""
        value = block.text.lstrip(": ")
        told = TOLD.match(unnumbered(value))
        if LABEL.match(value) or field_of(value) or (told and not _PLAIN.match(told["name"])):
            return ""
        return value

    def _pair(self, label: Label, value: str, at: int) -> Iterator[Pair]:
        if value:
            yield from self._made((label.field, label.note, label.name), value, at)

    def _made(self, named: Named, value: str, at: int) -> Iterator[Pair]:
        field, note, name = named
        if field == "party_name" and self._party:
            field = self._party
        value = _closed(value.strip())
        yield Pair(field, value, note, at, self._heading, name)
        if field == "value" and _CEILING.search(note):
            yield Pair("ceiling", value, "", at, self._heading, note)

    def _turn(self, text: str) -> None:
        if len(text) > 60:
            return
        for party, pattern in _PARTIES:
            if pattern.search(text):
                self._party = party
                return


def _unboxed(found: re.Match[str]) -> str:
    return f" {found[1]}:" if field_of(found[1]) else found[0]


def _closed(value: str) -> str:
    """Return a value without the bracket that closed what held name and value together."""
    for opening, closing in ("【】", "[]", "「」", "『』"):
        if value.endswith(closing) and opening not in value:
            return value[:-1].rstrip()
    return value


def _names(text: str) -> list[str]:
    """Return the names that a text mentions, the longest where one lies in another, in order."""
    return [_SPACE.sub("", found) for found in _ANY_NAME.findall(text)]


def _last_name(text: str) -> str | None:
    found = _names(text)
    return found[-1] if found else None


def _plain(cell: str) -> str:
    return _SPACE.sub("", cell).rstrip(":")


def _parties_across(cells: Sequence[str]) -> list[Named | None] | None:
    """Return whom each column is of, where a row names the parties and nothing else."""
    if len(cells) < 3 or _plain(cells[0]) not in ("", "项目", "内容", "类别"):
        return None
    names = [field_of(cell) for cell in cells]
    two = {name[0] for name in names[1:] if name} == {"buyer", "agency"}
    return names if two and all(names[1:]) else None
