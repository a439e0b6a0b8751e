"""Writes the published JSON Schemas of `--json`: `python -m aicfo_sdk.cli.publish`."""

from __future__ import annotations

import json
from pathlib import Path

from .outputs import OUTPUTS

FOLDER = Path(__file__).parent / "schemas"


def schema_text(command: str) -> str:
    """Return the JSON Schema (2020-12) of what `aicfo COMMAND --json` prints."""
    schema = OUTPUTS[command].model_json_schema(mode="serialization")
    return (
        json.dumps(
            {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema},
            ensure_ascii=False,
            indent=2,
        )
        + "\n"
    )


def main() -> None:
    """Write one file per command into `schemas/`."""
    FOLDER.mkdir(exist_ok=True)
    for command in OUTPUTS:
        (FOLDER / f"{command}.json").write_text(schema_text(command), "utf-8")


if __name__ == "__main__":
    main()
