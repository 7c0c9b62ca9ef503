"""`goals.completed`: goals due in a period, of a unit, a project and a person, out of what was approved and noted."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from central.domain import Subject, Text
from central.scoring.indicator import Value
from central.scoring.period import period_of
from central.store.engine import reading, writing
from central.store.read_sources import measured
from central.store.save_goals import note_record
from tests.central.plans import plan
from tests.central.scoring.test_goal import a_goal
from tests.central.store.test_goals import at, decide, propose, write

UNIT = Subject(kind="unit", id="区住建局")


def goal(name: str, level: int, parent: str | None, weight: float, **changes: Any) -> Any:
    """A goal that asks for 95 % until the end of 2026."""
    said = Text(zh="2026年底前完成率达到95%", en=name)
    return a_goal(name, level, parent, weight=weight, text=said, **changes)


@pytest.fixture
def agreed(sqlite_store: Engine) -> Engine:
    """One goal of the unit, three of a post and a project under it; two of them reached in 2026."""
    plan(sqlite_store)
    person = Subject(kind="person", id="liu")
    project = Subject(kind="project", id="p1")
    keys = write(
        sqlite_store,
        goal("d", 1, None, 1.0),
        goal("u", 2, "d", 1.0),
        goal("a", 4, "u", 0.3, subject=person),
        goal("b", 4, "u", 0.3, subject=person),
        goal("c", 3, "u", 0.4, subject=project),
    )
    propose(sqlite_store, keys)
    decide(sqlite_store, keys)
    for name, reached in (("a", 95.0), ("b", 94.0), ("c", 96.0)):
        with writing(sqlite_store) as connection:
            given = Value(indicator="", value=reached, state="entered")
            note_record(connection, name, "2026", given, by="wang", now_ms=at(date(2027, 1, 4)))
    return sqlite_store


@pytest.mark.parametrize(
    ("subject", "value"),
    [(Subject(kind="person", id="liu"), 50.0), (Subject(kind="project", id="p1"), 100.0), (UNIT, 0.0)],
)
def test_weights_reached_of_weights_due(agreed: Engine, subject: Subject, value: float) -> None:
    with reading(agreed) as connection:
        asked = {"subject": subject, "period": period_of("2026"), "code": "goals.completed"}
        found = measured(connection, **asked, now_ms=at(date(2027, 1, 10)))  # type: ignore[arg-type]
        before = measured(connection, **asked, now_ms=at(date(2027, 1, 3)))  # type: ignore[arg-type]
    assert (found.value, found.state) == (value, "measured")
    assert before.value == 0.0  # due, and nothing was noted yet
    assert all(ref.startswith("goal") for ref in found.refs)
