"""Tells the open pages that something changed: thread-safe, in this process, never blocking who publishes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Lock, Timer
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

WAITING_MAX = 256
GATHER_S = 0.5
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class Change:
    """These projects were assessed anew, at this time the last of them."""

    projects: tuple[str, ...]
    at: datetime


class Changes:
    """Fans changes out to the subscribed pages. A page that does not read loses the oldest.

    The first is told at once, what follows within GATHER_S as one: a district where something is judged all the time
    wakes five hundred pages twice a second and not at every reading.
    """

    def __init__(self, *, gather_s: float = GATHER_S) -> None:
        self._queues: dict[asyncio.Queue[Change | None], asyncio.AbstractEventLoop] = {}
        self._lock = Lock()
        self._gather_s = gather_s
        self._gathered: dict[str, datetime] = {}
        self._told_s = -gather_s
        self._timer: Timer | None = None
        self._found: WeakKeyDictionary[Change, asyncio.Future[Any]] = WeakKeyDictionary()

    def publish(self, projects: Iterable[str], at: datetime) -> None:
        """Tell every page; callable from any thread."""
        with self._lock:
            for project in projects:
                self._gathered[project] = max(at, self._gathered.get(project, at))
            if self._timer is not None:
                return
            wait_s = self._told_s + self._gather_s - time.monotonic()
            if wait_s > 0:
                self._timer = Timer(wait_s, self._tell)
                self._timer.daemon = True
                self._timer.start()
                return
        self._tell()

    @property
    def listening(self) -> int:
        """How many pages follow."""
        return len(self._queues)

    def close(self) -> None:
        """End every stream, so that the server can stop; what was gathered is told before."""
        self._tell()
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

    async def once(self, change: Change, find: Callable[[], Awaitable[Found]]) -> Found:
        """What every page asks of a change, found by the first that asks; all of them live on one loop."""
        found = self._found.get(change)
        if found is None or found.cancelled() or (found.done() and found.exception() is not None):
            found = asyncio.ensure_future(find())
            self._found[change] = found
        answer: Found = await asyncio.shield(found)
        return answer

    def _tell(self) -> None:
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            gathered, self._gathered = self._gathered, {}
            self._told_s = time.monotonic()
        if gathered:
            self._send(Change(projects=tuple(gathered), at=max(gathered.values())))

    def _send(self, change: Change | None) -> None:
        targets: dict[asyncio.AbstractEventLoop, list[asyncio.Queue[Change | None]]] = {}
        with self._lock:
            for queue, loop in self._queues.items():
                targets.setdefault(loop, []).append(queue)
        for loop, queues in targets.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(_put, queues, change)  # a loop is woken once for all of its pages


def _put(queues: Iterable[asyncio.Queue[Change | None]], change: Change | None) -> None:
    for queue in queues:
        if queue.full():
            queue.get_nowait()
        queue.put_nowait(change)
