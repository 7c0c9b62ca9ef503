"""A project beside like ones and its own months; units beside each other."""

from __future__ import annotations

import random
from datetime import date

import pytest

from central.domain import Text
from central.insight.compare import MonthPoint, compared, like, own_history
from central.insight.horizontal import difference, side_by_side
from central.insight.project import MEASURES, band_of
from tests.central.insight.build import WAN_FEN, a_row

WORKS = MEASURES["build_days"]


@pytest.mark.parametrize(
    ("wan", "code"),
    [(0, "under_400"), (399, "under_400"), (400, "400_1000"), (1000, "1000_5000"), (90_000, "over_10000")],
)
def test_bands_begin_where_they_say(wan: int, code: str) -> None:
    assert band_of(wan * WAN_FEN).code == code


def test_like_is_the_same_kind_and_scale_elsewhere() -> None:
    one = a_row("me")
    others = [
        a_row("like", street="云台街道"),
        a_row("near"),
        a_row("other-kind", street="云台街道", kind="road"),
        a_row("larger", street="云台街道", contract_fen=8_000 * WAN_FEN),
        one,
    ]
    assert [row.id for row in like(one, others)] == ["like"]


@pytest.mark.requirement("A29", "E22")
def test_a_project_stands_among_like_ones_by_median_and_percentile() -> None:
    others = [a_row(f"p{at}", build_days=days, street="云台街道") for at, days in enumerate((100, 110, 120, 130, 140))]
    found = compared(a_row("me", build_days=115), others, WORKS)
    assert found.spread is not None
    assert (found.n, found.value, float(found.spread.median), found.percentile_bp, found.better_than_bp) == (
        5, 115, 120, 4000, 6000,
    )  # fmt: skip
    assert found.among == ("p0", "p1", "p2", "p3", "p4")


@pytest.mark.requirement("A29")
def test_under_five_like_ones_there_is_no_number() -> None:
    others = [a_row(f"p{at}", build_days=100, street="云台街道") for at in range(4)] + [a_row("running")]
    found = compared(a_row("me", build_days=115), others, WORKS)
    assert (found.n, found.spread, found.percentile_bp, found.better_than_bp) == (4, None, None, None)


def test_own_months_are_its_history() -> None:
    gaps = (100, 200, 300, 400, 500, 900)
    points = [
        MonthPoint(month=date(2025, at, 1), plan_bp=5000, actual_bp=5000 - gap, gap_bp=gap, spi_t_bp=None)
        for at, gap in enumerate(gaps, 1)
    ]
    found = own_history(points[::-1])
    assert found.gaps is not None
    assert (found.gaps.n, float(found.gaps.median), found.newest_percentile_bp, found.change_bp) == (
        5,
        300,
        10_000,
        600,
    )
    assert own_history(points[:5]).gaps is None


PRACTICE = Text(zh="线上预审+现场联审", en="online pre-check and joint review on site")


@pytest.mark.requirement("B27", "B30")
def test_a_street_that_is_twenty_days_quicker_is_told_with_n_interval_and_practice() -> None:
    jitter = (-5, -2, 2, 5)
    kind = "老旧小区加装电梯"
    rows = [a_row(f"x{at}", build_days=100 + jitter[at % 4], street="甲街道", kind=kind) for at in range(12)]
    rows += [a_row(f"y{at}", build_days=120 + jitter[at % 4], street=f"乙{at % 3}街道", kind=kind) for at in range(32)]
    found = side_by_side(rows, WORKS, place=lambda row: row.street, practices={("甲街道", kind): PRACTICE})
    best = found[0]
    assert best.difference is not None
    assert (best.place, best.practice, len(best.projects), len(best.others)) == ("甲街道", PRACTICE, 12, 32)
    assert best.difference.value == pytest.approx(-20.0)
    assert best.difference.low < -20 < best.difference.high < 0
    assert (
        "甲街道老旧小区加装电梯项目平均施工周期比全区其他同类项目短 20.0 天(n=12,其他 32,95% 区间 17.3 – 22.7 天)"
        in best.sentence.zh
    )
    assert "线上预审+现场联审" in best.sentence.zh


def test_a_difference_is_controlled_by_scale() -> None:
    """The unit has the large projects, which take longer for everybody: within each band it is ten days quicker."""
    within = [("small", day) for day in (90, 92)] + [("large", day) for day in (288, 290, 292, 290)]
    without = [("small", day) for day in (99, 100, 101, 102, 103)] + [("large", day) for day in (299, 300, 301)]
    found = difference(within, without)
    assert found is not None
    assert found.value == pytest.approx(-10.0)
    assert found.shown


def test_the_step_is_that_of_the_linear_model() -> None:
    """Against numpy's least squares with a column for each band and one for the unit."""
    import numpy as np

    rng = random.Random(4)
    within = [(rng.choice("abc"), rng.randrange(50, 150)) for _ in range(9)]
    without = [(rng.choice("abc"), rng.randrange(60, 160)) for _ in range(17)]
    found = difference(within, without)
    rows = [
        (*(stratum == name for name in "abc"), here)
        for here, part in ((1, within), (0, without))
        for stratum, _ in part
    ]
    wanted = np.array([value for part in (within, without) for _, value in part], dtype=float)
    given = np.array(rows, dtype=float)
    solved, left, _, _ = np.linalg.lstsq(given, wanted, rcond=None)
    error = np.sqrt(left[0] / (26 - 4) * np.linalg.inv(given.T @ given)[3, 3])
    assert found is not None
    assert found.value == pytest.approx(solved[3])
    assert (found.high - found.low) / 2 == pytest.approx(2.073873068 * error)


@pytest.mark.parametrize(("mine", "theirs"), [(4, 30), (30, 4)])
def test_too_few_on_either_side_gives_no_number(mine: int, theirs: int) -> None:
    rows = [a_row(f"x{at}", build_days=100 + at, street="甲街道") for at in range(mine)]
    rows += [a_row(f"y{at}", build_days=120 + at, street="乙街道") for at in range(theirs)]
    for one in side_by_side(rows, WORKS, place=lambda row: row.street, practices={}):
        assert one.difference is None
        assert "样本不足" in one.sentence.zh


def test_no_difference_is_said_to_be_none() -> None:
    rows = [a_row(f"x{at}", build_days=100 + at % 7, street="甲街道") for at in range(12)]
    rows += [a_row(f"y{at}", build_days=100 + (at + 3) % 7, street="乙街道") for at in range(14)]
    found = side_by_side(rows, WORKS, place=lambda row: row.street, practices={})
    assert all("没有显示出差异" in one.sentence.zh for one in found)
