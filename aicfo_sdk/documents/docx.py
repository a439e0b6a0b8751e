"""A document as DOCX bytes: the same document, the same bytes.

Everything is text: whatever strangers wrote becomes runs in which what the eye cannot see stands
as an escape. The only fields are page numbers, and there are no links, macros or other parts.
"""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, time
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..model.document import DocumentTable
from ..model.text import visible
from ..redaction import redact

if TYPE_CHECKING:
    from ..model.document import Document, DocumentLine, DocumentSection

SONG, HEI = "宋体", "黑体"
"""Body and heading typefaces; a system without them shows its own Chinese ones."""

CONTENTS = "目录"
CONTENTS_STYLE, CONTENTS_ID = "Document contents", "Documentcontents"
_WIDTH_CM = 15.9
"""Text width of an A4 page with the margins below."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first time a ZIP archive can state; it says nothing and changes with nothing."""


def shown(text: str) -> str:
    """Return text as it stands in a file: secrets masked, what cannot be seen as an escape."""
    return visible(redact(text))


def write_docx(document: Document, pages: dict[str, int] | None = None) -> bytes:
    """Return the DOCX of a document.

    `pages`: section id → page, as found in its PDF; the contents show them before a word
    processor has worked them out. Raises: InputError when python-docx is not installed.
    """
    try:
        import docx
    except ImportError:
        raise InputError(
            "python-docx is not installed", mend="install aicfo-tender, or python-docx"
        ) from None
    made: Any = docx.Document()
    _set_up(made, document)
    headed = [section for section in document.sections if section.heading]
    for number, section in enumerate(document.sections):
        _section(made, section, number)
        if number == 0 and not section.heading and any(one.new_page for one in headed):
            _contents(made, headed, pages or {})
    _footer(made)
    whole = io.BytesIO()
    made.save(whole)
    return _timeless(whole.getvalue())


def _set_up(made: Any, document: Document) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
    from docx.shared import Cm, Pt, RGBColor

    page = made.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.54)
    page.top_margin = page.bottom_margin = Cm(2.54)
    styles = made.styles
    _typeface(styles["Normal"], SONG, "Times New Roman")
    styles["Normal"].font.size = Pt(12)
    styles["Normal"].paragraph_format.space_after = Pt(6)
    styles["Normal"].paragraph_format.line_spacing = 1.3
    heading = styles["Heading 1"]
    _typeface(heading, HEI, "Arial")
    heading.font.size, heading.font.bold = Pt(16), True
    heading.font.color.rgb = RGBColor(0, 0, 0)
    heading.paragraph_format.space_before = Pt(0)
    heading.paragraph_format.space_after = Pt(12)
    contents = styles.add_style(CONTENTS_STYLE, WD_STYLE_TYPE.PARAGRAPH)
    contents.base_style = styles["Normal"]
    contents.paragraph_format.tab_stops.add_tab_stop(
        Cm(_WIDTH_CM), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS
    )
    about = made.core_properties
    when = datetime.combine(document.day, time())
    about.created = about.modified = when
    about.title, about.author, about.last_modified_by = shown(document.title), "aicfo", "aicfo"
    about.comments, about.revision, about.language = "", 1, "zh-CN"


def _typeface(style: Any, chinese: str, western: str) -> None:
    from docx.oxml.ns import qn

    style.font.name = western
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(name), None)
    fonts.set(qn("w:eastAsia"), chinese)
    # The language chooses the shapes of Chinese punctuation.
    language = _element("lang", val="en-US", eastAsia="zh-CN")
    style.element.get_or_add_rPr().append(language)


def _section(made: Any, section: DocumentSection, number: int) -> None:
    if section.heading:
        paragraph = made.add_paragraph()
        paragraph._p.style = "Heading1"  # by id: a look-up by name walks through all styles
        _bookmark(paragraph, section, number)
        paragraph.paragraph_format.page_break_before = section.new_page and number > 0
    for block in section.blocks:
        if isinstance(block, DocumentTable):
            _table(made, block)
        else:
            _paragraph(made.add_paragraph(), block)


def _paragraph(paragraph: Any, line: DocumentLine, *, cell: bool = False) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX
    from docx.shared import Cm, Pt

    setting = paragraph.paragraph_format
    style = line.style
    if style in ("title", "subtitle", "centre"):
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    elif style == "right":
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    elif style == "body" and not cell:
        setting.first_line_indent = Pt(24)  # two characters, as Chinese text is set
    elif style == "item":
        setting.left_indent = Cm(0.8)
    if style == "title":
        setting.space_before, setting.space_after = Pt(120), Pt(36)
    if cell:
        setting.space_before, setting.space_after = Pt(4), Pt(4)
        setting.line_spacing = 1.1
    for piece in line.pieces:
        run = paragraph.add_run(shown(piece.text))
        if style in ("title", "subtitle", "strong"):
            run.bold = True
        if style == "title":
            run.font.size = Pt(32)
        elif style == "subtitle":
            run.font.size = Pt(16)
        elif style == "note" or cell:
            run.font.size = Pt(10.5)
        if piece.kind == "gap":
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW


def _table(made: Any, block: DocumentTable) -> None:
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
    from docx.shared import Cm

    table = made.add_table(rows=0, cols=len(block.header))
    table._tbl.tblPr.style = "TableGrid"
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    whole = sum(block.widths)
    widths = [Cm(_WIDTH_CM * part / whole) for part in block.widths]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for number, row in enumerate((block.header, *block.rows)):
        made_row = table.add_row()
        properties = made_row._tr.get_or_add_trPr()
        properties.append(_element("cantSplit"))
        if number == 0:
            properties.append(_element("tblHeader"))
        for cell, line, width in zip(made_row.cells, row, widths, strict=True):
            cell.width, cell.vertical_alignment = width, WD_CELL_VERTICAL_ALIGNMENT.CENTER
            _paragraph(cell.paragraphs[0], line, cell=True)
            if number == 0:
                cell._tc.get_or_add_tcPr().append(_element("shd", val="clear", fill="E7E6E6"))
                for run in cell.paragraphs[0].runs:
                    run.bold = True
    made.add_paragraph().paragraph_format.space_after = 0


def _contents(made: Any, headed: list[DocumentSection], pages: dict[str, int]) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    title = made.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.page_break_before = True
    run = title.add_run(CONTENTS)
    run.bold, run.font.size = True, Pt(16)
    for section in headed:
        line = made.add_paragraph()
        line._p.style = CONTENTS_ID
        line.add_run(f"{shown(section.heading)}\t")
        page = pages.get(section.id)
        _field(line, f"PAGEREF {bookmark(section.id)} \\h", str(page) if page else "")


def _footer(made: Any) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    line = made.sections[0].footer.paragraphs[0]
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    line.add_run("第 ")
    _field(line, "PAGE", "1")
    line.add_run(" 页 共 ")
    _field(line, "NUMPAGES", "1")
    line.add_run(" 页")


def _field(paragraph: Any, instruction: str, result: str) -> None:
    """Append a field of our own; strangers' text never comes here."""

    for kind in ("begin", "separate", "end"):
        mark = _element("fldChar", fldCharType=kind)
        paragraph.add_run()._r.append(mark)
        if kind == "begin":
            text = _element("instrText")
            text.text = f" {instruction} "
            paragraph.add_run()._r.append(text)
        elif kind == "separate":
            paragraph.add_run(result)


def bookmark(section: str) -> str:
    """Return the bookmark's name of a section: letters, digits and _ only."""
    return "s_" + "".join(c if c.isascii() and c.isalnum() else "_" for c in section)[:36]


def _bookmark(paragraph: Any, section: DocumentSection, number: int) -> None:

    start = _element("bookmarkStart", id=str(number), name=bookmark(section.id))
    end = _element("bookmarkEnd", id=str(number))
    paragraph._p.append(start)
    paragraph.add_run(shown(section.heading))
    paragraph._p.append(end)


def _element(tag: str, **attributes: str) -> Any:
    """Return a WordprocessingML element with attributes of its own namespace."""
    from docx.oxml.ns import qn

    parser: Any = import_module("docx.oxml.parser")  # its types are partly unknown
    made: Any = parser.OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def _timeless(data: bytes) -> bytes:
    """Return the archive with one fixed time for every member, so that equal input is equal."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.infolist():
            entry = zipfile.ZipInfo(member.filename, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            new.writestr(entry, old.read(member))
    return out.getvalue()
