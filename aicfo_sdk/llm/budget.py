"""What a turn may use: rounds, tokens, time and money, and how much of it is left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..errors import InputError


@dataclass(frozen=True, slots=True)
class Price:
    """What a model costs, in minor units of `currency` for a million tokens."""

    read: int
    written: int
    currency: str = "CNY"


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits of one turn; `money` in minor units of the price's currency, None without limit."""

    rounds: int = 12
    tokens: int = 200_000
    seconds: float = 300.0
    money: int | None = None


class Meter:
    """Counts what a turn uses. Money is kept in millionths of a minor unit, exactly."""

    def __init__(self, budget: Budget, price: Price | None, clock: Callable[[], float]) -> None:
        """Raises: InputError for a limit on money where no price is known."""
        if budget.money is not None and price is None:
            raise InputError(
                "a budget in money needs the model's price",
                value=budget.money,
                mend="set input_price and output_price under [llm] of aicfo.toml",
            )
        self.budget, self._price, self._clock = budget, price, clock
        self._end = clock() + budget.seconds
        self.rounds = self.read = self.written = 0
        self._spent = 0

    @property
    def spent(self) -> int:
        """Money used, minor units, rounded up."""
        return -(-self._spent // 1_000_000)

    @property
    def left(self) -> float:
        """Seconds left."""
        return max(self._end - self._clock(), 0.0)

    def begin(self) -> None:
        """Count a round."""
        self.rounds += 1

    def used(self, read: int, written: int) -> None:
        """Count tokens."""
        self.read += read
        self.written += written
        if self._price is not None:
            self._spent += read * self._price.read + written * self._price.written

    def over(self, coming: int) -> str:
        """Return which limit forbids another request of about `coming` tokens, "" for none."""
        budget = self.budget
        if self.rounds >= budget.rounds:
            return "rounds"
        if self.left <= 0:
            return "seconds"
        return "" if self.room(coming) > 0 else self._scarce(coming)

    def room(self, coming: int) -> int:
        """Return how many tokens may be written after a request of about `coming` tokens."""
        room = self.budget.tokens - self.read - self.written - coming
        if self.budget.money is not None and self._price is not None:
            money = self.budget.money * 1_000_000 - self._spent - coming * self._price.read
            room = min(room, money // self._price.written if self._price.written else room)
            room = room if money > 0 else 0
        return max(room, 0)

    def _scarce(self, coming: int) -> str:
        tokens = self.budget.tokens - self.read - self.written - coming
        return "tokens" if tokens <= 0 else "money"
