"""Tasks of the month, their Mondays, and who may say what of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, text

from central.audit.chain import first_fault
from central.domain import Subject, Text
from central.evaluate.calendar import at_hour
from central.evaluate.task import Draft, Task, late_days
from central.plan.calendar import midnight
from central.scoring.indicator import Value
from central.scoring.refused import ScoringRefused
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.move_evaluated import Doing
from central.store.order_mended import draft_measure
from central.store.read_tasks import load_task, running_tasks, snapshots_of, task_events
from central.store.save_audit import entries
from central.store.save_goals import note_record
from central.store.save_tasks import add_task, confirm, give_back, report, submit
from tests.central.evaluate.district import UNITS, a_district, put_project, see
from tests.central.scoring.test_goal import a_goal
from tests.central.store.test_goals import decide, propose, write

FIRST = date(2025, 4, 1)
TWO = UNITS[:2]


def ms(day: date, hour: int = 12) -> int:
    """An hour of a day, ms UTC."""
    return to_ms(at_hour(day, hour))


def a_draft(**more: object) -> Draft:
    """A task of the clerk of 住建局 for April."""
    plain = Draft(
        source="goal/1", title=Text(zh="市场主体年报", en="annual reports"), unit="住建局", person="住建局科员",
        start=FIRST, due=date(2025, 4, 30),
    )  # fmt: skip
    return replace(plain, **more)  # type: ignore[arg-type]


@pytest.mark.requirement("E14")
@pytest.mark.requirement("A44")
def test_the_list_is_published_on_the_first_working_day_and_each_has_one_person(any_store: Engine) -> None:
    district = a_district(any_store, units=TWO)
    put_project(any_store, "orphan", unit="无人局")
    district.day(date(2024, 12, 31))
    assert "tasks" not in district.day(date(2025, 1, 1))  # a holiday
    assert "tasks 2025-01: 2 tasks, 1 without a person" in district.day(date(2025, 1, 2))
    with reading(any_store) as connection:
        tasks = running_tasks(connection)
        told = connection.execute(text("SELECT person, kind, about FROM notification WHERE kind = 'task'")).all()
        trail = [one for one in entries(connection) if one.action == "tasks.published"]
    assert [(task.source, task.person, task.due) for task in tasks] == [
        ("plan/p0-0", "业主0-0", date(2025, 1, 31)), ("plan/p1-0", "业主1-0", date(2025, 1, 31)),
    ]  # fmt: skip
    assert sorted(tuple(row) for row in told) == [
        ("业主0-0", "task", "tasks/2025-01"), ("业主1-0", "task", "tasks/2025-01"),
        ("区长", "task", "tasks/2025-01/无人局"),
    ]  # fmt: skip
    assert (trail[0].actor, "plan/orphan" in trail[0].detail) == ("system:evaluation", True)
    with writing(any_store) as connection, pytest.raises(ScoringRefused, match="no responsible person"):
        add_task(connection, a_draft(person=""), doing=Doing(wall_ms=ms(FIRST)))


@pytest.mark.requirement("E15")
@pytest.mark.requirement("E03")
def test_every_monday_at_eight_each_task_is_looked_at_by_what_is_measured(any_store: Engine) -> None:
    district = a_district(any_store, units=TWO)
    district.day(date(2025, 3, 31))
    district.day(FIRST)
    for day, planned, actual in ((date(2025, 4, 6), 2600, 2600), (date(2025, 4, 13), 2800, 2100)):
        with writing(any_store) as connection:
            see(connection, "p0-0", at=at_hour(day, 0), planned_bp=planned, actual_bp=actual)
    with writing(any_store) as connection:
        see(connection, "p1-0", at=at_hour(date(2025, 4, 6), 0), planned_bp=2600, actual_bp=2600)
    district.days(date(2025, 4, 2), date(2025, 4, 13))
    assert "snapshot" not in district.day(date(2025, 4, 14), hour=7)
    district.day(date(2025, 4, 14), hour=8)
    with reading(any_store) as connection:
        behind, fine = running_tasks(connection)
        weeks = snapshots_of(connection, behind.id)
    assert [(row.week, row.progress_bp, row.level) for row in weeks] == [
        (date(2025, 4, 7), 10_000 * 2600 // 2600, ""), (date(2025, 4, 14), 7500, ""),
    ]  # fmt: skip
    assert (behind.state, fine.progress_bp) == ("underway", 10_000)
    district.days(date(2025, 4, 15), date(2025, 5, 12))  # April is over, with the gap still there
    with reading(any_store) as connection:
        ended = [load_task(connection, behind.id), load_task(connection, fine.id)]
        weeks = snapshots_of(connection, behind.id)
        warned = connection.execute(text("SELECT person, about FROM notification WHERE about LIKE 'tasks/2025-04-2%'"))
        assert {tuple(row) for row in warned} == {("业主0-0", "tasks/2025-04-28")}
    assert [one.state for one in ended if one] == ["unmet", "done"]
    assert [row.level for row in weeks[2:4]] == ["", "yellow"]
    assert weeks[-1].state == "unmet"


def test_a_month_is_judged_by_its_own_last_day_whenever_it_is_looked_at(sqlite_store: Engine) -> None:
    district = a_district(sqlite_store, units=TWO)
    district.day(FIRST, hour=7)
    district.day(FIRST)
    with writing(sqlite_store) as connection:
        for day, planned, kept, missed in ((date(2025, 5, 1), 3000, 2501, 2500), (date(2025, 5, 4), 3100, 2500, 3100)):
            see(connection, "p0-0", at=midnight(day), planned_bp=planned, actual_bp=kept)
            see(connection, "p1-0", at=midnight(day), planned_bp=planned, actual_bp=missed)
        numbers = [task.id for task in running_tasks(connection)]
    district.day(date(2025, 5, 5))
    with reading(sqlite_store) as connection:
        ended = [load_task(connection, number) for number in numbers]
    assert [(one.state, one.ended_on) for one in ended if one] == [
        ("done", date(2025, 4, 30)), ("unmet", date(2025, 4, 30)),
    ]  # fmt: skip


def test_a_task_that_a_person_reports_on_is_confirmed_by_another(any_store: Engine) -> None:
    a_district(any_store, units=TWO)
    with writing(any_store) as connection:
        number = add_task(connection, a_draft(), doing=Doing(wall_ms=ms(FIRST), actor="区长"))
    day, me = date(2025, 4, 10), "住建局科员"

    def says(person: str) -> Task:
        with writing(any_store) as connection:
            return report(connection, number, 4000, note="已核对一半", person=person, now_ms=ms(day))

    with pytest.raises(ScoringRefused, match="only the responsible person"):
        says("住建局主任")
    assert says(me).progress_bp == 4000
    with writing(any_store) as connection:
        assert submit(connection, number, note="办结", person=me, now_ms=ms(day)).state == "submitted"
    with writing(any_store) as connection, pytest.raises(ScoringRefused, match="may not confirm"):
        confirm(connection, number, note="", person=me, now_ms=ms(day))
    with writing(any_store) as connection, pytest.raises(ScoringRefused, match="no reason"):
        give_back(connection, number, note=" ", person="住建局主任", now_ms=ms(day))
    with writing(any_store) as connection:
        give_back(connection, number, note="缺清单", person="住建局主任", now_ms=ms(day))
        submit(connection, number, note="补齐", person=me, now_ms=ms(day))
        later = day + timedelta(days=40)
        done = confirm(connection, number, note="", person="住建局主任", now_ms=ms(later))
    assert (done.state, done.ended_on) == ("done", day)  # nobody is late because another confirms it late
    assert late_days(done, later) == 0
    with reading(any_store) as connection:
        assert [row.event for row in task_events(connection, number)] == [
            "published", "report", "submit", "return", "submit", "confirm",
        ]  # fmt: skip
        trail = list(entries(connection))
    assert first_fault(iter(trail)) is None
    assert [(one.actor, one.action) for one in trail if one.object == f"task/{number}"][-1] == (
        "住建局主任",
        "task.confirm",
    )


def test_a_rectification_is_its_own_measure_and_is_one_task_until_it_ends(sqlite_store: Engine) -> None:
    district = a_district(sqlite_store, units=TWO)
    with writing(sqlite_store) as connection:
        number = draft_measure(
            connection, origin="x/1", project="p0-0", unit="住建局", title="围挡", by="test", wall_ms=1
        )
        ordered = "UPDATE rectification SET state = 'assigned', person = '业主0-0', due = '2025-04-20' WHERE id = :n"
        connection.execute(text(ordered), {"n": number})
    district.day(date(2025, 3, 31))
    district.day(FIRST)
    with reading(sqlite_store) as connection:
        task = next(one for one in running_tasks(connection) if one.source == f"rectification/{number}")
    assert (task.person, task.due) == ("业主0-0", date(2025, 4, 20))
    with writing(sqlite_store) as connection, pytest.raises(ScoringRefused, match="is measured"):
        report(connection, task.id, 5000, note="", person="业主0-0", now_ms=ms(FIRST))
    district.days(date(2025, 4, 2), date(2025, 5, 6))  # not done by May: it goes on as the same task
    with reading(sqlite_store) as connection:
        assert [one.id for one in running_tasks(connection) if one.follows == "rectification"] == [task.id]
        assert snapshots_of(connection, task.id)[-1].level == "yellow"
    with writing(sqlite_store) as connection:
        verified = "UPDATE rectification SET state = 'verified', submitted_at = :s, verified_at = :v WHERE id = :n"
        days = {"s": ms(date(2025, 4, 19)), "v": ms(date(2025, 5, 7))}
        connection.execute(text(verified), {"n": number, **days})
    district.days(date(2025, 5, 7), date(2025, 5, 12))
    with reading(sqlite_store) as connection:
        done = load_task(connection, task.id)
    assert done is not None
    assert (done.state, done.ended_on) == ("done", date(2025, 4, 19))  # in time, though it was looked at on 12 May


@pytest.mark.requirement("E13")
def test_what_was_missed_is_caught_up_with_once_and_people_get_their_time(sqlite_store: Engine) -> None:
    district = a_district(sqlite_store, units=TWO)
    district.day(date(2025, 3, 31))
    late = date(2025, 4, 24)  # nothing ran for more than three weeks
    said = district.day(late)
    assert said.count("snapshot") == 3
    assert said.count("tasks 2025-04") == said.count("quarter 2025-Q1") == 1
    assert district.day(late, hour=10) == "nothing due"
    assert {one.closes_ms for one in district.found()} == {ms(date(2025, 5, 12), 18)}  # ten working days from then
    with reading(sqlite_store) as connection:
        handled = connection.execute(text("SELECT kind, key FROM cycle_occasion")).all()
    assert len(handled) == len(set(handled))


def test_goals_are_tasks_of_their_owners_until_they_are_told_of(sqlite_store: Engine) -> None:
    district = a_district(sqlite_store, units=TWO)
    unit = Subject(kind="unit", id="住建局")
    said = Text(zh="2026年底前完成率达到95%", en="95 % by the end of 2026")
    keys = write(
        sqlite_store,
        a_goal("d", 1, None, weight=1.0, text=said),
        a_goal("u", 2, "d", weight=0.5, subject=unit, owner="住建局主任", text=said),
        a_goal("v", 2, "d", weight=0.5, subject=unit, owner="住建局科员", text=said),
    )
    propose(sqlite_store, keys)
    decide(sqlite_store, keys)
    district.day(date(2026, 3, 31))
    district.day(date(2026, 4, 1))
    with reading(sqlite_store) as connection:
        tasks = [one for one in running_tasks(connection) if one.follows == "goal"]
    assert [(one.source, one.person, one.unit, one.parent, one.due) for one in tasks] == [
        ("goal/u", "住建局主任", "住建局", "goal/d", date(2026, 12, 31)),
        ("goal/v", "住建局科员", "住建局", "goal/d", date(2026, 12, 31)),
    ]
    with writing(sqlite_store) as connection, pytest.raises(ScoringRefused, match="is measured"):
        report(connection, tasks[0].id, 5000, note="", person="住建局主任", now_ms=ms(date(2026, 4, 1)))
    for name, reached in (("u", 95.0), ("v", 47.5)):
        with writing(sqlite_store) as connection:
            given = Value(indicator="", value=reached, state="entered")
            note_record(connection, name, "2026-03", given, by="wang", now_ms=ms(date(2026, 4, 1)))
    district.days(date(2026, 4, 2), date(2026, 5, 6))
    with reading(sqlite_store) as connection:
        after = [load_task(connection, one.id) for one in tasks]
        again = [one.source for one in running_tasks(connection) if one.follows == "goal"]
    assert [(one.state, one.progress_bp) for one in after if one] == [("done", 10_000), ("underway", 5000)]
    assert again == ["goal/v"]  # what was reached is no task of May; what waits is the same one
