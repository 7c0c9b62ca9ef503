"""The honesty check of a self-evaluation (domain.md §4.7, §5.8): a good word beside money that was not spent. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from central.domain import Text

FULL_SCORE, FULL_EXECUTION = 90, 10  # points of the form without execution, and of execution
GAP_MAX = Fraction(5, 100)
UNSPENT_MAX = Fraction(20, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Honesty:
    """`gap` r = ((score / 90) − (exec / 10)) / (score / 90), `unspent` 1 − spent / budget; None = cannot be said.

    Red: the score says over 5 % more than the money; yellow: over 20 % of the budget was not spent.
    """

    gap: Fraction | None
    unspent: Fraction | None
    level: Literal["red", "yellow"] | None
    reason: Text | None


def honesty(
    *, score: Fraction | float, execution: Fraction | float, spent_fen: int | None = None, budget_fen: int = 0
) -> Honesty:
    """`score` is the self-evaluation without its execution points (0-90), `execution` those (0-10).

    85 of 90 beside 8.5 of 10 gives r = .10: red. Decimal figures are taken as they are written (0.1 is a tenth).
    """
    said, done = _exact(score) / FULL_SCORE, _exact(execution) / FULL_EXECUTION
    if not 0 <= said <= 1 or not 0 <= done <= 1:
        raise ValueError(f"score {score} and execution {execution}: expected 0 to {FULL_SCORE} and {FULL_EXECUTION}")
    gap = (said - done) / said if said else None
    unspent = None if spent_fen is None or budget_fen <= 0 else 1 - Fraction(spent_fen, budget_fen)
    if gap is not None and gap > GAP_MAX:
        reason = Text(
            zh=f"自评得分高出预算执行 {float(100 * gap):.1f}%, 超过 5%, 须复核",
            en=f"the self-evaluation is {float(100 * gap):.1f} % above execution, over 5 %: to be reviewed",
        )
        return Honesty(gap=gap, unspent=unspent, level="red", reason=reason)
    if unspent is not None and unspent > UNSPENT_MAX:
        reason = Text(
            zh=f"预算结余 {float(100 * unspent):.1f}%, 超过 20%",
            en=f"{float(100 * unspent):.1f} % of the budget was not spent, over 20 %",
        )
        return Honesty(gap=gap, unspent=unspent, level="yellow", reason=reason)
    return Honesty(gap=gap, unspent=unspent, level=None, reason=None)


def _exact(number: Fraction | float) -> Fraction:
    return number if isinstance(number, Fraction) else Fraction(str(number))
