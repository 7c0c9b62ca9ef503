"""Recognition of those who use the platform (A51) and of good cases (B26): who is on the list, who publishes. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from central.domain import Text
from central.evaluate.appeal import Seat
from central.scoring.refused import ScoringRefused

ACTIVE_BP = 8000
ON_TIME_BP = 9500
PEOPLE_MIN = 2
EXPECTED_MIN = 20
METHOD = Text(
    zh=f"活跃用户 = 当月登录或办理过业务的本单位人员; 按时报送 = 当月应报日报和摄像头数据中按时到达的份额。"
    f"不少于 {PEOPLE_MIN} 人、应报不少于 {EXPECTED_MIN} 份, 活跃率达 80% 且按时率达 95% 的列入表扬建议名单。",
    en=f"Active: people of the unit who logged in or did something in the month. In time: of the daily reports and "
    f"camera days that were due. From {PEOPLE_MIN} people and {EXPECTED_MIN} deliveries on, units with 80 % active and "
    "95 % in time are on the list.",
)

PracticeState = Literal["entered", "published", "retracted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitUsage:
    """How a unit used the platform in a month: people and those active, what was due and what came in time."""

    unit: str
    people: int
    active: int
    expected: int
    on_time: int

    @property
    def active_bp(self) -> int | None:
        """Share of the people, rounded down; None without people."""
        return self.active * 10_000 // self.people if self.people else None

    @property
    def on_time_bp(self) -> int | None:
        """Share of what was due, rounded down; None where nothing was."""
        return self.on_time * 10_000 // self.expected if self.expected else None

    @property
    def recognised(self) -> bool:
        """Whether it is on the list."""
        enough = self.people >= PEOPLE_MIN and self.expected >= EXPECTED_MIN
        return enough and (self.active_bp or 0) >= ACTIVE_BP and (self.on_time_bp or 0) >= ON_TIME_BP


def usage_list(usages: Iterable[UnitUsage]) -> tuple[UnitUsage, ...]:
    """Recognised ones first, then by what came in time, who was active, and name."""
    return tuple(
        sorted(usages, key=lambda one: (not one.recognised, -(one.on_time_bp or 0), -(one.active_bp or 0), one.unit))
    )


def check_practice(*, title: str, summary: str, evidence: int) -> None:
    """ScoringRefused at the first thing a case lacks: what it is called, what was done, and what shows it."""
    for where, there, word in (
        ("title", bool(title.strip()), Text(zh="标题", en="a title")),
        ("summary", bool(summary.strip()), Text(zh="做法与成效", en="what was done and what came of it")),
        ("evidence", evidence > 0, Text(zh="佐证材料", en="evidence")),
    ):
        if not there:
            what = Text(zh=f"缺少{word.zh}", en=f"without {word.en}")
            raise ScoringRefused("missing", what, where=where, expected=word)


def check_publishing(state: PracticeState, *, author: str, seat: Seat, act: Literal["publish", "retract"]) -> None:
    """ScoringRefused unless somebody other than the author publishes what waits, or takes back what is published."""
    possible: PracticeState = "entered" if act == "publish" else "published"
    if state != possible:
        what = Text(zh=f"案例状态为 {state}", en=f"the case is {state}")
        raise ScoringRefused("wrong_state", what, where="state", expected=Text(zh=possible, en=possible))
    if act == "publish" and seat.person == author:
        what = Text(zh=f"{author} 是案例作者", en=f"{author} wrote it")
        raise ScoringRefused("own_work", what, where="person", expected=Text(zh="由他人发布", en="somebody else"))
