"""Plugins, tools and the words with which a tool asks for what others conclude.

    plugin = Plugin("tender", version="0.1.0", title="招投标助手", description="…")

    @plugin.tool(reads=[Tender])
    def funding_need(
        ctx: Context, tender: TenderId, *, forecast: Needs[CashForecast]
    ) -> FundingNeed:
        "Working capital that winning this tender would need, in fen."

A keyword-only parameter marked `Needs[T]` is filled by whichever installed tool returns a `T`.
Callers and schemas do not see it; a direct Python call passes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, Generic, Literal, ParamSpec, Protocol, TypeVar, cast, overload

from .books.port import Books, Declared
from .context import Context
from .errors import AicfoError, InputError, RegistrationError, ToolFailed
from .model.base import Fact, Record
from .signature import Need, Same, Signature, With, analyse, return_fact

__all__ = [
    "Agent",
    "Asker",
    "Context",
    "Many",
    "Needs",
    "NeedsAll",
    "NeedsAsk",
    "Plugin",
    "Same",
    "Tool",
    "With",
]

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Effect = Literal["read", "propose"]

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


class Asker(Protocol[T_co]):
    """A callable that concludes a `T` for a subject chosen while the tool runs."""

    def __call__(self, **subjects: str) -> T_co: ...


Needs = Annotated[T, Need("one")]
"""One conclusion of type `T`, from the one tool that provides it."""

NeedsAll = Annotated[tuple[T, ...], Need("all")]
"""Every conclusion of type `T` that installed tools offer, in provider order."""

NeedsAsk = Annotated[Asker[T], Need("ask")]
"""A function to ask for conclusions of type `T` about subjects found while running."""


class Tool(Generic[P, R]):
    """A typed function over the books, called with validated arguments.

    Calling it validates arguments and result and lets the function read only the record types
    it declared; `tool.fn` is the bare function.
    """

    def __init__(
        self,
        fn: Callable[P, R],
        *,
        plugin: Plugin,
        reads: Iterable[type[Record]] = (),
        title: str = "",
        asks: Iterable[str] = (),
        external: bool = False,
        blocking: bool = False,
        informs: bool = False,
    ) -> None:
        self.fn = fn
        self.plugin = plugin
        self.name: str = fn.__name__  # pyright: ignore[reportFunctionMemberAccess]
        self.full_name = f"{plugin.name}.{self.name}"
        """`plugin.tool`, the name in plans, on the command line and in configuration."""
        self.reads = frozenset(reads)
        self.title = title
        self.asks = tuple(asks)
        self.external = external
        self.blocking = blocking
        self.informs = informs
        self.many: Callable[..., Sequence[R]] | None = None
        """The body for many contexts at once, where the author wrote one (`batch`)."""
        self.__doc__ = fn.__doc__
        self._signature: Signature | None = None
        self._input: Any = None
        self._schema: dict[str, Any] | None = None

    @property
    def version(self) -> str:
        """The plugin's version: part of every result's provenance."""
        return self.plugin.version

    @property
    def description(self) -> str:
        """The docstring's first paragraph, on one line."""
        return " ".join((self.fn.__doc__ or "").strip().split("\n\n")[0].split())

    @property
    def signature(self) -> Signature:
        """Parameters, needs and return type; read from the annotations on first use.

        Raises: RegistrationError naming what breaks the rules.
        """
        if self._signature is None:
            self._signature = analyse(self.fn, self.full_name)
        return self._signature

    def returned_fact(self) -> type[Fact] | None:
        """The fact type that this tool returns, one or many, from that one annotation alone."""
        return return_fact(self.fn, self.full_name)

    @property
    def effect(self) -> Effect:
        """ "propose" when a `Proposal` stands anywhere in the return type, else "read".

        A tool that only informs reads, whatever its type could hold.
        """
        return "propose" if self.signature.proposes and not self.informs else "read"

    def input_schema(self) -> dict[str, Any]:
        """JSON Schema of the arguments: flat, exact, without needs."""
        if self._schema is None:
            self._schema = self.signature.input_schema()
        return self._schema

    def output_schema(self) -> dict[str, Any]:
        """JSON Schema of the result: an object; a list stands under `result`."""
        return self.signature.output_schema()

    def arguments(self, given: dict[str, Any], *, json: bool = False) -> dict[str, Any]:
        """Return validated arguments with defaults filled in.

        `json=True` reads them as JSON values (dates as text). Raises: InputError naming the
        argument, its value and what it should be.
        """
        validator = self._input or self._validator()
        return validator(given, json)

    def _validator(self) -> Any:
        self._input = self.signature.validator()
        return self._input

    def batch(self, many: Callable[..., Sequence[R]], /) -> Callable[..., Sequence[R]]:
        """Give the tool a body for many merchants at once; use as a decorator.

        It gets a list of contexts, the arguments, which are the same for all, and each need as a
        list in the order of the contexts; it returns one result a context (`Many` builds each when
        it is looked at). It must give what the function itself gives, to the last bit and whatever
        the company: then who is asked together changes nothing. When it raises, each is asked on
        its own. Raises: RegistrationError for a second one.
        """
        if self.many is not None:
            raise RegistrationError("a tool has one batch body", value=self.full_name)
        self.many = many
        return many

    def invoke_many(
        self,
        contexts: Sequence[Context],
        arguments: dict[str, Any],
        needs: Sequence[dict[str, Any]],
    ) -> list[R | AicfoError]:
        """Run over many merchants, guarded; each result or why there is none, in that order."""
        if self.many is not None and len(contexts) > 1:
            columns = {name: [own[name] for own in needs] for name in needs[0]}
            guarded = [ctx.guarded(self._guard) for ctx in contexts]
            try:
                found = self.many(guarded, **arguments, **columns)
                if len(found) == len(contexts):
                    return [self._one(found, place) for place in range(len(found))]
            except Exception:  # noqa: BLE001 - one of them may be to blame: ask each on its own
                pass
        return [self._tried(ctx, arguments, own) for ctx, own in zip(contexts, needs, strict=True)]

    def _one(self, found: Sequence[R], place: int) -> R | AicfoError:
        try:
            return self._promised(found[place])
        except AicfoError as error:
            return error

    def _tried(
        self, ctx: Context, arguments: dict[str, Any], needs: dict[str, Any]
    ) -> R | AicfoError:
        try:
            return self.invoke(ctx, arguments, needs)
        except AicfoError as error:
            return error

    def invoke(self, ctx: Context, arguments: dict[str, Any], needs: dict[str, Any]) -> R:
        """Run the function on validated arguments and resolved needs, guarded.

        Raises: what the tool raises; ToolFailed when it raises something that is no AicfoError
        or returns something that its annotation does not promise.
        """
        guarded = ctx.guarded(self._guard)
        fn = cast("Callable[..., R]", self.fn)
        try:
            result = fn(guarded, **arguments, **needs)
        except (AicfoError, KeyboardInterrupt):  # the second is the user's, never the tool's
            raise
        except OverflowError as error:
            # What date arithmetic raises: the day asked about, or one in a record, is too far off.
            raise ToolFailed(
                "a tool left the numbers or days there are",
                value=str(error),
                where=self.full_name,
                mend="ask about another day, or correct the record that lies far off",
            ) from error
        except BaseException as error:
            raise ToolFailed(
                "a tool raised an unexpected error",
                value=_said(error),
                where=self.full_name,
                mend="report it to the plugin's author",
            ) from error
        return self._promised(result)

    def _promised(self, result: R) -> R:
        """Return a result that is what the annotation says. Raises: ToolFailed."""
        signature = self._signature or self.signature
        if type(result) is not signature.exact and not signature.returns_ok(result):
            raise ToolFailed(
                "a tool returned something else than it declares",
                value=type(result).__name__,
                where=self.full_name,
                mend=f"its annotation says {signature.returns.label}",
            )
        if self.informs and _proposes(result):
            raise ToolFailed(
                "a tool that only informs proposes something",
                value=type(result).__name__,
                where=self.full_name,
                mend="leave informs=True out where it may propose",
            )
        return result

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        if not args or not isinstance(args[0], Context):
            raise InputError(
                "a tool's first argument is its Context",
                value=type(args[0]).__name__ if args else "nothing",
                where=self.full_name,
                mend="pass Context(books)",
            )
        signature = self._signature or self.signature
        given: dict[str, Any] = {}
        if len(args) > 1:
            given.update(zip(signature.positional, args[1:], strict=False))
        given.update(kwargs)
        needs: dict[str, Any] = {}
        for need in signature.needs:
            if need.name in given:
                needs[need.name] = given.pop(need.name)
            elif need.required:
                raise InputError(
                    f"a direct call passes its needs; {need.name} is missing",
                    where=self.full_name,
                    mend=f"pass {need.name}=…, or let an Orchestrator run it",
                )
        validate = self._input or self._validator()
        return self.invoke(args[0], validate(given, False), needs)

    def _guard(self, books: Books) -> Books:
        return Declared(books, self.reads, self.full_name)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.full_name}>"


def _proposes(result: object) -> bool:
    from .model.proposal import proposals_in

    return bool(proposals_in(result))


def _said(error: BaseException) -> str:
    name = type(error).__name__
    try:
        return f"{name}: {error}"
    except Exception:  # noqa: BLE001 - the words of a stranger's error may raise as well
        return name


class Many(Sequence[T]):
    """The results of a batch, each built when it is first looked at.

    `build(place)` returns the result for the context at `place`, or raises an AicfoError that is
    then that merchant's alone.
    """

    def __init__(self, count: int, build: Callable[[int], T]) -> None:
        self._build, self._built = build, cast("list[T | None]", [None] * count)

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> list[T]: ...
    def __getitem__(self, place: int | slice) -> T | list[T]:
        if isinstance(place, slice):
            return [self[step] for step in range(*place.indices(len(self)))]
        found = self._built[place]
        if found is None:
            found = self._built[place] = self._build(range(len(self))[place])
        return found

    def __len__(self) -> int:
        return len(self._built)


class Agent(Tool[P, R]):
    """A tool with judgement: with a model it reasons over `tools`, without one the body runs.

    `instructions` tell the model what to decide; `tools` are full names of the tools it may
    call; the return type is what it must answer with.
    """

    def __init__(
        self,
        fn: Callable[P, R],
        *,
        plugin: Plugin,
        instructions: str,
        tools: Iterable[str],
        reads: Iterable[type[Record]] = (),
        title: str = "",
        asks: Iterable[str] = (),
    ) -> None:
        super().__init__(fn, plugin=plugin, reads=reads, title=title, asks=asks)
        self.instructions = instructions
        self.tools = tuple(tools)


class Plugin:
    """A named, versioned set of tools; what an entry point in `aicfo.plugins` points at."""

    def __init__(self, name: str, *, version: str, title: str = "", description: str = "") -> None:
        """Raises: RegistrationError when the name is not lower-case letters, digits and `_`."""
        if not _NAME.fullmatch(name):
            raise RegistrationError(
                "not a plugin name", value=name, mend="lower-case letters, digits and _"
            )
        self.name, self.version = name, version
        self.title, self.description = title or name, description
        self.tools: dict[str, Tool[..., Any]] = {}

    @overload
    def tool(self, fn: Callable[P, R], /) -> Tool[P, R]: ...
    @overload
    def tool(
        self,
        fn: None = None,
        /,
        *,
        reads: Iterable[type[Record]] = (),
        title: str = "",
        asks: Iterable[str] = (),
        external: bool = False,
        blocking: bool = False,
        informs: bool = False,
    ) -> Callable[[Callable[P, R]], Tool[P, R]]: ...
    def tool(
        self,
        fn: Any = None,
        /,
        *,
        reads: Iterable[type[Record]] = (),
        title: str = "",
        asks: Iterable[str] = (),
        external: bool = False,
        blocking: bool = False,
        informs: bool = False,
    ) -> Any:
        """Register a function as a tool.

        `reads`: record types it may read. `asks`: example questions in the owner's words, Chinese
        and English, that lead here; `{tender}` stands for a subject. `external`: it uses a
        network or a model, so its result is never reused. `blocking`: it waits long enough to be
        worth a thread. `informs`: it never proposes, though its type (`Advice`) could hold a
        proposal; one that does all the same fails.
        """

        def register(function: Callable[..., Any]) -> Tool[..., Any]:
            made = Tool(
                function,
                plugin=self,
                reads=reads,
                title=title,
                asks=asks,
                external=external,
                blocking=blocking,
                informs=informs,
            )
            return self.add(made)

        return register if fn is None else register(fn)

    def agent(
        self,
        *,
        instructions: str,
        tools: Iterable[str],
        reads: Iterable[type[Record]] = (),
        title: str = "",
        asks: Iterable[str] = (),
    ) -> Callable[[Callable[P, R]], Agent[P, R]]:
        """Register a function as the deterministic body of an agent; see `Agent`."""

        def register(function: Callable[P, R]) -> Agent[P, R]:
            made = Agent(
                function,
                plugin=self,
                instructions=instructions,
                tools=tools,
                reads=reads,
                title=title,
                asks=asks,
            )
            self.add(made)
            return made

        return register

    def add(self, tool: Tool[..., Any]) -> Tool[..., Any]:
        """Register a tool that is made already. Raises: RegistrationError for a name taken."""
        if tool.name in self.tools:
            raise RegistrationError(
                "two tools of one plugin share a name", value=tool.name, where=self.name
            )
        self.tools[tool.name] = tool
        return tool

    def __repr__(self) -> str:
        return f"<Plugin {self.name} {self.version}: {', '.join(self.tools) or 'no tools'}>"
