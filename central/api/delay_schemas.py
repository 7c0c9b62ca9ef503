"""What the API answers about where the days went: causes, stages, kinds of work, approvals. See insight_schemas."""

from __future__ import annotations

from datetime import date

from central.api.insight_schemas import DifferenceShown, SpreadShown
from central.api.schemas import Answer, Text


class CauseCount(Answer):
    """A cause; `mean_cdays` in hundredths of a day over the `ended`."""

    cause: str
    name: Text
    n: int
    share_bp: int
    ended: int
    mean_cdays: int | None
    cases: list[int]


class CauseGroupShown(Answer):
    """Causes of a group."""

    group: str
    name: Text
    n: int
    causes: list[CauseCount]


class Causes(Answer):
    """Cases opened in these days, all together and by group."""

    since: date
    until: date
    all: CauseGroupShown
    groups: list[CauseGroupShown]


class StageLoss(Answer):
    """A stage over n projects; `excess_days` beyond the plan over the `planned` of them, and the share of all."""

    stage: str
    name: Text
    n: int
    days: SpreadShown | None
    planned: int
    excess_days: int
    share_bp: int | None
    projects: list[str]


class BottleneckShown(Answer):
    """`stage` null = too few projects with a plan, or no day lost. `when` '' = all the time."""

    when: str
    projects: int
    excess_days: int
    stage: str | None
    name: Text | None
    stages: list[StageLoss]


class Bottlenecks(Answer):
    """All together, and over time by the day a stage was passed."""

    all: BottleneckShown
    over_time: list[BottleneckShown]


class StagePartShown(Answer):
    """A stage's part of a kind's way, mean days in hundredths."""

    stage: str
    name: Text
    n: int
    mean_cdays: int
    share_bp: int | None
    planned_mean_cdays: int | None


class CohortShown(Answer):
    """Projects of a kind; `against` = its works less those of other kinds of the same scale."""

    kind: str
    name: Text
    projects: list[str]
    completed: list[str]
    cycle: SpreadShown | None
    works: SpreadShown | None
    delay: SpreadShown | None
    against: DifferenceShown | None
    parts: list[StagePartShown]
    bottleneck: BottleneckShown
    sentence: Text


class Cohorts(Answer):
    """Longest works against others first."""

    cohorts: list[CohortShown]


class StepTimeShown(Answer):
    """Hours in hundredths from asking to deciding; null under five decisions."""

    step: str
    name: Text
    n: int
    median_chours: int | None
    q1_chours: int | None
    q3_chours: int | None
    longest_chours: int | None
    waiting: int
    oldest_chours: int | None
    refs: list[str]
    words: Text


class Approvals(Answer):
    """Slowest first."""

    since: date
    until: date
    steps: list[StepTimeShown]
