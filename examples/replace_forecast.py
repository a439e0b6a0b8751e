"""A cash forecast of one's own, in the place of the installed one by a line of configuration."""

from __future__ import annotations

from datetime import timedelta
from itertools import accumulate

from aicfo_sim import sandbox

from aicfo_sdk import Context, Orchestrator, Plugin, discover, grouped, round_div
from aicfo_sdk.config import parse_config
from aicfo_sdk.model import Account, CashForecast, Transaction

plugin = Plugin("past", version="0.1.0", title="如往", description="What was, goes on.")
PAST = 364


@plugin.tool(reads=[Account, Transaction], title="历史模拟现金流")
def as_it_was(ctx: Context, *, horizon_days: int = 91) -> CashForecast:
    """Cash as if any stretch of the last year came again: its tenth, median and ninetieth."""
    flows = ctx.books.series(Transaction, "amount", days=PAST).tolist()
    sums = [0, *accumulate(flows)]
    opening = ctx.books.balance()
    bands: list[list[int]] = [[], [], []]
    for ahead in range(1, horizon_days + 1):
        # Every stretch of so many days that lies in the past year, from the worst to the best.
        stretches = sorted(b - a for a, b in zip(sums, sums[ahead:], strict=False))
        last = len(stretches) - 1
        for band, tenth in zip(bands, (1, 5, 9), strict=True):
            band.append(opening + stretches[round_div(last * tenth, 10)])
    low, middle, high = map(tuple, bands)
    return CashForecast(
        start=ctx.today + timedelta(days=1),
        opening=opening,
        p10=low,
        p50=middle,
        p90=high,
        assumptions=(f"the next weeks are like some weeks of the last {PAST} days",),
    )


def main() -> None:
    """Ask the same question with each forecast: nothing but the configuration differs."""
    books = sandbox("contractor", seed=4)
    for chosen in ("cash_brain", "past"):
        config = parse_config({"providers": {"CashForecast": chosen}})
        cfo = Orchestrator(discover(config, extra=[plugin]))
        run = cfo.run("Can we fund tender T-2031?", books=books)
        print(next(line for line in str(run.plan).splitlines() if "→ CashForecast" in line))
        print(f"  lowest P10: {grouped(min(run.fact(CashForecast).p10))}")
        print(f"  {run.result.summary}")


if __name__ == "__main__":
    main()
