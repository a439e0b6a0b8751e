"""An invoice-financing plugin: it offers money, and the funding market takes it if it is cheap."""

from __future__ import annotations

from datetime import timedelta

from aicfo_sim import sandbox

from aicfo_sdk import PPM, Context, InputError, Orchestrator, Plugin, discover, grouped, share
from aicfo_sdk.actions import postings
from aicfo_sdk.model import Account, CashSource, CreditLine, DrawLoan, Invoice

plugin = Plugin("factor", version="0.1.0", title="应收账款融资", description="Advances.")


@plugin.tool(reads=[Account, CreditLine, Invoice], title="发票垫款作为资金来源")
def advances(
    ctx: Context, *, advance_ppm: int = 800_000, cheaper_ppm: int = 10_000
) -> list[CashSource]:
    """An advance on each open sales invoice, drawn on the line of the lender that takes it.

    What the contract says: share of the invoice advanced, and how much below the line's rate, ppm.
    """
    if not 0 < advance_ppm <= PPM:
        raise InputError("no share", value=advance_ppm, where="advance_ppm", mend=f"1 to {PPM}")
    account = next(ctx.books.all(Account, kind="bank"), None)
    lines = [line for line in ctx.books.all(CreditLine) if line.expires >= ctx.today]
    line = max(lines, key=lambda line: (line.limit - line.used, line.id), default=None)
    if account is None or line is None or line.limit <= line.used:
        return []
    found: list[CashSource] = []
    for invoice in ctx.books.all(Invoice, direction="sales", status="normal"):
        if invoice.settled_at_sale or invoice.due is None or invoice.due <= ctx.today:
            continue
        limit = min(share(invoice.total, advance_ppm), line.limit - line.used)
        if limit <= line.fee:
            continue
        rate, until = max(0, line.rate_ppm - cheaper_ppm), invoice.due - timedelta(days=1)
        found.append(
            CashSource(
                id=f"advance:{invoice.id}", resource=line.ref, capacity=line.limit - line.used,
                limit=limit, first=ctx.today, until=until, annual_ppm=rate,
                day_basis=line.day_basis, fee=line.fee, evidence=(invoice.ref, line.ref),
                action=DrawLoan(day=ctx.today, line=line.id, account=account.id, amount=limit,
                                rate_ppm=rate, due=until, fee=line.fee),
            )
        )  # fmt: skip
    return found


def main() -> None:
    """Raise money without and with it; the line is shared with the core's offer, drawn once."""
    books, goal = sandbox("contractor", seed=11), "What is the cheapest way to raise money?"
    for plugins in ([], [plugin]):
        run = Orchestrator(discover(extra=plugins)).run(goal, books=books)
        print(run.result.summary)
    for piece in run.result.pieces:
        if piece.source.startswith("advance:"):
            print(f"{piece.source}: {grouped(piece.amount)} at a cost of {grouped(piece.cost)}")
    action = next(p.action for p in run.proposals if p.action.kind == "draw_loan")
    for leg in postings(action):
        print(f"{grouped(leg.amount):>16}  {leg.account}")


if __name__ == "__main__":
    main()
