"""Trees from a number down to the records, frames and stills it came from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from central.api.errors import absent
from central.api.schemas import BuildingState, Fact, ItemState, ScorePart, Text, TraceNode
from central.api.views.readings import still
from central.api.views.scores import score_of
from central.api.views.standing import Judged
from central.api.views.warnings import without_case
from central.api.views.words import refs_of
from central.store.instants import from_ms
from central.store.read_records import Kept, kept_records
from central.store.read_standing import standings
from central.store.read_warnings import told_warning

RECORDS_MAX = 5  # of one node; `more` says how many are not listed
KIND_NAMES = {
    "face_reading": Text(zh="外立面读数", en="Face reading"),
    "camera_event": Text(zh="摄像头事件", en="Camera event"),
    "tombstone": Text(zh="墓碑", en="Tombstone"),
}
EVENT_NAMES = {
    "raised": Text(zh="触发", en="Raised"),
    "escalated": Text(zh="升级", en="Escalated"),
    "downgraded": Text(zh="降级", en="Downgraded"),
    "cleared": Text(zh="解除", en="Cleared"),
    "withdrawn": Text(zh="撤回", en="Withdrawn"),
    "restored": Text(zh="恢复", en="Restored"),
}
SCORE_NAME = Text(zh="绩效得分", en="Score")


def score_trace(session: Session, project_id: str, *, now: datetime) -> TraceNode:
    """Score, its indicators, then each building with its items and the records behind them."""
    score = score_of(session, project_id)
    indicators = [_indicator(session, part, at=score.as_of) for part in score.contributions]
    return _node(
        kind="score",
        key=project_id,
        name=SCORE_NAME,
        at=score.as_of,
        value=None if score.total is None else f"{score.total:.3f} {score.grade or ''}".strip(),
        facts={"rule_version": score.rule_version, "consistency_ratio": score.consistency_ratio},
        children=[*indicators, *_buildings(session, project_id, now=now)],
    )


def warning_trace(session: Session, warning_id: int, *, now: datetime) -> TraceNode:
    """Warning, its transitions with the records each was judged on, then its building as it stands."""
    told = told_warning(session, warning_id)
    if told is None:
        raise absent("warning", str(warning_id))
    warning = without_case(told)
    events = []
    for row in told.events:
        facts = {"level": row.level, "value": row.value, "threshold": row.threshold, "unit": row.unit}
        events.append(
            _node(
                kind="event",
                key=row.event,
                name=EVENT_NAMES.get(row.event, Text(zh=row.event, en=row.event)),
                at=from_ms(row.at),
                value=row.level,
                facts=facts | {"rule_version": row.rule_version, "capped": row.capped},
                refs=refs_of(row.refs),
                session=session,
            )
        )
    subject = warning.subject
    own = [node for node in _buildings(session, warning.project.id, now=now) if node.id == subject.id]
    return _node(
        kind="warning",
        key=warning.id,
        name=warning.text,
        at=warning.changed_at,
        value=f"{warning.value} {warning.unit}",
        facts={"rule_version": warning.rule_version, "threshold": warning.threshold, "state": warning.state},
        children=[*events, *own],
    )


def record_trace(session: Session, *, gateway: str, epoch: str, seq: int) -> TraceNode:
    """One record with everything it says."""
    ref = f"{gateway}/{epoch}/{seq}"
    kept = kept_records(session, [ref]).get(ref)
    if kept is None:
        raise absent("record", ref)
    return _record(ref, kept, whole=True)


def _buildings(session: Session, project_id: str, *, now: datetime) -> list[TraceNode]:
    standing = next(iter(standings(session, [project_id])), None)
    if standing is None:
        raise absent("project", project_id)
    judged = Judged(session, standing, now=now)
    found = []
    for building in judged.buildings():
        items = []
        for item in building.items:
            progress = standing.progress.get(item.id)
            items.append(_item(session, item, refs=refs_of(progress.refs) if progress else [], at=judged.at))
        found.append(_building(building, items, at=judged.at))
    return found


def _building(building: BuildingState, items: list[TraceNode], *, at: datetime) -> TraceNode:
    names = ("plan_bp", "gap_bp", "lag_cdays", "sigma_bp", "coverage_bp", "weight_bp")
    return _node(
        kind="building",
        key=building.id,
        name=building.name,
        at=at,
        value=None if building.actual_bp is None else f"{building.actual_bp} bp",
        facts={name: getattr(building, name) for name in names},
        children=items,
    )


def _item(session: Session, item: ItemState, *, refs: Sequence[str], at: datetime) -> TraceNode:
    return _node(
        kind="item",
        key=item.id,
        name=item.name,
        at=at,
        value=None if item.actual_bp is None else f"{item.actual_bp} bp",
        facts={name: getattr(item, name) for name in ("plan_bp", "sigma_bp", "weight_bp")},
        refs=refs,
        session=session,
    )


def _indicator(session: Session, part: ScorePart, *, at: datetime | None) -> TraceNode:
    return _node(
        kind="indicator",
        key=part.indicator,
        name=part.name,
        at=at,
        value=f"{part.points:.3f}",
        facts={"value": part.value, "formula": part.formula, "leaf_score": part.leaf_score, "weight": part.weight},
        refs=part.refs,
        session=session,
    )


def _node(
    *,
    kind: str,
    key: str,
    name: Text,
    at: datetime | None,
    value: str | None,
    facts: Mapping[str, object],
    children: Sequence[TraceNode] = (),
    refs: Sequence[str] = (),
    session: Session | None = None,
) -> TraceNode:
    """A node; with `refs` its children are the newest RECORDS_MAX of the records they name."""
    listed = list(refs[-RECORDS_MAX:])
    kept = kept_records(session, listed) if session and listed else {}
    records = [_record(ref, kept[ref], whole=False) for ref in reversed(listed) if ref in kept]
    return TraceNode(
        kind=kind,
        id=key,
        name=name,
        at=at,
        value=value,
        facts=_facts(facts),
        evidence=None,
        more=len(refs) - len(listed),
        children=[*children, *records],
    )


def _record(ref: str, kept: Kept, *, whole: bool) -> TraceNode:
    row = kept.record
    body = json.loads(row.body)
    shown = {name: said for name, said in body.items() if whole or name in ("camera", "face", "code", "frame_sha256")}
    plain = {name: said for name, said in shown.items() if not isinstance(said, list | dict)}
    completion = body.get("completion_bp")
    return TraceNode(
        kind="record",
        id=ref,
        name=KIND_NAMES.get(row.kind, Text(zh=row.kind, en=row.kind)),
        at=from_ms(row.at),
        value=None if completion is None else f"{completion} bp",
        facts=_facts({"hash": row.hash, "received_at": from_ms(row.received_at).isoformat(), **plain}),
        evidence=still(kept.still),
        more=0,
        children=[],
    )


def _facts(values: Mapping[str, object]) -> list[Fact]:
    return [Fact(key=key, value=_spelled(value)) for key, value in values.items() if value is not None]


def _spelled(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)
