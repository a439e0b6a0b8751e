"""The public keys of an issuer: found by discovery, fetched with bounds, changed when they change.

Discovery is that of OpenID Connect, then that of OAuth (RFC 8414). The issuer that the metadata
names is the one that was configured, to the letter; keys come over TLS, or from this machine.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast
from urllib.parse import urlsplit

import anyio
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from ..errors import InputError
from ..redaction import redact
from .transports import is_loopback

_MOST_BYTES = 256 * 1024
_MOST_KEYS = 100
_SECONDS = 10.0
_FRESH = 600.0
"""Seconds after which the keys are asked for again."""
_STALE = 3600.0
"""Seconds after which keys that could not be asked for again are not believed any more."""
_PAUSE = 30.0
"""Least seconds between two questions to the issuer, whatever tokens claim."""
_LEAST_RSA_BITS = 2048

_log = logging.getLogger("aicfo.sign_in")

Fetch = Callable[[str], Awaitable[bytes]]


class KeySet:
    """The keys of one issuer that make signatures of these algorithms.

    `fetch` returns what stands at a URL; `clock` gives seconds. Raises, when built: InputError for
    an issuer that is no https URL (http on this machine).
    """

    def __init__(
        self,
        issuer: str,
        algorithms: Sequence[str],
        *,
        fetch: Fetch | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not _is_safe(issuer) or urlsplit(issuer).query or urlsplit(issuer).fragment:
            raise InputError(
                "not an issuer", value=issuer, where="sign_in.issuer", mend="an https URL"
            )
        self._issuer, self._algorithms = issuer, tuple(algorithms)
        self._fetch, self._clock = fetch or fetch_bounded, clock
        self._keys: tuple[dict[str, Any], ...] = ()
        self._fetched: float | None = None
        self._tried: float | None = None
        self._turn = anyio.Lock()

    async def key(self, kid: str | None, algorithm: str) -> PyJWK | None:
        """Return the key of an id that signs so; without an id, the only one that does; or None."""
        if algorithm not in self._algorithms:
            return None
        if self._age() > _FRESH:
            await self._refresh()
        found = self._find(kid, algorithm)
        if found is None:  # it may be new
            await self._refresh()
            found = self._find(kid, algorithm)
        return found

    def _age(self) -> float:
        return float("inf") if self._fetched is None else self._clock() - self._fetched

    def _find(self, kid: str | None, algorithm: str) -> PyJWK | None:
        if self._age() > _STALE:
            return None
        fitting = [key for key in self._keys if kid in (None, key.get("kid"))]
        made = [each for key in fitting if (each := _made(key, algorithm)) is not None]
        return made[0] if len(made) == 1 else None

    async def _refresh(self) -> None:
        """Ask the issuer again, unless that was just done."""
        async with self._turn:
            now = self._clock()
            if self._tried is not None and now - self._tried < _PAUSE:
                return
            self._tried = now
            try:
                with anyio.fail_after(_SECONDS):
                    self._keys = await self._ask()
            except Exception as error:  # noqa: BLE001  whatever is wrong there: no new keys
                _log.warning("no keys of %s: %s", self._issuer, redact(f"{error!r}"[:300]))
                return
            self._fetched = now

    async def _ask(self) -> tuple[dict[str, Any], ...]:
        metadata = await self._metadata()
        if metadata.get("issuer") != self._issuer:
            raise InputError("it says it is another issuer", value=metadata.get("issuer"))
        where = metadata.get("jwks_uri")
        if not isinstance(where, str) or not _is_safe(where):
            raise InputError("its keys stand nowhere safe", value=where)
        keys = _object(await self._fetch(where)).get("keys")
        if not isinstance(keys, list):
            raise InputError("no set of keys", value=where)
        listed = cast("list[Any]", keys)[:_MOST_KEYS]
        return tuple(cast("dict[str, Any]", key) for key in listed if isinstance(key, dict))

    async def _metadata(self) -> dict[str, Any]:
        parts = urlsplit(self._issuer)
        path = parts.path.rstrip("/")
        openid = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        oauth = f"{parts.scheme}://{parts.netloc}/.well-known/oauth-authorization-server{path}"
        try:
            return _object(await self._fetch(openid))
        except InputError:
            return _object(await self._fetch(oauth))


async def fetch_bounded(url: str) -> bytes:
    """Return what stands at a URL: no redirects, not much, not long. Raises: InputError."""
    import httpx2

    found = bytearray()
    async with (
        httpx2.AsyncClient(timeout=_SECONDS, follow_redirects=False) as client,
        client.stream("GET", url, headers={"Accept": "application/json"}) as answer,
    ):
        if answer.status_code != 200:
            raise InputError("no answer", value=url, where=f"status {answer.status_code}")
        async for piece in answer.aiter_bytes():
            found += piece
            if len(found) > _MOST_BYTES:
                raise InputError("more than keys weigh", value=url)
    return bytes(found)


def _object(text: bytes) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError("not JSON") from None
    if not isinstance(value, dict):
        raise InputError("not an object")
    return cast("dict[str, Any]", value)


def _made(key: dict[str, Any], algorithm: str) -> PyJWK | None:
    """The key as one for this algorithm alone, or None where it is for something else."""
    if key.get("alg") not in (None, algorithm) or key.get("use") not in (None, "sig"):
        return None
    operations = key.get("key_ops")
    if operations is not None and (
        not isinstance(operations, list) or "verify" not in cast("list[Any]", operations)
    ):
        return None
    if key.get("kty") != _KIND[algorithm[:2]]:
        return None
    if algorithm in _CURVES and key.get("crv") != _CURVES[algorithm]:
        return None
    try:
        made = PyJWK(
            {name: value for name, value in key.items() if name not in _PRIVATE}, algorithm
        )
    except (PyJWTError, ValueError, TypeError, KeyError):
        return None
    weak = made.key_type == "RSA" and made.key.key_size < _LEAST_RSA_BITS
    return None if weak else made


_KIND = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
_CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521", "EdDSA": "Ed25519"}
_PRIVATE = frozenset(("d", "p", "q", "dp", "dq", "qi", "oth", "k"))


def _is_safe(url: str) -> bool:
    """Whether a URL is reached over TLS, or on this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    if not host or parts.username or parts.password:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
