"""Rows on values that nobody types and on what follows from them, by what their own tests in domain.md §1 say."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from central.domain import Subject
from central.evaluate.calendar import at_hour
from central.scoring.period import period_of
from central.scoring.sheet import marks
from central.store import tables
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.read_evaluated import final_results
from central.store.read_ranked_suggestions import SuggestionFilter, suggestions_of
from central.store.read_sheets import sheet
from central.store.read_sources import measured
from central.store.save_ranked_due import follow_due
from tests.central.evaluate.district import District, a_district
from tests.central.scoring.sheets import PROJECT, a_set, an_indicator
from tests.central.store.district import UNIT, add, add_project, freeze, judge, live, ms, spend, warn
from tests.central.store.kept_sheets import take_sheet

MARCH = period_of("2026-03")
APRIL = ms(date(2026, 4, 2))
OF_UNIT = Subject(kind="unit", id=UNIT)
P = Subject(kind="project", id="p0-0")


@pytest.mark.requirement("A22")
def test_a22_saving_and_share_of_units_that_are_completed(sqlite_store: Engine) -> None:
    with writing(sqlite_store) as connection:
        for number in range(40):
            project = f"p{number:02}"
            add_project(connection, project, finish=date(2026, 3, 31), budget_fen=800_0000_00)
            if number < 38:
                live(connection, "completed", date(2026, 3, 20), project=project)
        spend(
            connection, ("budget", date(2026, 1, 4), 800_0000_00), ("pay", date(2026, 3, 1), 760_0000_00), project="p00"
        )
        told = {
            "saving": measured(
                connection,
                subject=Subject(kind="project", id="p00"),
                period=MARCH,
                code="money.saving_rate",
                now_ms=APRIL,
            ),
            "completed": measured(connection, subject=OF_UNIT, period=MARCH, code="progress.on_time", now_ms=APRIL),
        }
    assert (told["saving"].value, told["completed"].value) == (5.0, 95.0)


@pytest.mark.requirement("B02", partly="the page that shows it")
def test_b02_share_of_observations_that_devices_made_in_a_month(sqlite_store: Engine) -> None:
    with writing(sqlite_store) as connection:
        add_project(connection)
        for number in range(20):
            kind = "camera" if number < 18 else "self_report"
            add(
                connection, tables.Observation, item="i1", kind=kind, source="gw", seq=number, refs="r",
                observed_at=ms(date(2026, 3, 1), number), project="p1", building="b1", value_bp=1, conf_bp=1,
            )  # fmt: skip
        found = measured(connection, subject=PROJECT, period=MARCH, code="use.automatic_share", now_ms=APRIL)
        before = measured(connection, subject=PROJECT, period=MARCH.before(), code="use.automatic_share", now_ms=APRIL)
    assert (found.value, found.n) == (90.0, 20)
    assert before.state == "not_applicable"


@pytest.mark.requirement("B25")
def test_b25_use_of_the_platform_feeds_leaves_by_itself(sqlite_store: Engine) -> None:
    uploads = an_indicator("uploads", target=90.0, source="use.on_time_uploads")
    answers = an_indicator("answers", target=100.0, source="warnings.ack_rate")
    given = a_set((uploads, 0.5), (answers, 0.5), name=f"unit/{UNIT}")
    with writing(sqlite_store) as connection:
        add_project(connection)
        freeze(connection, date(2026, 3, 1), {"p1": {"expected": 40, "received": 40, "on_time": 36}})
        warning = warn(connection, date(2026, 3, 5), None, level="red")
        case = add(
            connection, tables.MendingCase, project="p1", rule="schedule_gap", subject_kind="project", subject="p1",
            warning=warning, state="pushed", facts="standing", level="red", peak="red", opened_at=1, level_at=1,
        )  # fmt: skip
        for person, hours in (("wang", 3), ("li", None)):
            add(
                connection, tables.CaseTold, case_id=case, person=person, level="red", nth=0, seat="owner",
                at=ms(date(2026, 3, 5)), acknowledged_at=None if hours is None else ms(date(2026, 3, 5), hours),
            )  # fmt: skip
        found = sheet(
            connection,
            take_sheet(connection, subject=OF_UNIT, period=MARCH, kind="objective", set=given, now_ms=APRIL),
        )
    assert found is not None
    assert [(one.value, one.state) for one in found.values] == [(90.0, "measured"), (100.0, "measured")]


@pytest.mark.requirement("E31")
def test_e31_a_disputed_value_stays_the_weighted_one_and_the_score_is_marked(sqlite_store: Engine) -> None:
    finished = an_indicator("finished", target=50.0, source="progress.completion")
    row = {
        "project": "p1", "item": "i1", "report": 7, "auto_bp": 4500, "human_bp": 6000, "tolerance_bp": 500,
        "auto_ref": "gw/e/1", "author": "wang", "observed_at": 1, "opened_at": ms(date(2026, 3, 20)), "state": "open",
        "settled_by": "", "remark": "",
    }  # fmt: skip
    with writing(sqlite_store) as connection:
        add_project(connection)
        judge(connection, date(2026, 3, 31), actual=4500)
        asked = {"subject": PROJECT, "period": MARCH, "kind": "objective", "set": a_set((finished, 1.0))}
        before = take_sheet(connection, **asked, now_ms=APRIL)  # type: ignore[arg-type]
        add(connection, tables.ValueDispute, **row)
        found = sheet(connection, take_sheet(connection, **asked, now_ms=APRIL))  # type: ignore[arg-type]
        clean = sheet(connection, before)
    assert found is not None
    assert clean is not None
    assert (found.values[0].value, found.disputes) == (45.0, ("dispute/1",))
    assert [mark.code for mark in marks(found)] == ["disputed"]
    assert marks(clean) == ()


def to_final(district: District, period: str, first: date) -> date:
    """Run the evaluations of a period to their end; the day after."""
    day = first
    while not (found := district.found(period=period)) or any(one.state != "final" for one in found):
        district.day(day)
        district.fill_in(period, day, own=90.0, peers=92.0)
        district.approve_all([one.id for one in district.found(period=period, states=("composed",))], day)
        day += timedelta(days=1)
        assert day < first + timedelta(days=150), [(one.subject, one.state) for one in found]
    return day


@pytest.mark.requirement("A06")
def test_a06_one_project_id_from_the_budget_to_the_suggestion_for_the_next_year(sqlite_store: Engine) -> None:
    """Budget 800万 -> execution -> evaluation -> suggestion: nobody enters an id between them."""
    district = a_district(sqlite_store, units=("住建局",))
    with writing(sqlite_store) as connection:
        spend(
            connection, ("budget", date(2025, 1, 4), 800_0000_00), ("release", date(2025, 3, 1), 800_0000_00),
            ("pay", date(2025, 11, 1), 760_0000_00), project="p0-0",
        )  # fmt: skip
        judge(connection, date(2025, 12, 31), "p0-0", actual=9800, plan=10_000, spi_t=9900)
    district.day(date(2025, 11, 30))
    day = to_final(district, "2025", date(2025, 12, 1))
    with writing(sqlite_store) as connection:
        follow_due(connection, now_ms=to_ms(at_hour(day, 0)))
    with reading(sqlite_store) as connection:
        (result,) = (
            one for one in final_results(connection, period=period_of("2025"), group="project") if one.subject == P
        )
        found = suggestions_of(connection, SuggestionFilter(), limit=50)
        kept = [sheet(connection, key) for key in result.sheets]
    assert result.final
    objective = next(one for one in kept if one is not None and one.kind == "objective")
    assert objective.subject == P
    refs = [ref for value in objective.values for ref in value.refs]
    assert "ledger/p0-0/3" in refs  # the payment, as it was posted
    (budget,) = [one.suggestion for one in found if one.suggestion.subject == P]
    assert budget.origin == "budget/project/p0-0/2025"
    assert budget.kind in ("priority", "reasonable", "cut", "suspend")
    assert set(result.sheets) & set(budget.basis)
