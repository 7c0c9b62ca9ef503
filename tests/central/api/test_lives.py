"""Lives of projects over HTTP: who may ask, who may decide, what is told when it may not be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlmodel import Session, select

from central.api.sent_files import XLSX_TYPE
from central.lifecycle.stages import SHIPPED
from central.plan.exporting import plan_document
from central.plan.importing import read_plan_xlsx
from central.reassess import reassess
from central.store.engine import writing
from central.store.save_lifecycle import put_template
from central.store.tables import AuditEntry, Grant, User
from tests.central.api.district import HASHED, NOW, Centre, mailing, qingping
from tests.central.lifecycle.test_organisation import DOCUMENT as ORGANISATION
from tests.central.lifecycle.test_organisation import workbook

PERMIT = {"permit": "eia", "state": "refused", "day": "2026-06-01", "ref": "", "note": ""}
PAUSE = {"first": "2026-06-02", "last": "2026-06-03", "cause": "weather", "reason": "台风"}
PAPER = {"sha256": "a" * 64, "name": "scan.pdf"}


def add_person(centre: Centre, username: str, role: str, *, kind: str = "district", scope: str = "") -> None:
    """Somebody whom the district has not."""
    with writing(centre.engine) as connection, Session(connection) as session:
        person = User(username=username, name=username, password_hash=HASHED, created_at=0)
        session.add(person)
        session.flush()
        assert person.id is not None
        session.add(Grant(user=person.id, role=role, scope_kind=kind, scope=scope))
        session.flush()


def send(centre: Centre, person: str, method: str, path: str, **body: Any) -> httpx.Response:
    """A request with a JSON body."""
    return centre.client(person).request(method, f"/api/v1{path}", json=body or None)


def stage(documents: list[str], day: str = "2026-04-01") -> dict[str, Any]:
    """A stage with papers of these kinds."""
    papers = [{"kind": kind, **PAPER} for kind in documents]
    return {"actual_on": day, "responsible": "wang", "documents": papers}


def told(answer: httpx.Response) -> tuple[int, str]:
    """Status and what was wrong."""
    error = answer.json().get("error", {})
    return answer.status_code, f"{error.get('what')} {error.get('expected')}"


def trail(centre: Centre, actor: str) -> list[str]:
    """What somebody did, by the trail."""
    with Session(centre.engine) as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.actor == actor).order_by(AuditEntry.seq))  # type: ignore[arg-type]
        return [entry.action for entry in entries]


@pytest.mark.requirement("C04", "D02")
def test_a_stage_is_submitted_by_one_and_approved_by_another(own_centre: Centre) -> None:
    add_person(own_centre, "head", "dept_head", kind="unit", scope="区住建局")
    path = "/projects/qp/stages/declared/acts"
    act = send(own_centre, "owner", "POST", path, **stage(["project_proposal"]))
    assert act.status_code == 201, act.text
    decision = f"/projects/qp/acts/{act.json()['id']}/decision"
    refused = send(own_centre, "owner", "POST", decision, approve=True, remark="")
    assert refused.status_code == 404
    approved = send(own_centre, "head", "POST", decision, approve=True, remark="")
    assert (approved.status_code, approved.json()["state"]) == (200, "approved"), approved.text
    for name, day in (("reviewed", "2026-05-20"), ("declared", "2026-03-25")):
        path = f"/projects/qp/stages/{name}"
        planned = send(own_centre, "owner", "PUT", path, planned_on=day, responsible="wang")
        assert planned.status_code == 200, planned.text
    stages = {
        one["stage"]: one for one in own_centre.client("leader").get("/api/v1/projects/qp/lifecycle").json()["stages"]
    }
    assert (stages["declared"]["state"], stages["declared"]["acts"][0]["decided_by"]) == ("passed", "head")
    declared = stages["declared"]
    assert (declared["planned_on"], declared["actual_on"], declared["late_days"]) == ("2026-03-25", "2026-04-01", 7)
    assert declared["acts"][0]["documents"][0] == {"kind": "project_proposal", **PAPER, "kept": False}
    assert (stages["reviewed"]["state"], stages["reviewed"]["late_days"]) == ("open", 17)
    assert (stages["approved"]["state"], stages["approved"]["missing"]) == ("blocked", ["reviewed"])
    assert trail(own_centre, "head") == ["stage.approve"]


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("stages/started/acts", stage(["construction_permit", "start_report"]), 422, "without contracted (合同签订)"),
        ("stages/declared/acts", stage([]), 422, "project_proposal, each with its digest"),
        ("stages/declared/acts", stage(["project_proposal"], "2026-11-22"), 422, "a day that has come"),
        ("stages/party/acts", stage([]), 422, "one of declared"),
        ("milestones", {"kind": "production", "day": "2026-06-01", "ref": "x"}, 422, "production before started"),
        ("permits", PERMIT | {"permit": "luck"}, 422, "one of eia"),
        ("permits", PERMIT | {"state": "granted"}, 422, "its number or the digest"),
        ("pauses", PAUSE | {"last": "2026-06-01"}, 422, "a day from 2026-06-02 on"),
        ("pauses", PAUSE | {"cause": "mood"}, 422, "one of winter"),
    ],
)  # fmt: skip
def test_what_may_not_be_is_told_by_name(one_centre: Centre, path: str, body: Any, status: int, said: str) -> None:
    found = told(send(one_centre, "owner", "POST", f"/projects/qp/{path}", **body))
    assert (found[0], said in found[1]) == (status, True), found
    assert trail(one_centre, "owner") == []


@pytest.mark.parametrize("person", ["leader", "audit", "discipline", "builder", "street", "public", "nobody", "admin"])
def test_who_may_not_ask_sees_no_such_address(one_centre: Centre, person: str) -> None:
    asked = {"first": "2026-06-02", "last": "2026-06-03", "cause": "weather", "reason": "x"}
    refused = 403 if person == "discipline" else 404  # who reads everything is told that it is all
    assert send(one_centre, person, "POST", "/projects/qp/pauses", **asked).status_code == refused


def test_a_pause_moves_the_plan_when_it_is_approved(own_centre: Centre) -> None:
    asked = {"first": "2026-05-20", "last": "2026-05-29", "cause": "weather", "reason": "台风"}
    answer = send(own_centre, "owner", "POST", "/projects/qp/pauses", **asked)
    assert answer.status_code == 201, answer.text
    (pause,) = answer.json()["pauses"]
    assert (pause["state"], pause["retroactive_days"], pause["cause_name"]["zh"]) == ("asked", 10, "恶劣天气")
    before = own_centre.client("leader").get("/api/v1/projects/qp").json()
    decided = send(own_centre, "leader", "POST", f"/projects/qp/pauses/{pause['id']}/decision", approve=True, remark="")
    assert decided.json()["pauses"][0]["state"] == "approved", decided.text
    reassess(own_centre.engine, "qp", NOW)
    after = own_centre.client("leader").get("/api/v1/projects/qp").json()
    assert (before["finish"], after["finish"]) == ("2026-06-29", "2026-07-09")
    assert after["plan_bp"] < before["plan_bp"]


def test_a_question_is_taken_back_by_who_asked(one_centre: Centre) -> None:
    asked = {"first": "2026-05-20", "last": "2026-05-29", "cause": "weather", "reason": "台风"}
    number = send(one_centre, "owner", "POST", "/projects/qp/pauses", **asked).json()["pauses"][0]["id"]
    assert send(one_centre, "unit", "DELETE", f"/projects/qp/pauses/{number}").status_code == 422
    answer = send(one_centre, "owner", "DELETE", f"/projects/qp/pauses/{number}")
    assert answer.json()["pauses"][0]["state"] == "withdrawn"
    assert send(one_centre, "owner", "DELETE", "/projects/qp/pauses/99").status_code == 404


def test_the_chain_and_the_flag_of_a_late_start(one_centre: Centre) -> None:
    with writing(one_centre.engine) as connection:  # a kind of project whose template has no stages for the chain
        put_template(connection, replace(SHIPPED[0], stages=SHIPPED[0].stages[:1]), by="admin", now_ms=1)
    for kind, day in (("signed", "2025-10-31"), ("agreed_start", "2026-05-10")):
        answer = send(one_centre, "owner", "POST", "/projects/qp/milestones", kind=kind, day=day, ref="合同")
        assert answer.status_code == 201, answer.text
    found = answer.json()
    assert (found["due_start"], found["high_risk_due"], found["high_risk"]) == ("2026-05-10", "2026-04-30", True)
    permit = {"permit": "eia", "state": "refused", "day": "2026-04-01", "ref": "", "note": "噪声"}
    (shown,) = send(one_centre, "owner", "POST", "/projects/qp/permits", **permit).json()["permits"]
    assert (shown["state"], shown["authority"]["zh"]) == ("refused", "生态环境局")
    start = {"kind": "started", "day": "2026-05-15", "ref": "开工令"}
    assert "without eia" in told(send(one_centre, "owner", "POST", "/projects/qp/milestones", **start))[1]
    granted = permit | {"state": "granted", "day": "2026-05-12", "ref": "环审3号"}
    assert send(one_centre, "owner", "POST", "/projects/qp/permits", **granted).status_code == 201
    begun = send(one_centre, "owner", "POST", "/projects/qp/milestones", **start).json()
    assert begun["high_risk"] is False
    produced = {"kind": "production", "day": "2026-05-30", "ref": "x"}
    assert send(one_centre, "owner", "POST", "/projects/qp/milestones", **produced).status_code == 201
    tax = send(one_centre, "owner", "PUT", "/projects/qp/tax/2026", amount_fen=300, target_fen=400, ref="税单").json()
    assert tax["tax"] == [{"year": 2026, "amount_fen": 300, "target_fen": 400, "reached_bp": 7500, "ref": "税单"}]


def a_plan() -> dict[str, Any]:
    """The plan of qp in schema 2, with lots and units and two days longer."""
    document = plan_document(qingping())
    document["schema"] = "siteprogress.plan/2"
    document["project"] |= {
        "code": "2512-330199-04-01-100101", "finish": "2026-07-01", "estimate_fen": 900_000_000,
    }  # fmt: skip
    document["lots"] = [{"id": "lot-1", "name": "一标段"}]
    for building in document["buildings"]:
        building["lot"] = "lot-1"
        name = building["id"]
        building["units"] = [{"id": f"{name}-u{n}", "name": f"{n}单元"} for n in (1, 2)]
        for index, item in enumerate(building["items"]):
            item["unit"] = f"{name}-u{1 + index % 2}"
    document["buildings"][0]["items"][0]["steps"] = [{"name": "浇筑", "credit_bp": 10_000, "evidence": "试块"}]
    document["key_dates"] = [{"id": "top", "name": "封顶", "day": "2026-06-05", "item": "qp-b1-structure"}]
    document["dependencies"] = [{"from": "qp-b1-structure", "to": "qp-b1-finish", "lag_days": -20}]
    return document


def propose(centre: Centre, document: dict[str, Any], reason: str = "材料延误") -> httpx.Response:
    """Import as the owner."""
    return centre.client("owner").post("/api/v1/projects/import", params={"reason": reason}, json=document)


def test_a_revision_waits_tells_what_it_changes_and_is_approved(own_centre: Centre) -> None:
    answer = propose(own_centre, a_plan())
    number = answer.json()["proposal"]
    assert answer.json() == {"project": "qp", "plan_version": 1, "state": "proposed", "proposal": number}, answer.text
    (waiting,) = own_centre.client("leader").get("/api/v1/projects/qp/revisions").json()["proposals"]
    assert (waiting["state"], waiting["delay_days"], waiting["removed"]) == ("open", 2, [])
    assert waiting["added"] == ["qp-b1-u1", "qp-b1-u2", "qp-b2-u1", "qp-b2-u2"]
    decision = f"/projects/qp/proposals/{number}/decision"
    found = send(own_centre, "leader", "POST", decision, approve=True, remark="同意").json()
    assert (found["revisions"], [v["version"] for v in found["versions"]]) == (1, [1, 2])
    assert (found["versions"][1]["delay_days"], found["versions"][1]["approved_by"]) == (2, "leader")
    again = send(own_centre, "leader", "POST", decision, approve=True, remark="")
    assert told(again) == (422, f"proposal {number} is approved one that waits for a decision")
    assert propose(own_centre, a_plan()).json()["state"] == "in_force"


def test_the_structure_in_force_adds_up(own_centre: Centre) -> None:
    number = propose(own_centre, a_plan()).json()["proposal"]
    send(own_centre, "leader", "POST", f"/projects/qp/proposals/{number}/decision", approve=True, remark="")
    reassess(own_centre.engine, "qp", NOW)
    found = own_centre.client("owner").get("/api/v1/projects/qp/structure").json()
    parts = {part["id"]: part for part in found["parts"]}
    assert [part["kind"] for part in found["parts"][:4]] == ["lot", "building", "unit", "unit"]
    assert parts["lot-1"]["share_ppm"] == 1_000_000
    for kind in ("building", "item"):
        assert sum(part["share_ppm"] for part in found["parts"] if part["kind"] == kind) == 1_000_000
    assert parts["qp-b1-u1"]["parent"] == "qp-b1"
    assert parts["qp-b1-structure"]["parent"] == "qp-b1-u1"
    assert parts["qp-b1-structure"]["steps"][0]["name"] == "浇筑"
    project = own_centre.client("owner").get("/api/v1/projects/qp").json()
    assert abs(parts["lot-1"]["actual_bp"] - project["actual_bp"]) <= 1
    weighed = sum(parts[f"qp-b1-u{n}"]["actual_bp"] * parts[f"qp-b1-u{n}"]["share_ppm"] for n in (1, 2)) / 500_000
    assert abs(weighed - parts["qp-b1"]["actual_bp"]) <= 1
    assert (found["plan_version"], found["key_dates"][0]["day"]) == (2, "2026-06-05")
    slip = own_centre.client("owner").get("/api/v1/projects/qp/slip").json()
    assert {part["id"]: part["kind"] for part in slip["parts"]} == {
        "qp-b1-structure": "item", "qp-b1-finish": "item", "qp": "project",
    }  # fmt: skip
    assert slip["slip_days"] > 0  # the second building stands still
    assert found["dependencies"] == [{"before": "qp-b1-structure", "after": "qp-b1-finish", "lag_days": -20}]


def test_revisions_that_are_refused(one_centre: Centre) -> None:
    assert told(propose(one_centre, a_plan(), reason=""))[0] == 422
    assert "why the plan changes" in told(propose(one_centre, a_plan(), reason=""))[1]
    number = propose(one_centre, a_plan()).json()["proposal"]
    decision = f"/projects/qp/proposals/{number}/decision"
    assert "why" in told(send(one_centre, "leader", "POST", decision, approve=False, remark=""))[1]
    answer = send(one_centre, "leader", "POST", decision, approve=False, remark="太晚")
    assert answer.json()["proposals"][0]["state"] == "refused"
    assert (
        send(one_centre, "leader", "POST", "/projects/qp/proposals/99/decision", approve=True, remark="").status_code
        == 404
    )
    other = propose(one_centre, a_plan()).json()["proposal"]
    taken = send(one_centre, "owner", "DELETE", f"/projects/qp/proposals/{other}").json()
    assert taken["proposals"][1]["state"] == "withdrawn"


def test_the_plan_comes_out_as_a_workbook_that_goes_in_again(one_centre: Centre) -> None:
    answer = one_centre.client("leader").get("/api/v1/projects/qp/plan.xlsx")
    assert answer.status_code == 200
    found = read_plan_xlsx(answer.content)
    assert not isinstance(found, tuple), found
    assert (found.project.id, found.project.finish) == ("qp", qingping().finish)


def test_the_organisation_counts_projects_of_the_scope(own_centre: Centre) -> None:
    stored = own_centre.client("admin").put("/api/v1/organisation", json=ORGANISATION)
    assert stored.json() == {"id": "organisation", "version": 1}, stored.text
    found = own_centre.client("leader").get("/api/v1/organisation").json()
    units = {unit["id"]: unit for unit in found["units"]}
    assert (units["zj"]["own"], units["qc"]["projects"], units["qp"]["projects"]) == (["qp"], 1, 0)
    assert found["unplaced"] == ["ml"]
    assert own_centre.client("street").get("/api/v1/organisation").json()["units"][0]["projects"] == 0
    broken = ORGANISATION | {
        "units": [*ORGANISATION["units"], {"id": "x", "parent": "xc", "kind": "village", "name": "x"}]
    }
    refused = own_centre.client("admin").put("/api/v1/organisation", json=broken)
    assert (refused.status_code, refused.json()["errors"][0]["column"]) == (422, "units[6].parent")
    assert own_centre.client("leader").put("/api/v1/organisation", json=ORGANISATION).status_code == 404


@pytest.mark.requirement("D27")
def test_a_slip_of_one_project_reaches_the_next(own_centre: Centre) -> None:
    document = {
        "schema": "siteprogress.programme/1",
        "id": "ring",
        "name": "环路",
        "projects": ["qp", "ml"],
        "dependencies": [{"from": "qp", "to": "ml", "lag_days": -60}],
    }
    answer = own_centre.client("leader").put("/api/v1/programmes/ring", json=document)
    assert answer.json() == {"id": "ring", "version": 1}, answer.text
    listed = own_centre.client("admin").get("/api/v1/programmes").json()["programmes"]
    assert [programme["id"] for programme in listed] == ["ring"]
    assert own_centre.client("owner").get("/api/v1/programmes").json()["programmes"] == []
    assert own_centre.client("owner").get("/api/v1/programmes/ring/slip").status_code == 404
    found = own_centre.client("leader").get("/api/v1/programmes/ring/slip").json()
    parts = {part["id"]: part for part in found["parts"]}
    assert parts["qp"]["own_days"] > 0
    assert (parts["ml"]["own_days"], parts["ml"]["passed_days"]) == (0, parts["qp"]["own_days"])
    assert parts["ml"]["by"] == ["qp"]
    assert found["slip_days"] == max(part["own_days"] + part["passed_days"] for part in parts.values())
    wrong = own_centre.client("leader").put("/api/v1/programmes/other", json=document)
    assert told(wrong)[0] == 422


def test_templates_are_listed_and_versioned(one_centre: Centre) -> None:
    found = one_centre.client("owner").get("/api/v1/lifecycle/templates").json()["templates"]
    assert [template["name"] for template in found] == ["construction", "industry", "service"]
    first = found[0]
    document = {
        "schema": "siteprogress.lifecycle/1",
        "name": "construction",
        "work_types": first["work_types"],
        "stages": [
            {key: stage[key] for key in ("stage", "needs", "documents", "approver_roles")} for stage in first["stages"]
        ],
    }
    document["stages"][0]["documents"] = ["project_proposal", "feasibility_study"]
    stored = one_centre.client("admin").post("/api/v1/lifecycle/templates", json=document)
    assert (stored.status_code, stored.json()["version"]) == (201, 2), stored.text
    assert one_centre.client("leader").post("/api/v1/lifecycle/templates", json=document).status_code == 404
    document["stages"].pop(0)
    refused = one_centre.client("admin").post("/api/v1/lifecycle/templates", json=document)
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "plan_invalid")


def test_a_step_is_shown_by_the_builder_and_verified_by_another(one_centre: Centre) -> None:
    add_person(one_centre, "watch", "supervisor", kind="project", scope="qp")
    given = {"item": "qp-b1-finish", "step": "done", "done_on": "2026-06-01", "sha256": "b" * 64}
    answer = send(one_centre, "builder", "POST", "/projects/qp/steps", **given)
    assert answer.status_code == 201, answer.text
    (step,) = answer.json()["steps"]
    decision = f"/projects/qp/steps/{step['id']}/decision"
    assert send(one_centre, "builder", "POST", decision, approve=True, remark="").status_code == 404
    verified = send(one_centre, "watch", "POST", decision, approve=True, remark="").json()["steps"][0]
    assert (verified["state"], verified["decided_by"], verified["credit_bp"]) == ("verified", "watch", 10_000)
    assert one_centre.client("leader").get("/api/v1/projects/qp/steps").json()["steps"] == [verified]


def test_the_other_project_is_of_nobody_here(one_centre: Centre) -> None:
    assert mailing().id == "ml"
    for path in ("lifecycle", "pauses", "revisions", "structure", "plan.xlsx"):
        assert one_centre.client("owner").get(f"/api/v1/projects/ml/{path}").status_code == 404
    assert one_centre.wall() == datetime(2026, 11, 21, 8, tzinfo=UTC)


def test_the_organisation_comes_as_a_workbook_too(one_centre: Centre) -> None:
    admin, path = one_centre.client("admin"), "/api/v1/organisation/import"
    sheet = workbook(("qc", None, "区", "栖川区", None), ("qp", "qc", "街道", "青坪街道", None))
    stored = admin.post(path, content=sheet, headers={"Content-Type": XLSX_TYPE})
    assert stored.json() == {"id": "organisation", "version": 1}, stored.text
    form = admin.post(path, files={"file": ("units.xlsx", sheet)})
    assert form.json() == stored.json()
    units = one_centre.client("leader").get("/api/v1/organisation").json()["units"]
    assert [unit["name"]["zh"] for unit in units] == ["栖川区", "青坪街道"]
    broken = workbook(("qc", None, "区", "栖川区", None), ("qp", "xx", "街道", "青坪街道", None))
    refused = admin.post(path, content=broken, headers={"Content-Type": XLSX_TYPE})
    assert (refused.status_code, refused.json()["errors"][0]["row"]) == (422, 3)
    assert admin.post(path, content=b"x", headers={"Content-Type": "text/plain"}).status_code == 415
    assert one_centre.client("leader").post(path, content=sheet).status_code == 404
