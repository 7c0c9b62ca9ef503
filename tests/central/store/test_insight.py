"""What insight reads and what people tell it, on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from central.audit.chain import first_fault
from central.domain import Text
from central.errors import UnknownThing
from central.insight.bottleneck import bottleneck, spans
from central.insight.pivot import pivot
from central.insight.project import MEASURES
from central.plan.calendar import midnight
from central.scoring.refused import ScoringRefused
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.read_insight import benefits_of, month_points, practices, project_rows
from central.store.read_insight_acts import acts_of_units, asked_rows, case_rows, kind_of_action
from central.store.read_insight_pivot import pivot_facts, stretches
from central.store.save_audit import entries
from central.store.save_insight import note_benefit, note_view, set_class, set_practice
from tests.central.insight.stored import (
    START,
    WAN_FEN,
    put_case,
    put_judged,
    put_life,
    put_paid,
    put_person,
    put_project,
    put_stages,
    put_warning,
)

NOW = date(2025, 6, 30)
NOW_MS = to_ms(midnight(NOW))
KIND = "老旧小区加装电梯"


def days(count: int) -> date:
    """A day so long after the start."""
    return START + timedelta(days=count)


def test_a_project_is_read_with_its_whole_past(any_store: Engine) -> None:
    with writing(any_store) as connection:
        put_project(connection, "p1")
        put_project(connection, "p2", unit="区水务局", work_type="new_build")
        put_stages(connection, "p1", 0, 30, 35, 40, 50)
        put_life(connection, "p1", started=days(100), completed=days(290))
        put_paid(connection, "p1", date(2024, 5, 1), 500 * WAN_FEN)
        put_paid(connection, "p1", date(2025, 1, 1), 200 * WAN_FEN)
        for day, actual in ((10, 100), (20, 300)):
            put_judged(connection, "p1", days(day), plan_bp=1000, actual_bp=actual)
        put_judged(connection, "p2", days(20), plan_bp=1000, actual_bp=0, seen=False)
        put_warning(connection, "p1", days(5), level="yellow")
        put_warning(connection, "p1", days(5), level="red", rule="schedule_gap")
    with reading(any_store) as connection:
        one, other = project_rows(connection, at_ms=NOW_MS)
        early = project_rows(connection, at_ms=to_ms(midnight(days(15))), projects=["p1"])[0]
    assert (one.started, one.completed, one.spent_fen, one.sector, one.level) == (
        days(100), days(290), 700 * WAN_FEN, "retrofit", "red",
    )  # fmt: skip
    assert (one.plan_bp, one.actual_bp, one.gap_bp) == (1000, 300, 700)
    assert [stage.stage for stage in one.stages] == ["budgeted", "tendered", "contracted", "started", "completed"]
    assert MEASURES["build_days"].of(one) == 190
    assert MEASURES["delay_days"].of(one) == 290 - 180
    assert (early.actual_bp, early.completed, early.spent_fen, len(early.stages)) == (100, None, None, 5)
    assert [stage.actual_on for stage in early.stages if stage.actual_on] == [START]
    assert (other.actual_bp, other.gap_bp, other.plan_bp, other.kind, other.sector) == (
        None,
        None,
        1000,
        "new_build",
        "",
    )


def test_a_bottleneck_from_stored_stages(any_store: Engine) -> None:
    with writing(any_store) as connection:
        for at in range(5):
            put_project(connection, f"p{at}")
            put_stages(connection, f"p{at}", 0, 30, 35, 40, 50)
    with reading(any_store) as connection:
        rows = project_rows(connection, at_ms=NOW_MS)
        asked = asked_rows(connection, since_ms=0, until_ms=NOW_MS)
    found = bottleneck([span for row in rows for span in spans(row)])
    assert (found.stage, found.excess_days, found.stages[0].share_bp) == ("tendered", 250, 6000)
    assert len(asked) == 25
    assert {one.decided_ms - one.asked_ms for one in asked if one.decided_ms is not None} == {2 * 86_400_000}


def test_what_people_say_of_a_project_is_only_added_to(any_store: Engine) -> None:
    with writing(any_store) as connection:
        put_project(connection, "p1")
        put_paid(connection, "p1", date(2024, 5, 1), 100)
        assert set_class(connection, "p1", kind=KIND, sector="livelihood", by="li", now_ms=1)
        assert not set_class(connection, "p1", kind=KIND, sector="livelihood", by="li", now_ms=2)
        for year, fen in ((2024, 50), (2025, 30), (2024, 90)):
            note_benefit(
                connection, "p1", year=year, benefit_fen=fen, method="成本效益法", evidence="a" * 64,
                by="cai", now_ms=NOW_MS,
            )  # fmt: skip
    with reading(any_store) as connection:
        (row,) = project_rows(connection, at_ms=NOW_MS)
        (before,) = project_rows(connection, at_ms=to_ms(midnight(date(2024, 12, 31))))
        assert (row.kind, row.sector, row.benefit_fen, before.benefit_fen) == (KIND, "livelihood", 120, 90)
        assert MEASURES["return_milli"].of(row) == 1200
        assert [one.benefit_fen for one in benefits_of(connection, "p1")] == [50, 30, 90]
        noted = [entry.action for entry in entries(connection)]
        assert noted == ["project.class", "benefit.note", "benefit.note", "benefit.note"]
        assert first_fault(entries(connection)) is None
    for table in ("project_class", "benefit_record"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET project = 'p2'"):
            with pytest.raises(DBAPIError, match="only be added to"), writing(any_store) as connection:
                connection.execute(text(statement))


@pytest.mark.parametrize(
    ("year", "role", "code"),
    [(2024, "project_owner", "own_work"), (2023, "finance", "wrong_state"), (2026, "finance", "wrong_state")],
)
def test_benefits_that_are_refused(sqlite_store: Engine, year: int, role: str, code: str) -> None:
    with writing(sqlite_store) as connection:
        put_project(connection, "p1")
        put_person(connection, 1, "li", role=role, kind="unit", scope="区住建局")
        with pytest.raises(ScoringRefused) as refused:
            note_benefit(
                connection, "p1", year=year, benefit_fen=1, method="m", evidence="", by="li", now_ms=NOW_MS
            )  # fmt: skip
        assert refused.value.code == code


def test_what_is_not_there_is_said(sqlite_store: Engine) -> None:
    with writing(sqlite_store) as connection:
        put_project(connection, "p1")
        with pytest.raises(ScoringRefused, match="no sector x"):
            set_class(connection, "p1", kind="", sector="x", by="li", now_ms=1)
        with pytest.raises(UnknownThing):
            set_class(connection, "p9", kind="", sector="", by="li", now_ms=1)
        with pytest.raises(UnknownThing):
            set_practice(
                connection, place_kind="street", place="无此街道", kind="", name=Text(zh="a", en="a"), evidence="",
                by="li", now_ms=1,
            )  # fmt: skip


def test_a_practice_holds_until_it_is_ended(any_store: Engine) -> None:
    name, none = Text(zh="线上预审+现场联审", en="online pre-check, joint review"), Text(zh="", en="")
    with writing(any_store) as connection:
        put_project(connection, "p1")

        def say(practice: Text) -> bool:
            return set_practice(
                connection,
                place_kind="street",
                place="青坪街道",
                kind=KIND,
                name=practice,
                evidence="",
                by="li",
                now_ms=1,
            )

        assert (say(name), say(name)) == (True, False)
        assert practices(connection, place_kind="street") == {("青坪街道", KIND): name}
        assert practices(connection, place_kind="unit") == {}
        assert (say(none), say(none)) == (True, False)
        assert practices(connection, place_kind="street") == {}
        with pytest.raises(ScoringRefused, match="one language only"):
            say(Text(zh="只有中文", en=""))


def test_months_of_a_project_are_its_month_ends(any_store: Engine) -> None:
    with writing(any_store) as connection:
        put_project(connection, "p1")
        for day, actual in ((date(2025, 3, 30), 100), (date(2025, 3, 31), 200), (date(2025, 5, 10), 300)):
            put_judged(connection, "p1", day, plan_bp=1000, actual_bp=actual)
    with reading(any_store) as connection:
        found = month_points(connection, "p1", at_ms=NOW_MS, months=12)
    assert [(point.month, point.actual_bp) for point in found] == [(date(2025, 3, 1), 200), (date(2025, 5, 1), 300)]


def test_cases_are_read_with_their_kind_and_the_days_they_took(any_store: Engine) -> None:
    with writing(any_store) as connection:
        put_project(connection, "p1")
        set_class(connection, "p1", kind=KIND, sector="", by="li", now_ms=1)
        put_case(connection, "p1", days(10), cause="permit", days=20)
        put_case(connection, "p1", days(500), cause="material", days=None, rule="overspend")
    with reading(any_store) as connection:
        (one,) = case_rows(connection, since_ms=0, until_ms=to_ms(midnight(days(400))))
        assert len(case_rows(connection, since_ms=0, until_ms=2**60)) == 2
        assert case_rows(connection, since_ms=0, until_ms=2**60, projects=[]) == ()
    assert (one.cause, one.kind, one.unit) == ("permit", KIND, "区住建局")
    assert one.ended_ms is not None
    assert one.ended_ms - one.began_ms == 20 * 86_400_000


def test_a_pivot_over_months_pays_and_warns_once(any_store: Engine) -> None:
    with writing(any_store) as connection:
        put_project(connection, "p1")
        put_project(connection, "late", start=date(2025, 5, 15), unit="区水务局")
        put_life(connection, "p1", started=START, completed=date(2025, 2, 10))
        for month, fen in ((date(2025, 1, 1), 10), (date(2025, 2, 1), 20), (date(2025, 7, 1), 900)):
            put_paid(connection, "p1", month, fen)
        put_warning(connection, "p1", date(2025, 1, 31), level="red")
        put_judged(connection, "p1", date(2025, 1, 20), plan_bp=9000, actual_bp=8000)
    times = stretches(date(2025, 1, 1), date(2025, 6, 30), "quarter")
    with reading(any_store) as connection:
        found = pivot(
            pivot_facts(connection, times, now_ms=NOW_MS),
            by=("period", "unit"),
            figures=("projects", "completed", "paid_fen", "gap_bp", "raised", "red"),
        )
    assert [(line.keys, line.figures) for line in found.lines] == [
        (("2025-Q1", "区住建局"), (1, 1, 30, 1000, 1, 1)),
        (("2025-Q2", "区水务局"), (1, 0, 0, None, 0, 0)),
    ]
    assert [time.name for time in stretches(date(2025, 1, 5), date(2025, 2, 1), "")] == ["2025-01-05 – 2025-02-01"]


def test_use_is_counted_by_the_units_of_people(any_store: Engine) -> None:
    with writing(any_store) as connection:
        put_project(connection, "p1")
        put_person(connection, 1, "li", kind="unit", scope="区水务局")
        put_person(connection, 2, "wu", kind="project", scope="p1")
        set_class(connection, "p1", kind=KIND, sector="", by="li", now_ms=NOW_MS)
        note_benefit(
            connection,
            "p1",
            year=2024,
            benefit_fen=1,
            method="m",
            evidence="",
            by="wu",
            now_ms=NOW_MS,
        )
        for page in ("insight", "insight", "project"):
            note_view(connection, person="li", page=page, day=NOW)
    with reading(any_store) as connection:
        found = acts_of_units(connection, first=NOW, last=NOW)
        assert acts_of_units(connection, first=NOW + timedelta(days=1), last=NOW + timedelta(days=1)) == ()
    assert [(one.unit, one.person, one.kind, one.what, one.n) for one in found] == [
        ("区住建局", "wu", "entry", "benefit.note", 1),
        ("区水务局", "li", "view", "insight", 1),
        ("区水务局", "li", "view", "project", 1),
    ]


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("photo.add", "entry"),
        ("stage.approve", "decision"),
        ("plan.refused", "decision"),
        ("stage.approve.refused", None),
        ("login", None),
        ("case.assigned", None),
        ("rectification.assigned", "decision"),
        ("case.waived", "decision"),
    ],
)
def test_the_verb_of_an_action_says_what_it_was(action: str, kind: str | None) -> None:
    assert kind_of_action(action) == kind
