"""Every error that aicfo raises on purpose, in one tree.

    AicfoError                    exit code 1: the work failed
    ├── InputError                exit code 2: what was given cannot be used
    │   ├── AmountError           not a whole number of minor units, out of bounds, two currencies
    │   ├── RecordError           a row of a file; names file, line, column, value
    │   ├── BooksError            a books file that is missing, corrupt or of another version
    │   ├── NotFound              an unknown record, tool, plugin, kind, proposal
    │   └── PlanError             a goal that the installed tools cannot be composed for
    │       ├── AmbiguousProvider two tools return one type and no configuration chooses
    │       ├── MissingProvider   no installed tool returns a needed type
    │       ├── PlanCycle         a type that needs itself; shown as a path
    │       └── OpenArgument      a required argument that nothing fills
    ├── RegistrationError         exit code 2: a tool whose signature breaks the rules
    ├── ToolError                 exit code 1: a tool could not answer
    │   ├── ToolRetry             ask again with other arguments (the message says which)
    │   ├── ToolFailed            the tool cannot answer; report it
    │   └── UndeclaredRead        the tool read a record type it did not declare
    ├── SolverError               exit code 1: the LP/MILP has no usable answer
    ├── ModelError                exit code 1: no language model could be asked, or none answered
    ├── LedgerError               exit code 1: a posting that would break the books
    │   ├── Unbalanced            postings that do not sum to zero
    │   ├── InsufficientFunds     an account would fall below what it may hold
    │   └── IdempotencyConflict   the same key with another body
    └── Denied                    exit code 3: stopped before any money moved
        ├── PolicyDenied          no rule allows it; names the rule and what would change that
        └── ApprovalRequired      a person must approve first

Each message is one line: what is wrong, the value, where it stood, the mend.
"""

from __future__ import annotations

from typing import Any, ClassVar

from .redaction import redact

_SHOWN = 80
_LONGEST = 1000


class AicfoError(Exception):
    """Base of every deliberate error.

    `what` says what is wrong, `value` the offending value, `where` its place (file, line,
    column, tool, parameter), `mend` what to do. `str(error)` is one line, without secrets.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, value: Any = None, where: str = "", mend: str = "") -> None:
        self.what, self.value, self.where, self.mend = what, value, where, mend
        text = _printable(what)
        if value is not None:
            text += f": {show(value)}"
        if where:
            text += f" ({_printable(where)})"
        if mend:
            text += f"; {_printable(mend)}"
        super().__init__(text)

    def __str__(self) -> str:
        # Here and not above: an importer makes many errors that nobody ever reads.
        return redact(super().__str__())

    def __repr__(self) -> str:
        return f"{self.code}({str(self)!r})"

    @property
    def code(self) -> str:
        """Stable machine name of the error: its class name."""
        return type(self).__name__


def show(value: Any) -> str:
    """Return `value` as one short printable line: escaped, and cut in the middle when long.

    The end of a path or number tells as much as its beginning.
    """
    text = value if isinstance(value, str) else repr(value)
    if len(text) > _SHOWN:
        text = redact(text, anew=False)  # before it is cut: half a secret is not recognised
    text = _printable(text)
    return _cut(text, _SHOWN) or "''"


def _printable(text: str) -> str:
    if len(text) > _LONGEST:
        text = redact(text, anew=False)
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return _cut(text, _LONGEST)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most // 2]}…{text[1 - most // 2 :]}"


class InputError(AicfoError):
    """What was given cannot be used."""

    exit_code = 2


class AmountError(InputError):
    """Not a whole number of minor units, out of bounds, or of another currency."""


class RecordError(InputError):
    """A row of a file that cannot be read as the record it claims to be."""

    def __init__(
        self,
        what: str,
        *,
        file: str,
        line: int = 0,
        column: str = "",
        value: Any = None,
        mend: str = "",
    ) -> None:
        self.file, self.line, self.column = file, line, column
        where = file
        if line:
            where += f" line {line}"
        if column:
            where += f" column {column}"
        super().__init__(what, value=value, where=where, mend=mend)


class BooksError(InputError):
    """A books file or database that is missing, corrupt or of another version."""


class NotFound(InputError):
    """No such record, tool, plugin, file kind or proposal."""


class PlanError(InputError):
    """A goal that the installed tools cannot be composed for."""


class AmbiguousProvider(PlanError):
    """Two installed tools return the type and configuration chooses neither."""


class MissingProvider(PlanError):
    """No installed tool returns the type."""


class PlanCycle(PlanError):
    """A type that, through its providers, needs itself."""


class OpenArgument(PlanError):
    """A required argument that neither goal, configuration nor default fills."""


class RegistrationError(AicfoError):
    """A tool whose signature breaks the rules of composition."""

    exit_code = 2


class ToolError(AicfoError):
    """A tool could not answer."""


class ToolRetry(ToolError):
    """The caller may ask again with other arguments; the message says which."""


class ToolFailed(ToolError):
    """The tool cannot answer here; report it."""


class UndeclaredRead(ToolError):
    """A tool read a record type that its `reads=` does not name."""


class SolverError(AicfoError):
    """The linear or mixed-integer program has no usable answer."""


class ModelError(AicfoError):
    """A language model could not be asked, or did not answer."""


class LedgerError(AicfoError):
    """A posting that would break the books."""


class Unbalanced(LedgerError):
    """Postings that do not sum to zero."""


class InsufficientFunds(LedgerError):
    """An account would fall below what it may hold."""


class IdempotencyConflict(LedgerError):
    """An idempotency key that was used before with another body."""


class Denied(AicfoError):
    """Stopped before any money moved."""

    exit_code = 3


class PolicyDenied(Denied):
    """No rule of the policy allows the action."""


class ApprovalRequired(Denied):
    """The action is allowed only after a person approved it."""
