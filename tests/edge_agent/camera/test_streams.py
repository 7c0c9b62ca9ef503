"""RTSP and HTTP cameras through real capture processes: streams that end, hang, lie and come back."""

from __future__ import annotations

import os
import random
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from demo.rtsp import StillCamera
from edge_agent.camera.messages import Captured, Refused
from edge_agent.camera.nursing import Nursery
from edge_agent.camera.source import Camera
from edge_agent.settings import HttpCamera, Limits, RtspCamera
from tests.edge_agent.http_server import http_server
from tests.edge_agent.site import a_jpeg
from tests.services import free_port, wait_until

SHORT = {"scene": "s.json", "interval_s": 0.02, "stale_s": 5.0, "restart_min_s": 0.05, "restart_max_s": 0.2}


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    nursery = Nursery()
    yield nursery
    nursery.close()


@contextmanager
def opened(settings: RtspCamera | HttpCamera, nursery: Nursery, **limits: Any) -> Iterator[Camera]:
    camera = Camera(
        settings,
        Limits(**limits),
        start=nursery.capture,
        known=dict,
        arrived=threading.Event(),
        random=random.Random(3),
    )
    camera.open()
    try:
        yield camera
    finally:
        camera.close()


def rtsp_camera(url: str, **over: Any) -> RtspCamera:
    given = {"id": "c", "kind": "rtsp", "url": url, "open_timeout_s": 4, "read_timeout_s": 1}
    return RtspCamera.model_validate({**SHORT, **given, **over})


def http_camera(url: str, **over: Any) -> HttpCamera:
    return HttpCamera.model_validate({**SHORT, "id": "c", "kind": "http", "url": url, "timeout_s": 1, **over})


@pytest.fixture
def still(tmp_path: Path) -> Path:
    path = tmp_path / "still.jpg"
    path.write_bytes(a_jpeg(1))
    return path


def a_frame(camera: Camera) -> Captured:
    found = wait_until(camera.take, what="something from the camera")
    assert isinstance(found, Captured), found
    return found


def wait_for_frames(camera: Camera, count: int) -> None:
    seen = camera.condition.frames + count
    wait_until(lambda: camera.condition.frames >= seen, what="frames nobody takes")


def test_a_stream_gives_frames_and_comes_back_after_the_server_was_killed(nursery: Nursery, still: Path) -> None:
    server = StillCamera().start()
    server.set_still(still)
    with opened(rtsp_camera(server.url), nursery) as camera:
        assert a_frame(camera).image.shape == (384, 512, 3)
        server.stop()
        wait_until(lambda: camera.condition.restarts > 0, what="stream ended and was noticed")
        assert "expected" in camera.condition.problem
        camera.take()
        again = StillCamera(port=server.port).start()
        again.set_still(still)
        a_frame(camera)
        assert camera.condition.problem == ""
        again.stop()


def test_the_newest_frame_wins(nursery: Nursery, still: Path, tmp_path: Path) -> None:
    server = StillCamera(fps=30).start()
    server.set_still(still)
    with opened(rtsp_camera(server.url), nursery) as camera:
        first = a_frame(camera)
        other = tmp_path / "other.jpg"
        other.write_bytes(a_jpeg(40))
        server.set_still(other)
        wait_until(lambda: camera.condition.overwritten >= 5, what="frames nobody took")
        assert a_frame(camera).sha256 != first.sha256
    server.stop()


def test_a_server_that_accepts_and_says_nothing(nursery: Nursery) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"rtsp://127.0.0.1:{silent.getsockname()[1]}/x"
        with opened(rtsp_camera(url, open_timeout_s=0.5), nursery) as camera:
            wait_until(lambda: "cannot be opened" in camera.condition.problem, what="trouble told")


def test_a_hung_capture_process_is_killed_by_the_watchdog_and_the_others_live(nursery: Nursery, still: Path) -> None:
    server = StillCamera().start()
    server.set_still(still)
    patient = rtsp_camera(server.url, stale_s=3, open_timeout_s=2.9)
    with opened(patient, nursery) as hung, opened(rtsp_camera(server.url, id="d"), nursery) as other:
        a_frame(hung)
        a_frame(other)
        pid, restarts = hung.condition.pid, other.condition.restarts
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)

        def noticed() -> bool:
            hung.watch()
            return hung.condition.restarts > 0

        wait_until(noticed, what="watchdog has killed it")
        assert "hung" in hung.condition.problem
        hung.take()
        a_frame(hung)
        assert hung.condition.pid != pid
        other.take()
        a_frame(other)
        assert other.condition.restarts == restarts
    server.stop()


def test_the_nursery_may_die(still: Path) -> None:
    nursery = Nursery()
    server = StillCamera().start()
    server.set_still(still)
    with opened(rtsp_camera(server.url), nursery) as camera:
        a_frame(camera)
        assert nursery._process is not None
        nursery._process.kill()
        wait_until(lambda: camera.condition.restarts > 0, what="capture process died with the nursery")
        camera.take()
        a_frame(camera)
    server.stop()
    nursery.close()


def test_a_stream_that_is_too_large_is_refused(nursery: Nursery, still: Path) -> None:
    server = StillCamera().start()
    server.set_still(still)
    with opened(rtsp_camera(server.url), nursery, frame_pixels=100_000) as camera:
        found = wait_until(camera.take, what="refusal")
        assert isinstance(found, Refused)
        assert "196608 px a frame; expected at most 100000 px" in found.problem
    server.stop()


def answering(body: bytes, *, status: int = 200) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.end_headers()
        request.wfile.write(body)

    return answer


def test_a_snapshot_with_a_password(nursery: Nursery, tmp_path: Path) -> None:
    asked: list[str | None] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        asked.append(request.headers.get("Authorization"))
        answering(a_jpeg(3))(request)

    (tmp_path / "pw").write_text("geheim\n")
    with http_server(get=answer) as url:
        settings = http_camera(f"{url}/snap.jpg", username="viewer", password_file=tmp_path / "pw")
        with opened(settings, nursery) as camera:
            assert a_frame(camera).image.shape == (384, 512, 3)
            assert asked[0] == "Basic dmlld2VyOmdlaGVpbQ=="
            assert a_frame(camera).captured_s is None


@pytest.mark.parametrize(
    ("body", "status", "limits", "problem"),
    [
        (b"x", 404, {}, "answers 404 Not Found; expected 200 and an image"),
        (b"x" * 50_000, 200, {"image_bytes": 20_000}, "sends more than 20000 bytes"),
        (b"<html>", 200, {}, "expected a JPEG or PNG file"),
        (a_jpeg(1)[:900], 200, {}, "truncated"),
        (a_jpeg(1), 200, {"frame_pixels": 10_000}, "image of 512 x 384 px; expected at most 10000 px"),
    ],
    ids=["404", "too many bytes", "no image", "truncated", "too many pixels"],
)
def test_snapshots_that_cannot_be_used_are_told(
    nursery: Nursery, body: bytes, status: int, limits: dict[str, int], problem: str
) -> None:
    with (
        http_server(get=answering(body, status=status)) as url,
        opened(http_camera(f"{url}/snap.jpg"), nursery, **limits) as camera,
    ):
        wait_until(lambda: problem in camera.condition.problem, what=problem)
        assert f"{url}/snap.jpg" in camera.condition.problem
        assert camera.condition.restarts == 0


def test_nobody_at_the_address(nursery: Nursery) -> None:
    url = f"http://viewer:geheim@127.0.0.1:{free_port()}/snap.jpg"
    with opened(http_camera(url), nursery) as camera:
        wait_until(lambda: "ConnectError" in camera.condition.problem, what="trouble told")
        assert "geheim" not in camera.condition.problem
