"""The page of a web page, by the standard library's parser: what is drawn, and what is not.

Hidden are elements with `hidden`, `display: none`, `visibility: hidden`, no opacity, a size of
zero, text in white on no other ground, or moved off the page, inline or by a class or id of the
page's own `<style>`. Other style sheets, scripts and frames are not looked at.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

from .page import MAX_CHARS, MAX_LINE, Page
from .pieces import SEAM, joined
from .spotted import field_of

MAX_MARKUP = 8_000_000
"""Most characters of markup that are read, embedded pictures aside."""

_MOST_SPAN = 60
_MOST_CELLS = 2_000
_DEEPEST = 512

_EMBEDDED = re.compile(r"data:[\w/+.-]{1,60};base64,[A-Za-z0-9+/=\s]{200,}")
_DECLARATION = re.compile(r"<[!?][^<>]{0,2000}>?")
# A tag that another begins within was never closed.
_UNCLOSED = re.compile(r"<[A-Za-z/][^<>]*(?=<)")
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_BREAKS = frozenset(
    "address article aside blockquote br button caption center dd details div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr legend li main menu nav ol p pre "
    "section summary ul".split()
)
_UNSEEN = frozenset("template noembed noframes datalist object iframe select".split())
_BOLD = frozenset("b strong th".split())
_HEADS = {f"h{level}": level for level in range(1, 7)} | {"dt": 7}
_NO_TEXT = frozenset(("script", "style"))
_RULE = re.compile(r"([^{}]{1,300})\{([^{}]{0,2000})\}")
_SELECTOR = re.compile(r"[.#]([\w-]+)\s*$")
_GONE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0?\.?0+(?![.\d])"
    r"|font-size\s*:\s*0*(?:\.0+)?(?:px|pt|em|rem|%)?\s*(?:;|!|$)|font-size\s*:\s*[01]px"
    r"|text-indent\s*:\s*-\d{3,}|(?:left|top|right|margin-left|margin-top)\s*:\s*-\d{3,}"
    r"|(?:max-)?height\s*:\s*0(?:px)?\s*(?:;|$)|clip\s*:\s*rect\(0",
    re.IGNORECASE,
)
_WHITE = r"(?:#fff(?:fff)?(?![0-9a-f])|white|rgba?\(\s*255\s*,\s*255\s*,\s*255[^)]*\)|transparent)"
_WHITE_TEXT = re.compile(rf"(?<![-\w])color\s*:\s*{_WHITE}", re.IGNORECASE)
_GROUND = re.compile(r"background(?:-color|-image)?\s*:\s*([^;]+)", re.IGNORECASE)
_PALE = re.compile(rf"\s*(?:{_WHITE}|none|inherit|initial)", re.IGNORECASE)


def from_html(text: str) -> Page:
    """Return what a reader of a web page sees, line by line."""
    page = Page()
    text = _EMBEDDED.sub("", text)
    if len(text) > MAX_MARKUP:
        text, page.cut = text[:MAX_MARKUP], True
    reader = _Reader(page)
    text = _DECLARATION.sub("", _without_comments(text, page))
    reader.feed(_UNCLOSED.sub(r"\g<0>>", text))
    reader.close()
    reader.finish()
    return page


def _without_comments(text: str, page: Page) -> str:
    """Return markup without its comments, each kept as a remark; one left open takes the rest.

    The parser would look for the end of each from its beginning, again and again.
    """
    out: list[str] = []
    at = 0
    while (start := text.find("<!--", at)) >= 0:
        out.append(text[at:start])
        end = text.find("-->", start + 4)
        page.remark(text[start + 4 : end if end >= 0 else len(text)][:MAX_LINE])
        if end < 0:
            return "".join(out)
        at = end + 3
    out.append(text[at:])
    return "".join(out)


@dataclass(slots=True)
class _Table:
    """A table being read: its number, the row at hand, and what hangs over from rows above."""

    number: int
    cells: list[str] = field(default_factory=list[str])
    cell: list[str] | None = None
    span: tuple[int, int] = (1, 1)
    hanging: dict[int, tuple[int, str]] = field(default_factory=dict[int, tuple[int, str]])
    at: int = 0


class _Reader(HTMLParser):
    def __init__(self, page: Page) -> None:
        super().__init__(convert_charrefs=True)
        self.page = page
        self._open: list[tuple[str, bool]] = []
        self._names: Counter[str] = Counter()
        self._unseen = 0
        self._line: list[str] = []
        self._concealed: list[str] = []
        self._tables: list[_Table] = []
        self._count = 0
        self._gone_names: set[str] = set()
        self._size = 0
        self._level = 0
        self._plain = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self._break()
            self._level = _HEADS.get(tag, 0)
        elif tag == "input":
            self._input(dict(attrs))
        else:
            self._seam()
        if tag == "table":
            self._start_table()
        elif tag == "tr":
            self._end_row()
        elif tag in ("td", "th"):
            self._start_cell(dict(attrs))
        if tag in _VOID:
            return
        gone = self._gone(tag, dict(attrs))
        if len(self._open) < _DEEPEST:
            self._open.append((tag, gone))
            self._names[tag] += 1
            self._unseen += gone

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._end_cell()
        elif tag == "tr":
            self._end_row()
        elif tag == "table":
            self._end_table()
        elif tag in _BREAKS:
            self._break()
        else:
            self._seam()
        if not self._names[tag]:
            return
        while self._open:
            name, gone = self._open.pop()
            self._names[name] -= 1
            self._unseen -= gone
            if name == tag:
                break
        if not self._unseen:
            self._reveal()

    def handle_data(self, data: str) -> None:
        inside = self._open[-1][0] if self._open else ""
        if inside == "style":
            self._styles(data)
        if inside in _NO_TEXT:
            return
        if inside == "title":
            self.page.title = self.page.title or " ".join(data.split())[:500]
            return
        if self._unseen:
            self._concealed.append(data[:MAX_LINE])
            return
        self._size += len(data)
        if self._size > MAX_CHARS + MAX_LINE:
            self.page.cut = True
            return
        if data.strip() and not any(self._names[tag] for tag in _BOLD):
            self._plain = True
        # A line end of the source is a space to the reader.
        self._target().append(data.replace("\r", "").replace("\n", " "))

    def finish(self) -> None:
        """Close what the file left open."""
        while self._tables:
            self._end_table()
        self._break()
        self._reveal()

    def _target(self) -> list[str]:
        table = self._tables[-1] if self._tables else None
        return table.cell if table is not None and table.cell is not None else self._line

    def _seam(self) -> None:
        """Mark where one element of a line ends and another begins."""
        target = self._target()
        if target and target[-1] not in (SEAM, "\n"):
            target.append(SEAM)

    def _input(self, attrs: dict[str, str | None]) -> None:
        """Read what a form shows as filled in: its text, or its tick."""
        kind = (attrs.get("type") or "text").lower()
        if kind in ("checkbox", "radio"):
            self.handle_data("☑" if "checked" in attrs else "□")
        elif kind == "text" and attrs.get("value") and not self._gone("input", attrs):
            self._seam()
            self.handle_data(str(attrs["value"]))

    def _break(self) -> None:
        target = self._target()
        if target is self._line:
            if self._line:
                level = self._level or (0 if self._plain else 7)
                self.page.line(self.getpos()[0], joined("".join(self._line)), level)
                self._line = []
            self._plain, self._level = False, 0
        elif target and target[-1] != "\n":
            target.append("\n")

    def _reveal(self) -> None:
        if self._concealed:
            self.page.conceal(" ".join("".join(self._concealed).split()))
            self._concealed = []

    def _start_table(self) -> None:
        outer = self._tables[-1] if self._tables else None
        if outer is not None and outer.cell is not None and "".join(outer.cell).strip():
            # A table within a cell: the cell is no value but a part of the page.
            self.page.line(self.getpos()[0], joined("".join(outer.cell)))
            outer.cell = []
        elif outer is None:
            self._break()
        if len(self._tables) < _DEEPEST:
            self._count += 1
            self._tables.append(_Table(self._count))

    def _start_cell(self, attrs: dict[str, str | None]) -> None:
        if not self._tables:
            self._break()
            return
        self._end_cell()
        table = self._tables[-1]
        table.at = table.at or self.getpos()[0]
        table.cell = []
        table.span = (_span(attrs.get("colspan")), _span(attrs.get("rowspan")))

    def _end_cell(self) -> None:
        table = self._tables[-1] if self._tables else None
        if table is None or table.cell is None:
            return
        text = joined("".join(table.cell)).strip()
        table.cell = None
        self._hang(table)
        wide, tall = table.span
        for _ in range(wide):
            if len(table.cells) >= _MOST_CELLS:
                self.page.cut = True
                break
            if tall > 1:
                table.hanging[len(table.cells)] = (tall - 1, text)
            table.cells.append(text)

    def _hang(self, table: _Table) -> None:
        while (over := table.hanging.get(len(table.cells))) is not None:
            left, text = over
            column = len(table.cells)
            if left > 1:
                table.hanging[column] = (left - 1, text)
            else:
                del table.hanging[column]
            table.cells.append(text)

    def _end_row(self) -> None:
        if not self._tables:
            return
        self._end_cell()
        table = self._tables[-1]
        if table.cells:
            self._hang(table)
            lines = [cell.count("\n") for cell in table.cells]
            at = table.at or self.getpos()[0]
            outer = self._tables[-2] if len(self._tables) > 1 else None
            if len(table.cells) == 1 and outer and outer.cells and field_of(outer.cells[-1]):
                # The value of a name in the cell before.
                (outer.cell if outer.cell is not None else outer.cells).append(
                    table.cells[0] + "\n"
                )
            elif len(table.cells) == 1 or max(lines) > 12:
                # A table that only lays the page out.
                for cell in dict.fromkeys(table.cells):
                    self.page.line(at, cell)
            else:
                self.page.row(at, table.number, table.cells)
        table.cells, table.at = [], 0

    def _end_table(self) -> None:
        if self._tables:
            self._end_row()
            self._tables.pop()

    def _styles(self, sheet: str) -> None:
        for selectors, body in _RULE.findall(sheet):
            if _vanishes(body):
                for selector in selectors.split(","):
                    if found := _SELECTOR.search(selector):
                        self._gone_names.add(found[1])

    def _gone(self, tag: str, attrs: dict[str, str | None]) -> bool:
        if tag in _UNSEEN or "hidden" in attrs:
            return True
        if _vanishes(attrs.get("style") or ""):
            return True
        if tag == "font" and _vanishes(f"color:{attrs.get('color') or ''}"):
            return True
        names = {*(attrs.get("class") or "").split(), attrs.get("id") or ""}
        return not self._gone_names.isdisjoint(names)


def _vanishes(style: str) -> bool:
    if not style:
        return False
    if _GONE.search(style):
        return True
    if not _WHITE_TEXT.search(style):
        return False
    ground = _GROUND.search(style)
    return ground is None or _PALE.match(ground[1]) is not None


def _span(value: str | None) -> int:
    number = int(value) if value and value.isascii() and value.isdigit() and len(value) < 6 else 1
    return min(max(number, 1), _MOST_SPAN)
