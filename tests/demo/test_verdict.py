"""The demo's judgement: a run that holds passes; each broken condition is told, and only that."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from demo.footage import HERE
from demo.oracle import BuildingPlan
from demo.verdict import Delivery, Expected, Raised, Scored, Seen, as_json, judge

START = date(2026, 9, 1)
DAYS = [START + timedelta(days=n) for n in range(30)]


def noon(day: int) -> datetime:
    """12:00 of the n-th day, here."""
    return datetime(2026, 9, 1, 12, tzinfo=HERE) + timedelta(days=day)


def _true(n: int, *, stalls: bool) -> int:
    return min(100 * n + 50, 1050) if stalls else 100 * n + 50


def raised(subject: str = "late", rule: str = "time_lag", *, day: int = 16, project: str = "p1") -> Raised:
    return Raised(subject=subject, rule=rule, level="blue", raised_at=noon(day), project=project)


KNOCK = raised("cam", "device_moved", day=20, project="p2")
PLAN = BuildingPlan(building="late", start=START, by_day=tuple((d, 100 * (n + 1)) for n, d in enumerate(DAYS)))
EXPECTED = Expected(late_building="late", fine_project="p3", knocked_camera="cam", knocked_at=noon(20))


def a_run(**changes: Any) -> Seen:
    """Two buildings, thirty days; `late` stalls from the eleventh day, so it is 7 days late at noon of day index 17."""
    true = {b: {d: _true(n, stalls=b == "late") for n, d in enumerate(DAYS)} for b in ("late", "fine")}
    told: dict[str, Any] = {
        "frames": 60,
        "delivery": Delivery(appended=60, published=64, stored=60, duplicates=4, lost=0, doubled=0),
        "warnings": (raised(), KNOCK),
        "scores": (Scored(subject="p1", total=71.2, grade="中"), Scored(subject="p3", total=None, grade=None)),
        "estimates": {b: {d: bp + 300 for d, bp in by.items()} for b, by in true.items()},
        "true_by_day": true,
        "truth": {b: {noon(n): _true(n, stalls=b == "late") for n in range(30)} for b in true},
        "plans": (PLAN,),
        "seconds": 12.34,
    }
    return Seen(**(told | changes))


def test_a_good_run_passes() -> None:
    verdict = judge(a_run(), EXPECTED)
    assert verdict.failures == ()
    assert verdict.mae_pp == 3.0
    assert verdict.late_at == noon(17)
    assert verdict.behind_at == noon(11)
    assert verdict.late_warned_at == noon(16)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"delivery": Delivery(appended=60, published=60, stored=59, duplicates=0, lost=1, doubled=0)},
            "1 of 60 records lost",
        ),
        (
            {"delivery": Delivery(appended=60, published=60, stored=60, duplicates=0, lost=0, doubled=2)},
            "2 records counted twice",
        ),
        (
            {"delivery": Delivery(appended=0, published=0, stored=0, duplicates=0, lost=0, doubled=0)},
            "no reading was appended",
        ),
        ({"warnings": (KNOCK,)}, "late did not warn"),
        ({"warnings": (raised(day=19), KNOCK)}, "late warned at 09-20"),
        ({"warnings": (raised(day=10), KNOCK)}, "before it was a day behind"),
        ({"warnings": (replace(raised(), state="withdrawn"), KNOCK)}, "late did not warn"),
        ({"warnings": (raised(rule="evidence"), KNOCK)}, "late did not warn"),
        ({"warnings": (raised(), KNOCK, raised("fine", day=5, project="p3"))}, "the fine project p3 warned"),
        ({"warnings": (raised(),)}, "cam was knocked at 09-21 04:00 UTC and said so: never"),
        ({"warnings": (raised(), raised("cam", "device_moved", day=22))}, "said so: 09-23"),
    ],
)
def test_each_broken_condition_is_told(changes: dict[str, Any], told: str) -> None:
    (failure,) = judge(a_run(**changes), EXPECTED).failures
    assert told in failure


def test_the_day_after_is_still_in_time() -> None:
    assert judge(a_run(warnings=(raised(day=18), KNOCK)), EXPECTED).failures == ()


def test_accuracy_is_over_buildings_and_days() -> None:
    run = a_run()
    off = {b: {d: bp + (1900 if b == "late" else 0) for d, bp in by.items()} for b, by in run.true_by_day.items()}
    verdict = judge(replace(run, estimates=off), EXPECTED)
    assert verdict.mae_pp == 9.5
    assert [b.mae_pp for b in verdict.buildings] == [0.0, 19.0]
    assert verdict.failures == ("mean |estimated - true| is 9.50 points, at most 8 points are allowed",)


def test_a_building_never_seen_fails() -> None:
    run = a_run()
    verdict = judge(replace(run, estimates={"late": run.estimates["late"]}), EXPECTED)
    assert verdict.failures == ("fine was never estimated",)


def test_what_was_not_played_is_not_asked_for() -> None:
    expected = Expected(late_building=None, fine_project=None, knocked_camera=None, knocked_at=None)
    assert judge(a_run(warnings=()), expected).failures == ()


def test_footage_without_a_late_building_is_told() -> None:
    run = a_run()
    early = {b: {at: bp for at, bp in by.items() if at < noon(9)} for b, by in run.truth.items()}
    (failure,) = judge(replace(run, truth=early), EXPECTED).failures
    assert "never 7 effective days late" in failure


def test_the_report_has_what_the_issue_asks_for() -> None:
    run = a_run()
    told = as_json(run, judge(run, EXPECTED))
    assert told["frames"] == 60
    assert set(told["readings"]) == {"appended", "published", "stored", "duplicates", "lost", "doubled"}
    assert {"subject", "rule", "level", "raised_at"} <= set(told["warnings"][0])
    assert {"id", "mae_pp", "estimated_bp", "true_bp"} <= set(told["buildings"][0])
    assert told["scores"] == [
        {"subject": "p1", "total": 71.2, "grade": "中"},
        {"subject": "p3", "total": None, "grade": None},
    ]
    assert told["seconds"] == 12.3
