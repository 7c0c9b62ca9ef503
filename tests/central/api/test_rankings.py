"""Rankings, uses of results and adjustments over HTTP: who reads what of whom, who acts, what the trail keeps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from central.evaluate.result_policy import SHIPPED_DOCUMENT
from central.scoring.leaf import grade
from central.scoring.period import period_of
from central.store import tables
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.read_indicators import set_in_force
from central.store.save_indicators import decide_set, put_set
from central.store.save_ranked import follow_up
from tests.central.api.district import Centre
from tests.central.evaluate.test_ranking import TEN, at_rank, results
from tests.central.store.test_indicators import UNIT, make
from tests.central.store.test_ranked import a_sheet

WALL = datetime(2026, 2, 3, 4, tzinfo=UTC)
PEOPLE = {
    "finance": [("finance", "district", "")],
    "leader2": [("leader", "district", "")],
    "clerk7": [("clerk", "unit", "U7")],
    "head7": [("dept_head", "unit", "U7")],
    "personnel": [("clerk", "unit", "区委组织部")],
    "section": [("section", "unit", UNIT.id)],
    "head": [("dept_head", "unit", UNIT.id)],
    **{f"p{nth}": [("clerk", "unit", "U7" if nth == 1 else "U2")] for nth in range(1, 6)},
}
PERSONS = ["p1", "p2", "p3", "p4", "p5"]


@pytest.fixture
def centre(own_centre: Centre) -> Iterator[Centre]:
    """Ten departments and five clerks that were ranked for two years; U7 last, p1 first; and 区住建局 with its set."""
    own_centre.wall.at = WALL
    with writing(own_centre.engine) as connection, Session(connection) as session:
        for nth, name in enumerate(TEN):
            session.add(tables.OrgUnit(id=name.lower(), parent=None, kind="department", name_zh=name, name_en=name,
                                       steward="", depth=2, position=nth, version=1))  # fmt: skip
        for username, grants in PEOPLE.items():
            person = tables.User(username=username, name=username, password_hash="-", created_at=0)
            session.add(person)
            session.flush()
            assert person.id is not None
            for role, kind, scope in grants:
                session.add(tables.Grant(user=person.id, role=role, scope_kind=kind, scope=scope))
        session.flush()
        for year in ("2024", "2025"):
            judged = [*results(at_rank("U7", 10), totals=[95, 94, 93, 92, 91, 90, 89, 88, 87, 72.0]),
                      *results(PERSONS, kind="person")]  # fmt: skip
            follow_up(connection, period_of(year), judged, now_ms=to_ms(WALL))
        first = to_ms(WALL - timedelta(days=20))
        put_set(connection, UNIT, make("unit.goals", "unit.ack"), since=date(2026, 1, 14), base_version=0,
                reason="年度", by="wang", now_ms=first)  # fmt: skip
        decide_set(connection, UNIT, 1, approve=True, remark="", by="zhao", now_ms=first)
    yield own_centre


def trail(engine: Engine, like: str) -> list[tuple[str, str]]:
    """Who did or tried what, in order."""
    with reading(engine) as connection:
        rows = connection.execute(
            text("SELECT actor, action FROM audit_entry WHERE action LIKE :like ORDER BY seq"), {"like": like}
        )
        return [(row.actor, row.action) for row in rows]


def use_of(centre: Centre, kind: str, **query: str) -> dict[str, Any]:
    """The newest use of a kind that finance (or a leader) sees."""
    person = query.pop("person", "leader")
    found = centre.client(person).get("/api/v1/result-uses", params={"kind": kind, **query}).json()
    shown: dict[str, Any] = found["uses"][0]
    return shown


def test_rankings_of_units_are_for_all_who_work_there_and_those_of_persons_are_not(centre: Centre) -> None:
    mine = centre.client("clerk7").get("/api/v1/rankings").json()
    assert [(one["group"], one["period"], one["n"]) for one in mine["rankings"]] == [
        ("departments", "2025", 10), ("departments", "2024", 10),
    ]  # fmt: skip
    all_of_them = centre.client("leader").get("/api/v1/rankings?period=2025").json()
    assert [one["group"] for one in all_of_them["rankings"]] == ["departments", "clerks"]
    units, clerks = (f"/api/v1/rankings/{one['id']}" for one in all_of_them["rankings"])
    places = centre.client("clerk7").get(units).json()["places"]
    assert [(one["subject"]["id"], one["rank"]) for one in places][-1] == ("U7", 10)
    assert places[0]["sheets"] == ["sheet-U1"]
    assert [one["grade"] for one in places] == [grade(one["points"]) for one in places]
    for person in ("clerk7", "head7", "audit", "admin", "p1"):
        assert centre.client(person).get(clerks).status_code == 404, person
    assert [one["rank"] for one in centre.client("leader").get(clerks).json()["places"]] == [1, 2, 3, 4, 5]
    assert centre.client("builder").get("/api/v1/rankings").status_code == 404
    assert centre.client("leader").get("/api/v1/rankings/999").status_code == 404


@pytest.mark.requirement("E20")
def test_a_personal_record_is_restricted_explained_and_each_look_is_kept(centre: Centre) -> None:
    path = "/api/v1/rankings/people/p1"
    for stranger in ("p2", "clerk7", "audit", "finance", "admin", "builder", "public"):
        assert centre.client(stranger).get(path).status_code == 404, stranger
    assert centre.client("head7").get(path).status_code == 200
    assert centre.client("leader").get(path).status_code == 200
    record = centre.client("p1").get(path).json()
    assert record["unit"] == "U7"
    assert [(one["ranking"]["period"], one["place"]["rank"], one["place"]["top"]) for one in record["places"]] == [
        ("2024", 1, True), ("2025", 1, True),
    ]  # fmt: skip
    listed = [one for one in record["uses"] if one["kind"] == "reserve"]
    assert [(one["period"], one["state"], one["decider"]) for one in listed] == [("2025", "suggested", "leader")]
    assert "由人作出决定" in record["how"][1]["zh"]
    assert [(one["looker"], one["seat"]) for one in record["looks"]] == [
        ("p1", "self"), ("leader", "leader"), ("head7", "manager"),
    ]  # fmt: skip
    assert ("head7", "personal.look") in trail(centre.engine, "personal.%")
    others = centre.client("p2").get("/api/v1/rankings/people/p2").json()
    assert [one for one in others["uses"] if one["kind"] == "reserve"] == []
    own = centre.client("p1").post(f"/api/v1/result-uses/{listed[0]['id']}/decision", json={"approve": True})
    assert own.status_code == 404  # a clerk decides nothing at all
    assert centre.client("p1").get("/api/v1/rankings/people/nobody-here").status_code == 404


def test_the_register_shows_persons_to_leaders_and_units_their_own(centre: Centre) -> None:
    kinds = {one["kind"] for one in centre.client("leader").get("/api/v1/result-uses").json()["uses"]}
    assert {"reserve", "cut", "priority", "talk"} <= kinds
    finance = centre.client("finance").get("/api/v1/result-uses?limit=200").json()
    assert {one["subject"]["kind"] for one in finance["uses"]} == {"unit"}
    assert finance["total"] == len(finance["uses"])
    mine = centre.client("clerk7").get("/api/v1/result-uses").json()["uses"]
    assert {one["unit"] for one in mine} == {"U7"}
    theirs = next(one for one in finance["uses"] if one["unit"] == "U1")
    assert centre.client("clerk7").get(f"/api/v1/result-uses/{theirs['id']}").status_code == 404
    reserve = use_of(centre, "reserve")
    assert centre.client("finance").get(f"/api/v1/result-uses/{reserve['id']}").status_code == 404
    assert centre.client("public").get(f"/api/v1/result-uses/{theirs['id']}").status_code == 404


@pytest.mark.requirement("E04")
def test_a_use_is_decided_by_name_with_its_basis_and_appealed_against(centre: Centre) -> None:
    cut = use_of(centre, "cut", person="finance", period="2025")
    url = f"/api/v1/result-uses/{cut['id']}"
    assert (cut["basis"], cut["suggested_cut_bp"], cut["decided_by"]) == (["sheet-U7"], 1000, "")
    decision = {"approve": True, "basis": "2025年度评价结果", "hearing": "2月2日听取U7意见", "cut_bp": 500}
    head = centre.client("head7").post(f"{url}/decision", json=decision)
    assert (head.status_code, head.json()["error"]["code"]) == (403, "own_work")
    assert "不能批准" in head.json()["text"]["zh"]
    unheard = centre.client("finance").post(f"{url}/decision", json={**decision, "hearing": ""})
    assert (unheard.status_code, unheard.json()["error"]["where"]) == (422, "hearing")
    decided = centre.client("finance").post(f"{url}/decision", json=decision).json()
    assert (decided["decided_by"], decided["decided_cut_bp"], decided["closes_on"]) == ("finance", 500, "2026-02-10")
    assert centre.client("finance").post(f"{url}/decision", json=decision).status_code == 409
    assert centre.client("finance").post(f"{url}/appeal", json={"reason": "x"}).status_code == 403
    assert centre.client("clerk7").post(f"{url}/appeal", json={"reason": "口径有误"}).status_code == 200
    answer = {"uphold": False, "reason": "口径无误"}
    assert centre.client("finance").post(f"{url}/answer", json=answer).status_code == 403
    assert centre.client("discipline").post(f"{url}/answer", json=answer).status_code == 403
    shown = centre.client("leader").post(f"{url}/answer", json=answer).json()
    assert (shown["state"], shown["state_name"]["zh"]) == ("final", "生效")
    assert [one["act"] for one in shown["acts"]] == ["approve", "appeal", "dismiss"]
    final = centre.client("finance").get("/api/v1/result-uses?state=in_force").json()["uses"]
    assert [(one["id"], one["decided_by"], one["decided_at"][:10]) for one in final] == [
        (cut["id"], "finance", "2026-02-03")
    ]
    done = centre.client("finance").post(f"{url}/carried-out", json={"ref": "浦财预〔2026〕3号"}).json()
    assert done["state"] == "carried_out"
    assert trail(centre.engine, "suggestion.%") == [
        ("head7", "suggestion.decide.refused"),
        ("finance", "suggestion.decide.refused"),
        ("finance", "suggestion.approve"),
        ("finance", "suggestion.decide.refused"),
        ("finance", "suggestion.appeal.refused"),
        ("clerk7", "suggestion.appeal"),
        ("finance", "suggestion.answer.refused"),
        ("leader", "suggestion.dismiss"),
        ("finance", "suggestion.carry_out"),
    ]


def test_the_personnel_department_is_named_in_the_table_and_its_looks_are_kept(centre: Centre) -> None:
    table = {**SHIPPED_DOCUMENT, "since": "2026-03-01", "personnel": "区委组织部"}
    assert centre.client("leader").post("/api/v1/result-tables", json=table).status_code == 201
    path = "/api/v1/result-uses?kind=reserve"
    assert centre.client("personnel").get(path).json()["total"] == 0
    centre.wall.at = WALL + timedelta(days=30)
    listed = centre.client("personnel").get(path).json()
    assert [(one["subject"]["id"], one["period"]) for one in listed["uses"]] == [("p1", "2025")]
    assert centre.client("personnel").get("/api/v1/rankings/people/p1").status_code == 200
    looks = centre.client("p1").get("/api/v1/rankings/people/p1").json()["looks"]
    assert [(one["looker"], one["seat"], one["what"]) for one in looks] == [
        ("p1", "self", "record"), ("personnel", "personnel", "record"), ("personnel", "personnel", "register"),
    ]  # fmt: skip


def test_a_table_of_a_period_that_began_is_refused_and_recorded(centre: Centre) -> None:
    leader = centre.client("leader")
    past = leader.post("/api/v1/result-tables", json={**SHIPPED_DOCUMENT, "since": "2025-01-01"})
    assert (past.status_code, past.json()["error"]["where"]) == (403, "policy.since")
    assert trail(centre.engine, "results.table%") == [("leader", "results.table.refused")]
    wrong = leader.post("/api/v1/result-tables", json={**SHIPPED_DOCUMENT, "since": "2027-01-01", "appeal_days": 0})
    assert (wrong.status_code, wrong.json()["error"]["where"]) == (422, "policy.appeal_days")
    assert leader.post("/api/v1/result-tables", json={**SHIPPED_DOCUMENT, "since": "2027-01-01"}).status_code == 201
    shown = centre.client("clerk7").get("/api/v1/result-tables").json()
    assert (shown["in_force"], [one["version"] for one in shown["tables"]]) == (0, [0, 1])
    assert centre.client("finance").post("/api/v1/result-tables", json={}).status_code == 404


def test_another_use_rests_on_sheets_and_is_decided_by_another(centre: Centre) -> None:
    given = {"subject": {"kind": "unit", "id": "U7"}, "period": "2025", "occasion": "training",
             "reason": "安排专项培训", "basis": ["a" * 64]}  # fmt: skip
    nothing = centre.client("leader").post("/api/v1/result-uses", json=given)
    assert (nothing.status_code, nothing.json()["error"]["where"]) == (422, "basis")
    a_sheet(centre.engine, "a" * 64, unit="U7")
    made = centre.client("leader").post("/api/v1/result-uses", json=given)
    assert made.status_code == 201
    url = f"/api/v1/result-uses/{made.json()['id']}"
    assert centre.client("leader2").post("/api/v1/result-uses", json=given).status_code == 409
    decision = {"approve": True, "basis": "结果应用"}
    assert centre.client("leader").post(f"{url}/decision", json=decision).status_code == 403
    assert centre.client("leader2").post(f"{url}/decision", json=decision).json()["state"] == "approved"
    nowhere = {**given, "subject": {"kind": "unit", "id": "nowhere"}}
    assert centre.client("leader").post("/api/v1/result-uses", json=nowhere).status_code == 404


def test_a_unit_that_was_merged_is_noted_by_who_keeps_the_organisation(centre: Centre) -> None:
    given = {"unit": "U7", "day": "2026-01-15", "kind": "merged", "reason": "浦编〔2026〕1号"}
    assert centre.client("leader").post("/api/v1/unit-changes", json=given).status_code == 404
    admin = centre.client("admin")
    assert admin.post("/api/v1/unit-changes", json={**given, "day": "2025-06-01"}).status_code == 403
    assert [one["unit"] for one in admin.post("/api/v1/unit-changes", json=given).json()["changes"]] == ["U7"]
    assert len(centre.client("clerk7").get("/api/v1/unit-changes").json()["changes"]) == 1


def test_an_adjustment_goes_from_the_clerk_to_the_district(centre: Centre) -> None:
    with reading(centre.engine) as connection:
        found = set_in_force(connection, subject=UNIT, day=date(2026, 2, 3))
    assert found is not None
    old = found.leaves[0].indicator.target
    given = {"subject": {"kind": "unit", "id": UNIT.id}, "indicator": "unit.goals", "old": old, "new": old * 0.9,
             "reason": "项目移交", "evidence": ["a" * 64]}  # fmt: skip
    assert centre.client("clerk7").post("/api/v1/adjustments", json=given).status_code == 403
    made = centre.client("unit").post("/api/v1/adjustments", json=given)
    assert (made.status_code, made.json()["state"], made.json()["tier"]) == (201, "entered", "plain")
    url = f"/api/v1/adjustments/{made.json()['id']}"
    assert centre.client("clerk7").get(url).status_code == 404
    assert centre.client("unit").post(f"{url}/review", json={}).status_code == 403
    assert centre.client("section").post(f"{url}/review", json={}).json()["state"] == "reviewed"
    assert centre.client("head").post(f"{url}/endorsement", json={"remark": "同意"}).json()["state"] == "endorsed"
    approve = {"approve": True, "remark": ""}
    assert centre.client("head").post(f"{url}/decision", json=approve).status_code == 403
    backward = centre.client("leader").post(f"{url}/decision", json={**approve, "effective": "2026-01-01"})
    assert (backward.status_code, backward.json()["error"]["where"]) == (403, "effective")
    done = centre.client("leader").post(f"{url}/decision", json=approve).json()
    assert (done["state"], done["effective"]) == ("approved", "2026-02-03")
    assert centre.client("unit").delete(url).status_code == 409
    tried = [who for who, action in trail(centre.engine, "adjustment.%") if action.endswith(".refused")]
    assert tried == ["clerk7", "unit", "head", "leader", "unit"]
    listed = centre.client("leader").get("/api/v1/adjustments?state=approved").json()
    assert (listed["total"], centre.client("clerk7").get("/api/v1/adjustments").json()["total"]) == (1, 0)
