"""How early the platform warned: before the next report by a person, and before the planned finish (A40 C35)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, and_, func, or_, select

from central.quality.counting import day_of
from central.scoring.facts import Leads
from central.store import tables
from central.store.sourced_mending import Window
from central.store.sourced_progress import SCHEDULE_RULES
from central.store.upsert import table_of

_WARNING, _OBSERVATION = table_of(tables.PlanWarning), table_of(tables.Observation)
_TYPED = ("self_report", "inspector", "supervisor")


@dataclass(slots=True)
class _Found:
    first: tuple[int, int] | None = None
    ahead_ms: int = 0
    refs: list[str] = field(default_factory=list)


def leads_of(connection: Connection, projects: Sequence[str], window: Window) -> dict[str, Leads]:
    """Schedule warnings raised by the end of the window, by project, but for those that were withdrawn or that late
    facts raised: these warned nobody in time."""
    next_report = (
        select(func.min(_OBSERVATION.c.observed_at))
        .where(
            _OBSERVATION.c.project == _WARNING.c.project,
            _OBSERVATION.c.kind.in_(_TYPED),
            _OBSERVATION.c.observed_at >= _WARNING.c.raised_at,
            or_(_WARNING.c.subject_kind == "project", _OBSERVATION.c.building == _WARNING.c.subject),
        )
        .scalar_subquery()
    )
    told = and_(_WARNING.c.state != "withdrawn", _WARNING.c.historical.is_(False))
    rows = connection.execute(
        select(_WARNING.c.project, _WARNING.c.id, _WARNING.c.raised_at, next_report.label("reported_at"))
        .where(
            _WARNING.c.project.in_(projects),
            _WARNING.c.rule.in_(SCHEDULE_RULES),
            _WARNING.c.raised_at < window.end_ms,
            told,
        )
        .order_by(_WARNING.c.raised_at, _WARNING.c.id)
    )
    found: dict[str, _Found] = defaultdict(_Found)
    for row in rows:
        one = found[row.project]
        one.first = one.first or (row.raised_at, row.id)
        if row.reported_at is not None and window.begin_ms <= row.reported_at < window.end_ms:
            one.ahead_ms += row.reported_at - row.raised_at
            one.refs.append(f"warning/{row.id}")
    return {project: _leads(one) for project, one in found.items()}


def _leads(found: _Found) -> Leads:
    first = found.first
    return Leads(
        first_on=None if first is None else day_of(first[0]),
        first_refs=() if first is None else (f"warning/{first[1]}",),
        reported=len(found.refs),
        ahead_ms=found.ahead_ms,
        refs=tuple(found.refs),
    )
