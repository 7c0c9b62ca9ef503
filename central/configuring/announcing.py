"""Keeps the broker's retained orders those that are given: at each connection all, then what is new."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Event

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from central.store.engine import reading
from central.store.read_configs import newest_messages
from central.store.read_references import newest_asked
from wire import topics
from wire.topics import DownChannel

log = logging.getLogger(__name__)

POLL_S = 1.0


@dataclass(slots=True, kw_only=True)
class Announcer:
    """`say(topic, payload)` publishes a retained message, False = no connection; whenever `connection` gives another
    answer, all is told again.

    Whoever ordered it, this process or a command beside it, it is read from the database: nothing is told twice over
    one connection that keeps it, and a broker that forgot everything is told all of it again.
    """

    engine: Engine
    say: Callable[[str, bytes], bool]
    connection: Callable[[], Hashable]
    stopping: Event = field(default_factory=Event)
    _told: dict[tuple[DownChannel, str], int] = field(default_factory=dict)
    _over: Hashable = None

    def run(self) -> None:
        """Until `stopping` is set."""
        while not self.stopping.wait(POLL_S):
            try:
                self.turn()
            except OperationalError as gone:
                log.warning("configurations not read, trying again: %s", gone.orig)

    def turn(self) -> int:
        """Say what this connection has not been told yet; how many messages that were."""
        over = self.connection()
        if over != self._over:
            self._told, self._over = {}, over
        with reading(self.engine) as connection:
            orders: dict[DownChannel, dict[str, tuple[int, str]]] = {
                "config": newest_messages(connection),
                "cmd": newest_asked(connection),
            }
        said = 0
        for channel, newest in orders.items():
            for gateway, (number, message) in newest.items():
                if self._told.get((channel, gateway)) == number:
                    continue
                if not self.say(topics.down(gateway, channel), message.encode()):
                    return said
                self._told[channel, gateway] = number
                said += 1
                log.info("order %d on %s of gateway %s is published", number, channel, gateway)
        return said
