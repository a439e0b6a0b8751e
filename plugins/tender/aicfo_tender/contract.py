"""The money of a contract that is won: what flows when, and how uncertain that is.

Days count from the as-of day (0 = today). What the notice does not state is assumed by category
from `tender.*` parameters, and every assumption is put into words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from aicfo_sdk import PPM, ToolFailed, grouped, round_div, share

if TYPE_CHECKING:
    from datetime import date

    from aicfo_sdk import Parameters
    from aicfo_sdk.model import Tender


@dataclass(frozen=True, slots=True)
class Flow:
    """Money in (+) or out (−) on day `base` + `progress` × stretch, plus the buyer's lag."""

    amount: int
    base: int
    progress: int = 0
    lagged: bool = False


@dataclass(frozen=True, slots=True)
class Spread:
    """A triangular distribution: least, likely, most; a point when all three are equal."""

    least: int
    likely: int
    most: int


@dataclass(frozen=True, slots=True)
class Contract:
    """What is paid and received, before chance.

    Cost accrues over `duration` days from day `start` along a beta curve with the whole-number
    shape `curve`; `supplier_ppm` of it is paid `terms` days later, the rest at once.
    """

    price: int
    cost: int
    """Estimated cost of the work, minor units: it does not fall with the price that is bid."""
    start: int
    duration: int
    curve: tuple[int, int]
    supplier_ppm: int
    terms: int
    flows: tuple[Flow, ...]


@dataclass(frozen=True, slots=True)
class Risk:
    """What may differ: cost and duration against plan (ppm), days the buyer pays late."""

    overrun: Spread
    stretch: Spread
    lag: Spread
    late_ppm: int = 0
    """Share of payments that come later still, each for itself, ppm."""
    late_days: int = 0
    """Mean of what those are later, days (exponential)."""


@dataclass(frozen=True, slots=True)
class Sized:
    """A contract with its risks and what was assumed, in words."""

    contract: Contract
    risk: Risk
    assumptions: tuple[str, ...]


class _Numbers:
    """Parameters of one day, collecting in words those that were used."""

    def __init__(self, params: Parameters, day: date, category: str) -> None:
        self._params, self._day, self._category = params, day, category
        self.notes: list[str] = []

    def whole(self, name: str) -> int:
        return self._params.at(f"tender.{name}", self._day)

    def of_kind(self, name: str) -> int:
        return self.whole(f"{self._category}.{name}")

    def rows(self, name: str) -> list[list[int]]:
        return self._params.at(f"tender.{self._category}.{name}", self._day)

    def pair(self, name: str) -> tuple[int, int]:
        first, second = self._params.at(f"tender.{self._category}.{name}", self._day)
        return first, second

    def spread(self, name: str) -> Spread:
        return Spread(*self._params.at(f"tender.{name}", self._day))

    def note(self, text: str, name: str = "") -> None:
        if name:
            row = self._params.get(f"tender.{name}", self._day)
            assumed = row.source.startswith("assumption")
            mark = "assumed" if assumed else row.source
            text += f" ({mark})" if assumed or row.verified else f" ({mark}; not verified)"
        self.notes.append(text)


def size_contract(tender: Tender, price: int, today: date, params: Parameters) -> Sized:
    """Return the money of a contract at `price` minor units, with risks and assumptions.

    Raises: ToolFailed when the stated payments add up to more than the price.
    """
    kind = tender.category or "services"
    use = _Numbers(params, today, kind)
    use.note(f"price {grouped(price)} {tender.currency}, tax included; tax timing left out")
    if not tender.category:
        use.note("no category stated: taken as services")
    bid, signed, start = _days(tender, today, use)
    duration = _duration(tender, use)
    cost_ppm = tender.cost_share_ppm
    if cost_ppm is None:
        cost_ppm = use.of_kind("cost_share_ppm")
        use.note(f"cost {cost_ppm / 10_000:g} % of the value", f"{kind}.cost_share_ppm")
    supplier, terms = use.of_kind("supplier_share_ppm"), use.of_kind("supplier_terms_days")
    use.note(
        f"suppliers bill {supplier / 10_000:g} % of the cost and wait {terms} days",
        f"{kind}.supplier_share_ppm",
    )
    flows = (
        *_bonds(tender, price, bid, signed, start, duration, use),
        *_receipts(tender, price, start, duration, use),
    )
    lag = "public_pay_days" + ("_uk" if tender.regime == "uk" else "")
    often, late = params.at("tender.public_late", today)
    risk = Risk(use.spread("overrun_ppm"), use.spread("stretch_ppm"), use.spread(lag), often, late)
    use.note(
        f"the buyer pays {risk.lag.least} to {risk.lag.most} days after a payment falls due, "
        f"mostly {risk.lag.likely}, alike for all payments of a contract",
        lag,
    )
    if often:
        use.note(
            f"{often / 10_000:g} % of payments come {late} days later still on average",
            "public_late",
        )
    use.note(
        f"cost {_signed(risk.overrun.least)} to {_signed(risk.overrun.most)} against estimate",
        "overrun_ppm",
    )
    use.note(
        f"duration {_signed(risk.stretch.least - PPM)} to {_signed(risk.stretch.most - PPM)} "
        "against plan",
        "stretch_ppm",
    )
    contract = Contract(
        price=price,
        cost=share(tender.value or price, cost_ppm),
        start=start,
        duration=duration,
        curve=use.pair("curve"),
        supplier_ppm=supplier,
        terms=terms,
        flows=flows,
    )
    return Sized(contract, risk, tuple(use.notes))


def contract_days(
    tender: Tender, today: date, params: Parameters
) -> tuple[int | None, int, int, int]:
    """Return the days from today of bid (None when past), signature and start, and the length."""
    use = _Numbers(params, today, tender.category or "services")
    return *_days(tender, today, use), _duration(tender, use)


def _days(tender: Tender, today: date, use: _Numbers) -> tuple[int | None, int, int]:
    """Return the days of bid (None when past), signature and start."""
    wait = use.whole("evaluation_days") + use.whole("signing_days")
    if tender.status == "awarded":
        bid, signed = None, use.whole("signing_days")
    elif tender.deadline is None:
        bid = use.whole("notice_min_days")
        signed = bid + wait
        use.note(f"no last day for bids stated: bid in {bid} days", "notice_min_days")
    elif tender.deadline < today:
        bid, signed = None, max((tender.deadline - today).days + wait, 0)
        use.note("the last day for bids has passed: the bid is taken as made, its bond as paid")
    else:
        bid = (tender.deadline - today).days
        signed = bid + wait
    stated = (tender.starts - today).days if tender.starts else None
    if stated is not None and stated >= (bid or 0):
        return bid, min(signed, stated), stated
    day = (today + timedelta(days=signed)).isoformat()
    why = "no start stated" if stated is None else "the stated start has passed"
    use.note(f"{why}: contract signed and begun on {day}", "evaluation_days")
    return bid, signed, signed


def _duration(tender: Tender, use: _Numbers) -> int:
    if tender.starts and tender.ends and tender.ends >= tender.starts:
        return (tender.ends - tender.starts).days + 1
    last = max((step.after_days for step in tender.payments), default=0)
    if last:
        use.note(f"no end stated: work takes until the last payment falls due, {last} days")
        return last
    days = use.of_kind("duration_days")
    use.note(f"no end stated: {days} days", f"{tender.category or 'services'}.duration_days")
    return days


def _bonds(
    tender: Tender,
    price: int,
    bid: int | None,
    signed: int,
    start: int,
    duration: int,
    use: _Numbers,
) -> list[Flow]:
    flows: list[Flow] = []
    if tender.bond and bid is not None:
        back = signed + use.whole("bond_refund_days")
        flows += [Flow(-tender.bond, bid), Flow(tender.bond, back)]
        use.note(
            f"bid bond of {grouped(tender.bond)} in money until {back - signed} days after the "
            "contract; a guarantee would free it",
            "bond_refund_days",
        )
    bond = share(price, tender.performance_bond_ppm)
    if bond:
        after = use.whole("bond_release_days")
        flows += [Flow(-bond, signed), Flow(bond, start + after, duration)]
        use.note(
            f"performance bond of {grouped(bond)} in money until {after} days after completion; "
            "a guarantee would free it",
            "bond_release_days",
        )
    return flows


def _receipts(tender: Tender, price: int, start: int, duration: int, use: _Numbers) -> list[Flow]:
    """Return the buyer's payments, which add up to the price exactly."""
    kind = tender.category or "services"
    if tender.payments:
        steps = [(step.share_ppm, step.after_days) for step in tender.payments]
    else:
        rows = use.rows("payments")
        steps = [(part, round_div(at * duration, PPM)) for part, at in rows]
        shown = ", ".join(f"{part / 10_000:g} % at {at / 10_000:g} %" for part, at in rows)
        use.note(f"no payments stated: {shown} of the term", f"{kind}.payments")
    stated = sum(part for part, _ in steps)
    if stated > PPM:
        raise ToolFailed(
            "the stated payments add up to more than the price",
            value=f"{stated / 10_000:g} %",
            where=tender.ref,
            mend="correct the Tender's payments",
        )
    steps.sort(key=lambda step: step[1])
    kept = share(price, tender.retention_ppm)
    due = [(share(price, part), day) for part, day in steps]
    rest = price - kept - sum(amount for amount, _ in due)
    if rest > 0:
        due.append((rest, duration))
        if stated + tender.retention_ppm < PPM:
            use.note("what the stated payments leave open falls due at completion")
    # Retention is held back from the last payments; so is a fen that rounding put too much.
    for place in range(len(due) - 1, -1, -1):
        if rest >= 0:
            break
        amount, day = due[place]
        taken = min(amount, -rest)
        due[place] = (amount - taken, day)
        rest += taken
    flows = [Flow(amount, start, day, lagged=True) for amount, day in due if amount]
    if kept:
        held = tender.retention_days or use.whole("retention_days")
        flows.append(Flow(kept, start + held, duration, lagged=True))
        use.note(
            f"retention of {grouped(kept)} for {held} days after completion",
            "" if tender.retention_days else "retention_days",
        )
    return flows


def _signed(ppm: int) -> str:
    return f"{ppm / 10_000:+g} %"
