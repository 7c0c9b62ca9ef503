"""Delay and cost risk: told where it beats the base rate, not told on noise or too few, always with its factors."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from central.insight.calibration import Told, brier_scores, over_time, reliability
from central.insight.delay import CLOSED_MIN, Example, digest_of, forecast, hold_out, train
from central.insight.logistic import fit
from central.insight.situation import COLUMNS, columns_of, slope_bp
from tests.central.insight.simulated import BEGIN, district

LATE = replace(
    district(3)[-1].situation, project="new", gap_bp=2600, spi_t_bp=7000, gaps=((28, 900), (14, 1700), (0, 2600))
)


@pytest.mark.parametrize("target", ["late", "over"])
@pytest.mark.parametrize("seed", range(3))
def test_where_delay_comes_of_what_is_measured_it_is_told(seed: int, target: str) -> None:
    model = train(district(seed, projects=120), "late" if target == "late" else "over")
    assert model.tested.brier is not None and model.tested.base is not None
    assert model.tested.brier < model.tested.base
    assert model.shown and model.n == 120 and "Brier" in model.why.zh
    assert sum(one.n for one in model.reliability) == 3 * model.tested.projects  # three looks at each


def test_of_noise_nothing_is_told() -> None:
    shown = [train(district(seed, projects=70, signal=False), "late").shown for seed in range(8)]
    assert sum(shown) <= 1


def test_under_fifty_projects_nothing_is_told_and_it_says_why() -> None:
    model = train(district(1, projects=CLOSED_MIN - 1), "late")
    assert not model.shown and model.logistic is None
    assert model.why.zh == "已完工且结果已知的项目 49 个, 少于 50 个, 不给出概率"
    assert forecast(model, LATE) is None


def test_outcomes_of_one_kind_train_nothing() -> None:
    all_late = [replace(one, late=True) for one in district(1, projects=60)]
    model = train(all_late, "late")
    assert not model.shown and "两种结果各须至少 8 个" in model.why.zh


def test_a_project_whose_outcome_is_not_known_does_not_count() -> None:
    some = [replace(one, over=None) if one.situation.project < "p040" else one for one in district(1, projects=89)]
    assert train(some, "over").n == 49
    assert train(some, "late").n == 89


def test_a_slow_site_is_likelier_late_and_its_factors_say_why() -> None:
    model = train(district(3, projects=120), "late")
    slow = forecast(model, LATE)
    well = forecast(model, replace(LATE, gap_bp=-900, spi_t_bp=11_500, gaps=((28, -500), (14, -700), (0, -900))))
    assert slow is not None and well is not None
    assert slow.probability_bp > 8000 > 4000 > well.probability_bp
    assert slow.n == 120
    assert {"gap", "spi_t"} <= {factor.code for factor in slow.factors}
    assert all(factor.raises for factor in slow.factors[:2])
    assert slow.factors[0].value in {"26.0 pp", "0.70"}
    sizes = [abs(factor.log_odds) for factor in slow.factors]
    assert sizes == sorted(sizes, reverse=True)


def test_held_out_models_know_nothing_that_was_completed_later() -> None:
    examples = district(2, projects=60)
    told = hold_out(examples, "late")
    order = sorted({(one.closed_on, one.situation.project) for one in examples})
    assert {one.project for one in told} == {project for _, project in order[24:]}
    last_block = {project for _, project in order[52:]}
    spoilt = [replace(one, late=not one.late) if one.situation.project in last_block else one for one in examples]
    again = {(one.project, one.probability) for one in hold_out(spoilt, "late")}
    assert {(one.project, one.probability) for one in told} == again


def test_the_same_examples_in_any_order_are_the_same_model() -> None:
    examples = list(district(5, projects=60))
    shuffled = examples.copy()
    random.Random(1).shuffle(shuffled)
    assert train(examples, "late") == train(shuffled, "late")
    changed = [replace(examples[0], late=not examples[0].late), *examples[1:]]
    assert digest_of(changed, "late") != digest_of(examples, "late")


def test_newton_finds_the_maximum() -> None:
    dice = np.random.default_rng(1)
    table = dice.normal(size=(200, 3))
    outcomes = [bool(one) for one in dice.random(200) < 1 / (1 + np.exp(-(table @ [1.5, -1.0, 0.0])))]
    found = fit([tuple(map(float, row)) for row in table], outcomes, [1.0] * 200, l2=1.0)
    z = (table - found.means) / found.scales @ found.coefficients + found.intercept
    slope = ((table - found.means) / found.scales).T @ (1 / (1 + np.exp(-z)) - outcomes) + found.coefficients
    assert np.abs(slope).max() < 1e-6
    assert found.coefficients[0] > 0.8 > 0.3 > abs(found.coefficients[2])


def test_what_is_seldom_known_or_never_differs_has_no_say() -> None:
    rows = [(float(number), 1.0, 5.0 if number < 3 else None) for number in range(20)]
    found = fit(rows, [number > 9 for number in range(20)], [1.0] * 20, l2=1.0)
    assert found.coefficients[1:] == (0.0, 0.0)
    assert found.probability((None, None, None)) == pytest.approx(0.5, abs=0.01)
    with pytest.raises(ValueError, match="expected rows of both outcomes"):
        fit(rows, [True] * 20, [1.0] * 20, l2=1.0)


@pytest.mark.parametrize(
    ("gaps", "slope"),
    [
        (((28, 0), (21, 100), (14, 200), (7, 300), (0, 400)), 100),
        (((14, 300), (7, 300), (0, 300)), 0),
        (((40, 0), (7, 100), (0, 200)), None),  # two points within four weeks
        (((0, 5), (0, 5), (0, 5)), None),
        (((14, 100), (7, 50), (0, 0)), -50),
    ],
)
def test_the_slope_of_the_gap(gaps: tuple[tuple[int, int], ...], slope: int | None) -> None:
    assert slope_bp(gaps) == slope


def test_every_column_has_its_number() -> None:
    assert len(columns_of(LATE)) == len(COLUMNS)
    assert columns_of(LATE)[0] == 26.0


def test_scores_over_time_and_by_bins() -> None:
    def told(project: str, probability: float, outcome: bool, month: int) -> Told:
        day = BEGIN.replace(month=month)
        return Told(project=project, probability=probability, outcome=outcome, base_rate=0.5, day=day)

    found = (told("a", 0.9, True, 1), told("a", 0.7, True, 1), told("b", 0.2, False, 1), told("c", 1.0, False, 3))
    result = brier_scores(found)
    assert result.projects == 3
    assert result.brier == pytest.approx((0.05 + 0.04 + 1.0) / 3)
    assert result.base == pytest.approx(0.25)
    months = over_time(found)
    assert [(one.month.month, one.n) for one in months] == [(1, 2), (3, 1)]
    assert [(one.n, one.came) for one in reliability(found)] == [(0, None), (1, 0.0), (0, None), (1, 1.0), (2, 0.5)]
    assert brier_scores(()).brier is None


def test_blocks_hold_even_when_all_are_completed_on_one_day() -> None:
    same: list[Example] = [replace(one, closed_on=BEGIN + timedelta(days=900)) for one in district(1, projects=60)]
    model = train(same, "late")
    assert model.tested.projects == 0 and not model.shown and "没有可供检验的项目" in model.why.zh
