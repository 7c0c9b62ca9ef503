"""Too little of the year's money spent for the time gone by (domain.md §2.2, §5.8, D05). Judged at month ends."""

from __future__ import annotations

from central.domain import Finding, MoneyStanding
from central.rules.facts import RuleInput
from central.rules.judge import judge, not_now, unjudged
from central.rules.ladder import LadderProfile
from central.rules.money import FULL_BP, NO_LEDGER, has_entries, is_projects

NAME = "underspend"
_YEAR = 12


def underspend(seen: RuleInput, profile: LadderProfile) -> Finding | None:
    """Finding on e = (spent / budget of the year) / (months elapsed / 12) in basis points; lower is worse.

    Of a year in which the project runs only in part, its own months count. Not before `from_month` of them have gone
    by: the first bills of a year come later than its first days.
    """
    if not is_projects(seen) or not seen.month_end:
        return None
    money = seen.money
    if money is None or not has_entries(money):
        return unjudged(NAME, seen, profile, detail=NO_LEDGER)
    if money.year_budget_fen <= 0:
        return unjudged(NAME, seen, profile, detail=f"no budget of the year {money.day.year} is known")
    elapsed, months = _months(seen, money)
    if seen.starts and seen.starts.year > money.day.year:
        return not_now(NAME, seen, profile)
    if elapsed < profile.ladder(NAME).numbers["from_month"]:
        return not_now(NAME, seen, profile)
    executed_bp = money.year_paid_fen * months * FULL_BP // (money.year_budget_fen * elapsed)
    return judge(NAME, seen, profile, value=executed_bp, confirmed=True)


def _months(seen: RuleInput, money: MoneyStanding) -> tuple[int, int]:
    """Months of the project's share of the year that have gone by, and how many they are in all; at least 1 each."""
    year = money.day.year
    first = seen.starts.month if seen.starts and seen.starts.year == year else 1
    last = seen.finishes.month if seen.finishes and seen.finishes.year == year else _YEAR
    months = max(last - first + 1, 1)
    return min(max(money.day.month - first + 1, 0), months), months
