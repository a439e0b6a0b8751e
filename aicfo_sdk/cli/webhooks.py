"""Webhooks of `aicfo watch`: what is configured, what a message looks like, how it is delivered.

    [watch]
    at = "08:00"
    quiet = "21:30-07:00"

    [[watch.webhooks]]
    name = "owner"
    kind = "wecom"
    url_env = "AICFO_WECOM_URL"

Kinds: `wecom` (企业微信 group robot), `dingtalk` (钉钉 group robot, signed where it has a secret),
`json` (any receiver). Addresses are https, or http on this machine. Nothing that strangers wrote
can mention people, link or format in a group: its marks are replaced.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import ipaddress
import json
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast
from urllib.parse import parse_qsl, quote, urlsplit

from ..errors import InputError
from ..model.text import visible
from ..redaction import learn, redact, redacted

Kind = Literal["wecom", "dingtalk", "json"]
KINDS: tuple[Kind, ...] = ("wecom", "dingtalk", "json")

_LONGEST = {"wecom": 4096, "dingtalk": 20_000}
"""Bytes of a markdown message that the robots take, by their makers' documents."""

_ANSWER = 16_384
"""Bytes of an answer that are read."""

_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""HTTP states that may be over when asked again."""

_BUSY = frozenset({-1, 45009, 130101, 410100})
"""Error codes of the robots that may be over when asked again: busy, or too many messages."""

_MARKS = str.maketrans("<>[]()`*_#@~|\\", "＜＞［］（）'＊＿＃＠～｜＼")


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where messages go. `url` and `secret` are never shown."""

    name: str
    kind: Kind
    url: str
    secret: str = ""

    def __repr__(self) -> str:
        return f"Webhook({self.name!r}, {self.kind!r}, {self.host!r})"

    @property
    def host(self) -> str:
        """The host it is sent to."""
        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True, slots=True)
class Message:
    """What is said: `id` is the same whenever the same thing is said to the same receiver."""

    id: str
    title: str
    lines: tuple[str, ...]
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Delivered:
    """How a delivery ended: `retry` says whether to try once more."""

    ok: bool
    why: str = ""
    retry: bool = False


def parse_webhooks(given: Any, where: str) -> tuple[Webhook, ...]:
    """Return the webhooks of `[[watch.webhooks]]`. Raises: InputError that shows no address."""
    if not isinstance(given, list) or not all(
        isinstance(row, dict) for row in cast("list[Any]", given)
    ):
        raise InputError("watch.webhooks is a list of tables", where=where)
    found = tuple(_webhook(row, where) for row in cast("list[dict[str, Any]]", given))
    names = [each.name for each in found]
    for name in names:
        if names.count(name) > 1:
            raise InputError("two webhooks of one name", value=name, where=where)
    return found


def _webhook(row: dict[str, Any], where: str) -> Webhook:
    known = ("kind", "name", "secret", "secret_env", "url", "url_env")
    for key, value in row.items():
        if key not in known or not isinstance(value, str):
            raise InputError(
                "unknown or wrong key of a webhook", value=key, where=where, mend=", ".join(known)
            )
    name, kind = row.get("name", ""), row.get("kind", "")
    if not name or len(name) > 60:
        raise InputError("a webhook has a name", value=name, where=where, mend="up to 60 letters")
    if kind not in KINDS:
        raise InputError(
            f"webhook {name}: unknown kind", value=kind, where=where, mend=", ".join(KINDS)
        )
    url, secret = (_value(row, key, name, where) for key in ("url", "secret"))
    learn(url, secret, *_secrets(url))
    _check(url, name, where)
    return Webhook(name, kind, url, secret)


def _value(row: dict[str, Any], key: str, name: str, where: str) -> str:
    variable = row.get(f"{key}_env")
    if variable is None:
        return row.get(key, "")
    found = os.environ.get(variable, "")
    if not found:
        raise InputError(
            f"webhook {name}: the environment does not have this variable",
            value=variable,
            where=where,
            mend=f"set it, or give {key}",
        )
    return found


def _secrets(url: str) -> list[str]:
    parts = urlsplit(url)
    return [value for _, value in parse_qsl(parts.query)] + [
        piece for piece in parts.path.split("/") if len(piece) >= 16
    ]


def _check(url: str, name: str, where: str) -> None:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme == "https" and host and not parts.username and url.isascii():
        return
    if parts.scheme == "http" and is_loopback(host) and url.isascii():
        return
    raise InputError(
        f"webhook {name}: not an address that messages may go to",
        value=f"{parts.scheme or 'nothing'}://{host or '…'}",
        where=where,
        mend="an https address without a user name; http only on this machine",
    )


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def plain(text: str) -> str:
    """Return text that formats, links and mentions nobody in a group."""
    return visible(redact(" ".join(text.split()))).translate(_MARKS)


def payload(hook: Webhook, message: Message) -> dict[str, Any]:
    """Return the JSON document that the receiver's maker documents."""
    if hook.kind == "json":
        return {"id": message.id, **cast("dict[str, Any]", redacted(dict(message.values)))}
    text = _cut([f"### {message.title}", *message.lines], _LONGEST[hook.kind])
    if hook.kind == "wecom":
        return {"msgtype": "markdown", "markdown": {"content": text}}
    return {"msgtype": "markdown", "markdown": {"title": message.title, "text": text}}


def signed(url: str, secret: str, now_ms: int) -> str:
    """Return a 钉钉 address with its time stamp and signature.

    Base64 of HMAC-SHA256 over "time stamp, line feed, secret", by the robot's document.
    """
    digest = hmac.new(secret.encode(), f"{now_ms}\n{secret}".encode(), hashlib.sha256).digest()
    sign = quote(base64.b64encode(digest), safe="")
    return f"{url}{'&' if '?' in url else '?'}timestamp={now_ms}&sign={sign}"


def deliver(
    hook: Webhook, message: Message, *, now: Callable[[], float], timeout: float
) -> Delivered:
    """Send a message once, and return how it ended; nothing is raised and no redirect followed."""
    body = json.dumps(payload(hook, message), ensure_ascii=False).encode()
    url = hook.url
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "aicfo"}
    if hook.kind == "dingtalk" and hook.secret:
        url = signed(url, hook.secret, int(now() * 1000))
    elif hook.kind == "json":
        headers["Idempotency-Key"] = message.id
        if hook.secret:
            sign = hmac.new(hook.secret.encode(), body, hashlib.sha256).hexdigest()
            headers["X-Aicfo-Signature"] = f"sha256={sign}"
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")
    handlers: Sequence[urllib.request.BaseHandler] = [_Straight()]
    if is_loopback(hook.host):
        handlers = [*handlers, urllib.request.ProxyHandler({})]
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=timeout) as answer:
            text = answer.read(_ANSWER).decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return Delivered(False, f"HTTP {error.code}", error.code in _PASSING)
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        return Delivered(False, redact(f"{type(error).__name__}: {reason}"), True)
    except http.client.HTTPException as error:
        return Delivered(False, f"no answer: {type(error).__name__}", True)
    return Delivered(True) if hook.kind == "json" else _robot(text)


class _Straight(urllib.request.HTTPRedirectHandler):
    """Follows nobody elsewhere: the message was meant for one address."""

    def redirect_request(self, *given: Any, **more: Any) -> None:
        return None


def _robot(text: str) -> Delivered:
    """Return what a group robot said: both answer 200 with an error code of their own."""
    try:
        answer = json.loads(text)
        code = answer["errcode"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return Delivered(False, "the robot's answer is not understood", True)
    if code == 0:
        return Delivered(True)
    said = plain(str(answer.get("errmsg", "")))[:120]
    return Delivered(False, f"errcode {code}: {said}", code in _BUSY)


def _cut(lines: list[str], most: int) -> str:
    """Return as many whole lines as fit, and a mark where some do not."""
    text = "\n".join(lines)
    while len(text.encode()) > most and len(lines) > 1:
        lines = lines[:-1]
        text = "\n".join([*lines, "…"])
    return text.encode()[:most].decode("utf-8", "ignore")
