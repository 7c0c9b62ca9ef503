"""What the API answers about insight: comparison, correlation, priorities, returns.

Figures of measures are told in the measure's own unit (a share of 0.0525 as 5.25 percent). `null` = too few, or it
cannot be said. Every number comes with its n and the ids behind it; `hidden` counts those the caller may not see.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from central.api.schemas import Answer, Text

MeasureCode = Literal[
    "cycle_days", "build_days", "delay_days", "overspend_bp", "gap_bp", "spi_t_bp", "score_milli", "return_milli",
    "contract_fen", "paid_bp", "intensity_fen",
]  # fmt: skip
PlaceKind = Literal["unit", "street"]


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
