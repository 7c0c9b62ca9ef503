"""Finish forecasts from history, risk in words, advice by cause, allocation and policy effect."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from central.insight.advice import LABEL, OpenCase, matters_of, suggest
from central.insight.allocation import STEPS, Option, allocate
from central.insight.effect import MonthValue, effect_of
from central.insight.finish import Course, finish_of, learn_finish
from central.insight.risk import WORDS, risk_of
from central.insight.situation import Situation
from central.mending.causes import CAUSES

DAY = date(2026, 9, 1)
WELL = Situation(
    project="p",
    day=DAY,
    start=date(2026, 1, 1),
    finish=date(2026, 12, 31),
    plan_bp=6000,
    gap_bp=100,
    gaps=((28, 100), (14, 100), (0, 100)),
    spi_t_bp=9900,
    cpi_bp=9900,
    sigma_bp=200,
    coverage_bp=9000,
    pay_gap_bp=0,
    eac_fen=90,
    budget_fen=100,
)


# --- when it ends ----------------------------------------------------------------------------------------------------


def test_a_forecast_is_corrected_by_what_projects_really_took() -> None:
    dice = random.Random(4)
    courses = [
        Course(project=f"p{number}", forecast_days=100, actual_days=round(130 * dice.uniform(0.9, 1.1)))
        for number in range(40)
    ]
    model = learn_finish(courses)
    assert model.shown and model.n == 40
    found = finish_of(model, today=DAY, forecast=DAY + timedelta(days=50))
    assert found is not None
    assert found.low < found.day < found.high
    assert abs((found.day - DAY).days - 65) <= 2
    inside = sum(found.low <= DAY + timedelta(days=one.actual_days / 2) <= found.high for one in courses)
    assert 30 <= inside <= 38
    assert finish_of(model, today=DAY, forecast=None) is None


def test_without_history_or_gain_the_pace_alone_counts() -> None:
    few = learn_finish([Course(project=f"p{number}", forecast_days=10, actual_days=13) for number in range(19)])
    assert not few.shown and "19" in few.why.zh
    true = learn_finish([Course(project=f"p{n}", forecast_days=100, actual_days=100 + n % 3 - 1) for n in range(30)])
    assert not true.shown
    assert finish_of(true, today=DAY, forecast=DAY) is None
    one = [Course(project="p", forecast_days=100, actual_days=200)] * 50
    assert learn_finish(one).n == 1


# --- risk in words ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "target", "word", "signs"),
    [
        ({}, "late", "low", ()),
        ({"gap_bp": 1499}, "late", "low", ()),
        ({"gap_bp": 1500}, "late", "raised", ("gap",)),
        ({"gap_bp": 3000}, "late", "high", ("gap",)),
        ({"gap_bp": 1500, "spi_t_bp": 8999}, "late", "high", ("gap", "spi_t")),
        ({"spi_t_bp": 7999}, "late", "high", ("spi_t",)),
        ({"gaps": ((14, 0), (7, 100), (0, 200))}, "late", "raised", ("slope",)),
        ({"permits": ("eia",)}, "late", "raised", ("permits",)),
        ({"pay_gap_bp": -2000}, "late", "raised", ("unpaid",)),
        ({"closed": 4, "closed_late": 2}, "late", "raised", ("contractor",)),
        ({"closed": 2, "closed_late": 2}, "late", "low", ()),
        ({"day": date(2027, 1, 2)}, "late", "high", ("overdue",)),
        ({"gap_bp": 3000, "coverage_bp": 5999}, "late", "raised", ("gap",)),
        ({"gap_bp": None}, "late", "unknown", ()),
        ({"gap_bp": None, "permits": ("eia",)}, "late", "raised", ("permits",)),
        ({}, "over", "low", ()),
        ({"cpi_bp": 8999}, "over", "raised", ("cpi",)),
        ({"eac_fen": 110}, "over", "high", ("estimate",)),
        ({"eac_fen": 105}, "over", "raised", ("estimate",)),
        ({"pay_gap_bp": 1000}, "over", "low", ()),
        ({"pay_gap_bp": 1001}, "over", "raised", ("paid_ahead",)),
        ({"pay_gap_bp": None, "cpi_bp": None, "eac_fen": None}, "over", "unknown", ()),
    ],
)
def test_signs_make_the_word(change: dict[str, object], target: str, word: str, signs: tuple[str, ...]) -> None:
    found = risk_of(replace(WELL, **change), "late" if target == "late" else "over")  # type: ignore[arg-type]
    assert (found.word, tuple(sign.code for sign in found.signs)) == (word, signs)
    assert "%" not in WORDS[found.word].zh and "概率" not in WORDS[found.word].zh


# --- advice ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cause", [cause.code for cause in CAUSES])
@pytest.mark.parametrize("cases", [0, 5])
def test_advice_names_cause_measure_owner_and_date(cause: str, cases: int) -> None:
    matters = matters_of(WELL, [OpenCase(number=7, rule="time_lag", cause=cause)])
    (found,) = suggest(matters, today=DAY, precedents={cause: [(100 + n, 4 + n) for n in range(cases)]})
    assert found.sentence.zh.startswith(LABEL.zh) and "不是指令" in found.sentence.zh
    assert "not an order" in found.sentence.en
    for part in (found.cause_name.zh, found.measure.zh, found.owner.zh, str(found.by)):
        assert part and part in found.sentence.zh
    assert found.by == DAY + timedelta(days=found.days) > DAY
    assert (found.measured, found.n, found.case) == (cases == 5, cases, 7)
    assert cases == 0 or (found.days, found.precedents) == (6, (100, 101, 102, 103, 104))


def test_causes_come_from_the_record_then_the_data_then_the_rule() -> None:
    site = replace(WELL, permits=("eia", "fire"), pay_gap_bp=-2500, coverage_bp=4000)
    cases = [OpenCase(number=1, rule="schedule_gap", cause=""), OpenCase(number=2, rule="time_lag", cause="permit_eia")]
    found = [(one.cause, one.basis) for one in matters_of(site, cases)]
    assert found == [
        ("permit_eia", "case"),
        ("permit_fire", "sign"),
        ("money", "sign"),
        ("device", "sign"),
        ("material", "rule"),
        ("labour", "rule"),
    ]
    (guess,) = [one for one in suggest(matters_of(site, cases), today=DAY, precedents={}) if one.cause == "labour"]
    assert "请先核实" in guess.sentence.zh
    assert matters_of(WELL, []) == ()


# --- allocation ------------------------------------------------------------------------------------------------------


def best_by_trying(options: list[Option], budget: int) -> int:
    """The greatest gain of all choices, one by one."""
    projects = sorted({one.project for one in options})
    choices = [[None, *(one for one in options if one.project == project)] for project in projects]
    return max(
        sum(one.gain for one in pick if one)
        for pick in product(*choices)
        if sum(one.cost_fen for one in pick if one) <= budget
    )


@pytest.mark.parametrize("seed", range(25))
def test_the_allocation_is_the_best_there_is_and_never_over_the_budget(seed: int) -> None:
    dice = random.Random(seed)
    options = [
        Option(project=f"p{n // 2}", id=f"o{n % 2}", cost_fen=dice.randint(0, 900), gain=dice.randint(0, 60))
        for n in range(14)
    ]
    budget = dice.randint(0, 3000)
    found = allocate(options, budget_fen=budget)
    assert found.cost_fen == sum(one.cost_fen for one in found.chosen) <= budget
    assert found.gain == sum(one.gain for one in found.chosen) == best_by_trying(options, budget)
    assert len({one.project for one in found.chosen}) == len(found.chosen)
    assert found.exact and sorted([*found.chosen, *found.left_out], key=repr) == sorted(options, key=repr)
    shuffled = options.copy()
    dice.shuffle(shuffled)
    assert allocate(shuffled, budget_fen=budget) == found


def test_of_equals_the_cheaper_then_the_smaller_id() -> None:
    same = [Option(project=name, id="o", cost_fen=10, gain=5) for name in ("c", "a", "b")]
    assert [one.project for one in allocate(same, budget_fen=20).chosen] == ["a", "b"]
    dear = [Option(project="a", id="dear", cost_fen=9, gain=5), Option(project="b", id="cheap", cost_fen=8, gain=5)]
    assert [one.id for one in allocate(dear, budget_fen=10).chosen] == ["cheap"]


@pytest.mark.parametrize("seed", range(3))
def test_many_options_in_steps_stay_within_the_budget_and_near_the_bound(seed: int) -> None:
    dice = random.Random(seed)
    options = [
        Option(project=f"p{n:03}", id="o", cost_fen=cost, gain=cost + 10**8 + dice.randint(0, 10**6))
        for n, cost in enumerate(dice.choices(range(10**7, 10**9), k=120))
    ]
    budget = 30 * 10**9 + 7
    found = allocate(options, budget_fen=budget)
    assert found.step_fen == -(-budget // STEPS) and found.cost_fen <= budget
    assert 0.98 * found.bound <= found.gain <= found.bound


@pytest.mark.parametrize(
    ("options", "budget", "told"),
    [
        ([], -1, "expected 0 or more"),
        ([Option(project="a", id="o", cost_fen=-1, gain=1)], 1, "expected 0 or more"),
        ([Option(project="a", id="o", cost_fen=1, gain=1)] * 2, 1, "expected each once"),
        ([Option(project="a", id=str(n), cost_fen=1, gain=1) for n in range(301)], 1, "at most 300"),
    ],
)
def test_what_cannot_be_allocated_is_refused(options: list[Option], budget: int, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        allocate(options, budget_fen=budget)


def test_nothing_to_choose_from_chooses_nothing() -> None:
    assert allocate([], budget_fen=0).chosen == ()
    assert allocate([Option(project="a", id="o", cost_fen=5, gain=5)], budget_fen=4).chosen == ()


# --- policy effect ---------------------------------------------------------------------------------------------------

SINCE = date(2025, 1, 1)


def months(
    before: int, after: int, *, step: float = 0.0, bend: float = 0.0, noise: int | None = None
) -> list[MonthValue]:
    """A trend of 0.1 a month, and from SINCE on a step and a bend; with errors that resemble each other."""
    dice, error, found = random.Random(noise), 0.0, []
    for t in range(-before, after):
        error = 0.3 * error + dice.gauss(0, 1) if noise is not None else 0.0
        number = SINCE.year * 12 + t
        value = 10 + 0.1 * t + (step + bend * t if t >= 0 else 0) + error
        found.append(MonthValue(month=date(number // 12, number % 12 + 1, 1), value=value, n=3))
    return found


def test_a_planted_effect_is_found_exactly_without_noise() -> None:
    found = effect_of(months(12, 9, step=3.0, bend=0.5), since=SINCE)
    assert found.step is not None and found.bend is not None and found.mean is not None
    assert (found.before, found.after) == (12, 9)
    assert found.step.value == pytest.approx(3.0) and found.bend.value == pytest.approx(0.5)
    assert found.mean.value == pytest.approx(3.0 + 0.5 * 4)
    assert "估计" in found.why.zh and found.why.en.startswith("estimated")
    assert found.fitted[-1][1] - found.fitted[-1][2] == pytest.approx(3.0 + 0.5 * 8)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    held = 0
    for seed in range(150):
        found = effect_of(months(18, 18, step=2.0, noise=seed), since=SINCE)
        assert found.step is not None
        held += found.step.low <= 2.0 <= found.step.high
    assert 0.88 <= held / 150 <= 0.99


@pytest.mark.parametrize(
    ("before", "after", "told"), [(7, 12, "政策前 7 个月"), (12, 7, "后 7 个月"), (0, 0, "样本不足")]
)
def test_under_eight_months_on_a_side_nothing_is_estimated(before: int, after: int, told: str) -> None:
    found = effect_of(months(before, after), since=SINCE)
    assert (found.step, found.bend, found.mean, found.fitted) == (None, None, None, ())
    assert told in found.why.zh


def test_a_month_twice_is_refused_and_one_missing_is_not() -> None:
    series = months(12, 12, step=1.0)
    assert effect_of(series[:5] + series[6:], since=SINCE).before == 11
    with pytest.raises(ValueError, match="expected each month once"):
        effect_of([*series, series[0]], since=SINCE)
