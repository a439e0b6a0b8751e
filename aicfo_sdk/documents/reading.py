"""A DOCX read back: its text line by line, and whether its figures are those of the books."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..capital import from_capital
from ..errors import AmountError, InputError
from ..money import parse
from .docx import CONTENTS, CONTENTS_ID, shown
from .figures import lines_of, untraced

if TYPE_CHECKING:
    from ..books.port import Books
    from ..model.document import Document
    from ..parameters import Parameters

_LARGEST = 50_000_000
"""Bytes a part of a document may unpack to; more is no document of ours."""
_NUMERALS = "零〇壹贰叁肆伍陆柒捌玖拾佰仟万亿貳參陸萬億"
_CAPITAL = rf"[{_NUMERALS}]+[元圆圓](?:[{_NUMERALS}]+角)?(?:[{_NUMERALS}]+分)?[整正]?"
_NUMBER = r"\d[\d,，.]*\d|\d"
_TOKEN = re.compile(f"{_CAPITAL}|{_NUMBER}")
_BOTH = re.compile(rf"({_CAPITAL})[^\d{_NUMERALS}]{{0,12}}[¥￥]\s*({_NUMBER})")
_OUR_FIELD = re.compile(r"(?:PAGE|NUMPAGES|PAGEREF s_[A-Za-z0-9_]{1,36} \\h)")
_FOOTER = re.compile(r"第 \d* 页 共 \d* 页")
_PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(?:app|core|custom|thumbnail)\.(?:xml|jpeg)"
    r"|customXml/(?:_rels/)?item(?:Props)?\d\.xml(?:\.rels)?"
    r"|word/(?:_rels/)?(?:document|styles|stylesWithEffects|settings|webSettings|fontTable"
    r"|numbering|footer\d|header\d|footnotes|endnotes|comments|theme/theme1)\.xml(?:\.rels)?"
)


@dataclass(frozen=True, slots=True)
class Verified:
    """What reading a file back showed.

    `problems`: figures that differ, are gone, or are not in the books, and things a document of
    ours never holds; none means that every figure agrees. `changed`: lines with other words but
    the same figures. `figures`: how many figures and quotations were compared.
    """

    problems: tuple[str, ...]
    changed: tuple[str, ...]
    figures: int


def verify(document: Document, data: bytes, books: Books, params: Parameters) -> Verified:
    """Return whether a DOCX says what the document says, and that what the books say.

    Raises: InputError when the bytes are no DOCX.
    """
    problems = [*untraced(document, books, params), *not_inert(data)]
    expected = [
        text
        for section in document.sections
        for text in (shown(section.heading), *(shown(x.text) for x in lines_of(section)))
        if text
    ]
    headings = {shown(section.heading) for section in document.sections}
    read = [line for line in read_lines(data) if not _contents(line, headings)]
    more, changed = _compared(expected, [line.text for line in read])
    problems += more
    for line in read:
        problems += conflicts(line.text)
    figures = sum(
        piece.source is not None
        for section in document.sections
        for line in lines_of(section)
        for piece in line.pieces
    )
    return Verified(tuple(problems), tuple(changed), figures)


def conflicts(text: str) -> list[str]:
    """Return every price whose 大写 and figures differ: 大写 governs."""
    found: list[str] = []
    for capital, figure in _BOTH.findall(text):
        try:
            words = from_capital(capital)
            digits = parse(figure.replace("，", ","))
        except AmountError as error:
            found.append(f"an amount cannot be read: {error}")
            continue
        if words != digits:
            found.append(f"{capital} and {figure} differ: 大写 governs")
    return found


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One paragraph or cell as it stands in a file, and the id of its style."""

    text: str
    style: str


def read_lines(data: bytes) -> list[ReadLine]:
    """Return the paragraphs and cells of a DOCX that hold text, in order, the footer's not.

    Raises: InputError when the bytes are no DOCX.
    """
    try:
        import docx

        _unpacked(data)
        opened: Any = docx.Document(io.BytesIO(data))
        return [line for line in _walk(opened) if line.text]
    except (zipfile.BadZipFile, KeyError, ValueError, SyntaxError) as error:
        raise InputError(
            "not a DOCX document", value=str(error), mend="give a file that aicfo wrote"
        ) from None


def _walk(container: Any) -> Iterator[ReadLine]:
    from docx.table import Table

    for block in container.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                for cell in row.cells:
                    yield from _walk(cell)
        else:
            yield ReadLine(block.text, block._p.style or "")


def not_inert(data: bytes) -> list[str]:
    """Return what in a DOCX could act or hide: parts, fields, links, hidden text of no use to us.

    Raises: InputError when the bytes are no DOCX.
    """
    etree: Any = import_module("lxml.etree")  # it has no types of its own

    word = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    found: list[str] = []
    safe = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    for name, content in _unpacked(data).items():
        if not _PARTS.fullmatch(name):
            found.append(f"a part that documents do not need: {name}")
        if not name.endswith((".xml", ".rels")):
            continue
        try:
            root = etree.fromstring(content, safe)
        except etree.XMLSyntaxError as error:
            found.append(f"{name} is no XML: {error}")
            continue
        if root.getroottree().docinfo.doctype:
            found.append(f"{name} declares a document type")
        for node in root.iter():
            tag = str(node.tag)
            if tag.endswith("}Relationship") and node.get("TargetMode") == "External":
                found.append(f"{name} points outside: {node.get('Target')}")
            if not name.startswith("word/") or "styles" in name.casefold():
                continue
            if tag in (f"{word}hyperlink", f"{word}fldSimple", f"{word}object", f"{word}vanish",
                       f"{word}altChunk", f"{word}ins", f"{word}del", f"{word}sdt"):  # fmt: skip
                found.append(f"{name} holds {tag.rpartition('}')[2]}")
            elif tag == f"{word}instrText" and not _OUR_FIELD.fullmatch((node.text or "").strip()):
                found.append(f"{name} holds a field: {node.text}")
        if name in ("word/document.xml", "word/styles.xml") or not name.startswith("word/"):
            continue
        # Word processors add empty notes and headers; a figure in them would be nobody's.
        text = "".join(node.text or "" for node in root.iter(f"{word}t"))
        if _TOKEN.search(text) and not _FOOTER.fullmatch(text):
            found.append(f"{name} says {text[:80]!r}")
    return found


def _unpacked(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist():
                if member.file_size > _LARGEST:
                    raise InputError("a part of this file is too large", value=member.filename)
            return {member.filename: archive.read(member) for member in archive.infolist()}
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
        raise InputError(
            "not a DOCX document", value=str(error), mend="give a file that aicfo wrote"
        ) from None


def _contents(line: ReadLine, headings: set[str]) -> bool:
    """Whether a line is one of the table of contents, which holds nothing else."""
    if line.text == CONTENTS:
        return True
    head, _, page = line.text.partition("\t")
    return line.style == CONTENTS_ID and head in headings and (not page or page.isdecimal())


def _compared(expected: list[str], read: list[str]) -> tuple[list[str], list[str]]:
    problems: list[str] = []
    changed: list[str] = []
    if expected == read:
        return problems, changed
    for kind, a, b, c, d in SequenceMatcher(None, expected, read, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        ours, theirs = expected[a:b], read[c:d]
        wanted = Counter(_tokens(ours))
        stands = Counter(_tokens(theirs))
        near = (theirs or ours)[0][:60]
        problems += [f"not in the books: {token} (near {near!r})" for token in stands - wanted]
        problems += [f"no longer there: {token} (near {near!r})" for token in wanted - stands]
        if wanted == stands:
            changed += [f"reads now: {text[:120]!r}" for text in theirs] or [
                f"left out: {text[:120]!r}" for text in ours
            ]
    return problems, changed


def _tokens(lines: list[str]) -> Iterator[str]:
    for line in lines:
        yield from _TOKEN.findall(line)
