"""What bidders must be: the sentences of 资格要求, and the bare names of certificates in them.

Only certificates of the bidder itself become names that a gate compares; what asks something of a
person (项目经理), a product or a general condition (独立法人资格) stays a sentence to be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ....model.text import UntrustedText
from .labels import Pair
from .outline import Section
from .page import Line, Page, unspanned
from .spotted import field_of

_MOST = 100
_SHORT = 12
"""A shorter line without a full stop, where the others have one, is the next heading."""
_BIDDER = "(?:申请人|投标人|供应商|响应人|应答人|报价人|竞价人|比选申请人|参选人|服务商|承包人)"
_ASKED = (
    rf"{_BIDDER}(?:的|(?:应当?|必?须|需要?)?(?:具备|满足|符合)的?)?"
    r"(?:基本|特定|专项|下列|以下)?(?:条件|要求)"
)
"""供应商要求, 投标人应具备的条件."""
_HEADING = re.compile(
    rf"资格(?:要求|条件|标准)|{_BIDDER}(?:的)?(?:资格|资质)|{_BIDDER}(?:应|须|应当|必须)?具备"
    rf"|^{_ASKED}$|^(?:报名|准入|参加|参与|入围)(?:条件|要求)$"
)
_INLINE = re.compile(
    rf"(?:{_ASKED}(?=\s*(?::|$))|(?:合格(?:的)?)?{_BIDDER}(?:的|应具备的)?(?:资格|资质)(?:(?:要求|条件)|(?=\s*(?::|$)))"
    r"(?:、能力(?:和|、)信誉)?|(?:本项目的?)?特定(?:资格|资质)(?:要求|条件))\s*:?\s*(.*)"
)
_EMPTY = re.compile(r"^(?:无|/|同.{1,8}|详见.{0,20}|\(?\d\)?|如下|见.{0,12})[。;:]?$")
_PARTS = re.compile(
    r"(?<=[;。])\s*(?=(?:\(\d{1,2}\)|\d{1,2}(?:\.\d{1,2})*\s*[.、)]|[一二三四五六七八九十]{1,2}、|\d{1,2}\.\d{1,2}(?!\d)))"
)
_NUMBER = re.compile(
    r"^(?:\(\d{1,2}\)|\([一二三四五六七八九十]{1,3}\)|\d{1,2}(?:\.\d{1,2}){0,3}\s*[.、)]?\s*(?!\d|年|个|万|家|项|%)|[一二三四五六七八九十]{1,3}、)\s*"
)
_INTRO = re.compile(
    r"^(?:落实政府采购政策需满足的资格要求|本项目的特定资格要求|特定资格要求|本项目特定资格要求|(?:合同包|采购包|标项)\s*\d*\S{0,40}特定资格要求如下|基本资格要求|一般资格要求)\s*:\s*"
)
_CERTIFICATE = re.compile(
    r"(?:具有|具备|持有|取得|拥有|须有|应有|提供|通过)(?:了)?(?:有效期?内?的?|合格有效的|行政主管部门颁发的|建设行政主管部门(?:颁发|核发)的|[^,;。]{0,16}(?:颁发|核发|批准)的(?:有效的)?|相应的)?"
    r"\s*[\"“《]?((?:[^,;。\"”》且及]|及以上|及其以上){2,40}?(?:资质(?:证书)?|许可证|备案(?:凭证|证)|认证(?:证书)?|资格证书|登记证|合格证|推荐证书|执业许可证|等级证书))"
    r"[\"”》]?(?:\s*([特一二三四五六七八九壹贰叁肆甲乙丙]级)?\s*(\(含\))?(及其?以上|(?:或|和)以上))?"
)
_NAMED = re.compile(r"[\u4e00-\u9fff()、/]{2,24}:|.{0,3}$")
_OF_OTHERS = re.compile(
    r"负责人|项目经理|人员|建造师|总监|工程师|产品|制造商|生产厂|法定代表人|授权|驾驶"
)
_GENERAL = re.compile(r"营业执照|法人资格|民事责任|身份证|纳税|社保|社会保障|审计报告|信用")


def qualifications(
    page: Page, sections: Sequence[Section], found: Sequence[Pair]
) -> tuple[UntrustedText, ...]:
    """Return the sentences of the qualification section, numbers taken off, in order."""
    told = list(_of_sections(page, sections)) or list(_below(page)) or list(_of_pairs(page, found))
    return tuple(UntrustedText(text[:2_000]) for text in dict.fromkeys(told))[:_MOST]


def required(sentences: Sequence[str]) -> tuple[str, ...]:
    """Return the certificates that the bidder itself must hold, as named, with their level."""
    found: dict[str, None] = {}
    for sentence in sentences:
        for clause in re.split(r"[;。]", sentence):
            for match in _CERTIFICATE.finditer(clause):
                lead = clause[: match.start()]
                name = match[1].strip()
                if _OF_OTHERS.search(lead[-24:] + name) or _GENERAL.search(name):
                    continue
                found["".join(filter(None, (name, match[2], match[3], match[4])))] = None
    return tuple(found)[:30]


def _of_sections(page: Page, sections: Sequence[Section]) -> Iterator[str]:
    """Yield the sentences of the first section of conditions that holds any."""
    end = 0
    for section in sections:
        own = _is_conditions(section.heading)
        if section.start < end or not (own or (not end and _HEADING.search(section.heading))):
            continue
        told = list(_under(page, section))
        yield from told
        # 基本资格 and 特定资格 may stand one behind the other.
        end = section.end if told else end


def _under(page: Page, section: Section) -> Iterator[str]:
    inline = _INLINE.search(section.heading)
    if inline and len(inline[1]) > 6:
        yield from _split(inline[1])
    for block in page.blocks[section.start + 1 : section.end]:
        for text in (block.text,) if isinstance(block, Line) else unspanned(block.cells):
            yield from _split(text)


def _is_conditions(text: str) -> bool:
    named = field_of(text)
    return named is not None and named[0] == "conditions"


def _of_pairs(page: Page, found: Sequence[Pair]) -> Iterator[str]:
    """Yield what stands beside or below the name of the conditions, however it is drawn."""
    for pair in found:
        if pair.field != "conditions":
            continue
        for line in pair.value.split("\n"):
            yield from _split(line)
        index = next(
            (i for i, b in enumerate(page.blocks) if isinstance(b, Line) and b.at == pair.at), None
        )
        if index is not None and _NUMBER.match(pair.value):
            yield from _following(page, index + 1)


def _below(page: Page) -> Iterator[str]:
    """Yield what stands in the cell or in the lines below a name without a heading's number."""
    for index, block in enumerate(page.blocks):
        cells = (block.text,) if isinstance(block, Line) else tuple(unspanned(block.cells))
        above = page.blocks[index - 1] if index else block
        if isinstance(block, Line) and isinstance(above, Line) and field_of(above.text):
            continue  # names one below the other: the line below is the value of another
        for i, cell in enumerate(cells):
            inline = _told(cell)
            if inline is None:
                continue
            if inline:
                yield from _split(inline)
            elif i + 1 < len(cells) and field_of(cells[i + 1]) is None:
                for line in cells[i + 1].split("\n"):
                    yield from _split(line)
                yield from _spanned(page, index, cell)
            elif not isinstance(block, Line):
                yield from _column(page, index, cell)
            if isinstance(block, Line):
                yield from _following(page, index + 1)
            return


def _told(cell: str) -> str | None:
    """Return what a text says behind the name of the conditions; None when it names none."""
    if _is_conditions(cell):
        return ""
    found = _INLINE.match(_NUMBER.sub("", cell.replace("\n", " ")))
    return found[1] if found else None


def _column(page: Page, index: int, head: str) -> Iterator[str]:
    """Yield what stands below the head of a column, as where each lot has its own conditions."""
    top = page.blocks[index]
    for row in page.blocks[index + 1 : index + 1 + _MOST]:
        if isinstance(top, Line) or isinstance(row, Line) or row.table != top.table:
            return
        at = top.cells.index(head)
        for text in re.split(r"[\n;]", row.cells[at] if at < len(row.cells) else ""):
            yield from _split(text)


def _spanned(page: Page, index: int, name: str) -> Iterator[str]:
    """Yield what stands beside a name in the further rows that it spans."""
    top = page.blocks[index]
    for row in page.blocks[index + 1 : index + 1 + _MOST]:
        if isinstance(top, Line) or isinstance(row, Line) or row.table != top.table:
            return
        cells = unspanned(row.cells)
        if name not in cells[:-1]:
            return
        yield from _split(cells[cells.index(name) + 1])


def _following(page: Page, start: int) -> Iterator[str]:
    """Yield the lines right below a name that stands without a heading's number.

    They are numbered, or none is, and then they end where the next name begins.
    """
    first = page.blocks[start] if start < len(page.blocks) else None
    if not isinstance(first, Line):
        return
    numbered, sign = _NUMBER.match(first.text) is not None, _sign(first.text)
    above = page.blocks[start - 1]
    if sign and isinstance(above, Line) and _sign(above.text) == sign:
        return
    ended = first.text.endswith(("。", ";"))
    for block in page.blocks[start : start + 30]:
        if not isinstance(block, Line) or re.match(r"[一二三四五六七八九十]{1,3}、", block.text):
            return
        text = block.text
        if (_NUMBER.match(text) is not None) != numbered or _sign(text) != sign:
            return
        if not numbered and (field_of(text) or _NAMED.match(text)):
            return
        if not numbered and ended and len(text) < _SHORT and not text.endswith(("。", ";")):
            return
        yield from _split(text)


def _sign(text: str) -> str:
    """Return the sign before a line's words: a bullet or a dash."""
    return text[0] if re.match(r"[^\w\s()\[\]【\"“《]", text) else ""


def _split(text: str) -> Iterator[str]:
    for part in _PARTS.split(text):
        part = part.lstrip(" :-—–→⇒=|.…>_")
        plain = _INTRO.sub("", _NUMBER.sub("", part.strip())).strip()
        plain = _NUMBER.sub("", plain) if len(plain) > 8 else plain
        if len(plain) <= 3 or _EMPTY.match(plain) or plain.endswith((":", "如下")):
            continue
        if not _is_conditions(plain):
            yield plain
