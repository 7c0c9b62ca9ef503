"""When a project will be finished, as the district's own projects went: its pace, corrected by what became of theirs.

Earned schedule says when the work ends if its pace stays (domain.md §2.4). Completed projects tell how many days it
then really took for each day forecast. The correction is used only where it would have been nearer. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor, log

from central.domain import Text

ENOUGH = 20
_LEAST_DAYS = 7  # a forecast of few days makes a ratio of anything
_LOW, _HIGH = 0.1, 0.9
_YEARS_10 = 3653


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Of a completed project on a day of its life: days its pace forecast from then on, and days it really took."""

    project: str
    forecast_days: int
    actual_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishModel:
    """Days really taken for each day forecast: 10 %, median and 90 % of n projects, in thousandths.

    `shown` = the median would have been nearer than the pace alone: mean size of log errors, each project left out.
    """

    n: int
    low_milli: int
    middle_milli: int
    high_milli: int
    error: float | None
    plain_error: float | None
    shown: bool
    why: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """A forecast day with the interval in which eight of ten lay."""

    day: date
    low: date
    high: date
    n: int


def learn_finish(courses: Sequence[Course]) -> FinishModel:
    """The correction of these courses; each project counts once, by the median of its own ratios."""
    ratios = _ratios(courses)
    n = len(ratios)
    if n < ENOUGH:
        why = Text(
            zh=f"可比的已完工项目 {n} 个, 少于 {ENOUGH} 个, 只按现有速度推算",
            en=f"{n} completed projects to compare, under {ENOUGH}: by the pace alone",
        )
        return FinishModel(
            n=n, low_milli=1000, middle_milli=1000, high_milli=1000, error=None, plain_error=None, shown=False, why=why
        )
    error, plain = _left_out(ratios), sum(abs(log(ratio)) for ratio in ratios) / n
    shown = error < plain
    return FinishModel(
        n=n,
        low_milli=floor(ratios[max(floor((n + 1) * _LOW), 1) - 1] * 1000),
        middle_milli=round(_median(ratios) * 1000),
        high_milli=ceil(ratios[min(ceil((n + 1) * _HIGH), n) - 1] * 1000),
        error=error,
        plain_error=plain,
        shown=shown,
        why=_why(n, error, plain, shown=shown),
    )


def finish_of(model: FinishModel, *, today: date, forecast: date | None) -> Finish | None:
    """The corrected day; None when the model is not to be shown or the pace says nothing."""
    if not model.shown or forecast is None or forecast < today:
        return None
    days = (forecast - today).days

    def day(milli: int, *, up: bool) -> date:
        scaled = -(-days * milli // 1000) if up else days * milli // 1000
        return today + timedelta(days=min(scaled, _YEARS_10))

    return Finish(
        day=day(model.middle_milli, up=True),
        low=day(model.low_milli, up=False),
        high=day(model.high_milli, up=True),
        n=model.n,
    )


def _ratios(courses: Sequence[Course]) -> list[float]:
    found: dict[str, list[float]] = defaultdict(list)
    for one in courses:
        if one.forecast_days >= _LEAST_DAYS and one.actual_days > 0:
            found[one.project].append(one.actual_days / one.forecast_days)
    return sorted(_median(sorted(of)) for of in found.values())


def _median(ordered: Sequence[float]) -> float:
    n = len(ordered)
    return (ordered[(n - 1) // 2] + ordered[n // 2]) / 2


def _left_out(ordered: Sequence[float]) -> float:
    """Mean size of the log error when the median of all the others is taken."""
    errors = [
        abs(log(ratio) - log(_median([*ordered[:place], *ordered[place + 1 :]]))) for place, ratio in enumerate(ordered)
    ]
    return sum(errors) / len(errors)


def _why(n: int, error: float, plain: float, *, shown: bool) -> Text:
    if shown:
        return Text(
            zh=f"按 {n} 个已完工项目的实际用时修正 (对数误差 {error:.3f}, 只按速度 {plain:.3f})",
            en=f"corrected by what {n} completed projects really took (log error {error:.3f}, by pace {plain:.3f})",
        )
    return Text(
        zh=f"{n} 个已完工项目的修正不比只按速度更准 ({error:.3f} / {plain:.3f}), 只按现有速度推算",
        en=f"a correction by {n} completed projects is no nearer ({error:.3f} / {plain:.3f}): by the pace alone",
    )
