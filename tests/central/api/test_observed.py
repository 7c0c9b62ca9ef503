"""Counts of people and machines, inspected lots, safety findings and the board of four, on both databases."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from central.quality.lots import pass_rate
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.read_observed import lots_of
from tests.central.api.district import LAST_DAY, Centre
from tests.central.api.test_quality import REPORTS, a_report, add_person, to_day
from tests.central.build import START, at

COUNTS, LOTS, SAFETY, BOARD = (f"/api/v1/projects/qp/{name}" for name in ("counts", "lots", "safety", "board"))
DAY = LAST_DAY - 0.5


def a_count(day: float = DAY, /, **changed: Any) -> dict[str, Any]:
    """A count of the first article's kind: 14 people, one excavator."""
    plain = {"observed_at": at(day).isoformat(), "source": "gate", "persons": 14, "machines": {"excavator": 1}}
    return plain | changed


def some_lots(inspected: int, passed: int, /, **changed: Any) -> dict[str, Any]:
    """Lots of the structure of qp-b1."""
    plain = {
        "item": "qp-b1-structure", "day": str(START + timedelta(days=30)), "inspected": inspected, "passed": passed,
        "paper": "a" * 64, "remark": "", "replaces": None,
    }  # fmt: skip
    return plain | changed


def a_finding(**changed: Any) -> dict[str, Any]:
    """A serious finding."""
    day = str(START + timedelta(days=30))
    plain = {"day": day, "serious": True, "what": "临边无防护", "paper": "b" * 64, "replaces": None, "withdrawn": False}
    return plain | changed


def noted(centre: Centre, action: str) -> list[tuple[str, dict[str, Any]]]:
    """Entries of the audit trail of an action: who, and the detail."""
    wanted = text("SELECT actor, detail_json FROM audit_entry WHERE action = :action ORDER BY seq")
    with reading(centre.engine) as connection:
        rows = connection.execute(wanted, {"action": action})
        return [(row.actor, json.loads(row.detail_json)) for row in rows]


@pytest.mark.requirement("A11")
def test_people_and_machines_are_counted_and_nobody_is_recognised(own_centre: Centre) -> None:
    """A11: {persons: 14, excavators: 1} is stored; one with a face id is rejected, and that is noted."""
    to_day(own_centre, LAST_DAY)
    builder = own_centre.client("builder")
    first = builder.post(COUNTS, json=a_count())
    assert first.status_code == 201, first.text
    shown = first.json()["counts"][0]
    assert (shown["persons"], shown["machines"], shown["author"]) == (14, {"excavator": 1}, "builder")
    assert builder.post(COUNTS, json=a_count()).json() == first.json()
    for more in ({"face_id": "f-17"}, {"machines": {"excavator": 1, "face_id": 17}}):
        refused = builder.post(COUNTS, json=a_count(LAST_DAY - 0.25, **more))
        assert refused.status_code == 422
        assert "face_id" in refused.json()["error"]["where"]
    assert [one["id"] for one in builder.get(COUNTS).json()["counts"]] == [shown["id"]]
    found = noted(own_centre, "count.take.refused")
    assert [(who, "face_id" in detail["fields"][0]) for who, detail in found] == [("builder", True)] * 2
    assert "f-17" not in str(found)


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"persons": None, "machines": None}, "persons"),
        ({"observed_at": at(LAST_DAY + 1).isoformat()}, "observed_at"),
        ({"observed_at": at(LAST_DAY - 40).isoformat()}, "observed_at"),
        ({"observed_at": "2026-05-01T08:00:00"}, "body.observed_at"),
        ({"persons": True}, "body.persons"),
        ({"persons": "14"}, "body.persons"),
        ({"persons": -1}, "body.persons"),
        ({"persons": 15}, "observed_at"),  # said otherwise of the same instant
    ],
)
def test_what_is_no_count(one_centre: Centre, changed: dict[str, Any], where: str) -> None:
    to_day(one_centre, LAST_DAY)
    builder = one_centre.client("builder")
    assert builder.post(COUNTS, json=a_count()).status_code == 201
    answer = builder.post(COUNTS, json=a_count(**changed))
    assert (answer.status_code, answer.json()["error"]["where"]) == (422, where)
    assert len(builder.get(COUNTS).json()["counts"]) == 1


def test_a_daily_report_counts_too_and_its_correction_holds(own_centre: Centre) -> None:
    to_day(own_centre, LAST_DAY - 0.25)
    builder = own_centre.client("builder")
    yesterday = a_report(LAST_DAY - 1, note="", counts={"persons": 9, "machines": {"truck": 2}})
    for _ in range(2):
        assert builder.post(REPORTS, json=yesterday).status_code == 201
    corrected = builder.post(REPORTS, json=a_report(LAST_DAY - 1, counts={"persons": 11})).json()
    shown = builder.get(COUNTS).json()["counts"]
    assert [(one["persons"], one["machines"], one["source"]) for one in shown] == [
        (11, None, "daily_report"), (9, {"truck": 2}, "daily_report"),
    ]  # fmt: skip
    assert shown[0]["refs"] == f"report/{corrected['id']}"
    board = builder.get(BOARD).json()
    assert (board["people"]["persons"], [one["count"] for one in board["things"]["machines"]]) == (11, [2])
    face = builder.post(REPORTS, json=a_report(counts={"persons": 9, "face_id": 1}))
    assert face.status_code == 422


def test_the_board_has_four_blocks_of_one_time_and_says_what_is_missing(own_centre: Centre) -> None:
    """A14: all four blocks carry the same time; a source that is missing says so, and is not 0."""
    owner, builder = own_centre.client("owner"), own_centre.client("builder")
    board = owner.get(BOARD).json()
    blocks = [board[name] for name in ("people", "tasks", "things", "money")]
    assert {block["as_of"] for block in blocks} == {board["as_of"]}
    assert (board["people"]["persons"], board["things"]["machines"], board["money"]["paid_fen"]) == (None, None, None)
    assert board["people"]["missing"] == {"zh": "尚无数据", "en": "no data yet"}
    assert board["tasks"]["missing"] is None
    assert 0 < board["tasks"]["actual_bp"] < board["tasks"]["plan_bp"]
    assert ("project_owner", "the owner") in [(one["role"], one["name"]) for one in board["people"]["roles"]]
    to_day(own_centre, LAST_DAY)
    assert builder.post(COUNTS, json=a_count(LAST_DAY - 3)).status_code == 201
    old = owner.get(BOARD).json()
    assert old["people"]["missing"]["en"].startswith("no data since 2026-")
    assert (old["people"]["persons"], old["things"]["machines"]) == (None, None)
    assert builder.post(COUNTS, json=a_count(machines={})).status_code == 201
    now = owner.get(BOARD).json()
    assert (now["people"]["persons"], now["things"]["machines"], now["people"]["missing"]) == (14, [], None)
    assert (now["money"]["visible"], builder.get(BOARD).json()["money"]["visible"]) == (True, False)
    assert builder.get(BOARD).json()["money"]["budget_fen"] is None


@pytest.mark.requirement("B12")
def test_the_share_of_lots_that_passed(own_centre: Centre) -> None:
    """B12: 47 of 50 lots = 94 %; a correction replaces, the builder's own word is none and is noted."""
    to_day(own_centre, LAST_DAY)
    add_person(own_centre, "watcher", "supervisor")
    watcher, builder = own_centre.client("watcher"), own_centre.client("builder")
    assert watcher.get(LOTS).json()["rate_bp"] is None
    assert watcher.post(LOTS, json=some_lots(30, 30)).status_code == 201
    wrong = watcher.post(LOTS, json=some_lots(20, 12)).json()["lots"][0]
    right = watcher.post(LOTS, json=some_lots(20, 17, replaces=wrong["id"])).json()
    assert (right["inspected"], right["passed"], right["rate_bp"]) == (50, 47, 9400)
    assert [one["counts"] for one in watcher.get(LOTS).json()["lots"]] == [True, False, True]
    again = watcher.post(LOTS, json=some_lots(20, 18, replaces=wrong["id"]))
    assert (again.status_code, again.json()["error"]["where"]) == (422, "replaces")
    assert builder.post(LOTS, json=some_lots(10, 10)).status_code == 422
    assert [who for who, _ in noted(own_centre, "lots.note.refused")] == ["watcher", "builder"]
    with reading(own_centre.engine) as connection:
        found = lots_of(connection, "qp", START, START + timedelta(days=30))
        assert lots_of(connection, "qp", START, START + timedelta(days=29)) == ()
    assert pass_rate(found).rate_bp == 9400
    withdrawn = watcher.post(LOTS, json=some_lots(0, 0, replaces=right["lots"][0]["id"])).json()
    assert (withdrawn["inspected"], withdrawn["rate_bp"]) == (30, 10_000)


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"passed": 11}, "passed"),
        ({"inspected": 0, "passed": 0}, "inspected"),
        ({"item": "elsewhere"}, "item"),
        ({"item": "ml-b1-structure"}, "item"),
        ({"day": str(START + timedelta(days=LAST_DAY + 1))}, "day"),
        ({"paper": "x"}, "body.paper"),
    ],
)
def test_what_are_no_lots(one_centre: Centre, changed: dict[str, Any], where: str) -> None:
    to_day(one_centre, LAST_DAY)
    add_person(one_centre, "watcher", "supervisor")
    answer = one_centre.client("watcher").post(LOTS, json=some_lots(10, 10, **changed))
    assert (answer.status_code, answer.json()["error"]["where"]) == (422, where)


def test_what_is_replaced_is_of_the_same_project(one_centre: Centre) -> None:
    to_day(one_centre, LAST_DAY)
    add_person(one_centre, "watcher", "supervisor")
    assert one_centre.client("watcher").post(LOTS, json=some_lots(1, 1, replaces=7)).status_code == 404


def test_serious_findings_are_counted_and_may_be_withdrawn(own_centre: Centre) -> None:
    to_day(own_centre, LAST_DAY)
    add_person(own_centre, "watcher", "inspector")
    watcher = own_centre.client("watcher")
    first = watcher.post(SAFETY, json=a_finding()).json()
    assert first["serious"] == 1
    assert watcher.post(SAFETY, json=a_finding(serious=False)).json()["serious"] == 1
    gone = a_finding(what="误录", replaces=first["findings"][0]["id"], withdrawn=True)
    shown = watcher.post(SAFETY, json=gone).json()
    assert (shown["serious"], shown["findings"][0]["counts"]) == (0, False)
    assert watcher.post(SAFETY, json=a_finding(withdrawn=True)).status_code == 422
    assert own_centre.client("owner").post(SAFETY, json=a_finding()).status_code == 422
    assert [who for who, _ in noted(own_centre, "safety.note.refused")] == ["watcher", "owner"]


@pytest.mark.parametrize("path", [COUNTS, LOTS, SAFETY, BOARD])
def test_strangers_see_none_of_it(one_centre: Centre, path: str) -> None:
    for person in ("street", "public", "nobody"):
        assert one_centre.client(person).get(path).status_code == 404, person


@pytest.mark.parametrize(
    "table", ["site_count", "inspection_lot", "safety_finding", "viewing_purpose", "evidence_view"]
)
def test_what_was_noted_is_never_changed(own_centre: Centre, table: str) -> None:
    day, ms = date(2026, 5, 1), to_ms(at(1))
    rows = {
        "site_count": {
            "project": "qp", "observed_at": ms, "source": "gate", "author": "a", "refs": "", "received_at": ms,
        },
        "inspection_lot": {
            "project": "qp", "item": "", "day": day, "inspected": 1, "passed": 1, "paper": "", "remark": "",
            "author": "a", "noted_at": ms,
        },
        "safety_finding": {
            "project": "qp", "day": day, "serious": True, "withdrawn": False, "what": "x", "paper": "", "author": "a",
            "noted_at": ms,
        },
        "viewing_purpose": {
            "person": "a", "project": "qp", "purpose": "audit", "remark": "", "stated_at": ms, "until_at": ms,
        },
        "evidence_view": {
            "person": "a", "role": "auditor", "kind": "still", "sha256": "a", "project": "qp", "purpose": "audit",
            "remark": "", "stated": True, "viewed_at": ms,
        },
    }  # fmt: skip
    row = rows[table]
    names = ", ".join(row)
    put = text(f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{name}' for name in row)})")
    with writing(own_centre.engine) as connection:
        connection.execute(put, row)
    for change in (f"UPDATE {table} SET project = 'ml'", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError, match="can only be added to"), writing(own_centre.engine) as connection:
            connection.execute(text(change))
