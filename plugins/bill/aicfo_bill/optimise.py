"""The best moves of an `Outlook`: a linear program and repair, or the exact integer program.

Both give whole fen that satisfy every row exactly, and an upper bound that no plan exceeds.
Model: docs/bill-rules.md, plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from aicfo_sdk import PPM, Solution, SolverError

from .early import early_all, without_early
from .outlook import MOST_FEES, Option, Outlook, Worth
from .program import Program
from .rules import RULES, Moves, discount_all, hold_all

_ROUNDS, _SLOW_ROUNDS = 12, 100
_SURE = 0.7
NEAR_PPM = 100
"""How near its bound a plan is when nothing more is looked for: 1 basis point of face."""
_SOON_PPM = 10
_TRIES = 4_000
_MERGES = 12
_NODES = 20_000
_FEW_NODES = 300
_KEPT = 0.9
"""Share of the gap that the tree may use when the repair is still to make minimum pieces."""


@dataclass(frozen=True, slots=True)
class Best:
    """Moves by option in fen, and the proven upper bound of terminal wealth.

    `prices` are what one more fen from the start of each span on would gain, beyond itself;
    `rules` what each simple rule would come to.
    """

    moves: Moves
    bound: int
    prices: tuple[float, ...] = ()
    rules: Mapping[str, Worth] = field(default_factory=dict[str, Worth])


def lp_repair(outlook: Outlook) -> Best:
    """Return good moves fast: linear program, decisions fixed a few at a time, whole fen.

    The moves are never worse than a simple rule's, and local search has tried each single
    change. Few plans are then more than `NEAR_PPM` of the bills' face from the bound; those are
    looked for in a short tree search of the integer program.
    """
    program = Program(outlook)
    found = _repaired(program, climb=True)
    if _missing_ppm(outlook, found) > NEAR_PPM:
        found = _searched(program, found, NEAR_PPM, _FEW_NODES)
    return replace(found, prices=program.prices(found.moves))


def milp(outlook: Outlook, *, gap_ppm: int = 10) -> Best:
    """Return a plan that is proven to be within `gap_ppm` of the bills' face of the best there is.

    Most plans of the linear program and repair are; where one is not, the integer program is
    searched. Where that ends at its limit of nodes first, the bound says how far the plan is.
    """
    program = Program(outlook)
    # The tree search finds what climbing would, and proves it.
    found = _repaired(program, climb=False)
    if _missing_ppm(outlook, found) > gap_ppm:
        found = _searched(program, found, gap_ppm, _NODES)
    if _missing_ppm(outlook, found) > gap_ppm:
        climbed = _repaired(program, climb=True).moves
        found = replace(found, moves=_best_of(outlook, [found.moves, climbed]))
    return replace(found, prices=program.prices(found.moves))


def _repaired(program: Program, *, climb: bool) -> Best:
    outlook = program.outlook
    bound, candidates = _relaxed(program)
    if climb and any(not holding.splittable for holding in outlook.holdings):
        for start in (candidates[0], hold_all(outlook), discount_all(outlook)):
            near = Best(_best_of(outlook, candidates), bound)
            if _missing_ppm(outlook, near) <= _SOON_PPM:
                break
            candidates.append(_improve(program, start, bound))
    simple = {name: rule(outlook) for name, rule in RULES.items()} | _early_rules(outlook)
    candidates += simple.values()
    best = _merge(program, _best_of(outlook, candidates), bound)
    if climb and _missing_ppm(outlook, Best(best, bound)) > NEAR_PPM:
        # Small pieces, one after another: slower, and better where there are many of them.
        limits = {index: (0, option.upper) for index, option in enumerate(outlook.options)}
        slowly = _settle(program, program.amounts_within(limits), limits, slowly=True)
        best = _best_of(outlook, [best, slowly])
    return Best(best, bound, rules={name: outlook.worth(one) for name, one in simple.items()})


def _early_rules(outlook: Outlook) -> dict[str, Moves]:
    """Return the simple rules about paying early; none where no debt has terms.

    `no_early` is the best plan that is found when nobody is paid early.
    """
    late = without_early(outlook)
    if late is outlook:
        return {}
    never = lp_repair(late).moves if late.options else {}
    return {early_all.__name__: early_all(outlook), "no_early": never}


def _searched(program: Program, known: Best, gap_ppm: int, nodes: int) -> Best:
    """Return the better of a known plan and the integer program's, and the lower bound.

    Minimum pieces are left to the repair at first: the tree is far smaller without them, and
    they hardly ever cost what the gap allows.
    """
    outlook = program.outlook
    for pieces in (False, True):
        decided = Program(outlook, integer=True, pieces=pieces)
        # Without the pieces a little is kept for what they cost.
        allowed = outlook.face * gap_ppm / PPM * (1.0 if pieces else _KEPT)
        try:
            solution = decided.solve(gap=max(allowed - decided.slack, 0.0), nodes=nodes)
        except SolverError:
            break  # no plan within so few nodes
        known = _made(program, decided, solution, known, pieces=pieces)
        if _missing_ppm(outlook, known) <= gap_ppm or solution.status != "optimal":
            break
    return known


def _made(
    program: Program, decided: Program, solution: Solution, known: Best, *, pieces: bool
) -> Best:
    """Return the better of a known plan and the one that an integer answer comes to."""
    outlook = program.outlook
    chosen, amounts = decided.chosen(solution), decided.amounts(solution)
    limits = {
        index: (0, option.upper)
        if not (pieces or option.whole or option.fee)
        else (option.lower, option.upper)
        if chosen[index]
        else (0, 0)
        for index, option in enumerate(outlook.options)
    }
    bound = min(decided.bound(solution), known.bound)
    found = _settle(program, amounts, limits)
    return replace(known, moves=_best_of(outlook, [found, known.moves]), bound=bound)


def _missing_ppm(outlook: Outlook, found: Best) -> float:
    """Return how far a plan stays from its bound, ppm of the bills' face."""
    return (found.bound - outlook.worth(found.moves).wealth) * PPM / outlook.face


def _relaxed(program: Program) -> tuple[int, list[Moves]]:
    """Return the linear programs' bound, and the plans made of them, the most promising first.

    A line's fee falls due with its first fen, which no linear program says; so for each line that
    the answer draws on, the fee is paid, or the line is closed and the program asked again.
    """
    outlook = program.outlook
    # Drawn on in the least likely case alone, a line costs so much of its fee at least.
    fees = {line.id: line.fee * min(outlook.weights) // PPM for line in outlook.lines}
    leaves = list[tuple[int, frozenset[str], list[float]]]()
    nodes = [(frozenset[str](), frozenset[str]())]
    while nodes:
        closed, paid = nodes.pop()
        program.close(closed)
        solution = program.solve()
        while used := [line for line in program.drawn(solution) if line not in paid]:
            if len(closed | paid) >= MOST_FEES:
                break  # of more lines the bound leaves the fee out
            paid |= {used[0]}
            nodes.append((closed | {used[0]}, paid - {used[0]}))
        least = program.bound(solution) - sum(fees[line] for line in paid)
        leaves.append((least, closed, program.amounts(solution)))
    leaves.sort(key=lambda leaf: -leaf[0])
    found = list[Moves]()
    for least, closed, amounts in leaves:
        if found and least <= outlook.worth(_best_of(outlook, found)).wealth:
            break
        program.close(closed)
        limits = {index: (0, option.upper) for index, option in enumerate(outlook.options)}
        found.append(_settle(program, amounts, limits))
    program.close(frozenset())
    return leaves[0][0], found


def _improve(program: Program, moves: Moves, bound: int) -> Moves:
    """Change one whole bill at a time while that helps, then let the divisible ones follow."""
    outlook = program.outlook
    by_bill = dict[int, list[int]]()
    for index, option in enumerate(outlook.options):
        if option.lower == outlook.holdings[option.bill].face:
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
    return _best_of(outlook, [_settle(program, program.amounts_within(limits), limits), moves])


def _merge(program: Program, moves: Moves, bound: int) -> Moves:
    """Give up deals that pay a fee, smallest first, where the rest of the plan can take them on."""
    outlook = program.outlook
    paying = sorted((amount, i) for i, amount in moves.items() if outlook.options[i].fee)
    banned = set[int]()
    for _, index in paying[:_MERGES]:
        value = outlook.worth(moves).wealth
        if (bound - value) * PPM <= outlook.face * _SOON_PPM:
            break
        limits = {
            i: (0, 0)
            if i == index or i in banned or (option.fee and i not in moves)
            else (option.lower, option.upper)
            if option.whole and i in moves
            else (0, 0 if option.whole else option.upper)
            for i, option in enumerate(outlook.options)
        }
        fewer = _settle(program, program.amounts_within(limits), limits)
        if outlook.allows(fewer) and outlook.worth(fewer).wealth > value:
            moves = fewer
            banned.add(index)
    return moves


def _settle(
    program: Program,
    amounts: list[float],
    limits: dict[int, tuple[int, int]],
    *,
    slowly: bool = False,
) -> Moves:
    """Fix decisions until none is open, then round; changes `limits`.

    `slowly`: of pieces under their minimum only the nearest to it in each round.

    Where rounding alone leaves the plan some fen short, it is made once more with those fen kept.
    """
    outlook = program.outlook
    for _ in range(_SLOW_ROUNDS if slowly else _ROUNDS):
        if not _fix(outlook, amounts, limits, slowly=slowly):
            break
        amounts = program.amounts_within(limits)
    moves = _whole(outlook, amounts, limits)
    shortage = outlook.worth(moves).shortage
    if 0 < shortage <= len(moves) + 1:
        again = _whole(outlook, program.amounts_within(limits, 2 * shortage), limits)
        return _best_of(outlook, [moves, again])
    return moves


def _fix(
    outlook: Outlook,
    amounts: list[float],
    limits: dict[int, tuple[int, int]],
    *,
    slowly: bool = False,
) -> bool:
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
    pieces = list[int]()
    changed = False
    for index, option in enumerate(options):
        lower, upper = limits[index]
        amount = amounts[index]
        if upper == 0 or lower > 0 or amount <= 0.5:
            continue
        if option.lower == holdings[option.bill].face:
            open_whole.setdefault(option.bill, []).append(index)
        elif option.fee or amount < option.lower - 0.5:
            pieces.append(index)
    if slowly and pieces:
        pieces = [max(pieces, key=lambda index: (amounts[index] / options[index].lower, -index))]
    for index in pieces:
        option, amount = options[index], amounts[index]
        taken = amount * 2 >= option.lower and _fits(option, option.lower, left, room)
        limits[index] = (option.lower, limits[index][1]) if taken else (0, 0)
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
        for index in outlook.by_bill[bill]:
            # A winner that no longer fits leaves the others open for the next round.
            if taken or not moved or index == winner:
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


def _whole(outlook: Outlook, amounts: list[float], limits: Mapping[int, tuple[int, int]]) -> Moves:
    """Round to fen by largest remainder per bill, then hold every row in exact integers."""
    room = [debt.amount for debt in outlook.debts]
    left = [holding.face for holding in outlook.holdings]
    moves = Moves()
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
    # The fen that rounding lost go back in order of what they lost; a discount or a pledge rounds
    # up, so that the money it was made for is there.
    for rest, index in sorted(rests):
        option = outlook.options[index]
        free = min(option.upper - moves[index], left[option.bill])
        if option.debt >= 0:
            free = min(free, room[option.debt])
        if free > 0 and (option.debt < 0 or -rest > 0.5):
            moves[index] += 1
            left[option.bill] -= 1
            if option.debt >= 0:
                room[option.debt] -= 1
    return moves


def _best_of(outlook: Outlook, candidates: list[Moves]) -> Moves:
    """Return the best of the candidates, or to hold all, judged by the exact evaluator."""
    allowed = [moves for moves in (*candidates, hold_all(outlook)) if outlook.allows(moves)]
    return max(allowed, key=lambda moves: _rank(outlook.worth(moves)))


def _rank(worth: Worth) -> tuple[int, int]:
    return worth.wealth, -worth.shortage
