"""Actual against plan at one instant: gap in basis points, lag in hundredths of an effective day (domain.md §4.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from central.domain import Deviation, MoneyStanding, Progress, Subject
from central.plan.calendar import SiteCalendar
from central.plan.earned import budget_at_completion, forecast_s, half_up, spi_t_bp
from central.plan.planned import FULL_BP, Curve

CDAY_S = 864  # a hundredth of a day
SPEAKS_BP = 500  # below 5 % a share of the plan, and what the work will have cost or lasted, is noise


def compare(
    progress: Progress,
    curve: Curve,
    calendar: SiteCalendar,
    *,
    subject: Subject,
    as_of: datetime,
    money: MoneyStanding | None = None,
    contract_fen: int = 0,
) -> Deviation:
    """Deviation of a subject. Gap = plan - actual, positive = behind; ahead of plan it is negative and the lag 0.

    `money` is what was spent on this subject, up to the same instant; without it nothing is said of cost.
    """
    now_s = calendar.effective_s(as_of)
    plan_bp, actual_bp = curve.bp_at(now_s), progress.value_bp
    cost = _cost(money, actual_bp=actual_bp, contract_fen=contract_fen)
    days = _forecast(curve, calendar, actual_bp=actual_bp, sigma_bp=progress.sigma_bp, now_s=now_s)
    return Deviation(
        subject=subject,
        as_of=as_of,
        plan_bp=plan_bp,
        actual_bp=actual_bp,
        gap_bp=plan_bp - actual_bp,
        lag_cdays=lag_cdays(curve, actual_bp, now_s=now_s),
        sigma_bp=progress.sigma_bp,
        coverage_bp=progress.coverage_bp,
        refs=progress.refs,
        rel_bp=(plan_bp - actual_bp) * FULL_BP // plan_bp if plan_bp >= SPEAKS_BP else None,
        spi_bp=half_up(actual_bp * FULL_BP, plan_bp) if plan_bp else None,
        spi_t_bp=spi_t_bp(curve, actual_bp, now_s=now_s),
        cpi_bp=cost.cpi_bp,
        pay_gap_bp=cost.pay_gap_bp,
        eac_fen=cost.eac_fen,
        forecast=days.middle,
        forecast_low=days.low,
        forecast_high=days.high,
    )


def lag_cdays(curve: Curve, actual_bp: int, *, now_s: int) -> int:
    """Hundredths of effective days between now and the latest moment whose plan has been reached, rounded half up."""
    behind_s = now_s - curve.latest_s(actual_bp, until_s=now_s)
    return (2 * behind_s + CDAY_S) // (2 * CDAY_S)


def pay_gap_bp(paid_fen: int, contract_fen: int, *, actual_bp: int) -> int:
    """Paid / contract - actual in basis points, rounded up, so that a gap above a whole line is above it here too."""
    return -(-paid_fen * FULL_BP // contract_fen) - actual_bp


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cost:
    cpi_bp: int | None = None
    pay_gap_bp: int | None = None
    eac_fen: int | None = None


def _cost(money: MoneyStanding | None, *, actual_bp: int, contract_fen: int) -> _Cost:
    """EAC is the typical one, BAC / CPI."""
    if money is None:
        return _Cost()
    paid_fen, bac_fen = money.paid_fen, budget_at_completion(money.budget_fen, contract_fen)
    spoken = paid_fen > 0 and bac_fen > 0
    return _Cost(
        cpi_bp=half_up(bac_fen * actual_bp, paid_fen) if spoken else None,
        pay_gap_bp=pay_gap_bp(paid_fen, contract_fen, actual_bp=actual_bp) if contract_fen > 0 else None,
        eac_fen=half_up(paid_fen * FULL_BP, actual_bp) if spoken and actual_bp >= SPEAKS_BP else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Days:
    middle: date | None = None
    low: date | None = None
    high: date | None = None


def _forecast(curve: Curve, calendar: SiteCalendar, *, actual_bp: int, sigma_bp: int, now_s: int) -> _Days:
    """When it ends at its pace so far: for actual, and for one sigma more (low) and less (high) of it."""
    if not SPEAKS_BP <= actual_bp < FULL_BP:
        return _Days()

    def day(value_bp: int) -> date | None:
        end_s = forecast_s(curve, value_bp, now_s=now_s)
        return None if end_s is None else calendar.day_at(max(end_s - 1, 0))

    return _Days(middle=day(actual_bp), low=day(actual_bp + sigma_bp), high=day(actual_bp - sigma_bp))
