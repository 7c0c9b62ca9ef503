"""Keeps the broker's retained configurations those that are ordered: at each connection all, then what is new."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from central.store.engine import reading
from central.store.read_configs import newest_messages
from wire import topics

log = logging.getLogger(__name__)

POLL_S = 1.0


@dataclass(slots=True, kw_only=True)
class Announcer:
    """`say(topic, payload)` publishes a retained message, False = no connection; `connection` numbers connections.

    Whoever ordered it, this process or a command beside it, it is read from the database: nothing is told twice over
    one connection, and a broker that forgot everything is told all of it again.
    """

    engine: Engine
    say: Callable[[str, bytes], bool]
    connection: Callable[[], int]
    stopping: Event = field(default_factory=Event)
    _told: dict[str, int] = field(default_factory=dict)
    _over: int = -1

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
            newest = newest_messages(connection)
        said = 0
        for gateway, (number, message) in newest.items():
            if self._told.get(gateway) == number:
                continue
            if not self.say(topics.down(gateway, "config"), message.encode()):
                break
            self._told[gateway] = number
            said += 1
            log.info("configuration %d of gateway %s is published", number, gateway)
        return said
