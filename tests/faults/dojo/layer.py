"""AgentDojo's tool executor, with aicfo between the agent and the bank.

It stands where the suite's own `ToolsExecutor` stands. Tools that only read run as they are.
Every call that moves money becomes an `Action` in a `Proposal` on the desk of real books made of
the environment's bank: policy judges it, a person is asked where the policy wants one, the commit
writes ledger and audit, and only then does the bank's tool run. A tool that changes anything else
(address, password) has no action in aicfo: a person is asked, every time. A tool that is in
neither table may do nothing.

A payee is known when the bank's history has it, when the user's words name its account, or when
a document that the words name states it as its payment details. Whatever else stands in a text
makes nobody a payee.
"""

from __future__ import annotations

import importlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from aicfo_sdk.errors import AicfoError
from aicfo_sdk.model import Counterparty, Pay, Proposal
from aicfo_sdk.safety.approvals import approve, propose, reject
from aicfo_sdk.safety.commit import commit
from aicfo_sdk.safety.policy import Policy

from .agent import Message, State
from .bank import ACCOUNT, Bank, accounts_in, books_of, day_of, introduce, minor, number
from .bank import payment_details as details
from .words import Question

READS = frozenset(
    "get_iban get_balance get_most_recent_transactions get_scheduled_transactions get_user_info "
    "read_file".split()
)
CHANGES = frozenset({"update_password", "update_user_info"})

_SENDS = frozenset("pay send transfer refund repay return wire settle".split())

Approver = Callable[[Question], bool]
Reader = Callable[[str, str], None]


class Refused(Exception):
    """A call that was not carried out, with the reason the agent is told."""


class PolicyExecutor:
    """Executes tool calls under a policy, for one conversation."""

    def __init__(
        self,
        said: str,
        bank: Bank,
        path: Path,
        *,
        policy: Policy | None = None,
        approver: Approver,
        reader: Reader = lambda _name, _text: None,
    ) -> None:
        """`said` is what the user said, `path` where the books are made.

        `reader` is told each document that is read, with its text.
        """
        self._said = said
        self._bank = bank
        self._policy = policy
        self._approver = approver
        self._reader = reader
        self._format = importlib.import_module(
            "agentdojo.agent_pipeline.tool_execution"
        ).tool_result_to_str
        self.books = books_of(bank, path)
        self.counted: Counter[str] = Counter()
        introduce(self.books, self._unknown(accounts_in(said)), "the user's words", bank.today)

    def query(
        self,
        query: str,
        runtime: Any,
        env: Any,
        messages: Sequence[Message] = (),
        extra_args: dict[str, Any] | None = None,
    ) -> State:
        """Carry out the calls of the last message that policy and person let through."""
        answers: list[Message] = []
        for call in messages[-1]["tool_calls"] or ():
            result, error = "", None
            try:
                result, error = self._run(runtime, env, call.function, dict(call.args))
            except Refused as refused:
                self.counted["refused"] += 1
                error = str(refused)
            content = [{"type": "text", "content": result}]
            answers.append(
                {"role": "tool", "content": content, "tool_call_id": call.id, "tool_call": call,
                 "error": error}
            )  # fmt: skip
        return query, runtime, env, [*messages, *answers], extra_args or {}

    def _run(
        self, runtime: Any, env: Any, tool: str, args: dict[str, Any]
    ) -> tuple[str, str | None]:
        if tool in _MONEY:
            args = _MONEY[tool](self, args)
        elif tool in CHANGES:
            self._ask_change(args)
        elif tool not in READS:
            raise Refused(f"no rule allows {tool}")
        result, error = runtime.run_function(env, tool, args)
        text = self._format(result)
        if tool == "read_file":
            self._take_document(str(args.get("file_path", "")), text)
        return text, error

    def _send(self, args: dict[str, Any]) -> dict[str, Any]:
        payee, amount = self._payee(str(args["recipient"])), _amount(args["amount"])
        # The bank has no yesterday: money leaves today or on a later day.
        day = max(_day(str(args["date"])), self._bank.today)
        question = Question("pay", payee, amount)
        proposal = self._approved(payee, amount, day, str(args["subject"]), question, ())
        try:
            commit(self.books, proposal, policy=self._policy)
        except AicfoError as error:
            raise Refused(str(error)) from None
        self.counted["paid"] += 1
        return {**args, "recipient": payee}

    def _schedule(self, args: dict[str, Any]) -> dict[str, Any]:
        payee, amount = self._payee(str(args["recipient"])), _amount(args["amount"])
        day = max(_day(str(args["date"])), self._bank.today)
        question = Question("new_order", payee, amount)
        self._approved(payee, amount, day, str(args["subject"]), question, ())
        self.counted["ordered"] += 1
        return {**args, "recipient": payee}

    def _reschedule(self, args: dict[str, Any]) -> dict[str, Any]:
        order = next((row for row in self._bank.orders if row.id == args["id"]), None)
        if order is None:
            raise Refused(f"there is no standing order {args['id']}")
        recipient = args.get("recipient")
        payee = self._payee(str(recipient)) if recipient else order.party
        amount = _amount(args["amount"]) if args.get("amount") else order.amount
        day = _day(str(args["date"])) if args.get("date") else order.day
        if (payee, amount, day) == (order.party, order.amount, order.day):
            return args  # what it is called does not matter to the money
        question = Question("change_order", payee, amount, order.id, order.party, order.amount)
        day = max(day, self._bank.today)
        evidence = (f"Obligation:S{order.id}",)
        self._approved(payee, amount, day, order.label, question, evidence)
        self.counted["ordered"] += 1
        return {**args, "recipient": payee} if recipient else args

    def _approved(
        self,
        payee: str,
        amount: int,
        day: date,
        reason: str,
        question: Question,
        evidence: tuple[str, ...],
    ) -> str:
        """Return the id of a proposal that policy and person let through. Raises: Refused."""
        said = payee in accounts_in(self._said) and amount in _amounts(self._said)
        proposal = Proposal(
            action=Pay(day=day, account=ACCOUNT, payee=payee, amount=amount),
            reason=reason,
            evidence=evidence,
            tainted=not said,
        )
        self.counted["proposed"] += 1
        stored = propose(self.books, proposal, maker="agent", policy=self._policy)
        if stored.status == "denied":
            self.counted["denied"] += 1
            raise Refused(stored.why)
        if stored.status == "committed":
            raise Refused("this was paid already")
        if stored.status == "proposed":
            self.counted["asked"] += 1
            if not self._approver(question):
                reject(self.books, stored.id, by="user")
                raise Refused("the user said no")
            stored = approve(self.books, stored.id, by="user", policy=self._policy)
        if stored.status != "approved":
            raise Refused(stored.why)
        return stored.id

    def _ask_change(self, args: dict[str, Any]) -> None:
        fields = tuple((name, str(value)) for name, value in args.items() if value)
        self.counted["asked"] += 1
        if not self._approver(Question("account", fields=fields)):
            raise Refused("the user said no")

    def _payee(self, recipient: str) -> str:
        """Return the account that an agent means: a number, or the one account of that name."""
        wanted = number(recipient)
        known = self.books.snapshot().records(Counterparty)
        if wanted in known:
            return wanted
        words = set(re.findall(r"\w+", wanted.casefold()))
        named = [
            party.id
            for party in known.values()
            if words and words <= set(re.findall(r"\w+", party.name.casefold()))
        ]
        # Anything but one is left for the policy to deny: it is no counterparty of the books.
        return named[0] if len(named) == 1 else wanted

    def _take_document(self, name: str, text: str) -> None:
        self._reader(name, text)
        pays = _SENDS & set(re.findall(r"\w+", self._said.casefold()))
        if pays and name and name in self._said:
            unknown = self._unknown(details(text))
            introduce(self.books, unknown, name, self._bank.today, paper=True)

    def _unknown(self, parties: Sequence[str]) -> list[str]:
        known = self.books.snapshot().records(Counterparty)
        return [party for party in parties if party not in known]


_MONEY: Mapping[str, Callable[[PolicyExecutor, dict[str, Any]], dict[str, Any]]] = {
    "send_money": PolicyExecutor._send,
    "schedule_transaction": PolicyExecutor._schedule,
    "update_scheduled_transaction": PolicyExecutor._reschedule,
}


def _amount(value: Any) -> int:
    try:
        amount = minor(value)
    except ValueError as error:
        raise Refused(str(error)) from None
    if amount <= 0:
        raise Refused(f"{value} is nothing to pay")
    return amount


def _amounts(text: str) -> set[int]:
    found = re.findall(r"(?<![\w.,])\d[\d,]*(?:\.\d{1,2})?(?![\w%])", text)
    return {minor(digits.replace(",", "")) for digits in found}


def _day(text: str) -> date:
    try:
        return day_of(text)
    except ValueError:
        raise Refused(f"{text} is no day") from None
