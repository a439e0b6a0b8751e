"""Tender search: the index over ten thousand notices beside bm25s and a scan of every notice."""

from __future__ import annotations

import random
import time
from datetime import date, timedelta

from aicfo_sdk import Context, MemoryBooks, discover
from aicfo_sdk.model import Invoice, Merchant, Tender, UntrustedText

_ENGLISH = ["cleaning", "catering", "bridge", "software", "furniture"]
_CHINESE = (
    "保洁 食堂 桥梁 软件 家具 空调 绿化 电梯 培训 监控 物业 印刷 消防 道路 医疗设备 清运".split()
)
_RARE = [f"{start}{end}" for start in "bcdfghklmnprstvw" for end in range(100, 220)]
_PLACES = "南京市 苏州市 无锡市 London Leeds Bristol".split()
_COUNT = 10_000
_QUERIES = 200
_SCANS = 10
_DAY = date(2026, 3, 2)


def measure() -> dict[str, str]:
    """Return milliseconds: building the index, a search after that, bm25s, a plain scan."""
    import bm25s  # pyright: ignore[reportMissingTypeStubs]
    from aicfo_tender.words import tokens

    rng = random.Random(1)
    notices = [_notice(rng, number) for number in range(_COUNT)]
    tool = discover().tool("tender.search_tenders")
    context = Context(MemoryBooks([*notices, *_firm()], as_of=_DAY))
    queries = [" ".join(rng.sample([*_ENGLISH, *_CHINESE, *_RARE], k=3)) for _ in range(_QUERIES)]
    assert context.books.key  # the digest of the books is not the search's
    start, worked = time.perf_counter(), time.process_time()
    tool(context, query=queries[0])
    built, worked = time.perf_counter() - start, time.process_time() - worked
    searches = sorted(_took(lambda query=query: tool(context, query=query)) for query in queries)
    filtered = sorted(
        _took(lambda query=query: tool(context, query=query, region="南京", days=30))
        for query in queries
    )
    start = time.process_time()
    peer = bm25s.BM25(k1=1.2, b=0.6)
    peer.index([tokens(n.title) * 4 + tokens(n.description) for n in notices], show_progress=False)
    indexed = time.process_time() - start
    asked = [[word for word in tokens(query) if word in peer.vocab_dict] for query in queries]
    peers = sorted(_took(lambda words=words: peer.get_scores(words)) for words in asked if words)
    scans = sorted(_took(lambda query=query: _scan(notices, query)) for query in queries[:_SCANS])
    p95, scan = _at(searches, 0.95), _at(scans, 0.5)
    return {
        f"first search over {_COUNT} notices, index built": f"{built * 1e3:8.1f} ms",
        "of that, work of the processor": f"{worked * 1e3:8.1f} ms",
        "bm25s: the same words, index alone, work": f"{indexed * 1e3:8.1f} ms",
        "a search after that, median": f"{_at(searches, 0.5) * 1e3:8.1f} ms",
        "95 of 100 searches take at most": f"{p95 * 1e3:8.1f} ms   {p95 / scan:.2f} × the scan",
        "the same with filters": f"{_at(filtered, 0.95) * 1e3:8.1f} ms",
        "bm25s: scores alone, 95 of 100": f"{_at(peers, 0.95) * 1e3:8.1f} ms",
        "scan of every notice, counting words": f"{scan * 1e3:8.1f} ms",
    }


def _notice(rng: random.Random, number: int) -> Tender:
    """Return a notice, every second one Chinese, of some hundred characters."""
    if number % 2:
        words = rng.choices([*_CHINESE, "设备", "维护", "办公", "学校", "医院", "街道"], k=60)
        title, text = "".join(words[:3]) + "采购项目", "，".join(words) + "。"
    else:
        words = rng.choices([*_ENGLISH, *_RARE], k=44)
        title, text = " ".join(words[:4]), " ".join(words[4:])
    return Tender(
        id=f"T-{number}",
        updated=_DAY - timedelta(days=30),
        published=_DAY - timedelta(days=30),
        status="open" if number % 5 else "awarded",
        title=UntrustedText(title),
        description=UntrustedText(text),
        deadline=_DAY + timedelta(days=rng.randint(1, 60)),
        regions=(rng.choice(_PLACES),),
        value=rng.randint(10**6, 10**9),
    )


def _firm() -> list[Merchant | Invoice]:
    firm = Merchant(
        id="M",
        updated=_DAY - timedelta(days=900),
        name=UntrustedText("南京明亮保洁有限公司"),
        region="江苏省南京市",
        employees=30,
        products=("保洁服务", "外墙清洗"),
    )
    sold = [
        Invoice(
            id=f"I-{number}",
            number=str(number),
            updated=_DAY - timedelta(days=number % 360),
            issued=_DAY - timedelta(days=number % 360),
            direction="sales",
            counterparty=f"C-{number % 7}",
            net=100_000,
            tax=6_000,
            total=106_000,
            text=UntrustedText("保洁费" if number % 3 else "垃圾清运"),
        )
        for number in range(1_000)
    ]
    return [firm, *sold]


def _scan(notices: list[Tender], query: str) -> list[Tender]:
    words = query.split()
    return sorted(
        notices, key=lambda n: -sum(n.title.count(w) * 3 + n.description.count(w) for w in words)
    )


def _took(run: object) -> float:
    assert callable(run)
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def _at(times: list[float], share: float) -> float:
    return times[min(int(share * len(times)), len(times) - 1)]
