"""Vectors of the specification (domain.md §5) that pass through a store, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Engine, text

from central.domain import FundEntry, Project
from central.money.posting import Posted, Posting
from central.plan.calendar import local_day, midnight
from central.plan.document import ImportedPlan
from central.plan.structure import PlanTerms
from central.reassess import reassess
from central.store import tables
from central.store.engine import reading, writing
from central.store.instants import from_ms, to_ms
from central.store.save_ledger import post
from central.store.save_plan import save_imported
from central.store.save_seen import mark_dirty
from central.store.upsert import bulk_insert_new
from tests.central.build import START, a_building, a_project, an_item, at

WAN = 1_000_000  # 万元 in fen
COLUMNS = ("item", "kind", "source", "observed_at", "project", "building", "seq", "value_bp", "conf_bp", "refs")
MONTHS = (0, 500, 1500, 3000, 5000, 7000, 8500, 9500, 10_000)  # §5.3, planned at the end of each


def store_plan(engine: Engine, project: Project, **terms: Any) -> None:
    plan = ImportedPlan(project=project, faces=(), document={"id": project.id}, terms=PlanTerms(**terms))
    save_imported(engine, plan, by="owner", reason="first", now_ms=1)


def pay(engine: Engine, *entries: tuple[str, date, int]) -> None:
    """(kind, day, fen) of project p1."""
    postings = [
        Posting(entry=FundEntry(voucher=f"v{n}", project="p1", kind=kind, day=day, amount_fen=fen))  # type: ignore[arg-type]
        for n, (kind, day, fen) in enumerate(entries)
    ]
    with writing(engine) as connection:
        assert all(isinstance(one, Posted) for one in post(connection, postings, projects=["p1"], by="f", at_ms=1))


def look_until(engine: Engine, day: float, *, value_bp: int) -> None:
    """A supervisor says the same every two hours of ten days, the last time at the very end."""
    instants = [to_ms(at(day) - timedelta(hours=2 * n)) for n in range(120, -1, -1)]
    rows = [
        ("b1-i1", "supervisor", "li", at_ms, "p1", "b1", n, value_bp, 10_000, f"li/{n}")
        for n, at_ms in enumerate(instants)
    ]
    with writing(engine) as connection:
        bulk_insert_new(connection, tables.Observation, COLUMNS, rows)
        mark_dirty(connection, ["p1"], since_ms=0)


def rows(engine: Engine, sql: str) -> list[tuple[Any, ...]]:
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def raised(engine: Engine, rule: str) -> list[tuple[str, datetime]]:
    """(level, instant) of the transitions of a rule on the project, in order."""
    told = rows(
        engine,
        "SELECT e.level, e.at FROM warning_event e JOIN warning w ON w.id = e.warning"
        f" WHERE w.rule = '{rule}' AND w.subject_kind = 'project' ORDER BY e.at",
    )
    return [(level, from_ms(at_ms)) for level, at_ms in told]


def test_5_3_earned_value_of_the_fifth_month(any_store: Engine) -> None:
    item = an_item("b1-i1", plan=[(30 * n, bp) for n, bp in enumerate(MONTHS) if n])
    whole = a_project(a_building("b1", items=(item,)), finish=START + timedelta(days=239))
    store_plan(any_store, replace(whole, contract_fen=800 * WAN, budget_fen=800 * WAN))
    pay(any_store, ("pay", START + timedelta(days=100), 440 * WAN))
    look_until(any_store, 150, value_bp=4000)
    reassess(any_store, "p1", at(150))
    newest = rows(
        any_store,
        "SELECT plan_bp, actual_bp, gap_bp, lag_cdays, spi_bp, spi_t_bp, cpi_bp, eac_fen FROM deviation"
        " WHERE subject_kind = 'project' ORDER BY as_of_at DESC LIMIT 1",
    )
    assert newest == [(7000, 4000, 3000, 4500, 5714, 7000, 7273, 1100 * WAN)]
    assert raised(any_store, "schedule_gap")[-1] == ("red", at(150))


@pytest.mark.requirement("D05")
@pytest.mark.parametrize(("executed_bp", "level"), [(2800, "red"), (3500, "yellow"), (4000, "blue"), (4500, None)])
def test_5_8_half_a_year_and_what_was_spent_of_it(any_store: Engine, executed_bp: int, level: str | None) -> None:
    first = date(2026, 1, 1)
    item = an_item("b1-i1", plan=[(365, 10_000)], start=first)
    store_plan(any_store, a_project(a_building("b1", items=(item,)), start=first, finish=date(2026, 12, 31)))
    spent = [0, *(min(executed_bp, most) // 10 * WAN for most in (2500, 3000, 3750, 9999))]  # in time until it stops
    paid = [("pay", date(2026, 3 + n, 20), fen - before) for n, (before, fen) in enumerate(pairwise(spent))]
    pay(any_store, ("budget", first, 1000 * WAN), *(one for one in paid if one[2]))
    reassess(any_store, "p1", midnight(date(2026, 7, 1)))
    told = rows(any_store, "SELECT level FROM rule_state WHERE rule = 'underspend' AND subject_kind = 'project'")
    assert told == [(level,)]


@pytest.mark.requirement("A37")
@pytest.mark.parametrize(
    ("signed", "red_from"), [(date(2024, 1, 31), date(2024, 8, 1)), (date(2023, 8, 31), date(2024, 3, 1))]
)
def test_5_1_six_months_after_signing(any_store: Engine, signed: date, red_from: date) -> None:
    item = an_item("b1-i1", plan=[(300, 0), (600, 10_000)], start=signed)
    whole = a_project(a_building("b1", items=(item,)), start=signed, finish=signed + timedelta(days=599))
    store_plan(any_store, whole, signed_on=signed)
    reassess(any_store, "p1", midnight(red_from) - timedelta(seconds=1))
    assert {level for level, _ in raised(any_store, "not_started")} == {"blue"}
    reassess(any_store, "p1", midnight(red_from))
    level, since = raised(any_store, "not_started")[-1]
    assert (level, local_day(since), since) == ("red", red_from, midnight(red_from))
