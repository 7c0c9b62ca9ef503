"""Whether facts came in time, for those who act on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Connection, Table, select

from central.store.tables import CameraEvent, FaceReading
from central.store.upsert import table_of

_READING, _EVENT = table_of(FaceReading), table_of(CameraEvent)
_SEQS_AT_ONCE = 500  # SQLite takes so many parameters in one statement, and more


def only_historical(connection: Connection, refs: Iterable[str]) -> bool:
    """Whether all of these facts (gateway/epoch/seq, several joined by ',') came too late to act on when they were.

    False where there is none, or one that is not known: what nothing says is late is taken for timely.
    """
    streams: dict[tuple[str, str], set[int]] = defaultdict(set)
    for ref in (part for group in refs for part in group.split(",") if part):
        gateway, _, rest = ref.partition("/")
        epoch, _, seq = rest.rpartition("/")
        if not seq.isdecimal():
            return False
        streams[gateway, epoch].add(int(seq))
    return bool(streams) and all(
        _all_late(connection, gateway=gateway, epoch=epoch, seqs=sorted(seqs))
        for (gateway, epoch), seqs in streams.items()
    )


def _all_late(connection: Connection, *, gateway: str, epoch: str, seqs: list[int]) -> bool:
    for start in range(0, len(seqs), _SEQS_AT_ONCE):
        part = seqs[start : start + _SEQS_AT_ONCE]
        late = sum(
            timing == "historical"
            for table in (_READING, _EVENT)
            for timing in _timings(connection, table, gateway=gateway, epoch=epoch, seqs=part)
        )
        if late < len(part):
            return False
    return True


def _timings(connection: Connection, table: Table, *, gateway: str, epoch: str, seqs: list[int]) -> list[str]:
    wanted = select(table.c.timing).where(table.c.gateway == gateway, table.c.epoch == epoch, table.c.seq.in_(seqs))
    return list(connection.execute(wanted).scalars())
