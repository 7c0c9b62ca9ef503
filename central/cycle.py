"""The year of evaluating, run by the clock: every occasion of the calendar that was not handled yet, each once (E13).

Told the time, it reads no clock. What was missed while nothing ran is caught up with in order; people get their full
time all the same, since what is opened late closes late.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, func, insert, select

from central.domain import Subject
from central.evaluate.calendar import (
    FORM_WORKING_DAYS,
    Occasion,
    OccasionKind,
    at_hour,
    is_working_day,
    occasions,
    working_days_after,
    year_forms_due,
)
from central.evaluate.defaults import PROJECT_SET
from central.evaluate.evaluation import Evaluation
from central.plan.calendar import local_day, midnight
from central.scoring.indicator import IndicatorSet
from central.scoring.period import Period
from central.store import tables
from central.store.compose_evaluated import compose_due, finalise_due, publish_approved
from central.store.instants import from_ms, to_ms
from central.store.move_evaluated import Doing
from central.store.open_evaluated import Assessed, open_evaluations
from central.store.read_evaluated import evaluations, policy_in_force
from central.store.read_indicators import sets_in_force
from central.store.read_roster import roster_at
from central.store.read_tasks import drafts_of
from central.store.read_transfers import units_on
from central.store.save_audit import lock_head
from central.store.save_followed import follow_bulletins, follow_results
from central.store.save_sheets import take_health, take_sheets, take_unit_sheets
from central.store.save_tasks import look_at_tasks, publish_month
from central.store.save_transfers import move_due
from central.store.save_year import make_budgets, make_evaluations, make_monitorings, projects_in
from central.store.tell_evaluated import remind_forms, tell_forms, tell_results
from central.store.upsert import table_of

log = logging.getLogger(__name__)

_OCCASION = table_of(tables.CycleOccasion)
CLOSING_HOUR = 18


def run_cycle(connection: Connection, now: datetime) -> str:
    """Handle everything of the calendar since the last time, in order; says what was done."""
    lock_head(connection)
    after = _handled_until(connection)
    if after is None:
        after = midnight(local_day(now)) - timedelta(seconds=1)  # a new centre begins with the day it begins on
    done = [f"{one.kind} {one.key}: {_handle(connection, one, now)}" for one in _wanted(occasions(after, now))]
    return "; ".join(done) or "nothing due"


def _wanted(found: Sequence[Occasion]) -> list[Occasion]:
    """All of them, but of missed days only the newest: what a day does, it does for all that is due by now."""
    newest = max((one.at for one in found if one.kind == "daily"), default=None)
    return [one for one in found if one.kind != "daily" or one.at == newest]


def _handle(connection: Connection, one: Occasion, now: datetime) -> str:
    outcome = _HANDLERS[one.kind](connection, one, Doing(wall_ms=to_ms(now)))
    row = {"kind": one.kind, "key": one.key, "at": to_ms(one.at), "done_at": to_ms(now), "outcome": outcome}
    connection.execute(insert(_OCCASION).values(**row))
    log.info("occasion: kind=%s key=%s outcome=%s", one.kind, one.key, outcome)
    return outcome


def _handled_until(connection: Connection) -> datetime | None:
    newest = connection.execute(select(func.max(_OCCASION.c.at))).scalar()
    return None if newest is None else from_ms(newest)


def _sheets(connection: Connection, one: Occasion, doing: Doing) -> str:
    return take_objective(connection, one.period, now_ms=doing.wall_ms)


def _quarter(connection: Connection, one: Occasion, doing: Doing) -> str:
    taken = take_objective(connection, one.period, now_ms=doing.wall_ms)
    projects = [subject.id for subject in projects_in(connection, one.period)]
    health = take_health(connection, projects, period=one.period, now_ms=doing.wall_ms)
    closes = at_hour(working_days_after(_today(doing), FORM_WORKING_DAYS), CLOSING_HOUR)
    opened = _open(connection, one.period, closes, doing)
    return f"{taken}, {len(health)} healths, {len(opened)} evaluations opened"


def _year(connection: Connection, one: Occasion, doing: Doing) -> str:
    last = max(year_forms_due(one.period), working_days_after(_today(doing), FORM_WORKING_DAYS))
    opened = _open(connection, one.period, at_hour(last, CLOSING_HOUR), doing)
    return f"{len(opened)} evaluations opened"


def _budget(connection: Connection, one: Occasion, doing: Doing) -> str:
    return f"{make_budgets(connection, one.period, doing=doing)} budgets"


def _monitoring(connection: Connection, one: Occasion, doing: Doing) -> str:
    return f"{make_monitorings(connection, one.period, doing=doing)} monitorings"


def _tasks(connection: Connection, one: Occasion, doing: Doing) -> str:
    people = roster_at(connection, at_ms=doing.wall_ms)
    drafts = drafts_of(connection, one.period, people, now_ms=doing.wall_ms)
    done = publish_month(connection, one.period, drafts, people, doing=doing)
    return f"{done.count} tasks, {len(done.homeless)} without a person"


def _snapshot(connection: Connection, one: Occasion, doing: Doing) -> str:
    return look_at_tasks(connection, date.fromisoformat(one.key), doing=doing)


def _daily(connection: Connection, _one: Occasion, doing: Doing) -> str:
    moved = move_due(connection, doing=doing)
    composed = compose_due(connection, doing=doing)
    people = roster_at(connection, at_ms=doing.wall_ms)
    published: list[Evaluation] = []
    if is_working_day(_today(doing)):
        approved = evaluations(connection, states=("approved",))
        published = publish_approved(connection, approved, doing=doing)
        tell_results(connection, published, people, final=False, wall_ms=doing.wall_ms)
    final = finalise_due(connection, doing=doing)
    tell_results(connection, final, people, final=True, wall_ms=doing.wall_ms)
    follow_results(connection, final, doing=doing)
    follow_bulletins(connection, doing=doing)
    make_evaluations(connection, _by_year(final), doing=doing)
    reminded = remind_forms(connection, wall_ms=doing.wall_ms)
    counts = f"{len(composed)} composed, {len(published)} published, {len(final)} final"
    return f"{moved} moved, {counts}, {reminded} reminded"


_HANDLERS: Mapping[OccasionKind, Callable[[Connection, Occasion, Doing], str]] = {
    "sheets": _sheets,
    "year_sheets": _sheets,
    "budget": _budget,
    "monitoring": _monitoring,
    "quarter": _quarter,
    "year": _year,
    "tasks": _tasks,
    "snapshot": _snapshot,
    "daily": _daily,
}


def take_objective(connection: Connection, period: Period, *, now_ms: int) -> str:
    """Objective sheets of everything that is measured in a period: projects, then units, then persons.

    A project without a set of its own is measured by the default one; a unit without one by its projects (§4.7).
    """
    sets = sets_in_force(connection, kind="project", day=period.last)
    projects = {one: sets.get(one.id, PROJECT_SET) for one in projects_in(connection, period)}
    taken = take_sheets(connection, projects, period=period, now_ms=now_ms) if projects else {}
    own = _own_sets(connection, "unit", period)
    others = [unit for unit in units_of(connection, period) if Subject(kind="unit", id=unit) not in own]
    units = take_unit_sheets(connection, others, period=period, now_ms=now_ms) if others else {}
    rest = {**own, **_own_sets(connection, "person", period)}
    more = take_sheets(connection, rest, period=period, now_ms=now_ms) if rest else {}
    return f"{len(taken) + len(units) + len(more)} sheets"


def units_of(connection: Connection, period: Period) -> list[str]:
    """Units that answer for a project which runs in the period, by its last day; sorted."""
    running = {one.id for one in projects_in(connection, period)}
    return sorted({unit for project, unit in units_on(connection, period.last).items() if project in running and unit})


def assessed_in(connection: Connection, period: Period) -> list[Assessed]:
    """Everything that may be evaluated in a period: units with projects or a set, projects, persons with a set."""
    units, of_project = units_of(connection, period), units_on(connection, period.last)
    own = [subject.id for subject in _own_sets(connection, "unit", period)]
    found = [Assessed(subject=Subject(kind="unit", id=unit), unit=unit) for unit in sorted({*units, *own})]
    found += [Assessed(subject=one, unit=of_project[one.id]) for one in projects_in(connection, period)]
    return found + _persons(connection, period)


def _persons(connection: Connection, period: Period) -> list[Assessed]:
    people = roster_at(connection, at_ms=to_ms(midnight(period.last)))
    found = []
    for subject in _own_sets(connection, "person", period):
        units = sorted(scope for _, kind, scope in people.roles_of(subject.id) if kind == "unit")
        if units:
            found.append(Assessed(subject=subject, unit=units[0]))
    return found


def _own_sets(connection: Connection, kind: Literal["unit", "person"], period: Period) -> dict[Subject, IndicatorSet]:
    found = sets_in_force(connection, kind=kind, day=period.last)
    return {Subject(kind=kind, id=key): found[key] for key in sorted(found)}


def _open(connection: Connection, period: Period, closes: datetime, doing: Doing) -> list[Evaluation]:
    opened = open_evaluations(
        connection, assessed_in(connection, period), period=period, policy=policy_in_force(connection),
        people=roster_at(connection, at_ms=doing.wall_ms), closes_ms=to_ms(closes), doing=doing,
    )  # fmt: skip
    if opened:
        tell_forms(connection, opened, wall_ms=doing.wall_ms)
    return opened


def _by_year(final: list[Evaluation]) -> dict[Period, list[Evaluation]]:
    found: dict[Period, list[Evaluation]] = {}
    for one in final:
        if one.period.kind == "year":
            found.setdefault(one.period, []).append(one)
    return found


def _today(doing: Doing) -> date:
    return local_day(from_ms(doing.wall_ms))
