"""Text that strangers wrote: tender notices, remarks, names on bills.

`UntrustedText` marks it by type from the importer onward. It is normalised once (NFKC), loses
control and format characters (zero width, right-to-left marks), and may be shown and searched,
but never chooses a tool, a payee or an amount.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

_KEPT = frozenset("\n\t")


class UntrustedText(str):
    """Text from outside, normalised and stripped of what the eye cannot see."""

    __slots__ = ()

    def __new__(cls, value: str = "") -> UntrustedText:
        return super().__new__(cls, clean(value))

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            cls, core_schema.str_schema(max_length=100_000)
        )


def clean(value: str) -> str:
    """Return `value` in NFKC without control, format, surrogate and private characters."""
    if not value.isascii():
        value = unicodedata.normalize("NFKC", value)
    if value.isprintable():  # then nothing in it is of category C
        return value
    return "".join(char for char in value if char in _KEPT or unicodedata.category(char)[0] != "C")
