"""Many sheets made again with as few judgements as they need.

A project is judged once from all its facts, in a transaction that is taken back. Where that says what is stored, a
sheet of it of which nothing came late is compared with what is stored: judging up to its instant would say the same,
for a judgement goes by event time. It reads only, and keeps nobody from writing. Every other sheet, and one that does
not come out the same so, is made again by itself, from what was known when it was kept (`central.recompute`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, select

from central.assess import assess
from central.plan.calendar import local_day, midnight
from central.recompute import Recomputed, recompute_sheet, rejudged_projects, sheet_of
from central.scoring.sheet import Sheet
from central.store import tables
from central.store.engine import reading, undone
from central.store.instants import from_ms, to_ms
from central.store.load_known import load_known, none_received
from central.store.read_sheets import Brief, brief_of
from central.store.save_assessment import save_assessment
from central.store.sheets_behind import Arrivals, arrivals_of
from central.store.upsert import table_of

_STATE = table_of(tables.AssessmentState)
_FOR_EVER_MS = 2**62
_SEEN, _WARNING, _EVENT = table_of(tables.Observation), table_of(tables.PlanWarning), table_of(tables.WarningEvent)
_JUDGED = (table_of(tables.ProgressState), table_of(tables.DeviationRow), _WARNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a project's stored judgement is worth: up to `until_ms` it is what its facts say (-1: it is not)."""

    until_ms: int
    arrivals: Arrivals


@dataclass(slots=True)
class Rejudging:
    """Sheets of one store made again; what was proved of a project is kept for all of its sheets."""

    engine: Engine
    proofs: dict[str, Proof] = field(default_factory=dict)

    def again(self, key: str) -> Recomputed | None:
        """The sheet of an id; None where there is none."""
        with reading(self.engine) as connection:
            brief = brief_of(connection, key)
            if brief is None:
                return None
            if self._stands(connection, brief, sheet_of(connection, brief)):
                found = recompute_sheet(connection, brief, judged=True)
                if found.same:
                    return found
        with undone(self.engine) as connection:
            return recompute_sheet(connection, brief)

    def _stands(self, connection: Connection, brief: Brief, kept: Sheet) -> bool:
        """Whether what is stored of all its projects is what was known when it was kept."""
        projects = rejudged_projects(connection, kept)
        at_ms = to_ms(midnight(min(local_day(kept.taken_at), kept.period.after().first)))  # days that are over count
        known_ms = brief.stored_ms
        if projects and none_received(connection, known_ms=known_ms):
            known_ms = _FOR_EVER_MS
        return all(self._known(project, at_ms=at_ms, known_ms=known_ms) for project in projects)

    def _known(self, project: str, *, at_ms: int, known_ms: int) -> bool:
        if project not in self.proofs:
            self.proofs[project] = prove(self.engine, project)
        proof = self.proofs[project]
        return at_ms <= proof.until_ms and not proof.arrivals.late(until_ms=at_ms, known_ms=known_ms)


def prove(engine: Engine, project: str) -> Proof:
    """Judge a project from all its facts up to where it was judged, compare with what is stored, take it back."""
    with undone(engine) as connection:
        arrivals = arrivals_of(connection, project)
        as_of_ms = connection.execute(select(_STATE.c.as_of_at).where(_STATE.c.project == project)).scalar()
        if as_of_ms is None:
            return Proof(until_ms=-1, arrivals=arrivals)
        before, now = _digest(connection, project, until_ms=as_of_ms), from_ms(as_of_ms)
        known = load_known(connection, project, until=now, known_ms=_FOR_EVER_MS)
        if known is None:
            return Proof(until_ms=-1, arrivals=arrivals)
        made = assess(known.facts, now=now, policy=known.policy)
        save_assessment(connection, made, revision=_FOR_EVER_MS, now_ms=as_of_ms, wall_ms=as_of_ms)
        same = _digest(connection, project, until_ms=as_of_ms) == before
        return Proof(until_ms=as_of_ms if same else -1, arrivals=arrivals)


def _digest(connection: Connection, project: str, *, until_ms: int) -> str:
    """Of all that measures read of a project's judgement, and of what was seen up to an instant."""
    digest = hashlib.sha256()
    for rows in (
        select(_SEEN).where(_SEEN.c.project == project, _SEEN.c.observed_at <= until_ms).order_by(*_SEEN.primary_key),
        *(select(table).where(table.c.project == project).order_by(*table.primary_key) for table in _JUDGED),
        select(_EVENT).join(_WARNING).where(_WARNING.c.project == project).order_by(*_EVENT.c),
    ):
        digest.update(repr(connection.execute(rows).tuples().all()).encode())
    return digest.hexdigest()
