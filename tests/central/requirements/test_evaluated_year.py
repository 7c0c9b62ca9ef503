"""A simulated year of evaluating twelve units, run by the scheduler under a moved clock (bench/evaluated_year.py).

One replay is asked about everything; another one of its first four months, with the schedulers the other way round,
comes to the same scores and digests. Twelve units of forty projects are `python -m bench.evaluated_year`.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from bench.evaluated_district import DEPARTMENTS, STREETS, UNITS, a_district
from bench.evaluated_people import ADJUSTED, BOASTER, REJECTED, RETURNED, SATISFACTION, SILENT, UPHELD
from bench.evaluated_year import FIRST, LAST, OFF_FROM, OFF_UNTIL, Year, digests, open_store, recomputed
from central.evaluate.calendar import (
    at_hour,
    first_working_day,
    is_working_day,
    occasions,
    working_days_after,
    working_days_between,
)
from central.plan.calendar import midnight
from central.scoring.period import period_of
from central.store.engine import reading
from central.store.instants import district_day, from_ms, to_ms
from central.store.read_ranked import rankings_of
from central.store.read_ranked_suggestions import StoredSuggestion, SuggestionFilter, suggestions_of
from tests.central.store.kept_sheets import sheets_of

EACH = 2
EARLY = date(2025, 4, 30)
BACK = OFF_UNTIL + timedelta(days=1)  # the day on which the centre is there again
QUARTERS = ("2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4")


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A year that was lived, and what it had come to by the end of April."""

    engine: Engine
    early: dict[str, str]

    def rows(self, sql: str, **given: Any) -> list[Any]:
        """Rows of the store."""
        with reading(self.engine) as connection:
            return list(connection.execute(text(sql), given))

    def suggestions(self, **wanted: Any) -> list[StoredSuggestion]:
        """The register of how results are used."""
        with reading(self.engine) as connection:
            return list(suggestions_of(connection, SuggestionFilter(persons=True, **wanted), limit=None))


def fresh(migrated: Path, folder: Path) -> Engine:
    """A store of its own."""
    shutil.copy(migrated, folder / "year.db")
    return open_store(folder / "year.db")


@pytest.fixture(scope="module")
def year(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replayed]:
    """The whole year, once."""
    engine, early = fresh(migrated_sqlite, tmp_path_factory.mktemp("year")), {}

    def told(day: date) -> None:
        if day == EARLY:
            early.update(digests(engine))

    Year(engine, a_district(EACH)).run(told=told)
    yield Replayed(engine=engine, early=early)
    engine.dispose()


def mondays(first: date, last: date) -> list[date]:
    """Every Monday of a span."""
    span = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    return [day for day in span if day.weekday() == 0]


def day_of(ms: int) -> date:
    return district_day(from_ms(ms))


def handled(year: Replayed) -> dict[tuple[str, str], datetime]:
    """When each occasion of the calendar was handled."""
    return {(row.kind, row.key): from_ms(row.done_at) for row in year.rows("SELECT * FROM cycle_occasion")}


def test_every_occasion_is_handled_once_on_its_hour_and_what_was_missed_is_caught_up_with(year: Replayed) -> None:
    asked = {(one.kind, one.key): one.at for one in occasions(midnight(FIRST) - timedelta(seconds=1), at_hour(LAST))}
    off = (midnight(OFF_FROM), midnight(BACK))
    missed = {key for key, at in asked.items() if off[0] <= at < off[1]}
    days_without = {key for key in missed if key[0] == "daily"} - {("daily", str(OFF_UNTIL))}
    found = handled(year)
    assert set(found) == set(asked) - days_without  # what a day does is done once for all the missed ones
    assert {key: at for key, at in found.items() if key not in missed} == {
        key: at for key, at in asked.items() if key not in missed
    }
    assert {found[key] for key in missed - days_without} == {midnight(BACK)}
    assert {kind for kind, _ in missed} == {"daily", "snapshot", "sheets", "tasks", "quarter"}


def test_two_schedulers_compete_and_each_run_is_one_of_theirs(year: Replayed) -> None:
    runs = year.rows("SELECT job, scheduled_at, holder, finished_at FROM job_run")
    assert {row.holder for row in runs} == {"one", "other"}
    assert all(row.finished_at is not None for row in runs)
    evaluating = [row.scheduled_at for row in runs if row.job == "evaluating"]
    days = (LAST - FIRST).days + 1 - (BACK - OFF_FROM).days
    assert len(evaluating) == len(set(evaluating)) == 2 * days


def test_schedulers_that_beat_at_the_same_moment_do_everything_once(migrated_sqlite: Path, tmp_path: Path) -> None:
    engine = fresh(migrated_sqlite, tmp_path)
    two = Year(engine, a_district(1))
    two.run(until=FIRST)
    with ThreadPoolExecutor(max_workers=2) as pool:
        for day in (2, 3, 6):
            two.now = at_hour(date(2025, 1, day))
            list(pool.map(lambda one: one.beat(), two.schedulers))
    with reading(engine) as connection:
        tasks = connection.execute(text("SELECT count(*), count(DISTINCT source) FROM task")).one()
        kinds = Counter(connection.execute(text("SELECT kind FROM cycle_occasion")).scalars())
    engine.dispose()
    assert tuple(tasks) == (12, 12)
    assert kinds == {"daily": 4, "quarter": 1, "sheets": 1, "year_sheets": 1, "budget": 1, "tasks": 1, "snapshot": 1}


@pytest.mark.requirement("E14")
def test_tasks_are_published_on_the_first_working_day_of_each_month(year: Replayed) -> None:
    rows = year.rows("SELECT month, published_at, person, source FROM task")
    published: dict[str, set[date]] = defaultdict(set)
    for row in rows:
        published[row.month].add(day_of(row.published_at))
    first = {f"{day:%Y-%m}": first_working_day(day) for day in (date(2025, m, 1) for m in range(1, 13))}
    assert published["2025-01"] == {date(2025, 1, 2)}
    assert published["2025-10"] == {BACK}  # the centre was off on the 9th
    assert {month: published[month] for month in first if month != "2025-10"} == {
        month: {day} for month, day in first.items() if month != "2025-10"
    }
    assert all(row.person for row in rows)
    assert {row.source.split("/")[0] for row in rows} == {"plan", "goal", "rectification"}
    goals = [row for row in rows if row.source.startswith("goal/")]
    assert {row.month for row in goals} == {"2025-02"}  # agreed in January: one task each, until it ends
    assert len(goals) == 24


@pytest.mark.requirement("E15")
def test_each_monday_every_running_task_is_looked_at(year: Replayed) -> None:
    weeks = {row.week for row in year.rows("SELECT DISTINCT week FROM task_snapshot")}
    assert weeks == {str(day) for day in mondays(date(2025, 1, 6), LAST)}
    march = year.rows("SELECT level FROM task_snapshot WHERE week = '2025-03-24'")
    assert {row.level for row in march} >= {"", "red"}  # those that go slowly are far behind an even pace


@pytest.mark.requirement("E13")
def test_forms_are_open_for_ten_working_days_and_results_published_for_five(year: Replayed) -> None:
    rows = year.rows("SELECT * FROM evaluation")
    assert {row.state for row in rows} == {"final"}
    assert Counter((row.period, row.subject_kind) for row in rows) == {
        **{(quarter, "unit"): 12 for quarter in QUARTERS},
        ("2025", "unit"): 12, ("2025", "person"): 12, ("2025", "project"): 12 * EACH,
    }  # fmt: skip
    for row in rows:
        period = period_of(row.period)
        opens = date(2025, 12, 1) if period.kind == "year" else first_working_day(period.after().first)
        opened = BACK if OFF_FROM <= opens <= OFF_UNTIL else opens
        assert day_of(row.opened_at) == opened
        if row.round == 1:
            last = working_days_after(first_working_day(date(2026, 1, 1)) if period.kind == "year" else opened, 10)
            assert row.closes_at == to_ms(at_hour(last, 18))  # opened late, it closes late
        published, final = date.fromisoformat(row.published_on), day_of(row.final_at)
        assert is_working_day(published)
        assert working_days_between(published, final - timedelta(days=1)) >= 5
    missed = year.rows("SELECT e.subject, e.period FROM evaluation_form f JOIN evaluation e ON e.id = f.evaluation"
                       " WHERE f.state = 'missed'")  # fmt: skip
    assert {(row.subject, row.period) for row in missed} == {SILENT}


@pytest.mark.requirement("E16")
@pytest.mark.requirement("E17")
def test_discrepancies_returns_and_objections_are_part_of_the_year(year: Replayed) -> None:
    results = year.rows("SELECT e.subject, e.period, e.round AS last, r.* FROM evaluation_result r"
                        " JOIN evaluation e ON e.id = r.evaluation ORDER BY e.id, r.round")  # fmt: skip
    told = {(row.subject, row.period, row.round): json.loads(row.document) for row in results}
    for quarter in QUARTERS:
        flagged = {(one["first"], one["second"]) for one in told[BOASTER, quarter, 1]["discrepancies"]}
        assert ("self", "peer") in flagged
        modest = {(one["first"], one["second"]) for one in told["住建局", quarter, 1]["discrepancies"]}
        assert ("self", "peer") not in modest
    assert told[(*SILENT, 1)]["missing"] == ["self"]
    again = {(row.subject, row.period) for row in results if row.round > 1}
    assert again == {RETURNED, UPHELD}
    objections = year.rows("SELECT o.state, e.subject, e.period FROM evaluation_objection o"
                           " JOIN evaluation e ON e.id = o.evaluation")  # fmt: skip
    assert {(row.subject, row.period): row.state for row in objections} == {REJECTED: "rejected", UPHELD: "upheld"}


@pytest.mark.requirement("E30")
def test_an_adjusted_target_holds_from_june_and_leaves_what_was_over(year: Replayed) -> None:
    def target(period: str) -> tuple[float, bool]:
        with reading(year.engine) as connection:
            (_, found, _), *_ = sheets_of(connection, subject=ADJUSTED, period=period_of(period), kind="objective")
        leaf = next(leaf for leaf in found.set.leaves if leaf.indicator.id == SATISFACTION)
        return leaf.indicator.target, bool(found.adjusted)

    told = {period: target(period) for period in ("2025-Q1", "2025-05", "2025-06", "2025-Q2", "2025-Q3", "2025")}
    assert told == {
        "2025-Q1": (85.0, False), "2025-05": (85.0, False), "2025-06": (80.0, True), "2025-Q2": (80.0, True),
        "2025-Q3": (80.0, True), "2025": (80.0, True),
    }  # fmt: skip


@pytest.mark.requirement("E29")
def test_like_is_ranked_with_like_each_quarter_and_what_follows_is_suggested(year: Replayed) -> None:
    with reading(year.engine) as connection:
        rankings = {(one.ranking.group, one.ranking.period.name): one.ranking for one in rankings_of(connection)}
    groups = {"departments": set(DEPARTMENTS), "streets": set(STREETS)}
    assert set(rankings) == {(group, period) for group in groups for period in (*QUARTERS, "2025")} | {
        ("clerks", "2025")
    }
    for (group, _), ranking in rankings.items():
        if group in groups:
            assert {place.subject.id for place in ranking.places} == groups[group]
    slow = {"departments": "民政局", "streets": "沿江街道"}
    for (group, period), ranking in rankings.items():
        if group in slow and period in QUARTERS:
            assert [place.subject.id for place in ranking.places if place.bottom] == [slow[group]]
    deductions = {
        (one.suggestion.subject.id, one.suggestion.period.name) for one in year.suggestions(kinds=("deduction",))
    }
    assert deductions == {(unit, quarter) for unit in slow.values() for quarter in QUARTERS[1:]}
    commended = year.suggestions(kinds=("commendation",))
    assert {one.suggestion.subject.id for one in commended} <= set(UNITS) - set(slow.values())
    assert all(one.suggestion.basis for one in (*commended, *year.suggestions(kinds=("deduction",))))


@pytest.mark.requirement("E04")
def test_consequences_are_decided_by_named_persons_appealed_answered_and_change_no_budget(year: Replayed) -> None:
    found = year.suggestions(kinds=("deduction",))
    for one in found:
        acts = {act.act: act.actor for act in one.acts}
        assert (acts["approve"], acts["appeal"], acts["dismiss"]) == (
            "区长", f"{one.suggestion.subject.id}主任", "副区长"
        )  # fmt: skip
        assert one.standing.state == "final"
    budgets = [one for one in year.suggestions(period="2025") if one.suggestion.origin.startswith("budget/")]
    assert Counter(one.suggestion.subject.kind for one in budgets) == {"unit": 12, "project": 12 * EACH}
    decided = [one for one in budgets if one.decided]
    assert len(decided) == 24  # of the units and of the first project of each
    assert all(one.decided and one.decided.actor == {"finance": "财政甲", "leader": "区长"}[one.standing.decider]
               for one in decided)  # fmt: skip
    goals = [one for one in year.suggestions(period="2025") if one.suggestion.origin.startswith("goal/")]
    assert {one.suggestion.subject.id for one in goals} == {
        "w02-00",
        "w08-00",
        "民政局",
        "沿江街道",
    }  # 900 of 1200; slow
    changed = year.rows("SELECT count(*) AS n FROM fund_entry WHERE day >= '2026-01-01'")
    assert changed[0].n == 0


@pytest.mark.requirement("E18")
@pytest.mark.requirement("D34")
def test_bad_results_ask_to_mend_and_each_project_year_has_its_three_artefacts(year: Replayed) -> None:
    bad = year.rows("SELECT e.id, e.round FROM evaluation e JOIN evaluation_result r ON r.evaluation = e.id"
                    " AND r.round = e.round WHERE r.grade = '差' AND e.subject_kind = 'unit'")  # fmt: skip
    orders = year.rows("SELECT origin FROM rectification WHERE origin LIKE 'evaluation/%'")
    assert bad
    assert {row.origin for row in orders} == {f"evaluation/{row.id}/{row.round}" for row in bad}
    kinds = year.rows("SELECT project, count(*) AS n, count(DISTINCT kind) AS kinds FROM year_artefact"
                      " WHERE year = 2025 GROUP BY project")  # fmt: skip
    assert {(row.n, row.kinds) for row in kinds} == {(3, 3)}
    assert len(kinds) == 12 * EACH


def test_a_replay_comes_to_the_same_scores_and_digests(year: Replayed, migrated_sqlite: Path, tmp_path: Path) -> None:
    engine = fresh(migrated_sqlite, tmp_path)
    Year(engine, a_district(EACH)).run(until=EARLY)
    again = digests(engine)
    engine.dispose()
    assert again == year.early
    assert digests(year.engine) != year.early


@pytest.mark.requirement("A01")
def test_a01_sheets_are_made_again_from_readings_that_waited_while_the_centre_was_off_too(year: Replayed) -> None:
    late = year.rows("SELECT count(*) AS n FROM record WHERE received_at > at + 86400000")
    assert late[0].n
    for found in recomputed(Path(str(year.engine.url.database)), "2025-03", "2025-09", "2025-Q3"):
        assert found == Counter(same=found.total())
        assert found.total() > 24
