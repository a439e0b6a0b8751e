"""Whether a later state of a bill can follow an earlier one: docs/bill-rules.md, later states.

A bank's export is evidence, so only the impossible is refused: life after the end, a return to
before the receipt, and an endorsed bill on hand again before its maturity to which nothing was
endorsed back. A change between words that stand from maturity on, whose order is an assumption,
is taken as the file says and noted.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..model.bill import Bill
from ..model.bill_steps import reachable

_BEFORE_RECEIPT = ("issued", "accepted")
_ON_HAND = ("held", "pledged")


@dataclass(frozen=True, slots=True)
class Break:
    """Two states of one holding that no known chain of steps joins, and what to do."""

    what: str
    mend: str
    impossible: bool


def broken(old: Bill, new: Bill, *, by_paper: bool) -> Break | None:
    """Return what is wrong with `new` after `old`, or None.

    `by_paper` says that a paper brought `old`, not an action of the books: the books call a bill
    endorsed when its endorsement is asked for, and that may yet be turned down.
    """
    return _unreachable(old, new) or (_returned(old, new) if by_paper else None)


def _unreachable(old: Bill, new: Bill) -> Break | None:
    if not (old.state_occurs and new.state_occurs):
        # The check `state` refuses such a bill by itself; no step tells anything of it.
        return None
    if (new.status, new.circulation) in reachable((old.status, old.circulation)):
        return None
    return Break(
        f"no chain of steps leads from {old.state_said} to {new.state_said}",
        "correct 票据状态 and 流通标志, or leave the row out; a row without them counts as "
        "已收票/可流通",
        impossible=old.over or new.status in _BEFORE_RECEIPT,
    )


def _returned(old: Bill, new: Bill) -> Break | None:
    """An endorsed holding is on hand again only endorsed back, or paid for after a claim."""
    gone = old.side == new.side == "receivable" and old.held == "endorsed"
    if not gone or new.held not in _ON_HAND or new.updated >= new.matures:
        return None
    if len(new.endorsements) > len(old.endorsements):
        return None
    if new.received is not None and new.received >= old.updated:
        return None
    return Break(
        f"已背书 on {old.updated.isoformat()} and on hand again without 回头背书",
        "give 持有状态 已背书, or the endorsement back under 背书链 or its day under 取得日期",
        impossible=True,
    )
