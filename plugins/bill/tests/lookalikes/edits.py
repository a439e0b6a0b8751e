"""What a forger does to a name. Each returns whom it imitates, the name, and whether a bank's."""

from __future__ import annotations

from collections.abc import Callable

from .names import Draw

Made = tuple[str, str, bool]

# What stays as it is when text is normalised (NFKC). Hidden characters, full-width letters and
# radicals of their own code do not: the record already holds the name without them.
_OTHER_SCRIPT = {
    "工": "エ",
    "口": "ロ",
    "力": "カ",
    "二": "ニ",
    "八": "ハ",
    "一": "ー",
    "卜": "ト",
    "夕": "タ",
    "三": "ミΞ",
    "千": "チ",
    "西": "覀⻄",
    "龙": "⻰",
    "长": "⻓",
    "车": "⻋",
    "青": "⻘",
    "风": "⻛",
    "马": "⻢",
    "水": "氺",
    "四": "⺫罒",
}


def _families(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for family in text.split():
        for char in family:
            found[char] = found.get(char, "") + family.replace(char, "")
    return found


def _swapped(draw: Draw, core: str, families: str, count: int = 1) -> str:
    """Return `core` with characters swapped within their families, or "" if none can be."""
    table = _families(families)
    places = [place for place, char in enumerate(core) if table.get(char)]
    if len(places) < count:
        return ""
    chars = list(core)
    for place in draw.rng.sample(places, count):
        chars[place] = draw.rng.choice(table[chars[place]])
    made = "".join(chars)
    return "" if made == core else made


def _of_firm(draw: Draw, edit: Callable[[str, str, str], str]) -> Made:
    """Draw a firm that the books know until `edit` of place, brand, trade gives another core."""
    while True:
        place, brand, trade, form = draw.parts()
        core = place + brand + trade
        made = edit(place, brand, trade)
        if made and made != core:
            return draw.know(core + form), made + form, False


def _swap(kind: str, count: int = 1) -> Callable[[Draw], Made]:
    def make(draw: Draw) -> Made:
        families = str(getattr(draw.words, kind))
        return _of_firm(draw, lambda *parts: _swapped(draw, "".join(parts), families, count))

    return make


def insert(draw: Draw) -> Made:
    """One character more, anywhere but behind."""

    def edit(place: str, brand: str, trade: str) -> str:
        core = place + brand + trade
        at = draw.rng.choice((0, len(place), len(place) + len(brand)))
        return core[:at] + draw.rng.choice(draw.words.inserted) + core[at:]

    return _of_firm(draw, edit)


def drop(draw: Draw) -> Made:
    """One character of brand or trade left out."""

    def edit(place: str, brand: str, trade: str) -> str:
        at = draw.rng.randrange(len(brand) + len(trade))
        rest = brand + trade
        return place + rest[:at] + rest[at + 1 :]

    return _of_firm(draw, edit)


def order(draw: Draw) -> Made:
    """Two neighbours in the other order."""

    def edit(place: str, brand: str, trade: str) -> str:
        core = place + brand + trade
        at = draw.rng.randrange(len(core) - 1)
        return core[:at] + core[at + 1] + core[at] + core[at + 2 :]

    return _of_firm(draw, edit)


def script(draw: Draw) -> Made:
    """A character of another script or block that looks the same."""

    def edit(*parts: str) -> str:
        core = "".join(parts)
        places = [at for at, char in enumerate(core) if char in _OTHER_SCRIPT]
        if not places:
            return ""
        at = draw.rng.choice(places)
        return core[:at] + draw.rng.choice(_OTHER_SCRIPT[core[at]]) + core[at + 1 :]

    return _of_firm(draw, edit)


def form(draw: Draw) -> Made:
    """The same name with another legal form."""
    place, brand, trade, _ = draw.parts()
    core = place + brand + trade
    one, other = draw.rng.sample(("有限公司", "股份有限公司"), 2)
    return draw.know(core + one), core + other, False


def bank_swap(draw: Draw) -> Made:
    """A bank's name with one character swapped for one drawn or read alike."""
    while True:
        real = draw.rng.choice(draw.words.banks)
        families = draw.rng.choice((draw.words.shapes, draw.words.sounds))
        if made := _swapped(draw, real, families):
            tail = draw.rng.choice(("股份有限公司", "股份有限公司", "", "有限责任公司"))
            return real, made + tail, True


def bank_words(draw: Draw) -> Made:
    """A word put into a bank's name or around it."""
    real = draw.rng.choice(draw.words.banks)
    word = draw.rng.choice(("商业", "发展", "投资", "实业", "信托", "国际", "城市", "储蓄"))
    name = draw.rng.choice((real[:-2] + word + real[-2:], word + real))
    return real, name + "股份有限公司", True


def bank_order(draw: Draw) -> Made:
    """Two neighbours of a bank's name in the other order."""
    while True:
        real = draw.rng.choice(draw.words.banks)
        at = draw.rng.randrange(len(real) - 1)
        made = real[:at] + real[at + 1] + real[at] + real[at + 2 :]
        if made != real:
            return real, made + "股份有限公司", True


def finance_swap(draw: Draw) -> Made:
    """A finance company's name with one character swapped."""
    while True:
        real = draw.rng.choice(draw.words.finance)
        families = draw.rng.choice((draw.words.shapes, draw.words.sounds))
        if made := _swapped(draw, real, families):
            return real, made + draw.rng.choice(("有限公司", "有限责任公司")), True


IMITATED: dict[str, Callable[[Draw], Made]] = {
    "firm: one drawn alike": _swap("shapes"),
    "firm: one read alike": _swap("sounds"),
    "firm: two drawn alike": _swap("shapes", 2),
    "firm: two read alike": _swap("sounds", 2),
    "firm: one in traditional characters": _swap("traditional"),
    "firm: one more": insert,
    "firm: one less": drop,
    "firm: another order": order,
    "firm: another script": script,
    "firm: another legal form": form,
    "bank: one alike": bank_swap,
    "bank: words more": bank_words,
    "bank: another order": bank_order,
    "finance company: one alike": finance_swap,
}
