"""Each rule as a truth table over what it may look at."""

from __future__ import annotations

from datetime import timedelta

import pytest

from central.domain import CameraCondition, Deviation, Finding, Level, Subject
from central.rules.facts import RuleInput
from central.rules.ladder import DEFAULT, STRICT, LadderProfile
from central.rules.rules import evaluate
from tests.central.build import at

BUILDING = Subject(kind="building", id="b1")
CAMERA = Subject(kind="camera", id="cam1")


def a_deviation(
    *, plan: int = 6000, actual: int = 6000, lag: int = 0, sigma: int = 200, coverage: int = 10_000
) -> Deviation:
    return Deviation(
        subject=BUILDING,
        as_of=at(10),
        plan_bp=plan,
        actual_bp=actual,
        gap_bp=plan - actual,
        lag_cdays=lag,
        sigma_bp=sigma,
        coverage_bp=coverage,
        refs=("gw1/e1/1",),
    )


def seen(deviation: Deviation | None = None, **facts: object) -> RuleInput:
    return RuleInput(subject=BUILDING, as_of=at(10), deviation=deviation or a_deviation(), **facts)  # type: ignore[arg-type]


def found(rule: str, facts: RuleInput, profile: LadderProfile = DEFAULT) -> Finding | None:
    return next((f for f in evaluate(facts, profile) if f.rule == rule), None)


def level(rule: str, facts: RuleInput, profile: LadderProfile = DEFAULT) -> Level | None:
    finding = found(rule, facts, profile)
    assert finding is not None
    return finding.level


@pytest.mark.requirement("A15")
@pytest.mark.parametrize(
    ("actual", "profile", "expected"),
    [
        (4500, DEFAULT, "yellow"),  # A15: plan 60.00, actual 45.00
        (4501, DEFAULT, "blue"),
        (5500, DEFAULT, "blue"),
        (5501, DEFAULT, None),
        (3000, DEFAULT, "red"),
        (6500, DEFAULT, None),
        (5000, STRICT, "yellow"),
        (4500, STRICT, "red"),
    ],
)
def test_schedule_gap(actual: int, profile: LadderProfile, expected: Level | None) -> None:
    assert level("schedule_gap", seen(a_deviation(actual=actual)), profile) == expected


@pytest.mark.parametrize(
    ("lag", "expected"), [(699, None), (700, "blue"), (1499, "blue"), (1500, "yellow"), (3000, "red")]
)
def test_time_lag(lag: int, expected: Level | None) -> None:
    assert level("time_lag", seen(a_deviation(actual=5500, lag=lag))) == expected


@pytest.mark.parametrize(
    ("actual", "sigma", "raised", "held"),
    [
        (5900, 100, "blue", "blue"),  # a gap of a point, and no doubt about it
        (5900, 101, None, "blue"),  # within noise: raises nothing, holds what is open
        (9850, 200, None, None),  # within noise and done
        (9919, 79, None, None),  # done by a camera's word, which errs one way only
        (9799, 79, "blue", "blue"),
    ],
)
def test_lag_within_noise(actual: int, sigma: int, raised: Level | None, held: Level | None) -> None:
    plan = 10_000 if actual > 9000 else 6000
    finding = found("time_lag", seen(a_deviation(plan=plan, actual=actual, lag=900, sigma=sigma)))
    assert finding is not None
    assert (finding.level, finding.held) == (raised, held)


def test_what_an_inspector_finds_unfinished_is_late() -> None:
    late = a_deviation(plan=10_000, actual=9919, lag=900, sigma=79)
    assert level("time_lag", seen(late, inspected=True)) == "blue"


@pytest.mark.parametrize(
    ("sigma", "inspected", "confirmed"), [(300, False, True), (301, False, False), (301, True, True)]
)
def test_sure_evidence_confirms(sigma: int, inspected: bool, confirmed: bool) -> None:
    for finding in evaluate(seen(a_deviation(actual=4000, lag=900, sigma=sigma), inspected=inspected), DEFAULT):
        if finding.rule in ("schedule_gap", "time_lag"):
            assert finding.confirmed is confirmed


@pytest.mark.parametrize(
    ("insufficient_h", "inspected", "expected", "capped"),
    [(None, False, "red", False), (0, False, "blue", True), (0, True, "red", False)],
)
def test_thin_evidence_is_capped_at_blue(
    insufficient_h: int | None, inspected: bool, expected: Level, capped: bool
) -> None:
    facts = seen(a_deviation(actual=1000, lag=4000), insufficient_h=insufficient_h, inspected=inspected)
    for rule in ("schedule_gap", "time_lag"):
        finding = found(rule, facts)
        assert finding is not None
        assert (finding.level, finding.held, finding.capped) == (expected, "red", capped)


def test_progress_is_not_judged_when_nothing_new_was_seen() -> None:
    assert {f.rule for f in evaluate(seen(a_deviation(actual=0), fresh=False), DEFAULT)} == {
        "evidence",
        "device_offline",
    }


@pytest.mark.parametrize(("hours", "expected"), [(None, None), (71, None), (72, "blue"), (168, "yellow"), (360, "red")])
def test_evidence(hours: int | None, expected: Level | None) -> None:
    assert level("evidence", seen(insufficient_h=hours)) == expected


@pytest.mark.parametrize(
    ("hours", "expected"), [(None, None), (23, None), (24, "blue"), (72, "yellow"), (900, "yellow")]
)
def test_a_silent_building_is_a_device_matter(hours: int | None, expected: Level | None) -> None:
    assert level("device_offline", seen(silent_h=hours)) == expected


@pytest.mark.parametrize(
    ("code", "rule", "hours", "expected"),
    [
        ("moved", "device_moved", 0, "blue"),
        ("moved", "device_moved", 24, "yellow"),
        ("moved", "device_blind", 99, None),
        ("offline", "device_offline", 23, None),
        ("offline", "device_offline", 24, "blue"),
        ("covered", "device_blind", 72, "yellow"),
        ("dark", "device_blind", 12, None),
        ("a_code_of_next_year", "device_blind", 24, "blue"),
    ],
)
def test_cameras(code: str, rule: str, hours: int, expected: Level | None) -> None:
    condition = CameraCondition(
        camera="cam1", code=code, since=at(10) - timedelta(hours=hours), detail="", ref="gw1/e1/7"
    )
    facts = RuleInput(subject=CAMERA, as_of=at(10), conditions=(condition,))
    assert level(rule, facts) == expected
    assert {f.rule for f in evaluate(facts, DEFAULT)} == {"device_moved", "device_offline", "device_blind"}


@pytest.mark.parametrize(
    ("short", "late", "gap", "raised"),
    [
        (0, None, None, "blue"),  # 8.0 days by the deviation itself
        (0, 1600, None, "yellow"),  # it stands still, and that is how late it is
        (50, 700, None, "blue"),  # what cameras miss of finished items is no lateness: the lag without it
        (50, 690, None, None),
        (120, 800, None, None),  # and without it the gap is within noise
        (120, 800, 200, "blue"),  # but not the gap of a site that stands still
        (0, 800, 199, None),
    ],
)
def test_the_lag_that_is_held_against_a_site(
    short: int, late: int | None, gap: int | None, raised: Level | None
) -> None:
    deviation = a_deviation(plan=6000, actual=5700, lag=800, sigma=200)
    finding = found("time_lag", seen(deviation, short_bp=short, late_cdays=late, late_bp=gap))
    assert finding is not None
    assert finding.level == raised
