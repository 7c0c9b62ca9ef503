"""The loop that takes projects with new facts, or a judgement that has grown old, through the one door."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event

from prometheus_client import Counter, Histogram
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from central import clock
from central.side_judges import MANY, Verdict, judge_beside, verdict_on
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.save_assessment import Revision, revisions, save_failure

log = logging.getLogger(__name__)

IDLE_S = 0.25  # between two looks when nothing calls
REST_S_MIN = 0.05  # after work it rests as long as it worked: ingest and pages come first on a small machine
REST_S_MAX = 2.0
FAILED_AGAIN_S = 60.0
STANDS_S = 1.5
PROCESSES_MAX = 8

TOOK = Histogram("siteprogress_reassess_seconds", "Time one project takes through the one door")
FAILED = Counter("siteprogress_reassess_failures", "Judgements that failed; the project says so")


@dataclass(slots=True, kw_only=True)
class Reassessor:
    """`changed` hears of projects judged anew.

    Due are projects with new facts (jobs make time a fact), and judgements behind a clock that stands still (a
    replay's, when it is over), so that all projects end at one instant.
    """

    engine: Engine
    now: Callable[[], datetime]
    changed: Callable[[Sequence[str], datetime], None]
    processes: int = field(default_factory=lambda: min(os.cpu_count() or 1, PROCESSES_MAX))
    stopping: Event = field(default_factory=Event)
    called: Event = field(default_factory=Event)
    _failed: dict[str, tuple[int, float]] = field(default_factory=dict)
    _stands_since: tuple[datetime | None, float] = (None, 0.0)

    def call(self, _projects: frozenset[str] = frozenset()) -> None:
        """There is something to do; callable from any thread. Calls while it works are one call."""
        self.called.set()

    def run(self) -> None:
        """Until `stopping` is set; never ends for a project that cannot be judged."""
        while not self.stopping.is_set():
            self.called.wait(IDLE_S)
            self.called.clear()
            began = time.monotonic()
            try:
                worked = self.round()
            except OperationalError as gone:
                log.warning("database not available for reassessment: %s", gone.orig)
                worked = 1
            except Exception:
                log.exception("reassessment round failed")
                worked = 1
            if worked:
                self.stopping.wait(min(max(REST_S_MIN, time.monotonic() - began), REST_S_MAX))

    def round(self) -> int:
        """Judge every project that needs it, once; how many there were."""
        now = self.now()
        if now == clock.NOT_BEGUN:
            return 0
        until = now if self._stands_still(now) else None
        with reading(self.engine) as connection:
            found = revisions(connection, until_ms=None if until is None else to_ms(until))
        due = {revision.project: revision for revision in found if self._is_due(revision, until=until)}
        if not due:
            return 0
        now = self.now()  # again: no fact that was read is later
        for verdicts in self._verdicts(list(due), now):
            for verdict in verdicts:
                self._note(verdict, due[verdict.project])
            self.changed([verdict.project for verdict in verdicts], now)
        return len(due)

    def _verdicts(self, projects: Sequence[str], now: datetime) -> Iterator[list[Verdict]]:
        """Few are judged here, one after the other; many beside, on all the processors the machine has."""
        if len(projects) >= MANY and self.processes > 1:
            yield from judge_beside(self.engine, projects, now, processes=self.processes, stopping=self.stopping)
            return
        for project in projects:
            if self.stopping.is_set():
                return
            verdict = verdict_on(self.engine, project, now)
            yield [verdict]
            if verdict.offline:
                return

    def _is_due(self, revision: Revision, *, until: datetime | None) -> bool:
        if revision.facts <= revision.assessed:
            return until is not None and revision.as_of_ms is not None and revision.as_of_ms < to_ms(until)
        failed_facts, failed_at = self._failed.get(revision.project, (-1, 0.0))
        return failed_facts != revision.facts or time.monotonic() - failed_at > FAILED_AGAIN_S

    def _stands_still(self, now: datetime) -> bool:
        before, since = self._stands_since
        if now != before:
            self._stands_since = now, time.monotonic()
            return False
        return time.monotonic() - since > STANDS_S

    def _note(self, verdict: Verdict, revision: Revision) -> None:
        TOOK.observe(verdict.took_s)
        if verdict.offline:
            log.warning("database not available for reassessment: project=%s: %s", verdict.project, verdict.error)
            return
        if not verdict.error:
            self._failed.pop(verdict.project, None)
            return
        FAILED.inc()
        self._failed[verdict.project] = revision.facts, time.monotonic()
        with writing(self.engine) as connection:
            save_failure(connection, verdict.project, error=verdict.error, wall_ms=clock.system_ms())
