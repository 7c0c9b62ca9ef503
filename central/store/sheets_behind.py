"""The facts behind score sheets: which of a project's came late, and which are not stored any more.

A sheet stands for an instant and for what was known when it was kept. What happened up to the one and came after the
other is late of it; facts that were moved out of the store leave their references in the judgements made of them.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from sqlalchemy import Connection, and_, select

from central.plan.calendar import midnight
from central.store import tables
from central.store.instants import to_ms
from central.store.load_facts import cameras_of
from central.store.read_refs import kind_of
from central.store.upsert import table_of

_RECORD, _READING, _EVENT = table_of(tables.Record), table_of(tables.FaceReading), table_of(tables.CameraEvent)
_BUILDING, _DEVIATION = table_of(tables.Building), table_of(tables.DeviationRow)
_REPORT, _STEP, _ENTRY = table_of(tables.DailyReport), table_of(tables.StepRecord), table_of(tables.FundEntry)
_LIFE = table_of(tables.LifeEventRow)
_DAY_MS, _DISTRICT_MS = 86_400_000, 8 * 3_600_000
_AT_ONCE = 300  # references asked for in one query


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """Facts of a project that came later than the midnight (Asia/Shanghai) after they happened: `happened` in order, ms
    UTC, and beside each the newest arrival of all up to it."""

    happened: tuple[int, ...]
    newest: tuple[int, ...]

    def late(self, *, until_ms: int, known_ms: int) -> bool:
        """Whether something that happened up to a midnight came after a later instant."""
        before = bisect_right(self.happened, until_ms)
        return before > 0 and self.newest[before - 1] > known_ms


def arrivals_of(connection: Connection, project: str) -> Arrivals:
    """Of readings and events of its cameras, daily reports, steps, ledger entries and life events."""
    found = sorted(one for one in _came(connection, project) if one[1] > _midnight_after(one[0]))
    return Arrivals(happened=tuple(at for at, _ in found), newest=tuple(accumulate((came for _, came in found), max)))


def gone_facts(connection: Connection, project: str, *, until_ms: int) -> tuple[str, ...]:
    """References to records that the project's judgements up to an instant name and that are not stored, sorted."""
    wanted = select(_DEVIATION.c.refs).where(_DEVIATION.c.project == project, _DEVIATION.c.as_of_at <= until_ms)
    refs = {ref for named in connection.execute(wanted.distinct()).scalars() for ref in json.loads(named)}
    records = sorted(ref for ref in refs if kind_of(ref) == "record")
    return tuple(sorted(set(records) - set(_stored(connection, records))))


def _stored(connection: Connection, records: Sequence[str]) -> Iterator[str]:
    """Stream by stream: for pairs and triples among values SQLite reads the whole table."""
    streams: dict[tuple[str, str], list[int]] = {}
    for box, epoch, seq in (ref.split("/") for ref in records):
        streams.setdefault((box, epoch), []).append(int(seq))
    for (box, epoch), seqs in streams.items():
        for first in range(0, len(seqs), _AT_ONCE):
            for table in (_READING, _EVENT):
                mine = (table.c.gateway == box, table.c.epoch == epoch, table.c.seq.in_(seqs[first:][:_AT_ONCE]))
                for (seq,) in connection.execute(select(table.c.seq).where(*mine)):
                    yield f"{box}/{epoch}/{seq}"


def _came(connection: Connection, project: str) -> Iterator[tuple[int, int]]:
    """(happened, came) in ms UTC; a thing of a day happened when that began."""
    buildings = select(_BUILDING.c.id).where(_BUILDING.c.project == project)
    boxes = sorted({box for box, _ in cameras_of(connection, project)})
    for table, mine, at in (
        (_READING, _READING.c.building.in_(buildings), _READING.c.observed_at),
        (_EVENT, _EVENT.c.gateway.in_(boxes), _EVENT.c.at),
    ):
        same = [table.c[name] == _RECORD.c[name] for name in ("gateway", "epoch", "seq")]
        rows = select(at, _RECORD.c.received_at).join_from(table, _RECORD, and_(*same))
        yield from connection.execute(rows.where(mine)).tuples()
    for table, day, came in (
        (_REPORT, "day", "submitted_at"),
        (_STEP, "done_on", "decided_at"),
        (_ENTRY, "day", "posted_at"),
    ):
        rows = select(table.c[day], table.c[came]).where(table.c.project == project, table.c[came].is_not(None))
        yield from ((_began(on), at) for on, at in connection.execute(rows).tuples())
    rows = select(_LIFE.c.kind, _LIFE.c.day, _LIFE.c.noted_at).where(_LIFE.c.project == project)
    for kind, on, at in connection.execute(rows).tuples():
        yield (0 if kind == "agreed_start" else _began(on)), at  # what was agreed bears on all days before it


def _midnight_after(at_ms: int) -> int:
    """The first midnight of the district that is not before an instant."""
    return -(-(at_ms + _DISTRICT_MS) // _DAY_MS) * _DAY_MS - _DISTRICT_MS


def _began(day: date) -> int:
    return to_ms(midnight(day))
