"""A hundred finance questions with a model's drafts: some right, some with one figure wrong.

Made from the books of simulated merchants, so every number is what the tools really give. Each
question is one script: the tool calls that the model makes, its draft, and its second draft if it
is told that figures lack evidence.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Any

from aicfo_sim import sandbox

from aicfo_sdk import Books, Orchestrator, discover
from aicfo_sdk.llm.doors import BooksDoor
from aicfo_sdk.llm.loop import Chat, Turn
from aicfo_sdk.llm.transport import CallPiece, Done, Message, Piece, Text
from aicfo_sdk.model import Bill

Call = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Question:
    """One script; `wrong` names what is wrong with `draft`, "" for nothing."""

    merchant: str
    text: str
    calls: tuple[Call, ...]
    right: str
    draft: str
    wrong: str = ""
    stubborn: bool = False
    """The second draft is as wrong as the first."""


class Script:
    """A transport that says what it was told to, one reply a request."""

    def __init__(self, replies: Sequence[str | Sequence[Call]]) -> None:
        self._replies = list(replies)
        self.asked: list[list[Message]] = []
        self.tools: list[list[dict[str, Any]]] = []

    def complete(
        self,
        model: str,
        messages: Sequence[Message],
        tools: Sequence[dict[str, Any]],
        *,
        most: int,
        seconds: float,
    ) -> Iterator[Piece]:
        """Yield the next reply."""
        self.asked.append(list(messages))
        self.tools.append(list(tools))
        reply = self._replies.pop(0)
        if isinstance(reply, str):
            yield Text(reply)
        else:
            for place, (name, arguments) in enumerate(reply):
                text = json.dumps(arguments, ensure_ascii=False)
                yield CallPiece(place, f"call{len(self.asked)}_{place}", name, text)
        yield Done()


MERCHANTS = ("contractor", "manufacturer")


@lru_cache(maxsize=4)
def door(merchant: str) -> BooksDoor:
    """Return the tools over a merchant's books."""
    return BooksDoor(Orchestrator(discover()), sandbox(merchant, seed=7))


def answered(question: Question) -> Turn:
    """Return what the loop makes of a question's script."""
    replies: list[str | Sequence[Call]] = [[call] for call in question.calls]
    replies.append(question.draft)
    replies.append(question.draft if question.stubborn else question.right)
    return Chat(door(question.merchant), Script(replies), ["scripted"]).ask(question.text)


def right_value(question: Question, evidence: str) -> int | str:
    """Return what the deterministic orchestrator says at a place of the answer's evidence.

    A place inside a text gives the text, one of a reckoned value "reckoned".
    """
    call, _, pointer = evidence.partition("#")
    name, arguments = question.calls[int(call[1:]) - 1]
    if name == "calculate":
        return "reckoned"
    behind = door(question.merchant)
    tool = next(
        t
        for t in behind.orchestrator.registry.tools.values()
        if t.full_name.replace(".", "_") == name
    )
    run = Orchestrator(behind.orchestrator.registry).run(
        tool, books=behind.books, arguments=arguments
    )
    value: Any = json.loads(json.dumps(tool.signature.structured(run.result)))
    if pointer.startswith("/arguments/"):
        return arguments[pointer.rpartition("/")[2]]
    for part in filter(None, pointer.split("/")):
        if part == "#":
            return len(value)
        if part == "day" and isinstance(value, int):
            return "day"
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


@lru_cache(maxsize=4)
def questions(*merchants: str) -> tuple[Question, ...]:
    """Return all questions of these merchants, of all of them by default: right and wrong ones."""
    found: list[Question] = []
    for merchant in merchants or MERCHANTS:
        found += _Maker(merchant).made()
    return tuple(found)


@dataclass
class _Maker:
    """Writes the questions of one merchant."""

    merchant: str
    found: list[Question] = field(default_factory=list[Question])

    def made(self) -> list[Question]:
        """Return the merchant's questions."""
        self._cash()
        self._forecast()
        self._sales()
        self._funding()
        self._bills()
        self._reckoned()
        if self.merchant == "contractor":
            self._tender()
        return self.found

    def _ask(
        self,
        text: str,
        calls: Sequence[Call],
        draft: str,
        *wrong: tuple[str, str, str],
        stubborn: bool = False,
    ) -> None:
        """Add a question with a right draft, and one for each (kind, what, instead) wrong one."""
        self.found.append(Question(self.merchant, text, tuple(calls), draft, draft))
        for kind, what, instead in wrong:
            assert what in draft, (what, draft)
            assert instead != what, (kind, what)
            spoiled = draft.replace(what, instead, 1)
            self.found.append(
                Question(self.merchant, text, tuple(calls), draft, spoiled, kind, stubborn)
            )

    def _value(self, name: str, arguments: dict[str, Any] | None = None) -> Any:
        behind = door(self.merchant)
        tool = behind.orchestrator.registry.tool(name)
        run = behind.orchestrator.run(tool, books=behind.books, arguments=arguments or {})
        return tool.signature.structured(run.result)

    @property
    def _books(self) -> Books:
        return door(self.merchant).books

    def _cash(self) -> None:
        cash = self._value("core.brief")["cash"]
        call: list[Call] = [("core_brief", {})]
        yuan, wan = exact(cash), ten_thousands(cash)
        self._ask("我们现在有多少现金？", call, f"现金为{wan}万元。",
                  ("wrong unit", f"{wan}万元", f"{wan}亿元"), ("wrong unit", "万元", "元"),
                  )  # fmt: skip
        self._ask("账上还有多少钱？", call, f"账上余额 ¥{yuan}。",
                  ("digits", f"¥{yuan}", f"¥{swapped(yuan)}"))  # fmt: skip
        self._ask("How much cash do we have?", call, f"Cash on hand is about {wan}万 CNY.",
                  ("off by rounding", f"about {wan}万", f"{bumped(wan)}万"))  # fmt: skip
        self._ask("What is our cash today?", call, f"Today's cash is CNY {yuan}.",
                  ("minor units", f"CNY {yuan}", f"CNY {cash}"),
                  ("sign", f"CNY {yuan}", f"-{yuan} CNY"))  # fmt: skip
        self._ask("Is our cash 900,000?", call, f"No, cash is {yuan} yuan.",
                  ("the question's", f"No, cash is {yuan} yuan", "Yes, cash is 900,000 yuan"),
                  stubborn=True)  # fmt: skip

    def _forecast(self) -> None:
        for horizon in (30, 60):
            result = self._value("cash_brain.cash_forecast", {"horizon_days": horizon})
            call: list[Call] = [("cash_brain_cash_forecast", {"horizon_days": horizon})]
            p50, p10 = min(result["p50"]), min(result["p10"])
            day = after(result["start"], result["p50"].index(p50))
            other = after(result["start"], result["p50"].index(p50) + 1)
            buffer = result["buffer"]
            self._ask(
                f"未来{horizon}天现金最低是多少？", call,
                f"未来{horizon}天，P50 现金最低为 {signed(p50)} 元，在 {day}。",
                ("another quantile", signed(p50), signed(p10)),
                ("sign", signed(p50), signed(-p50)),
                ("another day", day, other),
            )  # fmt: skip
            self._ask(
                f"What is the lowest cash in the next {horizon} days, in the bad case?", call,
                f"In the bad case cash is {signed(p10)} CNY at its lowest; "
                f"the buffer is {exact(buffer)} CNY.",
                ("swapped fields", exact(buffer), exact(result["opening"])),
            )  # fmt: skip
            self._ask(f"{horizon}天的安全垫是多少？", call,
                      f"安全垫为{ten_thousands(buffer)}万元。",
                      ("off by rounding", ten_thousands(buffer), bumped(ten_thousands(buffer))),
                      )  # fmt: skip

    def _sales(self) -> None:
        for horizon in (7, 30):
            result = self._value("cash_brain.sales_forecast", {"horizon_days": horizon})
            call: list[Call] = [("cash_brain_sales_forecast", {"horizon_days": horizon})]
            total, low = result["sum_p50"], result["sum_p10"]
            self._ask(f"What will sales be over {horizon} days?", call,
                      f"Median sales over {horizon} days are CNY {exact(total)}.",
                      ("invented", exact(total), exact(total * 11 // 10 + 37)))  # fmt: skip
            self._ask(f"未来{horizon}天销售额大概多少？", call,
                      f"未来{horizon}天销售额中位数为 ¥{exact(total)}，悲观情形 ¥{exact(low)}。",
                      ("swapped fields", f"中位数为 ¥{exact(total)}", f"中位数为 ¥{exact(low)}")
                      if exact(total) != exact(low) else ("invented", exact(total), "1,234.56"),
                      stubborn=horizon == 7)  # fmt: skip

    def _funding(self) -> None:
        arguments = {"tender": "T-2031"} if self.merchant == "contractor" else {}
        result = self._value("core.funding", arguments)
        call: list[Call] = [("core_funding", arguments)]
        demand, covered, open_, cost = (
            result[name] for name in ("demand", "covered", "uncovered", "cost")
        )
        if not demand:
            self._ask("资金有缺口吗？", call, "没有缺口：需求为 0 元。",
                      ("invented", "0 元", "35,000 元"))  # fmt: skip
            return
        self._ask("资金缺口怎么补？", call,
                  f"资金需求 {exact(demand)} 元，可覆盖 {exact(covered)} 元，"
                  f"缺口 {exact(open_)} 元，成本 {exact(cost)} 元。",
                  ("swapped fields", f"缺口 {exact(open_)}", f"缺口 {exact(covered)}"),
                  ("swapped fields", f"成本 {exact(cost)}", f"成本 {exact(open_)}"),
                  ("wrong unit", f"成本 {exact(cost)} 元", f"成本 {exact(cost)} 万元"))  # fmt: skip
        self._ask("How do we cover the cash gap?", call,
                  f"Demand is CNY {exact(demand)}; covered are {exact(covered)}; "
                  f"the cost is {exact(cost)}.",
                  ("digits", exact(cost), swapped(exact(cost))))  # fmt: skip
        brief = self._value("core.brief")["cash"]
        both: list[Call] = [("core_brief", {}), *call]
        self._ask("有多少现金，成本多少？", both,
                  f"现金 {exact(brief)} 元；融资成本 {exact(cost)} 元。",
                  ("another tool's", f"现金 {exact(brief)}", f"现金 {exact(covered)}"),
                  ("another tool's", f"成本 {exact(cost)}", f"成本 {exact(brief)}"),
                  stubborn=True)  # fmt: skip

    def _bills(self) -> None:
        held = [bill for bill in self._books.all(Bill) if bill.held == "held"][:3]
        for number, bill in enumerate(held):
            arguments = {"bill": bill.id}
            call: list[Call] = [("bill_bill_quote", arguments)]
            result = self._value("bill.bill_quote", arguments)
            way = next(way for way in result["ways"] if way["way"] == "discount")
            face, got, interest = result["face"], way["received"], way["interest"]
            rate = way["rate_ppm"]
            percent = f"{rate / 10_000:.2f}"
            self._ask(f"票据 {bill.id} 贴现划算吗？", call,
                      f"贴现票据 {bill.id}，票面 {exact(face)} 元，到手 {exact(got)} 元，"
                      f"利息 {exact(interest)} 元。",
                      ("swapped fields", f"到手 {exact(got)}", f"到手 {exact(face)}"),
                      ("swapped fields", f"利息 {exact(interest)}", f"利息 {exact(got)}"),
                      )  # fmt: skip
            self._ask(f"At which rate could bill {bill.id} be sold?", call,
                      f"For {bill.id} the rate is {percent}% and interest {exact(interest)} CNY.",
                      ("percent for bp", f"{percent}%", f"{percent} bp"),
                      ("percent", f"{percent}%", f"{rate / 100_000:.3f}%"),
                      stubborn=number == 1)  # fmt: skip
        if len(held) > 1:
            first, second = held[:2]
            calls: list[Call] = [("bill_bill_quote", {"bill": bill.id}) for bill in (first, second)]
            one, two = (self._value("bill.bill_quote", {"bill": b.id})["face"] for b in held[:2])
            self._ask("两张票据票面各多少？", calls,
                      f"{first.id} 票面 {exact(one)} 元；{second.id} 票面 {exact(two)} 元。",
                      ("another bill's", f"{second.id} 票面 {exact(two)}",
                       f"{second.id} 票面 {exact(one)}"))  # fmt: skip

    def _reckoned(self) -> None:
        arguments = {"tender": "T-2031"} if self.merchant == "contractor" else {}
        result = self._value("core.funding", arguments)
        cash = self._value("core.brief")["cash"]
        covered, cost = result["covered"], result["cost"]
        total = cash + covered
        calls: list[Call] = [
            ("core_brief", {}),
            ("core_funding", arguments),
            ("calculate", {"op": "sum", "values": ["c1#/cash", "c2#/covered"]}),
        ]
        self._ask("现金加上能筹到的一共多少？", calls, f"两者合计 {exact(total)} 元。",
                  ("wrong sum", exact(total), exact(total + 1_000_000)),
                  ("wrong sum", exact(total), exact(total - cost - 100)))  # fmt: skip
        left = cash - cost
        calls = [
            ("core_brief", {}),
            ("core_funding", arguments),
            ("calculate", {"op": "difference", "values": ["c1#/cash", "c2#/cost"]}),
        ]
        self._ask("What is left of cash after the cost?", calls,
                  f"After the plan {exact(left)} CNY are left.",
                  ("wrong difference", exact(left), exact(left + 200)))  # fmt: skip
        if covered:
            calls = [
                ("core_funding", arguments),
                ("calculate", {"op": "percent", "values": ["c1#/cost", "c1#/covered"]}),
            ]
            share = f"{cost * 100 / covered:.2f}"
            self._ask("成本占多少？", calls, f"占比 {share}%。",
                      ("percent", f"{share}%", f"{bumped(share)}%"),
                      ("percent for bp", f"{share}%", f"{share} 个基点"))  # fmt: skip

    def _tender(self) -> None:
        arguments = {"tender": "T-2031"}
        call: list[Call] = [("tender_funding_need", arguments)]
        result = self._value("tender.funding_need", arguments)
        p50, p95, price = result["need_p50"], result["need_p95"], result["price"]
        self._ask("投 T-2031 要垫多少钱？", call,
                  f"T-2031 报价 {exact(price)} 元，需要垫付（P95）{exact(p95)} 元。",
                  ("another quantile", f"（P95）{exact(p95)}", f"（P95）{exact(p50)}"),
                  ("swapped fields", f"报价 {exact(price)}", f"报价 {exact(p95)}"))  # fmt: skip
        million = f"{price / 100_000_000:.2f}"
        self._ask("What is the price of tender T-2031?", call,
                  f"The price of T-2031 is RMB {million} million.",
                  ("wrong unit", "million", "billion"),
                  ("off by rounding", million, bumped(million)))  # fmt: skip


def exact(minor: int) -> str:
    """Return an amount in major units: 118,734.20."""
    whole, rest = divmod(abs(minor), 100)
    return f"{whole:,}.{rest:02d}"


def signed(minor: int) -> str:
    """Return an amount with its sign, a minus only."""
    return "-" * (minor < 0) + exact(minor)


def ten_thousands(minor: int) -> str:
    """Return an amount in 万 with two decimals, half to even as everywhere."""
    from aicfo_sdk import round_div

    hundredths = round_div(abs(minor), 10_000)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def bumped(text: str) -> str:
    """Return a number with its last digit raised by two, lowered where it is 8 or 9."""
    last = int(text[-1])
    return text[:-1] + str(last + 2 if last < 8 else last - 2)


def swapped(text: str) -> str:
    """Return a number with two of its digits exchanged."""
    digits = [place for place, char in enumerate(text) if char.isdigit()]
    pairs = pairwise(digits)
    one, two = next((a, b) for a, b in pairs if text[a] != text[b])
    return text[:one] + text[two] + text[one + 1 : two] + text[one] + text[two + 1 :]


def after(start: str, days: int) -> str:
    """Return the day so many days after another."""
    from datetime import timedelta

    return (date.fromisoformat(start) + timedelta(days=days)).isoformat()


Asked = Callable[[Question], Turn]
