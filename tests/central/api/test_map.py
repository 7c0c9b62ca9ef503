"""The map of any day: signs as the list has them, the past as it was, sites in their fences or laid out and said so."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from sqlalchemy import insert
from sqlmodel import Session

from central.api.access import Access
from central.api.policy import Grant
from central.api.views.map import map_of
from central.domain import Text
from central.quality.datum import to_wgs84
from central.store import tables
from central.store.engine import writing
from central.store.upsert import table_of
from tests.central.api.district import Centre

NAME = Text(zh="青坪区", en="Qingping")
CORNERS = ((121.40, 31.20), (121.402, 31.20), (121.402, 31.202), (121.40, 31.202), (121.40, 31.20))


def map_at(centre: Centre, query: str = "", *, username: str = "leader") -> dict[str, Any]:
    """The map as this person sees it."""
    answer = centre.client(username).get(f"/api/v1/map{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_now_is_as_the_list_has_it(centre: Centre) -> None:
    shown, listed = map_at(centre), centre.client("leader").get("/api/v1/district").json()
    assert {one["id"]: one["sign"] for one in shown["projects"]} == {
        one["id"]: one["sign"] for one in listed["projects"]
    }
    assert {one["id"]: one["actual_bp"] for one in shown["projects"]} == {
        one["id"]: one["actual_bp"] for one in listed["projects"]
    }
    stalled = next(b for one in shown["projects"] for b in one["buildings"] if b["id"] == "qp-b2")
    assert (stalled["sign"], stalled["full_height_m"], stalled["stage"]) == ("red", 30, "structure")
    assert (shown["live"], shown["detail"], shown["total_buildings"]) == (True, "buildings", 3)


def test_a_past_day_is_as_it_was_then(centre: Centre) -> None:
    now, then = map_at(centre), map_at(centre, "?at=2026-05-20")
    grown = {b["id"]: b["actual_bp"] for one in now["projects"] for b in one["buildings"]}
    before = {b["id"]: b for one in then["projects"] for b in one["buildings"]}
    assert before["qp-b1"]["actual_bp"] < grown["qp-b1"]
    assert (before["qp-b2"]["sign"], then["live"]) == ("normal", False)  # it stalled on day 20: nobody knew
    assert before["ml-b1"]["actual_bp"] is None  # never seen is not zero


@pytest.mark.parametrize(("asked", "shown"), [("1999-01-01", "first"), ("2199-01-01", "last")])
def test_a_day_beyond_what_there_is_becomes_the_nearest(centre: Centre, asked: str, shown: str) -> None:
    state = map_at(centre, f"?at={asked}")
    assert state["day"] == state[shown]


def test_scope_street_and_money_hold_here_too(centre: Centre) -> None:
    assert [one["id"] for one in map_at(centre, username="owner")["projects"]] == ["qp"]
    assert [one["id"] for one in map_at(centre, "?street=麦岭街道")["projects"]] == ["ml"]
    assert [one["paid_bp"] for one in map_at(centre, username="builder")["projects"]] == [None]
    assert centre.client("leader").get("/api/v1/map?at=tomorrow").status_code == 422


def test_sites_lie_in_their_fences_turned_into_the_datum_of_the_world(own_centre: Centre) -> None:
    drawn = {"type": "Polygon", "coordinates": [CORNERS]}
    fence = {"project": "qp", "version": 1, "document": json.dumps(drawn), "datum": "gcj02", "set_by": "t", "set_at": 1}
    with writing(own_centre.engine) as connection:
        connection.execute(insert(table_of(tables.SiteFence)), [fence])
    sites = {one["id"]: one for one in map_at(own_centre)["projects"]}
    turned = [to_wgs84(*corner) for corner in CORNERS]
    west, east = min(lon for lon, _ in turned), max(lon for lon, _ in turned)
    assert (sites["qp"]["schematic"], sites["qp"]["fenced"]) == (False, True)
    assert (sites["ml"]["schematic"], sites["ml"]["fenced"]) == (True, False)
    for building in sites["qp"]["buildings"]:
        assert all(west - 1e-6 <= lon <= east + 1e-6 for lon, _ in building["ring"])
    assert min(lon for lon, _ in sites["qp"]["outline"][0]) == pytest.approx(west, abs=1e-5)
    assert sites["ml"]["lon"] > east  # laid out beside what is known, never in it


def test_a_large_district_answers_by_projects(centre: Centre) -> None:
    everybody = Grant(role="leader", kind="district", scope="")
    access = Access(username="leader", name="", grants=(everybody,), expires_at=None)
    asked = partial(map_of, access=access, name=NAME, now=centre.services.clock(), day=None, buildings_max=2)
    with Session(centre.engine) as session:
        shown, street = asked(session, street=None), asked(session, street="青坪街道")
    assert (shown.detail, shown.total_buildings) == ("projects", 3)
    assert [(one.storeys, one.buildings, one.actual_bp is None) for one in shown.projects] == [
        (10, [], True),
        (10, [], False),
    ]
    assert (street.detail, len(street.projects[0].buildings)) == ("buildings", 2)
