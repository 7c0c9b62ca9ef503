"""Risk in words by rules, where no probability may be told: signs that anybody can check, no numbers of likelihood.

domain.md §4.12, thresholds of §4.6 and §2.4. On thin evidence the word is never the strongest. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from central.domain import Text
from central.figures import tenths
from central.insight.delay import Target
from central.insight.situation import Situation

Word = Literal["high", "raised", "low", "unknown"]
WORDS: dict[Word, Text] = {
    "high": Text(zh="风险较高", en="high risk"),
    "raised": Text(zh="需要关注", en="to be watched"),
    "low": Text(zh="未见明显风险", en="no clear sign of risk"),
    "unknown": Text(zh="数据不足, 无法判断", en="cannot be said: too little is known"),
}
STRONG, MILD = 2, 1
_HISTORY_MIN = 3
_COVERAGE_MIN_BP, _SIGMA_MAX_BP = 6000, 500  # below / above it evidence is insufficient: §4.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One thing that speaks for a risk. `weight` 2 is enough for the strongest word, 1 asks to look."""

    code: str
    weight: int
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """A word of risk with the signs it is made of; `thin` = capped, because too little was observed."""

    target: Target
    word: Word
    signs: tuple[Sign, ...]
    thin: bool


def risk_of(found: Situation, target: Target) -> Risk:
    """The word for being late or over budget."""
    if (target == "late" and found.gap_bp is None) or (target == "over" and not _costs(found)):
        permits = _permits(found) if target == "late" else None
        signs: tuple[Sign, ...] = (permits,) if permits else ()
        return Risk(target=target, word="raised" if signs else "unknown", signs=signs, thin=False)
    checks = _LATE if target == "late" else _OVER
    signs = tuple(sign for check in checks if (sign := check(found)) is not None)
    weight = sum(sign.weight for sign in signs)
    thin = target == "late" and _is_thin(found)
    word: Word = "low" if not weight else "raised" if weight < STRONG or thin else "high"
    return Risk(target=target, word=word, signs=signs, thin=thin)


def _is_thin(found: Situation) -> bool:
    return (found.coverage_bp is not None and found.coverage_bp < _COVERAGE_MIN_BP) or (
        found.sigma_bp is not None and found.sigma_bp > _SIGMA_MAX_BP
    )


def _costs(found: Situation) -> bool:
    return found.cpi_bp is not None or found.eac_fen is not None or found.pay_gap_bp is not None


def _gap(found: Situation) -> Sign | None:
    gap = found.gap_bp
    if gap is None or gap < 1500:
        return None
    text = Text(zh=f"进度落后计划 {tenths(gap)} 个百分点", en=f"{tenths(gap)} pp behind the plan")
    return Sign(code="gap", weight=STRONG if gap >= 3000 else MILD, text=text)


def _slope(found: Situation) -> Sign | None:
    slope = found.slope_bp
    if slope is None or slope < 100:
        return None
    text = Text(zh=f"近四周落后每周扩大 {tenths(slope)} 个百分点", en=f"the gap grew by {tenths(slope)} pp a week")
    return Sign(code="slope", weight=MILD, text=text)


def _spi_t(found: Situation) -> Sign | None:
    spi = found.spi_t_bp
    if spi is None or spi >= 9000:
        return None
    text = Text(
        zh=f"时间绩效 SPI(t) 为 {spi / 10_000:.2f}, 低于 0.90",
        en=f"SPI(t) is {spi / 10_000:.2f}, under 0.90",
    )
    return Sign(code="spi_t", weight=STRONG if spi < 8000 else MILD, text=text)


def _permits(found: Situation) -> Sign | None:
    if not found.permits:
        return None
    number = len(found.permits)
    text = Text(zh=f"有 {number} 项手续尚未取得", en=f"{number} permits are missing")
    return Sign(code="permits", weight=MILD, text=text)


def _unpaid(found: Situation) -> Sign | None:
    gap = found.pay_gap_bp
    if gap is None or gap > -2000:
        return None
    text = Text(zh=f"支付落后于进度 {tenths(-gap)} 个百分点", en=f"payments are {tenths(-gap)} pp behind the work")
    return Sign(code="unpaid", weight=MILD, text=text)


def _history(found: Situation) -> Sign | None:
    if found.closed < _HISTORY_MIN or 2 * found.closed_late < found.closed:
        return None
    text = Text(
        zh=f"承包单位以往 {found.closed} 个项目中 {found.closed_late} 个延期",
        en=f"{found.closed_late} of {found.closed} earlier projects of the contractor were late",
    )
    return Sign(code="contractor", weight=MILD, text=text)


def _overdue(found: Situation) -> Sign | None:
    if found.day <= found.finish or found.plan_bp is None or found.gap_bp is None or found.gap_bp <= 0:
        return None
    days = (found.day - found.finish).days
    text = Text(zh=f"已超过计划完工日 {days} 天", en=f"{days} days past the planned finish")
    return Sign(code="overdue", weight=STRONG, text=text)


def _cpi(found: Situation) -> Sign | None:
    cpi = found.cpi_bp
    if cpi is None or cpi >= 9000:
        return None
    text = Text(
        zh=f"成本绩效 CPI 为 {cpi / 10_000:.2f}, 低于 0.90",
        en=f"CPI is {cpi / 10_000:.2f}, under 0.90",
    )
    return Sign(code="cpi", weight=STRONG if cpi < 8000 else MILD, text=text)


def _estimate(found: Situation) -> Sign | None:
    eac, budget = found.eac_fen, found.budget_fen
    if eac is None or budget <= 0 or eac <= budget:
        return None
    over = (eac - budget) * 10_000 // budget
    text = Text(
        zh=f"按现有花费推算, 完工成本超出预算 {tenths(over)}%",
        en=f"at this rate it ends {tenths(over)} % over its budget",
    )
    return Sign(code="estimate", weight=STRONG if over >= 1000 else MILD, text=text)


def _paid_ahead(found: Situation) -> Sign | None:
    gap = found.pay_gap_bp
    if gap is None or gap <= 1000:
        return None
    text = Text(zh=f"支付超前于进度 {tenths(gap)} 个百分点", en=f"payments are {tenths(gap)} pp ahead of the work")
    return Sign(code="paid_ahead", weight=STRONG if gap > 3000 else MILD, text=text)


_Check = Callable[[Situation], Sign | None]
_LATE: tuple[_Check, ...] = (_overdue, _gap, _spi_t, _slope, _permits, _unpaid, _history)
_OVER: tuple[_Check, ...] = (_estimate, _cpi, _paid_ahead)
