"""The sensing loop: what the cameras deliver, looked at, made durable. One frame has all of its effect or none."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from edge_agent.buffer.evidence import EvidenceFolder
from edge_agent.buffer.outbox import CameraState, FileMark, NewRecord, Outbox
from edge_agent.camera.messages import Captured, Refused
from edge_agent.camera.source import Camera
from edge_agent.clock import Clock, ClockError, Stamp
from edge_agent.conditions import Change, after_look, applied, when_silent
from edge_agent.errors import StoreBrokenError, StoreError
from edge_agent.eye import Look, look_at, with_evidence
from edge_agent.remote.looks import Looks
from edge_agent.timekeeping import Timekeeper
from edge_agent.vision.errors import FrameError, MemoryFormatError
from edge_agent.vision.frame import Frame
from edge_agent.vision.memory import CameraMemory
from edge_agent.vision.scene import Scene
from edge_agent.vision.see import Network
from wire.codec import encode_body
from wire.messages import CameraEvent, ReferenceFrame, ReferenceWanted

log = logging.getLogger(__name__)

WAIT_S = 0.05
TEND_S = 1.0
FULL_WAIT_S = 5.0
ROOM_BYTES = 8 << 20  # of stills that go first when the disk is full
FRESH_FRAMES = 3  # of a live camera, after the replay's clock moved: what is in the pipes is of the instant before


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Station:
    """A camera with what belongs to it: its commissioning and the network for its kind of work."""

    camera: Camera
    scene: Scene
    net: Network


@dataclass(slots=True, kw_only=True, eq=False)
class Remembered:
    """What the loop holds of a camera; changed only after the store has it."""

    state: CameraState
    memory: CameraMemory
    inferred_s: float | None = None
    replay_instant: datetime | None = None
    replay_from: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A request for a reference frame and its answer, which names a still that is durable."""

    wanted: ReferenceWanted
    answer: ReferenceFrame


class Sense:
    """One thread's work: `run` until told to stop. `remembered` may be read from anywhere.

    `blamed` is told of a camera's look that failed; True = the configuration on trial answers for it, not the frame.
    """

    def __init__(
        self,
        stations: Sequence[Station],
        outbox: Outbox,
        evidence: EvidenceFolder,
        *,
        clock: Clock,
        replay: bool,
        every_s: float | None,
        arrived: threading.Event,
        blamed: Callable[[str, str], bool] = lambda _camera, _problem: False,
        looks: Looks | None = None,
    ) -> None:
        self.remembered: dict[str, Remembered] = {}
        self.problem = ""
        self.degraded = ""
        self._waits_for: str | None = None
        self._stations = tuple(stations)
        self._outbox = outbox
        self._evidence = evidence
        self._clock = clock
        self._timekeeper = Timekeeper(clock, outbox)
        self._replay = replay
        self._every_s = every_s
        self._arrived = arrived
        self._tended_s = 0.0
        self._blamed = blamed
        self._looks = looks
        for station in self._stations:
            self.remembered[station.camera.id] = _recalled(outbox.camera(station.camera.id))

    def run(self, stop: threading.Event) -> None:
        """Take what has arrived, look, store; tend the cameras in between. StoreBrokenError ends the process."""
        while not stop.is_set():
            self._arrived.wait(WAIT_S)
            self._arrived.clear()
            for station in self._stations:
                if stop.is_set():
                    return
                self._serve(station, stop)
            if time.monotonic() - self._tended_s >= TEND_S:
                self._tended_s = time.monotonic()
                self._tend(stop)

    def _serve(self, station: Station, stop: threading.Event) -> None:
        """The camera's turn: at most one frame."""
        camera = station.camera
        try:
            if self._replay and camera.live and not self._fresh(camera):
                return
            item = camera.take()
            if isinstance(item, Captured):
                if self._replay and not item.live:
                    return
                item = self._look(station, item, stop)
        except ClockError as unset:
            self.problem = str(unset)
            return
        if item is not None:
            self._refuse(station, item, stop)

    def _fresh(self, camera: Camera) -> bool:
        """In a replay a live camera gives one frame an instant, and none that was on its way when the clock moved."""
        held, instant = self.remembered[camera.id], self._clock.now()
        if _ms(instant) <= held.state.last_at:
            return False
        if instant != held.replay_instant:
            held.replay_instant, held.replay_from = instant, camera.condition.live_frames
        return camera.condition.live_frames >= held.replay_from + FRESH_FRAMES

    def _look(self, station: Station, item: Captured, stop: threading.Event) -> Refused | None:
        """Look at a frame and store what it says; what cannot be looked at comes back refused."""
        stamp = self._time_of(item)
        frame = Frame(image=item.image, captured_at=stamp.at, sha256=item.sha256)
        held = self.remembered[station.camera.id]
        try:
            look = look_at(
                frame,
                station.scene,
                station.net,
                camera=station.camera.id,
                memory=held.memory,
                stills_at={face: _utc(at) for face, at in held.state.evidence},
                every_s=self._every_s,
            )
        except FrameError as bad:
            problem = str(bad)
        except Exception as failed:
            log.exception("look failed camera=%s file=%s", station.camera.id, item.name)
            problem = f"{station.camera.id}: look failed with {failed!r}; expected a reading"
        else:
            asked = self._reference(station, look, frame=frame)
            self._store(station.camera, item, look, frame=frame, stamp=stamp, stop=stop, asked=asked)
            return None
        if self._blamed(station.camera.id, problem):
            return None  # not marked: it is looked at again when the trial is over
        station.camera.condition.refused += 1
        station.camera.condition.problem = problem
        return Refused(name=item.name, size_bytes=item.size_bytes, problem=problem)

    def _store(
        self,
        camera: Camera,
        item: Captured,
        look: Look,
        *,
        frame: Frame,
        stamp: Stamp,
        stop: threading.Event,
        asked: Answered | None = None,
    ) -> None:
        held = self.remembered[camera.id]
        changes = after_look(held.state.conditions, quality=look.quality, registration=look.registration)
        at = _ms(stamp.at)
        stills = self._keep(look.stills)
        records = [_event(camera.id, change, stamp=stamp, look=look, sha=item.sha256) for change in changes]
        records += [
            NewRecord(kind="face_reading", at=at, clock=stamp.state, body=encode_body(reading), unset=stamp.unset)
            for reading in with_evidence(look.readings, stills)
        ]
        if asked is not None:
            body = encode_body(asked.answer)
            records.append(NewRecord(kind="reference_frame", at=at, clock=stamp.state, body=body, unset=stamp.unset))
        state = replace(
            held.state,
            last_at=max(at, held.state.last_at),
            frames=held.state.frames + 1,
            memory=look.memory.to_bytes(),
            conditions=applied(held.state.conditions, changes),
            evidence=tuple({**dict(held.state.evidence), **dict.fromkeys(stills, at)}.items()),
        )
        mark = FileMark(name=item.name, size_bytes=item.size_bytes, outcome="read") if item.name else None
        if self._commit(records, state, mark, stop):
            held.state, held.memory, held.inferred_s = state, look.memory, time.monotonic()
            _log_changes(camera.id, changes)
            camera.done()
            if asked is not None and self._looks is not None:
                self._looks.done(asked.wanted)

    def _reference(self, station: Station, look: Look, *, frame: Frame) -> Answered | None:
        """The answer to who asked what this camera sees; None while nobody did, or the frame is not trusted."""
        looks = self._looks
        wanted = looks.wanted(station.camera.id) if looks is not None else None
        if looks is None or wanted is None or look.view is None:
            return None
        made, reason = looks.taken(wanted, frame, station.scene, look.view)
        kept = self._keep({"reference": made.jpeg} if made is not None else {})
        if made is not None and not kept:
            return None  # no room for the still: the next frame is asked again
        answer = looks.answer(wanted, station.scene, made, sha256=kept.get("reference"), reason=reason)
        return Answered(wanted=wanted, answer=answer)

    def _say_hopeless(self) -> None:
        """Requests that no frame will answer are answered all the same."""
        for wanted, answer in self._looks.hopeless() if self._looks is not None else ():
            stamp = self._clock.stamp()
            body = encode_body(answer)
            record = NewRecord(
                kind="reference_frame", at=_ms(stamp.at), clock=stamp.state, body=body, unset=stamp.unset
            )
            self._outbox.append([record])
            if self._looks is not None:
                self._looks.done(wanted)

    def _refuse(self, station: Station, item: Refused, stop: threading.Event) -> None:
        """An image that cannot be used: said, counted, and for a folder marked so that it is not read again."""
        log.warning("image refused camera=%s %s", station.camera.id, item.problem)
        if not item.name:
            return
        held = self.remembered[station.camera.id]
        mark = FileMark(name=item.name, size_bytes=item.size_bytes, outcome=item.problem)
        if self._commit((), held.state, mark, stop):
            station.camera.done()

    def _commit(
        self, records: Sequence[NewRecord], state: CameraState, mark: FileMark | None, stop: threading.Event
    ) -> bool:
        """True when it is on the disk. A full disk is waited out: sending goes on meanwhile and makes room.

        What comes while another record waits (a camera that went silent) does not wait too: it is tried again.
        """
        while True:
            try:
                self._outbox.commit(records, camera=state, file=mark)
            except StoreBrokenError:
                raise
            except StoreError as full:
                dropped = self._evidence.evict(free_bytes=ROOM_BYTES)
                self.problem, self.degraded = str(full), "disk full: readings wait, sending goes on"
                log.error("capture waits, stills dropped=%d: %s", dropped, full)
                if self._waits_for is not None or self._wait_for_room(state.camera, stop):
                    return False
            else:
                self.problem = self.degraded = ""
                self._timekeeper.stamped(unset=any(record.unset is not None for record in records))
                return True

    def _wait_for_room(self, camera: str, stop: threading.Event) -> bool:
        """Tend everything else meanwhile; True when told to stop."""
        self._waits_for = camera
        try:
            for _ in range(round(FULL_WAIT_S / TEND_S)):
                if stop.wait(TEND_S):
                    return True
                self._tend(stop)
        finally:
            self._waits_for = None
        return False

    def _keep(self, stills: Mapping[str, bytes]) -> dict[str, str]:
        """Make stills durable before the readings that name them; without room the reading goes without."""
        kept: dict[str, str] = {}
        for face, jpeg in stills.items():
            try:
                kept[face] = self._evidence.put(jpeg)
            except OSError as error:
                log.error("still not kept face=%s reason=%s", face, error.strerror)
        return kept

    def _time_of(self, item: Captured) -> Stamp:
        """A file's own time is never put right by our clock."""
        if item.captured_s is None:
            return self._clock.stamp()
        at = datetime.fromtimestamp(item.captured_s, UTC)
        return Stamp(at=at, state="synced" if item.time_known else "unknown")

    def _tend(self, stop: threading.Event) -> None:
        """Watchdogs, cameras that went silent, and room on the disk."""
        for station in self._stations:
            station.camera.watch()
            if station.camera.id != self._waits_for:  # its state is in hand
                self._mark_silent(station.camera, stop)
        self._timekeeper.tend()
        self._make_room()
        try:
            self._say_hopeless()
        except StoreBrokenError:
            raise
        except (StoreError, ClockError, OSError) as later:
            log.warning("a request for a reference frame waits: %s", later)

    def _make_room(self) -> None:
        """By policy; a disk too full or too ill even for that stops nothing: it is tried again at the next turn."""
        try:
            self._outbox.stay()
            evicted, dropped = self._outbox.evict(), self._evidence.evict()
        except StoreBrokenError:
            raise
        except (StoreError, OSError) as failed:
            log.error("no room could be made: %s", failed)
            return
        if evicted or dropped:
            log.error("given up for lack of room records=%d stills=%d", evicted, dropped)

    def _mark_silent(self, camera: Camera, stop: threading.Event) -> None:
        held, condition = self.remembered[camera.id], camera.condition
        changes = when_silent(
            held.state.conditions,
            silent_s=time.monotonic() - (condition.frame_s or condition.started_s),
            limit_s=camera.settings.offline_after_s,
            problem=condition.problem,
        )
        if not changes:
            return
        try:
            stamp = self._clock.stamp()
        except ClockError as unset:
            self.problem = str(unset)
            return
        records = [_event(camera.id, change, stamp=stamp) for change in changes]
        state = replace(held.state, conditions=applied(held.state.conditions, changes))
        if self._commit(records, state, None, stop):
            held.state = state
            _log_changes(camera.id, changes)


def _recalled(state: CameraState) -> Remembered:
    """What the store knows of a camera. A memory of another version is let go: the eye starts afresh, and says so."""
    memory = CameraMemory()
    if state.memory is not None:
        try:
            memory = CameraMemory.from_bytes(state.memory)
        except MemoryFormatError as bad:
            log.warning("camera starts without memory camera=%s reason=%s", state.camera, bad)
    return Remembered(state=state, memory=memory)


def _event(camera: str, change: Change, *, stamp: Stamp, look: Look | None = None, sha: str | None = None) -> NewRecord:
    body = CameraEvent(
        camera=camera,
        code=change.code,
        state=change.state,
        detail=change.detail[:500],
        residual_mpx=look.residual_mpx if look else 0,
        frame_sha256=sha,
    )
    return NewRecord(
        kind="camera_event", at=_ms(stamp.at), clock=stamp.state, body=encode_body(body), unset=stamp.unset
    )


def _log_changes(camera: str, changes: Sequence[Change]) -> None:
    for change in changes:
        log.warning("camera=%s %s %s %s", camera, change.code, change.state, change.detail)


def _ms(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)


def _utc(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def inference_ages_ms(remembered: Mapping[str, Remembered]) -> dict[str, int]:
    """Milliseconds since the last look of each camera, -1 = none yet."""
    now = time.monotonic()
    return {
        camera: -1 if held.inferred_s is None else int((now - held.inferred_s) * 1000)
        for camera, held in remembered.items()
    }
