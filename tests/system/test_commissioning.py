"""From the page's questions to the first reading: a real broker, a real agent and a real centre commission a camera."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from central.store.engine import reading
from tests.system.ordered import District, looked

CAMERA = "/api/v1/gateways/gw-1/cameras/cam-1"


@pytest.fixture
def client(district: District) -> Iterator[httpx.Client]:
    """Signed in as the administrator of the test's centre."""
    named = ("user", "add", "root", "--name", "Root", "--role", "admin", "--password-stdin")
    made = district.centre.tell(*named, stdin="a long password of the test\n")
    assert made.returncode == 0, made.stderr
    opened = httpx.Client(base_url=f"http://127.0.0.1:{district.centre.port}", timeout=30)
    login = opened.post("/api/v1/auth/login", json={"username": "root", "password": "a long password of the test"})
    opened.headers["Authorization"] = f"Bearer {login.json()['access_token']}"
    yield opened
    opened.close()


@pytest.mark.requirement("C31")
def test_a_frame_is_asked_for_a_changed_face_is_sent_and_its_first_reading_returns(
    district: District, client: httpx.Client
) -> None:
    def now() -> dict[str, Any]:
        found: dict[str, Any] = client.get(f"{CAMERA}/commissioning").json()
        return found

    asked = client.post(f"{CAMERA}/reference", json={"reason": "commissioned for the test"})
    assert asked.status_code == 201, asked.text

    def answered() -> bool:
        """A camera that goes on taking frames: which of them comes after the request was heard, nobody knows."""
        found = now()
        if found["frame"] is None and looked(district, district.delivered):
            district.frames(1)
        return found["frame"] is not None and bool(found["frame"]["still"])

    district.until(answered, "the frame and its still")
    before = now()
    still = client.get(f"{CAMERA}/reference/{before['frame']['id']}/still")
    assert still.content[:2] == b"\xff\xd8"
    with reading(district.centre.engine) as connection:
        looks = connection.exec_driver_sql("SELECT person, kind FROM evidence_view").all()
        noted = connection.exec_driver_sql("SELECT actor FROM audit_entry WHERE action = 'gateway.reference'").all()
    assert ([tuple(row) for row in looks], [tuple(row) for row in noted]) == ([("root", "reference")], [("root",)])
    assert json.loads((district.site.root / "cam-1.scene.json").read_text())["faces"][0]["rows"] == 5
    face = before["scene"]["faces"][0]["face_id"]
    assert [one["face_id"] for one in before["frame"]["guess"]["faces"]] == [face]
    edits = [{"op": "set_rows", "face": face, "rows": 6}]
    preview = client.post(f"{CAMERA}/preview", json={"scene": before["scene"], "edits": edits}).json()
    sent = client.post(f"{CAMERA}/scene", json={"scene": preview["scene"], "based_on": before["based_on"]})
    assert sent.status_code == 201, sent.text
    district.until(lambda: now()["order"]["trial_at"], "on trial")
    district.frames(2)
    district.until(
        lambda: now()["order"]["state"] == "applied" and now()["readings"], "in force, and its first reading"
    )
    after = now()
    assert after["order"]["received_at"] <= after["order"]["trial_at"] <= after["order"]["answered_at"]
    assert (after["readings"][0]["face"], after["frame"]["is_old"]) == (face, True)
    assert len(district.readings()[-1]["stage"]) == 6
    assert district.site.stop() == 0
