"""Tells the open pages that something changed: thread-safe, in this process, never blocking who publishes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

WAITING_MAX = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """These projects were assessed anew at this time."""

    projects: tuple[str, ...]
    at: datetime


class Changes:
    """Fans changes out to the subscribed pages. A page that does not read loses the oldest."""

    def __init__(self) -> None:
        self._queues: dict[asyncio.Queue[Change | None], asyncio.AbstractEventLoop] = {}
        self._lock = Lock()

    def publish(self, projects: Iterable[str], at: datetime) -> None:
        """Tell every page; callable from any thread."""
        self._send(Change(projects=tuple(projects), at=at))

    @property
    def listening(self) -> int:
        """How many pages follow."""
        return len(self._queues)

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        self._send(None)

    @contextmanager
    def subscribed(self) -> Iterator[asyncio.Queue[Change | None]]:
        """A queue of the running loop that receives every change while the context is open; None = the centre stops."""
        queue: asyncio.Queue[Change | None] = asyncio.Queue(maxsize=WAITING_MAX)
        with self._lock:
            self._queues[queue] = asyncio.get_running_loop()
        try:
            yield queue
        finally:
            with self._lock:
                del self._queues[queue]

    def _send(self, change: Change | None) -> None:
        with self._lock:
            targets = list(self._queues.items())
        for queue, loop in targets:
            if not loop.is_closed():
                loop.call_soon_threadsafe(_put, queue, change)


def _put(queue: asyncio.Queue[Change | None], change: Change | None) -> None:
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(change)
