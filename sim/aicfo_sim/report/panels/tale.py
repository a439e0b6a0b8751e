"""One merchant's time, told month by month: under its owner, and with the policy."""

from __future__ import annotations

from aicfo_sdk.errors import AicfoError

from ...scenario import ARCHETYPES
from ..figures import exact, short
from ..happenings import BOTH, chapters
from ..labels import CURRENCY, STYLES, kind_name, policy_name, written
from ..measures import MEASURES, MONEY
from ..page import Chapters, Chart, Panel, Table, Words
from ..plot import Line
from ..relive import Chosen, Twins, choose, relive
from ..rows import Found
from ..svg import time_chart


def panel(found: Found, say: Words) -> Panel:
    """Return the panel; a sentence where no merchant can be lived again."""
    title = say("tale.title")
    base = "owner" if "owner" in found.policies else found.policies[0]
    if base == found.subject:
        return Panel("tale", title, say("tale.alone"), ())
    chosen = choose(found, base)
    if chosen is None:
        return Panel("tale", title, say("tale.nobody"), ())
    if found.scenario is None:
        return Panel("tale", title, say(f"tale.{found.no_scenario}"), ())
    try:
        twins = relive(found, chosen, (base, found.subject))
    except AicfoError as error:
        return Panel("tale", title, say("tale.failed", why=str(error)), ())
    return _panel(found, chosen, twins, say)


def _panel(found: Found, chosen: Chosen, twins: Twins, say: Words) -> Panel:
    ours, theirs = twins.lives[1].outcome["wealth"], twins.lives[0].outcome["wealth"]
    names = [policy_name(life.policy, say) for life in twins.lives]
    gap = ours - theirs
    outcome = "richer" if gap > 0 else "poorer" if gap < 0 else "same"
    answer = say(
        f"tale.{outcome}",
        firm=_firm(twins, say),
        gap=exact(abs(gap), CURRENCY),
        base=names[0],
        policy=names[1],
        wealth=written(ours, MONEY),
        other=written(theirs, MONEY),
    )
    return Panel(
        key="tale",
        title=say("tale.title"),
        answer=answer,
        blocks=(
            _chart(twins, names, say),
            _apart(twins, names, say),
            _ending(twins, names, say),
            _chapters(twins, say),
        ),
        how=(_which(found, chosen, say), say("tale.how_same"), say("tale.how_names")),
    )


def _firm(twins: Twins, say: Words) -> str:
    from ...identity import identity

    traits, block = twins.block.traits, twins.block
    archetype = ARCHETYPES[int(traits.archetype[0])]
    who = block.world.who(int(traits.merchant[0]), archetype)
    regions: list[int] = block.tenders.region.tolist()
    name = identity(who, archetype, regions).own.name
    return say("tale.firm", name=name, kind=kind_name(archetype, say))


def _which(found: Found, chosen: Chosen, say: Words) -> str:
    return say(
        "tale.of_changed" if chosen.of_changed else "tale.of_all",
        merchant=chosen.merchant,
        replication=chosen.replication,
        seed=found.about["seed"],
        changed=f"{chosen.changed:,}",
        firms=f"{chosen.firms:,}",
    )


def _chart(twins: Twins, names: list[str], say: Words) -> Chart:
    title = say("tale.chart")
    lines = [
        Line(
            name,
            twins.start,
            [float(value) for value in life.cash.tolist()],
            STYLES.get(life.policy, "c2"),
            dashed=place == 0,
        )
        for place, (name, life) in enumerate(zip(names, twins.lives, strict=True))
    ]
    return Chart(time_chart(lines, title=title, unit=short(CURRENCY, say.lang)), title)


def _apart(twins: Twins, names: list[str], say: Words) -> Chart:
    """Return how far the twins are apart, day by day: on the scale of cash it would not show."""
    base, ours = twins.lives
    title = say("tale.apart", policy=names[1], base=names[0])
    gap = [float(value) for value in (ours.cash - base.cash).tolist()]
    line = Line(say("tale.t_gap"), twins.start, gap, STYLES.get(ours.policy, "c2"))
    return Chart(time_chart([line], title=title, unit=short(CURRENCY, say.lang), height=200), title)


def _ending(twins: Twins, names: list[str], say: Words) -> Table:
    """Return the outcome of both, to the fen where it is money."""
    base, ours = (life.outcome for life in twins.lives)
    rows = list[tuple[str, ...]]()
    for measure in MEASURES:
        if measure.column not in base or measure.column == "survived":
            continue
        pair = (base[measure.column], ours[measure.column])
        cells = [*pair, pair[1] - pair[0]]
        money = measure.unit == MONEY
        texts = [exact(cell, CURRENCY) if money else str(cell).replace("-", "−") for cell in cells]
        rows.append((say(f"measure.{measure.column}"), *texts))
    return Table(
        head=(say("beside.t_measure"), *names, say("tale.t_gap")),
        rows=tuple(rows),
        numbers=frozenset({1, 2, 3}),
        tight=frozenset({0}),
        caption=say("tale.table"),
    )


def _chapters(twins: Twins, say: Words) -> Chapters:
    parts = list[tuple[str, tuple[tuple[str, str], ...]]]()
    for chapter in chapters(twins, say):
        voices = [
            (say("tale.both") if voice == BOTH else policy_name(voice, say), text)
            for voice, text in chapter.told.items()
        ]
        cash = [
            say("tale.cash_of", policy=policy_name(name, say), cash=written(amount, MONEY))
            for name, amount in chapter.cash.items()
        ]
        voices.append((say("tale.month_end"), say("words.stop").join(cash)))
        parts.append((f"{chapter.month:%Y-%m}", tuple(voices)))
    return Chapters(tuple(parts))
