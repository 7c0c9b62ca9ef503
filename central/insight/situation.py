"""What is known of a project on a day, and the columns a model of delay reads of it (domain.md §4.12). Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from math import cos, pi, sin

from central.domain import Text
from central.figures import tenths

SLOPE_DAYS = 28
_YEAR_DAYS = 365.25
_PRIOR = 2  # a contractor's share of late projects is drawn to the district's by as many projects


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A project at the end of `day`, as stored then; what is None cannot be said.

    `finish` is the one of the plan in force, moved by approved standstills. `gaps` are (days before `day`, gap bp),
    oldest first, of at most four weeks. `quality_bp` is the unit's newest frozen quality of data (10000 = 100 points).
    `closed` and `closed_late` count the contractor's other projects that were completed before; `district_late_bp`
    is the share of late ones among all those.
    """

    project: str
    day: date
    start: date
    finish: date
    plan_bp: int | None = None
    gap_bp: int | None = None
    gaps: tuple[tuple[int, int], ...] = ()
    spi_t_bp: int | None = None
    cpi_bp: int | None = None
    sigma_bp: int | None = None
    coverage_bp: int | None = None
    quality_bp: int | None = None
    pay_gap_bp: int | None = None
    permits: tuple[str, ...] = ()
    contractor: str = ""
    closed: int = 0
    closed_late: int = 0
    district_late_bp: int | None = None
    eac_fen: int | None = None
    budget_fen: int = 0
    forecast: date | None = None

    @property
    def stage_bp(self) -> int:
        """Share of the planned time that has gone by, in bp; over 10000 after the planned finish."""
        planned = max((self.finish - self.start).days, 1)
        return max((self.day - self.start).days, 0) * 10_000 // planned

    @property
    def slope_bp(self) -> int | None:
        """How fast the gap grows, bp a week: least squares over the last four weeks; None with fewer than 3 points."""
        return slope_bp(self.gaps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """What a model looks at. `columns` are its numbers, None = not known; `spelled` its value in words of a person."""

    code: str
    name: Text
    columns: Callable[[Situation], tuple[float | None, ...]]
    spelled: Callable[[Situation], str]


def slope_bp(gaps: Sequence[tuple[int, int]]) -> int | None:
    """Least squares slope of (days before, gap bp), in bp a week, rounded half up; positive = falls behind faster."""
    points = [(-before, gap) for before, gap in gaps if 0 <= before <= SLOPE_DAYS]
    n, days = len(points), sum(day for day, _ in points)
    if n < 3:
        return None
    gap = sum(value for _, value in points)
    over = n * sum(day * value for day, value in points) - days * gap
    under = n * sum(day * day for day, _ in points) - days * days
    return (2 * 7 * over + under) // (2 * under) if under else None


def _points(value_bp: int | None) -> tuple[float | None, ...]:
    return (None if value_bp is None else value_bp / 100,)


def _share(value_bp: int | None) -> tuple[float | None, ...]:
    return (None if value_bp is None else value_bp / 10_000,)


def _said(value_bp: int | None, unit: str) -> str:
    return "—" if value_bp is None else f"{tenths(value_bp)}{unit}"


def _ratio(value_bp: int | None) -> str:
    return "—" if value_bp is None else f"{value_bp / 10_000:.2f}"


def _season(found: Situation) -> tuple[float | None, ...]:
    turn = 2 * pi * found.day.timetuple().tm_yday / _YEAR_DAYS
    return sin(turn), cos(turn)


def _history(found: Situation) -> tuple[float | None, ...]:
    if not found.closed or found.district_late_bp is None:
        return (None,)
    return ((found.closed_late + _PRIOR * found.district_late_bp / 10_000) / (found.closed + _PRIOR),)


FEATURES: tuple[Feature, ...] = (
    Feature(
        code="gap",
        name=Text(zh="进度偏差", en="gap to the plan"),
        columns=lambda s: _points(s.gap_bp),
        spelled=lambda s: _said(s.gap_bp, " pp"),
    ),
    Feature(
        code="slope",
        name=Text(zh="近四周偏差变化", en="change of the gap in four weeks"),
        columns=lambda s: _points(s.slope_bp),
        spelled=lambda s: _said(s.slope_bp, " pp/7d"),
    ),
    Feature(
        code="spi_t",
        name=Text(zh="进度绩效 SPI(t)", en="schedule performance SPI(t)"),
        columns=lambda s: _share(s.spi_t_bp),
        spelled=lambda s: _ratio(s.spi_t_bp),
    ),
    Feature(
        code="sigma",
        name=Text(zh="进度不确定度", en="uncertainty of progress"),
        columns=lambda s: _points(s.sigma_bp),
        spelled=lambda s: _said(s.sigma_bp, " pp"),
    ),
    Feature(
        code="coverage",
        name=Text(zh="观测覆盖", en="share that is observed"),
        columns=lambda s: _share(s.coverage_bp),
        spelled=lambda s: _said(s.coverage_bp, " %"),
    ),
    Feature(
        code="quality",
        name=Text(zh="数据质量", en="quality of data"),
        columns=lambda s: _points(s.quality_bp),
        spelled=lambda s: _said(s.quality_bp, ""),
    ),
    Feature(
        code="permits",
        name=Text(zh="未取得的手续", en="permits missing"),
        columns=lambda s: (float(len(s.permits)),),
        spelled=lambda s: str(len(s.permits)),
    ),
    Feature(
        code="pay_gap",
        name=Text(zh="支付与进度之差", en="paid ahead of work"),
        columns=lambda s: _points(s.pay_gap_bp),
        spelled=lambda s: _said(s.pay_gap_bp, " pp"),
    ),
    Feature(
        code="cpi",
        name=Text(zh="成本绩效 CPI", en="cost performance CPI"),
        columns=lambda s: _share(s.cpi_bp),
        spelled=lambda s: _ratio(s.cpi_bp),
    ),
    Feature(
        code="season",
        name=Text(zh="季节", en="season"),
        columns=_season,
        spelled=lambda s: f"{s.day.month:02d}",
    ),
    Feature(
        code="stage",
        name=Text(zh="工期已过", en="planned time gone by"),
        columns=lambda s: _share(s.stage_bp),
        spelled=lambda s: _said(s.stage_bp, " %"),
    ),
    Feature(
        code="contractor",
        name=Text(zh="承包单位以往延期", en="the contractor's earlier delays"),
        columns=_history,
        spelled=lambda s: f"{s.closed_late}/{s.closed}",
    ),
)
COLUMNS: tuple[str, ...] = tuple(
    code
    for feature in FEATURES
    for code in ((feature.code,) if feature.code != "season" else ("season_sin", "season_cos"))
)


def columns_of(found: Situation) -> tuple[float | None, ...]:
    """The numbers of a situation in the order of COLUMNS."""
    return tuple(value for feature in FEATURES for value in feature.columns(found))
