"""Causes, bottlenecks, cohorts and approval times."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from central.insight.approval import HOUR_MS, Asked, step_times
from central.insight.bottleneck import bottleneck, over_time, spans
from central.insight.causes import CaseRow, by_cause, grouped
from central.insight.cohort import cohorts
from central.mending.clocks import DAY_MS
from tests.central.insight.build import START, a_row, stage_days


def a_case(number: int, cause: str, days: int | None, *, kind: str = "renovation", unit: str = "区住建局") -> CaseRow:
    """A case that took so many days; None = still open."""
    return CaseRow(
        id=number, project=f"p{number}", cause=cause, rule="time_lag", kind=kind, unit=unit, began_ms=0,
        ended_ms=None if days is None else days * DAY_MS,
    )  # fmt: skip


CASES = (
    a_case(1, "permit", 30),
    a_case(2, "permit", 20),
    a_case(3, "permit", None, unit="区水务局"),
    a_case(4, "material", 7),
    a_case(5, "", 3),
)


@pytest.mark.requirement("D14")
def test_causes_are_counted_with_their_mean_days() -> None:
    found = by_cause(CASES)
    assert [(one.cause, one.n, one.ended, one.mean_cdays, one.share_bp) for one in found.causes] == [
        ("permit", 3, 2, 2500, 6000),
        ("material", 1, 1, 700, 2000),
        ("", 1, 1, 300, 2000),
    ]
    assert found.causes[0].cases == (1, 2, 3)
    assert sum(one.n for one in found.causes) == found.n == 5


def test_causes_of_each_unit() -> None:
    found = grouped(CASES, by=lambda row: row.unit)
    assert [(one.group, one.n) for one in found] == [("区住建局", 4), ("区水务局", 1)]
    assert found[1].causes[0].mean_cdays is None
    assert by_cause(()).causes == ()


def slow_tender(count: int = 5, *, kind: str = "renovation", first: int = 0) -> list:  # type: ignore[type-arg]
    """Projects whose tender takes 30 days beyond plan, contract 5, works 15: 60 % of the excess is the tender's."""
    return [
        a_row(
            f"{kind}-{at}",
            build_days=180,
            kind=kind,
            stages=stage_days(
                ("budgeted", 0, first),
                ("tendered", 40, first + 70),
                ("contracted", 50, first + 85),
                ("started", 60, first + 90),
                ("completed", 240, first + 285),
            ),
        )
        for at in range(count)
    ]


@pytest.mark.requirement("B28")
def test_the_stage_with_the_largest_share_of_excess_days_is_the_bottleneck() -> None:
    found = bottleneck([span for row in slow_tender() for span in spans(row)])
    assert (found.stage, found.projects, found.excess_days) == ("tendered", 5, 250)
    shares = {one.stage: (one.excess_days, one.share_bp) for one in found.stages}
    assert shares == {
        "tendered": (150, 6000), "contracted": (25, 1000), "started": (0, 0), "completed": (75, 3000),
    }  # fmt: skip
    tender = found.stages[0]
    assert tender.days is not None
    assert (tender.n, tender.days.median) == (5, Fraction(70))
    assert len(tender.projects) == tender.n


def test_quicker_stages_give_no_days_back_and_unplanned_ones_none() -> None:
    row = a_row(
        stages=stage_days(("budgeted", 0, 0), ("tendered", 40, 10), ("contracted", None, 100), ("started", 60, 5))
    )
    found = {one.stage: (one.days, one.excess_days) for one in spans(row)}
    assert found == {"started": (5, 0), "tendered": (5, None), "contracted": (90, None)}


def test_under_five_projects_no_bottleneck_is_named() -> None:
    of = [span for row in slow_tender(4) for span in spans(row)]
    assert bottleneck(of).stage == ""
    assert bottleneck(()).stages == ()


@pytest.mark.requirement("B28")
def test_stages_are_followed_over_time() -> None:
    of = [span for first in (0, 366) for row in slow_tender(first=first) for span in spans(row)]
    found = over_time(of, period=lambda day: str(day.year))
    assert [one.when for one in found] == ["2024", "2025"]
    assert found[0].stages[0].stage == "tendered"


@pytest.mark.requirement("D15")
def test_a_kind_with_long_works_is_told_with_its_stages() -> None:
    old = [
        a_row(
            f"old{at}", build_days=300 + at, delay_days=40, kind="老旧小区改造",
            stages=stage_days(("tendered", 0, 0), ("started", 20, 60), ("completed", 200, 360 + at)),
        )
        for at in range(6)
    ]  # fmt: skip
    rest = [a_row(f"new{at}", build_days=200 + at, kind="new_build") for at in range(7)]
    found = cohorts([*rest, *old])
    worst = found[0]
    assert (worst.kind, len(worst.projects), len(worst.completed)) == ("老旧小区改造", 6, 6)
    assert worst.works is not None
    assert worst.delay is not None
    assert worst.against is not None
    assert (float(worst.works.median), float(worst.delay.median)) == (302.5, 40.0)
    assert worst.against.value == pytest.approx(99.5)
    assert [(part.stage, part.n, part.planned_mean_cdays) for part in worst.parts] == [
        ("started", 6, 2000), ("completed", 6, 18_000),
    ]  # fmt: skip
    assert "老旧小区改造项目施工周期中位数 302.5 天(n=6)" in worst.sentence.zh
    assert "长 99.5 天" in worst.sentence.zh
    assert "耗时最多的环节是竣工" in worst.sentence.zh


def test_a_kind_with_few_projects_says_so() -> None:
    (found,) = cohorts([a_row("one", build_days=100)])
    assert (found.works, found.against) == (None, None)
    assert found.sentence.zh == "改造项目:样本不足(n=1)。"


@pytest.mark.requirement("C01")
def test_median_hours_of_each_step() -> None:
    hours = {"stage/tendered": (10, 20, 30, 40, 500), "pause": (1, 2, 3, 4)}
    rows = [
        Asked(step=step, project="p1", unit="u", asked_ms=0, decided_ms=took * HOUR_MS, ref=f"{step}/{at}")
        for step, every in hours.items()
        for at, took in enumerate(every)
    ]
    waits = Asked(step="pause", project="p1", unit="u", asked_ms=8 * HOUR_MS, decided_ms=None, ref="pause/9")
    tender, pause = step_times([*rows, waits], now_ms=20 * HOUR_MS)
    assert (tender.step, tender.n, tender.median_chours, tender.longest_chours) == ("stage/tendered", 5, 3000, 50_000)
    assert tender.name.zh == "招标采购审批"
    assert (pause.n, pause.median_chours, pause.waiting, pause.oldest_chours) == (4, None, 1, 1200)
    assert len(pause.refs) == pause.n + pause.waiting


def test_the_first_day_is_the_earliest_of_its_papers() -> None:
    row = a_row(build_days=100, stages=stage_days(("declared", None, -60), ("approved", None, -20)))
    assert row.first_day is not None
    assert (START - row.first_day).days == 60
    assert a_row(started=date(2024, 3, 1)).first_day == date(2024, 3, 1)
