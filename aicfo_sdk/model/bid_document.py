"""What is written for a tender: the bid (投标文件), and the contract after the award (合同草案)."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from ..money import FenNonNegative, FenPositive
from .base import Frozen, Id, TenderId
from .document import Document, FigureSource
from .facts import Finding
from .text import UntrustedText


class ChecklistItem(Frozen):
    """A mandatory clause of the notice, and where the document answers it (实质性条款响应)."""

    id: Id = Field(description="Name within the notice, e.g. required/0; answers go by it.")
    clause: UntrustedText = Field(description="The clause, as the notice has it.")
    source: FigureSource = Field(description="Where the notice has it.")
    starred: bool = Field(description="Whether its breach voids the bid (★).")
    status: Literal["answered", "missing"] = Field(description="Answered here, or not.")
    section: Id = Field(description="Section that answers it, or where the answer belongs.")
    heading: str = Field(description="Heading of that section.")
    answer: str = Field(default="", description="What answers it.")
    bring: str = Field(default="", description="When missing: what the owner must bring.")


class PlanChapter(Frozen):
    """A chapter of the technical plan (技术方案), and whose words stand in it."""

    id: Id = Field(description="Name that an answer goes by, e.g. plan/0.")
    heading: UntrustedText = Field(description="Heading, as the notice or the trade has it.")
    written: Literal["owner", "model", ""] = Field(description="Who wrote it; empty: a gap.")


class BidDocument(Document):
    """A complete bid, from the books and the notice (投标文件)."""

    VERSION: ClassVar[int] = 1

    tender: TenderId = Field(description="The tender.")
    price: FenPositive = Field(description="Price bid, minor units; 大写 governs.")
    price_capital: str = Field(description="The same in 大写; empty outside CNY.")
    checklist: tuple[ChecklistItem, ...] = Field(description="Every mandatory clause.")
    chapters: tuple[PlanChapter, ...] = Field(
        default=(), description="Chapters of the technical plan; answers go by their ids."
    )
    findings: tuple[Finding, ...] = Field(default=(), description="What a reader should know.")

    @property
    def ready(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing and all(item.status == "answered" for item in self.checklist)


class ContractDraft(Document):
    """A contract drafted from the award, with what in it is unusual or unlawful (合同草案)."""

    VERSION: ClassVar[int] = 1

    tender: TenderId = Field(description="The tender.")
    price: FenPositive = Field(description="Contract price, minor units.")
    performance_bond: FenNonNegative = Field(description="履约保证金, minor units.")
    retention: FenNonNegative = Field(description="质保金, minor units.")
    findings: tuple[Finding, ...] = Field(default=(), description="Each with its rule.")
