"""What is given up when the outbox meets its cap: a pure policy. Class A never goes, class B oldest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

CLASS_A = frozenset({"camera_event", "tombstone"})  # everything else is class B: readings
FREE_TO_BP = 9000  # evict down to this share of the cap, so that eviction is rare and in runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A record as the policy sees it."""

    seq: int
    kind: str
    at: int
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Contiguous records lo..hi to be given up; one tombstone stands for them."""

    lo: int
    hi: int
    count: int
    at_min: int
    at_max: int


def spans_to_evict(records: Sequence[Stored], *, used_bytes: int, cap_bytes: int) -> tuple[Span, ...]:
    """Runs of the oldest class B records, in order of seq, that bring the use to FREE_TO_BP of the cap.

    Empty while the use is under the cap. `records` are in order of seq.
    """
    if used_bytes < cap_bytes:
        return ()
    surplus = used_bytes - cap_bytes * FREE_TO_BP // 10_000
    spans: list[list[Stored]] = []
    for record in records:
        if surplus <= 0:
            break
        if record.kind in CLASS_A:
            continue
        if spans and spans[-1][-1].seq + 1 == record.seq:
            spans[-1].append(record)
        else:
            spans.append([record])
        surplus -= record.size_bytes
    return tuple(_span(run) for run in spans)


def _span(run: Sequence[Stored]) -> Span:
    ats = [record.at for record in run]
    return Span(lo=run[0].seq, hi=run[-1].seq, count=len(run), at_min=min(ats), at_max=max(ats))
