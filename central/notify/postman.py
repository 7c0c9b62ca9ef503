"""The loop that delivers: plans what is queued, claims what is due, sends it, notes the answer.

At most one sender has a delivery at a time, also with several centres on one database. A sender that dies between a
provider's answer and the note of it leaves a try whose outcome nobody knows: it is sent again under the same token, so
that whoever looks at Message-ID or Idempotency-Key drops the repeat (docs/notifications.md).
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from threading import Event
from typing import Protocol

from prometheus_client import Counter
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from central import clock
from central.notify.aftermath import Answer, Tried, following
from central.notify.channels import Address, AddressRefused, addressed
from central.notify.composing import Letter, Style, composed
from central.notify.sealing import SealBroken, Sealer
from central.notify.timing import Hours, quiet
from central.store.deliver_notified import Claimed, anything_due, begin, claim, finish, put_back, renew
from central.store.engine import reading, writing
from central.store.save_notified import plan_queued

log = logging.getLogger(__name__)

IDLE_S = 1.0
BUSY_S = 0.05
AWAY_S = 5.0
CLAIM_MS = 120_000
RENEW_S = 20.0
TURN_MS = 20_000  # a slow provider's other letters wait for the next turn, so that urgent ones are not kept
TRIES = Counter("siteprogress_notification_tries", "Tries to send a message", ["channel", "outcome"])


class Sends(Protocol):
    """What sends one letter to one address."""

    def send(self, address: Address, letter: Letter) -> Answer:
        """Send it, and wait for the provider's answer."""
        ...


@dataclass(slots=True, kw_only=True)
class Postman:
    """`holder` names this process. `sender` makes what sends, when first needed (apprise loads for seconds)."""

    engine: Engine
    holder: str
    sealer: Sealer
    sender: Callable[[], Sends]
    hours: Hours = field(default_factory=Hours)
    style: Style = field(default_factory=Style)
    stopping: Event = field(default_factory=Event)
    now_ms: Callable[[], int] = clock.system_ms
    chance: Callable[[], float] = random.random
    workers: int = 4
    limit: int = 100
    _sends: Sends | None = None

    def run(self) -> None:
        """Until `stopping` is set; what is being sent then is sent to its end."""
        while not self.stopping.is_set():
            try:
                worked = self.round()
            except OperationalError as gone:
                log.warning("database not available for messages: %s", gone.orig)
                self.stopping.wait(AWAY_S)
                continue
            self.stopping.wait(BUSY_S if worked else IDLE_S)

    def round(self) -> int:
        """Plan what is queued and send what is due, once; how much there was."""
        with reading(self.engine) as connection:
            if not anything_due(connection, now_ms=self.now_ms()):
                return 0
        with writing(self.engine) as connection:
            planned = plan_queued(connection, hours=self.hours, now_ms=self.now_ms())
        with writing(self.engine) as connection:
            now_ms = self.now_ms()
            taken = claim(
                connection, holder=self.holder, now_ms=now_ms, until_ms=now_ms + CLAIM_MS, limit=self.limit,
                urgent_only=quiet(now_ms, self.hours),
            )  # fmt: skip
        if taken:
            self._send_all(taken)
        return planned + len(taken)

    def _send_all(self, taken: Sequence[Claimed]) -> None:
        """Each provider's in turn, providers side by side; claims are kept while it takes."""
        if self._sends is None:
            self._sends = self.sender()
        groups: dict[str, list[tuple[Claimed, Address]]] = {}
        for one in taken:
            address = self._opened(one)
            if address is not None:
                groups.setdefault(address.provider, []).append((one, address))
        with ThreadPoolExecutor(self.workers, thread_name_prefix="notify") as pool:
            running: set[Future[None]] = {pool.submit(self._send_group, group) for group in groups.values()}
            done: set[Future[None]] = set()
            while running:
                ended, running = wait(running, timeout=RENEW_S)
                done |= ended
                if running:
                    self._renew(taken)
        for future in done:
            future.result()

    def _renew(self, taken: Sequence[Claimed]) -> None:
        try:
            with writing(self.engine) as connection:
                renew(connection, taken, until_ms=self.now_ms() + CLAIM_MS)
        except OperationalError as gone:
            log.warning("database not available to keep claims of messages: %s", gone.orig)

    def _send_group(self, group: Sequence[tuple[Claimed, Address]]) -> None:
        """When a provider takes none of its letters, the others need not find out one by one: they wait as long."""
        resting_ms: int | None = None
        over_ms = self.now_ms() + TURN_MS
        for one, address in group:
            if resting_ms is not None or self.stopping.is_set() or self.now_ms() > over_ms:
                with writing(self.engine) as connection:
                    put_back(connection, one, at_ms=resting_ms or self.now_ms())
                continue
            resting_ms = self._send(one, address)

    def _send(self, one: Claimed, address: Address) -> int | None:
        """Send one; until when its provider is better left alone, None = it answers."""
        with writing(self.engine) as connection:
            began_ms = self.now_ms()
            if not begin(connection, one, now_ms=began_ms, until_ms=began_ms + CLAIM_MS):
                return None
        assert self._sends is not None
        digest = one.kind == "digest"
        letter = composed(one.parts, digest=digest, token=one.token, urgent=one.urgent, style=self.style)
        try:
            answer = self._sends.send(address, letter)
        except Exception as broken:
            log.exception("sending failed: delivery=%s channel=%s", one.id, address.channel)
            answer = Answer(outcome="unknown", words=type(broken).__name__)
        return self._note(one, answer, began_ms=began_ms)

    def _note(self, one: Claimed, answer: Answer, *, began_ms: int) -> int | None:
        """Note the answer; a database that is away is waited for, else a letter that was taken would go twice."""
        TRIES.labels(channel=one.address.channel, outcome=answer.outcome).inc()
        while True:
            now_ms = self.now_ms()
            since_ms = one.address_since if one.address_since is not None else began_ms
            tried = Tried(
                tries=one.tries + 1, since_ms=since_ms, now_ms=now_ms, urgent=one.urgent,
                others=one.following is not None,
            )  # fmt: skip
            after = following(answer, tried, chance=self.chance())
            try:
                with writing(self.engine) as connection:
                    ours = finish(connection, one, answer=answer, after=after, now_ms=now_ms)
                break
            except OperationalError as gone:
                log.warning("database not available to note what was sent: delivery=%s %s", one.id, gone.orig)
                if self.stopping.wait(AWAY_S):
                    return None
        said = log.info if answer.outcome == "sent" else log.warning
        said(
            "message tried: delivery=%s channel=%s try=%s outcome=%s words=%r%s",
            one.id, one.address.channel, one.tries + 1, answer.outcome, answer.words, "" if ours else " claim=lost",
        )  # fmt: skip
        return after.at_ms if answer.outcome in ("down", "unknown") and not after.turn else None

    def _opened(self, one: Claimed) -> Address | None:
        """The address of a delivery; one that cannot be opened is a refusal by ourselves, so that the next is tried."""
        try:
            return addressed(self.sealer.open(one.address.sealed, person=one.person))
        except (SealBroken, AddressRefused) as broken:
            answer = Answer(outcome="refused", words=str(broken))
        with writing(self.engine) as connection:
            now_ms = self.now_ms()
            begun = begin(connection, one, now_ms=now_ms, until_ms=now_ms + CLAIM_MS)
        if begun:
            self._note(one, answer, began_ms=now_ms)
        return None
