"""Setting account flags: what an account's balance may never do, said by a person.

Which flags there are by default, and what each means, stands in `books.flags`.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import ValidationError
from sqlalchemy import func, select

from ..books.flags import PENDING, Flag, Rule, is_below
from ..books.memory import memory_of
from ..books.schema import AUDIT, FLAGS
from ..books.store import StoredBooks, last_imported
from ..books.writer import read_heads
from ..errors import InputError
from .approvals import person


def flags(books: StoredBooks) -> tuple[Flag, ...]:
    """Return the flags that count now, by account."""
    with books.reading() as connection:
        found = memory_of(connection.engine).flags(connection, read_heads(connection))
    return tuple(found[account] for account in sorted(found))


def flag_account(
    books: StoredBooks, account: str, rule: Rule, *, by: str, allowance: int = 0
) -> Flag:
    """Flag a ledger account and all below it, as the person `by`, and return the flag.

    From then on no commit or hold makes a balance break the rule on any day the books know of;
    what is so already stays, and may only get better. The last flag of an account counts.
    Raises: InputError for an account, rule or allowance (minor units) that cannot be.
    """
    name = person(by)
    try:
        flag = Flag(account=account, rule=rule, allowance=allowance)
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError("not a flag", value=first["input"], mend=first["msg"]) from None
    if is_below(account, PENDING) or not account.isprintable() or account.strip(": ") != account:
        raise InputError("not an account to flag", value=account, mend="such as assets:cash:bank")
    with books.transaction() as writer:
        old = memory_of(writer.connection.engine).flags(writer.connection, writer.start)
        if old.get(account) == flag:
            return flag
        row: dict[str, Any] = {**flag.model_dump(), "source": writer.source}
        writer.add(FLAGS, **row)
        # Books in which nothing was imported know of no later day than that of their last event.
        last = writer.connection.scalar(select(func.max(AUDIT.c.day)))
        day = last_imported(writer.connection) or date.fromisoformat(str(last))
        writer.audit(day, "flagged", account, {"by": name, "flag": row})
    return flag
