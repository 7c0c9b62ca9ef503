"""Rows of the outlook: forecasts that beat the base rate or are not told, advice, what-if, allocation, effect."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from central.insight.advice import OpenCase, matters_of, suggest
from central.insight.allocation import Option, allocate
from central.insight.calibration import Told, brier_scores
from central.insight.delay import forecast, train
from central.insight.effect import LABEL, MonthValue, effect_of
from central.insight.whatif import Crews, Standing, what_if
from central.mending.causes import CAUSES
from central.store.engine import reading, writing
from central.store.read_outlook import forecasts_of
from central.store.read_situations import read_books, running_of
from central.store.save_outlook import train_outlook
from tests.central.build import START, a_building, a_project, an_item, at
from tests.central.insight.simulated import district, sites
from tests.central.store.test_outlook import put

NOW = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


@pytest.mark.requirement("A52")
@pytest.mark.requirement("C26")
@pytest.mark.requirement("D35")
@pytest.mark.parametrize("seed", [11, 12, 13])
def test_a52_on_projects_completed_later_the_probability_beats_the_base_rate(seed: int) -> None:
    examples = district(seed, projects=130)
    order = sorted({(one.closed_on, one.situation.project) for one in examples})
    later = {project for _, project in order[90:]}
    model = train([one for one in examples if one.situation.project not in later], "late")
    assert model.shown and model.logistic is not None
    told = []
    for one in examples:
        found = forecast(model, one.situation)
        if one.situation.project in later and found is not None:
            told.append(
                Told(
                    project=one.situation.project,
                    probability=found.probability_bp / 10_000,
                    outcome=bool(one.late),
                    base_rate=model.logistic.rate,
                    day=one.closed_on,
                )
            )
    scores = brier_scores(told)
    assert scores.projects == 40 and scores.brier is not None and scores.base is not None
    assert scores.brier < scores.base


@pytest.mark.requirement("A52")
@pytest.mark.parametrize("cause", [cause.code for cause in CAUSES])
def test_a52_advice_names_cause_measure_owner_and_date_and_is_no_order(cause: str) -> None:
    situation, today = district(1)[0].situation, date(2026, 9, 1)
    matters = matters_of(situation, [OpenCase(number=1, rule="time_lag", cause=cause)])
    one = next(found for found in suggest(matters, today=today, precedents={}) if found.cause == cause)
    for part in (one.cause_name.zh, one.measure.zh, one.owner.zh, str(one.by)):
        assert part and part in one.sentence.zh
    assert one.by > today
    assert one.sentence.zh.startswith("建议") and "不是指令" in one.sentence.zh and "not an order" in one.sentence.en


@pytest.mark.requirement("B31")
def test_b31_each_running_project_has_two_probabilities(any_store: Engine) -> None:
    today = NOW.date()
    put(any_store, sites(7, count=130, today=today, paid=True), today=today)
    with writing(any_store) as connection:
        train_outlook(connection, NOW)
    with reading(any_store) as connection:
        running = running_of(read_books(connection), today=today)
        told = {project: forecasts_of(connection, project, today=today) for project in running}
    assert len(running) >= 10
    for found in told.values():
        assert {"late", "over"} <= set(found)
        assert all(1 <= found[target].probability_bp <= 9999 for target in ("late", "over"))
    chances = [found["over"].probability_bp for found in told.values()]
    assert max(chances) > 8000 and min(chances) < 2000


@pytest.mark.requirement("B32")
@pytest.mark.requirement("D35")
def test_b32_the_allocation_never_exceeds_the_budget_and_shows_its_objective() -> None:
    dice = random.Random(32)
    for _ in range(40):
        options = [
            Option(project=f"p{n // 2}", id=f"o{n % 2}", cost_fen=dice.randint(0, 10**9), gain=dice.randint(0, 10**9))
            for n in range(dice.randint(1, 40))
        ]
        budget = dice.randint(0, 5 * 10**9)
        found = allocate(options, budget_fen=budget)
        assert sum(one.cost_fen for one in found.chosen) == found.cost_fen <= budget
        assert sum(one.gain for one in found.chosen) == found.gain <= found.bound


@pytest.mark.requirement("D29")
def test_d29_more_crews_end_it_two_months_earlier() -> None:
    project = a_project(
        a_building(items=(an_item(plan=[(300, 10_000)]),)), finish=START + timedelta(days=299)
    )  # 292 days of work and a festival of 8; a quarter, 73 days of it, took 100: SPI(t) .73, 400 days of work
    standing = Standing(actual_bp=2500, sigma_bp=100, now=at(100) - timedelta(seconds=1), begun=frozenset({"b1-i1"}))
    add = Crews(first=START + timedelta(days=110), now=4, added=2)
    found = what_if(project, standing, [add])
    assert found.before.day == START + timedelta(days=400 + 8 - 1)
    assert found.days is not None and found.days <= -60
    more = what_if(project, standing, [replace(add, added=4)])
    assert more.days is not None and more.days < found.days


@pytest.mark.requirement("E34")
def test_e34_the_effect_of_a_policy_is_an_estimate_with_its_interval() -> None:
    dice, since = random.Random(34), date(2025, 1, 1)

    def months(before: int, after: int) -> list[MonthValue]:
        found = []
        for t in range(-before, after):
            number = since.year * 12 + t
            value = 40 - 0.2 * t - (8 if t >= 0 else 0) + dice.gauss(0, 1)
            found.append(MonthValue(month=date(number // 12, number % 12 + 1, 1), value=value, n=12))
        return found

    found = effect_of(months(18, 14), since=since)
    assert found.step is not None and found.step.low < -8 < found.step.high and found.step.clear
    assert "估计" in LABEL.zh and "estimate" in LABEL.en and "估计" in found.why.zh
    assert effect_of(months(7, 14), since=since).step is None
