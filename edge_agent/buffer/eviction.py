"""What is given up when the outbox fills: pure policies. Class A never goes; B is thinned, then goes oldest first.

Shares are of the cap. Class A has a reserve above what B may use, so that events still fit when readings no longer do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

CLASS_A = frozenset(
    {
        "alarm",
        "camera_event",
        "clock_map",
        "config_result",
        "config_step",
        "reference_frame",
        "still_held",
        "store_lost",
        "tombstone",
    }
)
"""Everything else is class B: readings."""
THIN_AT_BP, THIN_TO_BP = 8000, 7500
DROP_AT_BP = 9500
DROP_BY_BP = 500  # below where dropping began, so that it is rare and in runs
RESERVE_BYTES_MAX = 64 << 20
RESERVE_BP = 1000
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A record as the policies see it; `face` names camera and face of a reading, empty if it has none."""

    seq: int
    kind: str
    at: int
    size_bytes: int
    face: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Contiguous records lo..hi to be given up; one tombstone stands for them."""

    lo: int
    hi: int
    count: int
    at_min: int
    at_max: int


def reserve_bytes(cap_bytes: int) -> int:
    """Kept for class A: 64 MiB, or a tenth of a small cap."""
    return min(RESERVE_BYTES_MAX, cap_bytes * RESERVE_BP // 10_000)


def thin_at(cap_bytes: int) -> int:
    """From this use on, readings are thinned."""
    return cap_bytes * THIN_AT_BP // 10_000


def drop_at(cap_bytes: int) -> int:
    """From this use on, the oldest readings go."""
    return min(cap_bytes * DROP_AT_BP // 10_000, cap_bytes - reserve_bytes(cap_bytes))


def spans_to_thin(records: Sequence[Stored], *, surplus_bytes: int) -> tuple[Span, ...]:
    """Readings that a later one of the same camera, face and hour stands for; oldest first, until the surplus is gone.

    `records` are in order of seq. What has no face is not thinned.
    """
    last = {_hour_of(record): record.seq for record in records if _thins(record)}
    return _spans(_until(surplus_bytes, (r for r in records if _thins(r) and last[_hour_of(r)] != r.seq)))


def spans_to_drop(records: Sequence[Stored], *, used_bytes: int, cap_bytes: int) -> tuple[Span, ...]:
    """Runs of the oldest class B records that bring the use a twentieth below where dropping begins; none below that.

    `records` are in order of seq.
    """
    if used_bytes < drop_at(cap_bytes):
        return ()
    surplus = used_bytes - drop_at(cap_bytes) + cap_bytes * DROP_BY_BP // 10_000
    return _spans(_until(surplus, (record for record in records if record.kind not in CLASS_A)))


def _thins(record: Stored) -> bool:
    return bool(record.face) and record.kind not in CLASS_A


def _hour_of(record: Stored) -> tuple[str, int]:
    return record.face, record.at // HOUR_MS


def _until(surplus_bytes: int, records: Iterable[Stored]) -> list[Stored]:
    taken: list[Stored] = []
    for record in records:
        if surplus_bytes <= 0:
            break
        taken.append(record)
        surplus_bytes -= record.size_bytes
    return taken


def _spans(records: Iterable[Stored]) -> tuple[Span, ...]:
    runs: list[list[Stored]] = []
    for record in records:
        if runs and runs[-1][-1].seq + 1 == record.seq:
            runs[-1].append(record)
        else:
            runs.append([record])
    return tuple(_span(run) for run in runs)


def _span(run: Sequence[Stored]) -> Span:
    ats = [record.at for record in run]
    return Span(lo=run[0].seq, hi=run[-1].seq, count=len(run), at_min=min(ats), at_max=max(ats))
