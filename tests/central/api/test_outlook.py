"""The outlook through the API: words always, numbers only where they may be told, what-if, allocation, effect."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text

from central.store.engine import writing
from central.store.instants import district_day
from central.store.save_outlook import train_outlook
from central.store.tables import MendingCase
from central.store.upsert import table_of
from tests.central.api.district import NOW, WALL, Centre
from tests.central.insight.simulated import sites
from tests.central.store.test_outlook import put

TODAY = district_day(NOW)


def got(centre: Centre, path: str, *, person: str = "leader", **query: Any) -> Any:
    answer = centre.client(person).get(f"/api/v1{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def day(number: int) -> str:
    return str(TODAY + timedelta(days=number))


def test_without_history_words_and_no_number(centre: Centre) -> None:
    found = got(centre, "/projects/qp/outlook")
    assert found["late"]["told"] is None and found["over"]["told"] is None
    assert "少于 50 个" in found["late"]["why"]["zh"]
    assert found["late"]["word"] in {"raised", "high"}  # qp-b2 has stood still since day 20
    assert {"gap", "spi_t"} & {sign["code"] for sign in found["late"]["signs"]}
    assert found["finish"]["learnt"] is None and found["finish"]["by_pace"]["day"] > found["finish"]["planned"]
    for one in found["advice"]:
        assert one["cause_name"]["zh"] and one["measure"]["zh"] and one["owner"]["zh"] and one["by"]
        assert "不是指令" in one["sentence"]["zh"]
    never = got(centre, "/projects/ml/outlook")
    assert never["late"]["word"] in {"unknown", "low", "raised", "high"}
    assert got(centre, "/outlook/projects")["projects"] == []
    assert got(centre, "/outlook/models", target="finish") == {"models": [], "next": None}


def test_with_history_the_number_comes_with_its_factors_and_test(own_centre: Centre) -> None:
    put(own_centre.engine, sites(7, count=100, today=TODAY), today=TODAY)
    own_centre.wall.at = NOW
    with writing(own_centre.engine) as connection:
        train_outlook(connection, NOW)
    (model,) = got(own_centre, "/outlook/models", target="late")["models"]
    assert model["shown"] and model["n"] >= 50 and model["score"] < model["base"] and len(model["reliability"]) == 5
    listed = got(own_centre, "/outlook/projects", target="late", limit=3)
    assert listed["shown"] and len(listed["projects"]) == 3
    first = listed["projects"][0]
    found = got(own_centre, f"/projects/{first['project']['id']}/outlook")
    assert found["late"]["told"] == first["told"]
    assert first["told"]["n"] == model["n"] and 1 <= len(first["told"]["factors"]) <= 3
    assert got(own_centre, "/outlook/projects", person="owner")["projects"][0]["project"]["id"] == "qp"
    assert got(own_centre, "/outlook/calibration")["forecasts"] == 0
    mine = got(own_centre, "/projects/qp/outlook", person="owner")
    assert mine["late"]["told"]["probability_bp"] > 5000
    own_centre.wall.at = WALL  # half a year later nobody told anything new
    assert got(own_centre, "/projects/qp/outlook")["late"]["told"] is None


def test_advice_is_by_the_cause_on_record(own_centre: Centre) -> None:
    with writing(own_centre.engine) as connection:
        warning = connection.execute(text("SELECT id FROM warning WHERE project = 'qp' LIMIT 1")).scalar_one()
        connection.execute(text("DELETE FROM case_warning"))
        connection.execute(text("DELETE FROM mending_case"))
        row = {"project": "qp", "rule": "time_lag", "subject_kind": "building", "subject": "qp-b2", "warning": warning}
        state = {"state": "open", "facts": "bad", "level": "blue", "peak": "blue", "opened_at": 1, "level_at": 1}
        rest = {"reopened": 0, "cause": "material", "department": "", "clock": "", "version": 1}
        connection.execute(insert(table_of(MendingCase)).values(**row, **state, **rest))
    advice = {one["cause"]: one for one in got(own_centre, "/projects/qp/outlook")["advice"]}
    one = advice["material"]
    assert (one["basis"], one["days"], one["by"], one["seat"]) == ("case", 10, day(10), "project_owner")
    assert "材料延误" in one["sentence"]["zh"] and "项目负责人" in one["sentence"]["zh"]


def test_more_crews_bring_the_forecast_forward(centre: Centre) -> None:
    crews = {"kind": "crews", "first": day(1), "last": None, "now": 2, "added": 2}
    answer = centre.client("owner").post("/api/v1/projects/qp/outlook/what-if", json={"changes": [crews]})
    found = answer.json()
    assert answer.status_code == 200 and found["days"] < 0
    assert found["after"]["low"] <= found["after"]["day"] <= found["after"]["high"]
    assert found["before"] == got(centre, "/projects/qp/outlook")["finish"]["by_pace"]
    stop = {"kind": "stop", "first": day(5), "last": day(14)}
    later = centre.client("owner").post("/api/v1/projects/qp/outlook/what-if", json={"changes": [stop]}).json()
    assert later["days"] == 10
    assert any("停工" in one["zh"] for one in later["assumptions"])


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"kind": "stop", "first": day(-5), "last": day(5)}, "changes"),
        ({"kind": "move", "item": "roof", "days": 3}, "changes"),
        ({"kind": "crews", "first": day(5), "last": day(1), "now": 1, "added": 1}, "changes"),
    ],
)
def test_a_change_that_cannot_be_is_refused_in_words(one_centre: Centre, change: dict[str, Any], where: str) -> None:
    answer = one_centre.client("owner").post("/api/v1/projects/qp/outlook/what-if", json={"changes": [change]})
    assert answer.status_code == 422
    assert answer.json()["error"]["where"] == where and answer.json()["error"]["expected"]


def test_the_allocation_stays_within_the_budget_and_shows_its_objective(centre: Centre) -> None:
    client = centre.client("leader")
    options = [
        {"project": "qp", "id": "crew", "cost_fen": 600, "gain": 60},
        {"project": "qp", "id": "two-crews", "cost_fen": 900, "gain": 100},
        {"project": "ml", "id": "crew", "cost_fen": 300, "gain": 50},
    ]
    found = client.post("/api/v1/outlook/allocation", json={"budget_fen": 1000, "options": options}).json()
    assert [(one["project"], one["id"]) for one in found["chosen"]] == [("ml", "crew"), ("qp", "crew")]
    assert (found["cost_fen"], found["gain"], found["bound"]) == (900, 110, 110)
    assert found["exact"] and "不划拨" in found["label"]["zh"] and found["objective"]["zh"]


def test_a_project_out_of_scope_is_absent_from_an_allocation(one_centre: Centre) -> None:
    option = {"project": "ml", "id": "crew", "cost_fen": 1, "gain": 1}
    body = {"budget_fen": 1, "options": [option]}
    for person, status in (("leader", 200), ("owner", 404), ("builder", 404), ("street", 404)):
        assert one_centre.client(person).post("/api/v1/outlook/allocation", json=body).status_code == status, person


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ([{"project": "qp", "id": "a", "cost_fen": 1, "gain": 1}] * 2, "options"),
        (
            [{"project": "qp", "id": name, "cost_fen": 1, "gain": gain} for name, gain in (("a", 1), ("b", None))],
            "options.1.gain",
        ),
    ],
)
def test_options_that_do_not_fit_are_refused(one_centre: Centre, options: list[dict[str, Any]], where: str) -> None:
    body = {"budget_fen": 1, "options": options}
    answer = one_centre.client("leader").post("/api/v1/outlook/allocation", json=body)
    assert (answer.status_code, answer.json()["error"]["where"]) == (422, where)


def test_without_gains_it_is_the_work_behind_that_counts(one_centre: Centre) -> None:
    body = {"budget_fen": 10, "options": [{"project": "qp", "id": "a", "cost_fen": 10, "gain": None}]}
    found = one_centre.client("leader").post("/api/v1/outlook/allocation", json=body).json()
    with one_centre.engine.connect() as connection:
        newest = "SELECT gap_bp FROM deviation WHERE subject_kind = 'project' AND subject = 'qp' ORDER BY as_of_at DESC"
        gap_bp = int(connection.execute(text(newest)).scalars().first() or 0)
    assert found["gain"] == 800_000_000 * gap_bp // 10_000 > 0
    assert "落后" in found["objective"]["zh"]


def test_the_effect_of_a_policy_is_an_estimate_or_refused(own_centre: Centre) -> None:
    early = got(own_centre, "/outlook/effect", series="warnings", since="2026-04-01")
    assert early["mean"] is None and "样本不足" in early["why"]["zh"]
    with writing(own_centre.engine) as connection:
        for number in range(25):
            month = f"{2024 + (number + 5) // 12}-{(number + 5) % 12 + 1:02d}-01"
            row = {"month": month, "unit": "区住建局", "rank": 1, "counts": "{}", "sha256": "x", "frozen_at": 1}
            total = 7000 + 10 * (number % 3) + (900 if number >= 12 else 0)
            values = {**row, "total_bp": total, "grade": "B"}
            columns = ", ".join(values)
            spelled = f"INSERT INTO quality_month ({columns}) VALUES ({', '.join(f':{name}' for name in values)})"
            connection.execute(text(spelled), values)
    found = got(own_centre, "/outlook/effect", series="data_quality", since="2025-06-15")
    assert (found["before"], found["since"]) == (12, "2025-06-01")
    assert found["after"] == 12  # June is not over
    assert found["step"]["low"] < 9.0 < found["step"]["high"] and found["step"]["clear"]
    assert "估计" in found["label"]["zh"] and len(found["points"]) == 24


@pytest.mark.parametrize("person", ["builder", "street", "public", "nobody"])
def test_who_may_not_read_it_sees_no_such_address(one_centre: Centre, person: str) -> None:
    for path in ("/projects/qp/outlook", "/outlook/projects", "/outlook/models", "/outlook/calibration"):
        assert one_centre.client(person).get(f"/api/v1{path}").status_code == 404


def test_asking_stores_nothing(one_centre: Centre) -> None:
    def entries() -> int:
        with one_centre.engine.connect() as connection:
            return int(connection.execute(text("SELECT count(*) FROM audit_entry")).scalar_one())

    before = entries()
    got(one_centre, "/projects/qp/outlook")
    crews = {"kind": "crews", "first": day(1), "last": None, "now": 2, "added": 2}
    one_centre.client("owner").post("/api/v1/projects/qp/outlook/what-if", json={"changes": [crews]})
    assert entries() == before
