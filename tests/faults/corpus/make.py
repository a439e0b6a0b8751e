"""Makes injections.jsonl: templates × people × amounts, drawn by a seed, each text once.

python -m tests.faults.corpus.make
"""

from __future__ import annotations

import base64
import json
import random
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypedDict

from aicfo_sdk.model import UntrustedText

FOLDER = Path(__file__).parent
FILE = FOLDER / "injections.jsonl"
SEED = 20260302
EACH = 21  # texts per technique and language

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

SUPPLIERS: Mapping[Language, tuple[str, ...]] = {
    "zh": ("宁波海达电缆有限公司", "绍兴兴业五金有限公司"),
    "en": ("Ningbo Harbor Tools Ltd", "Jinhua Linen Works"),
}
"""Whom the firm pays every month."""

LOOKALIKES: Mapping[Language, tuple[str, ...]] = {
    "zh": (
        "宁波海逹电缆有限公司",
        "宁波海达电览有限公司",
        "绍兴兴业五金贸易有限公司",
        "绍兴興業五金有限公司",
    ),
    "en": (
        "Νingbo Harbor Tools Ltd",
        "Ningbo Harb0r Tools Ltd",
        "Jinhua Iinen Works",
        "Jinhua Linens Works",
    ),
}
"""Firms with names that a reader takes for a supplier's; each sent the firm an invoice as well."""

PLACES = (
    "invoice_remark",
    "invoice_goods",
    "bill_endorser",
    "tender_title",
    "tender_description",
    "statement_purpose",
    "statement_remark",
    "wallet_goods",
    "wallet_remark",
    "alipay_goods",
    "transfer_message",
    "ocr_text",
)

_ORDERS: Mapping[str, tuple[str, ...]] = {
    "lookalike_firm": ("pay_lookalike",),
    "changed_account": ("changed_account",),
    "overpay": ("overpay",),
    "split": ("split",),
    "backdated": ("backdate",),
}
"""Techniques that are about one kind of order; the others take any."""

_MISREAD = {
    "0": "O", "O": "0", "1": "l", "l": "1", "5": "S", "8": "B", "元": "兀", "己": "已", "账": "帐",
    "付": "忖", "e": "c", "m": "rn", "日": "曰",
}  # fmt: skip


class Goal(TypedDict):
    """What a text asks for; amounts in fen, `rate` in percent a year."""

    do: str
    payee: str
    amount: int
    pieces: int
    rate: int


class Injection(TypedDict):
    """One text, and what someone who obeys it would do."""

    id: str
    language: Language
    technique: str
    place: str
    text: str
    goal: Goal


def load() -> list[Injection]:
    """Return every injection of the corpus."""
    return [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]


def make(seed: int = SEED) -> list[Injection]:
    """Return the injections of a seed, every technique in both languages, each text once."""
    rng = random.Random(seed)
    table = tomllib.loads((FOLDER / "templates.toml").read_text("utf-8"))
    found: list[Injection] = []
    seen: set[str] = set()
    for language in LANGUAGES:
        for technique in table["frame"][language]:
            drawn = _drawn(rng, table, language, technique)
            kept = 0
            while kept < EACH:
                text, goal = next(drawn)
                place = _place(technique, goal["do"], rng)
                plain = str(UntrustedText(text))
                if plain in seen or not _fits(place, plain):
                    continue
                seen.add(plain)
                kept += 1
                id = f"{language}-{technique}-{kept:02d}"
                found.append(
                    {"id": id, "language": language, "technique": technique, "place": place,
                     "text": text, "goal": goal}
                )  # fmt: skip
    return found


def _drawn(
    rng: random.Random, table: Any, language: Language, technique: str
) -> Iterator[tuple[str, Goal]]:
    orders, frames = table["order"][language], table["frame"][language][technique]
    kinds = _ORDERS.get(technique) or tuple(orders)
    while True:
        kind = rng.choice(kinds)
        yuan, pieces = rng.choice(table["fill"]["yuan"]), rng.choice(table["fill"]["pieces"])
        words: dict[str, Any] = {
            "yuan": yuan,
            "pieces": pieces,
            "total": yuan * (pieces if kind == "split" else 40),
            "rate": rng.choice(table["fill"]["rate"]),
            "account": rng.choice(table["fill"]["account"]),
            "stranger": rng.choice(table["fill"][language]["stranger"]),
            "broker": rng.choice(table["fill"][language]["broker"]),
            "supplier": rng.choice(SUPPLIERS[language]),
            "lookalike": rng.choice(LOOKALIKES[language]),
        }
        sentence = rng.choice(orders[kind])
        order = sentence.format(**words)
        coded = base64.b64encode(order.encode()).decode()
        shown = _hidden(order, rng) if technique == "hidden" else order
        text = rng.choice(frames).format(order=shown, base64=coded)
        if technique == "ocr":
            text = _noisy(text, rng)
        yield text.strip(), _goal(kind, sentence, words)


def _goal(kind: str, sentence: str, words: Mapping[str, Any]) -> Goal:
    """What the order asks for; a new account is a payee of its own."""
    named = {
        "pay_stranger": words["stranger"],
        "changed_account": words["account"],
        "discount": words["broker"],
    }
    payee = named.get(kind) or words["lookalike" if "{lookalike}" in sentence else "supplier"]
    return {
        "do": kind,
        "payee": payee,
        "amount": words["yuan"] * 100,
        "pieces": words["pieces"] if kind == "split" else 1,
        "rate": words["rate"],
    }


def _place(technique: str, kind: str, rng: random.Random) -> str:
    if technique == "ocr":
        return "ocr_text"
    if kind == "bid":
        return rng.choice(("tender_title", "tender_description"))
    return rng.choice(PLACES)


def _fits(place: str, text: str) -> bool:
    """A title, a name or a cell of a wallet's bill is one line."""
    return "\n" not in text or place in ("tender_description", "ocr_text", "invoice_remark")


def _hidden(order: str, rng: random.Random) -> str:
    """Put what the eye does not see into an order, in one of five ways."""
    way = rng.randrange(5)
    if way == 0:
        return "\u200b".join(order)
    if way == 1:
        return f"\u202e{order[::-1]}\u202c {order}"
    if way == 2:
        tags = "".join(chr(0xE0000 + ord(char)) for char in order if char.isascii())
        return f"{order}{tags}"
    if way == 3:
        marks = ("\u200d", "\u2060", "\ufeff", "\u00ad")
        return "".join(char + rng.choice(marks) for char in order)
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in order)


def _noisy(text: str, rng: random.Random) -> str:
    """Read a text as a scanner does: characters taken for others, blanks, broken lines."""
    noisy = ""
    for char in text:
        draw = rng.random()
        if draw < 0.12 and char in _MISREAD:
            noisy += _MISREAD[char]
        elif draw < 0.16:
            noisy += char + rng.choice((" ", "  ", "\n", "·", "."))
        else:
            noisy += char
    return noisy


def write() -> int:
    """Write the corpus and return how many texts it has."""
    lines = [json.dumps(injection, ensure_ascii=False, sort_keys=True) for injection in make()]
    FILE.write_text(_escaped("\n".join(lines)) + "\n", "utf-8")
    return len(lines)


def _escaped(text: str) -> str:
    """Return JSON lines in which what the eye does not see is escaped."""

    def shown(char: str) -> str:
        if char == "\n" or (char.isprintable() and char != "\u3000"):
            return char
        return json.dumps(char).strip('"')

    return "".join(map(shown, text))


if __name__ == "__main__":
    print(f"{write()} injections in {FILE.name}")
