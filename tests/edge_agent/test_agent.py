"""The whole agent as a process: frames in a folder to records at a centre, killed and started again on the way."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import cv2
import numpy as np
import pytest

from demo.rtsp import StillCamera
from tests.edge_agent.http_server import http_server
from tests.edge_agent.site import START, Site, a_jpeg, deliver, frame_name
from tests.edge_agent.small_centre import SmallCentre
from tests.services import Broker, free_port
from wire.codec import decode_body
from wire.messages import CameraEvent, FaceReading


@pytest.fixture
def site(tmp_path: Path, mosquitto: Broker) -> Iterator[Site]:
    site = Site(root=tmp_path / "gw-1", broker=mosquitto)
    site.root.mkdir()
    yield site
    site.kill()


@pytest.fixture
def centre(mosquitto: Broker) -> Iterator[SmallCentre]:
    centre = SmallCentre(broker=mosquitto).start()
    yield centre
    centre.stop()


def readings(centre: SmallCentre, camera: str = "cam-1") -> list[tuple[int, FaceReading]]:
    """(capture time, body) of the stored readings of a camera, in order of their numbers."""
    keys = sorted(centre.stored)
    bodies = [(centre.stored[key].at, decode_body(centre.stored[key])) for key in keys]
    return [(at, body) for at, body in bodies if isinstance(body, FaceReading) and body.camera == camera]


def times(numbers: range) -> list[int]:
    start_ms = 1788228000000  # 2026-09-01T02:00:00Z
    return [start_ms + number * 3_600_000 for number in numbers]


def test_every_file_once_in_order_though_killed_again_and_again(site: Site, centre: SmallCentre) -> None:
    drop = site.add_folder_camera()
    total = 0
    for _ in range(4):
        deliver(drop, range(total, total + 12))
        total += 12
        before = total - 12
        site.start()
        site.wait_for(lambda s, n=before: s.cameras and s.cameras[0].frames > n + 3, what="some frames looked at")
        site.kill()
    site.start()
    site.wait_for(lambda s: s.cameras[0].frames == total and s.pending == 0, what="all delivered")
    assert site.stop() == 0
    found = readings(centre)
    assert [at for at, _ in found] == times(range(total))
    assert sum(found[-1][1].stage_shares_bp) == 10_000  # seen; whether it is sure of a drawn building is its own matter
    assert site.status().cameras[0].files_read == total
    assert {body.registration for _, body in found[3:]} == {"VERIFIED"}


def remove_whole(folder: Path) -> None:
    """Delete a folder that a running agent may be putting a file into: `rmdir` refuses then, and one asks again."""
    for _ in range(100):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
    raise AssertionError(f"{folder} is filled faster than it is deleted: {list(folder.iterdir())}")


@pytest.mark.parametrize("deleted", ["outbox.*", "outbox.db-wal", "*"])
def test_what_waits_in_a_store_that_somebody_deletes_is_not_lost(
    site: Site, centre: SmallCentre, mosquitto: Broker, deleted: str
) -> None:
    drop = site.add_folder_camera()
    deliver(drop, range(8))
    mosquitto.kill()
    site.start()
    site.wait_for(lambda s: s.cameras and s.cameras[0].frames == 8, what="all looked at", timeout_s=120)
    epoch = site.status().epoch
    if deleted == "*":
        remove_whole(site.data_dir)
    for file in site.data_dir.glob(deleted):
        file.unlink()
    assert site.process is not None
    assert site.process.wait(120) != 0, "what it goes on to write would end with it"
    site.start()
    mosquitto.start()
    site.wait_for(lambda s: s.cameras[0].frames == 8 and s.pending == 0, what="all delivered", timeout_s=120)
    assert site.stop() == 0
    assert [at for at, _ in readings(centre)] == times(range(8))
    assert {key[1] for key in centre.stored} == {epoch}


def test_bad_files_are_told_and_the_others_go_on(site: Site, centre: SmallCentre) -> None:
    drop = site.add_folder_camera()
    deliver(drop, range(2))
    whole = (drop / frame_name(0)).read_bytes()
    (drop / frame_name(2)).write_bytes(whole[: len(whole) // 2])
    (drop / frame_name(3)).write_bytes(b"not an image")
    huge = bytearray(whole)
    at = huge.index(b"\xff\xc0")
    huge[at + 5 : at + 9] = (20_000).to_bytes(2, "big") + (10_000).to_bytes(2, "big")
    (drop / frame_name(4)).write_bytes(huge)
    deliver(drop, range(5, 7))
    site.start()
    site.wait_for(lambda s: s.cameras and s.cameras[0].frames == 4 and s.pending == 0, what="good frames delivered")
    assert site.stop() == 0
    assert [at for at, _ in readings(centre)] == times(range(2)) + times(range(5, 7))
    refused = dict(site.status().cameras[0].refused)
    assert "truncated" in refused[frame_name(2)]
    assert "expected a JPEG or PNG file" in refused[frame_name(3)]
    assert "10000 x 20000 px; expected at most 50000000 px" in refused[frame_name(4)]
    assert all(str(drop / name) in problem for name, problem in refused.items())


def test_a_file_that_was_half_there_is_read_when_it_is_whole(site: Site, centre: SmallCentre) -> None:
    drop = site.add_folder_camera()
    deliver(drop, range(1))
    whole = (drop / frame_name(0)).read_bytes()
    (drop / frame_name(0)).write_bytes(whole[:1000])
    site.start()
    site.wait_for(lambda s: s.cameras and s.cameras[0].files_refused == 1, what="half a file refused")
    (drop / frame_name(0)).write_bytes(whole)
    site.wait_for(lambda s: s.cameras[0].files_read == 1 and s.pending == 0, what="whole file read")
    assert site.stop() == 0
    assert len(readings(centre)) == 1


def set_clock(path: Path, number: int) -> None:
    """Move the replay's clock, as the file is replaced whole."""
    part = path.with_suffix(".part")
    part.write_text((START + timedelta(hours=number)).isoformat())
    part.rename(path)


def test_a_stream_replayed_by_a_clock_file_gives_one_reading_an_instant(
    site: Site, centre: SmallCentre, tmp_path: Path
) -> None:
    server = StillCamera(fps=20).start()
    clock, still = site.root / "clock", tmp_path / "still.jpg"
    site.sections["clock"] = {"source": "file", "path": "clock"}
    site.add_rtsp_camera(server.url, "cam-1")
    shown: list[int] = []
    for number in range(6):
        still.write_bytes(a_jpeg(number * 8))
        server.set_still(still)
        set_clock(clock, number)
        shown.append(number)
        if number in (0, 3):
            site.kill()
            site.start()
        site.wait_for(
            lambda s, n=number: s.cameras and s.cameras[0].last_at == START + timedelta(hours=n),
            what=f"instant {number} looked at",
        )
    site.wait_for(lambda s: s.pending == 0, what="all delivered")
    assert site.stop() == 0
    server.stop()
    found = readings(centre)
    assert [at for at, _ in found] == times(range(6))
    tops = [body.top_storey or 0 for _, body in found]
    assert tops == sorted(tops), f"a frame of another instant was taken: {tops}"
    assert len({body.frame_sha256 for _, body in found}) == 6


def test_a_silent_camera_is_offline_until_a_frame_arrives_and_holds_up_no_other(
    site: Site, centre: SmallCentre, tmp_path: Path
) -> None:
    port = free_port()
    site.add_rtsp_camera(f"rtsp://127.0.0.1:{port}/still", "cam-2", offline_after_s=0.5)
    drop = site.add_folder_camera("cam-1")
    site.start()
    deliver(drop, range(3))
    site.wait_for(lambda s: len(s.cameras) == 2 and "offline" in s.cameras[1].conditions, what="offline told")
    site.wait_for(lambda s: s.cameras[0].frames == 3, what="the other camera goes on")
    still = tmp_path / "still.jpg"
    still.write_bytes(a_jpeg(9))
    server = StillCamera(port=port).start()
    server.set_still(still)
    site.wait_for(lambda s: s.cameras[1].frames > 0, what="a frame")
    site.wait_for(lambda s: s.pending == 0 or s.cameras[1].frames > 3, what="events delivered")
    assert site.stop() == 0
    server.stop()
    bodies = [decode_body(centre.stored[key]) for key in sorted(centre.stored)]
    events = [(e.camera, e.code, e.state) for e in bodies if isinstance(e, CameraEvent) and e.code == "offline"]
    assert events == [("cam-2", "offline", "begin"), ("cam-2", "offline", "end")]


def test_a_frame_of_another_size_than_commissioned_is_refused(site: Site, tmp_path: Path) -> None:
    drop = site.add_folder_camera()
    small = cv2.imencode(".jpg", np.zeros((240, 320, 3), np.uint8))[1].tobytes()
    (drop / frame_name(0)).write_bytes(small)
    deliver(drop, range(1, 2))
    site.start()
    site.wait_for(lambda s: s.cameras and s.cameras[0].frames == 1, what="the good frame")
    assert site.stop() == 0
    assert "320 x 240 px; expected 512 x 384 px" in dict(site.status().cameras[0].refused)[frame_name(0)]


def test_stills_are_kept_until_the_centre_has_taken_them(site: Site, tmp_path: Path) -> None:
    taken: dict[str, bytes] = {}
    answers = [503, 401, 200, 422]

    def put(request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        code = answers.pop(0) if answers else 200
        if code == 200:
            assert request.headers["Authorization"] == "Bearer gw-token"
            taken[request.path.rsplit("/", 1)[-1]] = body
        request.send_response(code)
        request.end_headers()

    (site.root / "token").write_text("gw-token\n")
    with http_server(put=put) as url:
        site.sections["centre"] = {"url": url, "token_file": "token"}
        site.sections["evidence"] = {"every_h": 1}
        deliver(site.add_folder_camera(), range(16, 48, 8))
        site.start()
        site.wait_for(lambda s: s.cameras and s.cameras[0].frames == 4 and s.stills_waiting == 0, what="stills sent")
        assert site.stop() == 0
    assert len(taken) == 3
    assert all(hashlib.sha256(body).hexdigest() == name for name, body in taken.items())
    assert len(list((site.data_dir / "evidence/refused").glob("*.jpg"))) == 1


def test_two_agents_never_share_a_folder(site: Site) -> None:
    site.add_folder_camera()
    site.start()
    site.wait_for(lambda s: s.epoch, what="started")
    command = [sys.executable, "-m", "tests.edge_agent.agent_process", str(site.root / "agent.toml")]
    second = subprocess.run(command, capture_output=True, check=False)
    assert b"held by another agent; expected one agent for a data folder" in second.stderr
    assert second.returncode != 0
