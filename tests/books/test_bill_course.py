"""A later state of a bill that no chain of steps explains is refused, with its file and row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from aicfo_sdk.books.importers import bills
from aicfo_sdk.books.store import create_books
from aicfo_sdk.errors import RecordError
from aicfo_sdk.model import Bill, Merchant, UntrustedText

NUMBER = "510233000001620260105000000001"
HEAD = (
    "票据(包)号码,子票区间,票据种类,票据金额,出票日,到期日,出票人,承兑人,状态日期,票据状态,流通标志,"
    "持有状态,背书链,取得日期"
)
ROW = f"{NUMBER},1-1000000,银行承兑汇票,10000.00,2026-01-05,2026-07-05,甲公司,工商银行"


class Shop:
    """Books that lists of bills are taken into, one after the other."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._files = folder, 0
        merchant = Merchant(id="m", updated=date(2026, 1, 1), name=UntrustedText("我"))
        self.books = create_books(folder / "shop.books", merchant=merchant)

    def take(self, *rows: str) -> tuple[str, ...]:
        """Take a list whose rows go on "day,status,flag,held,chain,received"; return its notes."""
        self._files += 1
        path = self._folder / f"list{self._files}.csv"
        whole = (row if row.startswith("6") else f"{ROW},{row}" for row in rows)
        path.write_text("\n".join([HEAD, *whole]) + "\n", "utf-8")
        (file,) = self.books.import_batches([bills.read(path)]).files
        return file.notes

    def bills(self) -> list[Bill]:
        return list(self.books.snapshot(date(2027, 1, 1)).all(Bill))

    def bill(self) -> Bill:
        (found,) = self.bills()
        return found


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    yield made
    made.books.close()


FREE = "已收票,可流通"


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("已出票,待收票", FREE),  # four steps between two exports
        (FREE, "已收票,已锁定"),
        ("已收票,已锁定", FREE),
        (FREE, "已到期,追索中"),
        ("已到期,追索中", "已结清,已结束"),
        ("已收票,已质押", "已到期,托收在途"),
        ("已到期,已结束", "已到期,托收在途"),
        (FREE, "已终止,已结束"),
    ],
)
def test_a_state_that_some_chain_of_steps_leads_to_is_taken(
    shop: Shop, first: str, then: str
) -> None:
    shop.take(f"2026-02-01,{first},,,")
    assert shop.take(f"2026-07-06,{then},,,") == ()
    assert shop.bill().state_said == then.replace(",", "/")


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("已终止,已结束", FREE),
        ("已终止,已结束", ","),  # a row that does not say its state counts as on hand
        ("已结清,已结束", "已到期,追索中"),
        (FREE, "已承兑,待收票"),
        ("已承兑,待收票", "已出票,待收票"),
        ("已到期,托收在途", "已出票,已锁定"),
    ],
)
def test_what_is_impossible_is_refused_by_name_and_nothing_is_taken(
    shop: Shop, first: str, then: str
) -> None:
    shop.take(f"2026-02-01,{first},,,")
    before = shop.bill()
    other = ROW.replace(NUMBER, "6" + NUMBER[1:])
    with pytest.raises(RecordError) as caught:
        shop.take(f"{other},2026-03-01,{FREE},,,", f"2026-03-01,{then},,,")
    said = str(caught.value)
    assert f"from {before.state_said} to {FREE if then == ',' else then}".replace(",", "/") in said
    assert "2026-02-01" in said
    assert "correct 票据状态" in said
    assert (Path(caught.value.file).name, caught.value.line) == ("list2.csv", 3)
    assert shop.bill() == before


def test_an_earlier_list_that_comes_in_later_is_held_against_what_follows_it(shop: Shop) -> None:
    shop.take(f"2026-03-01,{FREE},,,")
    with pytest.raises(RecordError, match="from 已终止/已结束 to 已收票/可流通"):
        shop.take("2026-02-01,已终止,已结束,,,")


def test_words_whose_order_is_an_assumption_are_taken_as_the_bank_says_with_a_note(
    shop: Shop,
) -> None:
    shop.take("2026-07-06,已到期,托收在途,,,")
    (note,) = shop.take(f"2026-07-07,{FREE},,,")
    assert "from 已到期/托收在途 to 已收票/可流通" in note
    assert "taken as the file says" in note
    assert shop.bill().state_said == "已收票/可流通"


GONE = "2026-02-10|我|乙公司"


def test_an_endorsed_bill_is_not_on_hand_again_unless_endorsed_back(shop: Shop) -> None:
    shop.take(f"2026-02-10,{FREE},已背书,{GONE},2026-01-10")
    with pytest.raises(RecordError, match=r"已背书 on 2026-02-10.*without 回头背书.*取得日期"):
        shop.take(f"2026-03-01,{FREE},持有,{GONE},2026-01-10")
    with pytest.raises(RecordError, match="回头背书"):
        shop.take(f"2026-03-01,{FREE},,,")
    assert shop.bill().held == "endorsed"
    shop.take(f"2026-03-01,{FREE},持有,{GONE};2026-03-01|乙公司|我,")
    assert shop.bill().held == "held"


@pytest.mark.parametrize(
    "again",
    [
        f"2026-03-01,{FREE},持有,,2026-03-01",  # a later day of receipt
        "2026-07-20,已到期,可流通,持有,,2026-01-10",  # a claim was paid
        f"2026-03-01,{FREE},已贴现,,",  # not on hand: a matter of words
    ],
)
def test_a_way_back_that_the_law_knows_is_taken(shop: Shop, again: str) -> None:
    shop.take(f"2026-02-10,{FREE},已背书,,2026-01-10")
    assert shop.take(again) == ()


def test_a_discounted_bill_may_be_redeemed(shop: Shop) -> None:
    shop.take("2026-02-10,已收票,待赎回,已贴现,,")
    assert shop.take(f"2026-03-01,{FREE},持有,,") == ()
