"""Trees from a number down to the records, frames and stills it came from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session

from central.api.access import Access
from central.api.errors import absent
from central.api.project_schemas import BuildingState, ItemState
from central.api.schemas import Text
from central.api.score_schemas import ScoreDetail, ScorePart, TraceNode
from central.api.views.nodes import Branch, grown, record_node
from central.api.views.scores import score_of
from central.api.views.standing import Judged
from central.api.views.warnings import without_case
from central.api.views.words import name_of, refs_of
from central.store.instants import from_ms, to_ms
from central.store.load_project import load_project
from central.store.read_records import kept_records
from central.store.read_standing import judged_until, standings
from central.store.read_warnings import told_warning

EVENT_NAMES = {
    "raised": Text(zh="触发", en="Raised"),
    "escalated": Text(zh="升级", en="Escalated"),
    "downgraded": Text(zh="降级", en="Downgraded"),
    "cleared": Text(zh="解除", en="Cleared"),
    "withdrawn": Text(zh="撤回", en="Withdrawn"),
    "restored": Text(zh="恢复", en="Restored"),
}
SCORE_NAME = Text(zh="绩效得分", en="Score")
_FIGURES = ("plan_bp", "gap_bp", "lag_cdays", "sigma_bp", "coverage_bp")


def score_trace(
    session: Session, access: Access, project_id: str, *, now: datetime, day: date | None = None
) -> TraceNode:
    """Score, its indicators, then each building with its items and the records behind them. With `day`, the score as
    it stood at the end of that day, and the buildings as they were last judged by then (their items are kept for the
    newest instant only)."""
    score = score_of(session, project_id, day=day)
    below = _buildings(session, project_id, now=now) if day is None else _buildings_then(session, project_id, score)
    branch = Branch(
        kind="score",
        key=project_id,
        name=SCORE_NAME,
        at=score.as_of,
        value=None if score.total is None else f"{score.total:.3f} {score.grade or ''}".strip(),
        facts={
            "rule_version": score.rule_version,
            "consistency_ratio": score.consistency_ratio,
            "day": None if day is None else str(day),
        },
        children=[*(_indicator(part, at=score.as_of) for part in score.contributions), *below],
    )
    return grown(session, access, branch)


def warning_trace(session: Session, access: Access, warning_id: int, *, now: datetime) -> TraceNode:
    """Warning, its transitions with the records each was judged on, then its building as it stands."""
    told = told_warning(session, warning_id)
    if told is None:
        raise absent("warning", str(warning_id))
    warning = without_case(told)
    events = [
        Branch(
            kind="event",
            key=row.event,
            name=EVENT_NAMES.get(row.event, Text(zh=row.event, en=row.event)),
            at=from_ms(row.at),
            value=row.level,
            facts={
                "level": row.level,
                "value": row.value,
                "threshold": row.threshold,
                "unit": row.unit,
                "rule_version": row.rule_version,
                "capped": row.capped,
            },
            refs=refs_of(row.refs),
        )
        for row in told.events
    ]
    own = _buildings(session, warning.project.id, now=now, within=[warning.subject.id])
    branch = Branch(
        kind="warning",
        key=warning.id,
        name=warning.text,
        at=warning.changed_at,
        value=f"{warning.value} {warning.unit}",
        facts={"rule_version": warning.rule_version, "threshold": warning.threshold, "state": warning.state},
        children=[*events, *own],
    )
    return grown(session, access, branch)


def record_trace(session: Session, *, gateway: str, epoch: str, seq: int) -> TraceNode:
    """One record with everything it says."""
    ref = f"{gateway}/{epoch}/{seq}"
    kept = kept_records(session, [ref]).get(ref)
    if kept is None:
        raise absent("record", ref)
    return record_node(ref, kept, whole=True)


def _buildings(
    session: Session, project_id: str, *, now: datetime, within: Sequence[str] | None = None
) -> list[Branch]:
    standing = next(iter(standings(session, [project_id])), None)
    if standing is None:
        raise absent("project", project_id)
    plan = load_project(session.connection(), project_id, within=within)
    judged = Judged(session, standing, now=now, plan=plan)
    found = []
    for building in judged.buildings(within):
        items = []
        for item in building.items:
            progress = standing.progress.get(item.id)
            items.append(_item(item, refs=refs_of(progress.refs) if progress else [], at=judged.at))
        found.append(_building(building, items, at=judged.at))
    return found


def _buildings_then(session: Session, project_id: str, score: ScoreDetail) -> list[Branch]:
    """Each building as it was last judged up to the score's instant, with the records it was judged on."""
    if score.as_of is None:
        return []
    return [
        Branch(
            kind="building",
            key=building.id,
            name=name_of(building),
            at=from_ms(row.as_of_at),
            value=f"{row.actual_bp} bp",
            facts={name: getattr(row, name) for name in _FIGURES} | {"weight_bp": building.weight_bp},
            refs=refs_of(row.refs),
        )
        for building, row in judged_until(session, project_id, at_ms=to_ms(score.as_of))
    ]


def _building(building: BuildingState, items: Sequence[Branch], *, at: datetime) -> Branch:
    return Branch(
        kind="building",
        key=building.id,
        name=building.name,
        at=at,
        value=None if building.actual_bp is None else f"{building.actual_bp} bp",
        facts={name: getattr(building, name) for name in (*_FIGURES, "weight_bp")},
        children=items,
    )


def _item(item: ItemState, *, refs: Sequence[str], at: datetime) -> Branch:
    return Branch(
        kind="item",
        key=item.id,
        name=item.name,
        at=at,
        value=None if item.actual_bp is None else f"{item.actual_bp} bp",
        facts={name: getattr(item, name) for name in ("plan_bp", "sigma_bp", "weight_bp")},
        refs=refs,
    )


def _indicator(part: ScorePart, *, at: datetime | None) -> Branch:
    return Branch(
        kind="indicator",
        key=part.indicator,
        name=part.name,
        at=at,
        value=f"{part.points:.3f}",
        facts={"value": part.value, "formula": part.formula, "leaf_score": part.leaf_score, "weight": part.weight},
        refs=part.refs,
    )
