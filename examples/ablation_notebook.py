"""What each plugin adds, as a marimo notebook: `marimo edit ablation_notebook.py`.

It is a plain script as well: `python ablation_notebook.py` runs every cell and prints the table.
"""

import marimo  # pyright: ignore[reportMissingImports]

app = marimo.App(width="medium")


@app.cell
def _():
    import tempfile

    import marimo as mo  # pyright: ignore[reportMissingImports]
    from aicfo_sim import run
    from aicfo_sim.ablation import ablation

    from aicfo_sdk import grouped

    return ablation, grouped, mo, run, tempfile


@app.cell
def _(mo):
    merchants = mo.ui.slider(4, 200, value=4, label="merchants")
    days = mo.ui.slider(20, 365, value=30, label="days")
    mo.vstack([merchants, days])
    return days, merchants


@app.cell
def _(ablation, days, merchants, run, tempfile):
    # Without a plugin ("last") and with it alone ("alone"): the two differ where plugins overlap.
    with tempfile.TemporaryDirectory() as folder:
        run("contractor", merchants=merchants.value, days=days.value, seed=7, out=folder,
            policies=["owner", "cfo", "cfo-bill", "cfo:bill"])  # fmt: skip
        added = [row for row in ablation(folder) if row["archetype"] == "all"]
    return (added,)


@app.cell
def _(added, grouped, mo):
    table = [
        {
            "plugin": row["plugin"],
            "way": row["way"],
            "adds": grouped(round(row["gap"]["mean"])),
            "±": "?" if row["gap"]["noise"] is None else grouped(round(row["gap"]["noise"])),
        }
        for row in added
    ]
    for line in table:
        print(f"{line['plugin']:<8}{line['way']:<8}{line['adds']:>16} ± {line['±']}")
    mo.ui.table(table)
    return


if __name__ == "__main__":
    app.run()
