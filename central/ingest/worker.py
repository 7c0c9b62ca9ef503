"""The ingest loop: take what has arrived, commit it, acknowledge it. One thread; the network has its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from central.ingest import metrics
from central.ingest.commit import Committed, StreamAck, commit
from central.ingest.delivery import Delivery
from central.ingest.greet import greet
from central.ingest.inbox import open_message
from central.ingest.letters import Letter
from wire.codec import OpenedFrame, encode_frame
from wire.messages import Beat, Birth, Frame, Presence
from wire.topics import up

log = logging.getLogger(__name__)

BATCH_MESSAGES_MAX = 50
POLL_S = 0.2
RETRY_S_MAX = 5.0
T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Worker:
    """`tell` publishes acks to gateways, `dirtied` hears of projects with new facts, `now_ms` is the receive clock."""

    engine: Engine
    tell: Callable[[Sequence[StreamAck]], None]
    dirtied: Callable[[frozenset[str]], None]
    now_ms: Callable[[], int]
    inbox: SimpleQueue[Delivery] = field(default_factory=SimpleQueue)
    stopping: Event = field(default_factory=Event)

    def run(self) -> None:
        """Until `stopping` is set. What is not committed by then is not acknowledged, so it comes again."""
        while not self.stopping.is_set():
            deliveries = self._take()
            if not deliveries:
                continue
            try:
                self._handle(deliveries)
            except Exception:
                log.exception("ingest failed: batch of %s messages is not acknowledged", len(deliveries))

    def _take(self) -> list[Delivery]:
        """Everything waiting, at most a batch; while one batch commits the next one gathers by itself."""
        try:
            taken = [self.inbox.get(timeout=POLL_S)]
        except Empty:
            return []
        while len(taken) < BATCH_MESSAGES_MAX:
            try:
                taken.append(self.inbox.get_nowait())
            except Empty:
                break
        metrics.WAITING.set(self.inbox.qsize())
        return taken

    def _handle(self, deliveries: Sequence[Delivery]) -> None:
        opened = [open_message(delivery.topic, delivery.payload) for delivery in deliveries]
        frames = [message for message in opened if isinstance(message, OpenedFrame)]
        letters = [message for message in opened if isinstance(message, Letter)]
        hellos = [message for message in opened if isinstance(message, Birth | Beat | Presence)]
        for letter in letters:
            log.warning("dead letter: topic=%s code=%s reason=%s", letter.topic, letter.code, letter.reason)
        acks: list[StreamAck] = []
        if frames or letters:
            done = self._commit(frames, letters)
            if done is None:
                return
            acks += done.acks
        if hellos:
            greeted = self._retried(lambda: greet(self.engine, hellos, now_ms=self.now_ms()))
            if greeted is None:
                return
            acks += greeted
        for delivery in deliveries:
            delivery.acknowledge()
        self.tell(acks)

    def _commit(self, frames: Sequence[OpenedFrame], letters: Sequence[Letter]) -> Committed | None:
        """The batch in one transaction; if the store refuses its content, one by one, the refused frame as a letter."""
        try:
            done = self._retried(lambda: commit(self.engine, frames=frames, letters=letters, now_ms=self.now_ms()))
        except DBAPIError as refused:
            if len(frames) + len(letters) > 1:
                return self._one_by_one(frames, letters)
            if not frames:
                raise
            frame = frames[0].frame
            log.exception("the store refused a frame: gateway=%s lo=%s hi=%s", frame.gw, frame.lo, frame.hi)
            return self._commit([], [_refused(frame, refused)])
        if done is not None:
            self._count(done)
        return done

    def _one_by_one(self, frames: Sequence[OpenedFrame], letters: Sequence[Letter]) -> Committed | None:
        together = Committed()
        for frame, letter in (*((frame, None) for frame in frames), *((None, letter) for letter in letters)):
            done = self._commit([frame] if frame else [], [letter] if letter else [])
            if done is None:
                return None
            together.acks += done.acks
        return together

    def _retried(self, transaction: Callable[[], T]) -> T | None:
        """Run until the database takes it; None when the centre stops first."""
        pause_s = 0.1
        while True:
            try:
                return transaction()
            except OperationalError as gone:
                metrics.RETRIES.inc()
                log.warning("database not available, trying again in %.1f s: %s", pause_s, gone.orig)
            if self.stopping.wait(pause_s):
                return None
            pause_s = min(2 * pause_s, RETRY_S_MAX)

    def _count(self, done: Committed) -> None:
        metrics.STORED.inc(done.stored)
        metrics.DUPLICATES.inc(done.duplicates)
        metrics.CONFLICTS.inc(done.conflicts)
        metrics.LETTERS.inc(done.letters)
        if done.conflicts:
            log.error("identity conflict: %s records came with other content than stored", done.conflicts)
        if done.projects:
            self.dirtied(done.projects)


def _refused(frame: Frame, why: DBAPIError) -> Letter:
    return Letter(
        topic=up(frame.gw, "data"),
        code="refused_by_store",
        reason=str(why.orig),
        payload=encode_frame(frame),
        gateway=frame.gw,
        epoch=frame.epoch,
        lo=frame.lo,
        hi=frame.hi,
    )
