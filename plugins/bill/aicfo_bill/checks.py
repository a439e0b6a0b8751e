"""All checks of a bill by their code.

Each takes a `Case` and returns findings: none when nothing is wrong, `None` when the check could
not be made, which proves nothing. Rules: docs/bill-rules.md.
"""

from __future__ import annotations

from collections.abc import Callable

from . import paper, parties, trade
from .case import Case, Found

CHECKS: dict[str, Callable[[Case], Found]] = {
    check.__name__: check
    for check in (
        paper.number_format,
        paper.number_kind,
        paper.number_date,
        paper.check_digit,
        paper.sub_range,
        paper.package_limit,
        paper.overlap,
        paper.tenor,
        parties.transferable,
        parties.chain,
        parties.chain_loop,
        paper.state,
        parties.acceptor_kind,
        parties.acceptor_overdue,
        parties.acceptor_name,
        parties.acceptor_uscc,
        trade.trade_background,
        parties.concentration,
        paper.maturity,
    )
}
"""Every check by its code, in the order in which findings are listed."""
