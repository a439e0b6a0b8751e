"""Configuration: which provider wins, which plugins stay out, which policy rules.

Read from `--config FILE`, else `./aicfo.toml`; no file means the defaults.

    policy = "policy.toml"
    disabled = ["acme_fx"]

    [providers]
    CashForecast = "acme_fx"
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from .errors import InputError


@dataclass(frozen=True, slots=True)
class Config:
    """`providers` maps a fact's name to plugin (or `plugin.tool`) names, first choice first."""

    providers: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    disabled: tuple[str, ...] = ()
    policy: Path | None = None


def load_config(path: Path | None = None) -> Config:
    """Return the configuration of a file, or of `./aicfo.toml` when it is there.

    Raises: InputError for a missing or malformed file and for unknown keys.
    """
    import tomllib

    if path is None:
        path = Path("aicfo.toml")
        if not path.is_file():
            return Config()
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(
            "configuration cannot be read", value=str(path), mend=error.strerror or "check the path"
        ) from None
    except (ValueError, RecursionError) as error:
        raise InputError("configuration is not TOML", value=str(error), where=str(path)) from None
    return parse_config(raw, where=str(path), folder=path.parent)


def parse_config(raw: dict[str, Any], *, where: str = "", folder: Path = Path()) -> Config:
    """Return the configuration of a parsed table; see `load_config`."""
    known = {"providers", "disabled", "policy"}
    for key in raw:
        if key not in known:
            raise InputError(
                "unknown configuration key",
                value=key,
                where=where,
                mend="known: " + ", ".join(sorted(known)),
            )
    providers: dict[str, tuple[str, ...]] = {}
    table = raw.get("providers", {})
    if not isinstance(table, dict):
        raise InputError("providers is a table of names", value=table, where=where)
    for fact, chosen in cast("dict[str, Any]", table).items():
        providers[fact] = _names(chosen, f"providers.{fact}", where)
    policy = raw.get("policy")
    if policy is not None and not isinstance(policy, str):
        raise InputError("policy is a file's path", value=policy, where=where)
    return Config(
        providers,
        _names(raw.get("disabled", []), "disabled", where),
        folder / policy if policy is not None else None,
    )


def _names(value: Any, key: str, where: str) -> tuple[str, ...]:
    names: Any = [value] if isinstance(value, str) else value
    if not isinstance(names, list):
        names = [None]
    listed = cast("list[Any]", names)
    if not all(isinstance(name, str) for name in listed):
        raise InputError(f"{key} is a name or a list of names", value=value, where=where)
    return tuple(listed)
