"""A conversation over a merchant's books: turns through the session, each recorded."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from ..config import LlmRules
from ..errors import InputError
from ..orchestrator.session import Session
from .budget import Budget, Price
from .doors import SessionDoor
from .loop import Chat, Event, Turn
from .record import record_turn
from .spans import Spans
from .transport import Transport


@dataclass(frozen=True, slots=True)
class Answered:
    """A turn and the id under which the books keep it: `aicfo replay` takes it."""

    turn: Turn
    record: str


class Conversation:
    """Questions to a model over the tools and books of a session."""

    def __init__(
        self,
        session: Session,
        *,
        rules: LlmRules | None = None,
        transport: Transport | None = None,
        emit: Callable[[Event], None] = lambda event: None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        spans: Spans | None = None,
    ) -> None:
        """`rules` are the session's configuration's unless given; `transport` is litellm unless
        given.

        Raises: InputError when no model is configured, the policy is not usable, or litellm is
        needed and not installed.
        """
        rules = rules or session.config.llm
        if not rules.model:
            raise InputError(
                "no model is configured",
                mend="give --model NAME, set AICFO_MODEL, or set model under [llm] of aicfo.toml; "
                "without a model aicfo plan QUESTION --run and aicfo call TOOL answer",
            )
        # A policy that cannot be read is the owner's to mend, not the model's: it is read now.
        _ = session.policy
        self.session = session
        self.chat = Chat(
            SessionDoor(session),
            transport or transport_of(rules),
            (rules.model, *rules.fallbacks),
            budget=budget_of(rules),
            price=price_of(rules),
            emit=emit,
            clock=clock,
            sleep=sleep,
            spans=spans or Spans(),
        )

    def ask(self, question: str) -> Answered:
        """Return what comes of a question, recorded.

        Raises: ModelError when no model answers; BooksError.
        """
        if not question.strip():
            raise InputError("an empty question", value=question, mend="ask something")
        before, snapshot = list(self.chat.history), self.session.snapshot()
        turn = self.chat.ask(question)
        return Answered(turn, record_turn(self.session, self.chat, turn, snapshot, before))


def budget_of(rules: LlmRules) -> Budget:
    """Return the limits of one question."""
    return Budget(
        rounds=int(rules.rounds),
        tokens=int(rules.tokens),
        seconds=float(rules.seconds),
        money=int(rules.money) or None,
    )


def price_of(rules: LlmRules) -> Price | None:
    """Return what the model costs, None where nothing is said."""
    if not rules.input_price and not rules.output_price:
        return None
    return Price(int(rules.input_price), int(rules.output_price), rules.currency)


def transport_of(rules: LlmRules) -> Transport:
    """Return what asks models: litellm. Raises: InputError when it is not installed."""
    from importlib.util import find_spec

    if find_spec("litellm") is None:
        raise InputError(
            "litellm is not installed",
            mend="install aicfo-sdk[llm]; aicfo plan and aicfo call need no model",
        )
    from .through_litellm import Litellm

    return Litellm(rules)
