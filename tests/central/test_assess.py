"""The spine as a whole: the same facts give the same warnings, and the warnings are right and in time."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from central.domain import Assessment, CameraCondition, Level, Observation, Project, SourceKind, Subject
from tests.central.build import (
    DEMO_ITEMS,
    START,
    a_building,
    a_demo_building,
    a_project,
    an_item,
    an_observation,
    at,
    judged,
)

B1 = Subject(kind="building", id="b1")
WHOLE = Subject(kind="project", id="p1")


def a_demo_project(*, finish_day: int = 60) -> Project:
    buildings = (a_demo_building("b1", weight_bp=6000), a_demo_building("b2", weight_bp=4000))
    return a_project(*buildings, finish=START + timedelta(days=finish_day - 1))


def readings(
    building: str,
    worked: Callable[[float], float],
    *,
    days: float = 62,
    hours: tuple[int, ...] = (8, 17),
    noise: float = 0.015,
    seed: int = 1,
) -> list[Observation]:
    """Unbiased camera readings of a building that on day t has done the plan's work of day worked(t).

    The noise of one reading is common to its items, as one picture gives them all.
    """
    rnd = random.Random(seed)
    found = []
    for when in (day + hour / 24 for day in range(int(days)) for hour in hours):
        error = rnd.gauss(0, noise)
        for name, _, _, first, last in DEMO_ITEMS:
            truth = min(1.0, max(0.0, (worked(when) - first) / (last - first)))
            value = min(1.0, max(0.0, truth + error))
            found.append(
                an_observation(value, when, item=f"{building}-{name}", seq=round(when * 1000) * 10 + seed % 10)
            )
    return found


def raised(assessment: Assessment, rule: str, subject: Subject, *, level: Level | None = None) -> datetime | None:
    return next(
        (
            c.at
            for c in assessment.changes
            if c.rule == rule
            and c.subject == subject
            and c.event in ("raised", "escalated")
            and level in (None, c.level)
        ),
        None,
    )


@pytest.mark.parametrize("stalled_on", [15.3, 25.2, 35.6])
@pytest.mark.parametrize("seed", range(4))
def test_a_stalled_building_warns_within_a_day_of_being_a_week_late(stalled_on: float, seed: int) -> None:
    seen = readings("b1", lambda t: min(t, stalled_on), seed=seed) + readings("b2", lambda t: t, seed=seed + 50)
    found = judged(a_demo_project(), observations=seen, now=at(62))
    warned = raised(found, "time_lag", B1)
    assert warned is not None
    assert -1.0 <= (warned - at(stalled_on + 7)) / timedelta(days=1) <= 1.0
    assert raised(found, "time_lag", Subject(kind="building", id="b2")) is None


@pytest.mark.parametrize("late_days", [-1.5, 0.0, 1.5])
@pytest.mark.parametrize("seed", range(4))
def test_a_building_around_its_plan_is_never_a_week_late(late_days: float, seed: int) -> None:
    seen = readings("b1", lambda t: t - late_days, seed=seed) + readings("b2", lambda t: t, seed=seed + 50)
    found = judged(a_demo_project(), observations=seen, now=at(62))
    assert [c for c in found.changes if c.rule == "time_lag"] == []


@pytest.mark.parametrize("late_days", [-1.5, 0.0])
def test_a_building_on_plan_never_warns_at_all(late_days: float) -> None:
    seen = readings("b1", lambda t: t - late_days) + readings("b2", lambda t: t - late_days, seed=2)
    assert judged(a_demo_project(), observations=seen, now=at(62)).changes == ()


@pytest.mark.parametrize(("late_days", "warned"), [(5.5, False), (7.5, True)])
def test_one_building_a_week_late_warns_though_the_project_looks_fine(late_days: float, warned: bool) -> None:
    """A34: a 20-week plan; one building stands still from day 30 on, the other is ahead, and so is the whole."""
    buildings = tuple(
        a_building(name, items=(an_item(f"{name}-i1", building=name),), weight_bp=weight)
        for name, weight in (("b1", 3000), ("b2", 7000))
    )
    seen = []
    for half_day in range(2, 140):
        day = half_day / 2
        worked = min(day, max(30, day - late_days))
        seen.append(an_observation(worked / 140, day, item="b1-i1"))
        seen.append(an_observation(min(1.0, day * 1.1 / 140), day, item="b2-i1", seq=10_000 + half_day))
    found = judged(a_project(*buildings), observations=seen, now=at(70))
    assert (raised(found, "time_lag", B1, level="blue") is not None) is warned
    assert [c for c in found.changes if c.subject == WHOLE] == []


@pytest.mark.requirement("A33")
def test_permutation_repetition_and_hindsight_change_nothing() -> None:
    seen = readings("b1", lambda t: min(t, 25.2), days=40) + readings("b2", lambda t: t, days=40, seed=2)
    shuffled = [*seen, *seen[: len(seen) // 2]]
    random.Random(7).shuffle(shuffled)
    expected = judged(a_demo_project(), observations=seen, now=at(40))
    assert judged(a_demo_project(), observations=shuffled, now=at(40)) == expected
    later = judged(a_demo_project(), observations=seen, now=at(45))
    assert [c for c in later.changes if c.at <= at(40)] == list(expected.changes)
    assert later.deviations[: len(expected.deviations)] == expected.deviations


def test_late_arrivals_rewrite_history_as_if_they_had_been_there() -> None:
    """An outage: half the readings come a week later; the state is that of the run without it."""
    seen = readings("b1", lambda t: min(t, 25.2), days=40)
    outage = [o for o in seen if not at(28) <= o.observed_at < at(33)]
    without = judged(a_demo_project(), observations=outage, now=at(40))
    caught_up = judged(a_demo_project(), observations=[*outage, *(o for o in seen if o not in outage)], now=at(40))
    assert caught_up == judged(a_demo_project(), observations=seen, now=at(40))
    assert caught_up != without


facts = st.builds(
    an_observation,
    value=st.integers(0, 100).map(lambda v: v / 100),
    day=st.integers(0, 20 * 24).map(lambda h: h / 24),
    item=st.sampled_from([f"b1-{name}" for name, *_ in DEMO_ITEMS]),
    kind=st.sampled_from(get_args(SourceKind)),
    source=st.sampled_from(["gw1", "gw2", "li"]),
    conf=st.sampled_from([0.05, 0.5, 1.0]),
    seq=st.integers(1, 40),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(facts, max_size=30), st.randoms(use_true_random=False))
def test_any_facts_in_any_order_give_the_same_bits(seen: list[Observation], rnd: random.Random) -> None:
    project = a_project(a_demo_building("b1", weight_bp=10_000), finish=START + timedelta(days=59))
    expected = judged(project, observations=seen, now=at(21))
    shuffled = [*seen, *seen]
    rnd.shuffle(shuffled)
    assert judged(project, observations=shuffled, now=at(21)) == expected
    for progress in expected.progress:
        assert 0 <= progress.value <= 1
        assert progress.variance >= 0
        assert 0 <= progress.coverage_bp <= 10_000


@settings(max_examples=30, deadline=None)
@given(st.lists(facts, max_size=30))
def test_at_most_one_warning_is_open_and_every_life_is_in_order(seen: list[Observation]) -> None:
    project = a_project(a_demo_building("b1", weight_bp=10_000), finish=START + timedelta(days=30))
    open_now: dict[tuple[str, Subject], Level] = {}
    for change in judged(project, observations=seen, now=at(40)).changes:
        key = (change.rule, change.subject)
        assert open_now.get(key) == change.previous
        assert (change.event == "raised") is (change.previous is None)
        if change.level is None:
            del open_now[key]
        else:
            open_now[key] = change.level


def test_silence_is_a_device_matter_and_never_lateness() -> None:
    seen = readings("b1", lambda t: t, days=20) + readings("b2", lambda t: t, days=40, seed=2)
    found = judged(a_demo_project(), observations=seen, now=at(40))
    rules = [(c.rule, c.event, c.level) for c in found.changes if c.subject == B1]
    assert rules[:2] == [("device_offline", "raised", "blue"), ("device_offline", "escalated", "yellow")]
    assert {rule for rule, _, _ in rules} == {"device_offline", "evidence"}


def test_a_building_that_was_never_seen_has_no_actual_and_asks_for_evidence() -> None:
    found = judged(a_demo_project(), observations=readings("b2", lambda t: t, days=30), now=at(30))
    assert [d for d in found.deviations if d.subject == B1] == []
    assert {c.rule for c in found.changes if c.subject == B1} == {"evidence"}


def test_what_was_never_seen_is_not_held_against_the_project() -> None:
    """b1 is 60 % of the project and on plan: without b2 the project would look 40 % of the plan late."""
    found = judged(a_demo_project(), observations=readings("b1", lambda t: t, days=30), now=at(30))
    assert {c.rule for c in found.changes if c.subject == WHOLE} <= {"evidence"}


def test_an_approved_pause_stops_the_clock() -> None:
    pause = (START + timedelta(days=20), START + timedelta(days=39))
    project = replace(a_demo_project(), pauses=(pause,), finish=START + timedelta(days=79))
    seen = readings("b1", lambda t: min(t, 20), days=40) + readings("b2", lambda t: min(t, 20), days=40, seed=2)
    found = judged(replace(project, buildings=tuple(unpaused(project))), observations=seen, now=at(40))
    assert found.changes == ()


def unpaused(project: Project) -> list:  # type: ignore[type-arg]
    """The demo's buildings with their points after day 20 moved behind the pause."""
    moved = []
    for building in project.buildings:
        items = tuple(
            replace(
                item,
                points=tuple(
                    replace(p, day=p.day + timedelta(days=20)) if p.day >= START + timedelta(days=20) else p
                    for p in item.points
                ),
            )
            for item in building.items
        )
        moved.append(replace(building, items=items))
    return moved


def test_a_knocked_camera_is_told_beside_progress() -> None:
    knocked = CameraCondition(camera="cam1", code="moved", since=at(9.5), detail="", ref="gw1/e1/9", until=at(9.9))
    found = judged(a_demo_project(), observations=(), conditions=[knocked], now=at(12))
    assert [(c.subject.id, c.event) for c in found.changes if c.rule == "device_moved"] == [
        ("cam1", "raised"),
        ("cam1", "cleared"),
    ]


@pytest.mark.parametrize("now", [datetime(2026, 4, 1, tzinfo=UTC), at(0) - timedelta(seconds=1)])
def test_before_the_start_there_is_nothing_to_say(now: datetime) -> None:
    found = judged(a_demo_project(), observations=[], now=now)
    assert (found.as_of, found.deviations, found.changes, found.score.total) == (now, (), (), None)


def test_score_takes_lateness_and_is_what_its_contributions_say() -> None:
    good, bad = (
        judged(
            a_demo_project(),
            observations=readings("b1", worked) + readings("b2", lambda t: t, seed=2),
            now=at(50),
        ).score
        for worked in (lambda t: t, lambda t: min(t, 25.2))
    )
    assert good.total is not None
    assert bad.total is not None
    assert good.grade == "优"
    assert bad.total < good.total - 15
    for score in (good, bad):
        assert score.total == sum(c.points for c in score.contributions)
        assert sum(c.weight for c in score.contributions) == pytest.approx(1)
        assert all(c.points == c.weight * c.leaf_score for c in score.contributions)


def test_a_project_never_seen_is_never_graded() -> None:
    early = judged(a_demo_project(), observations=[], now=at(3)).score
    late = judged(a_demo_project(), observations=[], now=at(20)).score
    assert (early.total, early.grade) == (None, None)
    assert (late.total, late.grade) == (None, None)
    assert {c.value for c in late.contributions} >= {"missing"}


def test_items_and_dates_outside_the_plan_do_no_harm() -> None:
    strange = [an_observation(0.5, 3, item="no-such-item"), an_observation(0.5, -30, item="b1-structure")]
    found = judged(a_demo_project(), observations=strange, now=at(5))
    assert found.project == "p1"
    assert date(2026, 5, 1) == START
