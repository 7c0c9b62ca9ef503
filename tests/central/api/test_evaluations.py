"""Tasks, evaluations and what follows over the API: who sees and may do what, and what is refused is recorded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, text

from central.evaluate.calendar import at_hour
from central.store.engine import reading, writing
from central.store.save_audit import entries
from tests.central.api.district import Centre, served
from tests.central.evaluate.district import UNITS, District, a_district, add_person

OPENS, LATER = date(2025, 4, 1), date(2025, 4, 3)


@pytest.fixture
def centre(sqlite_store: Engine, tmp_path: Path) -> Iterator[Centre]:
    """A centre over a district whose first quarter is open, on 3 April 2025."""
    district = a_district(sqlite_store)
    with writing(sqlite_store) as connection:
        add_person(connection, "路人", "clerk", "unit", "无关局")
        add_person(connection, "另一所", "third_party", "project", "p1-0")
    district.day(date(2025, 3, 31))
    district.day(OPENS)
    district.put_objective("2025-Q1")
    with served(sqlite_store, tmp_path / "data") as centre:
        centre.wall.at = at_hour(LATER)
        yield centre


def district_of(centre: Centre) -> District:
    """The district behind a centre."""
    return District(engine=centre.engine)


def get(centre: Centre, person: str, path: str) -> Any:
    """What a person is answered."""
    answer = centre.client(person).get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def post(centre: Centre, who: str, path: str, /, **body: Any) -> httpx.Response:
    """What a person's act is answered."""
    return centre.client(who).post(f"/api/v1{path}", json=body)


def acts(centre: Centre, number: int) -> dict[str, list[str]]:
    """What each may do to an evaluation now."""
    return {who: get(centre, who, f"/evaluations/{number}")["acts"] for who in ("绩效科长", "区长", "住建局主任")}


def recorded(centre: Centre) -> list[tuple[str, str, str]]:
    """Refused acts in the trail as (actor, action, object)."""
    with reading(centre.engine) as connection:
        return [(one.actor, one.action, one.object) for one in entries(connection) if one.action.endswith(".refused")]


def fill_all(centre: Centre) -> None:
    """Everybody hands in over the API: 95 points for oneself, 78 for others."""
    for unit in UNITS:
        person = f"{unit}主任"
        for form in get(centre, person, "/evaluation-forms")["forms"]:
            points = {leaf["id"]: 95.0 if form["kind"] == "self" else 78.0 for leaf in form["leaves"]}
            answer = post(centre, person, f"/evaluation-forms/{form['id']}", points=points)
            assert answer.status_code == 200, answer.text


@pytest.mark.requirement("E16")
def test_a_quarter_over_the_api_and_the_assessed_never_learn_who_judged(centre: Centre) -> None:
    fill_all(centre)
    district_of(centre).day(date(2025, 4, 17))
    centre.wall.at = at_hour(date(2025, 4, 18))
    listed = get(centre, "区长", "/evaluations?period=2025-Q1")
    assert listed["total"] == 4
    number = next(one["id"] for one in listed["evaluations"] if one["subject"] == "住建局")
    own = get(centre, "住建局主任", f"/evaluations/{number}")
    assert (own["total"], own["parts"]) == (None, [])  # nothing before it is published
    ids = [one["id"] for one in listed["evaluations"]]
    assert acts(centre, number) == {"绩效科长": ["approve", "return"], "区长": [], "住建局主任": []}
    for person in ("绩效科长", "财政甲", "区长"):
        done = post(centre, person, "/evaluations/approve", evaluations=ids).json()
        assert done["done"] == (0 if person == "财政甲" else 4), done
    assert acts(centre, number) == {"绩效科长": [], "区长": ["publish"], "住建局主任": []}
    published = post(centre, "区长", f"/evaluations/{number}/publish")
    assert published.status_code == 200, published.text
    assert acts(centre, number) == {"绩效科长": [], "区长": [], "住建局主任": ["object"]}
    assert published.json()["ends_on"] == "2025-04-25"
    office = get(centre, "绩效科长", f"/evaluations/{number}")
    own = get(centre, "住建局主任", f"/evaluations/{number}")
    assert own["total"] == pytest.approx(0.7 * 80 + 0.1 * 95 + 0.2 * 78, abs=1e-9)
    assert {(one["first"], one["second"]) for one in own["discrepancies"]} == {("self", "peer"), ("self", "objective")}
    peers = {form["filler"] for form in own["forms"] if form["kind"] == "peer"}
    assert peers == {"评价人1", "评价人2", "评价人3"}
    assert {form["filler"] for form in office["forms"] if form["kind"] == "peer"} == set(UNITS) - {"住建局"}
    spelled = str(own)
    for unit in set(UNITS) - {"住建局"}:
        assert f"{unit}主任" not in spelled
    sheets = [sheet for part in own["parts"] if part["kind"] == "peer" for sheet in part["sheets"]]
    with reading(centre.engine) as connection:
        authors = connection.execute(text("SELECT id, author FROM score_sheet WHERE kind = 'peer'")).all()
    assert {author for key, author in authors if key in sheets} == {
        f"form/{form['id']}" for form in office["forms"] if form["kind"] == "peer"
    }
    everybody = get(centre, "路人", "/evaluations")  # what is published is for all, what is not is not
    assert [one["subject"] for one in everybody["evaluations"]] == ["住建局"]


def test_whoever_judges_himself_is_refused_and_recorded(centre: Centre) -> None:
    forms = get(centre, "水务局主任", "/evaluation-forms")["forms"]
    peer = next(one for one in forms if one["kind"] == "peer")
    points = {leaf["id"]: 80.0 for leaf in peer["leaves"]}
    with writing(centre.engine) as connection:
        add_person(connection, "水务局主任", "dept_head", "unit", peer["subject"])  # sits in both units
    answer = post(centre, "水务局主任", f"/evaluation-forms/{peer['id']}", points=points)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "own_work")
    assert "本单位" in answer.json()["text"]["zh"]
    stranger = post(centre, "路人", f"/evaluation-forms/{peer['id']}", points=points)
    assert stranger.status_code == 403
    assert centre.client("路人").get(f"/api/v1/evaluation-forms/{peer['id']}").status_code == 404
    own = next(one for one in get(centre, "教育局主任", "/evaluation-forms")["forms"] if one["kind"] == "self")
    post(centre, "教育局主任", f"/evaluation-forms/{own['id']}", points={leaf["id"]: 99.0 for leaf in own["leaves"]})
    district_of(centre).day(date(2025, 4, 17))
    with writing(centre.engine) as connection:
        add_person(connection, "教育局主任", "leader", "district", "")
        add_person(connection, "教育局主任", "section", "district", "")
    number = own["evaluation"]
    done = post(centre, "教育局主任", "/evaluations/approve", evaluations=[number]).json()
    assert (done["done"], done["results"][0]["refused"]["zh"][:6]) == (0, "不能审核与本")
    assert recorded(centre) == [
        ("水务局主任", "evaluation.file.refused", f"form/{peer['id']}"),
        ("路人", "evaluation.file.refused", f"form/{peer['id']}"),
        ("教育局主任", "evaluation.approve.refused", f"evaluation/{number}"),
    ]


def test_objections_are_answered_by_another_and_the_policy_never_reaches_back(centre: Centre) -> None:
    fill_all(centre)
    district = district_of(centre)
    district.day(date(2025, 4, 17))
    district.approve_all([one.id for one in district.found()], date(2025, 4, 18))
    district.day(date(2025, 4, 21))
    centre.wall.at = at_hour(date(2025, 4, 23))
    number = next(one.id for one in district.found() if one.subject.id == "教育局")
    assert post(centre, "水务局主任", f"/evaluations/{number}/objections", reason="不服").status_code == 403
    raised = post(centre, "教育局主任", f"/evaluations/{number}/objections", reason="漏计").json()
    objection = raised["objections"][0]["id"]
    assert post(centre, "教育局主任", f"/objections/{objection}/answer", upheld=True, answer="对").status_code == 403
    mayor = post(centre, "区长", f"/objections/{objection}/answer", upheld=False, answer="已计入")
    assert (mayor.status_code, mayor.json()["error"]["code"]) == (403, "own_work")  # he approved it
    answered = post(centre, "财政甲", f"/objections/{objection}/answer", upheld=False, answer="已计入").json()
    assert answered["objections"][0]["state"] == "rejected"
    again = post(centre, "审计员", f"/objections/{objection}/answer", upheld=True, answer="改")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "wrong_state")
    policy = get(centre, "区长", "/evaluation-policy")
    document = policy["document"] | {
        "weights_bp": {**policy["document"]["weights_bp"], "quarter/unit": {"self": 10_000}}
    }
    leader = centre.client("区长")
    put = leader.put("/api/v1/evaluation-policy", json={"document": document, "reason": "试行"})
    assert (put.status_code, put.json()["version"]) == (200, 1)
    assert get(centre, "区长", f"/evaluations/{number}")["policy"] == 0
    wrong = leader.put("/api/v1/evaluation-policy", json={"document": {**document, "peers": 0}, "reason": "x"})
    assert (wrong.status_code, wrong.json()["error"]["where"]) == (422, "policy.peers")
    assert centre.client("住建局主任").put("/api/v1/evaluation-policy", json={}).status_code == 404


@pytest.mark.requirement("A44")
def test_tasks_over_the_api(centre: Centre) -> None:
    assert {one["person"] for one in get(centre, "区长", "/tasks?month=2025-04")["tasks"]} == {
        f"业主{at}-0" for at in range(len(UNITS))
    }
    assert get(centre, "业主0-0", "/tasks")["total"] == 1
    assert get(centre, "路人", "/tasks")["total"] == 0
    given = {"title": "年报", "person": "住建局科员", "unit": "住建局", "start": "2025-04-03", "due": "2025-04-20"}
    assert post(centre, "水务局主任", "/tasks", **given).status_code == 403
    assert post(centre, "住建局主任", "/tasks", **{**given, "person": "水务局科员"}).status_code == 422
    assert post(centre, "住建局主任", "/tasks", **{**given, "person": ""}).status_code == 422
    made = post(centre, "住建局主任", "/tasks", **given)
    assert made.status_code == 201, made.text
    number = made.json()["id"]
    child = post(centre, "住建局主任", "/tasks", **given, parent=number).json()
    assert child["parent"] == f"task/{number}"
    assert post(centre, "住建局科员", f"/tasks/{number}/progress", progress_bp=5000).json()["progress_bp"] == 5000
    assert post(centre, "路人", f"/tasks/{number}/progress", progress_bp=1).status_code == 404
    assert post(centre, "住建局科员", f"/tasks/{number}/submit", note="完").json()["state"] == "submitted"
    assert post(centre, "住建局科员", f"/tasks/{number}/confirm").status_code == 404  # a clerk confirms nothing
    done = post(centre, "住建局主任", f"/tasks/{number}/confirm", note="属实").json()
    assert (done["state"], [one["actor"] for one in done["timeline"]][-1]) == ("done", "住建局主任")
    with reading(centre.engine) as connection:
        trail = [one for one in entries(connection) if one.object == f"task/{number}"]
    assert [(one.actor, json.loads(one.detail)["seat"]) for one in trail] == [
        ("住建局主任", "dept_head"), ("住建局科员", "responsible"), ("住建局科员", "responsible"),
        ("住建局主任", "dept_head"),
    ]  # fmt: skip


def test_evaluations_of_persons_are_for_the_person_the_head_and_who_judges(centre: Centre) -> None:
    with writing(centre.engine) as connection:
        one = "UPDATE evaluation SET subject_kind = 'person', subject = '住建局科员', state = 'published'"
        connection.execute(text(f"{one} WHERE subject = '住建局'"))
        add_person(connection, "巡查员", "inspector", "district", "")
    seen = {
        who: any(one["subject"] == "住建局科员" for one in get(centre, who, "/evaluations")["evaluations"])
        for who in ("住建局科员", "住建局主任", "区长", "水务局主任", "巡查员", "路人")
    }
    assert seen == {
        "住建局科员": True,
        "住建局主任": True,
        "区长": True,
        "水务局主任": False,
        "巡查员": False,
        "路人": False,
    }


@pytest.mark.requirement("D25")
def test_a_third_party_reads_its_projects_only_and_hands_in_a_signed_report(centre: Centre) -> None:
    paper = b"%PDF-1.4 signed"
    digest = hashlib.sha256(paper).hexdigest()
    office, other = centre.client("评估所"), centre.client("另一所")
    assert [one["id"] for one in office.get("/api/v1/projects").json()["projects"]] == ["p0-0"]
    for path in ("", "/third-reports", "/oversight"):
        assert office.get(f"/api/v1/projects/p0-0{path}").status_code == 200, path
        assert other.get(f"/api/v1/projects/p0-0{path}").status_code == 404, path
    for path in ("/evaluations", "/bulletin-items", "/agenda"):
        assert office.get(f"/api/v1{path}").status_code == 404, path
    file = f"/api/v1/projects/p0-0/third-reports/{digest}/file"
    pdf = {"Content-Type": "application/pdf"}
    assert other.put(file, content=paper, headers=pdf).status_code == 404
    assert office.put(file, content=b"%PDF-other", headers=pdf).status_code == 409
    assert office.put(file, content=paper, headers={"Content-Type": "text/plain"}).status_code == 415
    assert office.put(file, content=paper, headers=pdf).json() == {"sha256": digest, "bytes": len(paper)}
    leaves = office.get("/api/v1/projects/p0-0/third-reports").json()["leaves"]
    report = {
        "points": {leaf["id"]: 75.0 for leaf in leaves}, "file": digest, "signer": "李工", "signed_on": "2025-04-02",
    }  # fmt: skip
    address = "/api/v1/projects/p0-0/third-reports/2025-03"
    assert other.post(address, json=report).status_code == 404
    handed = office.post(address, json=report)
    assert handed.status_code == 201, handed.text
    assert [one["total"] for one in handed.json()["reports"]] == [pytest.approx(75.0)]
    assert centre.client("住建局主任").get(file).content == paper
    assert centre.client("水务局主任").get(file).status_code == 404


@pytest.mark.requirement("D23")
def test_project_performance_and_audit_are_three_tabs_on_one_object(centre: Centre) -> None:
    finding = {"title": "超付", "severity": "serious", "basis": "预算法第十二条", "found_on": "2025-04-02"}
    assert post(centre, "住建局主任", "/projects/p0-0/findings", **finding).status_code == 404
    noted = post(centre, "审计员", "/projects/p0-0/findings", **finding)
    assert (noted.status_code, noted.json()["rectification_state"]) == (201, "draft")
    early = post(centre, "审计员", f"/findings/{noted.json()['id']}/close")
    assert (early.status_code, early.json()["error"]["code"]) == (409, "wrong_state")
    tabs = get(centre, "住建局主任", "/projects/p0-0/oversight")
    assert tabs["project"]["id"] == "p0-0"
    assert (tabs["performance"], tabs["third"]) == ([], [])
    assert [one["title"] for one in tabs["audit"]] == ["超付"]
    third = get(centre, "评估所", "/projects/p0-0/oversight")
    assert (third["performance"], third["audit"], third["project"]["budget_fen"]) == (None, None, None)


@pytest.mark.requirement("A45")
def test_a_transfer_is_signed_by_the_heads_of_both(centre: Centre) -> None:
    asked = {"to_unit": "水务局", "effective_on": "2025-05-06", "reason": "职责调整"}
    back = post(centre, "区长", "/projects/p0-0/transfers", **{**asked, "effective_on": "2025-04-03"})
    assert (back.status_code, back.json()["error"]["where"]) == (409, "effective_on")
    number = post(centre, "区长", "/projects/p0-0/transfers", **asked).json()["id"]
    for person, status in (
        ("教育局主任", 404),
        ("区长", 403),
        ("住建局主任", 200),
        ("住建局主任", 403),
        ("水务局主任", 200),
    ):
        assert post(centre, person, f"/transfers/{number}/sign").status_code == status, person
    assert get(centre, "区长", "/projects/p0-0/transfers")["transfers"][0]["state"] == "signed"
    assert ("区长", "transfer.ask.refused", "project/p0-0") in recorded(centre)
    district_of(centre).day(date(2025, 5, 6))
    centre.wall.at = at_hour(date(2025, 5, 6))
    assert get(centre, "水务局主任", "/projects/p0-0/transfers")["unit"] == "水务局"
    assert centre.client("住建局主任").get("/api/v1/projects/p0-0/transfers").status_code == 404


def test_the_agenda_and_bulletin_items_are_for_those_who_answer(centre: Centre) -> None:
    assert get(centre, "区长", "/agenda") == {"older_than_days": 30, "items": []}
    decision = {"issue": "case/1", "decision": "x", "unit": "水务局", "person": "水务局科员", "due": "2025-05-01"}
    assert post(centre, "区长", "/agenda/decisions", **decision).status_code == 404
    assert get(centre, "区长", "/bulletin-items") == {"items": []}
    assert post(centre, "区长", "/bulletin-items/1/waive", reason="x").status_code == 404
