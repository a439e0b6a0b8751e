"""Which importer a file is for, told by its content; and one `read` for all of them.

    detect(path) -> "wechat"
    read(path) -> Batch

A table is told by its column names, XML by its root, JSON by its first character, a notice by its
words. Each importer
states its own columns; the first kind in the order of `KINDS` whose required columns stand in one
row is taken.
"""

from __future__ import annotations

import gc
import inspect
import re
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from ...errors import InputError, NotFound, RecordError
from ..batch import Batch
from .source import Source, Table, load, tables_of
from .table import find_header

KINDS = (
    "wechat",
    "alipay",
    "statement",
    "camt053",
    "einvoice",
    "einvoice_list",
    "bills",
    "places",
    "peers",
    "invoices",
    "ocds",
    "notice",
    "records",
)
"""Kinds of files that can be imported; `einvoice_list` is read by the module `einvoice`."""

_HEAD = 400  # lines of a text file that are looked at
_JSON = re.compile(rb"\{\s*\"|\[\s*\{")
_ROOT = re.compile(rb"<(?![?!])(?:[\w.-]+:)?([\w.-]+)([^>]*)")


def detect(path: Path | str, *, encoding: str = "") -> str:
    """Return the kind of a file, one of `KINDS`; `encoding` as in `read`.

    Raises: InputError when there is no such file; RecordError when it is empty or damaged;
    NotFound when it is of no known kind.
    """
    from . import notice

    source = load(path)
    start = source.data[:4096].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")
    if start[:1] == b"<":
        kind = _xml_kind(source)
    elif _JSON.match(start):
        kind = _json_kind(source)
    elif notice.looks_like(source):
        kind = notice.KIND
    elif notice.is_docx(source):
        kind = None  # a Word document holds no table of the books
    else:
        kind = _table_kind(tables_of(source, encoding=encoding, rows=_HEAD))
    if kind is None:
        raise NotFound(
            "no known kind of file",
            value=source.file,
            mend=f"name its kind if it is one of {', '.join(KINDS)}",
        )
    return kind


def read(path: Path | str, kind: str | None = None, **options: Any) -> Batch:
    """Return everything one file says; `kind` is detected when not given.

    `options` go to the importer of that kind (see its `read`); None stands for not given.
    Raises: NotFound for an unknown kind; InputError for an option that the kind does not take;
    RecordError for a file that cannot be read: nothing of it is taken then.
    """
    from pydantic import ValidationError

    if kind is None:
        kind = detect(path, encoding=options.get("encoding") or "")
    if kind not in KINDS:
        raise NotFound("no such kind of file", value=kind, mend=f"one of {', '.join(KINDS)}")
    function = _importer(kind).read
    given = {name: value for name, value in options.items() if value is not None}
    known = inspect.signature(function).parameters
    needed = [
        name
        for name, parameter in known.items()
        if parameter.default is parameter.empty and name != "path" and name not in given
    ]
    for name in given:
        if name not in known or name == "path":
            taken = ", ".join(other for other in known if other != "path") or "none"
            raise InputError(
                f"a {kind} file takes no such option", value=name, mend=f"it takes: {taken}"
            )
    if needed:
        raise InputError(f"a {kind} file needs an option", value=", ".join(needed), where=str(path))
    # An importer makes many small objects and no cycles: looking for cycles meanwhile would take
    # a third of the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        batch: Batch = function(Path(path), **given)
    except ValidationError as error:
        # A name, id or text that only the record's own limits refuse.
        first = error.errors()[0]
        raise RecordError(
            f"a {error.title} that cannot be: {first['msg']}",
            file=str(path),
            column=".".join(map(str, first["loc"])),
            value=first["input"],
            mend="correct the file or the option it comes from",
        ) from None
    finally:
        if collecting:
            gc.enable()
    return batch


def read_known(path: Path | str, kind: str | None = None, **options: Any) -> Batch:
    """Return what `read` does, leaving out the options that the file's kind does not take.

    For several files of different kinds under one set of options.
    """
    kind = kind or detect(path, encoding=options.get("encoding") or "")
    if kind not in KINDS:
        return read(path, kind)
    known = inspect.signature(_importer(kind).read).parameters
    return read(path, kind, **{name: value for name, value in options.items() if name in known})


def _importer(kind: str) -> Any:
    name = "einvoice" if kind == "einvoice_list" else kind
    return import_module(f".{name}", __package__)


def _xml_kind(source: Source) -> str | None:
    data = source.data[:65536]
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", "replace").encode()
    from . import notice

    found = _ROOT.search(data)
    if found is None:
        return None
    if found[1] == b"Document" and b"camt.053.001." in found[2]:
        return "camt053"
    if found[1] == b"EInvoice":
        return "einvoice"
    return notice.KIND if notice.looks_like(source) else None


def _json_kind(source: Source) -> str | None:
    if b'"ocid"' in source.data or b'"releases"' in source.data:
        return "ocds"
    return "records" if b'"record"' in source.data.splitlines()[0] else None


def _table_kind(tables: Sequence[Table]) -> str | None:
    from . import alipay, bills, einvoice, peers, places, statement, wechat
    from .invoice_mapping import mapping

    # The wallets by what only they have, so that a missing column is named when the file is read.
    if _has(tables, {name: wechat.columns()[0][name] for name in ("type", "way", "status")}):
        return "wechat"
    if _has(tables, {name: alipay.columns()[0][name] for name in ("party", "way", "status")}):
        return "alipay"
    if statement.find_bank(tables):
        return "statement"
    if _has(tables, einvoice.COLUMNS):
        return "einvoice_list"
    if _has(tables, bills.COLUMNS):
        return "bills"
    if _has(tables, places.COLUMNS):
        return "places"
    if _has(tables, peers.COLUMNS):
        return "peers"
    if _has(tables, mapping("online_retail").columns):
        return "invoices"
    return None


def _has(tables: Sequence[Table], columns: Mapping[str, Sequence[str]]) -> bool:
    try:
        find_header(tables, columns)
    except RecordError:
        return False
    return True
