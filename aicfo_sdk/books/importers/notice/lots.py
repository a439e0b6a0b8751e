"""The lots (包, 标段) of a notice, from a table of them or from a paragraph each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ....model.tender import Lot
from ....model.text import UntrustedText
from .labels import Pair
from .names import LOT_NAME, LOT_NUMBER
from .naming import field_named
from .page import Line, Page, Row
from .values import amount, unit_in

_MOST = 200
_NUMBER = r"(?P<number>\d{1,3}|[A-Za-z]|[一二三四五六七八九十]{1,3})"
_LEAD = re.compile(
    rf"^(?:\(?\d{{1,2}}[.、)]\s*)?(?:(?:第\s*{_NUMBER}\s*(?:标段|标包|包件|分包|采购包|包)|(?:合同包|采购包|标项|标段|标包|包件|分包|包组|包)(?:(?:号|编号|序号)?\s*:)?\s*(?P<n2>\d{{1,3}}|[A-Za-z]|[一二三四五六七八九十]{{1,3}})|(?P<n3>[A-Za-z]|\d{{1,3}})\s*(?:标段|包))(?![个\w]*共))(?P<rest>.*)$"
)
_DIGIT = {char: str(i) for i, char in enumerate("一二三四五六七八九十", 1)}
_LOT = "(?:合同包|采购包|标项|标段|标包|包件|分包|包组|子包|分标|包)"
_NUMBER_HEAD = re.compile(rf"(?:{_LOT}(?:号|编号|序号|别|号码)?|(?:标的|品目)(?:号|编号|序号))")
_NAME_HEAD = re.compile(rf"(?:{_LOT}|采购|招标|货物|服务|工程|标的|产品|物资)的?(?:名称|内容)|标的")
_NAME_OF_LOT = re.compile(_LOT)
_SUM_HEAD = re.compile(r"预算|概算|估算")
_OWN_SUM = re.compile(
    r"(?:本|该)?(?:合同包|采购包|标项|标段|标包|分包|包组|包)?(?:的)?(?:预算|估算|最高限价|控制价)"
)


def lots(page: Page, found: Sequence[Pair]) -> tuple[Lot, ...]:
    """Return the lots in order; () when the notice is one whole."""
    by_number: dict[str, Lot] = {}
    for lot in (*_tables(page), *_paragraphs(page)):
        known = by_number.get(lot.number)
        by_number[lot.number] = lot if known is None else _filled(known, lot)
        if len(by_number) >= _MOST:
            break
    return tuple(by_number.values()) if len(by_number) > 1 else ()


def _filled(old: Lot, new: Lot) -> Lot:
    changes = {
        name: getattr(new, name)
        for name in ("name", "value", "ceiling")
        if not getattr(old, name) and getattr(new, name)
    }
    return old.model_copy(update=changes) if changes else old


def _head(cells: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    lot = False
    for i, cell in enumerate(cells):
        plain = "".join(cell.split())
        bare = re.sub(r"\(.*?\)|元|万", "", plain)
        if len(plain) > 24:
            return {}
        if bare in LOT_NUMBER or _NUMBER_HEAD.fullmatch(bare):
            found["number"], lot = i, True
        elif bare == "序号":
            found.setdefault("number", i)
        elif field_named(bare) == "ceiling" or bare.endswith(("限价", "控制价")):
            found.setdefault("ceiling", i)
        elif field_named(bare) == "value" or _SUM_HEAD.search(bare):
            found.setdefault("value", i)
        elif bare in LOT_NAME or _NAME_HEAD.fullmatch(bare):
            found.setdefault("name", i)
            # 序号 numbers lots where the column beside it names them.
            lot = lot or _NAME_OF_LOT.match(bare) is not None
    money = "value" in found or "ceiling" in found
    return found if lot and "number" in found and (money or "name" in found) else {}


def _tables(page: Page) -> Iterator[Lot]:
    columns: dict[str, int] = {}
    units: dict[str, str] = {}
    table = -1
    for block in page.blocks:
        if not isinstance(block, Row):
            continue
        heads = _head(block.cells)
        if heads:
            columns, table = heads, block.table
            units = {role: unit_in(block.cells[i]) for role, i in heads.items()}
            continue
        if block.table != table:
            continue
        get = {role: block.cells[i] for role, i in columns.items() if i < len(block.cells)}
        number = _number(get.get("number", ""))
        if not number:
            continue
        value = amount(get.get("value", ""), units.get("value", ""))
        ceiling = amount(get.get("ceiling", ""), units.get("ceiling", ""))
        yield Lot(
            number=number,
            name=UntrustedText(" ".join(get.get("name", "").split())[:300]),
            value=value.fen if value and not value.absurd else None,
            ceiling=ceiling.fen if ceiling and not ceiling.absurd else None,
        )


def _number(cell: str) -> str:
    plain = "".join(cell.split())
    found = re.fullmatch(
        rf"第?(?:合同包|采购包|标项|标段|标包|包件|分包|包组|包)?{_NUMBER}(?:标段|标包|分包|包)?",
        plain,
    )
    if found is None:
        return ""
    return _DIGIT.get(found["number"], found["number"].upper().lstrip("0") or "0")


def _paragraphs(page: Page) -> Iterator[Lot]:
    """Yield lots written as 标项1:名称… with what follows down to the next one."""
    for index, block in enumerate(page.blocks):
        if not isinstance(block, Line):
            continue
        for text in re.split(
            r"[;。]\s*(?=第?[\dA-Z一二三四五六七八九十]{0,3}(?:包|标段|标项))", block.text
        ):
            lead = _LEAD.match(text)
            if lead is None:
                continue
            number = lead["number"] or lead["n2"] or lead["n3"]
            rest = lead["rest"].strip(" :、,")
            if lead["rest"][:1] not in ("", ":", "、", ",", "(", " ", "名", "预", "最"):
                continue
            below = [
                other.text
                for other in page.blocks[index + 1 : index + 6]
                if isinstance(other, Line) and not _LEAD.match(other.text)
            ]
            if rest and lead["rest"].rstrip().endswith(":"):
                # The lot's heading; what it costs stands in the lines right below.
                sums = [line for line in below[:2] if _OWN_SUM.match(line)]
                rest = f"名称:{rest.strip('()')};{' '.join(sums)}" if sums else rest
            yield _of_text(
                _DIGIT.get(number, number.upper().lstrip("0") or "0"), rest or " ".join(below)
            )


def _of_text(number: str, text: str) -> Lot:
    name = re.search(
        r"(?:标项|包|标段|标的|分包)?名称\s*:?\s*([^;。,:]{2,80}?)(?=\s+\S{2,8}:|[;。,]|$)", text
    )
    value = re.search(r"(?:预算|估算)(?:金额|价)?\s*(?:\(([^()]*)\))?\s*[:为]?\s*(.{1,40})", text)
    ceiling = re.search(
        r"(?:最高(?:投标)?限价|控制价)\s*(?:\(([^()]*)\))?\s*[:为]?\s*(.{1,40})", text
    )
    plain = re.split(r"[,;。:]|\s\S{2,6}:|预算|最高|控制价|\(", text)[0].strip()
    amounts = [found and amount(found[2], unit_in(found[1] or "")) for found in (value, ceiling)]
    return Lot(
        number=number,
        name=UntrustedText((name[1] if name else plain).strip()[:300]),
        value=amounts[0].fen if amounts[0] and not amounts[0].absurd else None,
        ceiling=amounts[1].fen if amounts[1] and not amounts[1].absurd else None,
    )
