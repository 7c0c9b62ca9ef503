"""Jobs on both databases: one leader, one effect, missed runs caught up with, failures tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import Connection, Engine, text

from central.jobs import JOBS, Job, Scheduler, last_hour, last_midnight
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.save_jobs import still_held, take_lease
from tests.central.plans import plan

JUDGING = tuple(job for job in JOBS if job.name in ("daily_tick", "hourly_look"))
NOON = datetime(2026, 9, 1, 4, 30, tzinfo=UTC)  # 12:30 in the district


class Clock:
    """A clock that is set by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def a_scheduler(engine: Engine, clock: Clock, *, holder: str = "a", jobs: tuple[Job, ...] = JUDGING) -> Scheduler:
    """One that is beaten by the test."""
    return Scheduler(engine=engine, holder=holder, ran=lambda: None, jobs=jobs, now=clock)


def runs(engine: Engine) -> list[tuple[str, int, str]]:
    with reading(engine) as connection:
        found = connection.execute(text("SELECT job, scheduled_at, outcome FROM job_run ORDER BY scheduled_at, job"))
        return [tuple(row) for row in found]


def test_who_led_while_the_clock_was_ten_years_ahead_leads_no_longer_than_others(any_store: Engine) -> None:
    plan(any_store)
    clock = Clock(NOON + timedelta(days=3650))
    a_scheduler(any_store, clock, jobs=()).beat()
    clock.now = NOON
    a_scheduler(any_store, clock, holder="b").beat()
    assert [run[0] for run in runs(any_store)] == ["daily_tick", "hourly_look"]


@pytest.mark.parametrize(
    ("now", "midnight"),
    [
        (NOON, datetime(2026, 8, 31, 16, tzinfo=UTC)),
        (datetime(2026, 8, 31, 15, 59, tzinfo=UTC), datetime(2026, 8, 30, 16, tzinfo=UTC)),
        (datetime(2026, 8, 31, 16, 0, tzinfo=UTC), datetime(2026, 8, 31, 16, tzinfo=UTC)),
    ],
)
def test_midnight_is_the_districts(now: datetime, midnight: datetime) -> None:
    assert last_midnight(now) == midnight
    assert last_hour(NOON) == datetime(2026, 9, 1, 4, tzinfo=UTC)


def test_two_leaders_have_one_effect_and_projects_are_judged_again(any_store: Engine) -> None:
    plan(any_store)
    clock = Clock(NOON)
    first, second = a_scheduler(any_store, clock), a_scheduler(any_store, clock, holder="b")
    first.beat()
    second.beat()
    assert [run[0] for run in runs(any_store)] == ["daily_tick", "hourly_look"]
    clock.now += timedelta(minutes=5)
    second.beat()  # the first has not renewed: the second takes over, and finds nothing to do
    assert len(runs(any_store)) == 2
    clock.now += timedelta(hours=1)
    first.beat()
    assert [run[2] for run in runs(any_store)] == ["1 projects"] * 3
    with reading(any_store) as connection:
        state = connection.execute(text("SELECT revision, assessed_revision FROM assessment_state")).one()
    assert tuple(state) == (4, 0)


def test_a_lease_is_held_until_it_ends_and_its_fence_tells_holders_apart(any_store: Engine) -> None:
    def take(holder: str, at_s: int) -> int | None:
        with writing(any_store) as connection:
            held = take_lease(connection, "x", holder=holder, now_ms=at_s * 1000, until_ms=at_s * 1000 + 30_000)
        return held.fence if held else None

    assert take("a", 100) == 1
    assert take("b", 110) is None
    assert take("a", 120) == 1
    assert take("b", 151) == 2
    assert take("a", 152) is None
    with writing(any_store) as connection:
        held = take_lease(connection, "x", holder="b", now_ms=160_000, until_ms=170_000)
        assert held is not None
        assert still_held(connection, held)
    assert take("a", 200) == 3
    with writing(any_store) as connection:
        assert not still_held(connection, held)


def test_a_job_that_fails_leaves_no_claim_and_runs_at_the_next_beat(any_store: Engine) -> None:
    tries: list[int] = []

    def sometimes(_connection: Connection, _now: datetime) -> str:
        tries.append(1)
        if len(tries) == 1:
            raise RuntimeError("not today")
        return "done"

    scheduler = a_scheduler(any_store, Clock(NOON), jobs=(Job(name="j", due=last_midnight, run=sometimes),))
    scheduler.beat()
    assert runs(any_store) == []
    scheduler.beat()
    scheduler.beat()
    assert runs(any_store) == [("j", to_ms(last_midnight(NOON)), "done")]


def test_it_beats_by_itself(sqlite_store: Engine) -> None:
    ran = Event()
    scheduler = Scheduler(engine=sqlite_store, holder="a", ran=ran.set)
    scheduler.start()
    assert ran.wait(20)
    scheduler.stop()  # after the beat that runs: all jobs of it ran
    assert {run[0] for run in runs(sqlite_store)} >= {"daily_tick", "hourly_look", "mending"}
