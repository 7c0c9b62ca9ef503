"""Going on from a checkpoint is the same as beginning anew: any facts, any split, late facts, revised plans."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from central.assess import ProjectFacts, assess
from central.checkpoint import Checkpoint, CheckpointError, Memory, kept, pack, unpack
from central.domain import (
    Assessment,
    CameraCondition,
    FundEntry,
    LifeEvent,
    Observation,
    Project,
    SourceKind,
    Subject,
    WarningChange,
)
from central.plan.calendar import local_day, midnight
from central.scoring.goal_document import GoalRecord, GoalVersion
from central.scoring.indicator import Value
from tests.central.build import (
    DEMO_ITEMS,
    START,
    a_building,
    a_demo_building,
    a_project,
    an_item,
    an_observation,
    at,
    in_force,
)
from tests.central.scoring.test_goal import a_goal

DAYS = 45
PLACES = [f"{building}-{name}" for building in ("b1", "b2") for name, *_ in DEMO_ITEMS] + ["b3-i1", "nowhere"]


def the_first_plan() -> Project:
    return a_project(a_demo_building("b1", weight_bp=6000), a_demo_building("b2", weight_bp=4000))


def a_revised_plan() -> Project:
    """b2 leaves, b3 begins, ten days stand still, there is more money."""
    third = a_building("b3", items=(an_item("b3-i1", building="b3"),), weight_bp=4000)
    project = a_project(a_demo_building("b1", weight_bp=6000), third, pauses=((day(25), day(34)),))
    return replace(project, budget_fen=900_000_000, plan_version=2)


def day(number: int) -> date:
    return START + timedelta(days=number)


hours = st.integers(0, DAYS * 24 - 1)
observations = st.builds(
    an_observation,
    value=st.integers(0, 100).map(lambda v: v / 100),
    day=hours.map(lambda h: h / 24),
    item=st.sampled_from(PLACES),
    kind=st.sampled_from(get_args(SourceKind)),
    source=st.sampled_from(["gw1", "gw2", "li"]),
    conf=st.sampled_from([0.05, 0.5, 1.0]),
    seq=st.integers(1, 40),
)
conditions = st.builds(
    lambda code, camera, since, length: CameraCondition(
        camera=camera,
        code=code,
        since=at(since / 24),
        until=None if length is None else at((since + length) / 24),
        detail="",
        ref=f"{camera}/{since}",
    ),
    code=st.sampled_from(["moved", "offline", "covered"]),
    camera=st.sampled_from(["c1", "c2"]),
    since=hours,
    length=st.none() | st.integers(1, 120),
)
entries = st.builds(
    lambda number, kind, when, amount: FundEntry(
        voucher=f"v{number}", project="p1", kind=kind, day=day(when), amount_fen=amount * 100_000_000, line="works"
    ),
    number=st.integers(1, 1000),
    kind=st.sampled_from(["budget", "release", "pay"]),
    when=st.integers(-40, DAYS),
    amount=st.integers(1, 9),
)
events = st.builds(
    lambda kind, when: LifeEvent(project="p1", kind=kind, day=day(when)),
    kind=st.sampled_from(["signed", "agreed_start", "started"]),
    when=st.integers(-200, DAYS),
)


versions = st.builds(
    lambda goal, number, when, target, ended: GoalVersion(
        goal=a_goal(goal, 3, "homes", version=number, target=target, baseline=0.0, ended=ended),
        author="wang",
        state="approved",
        since=day(when),
    ),
    goal=st.sampled_from(["g", "h"]),
    number=st.integers(1, 4),
    when=st.integers(-20, DAYS),
    target=st.sampled_from([50.0, 100.0]),
    ended=st.booleans(),
)
records = st.builds(
    lambda number, goal, period, hour, reached: GoalRecord(
        id=number,
        goal=goal,
        version=1,
        period=period,
        value=Value(indicator="", value=reached, state="too_few" if reached == 7.0 else "entered", refs=("s/1",)),
        noted_by="wang",
        noted_at=at(hour / 24),
    ),
    number=st.integers(1, 99),
    goal=st.sampled_from(["g", "h"]),
    period=st.sampled_from(["2026-04", "2026-05", "2026-Q2"]),
    hour=hours,
    reached=st.sampled_from([0.0, 7.0, 20.0, 27.0, 30.0, 40.0, 90.0]),
)


@st.composite
def all_facts(draw: st.DrawFn) -> ProjectFacts:
    revised = draw(st.none() | st.integers(1, DAYS * 4).map(lambda quarter: quarter / 4))
    plans = in_force((0, the_first_plan()), *(((revised, a_revised_plan()),) if revised else ()))
    plans = tuple(
        replace(plan, estimate_fen=draw(st.sampled_from([0, 1_000_000_000, 2_000_000_000]))) for plan in plans
    )
    paid = draw(st.lists(entries, max_size=8, unique_by=lambda e: e.voucher))
    return ProjectFacts(
        plans=plans,
        observations=tuple(draw(st.lists(observations, max_size=40))),
        conditions=tuple(draw(st.lists(conditions, max_size=4))),
        entries=tuple(paid),
        events=tuple(draw(st.lists(events, max_size=3))),
        goals=tuple(draw(st.lists(versions, max_size=3, unique_by=lambda v: (v.goal.id, v.goal.version)))),
        records=tuple(draw(st.lists(records, max_size=4, unique_by=lambda r: r.id))),
    )


def stored(checkpoint: Checkpoint) -> Checkpoint:
    """As it comes back from the database."""
    return replace(checkpoint, memory=unpack(pack(checkpoint.memory)))


def lives_after(changes: tuple[WarningChange, ...], since: datetime) -> list[WarningChange]:
    """Transitions of the warnings that were not over at an instant."""
    found: list[WarningChange] = []
    running: dict[tuple[str, Subject], list[WarningChange]] = {}
    for change in changes:
        running.setdefault((change.rule, change.subject), []).append(change)
        if change.level is None:
            life = running.pop((change.rule, change.subject))
            found += life if change.at > since else []
    found += [change for life in running.values() for change in life]
    return sorted(found, key=lambda c: (c.at, c.rule, c.subject))


def assert_same(rest: Assessment, whole: Assessment, *, since: datetime) -> None:
    """`rest` is what `whole` says later than `since`, and what it ends with."""
    items = {p.subject for p in whole.progress} & whole.items
    last = [p for p in whole.progress if p.as_of > since or p.subject in items]
    assert list(rest.progress) == last
    assert list(rest.deviations) == [d for d in whole.deviations if d.as_of > since]
    assert list(rest.changes) == lives_after(whole.changes, since)
    assert (rest.states, rest.score, rest.as_of) == (whole.states, whole.score, whole.as_of)
    assert list(rest.scores) == [s for s in whole.scores if local_day(s.as_of) >= local_day(since)]
    known = {c.at: c for c in whole.checkpoints}
    assert all(c == known.get(c.at, c) for c in rest.checkpoints)
    if rest.checkpoints:
        assert rest.checkpoints[-1] == whole.checkpoints[-1]


@settings(max_examples=120, deadline=None)
@given(all_facts(), st.integers(1, DAYS * 24), st.data())
def test_going_on_is_beginning_anew(facts: ProjectFacts, hour: int, data: st.DataObject) -> None:
    now = at(DAYS)
    before = assess(facts, now=at(hour / 24))
    whole = assess(facts, now=now)
    for checkpoint in (
        data.draw(st.lists(st.sampled_from(before.checkpoints), max_size=3)) if before.checkpoints else ()
    ):
        since = checkpoint.at
        left = replace(
            facts,
            observations=tuple(o for o in facts.observations if o.observed_at > since),
            conditions=tuple(c for c in facts.conditions if c.until is None or c.until > since),
            entries=tuple(e for e in facts.entries if midnight(e.day + timedelta(days=1)) > since),
        )
        rest = assess(left, now=now, resume=stored(checkpoint))
        assert_same(rest, whole, since=since)
        short = assess(left, now=now, resume=stored(checkpoint), overturned=False)
        assert list(short.progress) == [p for p in rest.progress if p.as_of > since]


@settings(max_examples=60, deadline=None)
@given(all_facts(), st.lists(observations, min_size=1, max_size=20), st.data())
def test_late_facts_go_on_from_before_the_earliest_of_them(
    facts: ProjectFacts, late: list[Observation], data: st.DataObject
) -> None:
    now = at(DAYS)
    before = assess(facts, now=now)
    earliest = min(o.observed_at for o in late)
    usable = [c for c in before.checkpoints if c.at < earliest]
    complete = replace(facts, observations=(*late, *facts.observations))
    if usable:
        checkpoint = data.draw(st.sampled_from(usable))
        rest = assess(complete, now=now, resume=stored(checkpoint))
        assert_same(rest, assess(complete, now=now), since=checkpoint.at)


@settings(max_examples=30, deadline=None)
@given(all_facts(), st.randoms(use_true_random=False))
def test_any_order_and_repetition_of_any_facts_give_the_same_bits(facts: ProjectFacts, rnd: random.Random) -> None:
    shuffled = replace(
        facts,
        observations=_shuffled(facts.observations, rnd),
        conditions=_shuffled(facts.conditions, rnd),
        entries=_shuffled(facts.entries, rnd),
        goals=_shuffled(facts.goals, rnd),
        records=_shuffled(facts.records, rnd),
    )
    assert assess(shuffled, now=at(DAYS)) == assess(facts, now=at(DAYS))


def _shuffled(found: tuple[Any, ...], rnd: random.Random) -> tuple[Any, ...]:
    twice = [*found, *found]
    rnd.shuffle(twice)
    return tuple(twice)


def test_a_thousand_old_observations_in_any_order_end_in_the_same_state() -> None:
    rnd = random.Random(3)
    old = [
        an_observation(rnd.random(), rnd.uniform(0, 30), item=rnd.choice(PLACES), kind=kind, source=rnd.choice("abc"))
        for kind in get_args(SourceKind)
        for _ in range(200)
    ]
    plans = in_force((0, the_first_plan()))
    expected = assess(ProjectFacts(plans=plans, observations=tuple(old)), now=at(31))
    rnd.shuffle(old)
    assert assess(ProjectFacts(plans=plans, observations=tuple(old)), now=at(31)) == expected


def test_a_stalled_building_is_the_same_from_every_checkpoint() -> None:
    seen = tuple(
        an_observation(min(n, 40) / 120, n / 2, item=f"b1-{name}", seq=n) for n in range(90) for name, *_ in DEMO_ITEMS
    )
    facts = ProjectFacts(plans=in_force((0, a_project(a_demo_building("b1", weight_bp=10_000)))), observations=seen)
    whole = assess(facts, now=at(44))
    assert {c.rule for c in whole.changes} >= {"schedule_gap", "time_lag"}
    for days in (10, 20, 25, 30, 35, 44):
        for checkpoint in assess(facts, now=at(days)).checkpoints:
            assert_same(assess(facts, now=at(44), resume=stored(checkpoint)), whole, since=checkpoint.at)


def test_money_paid_before_the_plan_begins_is_the_same_from_every_checkpoint() -> None:
    entries = tuple(
        FundEntry(voucher=f"v{n}", project="p1", kind="pay", day=START + timedelta(days=day), amount_fen=100_000_000)
        for n, day in enumerate((-25, -12, 3))
    )
    seen = (an_observation(0.05, -30.5, item="b1-structure"), an_observation(0.1, -3.5, item="b1-structure"))
    plans = in_force((0, a_project(a_demo_building("b1", weight_bp=10_000))))
    facts = ProjectFacts(plans=plans, observations=seen, entries=entries)
    whole = assess(facts, now=at(10))
    assert [c.at for c in whole.changes if c.rule == "paid_ahead"][:1] == [at(-24)]
    for days in (-30, -25, -24, -20, -12, -4, 0, 10):
        for checkpoint in assess(facts, now=at(days)).checkpoints:
            since = checkpoint.at
            left = replace(
                facts,
                observations=tuple(o for o in seen if o.observed_at > since),
                entries=tuple(e for e in entries if e.day >= local_day(since)),
            )
            assert_same(assess(left, now=at(10), resume=stored(checkpoint)), whole, since=since)


def test_days_before_a_revision_stay_judged_by_the_plan_then_in_force() -> None:
    seen = tuple(an_observation(n / 80, n / 2, item="b1-structure") for n in range(80))
    plain = ProjectFacts(plans=in_force((0, the_first_plan())), observations=seen)
    revised = replace(plain, plans=in_force((0, the_first_plan()), (20, a_revised_plan())))
    one, two = assess(plain, now=at(40)), assess(revised, now=at(40))

    def before(found: Assessment) -> list[object]:
        return [
            *(d for d in found.deviations if d.as_of < at(20)),
            *(c for c in found.changes if c.at < at(20)),
        ]

    assert before(one) == before(two)
    assert one.deviations != two.deviations
    third = Subject(kind="building", id="b3")
    assert {c.at >= at(20) for c in two.changes if c.subject == third} == {True}
    second = Subject(kind="building", id="b2")
    assert [c.event for c in two.changes if c.subject == second and c.rule == "evidence"][-1] == "cleared"
    assert max(p.as_of for p in two.progress if p.subject == "b2") < at(20)


def test_every_day_that_has_passed_has_one_score_however_often_it_was_judged() -> None:
    seen = tuple(an_observation(n / 80, n / 2, item="b1-structure") for n in range(80))
    facts = ProjectFacts(plans=in_force((0, the_first_plan())), observations=seen)
    found = assess(facts, now=at(30.3)).scores
    assert [local_day(s.as_of) for s in found] == [START + timedelta(days=n) for n in range(31)]
    assert found[12] == assess(facts, now=at(12.9)).score


def test_what_is_kept_grows_coarser_with_age() -> None:
    now = datetime(2026, 7, 15, 9, 30, tzinfo=UTC)
    looks = [now - timedelta(hours=2 * n) for n in range(2000)]
    midnights = [midnight((now - timedelta(days=n)).date()) for n in range(700)]
    found = sorted(kept([*looks, *midnights]))
    heads = [one for one in found if one != midnight(local_day(one))]
    assert heads == [now - timedelta(hours=2), now]
    assert 40 <= len(found) <= 50
    assert kept(found) == frozenset(found)
    later = now + timedelta(hours=2)
    assert sorted(kept([*found, later]))[-2:] == [now, later]


@pytest.mark.parametrize("broken", [b"", b"nothing", pack(Memory())[:-3], b"x" * 40])
def test_broken_bytes_are_said_to_be_none(broken: bytes) -> None:
    with pytest.raises(CheckpointError, match="expected a memory"):
        unpack(broken)
