"""Each check of a bill finds its fault, and a sound bill passes all of them."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from aicfo_bill.case import Case, OnHand
from aicfo_bill.checks import CHECKS
from aicfo_bill.examine import examine
from aicfo_bill.imitation import imitation
from aicfo_bill.names import core_name, is_bank
from aicfo_bill.paper import add_months
from hypothesis import given
from hypothesis import strategies as st

from aicfo_sdk.model import Bill, Endorsement, Finding, Invoice, UntrustedText
from aicfo_sdk.parameters import parameters

PARAMS, TODAY = parameters(), date(2026, 3, 2)
ISSUED = date(2026, 1, 15)
US = "杭州合成建筑有限公司"


def link(endorser: str, endorsee: str, day: date, *, transferable: bool = True) -> Endorsement:
    return Endorsement(
        day=day,
        endorser=UntrustedText(endorser),
        endorsee=UntrustedText(endorsee),
        transferable=transferable,
    )


def bill(**changes: Any) -> Bill:
    """A sound bank acceptance of ¥50,000, units 1–5,000,000, two hands before ours."""
    sound = Bill(
        id="B1",
        updated=date(2026, 2, 10),
        number="5" + "102100099996" + "20260115" + "00000001" + "7",
        kind="bank",
        range_start=1,
        range_end=5_000_000,
        face=5_000_000,
        issued=ISSUED,
        matures=date(2026, 7, 15),
        drawer=UntrustedText("甲公司"),
        acceptor=UntrustedText("中国工商银行股份有限公司杭州分行"),
        acceptor_class="state_bank",
        acceptor_uscc="91330000MA27U00XX6",
        payee=UntrustedText("乙公司"),
        endorsements=(
            link("乙公司", "丙公司", date(2026, 1, 20)),
            link("丙公司", US, date(2026, 2, 10)),
        ),
        invoices=("Invoice:S1",),
    )
    return sound.model_copy(update={"acceptor_uscc": uscc("91330000MA27U00XX"), **changes})


def uscc(head: str) -> str:
    from stdnum.cn.uscc import calc_check_digit

    return head + calc_check_digit(head)


def invoice(**changes: Any) -> Invoice:
    sound = Invoice(
        id="S1",
        updated=date(2026, 2, 1),
        number="1",
        direction="sales",
        counterparty="c",
        issued=date(2026, 2, 1),
        net=5_000_000,
        tax=0,
        total=5_000_000,
    )
    return sound.model_copy(update=changes)


def case(one: Bill, **changes: Any) -> Case:
    base: dict[str, Any] = {
        "bill": one,
        "today": TODAY,
        "params": PARAMS,
        "merchant": US,
        "invoices": {"S1": invoice()},
        **changes,
        "others": OnHand(changes.get("others", ())),
    }
    return Case(**base)


def found(code: str, one: Case) -> list[Finding]:
    answer = CHECKS[code](one)
    assert answer is not None
    assert {finding.code for finding in answer} <= {code}
    assert all(finding.message and finding.action and finding.source for finding in answer)
    return answer


def test_a_sound_bill_passes_every_check_and_says_what_was_not_checked() -> None:
    check = examine(case(bill()))
    assert check.findings == ()
    assert check.verdict == "take"
    assert set(check.not_checked) == {"check_digit", "acceptor_overdue"}
    assert set(check.checked) | set(check.not_checked) == set(CHECKS)


REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "29 digits": ("number_format", {"number": "5" * 29}),
    "full-width digits": ("number_format", {"number": "５" * 30}),
    "unknown first digit": ("number_format", {"number": "9" * 30}),
    "number of a trade bill": ("number_kind", {"number": "6" + bill().number[1:]}),
    "no date in the number": (
        "number_date",
        {"number": "5" + "1" * 12 + "20260230" + "0" * 9},
    ),
    "registered after issue": ("number_date", {"issued": date(2026, 1, 14)}),
    "one unit short": ("sub_range", {"range_end": 4_999_999}),
    "one unit over": ("sub_range", {"range_end": 5_000_001}),
    "upside down": ("sub_range", {"range_start": 9, "range_end": 3}),
    "unit 0": ("sub_range", {"range_start": 0, "range_end": 4_999_999}),
    "start without end": ("sub_range", {"range_end": 0}),
    "old system with a range": ("sub_range", {"number": "1" + bill().number[1:]}),
    "more than a billion": ("package_limit", {"face": 100_000_000_001}),
    "range beyond a billion": ("package_limit", {"range_end": 100_000_000_001}),
    "a day over six months": ("tenor", {"matures": date(2026, 7, 16)}),
    "matures on issue": ("tenor", {"matures": ISSUED}),
    "endorsed against 不得转让": ("transferable", {"transferable": False}),
    "impossible state": ("state", {"status": "terminated", "circulation": "transferable"}),
    "trade firm as bank": ("acceptor_kind", {"acceptor": UntrustedText("红星贸易有限公司")}),
    "wrong check character": ("acceptor_uscc", {"acceptor_uscc": "91330000MA27U00XX1"}),
    "presented too late": ("maturity", {"matures": TODAY - timedelta(days=11)}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_broken_bill_is_refused(name: str) -> None:
    code, changes = REFUSED[name]
    one = case(bill(**changes))
    assert [finding.severity for finding in found(code, one)] == ["refuse"]
    assert examine(one).verdict == "refuse"


WARNED: dict[str, tuple[str, dict[str, Any]]] = {
    "registered before issue": ("number_date", {"issued": date(2026, 1, 16)}),
    "payee may only hold it": ("transferable", {"circulation": "not_transferable"}),
    "locked": ("state", {"circulation": "locked"}),
    "not signed for": ("state", {"status": "accepted", "circulation": "pending"}),
    "look-alike bank": ("acceptor_name", {"acceptor": UntrustedText("中国工南银行杭州分行")}),
    "no invoice": ("trade_background", {"invoices": ()}),
    "unknown invoice": ("trade_background", {"invoices": ("Invoice:S9",)}),
    "last day to present": ("maturity", {"matures": TODAY - timedelta(days=10)}),
    "matures today": ("maturity", {"matures": TODAY}),
}


@pytest.mark.parametrize("name", WARNED)
def test_a_doubtful_bill_asks_for_care(name: str) -> None:
    code, changes = WARNED[name]
    one = case(bill(**changes))
    assert [finding.severity for finding in found(code, one)] == ["warning"]
    assert examine(one).verdict == "take_with_care"


def test_a_bill_that_was_presented_is_not_asked_for_again_and_a_refused_one_not_counted_on() -> (
    None
):
    late = {"matures": TODAY - timedelta(days=30), "status": "matured"}
    for circulation, state in (("collecting", []), ("claimed", ["warning"])):
        one = case(bill(**late, circulation=circulation))
        assert found("maturity", one) == []
        assert [finding.severity for finding in found("state", one)] == state
    (open_one,) = found("maturity", case(bill(**late, circulation="transferable")))
    assert open_one.severity == "refuse"


def test_the_longest_tenor_is_the_one_of_the_issue_day() -> None:
    year = {"issued": date(2022, 12, 31), "matures": date(2023, 12, 31)}
    assert found("tenor", case(bill(**year))) == []
    half = {"issued": date(2023, 1, 1), "matures": date(2023, 7, 2)}
    assert found("tenor", case(bill(**half)))[0].severity == "refuse"
    assert found("tenor", case(bill(**{**half, "matures": date(2023, 7, 1)}))) == []
    # The 31st plus six months ends with February.
    end = {"issued": date(2025, 8, 31), "matures": date(2026, 2, 28)}
    assert found("tenor", case(bill(**end))) == []


@given(st.dates(date(1999, 1, 1), date(2090, 1, 1)), st.integers(0, 24))
def test_months_later_is_that_day_or_the_months_last(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


@given(st.integers(1, 10**11), st.integers(1, 10**11), st.integers(-3, 3))
def test_a_sub_range_is_worth_its_units(start: int, face: int, off: int) -> None:
    one = case(bill(range_start=start, range_end=start + face - 1 + off, face=face))
    if start + face - 1 + off >= start:
        assert bool(found("sub_range", one)) == (off != 0)


@pytest.mark.parametrize(
    ("start", "end", "shared"),
    [(5_000_001, 6_000_000, False), (5_000_000, 6_000_000, True), (0, 0, True)],
)
def test_two_holdings_of_one_package_may_touch_but_not_share_units(
    start: int, end: int, shared: bool
) -> None:
    other = bill(id="B2", range_start=start, range_end=end)
    assert bool(found("overlap", case(bill(), others=[bill(), other]))) == shared
    for changes in ({"held": "endorsed"}, {"side": "payable"}, {"number": "5" * 30}):
        gone = other.model_copy(update=changes)
        assert found("overlap", case(bill(), others=[bill(), gone])) == []


def test_a_chain_breaks_where_the_next_endorser_was_not_the_holder() -> None:
    chain = (link("乙公司", "丙公司", ISSUED), link("丁公司", US, date(2026, 2, 10)))
    (broken,) = found("chain", case(bill(endorsements=chain)))
    assert broken.severity == "refuse"
    assert "丁公司" in broken.message
    assert "丙公司" in broken.message
    not_payee = (link("戊公司", US, ISSUED),)
    assert found("chain", case(bill(endorsements=not_payee)))[0].severity == "refuse"
    backwards = (link("乙公司", "丙公司", date(2026, 2, 1)), link("丙公司", US, ISSUED))
    assert "dated" in found("chain", case(bill(endorsements=backwards)))[0].message
    stranger = (link("乙公司", "丙公司", ISSUED),)
    assert found("chain", case(bill(endorsements=stranger)))[0].severity == "warning"


def test_spaces_and_punctuation_do_not_break_a_chain() -> None:
    chain = (link("乙 公司", "丙公司（杭州）", ISSUED), link("丙公司(杭州)", US, ISSUED))
    assert found("chain", case(bill(endorsements=chain))) == []


@pytest.mark.parametrize(
    ("holders", "between"),
    [
        (["乙公司", "丙公司", "乙公司"], "丙公司"),
        (["乙公司", "丙公司", "丁公司", "乙公司"], "丙公司、丁公司"),
    ],
)
def test_endorsing_back_is_a_warning_that_names_who_is_free_and_never_a_refusal(
    holders: list[str], between: str
) -> None:
    chain = tuple(link(a, b, ISSUED) for a, b in pairwise(holders))
    one = case(bill(endorsements=chain), merchant="乙公司")
    (loop,) = found("chain_loop", one)
    assert between in loop.message
    assert examine(one).verdict == "take_with_care"


def test_an_endorser_who_forbade_transfer_is_counted_out_of_the_recourse() -> None:
    chain = (link("乙公司", "丙公司", ISSUED, transferable=False), link("丙公司", US, ISSUED))
    (warned,) = found("transferable", case(bill(endorsements=chain)))
    assert warned.severity == "warning"
    assert "乙公司" in warned.message


def test_without_a_list_the_overdue_check_proves_nothing() -> None:
    one = bill(acceptor=UntrustedText("拖延 财务有限公司"))
    assert CHECKS["acceptor_overdue"](case(one)) is None
    assert found("acceptor_overdue", case(one, overdue=())) == []
    (listed,) = found("acceptor_overdue", case(one, overdue=("拖延财务有限公司",)))
    assert listed.severity == "refuse"


def test_the_check_digit_is_judged_only_by_who_knows_how() -> None:
    seen: list[str] = []

    def judge(number: str) -> bool:
        seen.append(number)
        return False

    assert CHECKS["check_digit"](case(bill())) is None
    assert found("check_digit", case(bill(), check_digit=judge))[0].severity == "refuse"
    assert seen == [bill().number]
    assert "check_digit" in examine(case(bill(number="x"), check_digit=judge)).not_checked


def test_concentration_counts_branches_of_one_bank_together() -> None:
    def other(id: str, acceptor: str) -> Bill:
        return bill(id=id, acceptor=UntrustedText(acceptor), number="5" * 30)

    same = other("B2", "中国工商银行上海分行")
    rest = [other(f"B{n}", name) for n, name in enumerate(["宁波银行", "杭州银行"], 3)]
    (warned,) = found("concentration", case(bill(), others=[same, *rest]))
    assert "50 %" in warned.message
    assert found("concentration", case(rest[0], others=[bill(), same, *rest])) == []
    assert found("concentration", case(bill())) == []


def test_a_bill_is_counted_once_among_those_on_hand_and_as_it_is_given() -> None:
    held = [bill(), bill(id="B2", acceptor=UntrustedText("宁波银行"), number="5" * 30)]
    changed = bill(acceptor=UntrustedText("宁波银行"), face=3 * bill().face)
    assert OnHand(held).share(held[0]) == (held[0].face, 2 * held[0].face, 2)
    assert OnHand(held).share(changed) == (4 * bill().face, 4 * bill().face, 2)
    assert OnHand().share(changed) == (changed.face, changed.face, 1)


def test_a_voided_invoice_is_no_trade_background() -> None:
    void = {"S1": invoice(status="void")}
    assert "void" in found("trade_background", case(bill(), invoices=void))[0].message
    contract = bill(invoices=("Contract:K7",))
    assert found("trade_background", case(contract, invoices={})) == []


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("中国工商银行股份有限公司北京分行", "中国工商银行"),
        ("中国工商银行北京分行营业部", "中国工商银行"),
        ("江苏 张家港农村商业银行股份有限公司", "江苏张家港农村商业银行"),
        ("红星贸易有限公司", "红星贸易"),
        ("有限公司", "有限公司"),
    ],
)
def test_the_core_of_a_name_has_neither_legal_form_nor_branch(name: str, core: str) -> None:
    assert core_name(name) == core


def test_a_real_neighbour_is_not_taken_for_an_imitation() -> None:
    licensed = (*PARAMS.at("bill.known_banks", TODAY), "江苏张家港农村商业银行")

    def likely(name: str) -> object:
        return imitation(name, licensed, (), 600_000)

    for real in (
        "中国工商银行股份有限公司苏州分行",
        "中原银行",
        "宁波通商银行股份有限公司",
        "江苏江阴农村商业银行",
        "浙江德清农村商业银行股份有限公司",
        "江苏重庆农村商业银行",  # a province before a rural bank's place is how they register
    ):
        assert likely(real) is None, real
    for fake in (
        "中国工商眼行",
        "中国工商眼行股份有限公司杭州分行",
        "中国工商眼行杭州分行",
        "江苏张家岗农村商业银行",
        "宁泼银行",
        "杭州市银行",
        "工商中国银行",
        "中国工商银行投资有限公司",
        "中国工商银行杭州分行有限公司",
        "恒丰银\u20dd行",
        "中国エ商银行",
    ):
        assert likely(fake) is not None, fake


def test_a_firm_is_imitated_by_what_reads_like_it_and_not_by_its_neighbours() -> None:
    firms = ("杭州恒泰化工有限公司", "中铁四局集团有限公司", "浙江华阳机械股份有限公司")

    def likely(name: str) -> object:
        return imitation(name, (), firms, 600_000)

    for other in (
        "杭州恒泰化工有限公司",
        "杭州恒泰化工有限责任公司",
        "杭州金茂化工有限公司",
        "杭州恒丰化工有限公司",
        "中铁五局集团有限公司",
    ):
        assert likely(other) is None, other
    for fake in (
        "杭州恒太化工有限公司",
        "杭州衡泰化工有限公司",
        "杭州市恒泰化工有限公司",
        "恒泰杭州化工有限公司",
        "杭州恒泰化工集团有限公司",
        "杭州恒泰化工股份有限公司",
        "浙江华阳机械有限公司",
    ):
        assert likely(fake) is not None, fake


@pytest.mark.parametrize("pair", ["天大", "工土", "海梅", "万方", "达迖"])
def test_one_character_near_another_is_doubted_where_two_such_are_not(pair: str) -> None:
    one, other = pair
    firms = (f"杭州{one}{one}机械有限公司",)
    assert imitation(f"杭州{one}{other}机械有限公司", (), firms, 600_000) is not None
    assert imitation(f"杭州{other}{other}机械有限公司", (), firms, 600_000) is None
    assert imitation(f"杭州{one}杏机械有限公司", (), firms, 600_000) is None


def test_only_a_bank_by_its_whole_name_is_one() -> None:
    assert is_bank("汇丰银行（中国）有限公司")
    assert is_bank("浙江省农村信用社联合社")
    assert not is_bank("中国工商银行投资有限公司")
    assert is_bank("红星集团财务有限公司")
    assert not is_bank("红星集团有限公司")
