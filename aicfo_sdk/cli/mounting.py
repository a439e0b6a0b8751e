"""`aicfo plugins add`: an MCP server, as a plugin, written into the configuration."""

from __future__ import annotations

import argparse
import json
import os
import re
import tempfile
import tomllib
import webbrowser
from pathlib import Path

from ..config import Config, load_config, parse_config
from ..errors import InputError
from .arguments import note

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


def add_options(made: argparse.ArgumentParser) -> None:
    """Say what `add` takes."""
    made.add_argument("name", metavar="NAME", help="the plugin's name here")
    made.add_argument("--url", metavar="URL", help="a server over streamable HTTP")
    made.add_argument("--token-file", metavar="FILE", help="file with the bearer token for the URL")
    made.add_argument("--sign-in", action="store_true", help="sign in at the URL, on a page of it")
    _application(made)
    made.add_argument(
        "--fact", action="append", default=[], metavar="FACT@1", help="a fact it may provide"
    )
    made.add_argument(
        "--read", action="append", default=[], metavar="PATH", help="what the command may read"
    )
    made.add_argument(
        "--command",
        nargs=argparse.REMAINDER,
        default=[],
        metavar="WORD",
        help="a server over stdio; everything after it belongs to the command",
    )


def sign_in_options(made: argparse.ArgumentParser) -> None:
    """Say what `sign-in` takes."""
    made.add_argument("name", metavar="NAME", help="the mounted server")
    _application(made)


def _application(made: argparse.ArgumentParser) -> None:
    made.add_argument("--client-id", default="", metavar="ID", help="an application of yours there")
    made.add_argument("--client-secret-file", type=Path, metavar="FILE", help="its secret")


def add(options: argparse.Namespace) -> None:
    """Ask the server what it offers, pin that, and write it into the configuration.

    Nothing is written when it does not answer. Raises: InputError; ToolFailed.
    """
    from ..client.mount import mount_server
    from ..client.types import FactTypes

    name, path = options.name, options.config or Path("aicfo.toml")
    if not _NAME.fullmatch(name):
        raise InputError("not a plugin name", value=name, mend="lower-case letters, digits and _")
    if bool(options.command) == bool(options.url):
        raise InputError("a server is a command or a URL", mend="give --command or --url")
    before = load_config(options.config)
    if name in before.servers or name in _installed():
        raise InputError("there is a plugin of this name", value=name, mend="choose another name")
    text = path.read_text("utf-8") if path.is_file() else ""
    text += ("" if not text or text.endswith("\n") else "\n") + ("\n" if text else "")
    text += "\n".join(_table(options)) + "\n"
    config = _parsed(text, path)
    if options.sign_in:
        sign_in(options, config)
    mounted = mount_server(name, config, FactTypes())
    mounted.child.stop()
    _write(path, text)


def sign_in(options: argparse.Namespace, config: Config) -> None:
    """Have a person sign in at a mounted server, on a page that a browser is asked to open.

    Raises: InputError; ToolFailed.
    """
    import asyncio

    from ..client.mount import sign_in_folder
    from ..mcp import signed_in

    rules = config.servers.get(options.name)
    if rules is None or not rules.sign_in:
        mend = "write sign_in = true beside its url"
        raise InputError("nobody signs in there", value=options.name, where="servers", mend=mend)
    file, secret = options.client_secret_file, ""
    if file is not None:
        try:
            secret = file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            mend = "a file with the secret alone"
            raise InputError(
                "cannot be read", value=str(file), where=str(error), mend=mend
            ) from None

    def show(page: str) -> None:
        note(f"sign in here: {page}")
        webbrowser.open(page)

    folder = sign_in_folder(options.name, rules.url)
    work = signed_in.sign_in(
        rules.url, folder, show, client_id=options.client_id, client_secret=secret
    )
    asyncio.run(work)


def approve_mounted(name: str, config: Config) -> dict[str, str] | None:
    """Pin a mounted server as it is now; None when the configuration has none of that name."""
    if name not in config.servers:
        return None
    from ..client.mount import approve_server

    return approve_server(name, config)


def _installed() -> set[str]:
    from importlib.metadata import entry_points

    from ..registry import GROUP

    return {entry.name for entry in entry_points(group=GROUP)}


def _table(options: argparse.Namespace) -> list[str]:
    """The lines of TOML; a JSON text and a list of them are TOML as well."""
    lines = [f"[servers.{options.name}]"]
    values = {
        "command": options.command,
        "url": options.url,
        "token_file": options.token_file and str(Path(options.token_file).absolute()),
        "sign_in": options.sign_in,
        "facts": options.fact,
        "read": [str(Path(each).absolute()) for each in options.read],
    }
    # Escaped to ASCII: what JSON leaves as it is (DEL) is no TOML.
    return lines + [
        f"{key} = {json.dumps(value)}".replace("\x7f", "\\u007f")
        for key, value in values.items()
        if value
    ]


def _parsed(text: str, path: Path) -> Config:
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError("configuration is not TOML", value=str(error), where=str(path)) from None
    lock = path.with_suffix(".lock.toml")
    return parse_config(raw, where=str(path), folder=path.parent, lock=lock)


def _write(path: Path, text: str) -> None:
    """Put the text there whole, or leave what was."""
    try:
        opened, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        with os.fdopen(opened, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError as error:
        raise InputError(
            "the configuration cannot be written",
            value=str(path),
            mend=error.strerror or "check the folder",
        ) from None
