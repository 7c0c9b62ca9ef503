"""The ingest loop: take what has arrived, commit it, acknowledge it. One thread; the network has its own."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
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
from central.ingest.pace import Pacer
from central.ingest.waiting import BULK_BESIDE_NEWS, Waiting
from wire.codec import OpenedFrame
from wire.messages import Beat, Birth, Presence

log = logging.getLogger(__name__)

INBOX_MAX = 10_000  # brokers hold back QoS 1 themselves (`Lane.unanswered_max`); this is for heartbeats and reconnects
POLL_S = 0.2
RETRY_S_MAX = 5.0
T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Worker:
    """`tell` publishes acks to gateways, `dirtied` hears of projects with new facts, `now_ms` is the receive clock.

    `live`: event times are today's (no replay), so that late and early ones are marked. `stores` is False from the
    first message that the database does not take (it is away, its disk is full) until it takes one again.
    """

    engine: Engine
    tell: Callable[[Sequence[StreamAck]], None]
    dirtied: Callable[[frozenset[str]], None]
    now_ms: Callable[[], int]
    live: bool = True
    inbox: Waiting = field(default_factory=lambda: Waiting(INBOX_MAX))
    pacer: Pacer = field(default_factory=Pacer)
    stopping: Event = field(default_factory=Event)
    stores: bool = True
    _records: int = 0

    def run(self) -> None:
        """Until `stopping` is set. What is not committed by then is not acknowledged, so it comes again."""
        while not self.stopping.is_set():
            deliveries = self.inbox.take(timeout_s=POLL_S)
            metrics.WAITING.set(len(self.inbox))
            if not deliveries:
                continue
            taken_s, self._records = time.monotonic(), 0
            if self._tried(deliveries, open_message) is not None:
                for delivery in deliveries:
                    self._alone(delivery)
            if self._records:
                now_s, busy = time.monotonic(), len(self.inbox.bulk) >= BULK_BESIDE_NEWS
                self.pacer.committed(self._records, took_s=now_s - taken_s, busy=busy, now_s=now_s)

    def receive(self, delivery: Delivery) -> None:
        """For network threads. More than INBOX_MAX is let go: gateways keep their records and send them again."""
        if not self.inbox.put(delivery):
            metrics.DROPPED.inc()
            delivery.acknowledge()  # frees the broker's slot; no record is deleted for a PUBACK

    def _alone(self, delivery: Delivery) -> None:
        """One message of a batch that failed; if it fails alone too it is kept as a letter and stops nobody.

        If not even that can be stored its slot at the broker is freed all the same: a lane whose slots are all taken
        hears nothing more, for ever, and no record is deleted for a PUBACK.
        """
        broken = self._tried([delivery], open_message)
        if broken is not None:
            reason = str(broken.orig) if isinstance(broken, DBAPIError) else repr(broken)
            if self._tried([delivery], partial(set_aside, reason=reason)) is not None:
                self.stores = False
                delivery.acknowledge()

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

    def _handle(self, deliveries: Sequence[Delivery], opened: Sequence[Opened | None]) -> None:
        """Commit what was opened, acknowledge all of it in order of arrival, and tell the gateways."""
        lanes: tuple[list[OpenedFrame], list[OpenedFrame]] = ([], [])
        for delivery, message in zip(deliveries, opened, strict=True):
            if isinstance(message, OpenedFrame):
                lanes[delivery.is_bulk].append(message)
        letters = [message for message in opened if isinstance(message, Letter)]
        hellos = [message for message in opened if isinstance(message, Birth | Beat | Presence)]
        for letter in letters:
            log.warning("dead letter: topic=%s code=%s reason=%s", letter.topic, letter.code, letter.reason)
        acks: list[StreamAck] = []
        if lanes[0] or lanes[1] or letters:
            done = self._committed(*lanes, letters)
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
        self.tell([self._timed(one) for one in acks])

    def _committed(
        self, live: Sequence[OpenedFrame], bulk: Sequence[OpenedFrame], letters: Sequence[Letter]
    ) -> Committed | None:
        for one in bulk:
            self.pacer.arrived(one.frame.gw, now_s=time.monotonic())
        done = self._retried(
            lambda: commit(self.engine, frames=live, bulk=bulk, letters=letters, now_ms=self.now_ms(), live=self.live)
        )
        if done is not None:
            self._records += sum(len(one.frame.recs) for one in (*live, *bulk))
        return done

    def _timed(self, one: StreamAck) -> StreamAck:
        """With the pace of its gateway, and the time as late as it can be said: the gateway sets its clock by it."""
        pace = self.pacer.pace(one.gateway, now_s=time.monotonic())
        at = one.ack.at if one.ack.echo is None else self.now_ms()
        return replace(one, ack=replace(one.ack, pace=pace, at=at))

    def _retried(self, transaction: Callable[[], T]) -> T | None:
        """Run until the database takes it; None when the centre stops first."""
        pause_s = 0.1
        while True:
            try:
                done = transaction()
                self.stores = True
                return done
            except OperationalError as gone:
                self.stores = False
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
        metrics.REFUSED.inc(done.refused)
        if done.conflicts:
            log.error("identity conflict: %s records came with other content than stored", done.conflicts)
        if done.projects:
            self.dirtied(done.projects)
