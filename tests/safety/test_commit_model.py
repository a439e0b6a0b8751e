"""Random commits, holds, groups and repeats against a model of dictionaries and lists."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aicfo_sdk.books.store import StoredBooks
from aicfo_sdk.errors import AicfoError
from aicfo_sdk.model import Action, Pay, Transfer
from aicfo_sdk.safety.commit import commit, commit_linked, commit_many
from aicfo_sdk.safety.holds import hold, settle, void
from tests.books.samples import account, batch, day, line, party
from tests.safety.test_commit import SUPPLIER, approved

ACCOUNTS = ("bank", "wallet")
LAST = 8
MONEY = 50_000


@dataclass(slots=True)
class Held:
    """A hold as the model knows it: the action, its last day, how it ended."""

    action: Action
    until: int
    ended: str = ""
    settled: int = 0


@dataclass(slots=True)
class Model:
    """What the books should be: moves of money as (account, day, amount), holds, answers."""

    moves: list[tuple[str, int, int]] = field(default_factory=list[tuple[str, int, int]])
    holds: dict[str, Held] = field(default_factory=dict[str, Held])
    answers: dict[str, tuple[Callable[[], Any], Any]] = field(
        default_factory=dict[str, tuple[Callable[[], Any], Any]]
    )
    today: int = 0

    def level(self, account: str, at: int, *, free: bool) -> int:
        """The balance at the end of a day, less what is pending."""
        posted = sum(amount for name, on, amount in self.moves if name == account and on <= at)
        pending = [held for held in self.holds.values() if not held.ended] if free else []
        legs = [leg for held in pending for leg in legs_of(held.action)]
        return posted + sum(
            amount for name, on, amount in legs if name == account and on <= at and amount < 0
        )

    def takes(self, action: Action) -> bool:
        """Whether every account can bear it on every later day; then it is done."""
        for name, on, amount in legs_of(action):
            if amount < 0:
                lowest = min(self.level(name, at, free=True) for at in range(on, LAST + 1))
                if lowest + amount < 0:
                    return False
        return True


def legs_of(action: Action) -> list[tuple[str, int, int]]:
    on = (action.day - day(0)).days
    match action:
        case Pay():
            return [(action.account, on, -action.amount)]
        case Transfer():
            back = (action.to_account, on, action.amount)
            return [(action.account, on, -action.amount), back]
        case _:
            raise AssertionError(action)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do; what a field means depends on `kind`."""

    kind: str
    sizes: tuple[int, ...]
    account: int
    on: int
    more: int


kinds = st.sampled_from(("commit", "many", "linked", "hold", "settle", "void", "again", "day"))
steps = st.builds(
    Step,
    kinds,
    st.lists(st.integers(1, 40), min_size=1, max_size=4).map(tuple),
    st.integers(0, 1),
    st.integers(0, 4),
    st.integers(0, 7),
)


class Run:
    """Does steps to books and model alike, and compares them."""

    def __init__(self, books: StoredBooks) -> None:
        self.books, self.model, self.number = books, Model(), 0
        books.import_batches(
            [
                batch(
                    account(),
                    account("wallet", kind="wallet"),
                    party(),
                    line("o", MONEY, "opening"),
                )
            ]
        )
        self.model.moves.append(("bank", 0, MONEY))

    def actions(self, step: Step) -> list[Action]:
        """New actions, each unlike any other."""
        found: list[Action] = []
        for size in step.sizes:
            self.number += 1
            own = ACCOUNTS[(step.account + size) % 2]
            shared: dict[str, Any] = {"day": day(step.on), "account": own}
            shared["amount"] = size * 1_000 + self.number
            if size % 3:
                found.append(Pay(**shared, payee=SUPPLIER))
            else:
                other = ACCOUNTS[(step.account + size + 1) % 2]
                found.append(Transfer(**shared, to_account=other))
        return found

    def key(self) -> str:
        self.number += 1
        return f"k{self.number}"

    def do(self, step: Step) -> None:
        getattr(self, step.kind)(step)

    def tried(self, key: str, call: Callable[[], Any], expected: bool) -> Any:
        """The answer, remembered under its key; refused when it should be, and only then."""
        answer = refused = None
        try:
            answer = call()
        except AicfoError as error:
            refused = error
        assert (refused is None) == expected, refused or answer
        if answer is not None:
            self.model.answers[key] = call, answer
        return answer

    def commit(self, step: Step) -> None:
        action, key = self.actions(step)[0], self.key()
        id, fits = approved(self.books, action), self.model.takes(action)
        self.tried(key, lambda: commit(self.books, id, key=key), fits)
        if fits:
            self.model.moves += legs_of(action)

    def many(self, step: Step) -> None:
        actions = self.actions(step)
        requests = [(approved(self.books, action), self.key()) for action in actions]
        answers = commit_many(self.books, requests)
        for action, (id, key), answer in zip(actions, requests, answers, strict=True):
            fits = self.model.takes(action)
            assert isinstance(answer, AicfoError) != fits
            if fits:
                self.model.moves += legs_of(action)
                call = lambda id=id, key=key: commit(self.books, id, key=key)  # noqa: E731
                self.model.answers[key] = call, answer

    def linked(self, step: Step) -> None:
        actions, key = self.actions(step), self.key()
        ids = [approved(self.books, action) for action in actions]
        before = list(self.model.moves)
        fits = True
        for action in actions:
            fits = fits and self.model.takes(action)
            self.model.moves += legs_of(action)
        if not fits:
            self.model.moves = before
        self.tried(key, lambda: commit_linked(self.books, ids, key=key), fits)

    def hold(self, step: Step) -> None:
        action, key = self.actions(step)[0], self.key()
        id, until = approved(self.books, action), step.on + step.more
        fits = self.model.takes(action) and until >= self.model.today
        call = lambda: hold(self.books, id, until=day(until), key=key)  # noqa: E731
        if self.tried(key, call, fits):
            self.model.holds[key] = Held(action, until)

    def chosen(self, step: Step) -> str:
        keys = list(self.model.holds)
        return keys[step.more % len(keys)] if keys else ""

    def settle(self, step: Step) -> None:
        key = self.chosen(step)
        if not key:
            return
        held = self.model.holds[key]
        amount = max(held.action.amount * step.sizes[0] // 40, 1)
        fits = not held.ended or (held.ended == "posted" and held.settled == amount)
        call = lambda: settle(self.books, key, amount=amount)  # noqa: E731
        answer = self.tried(f"settled {key}", call, fits)
        if answer is not None and not held.ended:
            held.ended, held.settled = "posted", amount
            on = max((held.action.day - day(0)).days, self.model.today)
            assert answer.day == day(on)
            part = held.action.model_copy(update={"amount": amount, "day": answer.day})
            self.model.moves += legs_of(part)

    def void(self, step: Step) -> None:
        key = self.chosen(step)
        if key:
            held = self.model.holds[key]
            fits = held.ended != "posted"
            self.tried(f"voided {key}", lambda: void(self.books, key), fits)
            held.ended = held.ended or "voided"

    def again(self, step: Step) -> None:
        """Ask for something that was done already: the first answer, and nothing moves."""
        calls = list(self.model.answers.values())
        if calls:
            call, answer = calls[step.more % len(calls)]
            head = self.books.audit.head()
            assert call() == answer
            assert self.books.audit.head() == head

    def day(self, step: Step) -> None:
        """The books learn of a later day, and of one fen on it."""
        self.model.today = min(self.model.today + step.on, LAST)
        self.number += 1
        own = line(f"l{self.number}", 1, "sale", self.model.today)
        self.books.import_batches([batch(own)])
        self.model.moves.append(("bank", self.model.today, 1))
        expired = False
        for held in self.model.holds.values():
            if not held.ended and held.until < self.model.today:
                held.ended = "voided"
                expired = True
        # Whoever writes next writes the end of what is past its day.
        if expired:
            commit_many(self.books, [])

    def check(self) -> None:
        shown = {at: self.books.snapshot(day(at)) for at in range(LAST + 1)}
        for name in ACCOUNTS:
            for at, snapshot in shown.items():
                assert snapshot.balance(name) == self.model.level(name, at, free=False)
                assert self.model.level(name, at, free=True) >= 0
        pending = [held for held in self.model.holds.values() if not held.ended]
        taken = sum(-leg[2] for held in pending for leg in legs_of(held.action) if leg[2] < 0)
        assert self.books.ledger.balance("equity:pending:credits") == -taken
        assert self.books.ledger.balance("equity:pending") == 0
        statuses = [item.status for item in self.books.proposals.all()]
        assert statuses.count("pending") == len(pending)
        assert sum(self.books.ledger.trial_balance().values()) == 0
        assert self.books.audit.verify().problems == ()


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(steps, max_size=14))
def test_no_sequence_differs_from_the_model(
    new_books: Callable[..., StoredBooks], found: list[Step]
) -> None:
    run = Run(new_books())
    for step in found:
        run.do(step)
    run.check()


def test_a_long_sequence_does_not_differ_from_the_model(stored: StoredBooks) -> None:
    rng = random.Random(20260302)
    run = Run(stored)
    names = ("commit", "many", "linked", "hold", "hold", "settle", "void", "again", "day")
    for _ in range(60):
        sizes = tuple(rng.randint(1, 40) for _ in range(rng.randint(1, 4)))
        step = Step(
            rng.choice(names), sizes, rng.randint(0, 1), rng.randint(0, 4), rng.randint(0, 7)
        )
        run.do(step)
    run.check()
