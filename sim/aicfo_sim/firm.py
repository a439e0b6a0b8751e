"""The records of a synthetic firm that never change: who it is, whom it deals with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from aicfo_sdk.model import Account, Counterparty, Merchant, Record, Store, UntrustedText

from .dates import Dates
from .effects.stores import Stores, site_name
from .identity import INDUSTRY, LICENCES, PRODUCTS, Identity
from .names import BANK, CHANNELS, STORE, WALLETS


def firm_records(
    own: Identity, archetype: str, first: date
) -> dict[type[Record], dict[str, Record]]:
    """Return merchant, store and accounts by type and id, known from `first` on."""
    who = Merchant(
        id="M",
        updated=first,
        name=UntrustedText(own.own.name),
        uscc=own.own.uscc,
        industry=INDUSTRY[archetype],
        region=own.region,
        employees=own.employees,
        products=PRODUCTS[archetype],
        qualifications=(LICENCES[archetype],) if archetype in LICENCES else (),
    )
    accounts: dict[str, Record] = {}
    for name in ("alipay", "wechat"):
        if name in CHANNELS[archetype]:
            wallet = WALLETS[name]
            accounts[wallet] = Account(id=wallet, opened=first, kind="wallet", provider=name)
    accounts[BANK] = Account(
        id=BANK,
        opened=first,
        kind="bank",
        provider="ICBC",
        number=own.own.account,
        name=own.own.name,
    )
    return {
        Merchant: {"M": who},
        Store: {STORE: Store(id=STORE, opened=first, name=own.own.name, staff=own.employees)},
        Account: dict(sorted(accounts.items())),
    }


def store_records(
    own: Identity, stores: Stores, dates: Dates, opened: Mapping[int, int]
) -> dict[str, Record]:
    """Return a chain's stores by id; `opened` are candidates (rows) with their first day.

    Where they lie, and what lies around them, is said by `effects.places`.
    """
    rows = [(row, int(stores.opened[row])) for row in range(stores.own)]
    records: dict[str, Record] = {}
    for row, day in [*rows, *opened.items()]:
        records[site_name(row)] = Store(
            id=site_name(row),
            opened=dates.at(day),
            name=f"{own.own.name}{row + 1}号店",
            area_cm2=int(stores.area_cm2[row]),
            staff=int(stores.staff[row]),
        )
    return dict(sorted(records.items()))


def party_records(
    own: Identity, takes: list[tuple[str, ...]], first: date
) -> Iterator[tuple[str, Counterparty]]:
    """Yield landlord, customers and suppliers by id; `takes` are the bills suppliers accept."""
    for letter, group in (("K", own.customers), ("S", own.suppliers)):
        if letter == "S":
            firm = own.landlord
            yield (
                "LANDLORD",
                Counterparty(
                    id="LANDLORD",
                    known_since=first,
                    name=UntrustedText(firm.name),
                    uscc=firm.uscc,
                ),
            )
        for number, firm in enumerate(group, 1):
            accepted: Any = takes[number - 1] if letter == "S" and takes else ()
            paper = f"{letter}{number:02d}"
            yield (
                paper,
                Counterparty(
                    id=paper,
                    known_since=first,
                    name=UntrustedText(firm.name),
                    uscc=firm.uscc,
                    accepts_bills=accepted,
                    payee_account=firm.account if letter == "S" else None,
                ),
            )
