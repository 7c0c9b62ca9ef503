"""Measures of money (`central.scoring.measuring`). Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from central.scoring.facts import Facts, Money
from central.scoring.found import Asked, Found, refs_of, share
from central.scoring.sources import percent


def _booked(facts: Sequence[Facts]) -> tuple[list[Money], int]:
    """Money of projects with a budget and a ledger, and how many have none."""
    known = [one.money for one in facts if one.money is not None and one.money.budget_fen > 0]
    return known, len(facts) - len(known)


def execution(facts: Sequence[Facts], asked: Asked) -> Found:
    """`money.execution_rate`."""
    return _of_money(facts, asked, part=lambda one: _year(one)[0], whole=lambda one: _year(one)[1])


def spent_of_budget(money: Sequence[Money]) -> tuple[int, int]:
    """What was spent of which budget, fen, of all of them together; each by its year where it has a yearly budget."""
    parts = [_year(one) for one in money]
    return sum(spent for spent, _ in parts), sum(budget for _, budget in parts)


def _year(money: Money) -> tuple[int, int]:
    if money.year_budget_fen > 0:
        return money.year_paid_fen, money.year_budget_fen
    return money.paid_fen, money.budget_fen


def in_place(facts: Sequence[Facts], asked: Asked) -> Found:
    """`money.in_place_rate`."""
    return _of_money(facts, asked, part=lambda one: one.released_fen, whole=lambda one: one.budget_fen)


def saving(facts: Sequence[Facts], asked: Asked) -> Found:
    """`money.saving_rate`."""
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
    return Found(value=value, refs=refs_of(one.refs for one in known), n=len(known), lacking=lacking)


def compliance(facts: Sequence[Facts], _asked: Asked) -> Found:
    """`money.compliance_rate`."""
    paid = [one.payments for one in facts if one.payments is not None]
    return share(sum(one.compliant_fen for one in paid), sum(one.amount_fen for one in paid), paid, n=_count(paid))


def correct(facts: Sequence[Facts], _asked: Asked) -> Found:
    """`money.correct_payment_rate`."""
    paid = [one.payments for one in facts if one.payments is not None]
    count = _count(paid)
    return share(max(0, count - sum(one.corrections for one in paid)), count, paid, n=count)


def _count(paid: Iterable[Any]) -> int:
    return sum(one.count for one in paid)


def payment_days(facts: Sequence[Facts], _asked: Asked) -> Found:
    """`cycle.payment_days`."""
    waits = [one.waits for one in facts if one.waits is not None]
    fen = sum(one.fen for one in waits)
    if fen == 0:
        return Found(value=None, state="not_applicable")
    return Found(value=sum(one.fen_days for one in waits) / fen, refs=refs_of(one.refs for one in waits))
