"""Messages received and not yet committed, in two lanes: what happens now goes before what has waited at a gateway."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from threading import Condition

from central.ingest.delivery import Delivery

BULK_SHARE = 5  # of each batch a fifth is kept for backlog that waits: much news must not stop it for ever


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

    def take(self, count: int, *, timeout_s: float) -> list[Delivery]:
        """At most `count` messages, live ones first; none when nothing came in time."""
        with self._bell:
            if not self.live and not self.bulk:
                self._bell.wait(timeout_s)
            room = count - min(len(self.bulk), count // BULK_SHARE)
            taken = [self.live.popleft() for _ in range(min(room, len(self.live)))]
            taken += [self.bulk.popleft() for _ in range(min(count - len(taken), len(self.bulk)))]
        return taken

    def __len__(self) -> int:
        return len(self.live) + len(self.bulk)
