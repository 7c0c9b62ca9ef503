"""Who may decide is told that something waits, the author what was decided; a standstill may end earlier."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from central.lifecycle.refused import ActRefused
from central.store import tables
from central.store.engine import reading, writing
from central.store.load_project import load_project
from central.store.read_pauses import pauses_of
from central.store.save_lifecycle import decide_stage, submit_stage
from central.store.save_pauses import end_pause
from central.store.save_proposals import propose_plan, refuse_plan
from tests.central.plan.test_document2 import changed
from tests.central.store.lives import TODAY, a_plan, an_act, ask, decide, finish, stored, trail

PEOPLE = (
    ("wang", "clerk", "project", "qp"),
    ("zhao", "leader", "district", ""),
    ("qian", "dept_head", "unit", "the unit of the project"),
    ("sun", "dept_head", "district", ""),
    ("li", "dept_head", "unit", "another unit"),
    ("zhou", "section", "district", ""),
)


@pytest.fixture
def site(any_store: Engine) -> Engine:
    """Project qp with people near and far."""
    stored(any_store)
    with writing(any_store) as connection, Session(connection) as session:
        unit = connection.execute(text("SELECT unit_zh FROM project")).scalar_one()
        for name, role, kind, scope in PEOPLE:
            user = tables.User(username=name, name=name, password_hash="x", created_at=0)
            session.add(user)
            session.flush()
            where = unit if name == "qian" else scope
            session.add(tables.Grant(user=user.id or 0, role=role, scope_kind=kind, scope=where))
        session.flush()
    return any_store


def told(engine: Engine) -> list[tuple[str, str, str]]:
    """Who was told of which matter: person, matter, subject."""
    wanted = text("SELECT person, about, subject_zh FROM notification WHERE kind = 'decision' ORDER BY id")
    with reading(engine) as connection:
        return [(row.person, row.about, row.subject_zh.split(":")[0]) for row in connection.execute(wanted)]


def test_a_stage_that_waits_is_told_to_the_nearest_who_may_decide(site: Engine) -> None:
    with writing(site) as connection:
        number = submit_stage(connection, "qp", an_act("declared"), today=TODAY, now_ms=1)
    about = f"stage/qp/{number}"
    waiting = [("qian", about, "待审批"), ("zhao", about, "待审批"), ("zhou", about, "待审批")]
    assert told(site) == waiting
    with writing(site) as connection:
        decide_stage(connection, "qp", number, by="zhao", roles={"leader"}, approve=False, remark="缺章", now_ms=2)
    assert told(site) == [*waiting, ("wang", about, "退回")]


def test_a_standstill_and_a_revision_that_wait_are_told_and_so_is_what_was_decided(site: Engine) -> None:
    number = ask(site, "2026-06-01", "2026-06-10", by="zhao")  # who asks is not told that he may decide
    decide(site, number, by="qian")
    about = f"pause/qp/{number}"
    assert told(site) == [("qian", about, "待审批"), ("zhao", about, "通过")]
    later = a_plan(changed(lambda d: d["project"].update(finish="2026-09-05")))
    with writing(site) as connection:
        proposal = propose_plan(connection, later, by="wang", reason="雨季", now_ms=3)
        refuse_plan(connection, "qp", proposal, by="zhao", remark="不充分", now_ms=4)
    about = f"proposal/qp/{proposal}"
    assert told(site)[2:] == [("qian", about, "待审批"), ("zhao", about, "待审批"), ("wang", about, "退回")]


def test_a_standstill_ends_earlier_and_the_plan_comes_back_by_as_much(site: Engine) -> None:
    number = ask(site, "2026-06-01", "2026-06-10")
    decide(site, number)
    assert finish(site) == date(2026, 9, 10)
    with writing(site) as connection:
        end_pause(
            connection, "qp", number, last=date(2026, 6, 4), by="zhao", remark="台风过了", today=date(2026, 6, 5),
            now_ms=9000,
        )  # fmt: skip
    assert finish(site) == date(2026, 9, 4)
    with reading(site) as connection:
        project = load_project(connection, "qp")
        (pause,) = pauses_of(connection, "qp")
    assert project is not None
    assert project.pauses == ((date(2026, 6, 1), date(2026, 6, 4)),)
    assert (pause.pause.state, pause.pause.last) == ("approved", date(2026, 6, 4))
    assert trail(site)[-1] == "pause.ended"


@pytest.mark.parametrize(
    ("last", "by", "remark", "said"),
    [
        (date(2026, 6, 10), "zhao", "x", "a day from 2026-06-06 on and before 2026-06-10"),
        (date(2026, 6, 5), "zhao", "x", "a day from 2026-06-06 on"),  # a day that has gone by stood still
        (date(2026, 5, 1), "zhao", "x", "a day from 2026-06-06 on"),
        (date(2026, 6, 7), "wang", "x", "somebody other than who asked"),
        (date(2026, 6, 7), "zhao", " ", "why the work goes on"),
    ],
)
def test_how_a_standstill_does_not_end(any_store: Engine, last: date, by: str, remark: str, said: str) -> None:
    stored(any_store)
    number = ask(any_store, "2026-06-01", "2026-06-10")
    decide(any_store, number)
    with pytest.raises(ActRefused, match=said), writing(any_store) as connection:
        end_pause(connection, "qp", number, last=last, by=by, remark=remark, today=date(2026, 6, 7), now_ms=9000)
    assert finish(any_store) == date(2026, 9, 10)


def test_only_an_approved_standstill_ends(any_store: Engine) -> None:
    stored(any_store)
    number = ask(any_store, "2026-06-01", "2026-06-10")
    today = date(2026, 6, 5)
    with pytest.raises(ActRefused, match="is asked"), writing(any_store) as connection:
        end_pause(
            connection, "qp", number, last=today, by="zhao", remark="x", today=today + timedelta(days=1), now_ms=9
        )
