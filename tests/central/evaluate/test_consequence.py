"""What follows from results: suggestions by grade, goal, streak and award, with reason and share (A25 D08 E19 E21)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from central.domain import Subject, Text
from central.evaluate.consequence import Suggestion, for_awards, for_goal, for_grade, for_streak, goal_result
from central.evaluate.ranking import Judged, ranked
from central.evaluate.result_policy import SHIPPED, SHIPPED_DOCUMENT, policy_of, read_policy
from central.evaluate.streak import streaks
from central.scoring.goal import Goal
from central.scoring.indicator import Value
from central.scoring.period import period_of
from central.scoring.refused import ScoringRefused
from tests.central.evaluate.test_ranking import TEN, at_rank, ranking

YEAR = period_of("2025")
WAN = 1_000_000
SCHOOL = Subject(kind="project", id="school")


def graded(total: float, *, budget_fen: int | None = 100 * WAN) -> Suggestion:
    """The suggestion of a total."""
    judged = Judged(subject=Subject(kind="unit", id="区教育局"), total=total, refs=("a" * 64,))
    return for_grade(judged, period=YEAR, policy=SHIPPED, budget_fen=budget_fen)


def a_goal(**more: Any) -> Goal:
    """1200 pupils are to benefit."""
    plain: dict[str, Any] = {"id": "g7", "level": 3, "parent": None, "owner": "wang", "subject": SCHOOL, "unit": "人"}
    plain |= {"text": Text(zh="受益学生人数", en="pupils who benefit"), "target": 1200.0, "baseline": None}
    return Goal(**{**plain, "start": date(2025, 1, 1), "due": date(2025, 12, 31), "weight": 1.0, **more})


def goal(actual: float, **more: Any) -> Suggestion | None:
    """What a goal leads to of which so much was reached."""
    value = Value(indicator="pupils", value=actual, state="entered")
    result = goal_result(a_goal(**more), value, refs=("s1",))
    assert result is not None
    return for_goal(result, period=YEAR, policy=SHIPPED, budget_fen=200 * WAN)


@pytest.mark.parametrize(
    ("total", "kind", "cut_bp", "amount_fen"),
    [
        (90.0, "priority", None, None),
        (89.995, "reasonable", None, None),
        (80.0, "reasonable", None, None),
        (79.999, "cut", 500, 5 * WAN),
        (75.0, "cut", 500, 5 * WAN),
        (74.999, "cut", 1000, 10 * WAN),
        (65.0, "cut", 1500, 15 * WAN),
        (60.0, "cut", 2000, 20 * WAN),
        (59.999, "suspend", None, None),
    ],
)
def test_a_grade_suggests_what_the_table_says(
    total: float, kind: str, cut_bp: int | None, amount_fen: int | None
) -> None:
    found = graded(total)
    assert (found.kind, found.cut_bp, found.amount_fen) == (kind, cut_bp, amount_fen)
    assert found.hearing is (kind in ("cut", "suspend"))
    assert found.basis == ("a" * 64,)
    assert found.origin == "budget/unit/区教育局/2025"
    assert found.appeal_days == 5


def test_what_no_budget_is_known_of_has_a_share_and_no_amount() -> None:
    found = graded(61, budget_fen=None)
    assert (found.cut_bp, found.amount_fen) == (2000, None)
    assert graded(61, budget_fen=999).amount_fen == 199  # rounded down: never a fen too much


def test_three_quarters_of_the_pupils_suggest_a_cut_with_a_hearing() -> None:
    found = goal(900)
    assert found is not None
    assert (found.kind, found.cut_bp, found.amount_fen, found.hearing) == ("cut", 500, 10 * WAN, True)
    assert "目标 1200人, 实际 900人, 完成 75.0%" in found.reason.zh
    assert found.origin == "goal/g7/project/school/2025"


@pytest.mark.parametrize(
    ("actual", "kind"),
    [(1200, None), (1500, None), (960, None), (959, "cut"), (720, "cut"), (719, "suspend"), (0, "suspend")],
)
def test_a_goal_that_was_nearly_reached_suggests_nothing(actual: float, kind: str | None) -> None:
    found = goal(actual)
    assert (found.kind if found else None) == kind


def test_less_is_better_where_the_goal_says_so_and_what_is_not_known_suggests_nothing() -> None:
    days = goal(40, target=30.0, direction="lower")  # thirty days were promised, forty it took
    assert days is not None
    assert (days.kind, days.cut_bp) == ("cut", 500)
    assert goal(30, target=30.0, direction="lower") is None
    for value in (None, 900.0):
        few = Value(indicator="pupils", value=value, state="missing" if value is None else "too_few")
        assert goal_result(a_goal(), few, refs=()) is None


def test_streaks_become_suggestions_that_name_periods_and_ranks() -> None:
    rankings = [ranking(f"2025-Q{nth}", at_rank("U7", 10)) for nth in (1, 2)]
    (first, last) = sorted(
        (for_streak(one, policy=SHIPPED) for one in streaks(rankings, group="g", period=period_of("2025-Q2"))),
        key=lambda one: one.kind,
    )
    assert (first.kind, first.subject.id, last.kind, last.subject.id) == ("commendation", "U1", "deduction", "U7")
    assert last.reason.zh == "连续2个季度排名靠后 (2025-Q1, 2025-Q2, 名次 10, 10): 年终考核扣分项"
    assert last.basis == ("sheet-U7",)
    assert (last.cut_bp, last.amount_fen, last.decider) == (None, None, "leader")


def test_an_award_goes_to_who_meets_its_criteria() -> None:
    judged = [Judged(subject=Subject(kind="unit", id=name), total=95.0 - nth) for nth, name in enumerate(TEN)]
    (places,) = ranked(judged, groups={one.subject: "streets" for one in judged}, period=YEAR)
    (star,) = for_awards(places, policy=SHIPPED)
    assert (star.kind, star.subject.id, star.origin) == ("award", "U1", "award/star/unit/U1/2025")
    assert "90分以上" in star.reason.zh
    low = [Judged(subject=one.subject, total=one.total - 6) for one in judged]
    (poor,) = ranked(low, groups={one.subject: "streets" for one in low}, period=YEAR)
    assert for_awards(poor, policy=SHIPPED) == ()
    few = judged[:3]
    (unranked,) = ranked(few, groups={one.subject: "streets" for one in few}, period=YEAR)
    assert for_awards(unranked, policy=SHIPPED) == ()


def changed(**more: Any) -> dict[str, Any]:
    """The shipped table with something else."""
    return {**SHIPPED_DOCUMENT, **more}


def test_a_table_holds_for_periods_that_begin_after_it_does() -> None:
    tables = [read_policy(changed(since=since), version=nth) for nth, since in ((1, "2025-01-01"), (2, "2026-01-01"))]
    assert policy_of(tables, first=date(2024, 12, 31)) == SHIPPED
    assert policy_of(tables, first=date(2025, 1, 1)).version == 1
    assert policy_of(tables, first=date(2025, 12, 31)).version == 1
    assert policy_of(tables, first=date(2026, 1, 1)).version == 2


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"cuts": []}, "policy.document"),
        ({"cuts": [{"from_points": 70, "cut_bp": 500}]}, "policy.document"),
        ({"cuts": [{"from_points": 60, "cut_bp": 0}]}, "policy.cuts.0.cut_bp"),
        ({"appeal_days": 0}, "policy.appeal_days"),
        ({"nonsense": 1}, "policy.nonsense"),
        ({"schema": "other"}, "policy.schema"),
        ({"groups": [{"id": "a", "name": {"zh": "a", "en": "a"}, "subject": "unit"}]}, "policy.groups.0"),
        ({"deciders": {"cut": "clerk"}}, "policy.deciders.cut"),
    ],
)
def test_a_table_that_is_wrong_is_refused_by_the_place(more: dict[str, Any], where: str) -> None:
    with pytest.raises(ScoringRefused) as refused:
        read_policy(changed(**more), version=1)
    assert refused.value.where == where
