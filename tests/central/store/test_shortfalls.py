"""Who answers for a goal is told once per level when what was recorded of it falls short."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Engine, text

from central.jobs import JOBS
from central.scoring.indicator import Value
from central.store.engine import reading, writing
from central.store.instants import from_ms
from central.store.save_goals import note_record
from tests.central.store.test_goals import at, decide, district, propose, write

LOOK = next(job for job in JOBS if job.name == "goal_effects")


def note(engine: Engine, goal: str, period: str, value: float, day: date) -> None:
    """What was reached of a goal by the end of a period."""
    given = Value(indicator="", value=value, state="entered", refs=("paper/1",))
    with writing(engine) as connection:
        note_record(connection, goal, period, given, by="wang", now_ms=at(day))


def look(engine: Engine, day: date) -> str:
    """The job, on a day."""
    with writing(engine) as connection:
        return LOOK.run(connection, from_ms(at(day)))


def told(engine: Engine) -> list[tuple[str, str, str]]:
    """Who was told of which goal and period at which level."""
    with reading(engine) as connection:
        found = connection.execute(text("SELECT person, about, level FROM notification ORDER BY id"))
        return [(row.person, row.about, row.level) for row in found]


def test_a_goal_that_falls_short_is_told_once_to_who_answers_for_it(any_store: Engine) -> None:
    keys = write(any_store, *district())
    propose(any_store, keys)
    decide(any_store, keys)
    april = date(2026, 4, 2)
    assert look(any_store, april) == "0 of 4 goals fall short"
    note(any_store, "old", "2026-Q1", 31.0, april)  # 64.8 expected by then
    note(any_store, "new", "2026-Q1", 70.0, april)
    assert look(any_store, april) == "1 of 4 goals fall short"
    first = [("li", "goal/old/1/2026-Q1", "red")]
    assert told(any_store) == first
    look(any_store, date(2026, 4, 3))
    assert told(any_store) == first
    note(any_store, "old", "2026-Q1", 60.0, date(2026, 4, 4))  # corrected: it falls short by less
    look(any_store, date(2026, 4, 5))
    assert told(any_store) == [*first, ("li", "goal/old/1/2026-Q1", "blue")]
    note(any_store, "old", "2026", 96.0, date(2027, 1, 5))
    assert look(any_store, date(2027, 1, 6)).startswith("0 of")
