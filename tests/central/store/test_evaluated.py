"""A quarter and a year of evaluating on both databases, by the calendar and by people."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, insert, text
from sqlalchemy.exc import DatabaseError

from central.audit.chain import first_fault
from central.domain import FundEntry, Subject
from central.evaluate.calendar import at_hour
from central.evaluate.evaluation import Evaluation
from central.evaluate.forms import DONE_SET, RUNNING_SET, Form
from central.evaluate.peers import assigned
from central.evaluate.policy import DEFAULT_POLICY
from central.evaluate.roster import roster
from central.money.posting import Posting
from central.rejudging import Rejudging
from central.scoring.period import period_of
from central.scoring.refused import ScoringRefused
from central.store import tables
from central.store.act_evaluated import (
    answer,
    approve,
    asks_of,
    give_back,
    held_evaluation,
    measured_of,
    object_to,
    submit_form,
)
from central.store.compose_evaluated import publish_approved
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.move_evaluated import Doing
from central.store.open_evaluated import Assessed, open_evaluations
from central.store.read_evaluated import (
    events_of,
    final_results,
    forms_of,
    results_of,
)
from central.store.read_sheets import brief_of
from central.store.save_audit import entries, lock_head
from central.store.save_ledger import post
from central.store.upsert import table_of
from tests.central.evaluate.district import UNITS, District, a_district, add_person
from tests.central.store.test_deciding_together import together

OPENS = date(2025, 4, 1)  # the first working day of the second quarter
CLOSED = date(2025, 4, 17)  # forms are collected for ten working days, to the sixteenth
Q1 = period_of("2025-Q1")


def ms(day: date, hour: int = 12) -> int:
    """An hour of a day, ms UTC."""
    return to_ms(at_hour(day, hour))


def a_quarter(engine: Engine) -> District:
    """The first quarter is open, and everybody handed in: 95 points for oneself, 78 for others; 80 were measured."""
    district = a_district(engine)
    district.day(date(2025, 3, 31))
    district.day(OPENS)
    district.put_objective("2025-Q1")
    district.fill_in("2025-Q1", date(2025, 4, 3))
    return district


@pytest.mark.requirement("E17")
@pytest.mark.requirement("E13")
def test_a_quarter_from_its_forms_to_what_is_final(any_store: Engine) -> None:
    district = a_quarter(any_store)
    found = district.found()
    assert [(one.subject.id, one.state) for one in found] == [(unit, "collecting") for unit in sorted(UNITS)]
    with reading(any_store) as connection:
        forms = forms_of(connection, found)
    for one in found:
        assert Counter(form.kind for form in forms[one.id]) == {"self": 1, "peer": 3}
        assert one.subject.id not in {form.filler for form in forms[one.id] if form.kind == "peer"}
    district.day(CLOSED)
    with reading(any_store) as connection:
        results = results_of(connection, district.found())
    for one in district.found():
        row, document = results[one.id], json.loads(results[one.id].document)
        assert row.total == pytest.approx(0.7 * 80 + 0.1 * 95 + 0.2 * 78, abs=1e-9)
        assert [(flag["first"], flag["second"]) for flag in document["discrepancies"]] == [
            ("self", "peer"), ("self", "objective"),
        ]  # fmt: skip
        assert row.grade == "良"
    numbers = [one.id for one in district.found()]
    district.approve_all(numbers, date(2025, 4, 18))
    assert {one.state for one in district.found()} == {"approved"}
    district.day(date(2025, 4, 19))  # a Saturday: nothing is published
    assert {one.state for one in district.found()} == {"approved"}
    district.day(date(2025, 4, 21))
    published = district.found()
    assert {(one.state, one.published_on, one.ends_on) for one in published} == {
        ("published", date(2025, 4, 21), date(2025, 4, 27))  # a Sunday that is worked
    }
    with reading(any_store) as connection:
        assert final_results(connection, period=Q1) == []
    district.days(date(2025, 4, 22), date(2025, 4, 28))
    with reading(any_store) as connection:
        finals = final_results(connection, period=Q1)
    assert [one.subject.id for one in finals] == sorted(UNITS)
    assert {(one.final, one.published_on, len(one.sheets)) for one in finals} == {(True, date(2025, 4, 21), 6)}


def test_who_knows_the_units_does_not_work_out_who_judges_whom(sqlite_store: Engine) -> None:
    units = [f"单位{number}" for number in range(12)]
    assessed = [Assessed(subject=Subject(kind="unit", id=unit), unit=unit) for unit in units]
    with writing(sqlite_store) as connection:
        opened = open_evaluations(
            connection, assessed, period=Q1, policy=DEFAULT_POLICY, people=roster([]), closes_ms=ms(CLOSED),
            doing=Doing(wall_ms=ms(OPENS)),
        )  # fmt: skip
        forms = forms_of(connection, opened)
    peers = {one.subject.id: tuple(form.filler for form in forms[one.id] if form.kind == "peer") for one in opened}
    assert {len(set(found) - {unit}) for unit, found in peers.items()} == {3}
    assert peers != assigned(units, turn=Q1.name)


def test_a_form_is_taken_until_the_hour_that_was_told_and_not_after(sqlite_store: Engine) -> None:
    district = a_district(sqlite_store, units=UNITS[:2])
    district.day(date(2025, 3, 31))
    district.day(OPENS)
    with reading(sqlite_store) as connection:
        form = next(one for one in forms_of(connection, district.found())[district.found()[0].id] if one.kind == "self")
    closes = district.found()[0].closes_ms
    assert closes == ms(CLOSED - timedelta(days=1), 18)
    with writing(sqlite_store) as connection:
        points = {leaf.indicator.id: 90.0 for leaf in asks_of(connection, form, district.found()[0]).leaves}
        handed = submit_form(connection, form.id, points, person=form.person, now_ms=closes - 1)
    assert handed.state == "submitted"
    with writing(sqlite_store) as connection, pytest.raises(ScoringRefused) as refused:
        submit_form(connection, form.id, points, person=form.person, now_ms=closes)
    assert (refused.value.code, refused.value.where) == ("wrong_state", "form.due_at")
    assert refused.value.text.zh.startswith("填报已于 2025-04-16 18:00 截止")


def test_what_was_spent_is_taken_from_the_ledger_and_not_typed(sqlite_store: Engine) -> None:
    """10 · min(1, spent / budget) of the ministry's form: 430 of 1000 yuan by the end of March, 4.3 of ten points."""
    district = a_district(sqlite_store, units=UNITS[:2])
    told = (("budget", date(2025, 1, 2), 1000_00), ("pay", date(2025, 3, 20), 430_00), ("pay", date(2025, 4, 2), 9_00))
    booked = [
        FundEntry(voucher=f"v{nth}", project="p0-0", kind=kind, day=day, amount_fen=fen)  # type: ignore[arg-type]
        for nth, (kind, day, fen) in enumerate(told)
    ]
    with writing(sqlite_store) as connection:
        post(connection, [Posting(entry=one) for one in booked], projects=["p0-0"], by="财政甲", at_ms=ms(OPENS, 0))
    district.day(date(2025, 3, 31))
    district.day(OPENS)
    now_ms = ms(OPENS, 10)
    for one in district.found():
        with writing(sqlite_store) as connection:
            form = next(form for form in forms_of(connection, [one])[one.id] if form.kind == "self")
            asks = asks_of(connection, form, one)
            points = {leaf.indicator.id: 90.0 for leaf in asks.leaves}
            known = measured_of(connection, asks, one, now_ms=now_ms)
            if one.subject.id == UNITS[0]:
                assert {leaf: value.value for leaf, value in known.items()} == {"self.execution": 43.0}
                with pytest.raises(ScoringRefused, match="nobody types it"):
                    submit_form(connection, form.id, points, person=form.person, now_ms=now_ms)
                del points["self.execution"]
            else:
                assert known == {}  # its ledger says nothing: it is judged as all the rest
            handed = submit_form(connection, form.id, points, person=form.person, now_ms=now_ms)
            brief = brief_of(connection, handed.sheet)
        assert brief is not None
        assert brief.total == pytest.approx(0.1 * (43 if one.subject.id == UNITS[0] else 90) + 0.9 * 90)
        again = Rejudging(sqlite_store).again(handed.sheet)
        assert again is not None and again.same, again


def test_a_late_project_is_judged_as_running_until_it_is_completed(sqlite_store: Engine) -> None:
    a_district(sqlite_store, units=UNITS[:1])
    subject, year = Subject(kind="project", id="p0-0"), period_of("2025")  # its plan ends on 26 December
    evaluation = Evaluation(
        id=1, subject=subject, unit=UNITS[0], period=year, policy=0, state="collecting", round=1, closes_ms=1
    )
    form = Form(id=1, evaluation=1, round=1, kind="finance", filler="", person="", state="open", due_ms=1)
    event = {"project": "p0-0", "kind": "completed", "ref": "", "noted_by": "a", "noted_at": 1}
    with writing(sqlite_store) as connection:
        asked = [asks_of(connection, form, evaluation)]
        for day in (date(2026, 1, 9), date(2025, 12, 31)):  # the second mends the first
            connection.execute(insert(table_of(tables.LifeEventRow)).values(**event, day=day))
            asked.append(asks_of(connection, form, evaluation))
    assert asked == [RUNNING_SET, RUNNING_SET, DONE_SET]


def test_what_is_not_handed_in_is_missing_and_said(any_store: Engine) -> None:
    district = a_district(any_store)
    district.day(date(2025, 3, 31))
    district.day(OPENS)
    district.put_objective("2025-Q1", 70.0)
    district.days(date(2025, 4, 14), CLOSED)
    with reading(any_store) as connection:
        results = results_of(connection, district.found())
        forms = forms_of(connection, district.found())
    assert {form.state for own in forms.values() for form in own} == {"missed"}
    for result in results.values():
        assert (result.total, result.grade) == (70.0, "中")
        assert json.loads(result.document)["missing"] == ["self", "peer"]
    with writing(any_store) as connection, pytest.raises(ScoringRefused, match="cannot hand in"):
        form = forms[district.found()[0].id][0]
        submit_form(connection, form.id, {}, person=form.person, now_ms=ms(CLOSED))


@pytest.mark.requirement("B21")
def test_the_second_of_three_levels_returns_it_with_the_reason(sqlite_store: Engine) -> None:
    district = a_district(sqlite_store)
    district.day(date(2025, 11, 30))
    district.day(date(2025, 12, 1))
    district.fill_in("2025", date(2025, 12, 8), only=[UNITS[0]])
    district.days(date(2026, 1, 4), date(2026, 1, 5))
    district.put_objective("2025")
    district.days(date(2026, 1, 6), date(2026, 1, 20))
    (one,) = [found for found in district.found(period="2025", kind="unit") if found.subject.id == UNITS[0]]
    assert one.state == "composed"
    day = date(2026, 1, 20)
    with writing(sqlite_store) as connection:
        approve(connection, one.id, person="绩效科长", seats={"section"}, now_ms=ms(day))
        after = give_back(
            connection, one.id, person="财政甲2", seats={"finance"}, reason="自评依据不足", now_ms=ms(day)
        )
    assert (after.state, after.round) == ("collecting", 2)
    with reading(sqlite_store) as connection:
        said = [row for row in events_of(connection, one.id) if row.event == "returned"]
    assert (said[0].actor, said[0].seat, json.loads(said[0].detail_json)) == (
        "财政甲2", "finance", {"level": 2, "reason": "自评依据不足"}
    )  # fmt: skip
    district.fill_in("2025", date(2026, 1, 21), only=[UNITS[0]])
    district.days(date(2026, 1, 21), date(2026, 1, 28))
    again = district.one(one.id)
    assert (again.state, again.round) == ("composed", 2)
    with writing(sqlite_store) as connection:
        told = text("SELECT round FROM evaluation_result WHERE evaluation = :one ORDER BY round")
        assert list(connection.execute(told, {"one": one.id}).scalars()) == [1, 2]
        for person, seat in (("绩效科长", "section"), ("财政甲", "finance"), ("区长", "leader")):
            approve(connection, one.id, person=person, seats={seat}, now_ms=ms(date(2026, 1, 28)))
    assert district.one(one.id).state == "approved"


def published_quarter(engine: Engine) -> District:
    """The quarter is published on 21 April, until the 27th."""
    district = a_quarter(engine)
    district.day(CLOSED)
    district.approve_all([one.id for one in district.found()], date(2025, 4, 18))
    district.day(date(2025, 4, 21))
    return district


@pytest.mark.requirement("E17")
def test_an_objection_that_waits_keeps_the_result_open_and_is_answered_by_another(any_store: Engine) -> None:
    district = published_quarter(any_store)
    one = next(found for found in district.found() if found.subject.id == "住建局")
    with writing(any_store) as connection:
        number = object_to(connection, one.id, person="住建局主任", text="3月进度未计入", now_ms=ms(date(2025, 4, 23)))
    district.days(date(2025, 4, 24), date(2025, 4, 29))
    assert district.one(one.id).state == "published"
    assert district.one(one.id).ends_on == date(2025, 4, 30)
    assert {found.state for found in district.found()} == {"published", "final"}
    own, decided, reads = "own unit", "who approved it", "not for your role"
    for person, seats, why in (
        ("住建局主任", {"dept_head"}, own), ("住建局科员", {"section"}, own), ("绩效科长", {"section"}, decided),
        ("区长", {"leader"}, decided), ("纪检员", {"discipline"}, reads),
    ):  # fmt: skip
        with writing(any_store) as connection, pytest.raises(ScoringRefused, match=why):
            answer(connection, number, person=person, seats=seats, upheld=False, text="x", now_ms=ms(date(2025, 4, 29)))
    with writing(any_store) as connection:
        answer(
            connection,
            number,
            person="财政甲",
            seats={"finance"},
            upheld=False,
            text="已计入",
            now_ms=ms(date(2025, 4, 29)),
        )
    district.days(date(2025, 4, 30), date(2025, 5, 6))
    assert district.one(one.id).state == "final"
    with writing(any_store) as connection, pytest.raises(ScoringRefused, match="the evaluation is 'final'"):
        object_to(connection, one.id, person="住建局主任", text="再议", now_ms=ms(date(2025, 5, 6)))


@pytest.mark.requirement("E17")
def test_an_objection_that_is_right_has_everything_done_anew(sqlite_store: Engine) -> None:
    district = published_quarter(sqlite_store)
    one = next(found for found in district.found() if found.subject.id == "水务局")
    day = date(2025, 4, 23)
    with writing(sqlite_store) as connection:
        first = object_to(connection, one.id, person="水务局主任", text="a", now_ms=ms(day))
        object_to(connection, one.id, person="水务局科员", text="b", now_ms=ms(day))
        after = answer(
            connection, first, person="审计员", seats={"auditor"}, upheld=True, text="属实", now_ms=ms(day, 13)
        )
    assert (after.state, after.round, after.published_on) == ("collecting", 2, None)
    district.days(date(2025, 4, 24), date(2025, 4, 30))
    assert district.one(one.id).state == "composed"
    district.approve_all([one.id], date(2025, 4, 30))
    district.days(date(2025, 5, 6), date(2025, 5, 14))
    assert district.one(one.id).state == "final"
    with reading(sqlite_store) as connection:
        states = connection.execute(text("SELECT state FROM evaluation_objection ORDER BY id")).scalars().all()
    assert states == ["upheld", "superseded"]


def test_objections_come_within_the_period_and_from_the_assessed(sqlite_store: Engine) -> None:
    district = published_quarter(sqlite_store)
    one = next(found for found in district.found() if found.subject.id == "住建局")
    for person, day, code in (
        ("水务局主任", date(2025, 4, 23), "not_yours"),
        ("住建局主任", date(2025, 4, 28), "conflict"),
    ):
        with writing(sqlite_store) as connection, pytest.raises(ScoringRefused) as refused:
            object_to(connection, one.id, person=person, text="x", now_ms=ms(day))
        assert refused.value.code == code


def test_nobody_judges_himself_or_twice(sqlite_store: Engine) -> None:
    district = a_district(sqlite_store)
    with writing(sqlite_store) as connection:
        add_person(connection, "两面人", "clerk", "unit", "住建局")
        for unit in UNITS[1:]:
            add_person(connection, "两面人", "section", "unit", unit)
        add_person(connection, "两面人", "leader", "district", "")
    district.day(date(2025, 3, 31))
    district.day(OPENS)
    district.put_objective("2025-Q1")
    one = next(found for found in district.found() if found.subject.id == "住建局")
    with reading(sqlite_store) as connection:
        peer = next(form for form in forms_of(connection, [one])[one.id] if form.kind == "peer")
    with writing(sqlite_store) as connection, pytest.raises(ScoringRefused) as refused:
        submit_form(connection, peer.id, {}, person="两面人", now_ms=ms(date(2025, 4, 2)))
    assert refused.value.code == "own_work"
    with writing(sqlite_store) as connection, pytest.raises(ScoringRefused) as refused:
        submit_form(connection, peer.id, {}, person="区长", now_ms=ms(date(2025, 4, 2)))
    assert refused.value.code == "not_yours"
    district.fill_in("2025-Q1", date(2025, 4, 3))
    district.day(CLOSED)
    for person, code in (("两面人", "own_work"), (peer.person, "own_work"), ("住建局主任", "own_work")):
        with writing(sqlite_store) as connection, pytest.raises(ScoringRefused) as refused:
            approve(connection, one.id, person=person, seats={"leader", "section"}, now_ms=ms(CLOSED))
        assert refused.value.code == code


def test_the_database_keeps_what_is_final(any_store: Engine) -> None:
    district = a_district(any_store, units=UNITS[:2])
    district.day(date(2025, 3, 31))
    district.day(OPENS)
    district.put_objective("2025-Q1")
    district.day(CLOSED)
    district.approve_all([one.id for one in district.found()], date(2025, 4, 18))
    district.day(date(2025, 4, 21))
    district.day(date(2025, 4, 28))
    assert {one.state for one in district.found()} == {"final"}
    for statement in (
        "UPDATE evaluation SET state = 'published' WHERE state = 'final'",
        "DELETE FROM evaluation WHERE state = 'final'",
        "UPDATE evaluation_result SET total = 100",
        "DELETE FROM evaluation_result",
        "UPDATE evaluation_event SET actor = 'x'",
        "DELETE FROM evaluation_event",
    ):
        with writing(any_store) as connection, pytest.raises(DatabaseError, match=r"only be added|does not change"):
            connection.execute(text(statement))


def test_of_many_who_decide_at_once_one_decides_and_the_others_are_told(any_store: Engine) -> None:
    district = a_quarter(any_store)
    district.day(CLOSED)
    one = district.found()[0]
    day = date(2025, 4, 18)

    def approves(number: int) -> None:
        with writing(any_store) as connection:
            approve(connection, one.id, person=f"科长{number}", seats={"section"}, now_ms=ms(day))

    assert together(approves) == 1
    district.approve_all([one.id], day)

    def publishes(_number: int) -> None:
        with writing(any_store) as connection:
            lock_head(connection)
            publish_approved(connection, [held_evaluation(connection, one.id)], doing=Doing(wall_ms=ms(day)))

    assert together(publishes) == 1
    with writing(any_store) as connection:
        objection = object_to(connection, one.id, person=f"{one.unit}主任", text="x", now_ms=ms(day))

    def answers(number: int) -> None:
        with writing(any_store) as connection:
            answer(
                connection, objection, person=f"科长{number}", seats={"section"}, upheld=number % 2 == 0, text="x",
                now_ms=ms(day),
            )  # fmt: skip

    assert together(answers) == 1
    with reading(any_store) as connection:
        assert first_fault(entries(connection)) is None
