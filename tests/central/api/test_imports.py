"""Plans over HTTP: stored whole as the next version, or every fault named and nothing stored."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import Session, select

from central.api.plans import PLAN_BYTES_MAX
from central.api.sent_files import JSON_TYPE, XLSX_TYPE
from central.plan.document import PlannedFace
from central.plan.exporting import plan_document, write_plan_xlsx
from central.reassess import reassess
from central.store.tables import AuditEntry, Plan, Project
from tests.central.api.district import NOW, Centre, qingping

FACE = PlannedFace(gateway="gw-1", camera="c9", building="qp-b1", face="north")


def a_plan(**head: Any) -> dict[str, Any]:
    """The plan of qp as a document, its head changed as told."""
    document = plan_document(qingping(), [FACE])
    document["project"] |= head
    return document


def post(centre: Centre, content: bytes, kind: str = JSON_TYPE, *, person: str = "admin") -> httpx.Response:
    """POST a plan file."""
    client = centre.client(person)
    headers = {"Content-Type": kind}
    return client.post("/api/v1/projects/import", params={"reason": "设计变更"}, content=content, headers=headers)


def check(centre: Centre, content: bytes, *, person: str = "admin") -> httpx.Response:
    """POST a plan file to be looked at only."""
    headers = {"Content-Type": JSON_TYPE}
    return centre.client(person).post("/api/v1/projects/check", content=content, headers=headers)


def approve(centre: Centre, answer: httpx.Response) -> None:
    """The leader puts what was proposed in force."""
    told = answer.json()
    assert told["state"] == "proposed", answer.text
    path = f"/api/v1/projects/{told['project']}/proposals/{told['proposal']}/decision"
    assert centre.client("leader").post(path, json={"approve": True, "remark": ""}).status_code == 200


def post_json(centre: Centre, document: object, *, person: str = "admin") -> httpx.Response:
    """POST a plan document."""
    return post(centre, json.dumps(document).encode(), person=person)


def versions(centre: Centre, project: str = "qp") -> list[int]:
    """The stored versions of a project's plan."""
    with Session(centre.engine) as session:
        return sorted(session.exec(select(Plan.version).where(Plan.project == project)))


def test_a_plan_becomes_the_next_version_and_is_in_the_trail(own_centre: Centre) -> None:
    answer = post_json(own_centre, a_plan(contract_fen=900_000_000), person="owner")
    waits = {"project": "qp", "plan_version": 1, "state": "proposed", "proposal": 1}
    assert (answer.status_code, answer.json()) == (201, waits), answer.text
    assert versions(own_centre) == [1]
    approve(own_centre, answer)
    assert versions(own_centre) == [1, 2]
    project = own_centre.client("leader").get("/api/v1/projects/qp").json()
    assert (project["plan_version"], project["contract_fen"]) == (2, 900_000_000)
    assert [camera["id"] for camera in project["cameras"]] == ["c9"]
    with Session(own_centre.engine) as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.actor == "owner")).all()
        assert [(e.action, e.object) for e in entries] == [
            ("plan.propose", "project/qp"),
            ("plan.import", "project/qp"),
        ]


def test_the_same_plan_again_stays_one_version(own_centre: Centre) -> None:
    answers = [post_json(own_centre, a_plan()) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    approve(own_centre, answers[0])
    in_force = {"project": "qp", "plan_version": 2, "state": "in_force", "proposal": None}
    assert post_json(own_centre, a_plan()).json() == in_force


def test_a_first_plan_is_in_force_at_once(own_centre: Centre) -> None:
    document = a_plan(id="new")
    for building in document["buildings"]:
        building["id"] = f"new-{building['id']}"
        for item in building["items"]:
            item["id"] = f"new-{item['id']}"
    answer = post_json(own_centre, document)
    assert answer.json() == {"project": "new", "plan_version": 1, "state": "in_force", "proposal": None}
    assert versions(own_centre, "new") == [1]


@pytest.mark.parametrize("how", ["xlsx", "xlsx in a form", "json in a form"])
def test_every_kind_of_file_is_taken(one_centre: Centre, how: str) -> None:
    document = a_plan()
    if how == "xlsx":
        answer = post(one_centre, write_plan_xlsx(document), XLSX_TYPE)
    else:
        content = write_plan_xlsx(document) if how.startswith("xlsx") else json.dumps(document).encode()
        files = {"file": (f"计划.{how[:4]}", content, "application/octet-stream")}
        path = "/api/v1/projects/import"
        answer = one_centre.client("admin").post(path, params={"reason": "设计变更"}, files=files)
    assert (answer.status_code, answer.json()["state"]) == (201, "proposed"), answer.text


def test_a_check_tells_what_would_change_and_keeps_nothing(own_centre: Centre) -> None:
    document = a_plan(finish=str(qingping().finish + timedelta(days=9)))
    document["buildings"][0]["weight_bp"], document["buildings"][1]["weight_bp"] = 6000, 4000
    item = document["buildings"][0]["items"][-1]
    item["points"][-1]["day"] = str(qingping().finish + timedelta(days=5))
    told = check(own_centre, json.dumps(document).encode(), person="owner").json()
    assert (told["outcome"], told["version_in_force"], told["delay_days"]) == ("revision", 1, 9)
    parts = {part["id"]: (part["before_bp"], part["after_bp"]) for part in told["parts"]}
    assert (parts["qp-b1"], parts["qp-b2"], told["parts_total"]) == ((5000, 6000), (5000, 4000), 10)
    assert [(move["id"], move["days"]) for move in told["moves"]] == [(item["id"], 5)]
    assert versions(own_centre) == [1]
    revisions = own_centre.client("leader").get("/api/v1/projects/qp/revisions").json()
    assert revisions["proposals"] == []
    with Session(own_centre.engine) as session:
        assert not session.exec(select(AuditEntry).where(AuditEntry.actor == "owner")).all()
    assert post_json(own_centre, document).json()["state"] == "proposed"
    waits = check(own_centre, json.dumps(a_plan(contract_fen=1)).encode())
    assert (waits.status_code, waits.json()["error"]["code"]) == (422, "refused")


def test_who_may_not_import_checks_nothing_either(one_centre: Centre) -> None:
    content = json.dumps(a_plan()).encode()
    assert [check(one_centre, content, person=who).status_code for who in ("leader", "street")] == [404, 404]


def wrong(**change: Any) -> dict[str, Any]:
    """A plan with building and item data changed: dotted names are paths below buildings[0]."""
    document = a_plan()
    for path, value in change.items():
        target = document["buildings"][0]
        *way, last = path.split("__")
        for step in way:
            target = target[int(step)] if step.isdigit() else target[step]
        target[last] = value
    return document


@pytest.mark.parametrize(
    ("document", "column", "said"),
    [
        (wrong(weight_bp=4000), "buildings[1].weight_bp", "sum to 9000"),
        (wrong(items__0__weight_bp=1), "buildings[0].items[3].weight_bp", "sum to 5001"),
        (wrong(items__0__points__0__cum_bp="half"), "buildings[0].items[0].points[0].cum_bp", "'half'"),
        (a_plan(start="2030-01-01"), "project.finish", "with start 2030-01-01"),
        (a_plan() | {"schema": "another/9"}, "schema", "another/9"),
        ([], "$", "nothing"),
    ],
)
def test_a_wrong_plan_names_its_faults_and_stores_nothing(
    one_centre: Centre, document: object, column: str, said: str
) -> None:
    answer = post_json(one_centre, document)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "plan_invalid")
    faults = answer.json()["errors"]
    found = next(fault for fault in faults if fault["column"] == column)
    assert said in found["what"]
    assert found["expected"]
    assert "应为" in found["text"]["zh"]
    checked = check(one_centre, json.dumps(document).encode())
    assert (checked.status_code, checked.json()["errors"]) == (422, faults)
    assert versions(one_centre) == [1]


def test_an_id_of_another_project_is_refused(own_centre: Centre) -> None:
    document = wrong(id="ml-b1")
    answer = post_json(own_centre, document)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "plan_invalid")
    assert "ml-b1" in json.dumps(answer.json())
    assert versions(own_centre) == [1]


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"", JSON_TYPE, 422, "plan_invalid"),
        (b"{", JSON_TYPE, 422, "plan_invalid"),
        (b"\xff\xfe", JSON_TYPE, 422, "plan_invalid"),
        (b"[" * 5000, JSON_TYPE, 422, "plan_invalid"),
        (b"not a workbook", XLSX_TYPE, 422, "plan_invalid"),
        (b"PK\x03\x04" + bytes(100), XLSX_TYPE, 422, "plan_invalid"),
        (b"a,b", "text/csv", 415, "wrong_media_type"),
        (b"a,b", "", 415, "wrong_media_type"),
        (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x", 422, "invalid"),
        (b"nothing", "multipart/form-data", 422, "invalid"),
        (bytes(PLAN_BYTES_MAX + 1), JSON_TYPE, 413, "too_large"),
    ],
)
def test_a_file_that_is_no_plan_is_refused(
    one_centre: Centre, content: bytes, kind: str, status: int, code: str
) -> None:
    answer = post(one_centre, content, kind)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text
    assert versions(one_centre) == [1]


@pytest.mark.parametrize(
    "head",
    [
        {"id": "new-project"},  # an owner of qp makes no other project
        {"id": "ml"},
        {"id": "nowhere", "street": {"zh": "麦岭街道", "en": "Mailing"}},
    ],
)
def test_nobody_imports_outside_the_scope(own_centre: Centre, head: dict[str, Any]) -> None:
    answer = post_json(own_centre, a_plan(**head), person="owner")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "absent"), answer.text
    with Session(own_centre.engine) as session:
        assert {project.id for project in session.exec(select(Project))} == {"qp", "ml"}


def test_after_an_import_the_project_is_judged_by_the_new_plan(own_centre: Centre) -> None:
    before = own_centre.client("leader").get("/api/v1/projects/qp").json()
    document = a_plan(finish="2026-12-31")
    for building in document["buildings"]:
        for item in building["items"]:
            item["points"] = [{"day": "2026-12-31", "cum_bp": 10_000}]
    approve(own_centre, post_json(own_centre, document))
    reassess(own_centre.engine, "qp", NOW + timedelta(days=1))  # what was judged before it came stays
    after = own_centre.client("leader").get("/api/v1/projects/qp").json()
    assert after["plan_bp"] < before["plan_bp"]
    assert after["finish"] == "2026-12-31"
