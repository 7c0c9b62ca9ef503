"""Surveys: the share of satisfied people with its Wilson 95 % interval, and when a sample is too small (A23, A30)."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from central.domain import Text
from central.scoring.indicator import Value
from central.scoring.refused import ScoringRefused

ENOUGH = 30  # below it a share is shown and never counts as reached
_Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a survey found, in percent: `share` of `n` answers, between `low` and `high` by Wilson (domain.md §5.7)."""

    n: int
    satisfied: int
    share: float
    low: float
    high: float

    @property
    def enough(self) -> bool:
        """Whether the sample is large enough to say that a goal is reached."""
        return self.n >= ENOUGH


def survey_of(*, n: int, satisfied: int) -> Survey:
    """164 of 200 = 82.0 [76.1, 86.7]; ScoringRefused unless 0 ≤ satisfied ≤ n and 1 ≤ n."""
    if n < 1 or not 0 <= satisfied <= n:
        raise ScoringRefused(
            "missing",
            Text(zh=f"{n} 份答卷中 {satisfied} 份满意", en=f"{satisfied} satisfied of {n} answers"),
            where="survey",
            expected=Text(
                zh="至少一份答卷, 满意数不超过答卷数", en="one answer or more, and no more satisfied than answers"
            ),
        )
    low, high = wilson(n=n, hits=satisfied)
    return Survey(n=n, satisfied=satisfied, share=100 * satisfied / n, low=100 * low, high=100 * high)


def wilson(*, n: int, hits: int, z: float = _Z_95) -> tuple[float, float]:
    """Wilson score interval of a share, 0-1 (n ≥ 1); exact at both ends, where rounding would step outside."""
    share, square = hits / n, z * z
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = z * sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return 0.0 if hits == 0 else centre - half, 1.0 if hits == n else centre + half


def surveyed(indicator: str, survey: Survey, *, source: str = "", refs: tuple[str, ...] = ()) -> Value:
    """The survey as the value of an indicator; a small sample is shown, its state says that it does not count."""
    few = Text(
        zh=f"样本不足 (n={survey.n} < {ENOUGH}), 不计达标",
        en=f"sample too small (n={survey.n} < {ENOUGH}), not counted",
    )
    return Value(
        indicator=indicator,
        value=survey.share,
        state="entered" if survey.enough else "too_few",
        refs=refs,
        source=source,
        version="wilson95-1",
        n=survey.n,
        low=survey.low,
        high=survey.high,
        note=None if survey.enough else few,
    )
