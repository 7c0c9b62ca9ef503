"""Causes, stages, cohorts, approval times, use and pivots as pages show them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from central.api.delay_schemas import (
    BottleneckShown,
    CauseCount,
    CauseGroupShown,
    CohortShown,
    StageLoss,
    StagePartShown,
    StepTimeShown,
)
from central.api.pivot_schemas import FigureShown, PivotLineShown, PivotShown
from central.api.use_schemas import UnitUseShown, Use, UseCount
from central.api.views.insight import difference_shown, said, sector_name, spread_shown
from central.domain import Text as Words
from central.insight import use
from central.insight.approval import StepTime
from central.insight.bottleneck import Bottleneck, StageStat
from central.insight.causes import CauseGroup
from central.insight.cohort import Cohort, StagePart
from central.insight.pivot import Dimension, Figure, Pivot, PivotLine
from central.insight.project import BANDS, kind_name
from central.insight.spread import TOO_FEW
from central.insight.use import UnitUse
from central.lifecycle.stages import STAGE_NAMES

_NOTHING = Words(zh="", en="")
_BANDS = {band.code: band.name for band in BANDS}


def causes_group(found: CauseGroup, *, name: Callable[[str], Words]) -> CauseGroupShown:
    """Causes of a group with its name."""
    return CauseGroupShown(
        group=found.group,
        name=said(name(found.group)),
        n=found.n,
        causes=[
            CauseCount(
                cause=one.cause,
                name=said(one.name),
                n=one.n,
                share_bp=one.share_bp,
                ended=one.ended,
                mean_cdays=one.mean_cdays,
                cases=list(one.cases),
            )
            for one in found.causes
        ],
    )


def bottleneck_shown(found: Bottleneck) -> BottleneckShown:
    """Where the days were lost."""
    return BottleneckShown(
        when=found.when,
        projects=found.projects,
        excess_days=found.excess_days,
        stage=found.stage or None,
        name=said(stage_name(found.stage)) if found.stage else None,
        stages=[_stage(one) for one in found.stages],
    )


def stage_name(stage: str) -> Words:
    """A stage by its name."""
    return STAGE_NAMES.get(stage, Words(zh=stage, en=stage))


def _stage(one: StageStat) -> StageLoss:
    return StageLoss(
        stage=one.stage,
        name=said(stage_name(one.stage)),
        n=one.n,
        days=spread_shown(one.days),
        planned=one.planned,
        excess_days=one.excess_days,
        share_bp=one.share_bp,
        projects=list(one.projects),
    )


def cohort_shown(one: Cohort) -> CohortShown:
    """Projects of a kind together."""
    return CohortShown(
        kind=one.kind,
        name=said(kind_name(one.kind)),
        projects=list(one.projects),
        completed=list(one.completed),
        cycle=spread_shown(one.cycle),
        works=spread_shown(one.works),
        delay=spread_shown(one.delay),
        against=difference_shown(one.against),
        parts=[_part(part) for part in one.parts],
        bottleneck=bottleneck_shown(one.bottleneck),
        sentence=said(one.sentence),
    )


def _part(one: StagePart) -> StagePartShown:
    return StagePartShown(
        stage=one.stage,
        name=said(stage_name(one.stage)),
        n=one.n,
        mean_cdays=one.mean_cdays,
        share_bp=one.share_bp,
        planned_mean_cdays=one.planned_mean_cdays,
    )


def step_shown(one: StepTime) -> StepTimeShown:
    """How long a step takes."""
    return StepTimeShown(
        step=one.step,
        name=said(one.name),
        n=one.n,
        median_chours=one.median_chours,
        q1_chours=one.q1_chours,
        q3_chours=one.q3_chours,
        longest_chours=one.longest_chours,
        waiting=one.waiting,
        oldest_chours=one.oldest_chours,
        refs=list(one.refs),
        words=said(TOO_FEW if one.median_chours is None else _NOTHING),
    )


def use_shown(found: Sequence[UnitUse], *, since: date, until: date) -> Use:
    """Units by how much they use."""
    return Use(
        since=since,
        until=until,
        method=said(use.METHOD),
        units=[
            UnitUseShown(
                unit=one.unit,
                entries=one.entries,
                views=one.views,
                decisions=one.decisions,
                users=one.users,
                use_bp=one.use_bp,
                mark=said(one.mark) if one.mark else None,
                acts=[UseCount(what=what, n=n) for what, n in one.acts],
            )
            for one in found
        ],
    )


def key_name(dimension: Dimension, key: str, sectors: Mapping[str, Words]) -> Words:
    """A value of a dimension as people name it."""
    match dimension:
        case "kind":
            return kind_name(key)
        case "sector":
            return sector_name(key, sectors)
        case "band":
            return _BANDS.get(key, Words(zh=key, en=key))
        case _:
            return Words(zh=key, en=key)


def figure_shown(one: Figure) -> FigureShown:
    """A column that can be asked for."""
    return FigureShown.model_validate({"code": one.code, "name": said(one.name), "scale": one.scale})


def pivot_shown(found: Pivot, sectors: Mapping[str, Words]) -> PivotShown:
    """The view that the file equals."""

    def line(one: PivotLine) -> PivotLineShown:
        keys = [said(key_name(name, key, sectors)) for name, key in zip(found.by, one.keys, strict=True)]
        return PivotLineShown(keys=keys, figures=list(one.figures), projects=list(one.projects))

    return PivotShown(
        by=list(found.by),
        figures=[figure_shown(one) for one in found.figures],
        lines=[line(one) for one in found.lines],
        total=line(found.total).model_copy(update={"keys": []}),
    )
