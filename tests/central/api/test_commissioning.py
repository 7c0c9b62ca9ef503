"""Commissioning over the API: a frame is asked for with a reason, looked at on record, and a scene is sent once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from central.api.stills import StillFolder
from central.identity.keys import centre_signer
from central.store.engine import reading, writing
from central.store.read_references import newest_asked
from central.store.save_configs import save_results
from tests.central.api.district import Centre
from tests.central.api.pictures import a_jpeg
from tests.central.configuring.build import NOW, a_gateway
from tests.edge_agent.remote.build import a_scene
from wire.codec import config_statement, decode
from wire.messages import References
from wire.signing import verify

PATH = "/api/v1/gateways/gw-7/cameras/cam-1"
REASON = {"reason": "机位移动,重新标定"}
MASKS = [[[0, 0], [20, 0], [20, 20]]]


@pytest.fixture
def centre(one_centre: Centre) -> Centre:
    a_gateway(one_centre.engine, "gw-7")
    return one_centre


def answered(centre: Centre, number: int, **said: Any) -> str:
    """gw-7 answers a request with a frame; the SHA-256 of its still."""
    jpeg = a_jpeg()
    sha256 = hashlib.sha256(jpeg).hexdigest()
    StillFolder(centre.services.settings.data_dir).keep(sha256, jpeg)
    row = {"of": "reference_frame", "gateway": "gw-7", "id": number, "camera": "cam-1", "state": "taken", "why": ""}
    row |= {"config": 0, "scene": a_scene().decode(), "guess": "", "sha256": sha256, "width_px": 8, "height_px": 6}
    with writing(centre.engine) as connection:
        save_results(connection, [row | {"at": NOW} | said])
    return sha256


def test_a_request_is_signed_kept_with_its_reason_and_answered(centre: Centre) -> None:
    admin = centre.client("admin")
    asked = admin.post(f"{PATH}/reference", json=REASON)
    assert asked.status_code == 201, asked.text
    admin.post(f"{PATH.replace('cam-1', 'cam-2')}/reference", json=REASON)
    with reading(centre.engine) as connection:
        told = decode(References, newest_asked(connection)["gw-7"][1].encode())
        noted = connection.exec_driver_sql(
            "SELECT actor, detail_json FROM audit_entry WHERE action = 'gateway.reference' ORDER BY seq"
        ).first()
    key = centre_signer(centre.services.settings.data_dir).public_hex
    assert verify(key, config_statement(told), told.sig)
    assert not verify(key, config_statement(replace(told, gw="gw-8")), told.sig)
    assert [one.camera for one in told.wanted] == ["cam-1", "cam-2"]  # one message says all that is open
    assert noted is not None
    assert (noted.actor, json.loads(noted.detail_json)["reason"]) == ("admin", REASON["reason"])
    before = admin.get(f"{PATH}/commissioning").json()
    assert (before["ask"]["state"], before["frame"], before["scene"]) == ("waiting", None, None)
    sha256 = answered(centre, asked.json()["id"])
    after = admin.get(f"{PATH}/commissioning").json()
    assert (after["ask"]["state"], after["frame"]["still"], after["frame"]["is_old"]) == ("taken", True, False)
    assert after["scene"] == json.loads(a_scene())
    still = admin.get(f"{PATH}/reference/{asked.json()['id']}/still")
    assert (still.status_code, still.headers["content-type"]) == (200, "image/jpeg")
    with reading(centre.engine) as connection:
        seen = connection.exec_driver_sql("SELECT person, kind, sha256 FROM evidence_view").all()
    assert [tuple(row) for row in seen] == [("admin", "reference", sha256)]


def test_who_may_not_finds_nothing_and_discipline_is_told_that_it_reads(centre: Centre) -> None:
    for name in ("owner", "leader"):
        client = centre.client(name)
        assert client.get(f"{PATH}/commissioning").status_code == 404
        assert client.post(f"{PATH}/reference", json=REASON).status_code == 404
        assert client.get(f"{PATH}/reference/1/still").status_code == 404
    discipline = centre.client("discipline")
    assert discipline.post(f"{PATH}/reference", json=REASON).status_code == 403
    assert discipline.post(f"{PATH}/scene", json={"scene": json.loads(a_scene()), "based_on": 0}).status_code == 403
    admin = centre.client("admin")
    assert admin.get(f"{PATH.replace('gw-7', 'gw-77')}/commissioning").status_code == 404


def test_a_preview_is_the_gateways_own_grid_with_its_findings(centre: Centre) -> None:
    scene = json.loads(a_scene(privacy_masks=MASKS))
    face = scene["faces"][0]["face_id"]
    edits = [{"op": "set_rows", "face": face, "rows": 8}, {"op": "set_cols", "face": face, "cols": 3}]
    answer = centre.client("admin").post(f"{PATH}/preview", json={"scene": scene, "edits": edits})
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (len(shown["faces"][0]["nodes"]), len(shown["faces"][0]["nodes"][0])) == (9, 4)
    assert shown["scene"]["faces"][0]["rows"] == 8
    assert "few_anchors" in {finding["code"] for finding in shown["findings"]}
    bad = centre.client("admin").post(f"{PATH}/preview", json={"scene": scene, "edits": [{"op": "fly"}]})
    assert (bad.status_code, bad.json()["error"]["where"].startswith("edits[0]")) == (422, True)


BROKEN: dict[str, tuple[str, Any]] = {
    "a bay line without length": ("col_x", [[150, 300], [150, 300]]),
    "a line beyond all frames": ("col_x", [[1e300, 330], [1e300, 70]]),
    "a storey line without length": ("row_lines", [[200, 330], [200, 330]]),
}


@pytest.mark.parametrize(("lines", "line"), BROKEN.values(), ids=BROKEN.keys())
def test_lines_no_grid_can_be_made_of_are_refused_in_words(centre: Centre, lines: str, line: Any) -> None:
    scene = json.loads(a_scene())
    scene["faces"][0][lines][1] = line
    admin = centre.client("admin")
    for path, more in (("preview", {}), ("scene", {"based_on": 0})):
        answer = admin.post(f"{PATH}/{path}", json={"scene": scene} | more)
        assert answer.status_code in (200, 422), answer.text
        assert path == "preview" or answer.status_code == 422
    vast = json.loads(a_scene()) | {"camera": {"id": "cam-1", "width": 20_000, "height": 20_000}}
    assert admin.post(f"{PATH}/preview", json={"scene": vast}).status_code == 422


def test_a_scene_is_sent_for_this_camera_alone_and_not_over_somebody_elses(centre: Centre) -> None:
    admin = centre.client("admin")
    other = {"scenes": {"cam-2": json.loads(a_scene())}, "settings": {"evidence": {"every_h": 2.0}}}
    first = admin.post("/api/v1/gateways/gw-7/config", json=other).json()
    scene = json.loads(a_scene(rows=6))
    late = admin.post(f"{PATH}/scene", json={"scene": scene, "based_on": 0})
    assert (late.status_code, late.json()["error"]["code"]) == (409, "config_changed")
    sent = admin.post(f"{PATH}/scene", json={"scene": scene, "based_on": first["id"]})
    assert sent.status_code == 201, sent.text
    assert (sent.json()["order"]["state"], sent.json()["based_on"]) == ("waiting", sent.json()["order"]["id"])
    parts = admin.get("/api/v1/gateways/gw-7/config").json()["configs"][0]["parts"]
    assert [(part["kind"], part["name"]) for part in parts] == [
        ("scene", "cam-1"),
        ("scene", "cam-2"),
        ("settings", "settings"),
    ]
    steps = [{"of": "config_step", "gateway": "gw-7", "config": sent.json()["order"]["id"], "step": "received"}]
    steps[0] |= {"epoch": "e1", "seq": 5}
    with writing(centre.engine) as connection:
        save_results(connection, [step | {"at": NOW} for step in steps])
    assert admin.get(f"{PATH}/commissioning").json()["order"]["received_at"] is not None


def test_a_scene_with_errors_is_not_sent(centre: Centre) -> None:
    scene = json.loads(a_scene())
    lines = scene["faces"][0]["row_lines"]
    lines[1], lines[2] = lines[2], lines[1]
    refused = centre.client("admin").post(f"{PATH}/scene", json={"scene": scene, "based_on": 0})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "rows_cross")
