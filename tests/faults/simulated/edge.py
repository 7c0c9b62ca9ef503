"""An edge of the simulation: the product's outbox and publisher, stepped by hand, with a disk that may lose writes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from edge_agent.buffer.opening import open_outbox
from edge_agent.buffer.outbox import Outbox
from edge_agent.errors import BrokerError
from edge_agent.publisher import Identity, Publisher, Vitals
from edge_agent.settings import Broker
from tests.faults.ledger import Entry, record_of
from tests.faults.simulated.network import Network, SimLink
from wire.signing import Signer


@dataclass(slots=True, kw_only=True)
class SimEdge:
    """One gateway. `entries` is the truth: what its appends have made durable."""

    folder: Path
    gateway: str
    network: Network
    random: Random
    wall_ms: Callable[[], int]
    window: int
    cap_bytes: int = 2 << 30
    signer: Signer | None = None
    entries: list[Entry] = field(default_factory=list)
    made: int = 0
    boots: int = 0
    outbox: Outbox | None = None
    publisher: Publisher | None = None
    link: SimLink | None = None
    _copy: tuple[str, int] | None = None

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        return self.outbox is not None

    @property
    def waiting(self) -> int:
        """Records in its outbox."""
        return self.outbox.counters().pending if self.outbox is not None else -1

    def boot(self) -> None:
        """Start the process on the store that is there."""
        self.boots += 1
        self.outbox = open_outbox(self.folder, gateway=self.gateway, now_ms=self.wall_ms, cap_bytes=self.cap_bytes)
        settings = Broker(url="mqtt://sim", resend_s=1.0, beat_s=5.0, window=self.window)
        who = Identity(gateway=self.gateway, boot=f"boot-{self.boots}", software="sim", model_sha256="", cameras=())
        self.publisher = Publisher(
            self.outbox,
            settings,
            who,
            vitals=lambda: Vitals(clock="synced", disk_free_bytes=0, cameras=()),
            wall=lambda: datetime.fromtimestamp(self.wall_ms() / 1000, UTC),
            random=self.random,
            monotonic=lambda: self.network.now_s,
            sign=self.signer.sign if self.signer else None,
        )

    def produce(self, count: int) -> None:
        """Append, and know it."""
        if self.outbox is None:
            return
        self.outbox.evict()
        epoch = self.outbox.epoch
        first = self.made + 1
        seqs = self.outbox.append([record_of(self.gateway, first + i) for i in range(count)])
        self.made += count
        self.entries.append(Entry(first=first, count=count, epoch=epoch, seq_lo=seqs[0]))
        if self.random.random() < 0.3:
            self._keep_copy()

    def connect(self) -> None:
        """A new connection, with a session number of its own."""
        if self.outbox is None or self.publisher is None:
            return
        self.disconnect()
        self._copy = None  # the session number is durable too
        session = self.outbox.next_session()
        self.link = self.network.open(self.gateway)
        self.publisher.begin(self.link, self.network.now_s, session=session)

    def disconnect(self) -> None:
        """The connection ends by itself."""
        self.network.sever(self.gateway)
        if self.link is not None and self.publisher is not None:
            self.publisher.died()
        self.link = None

    def turn(self) -> None:
        """A few rounds of the sending loop, as its thread would make; it connects when it has no connection."""
        if self.publisher is None:
            return
        if self.link is None:
            self.connect()
        for _ in range(4):
            try:
                if self.link is None or not self.publisher.turn(self.link, self.network.now_s):
                    return
            except BrokerError:
                self.disconnect()

    def crash(self, *, power: bool) -> None:
        """kill -9; with `power` also the writes that no commit promised: a delete that was not synced comes back."""
        if self.outbox is None:
            return
        self.network.sever(self.gateway)
        lost = power and self._copy == (self.outbox.epoch, self.outbox.newest)
        self.outbox.close()
        if lost:
            for part in self.folder.glob("outbox.db*"):
                part.unlink()
            for part in (self.folder / "copy").iterdir():
                shutil.copy(part, self.folder / part.name)
        self.outbox = self.publisher = self.link = self._copy = None

    def close(self) -> None:
        """Let go of the store."""
        if self.outbox is not None:
            self.outbox.close()

    def _keep_copy(self) -> None:
        """Database and log as they are right after a synced commit: what a power cut may leave, until the next one."""
        assert self.outbox is not None
        copy = self.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        for part in self.folder.glob("outbox.db*"):
            if not part.name.endswith("-shm"):
                shutil.copy(part, copy / part.name)
        self._copy = (self.outbox.epoch, self.outbox.newest)
