"""Tokens of an OpenID Connect provider: JWTs that say whose books, for what, until when.

A token is taken when a key of the configured issuer signed it, with an asymmetric algorithm that
is allowed; when it was issued for this resource (RFC 8707: `aud`) and its time is now. What it is
good for is its scopes, and the books that the configuration gives to what its claim says. It
goes no further than this (no token is passed on).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, cast

import jwt
from jwt.exceptions import PyJWTError
from mcp.server.auth.provider import AccessToken

from ..config import SignInRules
from .auth import MERCHANT, SCOPES
from .key_sets import KeySet

_LONGEST = 16 * 1024
_SKEW = 30
"""Seconds by which two clocks may differ."""
_KINDS = (None, "JWT", "jwt", "at+jwt", "application/at+jwt")
"""What a header may call an access token (RFC 9068, and what providers write)."""


class Issued:
    """The tokens of an issuer, for one resource: a `TokenVerifier`. `clock` is the time of day."""

    def __init__(
        self,
        rules: SignInRules,
        resource: str,
        keys: KeySet,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._rules, self._resource, self._keys, self._clock = rules, resource, keys, clock

    async def verify_token(self, token: str) -> AccessToken | None:
        """Return what a token is good for, or None for one that is not to be believed."""
        if len(token) > _LONGEST:
            return None
        try:
            header = jwt.get_unverified_header(token)
        except (PyJWTError, ValueError, RecursionError):
            return None
        algorithm, kid, kind = (header.get(name) for name in ("alg", "kid", "typ"))
        if (
            algorithm not in self._rules.algorithms
            or kind not in _KINDS
            or "crit" in header
            or not isinstance(kid, str | None)
        ):
            return None
        key = await self._keys.key(kid, algorithm)
        if key is None:
            return None
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=self._resource,
                issuer=self._rules.issuer,
                options={
                    "require": ["exp", "iss", "aud", "sub"],
                    # By our own clock, below.
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except (PyJWTError, ValueError, TypeError, RecursionError):
            return None
        return self._good_for(claims)

    def _good_for(self, claims: Mapping[str, Any]) -> AccessToken | None:
        now = self._clock()
        until = claims["exp"]
        if not _is_number(until) or not now < until + _SKEW:
            return None
        for name in ("nbf", "iat"):
            since = claims.get(name, 0)
            if not _is_number(since) or not since <= now + _SKEW:
                return None
        if claims.get("cnf") is not None:
            return None  # only for whoever proves to have its key: that is not checked here
        said = claims.get(self._rules.claim)
        merchant = said if isinstance(said, str) and said in self._rules.merchants else None
        client = claims.get("client_id") or claims.get("azp") or claims["sub"]
        return AccessToken(
            token="",
            client_id=str(client),
            scopes=[scope for scope in SCOPES if scope in _scopes(claims)],
            expires_at=int(until) + _SKEW,
            resource=self._resource,
            subject=str(claims["sub"]),
            claims={"iss": self._rules.issuer, MERCHANT: merchant},
        )


def _scopes(claims: Mapping[str, Any]) -> set[str]:
    """The scopes of a token: `scope` (RFC 8693), or `scp` as some providers write it."""
    found: set[str] = set()
    for name in ("scope", "scp"):
        said: Any = claims.get(name)
        words: list[Any] = said.split() if isinstance(said, str) else []
        if isinstance(said, list):
            words = cast("list[Any]", said)
        found |= {word for word in words if isinstance(word, str)}
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value
