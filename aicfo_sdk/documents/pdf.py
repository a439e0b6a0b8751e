"""A DOCX as PDF by LibreOffice without a window, and on which page each heading came to stand."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import zlib
from pathlib import Path

from ..errors import InputError, ToolFailed

NAMES = ("soffice", "libreoffice")
SECONDS = 120
"""A document takes one to three seconds, a first start somewhat more."""

_OBJECT = re.compile(rb"(?:^|\s)(\d+) 0 obj\b(.*?)\bendobj", re.DOTALL)
_TITLE = re.compile(rb"/Title\s*(?:<([0-9A-Fa-f]*)>|\(((?:[^()\\]|\\.)*)\))", re.DOTALL)
_DESTINATION = re.compile(rb"/Dest\s*\[\s*(\d+) 0 R")
_KIDS = re.compile(rb"/Type\s*/Pages\b.*?/Kids\s*\[(.*?)\]|/Kids\s*\[([^\]]*)\].*?/Type\s*/Pages\b",
                   re.DOTALL)  # fmt: skip


def office() -> str | None:
    """Return the path of LibreOffice, or None where it is not installed."""
    return next((found for found in map(shutil.which, NAMES) if found), None)


def to_pdf(data: bytes, *, seconds: float = SECONDS) -> bytes:
    """Return the PDF of a DOCX.

    LibreOffice runs with a profile of its own, so that runs do not meet.
    Raises: InputError when LibreOffice is not installed; ToolFailed when it gives no PDF in time.
    """
    program = office()
    if program is None:
        raise InputError(
            "LibreOffice is not installed, which makes the PDF",
            value=" or ".join(NAMES),
            mend="on Debian and Ubuntu: apt install libreoffice-writer-nogui fonts-noto-cjk; "
            "or leave the PDF out and open the DOCX",
        )
    with tempfile.TemporaryDirectory(prefix="aicfo-office-") as folder:
        place = Path(folder)
        (place / "document.docx").write_bytes(data)
        command = [
            program,
            f"-env:UserInstallation={(place / 'profile').as_uri()}",
            "--headless",
            "--norestore",
            "--nologo",
            "--convert-to",
            'pdf:writer_pdf_Export:{"ExportBookmarks":{"type":"boolean","value":"true"}}',
            "--outdir",
            folder,
            str(place / "document.docx"),
        ]
        said = _run(command, seconds)
        made = place / "document.pdf"
        if not made.is_file():
            raise ToolFailed("LibreOffice made no PDF", value=said[-300:], where=program)
        return made.read_bytes()


def _run(command: list[str], seconds: float) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        raise ToolFailed(
            "LibreOffice was not done in time",
            value=f"{seconds:g} s",
            where=command[0],
            mend="try again; or leave the PDF out",
        ) from None
    except OSError as error:
        raise ToolFailed(
            "LibreOffice cannot be started", value=error.strerror, where=command[0]
        ) from None
    return (done.stdout + done.stderr).decode("utf-8", "replace").strip()


def heading_pages(pdf: bytes) -> dict[str, int]:
    """Return heading → page from 1, from the outline of a PDF that LibreOffice wrote.

    Raises: ToolFailed when the PDF has no pages that can be read.
    """
    objects = {int(number): body for number, body in _OBJECT.findall(_plain(pdf))}
    order = _page_order(objects)
    if not order:
        raise ToolFailed("the pages of this PDF cannot be read", mend="look them up by hand")
    found: dict[str, int] = {}
    for body in objects.values():
        title, at = _TITLE.search(body), _DESTINATION.search(body)
        if title and at and int(at[1]) in order:
            found.setdefault(_text(title), order[int(at[1])])
    return found


def page_count(pdf: bytes) -> int:
    """Return how many pages a PDF that LibreOffice wrote has."""
    return len(_page_order({int(n): body for n, body in _OBJECT.findall(_plain(pdf))}))


def _plain(pdf: bytes) -> bytes:
    """Return the PDF with its object streams unpacked behind it, as plain objects."""
    out = [pdf]
    for header, body in re.findall(
        rb"<<([^>]*?/Type\s*/ObjStm.*?)>>\s*stream\r?\n(.*?)endstream", pdf, re.DOTALL
    ):
        count, first = re.search(rb"/N\s+(\d+)", header), re.search(rb"/First\s+(\d+)", header)
        if not count or not first:
            continue
        try:
            text = zlib.decompress(body)
        except zlib.error:
            continue
        start = int(first[1])
        numbers = [int(word) for word in text[:start].split()[: 2 * int(count[1])]]
        places = [*numbers[1::2], len(text) - start]
        for number, low, high in zip(numbers[::2], places, places[1:], strict=True):
            out.append(b"\n%d 0 obj\n%b\nendobj" % (number, text[start + low : start + high]))
    return b"".join(out)


def _page_order(objects: dict[int, bytes]) -> dict[int, int]:
    root = next((body for body in objects.values() if re.search(rb"/Type\s*/Catalog\b", body)), b"")
    pages = re.search(rb"/Pages\s+(\d+) 0 R", root)
    order: dict[int, int] = {}
    waiting = [int(pages[1])] if pages else []
    while waiting:
        number = waiting.pop(0)
        body = objects.get(number, b"")
        kids = re.search(rb"/Kids\s*\[(.*?)\]", body, re.DOTALL)
        if kids:
            waiting[:0] = [int(kid) for kid in re.findall(rb"(\d+) 0 R", kids[1])]
        elif re.search(rb"/Type\s*/Page\b", body) and number not in order:
            order[number] = len(order) + 1
    return order


def _text(title: re.Match[bytes]) -> str:
    if title[1] is not None:
        raw = bytes.fromhex(title[1].decode("ascii"))
    else:
        raw = re.sub(rb"\\(.)", rb"\1", title[2])
    if raw.startswith(b"\xfe\xff"):
        return raw[2:].decode("utf-16-be", "replace")
    return raw.decode("latin-1")
