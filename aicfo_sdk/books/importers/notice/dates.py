"""Two days of a notice: the one until which bids are taken, and its own."""

from __future__ import annotations

import re
from datetime import date

from ....model.tender import NoticeKind
from .. import notice_flags as flags
from .labels import Pair
from .page import Line
from .said import FOOT_LINES, HEAD_LINES, MissingError, Said
from .values import Moment, moment, moments, month, until

_BID_BY = re.compile(
    r"(?:并)?(?:于|在)\s*(?P<when>[^。;\n]{8,40}?)(?:\([^()]*\))?\s*(?:之)?前\s*,?\s*(?:\(.{0,12}\)\s*)?"
    r"(?:(?:将)?(?:递交|提交|上传|送达|报送|完成|加密)[^。;\n]{0,20}(?:投标|响应|报价|磋商|谈判|申请)?文件"
    r"|(?:将|把)[^。;\n]{0,12}文件[^。;\n]{0,12}(?:送达|送至|送交|递交|提交|上传|密封|报送|发送|寄))"
)
_FILES_BY = re.compile(
    r"文件[^。;\n\d]{0,16}?(?:于|在|不迟于|不晚于)\s*(?P<when>[^。;\n]{8,40}?)(?:\([^()]*\))?\s*(?:(?:之)?前|截止)"
    r"[^。;\n]{0,12}?(?:送达|送至|递交|提交|上传|寄达|投递|发送|密封)"
)
"""投标文件最迟应于某日前上传."""
_CLOSES = re.compile(
    r"(?:投标|响应|应答|报价|竞价|比选|磋商|谈判)[^。;,\n\d]{0,8}?(?:将)?(?:于|至)\s*(?P<when>[^。;\n]{8,40}?)\s*(?:截止|结束)"
)
"""报价于某日截止."""
_ENDS_AT = re.compile(
    r"(?:截止|开标|提交首次响应文件)(?:的)?(?:时间|日期)(?:\s*\([^()]{0,60}\))?[^。;\n\d]{0,30}?(?:为|是|:|定于|于)\s*(?P<when>[^。;\n]{8,60})"
)
_BIDDING = re.compile(r"(?:竞价|报价|投标|应答|参选|竞标|响应)")
_SUBMIT = re.compile(
    r"(?:提交|递交|接收).{0,16}(?:截止|文件)|截止时间|响应文件(?:的)?(?:提交|递交)|投标文件(?:的)?(?:提交|递交)|响应文件开启|开启"
)
_OBTAIN = re.compile(r"获取|发售|报名|领取|购买")
_DATE_LINE = re.compile(r"^(?:日期|时间|发布日期)?\s*:?\s*[\d二].{6,40}$")


def due(said: Said, kind: NoticeKind) -> Moment | None:
    """Return until when bids are taken, if the notice says."""
    stated = _stated(said)
    if kind in ("award", "contract", "termination"):
        return stated if kind == "award" else None
    told = None
    if kind != "correction":
        sentence = next(
            (
                m
                for form in (_BID_BY, _FILES_BY, _CLOSES)
                for f in form.finditer(said.text)
                if (m := moment(f["when"]))
            ),
            None,
        )
        if stated and sentence and stated.day != sentence.day:
            said.flags.append(
                flags.made(
                    "contradiction",
                    f"bids by {stated.day.isoformat()} and by {sentence.day.isoformat()}",
                )
            )
        told = sentence
    return stated or told or _elsewhere(said, kind)


def _stated(said: Said) -> Moment | None:
    for pair in said.all("deadline"):
        if found := until(pair.value):
            return found
    for pair in said.all("end"):
        if not _OBTAIN.search(pair.section) and (found := until(pair.value)):
            return found
    return None


def _elsewhere(said: Said, kind: NoticeKind) -> Moment | None:
    for found in _ENDS_AT.finditer(said.text):
        lead = said.text[max(found.start() - 12, 0) : found.start()]
        if not _OBTAIN.search(lead) and (when := moment(found["when"])):
            return when
    for section in said.sections:
        if _SUBMIT.search(section.heading) and not _OBTAIN.search(section.heading):
            for block in said.page.blocks[section.start : section.end]:
                text = block.text if isinstance(block, Line) else " ".join(block.cells)
                if when := until(text):
                    return when
    if kind == "correction":
        return None
    return next((m for pair in said.all("opening") if (m := _opens(pair))), None)


def _opens(pair: Pair) -> Moment | None:
    """Return when bids are opened; of the time in which they can be made, its end."""
    return until(pair.value) if _BIDDING.match(pair.name) else moment(pair.value)


def published(said: Said, given: date | None) -> date:
    """Return the day of the notice; `given` where it does not say. Raises: MissingError."""
    for pair in said.all("published"):
        if pair.name == "日期" and pair.section:
            continue
        if found := moment(pair.value):
            return found.day
    # A day that stands alone may be the value of another name, on a card of its own.
    taken = {pair.value for pair in said.pairs if pair.field != "published"}
    for text in said.lines[:HEAD_LINES]:
        if text in taken:
            continue
        of_page = re.search(r"来源|发布|浏览|点击|字号|时间", text) or _DATE_LINE.match(text)
        other = re.search(r"截止|开标|北京时间|前.{0,8}(?:递交|提交|送达)|获取|前将", text)
        if of_page and not other and len(text) < 80 and (found := moment(text)):
            return found.day
    for text in reversed(said.lines[-FOOT_LINES:]):
        found = moment(text)
        if (
            found
            and text not in taken
            and len(re.sub(r"\s+", "", text)) <= found.end - found.start + 12
            and not re.search(r"截止|开标|至", text)
        ):
            return found.day
    if given is not None:
        return given
    return _published_elsewhere(said)


def _published_elsewhere(said: Said) -> date:
    found = re.search(r"公告(?:期限|时间|期)[^。\n]{0,20}", said.text)
    if found and (when := moment(said.text[found.start() : found.start() + 80])):
        return when.day
    for section in said.sections:
        if _OBTAIN.search(section.heading):
            body = "\n".join(
                block.text if isinstance(block, Line) else " ".join(block.cells)
                for block in said.page.blocks[section.start : section.end]
            )
            if when := moments(body):
                said.notes.append(
                    "day of the notice not stated: the first day on which documents can be had"
                )
                return when[0].day
    for text in [*said.lines[: 3 * HEAD_LINES], *reversed(said.lines[-FOOT_LINES:])]:
        if len(text) < 40 and (first := month(text)):
            said.notes.append("day of the notice not stated: the first of its month")
            return first
    raise MissingError("no day on which it was published (公告日期)")
