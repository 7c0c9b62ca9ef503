"""Facts that were counted elsewhere and frozen: quality of data by month, lots and safety, complaints."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, func, or_, select, union

from central.domain import Subject
from central.quality.counting import total_of
from central.quality.lots import pass_rate
from central.quality.score import Counted
from central.scoring.facts import Delivered, Handled, Lots, Reached
from central.scoring.goal import reached
from central.store import tables
from central.store.read_goals import goals_due
from central.store.read_observed import findings_of, lots_of
from central.store.sourced_mending import Window
from central.store.upsert import table_of

_MONTH, _REQUEST = table_of(tables.QualityMonth), table_of(tables.RequestCount)
_LOT, _FINDING = table_of(tables.InspectionLot), table_of(tables.SafetyFinding)
_DISPUTE = table_of(tables.ValueDispute)
_E9 = 10**9
_EVER = date(1, 1, 1)


def delivered_of(
    connection: Connection, projects: Sequence[str], *, first: date, last: date, known_ms: int
) -> dict[str, Delivered]:
    """What the frozen months from `first` to `last` counted of each project; none frozen: months 0."""
    rows = connection.execute(
        select(_MONTH.c.month, _MONTH.c.unit, _MONTH.c.counts)
        .where(_MONTH.c.month.between(first, last), _MONTH.c.frozen_at <= known_ms)
        .order_by(_MONTH.c.month, _MONTH.c.unit)
    ).all()
    counts: dict[str, list[Counted]] = defaultdict(list)
    refs: dict[str, list[str]] = defaultdict(list)
    for month, unit, spelled in rows:
        for project, counted in json.loads(spelled).items():
            counts[project].append(Counted(**counted))
            refs[project].append(f"quality/{month:%Y-%m}/{unit}")
    return {
        project: Delivered(
            counted=total_of(counts[project]), months=len(counts[project]), refs=tuple(dict.fromkeys(refs[project]))
        )
        for project in projects
    }


def lots_by_project(connection: Connection, projects: Sequence[str], window: Window) -> dict[str, Lots]:
    """Inspected lots of the window, and serious findings of safety."""
    found = dict.fromkeys(projects, Lots())
    for project in _looked_at(connection, window):
        if project not in found:
            continue
        rate = pass_rate(lots_of(connection, project, window.first, window.through))
        looked = findings_of(connection, project, _EVER, window.through)
        serious = [one for one in looked if one.serious and window.first <= one.day]
        found[project] = Lots(
            inspected=rate.inspected,
            passed=rate.passed,
            serious=len(serious),
            looked=bool(looked),
            refs=tuple(f"lot/{number}" for number in rate.lots),
            safety_refs=tuple(f"safety/{one.id}" for one in serious),
        )
    return found


def _looked_at(connection: Connection, window: Window) -> list[str]:
    """Projects of which anybody noted lots or safety by the end of the window; most have none, and cost nothing."""
    noted = union(*(select(table.c.project).where(table.c.day <= window.through) for table in (_LOT, _FINDING)))
    return sorted(connection.execute(noted).scalars())


def handled_of(connection: Connection, kind: str, window: Window, *, known_ms: int) -> dict[str, Handled]:
    """Requests of a kind in the window by unit: of several counts of one day and source the newest holds."""
    newest = (
        select(func.max(_REQUEST.c.id))
        .where(
            _REQUEST.c.kind == kind,
            _REQUEST.c.day.between(window.first, window.through),
            _REQUEST.c.given_at <= known_ms,
        )
        .group_by(_REQUEST.c.unit, _REQUEST.c.day, _REQUEST.c.source)
    )
    rows = connection.execute(select(_REQUEST).where(_REQUEST.c.id.in_(newest)).order_by(_REQUEST.c.id)).all()
    received: dict[str, int] = defaultdict(int)
    closed: dict[str, int] = defaultdict(int)
    refs: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        received[row.unit] += row.received
        closed[row.unit] += row.closed
        refs[row.unit].append(f"requests/{row.id}")
    return {unit: Handled(received=received[unit], closed=closed[unit], refs=tuple(refs[unit])) for unit in received}


def reached_of(connection: Connection, window: Window, *, known_ms: int) -> dict[Subject, Reached]:
    """Goals due in the window by their own subject; one of which nothing was noted is due and not reached."""
    goals: dict[Subject, list[tuple[int, bool, str]]] = defaultdict(list)
    for goal, noted in goals_due(connection, first=window.first, last=window.through, known_ms=known_ms):
        met = reached(goal, None if noted is None else noted.value).met
        goals[goal.subject].append((round(goal.weight * _E9), bool(met), f"goal/{goal.id}"))
    return {
        subject: Reached(
            due_e9=sum(weight for weight, _, _ in found),
            reached_e9=sum(weight for weight, met, _ in found if met),
            refs=tuple(ref for _, _, ref in found),
        )
        for subject, found in goals.items()
    }


def open_disputes(connection: Connection, *, until_ms: int) -> dict[str, tuple[str, ...]]:
    """Values of which people and devices disagreed at an instant and nobody had decided (E31), by project."""
    rows = connection.execute(
        select(_DISPUTE.c.project, _DISPUTE.c.id)
        .where(
            _DISPUTE.c.opened_at < until_ms,
            or_(_DISPUTE.c.settled_at.is_(None), _DISPUTE.c.settled_at >= until_ms),
        )
        .order_by(_DISPUTE.c.id)
    )
    found: dict[str, tuple[str, ...]] = {}
    for project, number in rows:
        found[project] = (*found.get(project, ()), f"dispute/{number}")
    return found
