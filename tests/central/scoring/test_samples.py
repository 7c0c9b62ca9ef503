"""Surveys, panels, ratios and carbon against figures worked out by hand (A22, A23, B12, B14, C34, E07, E11)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from central.domain import Text
from central.scoring.carbon import Factor, FactorTable, Quantity, footprint
from central.scoring.leaf import leaf_score
from central.scoring.panel import panel_of, paneled
from central.scoring.ratios import growth, growth_rate, saving_rate
from central.scoring.refused import ScoringRefused
from central.scoring.sources import percent
from central.scoring.survey import survey_of, surveyed


@pytest.mark.requirement("A23", "A30", "B14")
@pytest.mark.parametrize(
    ("n", "satisfied", "share", "low", "high"),
    [(200, 164, 82.0, 76.1, 86.7), (30, 25, 83.3, 66.4, 92.7), (10, 0, 0.0, 0.0, 27.8), (10, 10, 100.0, 72.2, 100.0)],
)
def test_a23_a_share_with_its_wilson_interval(n: int, satisfied: int, share: float, low: float, high: float) -> None:
    found = survey_of(n=n, satisfied=satisfied)
    assert (round(found.share, 1), round(found.low, 1), round(found.high, 1)) == (share, low, high)
    given = surveyed("people.satisfaction", found)
    assert (given.n, given.state) == (n, "entered" if n >= 30 else "too_few")


@pytest.mark.parametrize(("n", "satisfied"), [(0, 0), (10, 11), (10, -1), (-3, 0)])
def test_no_survey(n: int, satisfied: int) -> None:
    with pytest.raises(ScoringRefused, match="no more satisfied than answers"):
        survey_of(n=n, satisfied=satisfied)


@pytest.mark.requirement("A23")
@pytest.mark.parametrize(
    ("points", "mean", "method"),
    [
        ((60, 85, 86, 88, 99), 86.33, "trimmed_mean"),
        ((99, 60, 88, 85, 86), 86.33, "trimmed_mean"),
        ((60, 85, 86, 88), 79.75, "mean"),
        ((80,), 80.0, "mean"),
        ((70, 70, 70, 70, 70), 70.0, "trimmed_mean"),
    ],
)
def test_a23_a_panel(points: tuple[float, ...], mean: float, method: str) -> None:
    found = panel_of(points)
    assert (round(found.points, 2), found.method, found.n) == (mean, method, len(points))
    assert (found.low, found.high) == (min(points), max(points))


def test_a_panel_tells_method_and_spread() -> None:
    given = paneled("post.conduct", panel_of((60, 85, 86, 88, 99)))
    assert given.note is not None
    assert given.note.zh == "去掉最高最低后平均, 标准差 14.33"
    assert (given.low, given.high, given.version) == (60, 99, "trimmed_mean-1")
    for points in ((), (101,), (-1.0,), (float("nan"),)):
        with pytest.raises(ScoringRefused, match="0 to 100 points"):
            panel_of(points)


@pytest.mark.requirement("A22")
def test_a22_ratios_are_exact() -> None:
    assert saving_rate(budget_fen=800_000_000, spent_fen=760_000_000) == 5.0
    assert percent(38, 40) == 95.0
    assert percent(95, 100) == 95.0
    assert (saving_rate(budget_fen=0, spent_fen=1), percent(0, 0)) == (None, None)


@pytest.mark.requirement("B14")
def test_b14_growth_from_nothing_is_not_applicable() -> None:
    assert growth("effect.growth", before=200, after=230).value == 15.0
    found = growth("effect.growth", before=0, after=230)
    assert (found.value, found.state) == (None, "not_applicable")
    assert growth_rate(before=-100, after=-50) == 50.0


@pytest.mark.requirement("E11")
@pytest.mark.parametrize(("minutes", "points"), [(24.0, 100.0), (30.0, 100.0), (36.0, 83.3)])
def test_e11_less_time_is_better(minutes: float, points: float) -> None:
    assert round(leaf_score("lower", minutes, target=30.0, due=True).score, 1) == points


CONCRETE = Factor(code="concrete", name=Text(zh="混凝土", en="concrete"), kind="material", unit="t", tco2e=0.12)
STEEL = Factor(code="steel", name=Text(zh="钢材", en="steel"), kind="material", unit="t", tco2e=2.0)
TABLE = FactorTable(name="demo", source="illustrative, not real factors", version="2026-1", factors=(CONCRETE, STEEL))
USED = (Quantity(code="concrete", amount=1000, unit="t", ref="bill/1"), Quantity(code="steel", amount=50, unit="t"))


@pytest.mark.requirement("C34")
def test_c34_quantity_times_factor_with_source_and_version() -> None:
    found = footprint(USED, TABLE)
    assert (found.tco2e, found.source, found.version) == (220.0, "illustrative, not real factors", "2026-1")
    assert [(line.quantity.ref, line.tco2e) for line in found.lines] == [("bill/1", 120.0), ("", 100.0)]


@pytest.mark.requirement("C34")
@pytest.mark.parametrize(
    ("table", "used", "words"),
    [
        (replace(TABLE, source=" "), USED, "without source"),
        (replace(TABLE, version=""), USED, "without version"),
        (replace(TABLE, factors=()), USED, "cannot be used"),
        (replace(TABLE, factors=(STEEL, STEEL)), USED, "steel"),
        (replace(TABLE, factors=(replace(STEEL, tco2e=-1.0),)), USED, "steel"),
        (TABLE, (Quantity(code="glass", amount=1, unit="t"),), "no factor for glass"),
        (TABLE, (Quantity(code="steel", amount=1, unit="kg"),), "in t"),
        (TABLE, (Quantity(code="steel", amount=-1, unit="t"),), "in t"),
    ],
)
def test_c34_nothing_is_added_up_that_cannot_be(table: FactorTable, used: tuple[Quantity, ...], words: str) -> None:
    with pytest.raises(ScoringRefused, match=words):
        footprint(used, table)
