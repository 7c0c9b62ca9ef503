"""Rankings and what follows from them on both databases: once, by people, open to appeal, never rewritten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from central.domain import Subject, Text
from central.errors import UnknownThing
from central.evaluate.consequence import GoalResult, Suggestion
from central.evaluate.ranking import Judged
from central.evaluate.result_policy import SHIPPED_DOCUMENT
from central.plan.calendar import midnight
from central.scoring.indicator import Value
from central.scoring.period import period_of
from central.scoring.refused import ScoringRefused
from central.store import tables
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.read_goals import goals_of
from central.store.read_ranked import rankings_of, rankings_with
from central.store.read_ranked_policy import policy_on
from central.store.read_ranked_suggestions import StoredSuggestion, SuggestionFilter, suggestions_of
from central.store.save_goals import note_record
from central.store.save_ranked import follow_up, note_change
from central.store.save_ranked_due import WAITS_DAYS, follow_due
from central.store.save_ranked_policy import put_table
from central.store.save_ranked_suggestions import (
    answer,
    appeal,
    carry_out,
    decide,
    propose_use,
    review,
    settle,
    withdraw_use,
)
from central.store.upsert import insert_new, table_of
from tests.central.evaluate.test_ranking import TEN, at_rank, results
from tests.central.store.test_deciding_together import together
from tests.central.store.test_goals import agreed

__all__ = ["agreed"]  # a fixture

PEOPLE = {
    "leader": ("leader", "district", ""),
    "leader2": ("leader", "district", ""),
    "finance": ("finance", "district", ""),
    "discipline": ("discipline", "district", ""),
    "head7": ("dept_head", "unit", "U7"),
    "head3": ("dept_head", "unit", "U3"),
    "clerk7": ("clerk", "unit", "U7"),
    "own": ("finance", "district", ""),
}
ALL = SuggestionFilter(persons=True)


def at(day: date, hour: float = 12) -> int:
    """An hour of a day."""
    return to_ms(midnight(day) + timedelta(hours=hour))


APRIL, JULY = at(date(2025, 4, 28)), at(date(2025, 7, 28))


@pytest.fixture
def district(any_store: Engine) -> Engine:
    """Ten departments and people; `own` of finance also works in U7."""
    with writing(any_store) as connection, Session(connection) as session:
        for nth, name in enumerate(TEN):
            session.add(tables.OrgUnit(id=name.lower(), parent=None, kind="department", name_zh=name, name_en=name,
                                       steward="", depth=2, position=nth, version=1))  # fmt: skip
        for username, (role, kind, scope) in PEOPLE.items():
            person = tables.User(username=username, name=username, password_hash="-", created_at=0)
            session.add(person)
            session.flush()
            assert person.id is not None
            session.add(tables.Grant(user=person.id, role=role, scope_kind=kind, scope=scope))
            if username == "own":
                session.add(tables.Grant(user=person.id, role="clerk", scope_kind="unit", scope="U7"))
        session.add(tables.Project(
            id="p7", code="c", name_zh="p7", name_en="p7", street_zh="s", street_en="s", unit_zh="U7", unit_en="U7",
            work_type="new_build", contract_fen=90, budget_fen=10_000_000, start=date(2025, 1, 1),
            finish=date(2025, 12, 31), plan_version=1,
        ))  # fmt: skip
        session.flush()
    return any_store


def follow(
    engine: Engine, period: str, judged: Sequence[Judged], *, now_ms: int, waiting: Iterable[Subject] = ()
) -> str:
    """Follow a period's results up."""
    with writing(engine) as connection:
        return follow_up(connection, period_of(period), judged, waiting=waiting, now_ms=now_ms)


def register(engine: Engine, wanted: SuggestionFilter = ALL) -> list[StoredSuggestion]:
    with reading(engine) as connection:
        return list(suggestions_of(connection, wanted, limit=200))


def do(engine: Engine, act: Any, *args: Any, **more: Any) -> Any:
    """One act in its transaction."""
    with writing(engine) as connection:
        return act(connection, *args, **more)


def code_of(engine: Engine, act: Any, *args: Any, **more: Any) -> str:
    """'' or the code with which an act is refused."""
    try:
        do(engine, act, *args, **more)
    except ScoringRefused as refused:
        return refused.code
    return ""


def a_cut(engine: Engine) -> StoredSuggestion:
    """The suggestion to cut U7's budget for 2025."""
    totals = [95, 94, 93, 92, 91, 90, 89, 88, 87, 72.0]
    follow(engine, "2025", results(at_rank("U7", 10), totals=totals), now_ms=at(date(2026, 2, 2)))
    return next(one for one in register(engine) if one.suggestion.kind == "cut")


def test_two_quarters_at_the_bottom_are_a_deduction_item_once(district: Engine) -> None:
    assert follow(district, "2025-Q1", results(at_rank("U7", 10)), now_ms=APRIL) == (
        "1 rankings, 0 suggestions, 0 groups wait"
    )
    second = results(at_rank("U7", 10))
    assert follow(district, "2025-Q2", second, now_ms=JULY) == "1 rankings, 2 suggestions, 0 groups wait"
    assert follow(district, "2025-Q2", second, now_ms=JULY + 1) == "0 rankings, 0 suggestions, 0 groups wait"
    found = {one.suggestion.kind: one for one in register(district)}
    assert {kind: one.suggestion.subject.id for kind, one in found.items()} == {"commendation": "U1", "deduction": "U7"}
    assert found["deduction"].suggestion.basis == ("sheet-U7",)
    assert found["deduction"].standing.decider == "leader"
    with reading(district) as connection:
        told = connection.execute(text("SELECT person FROM notification ORDER BY person")).scalars().all()
    assert told == ["leader", "leader2"]


def test_a_group_waits_until_all_of_it_is_final(district: Engine) -> None:
    judged = results(at_rank("U7", 10))
    u1 = Subject(kind="unit", id="U1")
    some = [one for one in judged if one.subject != u1]
    assert follow(district, "2025-Q1", some, waiting=[u1], now_ms=APRIL) == "0 rankings, 0 suggestions, 1 groups wait"
    assert follow(district, "2025-Q1", judged, now_ms=APRIL) == "1 rankings, 0 suggestions, 0 groups wait"
    with reading(district) as connection:
        (ranking,) = rankings_with(connection, u1)
        assert ranking.ranking.n == 10
        assert ranking.sha256 == ranking.ranking.digest  # it is what was stored
        assert rankings_of(connection, kind="quarter") == (ranking,)
        assert rankings_of(connection, kind="year") == rankings_of(connection, kind="month") == ()


def test_without_a_decision_nothing_changes_and_with_one_no_budget_either(district: Engine) -> None:
    def budgets() -> list[Any]:
        with reading(district) as connection:
            tables_of_money = ("SELECT budget_fen FROM project", "SELECT count(*) FROM fund_entry")
            return [connection.execute(text(one)).scalars().all() for one in tables_of_money]

    before = budgets()
    cut = a_cut(district)
    assert (cut.suggestion.cut_bp, cut.suggestion.amount_fen, cut.suggestion.hearing) == (1000, 1_000_000, True)
    assert "同类排名 10/10" in cut.suggestion.reason.zh
    assert (cut.standing.state, register(district, SuggestionFilter(state="in_force"))) == ("suggested", [])
    now_ms = at(date(2026, 2, 3))
    decided = do(district, decide, cut.id, by="finance", approve=True, basis="年度评价", hearing="2月2日听取意见",
                 cut_bp=800, now_ms=now_ms)  # fmt: skip
    assert (decided.decided.actor, decided.decided.amount_fen) == ("finance", 800_000)
    assert decided.standing.closes_on == date(2026, 2, 10)
    assert do(district, settle, now_ms=at(date(2026, 2, 10), 23)) == 0
    assert do(district, settle, now_ms=at(date(2026, 2, 11), 0)) == 1
    assert do(district, settle, now_ms=at(date(2026, 2, 11), 1)) == 0
    (final,) = register(district, SuggestionFilter(state="in_force"))
    assert (final.id, final.standing.state) == (cut.id, "final")
    done = do(district, carry_out, cut.id, by="own", ref="浦财预〔2026〕3号", now_ms=at(date(2026, 3, 2)))
    assert done.standing.state == "carried_out"
    assert budgets() == before
    told = {"head7", "clerk7", "own"}
    with reading(district) as connection:
        rows = connection.execute(text("SELECT person FROM notification WHERE kind = 'bulletin'")).scalars()
        assert set(rows) == told


def test_who_is_assessed_decides_nothing_and_says_so_by_appeal(district: Engine) -> None:
    cut, now_ms = a_cut(district), at(date(2026, 2, 3))
    given = {"approve": True, "basis": "年度评价", "hearing": "听取意见", "now_ms": now_ms}
    assert code_of(district, decide, cut.id, by="own", **given) == "own_work"
    assert code_of(district, decide, cut.id, by="leader", **given) == "not_yours"
    assert code_of(district, decide, cut.id, by="finance", **{**given, "hearing": ""}) == "missing"
    assert code_of(district, decide, cut.id, by="finance", **given, cut_bp=2001) == "unknown"
    do(district, decide, cut.id, by="finance", **given)
    assert code_of(district, decide, cut.id, by="finance", **given) == "wrong_state"
    assert code_of(district, appeal, cut.id, by="leader", reason="x", now_ms=now_ms) == "not_yours"
    late = at(date(2026, 2, 11))
    assert code_of(district, appeal, cut.id, by="clerk7", reason="口径", now_ms=late) == "wrong_state"
    do(district, appeal, cut.id, by="clerk7", reason="口径有误", now_ms=at(date(2026, 2, 10)))
    assert do(district, settle, now_ms=late) == 0  # an appeal waits for its answer
    answered = {"uphold": True, "reason": "复核属实", "now_ms": late}
    assert code_of(district, answer, cut.id, by="finance", **answered) == "own_work"
    assert code_of(district, answer, cut.id, by="head7", **answered) == "own_work"
    assert code_of(district, answer, cut.id, by="discipline", **answered) == "not_yours"
    assert do(district, answer, cut.id, by="leader", **answered).standing.state == "overturned"
    assert register(district, SuggestionFilter(state="in_force")) == []
    assert cut.id not in [one.id for one in register(district, SuggestionFilter(state="waiting"))]


def test_two_reasons_to_cut_take_no_more_than_the_largest_cut_together(district: Engine) -> None:
    totals = [95, 94, 93, 92, 91, 90, 89, 88, 87, 61.0]
    now_ms = at(date(2026, 2, 3))
    unit = Subject(kind="unit", id="U7")
    goal = GoalResult(goal="g", name=Text(zh="目标", en="goal"), subject=unit, target=4, actual=3, unit="", share=0.75,
                      refs=("goal-record/1",))  # fmt: skip
    judged = results(at_rank("U7", 10), totals=totals)
    do(district, follow_up, period_of("2025"), judged, goals=[goal], now_ms=now_ms)
    by_grade, by_goal = [one for one in register(district) if one.suggestion.kind == "cut"]
    assert (by_grade.suggestion.cut_bp, by_goal.suggestion.cut_bp) == (2000, 500)
    given = {"by": "finance", "approve": True, "basis": "b", "hearing": "h", "now_ms": now_ms}
    do(district, decide, by_goal.id, **given)
    assert code_of(district, decide, by_grade.id, **given) == "conflict"
    assert do(district, decide, by_grade.id, **given, cut_bp=1500).standing.state == "approved"


def test_to_suspend_takes_a_review_by_another(district: Engine) -> None:
    totals = [95, 94, 93, 92, 91, 90, 89, 88, 87, 40.0]
    now_ms = at(date(2026, 2, 3))
    follow(district, "2025", results(at_rank("U7", 10), totals=totals), now_ms=now_ms)
    one = next(one for one in register(district) if one.suggestion.kind == "suspend")
    given = {"approve": True, "basis": "年度评价", "hearing": "听取意见", "now_ms": now_ms}
    assert code_of(district, decide, one.id, by="leader", **given) == "wrong_state"
    do(district, review, one.id, by="leader", words="情况属实", now_ms=now_ms)
    assert code_of(district, decide, one.id, by="leader", **given) == "own_work"
    assert do(district, decide, one.id, by="leader2", **given).standing.state == "approved"


def a_sheet(engine: Engine, key: str, *, unit: str, period: str = "2025") -> None:
    """A score sheet of a unit, as far as a use may rest on it."""
    row = {
        "id": key, "subject_kind": "unit", "subject": unit, "period": period, "kind": "annual", "author": "",
        "taken_at": 0, "stored_at": 0, "set_id": "", "set_version": 0, "rule_version": "1", "body": "{}",
    }  # fmt: skip
    with writing(engine) as connection:
        insert_new(connection, tables.ScoreSheet, [row])


def test_another_use_is_proposed_by_one_and_decided_by_another(district: Engine) -> None:
    use = Suggestion(
        origin="use/training/U7/2025", kind="other", subject=Subject(kind="unit", id="U7"), period=period_of("2025"),
        group="", basis=("a" * 64,), reason=Text(zh="安排专项培训", en="training"), policy=0, decider="leader",
        appeal_days=5, hearing=False,
    )  # fmt: skip
    assert code_of(district, propose_use, use, by="head3", now_ms=APRIL) == "not_yours"  # of another unit
    assert code_of(district, propose_use, use, by="leader", now_ms=APRIL) == "unknown"  # it rests on nothing
    a_sheet(district, "a" * 64, unit="U6")
    a_sheet(district, "b" * 64, unit="U7", period="2026-Q1")
    for basis in (("a" * 64,), ("b" * 64,)):  # another's, and one of a time to come
        assert code_of(district, propose_use, replace(use, basis=basis), by="leader", now_ms=APRIL) == "unknown"
    a_sheet(district, "c" * 64, unit="U7", period="2025-Q4")
    use = replace(use, basis=("c" * 64,))
    made = do(district, propose_use, use, by="leader", now_ms=APRIL)
    assert code_of(district, propose_use, use, by="leader2", now_ms=APRIL) == "conflict"
    given = {"approve": True, "basis": "结果应用", "now_ms": APRIL}
    assert code_of(district, decide, made.id, by="leader", **given) == "own_work"
    assert code_of(district, withdraw_use, made.id, by="leader2", now_ms=APRIL) == "not_yours"
    assert do(district, decide, made.id, by="leader2", **given).standing.state == "approved"


def test_a_table_is_for_periods_to_come(district: Engine) -> None:
    def put(since: str, now_ms: int = APRIL) -> str:
        return code_of(district, put_table, {**SHIPPED_DOCUMENT, "since": since}, by="leader", now_ms=now_ms)

    assert put("2025-01-01") == "not_yours"  # a period that has begun
    assert put("2025-04-28") == "not_yours"
    assert put("2025-07-01") == ""
    assert put("2025-06-01") == "conflict"
    assert put("2026-01-01") == ""
    with reading(district) as connection:
        days = (date(2025, 6, 30), date(2025, 7, 1), date(2026, 1, 1))
        assert [policy_on(connection, day).version for day in days] == [0, 1, 2]


def test_a_reorganised_unit_begins_anew_and_nobody_does_so_after_the_fact(district: Engine) -> None:
    follow(district, "2025-Q1", results(at_rank("U7", 10)), now_ms=APRIL)
    given = {"kind": "merged", "reason": "浦编〔2025〕7号", "by": "admin"}
    assert code_of(district, note_change, "U7", day=date(2025, 3, 31), now_ms=APRIL, **given) == "not_yours"
    assert code_of(district, note_change, "U7", day=date(2026, 1, 1), now_ms=APRIL, **given) == "not_yours"
    assert code_of(district, note_change, "U7", day=date(2025, 4, 1), now_ms=APRIL, **given) == ""
    follow(district, "2025-Q2", results(at_rank("U7", 10)), now_ms=JULY)
    assert [one.suggestion.kind for one in register(district)] == ["commendation"]


def test_a_quarter_that_is_ranked_late_counts_for_the_one_after_it(district: Engine) -> None:
    follow(district, "2025-Q2", results(at_rank("U7", 10)), now_ms=JULY)
    assert register(district) == []
    follow(district, "2025-Q1", results(at_rank("U7", 10)), now_ms=JULY + 1)  # an objection had kept it open
    found = [one.suggestion for one in register(district)]
    assert {(one.kind, one.subject.id, one.period.name) for one in found} == {
        ("deduction", "U7", "2025-Q2"), ("commendation", "U1", "2025-Q2"),
    }  # fmt: skip
    follow(district, "2025-Q3", results(at_rank("U7", 10)), now_ms=JULY + 2)
    assert len(register(district)) == 4  # and nothing twice


APPEND_ONLY = ("ranking", "ranking_place", "suggestion", "suggestion_act", "result_table")


@pytest.mark.parametrize("verb", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_nothing_of_it_can_be_rewritten(district: Engine, verb: str) -> None:
    cut = a_cut(district)
    do(district, decide, cut.id, by="finance", approve=True, basis="b", hearing="h", now_ms=at(date(2026, 2, 3)))
    do(district, put_table, {**SHIPPED_DOCUMENT, "since": "2027-01-01"}, by="leader", now_ms=at(date(2026, 2, 3)))
    for table in APPEND_ONLY:
        column = {"ranking": "n", "ranking_place": "rank", "result_table": "version"}.get(table, "cut_bp")
        with pytest.raises(DBAPIError, match=f"{table} can only be added to"), writing(district) as connection:
            connection.execute(text(verb.format(table, column, column)))


def evaluated(engine: Engine, period: str, judged: Sequence[Judged], *, final: bool = True) -> None:
    """Evaluations of a period as the centre stores them."""
    kept, results_kept = table_of(tables.EvaluationRow), table_of(tables.EvaluationResult)
    with writing(engine) as connection:
        for one in judged:
            row: dict[str, Any] = {"subject_kind": one.subject.kind, "subject": one.subject.id, "unit": one.subject.id}
            row |= {"period_kind": "quarter", "period": period, "policy": 0, "round": 1, "opened_at": 0, "closes_at": 0}
            row |= {"state": "final" if final else "published"}
            number = connection.execute(insert(kept).values(**row).returning(kept.c.id)).scalar_one()
            document = f'{{"sheet": "{one.refs[0]}", "parts": []}}'
            result = {"evaluation": number, "round": 1, "total": one.total, "grade": "良", "document": document}
            connection.execute(insert(results_kept).values(**result, sha256="", composed_at=0))


def test_of_many_who_decide_at_once_one_does(district: Engine) -> None:
    cut = a_cut(district)
    given = {"by": "finance", "approve": True, "basis": "b", "hearing": "h", "now_ms": at(date(2026, 2, 3))}
    assert together(lambda _: do(district, decide, cut.id, **given)) == 1
    period, judged = period_of("2025-Q1"), results(TEN)

    def rank(_: int) -> None:
        if do(district, follow_up, period, judged, now_ms=APRIL)[0] != "1":
            raise UnknownThing("ranking", where="ranking", expected="to be the first")

    assert together(rank) == 1
    with reading(district) as connection:
        assert len(rankings_of(connection, kind="quarter")) == 1


def test_the_job_follows_what_became_final_and_looks_once(district: Engine) -> None:
    evaluated(district, "2025-Q2", results(at_rank("U7", 10)))
    evaluated(district, "2025-Q1", results(at_rank("U7", 10)))
    outcome = "2025-Q1: 1 rankings, 0 suggestions, 0 groups wait; 2025-Q2: 1 rankings, 2 suggestions, 0 groups wait"
    assert do(district, follow_due, now_ms=JULY) == f"{outcome}; 0 windows ended"
    assert do(district, follow_due, now_ms=JULY + 86_400_000) == "0 windows ended"
    evaluated(district, "2025-Q3", results(["stray"]), final=False)
    assert do(district, follow_due, now_ms=JULY + 86_400_000) == "0 windows ended"


def test_a_group_does_not_wait_for_ever_for_a_member_that_never_ends(district: Engine) -> None:
    evaluated(district, "2025-Q1", results(TEN[:-1]))
    evaluated(district, "2025-Q1", results(TEN[-1:]), final=False)  # nobody approves it
    last = at(date(2025, 3, 31) + timedelta(days=WAITS_DAYS))
    waits = "2025-Q1: 0 rankings, 0 suggestions, 1 groups wait; 0 windows ended"
    assert do(district, follow_due, now_ms=last) == waits
    with reading(district) as connection:
        assert rankings_of(connection) == ()
    later = last + 86_400_000
    assert do(district, follow_due, now_ms=later) == (
        "2025-Q1: 1 rankings, 0 suggestions, 0 groups wait; 0 windows ended"
    )
    assert do(district, follow_due, now_ms=later + 86_400_000) == "0 windows ended"
    with reading(district) as connection:
        (ranking,) = rankings_of(connection)
        said = connection.execute(
            text("SELECT detail_json FROM audit_entry WHERE action = 'ranking.without'")
        ).scalar_one()
    assert [place.subject.id for place in ranking.ranking.places] == TEN[:-1]
    assert f"unit/{TEN[-1]}" in said


@pytest.mark.requirement("D07")
def test_the_job_follows_a_missed_goal_once_the_years_result_is_final(agreed: Engine) -> None:
    with reading(agreed) as connection:
        (goal,) = (one for one in goals_of(connection) if one.id == "old")
    january = at(date(2027, 1, 20))
    early = Value(indicator="", value=1.0, state="entered", refs=("paper",))
    for other, period in (("old", "2026-Q1"), ("new", "2026-Q3")):  # of new nothing is known but of autumn
        do(agreed, note_record, other, period, early, by="wang", now_ms=at(date(2026, 12, 1)))
    value = Value(indicator="", value=goal.target * 0.75, state="entered", refs=("paper",))
    do(agreed, note_record, goal.id, "2026", value, by="wang", now_ms=january)
    judged = [Judged(subject=goal.subject, total=91.0, refs=("sheet",))]
    evaluated(agreed, "2026", judged, final=False)
    assert do(agreed, follow_due, now_ms=january) == "0 windows ended"
    with writing(agreed) as connection:
        connection.execute(text("UPDATE evaluation SET state = 'final'"))
    assert do(agreed, follow_due, now_ms=january) == ("2026: 0 rankings, 2 suggestions, 0 groups wait; 0 windows ended")
    found = {one.suggestion.kind: one.suggestion for one in register(agreed)}
    assert found["priority"].basis == ("sheet",)
    assert found["cut"].basis == ("goal/old/1", "goal-record/3", "sheet")
    assert "完成 75.0%" in found["cut"].reason.zh
