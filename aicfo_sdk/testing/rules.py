"""The rules of the conformance kit: an id, what is wrong when it is broken, and the mend.

`docs/conformance.md` shows the same table; a test holds the two together.
"""

from __future__ import annotations

from typing import NamedTuple


class Rule(NamedTuple):
    """One rule: `what` says how it is broken, `mend` what to write instead."""

    what: str
    mend: str


RULES: dict[str, Rule] = {
    # what the distribution says of itself
    "loads": Rule("the plugin cannot be loaded", "mend what its import raises"),
    "entry-point": Rule(
        "the entry point and the plugin have two names",
        "give the entry point in aicfo.plugins the name of the Plugin",
    ),
    "version": Rule(
        "the plugin and its distribution have two versions", "write the same version in both"
    ),
    "dependency": Rule("the distribution does not ask for the SDK", 'depend on "aicfo-sdk"'),
    "weight": Rule(
        "importing the plugin loads a heavy package", "import it inside the function that uses it"
    ),
    # what tools and facts say of themselves
    "signature": Rule("a tool's signature breaks the rules", "see docs/architecture.md"),
    "described": Rule("something has no description", "say in one line what comes back"),
    "field": Rule("a field has no description", 'write Field(description="…")'),
    "unit": Rule(
        "a number does not say its unit",
        "name it in the description: minor units, ppm, days, number of …",
    ),
    "float": Rule(
        "a fact holds a binary fraction", "use whole minor units, parts per million, or days"
    ),
    "fact-name": Rule(
        "a fact has the name of one of the SDK's", "import that one, subclass it, or rename yours"
    ),
    "question": Rule(
        "an example question does not lead to its tool", "word it as no other tool's question"
    ),
    # what the source does
    "clock": Rule("the source asks the clock", "use ctx.today"),
    "randomness": Rule("the source draws from a generator that nobody seeds", "use ctx.rng"),
    "environment": Rule(
        "the source reads the process's environment", "take it as an argument or from ctx.params"
    ),
    "output": Rule("the source prints", "return it: standard output belongs to the protocol"),
    "private": Rule(
        "the source imports what is not public", "import from aicfo_sdk or aicfo_sdk.model"
    ),
    "neighbour": Rule(
        "the source imports another plugin or the simulator", "ask for its fact with Needs[…]"
    ),
    "stop": Rule(
        "the source catches what stops a run", "catch Exception, or raise it again at the end"
    ),
    # what a call does
    "crash": Rule("a call on ordinary books ended in an unexpected error", "mend what it raises"),
    "odd-argument": Rule(
        "odd arguments ended in an unexpected error",
        "bound the argument, or raise ToolRetry that says what would do",
    ),
    "odd-books": Rule(
        "odd books ended in an unexpected error", "say what cannot be said, and go on"
    ),
    "read": Rule("a tool reads what it did not declare", "name the record in reads=[…]"),
    "promise": Rule("a tool returned something else than it declares", "mend its annotation"),
    "effect": Rule(
        "a tool changed the books it was given", "return a Proposal; only the owner acts"
    ),
    "future": Rule(
        "an answer rests on more than what the books show", "read them through their methods alone"
    ),
    "repeat": Rule(
        "the same question had two answers",
        "sort what comes from sets; take randomness from ctx.rng",
    ),
    "memory": Rule(
        "an answer depends on what was asked before", "keep nothing between calls but caches"
    ),
    "batch": Rule(
        "the batch body answers otherwise than the tool", "make both pass through one function"
    ),
    "evidence": Rule("evidence names a record that is not there", "use record.ref"),
    "proposal": Rule("a proposal cannot be carried out", "offer only what these books allow"),
    "network": Rule("a tool opens a connection", "declare external=True"),
    "files": Rule(
        "a tool opens files that are not its own, writes one, or starts a process",
        "take it from the books or as an argument, and return it; the caller writes",
    ),
    "process": Rule(
        "a call left the process otherwise than it was", "put back what you change, in a finally"
    ),
    "deadline": Rule("a call takes too long", "work in columns; give numeric tools a batch body"),
}


class Finding(NamedTuple):
    """A rule that is broken: by which tool or file, on which line, and what was seen."""

    rule: str
    where: str
    """`plugin.tool`, or a file within the distribution."""
    line: int
    """Line in the file that `file` names, 0 when none is to blame."""
    file: str
    seen: str

    @property
    def text(self) -> str:
        """One line: place, what is wrong, what was seen, the mend."""
        rule = RULES[self.rule]
        place = f"{self.file}:{self.line}" if self.line else self.file
        there = ", ".join(dict.fromkeys(part for part in (self.where, place) if part))
        return f"{self.rule}: {rule.what}: {self.seen} ({there}); {rule.mend}"


def one_line(text: str) -> str:
    """Return text on one line and not too long, as a finding shows it."""
    short = " ".join(text.split())
    return short if len(short) <= _LONGEST else f"{short[:_LONGEST]}…"


_LONGEST = 300
