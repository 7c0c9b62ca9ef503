"""What results lead to, row by row: suggestions with evidence that a person decides on, and nothing by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, text

from central.domain import Subject, Text
from central.evaluate.consequence import GoalResult
from central.scoring.period import period_of
from central.store.engine import reading
from central.store.read_ranked_suggestions import StoredSuggestion
from central.store.save_ranked import follow_up
from central.store.save_ranked_suggestions import decide, review
from tests.central.evaluate.test_ranking import TEN, at_rank, results
from tests.central.store.test_ranked import ALL, at, code_of, district, do, follow, register

__all__ = ["district"]  # a fixture
NOW = at(date(2026, 2, 3))
PERSONS_25 = [f"p{nth:02}" for nth in range(25)]


@pytest.fixture
def any_store(sqlite_store: Engine) -> Engine:
    """These rules do not depend on the database: `tests.central.store.test_ranked` asks both."""
    return sqlite_store


def money(engine: Engine) -> list[Any]:
    """Every amount that the centre keeps as a budget or in its ledger."""
    with reading(engine) as connection:
        wanted = ("SELECT id, budget_fen, contract_fen FROM project", "SELECT * FROM fund_entry")
        return [connection.execute(text(one)).all() for one in wanted]


def suggested(engine: Engine, kind: str) -> list[StoredSuggestion]:
    """Suggestions of a kind."""
    return [one for one in register(engine, ALL) if one.suggestion.kind == kind]


def quarters(engine: Engine, ranks: dict[str, int], *, name: str = "U7", names: Sequence[str] = TEN) -> None:
    """Quarters or years in which a unit had these ranks."""
    for period, rank in ranks.items():
        follow(engine, period, results(at_rank(name, rank, names)), now_ms=NOW)


@pytest.mark.requirement("A25")
@pytest.mark.requirement("E19")
def test_a25_e19_a_grade_suggests_a_budget_and_changes_none(district: Engine) -> None:
    before = money(district)
    totals = [95, 94, 85, 84, 83, 82, 81, 80, 77, 45.0]
    order = [*(name for name in TEN if name not in ("U7", "U9")), "U9", "U7"]
    follow(district, "2025", results(order, totals=totals), now_ms=NOW)
    found = {one.suggestion.subject.id: one for one in register(district, ALL) if one.suggestion.origin[:6] == "budget"}
    assert {name: one.suggestion.kind for name, one in found.items() if name in ("U1", "U3", "U9", "U7")} == {
        "U1": "priority", "U3": "reasonable", "U9": "cut", "U7": "suspend",
    }  # fmt: skip
    assert "优先保障" in found["U1"].suggestion.reason.zh
    assert "同类排名 1/10" in found["U1"].suggestion.reason.zh  # the ranking feeds the list, best first
    assert [one.suggestion.subject.id for one in found.values()] == order
    assert "按比例核减 5%" in found["U9"].suggestion.reason.zh  # 77 points: the table's first band
    assert "暂停或取消, 需复核" in found["U7"].suggestion.reason.zh
    assert {one.standing.state for one in found.values()} == {"suggested"}
    unreviewed = {"by": "leader", "approve": True, "basis": "b", "hearing": "h", "now_ms": NOW}
    assert code_of(district, decide, found["U7"].id, **unreviewed) == "wrong_state"
    do(district, review, found["U7"].id, by="leader2", words="属实", now_ms=NOW)
    assert do(district, decide, found["U7"].id, **unreviewed).standing.state == "approved"
    assert money(district) == before


@pytest.mark.requirement("D08")
def test_d08_three_quarters_of_the_pupils_suggest_a_cut_that_needs_approval_and_a_hearing(district: Engine) -> None:
    before = money(district)
    goal = GoalResult(
        goal="pupils", name=Text(zh="受益学生人数", en="pupils"), subject=Subject(kind="project", id="p7"),
        target=1200, actual=900, unit="人", share=0.75, refs=("a" * 64,),
    )  # fmt: skip

    def once(connection: Any) -> str:
        return follow_up(connection, period_of("2025"), [], goals=[goal], now_ms=NOW)

    assert do(district, once) == "0 rankings, 1 suggestions, 0 groups wait"
    (cut,) = suggested(district, "cut")
    assert "完成 75.0%: 按比例核减 5%" in cut.suggestion.reason.zh
    assert (cut.suggestion.cut_bp, cut.suggestion.amount_fen) == (500, 500_000)  # of 10 万
    given = {"by": "finance", "approve": True, "basis": "年度目标完成情况", "now_ms": NOW}
    assert code_of(district, decide, cut.id, **given) == "missing"
    decided = do(district, decide, cut.id, **given, hearing="已听取项目单位意见")
    assert (decided.standing.decided_by, decided.standing.state) == ("finance", "approved")
    assert money(district) == before


@pytest.mark.requirement("A46")
@pytest.mark.parametrize(
    ("ranks", "names", "item"),
    [
        ({"2025-Q1": 10, "2025-Q2": 10}, TEN, True),
        ({"2025-Q1": 10, "2025-Q2": 9}, TEN, False),
        ({"2025-Q1": 10, "2025-Q3": 10}, TEN, False),
        ({"2025-Q1": 4, "2025-Q2": 4}, ["U1", "U2", "U3", "U7"], False),
    ],
)
def test_a46_two_quarters_at_the_bottom_are_a_deduction_item(
    district: Engine, ranks: dict[str, int], names: list[str], item: bool
) -> None:
    quarters(district, ranks, names=names)
    assert [one.suggestion.subject.id for one in suggested(district, "deduction")] == (["U7"] if item else [])


@pytest.mark.requirement("E29")
@pytest.mark.parametrize(("second", "suggested_one"), [(1, True), (2, False)])
def test_e29_first_in_two_quarters_is_a_commendation(district: Engine, second: int, suggested_one: bool) -> None:
    quarters(district, {"2025-Q1": 1, "2025-Q2": second}, name="U5")
    found = [one.suggestion.subject.id for one in suggested(district, "commendation")]
    assert ("U5" in found) is suggested_one


@pytest.mark.requirement("E32")
@pytest.mark.parametrize(
    ("ranks", "talk"),
    [
        ({"2024": 10, "2025": 10}, True),
        ({"2024": 10, "2025": 9}, False),
        ({"2023": 10, "2025": 10}, False),
    ],
)
def test_e32_last_in_two_years_is_a_talk(district: Engine, ranks: dict[str, int], talk: bool) -> None:
    quarters(district, ranks)
    found = suggested(district, "talk")
    assert [one.suggestion.subject.id for one in found] == (["U7"] if talk else [])
    assert all(one.standing.decider == "leader" for one in found)


@pytest.mark.requirement("E20")
@pytest.mark.parametrize(
    ("n", "before", "now", "listed"), [(25, 5, 4, True), (25, 5, 6, False), (7, 1, 1, True), (7, 2, 2, False)]
)
def test_e20_who_is_in_the_top_fifth_for_two_years_is_on_a_list(
    district: Engine, n: int, before: int, now: int, listed: bool
) -> None:
    persons = PERSONS_25[:n]
    with_roles(district, persons)
    for year, rank in (("2024", before), ("2025", now)):
        follow(district, year, results(at_rank("p03", rank, persons), kind="person"), now_ms=NOW)
    found = {one.suggestion.subject.id: one for one in suggested(district, "reserve")}
    assert ("p03" in found) is listed
    assert all(one.standing.state == "suggested" for one in found.values())  # a list, until a person decides


@pytest.mark.requirement("E21")
def test_e21_a_performance_star_meets_its_criteria(district: Engine) -> None:
    follow(district, "2025", results(TEN), now_ms=NOW)
    (star,) = suggested(district, "award")
    assert (star.suggestion.subject.id, star.suggestion.origin) == ("U1", "award/star/unit/U1/2025")
    assert "绩效之星: 年度总评90分以上且在同类单位中排名第一" in star.suggestion.reason.zh
    assert (
        do(district, decide, star.id, by="leader", approve=True, basis="年度总评", now_ms=NOW).decided.actor == "leader"
    )


def with_roles(engine: Engine, persons: Sequence[str]) -> None:
    """Persons in one position."""

    def add(connection: Any) -> None:
        for one in persons:
            connection.execute(
                text(
                    "INSERT INTO app_user (username, name, password_hash, active, created_at)"
                    " VALUES (:u, :u, '-', true, 0)"
                ),
                {"u": one},
            )
            connection.execute(
                text("INSERT INTO role_grant (\"user\", role, scope_kind, scope, valid_from_at)"
                     " SELECT id, 'clerk', 'unit', 'U2', 0 FROM app_user WHERE username = :u"),
                {"u": one},
            )  # fmt: skip

    do(engine, add)
