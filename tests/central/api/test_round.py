"""What an inspector's phone takes along."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import Session

from central.store import tables
from tests.central.api.district import Centre


def test_a_round_has_the_callers_sites_and_how_a_value_is_told(centre: Centre) -> None:
    got = centre.client("owner").get("/api/v1/inspections/today").raise_for_status().json()
    assert [site["id"] for site in got["sites"]] == ["qp"]
    assert got["left_out"] == 0
    site = got["sites"][0]
    assert site["speaks_as"] == "self_report"
    building = site["buildings"][0]
    assert building["storeys"] > 0
    worth = [stage["credit_bp"] for stage in building["items"][0]["credits"]]
    assert worth == sorted(set(worth))
    assert worth[-1] == 10_000


def test_who_builds_is_asked_for_the_days_report_and_others_are_not(centre: Centre) -> None:
    kinds = {
        person: [task["kind"] for task in centre.client(person).get("/api/v1/inspections/today").json()["tasks"]]
        for person in ("builder", "street")
    }
    assert "daily" not in kinds["street"]
    # the demo's plan ends before the wall's day: no duty is owed any more
    assert "daily" not in kinds["builder"]


def test_thin_evidence_capped_warnings_and_disputes_are_tasks(own_centre: Centre) -> None:
    thin: dict[str, Any] = {
        "project": "qp",
        "rule_version": "1",
        "subject_kind": "building",
        "subject": "qp-b1",
        "state": "open",
        "level": "blue",
        "raised_at": 1,
        "changed_at": 1,
        "value": 1,
        "unit": "bp",
        "refs": "[]",
    }
    own = [thin | {"rule": "evidence", "capped": False}, thin | {"rule": "report_vs_seen", "capped": True}]
    item = own_centre.client("owner").get("/api/v1/inspections/today").json()["sites"][0]["buildings"][1]["items"][0]
    with Session(own_centre.engine) as session:
        session.add_all(tables.PlanWarning(**row) for row in own)
        session.add(
            tables.ValueDispute(
                project="qp",
                item=item["id"],
                report=1,
                auto_bp=4500,
                human_bp=6000,
                tolerance_bp=500,
                auto_ref="",
                author="street",
                observed_at=1,
                opened_at=1,
            )
        )
        session.commit()
    tasks = own_centre.client("owner").get("/api/v1/inspections/today").json()["tasks"]
    assert [(t["kind"], t["building"]) for t in tasks if t["kind"] != "capped" or t["building"] == "qp-b1"] == [
        ("evidence", "qp-b1"),
        ("capped", "qp-b1"),
        ("dispute", "qp-b2"),
    ]
    assert tasks[-1]["text"]["zh"] == "摄像头读数 45.0%,有人填报 60.0%。"
    others = own_centre.client("street").get("/api/v1/inspections/today").json()["tasks"]
    assert {task["project"] for task in others} <= {"ml"}


@pytest.mark.parametrize("person", ["audit", "public", "leader"])
def test_who_may_not_report_has_no_round(centre: Centre, person: str) -> None:
    assert centre.client(person).get("/api/v1/inspections/today").status_code == 404
