"""What a reader of a notice should be warned of: flags, which change nothing else.

A flag says what was found and where; text stays data. The patterns name ways in which texts speak
to a program that reads them; they are no defence by themselves (nothing in a notice can choose a
tool, a payee or an amount), only a sign to the person who reads on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from ...model.tender import NoticeFlag
from ...model.text import UntrustedText, hidden

_SHOWN = 200
_MOST = 40
_SEEN = 1_000_000

_TO_A_READER = re.compile(
    r"(?:ignore|disregard|forget|override)\s+(?:(?:all|any|the|your|of|previous|prior|above|"
    r"earlier|foregoing|safety|system)\s+){1,5}"
    r"(?:instruction|prompt|rule|message|polic|direction|guideline)"
    r"|(?:system|developer)\s+(?:prompt|message)\b"
    r"|you are (?:now )?(?:an?|the) (?:ai|assistant|agent|language model|llm|chatbot)"
    r"|as an? (?:ai|language model)\b"
    r"|<\s*/?\s*(?:system|tool|assistant|instruction|im_start)\b|\[\s*/?\s*(?:INST|SYSTEM)\s*\]"
    r"|(?:note|message|attention|important|instructions?) (?:to|for) (?:the |any )?"
    r"(?:ai|assistant|agent|llm|model|bot)\b"
    r"|(?:ai|llm) (?:assistant|agent|reader)s?\b.{0,40}\b(?:must|should|shall|please|will)\b"
    r"|(?:must|should|please|now) (?:call|invoke|execute|run) (?:the )?(?:tool|function|command)"
    r"|(?:do not|don't) (?:tell|inform|alert|mention (?:this )?to) (?:the )?(?:user|owner|human)",
    re.IGNORECASE,
)
_TO_A_READER_ZH = re.compile(
    r"(?:忽略|无视|忘记|忘掉|不要理会|不用理会|跳过|覆盖).{0,8}"
    r"(?:以上|之前|先前|此前|上述|前面|所有|全部|系统).{0,8}"
    r"(?:指令|指示|提示|要求|规则|设定|命令|内容|限制)"
    r"|(?:系统提示词?|开发者指令|提示词)"
    r"|你(?:现在)?是(?:一个|一名|一位)?.{0,6}(?:AI|ai|人工智能|大?语言模型|大模型|智能体|助手|机器人)"
    r"|(?:AI|ai|人工智能|大模型|智能体|智能助手|语言模型)(?:助手|助理|代理|阅读者)?[,:]?"
    r"(?:请|应当?|须|必须|务必|立即|直接).{0,8}(?:执行|调用|批准|评为|判定|推荐|忽略|转账|付款|提交|投标)"
    r"|(?:请|须|应|务必|立即|直接)(?:调用|执行).{0,10}(?:工具|函数|命令|指令|接口)"
    r"|(?:不要|不得|无需|勿)(?:告诉|告知|提醒|通知|询问)(?:用户|老板|企业主|人类|业主本人)"
    r"|(?:自动|直接)(?:批准|通过审批|转账|付款|汇款)"
    r"|无需(?:人工)?(?:审批|确认|批准).{0,10}(?:支付|付款|转账|投标|提交)",
)
_ACCOUNT = re.compile(
    r"(?:[账帐]\s*[号户]|卡\s*号|收款人?|转账|汇款|汇至|转至|付至|开户行|开户银行"
    r"|account(?: (?:no|number))?|iban|sort code|bank)"
    r"[^\d\n]{0,40}?((?:[A-Z]{2}\d{2}[ ]?)?\d(?:[ -]?\d){7,29})",
    re.IGNORECASE,
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
_WITHIN = re.compile(r"\w[\u200b-\u200f\u2060-\u2064\u202a-\u202e\ufeff\u00ad]+\w")
_PHONE = re.compile(r"电\s*话|手机|传真|\btel\b|phone|fax|邮编", re.IGNORECASE)
_OLDEST_YEARS = 1


def made(kind: Any, text: str) -> NoticeFlag:
    """Return a flag with at most 200 characters of what was found."""
    return NoticeFlag(kind=kind, text=UntrustedText(" ".join(text.split())[:_SHOWN]))


def of_text(text: str) -> Iterator[NoticeFlag]:
    """Yield what a text says to a program that reads it, and the account numbers it names."""
    text = text[:_SEEN]
    count = 0
    for pattern in (_TO_A_READER, _TO_A_READER_ZH):
        for found in pattern.finditer(text):
            yield made("instruction", _around(text, found))
            count += 1
            if count >= _MOST:
                break
    seen: set[str] = set()
    for pattern in (_ACCOUNT, _IBAN):
        for found in pattern.finditer(text):
            number = re.sub(r"\D", "", found[found.lastindex or 0])
            if len(number) < 8 or number in seen or _PHONE.search(found[0]):
                continue
            seen.add(number)
            yield made("bank_account", _around(text, found))
            if len(seen) >= _MOST:
                return


def speaks(text: str) -> bool:
    """Return whether a text speaks to a program that reads it, or names an account."""
    return next(of_text(text), None) is not None


def conceals(text: str) -> bool:
    """Return whether a character without shape stands within a word of a text.

    At an edge it is a leftover of a word processor; within a word it hides one.
    """
    return hidden(text) and _WITHIN.search(text) is not None


def of_days(published: date, updated: date, deadline: date | None) -> Iterator[NoticeFlag]:
    """Yield a flag when bids were due before the notice appeared, or years after it."""
    if deadline is None:
        return
    if deadline < published:
        yield made(
            "deadline_past", f"bids by {deadline.isoformat()}, published {published.isoformat()}"
        )
    elif deadline.year > updated.year + _OLDEST_YEARS + 1:
        yield made("absurd_value", f"bids by {deadline.isoformat()}")


def of_amounts(value: int | None, **others: int | None) -> Iterator[NoticeFlag]:
    """Yield a flag for each amount (minor units) that cannot be beside the value of the whole."""
    for name, amount in others.items():
        if value is not None and amount is not None and amount > value:
            yield made("contradiction", f"{name} {amount} above the value {value} (minor units)")
    if value is not None and 0 < value < 100:
        yield made("absurd_value", f"a value of {value} minor units")


def distinct(flags: list[NoticeFlag]) -> tuple[NoticeFlag, ...]:
    """Return the flags without repetitions, the first forty."""
    return tuple(dict.fromkeys(flags))[:_MOST]


def _around(text: str, found: re.Match[str]) -> str:
    return text[max(found.start() - 30, 0) : found.end() + 60]
