"""Values that nobody types: what the platform measured of a project, unit, person or the district in a period.

All projects of a `Measures` are read at once, and only the facts that the asked measures are made of: a month of a
whole district costs about as many queries as one of its projects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from central.domain import Subject
from central.plan.calendar import midnight
from central.quality.counting import day_of
from central.scoring.facts import Facts, Life, Reds, Stretch
from central.scoring.found import Asked
from central.scoring.indicator import Value
from central.scoring.measuring import FAMILIES, value_of
from central.scoring.sources import SOURCES
from central.store import tables
from central.store.instants import to_ms
from central.store.read_transfers import units_on
from central.store.sourced_counts import delivered_of, handled_of, lots_by_project, reached_of
from central.store.sourced_leads import leads_of
from central.store.sourced_mending import By, Window, acks_of, mending_of, reds_by_unit, reds_of
from central.store.sourced_money import money_of, payments_of, waits_by_project
from central.store.sourced_progress import days_of, lives_of, seen_of, standings_of
from central.store.upsert import table_of

_PROJECT = table_of(tables.Project)
_OF_UNITS = frozenset({"handled"})  # facts that belong to units and to none of their projects
_OF_SUBJECT = frozenset({"reached"})  # facts of the subject itself, whatever projects it has


def measured(connection: Connection, *, subject: Subject, period: Stretch, code: str, now_ms: int) -> Value:
    """The value of one measure of one subject; KeyError for a code that is none."""
    projects = projects_of(connection, subject, day=period.last)
    return Measures(connection, period=period, now_ms=now_ms, projects=projects).value(subject, code)


def projects_of(connection: Connection, subject: Subject, *, day: date) -> tuple[str, ...]:
    """Ids of the projects that a subject stands for, sorted: its own; those that a unit (by its name) answers for on a
    day, whoever answers for them later; all; none of a person."""
    match subject.kind:
        case "project":
            found = connection.execute(select(_PROJECT.c.id).where(_PROJECT.c.id == subject.id))
            return tuple(found.scalars())
        case "unit":
            return tuple(project for project, unit in units_on(connection, day).items() if unit == subject.id)
        case "district":
            return tuple(connection.execute(select(_PROJECT.c.id).order_by(_PROJECT.c.id)).scalars())
    return ()


def taken_at(period: Stretch, *, now_ms: int) -> datetime:
    """The instant up to which facts of a period count: its end, or the last midnight while it runs."""
    return midnight(_through(period, now_ms) + timedelta(days=1))


def _through(period: Stretch, now_ms: int) -> date:
    return min(period.last, day_of(now_ms) - timedelta(days=1))


@dataclass(slots=True)
class Measures:
    """Measures of one period over some projects; what was read once is not read again.

    `now_ms` bounds what is known: entries posted and events noted later are not counted."""

    connection: Connection
    period: Stretch
    now_ms: int
    projects: tuple[str, ...]
    _units: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _read: dict[str, Any] = field(default_factory=dict)

    def value(self, subject: Subject, code: str) -> Value:
        """The value of a measure of a subject whose projects are among those of this object."""
        asked = Asked(period=self.period, through=_through(self.period, self.now_ms))
        if subject.kind not in SOURCES[code].kinds:
            return Value(indicator=code, value=None, state="not_applicable", source=code, version=SOURCES[code].version)
        if asked.through < self.period.first:
            return value_of(code, (), asked=asked)
        return value_of(code, self.facts(subject, FAMILIES[code]), asked=asked)

    def life(self, project: str) -> Life | None:
        """Days of a project, as they were at the end of the period."""
        found: Life | None = self._family("life").get(project)
        return found

    @property
    def window(self) -> Window:
        """The period's days that are over."""
        through = _through(self.period, self.now_ms)
        end_ms = to_ms(midnight(through + timedelta(days=1)))
        begin_ms = to_ms(midnight(self.period.first))
        return Window(first=self.period.first, through=through, begin_ms=begin_ms, end_ms=end_ms)

    def of_subject(self, subject: Subject) -> tuple[str, ...]:
        """Ids of the subject's projects, looked up once for all units."""
        match subject.kind:
            case "project":
                return (subject.id,) if subject.id in set(self.projects) else ()
            case "unit":
                return self._unit_projects().get(subject.id, ())
            case "district":
                return self.projects
        return ()

    def facts(self, subject: Subject, families: Sequence[str]) -> list[Facts]:
        """Facts of these kinds: one entry for each project of the subject, and what belongs to it as a whole."""
        if subject.kind == "person":
            return [Facts(project="", **{name: self._person(name, subject.id) for name in families})]
        if subject.kind == "unit" and "reds" in families:
            reds = self._reds_by_unit().get(subject.id)
            return [Facts(project="", reds=reds)] if reds is not None or self.of_subject(subject) else []
        own = [name for name in families if name not in _OF_UNITS | _OF_SUBJECT]
        found = [
            Facts(project=project, **{name: self._family(name).get(project) for name in own})
            for project in (self.of_subject(subject) if own else ())
        ]
        whole = [Facts(project="", **{name: fact}) for name in families for fact in self._whole(name, subject)]
        return [*found, *whole]

    def _person(self, name: str, person: str) -> Any:
        by = self._family_by(name)
        if by is not None:
            return by.person.get(person)
        return self._family(name).get(Subject(kind="person", id=person)) if name in _OF_SUBJECT else None

    def _whole(self, name: str, subject: Subject) -> Iterable[Any]:
        """What belongs to a unit (or to all of them) and to none of its projects."""
        if name in _OF_SUBJECT:
            own = self._family(name).get(subject)
            return [] if own is None else [own]
        by = self._family_by(name)
        of_units = by.unit if by is not None else self._family(name) if name in _OF_UNITS else {}
        units = [subject.id] if subject.kind == "unit" else sorted(of_units) if subject.kind == "district" else []
        return [of_units[unit] for unit in units if unit in of_units]

    def _family_by(self, name: str) -> By[Any] | None:
        self._family(name)
        found = self._read[name]
        return found if isinstance(found, By) else None

    def _family(self, name: str) -> Any:
        """Facts of one kind by project, read when they are first asked for."""
        if name not in self._read:
            self._read[name] = _READERS[name](self)
        found = self._read[name]
        return found.project if isinstance(found, By) else found

    def _reds_by_unit(self) -> dict[str, Reds]:
        """Warnings that became red by the unit that answered for the project when they were raised (A45)."""
        if "reds_by_unit" not in self._read:
            self._read["reds_by_unit"] = reds_by_unit(self.connection, self._family("reds"), self.window)
        found: dict[str, Reds] = self._read["reds_by_unit"]
        return found

    def _unit_projects(self) -> dict[str, tuple[str, ...]]:
        """Projects by the unit that answers for them on the last day."""
        if not self._units:
            units = units_on(self.connection, self.period.last)
            for project in self.projects:
                unit = units.get(project, "")
                self._units[unit] = (*self._units.get(unit, ()), project)
        return self._units


def _money(measures: Measures) -> Any:
    budgets = {project: life.budget_fen for project, life in measures._family("life").items()}
    window = measures.window
    return money_of(
        measures.connection,
        measures.projects,
        through=window.through,
        known_ms=measures.now_ms,
        plan_fen=budgets,
    )


def _days(measures: Measures) -> Any:
    lives = measures._family("life")
    return days_of(measures.connection, measures.projects, measures.window, lives=lives)


_READERS: dict[str, Callable[[Measures], Any]] = {
    "life": lambda m: lives_of(m.connection, m.projects, m.window, known_ms=m.now_ms),
    "standing": lambda m: standings_of(m.connection, m.projects, m.window),
    "days": _days,
    "money": _money,
    "payments": lambda m: payments_of(
        m.connection, m.projects, first=m.window.first, through=m.window.through, known_ms=m.now_ms
    ),
    "waits": lambda m: waits_by_project(
        m.connection, m.projects, period=m.period, through=m.window.through, known_ms=m.now_ms
    ),
    "mending": lambda m: mending_of(m.connection, m.window),
    "acks": lambda m: acks_of(m.connection, m.window),
    "leads": lambda m: leads_of(m.connection, m.projects, m.window),
    "reds": lambda m: reds_of(m.connection, m.window),
    "delivered": lambda m: delivered_of(
        m.connection, m.projects, first=m.window.first, last=m.window.through, known_ms=m.now_ms
    ),
    "seen": lambda m: seen_of(m.connection, m.projects, m.window),
    "lots": lambda m: lots_by_project(m.connection, m.projects, m.window),
    "handled": lambda m: handled_of(m.connection, "complaint", m.window, known_ms=m.now_ms),
    "reached": lambda m: reached_of(m.connection, m.window, known_ms=m.now_ms),
}
