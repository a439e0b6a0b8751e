"""How the columns of a CSV or XLSX file of invoices map to records: a TOML file.

title = "what the file is"
currency = "GBP"                 # ISO 4217, of every amount
country = "GB"                   # of the merchant, ISO 3166 alpha-2
direction = "sales"              # or "purchase"
lines = true                     # one row per line (rows of one number are one invoice),
                                 # false: one row per invoice
red_prefix = "C"                 # numbers of credit notes begin so; "" = none
negative_is_red = false          # a negative total without the prefix is a credit note too
channel = "wholesale"            # DailySales channel of known customers
channel_unknown = "unknown"      # … of rows without a party, taken as paid on the spot
whole_party = true               # 13085.0 in the party column means 13085
date_format = ""                 # strptime format; "" = ISO and the forms days.parse_day knows

[columns]                        # must be there: our name → names in the file
number = ["Invoice"]             # number, day; and total, or quantity and price
[optional]                       # may be missing: party, name, uscc, country, item, text,
text = ["Description"]           # net, tax, status, due, terms (2/10,n/30)

[status]                         # words of the status column; others are an error
normal = ["有效发票"]
void = ["作废发票"]

[[refuse]]                       # the first rule whose every condition holds refuses a row
reason = "why"
number_prefix = "A"              # the number begins so
prefixed = true                  # it begins (true) or does not begin (false) with red_prefix
quantity = "negative"            # or "zero", "positive"; so too price and value
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from ...errors import InputError, NotFound
from ...model.base import Frozen

Sign = Literal["negative", "zero", "positive"]

COLUMNS = frozenset(
    {
        "country",
        "day",
        "due",
        "item",
        "name",
        "net",
        "number",
        "party",
        "price",
        "quantity",
        "status",
        "tax",
        "terms",
        "text",
        "total",
        "uscc",
    }
)


class Rule(Frozen):
    """When a row is refused: all stated conditions hold."""

    reason: str = Field(min_length=1, description="Why the row is not taken.")
    number_prefix: str | None = Field(default=None, description="The number begins so.")
    prefixed: bool | None = Field(default=None, description="It begins with red_prefix, or not.")
    quantity: Sign | None = Field(default=None, description="Sign of the quantity.")
    price: Sign | None = Field(default=None, description="Sign of the price.")
    value: Sign | None = Field(default=None, description="Sign of the row's value.")


Names = dict[str, Annotated[tuple[str, ...], Field(min_length=1, strict=False)]]


Words = dict[Literal["normal", "void"], Annotated[tuple[str, ...], Field(strict=False)]]


class Mapping(Frozen):
    """A mapping file; see the module's text for what each entry means."""

    title: str = Field(description="What the file is.")
    currency: str = Field(pattern="^[A-Z]{3}$", description="ISO 4217 code of every amount.")
    country: str = Field(default="", description="Country of the merchant, ISO 3166 alpha-2.")
    direction: Literal["sales", "purchase"] = Field(description="Sold or bought.")
    lines: bool = Field(description="Whether a row is a line (true) or an invoice (false).")
    red_prefix: str = Field(default="", description="Beginning of credit note numbers.")
    negative_is_red: bool = Field(default=False, description="Negative totals are credit notes.")
    channel: str = Field(default="shop", description="DailySales channel of known customers.")
    channel_unknown: str = Field(default="unknown", description="… of rows without a party.")
    whole_party: bool = Field(default=False, description="Drop a trailing .0 of party ids.")
    date_formats: tuple[str, ...] = Field(
        default=(), strict=False, description="strptime formats for dates that are not ISO."
    )
    columns: Names = Field(description="Columns that must be there, by our names.")
    optional: Names = Field(default={}, description="Columns that may be missing.")
    status: Words = Field(default={}, description="Words of the status column.")
    refuse: tuple[Rule, ...] = Field(
        default=(), strict=False, description="Rules that refuse a row."
    )


def mapping(name: str | Path) -> Mapping:
    """Return a shipped mapping by name ("online_retail"), or that of a .toml file.

    Raises: NotFound, InputError naming the entry that is wrong.
    """
    path = Path(name)
    if path.suffix != ".toml":
        return _shipped(str(name))
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("the mapping cannot be read", value=str(path), mend=str(error)) from None
    return _parse(text, str(path))


@cache
def _shipped(name: str) -> Mapping:
    folder = files("aicfo_sdk.books.importers") / "mappings" / "invoices"
    known = sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir())
    if name not in known:
        raise NotFound(
            "no such invoice mapping",
            value=name,
            mend=f"shipped: {', '.join(known)}; or give a .toml file",
        )
    return _parse((folder / f"{name}.toml").read_text("utf-8"), name)


def _parse(text: str, where: str) -> Mapping:
    try:
        found = Mapping.model_validate(tomllib.loads(text))
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(
            f"the mapping is wrong: {first['msg']}",
            value=".".join(str(part) for part in first["loc"]),
            where=where,
        ) from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"the mapping is not TOML: {error}", where=where) from None
    names = {**found.columns, **found.optional}
    odd = sorted(set(names) - COLUMNS)
    if odd:
        raise InputError(
            "an unknown column in the mapping",
            value=odd[0],
            where=where,
            mend=f"known: {', '.join(sorted(COLUMNS))}",
        )
    valued = "total" in found.columns or {"quantity", "price"} <= set(found.columns)
    if not {"number", "day"} <= set(found.columns) or not valued:
        raise InputError(
            "the mapping lacks a column",
            where=where,
            mend="it needs number, day, and total or quantity and price",
        )
    return found
