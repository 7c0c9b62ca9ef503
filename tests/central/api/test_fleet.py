"""The fleet: what gateways run and hold, what was ordered of them, and what their cameras read in a day and why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, update

from central.api.views.running import Running, lagging
from central.api.views.troubles import Health, troubles_of
from central.store import tables
from central.store.engine import writing
from central.store.instants import to_ms
from central.store.save_security import note_security
from central.store.save_status import save_beats, save_birth
from central.store.upsert import table_of
from tests.central.api.district import NOW, WALL, Centre
from wire.messages import Beat, Birth

MODEL = "ab" * 32
WALL_MS = to_ms(WALL)


def spoken(connection: Connection) -> None:
    """Birth and beat of gw-1."""
    birth = Birth(
        gw="gw-1", epoch="e1", boot="b1", oldest=1, newest=145, clock="synced", sent_at=1,
        software="siteprogress/0.1.0", model_sha256=MODEL, cameras=("c1", "c2"),
    )  # fmt: skip
    save_birth(connection, birth, now_ms=WALL_MS)
    beat = Beat(
        gw="gw-1", epoch="e1", sent_at=2, produced=150, acked=145, oldest_age_ms=9_000, disk_free_bytes=5 << 30,
        cameras=(), in_flight=3, tombstoned=0, clock_offset_ms=-40, security=0, degraded=None,
    )  # fmt: skip
    save_beats(connection, [beat], now_ms=WALL_MS)


def test_what_a_gateway_holds_runs_and_was_ordered(one_centre: Centre) -> None:
    with writing(one_centre.engine) as connection:
        spoken(connection)
        until = {"authority": "devices", "name": "gw-1", "purpose": "gateway", "valid_from_at": 1, "issued_at": 1}
        ends = (WALL_MS + 1, WALL_MS + 2)
        rows = [{**until, "serial": f"{n:x}", "valid_until_at": end, "reason": ""} for n, end in enumerate(ends)]
        connection.execute(insert(table_of(tables.Certificate)), rows)
        config = {"gateway": "gw-1", "issued_by": "admin", "message": "{}", "state": "", "reason": ""}
        deadline = {"issued_at": WALL_MS - 9, "deadline_at": WALL_MS - 1}
        connection.execute(insert(table_of(tables.DesiredConfig)), [{**config, **deadline, "id": n} for n in (7, 8)])
    (gateway,) = one_centre.client("admin").get("/api/v1/fleet").json()["gateways"]
    assert (gateway["models"], gateway["behind"], gateway["disk_free_bytes"]) == ([MODEL], None, 5 << 30)
    assert gateway["certificate_until"].startswith((WALL + timedelta(milliseconds=2)).strftime("%Y-%m-%dT%H:%M:%S"))
    assert (gateway["config"]["id"], gateway["config"]["state"]) == (8, "overdue")
    assert gateway["troubles"] == ["offline", "config", "certificate"]
    assert (gateway["in_flight"], gateway["sent"], gateway["clock_offset_ms"]) == (5, 3, -40)


def test_a_day_counts_readings_by_hour_and_why_they_say_nothing(one_centre: Centre) -> None:
    reading = table_of(tables.FaceReading)
    half_a_day = to_ms(NOW - timedelta(hours=12))
    with writing(one_centre.engine) as connection:
        spoken(connection)
        connection.execute(
            update(reading).where(reading.c.observed_at >= half_a_day).values(abstained="moved,coverage")
        )
    day = one_centre.client("admin").get("/api/v1/fleet/day").json()
    (gateway,) = day["gateways"]
    assert len(gateway["hours"]) == 24
    assert sum(gateway["hours"]) == sum(camera["readings"] for camera in day["cameras"]) > 0
    said: dict[str, Any] = {camera["camera"]: camera for camera in day["cameras"]}
    assert all(camera["silent"] == camera["reasons"][0]["readings"] for camera in said.values() if camera["reasons"])
    assert {reason["code"] for camera in said.values() for reason in camera["reasons"]} == {"moved", "coverage"}


def test_who_sees_some_projects_sees_the_day_of_their_cameras_only(one_centre: Centre) -> None:
    with writing(one_centre.engine) as connection:
        spoken(connection)
    assert one_centre.client("owner").get("/api/v1/fleet/day").json()["cameras"]
    assert one_centre.client("street").get("/api/v1/fleet/day").json()["cameras"] == []
    assert one_centre.client("builder").get("/api/v1/fleet/day").status_code == 404


def test_security_events_of_one_gateway(one_centre: Centre) -> None:
    with writing(one_centre.engine) as connection:
        for gateway in ("gw-1", "gw-2"):
            note_security(connection, code="bad_signature", gateway=gateway, detail="frame", at_ms=1_000)
    found = one_centre.client("audit").get("/api/v1/security-events?gateway=gw-2").json()
    assert (found["total"], [event["gateway"] for event in found["events"]]) == (1, ["gw-2"])


def running(gateway: str, software: str = "siteprogress/0.2.0", models: str = "a") -> Running:
    return Running(gateway=gateway, software=software, models=models)


@pytest.mark.parametrize(
    ("found", "behind"),
    [
        ([], {}),
        ([running("g1"), running("g2")], {}),
        ([running("g1"), running("g2", "siteprogress/0.1.9")], {"g2": "software"}),
        ([running("g1", "siteprogress/0.10.0"), running("g2", "siteprogress/0.9.0")], {"g2": "software"}),
        ([running("g1"), running("g2"), running("g3", models="b")], {"g3": "models"}),
        ([running("g1"), running("g2", models="b")], {}),  # one against one: nobody knows which is older
        ([running("g1"), running("g2", ""), running("g3", models="")], {}),  # nothing said, nothing judged
    ],
)  # fmt: skip
def test_who_runs_something_older(found: list[Running], behind: dict[str, str]) -> None:
    assert lagging(found) == behind


WELL = Health(
    online=True, revoked=False, degraded=False, refused=0, oldest_age_ms=900_000, clock_offset_ms=-60_000,
    disk_free_bytes=2 << 30, certificate_until=WALL + timedelta(days=30), config="applied", behind=False,
)  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "troubles"),
    [
        ({}, []),
        ({"oldest_age_ms": None, "clock_offset_ms": None, "disk_free_bytes": None, "certificate_until": None}, []),
        ({"clock_offset_ms": -60_001}, ["clock"]),
        ({"oldest_age_ms": 900_001}, ["backlog"]),
        ({"disk_free_bytes": (2 << 30) - 1}, ["disk"]),
        ({"certificate_until": WALL + timedelta(days=30) - timedelta(seconds=1)}, ["certificate"]),
        ({"config": "waiting"}, []),
        ({"config": "rolled_back"}, ["config"]),
        ({"refused": 1, "behind": True}, ["refused", "behind"]),
        ({"online": False, "clock_offset_ms": 90_000, "oldest_age_ms": 10**7, "degraded": True}, ["offline"]),
        ({"online": False, "revoked": True}, ["revoked", "offline"]),
    ],
)
def test_what_is_wrong_with_a_gateway(changed: dict[str, Any], troubles: list[str]) -> None:
    assert troubles_of(replace(WELL, **changed), wall=WALL) == troubles
