"""At most one open warning per project, rule and subject, however many write at once: the store says so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, insert, text
from sqlalchemy.exc import IntegrityError

from central.domain import Assessment, Level, Score, Subject, WarningChange
from central.store import tables
from central.store.engine import open_engine, reading, writing
from central.store.instants import to_ms
from central.store.save_assessment import save_assessment
from central.store.upsert import table_of
from tests.central.build import at
from tests.central.plans import plan

WRITERS = 64
B1 = Subject(kind="building", id="b1")
OPEN = "SELECT rule, subject, count(*) FROM warning WHERE state = 'open' GROUP BY rule, subject"


def a_change(rule: str, hour: int, *, event: Any, level: Level | None, previous: Level | None) -> WarningChange:
    return WarningChange(
        rule=rule,
        rule_version=f"{rule}@default-1",
        subject=B1,
        at=at(1) + timedelta(hours=hour),
        event=event,
        level=level,
        previous=previous,
        value=hour,
        threshold=500,
        unit="bp",
        capped=False,
        refs=(),
        basis="points",
    )


def judged(hour: int) -> Assessment:
    """What a writer found: two rules were raised, one of them was over once and began again, at its own hour."""
    again = a_change("time_lag", hour + 1, event="raised", level="blue", previous=None)
    changes = (
        a_change("schedule_gap", hour, event="raised", level="blue", previous=None),
        a_change("time_lag", 0, event="raised", level="yellow", previous=None),
        a_change("time_lag", hour, event="cleared", level=None, previous="yellow"),
        again,
    )
    score = Score(
        subject=Subject(kind="project", id="p1"),
        as_of=at(9),
        total=None,
        grade=None,
        rule_version="t",
        consistency_ratio=0.0,
        contributions=(),
    )
    return Assessment(project="p1", as_of=at(9), progress=(), deviations=(), changes=changes, states=(), score=score)


def at_once(engine: Engine, write: Callable[[Engine, int], bool]) -> list[bool]:
    """Every writer with a connection of its own, all let go at the same moment; what each answered."""
    ready = threading.Barrier(WRITERS)

    def one(number: int) -> bool:
        mine = open_engine(engine.url.render_as_string(hide_password=False))
        try:
            ready.wait(60)
            return write(mine, number)
        finally:
            mine.dispose()

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(one, range(WRITERS)))


def test_many_judgements_at_once_leave_one_open_warning_each(any_store: Engine) -> None:
    plan(any_store)

    def save(mine: Engine, number: int) -> bool:
        with writing(mine) as connection:
            return save_assessment(
                connection, judged(number + 1), revision=1, now_ms=to_ms(at(9)), wall_ms=to_ms(at(9))
            )

    assert all(at_once(any_store, save))
    with reading(any_store) as connection:
        assert {(row[0], row[2]) for row in connection.execute(text(OPEN))} == {("schedule_gap", 1), ("time_lag", 1)}
        states = dict(connection.execute(text("SELECT state, count(*) FROM warning GROUP BY state")).tuples().all())
    assert states["withdrawn"] == 2 * (WRITERS - 1)  # of those who came later each withdrew what it did not find
    assert states["closed"] == 1


def test_the_database_itself_refuses_a_second_open_one(any_store: Engine) -> None:
    plan(any_store)

    def force(mine: Engine, number: int) -> bool:
        row = {
            "project": "p1", "rule": "overspend", "rule_version": "v", "subject_kind": "line", "subject": "p1/works",
            "state": "open", "level": "blue", "raised_at": number, "changed_at": 1, "value": 1, "unit": "bp",
            "basis": "budget", "capped": False, "refs": "[]", "historical": False,
        }  # fmt: skip
        try:
            with writing(mine) as connection:
                connection.execute(insert(table_of(tables.PlanWarning)).values(**row))
        except IntegrityError:
            return False
        return True

    assert sum(at_once(any_store, force)) == 1
    with reading(any_store) as connection:
        assert [tuple(row) for row in connection.execute(text(OPEN))] == [("overspend", "p1/works", 1)]
