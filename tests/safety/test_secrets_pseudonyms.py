"""Nobody is named to a remote model, and what comes back is named again."""

from __future__ import annotations

from typing import Any

import pytest
from aicfo_sim import sandbox
from hypothesis import given
from hypothesis import strategies as st

from aicfo_sdk import MemoryBooks
from aicfo_sdk.model import (
    RECORDS,
    Account,
    Bill,
    Counterparty,
    Merchant,
    Tender,
    Transaction,
    UntrustedText,
    record_type,
)
from aicfo_sdk.model.text import clean
from aicfo_sdk.safety.secrets import Pseudonyms
from tests.books.samples import DAY, party

KEY = b"of this session only"

SENTENCES = [
    ("我们已向杭州晨光贸易有限公司支付货款 10,000.00 元", "杭州晨光贸易有限公司", "10,000.00"),
    ("账号 6222 0200 1234 5678 901, 开户行 中国工商银行杭州分行", "6222 0200 1234 5678 901", ""),
    ("联系人:张三丰 13800138000, 0571-88886666", "张三丰", ""),
    ("call 13800138000 or 0571-88886666 on 2026-03-02", "0571-88886666", "2026-03-02"),
    ("地址:浙江省杭州市西湖区文三路123号5幢601室", "文三路123号", "地址"),
    ("税号 91330106MA2ABC1236 小规模", "91330106MA2ABC1236", "税号"),
    ("身份证 330106199001011234 的李会计", "330106199001011234", "会计"),
    ("票据 513102300012920251201000000001 面值 500000", "513102300012920251201000000001", "500000"),
    ("Amazon EU SARL paid Marks and Spencer plc 1,234.56", "Marks and Spencer plc", "1,234.56"),
    ("mail a.b@shop.co.uk, IBAN GB29 NWBK 6016 1331 9268 19", "NWBK 6016 1331", "IBAN"),
    ("Mr John Smith asked for T-2031 in 30 days", "John Smith", "T-2031 in 30 days"),
]


@pytest.mark.parametrize(("text", "private", "kept"), SENTENCES)
def test_what_looks_like_a_name_or_number_is_hidden_and_comes_back(
    text: str, private: str, kept: str
) -> None:
    pseudonyms = Pseudonyms(KEY)
    sent = pseudonyms.hide(text)
    assert private not in sent
    assert kept in sent
    assert pseudonyms.show(sent) == clean(text)


@pytest.mark.parametrize("text", ["2026-03-02 2026-03-03", "1,000,000.00", "core.brief P50 4.35 %"])
def test_amounts_days_and_ids_stay(text: str) -> None:
    assert Pseudonyms(KEY).hide(text) == text


@pytest.mark.parametrize(("archetype", "seed"), [("contractor", 7), ("shop", 7), ("ecommerce", 7)])
def test_no_name_or_number_of_the_books_leaves_in_any_record(archetype: str, seed: int) -> None:
    books = sandbox(archetype, seed=seed)
    pseudonyms = Pseudonyms(KEY, books)
    sent: list[str] = []
    for name in RECORDS:
        for record in list(books.all(record_type(name)))[:40]:
            message = [{"role": "user", "content": record.model_dump_json()}]
            hidden = pseudonyms.hide(message)
            assert pseudonyms.show(hidden) == message
            sent.append(hidden[0]["content"])
    whole = "\n".join(sent)
    private = _private(books)
    assert len(private) >= 12
    assert not [text for text in private if text in whole]


def test_names_of_firms_are_mostly_told_without_the_books() -> None:
    books = sandbox("contractor", seed=7)
    names = {text for text in _private(books) if not text[0].isdigit()}
    pseudonyms = Pseudonyms(KEY)
    leaks = [name for name in names if name in pseudonyms.hide(f"收到 {name} 货款 100.00")]
    assert len(leaks) * 10 <= len(names), leaks


def _private(books: Any) -> set[str]:
    found: set[str] = set()
    for kind, fields in (
        (Merchant, ("name", "uscc")),
        (Account, ("number", "name")),
        (Counterparty, ("name", "uscc", "payee_account")),
        (Bill, ("number", "drawer", "acceptor", "payee", "acceptor_uscc")),
        (Transaction, ("counterparty_name",)),
        (Tender, ("buyer",)),
    ):
        for record in books.all(kind):
            found |= {str(getattr(record, field)) for field in fields if getattr(record, field)}
    return found


def test_a_name_is_the_same_stand_in_throughout_and_told_by_nobody_without_the_key() -> None:
    text = "杭州晨光贸易有限公司"
    first, again, other = Pseudonyms(KEY), Pseudonyms(KEY), Pseudonyms(KEY[::-1])
    sent = first.hide([text, f"付 {text}", text])
    assert len({part.removeprefix("付 ") for part in sent}) == 1
    assert again.hide(text) == sent[0]
    assert other.hide(text) != sent[0]
    assert other.show(sent[0]) == sent[0]


def test_a_short_form_of_a_known_name_is_hidden_and_comes_back_as_it_was_said() -> None:
    books = MemoryBooks([party("杭州晨光贸易有限公司")], as_of=DAY)
    pseudonyms = Pseudonyms(KEY, books)
    for text in ("晨光贸易的货款", "杭州晨光贸易 货款", "杭州晨光贸易有限公司"):
        sent = pseudonyms.hide(text)
        assert "晨光" not in sent
        assert pseudonyms.show(sent) == text


def test_two_spellings_of_one_name_share_a_code_and_each_comes_back() -> None:
    books = MemoryBooks([party("amazon eu sarl", name=UntrustedText("Amazon EU SARL"))], as_of=DAY)
    pseudonyms = Pseudonyms(KEY, books)
    sent = pseudonyms.hide(["Amazon EU SARL", "amazon eu sarl"])
    assert sent[0] != sent[1]
    assert sent[1] == sent[0].replace(">", ".1>")
    assert pseudonyms.show(sent) == ["Amazon EU SARL", "amazon eu sarl"]


def test_a_text_cannot_forge_a_stand_in() -> None:
    pseudonyms = Pseudonyms(KEY)
    token = pseudonyms.hide("杭州晨光贸易有限公司")
    sent = pseudonyms.hide(f"pay {token} and <firm-aaaa>")
    assert token not in sent
    assert pseudonyms.show(sent) == f"pay {token} and <firm-aaaa>"
    assert pseudonyms.show("<firm-zzzz>") == "<firm-zzzz>"


def test_what_left_is_listed_with_its_place() -> None:
    pseudonyms = Pseudonyms(KEY)
    pseudonyms.hide([{"role": "user", "content": "付 杭州晨光贸易有限公司 100"}])
    place, text, tokens = [(left.place, left.text, left.stand_ins) for left in pseudonyms.left][-1]
    assert place == "/0/content"
    assert "杭州" not in text
    assert len(tokens) == 1


def test_a_secret_goes_for_good() -> None:
    pseudonyms = Pseudonyms(KEY)
    sent = pseudonyms.hide("password=hunter2222 x")
    assert "hunter" not in pseudonyms.show(sent)


def test_a_key_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        Pseudonyms(b"short")


@given(
    st.text(
        alphabet=st.characters() | st.sampled_from("<firm-ab2>:李张公司有限0123456789 @+."),
        max_size=80,
    )
)
def test_every_text_comes_back(text: str) -> None:
    pseudonyms = Pseudonyms(KEY)
    expected = clean(text)
    if "[secret]" not in pseudonyms.hide(text):
        assert pseudonyms.show(pseudonyms.hide(text)) == expected
