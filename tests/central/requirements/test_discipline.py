"""Discipline inspection reads everything at any time and changes nothing; that it read stands where no unit looks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import text

from central.api.access import Allow
from central.api.policy import ACTIONS, Action
from central.store.engine import reading
from tests.central.api.conftest import filled, filled_sqlite, one_centre
from tests.central.api.district import Centre

__all__ = ["filled", "filled_sqlite", "one_centre"]
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
OWN = frozenset({"login", "refreshToken", "noteView", "stateViewingPurpose", "askWhatIf"})
"""A session, that and why one looks, a reckoning of which nothing is stored: nobody's data changes."""
GATEWAYS = frozenset({"put_evidence", "renew_identity", "fetch_config"})


def asked(dependant: Dependant) -> Iterator[Action]:
    """The actions that a route asks, at any depth."""
    for inner in dependant.dependencies:
        if isinstance(inner.call, Allow):
            yield inner.call.action
        yield from asked(inner)


def writing_routes(centre: Centre) -> Iterator[tuple[str, str, str, frozenset[Action]]]:
    """Every write verb of the API: operation, method, path with 1 for its parameters, and what it asks."""
    for one in iter_route_contexts(centre.app.routes):
        if isinstance(one.original_route, APIRoute):
            for method in sorted(WRITES & (one.methods or set())):
                path = re.sub(r"\{[^}]*\}", "1", one.path or "")
                yield one.operation_id or "", method, path, frozenset(asked(one.dependant))


@pytest.mark.requirement("C08")
def test_c08_every_write_verb_is_refused_to_discipline(one_centre: Centre) -> None:
    client, routes = one_centre.client("discipline"), list(writing_routes(one_centre))
    assert len(routes) > 60
    open_to = {name for name, _, _, given in routes if all("discipline" in ACTIONS[action] for action in given)}
    assert open_to == OWN
    tried = 0
    for name, method, path, given in routes:
        if name in OWN or given & GATEWAYS:  # a gateway's token alone opens what gateways call
            continue
        answer = client.request(method, path, headers={"Tus-Resumable": "1.0.0"})
        assert answer.status_code == 403, (name, answer.text)
        assert answer.json()["error"]["code"] == "read_only", name
        assert "只读" in answer.json()["text"]["zh"]
        tried += 1
    with reading(one_centre.engine) as connection:
        noted = connection.execute(
            text("SELECT count(*) FROM audit_entry WHERE actor = 'discipline' AND action LIKE 'inspection.%.refused'")
        ).scalar_one()
    assert noted == tried
    assert one_centre.client("nobody").post("/api/v1/reports", json={}).status_code == 404  # for others as ever


@pytest.mark.requirement("C08")
def test_c08_what_it_read_is_on_record_and_the_unit_sees_nothing_of_it(one_centre: Centre) -> None:
    client, unit = one_centre.client("discipline"), one_centre.client("unit")
    before = unit.get("/api/v1/projects/qp").json()
    assert client.get("/api/v1/trace/score/qp", params={"day": "2026-05-16"}).status_code == 200
    assert client.get("/api/v1/projects/nowhere").status_code == 404
    with reading(one_centre.engine) as connection:
        rows = connection.execute(
            text("SELECT action, object, detail_json FROM audit_entry WHERE actor = 'discipline'")
        )
        noted = [(row[0], row[1], json.loads(row[2])) for row in rows]
    assert noted == [("inspection.get", "/api/v1/trace/score/qp", {"query": "day=2026-05-16"})]
    assert unit.get("/api/v1/projects/qp").json() == before
    unit.get("/api/v1/trace/score/qp")
    with reading(one_centre.engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM audit_entry WHERE actor = 'unit'")).scalar_one() == 0
