"""A watched folder (FTP drop, time-lapse): every image once, in order of capture time, none before it is whole."""

from __future__ import annotations

import os
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from edge_agent.camera.exif import HEAD_BYTES, exif_time
from edge_agent.camera.messages import Alive, Captured, Done, Opening, Refused, Trouble, idle, receive, send
from edge_agent.camera.names import YEARS, capture_time
from edge_agent.vision.errors import FrameError
from edge_agent.vision.frame import decode_frame

SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})
# A file's own time outside these years is none: records of before 1970 or after 9999 fit no message.
SANE_S = tuple(datetime(year, 1, 1, tzinfo=UTC).timestamp() for year in (YEARS.start, YEARS.stop))
HOLD_S = 60.0  # so long an unfinished older file holds back finished newer ones


@dataclass(slots=True, kw_only=True)
class Drop:
    """One file that is not done with: its size and when it was last seen to change, monotonic seconds.

    `name` is what it is called in records and logs; `path` opens it, and need not be UTF-8 (cameras that write GBK).
    """

    name: str
    path: str
    size_bytes: int
    changed_s: float
    first_s: float
    captured_s: float = 0.0
    time_known: bool = True
    timed: bool = False


@dataclass(slots=True, kw_only=True)
class Inbox:
    """What is known of a folder. `known` holds (size, was it read) of each file done with."""

    root: Path
    settle_s: float
    zone: ZoneInfo
    known: dict[str, tuple[int, bool]]
    drops: dict[str, Drop] = field(default_factory=dict)
    _waiting: deque[Drop] | None = None  # the drops by capture time, as long as nothing new was seen

    def look(self, now_s: float) -> None:
        """List the folder and note what is new, what grew and what is gone. OSError when it cannot be listed."""
        found = self._listing()
        self._waiting = None
        for path, size in found.items():
            name = told(path)
            seen = self.known.get(name)
            if seen is not None and (seen[1] or seen[0] == size):
                continue
            drop = self.drops.get(name)
            if drop is None:
                self.drops[name] = Drop(name=name, path=path, size_bytes=size, changed_s=now_s, first_s=now_s)
            elif drop.size_bytes != size:
                drop.size_bytes, drop.changed_s, drop.timed = size, now_s, False
        for name in [drop.name for drop in self.drops.values() if drop.path not in found]:
            del self.drops[name]

    def next_ready(self, now_s: float) -> Drop | None:
        """The oldest whole file, unless a file that is still being written is older and has not waited too long."""
        waiting = self._in_order()
        while waiting and waiting[0].name not in self.drops:
            waiting.popleft()
        for drop in waiting:
            if drop.name not in self.drops:
                continue
            if now_s - drop.changed_s >= self.settle_s:
                return drop
            if now_s - drop.first_s < HOLD_S:
                return None
        return None

    def done(self, drop: Drop, *, read: bool) -> None:
        """This file is done with."""
        self.known[drop.name] = (drop.size_bytes, read)
        self.drops.pop(drop.name, None)

    def _in_order(self) -> deque[Drop]:
        """The drops by capture time. Sorted once a look: a folder may hold two hundred thousand files."""
        if self._waiting is None:
            for drop in self.drops.values():
                if not drop.timed:
                    self._date(drop)
            self._waiting = deque(sorted(self.drops.values(), key=lambda drop: (drop.captured_s, drop.name)))
        return self._waiting

    def _listing(self) -> dict[str, int]:
        """Size of every image by path; a folder below that cannot be listed stands for what is in it, to be refused."""
        found: dict[str, int] = {}
        folders = [""]
        while folders:
            folder = folders.pop()
            try:
                below = self._take(folder, found)
            except OSError:
                if not folder:
                    raise
                found[folder] = 0
            else:
                folders += below
        return found

    def _take(self, folder: str, found: dict[str, int]) -> list[str]:
        """Note the images of one folder; the folders in it."""
        below: list[str] = []
        with os.scandir(self.root / folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                name = f"{folder}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    below.append(f"{name}/")
                elif Path(entry.name).suffix.lower() in SUFFIXES and not self._was_read(name) and entry.is_file():
                    found[name] = self._size(entry)
        return below

    def _was_read(self, path: str) -> bool:
        return self.known.get(told(path), (0, False))[1]

    @staticmethod
    def _size(entry: os.DirEntry[str]) -> int:
        try:
            return entry.stat().st_size
        except OSError:  # gone between listing and looking
            return -1

    def _date(self, drop: Drop) -> None:
        """Capture time: the name's, else EXIF's, else the file's own time, which is a guess."""
        instant = capture_time(drop.path, zone=self.zone)
        if instant is None:
            try:
                with (self.root / drop.path).open("rb") as file:
                    instant = exif_time(file.read(HEAD_BYTES), zone=self.zone)
                    modified_s = os.fstat(file.fileno()).st_mtime
            except OSError:
                instant, modified_s = None, time.time()
            if not SANE_S[0] <= modified_s < SANE_S[1]:
                modified_s = time.time()
            drop.time_known = instant is not None
            drop.captured_s = modified_s if instant is None else instant.timestamp()
        else:
            drop.time_known, drop.captured_s = True, instant.timestamp()
        drop.timed = True


def told(path: str) -> str:
    """A file's path as text that can be stored and sent: bytes that are no UTF-8 as \\xNN."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def watch(conn: Connection, options: dict[str, Any], known: dict[str, tuple[int, bool]]) -> None:
    """Send each whole image in order and wait for the agent's `Done` before the next, for ever."""
    inbox = Inbox(
        root=Path(options["path"]),
        settle_s=options["settle_s"],
        zone=ZoneInfo(options["timezone"]),
        known={name: (size, read) for name, (size, read) in known.items()},
    )
    while True:
        try:
            inbox.look(time.monotonic())
        except OSError as error:
            send(conn, Trouble(problem=f"{inbox.root}: {error.strerror}", expected="a folder this user can read"))
        else:
            send(conn, Alive(well=True))
        while (drop := inbox.next_ready(time.monotonic())) is not None:
            _deliver(conn, inbox, drop, options)
        idle(conn, options["interval_s"])


def _deliver(conn: Connection, inbox: Inbox, drop: Drop, options: dict[str, Any]) -> None:
    send(conn, Opening(name=drop.name, size_bytes=drop.size_bytes))
    path = inbox.root / drop.path
    shown = told(str(path))
    try:
        message = _captured(path, drop, options)
    except FrameError as error:
        message = Refused(name=drop.name, size_bytes=drop.size_bytes, problem=str(error))
    except FileNotFoundError:
        inbox.drops.pop(drop.name, None)
        return
    except OSError as error:
        problem = f"{shown}: {error.strerror}; expected a readable file"
        message = Refused(name=drop.name, size_bytes=drop.size_bytes, problem=problem)
    send(conn, message)
    while receive(conn) != Done(name=drop.name):
        pass
    inbox.done(drop, read=isinstance(message, Captured))


def _captured(path: Path, drop: Drop, options: dict[str, Any]) -> Captured | Refused:
    if drop.size_bytes > options["max_bytes"]:
        problem = f"file of {drop.size_bytes} bytes"
        raise FrameError(source=told(str(path)), problem=problem, expected=f"at most {options['max_bytes']} bytes")
    captured_at = datetime.fromtimestamp(drop.captured_s, UTC)
    data = path.read_bytes()
    frame = decode_frame(data, captured_at=captured_at, source=told(str(path)), max_pixels=options["max_pixels"])
    return Captured(
        image=frame.image,
        sha256=frame.sha256,
        captured_s=drop.captured_s,
        time_known=drop.time_known,
        name=drop.name,
        size_bytes=len(data),
    )
