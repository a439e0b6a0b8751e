"""Configuration: which provider wins, which plugins stay out, which policy rules.

Read from `--config FILE`, else `./aicfo.toml`; no file means the defaults.

    policy = "policy.toml"
    disabled = ["acme_fx"]

    [providers]
    CashForecast = "acme_fx"

    [plugins]
    in_process = ["acme_fx"]
    deadline_seconds = 20

    [llm]
    model = "openai/gpt-5-mini"
    fallbacks = ["deepseek/deepseek-chat"]
    input_price = 180
    output_price = 1440

    [servers.rates]
    command = ["/usr/bin/rates", "--mcp"]
    facts = ["CashForecast@1"]

    [sign_in]
    issuer = "https://login.example.com"
    claim = "sub"

    [sign_in.merchants]
    "user-17" = "shop.books"
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, cast

from .errors import InputError
from .redaction import learn_from


@dataclass(frozen=True, slots=True)
class PluginRules:
    """How plugins run: who is trusted in this process, and what a child process may use.

    Names are those of plugins or of their distributions. Seconds are of the wall clock.
    """

    in_process: tuple[str, ...] = ()
    """Trusted like our own: loaded into this process, neither bounded nor killed."""
    network: tuple[str, ...] = ()
    """May open sockets."""
    processes: tuple[str, ...] = ()
    """May start processes of their own."""
    deadline_seconds: float = 10.0
    """Longest that one call may take."""
    start_seconds: float = 30.0
    """Longest that a plugin may take to load."""
    output_bytes: int = 4_000_000
    """Most that one answer may weigh."""
    output_depth: int = 32
    """Deepest nesting of an answer."""
    output_items: int = 100_000
    """Most entries of one list or table in an answer."""
    memory_mb: int = 4096
    """Address space of a child."""
    cpu_seconds: int = 3600
    """CPU time of a child in all its life."""
    restarts: int = 2
    """How often a child that was stopped starts again within one run."""


@dataclass(frozen=True, slots=True)
class LlmRules:
    """Which model `aicfo chat` asks, and what one question may use. No model: nothing is asked.

    Names are litellm's (`openai/…`, `deepseek/…`). The key is read from the environment: from
    `key_variable`, else from the variable that litellm knows for the provider.
    """

    model: str = ""
    fallbacks: tuple[str, ...] = ()
    """Asked in this order where the model fails."""
    api_base: str = ""
    """URL of an OpenAI-shaped server of one's own, "" for the provider's."""
    key_variable: str = ""
    input_price: int = 0
    """Minor units of `currency` for a million tokens read; with it money can be limited."""
    output_price: int = 0
    """The same for tokens written."""
    currency: str = "CNY"
    rounds: int = 12
    """Most requests of one question."""
    tokens: int = 200_000
    """Most tokens of one question, read and written."""
    seconds: float = 300.0
    """Longest that one question may take, of the wall clock."""
    money: int = 0
    """Most that one question may cost, minor units of `currency`; 0 without limit."""


@dataclass(frozen=True, slots=True)
class ServerRules:
    """An MCP server that is mounted as a plugin: a command over stdio, or a URL."""

    command: tuple[str, ...] = ()
    url: str = ""
    token_file: str = ""
    """File with the bearer token that is shown to the server at `url`."""
    sign_in: bool = False
    """Whether a person signs in at the server at `url`: `aicfo plugins sign-in NAME`."""
    facts: tuple[str, ...] = ()
    """Facts, as `CashForecast@1`, that its tools may provide where they declare them."""
    read: tuple[str, ...] = ()
    """Files and folders that the command may read beside the system's own."""


@dataclass(frozen=True, slots=True)
class SignInRules:
    """Whose tokens the server takes over HTTP, and which books each may have.

    The provider is any of OpenID Connect. `merchants` maps what a token says under `claim` to
    the books (a file, or a URL) that it is good for; a token that says anything else has none.
    """

    issuer: str
    claim: str = "sub"
    algorithms: tuple[str, ...] = ()
    """Signatures that are taken, all of asymmetric keys."""
    merchants: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Config:
    """`providers` maps a fact's name to plugin (or `plugin.tool`) names, first choice first.

    `lock` is the file that remembers what approved tools look like; None is the user's own.
    """

    providers: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    disabled: tuple[str, ...] = ()
    policy: Path | None = None
    plugins: PluginRules = PluginRules()
    lock: Path | None = None
    llm: LlmRules = LlmRules()
    servers: dict[str, ServerRules] = field(default_factory=dict[str, ServerRules])
    """MCP servers by the plugin name they go by."""
    sign_in: SignInRules | None = None
    """Who may ask over HTTP; None where nobody signs in with a provider."""


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
    # Before anything in it can be shown in an error.
    learn_from(raw)
    return parse_config(
        raw, where=str(path), folder=path.parent, lock=path.with_suffix(".lock.toml")
    )


def parse_config(
    raw: dict[str, Any], *, where: str = "", folder: Path = Path(), lock: Path | None = None
) -> Config:
    """Return the configuration of a parsed table; see `load_config`."""
    # [watch] is read by `aicfo watch` alone: its addresses have no part in any result.
    known = ("disabled", "llm", "plugins", "policy", "providers", "servers", "sign_in", "watch")
    _known(raw, known, "", where)
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
        PluginRules(**_rules(raw.get("plugins", {}), "plugins", PluginRules, where)),
        lock,
        LlmRules(**_rules(raw.get("llm", {}), "llm", LlmRules, where)),
        _servers(raw.get("servers", {}), where),
        _sign_in(raw["sign_in"], where, folder) if "sign_in" in raw else None,
    )


SIGNATURES = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)
"""All made with a key that only the issuer has (RFC 7518, RFC 8037)."""


def _sign_in(given: Any, where: str, folder: Path) -> SignInRules:
    if not isinstance(given, dict):
        raise InputError("sign_in is a table", value=given, where=where)
    table = cast("dict[str, Any]", given)
    _known(table, [each.name for each in fields(SignInRules)], "sign_in.", where)
    for key in ("issuer", "claim"):
        if not isinstance(table.get(key, "sub" if key == "claim" else None), str):
            raise InputError(f"sign_in.{key} is a text", value=table.get(key), where=where)
    algorithms = _names(table.get("algorithms", list(SIGNATURES)), "sign_in.algorithms", where)
    for name in algorithms:
        if name not in SIGNATURES:
            raise InputError(
                "no such signature, or not one of an asymmetric key",
                value=name,
                where=f"{where}: sign_in.algorithms",
                mend=", ".join(SIGNATURES),
            )
    books: Any = table.get("merchants", {})
    if not isinstance(books, dict) or not books:
        raise InputError(
            "no token has any books",
            value=books,
            where=f"{where}: sign_in.merchants",
            mend='name them: [sign_in.merchants] "what the claim says" = "shop.books"',
        )
    merchants: dict[str, str] = {}
    for said, target in cast("dict[str, Any]", books).items():
        if not isinstance(target, str) or not target or not said:
            raise InputError(
                "sign_in.merchants maps a claim to books", value=f"{said} = {target}", where=where
            )
        merchants[said] = target if "://" in target else str(folder / target)
    return SignInRules(table["issuer"], table.get("claim", "sub"), algorithms, merchants)


def _servers(given: Any, where: str) -> dict[str, ServerRules]:
    if not isinstance(given, dict):
        raise InputError("servers is a table", value=given, where=where)
    found: dict[str, ServerRules] = {}
    for name, value in cast("dict[str, Any]", given).items():
        prefix = f"servers.{name}"
        rules = ServerRules(**_rules(value, prefix, ServerRules, where))
        if bool(rules.command) == bool(rules.url):
            raise InputError(
                f"{prefix} has either a command or a url", value=name, where=where, mend="give one"
            )
        if rules.url and not rules.url.startswith(("http://", "https://")):
            raise InputError(f"{prefix}.url is no URL", value=rules.url, where=where)
        if rules.sign_in and (rules.token_file or not rules.url):
            mend = "give it a url, and no token_file"
            raise InputError(f"nobody can sign in at {prefix}", value=name, where=where, mend=mend)
        found[name] = rules
    return found


_Rules = PluginRules | LlmRules | ServerRules


def _rules(given: Any, name: str, kind: type[_Rules], where: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise InputError(f"{name} is a table", value=given, where=where)
    table = cast("dict[str, Any]", given)
    defaults = {each.name: each.default for each in fields(kind)}
    _known(table, defaults, f"{name}.", where)
    read: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(defaults[key], tuple):
            read[key] = _names(value, f"{name}.{key}", where)
            continue
        if isinstance(defaults[key], bool):
            if not isinstance(value, bool):
                raise InputError(f"{name}.{key} is true or false", value=value, where=where)
            read[key] = value
            continue
        if isinstance(defaults[key], str):
            if not isinstance(value, str):
                raise InputError(f"{name}.{key} is a text", value=value, where=where)
            read[key] = value
            continue
        number = isinstance(value, int | float) and not isinstance(value, bool)
        whole = isinstance(defaults[key], int)
        if not number or (whole and not isinstance(value, int)) or not _LEAST <= value <= _MOST:
            raise InputError(
                f"{name}.{key} is a {'whole ' if whole else ''}number",
                value=value,
                where=where,
                mend=f"from {_LEAST} to {_MOST}",
            )
        read[key] = value
    return read


_LEAST, _MOST = 0, 1_000_000_000


def _known(table: dict[str, Any], known: Iterable[str], prefix: str, where: str) -> None:
    for key in table:
        if key not in known:
            raise InputError(
                "unknown configuration key",
                value=prefix + key,
                where=where,
                mend="known: " + ", ".join(sorted(known)),
            )


def _names(value: Any, key: str, where: str) -> tuple[str, ...]:
    names: Any = [value] if isinstance(value, str) else value
    if not isinstance(names, list):
        names = [None]
    listed = cast("list[Any]", names)
    if not all(isinstance(name, str) for name in listed):
        raise InputError(f"{key} is a name or a list of names", value=value, where=where)
    return tuple(listed)
