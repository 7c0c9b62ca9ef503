"""Plans as versions on both databases: round trip, same document, clash with another project, revisions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine, text

from central.domain import Building, Project
from central.errors import PlanRefused
from central.plan.document import PlannedFace
from central.store.engine import reading
from central.store.load_facts import cameras_of
from central.store.load_project import load_project, project_ids
from central.store.save_plan import save_plan
from tests.central.plans import demo_project, plan


def _loaded(engine: Engine) -> Project:
    with reading(engine) as connection:
        found = load_project(connection, "p1")
    assert found is not None
    return found


def test_what_was_stored_is_what_is_loaded(any_store: Engine) -> None:
    wanted = replace(demo_project(), pauses=((date(2026, 5, 20), date(2026, 5, 22)),))
    plan(any_store, wanted)
    assert _loaded(any_store) == replace(wanted, plan_version=1, buildings=_with_sorted_credits(wanted))


def test_a_revision_is_a_new_version_and_the_old_one_stays(any_store: Engine) -> None:
    plan(any_store)
    later = demo_project()
    building = replace(later.buildings[0], items=later.buildings[0].items[:1])
    assert plan(any_store, replace(later, buildings=(building,)), note="second") == 2
    assert [item.id for item in _loaded(any_store).buildings[0].items] == ["b1-structure"]
    with reading(any_store) as connection:
        kept = connection.execute(text("SELECT version, count(*) FROM plan_point GROUP BY version ORDER BY 1")).all()
        assert [tuple(row) for row in kept] == [(1, 40), (2, 10)]
        assert connection.execute(text("SELECT count(*) FROM plan")).scalar_one() == 2
        assert project_ids(connection) == ["p1"]


def test_ids_of_another_project_are_refused_and_nothing_is_stored(any_store: Engine) -> None:
    plan(any_store)
    other = replace(demo_project(), id="p2")
    with pytest.raises(PlanRefused, match=r"ids b1, b1-base.*expected ids that no other project uses"):
        save_plan(any_store, other, faces=[], document={}, by="t", reason="", now_ms=1)
    with reading(any_store) as connection:
        assert project_ids(connection) == ["p1"]
        assert connection.execute(text("SELECT count(*) FROM plan")).scalar_one() == 1


@pytest.mark.parametrize("name", ["a\0b", "a\ud800b"])
def test_text_that_cannot_be_kept_is_refused(any_store: Engine, name: str) -> None:
    with pytest.raises(PlanRefused, match="expected plain text"):
        save_plan(any_store, demo_project(), faces=[], document={"name": name}, by="t", reason="", now_ms=1)


def test_a_camera_that_left_is_not_of_the_project_but_stays_assigned(any_store: Engine) -> None:
    plan(any_store)
    places = [PlannedFace(gateway="gw-2", camera="c2", building="b1", face="south")]
    save_plan(any_store, demo_project(), faces=places, document={"v": 2}, by="t", reason="", now_ms=1)
    with reading(any_store) as connection:
        assert cameras_of(connection, "p1") == (("gw-2", "c2"),)
        assert connection.execute(text("SELECT count(*) FROM face_assignment")).scalar_one() == 3


def _with_sorted_credits(project: Project) -> tuple[Building, ...]:
    return tuple(
        replace(b, items=tuple(replace(i, credits=tuple(sorted(i.credits))) for i in b.items))
        for b in project.buildings
    )
