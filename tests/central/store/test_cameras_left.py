"""What ailed a camera while it looked stays judged when a revision lets it go, or the project is completed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, text

from central.reassess import reassess
from central.store import tables
from central.store.engine import reading, writing
from central.store.instants import district_day, to_ms
from central.store.save_plan import save_plan
from central.store.save_seen import mark_dirty
from central.store.upsert import table_of
from tests.central.build import at
from tests.central.plans import PLACES, demo_project, plan, register

LEFT = [place for place in PLACES if place.camera == "c2"]


@pytest.fixture
def blind(any_store: Engine) -> Engine:
    """Camera c1 of gw-1 sees nothing from day 2 on; judged on day 10."""
    register(any_store, "gw-1", "gw-2")
    plan(any_store)
    ails(any_store, day=2)
    reassess(any_store, "p1", at(10))
    return any_store


def ails(engine: Engine, *, day: float) -> None:
    """A condition that has no end yet."""
    row = {
        "gateway": "gw-1",
        "camera": "c1",
        "code": "offline",
        "since_at": to_ms(at(day)),
        "detail": "",
        "ref": f"{day}",
    }
    with writing(engine) as connection:
        connection.execute(insert(table_of(tables.CameraCondition)).values(**row))
        mark_dirty(connection, ["p1"], since_ms=to_ms(at(day)))


def warned(engine: Engine) -> list[tuple[Any, ...]]:
    """Device warnings: rule, when raised, state."""
    wanted = text("SELECT rule, raised_at, state FROM warning WHERE subject_kind = 'camera' ORDER BY raised_at, rule")
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(wanted)]


def from_the_start(engine: Engine, now: datetime) -> None:
    """Judge everything again, without what is remembered."""
    with writing(engine) as connection:
        connection.execute(text("DELETE FROM checkpoint"))
        mark_dirty(connection, ["p1"], since_ms=None)
    reassess(engine, "p1", now)


def completed(engine: Engine, day: date) -> None:
    """The project is completed on a day."""
    row = {"project": "p1", "kind": "completed", "day": day, "ref": "x", "noted_by": "y", "noted_at": 1}
    with writing(engine) as connection:
        connection.execute(insert(table_of(tables.LifeEventRow)).values(**row))
        mark_dirty(connection, ["p1"], since_ms=to_ms(at(0)))


def test_a_revision_that_lets_a_camera_go_ends_its_warnings_and_withdraws_none(blind: Engine) -> None:
    before = warned(blind)
    assert before
    assert {state for _, _, state in before} == {"open"}
    save_plan(blind, demo_project(), faces=LEFT, document={"v": 2}, by="t", reason="c1 is gone", now_ms=to_ms(at(10.5)))
    ended = [(rule, raised_at, "closed") for rule, raised_at, _ in before]
    reassess(blind, "p1", at(11))
    assert warned(blind) == ended
    from_the_start(blind, at(12))
    assert warned(blind) == ended


def test_what_ails_a_camera_after_it_left_is_not_the_projects(blind: Engine) -> None:
    save_plan(blind, demo_project(), faces=LEFT, document={"v": 2}, by="t", reason="c1 is gone", now_ms=to_ms(at(10.5)))
    reassess(blind, "p1", at(11))
    known = warned(blind)
    with writing(blind) as connection:
        connection.execute(text("UPDATE camera_condition SET until_at = :end"), {"end": to_ms(at(11))})
    ails(blind, day=12)
    from_the_start(blind, at(30))
    assert warned(blind) == known


def test_cameras_that_are_taken_down_after_completion_warn_nobody(any_store: Engine) -> None:
    register(any_store, "gw-1", "gw-2")
    plan(any_store)
    completed(any_store, district_day(at(5)))
    ails(any_store, day=6.5)
    reassess(any_store, "p1", at(20))
    assert warned(any_store) == []
    ails(any_store, day=4.5)
    from_the_start(any_store, at(20) + timedelta(hours=1))
    assert {state for _, _, state in warned(any_store)} == {"closed"}  # it ends with the day of completion
