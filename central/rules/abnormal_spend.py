"""A month whose spending is far from the usual one of the project (domain.md A16): robust z over its months."""

from __future__ import annotations

from datetime import date, timedelta

from central.domain import Finding
from central.plan.calendar import local_day
from central.rules.facts import RuleInput
from central.rules.judge import judge, not_now, unjudged
from central.rules.ladder import Ladder, LadderProfile
from central.rules.money import FULL_BP, NO_LEDGER, has_entries, is_projects

NAME = "abnormal_spend"
_Z_OF_MAD = 6745  # 0.6745 in 1/10000: MAD of a normal distribution per sigma
_MONTHS_IN_4_YEARS, _DAYS_IN_4_YEARS = 48, 1461


def abnormal_spend(seen: RuleInput, profile: LadderProfile) -> Finding | None:
    """Finding on z of the month in hundredths, cut, against the months before it.

    Far too much is a finding on the day it is paid; a month is found to be usual, or too low, only when it has ended,
    and too low only if work went on in all of it.
    """
    if not is_projects(seen):
        return None
    if seen.money is None or not has_entries(seen.money):
        return unjudged(NAME, seen, profile, detail=NO_LEDGER)
    ladder = profile.ladder(NAME)
    *before, paid_fen = _months(seen, back=ladder.numbers["months_back"])
    missing = _missing(before, ladder)
    if missing:
        return unjudged(NAME, seen, profile, detail=missing)
    value = _centi_z(paid_fen, before, plan_fen=_month_plan_fen(seen), ladder=ladder)
    if value is None:
        return unjudged(NAME, seen, profile, detail="all months are alike and the month's plan is not known")
    if 2 * paid_fen <= _twice_median(before) and not _full_month(seen):
        value = 0
    if not seen.month_end and ladder.level(value) is None:
        return not_now(NAME, seen, profile)
    return judge(NAME, seen, profile, value=value, confirmed=True)


def _missing(before: list[int], ladder: Ladder) -> str:
    """Why there is no usual month to compare with; empty when there is one."""
    if len(before) < ladder.numbers["months_min"]:
        return f"{len(before)} months of payments: {ladder.numbers['months_min']} are needed"
    if not _twice_median(before):
        return "most months have no payment: none is usual"
    return ""


def _months(seen: RuleInput, *, back: int) -> list[int]:
    """Fen paid in each calendar month up to the one of the day that has just ended, oldest first, none left out.

    The first is the month of the first payment, or the one `back` months before the last.
    """
    paid = dict(seen.money.months) if seen.money else {}
    last = (local_day(seen.as_of) - timedelta(days=1)).replace(day=1)
    first = min((month for month, fen in paid.items() if fen), default=last)
    found = [paid.get(last, 0)]
    month = last
    while len(found) <= back and (month := _before(month)) >= first:
        found.append(paid.get(month, 0))
    return found[::-1]


def _full_month(seen: RuleInput) -> bool:
    """Whether a month has ended of which no day lies outside the plan or in an approved pause."""
    last = local_day(seen.as_of) - timedelta(days=1)
    first = last.replace(day=1)
    planned = (seen.starts is None or seen.starts <= first) and (seen.finishes is None or last <= seen.finishes)
    return seen.month_end and planned and not any(begin <= last and first <= end for begin, end in seen.pauses)


def _before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)


def _month_plan_fen(seen: RuleInput) -> int:
    """The contract spread evenly over the plan's months; 0 where either is not known."""
    if seen.starts is None or seen.finishes is None:
        return 0
    days = (seen.finishes - seen.starts).days + 1
    return seen.contract_fen * _DAYS_IN_4_YEARS // (_MONTHS_IN_4_YEARS * days) if days > 0 else 0


def _centi_z(paid_fen: int, before: list[int], *, plan_fen: int, ladder: Ladder) -> int | None:
    """z = 0.6745 |x - median| / MAD in hundredths; 0 when |x - median| is under 10 % of the month's plan.

    MAD is at least 1 % of the month's plan: payments that were all alike would make any other abnormal. None when
    there is neither: nothing to measure by. Everything is doubled, because a median may lie between two fen.
    """
    middle = _twice_median(before)
    away = abs(2 * paid_fen - middle)
    if not away or away * FULL_BP < 2 * plan_fen * ladder.numbers["least_bp"]:
        return 0
    spread = _twice_median([abs(2 * fen - middle) for fen in before])  # twice the doubled MAD
    spread = max(spread * FULL_BP, 4 * plan_fen * ladder.numbers["floor_bp"])
    return 2 * away * _Z_OF_MAD * 100 // spread if spread else None


def _twice_median(values: list[int]) -> int:
    ordered, middle = sorted(values), len(values) // 2
    return 2 * ordered[middle] if len(values) % 2 else ordered[middle - 1] + ordered[middle]
