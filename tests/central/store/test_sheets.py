"""Sheets on both databases: the same facts are the same sheet, nothing changes one, units roll up from projects."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine, func, select

from central.domain import Subject
from central.scoring.health import HEALTH_SET
from central.scoring.period import period_of
from central.scoring.refused import ScoringRefused
from central.scoring.sheet import canonical, marks, scored, sheet_id
from central.store import tables
from central.store.engine import reading, writing
from central.store.read_honesty import honesty_of
from central.store.read_sheets import brief_of, newest_sheets, sheet
from central.store.save_sheets import prefilled, put_sheet, take_health, take_sheets, take_unit_sheets
from central.store.upsert import table_of
from tests.central.scoring.sheets import PROJECT, a_plain_sheet, a_set, a_sheet, a_value, an_indicator
from tests.central.store.district import UNIT, add, add_project, freeze, judge, ms, order, spend
from tests.central.store.kept_sheets import sheets_of, take_sheet

MARCH = period_of("2026-03")
NOW = ms(date(2026, 4, 1), 9)
FINISHED = an_indicator("finished", target=86.0, source="progress.completion")
MENDED = an_indicator("mended", target=100.0, source="mending.on_time_rate")
POLITE = an_indicator("polite", kind="qualitative")
SET = a_set((FINISHED, 0.5), (MENDED, 0.3), (POLITE, 0.2))
OF_UNIT = Subject(kind="unit", id=UNIT)


def fill(engine: Engine) -> None:
    """Four projects of a unit, judged at the end of March."""
    with writing(engine) as connection:
        for number in range(1, 5):
            add_project(connection, f"p{number}", budget_fen=100)
            judge(connection, date(2026, 3, 31), f"p{number}", actual=2150 * number)
        order(connection, due=date(2026, 3, 10), assigned=date(2026, 3, 1), shown=date(2026, 3, 9))


def take(engine: Engine, *, now_ms: int = NOW) -> str:
    """The id of p1's sheet of March."""
    with writing(engine) as connection:
        return take_sheet(connection, subject=PROJECT, period=MARCH, kind="objective", set=SET, now_ms=now_ms)


def test_the_same_facts_are_the_same_sheet_whenever_it_is_taken(any_store: Engine) -> None:
    fill(any_store)
    first = take(any_store)
    assert take(any_store, now_ms=NOW + 86_400_000) == first
    with reading(any_store) as connection:
        assert connection.execute(select(func.count()).select_from(table_of(tables.ScoreSheet))).scalar() == 1
        found, brief = sheet(connection, first), brief_of(connection, first)
    assert found is not None
    assert brief is not None
    assert sheet_id(found) == first
    score = scored(found)
    assert (brief.total, brief.grade) == (score.total, score.grade)
    assert score.total == 0.5 * 25 + 0.3 * 100  # the panel's leaf is missing: March is over
    assert [one.state for one in found.values] == ["measured", "measured", "missing"]


def test_late_facts_make_another_sheet_and_leave_the_first_as_it_was(sqlite_store: Engine) -> None:
    fill(sqlite_store)
    first = take(sqlite_store)
    with reading(sqlite_store) as connection:
        before = sheet(connection, first)
    with writing(sqlite_store) as connection:
        order(connection, due=date(2026, 3, 12), assigned=date(2026, 3, 1), person="late")
    second = take(sqlite_store, now_ms=NOW + 1)
    assert second != first
    with reading(sqlite_store) as connection:
        assert sheet(connection, first) == before
        assert [key for key, _, _ in sheets_of(connection, subject=PROJECT, period=MARCH)] == [first, second]
        newest = newest_sheets(connection, period=MARCH, kind="objective", subject_kind="project")
    assert newest[PROJECT.id].id == second


def test_many_taken_at_once_are_those_taken_one_by_one(sqlite_store: Engine) -> None:
    fill(sqlite_store)
    subjects = [Subject(kind="project", id=f"p{number}") for number in range(1, 5)]
    with writing(sqlite_store) as connection:
        many = take_sheets(connection, dict.fromkeys(subjects, SET), period=MARCH, now_ms=NOW)
        for subject in subjects:
            one = take_sheet(connection, subject=subject, period=MARCH, kind="objective", set=SET, now_ms=NOW)
            assert many[subject] == one


def test_an_approved_adjustment_is_applied_and_said(sqlite_store: Engine) -> None:
    fill(sqlite_store)
    with writing(sqlite_store) as connection:
        number = add(
            connection, tables.TargetAdjustment, subject_kind="project", subject="p1", unit=UNIT, indicator="finished",
            before=86.0, target=43.0, reason="汛期停工", evidence="[]", tier="plain", author="wang",
            entered_on=date(2026, 3, 1), entered_at=1,
        )  # fmt: skip
        for at, act in enumerate(("review", "endorse", "approve")):
            add(
                connection, tables.AdjustmentActRow, adjustment=number, act=act, actor=f"a{at}", at=at, remark="",
                tier="plain", effective=date(2026, 3, 20) if act == "approve" else None,
            )  # fmt: skip
        key = take_sheet(connection, subject=PROJECT, period=MARCH, kind="objective", set=SET, now_ms=NOW)
        found = sheet(connection, key)
        earlier = take_sheet(
            connection, subject=PROJECT, period=period_of("2026-02"), kind="objective", set=SET, now_ms=NOW
        )
        of_february = sheet(connection, earlier)
    assert found is not None
    assert found.set.leaves[0].indicator.target == 43.0
    assert [(one.indicator, one.before, one.target) for one in found.adjusted] == [("finished", 86.0, 43.0)]
    assert scored(found).contributions[0].leaf_score == 50.0
    assert of_february is not None
    assert of_february.adjusted == ()  # never backward


def test_a_units_score_is_that_of_its_projects_sheets(any_store: Engine) -> None:
    fill(any_store)
    projects = [Subject(kind="project", id=f"p{number}") for number in range(1, 5)]
    with writing(any_store) as connection:
        freeze(connection, date(2026, 3, 1), {"p1": {"expected": 10, "received": 10, "on_time": 5}})
        ids = take_sheets(connection, dict.fromkeys(projects, SET), period=MARCH, now_ms=ms(date(2026, 4, 2)))
        unit = take_unit_sheets(connection, [UNIT], period=MARCH, now_ms=ms(date(2026, 4, 2)))[OF_UNIT]
        found = sheet(connection, unit)
        totals = [brief_of(connection, ids[project]) for project in projects]
    assert found is not None
    data = found.values[1].value
    assert data is not None
    assert found.data_quality == data
    of_projects = [one.total or 0.0 for one in totals if one is not None]  # all of one budget
    expected = 0.85 * sum(of_projects) / len(of_projects) + 0.10 * data + 0.05 * 100
    assert scored(found).total == pytest.approx(expected)
    assert set(found.values[0].refs) == {f"sheet/{key}" for key in ids.values()}


def test_projects_of_a_unit_with_poor_data_carry_the_mark(sqlite_store: Engine) -> None:
    fill(sqlite_store)
    with writing(sqlite_store) as connection:
        freeze(connection, date(2026, 3, 1), {"p2": {"expected": 10, "received": 5, "on_time": 1}})
        key = take_sheet(
            connection, subject=PROJECT, period=MARCH, kind="objective", set=SET, now_ms=ms(date(2026, 4, 2))
        )
        found = sheet(connection, key)
    assert found is not None
    assert found.data_quality is not None
    assert found.data_quality < 60
    assert [mark.text.zh for mark in marks(found)] == ["数据质量不足"]


@pytest.mark.requirement("C18")
def test_health_of_a_quarter_is_the_formula_and_always_the_same(any_store: Engine) -> None:
    quarter = period_of("2026-Q1")
    with writing(any_store) as connection:
        for project, spi_t, budget_fen in (("p1", 8000, 100), ("p2", 10_000, 300)):
            add_project(connection, project, budget_fen=budget_fen)
            judge(connection, date(2026, 3, 31), project, spi_t=spi_t)
            spend(connection, ("pay", date(2026, 3, 1), budget_fen * 11 // 10), project=project)
        add(
            connection, tables.InspectionLot, project="p1", item="", day=date(2026, 3, 9), inspected=50, passed=47,
            paper="0" * 64, remark="", author="li", noted_at=1,
        )  # fmt: skip
        ids = take_health(connection, ["p1", "p2"], period=quarter, now_ms=NOW)
        again = take_health(connection, ["p1", "p2"], period=quarter, now_ms=NOW + 5)
        found = sheet(connection, ids[PROJECT])
        of_unit = sheet(connection, ids[OF_UNIT])
        other = brief_of(connection, ids[Subject(kind="project", id="p2")])
    assert again == ids
    assert found is not None
    assert found.set == HEALTH_SET
    total = scored(found).total
    assert total == pytest.approx((0.35 * 60 + 0.25 * 50 + 0.15 * 94) / 0.75)  # safety, data: nothing known
    assert [round(one.weight, 4) for one in scored(found).contributions] == [0.4667, 0.3333, 0.2, 0.0, 0.0]
    assert of_unit is not None
    assert other is not None
    assert other.total is not None
    assert total is not None
    assert scored(of_unit).total == pytest.approx((total * 100 + other.total * 300) / 400)
    assert set(of_unit.values[0].refs) == {f"sheet/{ids[PROJECT]}", f"sheet/{other.id}"}


def test_the_data_part_of_a_health_leads_to_the_months_behind_it(sqlite_store: Engine) -> None:
    with writing(sqlite_store) as connection:
        add_project(connection, "p1")
        judge(connection, date(2026, 3, 31), "p1", spi_t=8000)
        freeze(connection, date(2026, 3, 1), {"p1": {"expected": 30, "received": 30, "on_time": 27}})
        ids = take_health(connection, ["p1"], period=period_of("2026-Q1"), now_ms=NOW)
        found = sheet(connection, ids[PROJECT])
    assert found is not None
    data = next(one for one in found.values if one.indicator == "health.data")
    assert (data.state, data.refs) == ("measured", (f"quality/2026-03/{UNIT}",))


def test_forms_are_filled_with_what_is_measured(sqlite_store: Engine) -> None:
    fill(sqlite_store)
    with reading(sqlite_store) as connection:
        found = prefilled(connection, SET, subject=PROJECT, period=MARCH, now_ms=NOW)
    assert [(one.indicator, one.value, one.state) for one in found] == [
        ("finished", 21.5, "measured"),
        ("mended", 100.0, "measured"),
        ("polite", None, "missing"),
    ]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "objective"}, "not_yours"),
        ({"kind": "health"}, "not_yours"),
        ({"values": ()}, "missing"),
        ({"values": (a_value("i0", 101.0, state="entered"),)}, "missing"),
    ],
)
def test_sheets_that_people_may_not_put(sqlite_store: Engine, change: dict[str, object], code: str) -> None:
    given = replace(a_plain_sheet(80.0), **{"kind": "self", **change})  # type: ignore[arg-type]
    with writing(sqlite_store) as connection, pytest.raises(ScoringRefused) as refused:
        put_sheet(connection, given, now_ms=NOW)
    assert refused.value.code == code


def test_a_form_does_not_replace_what_is_measured(sqlite_store: Engine) -> None:
    typed = a_sheet((FINISHED, 1.0, a_value("finished", 99.0, state="entered")), kind="self", author="wang")
    with writing(sqlite_store) as connection, pytest.raises(ScoringRefused, match="is measured"):
        put_sheet(connection, typed, now_ms=NOW)


def test_a_form_that_was_handed_in_is_kept_under_its_digest(any_store: Engine) -> None:
    given = replace(a_plain_sheet(80.0, 90.0), kind="peer", author="zhao")
    with writing(any_store) as connection:
        key = put_sheet(connection, given, now_ms=NOW)
        assert put_sheet(connection, given, now_ms=NOW + 1) == key
    with reading(any_store) as connection:
        found = sheet(connection, key)
    assert found == given
    assert canonical(given) == canonical(found)


@pytest.mark.parametrize(
    ("paid", "level"),
    [(85, "red"), (95, None), (90, None), (75, "red")],
)
def test_a_self_evaluation_is_held_against_what_was_spent(sqlite_store: Engine, paid: int, level: str | None) -> None:
    """85 of 90 points beside 8.5 of 10 (domain.md §5.8), whatever the form itself says of execution."""
    rest, execution = (
        an_indicator("self.output", kind="qualitative"),
        an_indicator("self.execution", kind="qualitative"),
    )
    given = a_sheet(
        (execution, 0.1, a_value("self.execution", 100.0, state="entered")),
        (rest, 0.9, a_value("self.output", 8500 / 90, state="entered")),
        kind="self",
    )
    with writing(sqlite_store) as connection:
        add_project(connection)
        assert honesty_of(connection, given, now_ms=NOW) is None  # no ledger: nothing to hold it against
        spend(connection, ("budget", date(2026, 1, 4), 100), ("pay", date(2026, 3, 1), paid))
        found = honesty_of(connection, given, now_ms=NOW)
        assert honesty_of(connection, replace(given, kind="dept"), now_ms=NOW) is None
    assert found is not None
    assert found.level == level
    assert found.gap is not None
    assert float(found.gap) == pytest.approx(1 - paid / 100 / (85 / 90))
