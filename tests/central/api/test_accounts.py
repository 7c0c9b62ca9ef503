"""Accounts over HTTP: who may do what, given and withdrawn by an admin, never one's own; discipline stands alone."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from sqlmodel import Session, select

from central.store.tables import AuditEntry
from tests.central.api.district import PASSWORD, Centre
from tests.central.api.test_lives import add_person

CLERK = {"role": "clerk", "kind": "unit", "scope": "区住建局", "basis": "区住建局人事通知 3 号"}


def account(**change: Any) -> dict[str, Any]:
    """A new person."""
    return {"username": "zhang", "name": "张经办", "password": PASSWORD, "grant": CLERK} | change


def give(centre: Centre, username: str, *, by: str = "admin", **change: Any) -> httpx.Response:
    """One more role for somebody."""
    return centre.client(by).post(f"/api/v1/accounts/{username}/grants", json=CLERK | change)


def roles(answer: httpx.Response) -> list[str]:
    """The roles in force of the account that was answered."""
    assert answer.is_success, answer.text
    return sorted(one["role"] for one in answer.json()["grants"] if one["in_force"])


def test_a_new_person_signs_in_and_may_what_was_given(own_centre: Centre) -> None:
    made = own_centre.client("admin").post("/api/v1/accounts", json=account())
    assert made.status_code == 201, made.text
    assert [(one["role"], one["projects"]) for one in made.json()["grants"]] == [("clerk", 1)]
    body = {"username": "zhang", "password": PASSWORD}
    token = own_centre.client().post("/api/v1/auth/login", json=body).json()["access_token"]
    me = own_centre.client(token=token).get("/api/v1/auth/me").json()
    assert sorted(me["may"]) == sorted(made.json()["may"])
    assert [project["id"] for project in own_centre.client("zhang").get("/api/v1/projects").json()["projects"]] == [
        "qp"
    ]
    taken = own_centre.client("admin").post("/api/v1/accounts", json=account())
    assert (taken.status_code, taken.json()["error"]["where"]) == (409, "username")


@pytest.mark.requirement("C06", partly="the levels within a unit are roles; the page gives and withdraws them")
def test_a_role_is_given_and_withdrawn_and_both_stay_on_record(own_centre: Centre) -> None:
    assert roles(give(own_centre, "street", role="supervisor", kind="street", scope="麦岭街道")) == [
        "inspector",
        "supervisor",
    ]
    listed = own_centre.client("audit").get("/api/v1/accounts", params={"role": "supervisor"}).json()
    assert [one["username"] for one in listed["accounts"]] == ["street"]
    number = next(one["id"] for one in listed["accounts"][0]["grants"] if one["role"] == "supervisor")
    path = f"/api/v1/accounts/street/grants/{number}/withdraw"
    admin = own_centre.client("admin")
    gone = admin.post(path, json={"basis": "调离"})
    assert roles(gone) == ["inspector"]
    assert len(gone.json()["grants"]) == 2
    again = admin.post(path, json={"basis": "调离"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "wrong_state")
    with Session(own_centre.engine) as session:
        told = session.exec(select(AuditEntry).where(AuditEntry.object == "user/street")).all()
        assert [(one.actor, one.action) for one in told] == [
            ("admin", "grant.give"),
            ("admin", "grant.withdraw"),
            ("admin", "grant.withdraw.refused"),
        ]
        assert json.loads(told[1].detail_json)["basis"] == "调离"


@pytest.mark.requirement("C08")
@pytest.mark.parametrize(
    ("username", "role", "words"),
    [
        ("street", "discipline", "纪检"),
        ("discipline", "clerk", "纪检"),
        ("audit", "admin", "审计"),
        ("leader", "leader", None),
    ],
)
def test_who_watches_has_no_desk(own_centre: Centre, username: str, role: str, words: str | None) -> None:
    answer = give(own_centre, username, role=role, kind="unit", scope="区住建局")
    if words is None:
        assert answer.status_code == 201
        return
    assert (answer.status_code, answer.json()["error"]["code"], answer.json()["error"]["where"]) == (
        409,
        "conflict",
        "role",
    )
    assert words in answer.json()["text"]["zh"]


def test_nobody_changes_his_own_and_one_admin_always_remains(one_centre: Centre) -> None:
    own = give(one_centre, "admin")
    assert (own.status_code, own.json()["error"]["code"]) == (403, "own_work")
    add_person(one_centre, "second", "admin")
    first = one_centre.client("admin")
    shown = first.get("/api/v1/accounts/second").json()["grants"][0]["id"]
    assert first.post(f"/api/v1/accounts/second/grants/{shown}/withdraw", json={"basis": "轮岗"}).is_success
    assert one_centre.client("second").get("/api/v1/accounts").status_code == 404


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"scope": ""}, "grant.scope"),
        ({"kind": "district"}, "grant.scope"),
        ({"until": "2026-11-20"}, "grant.until"),
    ],
)
def test_a_grant_that_does_not_fit_is_refused_at_its_field(
    one_centre: Centre, change: dict[str, Any], where: str
) -> None:
    answer = give(one_centre, "street", **change)
    assert (answer.status_code, answer.json()["error"]["where"]) == (422, where)
    assert answer.json()["text"]["zh"]


def test_a_role_for_some_days_ends_with_its_last(one_centre: Centre) -> None:
    answer = give(one_centre, "street", role="visitor", kind="district", scope="", until="2026-11-30")
    until = next(one["until"] for one in answer.json()["grants"] if one["role"] == "visitor")
    assert until == "2026-11-30T16:00:00Z"


def test_a_closed_account_is_out_at_once_and_comes_back(one_centre: Centre) -> None:
    admin, street = one_centre.client("admin"), one_centre.client("street")
    assert street.get("/api/v1/auth/me").status_code == 200
    path = "/api/v1/accounts/street/active"
    assert admin.put(path, json={"active": False, "basis": "离职"}).json()["may"] == []
    assert street.get("/api/v1/auth/me").status_code == 401
    closed = admin.get("/api/v1/accounts", params={"state": "closed"}).json()
    assert [one["username"] for one in closed["accounts"]] == ["street"]
    assert admin.put(path, json={"active": True, "basis": "返聘"}).json()["active"] is True
    assert street.get("/api/v1/auth/me").status_code == 200


def test_a_new_password_replaces_the_old_one(one_centre: Centre) -> None:
    admin = one_centre.client("admin")
    short = admin.put("/api/v1/accounts/street/password", json={"password": "短"})
    assert (short.status_code, short.json()["error"]["where"]) == (422, "password")
    assert admin.put("/api/v1/accounts/street/password", json={"password": "another 长密码 77"}).is_success
    tries = [
        one_centre.client().post("/api/v1/auth/login", json={"username": "street", "password": word}).status_code
        for word in (PASSWORD, "another 长密码 77")
    ]
    assert tries == [401, 200]


@pytest.mark.parametrize("who", ["leader", "owner", "street", "nobody"])
def test_others_do_not_learn_of_accounts(one_centre: Centre, who: str) -> None:
    client = one_centre.client(who)
    assert client.get("/api/v1/accounts").status_code == 404
    assert client.post("/api/v1/accounts", json=account()).status_code == 404


def test_who_audits_reads_and_changes_nothing(one_centre: Centre) -> None:
    assert one_centre.client("audit").get("/api/v1/accounts/roles").status_code == 200
    assert one_centre.client("audit").post("/api/v1/accounts", json=account()).status_code == 404
    assert one_centre.client("discipline").post("/api/v1/accounts", json=account()).status_code == 403


@pytest.mark.parametrize(("find", "found"), [("STREET", ["street"]), ("the own", ["owner"]), ("%", []), ("", None)])
def test_accounts_are_found_by_part_of_a_name(one_centre: Centre, find: str, found: list[str] | None) -> None:
    answer = one_centre.client("admin").get("/api/v1/accounts", params={"find": find, "limit": 3}).json()
    names = [one["username"] for one in answer["accounts"]]
    assert (names if found is not None else len(names)) == (found if found is not None else 3)
