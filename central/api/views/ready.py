"""Makes what lists and rounds are made of before somebody waits for it: those of a large district take seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable

from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from central.api.services import Services
from central.api.views.round import make_ready
from central.store.engine import snapshots
from central.store.read_marks import judged_stamp

LOOK_S = 5.0  # between two looks of a process that is idle in between: one costs tens of milliseconds


class Readiness:
    """Looks whether something was judged since, and makes the rows of lists and the sites of rounds that changed."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._engine = snapshots(services.engine)
        self._newest: Hashable = None
        self._next_s = 0.0

    def look(self, rest: Callable[[], bool]) -> bool:
        """Make what is stale; `rest` is called between its parts, true = leave the others. Whether all is ready."""
        services = self._services
        with Session(self._engine) as session:
            now, stamp = services.clock(), judged_stamp(session.connection())
            if stamp == self._newest:
                return True
            services.briefs.all(session, now=now)
            if rest() or not make_ready(session, services.round_sites, now=now, rest=rest):
                return False
            self._newest = stamp
            return True

    def when_idle(self, asked: Callable[[], bool]) -> float:
        """A look, at most one in LOOK_S once all is ready; seconds until the next."""
        if time.monotonic() >= self._next_s:
            try:
                ready = self.look(asked)
            except OperationalError:  # whoever asks next is told
                ready = True
            self._next_s = time.monotonic() + (LOOK_S if ready else 0.0)
        return max(0.0, self._next_s - time.monotonic())
