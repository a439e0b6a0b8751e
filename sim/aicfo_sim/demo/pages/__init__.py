"""The demo's page: one module per panel, each a pure function of what `--json` prints."""

from __future__ import annotations

from aicfo_sdk import __version__

from ...report.experiment import TEXTS
from ...report.page import Page, Tile, Words, load_words
from ..output import DemoOutput
from ..settings import HERE
from . import notices, simulation, story, wholesaler


def demo_words(lang: str) -> Words:
    """Return the demo's texts in one language."""
    return load_words(lang, TEXTS, HERE / "words.toml")


def build(found: DemoOutput) -> Page:
    """Return the page of a demo."""
    say = demo_words(found.lang)
    sources = [found.wholesaler.source, found.notices.source]
    licences = " · ".join(
        say("page.licence", name=source.name, licence=source.licence, source=source.source)
        for source in sources
    )
    return Page(
        lang=found.lang,
        title=say("page.title"),
        lead=say("page.lead"),
        panels=(
            wholesaler.panel(found.wholesaler, say),
            notices.panel(found.notices, say),
            story.panel(found.story, say),
            simulation.panel(found.simulation, say),
        ),
        words=say.under("page"),
        tiles=_tiles(found, say),
        foot=(say("page.foot", version=__version__), say("page.attribution", lines=licences)),
    )


def _tiles(found: DemoOutput, say: Words) -> tuple[Tile, ...]:
    return (
        *wholesaler.tiles(found.wholesaler, say),
        notices.tile(found.notices, say),
        story.tile(found.story, say),
        simulation.tile(found.simulation, say),
    )
