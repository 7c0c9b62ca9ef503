"""What the passing of time does to cases and measures: missed clocks, reminders, reviews. Run by the job `mending`."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection, select

from central.domain import Text
from central.mending.case import Case, Rectification
from central.mending.reminders import Call, case_calls, measure_calls
from central.store import tables
from central.store.move_mended import Doing, note_measure
from central.store.read_mended import active_cases, case_tags, measure_tags, running_measures
from central.store.save_audit import lock_head
from central.store.save_mended import follow
from central.store.tell_mended import Late, call, leaders_of, push, tell_overdue, tell_reminder
from central.store.upsert import table_of

_WARNING, _BELONGS = table_of(tables.PlanWarning), table_of(tables.CaseWarning)
_MEASURE = table_of(tables.Rectification)


def remind(connection: Connection, *, wall_ms: int) -> str:
    """Call whom it is time to call, each occasion once; says what was done."""
    lock_head(connection)
    doing = Doing(wall_ms=wall_ms)
    found = sum(follow(connection, project=project, wall_ms=wall_ms) for project in _forgotten(connection))
    cases = active_cases(connection)
    called = _call_cases(connection, cases, doing)
    reminded = _remind_measures(connection, running_measures(connection), doing)
    return f"{found} cases found, {called} calls, {reminded} reminders"


def _forgotten(connection: Connection) -> list[str]:
    """Projects with an open warning that has no case yet, e.g. from before cases were kept."""
    open_ones = (_WARNING.c.state == "open", _WARNING.c.historical.is_(False), _BELONGS.c.warning.is_(None))
    joined = _WARNING.outerjoin(_BELONGS, _BELONGS.c.warning == _WARNING.c.id)
    wanted = select(_WARNING.c.project).select_from(joined).where(*open_ones).distinct()
    return sorted(connection.execute(wanted).scalars())


def _call_cases(connection: Connection, cases: list[Case], doing: Doing) -> int:
    made = case_tags(connection, [case.id for case in cases])
    count = 0
    for case in cases:
        current = push(connection, case, doing) if case.state == "open" else case  # somebody may have the seat by now
        for one in case_calls(current, made=made.get(case.id, ()), now_ms=doing.wall_ms):
            to_next = one.whom == "next"
            current = call(connection, current, kind=one.kind, tag=one.tag, to_next=to_next, doing=doing)
            count += 1
    return count


def _remind_measures(connection: Connection, measures: list[Rectification], doing: Doing) -> int:
    made = measure_tags(connection, [measure.id for measure in measures])
    calls = [(m, one) for m in measures for one in measure_calls(m, made=made.get(m.id, ()), now_ms=doing.wall_ms)]
    overdue: dict[str, list[Late]] = defaultdict(list)
    for measure, one in calls:
        late = _remind(connection, measure, one, doing)
        for person in late.told:
            overdue[person].append(late)
    for person in sorted(overdue):
        tell_overdue(connection, person, overdue[person], doing=doing)
    return len(calls)


def _remind(connection: Connection, measure: Rectification, one: Call, doing: Doing) -> Late:
    """Remind the responsible person at once; of what is overdue, who is to be told of it with all the rest."""
    words = connection.execute(select(_MEASURE.c.title).where(_MEASURE.c.id == measure.id)).scalar_one()
    title = Text(zh=words, en=words)
    upwards = one.whom == "leader"
    told: tuple[str, ...] = (measure.person,)
    if upwards:
        told = leaders_of(connection, measure.project, measure.unit, at_ms=doing.wall_ms)
    else:
        tell_reminder(connection, measure, title, told, days=one.days, doing=doing)
    detail = {"days": one.days, "told": list(told)}
    note_measure(connection, measure, (), doing, event=one.kind, tag=one.tag, detail=detail)
    return Late(measure=measure, title=title, days=one.days, told=told if upwards else ())
