"""The disk is full at any moment of any work: one clear line, nothing half-written, and it goes on.

Each piece of work runs on file systems in memory with more and more room, until it fits. Where it
does not fit it must say so in one line that names the mend, leave what was there as it was, and
succeed when it is asked again after room was made. What was acknowledged is never lost.
"""

from __future__ import annotations

import gc
import gzip
import io
import json
import random
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from aicfo_sdk.books.checks import check
from aicfo_sdk.books.store import create_books, open_books
from aicfo_sdk.cli import main
from aicfo_sdk.errors import BooksError
from aicfo_sdk.model import Merchant, Pay, Proposal, UntrustedText
from aicfo_sdk.safety.approvals import approve, propose
from aicfo_sdk.safety.commit import commit
from tests.books.samples import DAY, account, batch, line, party

from . import Skipped

BLOCK = 4096
ROOM = 64 * 1024 * 1024
_FEWEST = 4
_OLD = Path(__file__).parents[1] / "books" / "fixtures" / "version1.books.gz"
_SIM = ("sim", "run", "default", "--merchants=2", "--days=3", "--seed=3", "--shard=1")


@dataclass(frozen=True, slots=True)
class Done:
    """How one piece of work ended: what it said on stderr when it failed, how far it got."""

    ok: bool
    said: str = ""
    acknowledged: int = 0


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work: what must be there before, what is done, what must be there after.

    `made` are the files that it makes: there whole or not at all.
    """

    prepare: Callable[[Path], object]
    act: Callable[[Path], Done]
    made: tuple[str, ...] = ()


def campaign(share: float, seed: int) -> dict[str, Any]:
    """Return how often each piece of work ran out of room, and with how little it succeeded."""
    rng = random.Random(seed)
    full: Counter[str] = Counter()
    fits: dict[str, int] = {}
    with tempfile.TemporaryDirectory(prefix="aicfo-full-") as name, mounted(Path(name)) as disk:
        for what, work in WORKS.items():
            disk.empty()
            work.prepare(disk.folder)
            prepared = disk.saved()
            need = _need(disk, prepared, work)
            sizes = list(range(0, need, BLOCK))
            count = max(_FEWEST, round(len(sizes) * share))
            for room in sorted(rng.sample(sizes, min(count, len(sizes)))):
                try:
                    if not attempt(disk, prepared, work, room):
                        full[what] += 1
                except Exception as error:
                    raise AssertionError(f"{what} with {room} bytes of room: {error!r}") from error
            fits[what] = need
    return {
        "disks": sum(full.values()),
        "acknowledged_lost": 0,
        "half_written": 0,
        "ran_out_of_room": dict(full),
        "bytes_needed": fits,
    }


def attempt(disk: Disk, prepared: Saved, work: Work, room: int) -> bool:
    """Do the work with this much room, then with plenty; return whether it fitted at once."""
    disk.load(prepared, room)
    before = _books(disk.folder)
    done = work.act(disk.folder)
    disk.resize(ROOM)
    assert not [path.name for path in disk.folder.rglob(".*.part*")]
    if not done.ok:
        assert done.said.count("\n") == 1, done.said
        assert "free some space" in done.said or "the disk is full" in done.said, done.said
        for name in work.made:
            assert not (disk.folder / name).exists(), f"{name} is there"
    for name, rows in before.items():
        found = check(disk.folder / name)
        assert found.ok, found.problems
        assert found.rows >= rows
    if done.acknowledged:
        assert {f"key-{number}" for number in range(done.acknowledged)} <= _keys(disk.folder)
    again = done if done.ok else work.act(disk.folder)
    assert again.ok, again.said
    for name in _books(disk.folder):
        assert check(disk.folder / name).ok, name
    return done.ok


def _need(disk: Disk, prepared: Saved, work: Work) -> int:
    """Return with how much room, in whole blocks, the work succeeds at the first go."""
    low, high = 0, BLOCK
    while not _fits(disk, prepared, work, high):
        low, high = high, high * 2
    while high - low > BLOCK:
        middle = (low + high) // 2 // BLOCK * BLOCK
        if _fits(disk, prepared, work, middle):
            high = middle
        else:
            low = middle
    return high


def _fits(disk: Disk, prepared: Saved, work: Work, room: int) -> bool:
    disk.load(prepared, room)
    return work.act(disk.folder).ok


def _books(folder: Path) -> dict[str, int]:
    """Audit rows of the books of this version that are there."""
    found: dict[str, int] = {}
    for path in sorted(folder.glob("*.books")):
        with suppress(BooksError):
            found[path.name] = check(path).rows
    return found


def _keys(folder: Path) -> set[str]:
    with open_books(folder / "shop.books") as books:
        rows = books.audit.rows()
    return {json.loads(row.body)["commit"]["key"] for row in rows if row.kind == "committed"}


Saved = dict[str, bytes]


class Disk:
    """A file system in memory whose size can be changed while it holds files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def resize(self, size: int) -> None:
        """Give it this many bytes in all."""
        subprocess.run(
            ["mount", "-o", f"remount,size={size}", self.folder], check=True, capture_output=True
        )

    def empty(self) -> None:
        """Remove everything, with room enough for what comes."""
        self.resize(ROOM)
        # Books that a command left open would keep the room of their removed files.
        gc.collect()
        for path in sorted(self.folder.rglob("*"), reverse=True):
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink()

    def saved(self) -> Saved:
        """Return what it holds."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file() and not path.name.endswith("-shm")
        }

    def load(self, files: Saved, room: int) -> None:
        """Put these files on it and leave so much room beside them."""
        self.empty()
        for name, data in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        used = sum(-(-len(data) // BLOCK) * BLOCK for data in files.values())
        # A size of nothing would mean no bound.
        self.resize(used + max(room, 0) + (BLOCK if not used + room else 0))


@contextmanager
def mounted(folder: Path) -> Iterator[Disk]:
    """Yield a file system of its own in a folder. Raises: Skipped where it cannot be mounted."""
    words = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise Skipped(f"NO FULL DISK HERE: {error}") from None
    if done.returncode:
        raise Skipped(f"NO FULL DISK HERE: mount says {done.stderr.strip()} (it takes root)")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False, capture_output=True)


def command(*words: str) -> Callable[[Path], Done]:
    """Return the work of one command; {} stands for the folder."""

    def act(folder: Path) -> Done:
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = main([word.replace("{}", str(folder)) for word in words])
        assert code in (0, 1, 2), code
        return Done(code == 0, err.getvalue())

    return act


def payments(folder: Path) -> Done:
    """Commit payments one after the other until the disk is full; each was acknowledged."""
    count = 0
    said = ""
    try:
        with open_books(folder / "shop.books") as books:
            for number in range(12):
                action = Pay(day=DAY, account="bank", payee="供应商甲", amount=100 + number)
                stored = propose(books, Proposal(action=action, reason=f"payment {number}"))
                approve(books, stored.id, by="Li")
                commit(books, stored.id, key=f"key-{number}")
                count += 1
    except BooksError as error:
        said = f"{error}\n"
    return Done(not said, said, count)


def shop(folder: Path) -> None:
    """Books with money in the bank."""
    merchant = Merchant(id="M1", updated=date(2026, 1, 1), name=UntrustedText("杭州晨光贸易"))
    with create_books(folder / "shop.books", merchant=merchant) as books:
        books.import_batches([batch(account(), party(), line("o", 10**9, "opening"))])


def statement(folder: Path) -> None:
    """A statement of Alipay's rival with 60 sales."""
    head = "交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注"
    rows = [
        f'{DAY + timedelta(days=at % 28)} 12:00:00,二维码收款,客人{at},"午餐",收入,¥25.50,/,'
        f'已存入零钱,\t1{at:07}\t,/,"/"'
        for at in range(60)
    ]
    title = "----------------------微信支付账单明细列表--------------------"
    text = "\n".join(["微信支付账单明细", title, head, *rows]) + "\n"
    (folder / "wechat.csv").write_text(text, "utf-8-sig")


def _with_backup(folder: Path) -> None:
    shop(folder)
    assert command("books", "backup", "{}/shop.books", "--to", "{}/copy")(folder).ok


def _copy_alone(folder: Path) -> None:
    _with_backup(folder)
    for path in folder.glob("shop.books*"):
        path.unlink()


def _version_1(folder: Path) -> None:
    (folder / "old.books").write_bytes(gzip.decompress(_OLD.read_bytes()))


def _simulated(folder: Path) -> None:
    assert command(*_SIM, "--out={}/run")(folder).ok


def _both(folder: Path) -> None:
    shop(folder)
    statement(folder)


WORKS = {
    "import into new books": Work(
        statement, command("import", "{}/wechat.csv", "--into", "{}/new.books"), ("new.books",)
    ),
    "import into books": Work(_both, command("import", "{}/wechat.csv", "--into", "{}/shop.books")),
    "payments": Work(shop, payments),
    "backup": Work(shop, command("books", "backup", "{}/shop.books", "--to", "{}/copy"), ("copy",)),
    "restore": Work(
        _copy_alone,
        command("books", "restore", "{}/copy", "--to", "{}/shop.books"),
        ("shop.books",),
    ),
    "restore over books": Work(
        _with_backup, command("books", "restore", "{}/copy", "--to", "{}/shop.books", "--replace")
    ),
    "upgrade": Work(_version_1, command("books", "upgrade", "{}/old.books")),
    "audit export": Work(
        shop,
        command("audit", "export", "{}/audit.jsonl", "--books", "{}/shop.books"),
        ("audit.jsonl",),
    ),
    "ledger export": Work(
        shop,
        command("export", "--to", "{}/x.beancount", "--books", "{}/shop.books"),
        ("x.beancount",),
    ),
    "simulation": Work(
        lambda folder: None, command(*_SIM, "--out={}/run"), ("run/results.parquet",)
    ),
    "report": Work(_simulated, command("sim", "report", "{}/run"), ("run/report.html",)),
}
"""Name → the work that is done on a disk with little room."""
