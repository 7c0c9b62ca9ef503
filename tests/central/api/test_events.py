"""The event stream: hello, changes within scope, a heartbeat, and an end with the token or the centre."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread

import httpx
import pytest

from tests.central.api.district import NOW, Centre
from tests.services import wait_until


@contextmanager
def following(centre: Centre, person: str) -> Iterator[Iterator[str]]:
    """The lines of a person's stream, after its hello."""
    with centre.client(person).stream("GET", "/api/v1/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = (line for line in stream.iter_lines() if line)
        assert next(lines) == "event: hello"
        assert "at" in json.loads(next(lines).removeprefix("data: "))
        yield lines


def next_event(lines: Iterator[str]) -> tuple[str, dict[str, object]]:
    """Name and data of the next event, heartbeats passed over."""
    name = next(line for line in lines if not line.startswith(":"))
    return name.removeprefix("event: "), json.loads(next(lines).removeprefix("data: "))


def test_a_change_reaches_who_may_see_it(own_centre: Centre) -> None:
    with following(own_centre, "leader") as leader, following(own_centre, "street") as street:
        own_centre.services.changes.publish(["qp"], NOW)
        own_centre.services.changes.publish(["qp", "ml"], NOW)
        assert next_event(leader) == ("changed", {"projects": ["qp"], "at": NOW.isoformat()})
        assert next_event(leader) == ("changed", {"projects": ["qp", "ml"], "at": NOW.isoformat()})
        assert next_event(street) == ("changed", {"projects": ["ml"], "at": NOW.isoformat()})


def test_a_quiet_stream_has_a_heartbeat(one_centre: Centre) -> None:
    with following(one_centre, "leader") as lines:
        assert next(lines).startswith(": ping")


def test_the_stream_ends_with_the_token(one_centre: Centre) -> None:
    client = one_centre.client("leader")
    one_centre.wall.at += timedelta(minutes=19, seconds=59)
    with client.stream("GET", "/api/v1/events") as stream:
        assert [line for line in stream.iter_lines() if line.startswith("event")] == ["event: hello", "event: bye"]


def test_without_a_token_there_is_no_stream(one_centre: Centre) -> None:
    assert one_centre.client().get("/api/v1/events").status_code == 401
    assert one_centre.client("public").get("/api/v1/events").status_code == 404


def test_a_page_that_went_away_is_forgotten(one_centre: Centre) -> None:
    changes = one_centre.services.changes
    with following(one_centre, "leader"):
        assert changes.listening == 1
    changes.publish(["qp"], NOW)
    wait_until(lambda: changes.listening == 0, what="the stream has ended")


def test_many_open_streams_hold_no_database_connection(own_centre: Centre) -> None:
    clients = [own_centre.client("leader") for _ in range(40)]
    with_streams = [client.stream("GET", "/api/v1/events") for client in clients]
    opened: list[httpx.Response] = []
    try:
        for stream in with_streams:
            opened.append(stream.__enter__())
        assert {response.status_code for response in opened} == {200}
        assert own_centre.client("leader").get("/api/v1/district").status_code == 200
    finally:
        for stream in with_streams[: len(opened)]:
            stream.__exit__(None, None, None)


def publish_many(centre: Centre, changes: int) -> None:
    """One change after the other, as fast as it goes."""
    for number in range(changes):
        centre.services.changes.publish([str(number)], NOW)


@pytest.mark.parametrize("changes", [3000])
def test_a_page_that_does_not_read_blocks_nobody(one_centre: Centre, changes: int) -> None:
    with following(one_centre, "leader"):
        publisher = Thread(target=publish_many, args=(one_centre, changes))
        publisher.start()
        publisher.join(timeout=20)
        assert not publisher.is_alive()
        assert one_centre.client("leader").get("/api/v1/healthz").status_code == 200
