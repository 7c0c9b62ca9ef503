"""Measures of progress and of the life of projects (`central.scoring.measuring`). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from central.scoring.facts import Facts, Life, Standing
from central.scoring.found import Asked, Found, refs_of
from central.scoring.sources import percent

_CDAYS, _BP = 100, 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stood:
    life: Life
    standing: Standing


def _stood(facts: Sequence[Facts], asked: Asked) -> tuple[list[_Stood], int] | Found:
    """Projects that were due to have begun and were seen, and how many were not; or why there is none."""
    begun = [one for one in facts if one.life is not None and one.life.start <= asked.through]
    if not begun:
        return Found(value=None, state="not_due" if any(one.life for one in facts) else "not_applicable")
    seen = [
        _Stood(life=one.life, standing=one.standing)
        for one in begun
        if one.life is not None and one.standing is not None and one.standing.seen
    ]
    return (seen, len(begun) - len(seen)) if seen else Found(value=None, state="missing")


def spi_t(facts: Sequence[Facts], asked: Asked) -> Found:
    """`progress.spi_t`."""
    stood = _stood(facts, asked)
    if isinstance(stood, Found):
        return stood
    rows, lacking = stood
    said = [(one.standing.spi_t_bp, _weight(one.life)) for one in rows if one.standing.spi_t_bp is not None]
    if not said:
        return Found(value=None, state="not_due")
    mean = Fraction(sum(spi * weight for spi, weight in said if spi is not None), sum(weight for _, weight in said))
    return _of_standing(float(mean / _BP), rows, lacking)


def completion(facts: Sequence[Facts], asked: Asked) -> Found:
    """`progress.completion`."""
    stood = _stood(facts, asked)
    if isinstance(stood, Found):
        return stood
    rows, lacking = stood
    done = sum(one.standing.actual_bp * _weight(one.life) for one in rows)
    return _of_standing(percent(done, _BP * sum(_weight(one.life) for one in rows)), rows, lacking)


def planned_completion(facts: Sequence[Facts], asked: Asked) -> Found:
    """`progress.planned_completion`."""
    stood = _stood(facts, asked)
    if isinstance(stood, Found):
        return stood
    rows, lacking = stood
    done = sum(one.standing.actual_bp * _weight(one.life) for one in rows)
    planned = sum(one.standing.plan_bp * _weight(one.life) for one in rows)
    if planned == 0:
        return Found(value=None, state="not_due")
    return _of_standing(percent(done, planned), rows, lacking)


def delay(facts: Sequence[Facts], asked: Asked) -> Found:
    """`progress.delay_days`."""
    stood = _stood(facts, asked)
    if isinstance(stood, Found):
        return stood
    rows, lacking = stood
    late = sum(max(0, one.standing.lag_cdays) for one in rows)
    return _of_standing(late / (_CDAYS * len(rows)), rows, lacking)


def _of_standing(value: float | None, rows: Sequence[_Stood], lacking: int) -> Found:
    return Found(value=value, refs=refs_of(one.standing.refs for one in rows), n=len(rows), lacking=lacking)


def _weight(life: Life) -> int:
    """Projects weigh by their budget; one without a budget as little as can be."""
    return max(1, life.budget_fen)


def paid_ahead(facts: Sequence[Facts], asked: Asked) -> Found:
    """`money.paid_ahead`."""
    stood = _stood(facts, asked)
    if isinstance(stood, Found):
        return stood
    rows, lacking = stood
    gaps = [one.standing.pay_gap_bp for one in rows if one.standing.pay_gap_bp is not None]
    if not gaps:
        return Found(value=None, state="not_applicable")
    return _of_standing(max(0, *gaps) / _CDAYS, rows, lacking)


def on_time(facts: Sequence[Facts], asked: Asked) -> Found:
    """`progress.on_time`."""
    due = [
        one
        for one in facts
        if one.life is not None and asked.period.holds(one.life.finish) and one.life.finish <= asked.through
    ]
    if not due:
        return Found(value=None, state="not_due" if any(one.life for one in facts) else "not_applicable")
    kept = sum(
        one.life is not None and one.life.completed is not None and one.life.completed <= one.life.finish for one in due
    )
    done = [one for one in due if one.life is not None and one.life.completed is not None]
    refs = tuple(f"life/{one.project}/completed" for one in done)
    return Found(value=percent(kept, len(due)), refs=refs, n=len(due))


def finish_lead(facts: Sequence[Facts], asked: Asked) -> Found:
    """`warnings.finish_lead`."""
    warned = [
        (one.leads, (one.life.finish - one.leads.first_on).days)
        for one in facts
        if one.life is not None and asked.period.holds(one.life.finish) and one.life.finish <= asked.through
        if one.leads is not None and one.leads.first_on is not None
    ]
    if not warned:
        return Found(value=None, state="not_applicable")
    refs = refs_of(leads.first_refs for leads, _ in warned)
    return Found(value=sum(days for _, days in warned) / len(warned), refs=refs, n=len(warned))


def warning_days(facts: Sequence[Facts], _asked: Asked) -> Found:
    """`progress.warning_days`."""
    days = [one.days for one in facts if one.days is not None]
    ran = sum(one.ran for one in days)
    if ran == 0:
        return Found(value=None, state="not_due")
    warned = sum(one.warned for one in days)
    return Found(value=percent(warned, ran), refs=refs_of(one.warnings for one in days), n=ran)


def evidence(facts: Sequence[Facts], _asked: Asked) -> Found:
    """`progress.evidence`."""
    days = [one.days for one in facts if one.days is not None]
    if sum(one.ran for one in days) == 0:
        return Found(value=None, state="not_due")
    judged = sum(one.judged for one in days)
    if judged == 0:
        return Found(value=None, state="missing")
    refs = refs_of(one.standing.refs for one in facts if one.standing is not None)
    return Found(value=percent(sum(one.evident for one in days), judged), refs=refs, n=judged)


def cycle_days(life: Life, asked: Asked) -> int | None:
    """Days from start to completion (both included) of a project completed in the period; None for any other."""
    if life.completed is None or not asked.period.holds(life.completed) or life.completed > asked.through:
        return None
    started = life.started or life.start
    return (life.completed - started).days + 1 if started <= life.completed else None


def cycle(facts: Sequence[Facts], asked: Asked) -> Found:
    """`cycle.mean_days`."""
    taken = {
        one.project: days for one in facts if one.life is not None and (days := cycle_days(one.life, asked)) is not None
    }
    if not taken:
        return Found(value=None, state="not_applicable")
    refs = tuple(f"life/{project}/completed" for project in sorted(taken))
    return Found(value=sum(taken.values()) / len(taken), refs=refs, n=len(taken))
