"""What a plugin's process gives up before it loads the plugin; see `apply`.

Only the standard library and the kernel: three walls, each used where it is there.

- rlimits (POSIX): address space, CPU time, file size, open files, core dumps, processes.
- Landlock (Linux ≥ 5.13): which files can be read; writing only in the own folder; since ABI 4 no
  TCP, since ABI 6 no signals or abstract sockets to processes outside.
- seccomp (Linux, x86-64 and arm64): no sockets, no new processes, no tracing, no leaving of the
  process group, no signals to and no limits for others.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

_MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Walls:
    """What one child may use."""

    read: tuple[str, ...]
    """Files and folders it may read and execute, whole."""
    listed: tuple[str, ...]
    """Folders whose names it may list, without reading the files."""
    write: tuple[str, ...]
    """Folders it may write in."""
    network: bool = False
    processes: bool = False
    memory_mb: int = 4096
    cpu_seconds: int = 3600


def apply(walls: Walls) -> tuple[str, ...]:
    """Close this process in for good; return the names of the walls that stand now.

    Call it while the process has one thread. A wall that the system lacks is left out.
    """
    applied: list[str] = []
    if sys.platform == "win32":
        return ()
    if _rlimits(walls):
        applied.append("rlimits")
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        # Without it, neither wall may be raised by a process that is not root.
        if libc.prctl(38, 1, 0, 0, 0) == 0:  # PR_SET_NO_NEW_PRIVS
            abi = _landlock(libc, walls)
            applied += [f"landlock {abi}"] if abi else []
            applied += ["seccomp"] if _seccomp(libc, walls) else []
    return tuple(applied)


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when the thread that started it ends (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, 9, 0, 0, 0)  # PR_SET_PDEATHSIG, SIGKILL
        if os.getppid() != parent:
            os._exit(1)


def _rlimits(walls: Walls) -> bool:
    import resource

    wanted = [
        (resource.RLIMIT_AS, walls.memory_mb * _MB),
        (resource.RLIMIT_CPU, walls.cpu_seconds),
        (resource.RLIMIT_FSIZE, 64 * _MB),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, _threads_of_user() + 256),
    ]
    stands = False
    for limit, most in wanted:
        hard = resource.getrlimit(limit)[1]
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        try:
            resource.setrlimit(limit, (most, most))
            stands = True
        except (ValueError, OSError):
            continue  # macOS refuses to bound the address space
    return stands


def _threads_of_user() -> int:
    """How many threads this user has now: what RLIMIT_NPROC counts."""
    count, own = 0, os.getuid()
    try:
        folders = list(os.scandir("/proc"))
    except OSError:
        return 1024
    for folder in folders:
        if not folder.name.isdigit():
            continue
        try:
            if folder.stat().st_uid == own:
                count += sum(1 for _ in Path(folder.path, "task").iterdir())
        except OSError:
            continue  # it ended meanwhile, or is not ours to look into
    return count


# ── Landlock ────────────────────────────────────────────────────────────────────────────────

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_TRUNCATE, _IOCTL = 1 << 14, 1 << 15
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL
_READING = _EXECUTE | _READ_FILE | _READ_DIR
_LAST_RIGHT = {1: 12, 2: 13, 3: 14, 4: 14}
"""Highest bit of the file rights that each ABI knows; 15 since ABI 5."""
_CREATE, _ADD, _RESTRICT = 444, 445, 446


def landlock_abi() -> int:
    """Return the kernel's Landlock ABI, 0 when it has none."""
    if sys.platform != "linux":
        return 0
    return max(0, ctypes.CDLL(None).syscall(_CREATE, None, 0, 1))


def _landlock(libc: ctypes.CDLL, walls: Walls) -> int:
    abi = max(0, libc.syscall(_CREATE, None, ctypes.c_size_t(0), 1))
    if not abi:
        return 0
    handled = (1 << (_LAST_RIGHT.get(abi, 15) + 1)) - 1
    attributes = struct.pack("=Q", handled)
    if abi >= 4:
        attributes += struct.pack("=Q", 0 if walls.network else 3)  # bind and connect over TCP
    if abi >= 6:
        attributes += struct.pack("=Q", 3)  # abstract sockets and signals to the outside
    rules = libc.syscall(_CREATE, attributes, ctypes.c_size_t(len(attributes)), 0)
    if rules < 0:
        return 0
    try:
        for path in walls.read:
            _allow(libc, rules, path, _READING & handled)
        for path in walls.listed:
            _allow(libc, rules, path, _READ_DIR)
        for path in walls.write:
            _allow(libc, rules, path, handled & ~_IOCTL)
        _allow(libc, rules, os.devnull, (_READ_FILE | _WRITE_FILE | _TRUNCATE) & handled)
        return abi if libc.syscall(_RESTRICT, rules, 0) == 0 else 0
    finally:
        os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, path: str, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no permission
    try:
        if not Path(path).is_dir():
            rights &= _ON_FILES
        beneath = struct.pack("=Qi", rights, opened)
        libc.syscall(_ADD, rules, 1, beneath, 0)
    finally:
        os.close(opened)


# ── seccomp ─────────────────────────────────────────────────────────────────────────────────

_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_EPERM, _EACCES, _ENOSYS = 1, 13, 38
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _ARCH_AT, _FIRST_AT = 0, 4, 16
_CLONE_THREAD = 0x00010000

_CALLS: dict[str, tuple[int, dict[str, int]]] = {
    "x86_64": (
        0xC000003E,
        {
            "socket": 41, "clone": 56, "fork": 57, "vfork": 58, "kill": 62, "ptrace": 101,
            "setpgid": 109, "setsid": 112, "tkill": 200, "tgkill": 234, "prlimit64": 302,
            "process_vm_readv": 310, "process_vm_writev": 311, "perf_event_open": 298,
            "unshare": 272, "setns": 308, "mount": 165, "umount2": 166, "pivot_root": 155,
            "chroot": 161, "bpf": 321, "userfaultfd": 323, "keyctl": 250, "add_key": 248,
            "request_key": 249, "kexec_load": 246, "init_module": 175, "finit_module": 313,
            "delete_module": 176, "reboot": 169, "settimeofday": 164, "clock_settime": 227,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "socket": 198, "clone": 220, "kill": 129, "ptrace": 117, "setpgid": 154,
            "setsid": 157, "tkill": 130, "tgkill": 131, "prlimit64": 261,
            "process_vm_readv": 270, "process_vm_writev": 271, "perf_event_open": 241,
            "unshare": 97, "setns": 268, "mount": 40, "umount2": 39, "pivot_root": 41,
            "chroot": 51, "bpf": 280, "userfaultfd": 282, "keyctl": 219, "add_key": 217,
            "request_key": 218, "kexec_load": 104, "init_module": 105, "finit_module": 273,
            "delete_module": 106, "reboot": 142, "settimeofday": 170, "clock_settime": 112,
        },
    ),
}  # fmt: skip
_NEWER = {"pidfd_send_signal": 424, "io_uring_setup": 425, "pidfd_open": 434, "clone3": 435}
"""Numbers that all architectures share."""
_NEVER = (
    "ptrace process_vm_readv process_vm_writev perf_event_open unshare setns mount umount2 "
    "pivot_root chroot bpf userfaultfd keyctl add_key request_key kexec_load init_module "
    "finit_module delete_module reboot settimeofday clock_settime setpgid setsid tkill "
    "pidfd_send_signal pidfd_open io_uring_setup"
).split()


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("program", ctypes.c_char_p))


def _seccomp(libc: ctypes.CDLL, walls: Walls) -> bool:
    known = _CALLS.get(platform.machine())
    if known is None or struct.calcsize("P") != 8 or sys.byteorder != "little":
        return False
    arch, calls = known
    program = b"".join(_program(arch, {**calls, **_NEWER}, walls, os.getpid()))
    holder = _Filter(len(program) // 8, program)
    return libc.prctl(22, 2, ctypes.byref(holder), 0, 0) == 0  # PR_SET_SECCOMP, a filter


def _program(arch: int, calls: dict[str, int], walls: Walls, own: int) -> Iterable[bytes]:
    """Yield the filter's instructions: each check jumps over its own verdict or falls into it."""
    yield _op(_LOAD, _ARCH_AT)
    yield _op(_EQUAL, arch, hit=1)
    yield _refuse(_ENOSYS)
    yield _op(_LOAD, _NUMBER_AT)
    yield _op(_AT_LEAST, 0x40000000, miss=1)  # the x32 numbers of the same calls
    yield _refuse(_ENOSYS)
    for name in _NEVER:
        yield from _when(calls[name], [_refuse(_EPERM)])
    if not walls.network:
        yield from _when(calls["socket"], [_refuse(_EACCES)])
    if not walls.processes:
        yield from (
            x for n in ("fork", "vfork") if n in calls for x in _when(calls[n], [_refuse(_EPERM)])
        )
        # The C library then asks again with clone, whose flags a filter can read.
        yield from _when(calls["clone3"], [_refuse(_ENOSYS)])
        thread = [_op(_LOAD, _FIRST_AT), _op(_ANY_BIT, _CLONE_THREAD, miss=1), _op(_RETURN, _ALLOW)]
        yield from _when(calls["clone"], [*thread, _refuse(_EPERM)])
        itself = [_op(_LOAD, _FIRST_AT), _op(_EQUAL, own, miss=1), _op(_RETURN, _ALLOW)]
        for name in ("kill", "tgkill"):
            yield from _when(calls[name], [*itself, _refuse(_EPERM)])
    mine = [
        _op(_LOAD, _FIRST_AT),
        _op(_EQUAL, 0, hit=1),
        _op(_EQUAL, own, miss=1),
        _op(_RETURN, _ALLOW),
        _refuse(_EPERM),
    ]
    yield from _when(calls["prlimit64"], mine)
    yield _op(_RETURN, _ALLOW)


def _when(number: int, then: Sequence[bytes]) -> list[bytes]:
    return [_op(_EQUAL, number, miss=len(then)), *then]


def _refuse(errno: int) -> bytes:
    return _op(_RETURN, _ERRNO | errno)


def _op(code: int, value: int, *, hit: int = 0, miss: int = 0) -> bytes:
    return struct.pack("=HBBI", code, hit, miss, value)
