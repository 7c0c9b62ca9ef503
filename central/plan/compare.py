"""Actual against plan at one instant: gap in basis points, lag in hundredths of an effective day (domain.md §4.4)."""

from __future__ import annotations

from datetime import datetime

from central.domain import Deviation, Progress, Subject
from central.plan.calendar import SiteCalendar
from central.plan.planned import Curve

CDAY_S = 864  # a hundredth of a day


def compare(
    progress: Progress, curve: Curve, calendar: SiteCalendar, *, subject: Subject, as_of: datetime
) -> Deviation:
    """Deviation of a subject. Gap = plan - actual, positive = behind; ahead of plan it is negative and the lag 0."""
    now_s = calendar.effective_s(as_of)
    plan_bp = curve.bp_at(now_s)
    actual_bp = progress.value_bp
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
    )


def lag_cdays(curve: Curve, actual_bp: int, *, now_s: int) -> int:
    """Hundredths of effective days between now and the latest moment whose plan has been reached, rounded half up."""
    behind_s = now_s - curve.latest_s(actual_bp, until_s=now_s)
    return (2 * behind_s + CDAY_S) // (2 * CDAY_S)
