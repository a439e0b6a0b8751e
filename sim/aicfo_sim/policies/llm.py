"""The owner with a language model for a CFO: the tool loop under the protocol of every policy.

Asked when the CFO is, of the firms that the CFO is asked about, in the owner's own words. What is
carried out are the proposals of the tools that the model called, under the same policy; its words
move nothing. A firm that the model does not answer for is left to its owner.
"""

from __future__ import annotations

from collections.abc import Callable

from aicfo_sdk import AicfoError, Registry
from aicfo_sdk.config import LlmRules
from aicfo_sdk.llm.conversation import budget_of, price_of
from aicfo_sdk.llm.doors import BooksDoor
from aicfo_sdk.llm.loop import Chat
from aicfo_sdk.llm.transport import Transport
from aicfo_sdk.model import Brief, Fact, FundingPlan
from aicfo_sdk.orchestrator.run import Run as Answer

from ..desk import Desk
from ..engine import Run
from ..fen import Flags
from .cfo import Cfo

_ASKS: dict[type[Fact], str] = {
    Brief: "今天该做什么？请调用每日简报，并说明建议。",
    FundingPlan: "资金缺口怎么补最便宜？请调用融资方案，并说明成本。",
}


class LlmCfo(Cfo):
    """Asks a model, which asks the tools; acts on the proposals of the tools that it called."""

    reads_words = True

    def __init__(
        self,
        registry: Registry,
        *,
        name: str,
        rules: LlmRules,
        transport: Callable[[LlmRules], Transport],
        every: int | None = None,
    ) -> None:
        """`rules` name the model and its limits; `transport` makes what asks it, on first use."""
        super().__init__(registry, name=name, every=every)
        self._rules, self._make = rules, transport
        self._transport: Transport | None = None

    def _ask(self, run: Run, t: int, goal: type[Fact], whom: Flags) -> dict[int, Answer]:
        """Put the goal's question to the model for each firm in `whom`; return the answers of the
        goal's own tool, where it was called."""
        out: dict[int, Answer] = {}
        if not self._knows(goal):
            return out
        for place in whom.nonzero()[0].tolist():
            books = self.papers(run, place).books(t)
            self.asked += 1
            run.state.asked[place] += 1
            try:
                turn = self._chat(BooksDoor(self._orchestrator, books)).ask(_ASKS[goal])
            except AicfoError as error:
                self.notes[f"{goal.__name__}: {error.code}"] += 1
                continue
            self.notes["figures without evidence"] += len(turn.caught)
            given = [call.given for call in turn.calls if call.given is not None]
            for each in given:
                if isinstance(each.run.result, goal):
                    out[place] = each.run
            if place not in out:
                self.notes[f"{goal.__name__}: the model did not ask for it"] += 1
            desk = Desk(run, self.papers(run, place), place, t)
            for proposal in turn.proposals:
                self._act(run, place, desk, proposal, books)
        return out

    def _chat(self, door: BooksDoor) -> Chat:
        if self._transport is None:
            self._transport = self._make(self._rules)
        return Chat(
            door,
            self._transport,
            (self._rules.model, *self._rules.fallbacks),
            budget=budget_of(self._rules),
            price=price_of(self._rules),
        )
