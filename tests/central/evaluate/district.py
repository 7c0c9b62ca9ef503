"""A small district in a real store that is evaluated: units with projects, and the people who judge them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from central.cycle import run_cycle
from central.domain import Text
from central.evaluate.calendar import at_hour
from central.evaluate.evaluation import Evaluation
from central.scoring.refused import ScoringRefused
from central.store import tables
from central.store.act_evaluated import approve, asks_of, measured_of, submit_form
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.read_evaluated import evaluations, forms_of, load_evaluation
from central.store.save_plan import save_plan
from central.store.upsert import table_of
from tests.central.build import a_building, a_project, an_item, text

UNITS = ("住建局", "水务局", "教育局", "青坪街道")
OFFICE = {  # who judges from outside: person -> (role, scope kind, scope)
    "绩效科长": ("section", "district", ""),
    "财政甲": ("finance", "district", ""),
    "财政乙": ("finance", "district", ""),  # first by name: fills in the forms of finance, so that the other approves
    "区长": ("leader", "district", ""),
    "审计员": ("auditor", "district", ""),
    "评估所": ("third_party", "project", "p0-0"),
}
START = date(2025, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """A store, and the time of its people."""

    engine: Engine
    units: tuple[str, ...] = UNITS

    def day(self, day: date, hour: int = 9) -> str:
        """Let the calendar run up to an hour of a day."""
        with writing(self.engine) as connection:
            return run_cycle(connection, at_hour(day, hour))

    def days(self, first: date, last: date) -> None:
        """Let it run every day."""
        for offset in range((last - first).days + 1):
            self.day(first + timedelta(days=offset))

    def found(self, **more: Any) -> list[Evaluation]:
        """Evaluations."""
        with reading(self.engine) as connection:
            return evaluations(connection, **more)

    def one(self, number: int) -> Evaluation:
        """One evaluation."""
        with reading(self.engine) as connection:
            found = load_evaluation(connection, number)
        assert found is not None
        return found

    def fill_in(
        self, period: str, day: date, *, own: float = 95.0, peers: float = 78.0, only: Iterable[str] = ()
    ) -> int:
        """Hand in every open form of a period with the same points for every leaf; how many."""
        return len([*self._filled(period, day, own=own, peers=peers, only=tuple(only))])

    def _filled(self, period: str, day: date, *, own: float, peers: float, only: tuple[str, ...]) -> Iterator[int]:
        with writing(self.engine) as connection:
            collecting = evaluations(connection, states=("collecting",), period=period)
            for one in collecting:
                for form in forms_of(connection, [one]).get(one.id, []):
                    if form.state != "open" or (only and one.subject.id not in only):
                        continue
                    points = own if form.kind == "self" else peers
                    asks = asks_of(connection, form, one)
                    now_ms = to_ms(at_hour(day, 10))
                    known = measured_of(connection, asks, one, now_ms=now_ms)
                    given = {leaf.indicator.id: points for leaf in asks.leaves if leaf.indicator.id not in known}
                    submit_form(connection, form.id, given, person=form.person, now_ms=now_ms)
                    yield form.id

    def approve_all(self, numbers: Iterable[int], day: date) -> None:
        """All levels approve these."""
        with writing(self.engine) as connection:
            for number in numbers:
                for person in ("绩效科长", "财政甲", "区长"):
                    one = load_evaluation(connection, number)
                    if one is not None and one.state == "composed":
                        _try(connection, number, person, day)

    def put_objective(self, period: str, points: float = 80.0) -> None:
        """Say that every unit was measured at so many points: sheets as the centre takes them."""
        sheets = table_of(tables.ScoreSheet)
        with writing(self.engine) as connection:
            for unit in self.units:
                row = {
                    "id": f"{period}-{unit}".ljust(64, "0"), "subject_kind": "unit", "subject": unit, "period": period,
                    "kind": "objective", "author": "test", "taken_at": 1 << 60, "stored_at": 1 << 60, "set_id": "s",
                    "set_version": 1, "rule_version": "r", "total": points, "grade": "良", "body": "{}",
                }  # fmt: skip
                connection.execute(insert(sheets).values(**row))


def a_district(engine: Engine, *, projects: int = 1, people: bool = True, units: tuple[str, ...] = UNITS) -> District:
    """Units with so many projects each, and, unless told otherwise, their heads and the office that judges."""
    for at, unit in enumerate(units):
        for number in range(projects):
            put_project(engine, f"p{at}-{number}", unit=unit)
    if people:
        with writing(engine) as connection:
            for at, unit in enumerate(units):
                add_person(connection, f"{unit}主任", "dept_head", "unit", unit)
                add_person(connection, f"{unit}科员", "clerk", "unit", unit)
                for number in range(projects):
                    add_person(connection, f"业主{at}-{number}", "project_owner", "project", f"p{at}-{number}")
            for person, (role, kind, scope) in OFFICE.items():
                add_person(connection, person, role, kind, scope)
    return District(engine=engine, units=units)


def put_project(
    engine: Engine,
    name: str,
    *,
    unit: str,
    start: date = START,
    days: int = 360,
    revision: int = 0,
    now_ms: int = 1,
) -> None:
    """A planned project of one building with one even item; `revision` tells its later plans apart."""
    item = an_item(f"{name}-i", building=f"{name}-b", plan=((days, 10_000),), start=start)
    project = replace(
        a_project(a_building(f"{name}-b", items=(item,)), start=start, finish=start + timedelta(days=days - 1)),
        id=name, code=f"2025-{name}", name=Text(zh=f"项目{name}", en=f"Project {name}"), unit=text(unit),
    )  # fmt: skip
    document = {"id": name} | ({"n": revision} if revision else {})
    save_plan(engine, project, faces=(), document=document, by="test", reason="first", now_ms=now_ms)


def add_person(connection: Connection, name: str, role: str, kind: str, scope: str) -> None:
    """A person with a role; the same person may be given several."""
    users, grants = table_of(tables.User), table_of(tables.Grant)
    number = connection.execute(select(users.c.id).where(users.c.username == name)).scalar()
    if number is None:
        row = {"username": name, "name": name, "password_hash": "", "active": True, "created_at": 0}
        number = connection.execute(insert(users).values(**row).returning(users.c.id)).scalar_one()
    connection.execute(insert(grants).values(user=number, role=role, scope_kind=kind, scope=scope, valid_from_at=0))


def see(connection: Connection, project: str, *, at: datetime, planned_bp: int, actual_bp: int) -> None:
    """What the judgement says of a project at an instant."""
    row = {
        "subject_kind": "project", "subject": project, "as_of_at": to_ms(at), "project": project, "plan_bp": planned_bp,
        "actual_bp": actual_bp, "gap_bp": planned_bp - actual_bp, "lag_cdays": 0, "sigma_bp": 100, "coverage_bp": 9000,
        "refs": "[]",
    }  # fmt: skip
    connection.execute(insert(table_of(tables.DeviationRow)).values(**row))


def _try(connection: Connection, number: int, person: str, day: date) -> None:
    role = OFFICE[person][0]
    try:
        approve(connection, number, person=person, seats={role}, now_ms=to_ms(at_hour(day, 11)))
    except ScoringRefused as refused:
        if refused.code != "not_yours":
            raise
