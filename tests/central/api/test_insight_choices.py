"""What the filters of insight can be set to is what the caller may see, by code and name."""

from __future__ import annotations

import pytest

from central.insight.pivot import FIGURES
from central.insight.project import MEASURES
from central.store.engine import writing
from central.store.save_insight import set_class
from tests.central.api.district import Centre
from tests.central.insight.stored import put_project

LIFTS = "老旧小区加装电梯"


@pytest.fixture
def told(one_centre: Centre) -> Centre:
    """Two more projects, one of which is of a kind and sector that somebody named."""
    with writing(one_centre.engine) as connection:
        put_project(connection, "lift", unit="区住建局", street="青坪街道")
        put_project(connection, "pump", unit="区水务局", street="云台街道", work_type="equipment")
        set_class(connection, "lift", kind=LIFTS, sector="education", by="li", now_ms=0)
    return one_centre


def test_a_filter_offers_what_the_caller_sees(told: Centre) -> None:
    found = told.client("leader").get("/api/v1/insight/choices").json()
    assert {"lift", "pump", "qp", "ml"} == {one["id"] for one in found["projects"]}
    assert {"区住建局", "区水务局", "区教育局"} <= set(found["units"])
    kinds = {one["code"]: one["name"] for one in found["kinds"]}
    assert kinds[LIFTS] == {"zh": LIFTS, "en": LIFTS}
    assert kinds["equipment"] == {"zh": "设备购置", "en": "equipment"}
    assert {"code": "education", "name": {"zh": "教育", "en": "education"}} in [
        {**one, "name": {**one["name"], "en": one["name"]["en"].lower()}} for one in found["sectors"]
    ]
    assert [one["code"] for one in found["measures"]] == list(MEASURES)
    assert [one["code"] for one in found["figures"]] == list(FIGURES)


def test_what_is_out_of_scope_is_not_offered(told: Centre) -> None:
    mine = told.client("unit").get("/api/v1/insight/choices").json()
    assert {one["id"] for one in mine["projects"]} == {"qp", "lift"}
    assert mine["units"] == ["区住建局"]
    assert told.client("builder").get("/api/v1/insight/choices").status_code == 404


@pytest.mark.parametrize("code", ["kinds", "sectors"])
def test_every_choice_filters(told: Centre, code: str) -> None:
    client = told.client("leader")
    for one in client.get("/api/v1/insight/choices").json()[code]:
        asked = {"by": code[:-1], code[:-1]: one["code"]}
        lines = client.get("/api/v1/insight/pivot", params=asked).json()["lines"]
        assert [line["keys"] for line in lines] == [[one["name"]]]
