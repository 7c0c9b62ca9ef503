"""Roll-up of a district's money, outcomes before and after, and goals reached, on real databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, Engine

from central.domain import Subject, Text
from central.lifecycle.organisation import OrganisationTree, read_organisation
from central.money.posting import Posted
from central.scoring.facts import Span
from central.scoring.goal import Goal
from central.scoring.goal_document import spelled_goal, spelled_value
from central.scoring.indicator import Value
from central.scoring.period import period_of
from central.scoring.rollup import Figures, children_of, path_to, summed
from central.store import tables
from central.store.engine import reading, writing
from central.store.read_outcomes import Asked, known_codes, outcome_of, satisfaction_of
from central.store.read_rollup import ROOT, Wanted, rolled
from central.store.read_sources import measured
from central.store.save_entries import decide_entry, enter
from central.store.save_ledger import post
from central.store.save_organised import save_organisation
from tests.central.lifecycle.test_organisation import DOCUMENT
from tests.central.money.build import a_posting
from tests.central.scoring.sheets import PROJECT, a_set
from tests.central.store.district import UNIT, add, add_project, live, ms, set_up, spend
from tests.central.store.test_entries import SATISFIED, an_entry

DAY = date(2026, 6, 30)


def grant(connection: Connection, project: str, *entries: tuple[str, str, int]) -> None:
    """Post entries of (kind, line, fen) in March."""
    postings = [
        a_posting(f"{project}-{at}", fen, kind=kind, line=line, day=date(2026, 3, 1), project=project)  # type: ignore[arg-type]
        for at, (kind, line, fen) in enumerate(entries)
    ]
    assert all(isinstance(one, Posted) for one in post(connection, postings, projects=(project,), by="f", at_ms=1))


def fill(connection: Connection) -> None:
    """Units of four levels; projects of a department, of an institution under it, of a village and of nobody known."""
    tree = read_organisation(DOCUMENT)
    assert isinstance(tree, OrganisationTree)
    save_organisation(connection, tree, by="admin", now_ms=1)
    for project, unit, street in (
        ("a", "区住建局", "青坪街道"), ("b", "区城建中心", "青坪街道"),
        ("c", "溪村", "麦岭街道"), ("d", "外单位", "麦岭街道"),
    ):  # fmt: skip
        add_project(connection, project, unit=unit, street=street, budget_fen=50)
    grant(
        connection, "a", ("budget", "", 800), ("budget", "civil", 500), ("budget", "civil/steel", 200),
        ("release", "", 300), ("pay", "civil/steel", 120), ("pay", "civil", 30),
    )  # fmt: skip
    grant(connection, "b", ("budget", "road", 100), ("pay", "road", 70), ("pay", "other/deep/line", 5))


@pytest.mark.requirement("D06")
def test_each_sum_is_that_of_its_children_down_to_budget_lines(any_store: Engine) -> None:
    with writing(any_store) as connection:
        fill(connection)
    with reading(any_store) as connection:
        nodes, own = rolled(connection, Wanted(day=DAY))
    found, below = summed(nodes, own), children_of(nodes)
    for node in nodes:
        expected = own.get(node.id, Figures())
        for child in below.get(node.id, []):
            expected += found[child.id]
        assert found[node.id] == expected
    assert found[ROOT] == Figures(projects=4, budget_fen=800 + 100 + 50 + 50, release_fen=300, pay_fen=225, entries=9)
    assert (found["unit/zj"].projects, found["unit/zj"].budget_fen, found["unit/zx"].budget_fen) == (2, 900, 100)
    assert found["line/a/civil"] == Figures(budget_fen=500, pay_fen=150, entries=4)
    assert found["line/a/civil/steel"].budget_fen == 200
    assert found["line/b/other/deep/line"].pay_fen == 5
    assert found["none/外单位"].projects == 1  # in no unit of the organisation, and in every sum
    way = [node.id for node in path_to(nodes, "line/a/civil/steel")]
    assert way == [ROOT, "unit/qc", "unit/zj", "project/a", "line/a/civil", "line/a/civil/steel"]


@pytest.mark.parametrize(
    ("wanted", "projects"),
    [
        ({"street": "麦岭街道"}, {"project/c", "project/d"}),
        ({"work_type": "retrofit"}, set()),
        ({"projects": ("a", "c")}, {"project/a", "project/c"}),
        ({"projects": ()}, set()),
    ],
)
def test_what_is_filtered_is_in_no_sum(sqlite_store: Engine, wanted: dict[str, object], projects: set[str]) -> None:
    with writing(sqlite_store) as connection:
        fill(connection)
        nodes, own = rolled(connection, Wanted(day=DAY, **wanted))  # type: ignore[arg-type]
    assert {node.id for node in nodes if node.kind == "project"} == projects
    assert summed(nodes, own)[ROOT].projects == len(projects)


def test_money_after_the_day_is_not_there_yet(sqlite_store: Engine) -> None:
    with writing(sqlite_store) as connection:
        fill(connection)
        nodes, own = rolled(connection, Wanted(day=date(2026, 2, 28)))
    assert summed(nodes, own)[ROOT] == Figures(projects=4, budget_fen=200)


OLD, NEW = Span(first=date(2025, 1, 1), last=date(2025, 12, 31)), Span(first=date(2026, 1, 1), last=date(2026, 12, 31))
NOW = ms(date(2027, 2, 1))


def asked(code: str, projects: tuple[str, ...]) -> Asked:
    """A measure of the district over two years."""
    return Asked(code=code, subject=Subject(kind="district", id=""), before=OLD, after=NEW, projects=projects)


def test_cycles_of_projects_before_and_after(sqlite_store: Engine) -> None:
    projects = []
    with writing(sqlite_store) as connection:
        for year, mean in ((2025, 100), (2026, 88)):
            for at in range(10):
                project = f"p{year}-{at}"
                projects.append(project)
                start, days = date(year, 2, 1), mean + 2 * at - 9
                add_project(connection, project, start=start, finish=date(year, 12, 1))
                live(connection, "started", start, project=project)
                live(connection, "completed", start + timedelta(days=days - 1), project=project)
        found = outcome_of(connection, asked("cycle.mean_days", tuple(projects)), now_ms=NOW)
        few = outcome_of(connection, asked("cycle.mean_days", tuple(projects[:14])), now_ms=NOW)
        on_time = outcome_of(connection, asked("progress.on_time", tuple(projects)), now_ms=NOW)
    assert (found.before.value, found.after.value, found.relative) == (100.0, 88.0, -12.0)
    assert found.low is not None
    assert found.high is not None
    assert found.low < -12 < found.high
    assert (few.after.n, few.claim) == (4, False)
    assert (on_time.before.n, on_time.change) == (10, 0.0)


def test_compliant_payments_before_and_after(sqlite_store: Engine) -> None:
    with writing(sqlite_store) as connection:
        add_project(connection, start=date(2025, 1, 1))
        spend(connection, *(("release", date(2025, 1, 2 + at), 100) for at in range(5)))
        spend(connection, *(("pay", date(2025, 2, 2 + at), 100) for at in range(10)))  # five above what was released
        spend(connection, *(("release", date(2026, 1, 2 + at), 200) for at in range(5)))
        spend(connection, *(("pay", date(2026, 2, 2 + at), 100) for at in range(5)))
        found = outcome_of(connection, asked("money.compliance_rate", ("p1",)), now_ms=NOW)
    assert (found.before.value, found.after.value, found.change) == (50.0, 100.0, 50.0)


@pytest.mark.parametrize("code", known_codes())
def test_without_facts_there_is_no_claim(sqlite_store: Engine, code: str) -> None:
    with reading(sqlite_store) as connection:
        found = outcome_of(connection, asked(code, ()), now_ms=NOW)
    assert (found.claim, found.before.value, found.before.n) == (False, None, 0)


def test_what_is_not_compared_is_named(sqlite_store: Engine) -> None:
    with reading(sqlite_store) as connection, pytest.raises(KeyError, match="expected one of complaint"):
        outcome_of(connection, asked("progress.spi_t", ()), now_ms=NOW)


def test_satisfaction_of_two_periods(sqlite_store: Engine) -> None:
    with writing(sqlite_store) as connection:
        add_project(connection)
        set_up(connection, a_set((SATISFIED, 1.0)), subject=PROJECT)
        for month, satisfied in ((2, 128), (3, 164)):
            given = replace(an_entry("satisfied", n=200, satisfied=satisfied), period=period_of(f"2026-0{month}"))
            number = enter(connection, given, now_ms=NOW).id
            decide_entry(connection, number, "accepted", by="li", remark="", now_ms=NOW)
        pair = {"subject": PROJECT, "indicator": "satisfied"}
        found = satisfaction_of(connection, **pair, before=period_of("2026-02"), after=period_of("2026-03"))  # type: ignore[arg-type]
        none = satisfaction_of(connection, **pair, before=period_of("2025-02"), after=period_of("2026-03"))  # type: ignore[arg-type]
    assert (found.change, found.before.n) == (18.0, 200)
    assert none.claim is False


def test_goals_reached_are_a_measure(any_store: Engine) -> None:
    unit = Subject(kind="unit", id=UNIT)
    with writing(any_store) as connection:
        for name, weight, value in (("g1", 0.5, 95.0), ("g2", 0.3, 94.99), ("g3", 0.2, None)):
            goal = Goal(
                id=name, level=2, parent=None, owner="wang", subject=unit, text=Text(zh=name, en=name), target=95.0,
                unit="%", baseline=None, start=date(2026, 1, 1), due=date(2026, 3, 31), weight=weight, year=2026,
            )  # fmt: skip
            add(
                connection, tables.GoalRow, id=name, version=1, year=2026, level=2, subject_kind="unit",
                subject_id=UNIT, document=spelled_goal(goal), sha256="0", author="li", written_at=1,
            )  # fmt: skip
            add(
                connection, tables.GoalAct, goal=name, version=1, act="approved", by="zhao", at=1,
                since=date(2026, 1, 1), remark="",
            )  # fmt: skip
            if value is not None:
                add(
                    connection, tables.GoalRecord, goal=name, version=1, period="2026-03",
                    document=spelled_value(Value(indicator=name, value=value, state="entered")), noted_by="li",
                    noted_at=1,
                )  # fmt: skip
        at = {"period": period_of("2026-03"), "code": "goals.completed", "now_ms": ms(date(2026, 4, 2))}
        found = measured(connection, subject=unit, **at)  # type: ignore[arg-type]
        other = measured(connection, subject=PROJECT, **at)  # type: ignore[arg-type]
    assert (found.value, found.n, found.refs) == (50.0, 3, ("goal/g1", "goal/g2", "goal/g3"))
    assert other.state == "not_applicable"
