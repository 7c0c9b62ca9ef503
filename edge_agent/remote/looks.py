"""Reference frames that people ask for: heard, checked as orders are, answered from the next trusted frame.

`offer` is for the thread that hears the broker, the rest for the sense loop. Which requests were answered is kept in
a small file; lost with it, what is still in time is answered once more.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import cv2

from edge_agent.commission.reference import Reference, View, reference_of
from edge_agent.remote.errors import ConfigError, ForgedError
from edge_agent.remote.message import opened
from edge_agent.remote.state import FOLDER, write_durably
from edge_agent.settings import Settings
from edge_agent.vision.frame import Frame
from wire.messages import Clock, ReferenceFrame, References, ReferenceWanted
from wire.scene.shapes import Scene
from wire.scene.spelling import scene_json

log = logging.getLogger(__name__)

FILE = "looks.json"
SCENE_CHARS_MAX = 60_000
NoFrame = Literal["refused", "expired"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the running agent tells: the machine's time, whether it is set, the configuration, and a forgery heard."""

    now_ms: Callable[[], int]
    clock: Callable[[], Clock]
    config: Callable[[], int]
    forged: Callable[[], None]


@dataclass(slots=True)
class Looks:
    """The open requests by camera; one a camera, the newest. `problem` is the last reason why none was taken."""

    settings: Settings
    around: Surroundings
    centre_key: str | None
    problem: str = ""
    _open: dict[str, ReferenceWanted] = field(default_factory=dict)
    _answered: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._answered = self._read()

    def offer(self, payload: bytes) -> None:
        """A message on down/cmd; it says all that is wanted. An empty one says that nothing is."""
        wanted: tuple[ReferenceWanted, ...] = ()
        if payload:
            if self.centre_key is None:
                self.problem = "a request came, but no [identity] centre_key is set; expected an enrolled gateway"
                log.warning("reference frame not taken: %s", self.problem)
                return
            try:
                wanted = opened(References, payload, gateway=self.settings.gateway.id, key=self.centre_key).wanted
            except ForgedError as forged:
                self.around.forged()
                self.problem = str(forged)
                log.error("request for a reference frame refused as forged: %s", forged)
                return
            except ConfigError as bad:
                self.problem = str(bad)
                return
        newest: dict[str, ReferenceWanted] = {}
        for one in sorted(wanted, key=lambda one: one.id):
            newest[one.camera] = one
        with self._lock:
            self._open = {camera: one for camera, one in newest.items() if one.id > self._answered.get(camera, 0)}

    def wanted(self, camera: str) -> ReferenceWanted | None:
        """What is asked of a camera and in time."""
        with self._lock:
            one = self._open.get(camera)
        return None if one is None or self._late(one) else one

    def taken(self, one: ReferenceWanted, frame: Frame, scene: Scene, view: View) -> tuple[Reference | None, str]:
        """The reference frame, or the reason why this frame gives none."""
        try:
            return reference_of(frame, scene, view), ""
        except (ValueError, cv2.error) as failed:
            log.exception("reference frame not made camera=%s", one.camera)
            return None, str(failed)[:1000]

    def answer(
        self, one: ReferenceWanted, scene: Scene, made: Reference | None, *, sha256: str | None, reason: str
    ) -> ReferenceFrame:
        """The record's body."""
        text = json.dumps(scene_json(scene), ensure_ascii=False, separators=(",", ":"))
        fits = len(text) <= SCENE_CHARS_MAX
        why = reason or ("" if fits else f"the commissioning has {len(text)} characters, expected {SCENE_CHARS_MAX}")
        if made is None or sha256 is None or why:
            return self._refused(one, "refused", why)
        return ReferenceFrame(
            id=one.id,
            camera=one.camera,
            state="taken",
            config=self.around.config(),
            scene=text,
            guess=made.guess,
            evidence_sha256=sha256,
            width_px=made.width_px,
            height_px=made.height_px,
        )

    def hopeless(self) -> tuple[tuple[ReferenceWanted, ReferenceFrame], ...]:
        """Requests that no frame will answer: of no camera of ours, too late, or where no still may leave."""
        with self._lock:
            waiting = tuple(self._open.values())
        told = ((one, *self._why_not(one)) for one in waiting)
        return tuple((one, self._refused(one, state, why)) for one, state, why in told if state)

    def done(self, one: ReferenceWanted) -> None:
        """Answered, and the answer is durable."""
        with self._lock:
            self._answered[one.camera] = max(one.id, self._answered.get(one.camera, 0))
            if self._open.get(one.camera) == one:
                del self._open[one.camera]
            known = dict(self._answered)
        folder = self.settings.gateway.data_dir / FOLDER
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_durably(folder / FILE, json.dumps(known).encode())
        except OSError as full:
            log.warning("answered request is not noted, after a restart it is answered once more: %s", full)

    def _refused(self, one: ReferenceWanted, state: NoFrame, reason: str) -> ReferenceFrame:
        config = self.around.config()
        return ReferenceFrame(id=one.id, camera=one.camera, state=state, reason=reason, config=config)

    def _why_not(self, one: ReferenceWanted) -> tuple[NoFrame | None, str]:
        """State and reason; None = it may still be answered."""
        known = [camera.id for camera in self.settings.camera]
        if one.camera not in known:
            return "refused", f"camera {one.camera}: expected one of {', '.join(sorted(known))}"
        if self.settings.centre is None:
            return "refused", "this gateway sends no stills: no [centre] in its settings"
        if not self.settings.evidence.enabled:
            return "refused", "this gateway keeps no stills: [evidence] enabled is false"
        if self._late(one):
            return "expired", "no trusted frame of this camera came in time (moved, dark, unclear or offline)"
        return None, ""

    def _late(self, one: ReferenceWanted) -> bool:
        return self.around.clock() == "synced" and self.around.now_ms() > one.deadline

    def _read(self) -> dict[str, int]:
        try:
            raw = json.loads((self.settings.gateway.data_dir / FOLDER / FILE).read_bytes())
            return {str(camera): int(number) for camera, number in raw.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, AttributeError, TypeError) as damaged:
            log.warning("answered requests are not known any more: %s", damaged)
            return {}
