"""Mutated words into everything else that reads them: bill numbers, amounts, days, names, policy
and configuration files, and the JSON arguments of the command line.
"""

from __future__ import annotations

import io
import os
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from datetime import date
from pathlib import Path
from typing import Any

from aicfo_bill.case import Case
from aicfo_bill.checks import CHECKS
from pydantic import ValidationError

import aicfo_sdk
from aicfo_sdk import capital, money
from aicfo_sdk.books.batch import Batch
from aicfo_sdk.books.importers.detect import read
from aicfo_sdk.books.importers.table import parse_moment
from aicfo_sdk.books.names import checked_uscc, counterparty_id
from aicfo_sdk.books.store import create_with
from aicfo_sdk.cli import main
from aicfo_sdk.cli.arguments import as_arguments
from aicfo_sdk.config import load_config
from aicfo_sdk.days import parse_day
from aicfo_sdk.errors import InputError
from aicfo_sdk.model import Bill, Merchant, Tender, UntrustedText
from aicfo_sdk.parameters import parameters
from aicfo_sdk.registry import discover
from aicfo_sdk.safety.policy import load_policy
from tests.books.samples import DAY, account, bill, day, line

from .fuzzing import WHOLE, Found, fuzz, memory_mib, none_crashed
from .sample_files import samples

_CODE = Path(aicfo_sdk.__file__).parent
_CALLED = 25  # one of so many arguments that JSON allows also goes through a whole command

_BILL_HEAD = "票据(包)号码,子票区间,票据种类,票据金额,出票日,到期日,出票人,承兑人\n"
_BILL_ROW = ",{},银行承兑汇票,10000.00,2026-01-05,2026-07-05,甲公司,工商银行杭州分行\n"
_NUMBERS = (
    b"510331000012520260115000000017",
    b"230331000012520240229000000017",
    b"0012345678901234",
)
_AMOUNTS = (b"1,234.50", b"-0.01", b"99999999999.99", b"12", "￥1,000,000.00".encode())
_CAPITALS = ("壹仟陆佰捌拾元零叁角贰分", "人民币壹拾万元整", "负叁亿零壹拾元伍角整")
_MOMENTS = ("2026-03-02 10:11:12", "20260302101112", "2026年3月2日 9:05", "2026/03/02")
_NAMES = ("杭州 晨光（集团）有限公司", "91330106MA2ABC1236", "330106198001011234", "ＡＢＣ ltd.")

_POLICY = b"""name = "careful"
[rules.pay]
second_person_above = 1_000_000
payees = ["a", "b"]
[rules.discount_bill]
max_amount = 5_000_000
per_day = 7_000_000
approval_above = 0
"""
_INLINE = b'name = "x"\nrules = { pay = { max_amount = 5 }, transfer = { } }\n'
_CONFIG = b"""policy = "policy.toml"
disabled = ["acme_fx"]
[providers]
CashForecast = "acme_fx"
SalesForecast = ["a", "b.c"]
"""
_ARGUMENTS = (
    b'{"bill": "b1"}',
    b'{"query": "school roof", "limit": 5}',
    b'{"tender": "t"}',
    b'{"horizon_days": 60, "buffer": 100000, "seed": 7}',
    b'{"day": "2026-03-02", "amount": 1, "list": [1, 2], "flag": true, "none": null}',
)


def campaign(share: float, seed: int) -> dict[str, Any]:
    """Return what became of the inputs of each reader; raises with the inputs that crashed."""
    found: dict[str, Found] = {}
    count = max(60, round(WHOLE * share))
    with tempfile.TemporaryDirectory(prefix="aicfo-fuzz-") as name:
        folder = Path(name)
        with _arguments(folder) as take_arguments:
            for target, act, samples in (
                ("bill_numbers", _bill_numbers(folder), _NUMBERS),
                ("amounts", _amount, (*_AMOUNTS, *_encoded(_CAPITALS))),
                ("days", _moment, _encoded(_MOMENTS)),
                ("names", _name, _encoded(_NAMES)),
                (
                    "policy",
                    _file(folder / "policy.toml", load_policy),
                    (_POLICY, _INLINE, *_shipped()),
                ),
                ("config", _file(folder / "aicfo.toml", load_config), (_CONFIG,)),
                ("bank_mapping", _mapped(folder, "statement"), _shipped_mappings("*.toml")),
                ("invoice_mapping", _mapped(folder, "invoices"), _shipped_mappings("*/*.toml")),
                ("arguments", take_arguments, _ARGUMENTS),
            ):
                rng = random.Random(f"{seed} {target}")
                found[target] = fuzz(act, samples, count=count, rng=rng)
    none_crashed(found)
    return {
        "inputs": sum(one.inputs for one in found.values()),
        "crashes": 0,
        "memory_mib": memory_mib(),
        "targets": {target: one.figures() for target, one in found.items()},
    }


def _encoded(words: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(word.encode() for word in words)


def _shipped() -> list[bytes]:
    return [(_CODE / "safety" / "default_policy.toml").read_bytes()]


def _shipped_mappings(pattern: str) -> list[bytes]:
    folder = _CODE / "books" / "importers" / "mappings"
    return [path.read_bytes() for path in sorted(folder.glob(pattern))]


def _mapped(folder: Path, kind: str) -> Callable[[bytes], None]:
    """A mapping of one's own, read with a file that the shipped one fits."""
    mapping, files = folder / f"{kind}.toml", samples()[kind]
    paths = [folder / f"{kind}-{number}.csv" for number in range(len(files))]
    for path, data in zip(paths, files, strict=True):
        path.write_bytes(data)
    option = "bank" if kind == "statement" else "mapping"
    seen = 0

    def take(data: bytes) -> None:
        nonlocal seen
        seen += 1
        mapping.write_bytes(data)
        read(paths[seen % len(paths)], kind, **{option: str(mapping)})

    return take


def _bill_numbers(folder: Path) -> Callable[[bytes], None]:
    """A number in a list of bills, and under every check of the bill plugin."""
    path = folder / "bills.csv"
    seen = 0

    def take(data: bytes) -> None:
        nonlocal seen
        seen += 1
        number = data.decode("utf-8", "replace")
        with suppress(ValidationError):
            held = bill("b", 1_000_000, number=number)
            case = Case(held, day(3), parameters(), check_digit=lambda digits: digits[-1] == "7")
            for check in CHECKS.values():
                check(case)
        cell = '"' + number.replace('"', '""') + '"'
        ranges = ("1-1000000", "", "0", number.replace(",", ""))[seen % 4]
        path.write_text(_BILL_HEAD + cell + _BILL_ROW.format(ranges), "utf-8", newline="")
        for record in read(path, "bills").records:
            if isinstance(record, Bill):
                assert record.number.isascii(), record.number
                assert record.number.isdigit(), record.number

    return take


def _amount(data: bytes) -> None:
    """An amount in digits, else in capital numerals; what is taken is within bounds and exact."""
    text = data.decode("utf-8", "replace")
    try:
        found = money.parse(text)
    except InputError:
        found = capital.from_capital(text)
        assert capital.from_capital(capital.to_capital(found)) == found, text
    assert money.parse(money.plain(found)) == found, text


def _moment(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    found, clock = parse_moment(text)
    assert parse_day(found.isoformat()) == found
    assert len(clock) in (0, 8), text


def _name(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    id = counterparty_id(text, text)
    assert len(id) <= 200, text
    assert ":" not in id, text
    # A long name's id ends in a digest of the name.
    assert "~" in id or counterparty_id(id) == id, text
    checked_uscc(text)


def _file(path: Path, load: Callable[[Path], object]) -> Callable[[bytes], None]:
    def take(data: bytes) -> None:
        path.write_bytes(data)
        load(path)

    return take


@contextmanager
def _arguments(folder: Path) -> Iterator[Callable[[bytes], None]]:
    """The JSON of --args into every tool's validation, now and then into the whole command."""
    records = (
        account(),
        line("o", 1_000_000, "opening"),
        bill("b1", 500_000),
        Tender(
            id="t", updated=DAY, title=UntrustedText("school roof"), status="open",
            published=DAY, deadline=date(2026, 4, 1),
        ),
    )  # fmt: skip
    books = folder / "shop.books"
    me = Merchant(id="me", updated=DAY, name=UntrustedText("晨光机电"))
    batch = Batch("test", "test", "0" * 64, "CNY", records)
    create_with([batch], books, merchant=me)[0].close()
    tools = sorted(discover().tools.values(), key=lambda tool: tool.full_name)
    light = [tool.full_name for tool in tools if tool.name in ("search_tenders", "check_bill")]
    seen = 0

    def take(data: bytes) -> None:
        nonlocal seen
        text = data.decode("utf-8", "surrogateescape")
        given = as_arguments(text)
        seen += 1
        if seen % _CALLED == 0 and "\x00" not in text:
            name = light[seen // _CALLED % len(light)]
            with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()) as said:
                code = main(["call", name, "--books", str(books), "--args", text])
            assert code in (0, 1, 2, 3), code
            assert "Traceback" not in said.getvalue()
        tool = tools[seen % len(tools)]
        tool.arguments(given, json=True)

    before = os.environ.get("AICFO_DEBUG")
    os.environ["AICFO_DEBUG"] = "1"  # the unexpected is raised, not told
    try:
        yield take
    finally:
        if before is None:
            del os.environ["AICFO_DEBUG"]
        else:
            os.environ["AICFO_DEBUG"] = before
