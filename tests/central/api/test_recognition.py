"""Awards, use of the platform, cases to learn from, and what the public sees, over HTTP."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlmodel import Session

from central.scoring.period import period_of
from central.store import tables
from central.store.engine import writing
from central.store.instants import to_ms
from central.store.save_ranked import follow_up
from central.store.save_ranked_suggestions import decide, settle
from tests.central.api.district import PASSWORD, STILL, WALL, Centre
from tests.central.api.pictures import digest
from tests.central.evaluate.test_ranking import TEN, results

UNIT = "区住建局"
SHEET = "c" * 64


def joined(centre: Centre, username: str, role: str, kind: str, scope: str) -> None:
    """Somebody else comes to the district."""
    with writing(centre.engine) as connection, Session(connection) as session:
        person = tables.User(username=username, name=username, password_hash="-", created_at=0)
        session.add(person)
        session.flush()
        assert person.id is not None
        session.add(tables.Grant(user=person.id, role=role, scope_kind=kind, scope=scope))
        session.flush()


def a_sheet(centre: Centre) -> None:
    """A score sheet to point at."""
    with writing(centre.engine) as connection, Session(connection) as session:
        session.add(tables.ScoreSheet(
            id=SHEET, subject_kind="unit", subject=UNIT, period="2025", kind="objective", author="t", taken_at=0,
            stored_at=0, set_id="s", set_version=1, rule_version="r", total=91.0, grade="优", body="{}",
        ))  # fmt: skip
        session.flush()


@pytest.mark.requirement("A51")
def test_a51_active_people_and_deliveries_in_time_are_counted_by_unit_and_month(one_centre: Centre) -> None:
    joined(one_centre, "idle", "clerk", "unit", UNIT)
    given = {"username": "unit", "password": PASSWORD}
    assert one_centre.client().post("/api/v1/auth/login", json=given).status_code == 200
    wrong = {"username": "idle", "password": "wrong"}
    assert one_centre.client().post("/api/v1/auth/login", json=wrong).status_code == 401
    assert one_centre.client("leader").get("/api/v1/platform-use/2027-01").status_code == 422
    shown = one_centre.client("leader").get(f"/api/v1/platform-use/{WALL:%Y-%m}").json()
    unit = next(one for one in shown["units"] if one["unit"] == UNIT)
    assert (unit["people"], unit["active"], unit["active_bp"], unit["recognised"]) == (2, 1, 5000, False)
    assert "活跃用户" in shown["method"]["zh"]
    counts = dict.fromkeys(("required", "filled", "checked", "valid", "pairs", "agreeing"), 0)
    counts |= {"expected": 40, "received": 40, "on_time": 39}
    with writing(one_centre.engine) as connection, Session(connection) as session:
        session.add(tables.QualityMonth(
            month=date(2026, 4, 1), unit=UNIT, rank=1, total_bp=9000, grade="B", sha256="", frozen_at=1,
            counts=json.dumps({"qp": counts}),
        ))  # fmt: skip
        session.flush()
    (april,) = one_centre.client("leader").get("/api/v1/platform-use/2026-04").json()["units"]
    assert (april["active"], april["expected"], april["on_time"], april["on_time_bp"]) == (0, 40, 39, 9750)
    assert one_centre.client("builder").get("/api/v1/platform-use/2026-05").status_code == 404


@pytest.mark.requirement("B26")
def test_b26_a_case_leads_to_its_evidence_and_is_published_by_another(own_centre: Centre) -> None:
    joined(own_centre, "head", "dept_head", "unit", UNIT)
    a_sheet(own_centre)
    case: dict[str, Any] = {
        "unit": UNIT, "project": "qp", "title": "样板段先行", "summary": "先做样板段, 返工减少", "tags": ["质量"],
        "evidence": [{"sha256": SHEET, "note": "年度评分表"}],
    }  # fmt: skip
    clerk, head = own_centre.client("unit"), own_centre.client("head")
    for broken, where in (
        ({"title": " "}, "title"),
        ({"summary": ""}, "summary"),
        ({"evidence": []}, "evidence"),
        ({"evidence": [{"sha256": "d" * 64}]}, "evidence"),
    ):
        answer = clerk.post("/api/v1/best-practices", json={**case, **broken})
        assert (answer.status_code, answer.json()["error"]["where"]) == (422, where)
    assert clerk.post("/api/v1/best-practices", json={**case, "project": "ml"}).status_code == 404
    assert clerk.post("/api/v1/best-practices", json={**case, "unit": "区教育局"}).status_code == 403
    made = clerk.post("/api/v1/best-practices", json=case)
    assert (made.status_code, made.json()["state"]) == (201, "entered")
    assert made.json()["evidence"] == [{"sha256": SHEET, "kind": "sheet", "note": "年度评分表"}]
    url = f"/api/v1/best-practices/{made.json()['id']}"
    assert own_centre.client("street").get("/api/v1/best-practices").json()["total"] == 0
    mine = head.post("/api/v1/best-practices", json={**case, "title": "另一例"}).json()
    assert head.post(f"/api/v1/best-practices/{mine['id']}/publish", json={}).status_code == 403  # one's own
    assert head.post(f"{url}/publish", json={}).json()["published_by"] == "head"
    assert head.post(f"{url}/publish", json={}).status_code == 409
    found = own_centre.client("street").get("/api/v1/best-practices?tag=质量").json()
    assert [one["title"] for one in found["practices"]] == ["样板段先行"]
    assert own_centre.client("street").get("/api/v1/best-practices?state=entered").json()["total"] == 0
    assert clerk.get("/api/v1/best-practices?state=entered").json()["total"] == 1
    assert head.post(f"{url}/retract", json={"remark": "数据有误"}).json()["state"] == "retracted"
    assert own_centre.client("street").get("/api/v1/best-practices").json()["total"] == 0


def test_a_still_is_evidence_too(one_centre: Centre) -> None:
    with writing(one_centre.engine) as connection, Session(connection) as session:
        session.add(tables.Evidence(sha256=digest(STILL), gateway="gw-1", size_bytes=len(STILL), width_px=1,
                                    height_px=1, received_at=0))  # fmt: skip
        session.flush()
    case = {"unit": UNIT, "title": "t", "summary": "s", "evidence": [{"sha256": digest(STILL), "note": ""}]}
    made = one_centre.client("unit").post("/api/v1/best-practices", json=case).json()
    assert made["evidence"][0]["kind"] == "still"


@pytest.mark.requirement("E21")
def test_e21_awards_are_those_that_a_person_gave(one_centre: Centre) -> None:
    joined(one_centre, "leader2", "leader", "district", "")
    now_ms = to_ms(datetime(2026, 2, 3, 4, tzinfo=UTC))
    with writing(one_centre.engine) as connection, Session(connection) as session:
        for nth, name in enumerate(TEN):
            session.add(tables.OrgUnit(id=name.lower(), parent=None, kind="street", name_zh=name, name_en=name,
                                       steward="", depth=2, position=nth, version=1))  # fmt: skip
        session.flush()
        follow_up(connection, period_of("2025"), results(TEN), now_ms=now_ms)
    leader = one_centre.client("leader")
    (star,) = leader.get("/api/v1/result-uses?kind=award").json()["uses"]
    assert leader.get("/api/v1/awards").json() == {"total": 0, "awards": []}
    with writing(one_centre.engine) as connection:
        decide(connection, star["id"], by="leader2", approve=True, basis="年度总评", now_ms=now_ms)
        assert settle(connection, now_ms=now_ms + 10 * 86_400_000) == 1
    (award,) = one_centre.client("unit").get("/api/v1/awards").json()["awards"]
    assert (award["subject"]["id"], award["decided_by"], award["sheets"]) == ("U1", "leader2", ["sheet-U1"])
    assert "绩效之星" in award["criteria"]["zh"]


@pytest.mark.requirement("E05")
def test_e05_what_is_promised_to_the_people_is_seen_by_the_people(own_centre: Centre) -> None:
    year = 2026
    promise = {"year": year, "listed": True, "promise_zh": "年底前交付两栋楼", "promise_en": "Two buildings this year"}
    url = "/api/v1/projects/qp/livelihood"
    for person in ("unit", "owner", "admin", "public"):
        assert own_centre.client(person).put(url, json=promise).status_code == 404, person
    leader = own_centre.client("leader")
    assert leader.put(url, json={**promise, "promise_zh": " "}).status_code == 422
    assert leader.put(url, json=promise).status_code == 200
    assert leader.put(url, json=promise).status_code == 200
    (shown,) = own_centre.client().get(f"/api/v1/public/livelihood?year={year}").json()["projects"]  # no token
    assert (shown["project"], shown["promise"]["zh"]) == ("qp", "年底前交付两栋楼")
    assert shown["actual_bp"] < shown["plan_bp"]
    assert not {"contract_fen", "score", "open_warnings", "sign"} & set(shown)
    assert own_centre.client().get("/api/v1/public/livelihood?year=2025").json()["projects"] == []
    assert leader.put(url, json={**promise, "listed": False}).json()["projects"] == []
    assert own_centre.client().get(f"/api/v1/public/livelihood?year={year}").json()["projects"] == []
