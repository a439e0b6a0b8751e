"""Tokens of a real OpenID Connect provider (npm: oidc-provider), shown to `aicfo serve`.

`python -m tests.interop.sign_in NODE FOLDER` runs it: FOLDER has `node_modules`. Prints what came
of each request as JSON; exit code 1 when anything is not as it must be.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from .shop import shop

_SCRIPT = Path(__file__).with_name("oidc.mjs")
EXPECTED = {
    "lao-wang": 200,
    "li": 200,
    "stranger": 403,
    "no token": 401,
    "another resource": 401,
    "only propose": 403,
    "a changed signature": 401,
}


def answers(node: str, folder: Path) -> dict[str, int]:
    """Return the status of each kind of request, by its name."""
    with tempfile.TemporaryDirectory(prefix="aicfo-oidc-") as place:
        here = Path(place)
        (here / "node_modules").symlink_to(folder / "node_modules")
        script = Path(shutil.copy(_SCRIPT, here))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        resource = f"http://127.0.0.1:{port}/mcp"
        # Preserved links: the script finds the modules beside it.
        words = [node, "--preserve-symlinks-main", str(script), resource]
        provider = subprocess.Popen(words, stdout=subprocess.PIPE, cwd=here, text=True)
        server = None
        try:
            assert provider.stdout is not None
            issuer = json.loads(provider.stdout.readline())["issuer"]
            config = _config(here, issuer)
            serve = [sys.executable, "-m", "aicfo_sdk.cli", "serve", "--config", str(config)]
            serve += ["--http", f"127.0.0.1:{port}"]
            environment = {k: v for k, v in os.environ.items() if k != "AICFO_BOOKS"}
            server = subprocess.Popen(serve, env=environment)
            _wait(port)
            return _asked(issuer, resource)
        finally:
            for process in (provider, server):
                if process is not None:
                    process.terminate()
                    process.wait(30)
            if provider.stdout is not None:
                provider.stdout.close()


def _config(here: Path, issuer: str) -> Path:
    """Books of two merchants, whom the provider's clients name."""
    for name in ("lao-wang", "li"):
        shop(here / f"{name}.books").close()
    books = "\n".join(f'"{name}" = "{name}.books"' for name in ("lao-wang", "li"))
    file = here / "aicfo.toml"
    table = f'[sign_in]\nissuer = "{issuer}"\nclaim = "client_id"\n\n[sign_in.merchants]\n{books}\n'
    file.write_text(table, "utf-8")
    return file


def _asked(issuer: str, resource: str) -> dict[str, int]:
    everything = "books:read propose approve"
    good = _token(issuer, "lao-wang", resource, everything)
    head, body, signature = good.split(".")
    changed = ("A" if signature[0] != "A" else "B") + signature[1:]
    return {
        "lao-wang": _read(resource, good),
        "li": _read(resource, _token(issuer, "li", resource, "books:read")),
        "stranger": _read(resource, _token(issuer, "stranger", resource, everything)),
        "no token": _read(resource, ""),
        "another resource": _read(
            resource, _token(issuer, "lao-wang", "https://other.example/mcp", everything)
        ),
        "only propose": _read(resource, _token(issuer, "lao-wang", resource, "propose")),
        "a changed signature": _read(resource, f"{head}.{body}.{changed}"),
    }


def _token(issuer: str, client: str, resource: str, scope: str) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": client,
        "client_secret": f"{client}-secret-of-a-test",
        "resource": resource,
        "scope": scope,
    }
    data = urllib.parse.urlencode(form).encode()
    with urllib.request.urlopen(f"{issuer}/token", data, timeout=30) as answer:
        return str(json.load(answer)["access_token"])


def _read(resource: str, token: str) -> int:
    version = "2026-07-28"
    uri = "books://accounts"
    meta: dict[str, Any] = {
        "io.modelcontextprotocol/protocolVersion": version,
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    params = {"uri": uri, "_meta": meta}
    message = {"jsonrpc": "2.0", "id": 1, "method": "resources/read", "params": params}
    headers = {
        "Accept": "application/json, text/event-stream",
        "Content-Type": "application/json",
        "MCP-Protocol-Version": version,
        "Mcp-Method": "resources/read",
        "Mcp-Name": uri,
    }
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(resource, json.dumps(message).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert "result" in json.load(answer)
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def _wait(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the server did not start")


def main(node: str, folder: str) -> int:
    """Run it, and print what came of it."""
    found = answers(node, Path(folder))
    print(json.dumps(found))
    return 0 if found == EXPECTED else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
