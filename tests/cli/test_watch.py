"""`aicfo watch`: who is told what and when, in the robots' own formats, once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from aicfo_sdk import Context, InputError, Plugin, Registry
from aicfo_sdk.books.batch import Batch
from aicfo_sdk.books.store import StoredBooks, open_books
from aicfo_sdk.cli.publish import FOLDER
from aicfo_sdk.cli.sent import Sent
from aicfo_sdk.cli.watch import read_rules
from aicfo_sdk.cli.watching import Rules, Watcher
from aicfo_sdk.cli.webhooks import Webhook, payload, plain
from aicfo_sdk.model import Account, Advice
from aicfo_sdk.orchestrator.core import plugin as core
from aicfo_sdk.orchestrator.session import Session
from tests.cli.conftest import Run

MORNING = datetime(2026, 3, 3, 8, 5, tzinfo=UTC)


@dataclass
class Robot:
    """A server of this machine that keeps what it gets and answers as told."""

    url: str = ""
    got: list[tuple[str, dict[str, str], Any]] = field(default_factory=list[Any])
    answers: list[tuple[int, bytes]] = field(default_factory=list[Any])


@pytest.fixture
def robot() -> Iterator[Robot]:
    found = Robot()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.got.append((self.path, dict(self.headers), json.loads(body)))
            state, text = found.answers.pop(0) if found.answers else (200, b'{"errcode":0}')
            self.send_response(state)
            if state == 302:
                self.send_header("Location", found.url)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing on standard error."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}/robot/send?key=0123456789abcdef"
    yield found
    server.shutdown()
    server.server_close()


class Owner:
    """Books, advice that a test sets, a clock that a test moves, and the watcher over them."""

    def __init__(self, file: Path, hooks: tuple[Webhook, ...], **rules: Any) -> None:
        self.advice: list[Advice] = []
        self.now = MORNING
        self.slept: list[float] = []
        told = Plugin("told", version="1.0.0", title="t", description="d")

        @told.tool
        def say(ctx: Context) -> list[Advice]:
            """What the test wants said."""
            return self.advice

        self.books: StoredBooks = open_books(file)
        self.session = Session(self.books, registry=Registry([core, told]))
        self.file = file.with_name("memory")
        self.rules = Rules(
            at=time(8),
            quiet=rules.get("quiet"),
            lang="zh",
            urgent=1_000_000,
            webhooks=hooks,
            timeout=2.0,
        )

    def look(self):
        # A memory read anew each time, as after a kill -9.
        watcher = Watcher(
            self.session,
            self.rules,
            Sent(self.file),
            clock=lambda: self.now,
            sleep=self.slept.append,
        )
        return watcher.round()

    def change(self, number: int) -> None:
        account = Account(id=f"NEW-{number}", opened=date(2026, 3, 2), kind="bank")
        batch = Batch("test", f"{number}.csv", f"{number}" * 64, "CNY", (account,))
        self.books.import_batches([batch])


def item(id: str = "a", money: int = 2_000_000, **more: Any) -> Advice:
    given = {"kind": "risk", "title": f"Title {id}", "title_zh": f"标题{id}", **more}
    return Advice(id=id, money=money, **given)


def wecom(robot: Robot) -> Webhook:
    return Webhook("owner", "wecom", robot.url)


def test_the_brief_goes_out_once_each_morning_in_wecoms_format(shop: Path, robot: Robot):
    owner = Owner(shop, (wecom(robot),))
    owner.advice = [item(f"a{n}", money=9_000_000 - n) for n in range(9)]
    owner.now = MORNING - timedelta(hours=1)
    assert not owner.look().deliveries
    owner.now = MORNING
    (done,) = owner.look().deliveries
    assert (done.ok, done.event, done.tries) == (True, "morning", 1)
    ((path, headers, body),) = robot.got
    assert path.endswith("?key=0123456789abcdef")
    assert headers["Content-Type"].startswith("application/json")
    assert body["msgtype"] == "markdown"
    text = body["markdown"]["content"]
    assert "标题a6" in text
    assert "标题a7" not in text
    assert "另有2条" in text
    for _ in range(3):
        owner.now += timedelta(minutes=30)
        assert not owner.look().deliveries
    owner.now = MORNING + timedelta(days=1)
    assert [each.event for each in owner.look().deliveries] == ["morning"]


def test_dingtalk_is_signed_as_its_document_says(shop: Path, robot: Robot):
    secret = "SEC0123456789"
    owner = Owner(shop, (Webhook("ding", "dingtalk", robot.url, secret),))
    assert owner.look().deliveries[0].ok
    path, _, body = robot.got[0]
    query = parse_qs(urlsplit(path).query)
    stamp = query["timestamp"][0]
    assert int(stamp) == int(MORNING.timestamp() * 1000)
    wanted = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    assert base64.b64decode(query["sign"][0]) == wanted
    assert set(body["markdown"]) == {"title", "text"}


def test_json_receivers_get_the_facts_and_can_prove_who_sent_them(shop: Path, robot: Robot):
    robot.answers = [(204, b"")]
    owner = Owner(shop, (Webhook("erp", "json", robot.url, "shared-secret"),))
    owner.advice = [item()]
    assert owner.look().deliveries[0].ok
    _, headers, body = robot.got[0]
    assert (body["format"], body["event"], body["advice"][0]["id"]) == (
        "aicfo.watch@1", "morning", "a"
    )  # fmt: skip
    assert headers["Idempotency-Key"] == body["id"]
    assert headers["X-Aicfo-Signature"].startswith("sha256=")


def test_news_of_weight_is_pushed_when_the_books_change_and_never_twice(shop: Path, robot: Robot):
    owner = Owner(shop, (wecom(robot),))
    owner.advice = [item("old")]
    owner.look()
    owner.advice = [item("old"), item("small", money=10), item("idle", kind="opportunity")]
    owner.change(1)
    assert not owner.look().deliveries
    owner.advice.append(item("bill_listed"))
    assert not owner.look().asked, "books that did not change are not asked again"
    owner.change(2)
    (done,) = owner.look().deliveries
    assert done.event == "event"
    text = robot.got[-1][2]["markdown"]["content"]
    assert "标题bill＿listed" in text
    assert "标题old" not in text
    owner.change(3)
    assert not owner.look().deliveries
    owner.advice = [item("bill_listed", money=5_000_000)]
    owner.change(4)
    assert len(owner.look().deliveries) == 1, "twice as much at stake is news"


def test_quiet_hours_keep_news_until_they_are_over(shop: Path, robot: Robot):
    quiet = (time(21), time(7))
    owner = Owner(shop, (wecom(robot),), quiet=quiet)
    owner.look()
    owner.advice = [item()]
    owner.change(1)
    owner.now = MORNING.replace(hour=23)
    assert owner.look().quiet
    assert len(robot.got) == 1
    owner.now = MORNING.replace(day=4, hour=7, minute=0)
    assert [each.event for each in owner.look().deliveries] == ["event"]


def test_a_busy_robot_is_tried_again_and_a_refusal_is_not_hammered(shop: Path, robot: Robot):
    owner = Owner(shop, (wecom(robot),))
    robot.answers = [
        (503, b""),
        (200, b'{"errcode":45009,"errmsg":"freq"}'),
        (200, b'{"errcode":0}'),
    ]
    (done,) = owner.look().deliveries
    assert (done.ok, done.tries, owner.slept) == (True, 3, [1.0, 2.0])
    owner.now += timedelta(days=1)
    robot.answers = [(200, b'{"errcode":93000,"errmsg":"invalid <key>"}')]
    (done,) = owner.look().deliveries
    assert (done.ok, done.tries) == (False, 1)
    assert "93000" in done.why
    assert "<" not in done.why
    owner.now += timedelta(minutes=30)
    assert not owner.look().deliveries
    owner.now += timedelta(minutes=31)
    assert owner.look().deliveries[0].ok


def test_one_webhook_that_fails_holds_up_no_other(shop: Path, robot: Robot):
    dead = Webhook("dead", "json", "http://127.0.0.1:9/x")
    owner = Owner(shop, (dead, wecom(robot)))
    first, second = owner.look().deliveries
    assert (first.ok, second.ok) == (False, True)
    owner.now += timedelta(minutes=2)
    assert [each.webhook for each in owner.look().deliveries] == ["dead"]


def test_a_redirect_is_not_followed(shop: Path, robot: Robot):
    robot.answers = [(302, b"")]
    owner = Owner(shop, (wecom(robot),))
    assert not owner.look().deliveries[0].ok
    assert len(robot.got) == 1


def test_killed_between_trying_and_knowing_it_is_sent_once_more(shop: Path, robot: Robot):
    owner = Owner(shop, (wecom(robot),))
    sent = Sent(owner.file)
    sent.put_message(
        "owner",
        "morning:2026-03-03",
        state="trying",
        at=MORNING.isoformat(),
        rounds=1,
        next=(MORNING + timedelta(minutes=1)).isoformat(),
    )
    sent.save(MORNING)
    assert not owner.look().deliveries
    owner.now += timedelta(minutes=1)
    assert owner.look().deliveries[0].ok
    owner.now += timedelta(minutes=1)
    assert not owner.look().deliveries


def test_what_strangers_wrote_cannot_mention_link_or_format():
    assert plain("<@all> [x](http://y) **b**\n# z") == "＜＠all＞ ［x］（http://y） ＊＊b＊＊ ＃ z"


def test_a_long_message_is_cut_at_a_line_and_stays_within_the_makers_limit():
    from aicfo_sdk.cli.webhooks import Message

    message = Message("i", "t", tuple("长" * 300 for _ in range(20)), {})
    text = payload(Webhook("o", "wecom", "https://x/y"), message)["markdown"]["content"]
    assert len(text.encode()) <= 4096
    assert text.endswith("…")


@pytest.mark.parametrize(
    "lines",
    [
        "",
        '[[watch.webhooks]]\nname = "a"\nkind = "wecom"\nurl = "http://example.com/?key=k3yk3yk3y"',
        '[[watch.webhooks]]\nname = "a"\nkind = "fax"\nurl = "https://example.com/?key=k3yk3yk3y"',
        '[[watch.webhooks]]\nname = "a"\nkind = "json"\nurl_env = "NOT_THERE_AT_ALL"',
        '[[watch.webhooks]]\nname = "a"\nkind = "json"\nurl = "https://u:k3yk3yk3y@example.com"',
        '[watch]\nat = "25:00"\n[[watch.webhooks]]\nname = "a"\nkind = "json"\nurl = "https://e.com"',
        '[watch]\nat = "06:00"\n[[watch.webhooks]]\nname = "a"\nkind = "json"\nurl = "https://e.com"',
        '[watch]\nwhen = "x"',
    ],
)
def test_a_bad_configuration_is_refused_without_showing_secrets(tmp_path: Path, lines: str):
    file = tmp_path / "aicfo.toml"
    file.write_text(lines, "utf-8")
    with pytest.raises(InputError) as refused:
        read_rules(file)
    assert "k3yk3yk3y" not in str(refused.value)


def test_once_is_a_command_with_a_schema_and_exit_codes(
    aicfo: Run, shop: Path, tmp_path: Path, robot: Robot
):
    import jsonschema

    config = tmp_path / "aicfo.toml"
    config.write_text(
        f'[watch]\nat = "00:00"\nquiet = ""\n'
        f'[[watch.webhooks]]\nname = "owner"\nkind = "wecom"\nurl = "{robot.url}"\n',
        "utf-8",
    )
    done = aicfo("watch", "--once", "--books", shop, "--config", config, "--json")
    assert done.code == 0, done.err
    jsonschema.validate(done.json, json.loads((FOLDER / "watch.json").read_text("utf-8")))
    assert [each["ok"] for each in done.json["deliveries"]] == [True]
    again = aicfo("watch", "--once", "--books", shop, "--config", config)
    assert (again.code, again.out) == (0, "nothing new to say\n")
    (tmp_path / "m").write_text("{}", "utf-8")
    other = aicfo(
        "watch", "--once", "--books", shop, "--config", config, "--memory", tmp_path / "m"
    )
    assert other.code == 2
    robot.answers = [(400, b"")]
    refused = aicfo(
        "watch", "--once", "--books", shop, "--config", config, "--memory", tmp_path / "n"
    )
    assert refused.code == 1
    assert "0123456789abcdef" not in refused.out + refused.err
