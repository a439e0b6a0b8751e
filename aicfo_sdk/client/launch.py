"""First code of a plugin's process: where to look, what to give up, then the plugin itself.

Everything arrives in one JSON argument, for the environment is empty. The walls go up before one
line of the plugin runs. A plugin in another language is executed in this process's place.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

BOOT = (
    "import json, sys; s = json.loads(sys.argv[1]); "
    "sys.path[:] = s['path'] + [p for p in sys.path if p not in s['path']]; "
    "from aicfo_sdk.client.launch import main; main(s)"
)
"""What the interpreter is started with: `python -I -c BOOT SETTINGS`."""

_SYSTEM = (
    "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64",
    "/usr/share/zoneinfo", "/etc/ld.so.cache", "/etc/localtime",
    "/dev/urandom", "/dev/random", "/dev/zero",
    "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys/devices/system/cpu",
)  # fmt: skip
_FOR_PROGRAMS = (
    "/usr", "/bin", "/sbin", "/opt", "/etc/alternatives", "/dev/tty",
    # Node ends at once when OpenSSL may not read its settings.
    "/etc/ssl/openssl.cnf", "/etc/pki/tls/openssl.cnf",
)  # fmt: skip
_FOR_NETWORK = (
    "/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/ssl",
    "/etc/pki", "/etc/ca-certificates", "/etc/services", "/run/systemd/resolve",
)  # fmt: skip


def main(settings: dict[str, Any]) -> None:
    """Close the process in, then serve a plugin's entry point or become the given command."""
    from .sandbox import Walls, apply, die_with_parent

    die_with_parent(settings["parent"])
    command: list[str] = settings["command"]
    read = [*_SYSTEM, *settings["read"]]
    read += _FOR_PROGRAMS if command or settings["processes"] else ()
    read += _FOR_NETWORK if settings["network"] else ()
    whole, listed = readable(sys.path)
    walls = Walls(
        read=(*read, *whole),
        listed=tuple(listed),
        write=(settings["folder"], *settings["write"]),
        network=settings["network"],
        processes=settings["processes"],
        memory_mb=settings["memory_mb"],
        cpu_seconds=settings["cpu_seconds"],
    )
    applied = apply(walls)
    if command:
        os.execv(command[0], command)
    from .host import serve_entry

    serve_entry(settings["entry"], applied)


def readable(path: list[str]) -> tuple[list[str], list[str]]:
    """Return what the import path needs: folders to read whole, and folders only to list.

    Installed folders are read whole. Of a folder outside the installation (a source tree, perhaps
    with the owner's books beside it) only packages, modules and metadata are.
    """
    homes = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    whole, listed = [*homes], list[str]()
    for place in path:
        folder = Path(place)
        if any(folder.is_relative_to(home) for home in homes):
            continue
        if not folder.is_dir() or folder.name in ("site-packages", "dist-packages"):
            whole.append(place)
            continue
        listed.append(place)
        try:
            entries = list(os.scandir(folder))
        except OSError:
            continue
        whole += [entry.path for entry in entries if _is_code(entry)]
    return whole, listed


def _is_code(entry: os.DirEntry[str]) -> bool:
    name = entry.name
    if entry.is_dir():
        code = name.endswith((".dist-info", ".egg-info", ".libs")) or name == "__pycache__"
        return code or (name.isidentifier() and Path(entry.path, "__init__.py").is_file())
    return name.endswith((".py", ".pyc", ".so", ".pyd", ".pth"))
