"""Text of strangers: what cannot be seen is gone, what can be read stays, once and for all."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aicfo_sdk.model.base import Record
from aicfo_sdk.model.invoice import Transaction
from aicfo_sdk.model.text import UntrustedText, clean, hidden

_AWKWARD = "a\u0301\u034f\u0300\u0323\u0316\u0345\u3164\uffa0\u115f\u1100\u1161\u11a8\u200b\u202e"
_texts = st.text(
    alphabet=st.one_of(
        st.characters(), st.sampled_from(_AWKWARD + "\ufe0f\U000e0041\U000e0101中1\u2028\u2800")
    ),
    max_size=40,
)


@given(_texts)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert not hidden(once)
    assert unicodedata.normalize("NFKC", once) == once


@pytest.mark.parametrize(
    ("name", "text", "seen"),
    [
        ("zero width", "pay\u200bee\ufeff 1\u200d2", "payee 12"),
        ("bidi override", "\u202e001 yap\u202c", "001 yap"),
        ("bidi isolate", "\u2066x\u2069", "x"),
        ("tag characters", "ok\U000e0050\U000e0041\U000e0059", "ok"),
        ("variation selectors", "1\ufe0f0\U000e0100", "10"),
        ("grapheme joiner", "a\u034fb", "ab"),
        ("Mongolian selector", "a\u180bb\u180eb", "abb"),
        ("soft hyphen", "pay\u00adee", "payee"),
        ("terminal escape", "\x1b[2Jpaid\x07", "[2Jpaid"),
        ("private use", "x\ue000y", "xy"),
        ("full width", "ＡＢＣ１２３", "ABC123"),
        ("ideographic space", "杭州\u3000晨光", "杭州 晨光"),
        ("Hangul filler", "杭州\u3164晨光\uffa0x\u115fy", "杭州 晨光 x y"),
        ("blank braille", "12\u28003", "12 3"),
        ("line separators", "a\u2028b\u2029c", "a b c"),
        ("radical for ideograph", "⼯商银行", "工商银行"),
    ],
)
def test_what_the_eye_cannot_see_goes(name: str, text: str, seen: str) -> None:
    assert clean(text) == seen, name
    assert hidden(text) or unicodedata.normalize("NFKC", text) == seen, name


def test_a_flood_of_marks_is_cut_and_a_script_keeps_its_own() -> None:
    assert len(clean("a" + "\u0335" * 400)) <= 5
    for text in ("Việt Nam", "é", "नमस्ते", "ภาษาไทย", "שָׁלוֹם", "が"):
        assert clean(text) == unicodedata.normalize("NFKC", text)


def test_no_character_survives_that_is_drawn_as_nothing() -> None:
    # Default ignorable code points, by the ranges of the Unicode standard (DerivedCoreProperties).
    ignorable = [
        *(0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0),
        *range(0x180B, 0x1810),
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xFE00, 0xFE10),
        *range(0xFFF0, 0xFFF9),
        *range(0x1BCA0, 0x1BCA4),
        *range(0x1D173, 0x1D17B),
        *range(0xE0000, 0xE1000),
    ]
    assert not [hex(code) for code in ignorable if clean(f"1{chr(code)}2") not in ("12", "1 2")]


def test_every_other_character_a_person_can_read_is_kept_or_made_plainer() -> None:
    for code in range(0x20, sys.maxunicode + 1):
        char = chr(code)
        if unicodedata.category(char) in ("Lu", "Ll", "Nd", "Sc", "Sm"):
            assert clean(char) == unicodedata.normalize("NFKC", char), hex(code)


def test_a_record_cleans_the_text_it_is_given() -> None:
    line = Transaction.model_validate_json(
        '{"id":"t","day":"2026-03-02","account":"A","amount":1,"kind":"receipt",'
        '"text":"\\u202eＰＡＹ\\u200b"}'
    )
    assert line.text == "PAY"
    assert type(line.text) is UntrustedText
    again: Record = Transaction.model_validate_json(line.model_dump_json())
    assert again == line
