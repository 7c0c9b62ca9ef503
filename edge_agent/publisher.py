"""The sending loop: pending records to the centre, frame by frame, until the centre says that it has committed them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from edge_agent.backoff import Backoff
from edge_agent.buffer.opening import new_epoch
from edge_agent.buffer.outbox import Outbox
from edge_agent.connection import Connection, Message, Protocol, Taken, VersionRefusedError, Will, connect
from edge_agent.errors import BrokerError, StoreBrokenError, StoreFullError
from edge_agent.settings import Broker
from edge_agent.window import Window
from wire import topics
from wire.codec import (
    FRAME_RECORDS_MAX,
    INFLATED_BYTES_MAX,
    MESSAGE_BYTES_MAX,
    Sealed,
    decode,
    encode,
    encode_sealed,
    split_sealed,
)
from wire.errors import WireError
from wire.messages import Ack, Beat, Birth, CameraHealth, Clock, Frame, HostState, Presence

log = logging.getLogger(__name__)

STABLE_S = 30.0
RESEND_MAX_S = 60.0
NOBODY_LISTENS = 0x10
IDLE_S = 0.02
STRIKES = 3
ENVELOPE_BYTES = 4096  # more than a frame says beside its records


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """What the heartbeat and the birth say of this gateway beside the outbox's own figures."""

    clock: Clock
    disk_free_bytes: int
    cameras: tuple[CameraHealth, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who is sending."""

    gateway: str
    boot: str
    software: str
    model_sha256: str
    cameras: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Sending:
    """The state of the link that others may read."""

    connected: bool = False
    host_online: bool = False
    synced: bool = False
    protocol: str = ""
    problem: str = "not connected yet"
    frames_sent: int = 0
    records_sent: int = 0
    refused: int = 0


@dataclass(slots=True, kw_only=True)
class _Timers:
    """Monotonic seconds at which something is due; `waits` counts resends without progress."""

    resend_at: float | None = None
    birth_at: float = 0.0
    beat_at: float = 0.0
    pace_at: float = 0.0
    pace: int = 0
    waits: int = 0
    births: int = 0
    strikes: dict[int, int] = field(default_factory=dict)


class Publisher:
    """Owns the link. `run` is the thread's whole life; `state` may be read from anywhere."""

    def __init__(
        self,
        outbox: Outbox,
        broker: Broker,
        identity: Identity,
        *,
        vitals: Callable[[], Vitals],
        wall: Callable[[], datetime],
        random: Random,
    ) -> None:
        self.state = Sending()
        self._outbox = outbox
        self._broker = broker
        self._id = identity
        self._vitals = vitals
        self._wall = wall
        self._random = random
        self._protocol: Protocol = "3.1.1" if broker.protocol == "3.1.1" else "5"
        self._backoff = Backoff(min_s=broker.retry_min_s, max_s=broker.retry_max_s, stable_s=STABLE_S, random=random)
        self._window = Window(limit=broker.window, acked=outbox.counters().acked)
        self._sendable = outbox.newest  # what an earlier life of this process may have sent
        self._timers = _Timers()
        self._host_session = -1
        self._frame_records = FRAME_RECORDS_MAX
        self._topic = topics.up(identity.gateway, "data")

    def run(self, stop: threading.Event, *, drain_s: float = 5.0) -> None:
        """Connect, send, wait, again, until told to stop; then up to `drain_s` to empty the outbox."""
        while not stop.is_set():
            started = time.monotonic()
            try:
                self._session(stop, drain_s=drain_s)
            except BrokerError as gone:
                self._lost(gone)
            except StoreBrokenError:
                raise
            except Exception:
                log.exception("sending failed")
                self.state.problem = "internal error, see the log"
            self.state.connected = self.state.host_online = self.state.synced = False
            self._backoff.after_run(time.monotonic() - started)
            if not stop.is_set():
                stop.wait(self._backoff.after_failure())

    def _lost(self, gone: BrokerError) -> None:
        if isinstance(gone, VersionRefusedError) and self._broker.protocol == "auto":
            self._protocol = "3.1.1" if self._protocol == "5" else "5"
        log.warning("broker link down url=%s problem=%s next=%s", gone.url, gone.problem, self._protocol)
        self.state.problem = str(gone)

    def _session(self, stop: threading.Event, *, drain_s: float) -> None:
        number = self._outbox.next_session()
        link = connect(
            self._broker, client_id=self._id.gateway, will=self._will(session=number), protocol=self._protocol
        )
        link.subscribe([topics.all_down(self._id.gateway), topics.HOST_STATE], timeout_s=self._broker.connect_timeout_s)
        self._say_presence(link, online=True, session=number)
        log.info("broker link up url=%s mqtt=%s session=%d", self._broker.url, self._protocol, number)
        self.state.connected, self.state.protocol, self.state.problem = True, self._protocol, ""
        self._window.rewind()
        self._timers = _Timers(strikes=self._timers.strikes)
        self._host_session = -1
        until: float | None = None
        try:
            while until is None or (time.monotonic() < until and self._owes()):
                self._turn(link)
                if stop.is_set() and until is None:
                    until = time.monotonic() + drain_s
        except BrokerError:
            self._strike(too_large=link.too_large)
            raise
        self._say_presence(link, online=False, session=number)
        link.close()

    def _owes(self) -> bool:
        return self.state.host_online and self._window.acked < self._outbox.newest

    def _turn(self, link: Connection) -> None:
        """One round: hear, decide by the timers, send what fits."""
        while link.events:
            match link.events.popleft():
                case Message() as message:
                    self._hear(message)
                case Taken() as taken:
                    self._taken(taken)
        now = time.monotonic()
        if now >= self._timers.beat_at:
            self._timers.beat_at = now + self._broker.beat_s
            link.publish(topics.up(self._id.gateway, "beat"), encode(self._beat()), qos=0)
        busy = False
        if self.state.host_online and not self.state.synced and now >= self._timers.birth_at:
            self._announce(link, now)
        elif self.state.synced:
            self._resend_when_due(now)
            busy = self._send(link, now)
        link.turn(0.0 if busy or link.events else IDLE_S)

    def _announce(self, link: Connection, now: float) -> None:
        """Say hello; the centre answers with its watermark. Again, ever more seldom, while it does not."""
        self._timers.births += 1
        self._timers.birth_at = now + self._jittered(self._broker.resend_s * 2 ** min(self._timers.births - 1, 10))
        if self._timers.births == 4:
            log.warning("centre does not answer the birth; expected an ack, is gateway=%s registered", self._id.gateway)
            self.state.problem = f"centre does not answer; expected gateway {self._id.gateway} to be registered there"
        link.publish(topics.up(self._id.gateway, "birth"), encode(self._birth()), qos=1)

    def _hear(self, message: Message) -> None:
        try:
            if message.topic == topics.HOST_STATE:
                self._hear_host(decode(HostState, message.payload))
            elif topics.parse(message.topic).channel == "ack":
                self._hear_ack(decode(Ack, message.payload))
        except WireError as bad:
            log.warning("message not taken topic=%s problem=%s", message.topic, bad)

    def _hear_host(self, host: HostState) -> None:
        waiting = not self.state.host_online
        if host.session < self._host_session and not (host.online and waiting):
            return  # the will of a centre that has been replaced; one that listens is believed, whatever its clock
        if (host.online, host.session) == (self.state.host_online, self._host_session):
            return
        news = host.session > self._host_session or waiting
        self._host_session = host.session
        self.state.host_online = host.online
        if not host.online or news:
            self.state.synced = False
            self._timers.births = 0
            # A fleet must not greet a returning centre all at once.
            self._timers.birth_at = time.monotonic() + self._random.uniform(0, self._broker.resend_s / 4)
        log.info("centre online=%s session=%d", host.online, host.session)

    def _hear_ack(self, ack: Ack) -> None:
        if ack.epoch != self._outbox.epoch:
            log.info("ack of another epoch ignored epoch=%s ours=%s", ack.epoch, self._outbox.epoch)
            return
        if ack.hi > max(self._sendable, self._window.highest_sent):
            self._disown(ack)
            return
        # What an earlier life of this process sent is sent once more before it is deleted: in a restored store the same
        # numbers say something else, and only the centre, comparing, can tell.
        hi = min(ack.hi, self._window.highest_sent)
        if self._window.acknowledge(hi):
            self._delete(hi)
            self._timers.waits, self._timers.resend_at = 0, None
            self._timers.strikes.clear()
            self._frame_records = FRAME_RECORDS_MAX
        if not self.state.synced:
            self.state.synced, self.state.problem = True, ""
            self._window.rewind()
        if ack.need is not None:
            self._rewind(ack.need)
        self._timers.pace = ack.pace

    def _rewind(self, need: int) -> None:
        if need <= self._window.acked:
            log.error("centre asks for seq=%d, which it had acknowledged up to %d", need, self._window.acked)
            # It was set back to an older state. The birth tells it what is gone for good, so that it goes on.
            self.state.synced, self._timers.births = False, 0
            self._timers.birth_at = time.monotonic()
        self._window.rewind(need)

    def _delete(self, hi: int) -> None:
        try:
            self._outbox.acked(hi)
        except StoreFullError as full:  # the next ack deletes these too
            log.error("acknowledged records not deleted yet: %s", full)

    def _disown(self, ack: Ack) -> None:
        """The centre has numbers we never gave: this store is a copy or an old backup. Nothing is deleted."""
        log.error(
            "centre has records this store never sent hi=%d newest=%d epoch=%s; going on under a new epoch",
            ack.hi,
            self._outbox.newest,
            ack.epoch,
        )
        self._outbox.renew_epoch(new_epoch(int(self._wall().timestamp() * 1000)))
        self._window = Window(limit=self._broker.window)
        self._sendable = self._outbox.newest
        self.state.synced, self._timers.birth_at = False, 0.0

    def _taken(self, taken: Taken) -> None:
        if taken.code == NOBODY_LISTENS:
            self.state.problem = "nobody listens at the centre"
        elif taken.code >= 0x80:
            self.state.refused += 1
            self.state.problem = f"broker refused a message: {taken.reason}"
            log.warning("broker refused a message reason=%s expected leave to publish on %s", taken.reason, self._topic)

    def _resend_when_due(self, now: float) -> None:
        if not self._window.on_the_way:
            self._timers.resend_at = None
        elif self._timers.resend_at is None:
            self._timers.resend_at = now + self._jittered(self._broker.resend_s * 2**self._timers.waits)
        elif now >= self._timers.resend_at:
            self._timers.waits = min(self._timers.waits + 1, 10)
            self._timers.resend_at = None
            self._window.rewind()

    def _jittered(self, wait_s: float) -> float:
        return min(RESEND_MAX_S, wait_s) * self._random.uniform(0.75, 1.25)

    def _send(self, link: Connection, now: float) -> bool:
        """Send as much as window and pace allow; True when something went out."""
        room = self._window.room
        if room == 0 or self._window.cursor >= self._outbox.newest or now < self._timers.pace_at:
            return False
        records = self._outbox.pending(self._window.cursor, min(room, self._timers.pace or room))
        for frame in self._frames(records):
            if self._window.room == 0:
                break
            if frame[0].seq > self._window.cursor + 1:
                self._explain_gap(link, self._window.cursor + 1, frame[0].seq - 1)
            self._send_frame(link, frame)
            self._window.sent(frame[0].seq, frame[-1].seq, count=len(frame))
        if self._timers.pace:
            self._timers.pace_at = now + len(records) / self._timers.pace
        return bool(records)

    def _frames(self, records: Sequence[Sealed]) -> list[tuple[Sealed, ...]]:
        frames = split_sealed(records)
        size = self._frame_records
        if size == FRAME_RECORDS_MAX:
            return frames
        return [frame[i : i + size] for frame in frames for i in range(0, len(frame), size)]

    def _explain_gap(self, link: Connection, lo: int, hi: int) -> None:
        """Numbers that were given up by policy: their tombstones go first, else the centre would wait for them."""
        for stone in self._outbox.tombstones_over(lo, hi):
            self._send_frame(link, (stone,))

    def _send_frame(self, link: Connection, records: Sequence[Sealed]) -> None:
        payload = encode_sealed(self._head(records), records)
        if _is_too_large(payload, records, broker_takes=link.max_packet_bytes):
            self._too_large(link, records)
            return
        link.publish(self._topic, payload, qos=1)
        self.state.frames_sent += 1
        self.state.records_sent += len(records)

    def _too_large(self, link: Connection, records: Sequence[Sealed]) -> None:
        if len(records) == 1:
            takes = min(link.max_packet_bytes or MESSAGE_BYTES_MAX, MESSAGE_BYTES_MAX)
            self._outbox.refuse(records, reason=f"larger than broker or centre takes ({takes} bytes)")
            log.error("record set aside seq=%d expected a message of at most %d bytes", records[0].seq, takes)
            return
        middle = len(records) // 2
        self._send_frame(link, records[:middle])
        self._send_frame(link, records[middle:])

    def _strike(self, *, too_large: bool) -> None:
        """The link died with frames on their way: the same head three times is sent in smaller frames from then on."""
        if not self._window.on_the_way:
            return
        head = self._window.on_the_way[0]
        strikes = self._timers.strikes.get(head.lo, 0) + 1
        self._timers.strikes = {head.lo: 0 if strikes == STRIKES else strikes}
        if strikes < STRIKES:
            return
        self._frame_records = max(1, self._frame_records // 2)
        log.warning("link died %d times at seq=%d, frames of %d records now", STRIKES, head.lo, self._frame_records)
        if too_large and head.count == 1:
            alone = [record for record in self._outbox.pending(head.lo - 1, 1) if record.seq == head.lo]
            if alone:
                self._outbox.refuse(alone, reason="larger than the broker takes")

    def _head(self, records: Sequence[Sealed]) -> Frame:
        return Frame(
            gw=self._id.gateway,
            epoch=self._outbox.epoch,
            lo=records[0].seq,
            hi=records[-1].seq,
            boot=self._id.boot,
            sent_at=self._now_ms(),
            recs=(),
        )

    def _now_ms(self) -> int:
        return int(self._wall().timestamp() * 1000)

    def _will(self, *, session: int) -> Will:
        payload = encode(Presence(gw=self._id.gateway, online=False, session=session))
        return Will(topic=topics.up(self._id.gateway, "state"), payload=payload)

    def _say_presence(self, link: Connection, *, online: bool, session: int) -> None:
        presence = Presence(gw=self._id.gateway, online=online, session=session)
        link.publish(topics.up(self._id.gateway, "state"), encode(presence), qos=1, retain=True)

    def _birth(self) -> Birth:
        counters = self._outbox.counters()
        return Birth(
            gw=self._id.gateway,
            epoch=counters.epoch,
            boot=self._id.boot,
            oldest=counters.oldest,
            newest=counters.produced,
            clock=self._vitals().clock,
            sent_at=self._now_ms(),
            software=self._id.software,
            model_sha256=self._id.model_sha256,
            cameras=self._id.cameras,
        )

    def _beat(self) -> Beat:
        counters, vitals = self._outbox.counters(), self._vitals()
        return Beat(
            gw=self._id.gateway,
            epoch=counters.epoch,
            sent_at=self._now_ms(),
            produced=counters.produced,
            acked=counters.acked,
            oldest_age_ms=counters.oldest_age_ms,
            disk_free_bytes=vitals.disk_free_bytes,
            cameras=vitals.cameras,
        )


def _is_too_large(payload: bytes, records: Sequence[Sealed], *, broker_takes: int | None) -> bool:
    """Whether broker or centre would never take it: then it would be sent for ever, and nothing behind it."""
    if len(payload) > MESSAGE_BYTES_MAX or (broker_takes is not None and len(payload) + 200 > broker_takes):
        return True
    # Bodies of many records are far below the cap of a frame; one alone may be of any size.
    return len(records) == 1 and len(records[0].body.encode()) + ENVELOPE_BYTES > INFLATED_BYTES_MAX
