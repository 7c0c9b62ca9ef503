"""Which causes are behind warnings: how many cases, how long they took, where (D14). Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from central.domain import Text
from central.insight.spread import half_up, share_bp
from central.mending.causes import CAUSES
from central.mending.clocks import DAY_MS

UNSAID = Text(zh="未登记原因", en="no cause said")
_NAMES = {cause.code: cause.name for cause in CAUSES}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A case: its cause ('' = not said), where it was, and when its last round began and ended (None = still open)."""

    id: int
    project: str
    cause: str
    rule: str
    kind: str
    unit: str
    began_ms: int
    ended_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseStat:
    """Cases of one cause: share of all, how many are over, and their mean days in hundredths (None = none is over)."""

    cause: str
    name: Text
    n: int
    share_bp: int
    ended: int
    mean_cdays: int | None
    cases: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseGroup:
    """Causes of a kind of project or of a unit ('' = all), the most frequent first; what nobody said comes last."""

    group: str
    n: int
    causes: tuple[CauseStat, ...]


def by_cause(rows: Sequence[CaseRow], *, group: str = "") -> CauseGroup:
    """Statistics of these cases."""
    codes = {row.cause for row in rows}
    found = [_stat(code, [row for row in rows if row.cause == code], len(rows)) for code in codes]
    ordered = sorted(found, key=lambda one: (one.cause == "", -one.n, one.cause))
    return CauseGroup(group=group, n=len(rows), causes=tuple(ordered))


def grouped(rows: Sequence[CaseRow], *, by: Callable[[CaseRow], str]) -> tuple[CauseGroup, ...]:
    """Statistics of each group, the largest first."""
    names = sorted({by(row) for row in rows})
    found = [by_cause([row for row in rows if by(row) == name], group=name) for name in names]
    return tuple(sorted(found, key=lambda one: (-one.n, one.group)))


def _stat(code: str, rows: Sequence[CaseRow], whole: int) -> CauseStat:
    took = [row.ended_ms - row.began_ms for row in rows if row.ended_ms is not None]
    return CauseStat(
        cause=code,
        name=_NAMES.get(code, Text(zh=code, en=code)) if code else UNSAID,
        n=len(rows),
        share_bp=share_bp(len(rows), whole) or 0,
        ended=len(took),
        mean_cdays=half_up(Fraction(sum(took) * 100, len(took) * DAY_MS)) if took else None,
        cases=tuple(sorted(row.id for row in rows)),
    )
