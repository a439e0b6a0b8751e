"""From a name to a policy: the built-in ones, strangers' by entry point, the CFO in parts.

`cfo` asks all installed plugins, `cfo:bill+tender` only those (the others lend what these need),
`cfo-tender` all but that one, `cfo+FOLDER` all and the plugin in that folder, and `cfo-light` all
with a lighter forecast. `llm:MODEL` puts a language model before the tools: `MODEL` as litellm
names it, `[llm]` of `./aicfo.toml` says how. A distribution of anyone's offers a policy of its own
in the entry-point group `aicfo.policies`:

    [project.entry-points."aicfo.policies"]
    thrifty = "acme_rules:Thrifty"

The entry names a class, or a function, that is called without arguments and returns a policy.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import EntryPoint, entry_points
from typing import Any, cast

from aicfo_sdk import AicfoError
from aicfo_sdk.errors import InputError, NotFound
from aicfo_sdk.registry import GROUP as PLUGINS

from ..engine import Policy
from .simple import AllT0, AlwaysDiscount, BankFirst, HoldAll, Owner
from .trade import Advertise, Discounts, Expand, StockUp

GROUP = "aicfo.policies"
"""Entry-point group of policies that are not ours."""

_SIMPLE: dict[str, Callable[[], Policy]] = {
    "owner": Owner,
    "hold_all": HoldAll,
    "always_discount": AlwaysDiscount,
    "all_t0": AllT0,
    "bank_first": BankFirst,
    "advertise": Advertise,
    "stock_up": StockUp,
    "discounts": Discounts,
    "expand": Expand,
}

SIMPLE = tuple(_SIMPLE)
"""Names of the owner and of the simple rules: policies that read no books."""

POLICIES = (*SIMPLE, "nothing", "cfo", "cfo-light")
"""Names of the built-in policies; `owner` is what the others are compared with, `nothing` is the
CFO whose plugin proposes nothing, `cfo-light` the CFO with a lighter forecast."""

WITH = "cfo+"
"""What stands before a plugin's folder in the name of the CFO that asks it too."""

_WORD = "[a-z][a-z0-9_]*"
_PART = re.compile(rf"cfo(?::(?P<only>{_WORD}(?:\+{_WORD})*)|(?P<but>(?:-{_WORD})+))")


def known() -> tuple[str, ...]:
    """Return the names of all policies there are; `cfo:…` and `cfo-…` take plugins' names."""
    return (*POLICIES, *(name for name in _strangers() if name not in POLICIES))


def policy(name: str) -> Policy:
    """Return a fresh policy.

    Raises: NotFound for an unknown policy, or an unknown plugin of `cfo:…` and `cfo-…`; InputError
    for an entry point that gives no policy.
    """
    if name in _SIMPLE:
        return _SIMPLE[name]()
    if name in ("cfo", "cfo-light", "nothing"):
        from .cfo import Cfo, installed, light, placebo

        registry = {"cfo": installed, "cfo-light": light, "nothing": placebo}[name]()
        return Cfo(registry, name=name)
    if name in _strangers():
        return _load(_strangers()[name])
    if name.startswith(WITH):
        from .cfo import Cfo, beside

        return Cfo(beside(name.removeprefix(WITH)), name=name)
    if name.startswith("llm:") and name != "llm:":
        from aicfo_sdk.config import load_config
        from aicfo_sdk.llm.conversation import transport_of

        from .cfo import installed
        from .llm import LlmCfo

        rules = replace(load_config().llm, model=name.removeprefix("llm:"))
        return LlmCfo(installed(), name=name, rules=rules, transport=transport_of)
    part = _PART.fullmatch(name)
    if part is None:
        parts = "cfo:A+B (only these plugins), cfo-A (all but this), llm:MODEL"
        mend = f"known: {', '.join(known())}; {parts}"
        raise NotFound("no such policy", value=name, mend=mend)
    from .cfo import Cfo, installed, only

    named = _named(name, part)
    return Cfo(only(*named) if part["only"] else installed(without=named), name=name)


def reads_books(policy: Policy) -> bool:
    """Return whether a policy reads merchants' books: it needs a journal and takings by channel."""
    return bool(getattr(policy, "reads_books", False))


def _named(name: str, part: re.Match[str]) -> tuple[str, ...]:
    """Return the plugins that a name of a part of the CFO names."""
    there = sorted({entry.name for entry in entry_points(group=PLUGINS)} - {"core"})
    named = part["only"].split("+") if part["only"] else part["but"][1:].split("-")
    for plugin in named:
        if plugin not in there:
            raise NotFound(
                "no such plugin", value=plugin, where=f"policy {name}",
                mend="installed: " + (", ".join(there) or "none"),
            )  # fmt: skip
    return tuple(sorted(set(named)))


def _strangers() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in sorted(entry_points(group=GROUP), key=lambda e: e.name)}


def _load(entry: EntryPoint) -> Policy:
    where = f"entry point {entry.name} = {entry.value}"
    try:
        made: Any = entry.load()()
    except AicfoError:
        raise
    except Exception as error:
        raise InputError(
            "a policy cannot be loaded", value=f"{type(error).__name__}: {error}", where=where
        ) from error
    absent = [part for part in ("name", "decide", "bids") if not hasattr(made, part)]
    if absent:
        raise InputError(
            "not a policy", value=type(made).__name__, where=where,
            mend="it lacks " + ", ".join(absent),
        )  # fmt: skip
    return cast("Policy", made)
