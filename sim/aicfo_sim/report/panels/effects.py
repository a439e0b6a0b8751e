"""What the policy changed of wealth, against the owner and the best simple rule."""

from __future__ import annotations

from collections.abc import Sequence

from ..experiment import charts, how, policy_table, verdict
from ..labels import CURRENCY, between, kinds_name, listed, policy_name, written
from ..measures import MONEY, Change
from ..page import Panel, Table, Words
from ..rows import Found, Gap, policy_rows

_AGAINST = ("vs_owner", "vs_best_rule")


def panel(found: Found, say: Words) -> Panel:
    """Return the panel."""
    rows = policy_rows(found.summary)
    days = int(found.about["days"])
    return Panel(
        key="effects",
        title=say("effects.title"),
        answer=" ".join(filter(None, (verdict(rows, days, CURRENCY, say), _rules(found, say)))),
        as_of=say("simulation.after", days=days, warmup=found.about["warmup_days"]),
        source=say(
            "simulation.source",
            merchants=f"{found.about['merchants'] * found.replications:,}",
            seed=found.about["seed"],
            scenario=found.about["scenario"],
        ),
        blocks=(
            *charts(rows, CURRENCY, say),
            _gaps(found, say),
            policy_table(rows, CURRENCY, say),
        ),
        how=(*how(rows, say), say("effects.how_noise"), _markets(found, say)),
    )


def reading(gap: Gap, say: Words) -> str:
    """Return in words whether a difference shows anything."""
    return say(f"reading.{Change(gap.mean, gap.noise).outcome()}")


def _rules(found: Found, say: Words) -> str:
    """Return a sentence about the best simple rule of each kind."""
    parts: dict[str, list[str]] = {}
    for kind in found.archetypes:
        gap = found.gap(kind.name, found.subject, "vs_best_rule")
        if gap is not None:
            outcome = Change(gap.mean, gap.noise).outcome()
            parts.setdefault(outcome, []).append(kinds_name(kind.name, say))
    lines = [
        say(f"against_rule.{outcome}", kinds=listed(parts[outcome], say))
        for outcome in ("better", "worse", "unclear", "same")
        if outcome in parts
    ]
    if not lines:
        return ""
    return say("effects.rules", lines=say("simulation.and").join(lines))


def _gaps(found: Found, say: Words) -> Table:
    """Return all paired differences of the policy, and of others against the owner."""
    names = ("kind", "pair", "mean", "reads", "interval", "boot", "noise", "unpaired")
    rows = list[tuple[str, ...]]()
    for kind in found.kinds:
        first = True
        for policy, against in _pairs(found):
            gap = found.gap(kind.name, policy, against)
            if gap is None:
                continue
            rows.append(
                (
                    f"{kinds_name(kind.name, say)} ({gap.pairs:,})" if first else "",
                    say(
                        "simulation.vs",
                        policy=policy_name(policy, say),
                        other=policy_name(gap.against, say),
                    ),
                    written(gap.mean, MONEY, signed=True),
                    reading(gap, say),
                    between(gap.low, gap.high, MONEY, say),
                    between(gap.boot_low, gap.boot_high, MONEY, say),
                    "±" + written(gap.noise, MONEY),
                    "±" + written(gap.unpaired_noise, MONEY),
                )
            )
            first = False
    return Table(
        head=tuple(say(f"effects.t_{name}") for name in names),
        rows=tuple(rows),
        numbers=frozenset({2, 4, 5, 6, 7}),
        tight=frozenset({0, 1, 3}),
        caption=say("effects.table"),
    )


def _pairs(found: Found) -> Sequence[tuple[str, str]]:
    rest = [name for name in found.policies if name not in ("owner", found.subject)]
    return [*((found.subject, way) for way in _AGAINST), *((name, "vs_owner") for name in rest)]


def _markets(found: Found, say: Words) -> str:
    """Return whether the intervals hold for other markets, too."""
    gap = found.gap("all", found.subject, "vs_owner")
    if gap is None or gap.wide_low is None or gap.wide_high is None:
        return say("effects.one_market")
    return say(
        "effects.markets",
        replications=gap.replications,
        interval=between(gap.wide_low, gap.wide_high, MONEY, say),
    )
