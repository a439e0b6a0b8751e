"""`aicfo write`: the bid for a tender, or the contract after the award, as DOCX and PDF."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError, ToolFailed
from ..model.base import canonical
from ..money import parse
from .arguments import as_arguments, as_day, emit, model_rules, parser, session
from .outputs import WriteOutput

if TYPE_CHECKING:
    import argparse

    from ..llm.drafting import DraftedChapter
    from ..model.bid_document import BidDocument, ContractDraft
    from ..orchestrator.session import Answer, Session

_FACTS = {"bid": "BidDocument", "contract": "ContractDraft"}


def run(words: list[str]) -> int:
    """Write a document, or with --check compare a file with the books; 1 when figures differ."""
    made = parser("write", "The bid for a tender, or the contract after the award, as files.")
    made.add_argument("what", choices=sorted(_FACTS), help="bid or contract")
    made.add_argument("tender", metavar="TENDER", help="id of the Tender")
    made.add_argument("--out", type=Path, metavar="DIR", help="folder for the files")
    made.add_argument("--check", type=Path, metavar="FILE", help="compare a DOCX with the books")
    made.add_argument("--price", metavar="YUAN", help="price bid, such as 980000.00")
    made.add_argument("--args", type=as_arguments, default={}, metavar="JSON", help="the rest")
    made.add_argument("--pdf", action="store_true", help="a PDF as well, by LibreOffice")
    made.add_argument("--as-of", metavar="DATE", type=as_day, help="the day (last one known)")
    made.add_argument("--draft", action="store_true", help="a model drafts the technical plan")
    made.add_argument("--model", metavar="NAME", help="that drafts (AICFO_MODEL, aicfo.toml)")
    made.add_argument("--api-base", metavar="URL", help="where the model is served")
    made.add_argument("--force", action="store_true", help="write over existing files")
    options = made.parse_args(words)
    if (options.out is None) == (options.check is None):
        raise InputError("say where to write, or what to check", mend="give --out DIR or --check")
    if options.draft and (options.what != "bid" or options.out is None):
        raise InputError("only a bid that is written is drafted", mend="write bid … --out --draft")
    files = _targets(options)
    given: dict[str, Any] = {"tender": options.tender, **options.args}
    if options.price is not None:
        given["price"] = parse(options.price, where="--price")
    opened = session(options)
    answer = opened.call(_FACTS[options.what], given)
    document = _document(options.what, answer)
    drafted: list[DraftedChapter] = []
    if options.draft:
        drafted = _drafted(options, opened, document, answer)
        texts = {f"draft/{one.id}": one.text for one in drafted if one.text}
        given["answers"] = {**texts, **given.get("answers", {})}
        answer = opened.call(_FACTS[options.what], given)
        document = _document(options.what, answer)
    output = _checked(options, document, answer) if options.check else WriteOutput.of(document)
    if not options.check:
        _write(document, answer, files, output)
    output.drafted = [one.model_dump(mode="json") for one in drafted]
    emit(output, options.json, _lines(output))
    return 1 if output.problems else 0


def _targets(options: argparse.Namespace) -> dict[str, Path]:
    """Return the files to be written, by name; refuse at once what could not be."""
    if options.out is None:
        return {}
    out: Path = options.out
    if out.exists() and not out.is_dir():
        raise InputError("not a folder", value=str(out), mend="give another --out")
    names = {"docx": out / f"{options.what}.docx"}
    if options.pdf:
        names["pdf"] = out / f"{options.what}.pdf"
    if options.what == "bid":
        names["checklist"] = out / "bid-checklist.docx"
    for file in names.values():
        if file.exists() and not options.force:
            raise InputError("the file is there already", value=str(file), mend="use --force")
    return names


def _drafted(
    options: argparse.Namespace,
    opened: Session,
    document: BidDocument | ContractDraft,
    answer: Answer,
) -> list[DraftedChapter]:
    from ..llm.drafting import Drafter
    from ..model.bid_document import BidDocument

    assert isinstance(document, BidDocument)
    drafter = Drafter(model_rules(options, opened.config.llm))
    return drafter.draft(document, answer.run.books)


def _document(what: str, answer: Answer) -> BidDocument | ContractDraft:
    from ..model.bid_document import BidDocument, ContractDraft

    kind = BidDocument if what == "bid" else ContractDraft
    return kind.model_validate_json(canonical(answer.structured))


def _checked(
    options: argparse.Namespace, document: BidDocument | ContractDraft, answer: Answer
) -> WriteOutput:
    from ..documents.reading import verify
    from ..parameters import parameters

    try:
        data = options.check.read_bytes()
    except OSError as error:
        raise InputError(
            "the file cannot be read", value=str(options.check), mend=error.strerror or str(error)
        ) from None
    found = verify(document, data, answer.run.books, parameters())
    return WriteOutput.of(
        document,
        problems=list(found.problems),
        changed=list(found.changed),
        figures=found.figures,
    )


def _write(
    document: BidDocument | ContractDraft,
    answer: Answer,
    files: dict[str, Path],
    output: WriteOutput,
) -> None:
    from ..books.files import new_file, unwritten
    from ..documents.checklist import checklist_of
    from ..documents.docx import shown, write_docx
    from ..documents.pdf import heading_pages, to_pdf
    from ..documents.reading import verify
    from ..model.bid_document import BidDocument
    from ..parameters import parameters

    made = {"docx": write_docx(document)}
    pages: dict[str, int] = {}
    if "pdf" in files:
        made["pdf"] = to_pdf(made["docx"])
        stands = heading_pages(made["pdf"])
        pages = {
            section.id: stands[shown(section.heading)]
            for section in document.sections
            if shown(section.heading) in stands
        }
        made["docx"] = write_docx(document, pages)
    if isinstance(document, BidDocument):
        made["checklist"] = write_docx(checklist_of(document, pages))
    found = verify(document, made["docx"], answer.run.books, parameters())
    if found.problems or found.changed:
        raise ToolFailed(
            "the document does not read back as the books say, so it was not written",
            value="; ".join((*found.problems, *found.changed)[:3]),
            mend="report it",
        )
    folder = files["docx"].parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritten(folder, error) from None
    for name, file in files.items():
        with new_file(file, replace=True) as part:
            part.write_bytes(made[name])
    output.files = [str(file) for file in files.values()]
    output.figures = found.figures
    output.pages = pages


def _lines(output: WriteOutput) -> list[str]:
    lines = [*output.files]
    if output.files:
        lines.append(f"{output.figures} figures and quotations agree with the books")
    for one in output.drafted:
        sure = f"drafted, {len(one['links'])} figures with their source" if one["text"] else ""
        lines.append(f"  {one['heading']}: {sure or 'left out: ' + one['why']}")
    answered = sum(item["status"] == "answered" for item in output.checklist)
    if output.checklist:
        lines.append(f"{answered} of {len(output.checklist)} mandatory clauses answered")
    lines += [f"  missing: {item['clause']}: {item['bring']}" for item in output.checklist
              if item["status"] == "missing"]  # fmt: skip
    lines += [f"  to bring: {item['what']}: {item['bring']}" for item in output.missing]
    lines += [f"  {item['severity']}: {item['message']} {item['action']}".rstrip()
              for item in output.findings]  # fmt: skip
    lines += [f"  differs: {problem}" for problem in output.problems]
    lines += [f"  changed words: {line}" for line in output.changed]
    return lines
