"""The sending loop: a link to the broker, greetings and heartbeats on it, and delivery until the centre has it all."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from random import Random

from edge_agent.announcing import Announcement, Announcer, Identity, Vitals
from edge_agent.backoff import Backoff
from edge_agent.buffer.outbox import Outbox
from edge_agent.connection import Connection, Protocol, VersionRefusedError, Will, WillRefusedError, connect
from edge_agent.delivering import Delivering
from edge_agent.errors import BrokerError, StoreBrokenError
from edge_agent.framing import Framer, Sign
from edge_agent.link import Link, Message, Taken
from edge_agent.sending import Sending
from edge_agent.settings import Broker
from wire import topics
from wire.codec import ack_statement, decode
from wire.errors import WireError
from wire.messages import Ack, HostState
from wire.signing import verify

__all__ = ["Identity", "Publisher", "Vitals"]
log = logging.getLogger(__name__)

STABLE_S = 30.0
RESEND_MAX_S = 60.0
IDLE_S = 0.02
ECHO_MAX_S = 5.0  # a slower answer says nothing of the clock


class Publisher:
    """Owns the link. `run` is the thread's whole life; `state` may be read from anywhere.

    `begin`, `turn` and `end` are its steps: they wait for nothing, and take their time and their link as arguments.
    `hear` has the payloads of other channels of `down/` told to it, and `compared` the centre's clock minus ours in ms,
    in this thread. `sign` signs frames; with a `centre_key` (64 hex digits) only acks signed with it delete anything.
    """

    def __init__(
        self,
        outbox: Outbox,
        broker: Broker,
        identity: Identity,
        *,
        vitals: Callable[[], Vitals],
        wall: Callable[[], datetime],
        random: Random,
        monotonic: Callable[[], float] = time.monotonic,
        sign: Sign | None = None,
        centre_key: str | None = None,
        hear: Mapping[str, Callable[[bytes], None]] | None = None,
        compared: Callable[[int], None] | None = None,
    ) -> None:
        self.state = Sending()
        self._outbox = outbox
        self._broker = broker
        self._gateway = identity.gateway
        self._random = random
        self._centre_key = centre_key
        self._monotonic = monotonic
        self._hear_others = dict(hear or {})
        self._compared = compared
        self._announcer = Announcer(identity=identity, outbox=outbox, vitals=vitals, wall=wall)
        self._delivering = Delivering(
            outbox,
            broker,
            Framer(outbox, gateway=identity.gateway, boot=identity.boot, now_ms=self._announcer.now_ms, sign=sign),
            gateway=identity.gateway,
            state=self.state,
            random=random,
            now_ms=self._announcer.now_ms,
        )
        self._protocol: Protocol = "3.1.1" if broker.protocol == "3.1.1" else "5"
        self._plain_will = False
        self._backoff = Backoff(min_s=broker.retry_min_s, max_s=broker.retry_max_s, stable_s=STABLE_S, random=random)
        self._host_session = -1
        self._birth_s = self._beat_s = 0.0
        self._births = 0
        self._born_at: int | None = None  # sent_at of the newest birth on this connection to this centre
        self._said: deque[tuple[int, float]] = deque(maxlen=8)  # sent_at of births and beats, and when

    def run(self, stop: threading.Event, *, drain_s: float = 5.0) -> None:
        """Connect, send, wait, again, until told to stop; then up to `drain_s` to empty the outbox."""
        while not stop.is_set():
            started = self._monotonic()
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
            self._backoff.after_run(self._monotonic() - started)
            if not stop.is_set():
                stop.wait(self._backoff.after_failure())

    def begin(self, link: Link, now: float, *, session: int) -> None:
        """The link is up: say so."""
        self._say(link, self._announcer.presence(online=True, session=session), qos=1, retain=True)
        self.state.connected, self.state.problem = True, ""
        self.state.host_online = self.state.synced = False
        self._delivering.begin()
        self._host_session = -1
        self._birth_s = self._beat_s = now
        self._births, self._born_at = 0, None

    def turn(self, link: Link, now: float) -> bool:
        """One round: hear, decide by the timers, send what fits; True when there may be more to do at once."""
        while link.events:
            match link.events.popleft():
                case Message() as message:
                    self._hear(message, now)
                case Taken() as taken:
                    self._delivering.taken(taken, now)
        if now >= self._beat_s:
            self._beat_s = now + self._broker.beat_s
            self._say(link, self._beat(), qos=0, at_s=now)
        if self._delivering.wants_birth:
            self._delivering.wants_birth, self._births, self._birth_s = False, 0, now
            if self.state.synced:
                self._announce(link, now)
        greeted = self.state.synced and self._born_at is not None  # the answer to a beat may come before any birth
        if self.state.host_online and now >= self._birth_s and not greeted:
            self._announce(link, now)
        return self.state.synced and self._delivering.send(link, now)

    def end(self, link: Link, *, session: int) -> None:
        """Say goodbye."""
        self._say(link, self._announcer.presence(online=False, session=session), qos=1, retain=True)

    def died(self, *, too_large: bool = False) -> None:
        """The link ended by itself."""
        self._delivering.died(too_large=too_large)
        self.state.connected = self.state.host_online = self.state.synced = False

    def _lost(self, gone: BrokerError) -> None:
        if isinstance(gone, VersionRefusedError) and self._broker.protocol == "auto":
            self._protocol = "3.1.1" if self._protocol == "5" else "5"
        self._plain_will |= isinstance(gone, WillRefusedError)
        log.warning("broker link down url=%s problem=%s next=%s", gone.url, gone.problem, self._protocol)
        self.state.problem = str(gone)

    def _session(self, stop: threading.Event, *, drain_s: float) -> None:
        session = self._outbox.next_session()
        link = self._connected(session)
        log.info("broker link up url=%s mqtt=%s session=%d", self._broker.url, self._protocol, session)
        self.state.protocol = self._protocol
        until: float | None = None
        try:
            self.begin(link, self._monotonic(), session=session)
            while until is None or (self._monotonic() < until and self._owes()):
                busy = self.turn(link, self._monotonic())
                link.turn(0.0 if busy or link.events else IDLE_S)
                if stop.is_set() and until is None:
                    until = self._monotonic() + drain_s
        except BrokerError:
            self.died(too_large=link.too_large)
            raise
        self.end(link, session=session)
        link.close()

    def _connected(self, session: int) -> Connection:
        gone = self._announcer.presence(online=False, session=session)
        will = Will(topic=gone.topic, payload=gone.payload, plain=self._plain_will)
        link = connect(self._broker, client_id=self._gateway, will=will, protocol=self._protocol)
        link.subscribe([topics.all_down(self._gateway), topics.HOST_STATE], timeout_s=self._broker.connect_timeout_s)
        return link

    def _owes(self) -> bool:
        return self.state.host_online and self._delivering.owes

    def _say(
        self, link: Link, said: Announcement, *, qos: int, retain: bool = False, at_s: float | None = None
    ) -> None:
        link.publish(said.topic, said.payload, qos=qos, retain=retain)
        if at_s is not None:
            self._said.append((said.sent_at, at_s))

    def _beat(self) -> Announcement:
        state = self.state
        return self._announcer.beat(
            in_flight=state.in_flight, clock_offset_ms=state.clock_offset_ms, security=state.security
        )

    def _announce(self, link: Link, now: float) -> None:
        """Say hello; the centre answers with its watermark. Again, ever more seldom, while it does not."""
        self._births += 1
        wait_s = min(RESEND_MAX_S, self._broker.resend_s * 2 ** min(self._births - 1, 10))
        self._birth_s = now + wait_s * self._random.uniform(0.75, 1.25)
        if self._births == 4:
            log.warning("centre does not answer the birth; expected an ack, is gateway=%s registered", self._gateway)
            self.state.problem = f"centre does not answer; expected gateway {self._gateway} to be registered there"
        birth = self._announcer.birth()
        self._born_at = birth.sent_at
        self._say(link, birth, qos=1, at_s=now)

    def _hear(self, message: Message, now: float) -> None:
        try:
            if message.topic == topics.HOST_STATE:
                self._hear_host(decode(HostState, message.payload), now)
                return
            channel = topics.parse(message.topic).channel
            if channel == "ack":
                self._hear_ack(decode(Ack, message.payload), now)
            elif channel in self._hear_others:
                self._hear_others[channel](message.payload)
        except WireError as bad:
            log.warning("message not taken topic=%s problem=%s", message.topic, bad)

    def _hear_ack(self, ack: Ack, now: float) -> None:
        if self._centre_key and not verify(self._centre_key, ack_statement(self._gateway, ack), ack.sig or ""):
            self.state.security += 1
            self.state.problem = "ack without the centre's signature; expected one by the holder of identity.centre_key"
            log.error("ack not taken hi=%d: %s", ack.hi, self.state.problem)
            return
        self._compare_clocks(ack, now)
        greets = ack.echo is not None and ack.echo == self._born_at
        asked_s = dict(self._said).get(ack.echo) if ack.echo is not None else None
        self._delivering.hear(ack, now, asked_s=asked_s, greets=greets)

    def _compare_clocks(self, ack: Ack, now: float) -> None:
        """The centre's clock stood at `at` half-way between our question and its answer (as in NTP, RFC 5905)."""
        asked_s = dict(self._said).get(ack.echo) if ack.echo is not None else None
        if asked_s is None or ack.echo is None or ack.at is None or now - asked_s > ECHO_MAX_S:
            return
        offset_ms = round(ack.at - ack.echo - (now - asked_s) * 500)
        self.state.clock_offset_ms = offset_ms
        if self._compared is not None:
            self._compared(offset_ms)

    def _hear_host(self, host: HostState, now: float) -> None:
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
            self._births, self._born_at = 0, None
            # A fleet must not greet a returning centre all at once.
            self._birth_s = now + self._random.uniform(0, self._broker.resend_s / 4)
        log.info("centre online=%s session=%d", host.online, host.session)
