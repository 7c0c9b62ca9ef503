"""Every route asks; roles and scopes reach as far as they say; absent and forbidden look the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from central.api.access import Allow
from central.api.app import create_app
from tests.central.api.district import PEOPLE, Centre

OPEN = {"login", "getHealth", "getMetrics", "askUploads", "getPublicLivelihood"} | {
    "listPublicProjects",
    "getPublicProject",
    "getPublicStill",
}
READS = (
    "/projects/qp",
    "/projects/qp/curve",
    "/projects/qp/curve?building=qp-b1",
    "/projects/qp/score",
    "/buildings/qp-b1/faces",
    "/buildings/qp-b1/observations",
    "/trace/score/qp",
    "/trace/record/gw-1/e1/1",
)
PEOPLE_OF_QP = ("admin", "leader", "owner", "unit", "audit", "discipline")
STRANGERS = ("street", "public", "nobody")


def dependencies(dependant: Dependant) -> Iterator[object]:
    """Every callable a route depends on, at any depth."""
    for inner in dependant.dependencies:
        yield inner.call
        yield from dependencies(inner)


def test_every_route_asks_allow(one_centre: Centre) -> None:
    routes = [
        route for route in iter_route_contexts(one_centre.app.routes) if isinstance(route.original_route, APIRoute)
    ]
    found = {route.operation_id: list(dependencies(route.dependant)) for route in routes}
    assert len(found) >= 20
    unguarded = {name for name, calls in found.items() if not any(isinstance(call, Allow) for call in calls)}
    assert unguarded == OPEN


def test_without_a_token_nothing_opens(one_centre: Centre) -> None:
    stranger = one_centre.client()
    document = stranger.get("/api/v1/openapi.json").json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if operation["operationId"] in OPEN:
                continue
            url = path
            for name in ("project_id", "building_id", "warning_id", "gateway", "epoch", "seq"):
                url = url.replace(f"{{{name}}}", "1")
            tus = {"Tus-Resumable": "1.0.0"} if path.startswith("/api/v1/uploads") else {}
            answer = stranger.request(method, url.replace("{sha256}", "a" * 64), headers=tus)
            assert answer.status_code == 401, path
            assert 'error="token_missing"' in answer.headers["WWW-Authenticate"], path  # HEAD has no body


@pytest.mark.parametrize("path", READS)
def test_scope_decides_who_reads(centre: Centre, path: str) -> None:
    for person in PEOPLE_OF_QP:
        assert centre.client(person).get(f"/api/v1{path}").status_code == 200, person
    for person in STRANGERS:
        assert centre.client(person).get(f"/api/v1{path}").status_code == 404, person


@pytest.mark.requirement("D12")
@pytest.mark.parametrize(
    ("there", "nowhere", "key", "other"),
    [
        ("/projects/qp", "/projects/xx", "'qp'", "'xx'"),
        ("/buildings/qp-b1/faces", "/buildings/xx-b1/faces", "'qp-b1'", "'xx-b1'"),
        ("/trace/record/gw-1/e1/1", "/trace/record/gw-1/e1/999", "e1/1'", "e1/999'"),
    ],
)
def test_forbidden_and_absent_are_one_answer(
    centre: Centre, there: str, nowhere: str, key: str, other: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = centre.client("street")
    forbidden, absent = client.get(f"/api/v1{there}"), client.get(f"/api/v1{nowhere}")
    assert forbidden.status_code == absent.status_code == 404
    one, two = ({k: v for k, v in r.json()["error"].items() if k != "id"} for r in (forbidden, absent))
    assert one["what"].replace(key, "") == two["what"].replace(other, "")
    assert (one["code"], one["where"], one["expected"]) == (two["code"], two["where"], two["expected"])
    (logged,) = [line for line in caplog.messages if line.startswith("scope refused")]
    assert logged.endswith(f"path=/api/v1{there}")
    assert "user=street" in logged


@pytest.mark.requirement("B20")
@pytest.mark.parametrize(
    ("person", "projects"),
    [("admin", {"qp", "ml"}), ("owner", {"qp"}), ("unit", {"qp"}), ("street", {"ml"})],
)
def test_lists_hold_what_the_scope_holds(centre: Centre, person: str, projects: set[str]) -> None:
    client = centre.client(person)
    assert {project["id"] for project in client.get("/api/v1/district").json()["projects"]} == projects
    assert {project["id"] for project in client.get("/api/v1/projects").json()["projects"]} == projects
    warnings = client.get("/api/v1/warnings?state=all").json()["warnings"]
    assert {warning["project"]["id"] for warning in warnings} == projects
    gateways = client.get("/api/v1/fleet").json()["gateways"]
    assert {gateway["id"] for gateway in gateways} == ({"gw-1"} if "qp" in projects else set())


@pytest.mark.parametrize("person", sorted(set(PEOPLE) - {"admin", "owner"}))
def test_who_may_not_import_sees_no_such_address(one_centre: Centre, person: str) -> None:
    answer = one_centre.client(person).post("/api/v1/projects/import", json={"schema": "siteprogress.plan/1"})
    assert answer.status_code == (403 if person == "discipline" else 404)  # who reads everything is told that it is all


def test_the_app_is_made_anew_for_each_centre(one_centre: Centre) -> None:
    assert create_app(one_centre.services).state.services is one_centre.services


def test_the_plan_with_its_amounts_is_for_those_who_may_read_money(centre: Centre) -> None:
    path = "/api/v1/projects/qp/plan.xlsx"
    assert centre.client("owner").get(path).status_code == 200
    assert centre.client("builder").get(path).status_code == 404


def test_a_contractor_sees_progress_and_no_scores_anywhere(centre: Centre) -> None:
    builder, owner = centre.client("builder"), centre.client("owner")
    for path in ("/projects/qp", "/projects?sort=score", "/district"):
        own, other = (client.get(f"/api/v1{path}").json() for client in (builder, owner))
        found = [answer["projects"][0] if "projects" in answer else answer for answer in (own, other)]
        assert found[0]["score"] == {"total": None, "grade": None}
        assert found[1]["score"]["total"] is not None
        assert found[0]["actual_bp"] == found[1]["actual_bp"]
    assert builder.get("/api/v1/projects/qp/score").status_code == 404
