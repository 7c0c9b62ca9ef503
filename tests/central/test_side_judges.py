"""Many projects are judged by processes beside the centre, as one after the other would judge them."""

from __future__ import annotations

from dataclasses import replace
from threading import Event

import pytest
from sqlalchemy import Engine, text

from central.domain import Project
from central.reassessor import Reassessor
from central.side_judges import MANY, judge_beside
from central.store.engine import reading, writing
from central.store.instants import from_ms
from central.store.save_plan import save_plan
from central.store.save_seen import TIME_ALONE_MS, mark_dirty
from tests.central.build import a_building, a_project, an_item
from tests.central.test_reassess import at

NOW = from_ms(at(5.2))


def small_project(number: int) -> Project:
    item = an_item(f"p{number}-b-i", building=f"p{number}-b")
    building = replace(a_building(f"p{number}-b", items=(item,)), project=f"p{number}")
    return replace(a_project(building), id=f"p{number}")


def stored(engine: Engine, count: int) -> list[str]:
    projects = [small_project(number) for number in range(count)]
    for project in projects:
        save_plan(engine, project, faces=[], document={"id": project.id}, by="t", reason="", now_ms=1)
    return [project.id for project in projects]


def assessed(engine: Engine) -> dict[str, bool]:
    with reading(engine) as connection:
        found = connection.execute(text("SELECT project, revision = assessed_revision, error FROM assessment_state"))
        return {row[0]: bool(row[1]) for row in found}


def test_processes_judge_every_project_and_say_what_went_wrong(any_store: Engine) -> None:
    projects = stored(any_store, 5)
    with writing(any_store) as connection:
        connection.execute(text("UPDATE judged_plan SET body = 'no json' WHERE project = 'p3'"))
    found = [one for part in judge_beside(any_store, projects, NOW, processes=2, stopping=Event()) for one in part]
    assert {one.project for one in found} == set(projects)
    assert [(one.project, "DecodeError" in one.error) for one in found if one.error] == [("p3", True)]
    assert assessed(any_store) == {project: project != "p3" for project in projects}


def test_a_night_of_many_projects_ends_with_all_of_them_judged(any_store: Engine) -> None:
    projects = stored(any_store, MANY)
    told: list[str] = []
    loop = Reassessor(engine=any_store, now=lambda: NOW, changed=lambda ids, _at: told.extend(ids), processes=2)
    assert loop.round() == MANY
    assert sorted(told) == sorted(projects)
    assert set(assessed(any_store).values()) == {True}
    with writing(any_store) as connection:
        mark_dirty(connection, projects[:3], since_ms=TIME_ALONE_MS)
    assert loop.round() == 3


@pytest.mark.parametrize("processes", [1, 2])
def test_when_the_centre_stops_no_more_is_begun(any_store: Engine, processes: int) -> None:
    stored(any_store, MANY)
    stopping = Event()
    stopping.set()
    loop = Reassessor(
        engine=any_store, now=lambda: NOW, changed=lambda *_: None, processes=processes, stopping=stopping
    )
    loop.round()
    assert list(assessed(any_store).values()).count(True) < MANY
