"""Earned value and earned schedule (domain.md §2.4), against the vectors of §5.3."""

from __future__ import annotations

from dataclasses import dataclass

from central.plan.planned import FULL_BP, MICRO, Curve, begin_s

_PACE_MIN = 10  # work at under a tenth of its planned pace ends nobody knows when


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


def spi_t_of(curve: Curve, actual_bp: int, *, now_s: int) -> float | None:
    """SPI(t) on an exact plan curve over effective time; None before the plan asks for anything.

    Counted from the project's start. Ahead of plan it may exceed 1.
    """
    if now_s <= 0 or curve.micro_at(now_s) == 0:
        return None
    return earned_s(curve, actual_bp, now_s=now_s) / now_s


def spi_t_bp(curve: Curve, actual_bp: int, *, now_s: int) -> int | None:
    """SPI(t) = ES / AT in basis points, both from the moment at which the plan begins; None before it does.

    So a building that begins in the project's sixth month is not early by those months.
    """
    first_s = begin_s(curve)
    if now_s <= first_s or curve.micro_at(now_s) <= 0:
        return None
    return half_up((earned_s(curve, actual_bp, now_s=now_s) - first_s) * FULL_BP, now_s - first_s)


def forecast_s(curve: Curve, actual_bp: int, *, now_s: int) -> int | None:
    """Effective second at which the work ends when its pace stays: PD / SPI(t), not before now.

    None where there is no pace to go by: the plan has not begun, or next to nothing of it was earned.
    """
    first_s, whole = begin_s(curve), curve.micro[-1]
    if actual_bp * MICRO >= whole:
        return now_s
    done_s, gone_s = earned_s(curve, actual_bp, now_s=now_s) - first_s, now_s - first_s
    if gone_s <= 0 or done_s * _PACE_MIN < gone_s:
        return None
    last_s = curve.at_s[curve.micro.index(whole)]
    return max(now_s, first_s + (last_s - first_s) * gone_s // done_s)


def earned_s(curve: Curve, actual_bp: int, *, now_s: int) -> int:
    """ES: the latest effective second whose plan has been earned. Ahead of plan it is searched on the whole curve; on a
    flat stretch it does not run ahead of now."""
    ahead = actual_bp * MICRO > curve.micro_at(now_s)
    horizon_s = max(now_s, curve.at_s[-1]) if ahead else now_s
    return curve.latest_s(max(actual_bp, 0), until_s=horizon_s)


def budget_at_completion(budget_fen: int, contract_fen: int) -> int:
    """BAC in fen: what was approved for the project (批复预算), or the contract where no budget is known."""
    return budget_fen or contract_fen


def earned_value(*, bac_fen: int, plan_bp: int, actual_bp: int, ac_fen: int) -> EarnedValue:
    """EV = BAC x actual, PV = BAC x plan; SPI = EV/PV, CPI = EV/AC and the three estimates at completion.

    BAC/CPI (what is left costs as the work so far did), AC + BAC - EV (as planned), AC + (BAC - EV)/(CPI x SPI).
    """
    ev, pv = bac_fen * actual_bp // FULL_BP, bac_fen * plan_bp // FULL_BP
    rest = bac_fen - ev
    spent = ev > 0 and ac_fen > 0
    return EarnedValue(
        ev_fen=ev,
        pv_fen=pv,
        ac_fen=ac_fen,
        spi=ev / pv if pv else None,
        cpi=ev / ac_fen if ac_fen else None,
        eac_typical_fen=half_up(bac_fen * ac_fen, ev) if spent else None,
        eac_atypical_fen=ac_fen + rest,
        eac_combined_fen=ac_fen + half_up(rest * ac_fen * pv, ev * ev) if spent and pv else None,
        tcpi=rest / (bac_fen - ac_fen) if bac_fen != ac_fen else None,
    )


def half_up(numerator: int, denominator: int) -> int:
    """Quotient of integers, rounded half up; the denominator is positive."""
    return (2 * numerator + denominator) // (2 * denominator)
