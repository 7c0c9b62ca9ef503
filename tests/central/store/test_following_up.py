"""Transfers, third parties, findings, bulletin items, the joint meeting, and the three artefacts of a year."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, text

from central.domain import Subject
from central.evaluate.calendar import at_hour
from central.evaluate.forms import RUNNING_SET
from central.mending.order import Order
from central.mending.who import Actor
from central.scoring.period import period_of
from central.scoring.refused import ScoringRefused
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.order_mended import issue
from central.store.read_sources import measured
from central.store.read_tasks import load_task
from central.store.read_transfers import unit_on, units_on, warnings_by_unit
from central.store.save_agenda import agenda_of, decide_issue
from central.store.save_audit import entries
from central.store.save_followed import (
    Finding,
    close_finding,
    findings_of,
    followed,
    note_finding,
    waive_item,
)
from central.store.save_third import Signed, put_file, put_report, third_reports
from central.store.save_transfers import ask_transfer, sign_transfer
from central.store.save_year import artefacts_of
from tests.central.evaluate.district import UNITS, a_district, add_person, put_project, see

TWO = UNITS[:2]
MARCH = date(2025, 3, 3)


def ms(day: date, hour: int = 12) -> int:
    """An hour of a day, ms UTC."""
    return to_ms(at_hour(day, hour))


def a_warning(engine: Engine, project: str, raised: date) -> None:
    """A red warning of a project."""
    row = (
        "INSERT INTO warning (project, rule, rule_version, subject_kind, subject, state, level, raised_at, changed_at, "
        "value, unit, basis, capped, refs, historical) VALUES (:project, 'schedule_gap', '1', 'project', :project, "
        "'closed', 'red', :at, :at, 1, 'bp', '', false, '[]', false)"
    )
    event = (
        "INSERT INTO warning_event (warning, at, event, level, rule_version, value, unit, basis, capped, refs) "
        "SELECT max(id), :at, 'raised', 'red', '1', 1, 'bp', '', false, '[]' FROM warning"
    )
    with writing(engine) as connection:
        connection.execute(text(row), {"project": project, "at": ms(raised)})
        connection.execute(text(event), {"at": ms(raised)})


@pytest.mark.requirement("A45")
def test_warnings_before_a_transfer_stay_with_the_old_unit(any_store: Engine) -> None:
    district = a_district(any_store, units=TWO)
    old, new = TWO
    on = date(2025, 4, 1)
    with writing(any_store) as connection:
        number = ask_transfer(connection, "p0-0", to_unit=new, on=on, reason="职责调整", by="区长", now_ms=ms(MARCH))
    with writing(any_store) as connection, pytest.raises(ScoringRefused, match="not yours to sign"):
        sign_transfer(connection, number, person="区长", units=[], now_ms=ms(MARCH))
    with writing(any_store) as connection:
        assert sign_transfer(connection, number, person=f"{old}主任", units=[old], now_ms=ms(MARCH)).state == "asked"
        assert unit_on(connection, "p0-0", on) == old
        assert sign_transfer(connection, number, person=f"{new}主任", units=[new], now_ms=ms(MARCH)).state == "signed"
    a_warning(any_store, "p0-0", date(2025, 3, 31))
    a_warning(any_store, "p0-0", date(2025, 4, 1))
    district.day(date(2025, 3, 31))
    with reading(any_store) as connection:
        assert unit_on(connection, "p0-0", date(2025, 3, 31)) == old
        assert connection.execute(text("SELECT unit_zh FROM project WHERE id = 'p0-0'")).scalar() == old
    district.day(date(2025, 4, 1))
    with reading(any_store) as connection:
        assert connection.execute(text("SELECT unit_zh FROM project WHERE id = 'p0-0'")).scalar() == new
        assert units_on(connection, date(2025, 3, 31)) == {"p0-0": old, "p1-0": new}
        assert units_on(connection, date(2025, 4, 1)) == {"p0-0": new, "p1-0": new}
        by_unit = warnings_by_unit(connection, first=date(2025, 1, 1), last=date(2025, 6, 30))
        events = [one.action for one in entries(connection) if one.object == f"transfer/{number}"]
        reds = {
            (unit, period): measured(
                connection, subject=Subject(kind="unit", id=unit), period=period_of(period), code="warnings.red_count",
                now_ms=ms(date(2025, 7, 1)),
            ).value
            for unit in TWO
            for period in ("2025", "2025-Q1", "2025-Q2")
        }  # fmt: skip
    assert reds == {
        (old, "2025"): 1.0, (new, "2025"): 1.0, (old, "2025-Q1"): 1.0, (new, "2025-Q1"): 0.0,
        (old, "2025-Q2"): None, (new, "2025-Q2"): 1.0,
    }  # fmt: skip
    assert {unit: len(found) for unit, found in by_unit.items()} == {old: 1, new: 1}
    assert events == ["transfer.asked", "transfer.signed", "transfer.signed", "transfer.moved"]
    with writing(any_store) as connection, pytest.raises(ScoringRefused, match="reaches back"):
        ask_transfer(
            connection, "p0-0", to_unit=old, on=date(2025, 4, 1), reason="x", by="区长", now_ms=ms(date(2025, 4, 1))
        )
    with writing(any_store) as connection, pytest.raises(ScoringRefused, match="no unit"):
        ask_transfer(connection, "p0-0", to_unit="天文局", on=date(2025, 5, 1), reason="x", by="区长", now_ms=ms(on))


@pytest.mark.parametrize("revised", [date(2025, 3, 20), date(2025, 4, 1), date(2025, 4, 20)])
def test_a_plan_does_not_take_back_what_a_signed_transfer_gave(any_store: Engine, revised: date) -> None:
    district = a_district(any_store, units=TWO)
    old, new = TWO
    with writing(any_store) as connection:
        number = ask_transfer(
            connection, "p0-0", to_unit=new, on=date(2025, 4, 1), reason="职责调整", by="区长", now_ms=ms(MARCH)
        )
        for unit in TWO:
            sign_transfer(connection, number, person=f"{unit}主任", units=[unit], now_ms=ms(MARCH))
    district.day(min(revised, date(2025, 3, 31)))
    if revised > date(2025, 4, 1):
        district.day(date(2025, 4, 2))
    for at, named in enumerate((old, new)):
        put_project(any_store, "p0-0", unit=named, revision=at + 1, now_ms=ms(revised, 7))
        with reading(any_store) as connection:
            kept = connection.execute(text("SELECT unit_zh, plan_version FROM project WHERE id = 'p0-0'")).one()
            assert kept == (new if revised >= date(2025, 4, 1) else old, at + 2)
            assert unit_on(connection, "p0-0", date(2025, 3, 31)) == old
            told = [json.loads(one.detail) for one in entries(connection) if one.action == "plan.import"]
        assert told[-1].get("unit_kept") == (None if kept.unit_zh == named else kept.unit_zh)
    district.day(date(2025, 4, 30))
    with reading(any_store) as connection:
        assert units_on(connection, date(2025, 4, 30)) == {"p0-0": new, "p1-0": new}


def test_who_does_not_have_a_project_any_more_does_not_sign_it_away(sqlite_store: Engine) -> None:
    a_district(sqlite_store, units=UNITS[:3])
    old, new, third = UNITS[:3]
    with writing(sqlite_store) as connection:
        number = ask_transfer(
            connection, "p0-0", to_unit=new, on=date(2025, 4, 1), reason="职责调整", by="区长", now_ms=ms(MARCH)
        )
    put_project(sqlite_store, "p0-0", unit=third, revision=1, now_ms=ms(MARCH))
    with writing(sqlite_store) as connection, pytest.raises(ScoringRefused, match=f"the project is {third}'s now"):
        sign_transfer(connection, number, person=f"{old}主任", units=[old], now_ms=ms(MARCH))


def test_a_third_partys_report_is_a_voice_of_its_own(any_store: Engine) -> None:
    a_district(any_store, units=TWO)
    content = b"%PDF-1.7 report"
    digest = hashlib.sha256(content).hexdigest()
    points = {leaf.indicator.id: 70.0 for leaf in RUNNING_SET.leaves}
    signed = Signed(points=points, file=digest, signer="评估所 李", signed_on=date(2025, 3, 2))
    february, today = period_of("2025-02"), ms(date(2025, 3, 5))

    def hand_in(given: Signed = signed, *, person: str = "评估所", month: str = "2025-02") -> int:
        with writing(any_store) as connection:
            return put_report(connection, "p0-0", period_of(month), given, person=person, now_ms=today)

    with pytest.raises(ScoringRefused, match="file is not there"):
        hand_in()
    for body, code in ((b"%PDF-other", "conflict"), (b"text", "unknown")):
        said = digest if code == "conflict" else hashlib.sha256(body).hexdigest()
        with writing(any_store) as connection, pytest.raises(ScoringRefused) as refused:
            put_file(connection, "p0-0", body, sha256=said, person="评估所", now_ms=today)
        assert refused.value.code == code
    with writing(any_store) as connection:
        put_file(connection, "p0-0", content, sha256=digest, person="评估所", now_ms=today)
        put_file(connection, "p0-0", content, sha256=digest, person="评估所", now_ms=today)
    for person in ("业主0-0", "住建局科员"):
        with pytest.raises(ScoringRefused, match="whoever runs the project"):
            hand_in(person=person)
    for day in (date(2025, 1, 31), date(2025, 3, 6)):
        with pytest.raises(ScoringRefused) as refused:
            hand_in(Signed(points=points, file=digest, signer="x", signed_on=day))
        assert refused.value.where == "signed_on"
    with pytest.raises(ScoringRefused, match="is not over"):
        hand_in(month="2025-03")
    hand_in()
    hand_in(Signed(points={**points, "judged.output": 90.0}, file=digest, signer="x", signed_on=date(2025, 3, 4)))
    with reading(any_store) as connection:
        totals = [row.total for row in third_reports(connection, "p0-0")]
        kinds = connection.execute(text("SELECT DISTINCT kind, period FROM score_sheet")).all()
    assert totals == pytest.approx([78.0, 70.0], abs=1e-9)
    assert [tuple(row) for row in kinds] == [("third", february.name)]


@pytest.mark.requirement("D34")
@pytest.mark.requirement("E18")
@pytest.mark.requirement("E33")
def test_a_year_leaves_three_artefacts_a_project_and_poor_units_are_to_mend(sqlite_store: Engine) -> None:
    district = a_district(sqlite_store, units=TWO)
    district.day(date(2025, 1, 1))
    district.day(date(2025, 1, 2))
    with writing(sqlite_store) as connection:
        see(connection, "p0-0", at=at_hour(date(2025, 7, 30), 0), planned_bp=6000, actual_bp=4500)
    district.day(date(2025, 8, 1))
    district.day(date(2025, 12, 1))
    district.days(date(2026, 1, 4), date(2026, 1, 5))
    district.put_objective("2025", 50.0)
    district.fill_in("2025", date(2026, 1, 6), own=60.0, peers=55.0)
    district.day(date(2026, 1, 20))
    numbers = [one.id for one in district.found(period="2025")]
    district.approve_all(numbers, date(2026, 1, 20))
    district.days(date(2026, 1, 21), date(2026, 1, 29))
    assert {one.state for one in district.found(period="2025")} == {"final"}
    with reading(sqlite_store) as connection:
        kinds = {
            project: [(row.year, row.kind) for row in artefacts_of(connection, project)] for project in ("p0-0", "p1-0")
        }
        monitoring = next(
            json.loads(row.document) for row in artefacts_of(connection, "p0-0") if row.kind == "monitoring"
        )
        items = followed(connection, units=None, today=date(2026, 1, 29), limit=50, offset=0)
    assert {tuple(sorted(own)) for own in kinds.values()} == {
        ((2025, "budget"), (2025, "evaluation"), (2025, "monitoring"), (2026, "budget"))
    }
    assert (monitoring["gap_bp"], monitoring["actual_bp"], monitoring["last"]) == (1500, 4500, "2025-07-31")
    poor = [one for one in items if one.row.kind == "evaluation"]
    assert sorted(one.row.unit for one in poor) == sorted(TWO)
    assert {(one.state, one.measure is not None) for one in poor} == {("not_begun", True)}
    order = Order(
        person=f"{poor[0].row.unit}科员",
        measure="逐项整改",
        due=date(2026, 3, 1),
        acceptance_standard="得分 60 以上",
        unit=poor[0].row.unit,
    )
    with writing(sqlite_store) as connection:
        leader = Actor(person="区长", seats=frozenset({"leader", "district_leader"}))
        issue(connection, poor[0].measure or 0, order, leader, wall_ms=ms(date(2026, 1, 29)), today=date(2026, 1, 29))
        waive_item(connection, poor[1].row.id, reason="已撤并", person="区长", now_ms=ms(date(2026, 1, 29)))
        states = {
            one.row.id: one.state
            for one in followed(connection, units=None, today=date(2026, 3, 1), limit=50, offset=0)
        }
    assert (states[poor[0].row.id], states[poor[1].row.id]) == ("ordered", "waived")
    with writing(sqlite_store) as connection, pytest.raises(ScoringRefused, match="followed up already"):
        waive_item(connection, poor[0].row.id, reason="x", person="区长", now_ms=ms(date(2026, 1, 29)))


@pytest.mark.requirement("A50")
def test_a_decision_of_the_joint_meeting_becomes_a_task(any_store: Engine) -> None:
    a_district(any_store, units=TWO)
    a_warning(any_store, "p0-0", MARCH)
    today = MARCH + timedelta(days=31)
    case = (
        "INSERT INTO mending_case (project, rule, subject_kind, subject, warning, state, facts, level, peak, reopened, "
        "opened_at, level_at, cause, department, clock, version) VALUES ('p0-0', 'schedule_gap', 'project', 'p0-0', 1, "
        "'assigned', 'standing', 'red', 'red', 0, :at, :at, 'permit', '水务局', '', 1)"
    )
    with writing(any_store) as connection:
        connection.execute(text(case), {"at": ms(MARCH)})
    with reading(any_store) as connection:
        assert agenda_of(connection, today=today - timedelta(days=1), projects=None) == ()
        (item,) = agenda_of(connection, today=today, projects=None)
        assert agenda_of(connection, today=today, projects=["p1-0"]) == ()
    assert (item.issue.ref, item.days, item.issue.departments) == ("case/1", 31, ("住建局", "水务局"))

    def decide(*, unit: str = "水务局", person: str = "水务局科员") -> int:
        with writing(any_store) as connection:
            return decide_issue(
                connection, "case/1", decision="本周批复管线迁改", person=person, unit=unit,
                due=today + timedelta(days=7), by="区长", now_ms=ms(today),
            )  # fmt: skip

    for more, where in (({"unit": "教育局"}, "unit"), ({"person": "住建局科员"}, "person"), ({"person": ""}, "person")):
        with pytest.raises(ScoringRefused) as refused:
            decide(**more)
        assert refused.value.where == where
    number = decide()
    with reading(any_store) as connection:
        task = load_task(connection, number)
        (item,) = agenda_of(connection, today=today, projects=None)
    assert task is not None
    assert (task.person, task.due, task.parent) == ("水务局科员", today + timedelta(days=7), "case/1")
    assert item.decided == (number,)


def test_a_finding_of_audit_is_closed_when_another_verified_it(any_store: Engine) -> None:
    a_district(any_store, units=TWO)
    finding = Finding(title="超付", text="三月超付", severity="serious", basis="预算法", found_on=MARCH)
    with writing(any_store) as connection:
        number = note_finding(connection, "p0-0", finding, person="审计员", now_ms=ms(MARCH))
        (row,) = findings_of(connection, "p0-0")
    assert (row.id, row.state, row.measure_state) == (number, "open", "draft")
    with writing(any_store) as connection, pytest.raises(ScoringRefused, match="is not verified"):
        close_finding(connection, number, remark="", person="审计员", now_ms=ms(MARCH))
    with writing(any_store) as connection:
        done = "UPDATE rectification SET state = 'verified', person = '业主0-0' WHERE origin = :origin"
        connection.execute(text(done), {"origin": f"finding/{number}"})
    with writing(any_store) as connection, pytest.raises(ScoringRefused, match="by who mended it"):
        close_finding(connection, number, remark="", person="业主0-0", now_ms=ms(MARCH))
    with writing(any_store) as connection:
        close_finding(connection, number, remark="已追回", person="审计员", now_ms=ms(MARCH))
        add_person(connection, "x", "clerk", "unit", "住建局")
        assert findings_of(connection, "p0-0")[0].state == "closed"
    tomorrow = Finding(title="t", text="", severity="minor", basis="", found_on=MARCH + timedelta(days=1))
    with writing(any_store) as connection, pytest.raises(ScoringRefused, match="is to come"):
        note_finding(connection, "p0-0", tomorrow, person="审计员", now_ms=ms(MARCH))
