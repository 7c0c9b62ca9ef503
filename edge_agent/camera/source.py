"""A camera as the sense loop knows it: a slot for the newest frame, a supervisor that keeps its process alive."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol
from urllib.parse import quote, urlsplit, urlunsplit

from edge_agent.backoff import Backoff
from edge_agent.camera.messages import (
    Alive,
    Assignment,
    Captured,
    Done,
    Message,
    Opening,
    Refused,
    Trouble,
    receive,
    send,
)
from edge_agent.settings import FolderCamera, HttpCamera, Limits, RtspCamera, read_secret

log = logging.getLogger(__name__)

STABLE_S = 30.0
POLL_S = 0.25
DEATHS_MAX = 2  # a file that kills the process so often is refused


class Capture(Protocol):
    """A running capture process."""

    @property
    def pid(self) -> int: ...
    @property
    def conn(self) -> Any: ...
    def kill(self) -> None: ...
    def close(self) -> None: ...


Start = Callable[[Assignment], Capture]
Settings = RtspCamera | HttpCamera | FolderCamera


@dataclass(slots=True, kw_only=True)
class CameraCondition:
    """What may be read of a camera's life at any time; times are monotonic seconds, None = never."""

    started_s: float
    alive_s: float | None = None
    frame_s: float | None = None
    frames: int = 0
    live_frames: int = 0
    overwritten: int = 0
    refused: int = 0
    restarts: int = 0
    problem: str = ""
    pid: int | None = None


class Camera:
    """One source. `take` gives what has arrived; for a folder, `done` asks for the next file."""

    def __init__(
        self,
        settings: Settings,
        limits: Limits,
        *,
        start: Start,
        known: Callable[[], dict[str, tuple[int, bool]]],
        arrived: threading.Event,
        random: Random,
    ) -> None:
        self.settings = settings
        self.id = settings.id
        self.live = not isinstance(settings, FolderCamera)
        self.condition = CameraCondition(started_s=time.monotonic())
        self._limits = limits
        self._start = start
        self._known = known
        self._arrived = arrived
        self._slot: Captured | Refused | None = None
        self._slot_lock = threading.Lock()
        self._process: Capture | None = None
        self._owes_done: str | None = None  # a folder's file that is in the sense loop's hands
        self._opening: Opening | None = None
        self._deaths: dict[str, int] = {}
        self._stop = threading.Event()
        self._backoff = Backoff(
            min_s=settings.restart_min_s, max_s=settings.restart_max_s, stable_s=STABLE_S, random=random
        )
        self._thread = threading.Thread(target=self._supervise, name=f"camera-{self.id}", daemon=True)

    def open(self) -> None:
        """Start the supervisor."""
        self._thread.start()

    def close(self) -> None:
        """Kill the capture process and end the supervisor."""
        self._stop.set()
        process = self._process
        if process is not None:
            process.kill()
        if self._thread.is_alive():
            self._thread.join(10)

    def take(self) -> Captured | Refused | None:
        """What has arrived since the last call, None if nothing; the slot is empty afterwards."""
        with self._slot_lock:
            taken, self._slot = self._slot, None
        return taken

    def done(self) -> None:
        """The last file of a folder is committed: the next may come. Nothing for live cameras."""
        # Taken before the debt is paid: a process that is started afterwards must not get this answer.
        process, name = self._process, self._owes_done
        self._owes_done = None
        self.condition.alive_s = time.monotonic()
        if process is None or name is None:
            return
        try:
            send(process.conn, Done(name=name))
        except OSError:
            log.info("capture process is gone camera=%s", self.id)

    def watch(self) -> None:
        """The watchdog's turn: kill a capture process that has shown no sign of life for too long."""
        process, alive_s = self._process, self.condition.alive_s
        if process is None or alive_s is None or self._owes_done is not None:
            return
        silent_s = time.monotonic() - alive_s
        if silent_s > self.settings.stale_s:
            log.warning("capture process hangs, killed camera=%s pid=%d silent_s=%.1f", self.id, process.pid, silent_s)
            self.condition.problem = f"capture hung for {silent_s:.0f} s and was started again"
            process.kill()

    def _supervise(self) -> None:
        while not self._stop.is_set():
            started = time.monotonic()
            try:
                self._run_once()
            except (OSError, EOFError, ValueError) as ended:
                log.debug("capture ended camera=%s reason=%r", self.id, ended)
            except Exception:
                log.exception("camera failed camera=%s", self.id)
            if self._stop.is_set():
                return
            self._bury_opening()
            self.condition.restarts += 1
            self._backoff.after_run(time.monotonic() - started)
            wait_s = self._backoff.after_failure()
            log.warning("camera down camera=%s again_in_s=%.1f problem=%s", self.id, wait_s, self.condition.problem)
            self._stop.wait(wait_s)
            while self._owes_done is not None and not self._stop.wait(POLL_S):
                pass  # else a new process would deliver the very file that is being looked at

    def _run_once(self) -> None:
        """One capture process from its birth to its end."""
        self._opening = None
        process = self._start(self._assignment())
        self._process, self.condition.pid = process, process.pid
        self.condition.alive_s = time.monotonic()
        try:
            while not self._stop.is_set():
                if process.conn.poll(POLL_S):
                    self._hear(receive(process.conn))
        finally:
            self._process, self.condition.pid = None, None
            process.close()

    def _hear(self, message: Message) -> None:
        self.condition.alive_s = time.monotonic()
        match message:
            case Alive(well=True):
                self.condition.problem = ""
            case Opening():
                self._opening = message
            case Captured() | Refused():
                self._put(message)
            case Trouble():
                problem = f"{message.problem}; expected {message.expected}"
                if problem != self.condition.problem:
                    log.warning("camera trouble camera=%s %s", self.id, problem)
                self.condition.problem = problem

    def _put(self, arrived: Captured | Refused) -> None:
        self._opening = None
        if isinstance(arrived, Captured):
            self.condition.frame_s = self.condition.alive_s
            self.condition.frames += 1
            self.condition.live_frames += arrived.live
            self.condition.problem = ""
        else:
            self.condition.refused += 1
            self.condition.problem = arrived.problem
        self._offer(arrived)

    def _offer(self, arrived: Captured | Refused) -> None:
        with self._slot_lock:
            self.condition.overwritten += self._slot is not None
            self._slot = arrived
            self._owes_done = None if self.live else arrived.name
        self._arrived.set()

    def _bury_opening(self) -> None:
        """The process died while it decoded a file: after some deaths the file is refused, and the others go on."""
        victim = self._opening
        if victim is None:
            return
        deaths = self._deaths[victim.name] = self._deaths.get(victim.name, 0) + 1
        if deaths >= DEATHS_MAX:
            problem = (
                f"{victim.name}: capture process died {deaths} times decoding it; expected a whole JPEG or PNG file"
            )
            self._offer(Refused(name=victim.name, size_bytes=victim.size_bytes, problem=problem))

    def _assignment(self) -> Assignment:
        settings = self.settings
        options = settings.model_dump(mode="json", exclude={"scene", "password_file"})
        options |= {"camera": self.id, "max_pixels": self._limits.frame_pixels, "max_bytes": self._limits.image_bytes}
        if isinstance(settings, FolderCamera):
            return Assignment(camera=self.id, kind="folder", options=options, known=self._known())
        options["shown_url"] = without_login(settings.url)
        password = read_secret(settings.password_file) if settings.password_file else None
        if isinstance(settings, RtspCamera):
            options["url"] = with_login(settings.url, settings.username, password)
        else:
            options["password"] = password
        return Assignment(camera=self.id, kind=settings.kind, options=options)


def with_login(url: str, username: str | None, password: str | None) -> str:
    """The address with user and password in it, as RTSP clients take them."""
    if username is None:
        return url
    parts = urlsplit(url)
    login = quote(username, safe="") + (f":{quote(password, safe='')}" if password is not None else "")
    return urlunsplit(parts._replace(netloc=f"{login}@{parts.netloc.rpartition('@')[2]}"))


def without_login(url: str) -> str:
    """The address as it may be shown and logged."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
