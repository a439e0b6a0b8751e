"""Random money operations against a Decimal oracle: not one fen off, and no silent overflow.

The oracle shares no code with `aicfo_sdk.money`: it divides in `decimal` with more digits than
any of these numbers has, and rounds with Decimal's own half-even rule.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from aicfo_sim import fen
from pydantic import TypeAdapter, ValidationError

from aicfo_sdk import money
from aicfo_sdk.actions import postings, proceeds
from aicfo_sdk.errors import AmountError
from aicfo_sdk.model import Action, DiscountBill, DrawLoan, Pay, RepayLoan

WHOLE = 1_000_000

_EXACT = Context(prec=120, rounding=ROUND_HALF_EVEN)
_DAY = date(2026, 3, 2)
_FEN = TypeAdapter[int](money.Fen)
_FIELDS: dict[str, Any] = {"day": _DAY, "account": "A"}


def campaign(share: float, seed: int) -> dict[str, Any]:
    """Return how many operations of each kind were tried; none may differ from the oracle."""
    rng = random.Random(seed)
    count = max(len(_KINDS) * 5, round(WHOLE * share))
    tried: Counter[str] = Counter()
    for number in range(count):
        kind = _KINDS[number % len(_KINDS)]
        kind(rng)
        tried[kind.__name__.removeprefix("_")] += 1
    return {"operations": count, "fen_off": 0, "kinds": dict(sorted(tried.items()))}


def nearest(numerator: Decimal | int, denominator: Decimal | int) -> int:
    """Return the quotient in whole units, half to even, as Decimal rounds."""
    quotient = _EXACT.divide(Decimal(numerator), Decimal(denominator))
    return int(quotient.quantize(Decimal(1), context=_EXACT))


def amount(rng: random.Random, *, low: int = -money.LIMIT) -> int:
    """Return an amount: often small or at the bounds, where mistakes are made."""
    shape = rng.randrange(4)
    if shape == 0:
        return max(low, rng.choice((0, 1, -1, 49, 50, 51, money.LIMIT, -money.LIMIT)))
    bound = (1_000, 10**8, money.LIMIT)[shape - 1]
    return rng.randint(max(low, -bound), bound)


def _sums(rng: random.Random) -> None:
    parts = [amount(rng) for _ in range(rng.randint(0, 12))]
    exact = sum((Decimal(part).scaleb(-2) for part in parts), Decimal(0))
    total = sum(parts)
    if abs(total) > money.LIMIT:
        _refused(lambda: money.checked(total))
    else:
        assert Decimal(money.plain(money.checked(total))) == exact, parts


def _round_div(rng: random.Random) -> None:
    bottom = rng.choice((1, 2, 4, 100, 360, 365, money.PPM, rng.randint(1, 10**9)))
    top = rng.choice((amount(rng) * amount(rng), amount(rng), bottom * amount(rng) + bottom // 2))
    bottom *= rng.choice((1, 1, -1))
    assert money.round_div(top, bottom) == nearest(top, bottom), (top, bottom)


def _share(rng: random.Random) -> None:
    whole, ppm = amount(rng), rng.randint(-10 * money.PPM, 10 * money.PPM)
    exact = _EXACT.multiply(Decimal(whole), Decimal(ppm).scaleb(-6))
    assert money.share(whole, ppm) == nearest(exact, 1), (whole, ppm)


def _interest(rng: random.Random) -> None:
    principal, rate = amount(rng), rng.randint(-10 * money.PPM, 10 * money.PPM)
    days, basis = rng.randint(0, 4_000), rng.choice((360, 365))
    exact = _EXACT.multiply(Decimal(principal) * days, Decimal(rate).scaleb(-6))
    got = money.interest(principal, rate, days, basis)
    assert got == nearest(exact, basis), (principal, rate, days, basis)


def _allocation(rng: random.Random) -> None:
    total = amount(rng)
    weights: list[int | float] = [
        rng.choice((0, 1, 7, rng.randint(0, 10**9), rng.random())) for _ in range(rng.randint(1, 9))
    ]
    if not any(weights):
        _refused(lambda: money.split(total, weights))
        return
    parts = money.split(total, weights)
    assert sum(parts) == total, (total, weights)
    # A float is the exact number that it is; fractions, because ties must be seen as ties.
    exact = [Fraction(Decimal(weight)) for weight in weights]
    fair = [total * weight / sum(exact) for weight in exact]
    wanted = [math.floor(part) for part in fair]
    order = sorted(range(len(fair)), key=lambda i: (wanted[i] - fair[i], i))
    for index in order[: total - sum(wanted)]:
        wanted[index] += 1
    assert parts == wanted, (total, weights)


def _tax(rng: random.Random) -> None:
    """Value-added tax on a net amount, and taken out of a gross one."""
    rate = rng.choice((0, 10_000, 30_000, 50_000, 60_000, 90_000, 130_000, 200_000))
    net = amount(rng, low=0)
    assert money.share(net, rate) == nearest(Decimal(net) * Decimal(rate), money.PPM), (net, rate)
    inside = money.round_div(net * rate, money.PPM + rate)
    assert inside == nearest(Decimal(net) * rate, money.PPM + rate), (net, rate)


def _discounting(rng: random.Random) -> None:
    face, days = max(amount(rng, low=1), 1), rng.randint(0, 400)
    rate, fee = rng.randint(0, 300_000), rng.randint(0, 10_000)
    action = DiscountBill(
        day=_DAY, bill="b", institution="x", account="A", amount=face, rate_ppm=rate, days=days,
        fee=fee,
    )  # fmt: skip
    cost = nearest(Decimal(face) * rate * days, Decimal(360 * money.PPM)) + fee
    legs = postings(action)
    assert sum(leg.amount for leg in legs) == 0, action
    assert proceeds(action) == face - cost, action


def _postings(rng: random.Random) -> None:
    paid, extra = max(amount(rng, low=1), 1), amount(rng, low=0)
    loan: dict[str, Any] = {"line": "L", "rate_ppm": 40_000, "due": _DAY, "fee": extra}
    action: Action
    action, moved = rng.choice(
        (
            (Pay(**_FIELDS, payee="p", amount=paid), -paid),
            (DrawLoan(**_FIELDS, amount=paid, **loan), paid - extra),
            (RepayLoan(**_FIELDS, loan="l", line="L", amount=paid, interest=extra), -paid - extra),
        )
    )
    assert sum(leg.amount for leg in postings(action)) == 0, action
    assert proceeds(action) == moved, action


def _text(rng: random.Random) -> None:
    """An amount written and read again, with and without groups; the exact decimal in between."""
    value = amount(rng)
    exact = str(Decimal(value).scaleb(-2).quantize(Decimal("0.01"), context=_EXACT))
    assert money.plain(value).lstrip("-") == exact.lstrip("-"), value
    assert money.parse(money.plain(value)) == money.parse(money.grouped(value)) == value


def _columns(rng: random.Random) -> None:
    """The simulator's whole-array twin, within the bounds that it states."""
    rate, days = rng.randint(0, 200_000), rng.randint(0, 400)
    bound = min(money.LIMIT, (2**62 - 1) // max(rate * days, 1))
    principals = [rng.randint(-bound, bound) for _ in range(4)]
    basis = rng.choice((360, 365))
    got = fen.interest(np.array(principals, dtype=np.int64), rate, days, basis)
    wanted = [nearest(Decimal(p) * rate * days, Decimal(basis * money.PPM)) for p in principals]
    assert [int(part) for part in got] == wanted, (principals, rate, days, basis)


def _bounds(rng: random.Random) -> None:
    """What does not fit is refused wherever an amount comes in, never wrapped."""
    value = rng.choice((1, -1)) * (money.LIMIT + rng.choice((1, rng.randint(1, 2**70))))
    _refused(lambda: money.checked(value))
    _refused(lambda: money.parse(money.plain(value)))
    for build in (
        lambda: _FEN.validate_python(value),
        lambda: Pay(**_FIELDS, payee="p", amount=value),
    ):
        try:
            build()
        except ValidationError:
            continue
        raise AssertionError(f"{value} was taken")


def _refused(call: Callable[[], object]) -> None:
    try:
        found = call()
    except AmountError:
        return
    raise AssertionError(f"taken, not refused: {found!r}")


_KINDS: tuple[Callable[[random.Random], None], ...] = (
    _sums,
    _round_div,
    _share,
    _interest,
    _allocation,
    _tax,
    _discounting,
    _postings,
    _text,
    _columns,
    _bounds,
)
