"""Follows the broker's log and makes of every refusal a security event."""

from __future__ import annotations

import json
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from prometheus_client import Gauge
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from central.identity.broker_log import LogReader, Refusal
from central.identity.files import write_whole
from central.store.engine import writing
from central.store.save_security import note_security

log = logging.getLogger(__name__)
BLIND = Gauge("siteprogress_broker_log_unread", "1 = the broker's log, or how far it was read, cannot be used")

POLL_S = 1.0
CHUNK_BYTES = 1 << 20
LINE_BYTES_MAX = 64 << 10  # a topic has at most 65 535 bytes; a longer line is not the broker's
SAME_MAX = 1000  # of one refusal in one look at the log: beyond it the count says "at least"


@dataclass(slots=True, kw_only=True)
class LogFile:
    """A log that grows, is cut or is put aside; `next` reads on from where the place says."""

    path: Path
    inode: int = 0
    offset: int = 0

    def next(self) -> list[str]:
        """The whole lines that are new, at most about 1 MiB of them; none while the file is not there."""
        try:
            with self.path.open("rb") as file:
                self._begin_again_when_new(file.fileno())
                file.seek(self.offset)
                found = file.read(CHUNK_BYTES)
        except FileNotFoundError:
            return []
        whole = found[: found.rfind(b"\n") + 1]
        if not whole and len(found) >= LINE_BYTES_MAX:
            whole = found
        self.offset += len(whole)
        return whole.decode("utf-8", "replace").split("\n")[:-1]

    def _begin_again_when_new(self, descriptor: int) -> None:
        state = os.fstat(descriptor)
        if state.st_ino != self.inode or state.st_size < self.offset:
            self.inode, self.offset = state.st_ino, 0


@dataclass(slots=True, kw_only=True)
class BrokerWatch:
    """`place` is the file that remembers how far the log was read, so that a restart counts nothing twice or not.

    `problems`: what stands in the way now, by what it is (`read`, `place`). Neither stops the watch: it tries again,
    and what it has counted it does not count again while it lives.
    """

    engine: Engine
    path: Path
    place: Path
    now_ms: Callable[[], int]
    centre_clients: frozenset[str] = frozenset()
    stopping: Event = field(default_factory=Event)
    poll_s: float = POLL_S
    problems: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        """Until `stopping` is set."""
        file, reader, owed = self._opened(), LogReader(centre_clients=self.centre_clients), False
        while not self.stopping.is_set():
            lines = self._read(file)
            if lines and not self._kept(refusals(lines, reader, at_ms=self.now_ms())):
                return
            owed = (owed or bool(lines)) and not self._remembers(file)
            if not lines:
                self.stopping.wait(self.poll_s)

    def _read(self, file: LogFile) -> list[str]:
        try:
            lines = file.next()
        except OSError as unread:
            self._trouble("read", f"{self.path}: {unread.strerror}; expected a log this user can read")
            return []
        self._well("read")
        return lines

    def _remembers(self, file: LogFile) -> bool:
        """Whether the place is on the disk."""
        try:
            write_whole(self.place, json.dumps({"inode": file.inode, "offset": file.offset}).encode())
        except OSError as full:
            self._trouble("place", f"{self.place}: {full.strerror}; expected room and a folder this user can write")
            return False
        self._well("place")
        return True

    def _trouble(self, what: str, problem: str) -> None:
        if self.problems.get(what) != problem:
            log.error("the broker's log is not watched as it should be: %s", problem)
        self.problems[what] = problem
        BLIND.set(1)

    def _well(self, what: str) -> None:
        if self.problems.pop(what, None) is not None:
            log.info("the broker's log is watched again what=%s", what)
        BLIND.set(bool(self.problems))

    def _kept(self, found: Counter[Refusal]) -> bool:
        """Whether they are in the database; waits while it does not answer, gives up only when the centre stops."""
        while found:
            try:
                keep(self.engine, found, at_ms=self.now_ms())
                break
            except OperationalError as gone:
                log.warning("security events wait for the database: %s", gone.orig)
            if self.stopping.wait(self.poll_s):
                return False
        return True

    def _opened(self) -> LogFile:
        try:
            held = json.loads(self.place.read_text())
            return LogFile(path=self.path, inode=int(held["inode"]), offset=int(held["offset"]))
        except (OSError, ValueError, KeyError, TypeError):
            return LogFile(path=self.path)  # never read before


def refusals(lines: Iterable[str], reader: LogReader, *, at_ms: int) -> Counter[Refusal]:
    """What these lines tell, the same again counted."""
    return Counter(found for line in lines if (found := reader.take(line, at_ms=at_ms)) is not None)


def keep(engine: Engine, found: Counter[Refusal], *, at_ms: int) -> None:
    """Save them in one transaction and say them in the centre's own log."""
    with writing(engine) as connection:
        for refusal, times in found.items():
            for _ in range(min(times, SAME_MAX)):
                note_security(
                    connection, code=refusal.code, gateway=refusal.gateway, detail=refusal.detail, at_ms=at_ms
                )
    for refusal, times in found.items():
        log.warning(
            "security event: code=%s gateway=%s times=%d %s", refusal.code, refusal.gateway, times, refusal.detail
        )
