"""Conditions, marked demands, scores and lots are read however a document lists them."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from aicfo_sdk.books.importers.detect import read
from aicfo_sdk.model import Tender, clean

_FACTS = (
    "项目编号：ZC-1",
    "项目名称：某校设备采购",
    "采购人：某市第三中学",
    "预算金额：59万元",
    "发布时间：2026-03-05",
    "响应文件提交截止时间：2026年3月20日9时30分",
)


def of_text(tmp_path: Path, lines: list[str]) -> Tender:
    return _read(tmp_path / "a.txt", "\n".join(("某校设备采购公告", *_FACTS, *lines, "")))


def of_page(tmp_path: Path, body: str) -> Tender:
    facts = "".join(f"<p>{fact}</p>" for fact in _FACTS)
    return _read(
        tmp_path / "a.html", f"<html><body><h1>某校设备采购公告</h1>{facts}{body}</body></html>"
    )


def _read(path: Path, text: str) -> Tender:
    path.write_text(text)
    (found,) = read(path).records
    assert isinstance(found, Tender)
    return found


def plain(text: str) -> str:
    return "".join(clean(text).split()).strip("。;,、")


CONDITIONS = (
    "具有有效的保安服务许可证",
    "近三年内承担过至少1个类似项目业绩",
    "投标人须为在中华人民共和国境内注册的独立法人",
)
NAMES = (
    "供应商资格要求",
    "投标人资质条件",
    "准入条件",
    "参选人资格",
    "资格要求",
    "供应商应具备的条件",
    "对投标人的要求",
)
ITEMS = ("{i}、{q}；", "（{i}）{q}。", "{i}. {q}", "{q}。", "- {q}", "3.{i} {q}。", "{i}）{q}")
HEADS = {
    "二、{n}": "三、获取文件",
    "{n}：": "联系人：王老师",
    "{n}": "获取方式",
    "（二）{n}：": "（三）获取文件",
    "2. {n}": "3. 获取文件",
    "2、{n}：": "3、获取文件：平台下载",
    "第二章 {n}": "第三章 获取文件",
    "【{n}】": "【获取文件】",
    "■ {n}": "■ 获取文件",
}


def conditions(tender: Tender) -> set[str]:
    return {plain(text) for text in tender.qualifications}


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("item", ITEMS)
def test_conditions_begin_below_their_name_and_end_where_the_next_thing_is_named(
    tmp_path: Path, head: str, item: str
) -> None:
    listed = [item.format(i=i, q=text) for i, text in enumerate(CONDITIONS, 1)]
    for name in NAMES:
        lines = [head.format(n=name), *listed, HEADS[head]]
        assert conditions(of_text(tmp_path, lines)) == set(CONDITIONS), name
        body = "".join(f"<p>{line}</p>" for line in lines)
        assert conditions(of_page(tmp_path, body)) == set(CONDITIONS), name


@pytest.mark.parametrize(
    "form",
    [
        "<h3>{n}</h3><ol><li>{q}</li></ol><h3>获取文件</h3><p>平台下载</p>",
        "<table><tr><td>{n}</td><td>{q}</td></tr><tr><td>获取文件</td><td>平台</td></tr></table>",
        "<dl><dt>{n}</dt><dd>{q}</dd><dt>获取文件</dt><dd>平台</dd></dl>",
    ],
)
@pytest.mark.parametrize("item", ITEMS)
def test_conditions_are_read_by_the_page_s_own_markup(tmp_path: Path, form: str, item: str) -> None:
    listed = [item.format(i=i, q=text) for i, text in enumerate(CONDITIONS, 1)]
    joint = "<br>" if "<td>" in form else "</dd><dd>" if "<dd>" in form else "</li><li>"
    for name in NAMES:
        found = of_page(tmp_path, form.format(n=name, q=joint.join(listed)))
        assert conditions(found) == set(CONDITIONS), name


DEMANDS = (
    ("★", "接到通知后2小时内到达现场,并在采购人所在地设有固定服务场所"),
    ("★", "处理器主频不低于2.6GHz,核心数不少于32核"),
    ("★", "探测器分辨率≥3.5LP/mm"),
    ("▲", "屏幕亮度≥400cd/㎡"),
    ("", "外观整洁,标识清晰"),
)
MARKED = (
    "{m}{i}、{d}；",
    "{i}.{m}{d}。",
    "{i}、{d}{m}",
    "（{m}）{d}",
    "【{m}】{d}",
    "{m} {d}",
    "3.1.{i} {m}{d}。",
    "{m}（{i}）{d}；",
    "- {m}{d}",
    "{i}、{d}（{m}）",
    "{m}：{d}",
)
_MEANING = "标“★”的为实质性要求，不满足投标无效；标“▲”的为重要要求。"


@pytest.mark.parametrize("form", MARKED)
def test_marked_demands_are_read_wherever_the_mark_stands(tmp_path: Path, form: str) -> None:
    lines = [
        form.format(m=mark, i=i, d=text) if mark else text
        for i, (mark, text) in enumerate(DEMANDS, 1)
    ]
    cell = "<br>".join(lines)
    pages = (
        "".join(f"<p>{line.replace('★', '<b>★</b>')}</p>" for line in lines),
        "<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>",
        f"<table><tr><td>1</td><td>服务器</td><td>{cell}</td></tr></table>",
    )
    found = [of_text(tmp_path, [_MEANING, "一、技术要求", *lines])]
    found.append(of_text(tmp_path, [_MEANING, "## 技术要求", "", *(f"- {x}" for x in lines), "##"]))
    found += [of_page(tmp_path, f"<p>{_MEANING}</p><h3>技术要求</h3>{page}") for page in pages]
    for tender in found:
        marked = {(clause.kind, plain(clause.text)) for clause in tender.clauses}
        assert marked == {
            ("mandatory" if mark == "★" else "important", plain(text))
            for mark, text in DEMANDS
            if mark
        }


SCORES = (
    ("投标报价", 30),
    ("项目实施方案", 25),
    ("人员配备", 15),
    ("类似业绩", 20),
    ("售后服务", 10),
)
_NAMED = "评分项 评分因素 评审项目 评议内容 考核内容 评分要素 评审点 评标因素 因素".split()
_POINTED = "分值 满分 权重 标准分 分值（分） 得分上限 占比 赋分 最高得分 配分".split()
_RULED = "评分标准 评审标准 评分细则 打分办法 说明 备注 评审内容及标准 得分规则".split()
_POINTS = ("{p}", "{p}分", "{p}.0", "0-{p}分", "满分{p}分", "{p}%")


@pytest.mark.parametrize("at", range(len(_NAMED)))
def test_the_columns_of_a_scoring_table_are_known_by_their_words(tmp_path: Path, at: int) -> None:
    for step in (0, 3, 7):
        pointed = _POINTED[(at + step) % len(_POINTED)]
        ruled = _RULED[(3 * at + step) % len(_RULED)]
        form = _POINTS[(at + step) % len(_POINTS)]
        rows = "".join(
            f"<tr><td>{i}</td><td>{name}</td><td>{form.format(p=p)}</td><td>优得满分</td></tr>"
            for i, (name, p) in enumerate(SCORES, 1)
        )
        head = f"<tr><th>序号</th><th>{_NAMED[at]}</th><th>{pointed}</th><th>{ruled}</th></tr>"
        found = of_page(tmp_path, f"<table>{head}{rows}</table>")
        read_as = {(str(one.name), one.points_milli) for one in found.scoring}
        assert read_as == {(name, p * 1_000) for name, p in SCORES}, (pointed, ruled, form)


@pytest.mark.parametrize(
    "line",
    [
        "{i}. {n}（{p}分）：优得满分，差不得分",
        "{n} {p}分",
        "{n}：{p}分",
        "{i}、{n}，{p}分。优得满分",
        "{n}……{p}分",
        "{i}、{n}：满分{p}分，优得满分",
        "{n}【{p}分】优得满分",
        "{n}（权重{p}%）",
        "- {n}：{p}分",
        "{i}.{n}\t{p}分\t优得满分",
        "{n} | {p}分 | 优得满分",
        "| {n} | {p} | 优得满分 |",
    ],
)
def test_scores_are_read_from_lines_as_well(tmp_path: Path, line: str) -> None:
    lines = [line.format(i=i, n=name, p=p) for i, (name, p) in enumerate(SCORES, 1)]
    found = of_text(tmp_path, ["第三章 评分标准", *lines])
    read_as = {(str(one.name), one.points_milli) for one in found.scoring}
    assert read_as == {(name, p * 1_000) for name, p in SCORES}


LOT_HEADS = (
    ("包号", "包名称", "预算金额（万元）"),
    ("标段", "标段名称", "预算（万元）"),
    ("分包编号", "采购内容", "预算金额(万元)"),
    ("序号", "包件名称", "预算金额（万元）"),
    ("标项", "标项名称", "概算（万元）"),
    ("标包编号", "标包名称", "估算金额（万元）"),
    ("标的编号", "标的", "标的预算（万元）"),
    ("分标编号", "项目名称", "项目预算（万元）"),
    ("标段编号", "工程名称", "合同估算价（万元）"),
)
LOT_NUMBERS = ("{i}", "第{c}包", "包{i}", "{i}包", "0{i}", "标段{c}", "第{i}标段", "采购包{i}")


@pytest.mark.parametrize(("head", "number"), [*product(LOT_HEADS, LOT_NUMBERS)])
def test_lots_are_read_under_any_head(tmp_path: Path, head: tuple[str, ...], number: str) -> None:
    rows = [head] + [
        (number.format(i=i, c="一二"[i - 1]), f"某设备{i}", str(value))
        for i, value in ((1, 60), (2, 40))
    ]
    table = "".join("<tr>" + "".join(f"<td>{x}</td>" for x in row) + "</tr>" for row in rows)
    found = of_page(tmp_path, f"<table>{table}</table>")
    assert [(lot.number, lot.value) for lot in found.lots] == [("1", 60_000_000), ("2", 40_000_000)]
