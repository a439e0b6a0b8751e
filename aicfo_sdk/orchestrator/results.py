"""Results as text: what a tool answered, in the one form that is checked, compared and kept.

A result travels on only if its canonical JSON gives it back: so a field of another type, a number
that is none, or a value that nothing could ever record ends with the tool that made it.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any, cast

from pydantic import BaseModel, ValidationError

from ..errors import ToolFailed
from ..redaction import redact, redacted
from ..registry import AnyTool

MOST_BYTES = 16 * 2**20
"""A larger result than this is refused: nobody reads it, and every copy of it costs memory."""

_encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
).encode


def text_of(tool: AnyTool, value: Any) -> str:
    """Return a result as canonical JSON.

    Raises: ToolFailed when it is not throughout what the tool declares, holds NaN or infinity,
    is nested without end, or is larger than `MOST_BYTES`.
    """
    try:
        text = _encode(tool.signature.plain(value))
        size = len(text.encode())
        if "null" in text and not _finite(value):
            # Where a type says Any, pydantic writes null for a number that is none.
            raise ValueError("NaN or infinity")
        if size <= MOST_BYTES:
            tool.signature.restored(text)
    except (ValueError, TypeError, RecursionError, MemoryError) as error:
        raise _bad(tool, error) from error
    if size > MOST_BYTES:
        raise ToolFailed(
            "a tool's result is too large",
            value=f"{size} bytes",
            where=tool.full_name,
            mend=f"at most {MOST_BYTES} bytes; answer with less",
        )
    return text


def restored(tool: AnyTool, text: str) -> Any:
    """Return the result that `text_of` made this text of.

    Raises: ToolFailed when the tool, as installed, declares something else.
    """
    try:
        return tool.signature.restored(text)
    except ValueError as error:
        raise _bad(tool, error) from error


def without_secrets(tool: AnyTool, value: Any, text: str) -> tuple[Any, str]:
    """Return a result and its text without the secrets that stand in it, both as they were when
    there are none: so none reaches another tool, a record, a proposal or a reader.

    Raises: ToolFailed when what is left is not what the tool declares.
    """
    if redact(text) == text:
        return value, text
    bare = _encode(redacted(json.loads(text)))
    return restored(tool, bare), bare


def unchanged(tool: AnyTool, value: Any, text: str) -> bool:
    """Return whether a result is still what it was when `text` was made of it."""
    try:
        return _encode(tool.signature.plain(value)) == text
    except (ValueError, TypeError, RecursionError, MemoryError):
        return False


def digest_of(text: str) -> str:
    """Return the SHA-256 hex digest of canonical JSON; `model.base.digest` of the same value."""
    return sha256(text.encode()).hexdigest()


def _finite(value: Any) -> bool:
    """Whether no NaN and no infinity stands anywhere in a value of JSON-like parts and models."""
    if isinstance(value, float):
        return value - value == 0
    if isinstance(value, BaseModel):
        return all(_finite(each) for each in vars(value).values())
    if isinstance(value, dict):
        return all(_finite(each) for each in cast("dict[Any, Any]", value).values())
    if isinstance(value, list | tuple | set | frozenset):
        return all(_finite(each) for each in cast("list[Any]", value))
    return True


def _bad(tool: AnyTool, error: Exception) -> ToolFailed:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        said = f"{place}: {first['msg']}" if place else first["msg"]
    else:
        said = (str(error).strip().splitlines() or [type(error).__name__])[-1].strip()
    return ToolFailed(
        "a tool returned something else than it declares",
        value=said,
        where=tool.full_name,
        mend=f"its annotation says {tool.signature.returns.label}; numbers are finite",
    )
