"""What the API takes and answers about insight: comparison, causes, stages, priorities, returns, pivots, use.

Figures of measures are told in the measure's own unit (a share of 0.0525 as 5.25 percent). `null` = too few, or it
cannot be said. Every number comes with its n and the ids behind it; `hidden` counts those the caller may not see.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from central.api.acting import Fen, Line
from central.api.mending_schemas import Asked
from central.api.schemas import Answer, Text

MeasureCode = Literal[
    "cycle_days", "build_days", "delay_days", "overspend_bp", "gap_bp", "spi_t_bp", "score_milli", "return_milli",
    "contract_fen", "paid_bp", "intensity_fen",
]  # fmt: skip
DimensionCode = Literal["unit", "street", "kind", "sector", "band", "period"]
FigureCode = Literal[
    "projects", "completed", "contract_fen", "paid_fen", "paid_bp", "actual_bp", "gap_bp", "raised", "red"
]
PlaceKind = Literal["unit", "street"]
PageName = Literal[
    "district", "project", "warnings", "rectifications", "reports", "money", "quality", "insight", "scores", "trace",
    "fleet",
]  # fmt: skip
Name = Annotated[str, Field(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]
Digest = Annotated[str, Field(pattern="^([0-9a-f]{64})?$")]


class MeasureNamed(Answer):
    """What is measured; `better` '' = neither way is good."""

    code: MeasureCode
    name: Text
    unit: Text
    better: Literal["lower", "higher", ""]


class SpreadShown(Answer):
    """How n values lie; `low`..`high` is the 95 % interval of the mean."""

    n: int
    least: float
    q1: float
    median: float
    q3: float
    most: float
    mean: float
    sd: float
    low: float
    high: float


class DifferenceShown(Answer):
    """The mean step to the others within bands of scale, with its 95 % interval. `shown`: it leaves out zero."""

    value: float
    low: float
    high: float
    n: int
    n_others: int
    shown: bool


class ComparedShown(Answer):
    """A project among like ones. `percentile_bp` of them lie below, it is better than `better_than_bp` of them.

    `words` says what is missing, else is empty."""

    measure: MeasureNamed
    value: float | None
    n: int
    spread: SpreadShown | None
    percentile_bp: int | None
    better_than_bp: int | None
    among: list[str]
    hidden: int
    words: Text


class MonthShown(Answer):
    """Where it stood at the end of a month."""

    month: date
    plan_bp: int
    actual_bp: int
    gap_bp: int
    spi_t_bp: int | None


class HistoryShown(Answer):
    """Its own months; `gaps` of those before the newest in percentage points, `change_bp` over three months."""

    points: list[MonthShown]
    gaps: SpreadShown | None
    newest_percentile_bp: int | None
    change_bp: int | None
    words: Text


class TrendShown(Answer):
    """When it ends if its pace stays: planned duration / SPI(t); `low`..`high` by one sigma of actual progress."""

    planned_finish: date
    finish: date | None
    low: date | None
    high: date | None
    spi_t_bp: int | None
    method: Text


class Comparison(Answer):
    """A project beside like ones (same kind and scale band, other areas) and its own past."""

    project: str
    kind: Text
    band: Text
    like: int
    measures: list[ComparedShown]
    history: HistoryShown
    trend: TrendShown


class BesideShown(Answer):
    """A place beside all others within a kind of project."""

    place: str
    kind: Text
    n: int
    spread: SpreadShown | None
    others_spread: SpreadShown | None
    difference: DifferenceShown | None
    practice: Text | None
    projects: list[str]
    hidden: int
    sentence: Text


class SideBySide(Answer):
    """Best first; too few last."""

    measure: MeasureNamed
    method: Text
    places: list[BesideShown]


class CoefficientShown(Answer):
    """A coefficient with p and 95 % interval."""

    value: float
    p: float
    low: float
    high: float


class PointShown(Answer):
    """One project."""

    id: str
    x: float
    y: float


class Correlation(Answer):
    """Of two measures over projects; `refused` says why there are no coefficients."""

    x: MeasureNamed
    y: MeasureNamed
    n: int
    pearson: CoefficientShown | None
    spearman: CoefficientShown | None
    refused: Text | None
    label: Text
    method: Text
    points: list[PointShown]


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


class PriorityShown(Answer):
    """A project with its factors; `share_bp` of the first one's weight."""

    project: str
    name: Text
    risk_bp: int
    value_fen: int
    reversible_bp: int
    share_bp: int
    why: Text


class Priorities(Answer):
    """Heaviest first. `total` counts all."""

    method: Text
    total: int
    projects: list[PriorityShown]


class SectorReturnShown(Answer):
    """A sector's returns (1.20 = 1.20 yuan for each yuan spent); `advised_bp` is a change of its share."""

    sector: str
    name: Text
    n: int
    spread: SpreadShown | None
    whole: float
    spent_fen: int
    share_bp: int
    advised_bp: int
    projects: list[str]


class Returns(Answer):
    """Highest first. `label` goes with every advised figure."""

    method: Text
    label: Text
    mean: float | None
    sectors: list[SectorReturnShown]


class FigureShown(Answer):
    """A column; its integers are told divided by `scale`."""

    code: FigureCode
    name: Text
    scale: int


class PivotLineShown(Answer):
    """A row with the projects its figures are of."""

    keys: list[Text]
    figures: list[int | None]
    projects: list[str]


class PivotShown(Answer):
    """Rows by their keys; `total` of all."""

    by: list[DimensionCode]
    figures: list[FigureShown]
    lines: list[PivotLineShown]
    total: PivotLineShown


class UseCount(Answer):
    """So many of an action or page."""

    what: str
    n: int


class UnitUseShown(Answer):
    """Entries beside use."""

    unit: str
    entries: int
    views: int
    decisions: int
    users: int
    use_bp: int | None
    mark: Text | None
    acts: list[UseCount]


class Use(Answer):
    """Marked units first."""

    since: date
    until: date
    method: Text
    units: list[UnitUseShown]


class PlacePractice(Answer):
    """How a place goes about projects of a kind ('' = all)."""

    place: str
    kind: str
    name: Text


class Practices(Answer):
    """Those in force."""

    place_kind: PlaceKind
    practices: list[PlacePractice]


class BenefitShown(Answer):
    """An assessment of what a project brought in a year; `in_force`: the newest of its year."""

    id: int
    year: int
    benefit_fen: int
    method: str
    evidence: str
    noted_by: str
    in_force: bool


class ClassShown(Answer):
    """What was said of a project, '' = nothing."""

    project: str
    kind: str
    sector: str


class Benefits(Answer):
    """Oldest first."""

    project: str
    benefits: list[BenefitShown]


class PracticeName(Asked):
    """The same in both languages; both empty ends it."""

    zh: Name
    en: Name


class PlacePracticeGiven(Asked):
    """How a place goes about projects of a kind ('' = all); `evidence` = SHA-256 of a paper, or ''."""

    place_kind: PlaceKind
    place: Line
    kind: Name = ""
    name: PracticeName
    evidence: Digest = ""


class ClassGiven(Asked):
    """What a project is in particular, and its sector; '' takes it back."""

    kind: Name = ""
    sector: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]{0,31})?$")] = ""


class BenefitGiven(Asked):
    """What a project brought in a year, how that was reckoned, and the SHA-256 of the paper that shows it."""

    year: Annotated[int, Field(ge=2000, le=2099)]
    benefit_fen: Fen
    method: Line
    evidence: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class ViewGiven(Asked):
    """The kind of page that was opened."""

    page: PageName
