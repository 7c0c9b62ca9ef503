"""Security events and dead letters: seen by those who run and audit the district, and by nobody else."""

from __future__ import annotations

import pytest

from central.ingest.commit import commit
from central.ingest.letters import Letter
from central.store.engine import writing
from central.store.save_security import note_security
from tests.central.api.district import Centre


def test_what_was_refused_is_listed_the_newest_first(own_centre: Centre) -> None:
    with writing(own_centre.engine) as connection:
        note_security(connection, code="tls_refused", gateway=None, detail="no certificate", at_ms=1_000)
        for at_ms in (2_000, 3_000):
            note_security(connection, code="bad_signature", gateway="gw-1", detail="frame 1..2", at_ms=at_ms)
    found = own_centre.client("audit").get("/api/v1/security-events").json()
    assert found["total"] == 2
    assert [(event["code"], event["gateway"], event["times"]) for event in found["events"]] == [
        ("bad_signature", "gw-1", 2),
        ("tls_refused", None, 1),
    ]
    assert found["events"][0]["first_at"] < found["events"][0]["last_at"]
    assert len(own_centre.client("admin").get("/api/v1/security-events?limit=1").json()["events"]) == 1


def test_what_could_not_be_taken_is_listed_without_its_bytes(own_centre: Centre) -> None:
    noise = Letter(
        topic="siteprogress/v1/gw-1/up/data", code="malformed", reason="noise", payload=b"\0\1", gateway="gw-1"
    )
    commit(own_centre.engine, frames=[], letters=[noise], now_ms=5)
    found = own_centre.client("admin").get("/api/v1/dead-letters").json()
    assert found["total"] == 1
    (letter,) = found["letters"]
    assert (letter["code"], letter["size_bytes"], letter["replayed_at"]) == ("malformed", 2, None)


@pytest.mark.parametrize("path", ["/security-events", "/dead-letters"])
@pytest.mark.parametrize("person", ["leader", "owner", "unit", "street", "public", "nobody"])
def test_others_see_no_such_address(centre: Centre, person: str, path: str) -> None:
    assert centre.client(person).get(f"/api/v1{path}").status_code == 404
