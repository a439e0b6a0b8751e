"""The page of a finished experiment: for an owner in plain words, for a researcher with figures."""

from __future__ import annotations

from pathlib import Path

from aicfo_sdk import __version__

from .experiment import TEXTS
from .labels import policy_name, written
from .measures import MONEY, SHARE, mean
from .page import Page, Tile, Words, load_words, write
from .panels import beside, captured, cash, effects, placebo, setup, sources, survival, tale
from .rows import Found, find

_PANELS = (effects, beside, sources, captured, cash, survival, tale, placebo, setup)


def experiment_report(folder: Path, path: Path, lang: str) -> None:
    """Write the page of the finished experiment in `folder` to `path`, in "zh" or "en".

    One merchant is lived again for its story. The same folder gives the same bytes. Raises:
    NotFound or BooksError for a folder without whole results, or where the page cannot be written.
    """
    write(experiment_page(find(folder), lang), path)


def experiment_page(found: Found, lang: str) -> Page:
    """Return the page of an experiment."""
    say = load_words(lang, TEXTS)
    return Page(
        lang=lang,
        title=say("experiment.title", scenario=found.about["scenario"]),
        lead=say("experiment.lead"),
        panels=tuple(part.panel(found, say) for part in _PANELS),
        words=say.under("page"),
        tiles=_tiles(found, say),
        foot=(say("experiment.foot", version=__version__),),
    )


def _tiles(found: Found, say: Words) -> tuple[Tile, ...]:
    """Return the figures that say most: firms, differences, survival."""
    kind = next((kind for kind in found.kinds if kind.name == "all"), None)
    if kind is None:
        return ()
    name, tiles = policy_name(found.subject, say), [Tile(f"{kind.size:,}", say("tiles.firms"))]
    for against, key in (("vs_owner", "tiles.uplift"), ("vs_best_rule", "tiles.rule")):
        gap = found.gap("all", found.subject, against)
        if gap is not None:
            figure = written(gap.mean, MONEY, signed=True)
            reads = effects.reading(gap, say)
            tiles.append(Tile(figure, say(key, policy=name, reading=reads)))
    if "owner" in kind.values:
        ours, owner = (mean(kind, p, "survived") for p in (found.subject, "owner"))
        other = written(owner, SHARE)
        tiles.append(Tile(written(ours, SHARE), say("tiles.closed", policy=name, other=other)))
    return tuple(tiles)
