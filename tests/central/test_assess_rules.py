"""The rules of money, start and reports through the spine: on the right day, and nothing on a project in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from central.assess import ProjectFacts, assess
from central.domain import Assessment, FundEntry, LifeEvent, Observation, Subject, WarningChange
from central.plan.calendar import midnight
from central.policy import Policy
from central.rules.in_force import Switch, in_force
from central.rules.ladder import DEFAULT, STRICT
from tests.central.build import START, a_project, an_observation, at
from tests.central.build import in_force as plans
from tests.central.rules.build import WAN, event

WHOLE = Subject(kind="project", id="p1")
DAYS = 140
CONTRACT = 800 * WAN  # of the built project; its budget is 820


def looks(
    share: Callable[[float], float], *, days: int, kind: Any = "camera", source: str = "gw1"
) -> list[Observation]:
    """What is seen every noon of so many days; `share` gives the work done by a (fractional) day."""
    return [an_observation(share(day + 0.5), day + 0.5, kind=kind, source=source) for day in range(days)]


def on_plan(day: float) -> float:
    return day / DAYS


def entry(kind: Any, day: int, fen: int, *, line: str = "", number: int = 0) -> FundEntry:
    voucher = f"{kind}-{day}-{line}-{number}"
    return FundEntry(
        voucher=voucher, project="p1", kind=kind, day=START + timedelta(days=day), amount_fen=fen, line=line
    )


def paid_by_progress(*, days: int) -> list[FundEntry]:
    """Grants of the two years, and every Friday what was built in the week."""
    budgets = [entry("budget", 0, 820 * WAN)]
    return budgets + [entry("pay", day, CONTRACT * 7 // DAYS) for day in range(7, days, 7)]


def judge(
    seen: Iterable[Observation],
    *,
    days: int,
    entries: Iterable[FundEntry] = (),
    events: Iterable[LifeEvent] = (),
    policy: Policy | None = None,
) -> Assessment:
    facts = ProjectFacts(
        plans=plans((0, a_project())), observations=tuple(seen), entries=tuple(entries), events=tuple(events)
    )
    return assess(facts, now=at(days), policy=policy)


def steps(found: Assessment, rule: str, subject: Subject = WHOLE) -> list[tuple[str, str | None, datetime]]:
    return [(c.event, c.level, c.at) for c in found.changes if (c.rule, c.subject) == (rule, subject)]


def the_change(found: Assessment, rule: str) -> WarningChange:
    return next(c for c in found.changes if c.rule == rule)


def test_a_project_in_order_raises_nothing() -> None:
    started = [event("signed", START - timedelta(days=20)), event("started", START)]
    reports = looks(lambda day: on_plan(day) + 0.02, days=120, kind="self_report", source="site")
    found = judge([*looks(on_plan, days=120), *reports], days=120, entries=paid_by_progress(days=120), events=started)
    assert found.changes == ()
    lacking = {state.rule: state.detail for state in found.states if state.condition != "ok"}
    assert lacking == {"abnormal_spend": "3 months of payments: 6 are needed"}


def test_paid_25_points_ahead_is_yellow_at_the_second_midnight_and_red_at_the_second_month_end() -> None:
    ahead = entry("pay", 47, CONTRACT // 4, number=1)  # 2026-06-17
    found = judge(looks(on_plan, days=100), days=100, entries=[*paid_by_progress(days=100), ahead])
    assert steps(found, "paid_ahead")[:2] == [
        ("raised", "yellow", at(49)),
        ("escalated", "red", midnight(date(2026, 8, 1))),
    ]
    assert {c.rule for c in found.changes} == {"paid_ahead"}


def test_reports_more_than_20_points_above_what_is_seen_are_red() -> None:
    boast = [an_observation(on_plan(day) + 0.24, day, kind="self_report", source="site") for day in (40.4, 50.4, 60.4)]
    found = judge([*looks(on_plan, days=62), *boast], days=62)
    first = the_change(found, "report_vs_seen")
    assert (first.at, first.event, first.level, first.basis) == (at(42), "raised", "red", "reported")
    assert {c.rule for c in found.changes} == {"report_vs_seen"}


@pytest.mark.parametrize("started", [None, 10])
def test_signed_and_not_begun_after_six_months(started: int | None) -> None:
    signed = date(2026, 5, 10)
    events = [event("signed", signed)]
    if started is not None:
        events.append(event("started", signed + timedelta(days=started)))
    found = judge([], days=200, events=events)
    flagged = [(level, instant) for _, level, instant in steps(found, "not_started")]
    due = date(2026, 11, 10)
    expected = [("blue", midnight(due - timedelta(days=30))), ("red", midnight(due + timedelta(days=1)))]
    assert flagged == ([] if started is not None else expected)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (
            [event("signed", date(2025, 1, 31))],
            [("raised", "blue", date(2025, 7, 1)), ("escalated", "red", date(2025, 8, 1))],
        ),
        (
            [event("signed", date(2026, 4, 20)), event("agreed_start", START)],
            [("raised", "blue", START - timedelta(days=30)), ("escalated", "yellow", START + timedelta(days=1))],
        ),
        ([event("signed", date(2025, 1, 31)), event("started", date(2025, 3, 1))], []),
    ],
)
def test_a_late_start_is_told_though_the_plan_begins_later(
    events: list[LifeEvent], expected: list[tuple[str, str, date]]
) -> None:
    found = judge([], days=2, events=events)
    assert steps(found, "not_started") == [(name, level, midnight(day)) for name, level, day in expected]
    assert {change.rule for change in found.changes} <= {"not_started"}
    assert found.deviations == ()


@pytest.mark.requirement("C05")
def test_a_line_over_its_grant_is_yellow_though_the_whole_is_under() -> None:
    granted = [entry("budget", 0, 100 * WAN, line="works"), entry("budget", 0, 720 * WAN, line="other")]
    found = judge(looks(on_plan, days=40), days=40, entries=[*granted, entry("pay", 30, 111 * WAN, line="works")])
    line = Subject(kind="line", id="p1/works")
    assert steps(found, "overspend", line) == [("raised", "yellow", at(31))]
    assert steps(found, "overspend") == []


@pytest.mark.requirement("C05")
def test_money_is_judged_by_the_day_it_was_paid_though_the_plan_begins_later() -> None:
    granted = [entry("budget", -60, 100 * WAN, line="works"), entry("budget", -60, 720 * WAN, line="other")]
    found = judge([], days=-10, entries=[*granted, entry("pay", -40, 111 * WAN, line="works")])
    line = Subject(kind="line", id="p1/works")
    assert steps(found, "overspend", line) == [("raised", "yellow", at(-39))]
    assert steps(found, "paid_ahead") == [("raised", "blue", at(-38))]  # 13.9 % of the contract, and nothing is built
    over = judge([], days=-10, entries=[entry("budget", -60, 100 * WAN), entry("pay", -40, 130 * WAN)])
    assert steps(over, "overspend") == [("raised", "red", at(-39))]
    assert found.deviations == over.deviations == ()


def test_what_was_built_before_the_plan_begins_is_held_against_what_was_paid() -> None:
    early = [an_observation(0.2, day, kind="inspector", source="eve") for day in (-30.5, -20.5)]
    entries = [entry("budget", -60, 820 * WAN), entry("pay", -25, CONTRACT * 25 // 100)]
    assert steps(judge(early, days=-10, entries=entries), "paid_ahead") == []
    assert steps(judge([], days=-10, entries=entries), "paid_ahead") == [("raised", "yellow", at(-23))]


def test_an_estimate_that_is_raised_later_excuses_nothing_before() -> None:
    first, raised = plans((0, a_project()), (40, a_project()))
    revisions = replace(first, estimate_fen=500 * WAN), replace(raised, estimate_fen=900 * WAN)
    facts = ProjectFacts(plans=revisions, entries=(entry("pay", 30, 600 * WAN),))
    assert steps(assess(facts, now=at(60)), "overspend") == [("raised", "red", at(31)), ("cleared", None, at(42))]


def test_a_switch_of_ladders_judges_from_its_instant_on_and_nothing_before() -> None:
    late = looks(lambda day: max(0.0, on_plan(day) - 0.12), days=80)
    before = judge(late, days=80)
    policy = Policy(ladders=in_force([Switch(since=at(60), profile=STRICT)]))
    after = judge(late, days=80, policy=policy)
    gaps = [c for c in after.changes if (c.rule, c.subject) == ("schedule_gap", WHOLE)]
    assert [(c.level, c.rule_version) for c in gaps] == [
        ("blue", "schedule_gap@default-1"),
        ("yellow", "schedule_gap@strict-1"),
    ]
    assert gaps[1].at == at(61.5)
    assert [c for c in after.changes if c.at < at(60)] == [c for c in before.changes if c.at < at(60)]


def test_what_evidence_suffices_is_for_the_ladders_in_force_to_say() -> None:
    numbers = {"coverage_min_bp": 0, "sigma_max_bp": 10_000}
    easy = replace(
        DEFAULT, ladders={**DEFAULT.ladders, "evidence": replace(DEFAULT.ladder("evidence"), numbers=numbers)}
    )
    silent = looks(on_plan, days=5)
    assert "evidence" in {c.rule for c in judge(silent, days=40).changes}
    assert "evidence" not in {c.rule for c in judge(silent, days=40, policy=Policy(ladders=easy)).changes}


def test_what_no_rule_can_judge_is_said_and_is_no_warning() -> None:
    found = judge(looks(on_plan, days=20), days=23)
    states = {(s.rule, s.subject.kind): s for s in found.states}
    for rule in ("overspend", "paid_ahead", "abnormal_spend"):  # there is no ledger
        assert states[rule, "project"].condition == "no_data"
        assert states[rule, "project"].since == at(0)
    for kind in ("project", "building"):
        silent = states["schedule_gap", kind]
        assert (silent.condition, silent.since) == ("no_data", at(21))  # 36 hours after the last noon
    assert {c.rule for c in found.changes} == {"device_offline"}
