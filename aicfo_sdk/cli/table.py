"""The static table of commands: `aicfo --help` builds no model and scans no entry points."""

from __future__ import annotations


class Command:
    """A command's body (`module:function` here, "" when another distribution has it), its help."""

    __slots__ = ("body", "summary", "usage")

    def __init__(self, body: str, usage: str, summary: str) -> None:
        self.body, self.usage, self.summary = body, usage, summary


COMMANDS = {
    "demo": Command(
        "", "[--out DIR] [--lang zh|en]", "the main job end to end on shipped real data"
    ),
    "import": Command(
        "imports:run", "FILE… --into BOOKS", "real records into books, all or nothing"
    ),
    "brief": Command(
        "ask:brief", "[--as-of DATE] [--track-record]", "today's advice; how it came out"
    ),
    "watch": Command(
        "watch:watch", "[--once]", "the brief pushed each morning, and news when books change"
    ),
    "plan": Command(
        "ask:plan", "GOAL [--run]", "which tools would answer a goal, and in which order"
    ),
    "call": Command("ask:call", "TOOL --args JSON [--csv FILE]", "one tool, with all it rests on"),
    "chat": Command(
        "chat:chat", "[QUESTION] [--model NAME]", "a language model over the tools, held to account"
    ),
    "tools": Command("installed:tools", "", "what can be called"),
    "plugins": Command(
        "installed:plugins",
        "[add NAME …|approve NAME|export --to DIR]",
        "what is installed, and what is broken or changed",
    ),
    "proposals": Command("desk:proposals", "[--status STATUS]", "what waits for a person"),
    "approve": Command(
        "desk:approve",
        "ID… [--linked] [--hold DATE]",
        "approve, and carry out, or reserve until a day",
    ),
    "settle": Command("decisions:settle", "KEY [--amount MINOR]", "post what is reserved"),
    "void": Command("decisions:void", "KEY", "give back what is reserved"),
    "reject": Command("desk:reject", "ID [--by NAME] [--reason TEXT]", "turn a proposal down"),
    "policy": Command(
        "rules:policy",
        "check FILE|explain PROPOSAL",
        "check a policy; why it says what it says",
    ),
    "mandate": Command(
        "rules:mandate", "grant FILE|list|revoke ID", "what a person allows once, within limits"
    ),
    "runs": Command("runs:runs", "[--limit N]", "what was asked, the latest first"),
    "replay": Command("runs:replay", "RUN [--offline]", "a recorded run again, or its story"),
    "audit": Command(
        "audit:run", "verify|head|export [--head FILE]", "check the audit chain and the ledger"
    ),
    "books": Command(
        "books:run", "backup|restore|check|upgrade …", "copies of books in use, and bringing back"
    ),
    "export": Command("exports:run", "--to FILE", "the ledger as beancount text"),
    "write": Command(
        "write:run",
        "bid|contract TENDER --out DIR [--pdf]",
        "a bid or a contract as DOCX and PDF; --check FILE reads one back",
    ),
    "serve": Command(
        "serve:run", "[--http HOST:PORT] [--print-config]", "MCP server, stdio by default"
    ),
    "new": Command("new:run", "NAME [--mcp-typescript]", "a plugin to begin with, tests and all"),
    "dev": Command(
        "dev:run", "PATH [TOOL NAME=VALUE …]", "a plugin's tools, asked again after each save"
    ),
    "check": Command("check:run", "PATH", "the conformance kit, on a plugin's folder or name"),
    "sim": Command(
        "", "run|sweep|query|scenarios|report …", "paired simulations of synthetic merchants"
    ),
}

_WIDTH = max(len(f"{name} {command.usage}") for name, command in COMMANDS.items())

HELP = "\n".join(
    [
        "aicfo: an AI CFO for small firms, as plugins over a merchant's books",
        "",
        *(
            f"  aicfo {f'{name} {command.usage}':<{_WIDTH}}  {command.summary}"
            for name, command in COMMANDS.items()
        ),
        "",
        "Every command takes --json and --help. Those that read books take --books BOOKS",
        "(a file or a database URL; else $AICFO_BOOKS); --config FILE, else ./aicfo.toml.",
        "Exit codes: 0 done, 1 failed, 2 bad input, 3 denied or approval needed.",
    ]
)
