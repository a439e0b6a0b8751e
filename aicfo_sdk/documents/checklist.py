"""The checklist of a bid for its owner: which clause is answered where, and what to bring."""

from __future__ import annotations

from ..model.bid_document import BidDocument
from ..model.document import (
    Document,
    DocumentLine,
    DocumentPiece,
    DocumentSection,
    DocumentTable,
    FigureSource,
    GivenText,
)

_CLAUSES = (("序号", 2), ("实质性条款", 9), ("响应位置", 6), ("页码", 2), ("响应或需补材料", 8))
_MISSING = (("序号", 2), ("所在部分", 7), ("缺少", 8), ("请提供", 10))


def checklist_of(bid: BidDocument, pages: dict[str, int]) -> Document:
    """Return the checklist as a document of its own, which stays with the owner.

    `pages`: section id → page of the bid's PDF; without it the pages stay open.
    """
    given: list[GivenText] = []

    def told(name: str, text: str) -> DocumentPiece:
        given.append(GivenText(name=name, text=text))
        return DocumentPiece(kind="quote", text=text, source=FigureSource(kind="given", field=name))

    clauses: list[tuple[DocumentLine, ...]] = []
    for number, item in enumerate(bid.checklist, start=1):
        page = pages.get(item.section)
        answered = item.status == "answered"
        clauses.append(
            (
                _row(number),
                _line("★" if item.starred else "", told(f"clause/{item.id}", item.clause)),
                _line(item.heading),
                _line(told(f"page/{item.id}", str(page)) if page and answered else "—"),
                _line(
                    "已响应：" if answered else _gap("缺"),
                    told(f"answer/{item.id}", item.answer or item.bring),
                ),
            )
        )
    headings = {section.id: section.heading for section in bid.sections}
    missing = [
        (
            _row(number),
            _line(headings[item.section]),
            _line(told(f"missing/{number}", item.what)),
            _line(told(f"bring/{number}", item.bring)),
        )
        for number, item in enumerate(bid.missing, start=1)
    ]
    return Document(
        title="投标文件检查表",
        day=bid.day,
        currency=bid.currency,
        sections=(
            _section("clauses", "实质性条款响应检查表", _CLAUSES, clauses, "公告没有实质性条款。"),
            _section("missing", "待补清单", _MISSING, missing, "没有缺少的材料。"),
        ),
        given=tuple(given),
        evidence=bid.evidence,
    )


def _section(
    name: str,
    heading: str,
    columns: tuple[tuple[str, int], ...],
    rows: list[tuple[DocumentLine, ...]],
    none: str,
) -> DocumentSection:
    block = (
        DocumentTable(
            header=tuple(_line(column) for column, _ in columns),
            widths=tuple(width for _, width in columns),
            rows=tuple(rows),
        )
        if rows
        else _line(none)
    )
    return DocumentSection(id=name, heading=heading, blocks=(block,), new_page=False)


def _line(*parts: str | DocumentPiece) -> DocumentLine:
    return DocumentLine(
        pieces=tuple(
            DocumentPiece(kind="text", text=part) if isinstance(part, str) else part
            for part in parts
            if part != ""
        )
    )


def _row(number: int) -> DocumentLine:
    return _line(DocumentPiece(kind="row", text=str(number), value=number))


def _gap(text: str) -> DocumentPiece:
    return DocumentPiece(kind="gap", text=f"【{text}】")
