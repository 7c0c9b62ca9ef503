"""The ledger on both databases: added to and never changed, idempotent by voucher, closed by month."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from central.money.chain import first_fault
from central.money.disburse import Terms
from central.money.posting import Conflict, Known, Outcome, Posted, Posting, Refused
from central.plan.calendar import midnight
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.payment_terms import save_terms
from central.store.read_ledger import chain_of, conflicts_after, entries_of
from central.store.read_suspicions import suspicions
from central.store.save_ledger import lock_month, post
from tests.central.money.build import DAY, a_posting
from tests.central.plans import plan


def taken(engine: Engine, *postings: Posting, projects: Sequence[str] = ("p1", "p2"), at_ms: int = 7) -> list[Outcome]:
    """What became of these entries."""
    with writing(engine) as connection:
        return list(post(connection, postings, projects=projects, by="finance", at_ms=at_ms))


def kinds(outcomes: Sequence[Outcome]) -> list[str]:
    """Names of what became of them, refusals with their code."""
    return [f"refused {one.refusal.code}" if isinstance(one, Refused) else type(one).__name__ for one in outcomes]


def rows(engine: Engine, sql: str) -> list[tuple[Any, ...]]:
    """Rows of a query."""
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


@pytest.mark.requirement("A13")
def test_the_same_voucher_twice_is_one_entry_and_another_amount_a_conflict(any_store: Engine) -> None:
    first = a_posting("v1", 100)
    assert kinds(taken(any_store, a_posting("r1", 500, kind="release"), first)) == ["Posted", "Posted"]
    again, other = replace(first, source="another system"), a_posting("v1", 101)
    found = taken(any_store, again, other, other)
    assert kinds(found) == ["Known", "Conflict", "Conflict"]
    assert isinstance(found[1], Conflict)
    assert found[1].differs == ("amount_fen",)
    assert kinds(taken(any_store, other, a_posting("v1", 102))) == ["Conflict", "Conflict"]
    assert rows(any_store, "SELECT amount_fen FROM fund_entry WHERE voucher = 'v1'") == [(100,)]
    with reading(any_store) as connection:
        page = conflicts_after(connection, projects=None, after=0, limit=10)
    assert [(row.voucher, row.differs, row.given_by) for row in page.rows] == [("v1", "amount_fen", "finance")] * 2
    assert isinstance(found[0], Known)


def test_a_voucher_twice_in_one_batch_is_one_entry(any_store: Engine) -> None:
    found = taken(any_store, a_posting("v1", 1), a_posting("v1", 1), a_posting("v1", 2))
    assert kinds(found) == ["Posted", "Known", "Conflict"]


@pytest.mark.requirement("A41")
@pytest.mark.parametrize("table", ["fund_entry", "fund_conflict", "fund_lock"])
@pytest.mark.parametrize("how", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_neither_update_nor_delete_gets_through(any_store: Engine, table: str, how: str) -> None:
    taken(any_store, a_posting("v1", 1), a_posting("v1", 2))
    with writing(any_store) as connection:
        assert lock_month(connection, date(2026, 2, 1), today=DAY, by="finance", at_ms=8) is None
    column = {"fund_entry": "amount_fen", "fund_conflict": "given_at", "fund_lock": "locked_at"}[table]
    before = rows(any_store, f"SELECT * FROM {table}")
    assert before
    with pytest.raises(DBAPIError, match="can only be added to"), writing(any_store) as connection:
        connection.execute(text(how.format(table, column, 9)))
    assert rows(any_store, f"SELECT * FROM {table}") == before


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("fund_entry", "amount_fen = 9"),
        ("fund_entry", "nth = 77"),
        ("fund_conflict", "given_at = 9"),
        ("fund_conflict", "id = 77"),
        ("fund_lock", "locked_at = 9"),
        ("payment_terms", "set_at = 9"),
    ],
)
def test_nothing_is_replaced_by_an_insert(any_store: Engine, table: str, change: str) -> None:
    if any_store.dialect.name != "sqlite":
        pytest.skip("only SQLite deletes without its triggers of deletion: INSERT OR REPLACE")
    taken(any_store, a_posting("v1", 1), a_posting("v1", 2))
    with writing(any_store) as connection:
        assert lock_month(connection, date(2026, 2, 1), today=DAY, by="finance", at_ms=8) is None
        save_terms(connection, "p1", Terms(), by="finance", at_ms=8)
    before = rows(any_store, f"SELECT * FROM {table}")
    assert before
    column, _, value = change.partition(" = ")
    with reading(any_store) as connection:
        names = [row[1] for row in connection.execute(text(f"PRAGMA table_info({table})"))]
    values = ", ".join(value if name == column else f'"{name}"' for name in names)
    with pytest.raises(DBAPIError, match="can only be added to"), writing(any_store) as connection:
        connection.execute(text(f"INSERT OR REPLACE INTO {table} SELECT {values} FROM {table}"))
    assert rows(any_store, f"SELECT * FROM {table}") == before


def test_truncate_is_refused_where_there_is_such_a_thing(any_store: Engine) -> None:
    if any_store.dialect.name == "sqlite":
        pytest.skip("SQLite has no TRUNCATE: it is a DELETE")
    taken(any_store, a_posting("v1", 1))
    with pytest.raises(DBAPIError, match="can only be added to"), writing(any_store) as connection:
        connection.execute(text("TRUNCATE fund_entry"))


def test_a_reversal_is_a_new_entry_and_only_one(any_store: Engine) -> None:
    taken(any_store, a_posting("r1", 500, kind="release"), a_posting("v1", 300, payee="甲", wage_fen=50))
    undo = a_posting("v2", -300, payee="甲", wage_fen=-50, reverses="v1")
    assert kinds(taken(any_store, undo, replace(undo, entry=replace(undo.entry, voucher="v3")))) == [
        "Posted",
        "refused reversed",
    ]
    assert kinds(taken(any_store, replace(undo, entry=replace(undo.entry, voucher="v4")), undo)) == [
        "refused reversed",
        "Known",
    ]
    assert rows(any_store, "SELECT released_fen, paid_fen, entries FROM fund_account") == [(500, 0, 3)]
    with reading(any_store) as connection:
        assert sum(entry.amount_fen for entry in entries_of(connection, "p1") if entry.kind == "pay") == 0
        assert [entry.voucher for entry in entries_of(connection, "p1", since=DAY)] == ["r1", "v1", "v2"]
        assert entries_of(connection, "p1", since=date(2026, 3, 11)) == ()


def test_money_that_was_taken_back_and_released_again_lies_idle_from_the_second_day_on(any_store: Engine) -> None:
    first = a_posting("r1", 500, kind="release", day=date(2026, 1, 1))
    undo = a_posting("r2", -500, kind="release", day=date(2026, 1, 2), reverses="r1")
    again = a_posting("r3", 500, kind="release", day=date(2026, 8, 1))
    taken(any_store, first, undo, again)
    for last, found in ((date(2026, 8, 15), []), (date(2027, 1, 28), []), (date(2027, 1, 29), ["idle"])):
        with reading(any_store) as connection:
            looked = suspicions(connection, first=date(2026, 1, 1), last=last, projects=None, limit=10)
        assert [one.kind for one in looked.found] == found


def test_a_closed_month_takes_nothing_and_the_known_stays_known(any_store: Engine) -> None:
    old = a_posting("v1", 1, day=date(2026, 2, 28))
    taken(any_store, old)
    with writing(any_store) as connection:
        early = lock_month(connection, date(2026, 3, 1), today=date(2026, 3, 31), by="finance", at_ms=8)
        assert early is not None
        assert early.code == "month"
        for _ in range(2):
            assert lock_month(connection, date(2026, 2, 1), today=date(2026, 3, 1), by="finance", at_ms=9) is None
    found = taken(
        any_store,
        *(a_posting(f"w{day}", 1, day=day) for day in (date(2025, 12, 1), date(2026, 2, 28), date(2026, 3, 1))),
        old,
    )
    assert kinds(found) == ["refused closed", "refused closed", "Posted", "Known"]
    assert rows(any_store, "SELECT count(*) FROM fund_lock") == [(1,)]
    assert rows(any_store, "SELECT action, object FROM audit_entry WHERE action = 'ledger.lock'") == [
        ("ledger.lock", "ledger/2026-02")
    ]


def test_a_payment_above_what_was_released_is_taken_and_flagged(any_store: Engine) -> None:
    found = taken(
        any_store, a_posting("r1", 100, kind="release"), a_posting("v1", 100), a_posting("v2", 1), a_posting("v3", 1)
    )
    assert [one.flags for one in found if isinstance(one, Posted)] == [(), (), ("over_release",), ("over_release",)]


def test_sub_budgets_never_exceed_what_they_are_part_of(any_store: Engine) -> None:
    found = taken(
        any_store,
        a_posting("b1", 1000, kind="budget"),
        a_posting("b2", 600, kind="budget", line="建安"),
        a_posting("b3", 401, kind="budget", line="设备"),
        a_posting("b4", 400, kind="budget", line="设备"),
    )
    assert kinds(found) == ["Posted", "Posted", "refused over_parent", "Posted"]
    found = taken(
        any_store,
        a_posting("b5", 601, kind="budget", line="建安/土建"),
        a_posting("b6", 600, kind="budget", line="建安/土建"),
        a_posting("b7", -600, kind="budget", line="建安", reverses="b2"),
        a_posting("b8", -1000, kind="budget", reverses="b1"),
    )
    # b7 leaves 建安 to what is below it; without b1 the project has what its lines have
    assert kinds(found) == ["refused over_parent", "Posted", "Posted", "Posted"]


def test_a_project_out_of_reach_is_refused_and_leaves_no_account(any_store: Engine) -> None:
    assert kinds(taken(any_store, a_posting(project="p9"))) == ["refused project"]
    assert rows(any_store, "SELECT project FROM fund_account") == []
    assert rows(any_store, "SELECT seq FROM audit_entry") == []


def test_every_posting_is_in_the_trail_with_the_head_and_makes_the_project_dirty(any_store: Engine) -> None:
    plan(any_store)
    before = rows(any_store, "SELECT revision FROM assessment_state WHERE project = 'p1'")[0][0]
    with writing(any_store) as connection:
        connection.execute(text("UPDATE assessment_state SET assessed_revision = revision, dirty_from_at = NULL"))
    (one,) = taken(any_store, a_posting())
    assert isinstance(one, Posted)
    ((object_, detail),) = rows(any_store, "SELECT object, detail_json FROM audit_entry WHERE action = 'ledger.post'")
    assert (object_, one.hash in detail) == ("ledger/p1", True)
    taken(any_store, a_posting())
    since_ms = to_ms(midnight(DAY))
    assert rows(any_store, "SELECT revision, dirty_from_at FROM assessment_state WHERE project = 'p1'") == [
        (before + 1, since_ms)
    ]
    assert len(rows(any_store, "SELECT seq FROM audit_entry WHERE action = 'ledger.post'")) == 1


def test_writers_at_once_make_one_chain_and_one_entry_a_voucher(any_store: Engine) -> None:
    def write(writer: int) -> list[str]:
        batch = [a_posting(f"v{number}", number + 1, project=f"p{number % 2 + 1}") for number in range(10)]
        return kinds(taken(any_store, *batch[writer % 5 :], *batch[: writer % 5]))

    with ThreadPoolExecutor(8) as pool:
        found = [kind for outcomes in pool.map(write, range(8)) for kind in outcomes]
    assert (found.count("Posted"), found.count("Known")) == (10, 70)
    with reading(any_store) as connection:
        for project in ("p1", "p2"):
            chain = list(chain_of(connection, project))
            assert [one.nth for one in chain] == [1, 2, 3, 4, 5]
            assert first_fault(chain) is None
