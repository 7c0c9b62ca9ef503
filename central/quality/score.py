"""Quality of a unit's data in a month (domain.md §4.8): four dimensions, one figure, five grades. Exact fractions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

QualityGrade = Literal["A", "B", "C", "D", "E"]
WEIGHTS = {  # of completeness, accuracy, timeliness, consistency
    "completeness": Fraction(30, 100),
    "accuracy": Fraction(30, 100),
    "timeliness": Fraction(25, 100),
    "consistency": Fraction(15, 100),
}
GRADES: tuple[tuple[QualityGrade, int], ...] = (("A", 95), ("B", 90), ("C", 80), ("D", 60), ("E", 0))
TRAINING_BELOW = 80  # a unit below gets a training item in the bulletin (A49)
INSUFFICIENT_BELOW = 60  # project scores of the unit carry 数据质量不足


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What was counted of a unit in a month. Things excused (an outage reported within 24 h) are in none of these.

    `expected`/`received`/`on_time` are deliveries (daily reports, camera days); `required`/`filled` fields of what was
    received; `checked`/`valid` values that were checked against a range or a second source; `pairs`/`agreeing` values
    of one thing from two sources.
    """

    expected: int
    received: int
    on_time: int
    required: int
    filled: int
    checked: int
    valid: int
    pairs: int
    agreeing: int

    def __post_init__(self) -> None:
        for part, whole in (
            ("received", "expected"),
            ("on_time", "expected"),
            ("filled", "required"),
            ("valid", "checked"),
            ("agreeing", "pairs"),
        ):
            if not 0 <= getattr(self, part) <= getattr(self, whole):
                raise ValueError(f"{part} {getattr(self, part)}: expected 0 to {whole} {getattr(self, whole)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityScore:
    """Shares 0-1 by dimension (None = nothing to count), the total 0-100, and the grade, compared before rounding.

    A dimension that has nothing to count leaves its weight to the others; with none at all there is no total.
    """

    shares: dict[str, Fraction | None]
    total: Fraction | None
    grade: QualityGrade | None

    @property
    def needs_training(self) -> bool:
        """Whether the bulletin asks for training of the unit's people."""
        return self.total is not None and self.total < TRAINING_BELOW

    @property
    def insufficient(self) -> bool:
        """Whether scores of the unit's projects carry the mark that their data do not suffice."""
        return self.total is not None and self.total < INSUFFICIENT_BELOW


def quality_score(counted: Counted) -> QualityScore:
    """Score of one unit and month."""
    shares = {
        "completeness": _product(_share(counted.received, counted.expected), _share(counted.filled, counted.required)),
        "accuracy": _share(counted.valid, counted.checked),
        "timeliness": _share(counted.on_time, counted.expected),
        "consistency": _share(counted.agreeing, counted.pairs),
    }
    known = {name: share for name, share in shares.items() if share is not None}
    weight = sum((WEIGHTS[name] for name in known), Fraction(0))
    if not weight:
        return QualityScore(shares=shares, total=None, grade=None)
    total = 100 * sum((WEIGHTS[name] * share for name, share in known.items()), Fraction(0)) / weight
    return QualityScore(shares=shares, total=total, grade=next(name for name, least in GRADES if total >= least))


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None


def _product(received: Fraction | None, filled: Fraction | None) -> Fraction | None:
    """Nothing received has no fields to fill: what was expected and did not come counts alone."""
    if received is None or filled is None:
        return received
    return received * filled
