"""Can we fund this tender? Three plugins that do not know each other answer together."""

from __future__ import annotations

from aicfo_sim import sandbox

from aicfo_sdk import Orchestrator, discover, grouped
from aicfo_sdk.model import CashForecast, FundingNeed


def main() -> None:
    """Ask on a synthetic contractor's books; print the plan, the facts and the proposals."""
    books = sandbox("contractor", seed=4)
    run = Orchestrator(discover()).run("Can we fund tender T-2031?", books=books)
    print(run.plan)
    forecast, need = run.fact(CashForecast), run.fact(FundingNeed)
    print(f"\nas of {books.as_of}, cash {grouped(books.balance())}")
    print(f"lowest expected cash in {forecast.horizon_days} days: {grouped(min(forecast.p50))}")
    print(f"winning at {grouped(need.price)} would lay out {grouped(need.need_p95)} (P95),")
    print(f"of which {grouped(need.short_p95)} is short from {need.by} to {need.until}")
    print(f"\n{run.result.summary}")
    for proposal in run.proposals:
        action = proposal.action
        print(f"  {action.day}  {action.kind}  {grouped(action.amount)}  {proposal.id}")
    for dropped in run.dropped:
        print(f"  dropped: {dropped.reason}")
    for line in run.missing:
        print(f"  not said: {line}")


if __name__ == "__main__":
    main()
