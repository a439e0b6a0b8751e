"""The best moves of an `Outlook`: a linear program and repair, or the exact integer program.

Both give whole fen that satisfy every row exactly, and an upper bound that no plan exceeds.
Model: docs/bill-rules.md, plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aicfo_sdk import PPM, Problem, Solution

from .outlook import Option, Outlook, Worth
from .quote import BASIS

_ROUNDS = 12
_SURE = 0.7
_NEAR_PPM = 10
_TRIES = 4_000
_MERGES = 12
_NODES = 20_000


@dataclass(frozen=True, slots=True)
class Best:
    """Moves by option in fen, and the proven upper bound of terminal wealth."""

    moves: dict[int, int]
    bound: int


def lp_repair(outlook: Outlook) -> Best:
    """Return good moves fast: linear program, decisions fixed a few at a time, whole fen.

    The bound is the linear program's; the moves are never worse than holding all bills or
    discounting all at once, and local search has tried each single change.
    """
    model = _Model(outlook)
    solution = model.solve()
    bound = model.bound(solution)
    limits = {index: (0, option.upper) for index, option in enumerate(outlook.options)}
    moves = _settle(model, outlook, model.amounts(solution), limits)
    candidates = [moves]
    if any(not holding.splittable for holding in outlook.holdings):
        for start in (moves, dict[int, int](), discount_all(outlook)):
            near = bound - outlook.worth(_best_of(outlook, candidates)).wealth
            if near * PPM <= outlook.face * _NEAR_PPM:
                break
            candidates.append(_improve(model, outlook, start, bound))
    return Best(_merge(model, outlook, _best_of(outlook, candidates), bound), bound)


def milp(outlook: Outlook, *, gap_ppm: int = 1) -> Best:
    """Return the optimum of the integer program, within `gap_ppm` of the bills' face."""
    model = _Model(outlook, integer=True)
    solution = model.solve(gap=outlook.face * gap_ppm / PPM, nodes=_NODES)
    limits = {
        index: (option.lower, option.upper) if model.chosen(solution, index) else (0, 0)
        for index, option in enumerate(outlook.options)
    }
    exact = _whole(outlook, model.amounts(solution), limits)
    relaxed = lp_repair(outlook)
    bound = min(model.bound(solution), relaxed.bound)
    return Best(_best_of(outlook, [exact, relaxed.moves]), bound)


def discount_all(outlook: Outlook) -> dict[int, int]:
    """Return the simple rule 'discount every bill at once': its first discount option, whole."""
    first: dict[int, int] = {}
    for index, option in enumerate(outlook.options):
        if option.move == "discount" and option.day == 0:
            first.setdefault(option.bill, index)
    return {index: outlook.holdings[bill].face for bill, index in first.items()}


class _Model:
    """The linear or integer program of an outlook; costs are what a plan loses against holding.

    Built once; `amounts_within` asks it again with some options forced and some forbidden.
    """

    def __init__(self, outlook: Outlook, *, integer: bool = False) -> None:
        self._outlook = outlook
        self._integer = integer
        self.problem = Problem()
        self._names = [f"m:{option.id}" for option in outlook.options]
        self._losses = [self._loss(index) for index in range(len(outlook.options))]
        self._limits = {index: (0, option.upper) for index, option in enumerate(outlook.options)}
        self._spare = 0
        self._sunk = [0] * len(outlook.starts)
        self._add_options()
        self._add_cash()

    def solve(self, *, gap: float = 0.0, nodes: int = _NODES) -> Solution:
        """Return the solver's answer."""
        return self.problem.solve(gap=gap, nodes=nodes)

    def amounts(self, solution: Solution) -> list[float]:
        """Return the amount of each option, in fen."""
        return [solution.values[name] for name in self._names]

    def amounts_within(self, limits: Mapping[int, tuple[int, int]], spare: int = 0) -> list[float]:
        """Return the amounts of the linear program with each option within its limits.

        What is above 0 at least is a deal made: it pays its fee whole. `spare` fen are kept on
        top of the floor.
        """
        for index, (lower, upper) in limits.items():
            if (lower, upper) != self._limits[index]:
                self._limit(index, lower, upper)
        if spare != self._spare:
            self._spare = spare
            for place in range(len(self._outlook.starts)):
                self.problem.change_row(f"floor:{self._key(place)}", lower=self._floor(place))
        return self.amounts(self.solve())

    def chosen(self, solution: Solution, option: int) -> bool:
        """Return whether the integer program takes the option."""
        return solution.values[f"b:{self._outlook.options[option].id}"] > 0.5

    def bound(self, solution: Solution) -> int:
        """Return the wealth that no plan exceeds.

        Interest is rounded once per deal and line, half a fen each at most; a plan of whole fen
        can gain that, and a little shortage it spares, over the program's exact fractions.
        """
        outlook = self._outlook
        roundings = sum(option.move == "discount" for option in outlook.options)
        slack = roundings + len(outlook.lines) + 4
        return outlook.hold_value - int(solution.bound // 1) + slack

    def _add_options(self) -> None:
        outlook, problem = self._outlook, self.problem
        per_bill: list[list[str]] = [[] for _ in outlook.holdings]
        per_debt: list[list[str]] = [[] for _ in outlook.debts]
        for index, (option, name) in enumerate(zip(outlook.options, self._names, strict=True)):
            problem.column(name, cost=self._cost(index), upper=option.upper)
            per_bill[option.bill].append(name)
            if option.debt >= 0:
                per_debt[option.debt].append(name)
            if self._integer:
                flag = problem.column(
                    f"b:{option.id}", cost=float(option.fee), upper=1, integer=True
                )
                problem.row(f"most:{option.id}", {name: 1, flag: -option.upper}, upper=0)
                problem.row(f"least:{option.id}", {name: 1, flag: -option.lower}, lower=0)
        for holding, names in zip(outlook.holdings, per_bill, strict=True):
            if names:
                problem.row(f"bill:{holding.id}", dict.fromkeys(names, 1.0), upper=holding.face)
        for debt, names in zip(outlook.debts, per_debt, strict=True):
            if names:
                problem.row(f"debt:{debt.id}", dict.fromkeys(names, 1.0), upper=debt.amount)

    def _limit(self, index: int, lower: int, upper: int) -> None:
        """Force an option, forbid it, or leave it open again."""
        was_forced, forced = self._limits[index][0] > 0, lower > 0
        self._limits[index] = lower, upper
        name, option = self._names[index], self._outlook.options[index]
        self.problem.change_column(name, cost=self._cost(index), lower=lower, upper=upper)
        place = self._outlook.ends[index][0]
        if forced == was_forced or not option.fee or place == len(self._sunk):
            return
        self._sunk[place] += option.fee if forced else -option.fee
        self.problem.change_row(
            f"change:{self._key(place)}",
            {name: -self._change(index, place)},
            lower=-self._sunk[place],
            upper=-self._sunk[place],
        )

    def _spread(self, index: int) -> float:
        """Fee per fen: the relaxation spreads it over all that the option could move.

        A deal that is forced pays it anyway, so that it no longer speaks for or against another
        fen; in the integer program it is the flag that pays.
        """
        option = self._outlook.options[index]
        forced = self._limits[index][0] > 0
        return 0.0 if self._integer or forced else option.fee / option.upper

    def _cost(self, index: int) -> float:
        return self._losses[index] + self._spread(index)

    def _loss(self, index: int) -> float:
        """Wealth lost per fen moved: its discount, less the yield of having the money earlier."""
        outlook, option = self._outlook, self._outlook.options[index]
        first, last = outlook.ends[index]
        per_day = outlook.yield_ppm / (PPM * BASIS)
        early = outlook.days_left[first] * per_day
        late = outlook.days_left[last] * per_day if last < len(outlook.starts) else 0.0
        return (1.0 + late) - option.proceeds * (1.0 + early)

    def _change(self, index: int, place: int) -> float:
        """Change of cash in a span per fen moved: the proceeds come, the bill's money is missed."""
        first, last = self._outlook.ends[index]
        change = -1.0 if last == place else 0.0
        if first == place:
            change += self._outlook.options[index].proceeds - self._spread(index)
        return change

    def _add_cash(self) -> None:
        """Change of cash against the forecast span by span, never below the floor if it can be."""
        outlook, problem = self._outlook, self.problem
        events: list[dict[str, float]] = [{} for _ in range(len(outlook.starts) + 1)]
        for index, (option, name) in enumerate(zip(outlook.options, self._names, strict=True)):
            if option.fee and self._integer:
                events[outlook.ends[index][0]][f"b:{option.id}"] = -float(option.fee)
            for place in outlook.ends[index]:
                events[place][name] = self._change(index, place)
        problem.column("peak", cost=outlook.short_ppm / PPM)
        for place, start in enumerate(outlook.starts):
            key = self._key(place)
            length = outlook.lengths[place]
            change = problem.column(f"cash:{key}", lower=-float("inf"))
            terms = {name: -number for name, number in events[place].items()}
            terms[change] = 1.0
            if place:
                terms[f"cash:{self._key(place - 1)}"] = -1.0
            problem.row(f"change:{key}", terms, lower=0, upper=0)
            short = problem.column(f"short:{key}", cost=outlook.late_ppm * length / PPM)
            cover = {change: 1.0, short: 1.0}
            for line in outlook.lines:
                if start <= line.last and line.left:
                    rate = line.rate_ppm * length / (PPM * line.basis)
                    cover[problem.column(f"line:{line.id}:{key}", cost=rate, upper=line.left)] = 1.0
            problem.row(f"floor:{key}", cover, lower=self._floor(place))
            problem.row(f"deepest:{key}", {"peak": 1.0, short: -1.0}, lower=0)

    def _key(self, place: int) -> str:
        return f"{self._outlook.starts[place]:05d}"

    def _floor(self, place: int) -> int:
        return self._outlook.floor + self._spare - self._outlook.lows[place]


def _improve(model: _Model, outlook: Outlook, moves: dict[int, int], bound: int) -> dict[int, int]:
    """Change one whole bill at a time while that helps, then let the divisible ones follow."""
    by_bill = dict[int, list[int]]()
    for index, option in enumerate(outlook.options):
        if option.whole:
            by_bill.setdefault(option.bill, []).append(index)
    value, tries = outlook.worth(moves).wealth, 0
    improved = True
    while improved and tries < _TRIES and value < bound:
        improved = False
        for bill, rows in by_bill.items():
            rest = {i: a for i, a in moves.items() if outlook.options[i].bill != bill}
            face = outlook.holdings[bill].face
            for changed in (rest, *({**rest, index: face} for index in rows)):
                tries += 1
                worth = outlook.worth(changed).wealth if outlook.allows(changed) else value
                if worth > value:
                    moves, value, improved = changed, worth, True
    # Whole bills stay where they are; pieces start again from the linear program.
    limits = {
        index: ((option.lower, option.upper) if index in moves else (0, 0))
        if option.whole
        else (0, option.upper)
        for index, option in enumerate(outlook.options)
    }
    return _best_of(outlook, [_settle(model, outlook, model.amounts_within(limits), limits), moves])


def _merge(model: _Model, outlook: Outlook, moves: dict[int, int], bound: int) -> dict[int, int]:
    """Give up deals that pay a fee, smallest first, where the rest of the plan can take them on."""
    paying = sorted((amount, i) for i, amount in moves.items() if outlook.options[i].fee)
    banned = set[int]()
    for _, index in paying[:_MERGES]:
        value = outlook.worth(moves).wealth
        if (bound - value) * PPM <= outlook.face * _NEAR_PPM:
            break
        limits = {
            i: (0, 0)
            if i == index or i in banned or (option.fee and i not in moves)
            else (option.lower, option.upper)
            if option.whole and i in moves
            else (0, 0 if option.whole else option.upper)
            for i, option in enumerate(outlook.options)
        }
        fewer = _settle(model, outlook, model.amounts_within(limits), limits)
        if outlook.allows(fewer) and outlook.worth(fewer).wealth > value:
            moves = fewer
            banned.add(index)
    return moves


def _settle(
    model: _Model,
    outlook: Outlook,
    amounts: list[float],
    limits: dict[int, tuple[int, int]],
) -> dict[int, int]:
    """Fix decisions until none is open, then round; changes `limits`.

    Where rounding alone leaves the plan some fen short, it is made once more with those fen kept.
    """
    for _ in range(_ROUNDS):
        if not _fix(outlook, amounts, limits):
            break
        amounts = model.amounts_within(limits)
    moves = _whole(outlook, amounts, limits)
    shortage = outlook.worth(moves).shortage
    if 0 < shortage <= len(moves) + 1:
        again = _whole(outlook, model.amounts_within(limits, 2 * shortage), limits)
        return _best_of(outlook, [moves, again])
    return moves


def _fix(outlook: Outlook, amounts: list[float], limits: dict[int, tuple[int, int]]) -> bool:
    """Fix some decisions that the linear program left open; return whether any was open.

    Of the whole bills the surest are fixed, at least one; a piece under the minimum goes up to
    it or away; an option that pays a fee is taken when it is used. What is forced always fits.
    """
    options, holdings = outlook.options, outlook.holdings
    room = [debt.amount for debt in outlook.debts]
    left = [holding.face for holding in holdings]
    for index, (lower, _) in limits.items():
        _take(options[index], lower, left, room)
    open_whole = dict[int, list[int]]()
    changed = False
    for index, option in enumerate(options):
        lower, upper = limits[index]
        amount = amounts[index]
        if upper == 0 or lower > 0 or amount <= 0.5:
            continue
        if option.whole:
            open_whole.setdefault(option.bill, []).append(index)
        elif option.fee or amount < option.lower - 0.5:
            taken = amount * 2 >= option.lower and _fits(option, option.lower, left, room)
            limits[index] = (option.lower, upper) if taken else (0, 0)
            _take(option, limits[index][0], left, room)
            changed = True

    def sureness(bill: int) -> float:
        return max(amounts[index] for index in open_whole[bill]) / holdings[bill].face

    for place, bill in enumerate(sorted(open_whole, key=lambda bill: (-sureness(bill), bill))):
        if place and sureness(bill) < _SURE:
            break
        rows, face = open_whole[bill], holdings[bill].face
        winner = max(rows, key=lambda index: (amounts[index], -index))
        moved = sum(amounts[index] for index in rows) * 2 >= face
        taken = moved and _fits(options[winner], face, left, room)
        for index, option in enumerate(options):
            # A winner that no longer fits leaves the others open for the next round.
            if option.bill == bill and (taken or not moved or index == winner):
                limits[index] = (face, face) if taken and index == winner else (0, 0)
        _take(options[winner], face if taken else 0, left, room)
        changed = True
    return changed


def _fits(option: Option, amount: int, left: list[int], room: list[int]) -> bool:
    return amount <= left[option.bill] and (option.debt < 0 or amount <= room[option.debt])


def _take(option: Option, amount: int, left: list[int], room: list[int]) -> None:
    left[option.bill] -= amount
    if option.debt >= 0:
        room[option.debt] -= amount


def _whole(
    outlook: Outlook, amounts: list[float], limits: Mapping[int, tuple[int, int]]
) -> dict[int, int]:
    """Round to fen by largest remainder per bill, then hold every row in exact integers."""
    room = [debt.amount for debt in outlook.debts]
    left = [holding.face for holding in outlook.holdings]
    moves = dict[int, int]()
    rests = list[tuple[float, int]]()
    for index, option in enumerate(outlook.options):
        amount = amounts[index] + 1e-4
        part = min(int(amount), option.upper, left[option.bill])
        if option.debt >= 0:
            part = min(part, room[option.debt])
        if part < max(option.lower, 1) or limits[index][1] == 0:
            continue
        moves[index] = part
        left[option.bill] -= part
        if option.debt >= 0:
            room[option.debt] -= part
        rests.append((-(amount - part), index))
    # The fen that rounding lost go back in order of what they lost; a discount rounds up, so
    # that the money it was made for is there.
    for rest, index in sorted(rests):
        option = outlook.options[index]
        free = min(option.upper - moves[index], left[option.bill])
        if option.debt >= 0:
            free = min(free, room[option.debt])
        if free > 0 and (option.move == "discount" or -rest > 0.5):
            moves[index] += 1
            left[option.bill] -= 1
            if option.debt >= 0:
                room[option.debt] -= 1
    return moves


def _best_of(outlook: Outlook, candidates: list[dict[int, int]]) -> dict[int, int]:
    """Return the best of the candidates and the simple rules, judged by the exact evaluator."""
    simple = [dict[int, int](), discount_all(outlook)]
    allowed = [moves for moves in (*candidates, *simple) if outlook.allows(moves)]
    return max(allowed, key=lambda moves: _rank(outlook.worth(moves)))


def _rank(worth: Worth) -> tuple[int, int]:
    return worth.wealth, -worth.shortage
