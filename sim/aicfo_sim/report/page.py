"""One self-contained HTML page from panels: text, charts, tables; no script, no network.

    page = Page(lang="en", title="…", lead="…", panels=(panel,))
    write(page, Path("report.html"))

Every text is escaped by the template; only `Chart.svg`, which `svg` made, goes in as it is. The
same page gives the same bytes.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aicfo_sdk.books.files import new_file

if TYPE_CHECKING:
    from jinja2 import Environment

_UNBROKEN = re.compile(r"\d{4}-\d\d-\d\d|−[^\w\s]?\d[\d,.]*%?")

LANGUAGES = {"zh": "zh-CN", "en": "en"}
"""Language of a page as the command line writes it → as HTML does."""


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart made by `svg`, with what to see in it."""

    svg: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head; columns in `numbers` stand right-aligned, those in `tight` unbroken."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    tight: frozenset[int] = frozenset()
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Chapters:
    """Parts of a story in order: each a heading and what each voice tells under it."""

    parts: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


Block = Text | Chart | Table | Chapters


@dataclass(frozen=True, slots=True)
class Panel:
    """One subject: the answer in a sentence, what shows it, and how it is known."""

    key: str
    title: str
    answer: str
    blocks: tuple[Block, ...]
    how: tuple[str, ...] = ()
    as_of: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure at the top of the page."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Page:
    """A whole page. `words` are its few fixed texts: contents, as_of, source, how."""

    lang: str
    title: str
    lead: str
    panels: tuple[Panel, ...]
    words: Mapping[str, str]
    tiles: tuple[Tile, ...] = ()
    foot: tuple[str, ...] = ()


class Words:
    """The texts of a page in one language, from sections of `key = { en = …, zh = … }`."""

    def __init__(self, table: Mapping[str, Mapping[str, Mapping[str, str]]], lang: str) -> None:
        self.lang = lang
        self._texts = {
            f"{section}.{name}": text[lang]
            for section, texts in table.items()
            for name, text in texts.items()
        }

    def __call__(self, key: str, /, **values: Any) -> str:
        """Return the text of a key with its {places} filled."""
        return self._texts[key].format_map(values)

    def known(self, key: str) -> bool:
        """Whether there is a text of this key."""
        return key in self._texts

    def under(self, prefix: str) -> dict[str, str]:
        """Return the texts whose keys begin with `prefix.`, by the rest of the key."""
        start = f"{prefix}."
        return {k.removeprefix(start): v for k, v in self._texts.items() if k.startswith(start)}


def load_words(lang: str, *paths: Path) -> Words:
    """Return the texts of TOML files in one language; a later file adds to the sections."""
    table: dict[str, Any] = {}
    for path in paths:
        for section, texts in tomllib.loads(path.read_text("utf-8")).items():
            table[section] = {**table.get(section, {}), **texts}
    return Words(table, lang)


def render(page: Page) -> str:
    """Return the page as HTML."""
    template = _environment().get_template("page.html")
    return template.render(page=page, html_lang=LANGUAGES[page.lang])


def write(page: Page, path: Path) -> None:
    """Write the page; it stands there whole or not at all.

    Raises: BooksError when it cannot be written.
    """
    write_text(render(page), path)


def write_text(text: str, path: Path) -> None:
    """Write a text file; it stands there whole or not at all.

    Raises: BooksError when it cannot be written.
    """
    with new_file(path, replace=True) as part:
        part.write_text(text, "utf-8", newline="\n")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("aicfo_sim.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    shared: Any = environment  # its tables are untyped
    shared.filters["drawn"] = Markup
    shared.filters["told"] = _told
    shared.tests["kind"] = _is_kind
    return environment


def _told(text: str) -> str:
    """Return escaped text in which no line breaks within a day or a negative amount."""
    from markupsafe import Markup, escape

    return Markup(_UNBROKEN.sub(r'<span class="tight">\g<0></span>', str(escape(text))))


def _is_kind(block: Block, name: str) -> bool:
    return type(block).__name__ == name
