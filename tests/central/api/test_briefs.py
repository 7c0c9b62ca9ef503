"""Rows of the list that are kept: after each change they are what they would be if nothing had been kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, update
from sqlmodel import Session

from central.api.access import Access
from central.api.kept_rows import KeptRows
from central.api.policy import Grant
from central.api.project_schemas import ProjectSummary
from central.api.views.briefs import Briefs
from central.api.views.curve import curve_of
from central.api.views.details import Detail
from central.api.views.projects import project_json, project_of
from central.api.views.round import make_ready, round_of
from central.api.views.standing import Judged
from central.api.wall_cache import AnswerCache
from central.audit.trail import append
from central.domain import Project
from central.ingest.commit import commit
from central.plan.calendar import local_day
from central.reassess import reassess
from central.rules.ladder import PROFILES
from central.store import tables
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.read_marks import judged_stamp, marks
from central.store.read_standing import standings
from central.store.save_plan import save_plan
from central.store.upsert import table_of
from tests.central.api.district import LAST_DAY, NOW, Centre, a_record, mailing, qingping, records
from tests.central.api.district import reading as a_reading
from tests.central.api.test_wall import counted
from tests.central.build import at
from wire.messages import Frame

OWNER = Access(
    username="owner", name="owner", grants=(Grant(role="project_owner", kind="project", scope="qp"),), expires_at=None
)
CONTRACTOR = replace(OWNER, grants=(Grant(role="contractor", kind="project", scope="qp"),))


def rows(briefs: Briefs, engine: Engine, *, now: datetime = NOW) -> dict[str, ProjectSummary]:
    """What is kept, made new where something changed."""
    with reading(engine) as connection, Session(connection) as session:
        return {brief.place.project: brief.summary for brief in briefs.all(session, now=now)}


def plain(engine: Engine, *, now: datetime = NOW) -> dict[str, ProjectSummary]:
    """Rows as the project's page makes them, each from all that is stored."""
    with reading(engine) as connection, Session(connection) as session:
        return {one.project.id: Judged(session, one, now=now).summary() for one in standings(session)}


def another(name: str) -> Project:
    """A project of one building that no camera watches."""
    (building,) = mailing().buildings
    items = tuple(replace(item, id=f"{name}-{item.id}", building=f"{name}-b1") for item in building.items)
    built = replace(building, id=f"{name}-b1", project=name, items=items)
    return replace(mailing(), id=name, code=f"2026-{name}", buildings=(built,))


def a_new_reading(engine: Engine) -> None:
    """A day later qp-b1 is seen again, and the project is judged."""
    day, seq = LAST_DAY + 1.25, len(records()) + 1
    later = a_record(seq, "face_reading", day, a_reading("qp-b1", "c1", done=day))
    frame = Frame(gw="gw-1", epoch="e1", lo=seq, hi=seq, boot="b", sent_at=0, recs=(later,))
    commit(engine, frames=[frame], letters=[], now_ms=to_ms(at(day)))
    reassess(engine, "qp", at(day))


def time_alone(engine: Engine) -> None:
    """Nothing came, and the project is judged at a later time."""
    reassess(engine, "qp", NOW + timedelta(days=2))


def a_pause(engine: Engine) -> None:
    """Approved, and nothing judged since."""
    today = local_day(NOW)
    asked = {
        "project": "qp", "first": today - timedelta(days=2), "last": today + timedelta(days=2), "cause": "flood",
        "reason": "flood", "asked_by": "owner", "asked_at": 0, "state": "approved", "decided_by": "leader",
        "decided_at": 1, "remark": "",
    }  # fmt: skip
    with writing(engine) as connection:
        connection.execute(insert(table_of(tables.PauseRequest)), [asked])


def another_plan(engine: Engine) -> None:
    """The project gets another name."""
    plan = replace(qingping(), name=replace(qingping().name, zh="改名"))
    save_plan(engine, plan, faces=(), document={"id": "qp", "n": 2}, by="t", reason="t", now_ms=to_ms(NOW))


def another_unit(engine: Engine) -> None:
    """As a transfer writes it, with its entry in the trail."""
    project = table_of(tables.Project)
    with writing(engine) as connection:
        append(connection, at_ms=to_ms(NOW), actor="t", action="project.transfer", object_="project:qp", detail={})
        connection.execute(update(project).where(project.c.id == "qp").values(unit_zh="区水务局", unit_en="Water"))


def another_ladder(engine: Engine) -> None:
    """The district judges by another profile from long ago on; nothing is judged by it yet."""
    row = {
        "scope": "",
        "name": "strict",
        "version": PROFILES["strict"].version,
        "since_at": 0,
        "reason": "r",
        "by": "t",
    }
    with writing(engine) as connection:
        connection.execute(insert(table_of(tables.LadderSwitch)), [row | {"noted_at": 0}])


CHANGES = (a_new_reading, time_alone, a_pause, another_plan, another_unit, another_ladder)


@pytest.mark.parametrize("change", CHANGES, ids=[one.__name__ for one in CHANGES])
def test_after_a_change_the_kept_rows_are_the_new_ones(filled: Engine, change: Callable[[Engine], None]) -> None:
    briefs = Briefs()
    before = rows(briefs, filled)
    assert before == plain(filled)
    change(filled)
    after = rows(briefs, filled)
    assert after == plain(filled)
    assert after["ml"] is before["ml"] or change is another_ladder


def test_what_has_not_changed_is_not_read_again(filled: Engine) -> None:
    briefs = Briefs()
    first = rows(briefs, filled)
    with counted(filled) as statements:
        second = rows(briefs, filled)
    assert [second[name] is first[name] for name in first] == [True, True]
    assert len([one for one in statements if one.startswith("SELECT")]) == 1


def test_a_project_that_was_never_judged_is_shown_as_of_the_clock(filled: Engine) -> None:
    save_plan(filled, another("new"), faces=(), document={"id": "new"}, by="t", reason="t", now_ms=0)
    briefs = Briefs()
    for now in (NOW, NOW + timedelta(days=9), NOW):
        assert rows(briefs, filled, now=now) == plain(filled, now=now)


def test_many_projects_are_made_in_as_many_queries_as_one(filled: Engine) -> None:
    with counted(filled) as few:
        rows(Briefs(), filled)
    for nth in range(4):
        save_plan(
            filled, another(f"more{nth}"), faces=(), document={"id": f"more{nth}"}, by="t", reason="t", now_ms=nth
        )
        reassess(filled, f"more{nth}", NOW)
    with counted(filled) as many:
        assert len(rows(Briefs(), filled)) == 6
    assert len(many) == len(few)


@pytest.mark.parametrize("change", CHANGES, ids=[one.__name__ for one in CHANGES])
def test_each_of_these_changes_moves_the_stamp(filled: Engine, change: Callable[[Engine], None]) -> None:
    def stamp() -> tuple[int, ...]:
        with reading(filled) as connection:
            return judged_stamp(connection)

    before = stamp()
    change(filled)
    if change is not another_unit:  # written past the trail here; a transfer leaves its entry
        assert stamp() != before


def test_a_list_over_http_follows_a_change(own_centre: Centre) -> None:
    leader = own_centre.client("leader")
    before = leader.get("/api/v1/district").json()
    assert leader.get("/api/v1/district").json() == before
    a_new_reading(own_centre.engine)
    after = leader.get("/api/v1/district").json()
    assert after["as_of"] > before["as_of"]
    assert leader.get("/api/v1/projects?sort=level").json()["projects"] == after["projects"]


def test_a_page_of_the_list_is_a_part_of_it(one_centre: Centre) -> None:
    leader = one_centre.client("leader")
    whole = leader.get("/api/v1/projects?sort=name").json()
    pages = [leader.get(f"/api/v1/projects?sort=name&limit=1&offset={n}").json() for n in range(3)]
    assert [page["total"] for page in pages] == [2, 2, 2]
    assert [one for page in pages for one in page["projects"]] == whole["projects"]
    assert leader.get("/api/v1/projects?limit=0").status_code == 422


class Pages:
    """What else is kept by the same marks: a project's page, its curve, and how an inspector takes it along."""

    def __init__(self) -> None:
        self.details, self.sites = KeptRows[Detail](), KeptRows[bytes]()
        self.curves = AnswerCache[str]()

    def of(self, engine: Engine) -> dict[str, Any]:
        """Each of one project, as JSON says it."""
        with reading(engine) as connection, Session(connection) as session:
            (mark,) = marks(connection, ["qp"])
            return {
                "page": json.loads(project_json(session, self.details, "qp", access=OWNER, now=NOW)),
                "round": json.loads(round_of(session, self.sites, access=OWNER, now=NOW, wall=NOW)),
                "curve": self.curves.answer(
                    "qp", mark.stamp(NOW), lambda: curve_of(session, "qp", building_id=None).model_dump_json()
                ),
            }


@pytest.mark.parametrize("change", CHANGES, ids=[one.__name__ for one in CHANGES])
def test_after_a_change_the_kept_pages_are_the_new_ones(filled: Engine, change: Callable[[Engine], None]) -> None:
    pages = Pages()
    before = pages.of(filled)
    change(filled)
    after = pages.of(filled)
    assert after == Pages().of(filled)
    assert after != before or change is another_unit or change is another_ladder
    with reading(filled) as connection, Session(connection) as session:
        assert after["page"] == project_of(session, "qp", access=OWNER, now=NOW).model_dump(mode="json")


def test_a_kept_page_is_without_the_score_for_who_may_not_read_it(filled: Engine) -> None:
    pages = KeptRows[Detail]()
    with reading(filled) as connection, Session(connection) as session:
        seen = json.loads(project_json(session, pages, "qp", access=OWNER, now=NOW))
        hidden = json.loads(project_json(session, pages, "qp", access=CONTRACTOR, now=NOW))
    assert seen["score"]["total"] is not None
    assert hidden == seen | {"score": {"total": None, "grade": None}}


def test_a_new_fence_is_taken_along(filled: Engine) -> None:
    pages = Pages()
    assert pages.of(filled)["round"]["sites"][0]["fence"]["version"] == 0
    fence = {"project": "qp", "version": 1, "datum": "wgs84", "set_by": "t", "set_at": 1}
    document = {"type": "Polygon", "coordinates": [[[118.0, 32.0], [118.1, 32.0], [118.1, 32.1], [118.0, 32.0]]]}
    with writing(filled) as connection:
        connection.execute(insert(table_of(tables.SiteFence)), [fence | {"document": json.dumps(document)}])
    assert pages.of(filled)["round"]["sites"][0]["fence"]["version"] == 1


def test_sites_that_were_made_ready_are_those_that_are_asked_for(filled: Engine) -> None:
    ready, rests = KeptRows[bytes](), list[str]()

    def rest() -> bool:
        rests.append("")
        return False

    with reading(filled) as connection, Session(connection) as session:
        for _ in range(2):
            make_ready(session, ready, now=NOW, rest=rest)
        (mark,) = marks(connection, ["qp"])
        assert ready.stale(dict.fromkeys(["qp"], (mark.stamp(NOW), (0, 0)))) == []
        made = ready.of({"qp": (mark.stamp(NOW), (0, 0))}, lambda _: {})["qp"]
        found = json.loads(round_of(session, KeptRows(), access=OWNER, now=NOW, wall=NOW))["sites"][0]
    assert json.loads(made + b"}") == {key: found[key] for key in found if key != "speaks_as"}
    assert len(rests) == 1, "what is ready is not made again"
