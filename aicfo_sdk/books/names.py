"""Names and codes of counterparties, so that one party has one id whatever paper names it.

A bank statement knows a payer by name alone, an e-invoice by name and code: the id is therefore
made of the name, and of the code only where no name is given.
"""

from __future__ import annotations

import re
from hashlib import sha256

from ..errors import InputError
from ..model.text import clean

_LONGEST = 120
_SPACES = re.compile(r"\s+")
# A space beside a Chinese character is layout, not part of the name.
_CHINESE_GAP = re.compile(r"(?<=[\u3400-\u9fff()]) | (?=[\u3400-\u9fff()])")
_OLD_TAX_ID = re.compile(r"[0-9A-Z]{15}|[0-9A-Z]{17}|[0-9A-Z]{20}", re.ASCII)


def normal_name(name: str) -> str:
    """Return `name` in NFKC, lower case, half-width brackets, without layout spaces.

    "杭州 晨光（集团）有限公司" and "杭州晨光(集团)有限公司" are one name.
    """
    text = _SPACES.sub(" ", clean(name)).strip().casefold()
    return _CHINESE_GAP.sub("", text)


def counterparty_id(name: str, uscc: str = "") -> str:
    """Return the Counterparty id of a party: its normal name, else its code, else "".

    At most 200 characters and without ":", which separates the levels of ledger accounts.
    """
    text = normal_name(name) or clean(uscc).strip().upper()
    text = text.replace(":", "-")
    if len(text) > _LONGEST:
        text = text[:_LONGEST] + "~" + sha256(text.encode()).hexdigest()[:12]
    return text


def checked_uscc(text: str) -> str:
    """Return the 统一社会信用代码 in upper case, or "" where `text` is another kind of tax number.

    Other kinds: the 15-, 17- and 20-character numbers from before 2015, and the identity number
    of a natural person, which is nobody's business and not kept.
    Source of the check character: GB 32100-2015.
    Raises: InputError when it is none of these or its check character is wrong.
    """
    from stdnum.cn import uscc

    code = text.strip().upper()
    if not code or _OLD_TAX_ID.fullmatch(code):
        return ""
    if code.isascii() and len(code) == 18 and code.isalnum():
        if uscc.is_valid(code):
            return code
        if _is_persons(code):
            return ""
        what = "the check character of this 统一社会信用代码 is wrong"
    else:
        what = "not a 统一社会信用代码"
    raise InputError(what, value=text, mend="18 characters, as on the business licence")


def _is_persons(code: str) -> bool:
    """Return whether 18 characters are the identity number of a natural person."""
    from stdnum.cn import ric

    try:
        return ric.is_valid(code)
    except KeyError:
        # All but the county is right, and its table does not know every county there was.
        return True
