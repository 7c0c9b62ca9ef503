"""Profiles as documents: what is shipped reads back the same, and every fault is told by its place."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain import CameraCondition
from central.rules.devices import devices
from central.rules.in_force import LaddersInForce, Switch, in_force
from central.rules.ladder import DEFAULT, PROFILES, STRICT, Ladder, LadderProfile
from central.rules.profile_document import ProfileRefused, document_of, profile_of
from central.rules.rules import RULES
from tests.central.build import at
from tests.central.rules.build import a_deviation, at_midnight, found, level


def changed(path: str, value: object, *, rule: str = "schedule_gap") -> dict[str, Any]:
    """The default's document as version 2 with one value changed; path is relative to the rule."""
    document: dict[str, Any] = json.loads(json.dumps(document_of(DEFAULT))) | {"version": 2}
    place = document["rules"][rule]
    *way, last = path.split(".")
    for step in way:
        place = place[step]
    place[last] = value
    return document


@pytest.mark.parametrize("profile", PROFILES.values(), ids=str)
def test_every_rule_has_a_ladder_and_its_document_reads_back_the_same(profile: LadderProfile) -> None:
    assert {rule.__name__ for rule in RULES} == set(profile.ladders)
    assert profile_of(json.loads(json.dumps(document_of(profile)))) == profile


LINES = [
    pytest.param(ladder, place, id=f"{profile.name}-{rule}-{level}")
    for profile in PROFILES.values()
    for rule, ladder in profile.ladders.items()
    for place, (level, _) in enumerate(ladder.thresholds)
]


@pytest.mark.parametrize(("ladder", "place"), LINES)
def test_each_line_of_each_rule_is_entered_and_left_to_the_unit(ladder: Ladder, place: int) -> None:
    """44.99, 45.00, 45.01 at every threshold there is: entered at (or beyond) the line, left beyond the margin."""
    level, line = ladder.thresholds[place]
    below = ladder.thresholds[place - 1][0] if place else None
    worse = -1 if ladder.side == "below" else 1
    on_line = level if ladder.side == "at_least" else below
    assert [ladder.level(line + step * worse) for step in (-1, 0, 1)] == [below, on_line, level]
    exit_ = line - ladder.margin * worse
    on_exit = level if ladder.side == "at_least" else below
    assert [ladder.held(exit_ + step * worse) for step in (-1, 0, 1)] == [below, on_exit, level]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], "document: [] is no profile: expected an object with schema 'siteprogress.ladders/1'"),
        ({**document_of(DEFAULT), "schema": "x"}, "schema: 'x' is not known: expected 'siteprogress.ladders/1'"),
        ({**document_of(DEFAULT), "name": "Über"}, "name: 'Über' is no name: expected a letter"),
        ({**document_of(DEFAULT), "version": 0}, "version: 0 is no such number: expected a whole number from 1"),
        ({**document_of(DEFAULT), "version": True}, "version: True is no such number"),
        ({**document_of(DEFAULT), "owner": "me"}, "document.owner: is not known"),
        ({**document_of(DEFAULT), "rules": []}, "rules: [] is no list of rules"),
        (changed("thresholds.yellow", 500), "rules.schedule_gap.thresholds.yellow: 500 does not follow blue 500"),
        (changed("thresholds.yellow", "15%"), "rules.schedule_gap.thresholds.yellow: '15%' is no such number"),
        (changed("thresholds.orange", 5), "rules.schedule_gap.thresholds.orange: is not known"),
        (changed("thresholds", {}), "rules.schedule_gap.thresholds: {} are no thresholds"),
        (changed("basis", "budget"), "rules.schedule_gap.basis: 'budget' is not known: expected points or relative or"),
        (changed("unit", "cdays"), "rules.schedule_gap.unit: 'cdays' is not how the rule measures: expected bp"),
        (
            changed("margin", 1000),
            "rules.schedule_gap.margin: 1000 reaches over a whole level: expected less",
        ),
        (changed("down", 0), "rules.schedule_gap.down: 0 is no such number: expected a whole number from 1 to 100"),
        (changed("colour", 1), "rules.schedule_gap.colour: is not known"),
        (changed("numbers.extra", 1), "rules.schedule_gap.numbers.extra: is not known"),
        (
            changed("thresholds.red", 8500, rule="underspend"),
            "rules.underspend.thresholds.red: 8500 does not follow yellow 8000: expected thresholds that fall",
        ),
        (changed("numbers.from_month", -1, rule="underspend"), "rules.underspend.numbers.from_month: -1 is no such"),
    ],
)
def test_a_fault_is_told_by_its_place(document: object, words: str) -> None:
    with pytest.raises(ProfileRefused) as refused:
        profile_of(document)
    assert words in str(refused.value)
    assert len(refused.value.faults) == 1


def test_all_faults_are_told_at_once() -> None:
    document = changed("thresholds.yellow", 500) | {"name": "", "version": -1}
    del document["rules"]["time_lag"]
    document["rules"]["tide"] = {}
    with pytest.raises(ProfileRefused) as refused:
        profile_of(document)
    places = [fault.partition(":")[0] for fault in refused.value.faults]
    assert places == ["name", "version", "rules.time_lag", "rules.tide", "rules.schedule_gap.thresholds.yellow"]


def test_a_document_older_than_a_rule_is_judged_by_the_shipped_ladder_there() -> None:
    document = document_of(STRICT)
    del document["rules"]["paid_ahead"]
    with pytest.raises(ProfileRefused, match=r"rules\.paid_ahead: is missing"):
        profile_of(document)
    assert profile_of(document, missing=DEFAULT.ladders) == STRICT


leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
anything = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)


@given(st.sampled_from(["thresholds", "margin", "up", "numbers", "basis", "side", "unit"]), anything)
def test_nonsense_is_refused_or_read_and_never_breaks(key: str, value: object) -> None:
    try:
        read = profile_of(changed(key, value))
    except ProfileRefused as refused:
        assert refused.faults
    else:
        assert profile_of(document_of(read)) == read


@pytest.mark.requirement("A15")
@pytest.mark.parametrize(
    ("basis", "plan", "actual", "spi_t_bp", "expected"),
    [
        ("relative", 2000, 1700, 8500, "yellow"),  # A15: 20 against 17 is 15 %
        ("relative", 2000, 1701, 8505, "blue"),
        ("relative", 400, 0, 0, None),  # next to nothing was planned
        ("time", 6000, 5900, 8500, "yellow"),
        ("time", 6000, 5900, 8501, "blue"),
        ("time", 0, 0, None, None),
        ("points", 6000, 4500, 100, "yellow"),
    ],
)
def test_what_fifteen_percent_is_of(basis: str, plan: int, actual: int, spi_t_bp: int | None, expected: Any) -> None:
    profile = profile_of(changed("basis", basis))
    rel = (plan - actual) * 10_000 // plan if plan >= 500 else None
    seen = a_deviation(plan=plan, actual=actual, rel_bp=rel, spi_t_bp=spi_t_bp)
    finding = found("schedule_gap", at_midnight(deviation=seen, fresh=True), profile)
    assert finding is not None
    assert (finding.level, finding.basis, finding.rule_version) == (expected, basis, "schedule_gap@default-2")


@pytest.mark.parametrize(
    ("gap", "expected"), [(499, None), (500, "blue"), (999, "blue"), (1000, "yellow"), (1500, "red")]
)
def test_the_strict_profile(gap: int, expected: Any) -> None:
    seen = at_midnight(deviation=a_deviation(plan=6000, actual=6000 - gap), fresh=True)
    assert level("schedule_gap", seen, STRICT) == expected


def test_a_switch_holds_from_its_instant_on_and_a_project_of_its_own_goes_before_the_district() -> None:
    other = LadderProfile(name="other", version=3, ladders=DEFAULT.ladders)
    found = in_force(
        [Switch(since=at(10), profile=STRICT), Switch(since=at(30), profile=DEFAULT)],
        [Switch(since=at(20), profile=other), Switch(since=at(40), profile=None)],
    )
    names = [found.at(at(day)).name for day in (0, 9.99, 10, 19, 20, 30, 39.9, 40, 99)]
    assert names == ["default", "default", "strict", "strict", "other", "other", "other", "default", "default"]
    assert found.until(at(25)).since == (at(10), at(20))
    assert found.until(at(25)).at(at(24)) == found.at(at(24))
    assert LaddersInForce().at(at(0)) is DEFAULT


def test_of_the_same_instant_the_switch_noted_last_holds() -> None:
    both = in_force([Switch(since=at(1), profile=STRICT), Switch(since=at(1), profile=DEFAULT)])
    assert both.at(at(1)) == DEFAULT


def test_a_switch_does_not_judge_what_was_before_it() -> None:
    slow = Ladder(unit="hours", thresholds=(("blue", 48),), up=1, down=1)
    patient = LadderProfile(name="patient", version=1, ladders={**DEFAULT.ladders, "device_blind": slow})
    condition = CameraCondition(camera="c", code="covered", since=at(0), detail="", ref="gw/e/1")
    ladders = in_force([Switch(since=at(3), profile=patient)])
    changes = devices([condition], ladders, now=at(2) + timedelta(hours=1)).changes
    assert [(c.at, c.level, c.rule_version) for c in changes] == [(at(1), "blue", "device_blind@default-1")]
    assert devices([condition], patient, now=at(1.9)).changes == ()
