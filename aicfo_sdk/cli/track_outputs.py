"""The shapes of what became of earlier advice, as `aicfo brief --json` prints them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

OutcomeWord = Literal["came_true", "did_not_come", "averted", "open", "cannot_say", "not_judged"]


class _Output(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)


class AlarmOutput(_Output):
    id: str = Field(description="Id of the advice.")
    topic: str = Field(description="Kind of advice: its id without the record it is about.")
    kind: Literal["risk", "opportunity", "due", "watch", "info"]
    title: str = Field(description="As first said, English.")
    title_zh: str = Field(description="The same, Chinese.")
    first: str = Field(description="Day of the first brief that said it.")
    last: str = Field(description="Day of the last one.")
    money: int = Field(description="What was at stake, or what it was worth, as first said.")
    expects: dict[str, object] | None = Field(description="What it expected; null if nothing.")
    outcome: OutcomeWord = Field(
        description="averted: it was acted on. open: its day has not come, or the books do not "
        "reach it. cannot_say: the books cannot tell. not_judged: it expected nothing checkable."
    )
    decided: str | None = Field(description="Day on which that was clear.")
    seen: int | None = Field(description="The amount that decided it, minor units.")
    carried_out: list[str] = Field(description="Its proposals that were carried out.")
    gained: int | None = Field(description="Exactly, by the books; null where it cannot be said.")
    gained_estimate: int = Field(description="As the advice estimated, where not exact.")


class PrecisionOutput(_Output):
    ppm: int = Field(description="came_true of came_true and did_not_come, ppm.")
    low_ppm: int = Field(description="Lower end of its 95 % Wilson interval.")
    high_ppm: int = Field(description="Upper end.")


class TrackRow(_Output):
    topic: str = Field(description='Kind of advice; "" for all together.')
    made: int = Field(description="Alarms: advice repeated on many mornings is one.")
    judged: int = Field(description="came_true and did_not_come.")
    came_true: int
    did_not_come: int
    averted: int
    open: int
    cannot_say: int
    not_judged: int
    precision: PrecisionOutput | None = Field(
        description="null where nothing is judged; of all together: of the warnings alone."
    )
    averted_stake: int = Field(description="At stake in what was averted, minor units; no gain.")
    gained: int | None = Field(description="Exactly, minor units; null where nothing can be said.")
    gained_estimate: int = Field(description="As estimated by the advice; never part of gained.")


class TrackRecordOutput(_Output):
    as_of: str = Field(description="Day whose books judged.")
    since: str | None = Field(description="First day asked for.")
    currency: str
    briefs: int = Field(description="Days with a recorded brief.")
    unread: int = Field(description="Days whose brief the books do not keep in full.")
    rows: list[TrackRow]
    total: TrackRow
    alarms: list[AlarmOutput]
