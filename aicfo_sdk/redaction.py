"""Secrets out of everything that leaves: errors, audit rows, run records, output, tracebacks.

    redact(text)      the text with every secret in it replaced by [secret]
    redacted(value)   the same for every text inside a JSON value
    refresh()         what the environment holds now, for the texts redacted by the thousand
    learn(secret)     one more secret of this process, such as a value of its configuration

Known are the values of environment variables whose name says so (…_KEY, …TOKEN, …PASSWORD …),
passwords inside URLs, what was learnt, and the shapes that keys commonly have. It is no proof
against who wants to leak: an encoded secret is not recognised. It is for the accident.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast

MASK = "[secret]"

_SHORTEST = 6
"""Characters; shorter values stand in ordinary words and numbers."""

_SAYS = (
    r"(?:api_?key|private_?key|access_?key|token|secret|passw(?:or)?d|passphrase|credential"
    r"|bearer|cookie)s?(?:_|$)"
)
"""Names of secrets wherever they stand."""

_SAYS_OUTSIDE = r"(?:^|_)(?:key|auth|pass|pwd|pat|dsn)s?(?:_|$)"
"""Names of secrets in an environment or a configuration; elsewhere a key is an ordinary word."""

_WORDS = frozenset(
    "true false none null enabled disabled default password secret postgres localhost required "
    "optional change-me changeme".split()
)
# Marks without which a pattern cannot match (to search for each is one pass in C), the pattern,
# and what stands in its place. Compiled on first use: few processes ever need them.
_URL = r"(://[^\s/:@\"'<>]*:)([^\s/\"'<>]+)(@)"
_PATTERNS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("-----begin",),
        r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*KEY-----|\Z)",
        MASK,
    ),
    (("://",), _URL, rf"\g<1>{MASK}\g<3>"),
    (
        # A digit tells a key from a word: "basic materials" is none.
        ("bearer", "basic"),
        r"(?i)(\b(?:bearer|basic)\s+)(?!\[secret)(?=[^\s\d]*[\d=])([\w.~+/=-]{8,})",
        rf"\g<1>{MASK}",
    ),
    (
        (
            *("passw", "passphrase", "secret", "_key", "-key", "apikey", "accesskey"),
            *("privatekey", "token", "authorization", "credential", "密码", "口令", "密钥"),
        ),
        (
            r"(?i)((?:passw(?:or)?ds?|passphrase|secret|api[-_]?key|access[-_]?key|private[-_]?key"
            r"|token|authorization|credentials?|密码|口令|密钥)"
            r"[\"']?\s*[=:：]\s*[\"']?(?:(?:bearer|basic)\s+)?)"
            r"(?!\[secret|bearer\s|basic\s)([^\s\"'&;,}\])]{6,})"
        ),
        rf"\g<1>{MASK}",
    ),
    (
        (
            *("sk-", "k_live_", "k_test_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
            *("glpat-", "xox", "akia", "asia", "aiza", "hf_", "gsk_", "xai-", "ltai", "akid"),
            *("npm_", "pypi-", "sg.", "ya29.", "eyj"),
        ),
        (
            r"(?<![A-Za-z0-9])(?:sk-[\w-]{16,}|[spr]k_(?:live|test)_\w{10,}|gh[pousr]_\w{20,}"
            r"|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|(?:AKIA|ASIA)[0-9A-Z]{16}"
            r"|AIza[\w-]{30,}|hf_\w{20,}|gsk_\w{20,}|xai-\w{20,}|LTAI\w{12,}|AKID\w{20,}"
            r"|npm_\w{30,}|pypi-[\w-]{30,}|SG\.[\w-]{16,}\.[\w-]{16,}|ya29\.[\w-]{10,}"
            r"|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)"
        ),
        MASK,
    ),
)

_learnt: set[str] = set()
_last: list[re.Pattern[str] | None] = []


def redact(text: str, *, anew: bool = True) -> str:
    """Return `text` with every known or likely secret in it replaced by `[secret]`.

    The environment is asked anew, for a variable may be set after the program started. Without
    `anew` it is as last asked: for what is written thousands of times a second.
    """
    if len(text) < _SHORTEST:
        return text
    known = _known(anew)
    if known is not None:
        text = known.sub(MASK, text)
    low = text.lower()
    for marks, pattern, mask in _PATTERNS:
        for mark in marks:  # `any` with a generator takes twice as long
            if mark in low:
                text = _compiled(pattern).sub(mask, text)
                break
    return text


def refresh() -> None:
    """Ask the environment now, for all that is redacted without `anew` from here on."""
    _known(anew=True)


def redacted(value: Any) -> Any:
    """Return a JSON value with every text in it redacted, keys too.

    A text under a key that names a secret ("password": "…") goes whole. The environment is asked
    anew once for all of it: for each text it took most of the time that an answer takes.
    """
    refresh()
    return _redacted(value)


def _redacted(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value, anew=False)
    if isinstance(value, Mapping):
        return {
            redact(str(key), anew=False): MASK
            if isinstance(part, str) and part and _compiled(_SAYS).search(_plain(str(key)))
            else _redacted(part)
            for key, part in cast("Mapping[Any, Any]", value).items()
        }
    if isinstance(value, list | tuple):
        return [_redacted(part) for part in cast("Iterable[Any]", value)]
    return value


def learn(*secrets: str) -> None:
    """Have these values redacted from now on, in this process; short ones are left alone."""
    _learnt.update(secret for secret in secrets if _is_secret(secret))
    _last.clear()


def learn_from(values: Mapping[str, Any]) -> None:
    """Learn the values of a table, at any depth, whose names say that they are secret."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            learn_from(cast("Mapping[str, Any]", value))
        elif isinstance(value, str):
            learn(*_secrets_of(name, value))


def _secrets_of(name: str, value: str) -> list[str]:
    """Return what of a named value is secret: all of it, or the password of a URL."""
    found = [part[2] for part in _compiled(_URL).finditer(value)]
    if not found and _says_secret(name):
        found = [value]
    return [secret for secret in found if _is_secret(secret)]


def _says_secret(name: str) -> bool:
    plain = _plain(name)
    says = _compiled(_SAYS).search(plain) or _compiled(_SAYS_OUTSIDE).search(plain)
    return says is not None and name not in ("PWD", "OLDPWD")


def _plain(name: str) -> str:
    return name.lower().replace("-", "_")


def _is_secret(value: str) -> bool:
    if len(value) < _SHORTEST or value.lower() in _WORDS:
        return False
    # A path to where the secret lies is no secret.
    return not (value.startswith("/") and Path(value).exists())


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _known(anew: bool) -> re.Pattern[str] | None:
    if anew or not _last:
        _last[:] = [_matcher(tuple(os.environ.items()), len(_learnt))]
    return _last[0]


@lru_cache(maxsize=8)
def _matcher(environment: tuple[tuple[str, str], ...], learnt: int) -> re.Pattern[str] | None:
    """Return a pattern of all known secrets, as they are and as they stand in a URL or JSON.

    `learnt` is how many were learnt: none is ever forgotten, so the number tells the set.
    """
    from json import dumps
    from urllib.parse import quote, quote_plus, unquote

    secrets = {secret for name, value in environment for secret in _secrets_of(name, value)}
    secrets |= _learnt
    secrets |= {unquote(secret) for secret in secrets}
    forms = {
        form
        for secret in secrets
        for form in (
            secret,
            quote(secret, safe=""),
            quote_plus(secret),
            dumps(secret)[1:-1],
            dumps(secret, ensure_ascii=False)[1:-1],
            repr(secret)[1:-1],
        )
    }
    if not forms:
        return None
    # The longest first: a secret may begin with another.
    return re.compile("|".join(map(re.escape, sorted(forms, key=lambda f: (-len(f), f)))))
