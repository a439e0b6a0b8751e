"""A process that carries actions out, alone, in groups, linked, pending; it is there to be killed.

It sends the numbers of a group once their commits have returned: from then on these are
acknowledged. Everything about an action follows from its number, so two workers over the same
numbers ask for the same things under the same keys.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from multiprocessing.connection import Connection
from typing import Any, Literal

from aicfo_sdk.books.store import StoredBooks, open_books
from aicfo_sdk.errors import AicfoError
from aicfo_sdk.model import Pay, Proposal, Transfer
from aicfo_sdk.safety.approvals import approve, propose
from aicfo_sdk.safety.commit import commit, commit_linked, commit_many
from aicfo_sdk.safety.holds import hold, settle, void
from aicfo_sdk.safety.policy import policy_from
from tests.books.samples import DAY

Way = Literal["single", "many", "linked", "settled", "voided"]

UNTIL = DAY + timedelta(days=365)
LARGEST = 64  # numbers of one group
LINKED = 4
# Between own accounts nobody is asked, a payment needs a person: both ways to a commit are gone.
POLICY = policy_from({"rules": {"pay": {}, "transfer": {"approval_above": 10**12}}})


def way(number: int) -> Way:
    """Return how an action is carried out: by runs of numbers, most of them in large groups."""
    kind = number // LARGEST % 8
    return ("many", "many", "linked", "many", "settled", "many", "voided", "single")[kind]


def amount(number: int) -> int:
    """Return what an action moves, each its own amount."""
    return number + 1


def taken(number: int) -> int:
    """Return what it has taken from the account in the end."""
    return 0 if way(number) == "voided" else amount(number)


def proposal(number: int) -> Proposal:
    """Return one of the proposals: a payment or a transfer."""
    fields: dict[str, Any] = {"day": DAY, "account": "bank", "amount": amount(number)}
    if way(number) in ("many", "settled"):
        action: Pay | Transfer = Transfer(**fields, to_account="wallet")
    else:
        action = Pay(**fields, payee="供应商甲")
    return Proposal(action=action, reason=f"action {number}")


def key(number: int) -> str:
    """Return the idempotency key of an action; linked ones have that of the first of them."""
    return f"key-{number}"


def groups(first: int, end: int, rng: random.Random) -> Iterator[range]:
    """Yield runs of numbers of one way, at least up to `end`; a linked group is always the same."""
    while first < end:
        border = (first // LARGEST + 1) * LARGEST
        match way(first):
            case "linked":
                first = linked(first)
                size = LINKED
            case "many":
                size = rng.choice((1, 8, LARGEST))
            case _:
                size = rng.choice((1, 2, 4))
        yield range(first, min(first + size, border))
        first = min(first + size, border)


def linked(number: int) -> int:
    """Return the first number of the linked group of a number."""
    return number // LINKED * LINKED


def carry_out(books: StoredBooks, numbers: Sequence[int]) -> None:
    """Propose, approve and carry out a group; asking again changes nothing."""
    ids = [proposal(number).id for number in numbers]
    with books.transaction() as writer:
        stored = [
            propose(books, proposal(number), policy=POLICY, writer=writer) for number in numbers
        ]
        writer.flush()
        for one in stored:
            if one.status == "proposed":
                approve(books, one.id, by="Li", policy=POLICY, writer=writer)
    match way(numbers[0]):
        case "single":
            for number, id in zip(numbers, ids, strict=True):
                commit(books, id, key=key(number), policy=POLICY)
        case "many":
            asked = [(id, key(number)) for number, id in zip(numbers, ids, strict=True)]
            for answer in commit_many(books, asked, policy=POLICY):
                if isinstance(answer, AicfoError):
                    raise answer
        case "linked":
            commit_linked(books, ids, key=key(numbers[0]), policy=POLICY)
        case "settled":
            for number, id in zip(numbers, ids, strict=True):
                hold(books, id, until=UNTIL, key=key(number), policy=POLICY)
                settle(books, key(number))
        case "voided":
            for number, id in zip(numbers, ids, strict=True):
                hold(books, id, until=UNTIL, key=key(number), policy=POLICY)
                void(books, key(number))


def work(target: str, first: int, seed: str, acknowledged: Connection) -> None:
    """Carry actions out from `first` on, until killed."""
    with open_books(target) as books:
        for numbers in groups(first, 10**9, random.Random(seed)):
            carry_out(books, numbers)
            acknowledged.send(list(numbers))
