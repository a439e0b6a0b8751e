"""What the layouts of the fourth and fifth sets share: their draws, tenders and labels."""

from __future__ import annotations

import random
from typing import Any

from .labels import labels
from .truth import Truth, make

KIND = {"services": "服务类", "goods": "货物类", "works": "工程类"}
WHOLE = "本项目属于专门面向中小企业采购的项目"


def draws(seed: int) -> random.Random:
    return random.Random(f"fourth {seed}")


def government(seed: int, *methods: str) -> Truth:
    truth = make(seed, draws(seed).choice(["services", "goods"]))
    method = draws(seed + 1).choice(methods)
    evaluation = {"consultation": "comprehensive_scoring", "open": "comprehensive_scoring"}
    return truth.but(method=method, evaluation=evaluation.get(method, "lowest_quote"))


def usual(t: Truth, add: str, given: dict[str, Any], *, evaluation: bool = True) -> dict[str, Any]:
    """Return labels of a usual invitation; `add` names more fields, a trailing - takes one away."""
    names = {
        "title",
        "number",
        "buyer",
        "agency",
        "value",
        "deadline",
        "deadline_time",
        "published",
        "bond",
        "method",
        "notice",
        "regime",
        "category",
        "sme_reserved",
        "consortium",
        "delivery_days",
        "qualifications",
        "required",
    }
    # Of a negotiation or inquiry the procedure itself says how offers are compared.
    names |= {"evaluation"} if evaluation or t.method in ("negotiation", "inquiry") else set()
    for word in add.split():
        names = names - {word[:-1]} if word.endswith("-") else names | {word}
    return labels(t, names, **given)
