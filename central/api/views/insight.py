"""Comparison, correlation, priorities and returns as pages show them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction

from central.api.insight_schemas import (
    BesideShown,
    CoefficientShown,
    ComparedShown,
    Comparison,
    Correlation,
    DifferenceShown,
    HistoryShown,
    MeasureNamed,
    MonthShown,
    PointShown,
    Priorities,
    PriorityShown,
    Returns,
    SectorReturnShown,
    SideBySide,
    SpreadShown,
    TrendShown,
)
from central.api.schemas import Text
from central.domain import Text as Words
from central.insight import correlation as correlations
from central.insight import horizontal, priority, returns
from central.insight.compare import Compared, History, compared, like
from central.insight.correlation import Coefficient, correlated, scatter
from central.insight.horizontal import Beside, Difference
from central.insight.project import MEASURES, Measure, ProjectRow, band_of, kind_name
from central.insight.spread import TOO_FEW, Spread
from central.store.read_insight import Stood

_NOTHING = Words(zh="", en="")
_COMPARED = ("cycle_days", "build_days", "delay_days", "overspend_bp", "gap_bp", "spi_t_bp", "score_milli")
_EARNED_SCHEDULE = Words(
    zh="挣得进度法:计划工期 ÷ SPI(t),区间为实际进度 ± 1 个标准差",
    en="earned schedule: planned duration / SPI(t), interval by one sigma of actual progress",
)
_POINTS = 100  # gaps in basis points, told in percentage points


def said(words: Words) -> Text:
    """Words of the core as the API has them."""
    return Text(zh=words.zh, en=words.en)


def measure_shown(measure: Measure) -> MeasureNamed:
    """What is measured."""
    return MeasureNamed.model_validate(
        {"code": measure.code, "name": said(measure.name), "unit": said(measure.unit), "better": measure.better}
    )


def spread_shown(found: Spread | None, scale: int = 1) -> SpreadShown | None:
    """A spread in the measure's unit."""
    if found is None:
        return None

    def told(value: Fraction | float) -> float:
        return float(value) / scale

    return SpreadShown(
        n=found.n,
        least=told(found.least),
        q1=told(found.q1),
        median=told(found.median),
        q3=told(found.q3),
        most=told(found.most),
        mean=told(found.mean),
        sd=told(found.sd),
        low=told(found.low),
        high=told(found.high),
    )


def difference_shown(found: Difference | None, scale: int = 1) -> DifferenceShown | None:
    """A difference in the measure's unit."""
    if found is None:
        return None
    return DifferenceShown(
        value=found.value / scale,
        low=found.low / scale,
        high=found.high / scale,
        n=found.n,
        n_others=found.n_others,
        shown=found.shown,
    )


def comparison_shown(
    one: ProjectRow,
    rows: Sequence[ProjectRow],
    history: History,
    *,
    stood: Stood | None,
    visible: Collection[str] | None,
) -> Comparison:
    """A project beside like ones of the whole district; `visible` None = the caller sees all of them."""
    others = like(one, rows)
    return Comparison(
        project=one.id,
        kind=said(kind_name(one.kind)),
        band=said(band_of(one.contract_fen).name),
        like=len(others),
        measures=[_compared(compared(one, others, MEASURES[code]), visible) for code in _COMPARED],
        history=_history(history),
        trend=_trend(one, stood),
    )


def _trend(one: ProjectRow, stood: Stood | None) -> TrendShown:
    return TrendShown(
        planned_finish=one.finish,
        finish=stood.forecast if stood else None,
        low=stood.forecast_low if stood else None,
        high=stood.forecast_high if stood else None,
        spi_t_bp=stood.spi_t_bp if stood else None,
        method=said(_EARNED_SCHEDULE),
    )


def _compared(found: Compared, visible: Collection[str] | None) -> ComparedShown:
    among = [project for project in found.among if visible is None or project in visible]
    return ComparedShown(
        measure=measure_shown(found.measure),
        value=None if found.value is None else found.value / found.measure.scale,
        n=found.n,
        spread=spread_shown(found.spread, found.measure.scale),
        percentile_bp=found.percentile_bp,
        better_than_bp=found.better_than_bp,
        among=among,
        hidden=found.n - len(among),
        words=said(TOO_FEW if found.spread is None else _NOTHING),
    )


def _history(found: History) -> HistoryShown:
    return HistoryShown(
        points=[MonthShown.model_validate(point, from_attributes=True) for point in found.points],
        gaps=spread_shown(found.gaps, _POINTS),
        newest_percentile_bp=found.newest_percentile_bp,
        change_bp=found.change_bp,
        words=said(TOO_FEW if found.gaps is None else _NOTHING),
    )


def side_by_side_shown(
    found: Sequence[Beside], measure: Measure, *, visible: Collection[str] | None, places: Collection[str] | None
) -> SideBySide:
    """Places beside each other; a caller who does not see the district sees the lines of his `places`."""
    return SideBySide(
        measure=measure_shown(measure),
        method=said(horizontal.METHOD),
        places=[_beside(one, visible) for one in found if places is None or one.place in places],
    )


def _beside(found: Beside, visible: Collection[str] | None) -> BesideShown:
    scale = found.measure.scale
    mine = [project for project in found.projects if visible is None or project in visible]
    return BesideShown(
        place=found.place,
        kind=said(kind_name(found.kind)),
        n=len(found.projects),
        spread=spread_shown(found.spread, scale),
        others_spread=spread_shown(found.others_spread, scale),
        difference=difference_shown(found.difference, scale),
        practice=said(found.practice) if found.practice else None,
        projects=mine,
        hidden=len(found.projects) - len(mine),
        sentence=said(found.sentence),
    )


def correlation_shown(rows: Sequence[ProjectRow], x: Measure, y: Measure) -> Correlation:
    """Two measures over these projects; those of which one cannot be said are left out."""
    found = correlated(scatter(rows, x, y))
    return Correlation(
        x=measure_shown(x),
        y=measure_shown(y),
        n=found.n,
        pearson=_coefficient(found.pearson),
        spearman=_coefficient(found.spearman),
        refused=said(found.refused) if found.refused else None,
        label=said(found.label),
        method=said(correlations.METHOD),
        points=[PointShown(id=one.id, x=one.x / x.scale, y=one.y / y.scale) for one in found.points],
    )


def _coefficient(found: Coefficient | None) -> CoefficientShown | None:
    return None if found is None else CoefficientShown.model_validate(found, from_attributes=True)


def priorities_shown(
    rows: Sequence[ProjectRow], found: Sequence[priority.Priority], *, limit: int, offset: int
) -> Priorities:
    """The heaviest with their factors."""
    names = {row.id: row.name for row in rows}
    return Priorities(
        method=said(priority.METHOD),
        total=len(found),
        projects=[
            PriorityShown(
                project=one.project,
                name=said(names[one.project]),
                risk_bp=one.risk_bp,
                value_fen=one.value_fen,
                reversible_bp=one.reversible_bp,
                share_bp=one.share_bp,
                why=said(one.why),
            )
            for one in found[offset : offset + limit]
        ],
    )


def returns_shown(found: returns.Returns, names: Mapping[str, Words]) -> Returns:
    """Sectors by what they brought."""
    return Returns(
        method=said(returns.METHOD),
        label=said(found.label),
        mean=None if found.mean_milli is None else found.mean_milli / 1000,
        sectors=[
            SectorReturnShown(
                sector=one.sector,
                name=said(sector_name(one.sector, names)),
                n=one.n,
                spread=spread_shown(one.spread, 1000),
                whole=one.whole_milli / 1000,
                spent_fen=one.spent_fen,
                share_bp=one.share_bp,
                advised_bp=one.advised_bp,
                projects=list(one.projects),
            )
            for one in found.sectors
        ],
    )


def sector_name(code: str, names: Mapping[str, Words]) -> Words:
    """A sector by its name; '' is one that nobody said."""
    return names.get(code, Words(zh=code or "未归类", en=code or "unclassed"))
