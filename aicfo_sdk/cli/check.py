"""`aicfo check`: the conformance kit, for a plugin's folder or an installed plugin."""

from __future__ import annotations

from pathlib import Path

from ..errors import InputError
from .arguments import emit, parser
from .outputs import CheckFinding, CheckOutput

_ABOUT = "Try everything that a good plugin does. Its code runs here, with your rights."


def run(words: list[str]) -> int:
    """Print what a plugin breaks, each finding with its line and mend; 1 when there is any."""
    made = parser("check", _ABOUT, books=False)
    made.add_argument("target", metavar="PATH", help="a plugin's folder or name")
    made.add_argument("--archetype", action="append", metavar="NAME", help="merchant to try it on")
    made.add_argument("--seed", type=int, default=7, help="of the merchants")
    made.add_argument("--deadline", type=float, default=10.0, metavar="SECONDS", help="of one call")
    made.add_argument("--junit", type=Path, metavar="FILE", help="also write JUnit XML")
    options = made.parse_args(words)
    if not 0 < options.deadline < 86_400:
        raise InputError("no such deadline", value=options.deadline, mend="seconds, above 0")
    from ..testing.conformance import check
    from ..testing.merchants import ARCHETYPES
    from ..testing.rules import RULES

    report = check(
        options.target,
        archetypes=tuple(options.archetype or ARCHETYPES),
        seed=options.seed,
        deadline=options.deadline,
    )
    if options.junit is not None:
        from ..testing.junit import junit

        options.junit.write_text(junit(report), "utf-8")
    output = CheckOutput(
        target=options.target,
        distribution=report.distribution,
        plugins=list(report.plugins),
        tools=list(report.tools),
        merchants=list(report.merchants),
        rules=list(RULES),
        ok=report.ok,
        findings=[
            CheckFinding(
                rule=found.rule,
                what=RULES[found.rule].what,
                seen=found.seen,
                tool=found.where,
                file=found.file,
                line=found.line,
                mend=RULES[found.rule].mend,
            )
            for found in report.findings
        ],
        notes=list(report.notes),
    )
    emit(output, options.json, _lines(output))
    return 0 if report.ok else 1


def _lines(output: CheckOutput) -> list[str]:
    lines: list[str] = []
    for found in output.findings:
        place = f"{found.file}:{found.line}" if found.line else found.file or found.tool
        lines += [
            f"{place}  {found.rule}: {found.what}",
            f"    {found.tool}  {found.seen}".rstrip(),
        ]
        lines += [f"    mend: {found.mend}"]
    lines += [f"note: {line}" for line in output.notes]
    count = len(output.findings)
    tools = f"{len(output.tools)} tool{'s' * (len(output.tools) != 1)}"
    tried = f"{tools} of {', '.join(output.plugins) or 'no plugin'}"
    lines.append(
        f"{output.distribution}: {tried} against {len(output.rules)} rules on"
        f" {len(output.merchants)} synthetic merchants: {count or 'no'} finding{'s' * (count != 1)}"
    )
    return lines
