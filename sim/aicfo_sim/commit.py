"""Which commit of the code is running, where it runs from a checkout."""

from __future__ import annotations

import os
import subprocess
from functools import cache
from pathlib import Path


@cache
def commit(folder: Path = Path(__file__).parent) -> str:
    """Return the commit whose files `folder` holds, with "-dirty" where they were changed since.

    "" where there is none: an installed package, or no git here. An environment that lies in
    somebody's checkout is not of that checkout, so its files must be tracked.
    """
    if not _git(folder, "ls-files", "--error-unmatch", "__init__.py"):
        return ""
    return _git(folder, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")


def _git(folder: Path, *words: str) -> str:
    # Of a hook of another repository, git's variables would lead there.
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words],
            capture_output=True,
            text=True,
            env=env | {"LC_ALL": "C"},
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
