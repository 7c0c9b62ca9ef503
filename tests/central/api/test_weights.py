"""Weights through the API, on both databases: a node from the first question to the frozen weights and why."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlmodel import Session

from central.store import tables
from central.store.engine import reading, writing
from tests.central.api.district import Centre

NODE = "/api/v1/weights/output"
M1 = ((0, 1, -3), (0, 2, -2), (1, 2, 2))  # domain.md §5.2
M2 = ((0, 1, -2), (0, 2, -4), (1, 2, -3))
TORN = ((0, 1, 2), (0, 2, -4), (1, 2, 3))
PEOPLE = (
    ("section", "section", "district", ""),
    ("wise", "third_party", "district", ""),
    ("water", "section", "unit", "区水务局"),
)


@pytest.fixture
def centre(own_centre: Centre) -> Centre:
    """The district with somebody who organises weights, an expert from outside, and another unit's section."""
    with writing(own_centre.engine) as connection, Session(connection) as session:
        for name, role, kind, scope in PEOPLE:
            person = tables.User(username=name, name=name, password_hash="-", created_at=0)
            session.add(person)
            session.flush()
            assert person.id is not None
            session.add(tables.Grant(user=person.id, role=role, scope_kind=kind, scope=scope))
        session.flush()
    return own_centre


def a_node(**changed: Any) -> dict[str, Any]:
    names = (("in", "投入", "input"), ("out", "产出", "output"), ("effect", "影响", "impact"))
    criteria = [{"id": key, "name": {"zh": zh, "en": en}} for key, zh, en in names]
    return {"id": "output", "name": {"zh": "三层指标", "en": "Three levels"}, "criteria": criteria} | changed


def opened(centre: Centre, *experts: str) -> httpx.Client:
    """Open the node and invite these; the client of who organises it."""
    desk = centre.client("section")
    assert desk.post("/api/v1/weights", json=a_node()).status_code == 201
    for person in experts:
        assert desk.post(f"{NODE}/experts", json={"person": person}).status_code == 200
    return desk


def say(centre: Centre, person: str, said: tuple[tuple[int, int, int], ...], *, by: str = "") -> httpx.Response:
    answers = [{"first": i, "second": j, "says": says} for i, j, says in said]
    return centre.client(by or person).put(f"{NODE}/answers/{person}", json={"answers": answers})


def trail(centre: Centre) -> list[tuple[str, str, dict[str, Any]]]:
    rows = text("SELECT actor, action, detail_json FROM audit_entry WHERE object = 'weights/output' ORDER BY seq")
    with reading(centre.engine) as connection:
        return [(row[0], row[1], json.loads(row[2])) for row in connection.execute(rows)]


@pytest.mark.requirement("A24")
def test_a24_from_the_questions_to_weights_that_say_why(centre: Centre) -> None:
    desk = opened(centre, "wise", "leader")
    asked = centre.client("wise").get(f"{NODE}/questionnaire").json()
    assert [pair["places"] for pair in asked["pairs"]] == [[0, 1], [0, 2], [1, 2]]
    assert (asked["answered"], asked["needed"], asked["cr"]) == (0, 3, None)
    part = say(centre, "wise", M1[:1]).json()
    assert (part["answered"], part["cr"], part["weights"]) == (1, None, None)
    torn = say(centre, "wise", TORN).json()
    assert round(torn["cr"], 4) == 1.0614
    assert "「产出」比「影响」= 3" in torn["returned"]["zh"]
    assert [pair["agrees"] for pair in torn["pairs"]] == [-9, 6, -8]
    assert desk.post(f"{NODE}/freeze", json={}).status_code == 409
    sound = say(centre, "wise", M1).json()
    assert [round(w["weight"], 4) for w in sound["weights"]] == [0.1634, 0.5396, 0.2970]
    assert (round(sound["cr"], 4), sound["returned"]) == (0.0079, None)
    say(centre, "leader", M2)
    shown = desk.get(NODE).json()
    assert (shown["state"], shown["why"]["apart"][0]["id"]) == ("discuss", "out")
    refused = desk.post(f"{NODE}/freeze", json={})
    assert (refused.status_code, refused.json()["error"]["where"]) == (422, "note")
    why = desk.post(f"{NODE}/freeze", json={"note": "双方说明理由后维持"}).json()["why"]
    assert [round(w["weight"], 4) for w in why["weights"]] == [0.1591, 0.3821, 0.4588]
    assert (round(why["cr"], 4), why["ri"], why["random_index"][2:4]) == (0.0003, 0.58, [0.58, 0.9])
    assert why["disagreement"] > 2
    assert why["sha256"]
    assert sorted(round(e["cr"], 4) for e in why["experts"]) == [0.0079, 0.0158]
    assert [action for _, action, _ in trail(centre)][-1] == "weights.freeze"


@pytest.mark.parametrize(("by", "person"), [("wise", "leader"), ("section", "wise"), ("owner", "owner")])
def test_answering_for_another_is_refused_and_recorded(centre: Centre, by: str, person: str) -> None:
    opened(centre, "wise", "leader")
    answer = say(centre, person, M1, by=by)
    assert answer.status_code == 403
    assert answer.json()["text"]["zh"]
    actor, action, detail = trail(centre)[-1]
    assert (actor, action, detail["code"]) == (by, "weights.answer.refused", "not_yours")


def test_what_is_frozen_is_not_answered_any_more_and_the_attempt_stands(centre: Centre) -> None:
    desk = opened(centre, "wise")
    say(centre, "wise", M1)
    assert desk.post(f"{NODE}/freeze", json={}).status_code == 200
    assert say(centre, "wise", M2).status_code == 409
    assert trail(centre)[-1][1] == "weights.answer.refused"
    again = desk.post(f"{NODE}/versions", json={})
    assert (again.status_code, again.json()["version"], again.json()["experts"]) == (201, 2, [])
    assert desk.get(NODE, params={"version": 1}).json()["state"] == "frozen"
    assert desk.get(NODE, params={"version": 3}).status_code == 404


def test_names_and_judgements_are_for_those_who_may_see_them(centre: Centre) -> None:
    desk = opened(centre, "wise", "leader")
    say(centre, "wise", M1)
    say(centre, "leader", M1)
    experts = {client: centre.client(client).get(NODE).json() for client in ("leader", "owner", "audit")}
    assert experts["leader"]["why"] is None  # an expert sees nobody else's before they are frozen
    assert experts["owner"]["why"] is None
    assert {e["person"] for e in experts["owner"]["experts"]} == {"专家 1", "专家 2"}
    assert {e["cr"] for e in experts["owner"]["experts"]} == {None}
    assert {e["person"] for e in experts["audit"]["experts"]} == {"wise", "leader"}
    assert centre.client("audit").get(f"{NODE}/questionnaire").status_code == 404
    assert desk.post(f"{NODE}/freeze", json={}).status_code == 200
    seen = centre.client("owner").get(NODE).json()["why"]
    assert {e["person"] for e in seen["experts"]} == {"专家 1", "专家 2"}
    assert all(e["judgements"] for e in seen["experts"])
    assert {e["person"] for e in centre.client("audit").get(NODE).json()["why"]["experts"]} == {"wise", "leader"}


def test_a_unit_s_weights_are_the_unit_s(centre: Centre) -> None:
    water, unit = centre.client("water"), centre.client("unit")
    assert water.post("/api/v1/weights", json=a_node(unit="区水务局")).status_code == 201
    assert unit.get(NODE).status_code == 404
    assert unit.post(f"{NODE}/experts", json={"person": "wise"}).status_code == 404
    assert [n["id"] for n in water.get("/api/v1/weights").json()["nodes"]] == ["output"]
    assert unit.get("/api/v1/weights").json() == {"nodes": [], "next": None}
    assert water.post("/api/v1/weights", json=a_node(id="other")).status_code == 403
    refused = water.post("/api/v1/weights", json=a_node(id="other", unit="区住建局"))
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "not_yours")


def test_an_expert_from_outside_is_told_and_sees_what_he_is_asked_alone(centre: Centre) -> None:
    desk = opened(centre, "wise")
    assert desk.post("/api/v1/weights", json=a_node(id="another")).status_code == 201
    wise = centre.client("wise")
    assert [node["id"] for node in wise.get("/api/v1/weights").json()["nodes"]] == ["output"]
    assert (wise.get(NODE).status_code, wise.get("/api/v1/weights/another").status_code) == (200, 404)
    with reading(centre.engine) as connection:
        told = connection.execute(text("SELECT person, about, subject_zh FROM notification WHERE kind = 'task'")).all()
    assert [tuple(row) for row in told] == [("wise", "weights/output/1", "请您判断权重: 三层指标")]


def test_who_organises_neither_judges_nor_freezes_what_he_judged(centre: Centre) -> None:
    desk = opened(centre, "wise", "leader")
    assert desk.post(f"{NODE}/experts", json={"person": "section"}).status_code == 403
    assert trail(centre)[-1][1] == "weights.invite.refused"
    for person in ("wise", "leader"):
        say(centre, person, M1)
    assert centre.client("leader").post(f"{NODE}/freeze", json={}).status_code == 403
    released = desk.post(f"{NODE}/experts/leader/release", json={"reason": "兼任组织者"}).json()
    assert {e["person"]: e["state"] for e in released["experts"]} == {"wise": "sound", "leader": "released"}


def test_pages_of_nodes(centre: Centre) -> None:
    desk = centre.client("section")
    for key in ("a", "b", "c"):
        desk.post("/api/v1/weights", json=a_node(id=key))
    first = desk.get("/api/v1/weights", params={"limit": 2}).json()
    assert ([n["id"] for n in first["nodes"]], first["next"]) == (["a", "b"], "b")
    rest = desk.get("/api/v1/weights", params={"limit": 2, "after": "b"}).json()
    assert ([n["id"] for n in rest["nodes"]], rest["next"]) == (["c"], None)


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ([{"first": 0, "second": 1, "says": 0}], 422),
        ([{"first": 0, "second": 3, "says": 1}], 422),
        ([{"first": 0, "second": 1, "says": 2}, {"first": 0, "second": 1, "says": 3}], 422),
        ([], 422),
    ],
)
def test_what_is_no_answer_is_said(centre: Centre, answers: list[dict[str, int]], status: int) -> None:
    opened(centre, "wise")
    assert centre.client("wise").put(f"{NODE}/answers/wise", json={"answers": answers}).status_code == status
