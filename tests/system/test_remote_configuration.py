"""Orders of the centre through a real broker to a real agent: applied, refused, taken back, killed on the way."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from random import Random
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from central.store.engine import reading
from tests.edge_agent.remote.brittle import Brittle
from tests.edge_agent.remote.build import a_scene
from tests.edge_agent.vision.test_session import a_models_folder
from tests.services import Broker
from tests.system.ordered import EDGE, District, looked
from wire import topics
from wire.codec import config_statement, encode
from wire.messages import Config
from wire.signing import new_signer


def on_trial(district: District) -> bool:
    """Whether the agent has begun anew under what it tries."""
    trial = district.state.trial
    return trial is not None and trial.starts == 1


def policy_file(folder: Path, every_h: float) -> str:
    path = folder / "policy.toml"
    path.write_text(f"[evidence]\nevery_h = {every_h}\n[broker]\nbeat_s = 0.5\n")
    return str(path)


def test_scene_settings_and_weights_are_changed_and_taken_away_again(district: District, tmp_path: Path) -> None:
    (tmp_path / "scene.json").write_bytes(a_scene(rows=6))
    (tmp_path / "other").mkdir()
    models = a_models_folder(tmp_path / "other")
    scene = ("--scene", f"cam-1={tmp_path / 'scene.json'}")
    said = district.tell("configure", "gw-1", *scene, "--policy", policy_file(tmp_path, 2.0), "--model", str(models))
    assert "is ordered: model model, scene cam-1, settings settings" in said
    district.until(lambda: on_trial(district), "the switch")
    district.frames(2)
    district.until(lambda: district.orders[0].state == "applied", "applied")
    district.until(lambda: looked(district, 4), "frames under the new scene")
    ordered = district.orders[0].id
    shown = subprocess.run(
        [*EDGE, "status", "--settings", str(district.site.root / "agent.toml")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"runs configuration {ordered}, confirmed: model, scene cam-1, settings" in shown.stdout
    district.tell("configure", "clear", "gw-1")
    district.until(lambda: district.state.current > ordered and on_trial(district), "the switch back")
    district.frames(1)
    district.until(lambda: district.orders[0].state == "applied", "cleared")
    district.until(lambda: len(district.readings()) == 5, "all readings at the centre")
    rows = [len(body["stage"]) for body in district.readings()]
    assert rows == [5, 5, 6, 6, 5]
    shown_states = [order["state"] for order in json.loads(district.tell("configure", "status", "gw-1", "--json"))]
    assert shown_states == ["applied", "applied"]
    assert "alone" in district.tell("configure", "status", "gw-1")
    assert district.site.stop() == 0


def test_weights_that_fail_on_a_real_picture_are_taken_back_and_no_frame_is_lost(
    district: District, tmp_path: Path
) -> None:
    (tmp_path / "bad").mkdir()
    bad = a_models_folder(tmp_path / "bad", Brittle())
    district.tell("configure", "gw-1", "--model", str(bad))
    district.until(lambda: on_trial(district), "the switch")
    district.frames(2)
    district.until(lambda: district.orders[0].state == "rolled_back", "taken back")
    assert "camera cam-1" in district.orders[0].reason
    district.until(lambda: looked(district, 4), "the frames looked at by the old weights")
    district.until(lambda: len(district.readings()) == 4, "all readings at the centre")
    assert district.state.current == 0
    assert district.site.status().cameras[0].files_refused == 0


def test_what_cannot_be_used_is_refused_with_its_reason(district: District, tmp_path: Path) -> None:
    (tmp_path / "scene.json").write_text(json.dumps({**json.loads(a_scene()), "work_type": "bridge"}))
    before = district.site.process
    district.tell("configure", "gw-1", "--scene", f"cam-1={tmp_path / 'scene.json'}")
    district.until(lambda: district.orders[0].state == "refused", "refused")
    assert "work_type 'bridge'" in district.orders[0].reason
    (tmp_path / "scene.json").write_bytes(a_scene())
    district.tell("configure", "gw-1", "--only", "--scene", f"cam-9={tmp_path / 'scene.json'}")
    district.until(lambda: district.orders[0].state == "refused", "refused")
    assert "expected one of cam-1" in district.orders[0].reason
    assert district.state.current == 0
    assert before is not None
    assert before.poll() is None


def test_a_forged_order_is_counted_and_changes_nothing(district: District, mosquitto: Broker) -> None:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="forger")
    client.username_pw_set("centre", mosquitto.users["centre"])
    client.connect("127.0.0.1", mosquitto.port)
    client.loop_start()
    plain = Config(gw="gw-1", id=2_000_000_000, issued_at=1, deadline=253_402_300_799_999, parts=())
    forged = encode(Config(**{**_fields(plain), "sig": new_signer().sign(config_statement(plain))}))
    client.publish(topics.down("gw-1", "config"), forged, qos=1, retain=True).wait_for_publish(10)
    district.until(lambda: _security(district) >= 1, "the beat that counts it")
    client.disconnect()
    client.loop_stop()
    assert (district.state.current, district.state.newest) == (0, 0)


def test_killed_at_any_moment_it_comes_to_the_order_in_the_end(district: District, tmp_path: Path) -> None:
    random, wanted = Random(7), 0.0
    for wanted in (2.0, 3.0, 4.0):
        district.tell("configure", "gw-1", "--policy", policy_file(tmp_path, wanted))
        for _ in range(3):
            time.sleep(random.uniform(0.0, 1.5))
            district.site.kill()
            district.start_gateway()
    district.until(lambda: district.state.current == district.orders[0].id, "the last order running")
    district.frames(1)
    district.until(lambda: district.orders[0].state in {"applied", "rolled_back"}, "an answer")
    if district.orders[0].state == "rolled_back":  # killed three times while on trial
        assert "ended 3 times" in district.orders[0].reason
    district.until(lambda: looked(district, 3) and len(district.readings()) == 3, "every frame once")


def _security(district: District) -> int:
    with reading(district.engine) as connection:
        found = connection.exec_driver_sql("SELECT security FROM gateway_status WHERE gateway = 'gw-1'").scalar()
    return int(found or 0)


def _fields(config: Config) -> dict[str, Any]:
    return {name: getattr(config, name) for name in Config.__slots__}
