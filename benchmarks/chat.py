"""A model's drafts held to account: wrong figures caught, right ones left alone."""

from __future__ import annotations

from collections import Counter
from typing import Any

from benchmarks.chat_questions import answered, questions


def measure() -> dict[str, Any]:
    """Return how many wrong figures were caught, and how many right drafts were doubted."""
    kinds, caught = Counter[str](), Counter[str]()
    alarms = marked = 0
    for question in questions():
        turn = answered(question)
        if question.wrong:
            kinds[question.wrong] += 1
            caught[question.wrong] += bool(turn.caught)
            marked += bool(turn.marked)
        else:
            alarms += bool(turn.caught)
    return {
        "questions": len(questions()),
        "with a wrong figure": kinds.total(),
        "caught": caught.total(),
        "still wrong in the second draft, and marked": marked,
        "right drafts": len(questions()) - kinds.total(),
        "false alarms": alarms,
        **{f"caught: {kind}": f"{caught[kind]} of {count}" for kind, count in kinds.items()},
    }
