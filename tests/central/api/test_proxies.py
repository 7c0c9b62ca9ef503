"""Who calls when a proxy stands before the centre: for the brake on logins, the audit trail, and the counters."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from central.api.throttle import FREE_TRIES_OF_ADDRESS
from central.store.tables import AuditEntry
from tests.central.api.district import PASSWORD, Centre, served

METRICS, LOGIN = "/api/v1/metrics", "/api/v1/auth/login"
TOKEN = "a token of the watch"


def hosts_noted(centre: Centre) -> list[str]:
    with Session(centre.engine) as session:
        found = session.exec(select(AuditEntry).where(col(AuditEntry.action) == "login")).all()
    return [str(json.loads(entry.detail_json)["host"]) for entry in found]


HOSTS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "nobody is trusted": ((), "203.0.113.9", "127.0.0.1"),
    "the proxy is": (("127.0.0.1",), "203.0.113.9", "203.0.113.9"),
    "by its network": (("127.0.0.0/8",), "203.0.113.9", "203.0.113.9"),
    "another machine is": (("10.0.0.1",), "203.0.113.9", "127.0.0.1"),
    "what the caller claims before it is not": (("127.0.0.1",), "198.51.100.1, 203.0.113.9", "203.0.113.9"),
    "a second proxy is passed over": (("127.0.0.1", "10.0.0.1"), "203.0.113.9, 10.0.0.1", "203.0.113.9"),
}


@pytest.mark.parametrize(("trusted", "said", "noted"), HOSTS.values(), ids=HOSTS.keys())
def test_the_address_in_the_audit_trail(
    filled: Engine, tmp_path: Path, trusted: tuple[str, ...], said: str, noted: str
) -> None:
    with served(filled, tmp_path / "data", trusted_proxies=trusted) as centre:
        body = {"username": "leader", "password": PASSWORD}
        assert centre.client().post(LOGIN, json=body, headers={"X-Forwarded-For": said}).is_success
        assert hosts_noted(centre) == [noted]


def test_one_who_guesses_behind_a_proxy_does_not_lock_the_others_out(filled: Engine, tmp_path: Path) -> None:
    with served(filled, tmp_path / "data", trusted_proxies=("127.0.0.1",)) as centre:
        throttle, now = centre.services.throttle, centre.wall()
        for _ in range(FREE_TRIES_OF_ADDRESS + 3):
            throttle.failed("host:203.0.113.9", now=now, free=FREE_TRIES_OF_ADDRESS)
        codes = [login(centre.client(), address) for address in ("203.0.113.9", "203.0.113.10")]
    assert codes == [429, 200]


def login(client: httpx.Client, address: str) -> int:
    body = {"username": "leader", "password": PASSWORD}
    return client.post(LOGIN, json=body, headers={"X-Forwarded-For": address}).status_code


ASKED: dict[str, tuple[dict[str, Any], Mapping[str, str], int]] = {
    "from this machine": ({}, {}, 200),
    "by a proxy of this machine that says so": ({}, {"X-Forwarded-For": "127.0.0.1"}, 404),
    "by one that says it otherwise": ({}, {"Via": "1.1 proxy"}, 404),
    "by a trusted proxy of this machine": ({"trusted_proxies": ("127.0.0.1",)}, {}, 404),
    "by a trusted proxy, for its own machine": (
        {"trusted_proxies": ("127.0.0.1",)},
        {"X-Forwarded-For": "127.0.0.2"},
        404,
    ),
    "with the token": ({"metrics_token": TOKEN}, {"Authorization": f"Bearer {TOKEN}"}, 200),
    "with the token, through a proxy": (
        {"metrics_token": TOKEN, "trusted_proxies": ("127.0.0.1",)},
        {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "203.0.113.9"},
        200,
    ),
    "without the token from this machine": ({"metrics_token": TOKEN}, {}, 404),
    "with another token": ({"metrics_token": TOKEN}, {"Authorization": f"Bearer {TOKEN}x"}, 404),
    "with one that is no ASCII": ({"metrics_token": TOKEN}, {"Authorization": "Bearer \u00e9"}, 404),
}


@pytest.mark.parametrize(("settings", "headers", "status"), ASKED.values(), ids=ASKED.keys())
def test_who_may_read_the_counters(
    filled: Engine, tmp_path: Path, settings: dict[str, Any], headers: Mapping[str, str], status: int
) -> None:
    with served(filled, tmp_path / "data", **settings) as centre:
        spelled = {name.encode(): value.encode() for name, value in headers.items()}
        assert centre.client().get(METRICS, headers=spelled).status_code == status


def test_what_may_be_kept_is_kept_for_one_caller_only(centre: Centre) -> None:
    for path in ("/api/v1/district", "/api/v1/projects/qp/photos", "/api/v1/nowhere"):
        varies = centre.client("leader").get(path).headers["vary"].split(", ")
        assert "Authorization" in varies
        assert set(varies) <= {"Authorization", "Accept-Encoding"}
