"""Evaluations, approvals, publication, tasks, remedies, the agenda and transfers: what may be done, and by whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import get_args

import pytest

from central.domain import Subject, Text
from central.evaluate.agenda import Issue, agenda, task_of
from central.evaluate.approval import Approval, ApprovalLevel, approving, standing
from central.evaluate.evaluation import MOVES, EvaluationAct, EvaluationState, moved
from central.evaluate.publication import Objection, end_of, is_final, may_object, publication_end
from central.evaluate.remedy import Item, asks_for_remedy, follow_up
from central.evaluate.task import (
    Draft,
    Task,
    check_confirmer,
    check_reporter,
    checked,
    expected_bp,
    late_days,
    level,
    plan_kept,
    publishable,
)
from central.evaluate.task import moved as task_moved
from central.evaluate.transfer import Transfer, check_asked, side_signing, unit_at
from central.scoring.refused import ScoringRefused

MONDAY = date(2025, 3, 3)
CHAIN = (
    ApprovalLevel(seats=("section",)),
    ApprovalLevel(seats=("finance", "dept_head"), need="all"),
    ApprovalLevel(seats=("leader",)),
)


@pytest.mark.parametrize("act", get_args(EvaluationAct))
@pytest.mark.parametrize("state", get_args(EvaluationState))
def test_an_act_is_done_in_its_states_only(act: EvaluationAct, state: EvaluationState) -> None:
    if state in MOVES[act]:
        assert moved(state, act) == MOVES[act][state]
        return
    with pytest.raises(ScoringRefused, match="cannot") as refused:
        moved(state, act)
    assert refused.value.code == "wrong_state"


def test_nothing_leads_out_of_final() -> None:
    assert not any("final" in sources for sources in MOVES.values())


def test_three_levels_one_after_another_and_two_seats_at_once() -> None:
    given: list[Approval] = []
    for person, seats, number, seat in (
        ("wang", {"section"}, 1, "section"),
        ("li", {"dept_head"}, 2, "dept_head"),
        ("zhao", {"finance"}, 2, "finance"),
        ("sun", {"leader"}, 3, "leader"),
    ):
        one = approving(CHAIN, given, person=person, seats=seats, barred=())
        assert (one.level, one.seat) == (number, seat)
        given.append(one)
    assert standing(CHAIN, given).level is None


@pytest.mark.parametrize(
    ("given", "person", "seats", "barred", "code"),
    [
        ([], "sun", {"leader"}, (), "not_yours"),  # a level is not passed over
        ([], "wang", {"section"}, ("wang",), "own_work"),  # of the assessed unit
        ([("section", "li", 1)], "li", {"finance"}, (), "own_work"),  # twice the same
        ([("section", "a", 1), ("finance", "b", 2)], "c", {"finance"}, (), "not_yours"),  # the other seat is awaited
        ([("section", "a", 1), ("finance", "b", 2), ("dept_head", "c", 2), ("leader", "d", 3)], "e", {"leader"}, (),
         "wrong_state"),
    ],
)  # fmt: skip
def test_what_is_not_ones_own_to_approve(
    given: list[tuple[str, str, int]], person: str, seats: set[str], barred: tuple[str, ...], code: str
) -> None:
    known = [Approval(level=number, seat=seat, person=who) for seat, who, number in given]
    with pytest.raises(ScoringRefused) as refused:
        approving(CHAIN, known, person=person, seats=seats, barred=barred)
    assert refused.value.code == code


def test_any_seat_of_a_level_may_be_enough() -> None:
    either = (ApprovalLevel(seats=("section", "finance")),)
    assert standing(either, ()).seats == ("section", "finance")
    assert standing(either, (Approval(level=1, seat="finance", person="x"),)).level is None


@pytest.mark.parametrize(
    ("published", "end"),
    [
        (MONDAY, date(2025, 3, 10)),
        (date(2025, 4, 28), date(2025, 5, 8)),  # over the first of May
        (date(2025, 9, 26), date(2025, 10, 10)),  # the week of October, with its make-up weekends
    ],
)
def test_publication_lasts_five_working_days(published: date, end: date) -> None:
    assert publication_end(published) == end
    assert may_object(published, published)
    assert may_object(published, end)
    assert not may_object(published, end + timedelta(days=1))
    assert not is_final(published, (), today=end)
    assert is_final(published, (), today=end + timedelta(days=1))


def test_an_objection_that_waits_moves_the_end() -> None:
    waits = Objection(raised_on=date(2025, 3, 5))
    in_time = replace(waits, answered_on=date(2025, 3, 10))
    late = replace(waits, answered_on=date(2025, 3, 14))
    end = date(2025, 3, 10)
    assert end_of(MONDAY, [in_time], today=date(2025, 3, 11)) == end
    assert is_final(MONDAY, [in_time], today=date(2025, 3, 11))
    assert end_of(MONDAY, [waits], today=date(2025, 3, 14)) == date(2025, 3, 17)
    assert not is_final(MONDAY, [in_time, waits], today=date(2025, 6, 1))
    assert end_of(MONDAY, [late], today=date(2025, 3, 20)) == date(2025, 3, 17)
    assert not is_final(MONDAY, [late], today=date(2025, 3, 17))
    assert is_final(MONDAY, [late], today=date(2025, 3, 18))


def a_task(**more: object) -> Task:
    """A task of March for li."""
    plain = Task(
        id=1, month="2025-03", source="goal/1", title=Text(zh="年报", en="report"), unit="甲", project="",
        person="li", start=date(2025, 3, 1), due=date(2025, 3, 20), state="published", progress_bp=0,
    )  # fmt: skip
    return replace(plain, **more)  # type: ignore[arg-type]


def a_draft(source: str = "goal/1", person: str = "li") -> Draft:
    """A task that is not published yet."""
    return Draft(source=source, title=Text(zh="年报", en="report"), unit="甲", person=person, start=MONDAY, due=MONDAY)


def test_no_task_without_one_responsible_person() -> None:
    with pytest.raises(ScoringRefused, match="no responsible person"):
        checked(a_draft(person=" "))
    placed, homeless = publishable([a_draft("b"), a_draft("a"), a_draft("c", person="")])
    assert [one.source for one in placed] == ["a", "b"]
    assert [one.source for one in homeless] == ["c"]
    with pytest.raises(ScoringRefused, match="not before its start"):
        checked(replace(a_draft(), due=MONDAY - timedelta(days=1)))


@pytest.mark.requirement("E03")
@pytest.mark.parametrize(
    ("today", "progress_bp", "colour"),
    [
        (date(2025, 3, 1), 0, "blue"),  # one day of twenty: 5 % are expected
        (date(2025, 3, 1), 1, None),
        (date(2025, 3, 10), 5000, None),
        (date(2025, 3, 10), 4500, "blue"),
        (date(2025, 3, 10), 3500, "yellow"),
        (date(2025, 3, 10), 2000, "red"),
        (date(2025, 3, 20), 9600, None),
        (date(2025, 3, 27), 9999, "blue"),  # seven days late
        (date(2025, 4, 4), 9999, "yellow"),
        (date(2025, 4, 19), 9999, "red"),
    ],
)
def test_tasks_that_are_no_building_are_warned_of_too(today: date, progress_bp: int, colour: str | None) -> None:
    assert level(a_task(progress_bp=progress_bp), today) == colour


def test_lateness_ends_with_the_task() -> None:
    assert late_days(a_task(), date(2025, 3, 20)) == 0
    assert late_days(a_task(), date(2025, 3, 23)) == 3
    done = a_task(state="done", ended_on=date(2025, 3, 21))
    assert late_days(done, date(2025, 6, 1)) == 1
    assert level(done, date(2025, 6, 1)) is None
    assert expected_bp(a_task(), date(2025, 2, 1)) == 0
    assert level(a_task(state="submitted"), date(2025, 3, 20)) is None
    handed_in = a_task(state="submitted", ended_on=date(2025, 3, 20))
    assert (late_days(handed_in, date(2025, 6, 1)), level(handed_in, date(2025, 6, 1))) == (0, None)


@pytest.mark.parametrize(("behind_bp", "kept"), [(-1, True), (0, True), (1, True), (499, True), (500, False)])
def test_a_hair_behind_its_plan_is_no_task_unmet(behind_bp: int, kept: bool) -> None:
    assert plan_kept(6000, 6000 - behind_bp) is kept


def test_the_responsible_person_reports_and_another_confirms() -> None:
    check_reporter(a_task(), "li")
    with pytest.raises(ScoringRefused, match="only the responsible"):
        check_reporter(a_task(), "wang")
    with pytest.raises(ScoringRefused, match="measured"):
        check_reporter(a_task(follows="gap"), "li")
    for person in ("li", "helper"):
        with pytest.raises(ScoringRefused, match="may not confirm"):
            check_confirmer(a_task(), person, told_by="helper")
    check_confirmer(a_task(), "wang", told_by="helper")
    assert task_moved("submitted", "confirm") == "done"
    with pytest.raises(ScoringRefused, match="the task is done"):
        task_moved("done", "report")


@pytest.mark.parametrize(
    ("item", "today", "state"),
    [
        (Item(told_on=MONDAY, measure=None), date(2025, 3, 10), "not_begun"),
        (Item(told_on=MONDAY, measure=None), date(2025, 3, 11), "overdue"),
        (Item(told_on=MONDAY, measure="draft"), date(2025, 3, 11), "overdue"),
        (Item(told_on=MONDAY, measure="cancelled"), MONDAY, "not_begun"),
        (Item(told_on=MONDAY, measure="assigned"), date(2025, 5, 1), "ordered"),
        (Item(told_on=MONDAY, measure="rectifying"), MONDAY, "mending"),
        (Item(told_on=MONDAY, measure="evidence"), MONDAY, "evidence"),
        (Item(told_on=MONDAY, measure="verified"), MONDAY, "mended"),
        (Item(told_on=MONDAY, measure=None, waived=True), date(2025, 5, 1), "waived"),
        (Item(told_on=MONDAY, measure="assigned", waived=True), MONDAY, "ordered"),
    ],
)
def test_every_item_has_a_follow_up_state(item: Item, today: date, state: str) -> None:
    assert follow_up(item, today=today) == state


def test_who_is_asked_to_mend() -> None:
    unit, project = Subject(kind="unit", id="甲"), Subject(kind="project", id="qp")
    assert asks_for_remedy(unit, "差", grades={"差"})
    assert not asks_for_remedy(unit, "中", grades={"差"})
    assert not asks_for_remedy(project, "差", grades={"差"})
    assert not asks_for_remedy(unit, None, grades={"差"})


def an_issue(days: int, *departments: str, ref: str = "case/1") -> Issue:
    """An issue that is open for so many days."""
    return Issue(
        ref=ref, title=Text(zh="环评", en="permit"), departments=departments, opened_on=MONDAY - timedelta(days=days)
    )


@pytest.mark.requirement("A50")
def test_the_agenda_has_what_waits_longer_than_thirty_days_between_two_departments() -> None:
    issues = [
        an_issue(31, "住建局", "生态局"),
        an_issue(30, "住建局", "生态局", ref="case/2"),
        an_issue(99, "住建局", ref="case/3"),
        an_issue(99, "住建局", "住建局", ref="case/4"),
        an_issue(50, "住建局", "生态局", ref="case/5"),
    ]
    found = agenda(issues, today=MONDAY, decided={"case/5": (7,)})
    assert [(item.issue.ref, item.days, item.decided) for item in found] == [("case/5", 50, (7,)), ("case/1", 31, ())]
    due = date(2025, 3, 31)
    draft = checked(
        task_of(
            found[1].issue, decision="生态局本月办结环评", person="li", unit="生态局", today=MONDAY, due=due, number=1
        )
    )
    assert (draft.person, draft.due, draft.source, draft.parent) == ("li", due, "agenda/case/1/1", "case/1")


def a_transfer(on: date, frm: str, to: str, *, number: int = 1, **more: str) -> Transfer:
    """A signed transfer unless told otherwise."""
    plain = Transfer(id=number, project="qp", from_unit=frm, to_unit=to, effective_on=on, state="signed")
    return replace(plain, **more)  # type: ignore[arg-type]


def test_each_day_has_its_unit() -> None:
    first, second = a_transfer(date(2025, 4, 1), "甲", "乙"), a_transfer(date(2025, 6, 1), "乙", "丙", number=2)
    waiting = a_transfer(date(2025, 5, 1), "乙", "丁", number=3, state="asked")
    known = [second, waiting, first]
    days = {date(2025, 3, 31): "甲", date(2025, 4, 1): "乙", date(2025, 5, 31): "乙", date(2025, 6, 1): "丙"}
    for day, unit in days.items():
        assert unit_at(known, unit="甲", day=day) == unit  # as the plan still says
        assert unit_at(known, unit="丙", day=day) == unit  # as the project was moved to since
    assert unit_at([waiting], unit="乙", day=date(2026, 1, 1)) == "乙"


def test_both_sides_sign_and_nothing_reaches_back() -> None:
    asked = a_transfer(date(2025, 4, 1), "甲", "乙", state="asked")
    assert side_signing(asked, person="a", units=["甲"], today=MONDAY) == "from"
    assert side_signing(asked, person="b", units=["乙"], today=MONDAY) == "to"
    once = replace(asked, from_signed_by="a")
    for person, units, today, code in (
        ("a", ["甲", "乙"], MONDAY, "own_work"),
        ("c", ["丙"], MONDAY, "not_yours"),
        ("c", ["甲"], MONDAY, "not_yours"),  # that side has signed
        ("b", ["乙"], date(2025, 4, 1), "conflict"),
    ):
        with pytest.raises(ScoringRefused) as refused:
            side_signing(once, person=person, units=units, today=today)
        assert refused.value.code == code
    with pytest.raises(ScoringRefused, match="is signed"):
        side_signing(replace(asked, state="signed"), person="b", units=["乙"], today=MONDAY)


@pytest.mark.parametrize(
    ("known", "to_unit", "on", "where"),
    [
        ([], "甲", date(2025, 4, 1), "to_unit"),
        ([], "乙", MONDAY, "effective_on"),
        ([a_transfer(date(2025, 4, 1), "甲", "丙", state="asked")], "乙", date(2025, 5, 1), "project"),
        ([a_transfer(date(2025, 4, 1), "甲", "丙")], "乙", date(2025, 5, 1), "project"),
    ],
)
def test_what_cannot_be_asked_for(known: list[Transfer], to_unit: str, on: date, where: str) -> None:
    with pytest.raises(ScoringRefused) as refused:
        check_asked(known, project="qp", unit="甲", to_unit=to_unit, on=on, today=MONDAY)
    assert refused.value.where == where
    check_asked(
        [a_transfer(date(2025, 1, 1), "丙", "甲")],
        project="qp",
        unit="甲",
        to_unit="乙",
        on=date(2025, 4, 1),
        today=MONDAY,
    )
