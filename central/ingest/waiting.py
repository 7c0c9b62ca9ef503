"""Messages received and not yet committed, in two lanes: what happens now goes before what has waited at a gateway."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from threading import Condition

from central.ingest.delivery import Delivery

NEWS_MAX = 200  # messages of a batch; many gateways send one record each, and a commit for each few would be too slow
NEWS_BYTES = 300_000  # compressed; about fifty full frames, so that a few busy gateways make no commit of seconds
BULK_MAX = 50
BULK_BESIDE_NEWS = 10  # that long news may wait, and so much goes on: much news must not stop backlog for ever


@dataclass(slots=True)
class Waiting:
    """Two bounded queues and one bell; `put` for network threads, `take` for the worker."""

    size_max: int
    live: deque[Delivery] = field(default_factory=deque)
    bulk: deque[Delivery] = field(default_factory=deque)
    _bell: Condition = field(default_factory=Condition)

    def put(self, delivery: Delivery) -> bool:
        """Queue it on its lane; False when that lane is full."""
        lane = self.bulk if delivery.is_bulk else self.live
        with self._bell:
            if len(lane) >= self.size_max:
                return False
            lane.append(delivery)
            self._bell.notify()
        return True

    def take(self, *, timeout_s: float) -> list[Delivery]:
        """The messages of one commit, live ones first; none when nothing came in time."""
        with self._bell:
            if not self.live and not self.bulk:
                self._bell.wait(timeout_s)
            taken = list[Delivery]()
            size = 0
            while self.live and len(taken) < NEWS_MAX and size < NEWS_BYTES:
                taken.append(self.live.popleft())
                size += len(taken[-1].payload)
            bulk = BULK_BESIDE_NEWS if taken else BULK_MAX
            taken += [self.bulk.popleft() for _ in range(min(bulk, len(self.bulk)))]
        return taken

    def __len__(self) -> int:
        return len(self.live) + len(self.bulk)
