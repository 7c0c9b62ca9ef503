"""Reads what people did, for insight: cases with their causes, decisions with their waits, entries, views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Connection, Table, func, select

from central.insight.approval import Asked
from central.insight.causes import CaseRow
from central.insight.use import Act, Kind
from central.plan.calendar import midnight
from central.store import tables
from central.store.instants import to_ms
from central.store.read_insight import classes_of
from central.store.read_mended import round_began
from central.store.upsert import table_of

_CASE, _PROJECT, _AUDIT = table_of(tables.MendingCase), table_of(tables.Project), table_of(tables.AuditEntry)
_USER, _GRANT, _VIEW = table_of(tables.User), table_of(tables.Grant), table_of(tables.PageView)
_WAITS: tuple[tuple[str, Table, str, str], ...] = (  # step, table, asked, decided
    ("stage", table_of(tables.StageAct), "submitted_at", "decided_at"),
    ("plan", table_of(tables.PlanProposal), "proposed_at", "decided_at"),
    ("pause", table_of(tables.PauseRequest), "asked_at", "decided_at"),
    ("step", table_of(tables.StepRecord), "submitted_at", "decided_at"),
    ("measure", table_of(tables.Rectification), "submitted_at", "verified_at"),
)
_TAKEN_BACK = ("withdrawn", "cancelled")
_ENTERS = frozenset(
    {
        "add", "ask", "enter", "evidence", "import", "noted", "note", "plan", "post", "propose", "put", "record",
        "report", "submit", "take", "answer",
    }
)  # fmt: skip
_DECIDES = frozenset(
    {
        "acknowledged", "approve", "approved", "assigned", "cancelled", "caused", "coordinated", "decide", "decided",
        "false_alarm", "freeze", "lock", "publish", "refuse", "refused", "return", "returned", "settle", "verified",
        "verify", "waived",
    }
)  # fmt: skip
_DOUBLED = frozenset({"case.assigned", "case.verified", "case.returned", "case.evidence"})
"""One act on a measure is noted of its cases too: the measure's entry counts."""


def kind_of_action(action: str) -> Kind | None:
    """Whether an action of the audit trail puts something in or decides something: its verb says so.

    What was refused by a rule (ACTION.refused) did neither."""
    thing, _, verb = action.partition(".")
    if not thing or action in _DOUBLED or "." in verb:
        return None
    return "entry" if verb in _ENTERS else "decision" if verb in _DECIDES else None


def case_rows(
    connection: Connection, *, since_ms: int, until_ms: int, projects: Sequence[str] | None = None
) -> tuple[CaseRow, ...]:
    """Cases that were opened within since..until, but for those that late facts undid, by id."""
    where: list[ColumnElement[bool]] = [
        _CASE.c.opened_at >= since_ms,
        _CASE.c.opened_at < until_ms,
        _CASE.c.state.not_in(("withdrawn", "false_alarm")),
    ]
    if projects is not None:
        where.append(_CASE.c.project.in_(projects))
    columns = (_CASE.c.id, _CASE.c.project, _CASE.c.cause, _CASE.c.rule, _CASE.c.ended_at, round_began())
    wanted = select(*columns, _PROJECT.c.unit_zh, _PROJECT.c.work_type).where(*where)
    rows = connection.execute(wanted.join(_PROJECT, _PROJECT.c.id == _CASE.c.project).order_by(_CASE.c.id)).all()
    classes = classes_of(connection, projects)
    return tuple(
        CaseRow(
            id=row.id,
            project=row.project,
            cause=row.cause,
            rule=row.rule,
            kind=(classes[row.project].kind if row.project in classes else "") or row.work_type,
            unit=row.unit_zh,
            began_ms=row.began_at,
            ended_ms=row.ended_at,
        )
        for row in rows
    )


def asked_rows(
    connection: Connection, *, since_ms: int, until_ms: int, projects: Sequence[str] | None = None
) -> tuple[Asked, ...]:
    """What was handed in for a decision within since..until, but for what was taken back, by when it was asked."""
    found: list[Asked] = []
    for step, table, asked, decided in _WAITS:
        where = [
            table.c[asked] >= since_ms,
            table.c[asked] < until_ms,
            table.c.state.not_in(_TAKEN_BACK),
            *(() if projects is None else (table.c.project.in_(projects),)),
        ]
        columns = (table.c.id, table.c.project, table.c[asked].label("asked"), table.c[decided].label("decided"))
        named = (table.c.stage,) if step == "stage" else ()
        joined = table.join(_PROJECT, _PROJECT.c.id == table.c.project)
        wanted = select(*columns, *named, _PROJECT.c.unit_zh).select_from(joined).where(*where)
        found += [
            Asked(
                step=f"stage/{row.stage}" if step == "stage" else step,
                project=row.project,
                unit=row.unit_zh,
                asked_ms=row.asked,
                decided_ms=row.decided,
                ref=f"{step}/{row.id}",
            )
            for row in connection.execute(wanted)
        ]
    return tuple(sorted(found, key=lambda one: (one.asked_ms, one.ref)))


def acts_of_units(connection: Connection, *, first: date, last: date) -> tuple[Act, ...]:
    """Entries, decisions and pages looked at by people who belong to one unit or more, in these days (both included).

    What a person of two units did counts for both."""
    units = _units_of_people(connection, until_ms=to_ms(midnight(last)))
    since_ms, until_ms = to_ms(midnight(first)), to_ms(midnight(date.fromordinal(last.toordinal() + 1)))
    done = (
        select(_AUDIT.c.actor, _AUDIT.c.action, func.count().label("n"))
        .where(_AUDIT.c.at >= since_ms, _AUDIT.c.at < until_ms, _AUDIT.c.actor.in_(list(units)))
        .group_by(_AUDIT.c.actor, _AUDIT.c.action)
        .order_by(_AUDIT.c.actor, _AUDIT.c.action)
    )
    seen = (
        select(_VIEW.c.person, _VIEW.c.page, func.count().label("n"))
        .where(_VIEW.c.day >= first, _VIEW.c.day <= last)
        .group_by(_VIEW.c.person, _VIEW.c.page)
        .order_by(_VIEW.c.person, _VIEW.c.page)
    )
    acts = [
        (row.actor, kind, str(row.action), int(row.n))
        for row in connection.execute(done)
        if (kind := kind_of_action(row.action)) is not None
    ]
    views: list[tuple[str, Kind, str, int]] = [
        (row.person, "view", row.page, row.n) for row in connection.execute(seen)
    ]
    return tuple(
        Act(unit=unit, person=person, kind=kind, what=what, n=n)
        for person, kind, what, n in (*acts, *views)
        for unit in units.get(person, ())
    )


def _units_of_people(connection: Connection, *, until_ms: int) -> Mapping[str, tuple[str, ...]]:
    """The units that each person has a grant for, that of his project counted as his."""
    unit = func.coalesce(_PROJECT.c.unit_zh, _GRANT.c.scope)
    wanted = (
        select(_USER.c.username, unit.label("unit"))
        .select_from(
            _USER.join(_GRANT, _GRANT.c.user == _USER.c.id).outerjoin(
                _PROJECT, (_GRANT.c.scope_kind == "project") & (_PROJECT.c.id == _GRANT.c.scope)
            )
        )
        .where(_GRANT.c.scope_kind.in_(("unit", "project")), _GRANT.c.valid_from_at <= until_ms)
        .distinct()
        .order_by(_USER.c.username, unit)
    )
    found: dict[str, tuple[str, ...]] = {}
    for row in connection.execute(wanted):
        found[row.username] = (*found.get(row.username, ()), row.unit)
    return found
