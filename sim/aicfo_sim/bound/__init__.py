"""The clairvoyant bound: what nobody could have beaten, even with the future known.

`bound` states for each merchant the most that it can have been worth at the end of a run by any
use of its bills, cash and credit lines (`GROUPS`) and, if wanted, any bids (`MORE`), everything
else being as the compared policy chose. `captured` says how much of it a policy reached.
"""

from __future__ import annotations

from .captured import Captured, captured, either
from .model import GROUPS, MORE, NONE, bound
from .tape import Taped

__all__ = ["GROUPS", "MORE", "NONE", "Captured", "Taped", "bound", "captured", "either"]
