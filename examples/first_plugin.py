"""A plugin in one file: what a customer's late payment would do to cash."""

from __future__ import annotations

from aicfo_sim import sandbox

from aicfo_sdk import Context, Needs, Orchestrator, Plugin, discover, grouped
from aicfo_sdk.model import Advice, CashForecast, Invoice

plugin = Plugin("late", version="0.1.0", title="晚付", description="What a late payment would do.")


@plugin.tool(reads=[Invoice], title="最大一笔应收晚到")
def largest_late(ctx: Context, *, forecast: Needs[CashForecast]) -> Advice:
    """The lowest expected cash if the largest open sales invoice were paid a month late."""
    due = [
        invoice
        for invoice in ctx.books.all(Invoice, direction="sales", status="normal")
        if invoice.due is not None and invoice.due > ctx.today
    ]
    largest = max(due, key=lambda invoice: (invoice.total, invoice.id))
    assert largest.due is not None
    first = (largest.due - forecast.start).days
    cash = list(forecast.p50)
    for day in range(max(0, first), min(first + 30, len(cash))):
        cash[day] -= largest.total
    return Advice(
        id=f"late:{largest.id}",
        kind="risk" if min(cash) < 0 else "watch",
        money=largest.total,
        title=f"If {grouped(largest.total)} comes a month late, cash falls to {grouped(min(cash))}",
        evidence=(largest.ref,),
    )


def main() -> None:
    """Run the tool on a synthetic contractor's books."""
    books = sandbox("contractor", seed=7)
    run = Orchestrator(discover(extra=[plugin])).run(largest_late, books=books)
    print(run.plan)
    print(run.result.title)
    print("rests on", ", ".join(run.result.evidence))


if __name__ == "__main__":
    main()
