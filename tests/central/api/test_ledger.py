"""Entries of money over HTTP: who may post and read, what becomes of each, the audit query."""

from __future__ import annotations

import pytest

from tests.central.api.bookkeeping import an_entry, asked, finance, person, posted, qp_code
from tests.central.api.district import Centre


@pytest.mark.requirement("A13")
def test_a_voucher_is_one_entry_and_another_amount_a_recorded_conflict(own_centre: Centre) -> None:
    client = finance(own_centre)
    first = posted(client, an_entry(payee="甲"))
    assert (first["posted"], first["entries"][0]["nth"]) == (1, 1)
    again = posted(client, an_entry(payee="甲", source="erp"), an_entry(payee="甲", amount_fen=101))
    assert [one["outcome"] for one in again["entries"]] == ["known", "conflict"]
    assert again["entries"][1]["differs"] == ["amount_fen"]
    assert [entry["amount_fen"] for entry in asked(client)["entries"]] == [100]
    (conflict,) = client.get("/api/v1/ledger/conflicts").json()["conflicts"]
    assert (conflict["voucher"], conflict["given"]["amount_fen"], conflict["given_by"]) == ("v1", 101, "finance")


def test_each_entry_stands_by_itself(own_centre: Centre) -> None:
    code = qp_code(own_centre)
    found = posted(
        finance(own_centre),
        an_entry("v1", project="nowhere"),
        an_entry("v2", 0),
        an_entry("v3", project="ml"),
        an_entry("v4", -5, reverses="v3"),
        an_entry("v5", wage_fen=101),
        an_entry("v6", project=code),
        an_entry("v\0"),
        an_entry("v7", project="q\0p"),
    )
    refusals = [(one["refusal"] or {}).get("where") for one in found["entries"]]
    assert refusals == ["project", "amount_fen", None, "reverses", "wage_fen", "project", "voucher", "project"]
    assert found["entries"][0]["refusal"]["expected"]["zh"]
    assert (found["posted"], found["refused"]) == (1, 7)


@pytest.mark.parametrize("who", ["admin", "leader", "owner", "audit", "discipline", "street", "builder", "public"])
def test_only_finance_posts_and_locks(centre: Centre, who: str) -> None:
    client = centre.client(who)
    refused = 403 if who == "discipline" else 404  # who reads everything is told that it is all
    for path, body in (
        ("/ledger/entries", {"entries": [an_entry()]}),
        ("/ledger/import", {}),
        ("/ledger/locks", {"month": "2026-01"}),
    ):
        assert client.post(f"/api/v1{path}", json=body).status_code == refused, path
    assert client.put("/api/v1/projects/qp/payment-terms", json={}).status_code == refused
    reads = who in ("leader", "owner", "audit", "discipline")
    for path in ("/projects/qp/money", "/projects/qp/disbursement", "/ledger/locks", "/ledger/template"):
        assert client.get(f"/api/v1{path}").status_code == (200 if reads else 404), path


def test_scope_bounds_what_is_posted_and_read(own_centre: Centre) -> None:
    both = finance(own_centre)
    posted(both, an_entry("q", 5), an_entry("m", 7, project="ml"))
    mine = person(own_centre, "schools", "finance", "unit", "区教育局")
    assert [one["outcome"] for one in posted(mine, an_entry("q2"), an_entry("m2", 1, project="ml"))["entries"]] == [
        "refused",
        "posted",
    ]
    assert asked(mine)["closing"]["pay_fen"] == 8
    assert asked(both)["closing"]["pay_fen"] == 13
    assert [one["name"] for one in asked(mine)["projects"]] == ["ml"]
    query = {"from": "2026-01-01", "to": "2026-12-31", "project": "qp"}
    for path in ("ledger", "ledger/export", "ledger/suspicions", "ledger/conflicts"):
        assert mine.get(f"/api/v1/{path}", params=query).status_code == 404, path
    assert mine.get("/api/v1/projects/qp/money").status_code == 404
    assert mine.post("/api/v1/ledger/locks", json={"month": "2026-01"}).status_code == 404


@pytest.mark.requirement("A42")
def test_opening_and_period_are_closing_and_pages_go_on(own_centre: Centre) -> None:
    client = finance(own_centre)
    days = ["2025-12-31", "2026-01-01", "2026-03-03", "2026-12-31", "2027-01-01"]
    posted(client, *(an_entry(f"r{n}", 10**n, kind="release", day=day) for n, day in enumerate(days)))
    posted(client, *(an_entry(f"v{n}", 2, day="2026-05-01", line="建安", payee="甲") for n in range(5)))
    found = asked(client, limit=3)
    assert (found["opening"]["balance_fen"], found["closing"]["balance_fen"]) == (1, 1 + 1110 - 10)
    assert (found["period"]["release_fen"], found["period"]["pay_fen"], found["period"]["entries"]) == (1110, 10, 8)
    assert [(one["name"], one["pay_fen"]) for one in found["lines"]] == [("建安", 10), ("", 0)]
    assert [one["name"] for one in found["payees"]] == ["甲"]
    assert found["proof"]["heads"][0]["nth"] == 10
    entries = list(found["entries"])
    while found["after"]:
        found = asked(client, limit=3, after=found["after"])
        entries += found["entries"]
    assert len({entry["voucher"] for entry in entries}) == 8
    wrong = client.get("/api/v1/ledger", params={"from": "2026-02-01", "to": "2026-01-31"})
    assert (wrong.status_code, wrong.json()["error"]["where"]) == (422, "query.to")
    wrong = client.get("/api/v1/ledger", params={"from": "2026-02-01", "to": "2026-03-31", "after": "x/1/y"})
    assert (wrong.status_code, wrong.json()["error"]["where"]) == (422, "query.after")


@pytest.mark.requirement("D11")
def test_a_closed_month_takes_nothing(own_centre: Centre) -> None:
    client = finance(own_centre)
    assert client.get("/api/v1/ledger/locks").json() == {"closed_through": None}
    early = client.post("/api/v1/ledger/locks", json={"month": "2026-11"})  # the wall says 2026-11-21
    assert (early.status_code, early.json()["error"]["where"]) == (422, "body.month")
    for _ in range(2):
        assert client.post("/api/v1/ledger/locks", json={"month": "2026-05"}).json() == {"closed_through": "2026-05-31"}
    found = posted(client, an_entry("a", day="2026-05-31"), an_entry("b", day="2026-06-01"))
    assert [one["outcome"] for one in found["entries"]] == ["refused", "posted"]
    assert "已结账" in found["entries"][0]["refusal"]["what"]["zh"]
