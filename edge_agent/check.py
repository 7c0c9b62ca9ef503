"""`siteprogress-edge check`: tries everything the agent will need, once each, and says what is wrong."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import httpx

from edge_agent.app import load_networks
from edge_agent.buffer.opening import lock_folder
from edge_agent.camera.messages import Captured, Refused
from edge_agent.camera.nursing import Nursery
from edge_agent.camera.source import Camera
from edge_agent.clock import clock_of, wall
from edge_agent.connection import VersionRefusedError, connect
from edge_agent.errors import EdgeError, StoreBusyError
from edge_agent.identity import signer_of
from edge_agent.settings import Camera as CameraSettings
from edge_agent.settings import Centre, Settings, read_secret, trust_of
from edge_agent.tls_files import TlsFiles, belongs, held_in, is_due
from edge_agent.vision.errors import VisionError
from edge_agent.vision.scene import Scene, load_scene
from edge_agent.vision.see import observable_share_bp
from wire import topics

DISK_FREE_MIN_BYTES = 256 << 20
START_S = 10.0
IN_MEMORY = frozenset({"tmpfs", "ramfs"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One thing tried. `ok` None = works, but look at it."""

    what: str
    ok: bool | None
    detail: str


def check(settings: Settings) -> Iterator[Found]:
    """Try everything, in the order in which a frame goes; results as they come."""
    yield _tried("data folder", lambda: _data_folder(settings.gateway.data_dir))
    yield _tried("clock", lambda: _clock(settings))
    scenes: dict[str, Scene] = {}
    for camera in settings.camera:
        yield _tried(f"scene of {camera.id}", lambda camera=camera: _scene(camera, scenes))  # type: ignore[misc]
    yield _tried("network", lambda: _network(settings, scenes))
    nursery = Nursery()
    try:
        for camera in settings.camera:
            yield _tried(
                f"camera {camera.id}",
                lambda camera=camera: _camera(camera, settings, nursery, scenes.get(camera.id)),  # type: ignore[misc]
            )
    finally:
        nursery.close()
    yield _tried("identity", lambda: _identity(settings))
    yield _tried("broker", lambda: _broker(settings))
    if settings.centre is not None:
        centre = settings.centre
        yield _tried("centre", lambda: _centre(centre))


def _tried(what: str, attempt: Callable[[], Found | str]) -> Found:
    try:
        found = attempt()
    except (EdgeError, VisionError, OSError, httpx.HTTPError) as error:
        return Found(what=what, ok=False, detail=str(error))
    return found if isinstance(found, Found) else Found(what=what, ok=True, detail=found)


def _data_folder(folder: Path) -> Found | str:
    try:
        lock_folder(folder).close()
    except StoreBusyError:
        return Found(what="data folder", ok=None, detail=f"{folder}: an agent is running on it")
    if not os.access(folder, os.W_OK):
        return Found(what="data folder", ok=False, detail=f"{folder}: not writable; expected a folder of this user")
    kind, free = _filesystem(folder), shutil.disk_usage(folder).free
    if kind in IN_MEMORY:
        detail = f"{folder} is on {kind}, which a power cut empties; expected a real disk"
        return Found(what="data folder", ok=None, detail=detail)
    if free < DISK_FREE_MIN_BYTES:
        detail = f"{folder}: {free >> 20} MiB free; expected at least {DISK_FREE_MIN_BYTES >> 20} MiB"
        return Found(what="data folder", ok=None, detail=detail)
    return f"{folder} on {kind}, {free >> 20} MiB free"


def _filesystem(folder: Path) -> str:
    best, kind = "", "unknown"
    for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines():
        _, mount, fs, *_ = line.split(" ")
        if folder.resolve().is_relative_to(mount) and len(mount) >= len(best):
            best, kind = mount, fs
    return kind


def _clock(settings: Settings) -> Found | str:
    clock = clock_of(settings.clock)
    now, state = clock.now(), clock.state()
    shown = f"{now.isoformat(timespec='seconds')} ({settings.clock.source}, {state})"
    return (
        shown if state == "synced" else Found(what="clock", ok=None, detail=f"{shown}; expected a synchronised clock")
    )


def _scene(camera: CameraSettings, scenes: dict[str, Scene]) -> Found | str:
    scene = load_scene(camera.scene)
    scenes[camera.id] = scene
    shares = {face.face_id: observable_share_bp(scene, face) for face in scene.faces}
    shown = ", ".join(f"{face} {share / 100:.0f}%" for face, share in shares.items())
    poor = [face for face, share in shares.items() if share < 6000]
    detail = f"{scene.scene_id}, {scene.work_type}; cells this camera can see: {shown}"
    if poor:
        return Found(what=f"scene of {camera.id}", ok=None, detail=f"{detail}; expected at least 60% of each face")
    return detail


def _network(settings: Settings, scenes: dict[str, Scene]) -> str:
    networks = load_networks(settings, tuple(scenes.values()), network_of=None)
    return ", ".join(f"{kind} {net.sha256[:12]}" for kind, net in networks.items()) or "no scene, none needed"


def _camera(camera: CameraSettings, settings: Settings, nursery: Nursery, scene: Scene | None) -> Found | str:
    arrived = threading.Event()
    source = Camera(camera, settings.limits, start=nursery.capture, known=dict, arrived=arrived, random=Random())
    began = time.monotonic()
    source.open()
    try:
        while not arrived.wait(0.05) and not source.condition.problem and not _waited(source, camera.stale_s, began):
            pass
        item = source.take()
    finally:
        source.close()
    took_s = time.monotonic() - began
    match item:
        case Captured():
            return _size_fits(camera.id, item, scene, took_s=took_s)
        case Refused():
            return Found(what=f"camera {camera.id}", ok=False, detail=item.problem)
    if camera.kind == "folder" and not source.condition.problem:
        return Found(what=f"camera {camera.id}", ok=None, detail=f"{camera.path}: no image yet")
    problem = source.condition.problem or f"no frame within {camera.stale_s:g} s; expected one"
    return Found(what=f"camera {camera.id}", ok=False, detail=problem)


def _waited(source: Camera, limit_s: float, began: float) -> bool:
    """Long enough; the first capture process may take a while to start."""
    now = time.monotonic()
    return now - began > limit_s + START_S or (source.condition.pid is not None and now - began > limit_s)


def _size_fits(camera: str, item: Captured, scene: Scene | None, *, took_s: float) -> Found | str:
    height, width = item.image.shape[:2]
    shown = f"{width} x {height} px after {took_s:.1f} s {item.name}".rstrip()
    if scene is not None and (width, height) != (scene.camera.width_px, scene.camera.height_px):
        expected = f"expected {scene.camera.width_px} x {scene.camera.height_px} px as in scene {scene.scene_id}"
        return Found(what=f"camera {camera}", ok=False, detail=f"{shown}; {expected}")
    if not item.time_known:
        detail = f"{shown}; expected a capture time in the file name or EXIF, the file's own time is a guess"
        return Found(what=f"camera {camera}", ok=None, detail=detail)
    return shown


def _identity(settings: Settings) -> Found | str:
    signer = signer_of(settings.identity)
    signs = f"signs as {signer.public_hex[:12]}…" if signer else "signs nothing"
    if settings.broker.cert_file is None or settings.broker.key_file is None:
        return Found(what="identity", ok=None, detail=f"{signs}; no certificate, expected one of `gateway enroll`")
    files = TlsFiles(
        certificate=settings.broker.cert_file,
        key=settings.broker.key_file,
        ca=settings.broker.ca_file or settings.broker.cert_file,
    )
    held = held_in(files)
    if held is None or not belongs(files.key, held):
        detail = f"{files.certificate} and {files.key} are no pair; expected a certificate and its key in PEM"
        return Found(what="identity", ok=False, detail=detail)
    detail = f"{signs}; certificate until {held.not_valid_after_utc.isoformat(timespec='minutes')}"
    open_to_all = [path for path in (files.key, settings.identity.signing_key) if path and path.stat().st_mode & 0o077]
    if open_to_all:
        what = f"{detail}; {open_to_all[0]} can be read by others, expected mode 0600"
        return Found(what="identity", ok=None, detail=what)
    if not os.access(files.certificate.parent, os.W_OK):
        what = f"{detail}; {files.certificate.parent} cannot be written, expected a folder where it can be renewed"
        return Found(what="identity", ok=None, detail=what)
    return Found(what="identity", ok=None, detail=f"{detail}; due") if is_due(held, wall()) else detail


def _broker(settings: Settings) -> str:
    """Connects under another client id, so that a running agent is not thrown out."""
    broker, gateway = settings.broker, settings.gateway.id
    wanted = ("5", "3.1.1") if broker.protocol == "auto" else (broker.protocol,)
    refused: VersionRefusedError | None = None
    for protocol in wanted:
        try:
            link = connect(broker, client_id=f"{gateway}-check", will=None, protocol=protocol)  # type: ignore[arg-type]
        except VersionRefusedError as error:
            refused = error
            continue
        link.subscribe([topics.all_down(gateway), topics.HOST_STATE], timeout_s=broker.connect_timeout_s)
        link.turn(0.2)
        listening = any(getattr(event, "topic", "") == topics.HOST_STATE for event in link.events)
        link.close()
        return f"{broker.url} by MQTT {protocol}, {'a centre has been seen' if listening else 'no centre seen yet'}"
    assert refused is not None
    raise refused


def _centre(centre: Centre) -> str:
    read_secret(centre.token_file)
    url = f"{centre.url.rstrip('/')}/api/v1/healthz"
    answer = httpx.get(url, timeout=centre.timeout_s, verify=trust_of(centre))
    answer.raise_for_status()
    return f"{url} answers {answer.status_code}"
