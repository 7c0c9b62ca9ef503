"""What anybody may read: a closed list of fields, only what a person made public, and guests until their hour."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlmodel import Session

from central.api.metering import Meter
from central.api.public_schemas import PublicProject
from central.api.throttle import neighbourhood
from central.store import tables
from central.store.engine import writing
from central.store.instants import to_ms
from tests.central.api.district import GATEWAY_TOKEN, STILL, WALL, Centre
from tests.central.api.pictures import digest

FIELDS = {
    *("code", "name", "street", "unit", "work_type", "start", "finish", "as_of", "status"),
    *("plan_percent", "actual_percent", "margin_percent", "days_late", "promise", "still"),
}
URL = "/api/v1/public/projects"


def publish(centre: Centre, project: str = "qp", *, listed: bool = True, year: int = 2026) -> None:
    """As a person who may: on the public list of a year, or off it."""
    given = {"year": year, "listed": listed, "promise_zh": "年内建成", "promise_en": "Built within the year"}
    answer = centre.client("leader").put(f"/api/v1/projects/{project}/livelihood", json=given)
    assert answer.is_success, answer.text


def keep_still(centre: Centre) -> None:
    gateway = centre.client(token=GATEWAY_TOKEN)
    headers = {"Content-Type": "image/jpeg"}
    assert gateway.put(f"/api/v1/evidence/{digest(STILL)}", content=STILL, headers=headers).is_success


@pytest.mark.requirement("A54")
def test_a54_a_citizen_sees_the_listed_fields_of_what_was_made_public_and_nothing_else(own_centre: Centre) -> None:
    citizen = own_centre.client()
    assert citizen.get(URL).json()["total"] == 0  # nothing is public until somebody says so
    assert citizen.get(f"{URL}/qp").status_code == 404
    keep_still(own_centre)
    publish(own_centre)
    district = citizen.get(URL).json()
    (shown,) = district["projects"]
    assert shown == citizen.get(f"{URL}/qp").json()
    assert set(shown) == FIELDS
    assert (shown["name"]["zh"], shown["street"]["zh"], shown["unit"]["zh"]) == ("项目qp", "青坪街道", "区住建局")
    assert (shown["plan_percent"], shown["status"]) == (74, "behind")
    assert 40 < shown["actual_percent"] < 74
    assert sum(count["projects"] for count in district["counts"]) == district["total"] == 1
    everything = citizen.get(URL).text
    assert not [word for word in ("leader", "owner", "fen", "score", "gw-1", digest(STILL)) if word in everything]
    picture = citizen.get(shown["still"]["url"])
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.content != STILL  # made small here, from what the gateway had blurred
    publish(own_centre, listed=False)
    assert citizen.get(f"{URL}/qp").status_code == citizen.get(shown["still"]["url"]).status_code == 404


def test_a_field_that_is_new_inside_does_not_appear_outside(one_centre: Centre) -> None:
    publish(one_centre)
    shown: dict[str, Any] = one_centre.client().get(f"{URL}/qp").json()
    with pytest.raises(ValidationError, match="contract_fen"):
        PublicProject.model_validate(shown | {"contract_fen": 1})
    assert set(PublicProject.model_fields) == FIELDS, "a person decides what is public: change FIELDS with the model"


def test_the_national_code_leads_to_the_same_page_and_another_year_keeps_it_public(one_centre: Centre) -> None:
    publish(one_centre)
    publish(one_centre, year=2025)
    publish(one_centre, year=2025, listed=False)
    with Session(one_centre.engine) as session:
        project = session.get(tables.Project, "qp")
        assert project is not None
    assert one_centre.client().get(f"{URL}/{project.code}").json()["code"] == "qp"


def test_what_cannot_be_seen_is_said_to_be_so(one_centre: Centre) -> None:
    publish(one_centre, "ml")
    shown = one_centre.client().get(f"{URL}/ml").json()
    assert (shown["status"], shown["actual_percent"], shown["still"]) == ("no_data", None, None)


def test_who_asks_too_often_waits() -> None:
    meter = Meter(asked_max=2)
    assert [meter.wait_s("a", now=WALL) for _ in range(3)] == [0, 0, 60]
    assert meter.wait_s("b", now=WALL) == 0
    assert meter.wait_s("a", now=WALL + timedelta(seconds=60)) == 0


@pytest.mark.requirement("E23")
def test_e23_a_guest_of_the_open_day_sees_what_he_was_invited_to_until_the_hour_and_nothing_of_the_desk(
    one_centre: Centre,
) -> None:
    end = WALL + timedelta(hours=2)
    with writing(one_centre.engine) as connection, Session(connection) as session:
        guest = tables.User(username="guest", name="a delegate", password_hash="-", created_at=0)
        session.add(guest)
        session.flush()
        assert guest.id is not None
        session.add(
            tables.Grant(
                user=guest.id, role="visitor", scope_kind="project", scope="ml",
                valid_from_at=to_ms(WALL), valid_to_at=to_ms(end),
            )
        )  # fmt: skip
        session.flush()
    publish(one_centre)
    client = one_centre.client("guest")
    assert {one["code"] for one in client.get("/api/v1/visit/projects").json()["projects"]} == {"qp", "ml"}
    assert client.get("/api/v1/projects/ml").status_code == client.get("/api/v1/warnings").status_code == 404
    assert client.put("/api/v1/projects/ml/livelihood", json={}).status_code in (404, 422)
    one_centre.wall.at = end - timedelta(seconds=1)
    fresh = one_centre.client("guest")
    assert fresh.get("/api/v1/visit/projects").status_code == 200
    one_centre.wall.at = end
    assert fresh.get("/api/v1/visit/projects").status_code == 404


def test_the_list_of_promises_is_made_once_and_not_for_who_asks_too_often(own_centre: Centre) -> None:
    url, citizen = "/api/v1/public/livelihood?year=2026", own_centre.client()
    assert citizen.get(url).json()["projects"] == []
    publish(own_centre)
    assert [one["project"] for one in citizen.get(url).json()["projects"]] == ["qp"]  # not the list that was kept
    assert citizen.get("/api/v1/public/livelihood?year=2025").json()["projects"] == []
    publish(own_centre, listed=False)
    assert citizen.get(url).json()["projects"] == []
    for host in ("127.0.0.1", "testclient"):
        while own_centre.services.meter.wait_s(neighbourhood(host), now=own_centre.wall.at) == 0:
            pass
    assert citizen.get(url).status_code == 429
