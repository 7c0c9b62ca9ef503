"""What the articles measure: families of deviation, goals, the daily duty, shares of the plan, clauses."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from central.assess import ProjectFacts, assess
from central.domain import Building, FundEntry, Observation, Progress, Subject
from central.plan.calendar import midnight
from central.plan.compare import compare
from central.progress.rollup import roll_up
from central.progress.siteplan import site_plan
from central.quality.clauses import read_clauses
from central.quality.duty import DutySpan, duty_state
from central.quality.fence import around
from central.quality.notes import Note, findings
from central.quality.proof import PhotoSaid, judge_photo
from central.scoring.goal import reached
from central.scoring.goal_document import GoalRecord, GoalVersion
from central.scoring.indicator import Value
from central.scoring.leaf import leaf_score
from central.scoring.measure import measure
from central.scoring.survey import survey_of, surveyed
from tests.central.build import START, a_building, a_project, an_item, an_observation, at, in_force
from tests.central.scoring.test_goal import a_goal

WAN = 1_000_000  # 万元 in fen
DAYS = 200


def a_building_of(name: str, weight_bp: int) -> Building:
    """A building of one item over two hundred days."""
    return a_building(name, items=(an_item(f"{name}-i1", building=name, plan=[(DAYS, 10_000)]),), weight_bp=weight_bp)


def looks(*, late_days: float) -> list[Observation]:
    """Two looks a day for sixty days; building b2 is late from day 30 on."""
    found = []
    for half in range(2, 120):
        day = half / 2
        behind = min(day, max(30.0, day - late_days))
        found.append(an_observation(day / DAYS, day, item="b1-i1", seq=2 * half))
        found.append(an_observation(behind / DAYS, day, item="b2-i1", seq=2 * half + 1))
    return found


def goals_of_p1(*, completion: Value, satisfaction: Value) -> tuple[tuple[GoalVersion, ...], tuple[GoalRecord, ...]]:
    """Completion of 95 % and satisfaction of 80 % due on day 31, agreed at the start, noted on day 35 for the month."""
    since, due = START, date(2026, 5, 31)
    goals = [
        a_goal("completion", 3, "unit", target=95.0, baseline=0.0, start=since, due=due),
        a_goal("satisfaction", 3, "unit", target=80.0, baseline=None, start=since, due=due),
    ]
    versions = tuple(GoalVersion(goal=goal, author="wang", state="approved", since=since) for goal in goals)
    noted = tuple(
        GoalRecord(id=n, goal=goal.id, version=1, period="2026-05", value=value, noted_by="wang", noted_at=at(35.5))
        for n, (goal, value) in enumerate(zip(goals, (completion, satisfaction), strict=True))
    )
    return versions, noted


def entered(value: float) -> Value:
    return Value(indicator="", value=value, state="entered")


def asked_of(n: int, satisfied: int) -> Value:
    """A survey of n answers."""
    return surveyed("satisfaction", survey_of(n=n, satisfied=satisfied))


@pytest.mark.requirement("A03")
@pytest.mark.parametrize(
    ("late_days", "paid_fen", "completion", "told"),
    [
        (0, 0, 95.0, {}),
        (7.6, 0, 95.0, {("time_lag", "building", "b2"): 1}),
        (0, 110 * WAN, 95.0, {("overspend", "project", "p1"): 1}),
        (0, 0, 90.0, {("effect", "project", "p1"): 1}),
    ],
)
def test_a03_each_project_that_fails_in_one_way_raises_one_warning_of_it(
    late_days: float, paid_fen: int, completion: float, told: dict[tuple[str, str, str], int]
) -> None:
    buildings = a_building_of("b1", 8000), a_building_of("b2", 2000)
    project = replace(a_project(*buildings, finish=START + timedelta(days=DAYS - 1)), budget_fen=100 * WAN)
    day = START + timedelta(days=40)
    paid = (FundEntry(voucher="v", project="p1", kind="pay", day=day, amount_fen=paid_fen),) if paid_fen else ()
    goals, records = goals_of_p1(completion=entered(completion), satisfaction=asked_of(200, 160))
    facts = ProjectFacts(
        plans=in_force((0, project)),
        observations=tuple(looks(late_days=late_days)),
        entries=paid,
        goals=goals,
        records=records,
    )
    found = assess(facts, now=at(59.9))
    raised = Counter((c.rule, c.subject.kind, c.subject.id) for c in found.changes if c.event == "raised")
    assert raised == told


@pytest.mark.requirement("A30")
@pytest.mark.parametrize(
    ("completion", "satisfaction", "met", "warned", "said"),
    [
        (95.00, asked_of(200, 160), (True, True), None, ""),
        (94.99, asked_of(200, 160), (False, True), None, ""),  # not met, and above every line
        (90.25, asked_of(200, 160), (False, True), "blue", ""),
        (95.00, asked_of(200, 120), (True, False), "yellow", ""),
        (95.00, asked_of(29, 5), (True, False), None, "样本不足 (n=29), 不计达标"),
    ],
)
def test_a30_the_quantified_goals_of_a_project(
    completion: float, satisfaction: Value, met: tuple[bool, bool], warned: str | None, said: str
) -> None:
    goals, records = goals_of_p1(completion=entered(completion), satisfaction=satisfaction)
    assert tuple(reached(g.goal, r.value).met for g, r in zip(goals, records, strict=True)) == met
    facts = ProjectFacts(plans=in_force((0, a_project())), goals=goals, records=records)
    found = assess(facts, now=at(37))
    assert [c.level for c in found.changes if c.rule == "effect"] == ([warned] if warned else [])
    (state,) = (state for state in found.states if state.rule == "effect")
    assert state.level == warned
    assert said in state.detail
    assert state.condition == ("no_data" if said else "ok")


@pytest.mark.requirement("A30")
@pytest.mark.parametrize(("actual", "met"), [(95.00, True), (94.99, False), (80.0, False)])
def test_a30_a_quantified_goal_is_met_at_its_target_and_not_below(actual: float, met: bool) -> None:
    assert (leaf_score("higher", actual, target=95.0, due=True).score == 100) is met
    assert leaf_score("binary", actual, target=95.0, due=True).score == (100 if met else 0)


@pytest.mark.requirement("A31")
def test_a31_the_project_is_the_weighted_sum_of_its_buildings() -> None:
    weights = [1700, 1650, 1500, 2150, 1800, 1200]
    values = [0.91, 0.123456789, 0.5, 1.0, 0.0, 0.333333333]
    parts = [
        Progress(subject=f"b{n}", as_of=at(1), value=v, variance=0.0, coverage_bp=10_000, last_seen=at(1), refs=())
        for n, v in enumerate(values)
    ]
    whole = roll_up(parts, weights, subject="p1", as_of=at(1))
    assert abs(whole.value - sum(w * v for w, v in zip(weights, values, strict=True)) / 10_000) < 1e-9


@pytest.mark.requirement("A32")
def test_a32_the_day_is_reminded_at_18_and_missed_at_midnight_once() -> None:
    span = DutySpan(first=START, last=START + timedelta(days=9), pauses=((START + timedelta(days=3),) * 2,))
    hours = {
        hour: duty_state(span, START, reported=False, now=midnight(START) + timedelta(hours=hour)) for hour in range(49)
    }
    assert [hours[n] for n in (0, 17, 18, 23, 24, 48)] == ["open", "open", "reminded", "reminded", "missed", "missed"]
    assert duty_state(span, START, reported=True, now=midnight(START) + timedelta(days=5)) == "done"
    days = [START + timedelta(days=n) for n in range(-2, 13)]
    missed = [day for day in days if duty_state(span, day, reported=False, now=at(30)) == "missed"]
    assert missed == [START + timedelta(days=n) for n in range(10) if n != 3]


@pytest.mark.requirement("B12")
def test_b12_the_plan_is_completed_by_three_quarters_at_45_of_60() -> None:
    project = a_project(a_building("b1"))
    ready, day = site_plan(project), 84
    seen = Progress(
        subject="p1", as_of=at(day), value=0.45, variance=0.0, coverage_bp=10_000, last_seen=at(day), refs=()
    )
    deviation = compare(seen, ready.whole, ready.calendar, subject=Subject(kind="project", id="p1"), as_of=at(day))
    assert (deviation.plan_bp, deviation.actual_bp, deviation.rel_bp) == (6000, 4500, 2500)
    measured = {m.indicator: m.value for m in measure(deviation, [], [], curve=ready.whole, now_s=day * 86_400)}
    assert measured["completion"] == pytest.approx(0.75)
    assert leaf_score("higher", 1.2, target=1.0, due=True).score == 100  # no more than all of it


@pytest.mark.requirement("D24")
def test_d24_a_note_ten_days_after_its_clauses_day_is_said_with_the_clause() -> None:
    document = read_clauses(
        {
            "schema": "siteprogress.clauses/1",
            "clauses": [
                {
                    "kind": "milestone",
                    "number": "5.2",
                    "text": "主体结构应于2026年5月10日前封顶",
                    "milestone": "topped",
                    "words": ["主体封顶"],
                    "deadline": date(2026, 5, 10),
                }
            ],
        }
    )
    note = Note(day=date(2026, 5, 20), words="今日主体封顶", stage="", ref="report/7")
    (finding,) = findings([note], document, as_of=date(2026, 5, 20))
    assert (finding.code, finding.clause, finding.days, finding.ref) == ("late", "5.2", 10, "report/7")
    assert "逾期10天" in finding.text.zh.replace(" ", "")
    assert finding.quote == "主体结构应于2026年5月10日前封顶"


@pytest.mark.requirement("D24")
@pytest.mark.parametrize(
    ("east_e7", "taken", "accepted"),
    [
        (0, datetime(2026, 5, 20, 2, tzinfo=UTC), True),
        (100_000, datetime(2026, 5, 20, 2, tzinfo=UTC), False),  # a kilometre beside the site
        (0, datetime(2026, 5, 19, 2, tzinfo=UTC), False),  # the day before
    ],
)
def test_d24_a_photo_of_another_place_or_day_is_no_evidence(east_e7: int, taken: datetime, accepted: bool) -> None:
    fence = around(lat_e7=320_000_000, lon_e7=1_187_000_000, radius_m=200)
    photo = PhotoSaid(sha256="a" * 64, at=taken, lat_e7=320_000_000, lon_e7=1_187_000_000 + east_e7)
    assert judge_photo(photo, day=date(2026, 5, 20), fence=fence, place_needed=True).accepted is accepted
