"""The Gantt over HTTP, on both databases: the first plan stays, what was seen stands beside it."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session

from central.plan.calendar import local_day
from central.store import tables
from tests.central.api.district import NOW, Centre

URL = "/api/v1/projects/qp/gantt"


def test_items_have_their_first_plan_and_what_was_seen_of_them(own_centre: Centre) -> None:
    shown = own_centre.client("leader").get(URL).json()
    first, second = shown["buildings"]
    structure = first["items"][0]
    assert structure["baseline"] == structure["planned"]
    assert shown["start"] <= structure["baseline"]["first"] < structure["baseline"]["last"] <= shown["finish"]
    assert shown["start"] <= structure["begun"] <= structure["done"] <= local_day(NOW).isoformat()
    assert structure["begun"] < structure["done"]  # work is seen from when it began, not from when it was judged last
    assert second["items"][-1]["begun"] is None  # the building that stood still never came to it
    assert second["still_days"] == []  # its gateway told of a still and has not sent it
    with Session(own_centre.engine) as session:
        point = session.get(
            tables.PlanPoint, ("qp", 1, structure["id"], date.fromisoformat(structure["baseline"]["last"]))
        )
        assert point is not None and point.cum_bp == 10_000


def test_it_is_for_those_of_the_project(one_centre: Centre) -> None:
    assert one_centre.client("street").get(URL).status_code == 404
    assert one_centre.client("leader").get(URL.replace("qp", "ml")).json()["buildings"][0]["items"][0]["begun"] is None
