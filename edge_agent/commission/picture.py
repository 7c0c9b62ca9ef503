"""Gets the one frame to commission from: an image file, a folder's newest image, a stream or a snapshot address."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from pydantic import ValidationError

from edge_agent.camera.folder import SUFFIXES
from edge_agent.camera.messages import Captured, Refused
from edge_agent.camera.names import capture_time
from edge_agent.camera.nursing import Nursery
from edge_agent.camera.source import Camera, without_login
from edge_agent.errors import CameraError
from edge_agent.settings import HttpCamera, Limits, RtspCamera
from edge_agent.vision.errors import FrameError
from edge_agent.vision.frame import Frame, decode_frame

LIVE_SCHEMES = ("rtsp://", "rtsps://", "http://", "https://")
START_S = 10.0  # the first capture process may take so long to start
POLL_S = 0.05


def take_frame(source: str, *, username: str | None = None, password_file: Path | None = None) -> Frame:
    """One frame from a path or an address. FrameError or CameraError say what was expected."""
    if source.lower().startswith(LIVE_SCHEMES):
        return _live(source, username=username, password_file=password_file)
    path = Path(source)
    return _file(newest_image(path) if path.is_dir() else path)


def newest_image(folder: Path) -> Path:
    """The image with the latest capture time in its name; where names tell none, the file written last."""
    images = [path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file()]
    if not images:
        raise FrameError(source=str(folder), problem="folder without an image", expected="a .jpg or .png file in it")
    return max(images, key=lambda path: (capture_instant(path), path.name))


def capture_instant(path: Path) -> datetime:
    """Capture time by the name, else the file's own time; aware UTC."""
    return capture_time(path.name, zone=UTC) or datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _file(path: Path) -> Frame:
    try:
        data = path.read_bytes()
        captured_at = capture_instant(path)
    except OSError as error:
        problem = f"cannot be read: {error.strerror or os.strerror(error.errno or 0)}"
        raise FrameError(source=str(path), problem=problem, expected="an image file, a folder or an address") from error
    return decode_frame(data, captured_at=captured_at, source=str(path))


def _live(url: str, *, username: str | None, password_file: Path | None) -> Frame:
    """The first live frame of a stream or snapshot address, by the agent's own capture process."""
    shown = without_login(url)
    settings = _settings(url, username=username, password_file=password_file)
    arrived = threading.Event()
    nursery = Nursery()
    camera = Camera(settings, Limits(), start=nursery.capture, known=dict, arrived=arrived, random=Random())
    began = time.monotonic()
    camera.open()
    try:
        while not arrived.wait(POLL_S) and not camera.condition.problem:
            if time.monotonic() - began > settings.stale_s + START_S:
                break
        item = camera.take()
    finally:
        camera.close()
        nursery.close()
    if isinstance(item, Captured):
        return Frame(image=item.image, captured_at=_instant(item), sha256=item.sha256)
    problem = item.problem if isinstance(item, Refused) else camera.condition.problem or "no frame came"
    raise CameraError("commission", f"{shown}: {problem}", expected=f"a frame within {settings.stale_s:g} s")


def _settings(url: str, *, username: str | None, password_file: Path | None) -> RtspCamera | HttpCamera:
    given = {"id": "commission", "scene": Path("unused"), "url": url, "username": username}
    given |= {"password_file": password_file, "interval_s": 1.0}
    try:
        if url.lower().startswith("rtsp"):
            return RtspCamera.model_validate(given | {"kind": "rtsp"})
        return HttpCamera.model_validate(given | {"kind": "http"})
    except ValidationError as error:
        first = error.errors()[0]
        raise CameraError("commission", f"{without_login(url)}: {first['msg']}", expected="an address") from error


def _instant(item: Captured) -> datetime:
    from edge_agent.clock import wall

    return wall() if item.captured_s is None else datetime.fromtimestamp(item.captured_s, UTC)
