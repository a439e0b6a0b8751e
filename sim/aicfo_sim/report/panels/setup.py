"""What was run: scenario, seed, versions, size, cost, limits."""

from __future__ import annotations

from ...printing import cost_rows
from ...scenario import ARCHETYPES, Scenario
from ..labels import kind_name, listed, policy_name
from ..measures import MEASURES
from ..page import Block, Panel, Table, Text, Words
from ..rows import Found


def panel(found: Found, say: Words) -> Panel:
    """Return the panel."""
    about = found.about
    drawn = int(about["merchants"]) * found.replications
    blocks: list[Block] = [_facts(found, say)]
    costs = cost_rows(dict(about), dict(found.spent), found.replications)
    if costs:
        blocks.append(
            Table(
                head=tuple(say(f"setup.t_{name}") for name in ("part", "cpu", "each")),
                rows=tuple(
                    (
                        _part(row["part"], say),
                        f"{row['cpu_seconds']:.2f} s",
                        f"{row['per_merchant_year']:.4f} s",
                    )
                    for row in costs
                ),
                numbers=frozenset({1, 2}),
                tight=frozenset({0}),
                caption=say("setup.costs"),
            )
        )
    else:
        blocks.append(Text(say("setup.no_costs")))
    lacks = _lacks(found, say)
    if lacks:
        blocks.append(Text(say("setup.lacks", what=listed(lacks, say))))
    return Panel(
        key="setup",
        title=say("setup.title"),
        answer=say(
            "setup.answer",
            scenario=about["scenario"],
            merchants=f"{drawn:,}",
            days=f"{about['days']:,}",
            policies=len(found.policies),
        ),
        blocks=tuple(blocks),
        how=(say("setup.how_model"), say("setup.how_same"), *_sources(found.scenario, say)),
    )


def _facts(found: Found, say: Words) -> Table:
    about, scenario = found.about, found.scenario
    failed = sum(kind.drawn - kind.size for kind in found.archetypes)
    rows = [
        ("scenario", f"{about['scenario']}" + (f": {scenario.title}" if scenario else "")),
        ("held_out", say("setup.yes" if about.get("held_out") else "setup.no")),
        ("digest", about["scenario_digest"]),
        ("seed", str(about["seed"])),
        ("firms", f"{about['merchants']:,}"),
        ("kinds", _mix(found, say)),
        ("replications", f"{found.replications:,}"),
        ("days", say("simulation.after", days=about["days"], warmup=about["warmup_days"])),
        ("start", scenario.start.isoformat() if scenario else "—"),
        ("failed", f"{failed:,}"),
        ("policies", listed([policy_name(name, say) for name in found.policies], say)),
        ("versions", ", ".join(f"{name} {it}" for name, it in about["versions"].items())),
        ("machine", _machine(found)),
        ("sha256", found.sha256),
    ]
    return Table(
        head=(say("setup.t_what"), say("setup.t_value")),
        rows=tuple((say(f"fact.{name}"), text) for name, text in rows),
        tight=frozenset({0}),
        caption=say("setup.facts"),
    )


def _mix(found: Found, say: Words) -> str:
    return listed([f"{kind_name(k.name, say)} {k.size:,}" for k in found.archetypes], say)


def _machine(found: Found) -> str:
    recorded = found.about.get("recorded", {})
    python, machine = recorded.get("python"), recorded.get("machine")
    return f"Python {python}, {machine}" if python and machine else "—"


def _part(name: str, say: Words) -> str:
    names = {"draws": "draws", "warm-up": "warmup"}
    return say(f"setup.{names[name]}") if name in names else policy_name(name, say)


def _lacks(found: Found, say: Words) -> list[str]:
    """Return what a full report would show and this run does not have."""
    lacks = [say(f"measure.{m.column}") for m in MEASURES if not found.has(m.column)]
    checks = (
        ("paths", found.paths is not None),
        ("bound", found.has("bound")),
        ("ablation", bool(found.plugins)),
        ("placebo", "nothing" in found.policies),
        ("rule", any(kind.rule for kind in found.kinds)),
        ("owner", "owner" in found.policies),
    )
    return lacks + [say(f"lack.{name}") for name, there in checks if not there]


def _sources(scenario: Scenario | None, say: Words) -> tuple[str, ...]:
    """Return how many of the calibration figures were read at their source."""
    if scenario is None:
        return ()
    names = [*(name for name in ARCHETYPES if scenario.mix.get(name)), "market"]
    rows = [row for name in names for row in scenario.figures(name).rows.values()]
    read = sum(bool(row.get("verified")) for row in rows)
    return (say("setup.how_sources", read=read, all=len(rows)),)
