"""Work beside money over HTTP: what was done, paid and advised, suspicions, one query of a day."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlmodel import Session

from central.store import tables
from central.store.engine import writing
from central.store.instants import DISTRICT_ZONE, to_ms
from tests.central.api.bookkeeping import an_entry, finance, posted, qp_code
from tests.central.api.district import Centre

CONTRACT_FEN = 800_000_000


def test_work_and_money_stand_side_by_side(own_centre: Centre) -> None:
    client = finance(own_centre)
    project = client.get("/api/v1/projects/qp").json()
    posted(
        client,
        an_entry("b", 600_000_000, kind="budget", day="2026-04-01", line="建安"),
        an_entry("r", 500_000_000, kind="release", day="2026-05-01"),
        an_entry("p", 400_000_000, line="建安", wage_fen=1000, day="2026-06-01"),
        an_entry("later", 9, day="2027-01-01"),
    )
    found = client.get("/api/v1/projects/qp/money").json()
    assert (found["as_of"], found["actual_bp"], found["plan_bp"]) == tuple(
        project[name] for name in ("as_of", "actual_bp", "plan_bp")
    )
    assert (found["budget_fen"], found["released_fen"], found["paid_fen"], found["balance_fen"]) == (
        600_000_000,
        500_000_000,
        400_000_000,
        100_000_000,
    )
    assert (found["paid_of_budget_bp"], found["paid_of_contract_bp"]) == (6666, 5000)
    assert found["pay_gap_bp"] == 5000 - project["actual_bp"]
    earned, bac = found["earned"], found["budget_fen"]  # as for the CPI of every other page
    assert (earned["bac_fen"], earned["ac_fen"]) == (bac, 400_000_000)
    assert (earned["ev_fen"], earned["pv_fen"]) == tuple(
        bac * project[name] // 10_000 for name in ("actual_bp", "plan_bp")
    )
    assert earned["cpi_bp"] == round(10_000 * earned["ev_fen"] / 400_000_000)
    assert earned["spi_bp"] == round(10_000 * earned["ev_fen"] / earned["pv_fen"])
    assert earned["eac_atypical_fen"] == 400_000_000 + bac - earned["ev_fen"]
    assert abs(earned["eac_typical_fen"] - bac * 10_000 / earned["cpi_bp"]) < bac / 1000
    assert found["lines"][0] == {"line": "建安", "budget_fen": 600_000_000, "paid_fen": 400_000_000, "paid_bp": 6666}
    assert found["months"] == [{"month": "2026-06-01", "paid_fen": 400_000_000}]
    unseen = client.get("/api/v1/projects/ml/money").json()
    assert (unseen["actual_bp"], unseen["pay_gap_bp"], unseen["paid_of_contract_bp"]) == (None, None, 0)
    assert unseen["earned"] is None


@pytest.mark.requirement("C17")
def test_advice_is_bound_by_what_was_verified(own_centre: Centre) -> None:
    client = finance(own_centre)
    project = client.get("/api/v1/projects/qp").json()
    verified_bp = max(0, project["actual_bp"] - project["sigma_bp"])
    found = client.get("/api/v1/projects/qp/disbursement", params={"accepted_on": "2026-06-01"}).json()
    assert (found["verified_bp"], found["terms"]["version"]) == (verified_bp, 0)
    assert found["cap_fen"] == found["release_up_to_fen"] == CONTRACT_FEN * verified_bp * 8000 // 10_000**2
    assert (found["due_on"], found["due_at_the_latest"]) == ("2026-07-01", "2026-07-01")
    terms = {"rate_bp": 9000, "wage_month_fen": 50_000, "due_days": 60}
    saved = client.put("/api/v1/projects/qp/payment-terms", json=terms)
    assert (saved.status_code, saved.json()["version"]) == (200, 1)
    assert client.put("/api/v1/projects/qp/payment-terms", json=terms).json()["version"] == 1
    posted(client, an_entry("p", CONTRACT_FEN, wage_fen=20_000, day="2026-06-05"))
    held = client.get("/api/v1/projects/qp/disbursement").json()
    assert (held["release_up_to_fen"], held["wage_due_fen"]) == (0, 30_000)
    assert held["ahead_fen"] == CONTRACT_FEN - CONTRACT_FEN * verified_bp * 9000 // 10_000**2
    assert client.put("/api/v1/projects/qp/payment-terms", json={"rate_bp": 7999}).status_code == 422
    unseen = client.get("/api/v1/projects/ml/disbursement").json()
    assert (unseen["verified_bp"], unseen["cap_fen"]) == (0, 0)


@pytest.mark.requirement("D04", "D13")
def test_suspicions_are_listed(own_centre: Centre) -> None:
    client = finance(own_centre)
    posted(
        client,
        an_entry("r", 10, kind="release", day="2026-01-01"),
        an_entry("a", 500, payee="甲", contract="c"),
        an_entry("b", 500, payee="甲", contract="c", day="2026-05-12"),
        an_entry("c", 500, payee="甲", contract="c", day="2026-05-20"),
        an_entry("d", 7, payee="乙"),
        an_entry("e", 8, payee="丙"),
        an_entry("f", -8, payee="丙", reverses="e"),
        an_entry("s", 100, kind="release", project="ml", day="2026-01-01"),
    )
    found = client.get("/api/v1/ledger/suspicions", params={"from": "2026-01-01", "to": "2026-12-31"}).json()
    told = [(one["kind"], one["projects"], one["vouchers"]) for one in found["suspicions"]]
    assert told == [
        ("paid_twice", ["qp"], ["a", "b"]),
        ("idle", ["ml"], []),
        ("over_release", ["qp"], []),
        ("unmatched", ["qp"], ["d"]),
    ]
    assert found["more"] is False


@pytest.mark.requirement("D09")
def test_one_query_joins_work_money_and_papers_of_a_day(own_centre: Centre) -> None:
    client = finance(own_centre)
    posted(client, an_entry("v1", contract="c-7", day="2026-05-10"), an_entry("v2", day="2026-05-11"))
    midnight = to_ms(datetime(2026, 5, 10, tzinfo=DISTRICT_ZONE))
    claim: dict[str, Any] = {
        "person": "insp",
        "project": "qp",
        "building": "qp-b1",
        "item": "",
        "filename": "",
        "note": "封顶",
    }
    photo: dict[str, Any] = {
        "format": "jpeg",
        "size_bytes": 1,
        "width_px": 1,
        "height_px": 1,
        "shown_bytes": 1,
        "received_at": 1,
    }
    with writing(own_centre.engine) as connection, Session(connection) as session:
        for number, at_ms in enumerate((midnight - 1, midnight, midnight + 86_400_000)):
            session.add(tables.Photo(sha256=str(number) * 64, **photo))
            session.flush()
            session.add(tables.PhotoClaim(sha256=str(number) * 64, taken_at=at_ms, received_at=9, flags="", **claim))
        session.flush()
    found = client.get("/api/v1/projects/qp/days/2026-05-10").json()
    assert found["code"] == qp_code(own_centre)
    assert [(one["voucher"], one["contract"]) for one in found["entries"]] == [("v1", "c-7")]
    assert [one["sha256"][0] for one in found["shown"]] == ["1"]
    assert {one["kind"] for one in found["seen"]} == {"camera"}
    assert all(one["at"].startswith(("2026-05-09T", "2026-05-10T")) and one["refs"] for one in found["seen"])
    assert found["more"] == []
    assert client.get("/api/v1/projects/qp/days/1999-01-01").status_code == 422
    assert own_centre.client("street").get("/api/v1/projects/qp/days/2026-05-10").status_code == 404
