"""What a notice prints, as it should be read, and how well it was: precision and recall by field.

A field of several parts (clauses, scores, lots, qualifications) counts each part. What a layout
does not print is labelled empty, so that reading it anyway counts against the reader.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aicfo_sdk.model import Tender, clean

from .truth import Truth

SINGLE = (
    "title",
    "number",
    "buyer",
    "agency",
    "value",
    "ceiling",
    "deadline",
    "deadline_time",
    "published",
    "bond",
    "method",
    "evaluation",
    "regime",
    "sme_reserved",
    "consortium",
    "delivery_days",
    "region",
    "notice",
    "validity_days",
    "awarded",
    "category",
)
PARTS = ("stars", "importants", "scoring", "lots", "qualifications", "required", "suppliers")
Labels = dict[str, Any]


def labels(truth: Truth, printed: Iterable[str], **given: Any) -> Labels:
    """Return what a layout prints: `printed` names the fields; `given` others' values."""
    shown = frozenset(printed)
    full: Labels = {
        "title": truth.title,
        "number": truth.number,
        "buyer": truth.buyer,
        "agency": truth.agency,
        "value": truth.value,
        "ceiling": truth.ceiling,
        "deadline": truth.deadline,
        "deadline_time": truth.hour,
        "published": truth.published,
        "bond": truth.bond or None,
        "method": truth.method,
        "evaluation": truth.evaluation,
        "regime": "tendering" if truth.category == "works" else "government_procurement",
        "sme_reserved": truth.sme,
        "consortium": truth.consortium,
        "delivery_days": truth.delivery_days,
        "region": "".join(truth.place),
        "notice": truth.notice,
        "validity_days": truth.validity_days,
        "awarded": truth.award,
        "category": truth.category,
        "stars": {_key(text) for text in truth.stars},
        "importants": {_key(text) for text in truth.importants},
        "scoring": {(_key(name), points) for _, name, points in truth.scores},
        "lots": {(number, value) for number, _, value in truth.lots},
        "qualifications": {_key(text) for text, _ in truth.qualifications},
        "required": {_key(name) for _, name in truth.qualifications if name},
        "suppliers": {_key(truth.supplier)},
    }
    out = {name: full[name] if name in shown else None for name in SINGLE}
    out |= {name: full[name] if name in shown else set() for name in PARTS}
    return out | given


def read(tender: Tender) -> Labels:
    """Return the same of a tender that was read."""
    return {
        "title": str(tender.title),
        "number": tender.number or None,
        "buyer": str(tender.buyer) or None,
        "agency": str(tender.agency) or None,
        "value": tender.value,
        "ceiling": tender.ceiling,
        "deadline": tender.deadline,
        "deadline_time": tender.deadline_time or None,
        "published": tender.published,
        "bond": tender.bond or None,
        "method": tender.method or None,
        "evaluation": tender.evaluation or None,
        "regime": tender.regime or None,
        "sme_reserved": tender.sme_reserved or None,
        "consortium": tender.consortium,
        "delivery_days": tender.delivery_days,
        "region": tender.regions[0] if tender.regions else None,
        "notice": tender.notice or None,
        "validity_days": tender.validity_days,
        "awarded": tender.awarded,
        "category": tender.category or None,
        "stars": {_key(c.text) for c in tender.clauses if c.kind == "mandatory"},
        "importants": {_key(c.text) for c in tender.clauses if c.kind == "important"},
        "scoring": {(_key(item.name), item.points_milli) for item in tender.scoring},
        "lots": {(lot.number, lot.value) for lot in tender.lots},
        "qualifications": {_key(text) for text in tender.qualifications},
        "required": {_key(text) for text in tender.required},
        "suppliers": {_key(name) for name in tender.suppliers},
    }


def nothing() -> Labels:
    """Return what is read of a file that was not recognised: no field at all."""
    return dict.fromkeys(SINGLE) | {name: set[Any]() for name in PARTS}


@dataclass
class Tally:
    """Right, wrong and missed by field."""

    right: dict[str, int] = field(default_factory=dict[str, int])
    wrong: dict[str, int] = field(default_factory=dict[str, int])
    missed: dict[str, int] = field(default_factory=dict[str, int])
    errors: list[tuple[str, str, Any, Any]] = field(default_factory=list[tuple[str, str, Any, Any]])
    unread: list[str] = field(default_factory=list[str])
    """Files that were not recognised as a notice: all their fields count as missed."""

    def add(self, where: str, truth: Mapping[str, Any], found: Mapping[str, Any]) -> None:
        """Compare one notice; a single field not labelled (key left out) is not compared."""
        for name in SINGLE:
            if name not in truth:
                continue
            want, got = _plain(truth[name]), _plain(found[name])
            if not want and want is not False:
                want = None
            if want == got and want is not None:
                self._count(self.right, name)
            elif want != got:
                if got is not None:
                    self._count(self.wrong, name)
                if want is not None:
                    self._count(self.missed, name)
                self.errors.append((where, name, want, got))
        for name in PARTS:
            if name not in truth:
                continue
            want, got = truth[name], found[name]
            self._count(self.right, name, len(want & got))
            # Qualifications: general ones, which every notice prints alike, are no mistake.
            extra = got - want if name != "qualifications" else set[Any]()
            self._count(self.wrong, name, len(extra))
            self._count(self.missed, name, len(want - got))
            if want - got or extra:
                self.errors.append((where, name, want - got, extra))

    def f1(self, name: str) -> float | None:
        """Return the F1 of a field, None when nothing was there to read."""
        right = self.right.get(name, 0)
        all_of = 2 * right + self.wrong.get(name, 0) + self.missed.get(name, 0)
        return 2 * right / all_of if all_of else None

    def total(self) -> float:
        """Return the F1 over all fields together."""
        right = sum(self.right.values())
        return 2 * right / (2 * right + sum(self.wrong.values()) + sum(self.missed.values()))

    def recall(self, name: str) -> float | None:
        """Return the share of a field that was read."""
        there = self.right.get(name, 0) + self.missed.get(name, 0)
        return self.right.get(name, 0) / there if there else None

    @staticmethod
    def _count(where: dict[str, int], name: str, by: int = 1) -> None:
        where[name] = where.get(name, 0) + by


def _plain(value: Any) -> Any:
    return _key(value) if isinstance(value, str) else value


def _key(text: str) -> str:
    return "".join(clean(text).split()).strip("。;,、")
