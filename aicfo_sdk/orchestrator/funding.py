"""The cheapest mix of cash sources that meets all cash demands: one LP (MILP where pieces bind).

Columns: how much of a source is drawn for a demand from a day on. One row per demand and
stretch of days (money drawn before, and still counting, covers it), one row per source, one per
resource, so nothing is used twice. What no source can cover is a dear slack: an impossible
demand ends in a report of what is missing, not in an error.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ..actions import with_amount
from ..model.action import Action, DrawLoan, EndorseBill
from ..model.facts import CashDemand, CashSource, FundingPiece, FundingPlan
from ..model.proposal import Proposal
from ..money import PPM, grouped, interest
from ..solve import Problem

_DAY = timedelta(days=1)
_SHORT_COST = 10.0
"""Cost of a fen nobody covers: above any source, so it is used last."""


@dataclass(frozen=True, slots=True)
class _Use:
    """A column: `source` drawn for `demand` on `day`, money until `end`."""

    source: CashSource
    demand: CashDemand
    day: date
    end: date

    @property
    def name(self) -> str:
        return f"use:{self.source.id}|{self.day.isoformat()}|{self.demand.id}"

    @property
    def drawing(self) -> str:
        """One drawing of a source: it costs one fee, whatever it pays for.

        Money that costs by the day is drawn on each day that needs it; a bill is moved once.
        """
        by_the_day = self.source.annual_ppm and not self.source.indivisible
        return f"{self.source.id}|{self.day.isoformat()}" if by_the_day else self.source.id


def fund(
    demands: Sequence[CashDemand], sources: Sequence[CashSource], *, today: date
) -> FundingPlan:
    """Return the cheapest plan, exact to the minor unit and checked again in integers.

    Amounts are in minor units. Demands of one id are one demand, the largest. Sources that first
    give money before `today` give it today.
    """
    demands = _once(demands)
    sources = _undominated(sorted(sources, key=lambda s: s.id))
    total = sum(demand.amount for demand in demands)
    if not demands:
        return FundingPlan(
            demand=0, covered=0, uncovered=0, cost=0, pieces=(), summary="No money is needed."
        )
    pieces, short = _mixed(demands, sources, today)
    others = [source for source in sources if not isinstance(source.action, EndorseBill)]
    kept_back = bool(sum(short.values())) and len(others) < len(sources)
    if kept_back:
        # Who cannot pay all pays wages and taxes first. An endorsement pays one supplier and
        # leaves nothing for them, so bills are not passed on until everything is covered.
        sources = others
        pieces, short = _mixed(demands, sources, today)
    covered = total - sum(short.values())
    cost = sum(piece.cost for piece in pieces)
    by_id = {source.id: source for source in sources}
    return FundingPlan(
        demand=total,
        covered=covered,
        uncovered=total - covered,
        cost=cost,
        pieces=tuple(pieces),
        proposals=tuple(_proposals(pieces, by_id, {d.id: d for d in demands})),
        summary=_summary(total, covered, cost, pieces, by_id)
        + (" Wages and taxes come first: no supplier is paid with a bill." if kept_back else ""),
        evidence=tuple(
            dict.fromkeys(
                ref
                for item in [*demands, *(by_id[piece.source] for piece in pieces)]
                for ref in item.evidence
            )
        ),
    )


def _once(demands: Sequence[CashDemand]) -> list[CashDemand]:
    """Return each demand once, by id: the largest where several tools ask for the same thing."""
    found: dict[str, CashDemand] = {}
    for demand in demands:
        known = found.get(demand.id)
        if known is None or (known.amount, known.until) < (demand.amount, demand.until):
            found[demand.id] = demand
    return [found[id] for id in sorted(found)]


def _mixed(
    demands: Sequence[CashDemand], sources: Sequence[CashSource], today: date
) -> tuple[list[FundingPiece], dict[str, int]]:
    """Return the pieces of the cheapest mix, and what stays uncovered of each demand."""
    uses = [
        use
        for demand in demands
        for source in sources
        for use in _uses(source, demand, _stretches(demand, sources), today)
    ]
    amounts = _solve(demands, sources, uses) if uses else {}
    return _whole(demands, sources, uses, amounts)


def _undominated(sources: list[CashSource]) -> list[CashSource]:
    """Leave out each source beside which another gives the same money at no more of any cost.

    Only where one source alone can use up their resource, so that two are never better. Of several
    discounters of one bill most can never be the cheapest; without them the tree that is searched
    is a fraction.
    """
    alike: dict[tuple[Any, ...], list[CashSource]] = defaultdict(list)
    for source in sources:
        same = (
            *(source.resource, source.capacity, source.limit, source.first, source.until),
            *(source.minimum, source.indivisible, source.annual_ppm, source.day_basis),
            # What cannot use up the resource alone has no equal.
            source.action.kind if source.limit >= source.capacity else source.id,
        )
        rivals = alike[same]
        if any(r.upfront_ppm <= source.upfront_ppm and r.fee <= source.fee for r in rivals):
            continue
        rivals[:] = [r for r in rivals if r.upfront_ppm < source.upfront_ppm or r.fee < source.fee]
        rivals.append(source)
    kept = {source.id for rivals in alike.values() for source in rivals}
    return [source for source in sources if source.id in kept]


def _stretches(demand: CashDemand, sources: Sequence[CashSource]) -> list[date]:
    """First days of the stretches over which the set of usable sources does not change."""
    starts = {demand.by}
    for source in sources:
        for day in (source.first, source.until + _DAY):
            if demand.by < day <= demand.until:
                starts.add(day)
    return sorted(starts)


def _uses(source: CashSource, demand: CashDemand, stretches: list[date], today: date) -> list[_Use]:
    first = max(source.first, today)
    if source.until < demand.by or first > demand.until:
        return []
    # Money that costs by the day may be drawn when it is first missing; a bill is priced once.
    days = [max(first, demand.by)]
    if source.annual_ppm and not source.indivisible:
        days += [day for day in stretches if day > days[0] and day <= source.until]
    end = min(source.until, demand.until)
    return [_Use(source, demand, day, end) for day in days]


def _solve(
    demands: Sequence[CashDemand], sources: Sequence[CashSource], uses: list[_Use]
) -> dict[str, float]:
    problem = Problem()
    by_source: dict[str, list[_Use]] = defaultdict(list)
    drawings: dict[str, list[_Use]] = defaultdict(list)
    by_resource: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for use in uses:
        source = use.source
        rate = source.annual_ppm * ((use.end - use.day).days + 1) / source.day_basis
        cost = rate if source.indivisible else rate + source.upfront_ppm
        problem.column(use.name, cost=cost / PPM, upper=source.limit)
        by_source[source.id].append(use)
        drawings[use.drawing].append(use)
        if not source.indivisible:
            by_resource[source.resource].append((use.name, 1.0))
    for demand in demands:
        stretches = _stretches(demand, sources)
        peak = problem.column(f"peak:{demand.id}", cost=_SHORT_COST + len(stretches))
        for start in stretches:
            key = f"{demand.id}|{start.isoformat()}"
            short = problem.column(f"short:{key}", cost=1.0)
            problem.row(f"peak:{key}", [(peak, 1.0), (short, -1.0)], lower=0)
    for drawing, own in drawings.items():
        source = own[0].source
        if not (source.fee or source.minimum or source.indivisible):
            continue
        terms = [(use.name, 1.0) for use in own]
        whole = source.upfront_ppm * source.limit / PPM if source.indivisible else 0.0
        chosen = problem.column(f"chosen:{drawing}", cost=source.fee + whole, upper=1, integer=True)
        problem.row(f"most:{drawing}", [*terms, (chosen, -source.limit)], upper=0)
        if source.indivisible:
            by_resource[source.resource].append((chosen, float(source.limit)))
        elif source.minimum:
            problem.row(f"least:{drawing}", [*terms, (chosen, -source.minimum)], lower=0)
    for name, own in by_source.items():
        problem.row(f"limit:{name}", [(u.name, 1.0) for u in own], upper=own[0].source.limit)
    capacity = _capacities(sources)
    for resource, terms in by_resource.items():
        problem.row(f"resource:{resource}", terms, upper=capacity[resource])
    for demand in demands:
        for start in _stretches(demand, sources):
            key = f"{demand.id}|{start.isoformat()}"
            terms = [(f"short:{key}", 1.0)]
            fees: dict[str, float] = {}
            live = [use for use in uses if use.demand is demand and use.day <= start <= use.end]
            for use in live:
                terms.append((use.name, 1.0 - use.source.upfront_ppm / PPM))
                if use.source.fee:
                    # Each demand carries the whole fee of a drawing that it shares: the plan
                    # asks for a fee too much rather than for one too little.
                    fees[f"chosen:{use.drawing}"] = -float(use.source.fee)
            problem.row(
                f"cover:{key}",
                [*terms, *fees.items()],
                # Each piece may lose a minor unit to rounding; what is too much is trimmed after.
                lower=demand.amount + 2 * len(live),
            )
    return dict(problem.solve(gap=1.0).values)


def _capacities(sources: Sequence[CashSource]) -> dict[str, int]:
    """What each resource has for all its sources; the least that one of them says."""
    found: dict[str, int] = {}
    for source in sources:
        found[source.resource] = min(source.capacity, found.get(source.resource, source.capacity))
    return found


def _whole(
    demands: Sequence[CashDemand],
    sources: Sequence[CashSource],
    uses: list[_Use],
    amounts: dict[str, float],
) -> tuple[list[FundingPiece], dict[str, int]]:
    """Round to minor units, trim what is too much, count what stays uncovered."""
    whole: dict[str, int] = {}
    room = {source.id: source.limit for source in sources}
    capacity = _capacities(sources)
    fee_of: dict[str, str] = {}
    parts = _parts(uses, amounts)
    for use in uses:
        source = use.source
        left = min(room[source.id], capacity[source.resource])
        amount = max(0, min(round(amounts.get(use.name, 0.0)), left))
        if source.indivisible:
            amount = parts[use.name] if parts[use.name] <= left else 0
        whole[use.name] = amount
        room[source.id] -= amount
        capacity[source.resource] -= amount
        if amount:
            fee_of.setdefault(use.drawing, use.name)  # the first piece of a drawing pays its fee

    def cash(use: _Use) -> int:
        amount = whole[use.name]
        fee = use.source.fee if fee_of.get(use.drawing) == use.name else 0
        return amount - _upfront(use.source, amount) - fee

    def surplus(demand: CashDemand, start: date) -> int:
        live = [use for use in uses if use.demand is demand and use.day <= start <= use.end]
        return sum(cash(use) for use in live) - demand.amount

    short: dict[str, int] = {}
    for demand in demands:
        stretches = _stretches(demand, sources)
        own = [use for use in uses if use.demand is demand and whole[use.name]]
        for use in sorted(own, key=lambda u: (-u.source.annual_ppm, -u.source.upfront_ppm, u.name)):
            live = [start for start in stretches if use.day <= start <= use.end]
            spare = min(surplus(demand, start) for start in live) if live else 0
            left = max(0, whole[use.name] - spare)
            # A piece that others' fees rest on is not dropped.
            enough = left >= max(use.source.minimum, 1) or (left == 0 and not use.source.fee)
            if spare > 0 and not use.source.indivisible and enough:
                whole[use.name] = left
        short[demand.id] = max(0, *(-surplus(demand, start) for start in stretches))
    pieces = [
        FundingPiece(
            source=use.source.id,
            demand=use.demand.id,
            amount=whole[use.name],
            cash=max(0, cash(use)),
            cost=whole[use.name]
            - cash(use)
            + interest(
                whole[use.name],
                use.source.annual_ppm,
                (use.end - use.day).days + 1,
                use.source.day_basis,
            ),
            day=use.day,
        )
        for use in uses
        if whole[use.name]
    ]
    return sorted(pieces, key=lambda piece: (piece.day, piece.source, piece.demand)), short


def _parts(uses: list[_Use], amounts: dict[str, float]) -> dict[str, int]:
    """What each use gets of a source that cannot be divided: together all of it, or nothing."""
    drawings: dict[str, list[_Use]] = defaultdict(list)
    for use in uses:
        if use.source.indivisible:
            drawings[use.drawing].append(use)
    parts: dict[str, int] = {}
    for own in drawings.values():
        parts |= {use.name: max(0, round(amounts.get(use.name, 0.0))) for use in own}
        most = max(own, key=lambda use: parts[use.name])
        if parts[most.name]:
            parts[most.name] += most.source.limit - sum(parts[use.name] for use in own)
    return parts


def _upfront(source: CashSource, amount: int) -> int:
    # Rounded up, so that a plan never promises a fen that the discounter keeps.
    return -(-amount * source.upfront_ppm // PPM)


def _proposals(
    pieces: list[FundingPiece], sources: dict[str, CashSource], demands: dict[str, CashDemand]
) -> list[Proposal]:
    """One proposal per source and drawing day; a bill is moved once, whatever it pays for."""
    grouped_pieces: dict[tuple[str, date], list[FundingPiece]] = defaultdict(list)
    for piece in pieces:
        source = sources[piece.source]
        day = piece.day if source.annual_ppm and not source.indivisible else source.action.day
        grouped_pieces[piece.source, day].append(piece)
    found: list[Proposal] = []
    taken: dict[str, int] = {}
    for (name, day), parts in grouped_pieces.items():
        source = sources[name]
        amount = sum(part.amount for part in parts)
        # Two sources may share one bill: each takes the units after those already taken.
        skip = taken.get(source.resource, 0) if getattr(source.action, "range_end", 0) else 0
        action: Action = with_amount(source.action, amount, skip=skip)
        taken[source.resource] = taken.get(source.resource, 0) + amount
        changes: dict[str, Any] = {}
        if source.annual_ppm:
            changes["day"] = day
            if isinstance(action, DrawLoan):
                last = max(demands[part.demand].until for part in parts)
                changes["due"] = min(action.due, max(last, day) + _DAY)
        if changes:
            action = action.model_copy(update=changes)
        served = ", ".join(demands[part.demand].purpose or part.demand for part in parts)
        cost = sum(part.cost for part in parts)
        found.append(
            Proposal(
                action=action,
                reason=f"{grouped(amount)} at a cost of {grouped(cost)}, for {served}.",
                evidence=tuple(
                    dict.fromkeys(
                        [
                            *source.evidence,
                            *(ref for part in parts for ref in demands[part.demand].evidence),
                        ]
                    )
                ),
            )
        )
    return found


def _summary(
    total: int,
    covered: int,
    cost: int,
    pieces: list[FundingPiece],
    sources: dict[str, CashSource],
) -> str:
    by_kind: dict[str, int] = defaultdict(int)
    for piece in pieces:
        by_kind[sources[piece.source].action.kind.replace("_", " ")] += piece.amount
    mix = ", ".join(f"{kind} {grouped(amount)}" for kind, amount in sorted(by_kind.items()))
    if covered == total:
        return f"Yes: {grouped(total)} is needed and covered at a cost of {grouped(cost)} ({mix})."
    missing = f"{grouped(total - covered)} of {grouped(total)} finds no source"
    return f"No: {missing}" + (f"; the rest costs {grouped(cost)} ({mix})." if mix else ".")
