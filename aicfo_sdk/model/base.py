"""What every record and fact has in common: strictness, identity, the day it became known."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

Id = Annotated[str, Field(strict=True, min_length=1, max_length=200)]
"""Identity of a record within its type and books."""

EvidenceIds = tuple[str, ...]
"""Record ids, each written `Type:id`, that a conclusion rests on."""


class SubjectId(str):
    """A record id that may stand in a goal ("fund *this* tender") and flows to providers.

    Subclasses name the record type: `TenderId`, `StoreId`, `BillId` …
    """

    __slots__ = ()

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            cls, core_schema.str_schema(min_length=1, max_length=200)
        )


class TenderId(SubjectId):
    """Id of a `Tender`."""

    __slots__ = ()


class StoreId(SubjectId):
    """Id of a `Store`."""

    __slots__ = ()


class BillId(SubjectId):
    """Id of a `Bill`."""

    __slots__ = ()


class InvoiceId(SubjectId):
    """Id of an `Invoice`."""

    __slots__ = ()


class CounterpartyId(SubjectId):
    """Id of a `Counterparty`."""

    __slots__ = ()


class Frozen(BaseModel):
    """Base of all models: strict types, immutable, unknown keys refused, built on first use."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", defer_build=True)


class Record(Frozen):
    """Something that is so, by the merchant's own papers.

    A record is never changed: a later state of the same thing is another record with the same
    `id` and a later known day, and a snapshot shows the latest one known by its date.
    """

    KNOWN: ClassVar[str]
    """Name of the date field from which on the record is visible in books as of that day."""

    id: Id = Field(description="Identity of the thing within its type and these books.")

    @property
    def known(self) -> date:
        """The first day on which books show this state."""
        return getattr(self, self.KNOWN)

    @property
    def ref(self) -> str:
        """How evidence names this record: `Type:id`."""
        return f"{type(self).__name__}:{self.id}"


class Fact(Frozen):
    """What a tool concludes, with the evidence it rests on.

    Subclasses set `VERSION`; `CashForecast@1` is the name that composition, plans and MCP use.
    """

    VERSION: ClassVar[int] = 1

    evidence: EvidenceIds = Field(
        default=(), description="Ids of the records this rests on, each written Type:id."
    )

    @classmethod
    def fact_name(cls) -> str:
        """Return name and version, such as `CashForecast@1`."""
        return f"{cls.__name__}@{cls.VERSION}"


_JSON = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, check_circular=False
)


def _encoder() -> Callable[[Any], str]:
    """Return what writes canonical JSON.

    `JSONEncoder` makes its encoder in C anew for every value, which costs more than writing a
    small one; a commit writes eight. It is made once here, where this Python has it.
    """
    make: Any = getattr(json.encoder, "c_make_encoder", None)
    text: Any = getattr(json.encoder, "c_encode_basestring", None)
    try:
        pieces: Any = make(None, _JSON.default, text, None, ":", ",", True, False, True)
        return lambda value: "".join(pieces(value, 0))
    except TypeError:
        return _JSON.encode


_encode = _encoder()


def canonical(value: Any) -> str:
    """Return JSON with sorted keys and no spaces: the form that digests are made of."""
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    return _encode(value)


def digest(value: Any) -> str:
    """Return the SHA-256 hex digest of the canonical form."""
    return hashlib.sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()
