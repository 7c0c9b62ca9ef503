"""Lateness: in any order of arrival (A33), on one building while the project is fine (A34), till it is mended (A35)."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from central.domain import Observation, Progress, Subject
from central.ingest.commit import commit
from central.mending.causes import cause_of
from central.mending.order import Order, Piece
from central.mending.who import Actor
from central.plan.calendar import midnight
from central.plan.compare import compare
from central.progress.siteplan import site_plan
from central.reassess import reassess
from central.rules.facts import RuleInput
from central.rules.ladder import DEFAULT
from central.rules.rules import evaluate
from central.store import act_mended, order_mended, tables
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.read_mended import load_case, newest_cases
from tests.central.build import START, a_building, a_project, an_observation, at, judged
from tests.central.edge import frame_of
from tests.central.plans import plan, register
from tests.wire.build import a_reading, a_record
from wire.messages import Frame

# --- A33 -------------------------------------------------------------------------------------------------------------


def ninety_days() -> list[Observation]:
    """Two buildings, one of which stands still for three weeks; two looks a day with noise."""
    rng = random.Random(33)
    found = []
    for half in range(180):
        day = half / 2 + 0.3
        worked = {"b1": min(day, max(30.0, day - 21)), "b2": day}
        for building, done in worked.items():
            value = min(max(done / 140 + rng.gauss(0, 0.01), 0), 1)
            found.append(an_observation(value, day, item=f"{building}-i1", seq=2 * half + (building == "b2")))
    return found


@pytest.mark.requirement("A33")
@pytest.mark.parametrize("seed", [1, 2])
def test_a33_ninety_days_give_the_same_series_in_any_order_of_arrival(seed: int) -> None:
    project = a_project(a_building("b1", weight_bp=5000), a_building("b2", weight_bp=5000))
    seen = ninety_days()
    shuffled = [*seen, *seen[::7]]
    random.Random(seed).shuffle(shuffled)
    expected = judged(project, observations=seen, now=at(90))
    found = judged(project, observations=shuffled, now=at(90))
    assert found.deviations == expected.deviations
    assert found == expected
    days = {d.as_of for d in found.deviations if d.subject.id == "b1"}
    looks = {o.observed_at for o in seen if o.item == "b1-i1"}
    assert looks <= days
    assert {at(n) for n in range(1, 91)} <= days
    assert any(c.rule == "time_lag" for c in found.changes)


# --- A34 -------------------------------------------------------------------------------------------------------------


def found_at(building_share: float, whole_share: float) -> dict[str, str | None]:
    """Levels of the schedule's rules on day 70 of a 20-week linear plan, by rule and kind of subject."""
    project = a_project(a_building("b1", weight_bp=5000), a_building("b2", weight_bp=5000))
    ready = site_plan(project)
    levels: dict[str, str | None] = {}
    parts = (("building", "b1", building_share, ready.buildings["b1"]), ("project", "p1", whole_share, ready.whole))
    for kind, name, share, curve in parts:
        subject = Subject(kind=kind, id=name)  # type: ignore[arg-type]
        progress = Progress(
            subject=name, as_of=at(70), value=share, variance=0.01**2, coverage_bp=10_000, last_seen=at(70), refs=("r",)
        )
        deviation = compare(progress, curve, ready.calendar, subject=subject, as_of=at(70))
        for finding in evaluate(RuleInput(subject=subject, as_of=at(70), deviation=deviation), DEFAULT):
            levels[f"{finding.rule}/{kind}"] = finding.level
    return levels


@pytest.mark.requirement("A34")
@pytest.mark.parametrize(("days_late", "lag", "gap"), [(7.0, "blue", "blue"), (6.9, None, None)])
def test_a34_a_week_late_on_one_building_warns_though_the_project_is_ahead(
    days_late: float, lag: str | None, gap: str | None
) -> None:
    levels = found_at(0.5 - days_late / 140, 0.5 + 0.008)
    assert (levels["time_lag/building"], levels["schedule_gap/building"]) == (lag, gap)
    assert (levels["time_lag/project"], levels["schedule_gap/project"]) == (None, None)
    assert cause_of("material").name.zh == "材料延误"


# --- A35 -------------------------------------------------------------------------------------------------------------

STOPPED, DELIVERED, DAYS = 15, 24, 64
PEOPLE = {
    "owner": ("project_owner", "project", "p1"),
    "street": ("clerk", "street", "street"),
    "watcher": ("supervisor", "project", "p1"),
}


def worked(day: float) -> float:
    """Days of the plan's work that are done: nothing while material lacks, then twice the pace until caught up."""
    if day <= STOPPED:
        return day
    return STOPPED if day <= DELIVERED else min(day, STOPPED + 2 * (day - DELIVERED))


def look(day: int) -> Frame:
    """The facade on a morning: each stage has what its item has done and the next has not."""
    done = worked(day + 1 / 12)
    parts = ((0, 35), (10, 35), (20, 32), (28, 32))
    done_bp = [round(10_000 * min(max((done - first) / length, 0), 1)) for first, length in parts]
    structure, masonry, base, finish = done_bp
    shares = (10_000 - structure, 0, structure - masonry, masonry - base, base - finish, finish)
    body = a_reading(camera="c1", face="south", building="b1", stage_shares_bp=shares)
    record = a_record(seq=day + 1, at=to_ms(midnight(START) + timedelta(days=day, hours=2)), body=body)
    return frame_of([record], gateway="gw-1")


def live(engine: Engine, *days: int) -> None:
    """Mornings one after the other, each judged when it has come."""
    for day in days:
        frame = look(day)
        commit(engine, frames=[frame], letters=[], now_ms=frame.recs[0].at + 60_000, live=True)
        reassess(engine, "p1", midnight(START) + timedelta(days=day, hours=3))


def people(engine: Engine) -> None:
    with writing(engine) as connection, Session(connection) as session:
        for person, (role, kind, scope) in PEOPLE.items():
            user = tables.User(username=person, name=person, password_hash="x", created_at=0)
            session.add(user)
            session.flush()
            session.add(tables.Grant(user=user.id or 0, role=role, scope_kind=kind, scope=scope))
        photo = tables.Photo(
            sha256="a" * 64, format="jpeg", size_bytes=1, width_px=1, height_px=1, shown_bytes=1, received_at=1
        )
        session.add(photo)
        session.flush()
        claim = tables.PhotoClaim(
            sha256="a" * 64, person="street", project="p1", building="b1", item="", filename="", note="", received_at=1,
            flags="",
        )  # fmt: skip
        session.add(claim)
        session.flush()


def act(engine: Engine, function: Callable[..., Any], *args: Any, day: int, **more: Any) -> Any:
    with writing(engine) as connection:
        return function(connection, *args, wall_ms=to_ms(midnight(START) + timedelta(days=day)), **more)


def actor(person: str) -> Actor:
    return Actor(person=person, seats=frozenset({PEOPLE[person][0]}))


def lag_case(engine: Engine) -> Any:
    with reading(engine) as connection:
        numbers = {
            key: case.id for key, case in newest_cases(connection, "p1").items() if "time_lag" in key and "b1" in key
        }
        (number,) = numbers.values()
        return load_case(connection, number)


@pytest.mark.requirement("A35")
def test_a35_the_street_has_the_material_brought_and_the_building_is_finished_in_time(any_store: Engine) -> None:
    register(any_store, "gw-1")
    plan(any_store)
    people(any_store)
    live(any_store, *range(STOPPED + 9))
    case = lag_case(any_store)
    assert case.state == "pushed"
    order = Order(
        person="street", measure="由备用供应商供货", due=START + timedelta(days=30), acceptance_standard="材料到场"
    )
    act(any_store, act_mended.acknowledge, case.id, actor("owner"), day=24)
    today: date = START + timedelta(days=24)
    (moved,) = act(
        any_store, act_mended.assign, [case.id], order, actor("owner"), cause="material", today=today, day=24
    )
    act(any_store, order_mended.start, moved.rectification.id, actor("street"), day=24)
    live(any_store, *range(STOPPED + 9, 30))
    pieces = [Piece(kind="photo", sha256="a" * 64)]
    act(any_store, order_mended.submit, moved.rectification.id, pieces, actor("street"), note="到货", day=30)
    act(any_store, act_mended.verify_case, case.id, actor("watcher"), note="已到场", day=30)
    live(any_store, *range(30, DAYS))
    ended = lag_case(any_store)
    assert (ended.state, ended.cause) == ("closed", "material")
    with reading(any_store) as connection:
        told = connection.execute(text("SELECT as_of_at, lag_cdays FROM deviation WHERE subject = 'b1'"))
        lags = {row.as_of_at: row.lag_cdays for row in told}
        done = connection.execute(
            text("SELECT value_bp FROM progress_state WHERE subject = 'p1' ORDER BY as_of_at DESC LIMIT 1")
        ).scalar_one()
    assert max(lags.values()) >= 700
    assert lags[max(lags)] < 700
    assert done >= 9500
