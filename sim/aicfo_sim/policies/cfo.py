"""The owner with an AI CFO: the orchestrator over the plugins that are installed.

The orchestrator is asked for its brief when something happened that may change the plan
(`triggers`), and for a funding plan whenever what is due before the next decision exceeds cash;
its proposals are carried out, those that the policy below lets through without a person. What is
then still short the owner covers in his own way, so the two differ only by what the CFO did. Bids
are made where a `BidDecision` says so, at its price.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

import numpy as np

from aicfo_sdk import (
    AicfoError,
    Books,
    Context,
    InputError,
    Orchestrator,
    Plugin,
    Policy,
    Proposal,
    Registry,
    discover,
)
from aicfo_sdk.config import Config
from aicfo_sdk.model import BidDecision, Brief, BuyFund, Fact, FundingPlan, TenderId
from aicfo_sdk.orchestrator.run import Run as Answer
from aicfo_sdk.registry import AnyTool
from aicfo_sdk.safety.policy import Rule, decide

from ..desk import Desk
from ..engine import Run
from ..fen import Flags, Ints
from ..ledger import CASH, FUND
from ..money_fund import invest, redeem
from ..names import FUND_ID
from ..papers import Papers
from .simple import Owner, redeem_bonds
from .triggers import Triggers

_NO_LIMIT = Rule(approval_above=10**12)

AUTO = Policy(
    name="sim",
    rules={
        "discount_bill": _NO_LIMIT,
        "endorse_bill": _NO_LIMIT,
        "draw_loan": _NO_LIMIT,
        "repay_loan": _NO_LIMIT,
        "buy_fund": _NO_LIMIT,
        "redeem_fund": _NO_LIMIT,
        "pay": _NO_LIMIT,
        "buy_stock": _NO_LIMIT,
        "submit_bid": _NO_LIMIT,
    },
)
"""What the simulated owner lets happen unseen: nobody sits at the desk of ten thousand firms.

Advertising is not in it: budgets that the plugin chose were seen to leave chains late with wages.
"""

ADVERTISING = Policy(name="sim", rules={**AUTO.rules, "set_marketing_budget": _NO_LIMIT})
"""The same with advertising, for measuring what that lever is worth."""


class Cfo(Owner):
    """Asks the orchestrator and acts on its proposals."""

    name = "cfo"
    reads_books = True
    unseen = AUTO
    reads_words = False
    """Whether advice that proposes nothing is asked for: here nobody reads, and nothing changes."""
    watches_prices = False
    """Whether it is asked when goods get cheap too: many more questions, for measuring locks."""

    def __init__(self, registry: Registry, *, name: str = "cfo", every: int | None = None) -> None:
        """`registry` are the plugins that are asked; `every` so many days instead of on events."""
        self.name, self.registry = name, registry
        self._orchestrator = Orchestrator(
            registry if self.reads_words else _acting(registry), checked=False
        )
        self._papers: dict[int, Papers] = {}
        self._triggers = Triggers(every, prices=self.watches_prices)
        self._sweeps = set[int]()
        self.asked = 0
        """Questions put to the orchestrator: briefs, funding plans, decisions on tenders."""
        self.notes = Counter[str]()
        """What was carried out, why proposals were not and goals not answered, with counts."""

    def decide(self, run: Run, t: int) -> None:
        """Ask for those whom an event concerns or who are short, then let the owner cover.

        What is due and not on the account comes out of the money fund first: a standing order. So
        is what goes there, once a proposal to use the fund was carried out.
        """
        self._redeem(run, t)
        due = self._triggers.due(run, t, self.papers, self._sweeps)
        self._ask(run, t, FundingPlan, run.short(t) > 0)
        for place, answer in self._ask(run, t, Brief, due).items():
            self._triggers.planned(run, t, place, answer)
        if self._redeem(run, t):
            super().decide(run, t)
        self._sweep(run, t)
        self._triggers.settled(run, t, due)

    def bids(self, run: Run, t: int, rows: Ints) -> Ints:
        """Bid where a decision says so, at its price, and leave nothing to the owner's habit.

        Where no plugin decides on tenders, as the owner does.
        """
        if self._knows(BidDecision):
            for row in rows.tolist():
                self._bid(run, t, row)
            return rows[:0]
        rows = super().bids(run, t, rows)
        redeem_bonds(run, t, rows)
        return rows

    def papers(self, run: Run, place: int) -> Papers:
        """Return the papers of a merchant, kept through the run."""
        if place not in self._papers:
            self._papers[place] = Papers(run.block, run.state, place)
        return self._papers[place]

    def _redeem(self, run: Run, t: int) -> bool:
        """Take what is short out of the fund; return whether anybody was short."""
        lacking = run.short(t)
        redeem(run.block, run.state, t, np.minimum(lacking, run.state.ledger.balances[FUND]))
        return bool(lacking.any())

    def _sweep(self, run: Run, t: int) -> None:
        """Put away what is not to be paid before the next decision, where the fund is in use."""
        if not self._sweeps:
            return
        nights, levers = run.next_decision(t) - t, run.state.effects.firms
        spare = run.state.ledger.balances[CASH] - run.needs(t, run.next_decision(t))
        amount = np.zeros_like(spare)
        for place in self._sweeps:
            budgets = levers[place].budgets if place in levers else ()
            kept = sum(budget or 0 for budget in budgets) * nights
            amount[place] = max(int(spare[place]) - kept, 0) * bool(run.state.alive[place])
        invest(run.block, run.state, t, amount)

    def _ask(self, run: Run, t: int, goal: type[Fact], whom: Flags) -> dict[int, Answer]:
        """Ask about all in `whom` at once and carry out what is proposed; return the answers."""
        out: dict[int, Answer] = {}
        places = np.flatnonzero(whom).tolist()
        if not places or not self._knows(goal):
            return out
        books = [self.papers(run, place).books(t) for place in places]
        self.asked += len(places)
        run.state.asked[places] += 1
        for place, answer in zip(
            places, self._orchestrator.run_many(goal, books=books), strict=True
        ):
            if answer.error is not None:
                self.notes[f"{goal.__name__}: {answer.error.code}"] += 1
                continue
            out[place] = answer
            desk = Desk(run, self.papers(run, place), place, t)
            for proposal in answer.proposals:
                self._act(run, place, desk, proposal, answer.books)
        return out

    def _act(self, run: Run, place: int, desk: Desk, proposal: Proposal, books: Books) -> None:
        kind = proposal.action.kind
        if desk.is_early(proposal.action):
            # Asked again on that day, the plan says whether it still wants to.
            self.notes[f"{kind}: planned for a later day"] += 1
            return
        decision = decide(self.unseen, proposal, books)
        reason = desk.carry_out(proposal.action) if decision.outcome == "allowed" else decision.why
        if reason:
            run.state.refused[place] += 1
            self.notes[f"{kind}: {reason}"] += 1
        else:
            run.state.actions[place] += 1
            self.notes[kind] += 1
            if isinstance(proposal.action, BuyFund) and proposal.action.fund == FUND_ID:
                self._sweeps.add(place)

    def _bid(self, run: Run, t: int, row: int) -> None:
        """Ask whether to bid for one tender, and carry out what is proposed."""
        place = int(run.block.tenders.owner[row])
        papers = self.papers(run, place)
        books, subject = papers.books(t), [TenderId(papers.tender_id(row))]
        self.asked += 1
        run.state.asked[place] += 1
        try:
            decision: BidDecision = self._orchestrator.run(
                BidDecision, books=books, subjects=subject
            ).result
        except AicfoError as error:
            self.notes[f"no bid: {error.code}"] += 1
            return
        if not decision.go:
            self.notes[f"no bid: {decision.reasons[0].code}"] += 1
            return
        redeem_bonds(run, t, np.array([row]))
        desk = Desk(run, papers, place, t)
        for proposal in decision.proposals:
            self._act(run, place, desk, proposal, books)

    def _knows(self, *kinds: type[Fact]) -> bool:
        """Whether some plugin has something to say: without, the owner does as ever."""
        registry = self._orchestrator.registry
        return all(registry.providers(kind) for kind in kinds)


def _acting(registry: Registry) -> Registry:
    """Return the plugins without the tools that only inform: here nobody reads what they say."""
    plugins = list[Plugin]()
    for plugin in registry.plugins.values():
        copy = Plugin(plugin.name, version=plugin.version, title=plugin.title)
        copy.tools = {name: tool for name, tool in plugin.tools.items() if not tool.informs}
        plugins.append(copy if len(copy.tools) < len(plugin.tools) else plugin)
    return Registry(
        plugins,
        config=registry.config,
        distributions=registry.distributions,
        children=registry.children,
    )


@lru_cache(maxsize=16)
def installed(*, without: tuple[str, ...] = ()) -> Registry:
    """Return all installed plugins but those named."""
    return discover(Config(disabled=without))


@lru_cache(maxsize=16)
def only(*named: str) -> Registry:
    """Return the core and the named plugins, with what their tools need of the others lent.

    A plugin that lends keeps only the tools that fill such a need: it neither advises, nor asks
    for money, nor offers any, so that what is seen is what the named ones bring.
    """
    full = installed()
    own = [name for name in full.plugins if name in named or name == "core"]
    asked = [tool for name in own for tool in full.plugins[name].tools.values()]
    lent = dict[str, dict[str, AnyTool]]()
    while asked:
        for need in asked.pop().signature.needs:
            for tool in full.providers(need.type) if need.kind != "all" else ():
                tools = lent.setdefault(tool.plugin.name, {})
                if tool.plugin.name not in own and tool.name not in tools:
                    tools[tool.name] = tool
                    asked.append(tool)
    plugins = list[Plugin]()
    for name, plugin in full.plugins.items():
        if name in own:
            plugins.append(plugin)
        elif lent.get(name):
            plugins.append(Plugin(name, version=plugin.version, title=plugin.title))
            plugins[-1].tools = lent[name]
    return Registry(plugins, distributions=full.distributions, children=full.children)


@lru_cache(maxsize=16)
def beside(target: str) -> Registry:
    """Return all installed plugins and those in a folder, which come first where two offer a fact.

    Their code runs in this process. Raises: InputError, NotFound for what is no plugin's folder;
    InputError naming what its import raises.
    """
    from aicfo_sdk.testing import find, load, registry_with

    plugins = list[Plugin]()
    for entry in find(target).entries:
        try:
            plugins.append(load(entry))
        except AicfoError:
            raise
        except Exception as error:
            raise InputError(
                "the plugin cannot be loaded",
                value=f"{type(error).__name__}: {error}",
                where=entry.value,
                mend=f"aicfo check {target}",
            ) from error
    return registry_with(*plugins)


@lru_cache(maxsize=1)
def light() -> Registry:
    """Return all installed plugins, with the lighter sales forecast in place of theirs."""
    from .light import plugin

    full = installed()
    return Registry(
        [*full.plugins.values(), plugin],
        config=Config(providers={"SalesForecast": (plugin.name,)}),
        distributions=full.distributions,
        children=full.children,
    )


def placebo() -> Registry:
    """Return a registry whose only plugin proposes nothing, ever."""
    plugin = Plugin("nothing", version="1.0.0", title="安慰剂", description="Proposes nothing.")

    @plugin.tool
    def brief(ctx: Context) -> Brief:
        """A brief without advice."""
        return Brief(day=ctx.today, cash=0, currency=ctx.books.currency, advice=())

    @plugin.tool
    def funding(ctx: Context) -> FundingPlan:
        """A plan without a piece."""
        return FundingPlan(demand=0, covered=0, uncovered=0, cost=0, pieces=())

    return Registry([plugin])
