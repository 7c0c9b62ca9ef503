"""The ingest loop: take what has arrived, commit it, acknowledge it. One thread; the network has its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from queue import Empty, SimpleQueue
from threading import Event
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, OperationalError

from central.ingest import metrics
from central.ingest.commit import Committed, StreamAck, commit
from central.ingest.delivery import Delivery
from central.ingest.greet import greet
from central.ingest.inbox import Opened, open_message, set_aside
from central.ingest.letters import Letter
from wire.codec import OpenedFrame
from wire.messages import Beat, Birth, Presence

log = logging.getLogger(__name__)

BATCH_MESSAGES_MAX = 50
INBOX_MAX = 10_000  # brokers hold back QoS 1 themselves (RECEIVE_MAXIMUM); this is for heartbeats and reconnects
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
            if self._tried(deliveries, open_message) is not None:
                for delivery in deliveries:
                    self._alone(delivery)

    def receive(self, delivery: Delivery) -> None:
        """For the network thread. More than INBOX_MAX is let go: gateways keep their records and send them again."""
        if self.inbox.qsize() >= INBOX_MAX:
            metrics.DROPPED.inc()
            delivery.acknowledge()  # frees the broker's slot; no record is deleted for a PUBACK
            return
        self.inbox.put(delivery)

    def _alone(self, delivery: Delivery) -> None:
        """One message of a batch that failed; if it fails alone too it is kept as a letter and stops nobody."""
        broken = self._tried([delivery], open_message)
        if broken is not None:
            reason = str(broken.orig) if isinstance(broken, DBAPIError) else repr(broken)
            self._tried([delivery], partial(set_aside, reason=reason))

    def _tried(
        self, deliveries: Sequence[Delivery], opening: Callable[[str, bytes], Opened | None]
    ) -> Exception | None:
        """The outer edge of the loop: what went wrong, None if nothing. Nothing is acknowledged that went wrong."""
        try:
            self._handle(deliveries, [opening(delivery.topic, delivery.payload) for delivery in deliveries])
        except Exception as broken:
            log.exception("ingest failed: messages=%s topic=%s", len(deliveries), deliveries[0].topic)
            return broken
        return None

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

    def _handle(self, deliveries: Sequence[Delivery], opened: Sequence[Opened | None]) -> None:
        frames = [message for message in opened if isinstance(message, OpenedFrame)]
        letters = [message for message in opened if isinstance(message, Letter)]
        hellos = [message for message in opened if isinstance(message, Birth | Beat | Presence)]
        for letter in letters:
            log.warning("dead letter: topic=%s code=%s reason=%s", letter.topic, letter.code, letter.reason)
        acks: list[StreamAck] = []
        if frames or letters:
            done = self._retried(lambda: commit(self.engine, frames=frames, letters=letters, now_ms=self.now_ms()))
            if done is None:
                return
            self._count(done)
            acks += done.acks
        if hellos:
            greeted = self._retried(lambda: greet(self.engine, hellos, now_ms=self.now_ms()))
            if greeted is None:
                return
            acks += greeted
        for delivery in deliveries:
            delivery.acknowledge()
        self.tell(acks)

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
