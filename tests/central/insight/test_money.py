"""Priorities, returns and their advice, pivots, and use beside entry."""

from __future__ import annotations

import csv
import random
from datetime import date
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain import Text
from central.insight.pivot import DIMENSIONS, FIGURES, PivotFact, csv_of, decimal, pivot
from central.insight.priority import priorities, reversible_bp, risk_bp
from central.insight.returns import MOVE_MAX_BP, Returned, returns_by_sector
from central.insight.use import ENTERS_ONLY, Act, use_by_unit
from tests.central.insight.build import WAN_FEN, a_row

TODAY = date(2024, 6, 9)


@pytest.mark.requirement("A28")
def test_of_two_equal_gaps_the_larger_project_comes_first_and_the_factors_are_told() -> None:
    small = a_row("small", gap_bp=1500, contract_fen=800 * WAN_FEN)
    large = a_row("large", gap_bp=1500, contract_fen=8000 * WAN_FEN)
    found = priorities([small, large], today=TODAY)
    assert [one.project for one in found] == ["large", "small"]
    first = found[0]
    assert (first.risk_bp, first.value_fen, first.reversible_bp, first.share_bp) == (5000, 8000 * WAN_FEN, 4975, 10_000)
    assert first.weight == first.risk_bp * first.value_fen * first.reversible_bp
    assert found[1].share_bp == 1000
    assert first.why.zh == (
        "风险 50.00%(偏差 15.00 个百分点,无预警)× 合同额 8,000 万元 × 可逆性 49.75%(计划 2024-09-17 完工)"
    )


def test_a_gap_that_nobody_knows_is_said_in_words() -> None:
    (only,) = priorities([a_row("blind", gap_bp=None, level="yellow")], today=TODAY)
    assert "(偏差未知,黄色预警)" in only.why.zh
    assert "(gap unknown, yellow warning)" in only.why.en


@pytest.mark.parametrize(
    ("gap_bp", "level", "expected"),
    [(None, None, 0), (-500, None, 0), (1500, None, 5000), (9000, None, 10_000), (1500, "red", 10_000),
     (2000, "blue", 6666), (None, "yellow", 5000)],
)  # fmt: skip
def test_risk_is_the_gap_or_the_warning_whichever_is_more(gap_bp: int | None, level: str | None, expected: int) -> None:
    assert risk_bp(a_row(gap_bp=gap_bp, level=level)) == expected


def test_what_is_late_can_hardly_be_turned_but_still_counts() -> None:
    row = a_row(gap_bp=3000)
    assert reversible_bp(row, date(2025, 1, 1)) == 1000
    assert reversible_bp(row, date(2023, 1, 1)) == 10_000


def test_nothing_wrong_and_nothing_to_do_is_not_in_the_list() -> None:
    rows = [a_row("well", gap_bp=0), a_row("done", gap_bp=3000, build_days=90)]
    assert priorities(rows, today=TODAY) == ()


def a_return(name: str, sector: str, milli: int, spent_fen: int = 100 * WAN_FEN) -> Returned:
    """A project with this return."""
    return Returned(project=name, sector=sector, benefit_fen=spent_fen * milli // 1000, spent_fen=spent_fen)


def both_sectors() -> list[Returned]:
    """Education 1.20 in the mean of twelve, transport 0.95 of fifteen."""
    education = [a_return(f"e{at}", "education", 1200 + step) for at, step in enumerate((-60, -30, 0, 0, 30, 60) * 2)]
    return education + [a_return(f"t{at}", "transport", 950 + step) for at, step in enumerate((-50, 0, 0, 0, 50) * 3)]


@pytest.mark.requirement("A47", "B05")
def test_returns_by_sector_have_an_order_intervals_and_a_labelled_advice() -> None:
    found = returns_by_sector(both_sectors())
    education, transport = found.sectors
    assert education.spread is not None
    assert transport.spread is not None
    assert [(one.sector, one.n) for one in found.sectors] == [("education", 12), ("transport", 15)]
    assert (float(education.spread.mean), float(transport.spread.mean)) == (1200.0, 950.0)
    assert transport.spread.high < education.spread.low
    assert (education.advised_bp > 0, education.advised_bp + transport.advised_bp) == (True, 0)
    assert found.label.zh.startswith("建议")
    assert len(education.projects) == education.n


def test_without_a_difference_nothing_is_advised() -> None:
    rows = [a_return(f"a{at}", "a", 1000 + at * 100) for at in range(6)]
    rows += [a_return(f"b{at}", "b", 1010 + at * 100) for at in range(6)]
    assert [one.advised_bp for one in returns_by_sector(rows).sectors] == [0, 0]


def test_few_projects_neither_get_nor_give() -> None:
    rows = [*both_sectors(), *(a_return(f"x{at}", "few", 9000) for at in range(4))]
    found = {one.sector: one for one in returns_by_sector(rows).sectors}
    assert (found["few"].spread, found["few"].advised_bp, found["few"].whole_milli) == (None, 0, 9000)
    assert returns_by_sector(()).sectors == ()


def test_a_project_nothing_was_spent_on_has_no_return() -> None:
    with pytest.raises(ValueError, match="expected more than 0"):
        returns_by_sector([Returned(project="p", sector="a", benefit_fen=1, spent_fen=0)])


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 5000), st.integers(1, 10**12)), max_size=60))
def test_advised_moves_are_bounded_and_sum_to_zero(given_rows: list[tuple[str, int, int]]) -> None:
    rows = [
        Returned(project=f"p{at}", sector=sector, benefit_fen=milli * spent, spent_fen=spent)
        for at, (sector, milli, spent) in enumerate(given_rows)
    ]
    found = returns_by_sector(rows)
    assert sum(one.advised_bp for one in found.sectors) == 0
    assert all(-min(MOVE_MAX_BP, one.share_bp) <= one.advised_bp <= MOVE_MAX_BP for one in found.sectors)
    assert sum(one.n for one in found.sectors) == len(rows)


def a_fact(project: str, period: str = "2025-01", **more: object) -> PivotFact:
    """A stretch of a project's time."""
    known: dict[str, object] = {
        "unit": "区住建局", "street": "青坪街道", "kind": "road", "sector": "transport", "band": "400_1000",
        "contract_fen": 1000, "budget_fen": 2000, "paid_fen": 100, "raised": 1, "red": 0, "plan_bp": 5000,
        "actual_bp": 4000, "completed": False,
    }  # fmt: skip
    return PivotFact(project=project, period=period, **(known | more))  # type: ignore[arg-type]


@pytest.mark.requirement("B06")
def test_a_pivot_by_department_time_and_type() -> None:
    facts = [
        a_fact("p1"),
        a_fact("p1", "2025-02", actual_bp=5000, paid_fen=300),
        a_fact("p2", unit="区水务局", kind="new_build"),
        a_fact("p3", actual_bp=None, contract_fen=3000),
    ]
    found = pivot(
        facts, by=("unit",), figures=("projects", "contract_fen", "paid_fen", "actual_bp", "gap_bp", "raised")
    )
    assert [(line.keys, line.figures, line.projects) for line in found.lines] == [
        (("区住建局",), (2, 4000, 500, 5000, 0, 3), ("p1", "p3")),
        (("区水务局",), (1, 1000, 100, 4000, 1000, 1), ("p2",)),
    ]
    assert found.total.figures == (3, 5000, 600, 4500, 500, 4)
    by_all = pivot(facts, by=("unit", "period", "kind"), figures=("projects", "paid_bp"))
    assert by_all.lines[1].keys == ("区住建局", "2025-02", "road")
    assert by_all.lines[1].figures == (1, 1500)


def test_the_file_has_the_figures_of_the_view() -> None:
    facts = [a_fact("p1", unit="=1+1", paid_fen=-123_456), a_fact("p2", plan_bp=None, actual_bp=None, unit="b,c")]
    found = pivot(facts, by=("unit", "kind"))
    rows = list(csv.reader(StringIO(csv_of(found, "zh", spelled=lambda _, key: Text(zh=key, en=key)))))
    assert rows[0] == ["单位", "项目类型", *(one.name.zh for one in FIGURES.values())]
    assert [row[0] for row in rows[1:]] == ["'=1+1", "b,c", "合计"]
    for line, row in zip((*found.lines, found.total), rows[1:], strict=True):
        assert row[2:] == [decimal(value, one.scale) for value, one in zip(line.figures, found.figures, strict=True)]
    assert rows[1][5] == "-1234.56"


def test_every_figure_is_the_sum_of_its_lines() -> None:
    """A thousand projects over twelve months by all dimensions at once."""
    rng = random.Random(1)
    facts = [
        a_fact(
            f"p{project}",
            f"2025-{month:02}",
            unit=f"u{project % 12}",
            kind=f"k{project % 7}",
            paid_fen=rng.randrange(99),
        )
        for project in range(1000)
        for month in range(1, 13)
    ]
    found = pivot(facts, by=tuple(DIMENSIONS))
    assert sum(line.figures[3] or 0 for line in found.lines) == found.total.figures[3] == sum(f.paid_fen for f in facts)


@pytest.mark.requirement("B36")
def test_a_unit_that_enters_much_and_uses_little_is_marked() -> None:
    acts = [
        Act(unit="甲", person="a", kind="entry", what="upload", n=40),
        Act(unit="甲", person="b", kind="view", what="insight", n=5),
        Act(unit="甲", person="c", kind="decision", what="case.assign", n=2),
        Act(unit="乙", person="d", kind="entry", what="upload", n=40),
        Act(unit="乙", person="d", kind="decision", what="case.assign", n=8),
        Act(unit="丙", person="e", kind="entry", what="upload", n=3),
    ]
    found = use_by_unit(acts)
    assert [(one.unit, one.entries, one.views, one.decisions, one.users, one.use_bp, one.mark) for one in found] == [
        ("甲", 40, 5, 2, 2, 1750, ENTERS_ONLY),
        ("丙", 3, 0, 0, 0, 0, None),
        ("乙", 40, 0, 8, 1, 2000, None),
    ]
    assert dict(found[0].acts) == {"entry/upload": 40, "view/insight": 5, "decision/case.assign": 2}
