"""The approval desk against a dictionary model: policy, people, keys, holds, mandates, crashes.

Hypothesis draws what happens, through two handles on the same books: propose, preview, approve
by various people, reject, commit, the same key again, another body under it, hold, settle, void,
a day that goes by, another policy, mandates granted and revoked; any of it may crash at any
statement. After each step the answer, the status and the cash are the model's, to the fen.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from aicfo_sdk.books.store import StoredBooks, create_books, open_books
from aicfo_sdk.errors import AicfoError
from aicfo_sdk.model import Merchant, Pay, Proposal, Transfer, UntrustedText
from aicfo_sdk.safety import mandates
from aicfo_sdk.safety.approvals import approve, propose, reject
from aicfo_sdk.safety.commit import commit, preview
from aicfo_sdk.safety.holds import hold, settle, void
from aicfo_sdk.safety.mandates import Mandate as Terms
from aicfo_sdk.safety.policy import Policy, policy_from
from tests import postgres
from tests.books.samples import DAY, account, batch, day, invoice, line, party
from tests.crashing import Crash, crashing

from . import scratch
from .desk_model import OPENING, Asked, Done, Limits, Mandate, Model

WHOLE = 1_000  # runs, on SQLite; a tenth of them on PostgreSQL
STEPS = 40

_T = TypeVar("_T")

_PEOPLE = ("aicfo", "li", "wang", "zhao")
_PAYEES = ("供应商甲", "北方运输")
_POLICIES = (
    Limits(asks_above=2_000),
    Limits(asks_above=500, second_above=1_500, split_days=3),
    Limits(asks_above=10_000, per_day=1_200),
    Limits(asks_above=10_000, window=(3, 2_000)),
    Limits(asks_above=10_000, window=(2, 1_000), per_day=600),
    Limits(asks_above=10_000, payee_window=(2, 900), most=800),
    Limits(asks_above=10_000, payee_window=(5, 1_500)),
    Limits(asks_above=10_000, total=(4, 2_500)),
    Limits(asks_above=0, total=(3, 1_500), window=(2, 1_200)),
    Limits(asks_above=400, kinds=("pay",), approval_days=1),
    Limits(second_above=700, split_days=2, total=(7, 4_000)),
)

_AMOUNTS = st.one_of(
    st.sampled_from((1, 400, 401, 500, 501, 700, 701, 800, 1_200, 1_500, 1_501, OPENING)),
    st.integers(1, 900),
)
_DAYS = st.integers(0, 5)
_CRASHES = st.one_of(st.none(), st.none(), st.none(), st.integers(1, 30))


def campaign(share: float, seed: int) -> dict[str, Any]:
    """Return how often each thing was done; raises with the shortest story that goes wrong."""
    runs = max(3, round(WHOLE * share))
    with scratch() as folder:
        found: dict[str, Any] = {"sqlite": _run(runs, seed, _sqlite(folder))}
    try:
        with postgres.server(flushing=False) as server:
            few = max(1, round(runs / 10))
            found["postgresql"] = _run(few, seed, lambda: postgres.database(server))
    except postgres.NoPostgres as missing:
        found["skipped"] = [str(missing)]
    return found


def _run(runs: int, seed: int, target: Callable[[], AbstractContextManager[str]]) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    chosen = settings(
        max_examples=runs,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        phases=(Phase.generate,),  # a failure is told as it came: a shorter one takes hours
    )

    class Here(Machine):
        """The machine on books of this place."""

        done = counts

        def new_target(self) -> AbstractContextManager[str]:
            return target()

    run_state_machine_as_test(seeded(seed)(Here), settings=chosen)
    return {
        "runs": counts.pop("runs"),
        "steps": counts.total(),
        "fen_over_a_limit": 0,
        "done_twice": 0,
        "answers_unlike_the_model": 0,
        "did": dict(sorted(counts.items())),
    }


def _sqlite(folder: Path) -> Callable[[], AbstractContextManager[str]]:
    @contextmanager
    def target() -> Generator[str]:
        with tempfile.TemporaryDirectory(dir=folder) as name:
            yield str(Path(name) / "shop.books")

    return target


class Machine(RuleBasedStateMachine):
    """Books with two handles on them, and the model of what they should say."""

    done: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.counts = self.done
        self.stack = ExitStack()
        self.target: str = self.stack.enter_context(self.new_target())
        me = Merchant(id="me", updated=DAY, name=UntrustedText("晨光机电"))
        papers = [
            invoice(f"i{number}", 10**6, direction="purchase", counterparty=_PAYEES[number % 2])
            for number in range(6)
        ]
        parties = [party(name) for name in _PAYEES]
        accounts = (account(), account("wallet", kind="wallet"))
        with create_books(self.target, merchant=me) as books:
            opening = line("o", OPENING, "opening")
            books.import_batches([batch(*accounts, *parties, opening, *papers)])
        self.handles = [open_books(self.target), open_books(self.target)]
        self.model = Model(DAY, _POLICIES[0])
        self.policy: Policy = policy_from(_POLICIES[0].values())
        # Of this run alone: what one run does may not depend on those before it.
        self.lines = self.policies = self.looks = self.crashes = 0

    @initialize(chosen=st.sampled_from(_POLICIES))
    def begin(self, chosen: Limits) -> None:
        self.counts["runs"] += 1
        self._change(chosen)

    def new_target(self) -> AbstractContextManager[str]:
        """Return where new books can be made; gone when it ends."""
        raise NotImplementedError

    # ---- what happens -----------------------------------------------------------------------

    @rule(
        kind=st.sampled_from(("pay", "pay", "transfer")),
        slot=st.integers(0, 5),
        amount=_AMOUNTS,
        on=_DAYS,
        lasts=st.one_of(st.none(), st.integers(0, 4)),
        maker=st.sampled_from(_PEOPLE),
        crash=_CRASHES,
        side=st.integers(0, 1),
    )
    def propose(
        self,
        kind: str,
        slot: int,
        amount: int,
        on: int,
        lasts: int | None,
        maker: str,
        crash: int | None,
        side: int,
    ) -> None:
        self._propose(kind, slot, amount, on, lasts, maker, crash, side)

    @rule(
        kind=st.sampled_from(("pay", "pay", "transfer")),
        slot=st.integers(0, 5),
        amount=_AMOUNTS,
        on=_DAYS,
        days=st.one_of(st.none(), st.integers(0, 8)),
        people=st.sampled_from(((), ("li",), ("li", "wang"), ("li", "wang"))),
        edge=st.sampled_from((None, None, 0, 1, 0, 1)),
        crash=_CRASHES,
        side=st.integers(0, 1),
    )
    def from_first_to_last(
        self,
        kind: str,
        slot: int,
        amount: int,
        on: int,
        days: int | None,
        people: tuple[str, ...],
        edge: int | None,
        crash: int | None,
        side: int,
    ) -> None:
        """The whole way, often with exactly what a limit leaves, or one fen more."""
        payee = _PAYEES[slot % 2] if kind == "pay" else ""
        room = self.model.room(kind, payee, day(on))
        if edge is not None and 0 < room + edge <= OPENING:
            amount = room + edge
        id = self._propose(kind, slot, amount, on, None, "aicfo", None, side)
        one = self.model.asked[id]
        for by in people:
            self._approve(one, by, None, 1 - side)
        if days is None:
            self._commit(one, "", crash, side)
        else:
            self._hold(one, "", day(days), crash, side)

    def _propose(
        self,
        kind: str,
        slot: int,
        amount: int,
        on: int,
        lasts: int | None,
        maker: str,
        crash: int | None,
        side: int,
    ) -> str:
        fields: dict[str, Any] = {"day": day(on), "account": "bank", "amount": amount}
        until = None if lasts is None else day(on + lasts)
        if kind == "pay":
            payee, paper = _PAYEES[slot % 2], f"i{slot}"
            action: Pay | Transfer = Pay(**fields, payee=payee, settles=(paper,))
        else:
            payee, paper = "", ""
            action = Transfer(**fields, to_account="wallet")
        proposal = Proposal(action=action, reason="why", valid_until=until)
        one = Asked(proposal.id, kind, payee, day(on), amount, paper, maker, until)

        def ask() -> Any:
            return propose(self._books(side), proposal, maker=maker, policy=self.policy)

        found = self._tried("propose", ask, crash, side)
        if found is None:
            return proposal.id
        now = self.model.propose(one)
        assert not isinstance(found, AicfoError), found
        assert found.status == now.status, (found, now)
        return proposal.id

    @precondition(lambda self: self.model.asked)
    @rule(
        which=st.integers(0, 50),
        by=st.sampled_from(_PEOPLE),
        crash=_CRASHES,
        side=st.integers(0, 1),
    )
    def approve(self, which: int, by: str, crash: int | None, side: int) -> None:
        self._approve(self._one(which), by, crash, side)

    def _approve(self, one: Asked, by: str, crash: int | None, side: int) -> None:
        def ask() -> Any:
            return approve(self._books(side), one.id, by=by, policy=self.policy)

        found = self._tried("approve", ask, crash, side)
        if found is None:
            return
        self._same(found, self.model.approve(one, by))

    @precondition(lambda self: self.model.asked)
    @rule(which=st.integers(0, 50), crash=_CRASHES, side=st.integers(0, 1), rare=st.integers(0, 3))
    def reject(self, which: int, crash: int | None, side: int, rare: int) -> None:
        if rare:
            return
        one = self._one(which)
        found = self._tried(
            "reject", lambda: reject(self._books(side), one.id, by="li"), crash, side
        )
        if found is None:
            return
        self._same(found, self.model.reject(one))

    @precondition(lambda self: self.model.asked)
    @rule(
        which=st.integers(0, 50),
        key=st.sampled_from(("", "", "", "k1", "k2", "k3")),
        crash=_CRASHES,
        side=st.integers(0, 1),
    )
    def commit(self, which: int, key: str, crash: int | None, side: int) -> None:
        self._commit(self._one(which), key, crash, side)

    def _commit(self, one: Asked, key: str, crash: int | None, side: int) -> None:
        shown = self._shown(one, side)

        def ask() -> Any:
            return commit(self._books(side), one.id, key=key or None, policy=self.policy)

        found = self._tried("commit", ask, crash, side)
        if found is None:
            return
        expected = self.model.carry_out(one, key or one.id, ("commit",), None)
        self._answered(found, expected)
        if isinstance(expected, Done) and expected.answer is None:
            expected.answer = found
            self.counts["committed"] += 1
            if shown is not None and not isinstance(found, AicfoError):
                assert (shown.cash_before, shown.cash_after) == (
                    found.cash_before,
                    found.cash_after,
                )
                assert shown.postings == found.postings

    @precondition(lambda self: self.model.asked)
    @rule(
        which=st.integers(0, 50),
        key=st.sampled_from(("", "", "", "k1", "k2", "k3")),
        days=st.integers(0, 8),
        crash=_CRASHES,
        side=st.integers(0, 1),
    )
    def hold(self, which: int, key: str, days: int, crash: int | None, side: int) -> None:
        self._hold(self._one(which), key, day(days), crash, side)

    def _hold(self, one: Asked, key: str, until: date, crash: int | None, side: int) -> None:
        def ask() -> Any:
            given: dict[str, Any] = {"key": key or None, "policy": self.policy}
            return hold(self._books(side), one.id, until=until, **given)

        found = self._tried("hold", ask, crash, side)
        if found is None:
            return
        expected = self.model.carry_out(one, key or one.id, ("hold", until), until)
        self._answered(found, expected)
        if isinstance(expected, Done) and expected.answer is None:
            expected.answer = found
            self.counts["held"] += 1

    @precondition(lambda self: self.model.done)
    @rule(
        which=st.integers(0, 50),
        part=st.one_of(st.none(), st.none(), st.integers(0, 700)),
        crash=_CRASHES,
        side=st.integers(0, 1),
    )
    def settle(self, which: int, part: int | None, crash: int | None, side: int) -> None:
        key = self._key(which)
        found = self._tried(
            "settle", lambda: settle(self._books(side), key, amount=part), crash, side
        )
        if found is None:
            return
        self.model.expire()
        done, call = self.model.done[key], ("settle", part)
        amount = done.asked.amount if part is None else part
        if done.until is None or done.state == "voided":
            self._same(found, "LedgerError")
        elif done.state == "posted":
            if done.end_call == call:
                assert found == done.end_answer
            else:
                self._same(found, "IdempotencyConflict")
        elif (
            max(done.asked.day, self.model.today) > done.until
            or not 0 < amount <= done.asked.amount
        ):
            self._same(found, "InputError")
        else:
            self._same(found, "")
            self.model.end(done, "posted", amount)
            done.end_call, done.end_answer = call, found

    @precondition(lambda self: self.model.done)
    @rule(which=st.integers(0, 50), crash=_CRASHES, side=st.integers(0, 1))
    def void(self, which: int, crash: int | None, side: int) -> None:
        key = self._key(which)
        found = self._tried("void", lambda: void(self._books(side), key), crash, side)
        if found is None:
            return
        self.model.expire()
        done = self.model.done[key]
        if done.until is None or done.state == "posted":
            self._same(found, "LedgerError")
            return
        self._same(found, "")
        if done.state == "pending":
            self.model.end(done, "voided", 0)

    @precondition(lambda self: self.lines * 3 < len(self.model.asked) + 1)
    @rule(days=st.integers(0, 2), side=st.integers(0, 1))
    def a_day_goes_by(self, days: int, side: int) -> None:
        self.lines += 1
        self.model.today += timedelta(days=days)
        offset = (self.model.today - DAY).days
        sold = line(f"s{self.lines}", 10, "sale", offset)
        self._books(side).import_batches([batch(sold)])
        self.model.moves.append((self.model.today, 10))
        self.counts["day"] += 1

    @precondition(lambda self: self.policies * 4 < len(self.model.asked))
    @rule(chosen=st.sampled_from(_POLICIES))
    def another_policy(self, chosen: Limits) -> None:
        self._change(chosen)
        self.policies += 1
        self.counts["policy"] += 1

    @precondition(lambda self: len(self.model.mandates) < 3)
    @rule(
        payee=st.sampled_from(_PAYEES),
        most=st.sampled_from((400, 900, 2_000)),
        times=st.integers(1, 3),
        last=st.integers(0, 9),
        by=st.sampled_from(("li", "wang")),
        crash=_CRASHES,
        side=st.integers(0, 1),
    )
    def grant(
        self, payee: str, most: int, times: int, last: int, by: str, crash: int | None, side: int
    ) -> None:
        terms = Terms(
            kinds=("pay",),
            payees=(payee,),
            max_amount=most,
            total=most * times,
            valid_from=DAY,
            valid_until=day(last),
        )
        found = self._tried(
            "grant", lambda: mandates.grant(self._books(side), terms, by=by), crash, side
        )
        if found is None:
            return
        known = self.model.mandates.get(terms.id)
        if known is not None and known.revoked:
            self._same(found, "PolicyDenied")
            return
        self._same(found, "")
        if known is None:
            self.model.mandates[terms.id] = Mandate(
                terms.id, payee, most, most * times, day(last), {by}
            )
        else:
            known.by.add(by)

    @precondition(lambda self: any(not m.revoked for m in self.model.mandates.values()))
    @rule(which=st.integers(0, 50), crash=_CRASHES, side=st.integers(0, 1), rare=st.integers(0, 2))
    def revoke(self, which: int, crash: int | None, side: int, rare: int) -> None:
        if rare:
            return
        names = list(self.model.mandates)
        mandate = self.model.mandates[names[which % len(names)]]
        found = self._tried(
            "revoke", lambda: mandates.revoke(self._books(side), mandate.id, by="zhao"), crash, side
        )
        if found is None:
            return
        self._same(found, "")
        mandate.revoked = True

    # ---- what must hold ---------------------------------------------------------------------

    @invariant()
    def the_books_say_what_the_model_says(self) -> None:
        self.looks += 1
        books = self.handles[self.looks % 2]
        as_of: date = day(400)
        assert books.snapshot(as_of).balance("bank") == self.model.cash()
        for stored in books.proposals.all():
            expected = self.model.asked[stored.id].status
            # A hold past its day is given back by the next one who carries something out.
            assert stored.status == expected, (stored, expected)

    def teardown(self) -> None:
        for books in self.handles:
            books.close()
        with open_books(self.target) as books:
            problems = books.audit.verify().problems
            total = sum(books.ledger.trial_balance().values())
        self.stack.close()
        assert not problems, problems
        assert total == 0

    # ---- how ---------------------------------------------------------------------------------

    def _tried(
        self, name: str, ask: Callable[[], _T], crash: int | None, side: int
    ) -> _T | AicfoError | None:
        """Return the answer or the error, or None when it crashed on the way."""
        self.counts[name] += 1
        try:
            with crashing(self.handles[side], crash):
                return ask()
        except AicfoError as error:
            self.counts["refused"] += 1
            return error
        except Crash:
            self.counts["crashed"] += 1
            self.crashes += 1
            if self.crashes % 2:
                # The next one starts anew; else the same handle goes on, with all it remembers.
                self.handles[side].close()
                self.handles[side] = open_books(self.target)
            return None

    def _same(self, found: object, expected: str) -> None:
        got = type(found).__name__ if isinstance(found, AicfoError) else ""
        assert got == expected, (found, expected)

    def _answered(self, found: object, expected: Any) -> None:
        if isinstance(expected, str):
            self._same(found, expected)
            return
        self._same(found, "")
        if expected.answer is not None:
            assert found == expected.answer, "another answer under the same key"

    def _shown(self, one: Asked, side: int) -> Any:
        try:
            return preview(self._books(side), one.id, policy=self.policy)
        except AicfoError:
            return None

    def _change(self, chosen: Limits) -> None:
        self.model.limits = chosen
        self.policy = policy_from(chosen.values())

    def _books(self, side: int) -> StoredBooks:
        return self.handles[side]

    def _one(self, which: int) -> Asked:
        # The latest are the likeliest.
        names = list(self.model.asked)
        return self.model.asked[names[-1 - which % min(len(names), 8)]]

    def _key(self, which: int) -> str:
        names = list(self.model.done)
        return names[-1 - which % min(len(names), 6)]
