"""Contract drafts: the award's terms, and what in them the law does not allow."""

from __future__ import annotations

from typing import Any

import aicfo_tender
import pytest

from aicfo_sdk import ToolFailed
from aicfo_sdk.documents.docx import write_docx
from aicfo_sdk.documents.reading import read_lines, verify
from aicfo_sdk.model import ContractDraft, Milestone, TenderId, UntrustedText


def won(make: Any, **fields: Any) -> Any:
    known: dict[str, Any] = {
        "status": "awarded",
        "awarded": 10_000_000,
        "buyer": "第二中学",
        "suppliers": (UntrustedText("南京明亮保洁有限公司"),),
        "performance_bond_ppm": 100_000,
        "retention_ppm": 30_000,
        "retention_days": 365,
        "payments": (
            Milestone(share_ppm=300_000, after_days=0),
            Milestone(share_ppm=670_000, after_days=90),
        ),
        "bond": 200_000,
    }
    return make.tender(**(known | fields))


def draft(make: Any, tender: Any, **given: Any) -> ContractDraft:
    ctx = make.context(tender, make.merchant())
    return aicfo_tender.contract_draft(ctx, TenderId(tender.id), **given)


def codes(found: ContractDraft) -> list[str]:
    return [one.code for one in found.findings if one.severity == "warning"]


def test_a_sound_award_gives_a_contract_without_warnings(make: Any) -> None:
    tender = won(make)
    found = draft(make, tender)
    assert codes(found) == []
    assert (found.price, found.performance_bond, found.retention) == (
        10_000_000,
        1_000_000,
        300_000,
    )
    assert found.findings[-1].code == "contract.sign_by"
    data = write_docx(found)
    ctx = make.context(tender, make.merchant())
    assert verify(found, data, ctx.books, ctx.params).problems == ()
    text = "\n".join(line.text for line in read_lines(data))
    assert "人民币（大写）壹拾万元整（小写：¥100,000.00）" in text
    assert "67,000.00" in text


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ("甲方在收到财政拨款后15日内支付", "contract.back_to_back"),
        ("付款方式为背靠背", "contract.back_to_back"),
        ("待业主付款到位后支付乙方", "contract.back_to_back"),
        ("验收合格后90日内支付", "contract.pay_days"),
        ("收到发票之日起3个月内付款", "contract.pay_days"),
        ("货款只能以商业汇票支付", "contract.forced_bills"),
        ("乙方不得拒收商票", "contract.forced_bills"),
        ("履约保证金仅接受转账", "contract.guarantee_refused"),
        ("投标保证金不接受银行保函", "contract.guarantee_refused"),
    ],
)
def test_terms_that_the_law_forbids_are_flagged_with_their_rule(
    make: Any, terms: str, code: str
) -> None:
    found = draft(make, won(make), terms=terms)
    assert codes(found) == [code]
    assert "802" in next(one for one in found.findings if one.code == code).source


@pytest.mark.parametrize(
    "terms",
    [
        "验收合格后30日内支付",
        "收到发票后20个工作日内付款",
        "履约保证金可以保函形式提交",
        "以转账方式支付",
    ],
)
def test_terms_that_the_law_allows_are_not_flagged(make: Any, terms: str) -> None:
    assert codes(draft(make, won(make), terms=terms)) == []


def test_days_between_the_usual_and_the_most_are_said_not_warned_of(make: Any) -> None:
    found = draft(make, won(make), terms="验收合格后45日内支付")
    assert codes(found) == []
    assert "contract.pay_days" in [one.code for one in found.findings]
    assert "contract.pay_days" not in [
        one.code
        for one in draft(make, won(make), terms="验收合格后60日内支付", buyer_kind="large").findings
    ]


def test_bonds_and_retention_above_the_limit_are_flagged(make: Any) -> None:
    tender = won(make, performance_bond_ppm=100_001, retention_ppm=30_001)
    assert codes(draft(make, tender)) == [
        "contract.performance_bond",
        "contract.retention",
        "contract.payments_sum",
    ]


def test_a_contract_is_drafted_only_for_what_was_won(make: Any) -> None:
    for fields in ({"status": "open"}, {"suppliers": (UntrustedText("别家公司"),)}):
        with pytest.raises(ToolFailed, match="not awarded"):
            draft(make, won(make, **fields))
