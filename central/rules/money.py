"""What the rules of money share: when they judge, and what the ledger says of a project or one of its budget lines."""

from __future__ import annotations

from dataclasses import dataclass

from central.domain import MoneyStanding
from central.rules.facts import RuleInput

FULL_BP = 10_000
NO_LEDGER = "the ledger has no entry of this project"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What was approved and what was paid, in fen."""

    budget_fen: int
    paid_fen: int


def is_projects(seen: RuleInput) -> bool:
    """Whether this is a project at a midnight: money is judged there only."""
    return seen.tick and seen.subject.kind == "project"


def has_entries(money: MoneyStanding | None) -> bool:
    """Whether the ledger says anything of the project: nothing entered is not nothing spent."""
    return money is not None and bool(money.lines or money.months or money.released_fen or money.paid_fen)


def spent_of(seen: RuleInput) -> Spent | None:
    """Budget and payments of the subject; None for a line the ledger does not know."""
    if seen.money is None:
        return None
    if seen.subject.kind == "project":
        return Spent(budget_fen=seen.money.budget_fen, paid_fen=seen.money.paid_fen)
    name = _line_name(seen)
    line = next((line for line in seen.money.lines if line.line == name), None)
    return Spent(budget_fen=line.budget_fen, paid_fen=line.paid_fen) if line else None


def by_line(seen: RuleInput) -> bool:
    """Whether this is a budget line of a project whose money was granted by lines. Entries of no line are no line."""
    granted = seen.money is not None and any(line.budget_fen > 0 for line in seen.money.lines)
    return granted and bool(_line_name(seen))


def _line_name(seen: RuleInput) -> str:
    """A line's subject is `{project}/{line}`; a line may have a slash in its name."""
    return seen.subject.id.partition("/")[2]
