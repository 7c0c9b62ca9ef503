"""Kept answers: who has one is sent nothing, packed only for who takes it so, and never somebody else's."""

from __future__ import annotations

import gzip
import json

import httpx
import pytest
from fastapi import Request

from central.api.kept import answered, kept
from central.api.schemas import Text
from tests.central.api.district import Centre

LONG = Text(zh="区" * 2_000, en="d" * 2_000)
SHORT = Text(zh="区", en="d")


def asked(**headers: str) -> Request:
    """A question with these headers."""
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": raw, "query_string": b""})


def test_the_tag_is_of_the_content() -> None:
    assert kept(LONG).tag == kept(LONG.model_copy()).tag != kept(SHORT).tag


@pytest.mark.parametrize(
    ("headers", "status", "packed"),
    [
        ({}, 200, False),
        ({"accept_encoding": "br"}, 200, False),
        ({"accept_encoding": "gzip, br"}, 200, True),
        ({"if_none_match": 'W/"other"'}, 200, False),
        ({"if_none_match": "TAG"}, 304, False),
        ({"if_none_match": 'W/"other", TAG', "accept_encoding": "gzip"}, 304, False),
    ],
)
def test_what_is_sent(headers: dict[str, str], status: int, packed: bool) -> None:
    found = kept(LONG)
    said = {name: value.replace("TAG", found.tag) for name, value in headers.items()}
    answer = answered(asked(**said), found)
    assert (answer.status_code, answer.headers.get("content-encoding") == "gzip") == (status, packed)
    assert (answer.headers["etag"], answer.headers["vary"]) == (found.tag, "Authorization, Accept-Encoding")
    body = gzip.decompress(bytes(answer.body)) if packed else bytes(answer.body)
    assert body == (b"" if status == 304 else LONG.model_dump_json().encode())


def test_a_short_answer_is_not_packed() -> None:
    answer = answered(asked(accept_encoding="gzip"), kept(SHORT))
    assert json.loads(bytes(answer.body)) == {"zh": "区", "en": "d"}


def ask(client: httpx.Client, path: str, tag: str | None = None) -> httpx.Response:
    """One question, by a tag that one has."""
    return client.get(f"/api/v1{path}", headers={"If-None-Match": tag} if tag else {})


@pytest.mark.parametrize("path", ["/district", "/district?brief=true", "/projects", "/wall"])
def test_a_tag_of_somebody_elses_answer_brings_ones_own(one_centre: Centre, path: str) -> None:
    leader, owner = one_centre.client("leader"), one_centre.client("owner")
    whole = ask(leader, path)
    assert ask(leader, path, whole.headers["etag"]).status_code == 304
    assert whole.headers["cache-control"] == "no-store"
    mine = ask(owner, path, whole.headers["etag"])
    assert (mine.status_code, mine.json()["total"], whole.json()["total"]) == (200, 1, 2)


def test_who_may_read_no_scores_is_sent_none_though_a_leader_asked_first(one_centre: Centre) -> None:
    seen = {name: ask(one_centre.client(name), "/district").json()["projects"] for name in ("leader", "builder")}
    of_leader = next(one for one in seen["leader"] if one["id"] == "qp")
    (of_builder,) = seen["builder"]
    assert of_leader["score"]["total"] is not None
    assert of_builder == of_leader | {"score": {"total": None, "grade": None}}


def test_without_a_good_token_a_tag_opens_nothing(one_centre: Centre) -> None:
    tag = ask(one_centre.client("leader"), "/district").headers["etag"]
    assert ask(one_centre.client(), "/district", tag).status_code == 401
    assert ask(one_centre.client("public"), "/district", tag).status_code == 404
