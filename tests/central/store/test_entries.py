"""Entries: what may be typed, by whom it is accepted, and that an override shows what it overrides."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from central.domain import Subject
from central.scoring.entry import Entry
from central.scoring.indicator import Value
from central.scoring.period import period_of
from central.scoring.refused import ScoringRefused
from central.scoring.sheet import OVERRIDE, marks
from central.store import tables
from central.store.engine import reading, writing
from central.store.read_entries import entered, entries_before, entry_of, savings
from central.store.read_sheets import sheet
from central.store.save_entries import SavingGiven, decide_entry, decide_saving, enter, note_saving
from tests.central.scoring.sheets import PROJECT, a_set, an_indicator
from tests.central.store.district import UNIT, add, add_project, judge, ms, set_up
from tests.central.store.kept_sheets import take_sheet

MARCH = period_of("2026-03")
NOW = ms(date(2026, 4, 5))
PAPER = "ab" * 32
SATISFIED = an_indicator("satisfied", kind="survey", target=80.0)
PLEASANT = an_indicator("pleasant", kind="qualitative")
FINISHED = an_indicator("finished", target=95.0, source="progress.completion")
LOTS = an_indicator("lots", target=90.0, source="quality.pass_rate")
SAVED = an_indicator("saved", unit="万元", target=10.0)
SET = a_set((SATISFIED, 0.2), (PLEASANT, 0.2), (FINISHED, 0.2), (LOTS, 0.2), (SAVED, 0.2))


def an_entry(indicator: str, *, subject: Subject = PROJECT, author: str = "wang", **more: object) -> Entry:
    """An entry with a paper."""
    given = {"evidence": (PAPER,)} | more
    return Entry(subject=subject, period=MARCH, indicator=indicator, author=author, **given)  # type: ignore[arg-type]


def put(connection: Connection, entry: Entry, *, by: str | None = "li") -> int:
    """The number of an entry, accepted by somebody else."""
    number = enter(connection, entry, now_ms=NOW).id
    if by is not None:
        decide_entry(connection, number, "accepted", by=by, remark="", now_ms=NOW)
    return number


def value(connection: Connection, indicator: str) -> Value | None:
    """The entered value that counts."""
    return entered(connection, subject=PROJECT, period=MARCH, indicator=indicator)


@pytest.fixture
def store(any_store: Engine) -> Engine:
    """A project that is 43 % done, with a set."""
    with writing(any_store) as connection:
        add_project(connection)
        judge(connection, date(2026, 3, 31), actual=4300)
        set_up(connection, SET, subject=PROJECT)
    return any_store


def test_surveys_panels_and_numbers_come_back_as_values(store: Engine) -> None:
    with writing(store) as connection:
        put(connection, an_entry("satisfied", n=200, satisfied=164))
        put(connection, an_entry("pleasant", points=(60, 85, 86, 88, 99)))
        put(connection, an_entry("saved", value=12.5))
    with reading(store) as connection:
        survey, panel, plain = (value(connection, name) for name in ("satisfied", "pleasant", "saved"))
    assert survey is not None
    assert (survey.value, survey.n, survey.state) == (82.0, 200, "entered")
    assert survey.low is not None
    assert survey.high is not None
    assert (round(survey.low, 1), round(survey.high, 1)) == (76.1, 86.7)
    assert panel is not None
    assert panel.value is not None
    assert round(panel.value, 2) == 86.33
    assert plain is not None
    assert plain.value == 12.5
    assert plain.refs[-1].startswith("entry/")
    assert f"paper/{PAPER}" in plain.refs


def test_a_small_sample_is_kept_and_does_not_count(store: Engine) -> None:
    with writing(store) as connection:
        put(connection, an_entry("satisfied", n=29, satisfied=29))
        found = value(connection, "satisfied")
    assert found is not None
    assert (found.value, found.state) == (100.0, "too_few")


@pytest.mark.requirement("A40")
def test_what_is_measured_nobody_types_but_with_a_reason(store: Engine) -> None:
    with writing(store) as connection, pytest.raises(ScoringRefused, match="is measured by the platform") as refused:
        enter(connection, an_entry("finished", value=99.0), now_ms=NOW)
    assert refused.value.code == "not_yours"
    assert "43.00" in refused.value.text.zh
    with writing(store) as connection, pytest.raises(ScoringRefused, match="without a reason"):
        enter(connection, an_entry("finished", value=99.0, override=True), now_ms=NOW)
    with writing(store) as connection:
        put(connection, an_entry("finished", value=60.0, override=True, reason="裙楼被遮挡"))
        found = value(connection, "finished")
    assert found is not None
    assert (found.value, found.version) == (60.0, OVERRIDE)


@pytest.mark.requirement("E08")
def test_an_override_shows_the_original_and_the_reason_everywhere(store: Engine) -> None:
    with writing(store) as connection:
        number = put(connection, an_entry("finished", value=60.0, override=True, reason="裙楼被遮挡"))
        key = take_sheet(connection, subject=PROJECT, period=MARCH, kind="objective", set=SET, now_ms=NOW)
    with reading(store) as connection:
        kept, entry = sheet(connection, key), entry_of(connection, number)
    assert entry is not None
    assert entry.detail["measured"]["value"] == 43.0
    assert kept is not None
    found = kept.values[2]
    assert (found.value, found.source) == (60.0, f"entry/{number}")
    assert found.note is not None
    assert "自动值 43" in found.note.zh
    assert "裙楼被遮挡" in found.note.zh
    assert ("overridden", "finished") in [(mark.code, mark.indicator) for mark in marks(kept)]
    assert any(ref.startswith("gw/e/") for ref in found.refs)  # what was measured can still be followed


def test_where_the_platform_holds_nothing_a_person_may_enter(store: Engine) -> None:
    with writing(store) as connection:
        put(connection, an_entry("lots", value=94.0))
        key = take_sheet(connection, subject=PROJECT, period=MARCH, kind="objective", set=SET, now_ms=NOW)
        kept = sheet(connection, key)
    assert kept is not None
    assert (kept.values[3].value, kept.values[3].state) == (94.0, "entered")


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (an_entry("unknown", value=1.0), "indicator 'unknown'"),
        (an_entry("saved"), "nothing given"),
        (an_entry("satisfied", value=1.0), "nothing given"),
        (an_entry("satisfied", n=10, satisfied=11), "11 satisfied of 10"),
        (an_entry("pleasant", points=(101.0,)), "points 101"),
        (an_entry("saved", value=float("nan")), "value nan"),
        (an_entry("saved", value=1.0, evidence=()), "0 pieces of evidence"),
        (an_entry("saved", value=1.0, evidence=("paper.pdf",)), "pieces of evidence"),
        (an_entry("saved", value=1.0, override=True, reason="x"), "no measured value to override"),
        (replace(an_entry("saved", value=1.0), period=period_of("2027-03")), "has not begun"),
    ],
)
def test_what_may_not_be_entered(sqlite_store: Engine, entry: Entry, said: str) -> None:
    with writing(sqlite_store) as connection:
        add_project(connection)
        judge(connection, date(2026, 3, 31))
        set_up(connection, SET, subject=PROJECT)
    with writing(sqlite_store) as connection, pytest.raises(ScoringRefused, match=said):
        enter(connection, entry, now_ms=NOW)


def test_an_entry_counts_once_somebody_else_has_accepted_it(store: Engine) -> None:
    with writing(store) as connection:
        put(connection, an_entry("saved", value=10.0))
        second = put(connection, an_entry("saved", value=11.0), by=None)
        found = value(connection, "saved")
    assert found is not None
    assert found.value == 10.0
    with writing(store) as connection, pytest.raises(ScoringRefused, match="one's own entry") as refused:
        decide_entry(connection, second, "accepted", by="wang", remark="", now_ms=NOW)
    assert refused.value.code == "own_work"
    with writing(store) as connection:
        decide_entry(connection, second, "returned", by="li", remark="发票缺页", now_ms=NOW)
        assert value(connection, "saved") == found
    with writing(store) as connection, pytest.raises(ScoringRefused, match="decided already"):
        decide_entry(connection, second, "accepted", by="li", remark="", now_ms=NOW)
    with reading(store) as connection:
        listed = entries_before(connection, subject=PROJECT, before=None, limit=10)
        waiting = entries_before(connection, subject=PROJECT, waiting=True, before=None, limit=10)
    assert [(one.id, one.outcome) for one in listed] == [(second, "returned"), (second - 1, "accepted")]
    assert waiting == ()


def test_people_of_a_unit_do_not_accept_what_the_unit_is_assessed_by(sqlite_store: Engine) -> None:
    unit = Subject(kind="unit", id=UNIT)
    with writing(sqlite_store) as connection:
        set_up(connection, replace(a_set((SAVED, 1.0)), id=f"unit/{UNIT}"), subject=unit)
        for name, kind, scope in (("inside", "unit", UNIT), ("outside", "district", "")):
            user = add(connection, tables.User, username=name, name=name, password_hash="", active=True, created_at=1)
            add(connection, tables.Grant, user=user, role="dept_head", scope_kind=kind, scope=scope, valid_from_at=0)
        number = put(connection, an_entry("saved", value=10.0, subject=unit), by=None)
    with writing(sqlite_store) as connection, pytest.raises(ScoringRefused, match="one's unit"):
        decide_entry(connection, number, "accepted", by="inside", remark="", now_ms=NOW)
    with writing(sqlite_store) as connection:
        assert decide_entry(connection, number, "accepted", by="outside", remark="", now_ms=NOW).outcome == "accepted"


def test_nothing_is_entered_for_a_period_whose_result_is_final(store: Engine) -> None:
    with writing(store) as connection:
        number = put(connection, an_entry("saved", value=10.0), by=None)
        add(
            connection, tables.EvaluationRow, subject_kind="project", subject="p1", unit=UNIT, period_kind="quarter",
            period="2026-Q1", policy=1, state="final", round=1, opened_at=1, closes_at=2, final_at=NOW,
        )  # fmt: skip
    with writing(store) as connection, pytest.raises(ScoringRefused, match=r"2026-03 is final") as refused:
        enter(connection, an_entry("saved", value=11.0), now_ms=NOW)
    assert refused.value.code == "wrong_state"
    with writing(store) as connection, pytest.raises(ScoringRefused, match=r"2026-03 is final"):
        decide_entry(connection, number, "accepted", by="li", remark="", now_ms=NOW)


@pytest.mark.parametrize("table", ["entered_value", "value_decision", "request_count", "saving", "score_sheet"])
@pytest.mark.parametrize("act", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_entries_and_sheets_are_only_added_to(store: Engine, table: str, act: str) -> None:
    column = {"value_decision": "remark", "request_count": "unit", "saving": "project", "score_sheet": "author"}
    with writing(store) as connection:
        put(connection, an_entry("saved", value=10.0))
        take_sheet(connection, subject=PROJECT, period=MARCH, kind="objective", set=SET, now_ms=NOW)
        a_saving(connection)
        add(
            connection, tables.RequestCount, unit=UNIT, kind="complaint", day=date(2026, 3, 1), received=1, closed=1,
            minutes=0, source="s", given_by="a", given_at=1,
        )  # fmt: skip
    name = column.get(table, "author")
    with pytest.raises(DBAPIError, match="can only be added to"), writing(store) as connection:
        connection.execute(text(act.format(table, name, name)))


def a_saving(connection: Connection, **more: object) -> int:
    """40 fen saved against the approved budget."""
    given = {
        "project": "p1", "day": date(2026, 3, 9), "would_fen": 800, "did_fen": 760, "counterfactual": "批复预算",
        "method": "竣工决算与批复预算之差", "evidence": (PAPER,),
    } | more  # fmt: skip
    return note_saving(connection, SavingGiven(**given), by="wang", now_ms=NOW)  # type: ignore[arg-type]


@pytest.mark.requirement("D26")
def test_savings_name_what_they_are_compared_with_and_count_once_accepted(store: Engine) -> None:
    for more in (
        {"counterfactual": " "},
        {"method": ""},
        {"evidence": ()},
        {"did_fen": 800},
        {"day": date(2027, 1, 1)},
    ):
        with writing(store) as connection, pytest.raises(ScoringRefused):
            a_saving(connection, **more)
    with writing(store) as connection:
        number = a_saving(connection)
        with pytest.raises(ScoringRefused, match="one's own saving"):
            decide_saving(connection, number, "accepted", by="wang", remark="", now_ms=NOW)
        decide_saving(connection, number, "accepted", by="li", remark="", now_ms=NOW)
        a_saving(connection, would_fen=900)
    with reading(store) as connection:
        found = savings(connection, projects=["p1"])
    assert [(one.saved_fen, one.counterfactual, one.outcome) for one in found] == [
        (40, "批复预算", "accepted"),
        (140, "批复预算", ""),
    ]
