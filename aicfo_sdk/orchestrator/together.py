"""One plan over many merchants' books: step by step, batch bodies once for all of them.

What comes out is what each would get alone: a batch body gives the same to the last bit (`Tool.
batch`), and a tool without one is called for each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from ..errors import AicfoError
from ..model.base import SubjectId
from .plan import Plan, Step
from .run import Outcome, Prepared, Runner


def run_together(
    runners: Sequence[Runner], plan: Plan, subjects: dict[type[SubjectId], SubjectId]
) -> list[list[Outcome]]:
    """Return the outcome of each step, in plan order, for each runner; the plan is its run's own.

    Plans with a tool that declares blocking work run one after the other.
    """
    if any(step.tool.blocking for step in plan.steps):
        return [runner.run(plan, subjects, goal=True) for runner in runners]
    done: list[list[Outcome]] = [[] for _ in runners]
    for step in plan.steps:
        last = step.index == plan.root.index
        made = [
            runner.prepare(plan, step, own, subjects, last)
            for runner, own in zip(runners, done, strict=True)
        ]
        values = _called(step, made)
        for place, (runner, own, one) in enumerate(zip(runners, done, made, strict=True)):
            if isinstance(one, Prepared):
                one = runner.conclude(plan, step, own, one, values[place])
            own.append(runner.finished(step, one))
    return done


def _called(step: Step, made: Sequence[Prepared | Outcome]) -> dict[int, Any]:
    """Return by place what the step's tool gives, a batch for all with the same arguments."""
    alike: dict[str, list[tuple[int, Prepared]]] = defaultdict(list)
    for place, one in enumerate(made):
        if isinstance(one, Prepared):
            alike[repr(sorted(one.arguments.items()))].append((place, one))
    out: dict[int, Any | AicfoError] = {}
    for group in alike.values():
        found = step.tool.invoke_many(
            [one.context for _, one in group],
            group[0][1].arguments,
            [one.needs for _, one in group],
        )
        out.update(zip((place for place, _ in group), found, strict=True))
    return out
