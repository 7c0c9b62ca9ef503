"""Logging in: tokens, failures, throttling, the trail; and every way a token may be wrong."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from central.api.policy import ACTIONS
from central.api.throttle import FREE_TRIES_OF_ADDRESS
from central.store.tables import AuditEntry, User
from tests.central.api.district import PASSWORD, Centre


def credentials(username: str = "leader", password: str = PASSWORD) -> dict[str, str]:
    """What a person types."""
    return {"username": username, "password": password}


def test_a_login_gives_a_token_that_opens(centre: Centre) -> None:
    answer = centre.client().post("/api/v1/auth/login", json=credentials())
    assert answer.status_code == 200
    token = answer.json()
    assert (token["token_type"], token["expires_in"]) == ("bearer", 1200)
    me = centre.client(token=token["access_token"]).get("/api/v1/auth/me").json()
    assert (
        me.pop("may") == me.pop("may_everywhere") == [action for action, roles in ACTIONS.items() if "leader" in roles]
    )
    assert me == {
        "username": "leader",
        "name": "the leader",
        "roles": ["leader"],
        "scope": [{"role": "leader", "kind": "district", "id": None}],
    }


def test_who_holds_a_project_only_may_nothing_everywhere(centre: Centre) -> None:
    me = centre.client("builder").get("/api/v1/auth/me").json()
    assert "submit_step" in me["may"]
    assert "read_money" not in me["may"]
    assert me["may_everywhere"] == []


@pytest.mark.requirement("C14")
@pytest.mark.parametrize(
    "wrong", [credentials(password="wrong password"), credentials("nosuch"), credentials("nosuch", "x" * 1024)]
)
def test_a_failed_login_tells_nothing_and_is_noted(own_centre: Centre, wrong: dict[str, str]) -> None:
    answer = own_centre.client().post("/api/v1/auth/login", json=wrong)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (401, "login_failed")
    assert wrong["username"] not in error["what"] + error["expected"]
    with Session(own_centre.engine) as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.action == "login.failed")).all()
        assert [(entry.actor, entry.object) for entry in entries] == [("system:api", f"user/{wrong['username']}")]
        assert wrong["password"] not in entries[0].detail_json


def test_failures_are_slowed_down_until_a_pause_has_passed(one_centre: Centre) -> None:
    client = one_centre.client()
    codes = [client.post("/api/v1/auth/login", json=credentials(password="guess")).status_code for _ in range(7)]
    assert codes == [401] * 6 + [429]
    refused = client.post("/api/v1/auth/login", json=credentials())
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "2")
    assert refused.json()["error"]["code"] == "too_many_tries"
    one_centre.wall.at += timedelta(seconds=3)
    assert client.post("/api/v1/auth/login", json=credentials()).status_code == 200


def test_a_good_account_buys_no_tries_on_others(one_centre: Centre) -> None:
    client = one_centre.client()
    codes = []
    for number in range(FREE_TRIES_OF_ADDRESS + 2):
        assert number > FREE_TRIES_OF_ADDRESS or client.post("/api/v1/auth/login", json=credentials()).is_success
        guess = credentials(username=f"name-{number}", password="guess")
        codes.append(client.post("/api/v1/auth/login", json=guess).status_code)
    assert codes == [401] * (FREE_TRIES_OF_ADDRESS + 1) + [429]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "leader"},
        credentials(username=""),
        credentials(username="a" * 129),
        credentials(username="li\x00"),
        credentials(username="li\ud800"),
        credentials(password=""),
        credentials() | {"remember": True},
        ["leader"],
    ],
)
def test_a_malformed_login_names_the_field(centre: Centre, body: object) -> None:
    json_type = {"Content-Type": "application/json"}
    answer = centre.client().post("/api/v1/auth/login", content=json.dumps(body), headers=json_type)
    assert answer.status_code == 422
    assert answer.json()["error"]["where"].startswith("body")


def test_broken_json_is_named(one_centre: Centre) -> None:
    answer = one_centre.client().post(
        "/api/v1/auth/login", content=b'{"username": ', headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["error"]["what"]) == (422, "malformed JSON")


def test_no_token_an_expired_and_a_wrong_one_are_told_apart(own_centre: Centre) -> None:
    old = own_centre.client("leader")
    own_centre.wall.at += timedelta(minutes=20)
    for client, code in (
        (own_centre.client(), "token_missing"),
        (old, "token_expired"),
        (own_centre.client(token="nonsense"), "token_invalid"),
    ):
        answer = client.get("/api/v1/district")
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, code)
        assert code in answer.headers["www-authenticate"]


def test_a_good_token_is_renewed_an_expired_one_is_not(one_centre: Centre) -> None:
    client = one_centre.client("leader")
    one_centre.wall.at += timedelta(minutes=19)
    renewed = client.post("/api/v1/auth/refresh").json()["access_token"]
    one_centre.wall.at += timedelta(minutes=19)
    assert client.post("/api/v1/auth/refresh").status_code == 401
    assert one_centre.client(token=renewed).get("/api/v1/district").status_code == 200


def test_who_is_barred_is_out_at_once(own_centre: Centre) -> None:
    client = own_centre.client("leader")
    with Session(own_centre.engine) as session:
        person = session.exec(select(User).where(User.username == "leader")).one()
        person.active = False
        session.add(person)
        session.commit()
    assert client.get("/api/v1/district").json()["error"]["code"] == "token_invalid"
    assert own_centre.client().post("/api/v1/auth/login", json=credentials()).status_code == 401
