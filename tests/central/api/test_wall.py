"""The wall's one answer: counts that are the list's, nobody's name, money for who may read it, few queries, kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, event, func, insert, select
from sqlmodel import Session

from central.api.access import Access
from central.api.policy import Grant
from central.api.views.briefs import Briefs
from central.api.views.wall import wall_of
from central.api.wall_cache import AnswerCache
from central.domain import Text
from central.plan.calendar import local_day
from central.store import tables
from central.store.engine import reading, writing
from central.store.instants import from_ms, to_ms
from central.store.save_plan import save_plan
from central.store.upsert import table_of
from tests.central.api.district import NOW, PEOPLE, WALL, Centre, qingping

SIX = ("red", "yellow", "blue", "insufficient", "paused", "normal")


def wall(centre: Centre, username: str = "leader") -> dict[str, Any]:
    """What this person's wall shows."""
    answer = centre.client(username).get("/api/v1/wall")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_counts_are_those_of_the_list_and_add_up(centre: Centre) -> None:
    shown, listed = wall(centre), centre.client("leader").get("/api/v1/district").json()
    assert shown["counts"] == listed["counts"]
    assert shown["total"] == listed["total"] == sum(shown["counts"][sign] for sign in SIX) == 2
    assert {row["id"]: row["sign"] for row in shown["spots"]} == {row["id"]: row["sign"] for row in listed["projects"]}
    assert shown["as_of"] == listed["as_of"]
    for sign in SIX:
        assert sum(row["counts"][sign] for row in shown["streets"]) == shown["counts"][sign]


def test_an_approved_pause_counts_as_the_list_counts_it(own_centre: Centre) -> None:
    today = local_day(NOW)
    asked = {
        "project": "qp", "first": today - timedelta(days=2), "last": today + timedelta(days=2), "cause": "flood",
        "reason": "flood", "asked_by": "owner", "asked_at": 0, "state": "approved", "decided_by": "leader",
        "decided_at": 1, "remark": "",
    }  # fmt: skip
    with writing(own_centre.engine) as connection:
        connection.execute(insert(table_of(tables.PauseRequest)), [asked])
        connection.execute(table_of(tables.PlanWarning).update().values(state="closed"))
    listed = own_centre.client("leader").get("/api/v1/district").json()
    assert listed["counts"]["paused"] == 1
    assert wall(own_centre)["counts"] == listed["counts"]


def test_everybody_sees_his_own_district_and_nobody_a_name(centre: Centre) -> None:
    assert [spot["id"] for spot in wall(centre, "owner")["spots"]] == ["qp"]
    assert wall(centre, "street")["total"] == 1
    text = centre.client("leader").get("/api/v1/wall").text
    assert [name for name in PEOPLE if f"the {name}" in text] == []
    assert centre.client("public").get("/api/v1/wall").status_code == 404


def test_money_is_for_who_may_read_it(centre: Centre) -> None:
    assert wall(centre, "leader")["dual"]["money_bp"] == 0
    seen = wall(centre, "builder")
    assert seen["dual"]["work_bp"] is not None
    assert (seen["dual"]["money_bp"], seen["dual"]["paid_fen"], seen["money"]) == (None, None, None)


def test_who_must_act_is_a_unit_and_a_role_and_evidence_rules_are_not_among_the_urgent(centre: Centre) -> None:
    shown = wall(centre)
    first = shown["urgent"][0]
    assert (first["level"], first["unit"]["zh"], first["role"]["zh"]) == ("red", "区住建局", "项目负责人")
    assert first["due_at"] is not None
    assert {one["project"]["id"] for one in shown["urgent"]} == {"qp"}  # of ml nothing is known but that
    assert shown["evidenced"] == {"sure": 1, "thin": 0, "unseen": 1, "coverage_bp": 10_000}


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Statements that run meanwhile."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_more_projects_are_not_more_queries(own_centre: Centre) -> None:
    leader = Access(
        username="leader", name="", grants=(Grant(role="leader", kind="district", scope=""),), expires_at=None
    )

    def statements() -> int:
        with reading(own_centre.engine) as connection, Session(connection) as session:
            with counted(own_centre.engine) as found:
                briefs = Briefs().all(session, now=NOW)
                wall_of(session, briefs, access=leader, name=Text(zh="区", en="D"), now=NOW, wall=WALL)
            return len(found)

    before = statements()
    for nth in range(5):
        more = replace(qingping(), id=f"more{nth}", buildings=())
        save_plan(own_centre.engine, more, faces=(), document={}, by="t", reason="t", now_ms=nth)
    assert statements() == before
    assert wall(own_centre)["total"] == 7


def test_an_answer_is_kept_until_something_changes() -> None:
    cache: AnswerCache[list[int]] = AnswerCache()
    first = cache.answer("scope", 1, lambda: [1])
    assert cache.answer("scope", 1, lambda: [2]) is first
    assert cache.answer("other", 1, lambda: [3]) == [3]
    assert cache.answer("scope", 2, lambda: [4]) == [4]


def test_what_ails_cameras_and_the_weeks_moves_are_counted_within_the_scope(own_centre: Centre) -> None:
    shown = wall(own_centre)
    assert shown["devices"]["cameras"] > 0
    known = [(one["code"], one["cameras"]) for one in shown["devices"]["conditions"]]
    assert known == [("moved", 1)]
    assert [day["day"] for day in shown["week"]] == [str(local_day(NOW) - timedelta(days=n)) for n in range(6, -1, -1)]
    since = to_ms(NOW - timedelta(hours=5))
    row = {
        "gateway": "gw-1",
        "camera": "c1",
        "code": "blur",
        "since_at": since,
        "until_at": None,
        "detail": "",
        "ref": "",
    }
    rows = [
        row,
        row | {"since_at": since - 60_000},  # the same camera is counted once
        row | {"code": "offline", "camera": ""},
        row | {"code": "blur", "gateway": "gw-9"},  # looks at nothing
        row | {"code": "frozen", "until_at": since + 1},
    ]
    moved = {"warning": 1, "event": "raised", "level": "red", "previous": None, "rule_version": "1", "value": 1,
             "unit": "bp", "capped": False, "refs": "[]"}  # fmt: skip
    with writing(own_centre.engine) as connection:
        connection.execute(insert(table_of(tables.CameraCondition)), rows)
        warning = connection.execute(select(func.min(table_of(tables.PlanWarning).c.id))).scalar_one()
        days = (
            to_ms(NOW - timedelta(days=2)),
            to_ms(NOW - timedelta(days=2, minutes=-1)),
            to_ms(NOW - timedelta(days=8)),
        )
        connection.execute(
            insert(table_of(tables.WarningEvent)), [moved | {"warning": warning, "at": at_ms} for at_ms in days]
        )
    owner, street = wall(own_centre, "owner"), wall(own_centre, "street")
    conditions = [(one["code"], one["cameras"]) for one in owner["devices"]["conditions"]]
    assert conditions == [("blur", 1), *known, ("offline", 1)]
    assert owner["devices"]["conditions"][0]["since"] == from_ms(since - 60_000).isoformat().replace("+00:00", "Z")
    assert (street["devices"]["cameras"], street["devices"]["conditions"]) == (0, [])
    before = {day["day"]: day["raised"] for day in shown["week"]}
    day = str(local_day(NOW) - timedelta(days=2))
    assert {one["day"]: one["raised"] - before[one["day"]] for one in owner["week"]} == {
        one: 2 if one == day else 0 for one in before
    }
    assert sum(one["raised"] for one in street["week"]) == 0
