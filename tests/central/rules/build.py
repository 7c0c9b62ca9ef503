"""Builders of what the rules look at. Plain functions with defaults."""

from __future__ import annotations

from datetime import date
from typing import Any

from central.domain import Deviation, Finding, Level, LifeEvent, LifeKind, LineStanding, MoneyStanding, Subject
from central.rules.facts import RuleInput
from central.rules.ladder import DEFAULT, LadderProfile
from central.rules.rules import evaluate
from tests.central.build import at

WAN = 1_000_000  # 万元 in fen
BUILDING = Subject(kind="building", id="b1")
PROJECT = Subject(kind="project", id="p1")


def a_deviation(*, subject: Subject = PROJECT, plan: int = 6000, actual: int = 6000, **more: Any) -> Deviation:
    """A deviation that is well evidenced; `more` goes over it."""
    values: dict[str, Any] = {
        "subject": subject,
        "as_of": at(10),
        "plan_bp": plan,
        "actual_bp": actual,
        "gap_bp": plan - actual,
        "lag_cdays": 0,
        "sigma_bp": 200,
        "coverage_bp": 10_000,
        "refs": ("gw1/e1/1",),
    }
    return Deviation(**values | more)


def money(
    *,
    day: date = date(2026, 6, 30),
    budget: int = 800 * WAN,
    paid: int = 0,
    estimate: int = 0,
    year: tuple[int, int] = (0, 0),
    lines: dict[str, tuple[int, int]] | None = None,
    months: dict[date, int] | None = None,
) -> MoneyStanding:
    """A ledger's standing; `year` is (budget, paid) of the year, lines are (budget, paid), all in fen."""
    return MoneyStanding(
        day=day,
        budget_fen=budget,
        estimate_fen=estimate,
        released_fen=budget,
        paid_fen=paid,
        year_budget_fen=year[0],
        year_paid_fen=year[1],
        lines=tuple(LineStanding(line=k, budget_fen=b, paid_fen=p) for k, (b, p) in (lines or {}).items()),
        months=tuple(sorted((months or {}).items())),
    )


def event(kind: LifeKind, day: date, *, ref: str = "") -> LifeEvent:
    """A dated fact of the project's life."""
    return LifeEvent(project="p1", kind=kind, day=day, ref=ref)


def at_midnight(**facts: Any) -> RuleInput:
    """The project at a midnight, on plan and well seen, unless told otherwise."""
    values: dict[str, Any] = {
        "subject": PROJECT,
        "as_of": at(10),
        "deviation": a_deviation(),
        "fresh": False,
        "silent_h": 1,
        "tick": True,
        "contract_fen": 800 * WAN,
    }
    return RuleInput(**values | facts)


def found(rule: str, facts: RuleInput, profile: LadderProfile = DEFAULT) -> Finding | None:
    """What one rule says."""
    return next((f for f in evaluate(facts, profile) if f.rule == rule), None)


def level(rule: str, facts: RuleInput, profile: LadderProfile = DEFAULT) -> Level | None:
    """The level one rule says; it must say something, and have judged."""
    finding = found(rule, facts, profile)
    assert finding is not None
    assert finding.judged, finding.detail
    return finding.level
