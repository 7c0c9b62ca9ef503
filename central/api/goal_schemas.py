"""What the API takes and answers about goals. Same rules as `schemas`.

`share` and `weight` are 0-1; targets and values are in the unit that stands beside them.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from central.api.acting import Day, Id, Line, Note, Number
from central.api.mending_schemas import Asked
from central.api.schemas import Answer, Text

Amount = Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
Year = Annotated[int, Field(ge=2000, le=2099)]
Unit = Annotated[str, Field(max_length=16, pattern=r"^[^\x00-\x1f\x7f]*$")]
MaybeLine = Annotated[str, Field(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")]
MaybeId = Annotated[str, Field(max_length=63, pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]*)?$")]
SubjectId = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]
GoalSubject = Literal["district", "unit", "project", "person"]
PeriodText = Annotated[str, Field(max_length=8, pattern=r"^\d{4}(-(0[1-9]|1[0-2]|Q[1-4]))?$")]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")]


class SentenceGiven(Asked):
    """A sentence in both languages; English may be left out and is the Chinese then."""

    zh: ShortText
    en: Annotated[str, Field(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""


class GoalSubjectGiven(Asked):
    """Whom or what a goal or set is about: district, unit (by its Chinese name), project or person (by user name)."""

    kind: GoalSubject
    id: SubjectId


# --- goals -----------------------------------------------------------------------------------------------------------


class GoalCheckGiven(Asked):
    """A goal as one types it: what is left open is read out of the text."""

    text: ShortText
    target: Amount | None = None
    unit: Unit = ""
    baseline: Amount | None = None
    start: Day | None = None
    due: Day | None = None
    owner: MaybeLine = ""
    parent: MaybeId = ""
    level: Annotated[int, Field(ge=1, le=4)] | None = None
    year: Year | None = None
    direction: Literal["higher", "lower"] | None = None
    history: Annotated[list[Amount], Field(default_factory=list, max_length=20)]
    justification: Note = ""


class VerdictShown(Answer):
    """One letter of SMART and why."""

    letter: Literal["S", "M", "A", "R", "T"]
    state: Literal["ok", "fail", "needs_justification"]
    reason: Text


class QuantityShown(Answer):
    """A number that was understood, with its sign and unit ('' = none was written)."""

    value: float
    unit: str
    sign: Literal["≥", "≤", "="]
    change: bool
    words: str


class GoalChecked(Answer):
    """Five verdicts, and what was understood of the text."""

    verdicts: list[VerdictShown]
    quantities: list[QuantityShown]
    start: date | None
    due: date | None
    time_words: str


class GoalGiven(Asked):
    """A version of a goal. `base_version` is the newest that the author saw, 0 for a new goal."""

    base_version: Annotated[int, Field(ge=0, lt=1 << 31)]
    year: Year
    level: Annotated[int, Field(ge=1, le=4)]
    parent: Id | None = None
    owner: MaybeLine = ""
    subject: GoalSubjectGiven
    text: SentenceGiven
    target: Amount
    unit: Unit
    baseline: Amount | None = None
    start: Day
    due: Day
    weight: Share
    indicator: MaybeLine = ""
    direction: Literal["higher", "lower"] = "higher"
    follows: MaybeId = ""
    justification: Note = ""
    ended: bool = False


class GoalKeyGiven(Asked):
    """A version of a goal."""

    id: Id
    version: Number


class GoalKeysGiven(Asked):
    """Versions that are handed in or taken back together."""

    goals: Annotated[list[GoalKeyGiven], Field(min_length=1, max_length=200)]


class GoalDecisionGiven(Asked):
    """A decision on versions that stand or fall together; without approval a remark says why."""

    goals: Annotated[list[GoalKeyGiven], Field(min_length=1, max_length=200)]
    approve: bool
    remark: Note = ""


class SubjectShown(Answer):
    """Whom or what it is about."""

    kind: str
    id: str


GoalAct = Literal["write", "propose", "withdraw", "decide"]


class GoalShown(Answer):
    """A version of a goal and what became of it; `since` null = not in force. `acts`: what the caller may do to it."""

    id: str
    version: int
    year: int
    level: int
    parent: str | None
    owner: str
    subject: SubjectShown
    text: Text
    target: float
    unit: str
    baseline: float | None
    start: date
    due: date
    weight: float
    indicator: str
    direction: Literal["higher", "lower"]
    follows: str
    justification: str
    ended: bool
    state: Literal["draft", "proposed", "approved", "returned", "withdrawn"]
    author: str
    decided_by: str
    remark: str
    since: date | None
    acts: list[GoalAct]


class GoalList(Answer):
    """A page of goals in their newest version; `next` is what to ask `after`, null at the end."""

    goals: list[GoalShown]
    next: str | None


class GoalVersions(Answer):
    """All that was changed now."""

    goals: list[GoalShown]


class ValueShown(Answer):
    """A value with what is behind it; `low` and `high` of a survey its Wilson interval, of a panel the extremes."""

    value: float | None
    state: str
    n: int | None
    low: float | None
    high: float | None
    refs: list[str]
    version: str
    note: Text | None


class GoalRecordShown(Answer):
    """What a goal had reached in a period; `met` null = not known."""

    id: int
    period: str
    value: ValueShown
    met: bool | None
    reason: Text
    noted_by: str


class GoalHistory(Answer):
    """A goal in all its versions, the oldest first, and what was noted of it."""

    versions: list[GoalShown]
    records: list[GoalRecordShown]


class SurveyGiven(Asked):
    """Answers of a survey."""

    n: Annotated[int, Field(ge=1, le=10_000_000)]
    satisfied: Annotated[int, Field(ge=0, le=10_000_000)]


class GoalRecordGiven(Asked):
    """What was reached in a period: exactly one of a value, a survey or the points of a panel, and what shows it."""

    period: PeriodText
    value: Amount | None = None
    survey: SurveyGiven | None = None
    panel: Annotated[list[Annotated[float, Field(ge=0, le=100)]], Field(max_length=100)] | None = None
    refs: Annotated[list[Line], Field(default_factory=list, max_length=20)]


class GoalNode(Answer):
    """A goal in its tree: `share` reached (null = not known), and how much of it is known."""

    goal: GoalShown
    share: float | None
    known: float
    hidden: int


class GoalTree(Answer):
    """The goals of a year in force, parents before children. `hidden` of a node: goals of posts below that the caller
    may not see; they count."""

    year: int
    goals: list[GoalNode]
