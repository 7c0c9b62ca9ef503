"""Discipline inspection reads everything at any time and changes nothing; that it read stands where no unit looks."""

from __future__ import annotations

import json
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
OWN = frozenset(
    {"login", "refreshToken", "makeReport", "noteView", "stateViewingPurpose", "askWhatIf", "appealResultUse"}
)
"""A session, a report or a reckoning out of what is there, why one looks, one's own appeal: nobody's data changes."""
OFFICE = ("decide_results", "approve_evaluations")
"""Results and objections, where policy names discipline inspection as the level that answers."""


def asked(dependant: Dependant) -> Iterator[Action]:
    """The actions that a route asks, at any depth."""
    for inner in dependant.dependencies:
        if isinstance(inner.call, Allow):
            yield inner.call.action
        yield from asked(inner)


@pytest.mark.requirement("C08", partly="discipline inspection answers appeals and objections by office")
def test_c08_no_write_verb_is_open_to_discipline(one_centre: Centre) -> None:
    routes = [one for one in iter_route_contexts(one_centre.app.routes) if isinstance(one.original_route, APIRoute)]
    writing = [one for one in routes if WRITES & (one.methods or set())]
    assert len(writing) > 40
    actions = {one.operation_id: list(asked(one.dependant)) for one in writing}
    open_to = {name for name, given in actions.items() if all("discipline" in ACTIONS[action] for action in given)}
    assert {name for name in open_to if not set(actions[name] or ()) & set(OFFICE)} <= OWN
    for path in ("projects/qp/clauses", "projects/qp/fence", "weights/n/answers/discipline"):
        assert one_centre.client("discipline").put(f"/api/v1/{path}", json={}).status_code == 404


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
