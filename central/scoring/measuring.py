"""Values of the measures (`central.scoring.sources`) out of facts: sums over sums, divided once. Pure.

A measure takes the facts of all projects of its subject (of one project: one). `None` for a part says that nothing is
known of it; what cannot be known of anybody is `missing`, what does not apply (no payment in the period, no camera) is
`not_applicable`, and what lies ahead is `not_due`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from central.domain import Text
from central.quality.counting import total_of
from central.quality.score import quality_score
from central.scoring.facts import Facts, Life, Money, Refs, Standing, Stretch
from central.scoring.indicator import Value, ValueState
from central.scoring.sources import SOURCES, percent

REFS_MAX = 60  # how many of what is behind a value are named: the newest
DAY_MS = 86_400_000
_CDAYS, _BP = 100, 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A value or why there is none; `n` = how many things it is made of, `lacking` projects had to be left out."""

    value: float | None
    state: ValueState = "measured"
    refs: Refs = ()
    n: int | None = None
    lacking: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The period, and the last day that is over (a running period is measured up to it)."""

    period: Stretch
    through: date


def value_of(code: str, facts: Sequence[Facts], *, asked: Asked) -> Value:
    """The value of a measure; KeyError for a code that is none."""
    source = SOURCES[code]
    if asked.through < asked.period.first:
        found = Found(value=None, state="not_due")
    elif not facts:
        found = Found(value=None, state="not_applicable")
    else:
        found = _MEASURES[code](facts, asked)
    return Value(
        indicator=code,
        value=found.value,
        state=found.state,
        refs=found.refs[-REFS_MAX:],
        source=code,
        version=source.version,
        n=found.n,
        note=_note(found.lacking, len(facts)) if found.lacking else None,
    )


def _note(lacking: int, every: int) -> Text:
    return Text(zh=f"{every} 个项目中 {lacking} 个没有数据, 未计入", en=f"{lacking} of {every} projects have no data")


# --- progress -------------------------------------------------------------------------------------------------------


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


def _spi_t(facts: Sequence[Facts], asked: Asked) -> Found:
    stood = _stood(facts, asked)
    if isinstance(stood, Found):
        return stood
    rows, lacking = stood
    said = [(one.standing.spi_t_bp, _weight(one.life)) for one in rows if one.standing.spi_t_bp is not None]
    if not said:
        return Found(value=None, state="not_due")
    mean = Fraction(sum(spi * weight for spi, weight in said if spi is not None), sum(weight for _, weight in said))
    return _of_standing(float(mean / _BP), rows, lacking)


def _completion(facts: Sequence[Facts], asked: Asked) -> Found:
    stood = _stood(facts, asked)
    if isinstance(stood, Found):
        return stood
    rows, lacking = stood
    done = sum(one.standing.actual_bp * _weight(one.life) for one in rows)
    return _of_standing(percent(done, _BP * sum(_weight(one.life) for one in rows)), rows, lacking)


def _planned_completion(facts: Sequence[Facts], asked: Asked) -> Found:
    stood = _stood(facts, asked)
    if isinstance(stood, Found):
        return stood
    rows, lacking = stood
    done = sum(one.standing.actual_bp * _weight(one.life) for one in rows)
    planned = sum(one.standing.plan_bp * _weight(one.life) for one in rows)
    if planned == 0:
        return Found(value=None, state="not_due")
    return _of_standing(percent(done, planned), rows, lacking)


def _delay(facts: Sequence[Facts], asked: Asked) -> Found:
    stood = _stood(facts, asked)
    if isinstance(stood, Found):
        return stood
    rows, lacking = stood
    late = sum(max(0, one.standing.lag_cdays) for one in rows)
    return _of_standing(late / (_CDAYS * len(rows)), rows, lacking)


def _of_standing(value: float | None, rows: Sequence[_Stood], lacking: int) -> Found:
    return Found(value=value, refs=_refs(one.standing.refs for one in rows), n=len(rows), lacking=lacking)


def _weight(life: Life) -> int:
    """Projects weigh by their budget; one without a budget as little as can be."""
    return max(1, life.budget_fen)


def _on_time(facts: Sequence[Facts], asked: Asked) -> Found:
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


def _warning_days(facts: Sequence[Facts], _asked: Asked) -> Found:
    days = [one.days for one in facts if one.days is not None]
    ran = sum(one.ran for one in days)
    if ran == 0:
        return Found(value=None, state="not_due")
    warned = sum(one.warned for one in days)
    return Found(value=percent(warned, ran), refs=_refs(one.warnings for one in days), n=ran)


def _evidence(facts: Sequence[Facts], _asked: Asked) -> Found:
    days = [one.days for one in facts if one.days is not None]
    if sum(one.ran for one in days) == 0:
        return Found(value=None, state="not_due")
    judged = sum(one.judged for one in days)
    if judged == 0:
        return Found(value=None, state="missing")
    refs = _refs(one.standing.refs for one in facts if one.standing is not None)
    return Found(value=percent(sum(one.evident for one in days), judged), refs=refs, n=judged)


# --- money ------------------------------------------------------------------------------------------------------------


def _booked(facts: Sequence[Facts]) -> tuple[list[Money], int]:
    """Money of projects with a budget and a ledger, and how many have none."""
    known = [one.money for one in facts if one.money is not None and one.money.budget_fen > 0]
    return known, len(facts) - len(known)


def _execution(facts: Sequence[Facts], asked: Asked) -> Found:
    return _of_money(facts, asked, part=lambda one: _year(one)[0], whole=lambda one: _year(one)[1])


def spent_of_budget(money: Sequence[Money]) -> tuple[int, int]:
    """What was spent of which budget, fen, of all of them together; each by its year where it has a yearly budget."""
    parts = [_year(one) for one in money]
    return sum(spent for spent, _ in parts), sum(budget for _, budget in parts)


def _year(money: Money) -> tuple[int, int]:
    if money.year_budget_fen > 0:
        return money.year_paid_fen, money.year_budget_fen
    return money.paid_fen, money.budget_fen


def _in_place(facts: Sequence[Facts], asked: Asked) -> Found:
    return _of_money(facts, asked, part=lambda one: one.released_fen, whole=lambda one: one.budget_fen)


def _saving(facts: Sequence[Facts], asked: Asked) -> Found:
    done = [
        one
        for one in facts
        if one.life is not None and one.life.completed is not None and one.life.completed <= asked.through
    ]
    if not done:
        return Found(value=None, state="not_due")
    return _of_money(done, asked, part=lambda one: one.budget_fen - one.paid_fen, whole=lambda one: one.budget_fen)


def _of_money(
    facts: Sequence[Facts], asked: Asked, *, part: Callable[[Money], int], whole: Callable[[Money], int]
) -> Found:
    begun = [one for one in facts if one.life is not None and one.life.start <= asked.through]
    if not begun:
        return Found(value=None, state="not_due")
    known, lacking = _booked(begun)
    if not known:
        return Found(value=None, state="missing")
    value = percent(sum(part(one) for one in known), sum(whole(one) for one in known))
    return Found(value=value, refs=_refs(one.refs for one in known), n=len(known), lacking=lacking)


def _compliance(facts: Sequence[Facts], _asked: Asked) -> Found:
    paid = [one.payments for one in facts if one.payments is not None]
    return _share(sum(one.compliant_fen for one in paid), sum(one.amount_fen for one in paid), paid, n=_count(paid))


def _correct(facts: Sequence[Facts], _asked: Asked) -> Found:
    paid = [one.payments for one in facts if one.payments is not None]
    count = _count(paid)
    return _share(max(0, count - sum(one.corrections for one in paid)), count, paid, n=count)


def _count(paid: Iterable[Any]) -> int:
    return sum(one.count for one in paid)


def _paid_ahead(facts: Sequence[Facts], asked: Asked) -> Found:
    stood = _stood(facts, asked)
    if isinstance(stood, Found):
        return stood
    rows, lacking = stood
    gaps = [one.standing.pay_gap_bp for one in rows if one.standing.pay_gap_bp is not None]
    if not gaps:
        return Found(value=None, state="not_applicable")
    return _of_standing(max(0, *gaps) / _CDAYS, rows, lacking)


def _payment_days(facts: Sequence[Facts], _asked: Asked) -> Found:
    waits = [one.waits for one in facts if one.waits is not None]
    fen = sum(one.fen for one in waits)
    if fen == 0:
        return Found(value=None, state="not_applicable")
    return Found(value=sum(one.fen_days for one in waits) / fen, refs=_refs(one.refs for one in waits))


# --- quality, safety, data --------------------------------------------------------------------------------------------


def _pass_rate(facts: Sequence[Facts], _asked: Asked) -> Found:
    lots = [one.lots for one in facts if one.lots is not None]
    inspected = sum(one.inspected for one in lots)
    return _share(sum(one.passed for one in lots), inspected, lots, n=inspected)


def _serious(facts: Sequence[Facts], _asked: Asked) -> Found:
    looked = [one.lots for one in facts if one.lots is not None and one.lots.looked]
    if not looked:
        return Found(value=None, state="not_applicable")
    return Found(value=float(sum(one.serious for one in looked)), refs=_refs(one.safety_refs for one in looked))


def _data_quality(facts: Sequence[Facts], _asked: Asked) -> Found:
    delivered = [one.delivered for one in facts if one.delivered is not None]
    if not any(one.months for one in delivered):
        return Found(value=None, state="not_due")
    total = quality_score(total_of(one.counted for one in delivered)).total
    if total is None:
        return Found(value=None, state="not_applicable")
    return Found(value=float(total), refs=_refs(one.refs for one in delivered))


def _on_time_uploads(facts: Sequence[Facts], _asked: Asked) -> Found:
    delivered = [one.delivered for one in facts if one.delivered is not None]
    if not any(one.months for one in delivered):
        return Found(value=None, state="not_due")
    expected = sum(one.counted.expected for one in delivered)
    return _share(sum(one.counted.on_time for one in delivered), expected, delivered, n=expected)


def _automatic(facts: Sequence[Facts], _asked: Asked) -> Found:
    seen = [one.seen for one in facts if one.seen is not None]
    every = sum(one.every for one in seen)
    value = percent(sum(one.automatic for one in seen), every)
    return Found(value=value, state="measured" if every else "not_applicable", n=every or None)


# --- mending, warnings ------------------------------------------------------------------------------------------------


def _mended_in_time(facts: Sequence[Facts], _asked: Asked) -> Found:
    mending = [one.mending for one in facts if one.mending is not None]
    due = sum(one.due for one in mending)
    return _share(sum(one.in_time for one in mending), due, mending, n=due)


def _mended_days(facts: Sequence[Facts], _asked: Asked) -> Found:
    mending = [one.mending for one in facts if one.mending is not None]
    verified = sum(one.verified for one in mending)
    if verified == 0:
        return Found(value=None, state="not_applicable")
    taken_ms = sum(one.taken_ms for one in mending)
    return Found(value=taken_ms / (DAY_MS * verified), refs=_refs(one.refs for one in mending), n=verified)


def _overdue(facts: Sequence[Facts], _asked: Asked) -> Found:
    mending = [one.mending for one in facts if one.mending is not None]
    late = float(sum(one.overdue for one in mending))
    return Found(value=late, refs=_refs(one.overdue_refs for one in mending))


def _reds(facts: Sequence[Facts], _asked: Asked) -> Found:
    reds = [one.reds for one in facts if one.reds is not None]
    return Found(value=float(_count(reds)), refs=_refs(one.refs for one in reds))


def _acks(facts: Sequence[Facts], _asked: Asked) -> Found:
    acks = [one.acks for one in facts if one.acks is not None]
    due = sum(one.due for one in acks)
    return _share(sum(one.in_time for one in acks), due, acks, n=due)


# --- cycles, complaints, goals ----------------------------------------------------------------------------------------


def cycle_days(life: Life, asked: Asked) -> int | None:
    """Days from start to completion (both included) of a project completed in the period; None for any other."""
    if life.completed is None or not asked.period.holds(life.completed) or life.completed > asked.through:
        return None
    started = life.started or life.start
    return (life.completed - started).days + 1 if started <= life.completed else None


def _cycle(facts: Sequence[Facts], asked: Asked) -> Found:
    taken = {
        one.project: days for one in facts if one.life is not None and (days := cycle_days(one.life, asked)) is not None
    }
    if not taken:
        return Found(value=None, state="not_applicable")
    refs = tuple(f"life/{project}/completed" for project in sorted(taken))
    return Found(value=sum(taken.values()) / len(taken), refs=refs, n=len(taken))


def _handled(facts: Sequence[Facts], _asked: Asked) -> Found:
    handled = [one.handled for one in facts if one.handled is not None]
    received = sum(one.received for one in handled)
    return _share(sum(one.closed for one in handled), received, handled, n=received)


def _reached(facts: Sequence[Facts], _asked: Asked) -> Found:
    goals = [one.reached for one in facts if one.reached is not None]
    due = sum(one.due_e9 for one in goals)
    return _share(sum(one.reached_e9 for one in goals), due, goals, n=len(_refs(one.refs for one in goals)))


def _share(part: int, whole: int, behind: Iterable[Any], *, n: int) -> Found:
    """A rate in percent; with nothing to divide by it does not apply."""
    if whole <= 0:
        return Found(value=None, state="not_applicable")
    return Found(value=percent(part, whole), refs=_refs(one.refs for one in behind), n=n)


def _refs(each: Iterable[Refs]) -> Refs:
    return tuple(dict.fromkeys(ref for refs in each for ref in refs))


_MEASURES: Mapping[str, Callable[[Sequence[Facts], Asked], Found]] = {
    "progress.spi_t": _spi_t,
    "progress.completion": _completion,
    "progress.planned_completion": _planned_completion,
    "progress.on_time": _on_time,
    "progress.warning_days": _warning_days,
    "progress.evidence": _evidence,
    "progress.delay_days": _delay,
    "money.execution_rate": _execution,
    "money.in_place_rate": _in_place,
    "money.saving_rate": _saving,
    "money.compliance_rate": _compliance,
    "money.correct_payment_rate": _correct,
    "money.paid_ahead": _paid_ahead,
    "quality.pass_rate": _pass_rate,
    "safety.serious_findings": _serious,
    "data.quality": _data_quality,
    "mending.on_time_rate": _mended_in_time,
    "mending.mean_days": _mended_days,
    "mending.overdue_unhandled": _overdue,
    "warnings.red_count": _reds,
    "warnings.ack_rate": _acks,
    "use.on_time_uploads": _on_time_uploads,
    "use.automatic_share": _automatic,
    "cycle.mean_days": _cycle,
    "cycle.payment_days": _payment_days,
    "complaint.handled_rate": _handled,
    "goals.completed": _reached,
}

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "progress.spi_t": ("life", "standing"),
    "progress.completion": ("life", "standing"),
    "progress.planned_completion": ("life", "standing"),
    "progress.on_time": ("life",),
    "progress.warning_days": ("life", "days"),
    "progress.evidence": ("life", "days", "standing"),
    "progress.delay_days": ("life", "standing"),
    "money.execution_rate": ("life", "money"),
    "money.in_place_rate": ("life", "money"),
    "money.saving_rate": ("life", "money"),
    "money.compliance_rate": ("payments",),
    "money.correct_payment_rate": ("payments",),
    "money.paid_ahead": ("life", "standing"),
    "quality.pass_rate": ("lots",),
    "safety.serious_findings": ("lots",),
    "data.quality": ("delivered",),
    "mending.on_time_rate": ("mending",),
    "mending.mean_days": ("mending",),
    "mending.overdue_unhandled": ("mending",),
    "warnings.red_count": ("reds",),
    "warnings.ack_rate": ("acks",),
    "use.on_time_uploads": ("delivered",),
    "use.automatic_share": ("seen",),
    "cycle.mean_days": ("life",),
    "cycle.payment_days": ("waits",),
    "complaint.handled_rate": ("handled",),
    "goals.completed": ("reached",),
}
"""Which facts each measure is made of, so that no others are read."""
