"""From an assessed project to the values of its indicators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from central.domain import Deviation
from central.plan.calendar import DAY_S
from central.plan.earned import spi_t_of
from central.plan.planned import Curve, begin_s
from central.scoring.tree import Measured

_GRACE_S = (
    7 * DAY_S
)  # a project that is not seen a week after its planned beginning has missing values, not future ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Working days of one building up to now: how many, how many under an open schedule warning, how many well seen."""

    weight_bp: int
    days: int
    warned_days: int
    evident_days: int


def measure(
    deviation: Deviation | None,
    tallies: Sequence[Tally],
    raised: Sequence[str],
    *,
    curve: Curve,
    now_s: int,
) -> tuple[Measured, ...]:
    """Values of the project tree's leaves. `deviation` is the project's newest, None when nothing was ever seen;
    `raised` are the records behind the newest schedule warnings."""
    due = now_s > begin_s(curve) + _GRACE_S
    refs = deviation.refs if deviation else ()
    return (
        Measured(indicator="spi_t", value=_spi_t(deviation, curve, now_s), due=due, refs=refs),
        Measured(indicator="completion", value=_completion(deviation), due=due and _planned(deviation), refs=refs),
        Measured(
            indicator="warning_days",
            value=_share([(t.weight_bp, t.warned_days, t.days) for t in tallies]) if deviation else None,
            due=due,
            refs=tuple(raised),
        ),
        Measured(
            indicator="evidence",
            value=_share([(t.weight_bp, t.evident_days, t.days) for t in tallies]) if deviation or due else None,
            due=due,
            refs=refs,
        ),
    )


def _spi_t(deviation: Deviation | None, curve: Curve, now_s: int) -> float | None:
    return None if deviation is None else spi_t_of(curve, deviation.actual_bp, now_s=now_s)


def _planned(deviation: Deviation | None) -> bool:
    """Whether the plan asks for a whole basis point yet; a plan of years may not after its first week."""
    return deviation is None or deviation.plan_bp > 0


def _completion(deviation: Deviation | None) -> float | None:
    if deviation is None or deviation.plan_bp == 0:
        return None
    return deviation.actual_bp / deviation.plan_bp


def _share(parts: Sequence[tuple[int, int, int]]) -> float | None:
    """Mean of part / whole weighted by building; None before the first working day."""
    counted = [(weight, part / days) for weight, part, days in parts if days]
    total = sum(weight for weight, _ in counted)
    return sum(weight * share for weight, share in counted) / total if total else None
