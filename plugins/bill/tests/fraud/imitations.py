"""Acceptors that only look like who they should be, and acceptors on the overdue list."""

from __future__ import annotations

from datetime import timedelta

from .books_of import DAY, Scene
from .kinds import Forgery, Severity
from .words import (
    BIG_BANKS,
    CITIES,
    CITY_BANKS,
    FINANCE,
    FORMS,
    GLYPHS,
    KNOWN,
    MARKS,
    MARKS_THAT_COMBINE,
    TRADES,
    UNSEEN,
    branch,
    firm,
    swapped,
    uscc,
)


def _bank(scene: Scene) -> str:
    return scene.rng.choice([*BIG_BANKS, *CITY_BANKS])


def bank_char(scene: Scene) -> str:
    real = _bank(scene)
    fake, how = swapped(scene.rng, real, slice(0, len(real) - 2))
    scene.make_bank(branch(scene.rng, fake))
    return f"{real} as {fake}: {how}"


def bank_place(scene: Scene) -> str:
    """市 or 省 or a word added inside the name."""
    rng, real = scene.rng, _bank(scene)
    while (
        fake := rng.choice(
            [
                real[:-2] + rng.choice(["市", "省", "城市", "新"]) + real[-2:],
                real[:-2] + rng.choice(["商业", "发展", "实业"]) + real[-2:],
                "新" + real,
            ]
        )
    ) in KNOWN:
        pass
    scene.make_bank(fake + "股份有限公司")
    return f"{real} as {fake}"


def bank_form(scene: Scene) -> str:
    """The legal form of something that is no bank after the name of one."""
    rng, real = scene.rng, _bank(scene)
    city = rng.choice(CITIES)
    tail = rng.choice(
        [
            "投资有限公司",
            "商业保理有限公司",
            f"{city}分行有限公司",
            "资产管理有限公司",
            "贸易有限公司",
        ]
    )
    scene.make_bank(real + tail)
    return f"{real} with {tail}"


def bank_order(scene: Scene) -> str:
    rng = scene.rng
    real = rng.choice([name for name in BIG_BANKS if len(name) > 4])
    fake = real[2:-2] + real[:2] + "银行"
    scene.make_bank(fake + rng.choice(["股份有限公司", "股份有限公司杭州分行"]))
    return f"{real} as {fake}"


def bank_glyph(scene: Scene) -> str:
    """A character of another script, or a mark, that a font draws nearly alike."""
    rng, real = scene.rng, _bank(scene)
    places = [index for index, char in enumerate(real) if char in GLYPHS]
    if places and rng.random() < 0.7:
        place = rng.choice(places)
        fake = real[:place] + GLYPHS[real[place]] + real[place + 1 :]
    else:
        place = rng.randrange(1, len(real))
        fake = real[:place] + rng.choice(MARKS_THAT_COMBINE) + real[place:]
    scene.make_bank(fake + "股份有限公司")
    return f"{real} as {fake!a}"


def finance_char(scene: Scene) -> str:
    real = scene.rng.choice(FINANCE)
    fake, how = swapped(scene.rng, real, slice(0, real.index("财务")))
    scene.make_bank(fake)
    return f"{real} as {fake}: {how}"


def finance_bank(scene: Scene) -> str:
    """A finance company that bears the name of a bank: banks have none."""
    real = scene.rng.choice(BIG_BANKS)
    fake = real + scene.rng.choice(["财务有限公司", "集团财务有限公司", "财务有限责任公司"])
    scene.make_bank(fake)
    return fake


def _known(scene: Scene) -> str:
    """A firm of the books whose name is long enough to imitate."""
    name = (
        scene.rng.choice(CITIES)
        + scene.rng.choice(MARKS)
        + scene.rng.choice(TRADES)
        + scene.rng.choice(FORMS)
    )
    scene.know(name)
    return name


def _body(name: str) -> slice:
    return slice(2, 4) if name[2] != "市" else slice(3, 5)


def firm_char(scene: Scene) -> str:
    real = _known(scene)
    fake, how = swapped(scene.rng, real, _body(real))
    scene.make_trade(fake)
    return f"{real} as {fake}: {how}"


def firm_form(scene: Scene) -> str:
    """市, 省, 集团 or 股份 added or taken away."""
    rng, real = scene.rng, _known(scene)
    bare = real.removesuffix("有限公司").removesuffix("有限责任公司").removesuffix("股份")
    form = real[len(bare) :]
    other = "有限公司" if form.startswith("股份") else "股份有限公司"
    fake = rng.choice(
        [
            bare + other,
            bare + "集团" + form,
            f"{real[:2]}市{real[2:]}",
            f"{real[:2]}新{real[2:]}",
            bare + "（中国）" + form,
        ]
    )
    scene.make_trade(fake)
    return f"{real} as {fake}"


def firm_order(scene: Scene) -> str:
    real = _known(scene)
    fake = real[2:4] + real[:2] + real[4:]
    scene.make_trade(fake)
    return f"{real} as {fake}"


def firm_glyph(scene: Scene) -> str:
    rng, real = scene.rng, _known(scene)
    places = [index for index, char in enumerate(real) if char in GLYPHS]
    if places:
        place = rng.choice(places)
        fake = real[:place] + GLYPHS[real[place]] + real[place + 1 :]
    else:
        fake = real[:3] + rng.choice(MARKS_THAT_COMBINE) + real[3:]
    scene.make_trade(fake)
    return f"{real} as {fake!a}"


def code_wrong(scene: Scene) -> str:
    rng = scene.rng
    code = uscc(rng)
    place = rng.randrange(18)
    signs = [sign for sign in "0123456789ABCDEFGHJKLMNPQRTUWXY" if sign != code[place]]
    bad = rng.choice(
        [
            code[:place] + rng.choice(signs) + code[place + 1 :],
            code[:place] + rng.choice("IOSVZ") + code[place + 1 :],
            code[:-1],
            code + "0",
        ]
    )
    scene.change(acceptor_uscc=bad)
    return f"{code} → {bad}"


def code_borrowed(scene: Scene) -> str:
    """The code of a firm that the books know, under a name that they do not."""
    rng = scene.rng
    owner = _known(scene)
    while (name := firm(rng)) in (owner, scene.merchant, *scene.known):
        pass
    scene.make_trade(name)
    scene.accept_by(name, scene.code(owner))
    return f"{name} with the code of {owner}"


def code_other(scene: Scene) -> str:
    """The name of a firm that the books know, with a code that is not its own."""
    name = _known(scene)
    scene.make_trade(name)
    scene.accept_by(name, uscc(scene.rng))
    return f"{name} has the code {scene.code(name)} in the books"


def _acceptor(scene: Scene) -> str:
    """A firm or finance company accepts; return its name as it stands."""
    rng = scene.rng
    if rng.random() < 0.4:
        name = rng.choice(FINANCE)
        scene.make_bank(name)
    else:
        name = rng.choice(CITIES) + rng.choice(MARKS) + rng.choice(TRADES) + "（中国）有限公司"
        scene.make_trade(name)
    return name


def listed(scene: Scene) -> str:
    name = _acceptor(scene)
    day = scene.today - DAY * scene.rng.choice([0, 0, 1, 30, 300])
    scene.overdue.append(scene.listing(name, published=day))
    return f"listed since {day}"


def listed_variant(scene: Scene) -> str:
    """The bill, or the list, writes the name with spaces, other widths or unseen characters."""
    rng, name = scene.rng, _acceptor(scene)
    wide = str.maketrans({"（": "(", "）": ")"})
    place = rng.randrange(1, len(name))
    variant = rng.choice(
        [
            name[:place] + rng.choice([" ", "\u3000", "  ", "\u00a0"]) + name[place:],
            name[:place] + rng.choice(UNSEEN) + name[place:],
            name.translate(wide),
            " " + name.translate(wide) + "\u3000",
            name[:place] + "\n" + name[place:],
        ]
    )
    on_bill, on_list = (variant, name) if rng.random() < 0.5 else (name, variant)
    scene.accept_by(on_bill, "")
    scene.overdue.append(scene.listing(on_list))
    return f"on the bill {on_bill!a}, on the list {on_list!a}"


def listed_code(scene: Scene) -> str:
    """The list has the same code under a former name."""
    name = _acceptor(scene)
    code = scene.code(name)
    scene.accept_by(name, code)
    former = firm(scene.rng)
    scene.overdue.append(scene.listing(former, uscc=code))
    return f"{code} is listed as {former}"


def listed_barred(scene: Scene) -> str:
    name = _acceptor(scene)
    until = scene.today + DAY * scene.rng.choice([0, 1, 200, 600])
    early = scene.today - timedelta(days=200)
    scene.overdue += [
        scene.listing(name, published=early),
        scene.listing(name, published=early + timedelta(days=60), listed=False, barred_until=until),
    ]
    return f"left the list, barred until {until}"


def listed_again(scene: Scene) -> str:
    name = _acceptor(scene)
    for back, on in ((300, True), (200, False), (20, True)):
        scene.overdue.append(
            scene.listing(name, published=scene.today - timedelta(days=back), listed=on)
        )
    return "listed, struck off, listed again"


_NAME: dict[str, Severity] = {"acceptor_name": "warning", "acceptor_uscc": "warning"}

# A name that looks like another is a doubt, never a proof; so is a code that belongs to another.
IMITATIONS = {
    "bank_char": Forgery(bank_char, {**_NAME, "acceptor_kind": "refuse"}),
    "bank_place": Forgery(bank_place, {**_NAME, "acceptor_kind": "refuse"}),
    "bank_form": Forgery(bank_form, {**_NAME, "acceptor_kind": "refuse"}),
    "bank_order": Forgery(bank_order, {**_NAME, "acceptor_kind": "refuse"}),
    "bank_glyph": Forgery(bank_glyph, {**_NAME, "acceptor_kind": "refuse"}),
    "finance_char": Forgery(finance_char, {**_NAME, "acceptor_kind": "refuse"}),
    "finance_bank": Forgery(finance_bank, {**_NAME, "acceptor_kind": "refuse"}),
    "firm_char": Forgery(firm_char, {**_NAME}),
    "firm_form": Forgery(firm_form, {**_NAME}),
    "firm_order": Forgery(firm_order, {**_NAME}),
    "firm_glyph": Forgery(firm_glyph, {**_NAME}),
    "code_wrong": Forgery(code_wrong, {"acceptor_uscc": "refuse"}),
    "code_borrowed": Forgery(code_borrowed, {**_NAME}),
    "code_other": Forgery(code_other, {**_NAME}),
    "listed": Forgery(listed, {"acceptor_overdue": "refuse"}),
    "listed_variant": Forgery(listed_variant, {"acceptor_overdue": "refuse"}),
    "listed_code": Forgery(listed_code, {"acceptor_overdue": "refuse"}),
    "listed_barred": Forgery(listed_barred, {"acceptor_overdue": "refuse"}),
    "listed_again": Forgery(listed_again, {"acceptor_overdue": "refuse"}),
}
