"""Two rules on the same random draws: forty synthetic merchants, with and without."""

from __future__ import annotations

import tempfile

from aicfo_sim import run
from aicfo_sim.results import report

from aicfo_sdk import grouped


def main() -> None:
    """Compare two simple rules for bills with the owner who has none."""
    with tempfile.TemporaryDirectory() as folder:
        result = run(
            "default",
            merchants=40,
            days=120,
            seed=7,
            policies=["owner", "hold_all", "always_discount"],
            out=folder,
        )
        print(f"{result.rows} rows, sha256 {result.sha256[:16]}: the same for the same seed")
        for row in report(folder):
            gap = row["vs_owner"]
            if gap is None or gap["noise"] is None:
                continue
            print(
                f"{row['archetype']:<10} {row['policy']:<15} {row['merchants']:>3} firms, wealth "
                f"{grouped(round(gap['mean']))} ± {grouped(round(gap['noise']))} against the owner"
            )


if __name__ == "__main__":
    main()
