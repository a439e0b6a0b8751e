"""`aicfo sim compare`: a plugin from a folder, with and without, on the same draws."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from aicfo_sim.ablation import ablation
from aicfo_sim.commands import sim
from aicfo_sim.compare import arms
from aicfo_sim.output import OUTPUTS
from aicfo_sim.results import read

from aicfo_sdk.cli.new import write
from aicfo_sdk.errors import InputError

ADVICE = '''

from aicfo_sdk import Proposal
from aicfo_sdk.model import Account, Advice, FundPosition, BuyFund


@plugin.tool(reads=[Account, FundPosition], title="一分钱")
def penny(ctx: Context) -> list[Advice]:
    """A fen into the first fund, each time: it changes the books, and next to nothing else."""
    account = next(ctx.books.all(Account, kind="bank"))
    for fund in ctx.books.all(FundPosition):
        action = BuyFund(day=ctx.today, fund=fund.id, account=account.id, amount=100)
        proposal = Proposal(action=action, reason="a test")
        return [Advice(id="penny", kind="opportunity", money=10**12, title="a fen", title_zh="一分",
                       proposals=(proposal,))]
    return []
'''


def words(out: Path, plugin: Path | str) -> list[str]:
    given = ["--merchants", "2", "--days", "10", "--seed", "3", "--out", str(out), "--json"]
    return ["compare", "shop", "--plugin", str(plugin), *given]


def test_a_plugin_that_only_reads_adds_exactly_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write("only_reads", tmp_path / "only_reads")
    assert sim(words(tmp_path / "out", tmp_path / "only_reads")) == 0
    told = json.loads(capsys.readouterr().out)
    OUTPUTS["sim-compare"].model_validate(told)
    assert told["without"] == "cfo"
    assert told["with"] == f"cfo+{tmp_path / 'only_reads'}"
    (row,) = [row for row in told["plugins"] if row["archetype"] == "all"]
    assert (row["gap"]["mean"], row["gap"]["noise"]) == (0.0, 0.0)
    assert "only_reads" in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_what_a_plugin_in_a_folder_does_is_seen(tmp_path: Path) -> None:
    folder = tmp_path / "acts_too"
    write("acts_too", folder)
    source = folder / "aicfo_acts_too" / "__init__.py"
    source.write_text(source.read_text("utf-8") + ADVICE, "utf-8")
    assert sim(words(tmp_path / "out", folder)) == 0
    about, columns = read(tmp_path / "out")
    acted = [
        int(columns["actions"][columns["policy"] == place].sum())
        for place in range(len(about["policies"]))
    ]
    assert acted[2] != acted[1]
    assert {row["plugin"] for row in ablation(tmp_path / "out")} == {str(folder)}


def test_an_installed_plugin_is_compared_with_the_cfo_without_it() -> None:
    assert arms("bill") == ("cfo-bill", "cfo")


def test_a_folder_whose_import_fails_says_how_to_find_out(tmp_path: Path) -> None:
    write("falls_over", tmp_path / "falls_over")
    source = tmp_path / "falls_over" / "aicfo_falls_over" / "__init__.py"
    source.write_text("raise RuntimeError('no licence')\n", "utf-8")
    with pytest.raises(InputError, match=r"no licence.*aicfo check"):
        sim(words(tmp_path / "out", tmp_path / "falls_over"))
    assert not (tmp_path / "out").exists()
