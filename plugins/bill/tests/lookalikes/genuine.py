"""Names that exist beside those of the books, and may remind of them. None is an imitation."""

from __future__ import annotations

from collections.abc import Callable

from .edits import Made
from .names import Draw

_NUMBERS = "一二三四五六七八九"


def plain(draw: Draw) -> Made:
    """A firm that the books do not know."""
    return "", draw.firm(), False


def known(draw: Draw) -> Made:
    """A firm of the books, as they write it or as others do."""
    name = draw.known[3]
    other = draw.rng.choice(
        (name, name.replace("有限责任公司", "有限公司"), f"{name[:2]} {name[2:]}", name + "\u3000")
    )
    return name, other, False


def neighbour(draw: Draw) -> Made:
    """Another firm of the same place and trade whose brand shares a character with a known one."""
    place, brand, trade, form = draw.parts()
    name = draw.know(place + brand + trade + form)
    at = draw.rng.randrange(len(brand))
    while (char := draw.rng.choice(draw.words.brand)) in brand:
        pass
    return name, place + brand[:at] + char + brand[at + 1 :] + trade + form, False


def same_brand(draw: Draw) -> Made:
    """Another trade under the same brand in the same place."""
    place, brand, trade, form = draw.parts()
    name = draw.know(place + brand + trade + form)
    while (other := draw.rng.choice(draw.words.trades)) == trade:
        pass
    return name, place + brand + other + form, False


def elsewhere(draw: Draw) -> Made:
    """The same brand and trade in another place."""
    place, brand, trade, form = draw.parts()
    name = draw.know(place + brand + trade + form)
    while (other := draw.rng.choice(draw.words.places)) == place:
        pass
    return name, other + brand + trade + form, False


def sister(draw: Draw) -> Made:
    """The same in a place of nearly the same name."""
    pair = draw.rng.choice(draw.words.sisters.split(";")).split()
    draw.rng.shuffle(pair)
    _, brand, trade, form = draw.parts()
    return draw.know(pair[0] + brand + trade + form), pair[1] + brand + trade + form, False


def group(draw: Draw) -> Made:
    """The group of a known firm, or a firm of a known group."""
    place, brand, trade, form = draw.parts()
    core = place + brand + trade.replace("集团", "")
    one, other = draw.rng.choice(
        (
            (core, place + brand + "集团"),
            (core, place + brand + "控股"),
            (place + brand + "集团", core),
            (core + "集团", core + "集团销售"),
            (core, core + "工程"),
        )
    )
    return draw.know(one + form), other + form, False


def with_group(draw: Draw) -> Made:
    """The same name with or without 集团."""
    place, brand, trade, form = draw.parts()
    core = place + brand + trade.replace("集团", "")
    one, other = draw.rng.sample((core, core + "集团"), 2)
    return draw.know(one + form), other + form, False


def branch_firm(draw: Draw) -> Made:
    """A subsidiary named after another place, in brackets."""
    place, brand, trade, form = draw.parts()
    name = draw.know(place + brand + trade + form)
    while (other := draw.rng.choice(draw.words.places)) == place:
        pass
    left, right = draw.rng.choice(("（）", "()"))
    return name, f"{brand}{trade}{left}{other}{right}{form}", False


def numbered(draw: Draw) -> Made:
    """Which of a group's companies it is, by a numeral."""
    place, brand, _, form = draw.parts()
    one, other = draw.rng.sample(_NUMBERS, 2)
    tail = draw.rng.choice(("建工程", "冶建设", "局建筑", "厂"))
    first = "第" if tail == "厂" else ""
    return (
        draw.know(f"{place}{brand}{first}{one}{tail}{form}"),
        f"{place}{brand}{first}{other}{tail}{form}",
        False,
    )


def renamed(draw: Draw) -> Made:
    """A firm under a new name nearly like its old one; the books know both, by one code."""
    place, brand, trade, form = draw.parts()
    name = place + brand + trade + form
    at = draw.rng.randrange(len(brand))
    char = draw.rng.choice([char for char in draw.words.brand if char not in brand])
    new = place + brand[:at] + char + brand[at + 1 :] + trade + form
    draw.known[1:3] = [name, new]
    draw.codes[name] = draw.codes[new] = draw.shown = draw.code()
    return name, new, False


def bank(draw: Draw) -> Made:
    """A bank that exists: by itself or by a branch."""
    name = draw.rng.choice((*draw.words.banks, *draw.words.genuine_banks))
    place = draw.rng.choice(draw.words.places)
    tail = draw.rng.choice(
        ("股份有限公司", "股份有限公司", f"股份有限公司{place}分行", f"{place}分行", "")
    )
    return "", name + tail, True


def finance(draw: Draw) -> Made:
    """A finance company that exists."""
    tail = draw.rng.choice(("有限公司", "有限责任公司", "有限公司"))
    return "", draw.rng.choice(draw.words.finance) + tail, True


GENUINE: dict[str, Callable[[Draw], Made]] = {
    "a firm like others": plain,
    "a firm of the books": known,
    "a brand like a known one": neighbour,
    "the same brand, another trade": same_brand,
    "the same brand elsewhere": elsewhere,
    "the same in a place named nearly so": sister,
    "a group and its firms": group,
    "a subsidiary in brackets": branch_firm,
    "numbered companies": numbered,
    "renamed, with its code": renamed,
    "a bank": bank,
    "a finance company": finance,
}

UNDECIDED: dict[str, Callable[[Draw], Made]] = {"the same with or without 集团": with_group}
"""Neither found nor a false alarm: the frozen generator forges so, and groups name firms so."""
