"""The one door on both databases: same facts, same judgement, in any order; late facts withdraw, never erase."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from central.assess import assess
from central.audit.chain import first_fault
from central.ingest.commit import commit
from central.reassess import reassess
from central.reassessor import Reassessor
from central.store.engine import reading, writing
from central.store.instants import from_ms, to_ms
from central.store.load_facts import load_facts
from central.store.save_assessment import save_assessment
from central.store.save_audit import entries
from central.store.save_seen import mark_dirty
from tests.central.build import START
from tests.central.edge import frame_of
from tests.central.plans import demo_project, plan, register
from tests.wire.build import a_reading, a_record, an_event
from wire.messages import Frame, Record

DAYS = 24
JUDGED = (
    "SELECT rule, subject_kind, subject, state, level, raised_at, changed_at, closed_at, value FROM warning"
    " WHERE state <> 'withdrawn' ORDER BY 1, 2, 3, 6",
    "SELECT w.rule, w.subject, e.at, e.event, e.level, e.value FROM warning_event e JOIN warning w ON w.id = e.warning"
    " WHERE w.state <> 'withdrawn' ORDER BY 1, 2, 3, 4",
    "SELECT subject, as_of_at, value_bp, sigma_bp, coverage_bp, refs FROM progress_state ORDER BY 1, 2",
    "SELECT subject_kind, subject, as_of_at, gap_bp, lag_cdays FROM deviation ORDER BY 1, 2, 3",
    "SELECT rule, subject_kind, subject, level, up, down FROM rule_state ORDER BY 1, 2, 3",
    "SELECT subject, day, total, grade FROM score ORDER BY 1, 2",
    "SELECT subject, day, position, points, refs FROM score_contribution ORDER BY 1, 2, 3",
)


def at(day: float) -> int:
    """Milliseconds of an instant so many days after the start."""
    return to_ms(datetime(START.year, START.month, START.day, tzinfo=UTC) + timedelta(days=day))


def footage(*, days: int = DAYS, stalls_on: int = 4) -> list[Frame]:
    """Two readings a day of a building that stops on a day, and a camera that is knocked for two days."""
    records: list[Record] = []
    for look in range(2 * days):
        share = min(look, 2 * stalls_on) * 200
        body = a_reading(camera="c1", face="south", building="b1", stage_shares_bp=(10_000 - share, 0, share, 0, 0, 0))
        records.append(a_record(seq=len(records) + 1, at=at(look / 2 + 0.1), body=body))
    for state, day in (("begin", 6.0), ("end", 8.0)):
        event = an_event(camera="c1", code="moved", state=state)
        records.append(a_record(seq=len(records) + 1, at=at(day), kind="camera_event", body=event))
    return [frame_of([record], gateway="gw-1") for record in records]


def take(engine: Engine, *frames: Frame) -> None:
    commit(engine, frames=frames, letters=[], now_ms=5)


def judged(engine: Engine) -> list[list[tuple[Any, ...]]]:
    with reading(engine) as connection:
        return [[tuple(row) for row in connection.execute(text(sql))] for sql in JUDGED]


@pytest.fixture
def store(any_store: Engine) -> Engine:
    register(any_store, "gw-1")
    plan(any_store)
    return any_store


def test_a_stalled_building_is_warned_of_and_the_same_facts_change_nothing(store: Engine) -> None:
    take(store, *footage())
    now = from_ms(at(DAYS))
    reassess(store, "p1", now)
    first = judged(store)
    assert {(row[0], row[2]) for row in first[0]} >= {
        ("schedule_gap", "b1"),
        ("time_lag", "b1"),
        ("device_moved", "c1"),
    }
    with reading(store) as connection:
        trail = list(entries(connection))
    assert first_fault(trail) is None
    assert {entry.action for entry in trail} >= {"plan.import", "gateway.add", "warning.raised", "warning.escalated"}
    reassess(store, "p1", now)
    assert judged(store) == first
    with reading(store) as connection:
        assert len(list(entries(connection))) == len(trail)


@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_arrival_and_of_judging_ends_the_same(store: Engine, seed: int) -> None:
    rng = random.Random(seed)
    frames = footage()
    frames += rng.choices(frames, k=10)
    rng.shuffle(frames)
    while frames:
        cut = rng.randint(5, 30)
        take(store, *frames[:cut])
        frames = frames[cut:]
        reassess(store, "p1", from_ms(at(rng.uniform(0, DAYS))))
    reassess(store, "p1", from_ms(at(DAYS)))
    shuffled = judged(store)
    forget(store)
    reassess(store, "p1", from_ms(at(DAYS)))
    assert judged(store) == shuffled
    assert len(shuffled[5]) == DAYS + 1  # one score a day, however often and when it was judged


def forget(engine: Engine) -> None:
    """All that can be made anew: the next judgement begins at the start."""
    with writing(engine) as connection:
        for table in ("checkpoint", "progress_state", "deviation", "rule_state", "score_contribution", "score"):
            connection.execute(text(f"DELETE FROM {table}"))


def test_late_facts_withdraw_a_warning_and_leave_its_trace(store: Engine) -> None:
    behind = [f for f in footage() if f.recs[0].kind == "face_reading"]
    take(store, *behind)
    reassess(store, "p1", from_ms(at(DAYS)))
    with reading(store) as connection:
        raised = connection.execute(text("SELECT count(*) FROM warning WHERE rule = 'time_lag'")).scalar_one()
    assert raised
    wide = ((5,) * 40,) * 20  # the outage is over: the camera saw a second, far larger face, which is finished
    finished = {
        "stage": wide,
        "stage_bp": ((9000,) * 40,) * 20,
        "occluded": ((0,) * 40,) * 20,
        "cover": (("",) * 40,) * 20,
        "stage_shares_bp": (0, 0, 0, 0, 0, 10_000),
    }
    late = [
        a_record(
            seq=100 + n,
            at=frame.recs[0].at,
            body=a_reading(camera="c1", face="east", building="b1", **finished),
        )
        for n, frame in enumerate(behind)
    ]
    take(store, frame_of(late, gateway="gw-1"))
    reassess(store, "p1", from_ms(at(DAYS)))
    with reading(store) as connection:
        left = connection.execute(text("SELECT DISTINCT state FROM warning WHERE rule = 'time_lag'")).scalars().all()
        trail = [entry.action for entry in entries(connection)]
    assert set(left) == {"withdrawn"}
    assert "warning.withdrawn" in trail


def test_the_database_itself_refuses_a_second_open_warning(store: Engine) -> None:
    take(store, *footage())
    reassess(store, "p1", from_ms(at(DAYS)))
    copy = (
        "INSERT INTO warning (project, rule, rule_version, subject_kind, subject, state, level, raised_at, changed_at,"
        " value, unit, capped, refs) SELECT project, rule, rule_version, subject_kind, subject, state, level,"
        " raised_at + 1, changed_at, value, unit, capped, refs FROM warning WHERE state = 'open'"
    )
    with pytest.raises(IntegrityError), writing(store) as connection:
        connection.execute(text(copy))


def test_an_older_judgement_does_not_overwrite_a_newer_one(store: Engine) -> None:
    take(store, *footage())
    reassess(store, "p1", from_ms(at(DAYS)))
    with writing(store) as connection:
        connection.execute(text("UPDATE assessment_state SET assessed_revision = revision + 1"))
    done = reassess(store, "p1", from_ms(at(2)))
    assert done is not None
    assert not done.saved


def test_a_project_without_a_plan_has_no_judgement(any_store: Engine) -> None:
    assert reassess(any_store, "p9", from_ms(at(1))) is None


def test_the_loop_judges_what_is_dirty_once_and_says_so(store: Engine) -> None:
    told: list[str] = []
    loop = Reassessor(engine=store, now=lambda: from_ms(at(DAYS)), changed=lambda ids, _at: told.extend(ids))
    take(store, *footage(days=4))
    assert loop.round() == 1
    assert loop.round() == 0
    with writing(store) as connection:
        mark_dirty(connection, ["p1"])
    assert loop.round() == 1
    assert told == ["p1", "p1"]


def test_a_judgement_that_fails_is_a_state_and_no_storm(store: Engine) -> None:
    take(store, *footage(days=4))
    with writing(store) as connection:
        connection.execute(text("UPDATE judged_plan SET body = 'no json'"))
    loop = Reassessor(engine=store, now=lambda: from_ms(at(DAYS)), changed=lambda *_: None)
    assert loop.round() == 1
    assert loop.round() == 0
    with reading(store) as connection:
        assert "DecodeError" in connection.execute(text("SELECT error FROM assessment_state")).scalar_one()


def checkpoints(engine: Engine) -> list[int]:
    with reading(engine) as connection:
        return list(connection.execute(text("SELECT at FROM checkpoint ORDER BY at")).scalars())


def test_judging_goes_on_from_where_it_was_and_ends_as_from_the_start(store: Engine) -> None:
    frames = footage()
    for frame in frames:
        take(store, frame)
        done = reassess(store, "p1", from_ms(max(frame.recs[0].at, at(0.1))))
        assert done is not None
        assert done.assessment.since is not None or frame is frames[0]
        assert len(done.assessment.deviations) <= 4 or frame.recs[0].kind == "camera_event"
    reassess(store, "p1", from_ms(at(DAYS)))
    step_by_step = judged(store)
    forget(store)
    reassess(store, "p1", from_ms(at(DAYS)))
    assert judged(store) == step_by_step


def test_a_late_fact_goes_back_only_as_far_as_itself(store: Engine) -> None:
    frames = footage()
    late = frames.pop(30)
    take(store, *frames)
    reassess(store, "p1", from_ms(at(DAYS)))
    before = checkpoints(store)
    take(store, late)
    done = reassess(store, "p1", from_ms(at(DAYS)))
    assert done is not None
    assert done.assessment.since == from_ms(max(one for one in before if one < late.recs[0].at))
    found = judged(store)
    forget(store)
    reassess(store, "p1", from_ms(at(DAYS)))
    assert judged(store) == found


def test_facts_that_come_while_it_is_judged_stay_to_be_judged(store: Engine) -> None:
    frames = footage()
    take(store, *frames[:20], *frames[30:])
    with reading(store) as connection:
        loaded = load_facts(connection, "p1", now=from_ms(at(DAYS)))
    assert loaded is not None
    take(store, *frames[20:30])
    found = assess(loaded.facts, now=from_ms(at(DAYS)), policy=loaded.policy, resume=loaded.resume)
    with writing(store) as connection:
        assert save_assessment(connection, found, revision=loaded.revision, now_ms=at(DAYS), wall_ms=1)
    done = reassess(store, "p1", from_ms(at(DAYS)))
    assert done is not None
    assert done.assessment.since is None or to_ms(done.assessment.since) < frames[20].recs[0].at
    late = judged(store)
    forget(store)
    reassess(store, "p1", from_ms(at(DAYS)))
    assert judged(store) == late


@pytest.mark.parametrize("spoilt", ["UPDATE checkpoint SET body = :to", "UPDATE checkpoint SET digest = 'other'"])
def test_a_checkpoint_that_is_no_good_is_passed_over(store: Engine, spoilt: str) -> None:
    take(store, *footage())
    reassess(store, "p1", from_ms(at(DAYS)))
    found = judged(store)
    with writing(store) as connection:
        connection.execute(text(spoilt), {"to": b"x"})
    done = reassess(store, "p1", from_ms(at(DAYS)))
    assert done is not None
    assert done.assessment.since is None
    assert judged(store) == found


def test_a_revision_is_judged_by_from_the_last_judgement_on(store: Engine) -> None:
    frames = footage()
    take(store, *(frame for frame in frames if frame.recs[0].at < at(12)))
    reassess(store, "p1", from_ms(at(12)))
    before = judged(store)
    first = demo_project()
    items = tuple(replace(item, points=item.points[-1:]) for item in first.buildings[0].items)
    later = replace(
        first, finish=first.finish + timedelta(days=60), buildings=(replace(first.buildings[0], items=items),)
    )
    assert plan(store, later, note="second", now_ms=at(DAYS)) == 2
    take(store, *(frame for frame in frames if frame.recs[0].at >= at(12)))
    reassess(store, "p1", from_ms(at(DAYS)))
    after = judged(store)
    for table, subject, when in ((2, 0, 1), (3, 1, 2)):
        past, still = (
            [row for row in found[table] if row[when] < at(12) and row[subject] in ("p1", "b1")]
            for found in (before, after)
        )
        assert still == past
    assert after[3] != before[3]
    forget(store)
    reassess(store, "p1", from_ms(at(DAYS)))
    assert judged(store) == after


@pytest.mark.parametrize(("late_ms", "historical"), [(60_000, False), (2 * 3_600_000, True)])
def test_a_warning_that_only_late_facts_raise_is_marked(store: Engine, late_ms: int, historical: bool) -> None:
    """Backlog of days may open a warning; nobody is called at night for what was weeks ago."""
    for frame in footage():
        commit(store, frames=[frame], letters=[], now_ms=frame.recs[0].at + late_ms, live=True)
    reassess(store, "p1", from_ms(at(DAYS)))
    with reading(store) as connection:
        sql = "SELECT historical FROM warning WHERE rule = 'schedule_gap'"
        found = set(connection.execute(text(sql)).scalars())
    assert {bool(one) for one in found} == {historical}
