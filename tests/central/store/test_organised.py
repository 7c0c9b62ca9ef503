"""Organisation and programmes on both databases: versions of the whole, projects linked by id or by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from central.domain import Text
from central.errors import PlanRefused
from central.lifecycle.organisation import OrganisationTree, read_organisation
from central.lifecycle.programmes import Programme, read_programme
from central.lifecycle.refused import ActRefused
from central.plan.calendar import midnight
from central.plan.importing import read_plan_json
from central.store import tables
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.move_evaluated import Doing
from central.store.read_organised import (
    items_of_projects,
    org_units,
    programme_of,
    programmes,
    stored_organisation,
    units_of_projects,
)  # fmt: skip
from central.store.save_organised import save_organisation, save_programme
from central.store.save_plan import save_imported, save_plan
from central.store.save_transfers import move_due
from central.store.upsert import table_of
from tests.central.build import a_building, a_project
from tests.central.lifecycle.test_organisation import DOCUMENT, changed
from tests.central.plan import test_document2 as plans
from tests.central.plan.test_importing import plan


def put(engine: Engine, document: dict[str, Any] = DOCUMENT) -> int:
    """Store an organisation."""
    tree = read_organisation(document)
    assert isinstance(tree, OrganisationTree), tree
    with writing(engine) as connection:
        return save_organisation(connection, tree, by="admin", now_ms=1)


def put_plan(engine: Engine, unit_id: str) -> None:
    """Project qp, which names its unit by id."""
    found = plan(read_plan_json(plans.changed(lambda d: d["project"].update(unit_id=unit_id))))
    save_imported(engine, found, by="owner", reason="", now_ms=1)


def renamed(name: str) -> Callable[[list[dict[str, Any]]], object]:
    return lambda units: units[5].update(name=name)


def test_a_new_organisation_is_a_new_version(any_store: Engine) -> None:
    assert (put(any_store), put(any_store), put(any_store, changed(renamed("城建中心")))) == (1, 1, 2)
    with reading(any_store) as connection:
        units = org_units(connection)
        assert stored_organisation(connection)[0] == 2
    assert [unit.id for unit in units] == ["qc", "zj", "zx", "qp", "sy", "xc"]
    assert (units[2].name.zh, max(unit.depth for unit in units)) == ("城建中心", 4)


def test_projects_are_of_units_by_id_else_by_name(any_store: Engine) -> None:
    put(any_store)
    put_plan(any_store, "zj")
    for name, unit in (("p1", "青坪街道"), ("p2", "区水务局")):
        other = replace(a_project(a_building(f"{name}-b")), id=name, unit=Text(zh=unit, en=unit))
        save_plan(any_store, other, faces=[], document={"id": name}, by="owner", reason="", now_ms=1)
    with reading(any_store) as connection:
        assert units_of_projects(connection) == {"qp": "zj", "p1": "qp"}
        assert items_of_projects(connection)["p1"] == ("p1-b-i1",)


def test_after_a_transfer_a_project_is_of_the_unit_that_it_went_to(any_store: Engine) -> None:
    put(any_store)
    put_plan(any_store, "zj")
    day = date(2026, 4, 1)
    with writing(any_store) as connection:
        row = {"project": "qp", "from_unit": "区住建局", "to_unit": "青坪街道", "effective_on": day, "reason": "r"}
        table = table_of(tables.UnitTransfer)
        connection.execute(insert(table).values(**row, state="signed", asked_by="a", asked_at=1))
        assert units_of_projects(connection) == {"qp": "zj"}
        assert move_due(connection, doing=Doing(wall_ms=to_ms(midnight(day)))) == 1
        assert units_of_projects(connection) == {"qp": "qp"}
        assert units_of_projects(connection, named_only=True) == {}


def test_a_unit_with_projects_does_not_go(any_store: Engine) -> None:
    put(any_store)
    put_plan(any_store, "zx")
    with pytest.raises(ActRefused, match="zx with project qp"):
        put(any_store, changed(lambda units: units.pop(5)))


def test_a_plan_names_a_unit_that_is_there(any_store: Engine) -> None:
    put_plan(any_store, "anything")  # while there is no organisation
    put(any_store)
    with reading(any_store) as connection:
        assert units_of_projects(connection) == {"qp": "zx"}  # no such unit: by its name
    with pytest.raises(PlanRefused, match="unit 'nowhere'"):
        put_plan(any_store, "nowhere")


def test_programmes_are_versions(any_store: Engine) -> None:
    document: dict[str, object] = {
        "schema": "siteprogress.programme/1",
        "id": "ring",
        "name": "环路",
        "projects": ["p1", "p2"],
        "dependencies": [{"from": "p1", "to": "p2-i"}],
    }
    for lag, version in ((0, 1), (0, 1), (5, 2)):
        document["dependencies"] = [{"from": "p1", "to": "p2-i", "lag_days": lag}]
        found = read_programme(document, {"p1": (), "p2": ("p2-i",)})
        assert isinstance(found, Programme), found
        with writing(any_store) as connection:
            assert save_programme(connection, found, document, by="leader", now_ms=1) == version
    with reading(any_store) as connection:
        assert programme_of(connection, "ring") == found
        assert programmes(connection) == ((found, 2),)
        assert programme_of(connection, "none") is None
