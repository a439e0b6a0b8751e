"""What can be seen in a plugin's source without running it; each finding with its line."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from .rules import Finding

_CLOCKS = {
    "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today",
    "datetime.date.today", "time.time", "time.time_ns", "time.localtime", "time.gmtime",
    "time.strftime",
}  # fmt: skip
_SEEDED = {
    "random.Random", "numpy.random.default_rng", "numpy.random.Generator", "numpy.random.SFC64",
    "numpy.random.Philox", "numpy.random.PCG64", "numpy.random.SeedSequence",
}  # fmt: skip
_DRAWS = ("random.", "numpy.random.", "secrets.")
_DRAW_CALLS = {"os.urandom", "uuid.uuid1", "uuid.uuid4", "random.SystemRandom"}
_ENVIRONMENT = {
    "os.environ", "os.getenv", "os.environb", "sys.argv", "os.getcwd", "os.getlogin",
    "os.path.expanduser", "pathlib.Path.home", "pathlib.Path.cwd", "getpass.getuser",
    "socket.gethostname", "platform.node",
}  # fmt: skip
_OUTPUT = {"sys.stdout", "sys.stderr", "sys.__stdout__", "sys.__stderr__", "logging.basicConfig"}
_IMPORTS = {"importlib.import_module", "__import__"}
_PUBLIC = {"aicfo_sdk", "aicfo_sdk.model", "aicfo_sdk.testing"}
_STOPS = {"BaseException", "KeyboardInterrupt", "SystemExit", "GeneratorExit"}


def source_findings(files: Iterable[Path], root: Path, own: set[str]) -> Iterator[Finding]:
    """Yield what the source files of a distribution in `root` break.

    `own` are the top-level names that the distribution brings itself: importing those is no
    neighbour's.
    """
    for path in sorted(files):
        name = path.relative_to(root).as_posix()
        try:
            tree = ast.parse(path.read_bytes(), name)
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", 0) or 0
            yield Finding("loads", name, line, name, f"{type(error).__name__}: {error}")
            continue
        for rule, line, seen in _Reader(own).read(tree):
            yield Finding(rule, "", line, name, seen)


class _Reader(ast.NodeVisitor):
    """Reads one module; knows under which local names it holds which imported ones."""

    def __init__(self, own: set[str]) -> None:
        self._own = own
        self._names: dict[str, str] = {}
        self._seen: list[tuple[str, int, str]] = []

    def read(self, tree: ast.Module) -> list[tuple[str, int, str]]:
        # Names first: a function may use what is imported below it.
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                self._imported(node)
        self.visit(tree)
        return sorted(set(self._seen), key=lambda found: found[1])

    def _imported(self, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                local = alias.asname or alias.name.partition(".")[0]
                self._names[local] = alias.name if alias.asname else local
                self._from(alias.name, node.lineno)
            return
        if node.level:
            return
        module = node.module or ""
        for alias in node.names:
            self._names[alias.asname or alias.name] = f"{module}.{alias.name}"
            whole = f"{module}.{alias.name}"
            self._from(whole if whole in _PUBLIC else module, node.lineno)

    def _from(self, module: str, line: int) -> None:
        top = module.partition(".")[0]
        if top == "aicfo_sdk":
            if module not in _PUBLIC:
                self._seen.append(("private", line, module))
        elif top.startswith("aicfo_") and top not in self._own:
            self._seen.append(("neighbour", line, top))

    def visit_Call(self, node: ast.Call) -> None:
        name = self._dotted(node.func)
        if name in _CLOCKS:
            self._seen.append(("clock", node.lineno, f"{name}()"))
        elif name in _DRAW_CALLS or (
            name.startswith(_DRAWS) and (name not in _SEEDED or not (node.args or node.keywords))
        ):
            self._seen.append(("randomness", node.lineno, f"{name}()"))
        elif name == "input":
            self._seen.append(("environment", node.lineno, "input()"))
        elif name == "print" and not any(word.arg == "file" for word in node.keywords):
            self._seen.append(("output", node.lineno, "print()"))
        elif name in _IMPORTS and node.args:
            module = _constant(node.args[0])
            if module:
                self._from(module, node.lineno)
            else:
                seen = f"{name}() of a name that is made as it runs"
                self._seen.append(("neighbour", node.lineno, seen))
        elif name == "contextlib.suppress":
            kinds = {self._dotted(kind) for kind in node.args} & _STOPS
            self._seen += [("stop", node.lineno, f"suppress({kind})") for kind in sorted(kinds)]
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._used(self._dotted(node), node.lineno)
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        self._used(self._names.get(node.id, ""), node.lineno)

    def _used(self, name: str, line: int) -> None:
        if name in _ENVIRONMENT:
            self._seen.append(("environment", line, name))
        elif name in _OUTPUT:
            self._seen.append(("output", line, name))

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        names = {"everything" if kind is None else self._dotted(kind) for kind in kinds}
        caught = sorted(names & (_STOPS | {"everything"}))
        if caught and not any(isinstance(part, ast.Raise) for part in ast.walk(node)):
            self._seen.append(("stop", node.lineno, f"except {', '.join(caught)}"))
        self.generic_visit(node)

    def _dotted(self, node: ast.AST) -> str:
        """Return the full name that an expression stands for, or "" when it is none."""
        parts: list[str] = []
        while not isinstance(node, ast.Name):
            if isinstance(node, ast.Attribute):
                parts.append(node.attr)
                node = node.value
            elif isinstance(node, ast.Call) and node.args:
                # getattr(a, "b") is a.b, and import_module("a") is a.
                called = self._dotted(node.func)
                if called in _IMPORTS and (module := _constant(node.args[0])):
                    return ".".join([module, *reversed(parts)])
                if called != "getattr" or len(node.args) < 2:
                    return ""
                parts.append(_constant(node.args[1]))
                node = node.args[0]
            else:
                return ""
        first = self._names.get(node.id, node.id)
        return ".".join([first, *reversed(parts)])


def _constant(node: ast.AST) -> str:
    """Return the text that stands there in so many words, or ""."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
