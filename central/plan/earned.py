"""Earned value and earned schedule (domain.md §2.4), against the vectors of §5.3."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from central.plan.planned import MICRO, Curve


@dataclass(frozen=True, slots=True, kw_only=True)
class EarnedSchedule:
    """Schedule in time, in the plan's periods: `spi_t` = ES/AT, `sv_t` = ES - AT, `forecast` = PD / SPI(t)."""

    es: float
    at: float
    spi_t: float
    sv_t: float
    forecast: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarnedValue:
    """Money view at one instant. Values in fen; estimates at completion rounded to the fen; None where undefined."""

    ev_fen: int
    pv_fen: int
    ac_fen: int
    spi: float | None
    cpi: float | None
    eac_typical_fen: int | None
    eac_atypical_fen: int
    eac_combined_fen: int | None
    tcpi: float | None


def earned_schedule(plan_bp: Sequence[int], earned_bp: int, *, at: float) -> EarnedSchedule:
    """ES = C + (EV - PV_C) / (PV_C+1 - PV_C) with C the last period whose plan is <= EV.

    `plan_bp[k]` is planned completion at the end of period k, `plan_bp[0]` at the start. On a flat stretch that
    equals EV, C does not run ahead of AT: all that was planned is done, no more.
    """
    first_equal = next((k for k, planned in enumerate(plan_bp) if planned == earned_bp), 0)
    reach = max(at, first_equal)
    done = [k for k, planned in enumerate(plan_bp) if planned < earned_bp or (planned == earned_bp and k <= reach)]
    last = done[-1] if done else 0
    es = float(last)
    if last + 1 < len(plan_bp) and plan_bp[last + 1] > plan_bp[last]:
        es += (earned_bp - plan_bp[last]) / (plan_bp[last + 1] - plan_bp[last])
    spi_t = es / at if at > 0 else 1.0
    planned_duration = len(plan_bp) - 1
    return EarnedSchedule(
        es=es, at=at, spi_t=spi_t, sv_t=es - at, forecast=planned_duration / spi_t if spi_t > 0 else None
    )


def spi_t_of(curve: Curve, actual_bp: int, *, now_s: int) -> float | None:
    """SPI(t) on an exact plan curve over effective time; None before the plan asks for anything.

    Ahead of plan ES is searched on the whole curve, so that SPI(t) may exceed 1.
    """
    planned = curve.micro_at(now_s)
    if now_s <= 0 or planned == 0:
        return None
    ahead = actual_bp * MICRO > planned
    horizon_s = max(now_s, curve.at_s[-1]) if ahead else now_s
    return curve.latest_s(actual_bp, until_s=horizon_s) / now_s


def earned_value(*, bac_fen: int, plan_bp: int, actual_bp: int, ac_fen: int) -> EarnedValue:
    """EV = BAC x actual, PV = BAC x plan; SPI = EV/PV, CPI = EV/AC and the three estimates at completion."""
    ev, pv = bac_fen * actual_bp // 10_000, bac_fen * plan_bp // 10_000
    spi = ev / pv if pv else None
    cpi = ev / ac_fen if ac_fen else None
    rest = bac_fen - ev
    return EarnedValue(
        ev_fen=ev,
        pv_fen=pv,
        ac_fen=ac_fen,
        spi=spi,
        cpi=cpi,
        eac_typical_fen=round(bac_fen / cpi) if cpi else None,
        eac_atypical_fen=ac_fen + rest,
        eac_combined_fen=round(ac_fen + rest / (cpi * spi)) if cpi and spi else None,
        tcpi=rest / (bac_fen - ac_fen) if bac_fen != ac_fen else None,
    )
