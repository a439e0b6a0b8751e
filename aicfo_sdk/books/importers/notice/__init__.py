"""Tenders from Chinese notices and tender documents (公告, 招标文件) in text, HTML or DOCX.

The layout is that of 财办库〔2020〕50号 and what portals make of it. One file is one notice and
yields one `Tender` as it says; the notices of one project (项目编号) are put together by the books
(`books.states`): a correction changes what it names, a termination ends it, an award closes it.

Decided here:
- A field that a notice does not state stays empty. An amount without a unit counts as yuan from
  5,000 upwards, else it is left out; where 大写 and figures differ, 大写 counts and a flag says so.
- The project's number is the id. Without one the id is made of name and buyer.
- Hidden text is never part of a field: it becomes a flag.
- Scans and PDF are not read. Headers, footers and notes of a document are not either.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from ....errors import InputError, RecordError
from ...batch import Batch
from ..source import Source, decode, load
from .docx_page import from_docx, is_docx
from .facts import read_page
from .html_page import from_html
from .page import Page
from .recognise import announces, may_announce
from .said import MissingError
from .text_page import from_text

KIND = "notice"

MAX_BYTES = 64 * 1024 * 1024
"""Largest file of a notice, in bytes."""

_LOOKED_AT = 400_000


def looks_like(source: Source) -> bool:
    """Return whether a file is a Chinese notice or tender document, told by its words."""
    if source.data[:4] == b"PK\x03\x04":
        try:
            return is_docx(source) and announces(from_docx(source))
        except RecordError:
            # A document too odd to be opened says why when it is read as what it may be.
            return True
    head = source.data[:_LOOKED_AT]
    codes = ("utf-16",) if head[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8", "gb18030")
    texts = (head.decode(code, "ignore") for code in codes)
    return any(may_announce(text) and announces(_page(text)) for text in texts)


def read(path: Path, *, encoding: str = "", published: str = "") -> Batch:
    """Return the `Tender` that a notice or tender document announces.

    `encoding` overrides the detection; `published` is the day of the notice (YYYY-MM-DD) where it
    states none. Raises: RecordError when the file cannot be read or lacks name or day.
    """
    source = load(path)
    given = _day(published)
    if len(source.data) > MAX_BYTES:
        raise source.error(
            f"a notice of more than {MAX_BYTES // 1024**2} MiB", mend="take its pictures out"
        )
    page = page_of(source, encoding=encoding)
    if not page.blocks:
        raise source.error(
            "a notice without text", mend="scans are not read; give the text, HTML or DOCX"
        )
    try:
        found = read_page(page, given)
    except MissingError as error:
        mend = "give the notice as published"
        if "day" in str(error):
            mend = "name it: --published YYYY-MM-DD"
        raise RecordError(
            f"a notice with {error}", file=source.file, value=page.blocks[0][-1], mend=mend
        ) from None
    return Batch(
        kind=KIND,
        source=source.file,
        digest=source.digest,
        currency="CNY",
        records=(found.tender,),
        notes=(
            *found.notes,
            *(f"flagged: {flag.kind}: {flag.text}" for flag in found.tender.flags),
        ),
        rows=1,
    )


def page_of(source: Source, *, encoding: str = "") -> Page:
    """Return the page of a file, whichever of the three formats it is in. Raises: RecordError."""
    if source.data[:4] == b"PK\x03\x04":
        if not is_docx(source):
            raise source.error("a notice that is no DOCX", mend="save it as DOCX")
        return from_docx(source)
    return _page(decode(source, encoding=encoding, page=True))


def _page(text: str) -> Page:
    return from_html(text) if is_html(text) else from_text(text)


def is_html(text: str) -> bool:
    """Return whether a text is markup."""
    start = text[:20_000].lstrip("\ufeff \r\n\t")
    return start[:1] == "<" and re.search(r"<\w+[\s>/]|<!", start[:2_000]) is not None


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(
            "not a day", value=text, where="published", mend="write it like 2026-03-02"
        ) from None
