"""The audit query: both days are included, sums of months say what the entries say, pages have no gap."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from sqlalchemy import Engine

from central.domain import FundEntry, FundKind
from central.money.posting import Posted
from central.store.engine import reading, writing
from central.store.read_statement import (
    Statement,
    Sums,
    Which,
    entries_after,
    entries_between,
    heads_of,
    root_of,
    statement_of,
    total,
)
from central.store.save_ledger import post
from tests.central.money.build import a_posting

FIRST, LAST = date(2024, 1, 1), date(2024, 6, 30)


def add(engine: Engine, *entries: tuple[str, int, FundKind, date], line: str = "", payee: str = "") -> None:
    """Post entries of (project, fen, kind, day)."""
    postings = [
        a_posting(f"{project}-{day}-{kind}-{number}", fen, kind=kind, day=day, project=project, line=line, payee=payee)
        for number, (project, fen, kind, day) in enumerate(entries)
    ]
    with writing(engine) as connection:
        found = post(connection, postings, projects=("p1", "p2", "p3"), by="f", at_ms=1)
    assert all(isinstance(one, Posted) for one in found)


def asked(engine: Engine, first: date = FIRST, last: date = LAST, **which: object) -> Statement:
    """The statement of a period."""
    with reading(engine) as connection:
        return statement_of(connection, first=first, last=last, which=Which(**which))  # type: ignore[arg-type]


@pytest.mark.requirement("A42")
def test_both_days_are_included(any_store: Engine) -> None:
    days = [date(2023, 12, 31), FIRST, date(2024, 3, 5), LAST, date(2024, 7, 1)]
    add(any_store, *(("p1", 10**power, "release", day) for power, day in enumerate(days)))
    found = asked(any_store)
    assert (total(found.opening).balance_fen, total(found.by_project), found.closing().balance_fen) == (
        1,
        Sums(release_fen=1110, entries=3),
        1111,
    )
    for first, last, fen in ((FIRST, FIRST, 10), (date(2024, 1, 2), date(2024, 6, 29), 100), (LAST, LAST, 1000)):
        assert total(asked(any_store, first, last).by_project).release_fen == fen


def test_a_line_holds_what_is_below_it_and_a_payee_is_told_apart(any_store: Engine) -> None:
    add(any_store, ("p1", 5, "pay", FIRST), line="a/b", payee="甲")
    add(any_store, ("p1", 7, "pay", LAST), line="a", payee="乙")
    add(any_store, ("p2", 11, "pay", LAST), line="ab", payee="甲")
    whole = asked(any_store)
    assert {name: sums.pay_fen for name, sums in whole.by_line.items()} == {"a": 7, "a/b": 5, "ab": 11}
    assert {name: sums.pay_fen for name, sums in whole.by_payee.items()} == {"乙": 7, "甲": 16}
    assert asked(any_store, line="a").closing().pay_fen == 12
    assert asked(any_store, payee="甲").closing().pay_fen == 16
    assert asked(any_store, payee="甲", projects=("p1",)).closing().pay_fen == 5
    assert asked(any_store, kind="release").closing() == Sums()
    assert asked(any_store, projects=("p3",)).closing() == Sums()


KINDS: tuple[FundKind, ...] = ("budget", "release", "pay")


@pytest.mark.requirement("A42")
@pytest.mark.parametrize("seed", range(3))
def test_sums_of_months_are_sums_of_entries(any_store: Engine, seed: int) -> None:
    chance = Random(seed)
    entries = [
        (f"p{chance.randint(1, 3)}", chance.randint(1, 99), chance.choice(KINDS), _day(chance)) for _ in range(120)
    ]
    add(any_store, *entries)
    with reading(any_store) as connection:
        everything = [
            one.posting.entry
            for one in entries_between(connection, first=date(2000, 1, 1), last=date(2099, 12, 31), which=Which())
        ]
    assert len(everything) == 120
    for _ in range(40):
        first, last = sorted((_day(chance), _day(chance)))
        projects = chance.choice([None, ("p1",), ("p1", "p3")])
        found = asked(any_store, first, last, projects=projects)
        mine = [entry for entry in everything if projects is None or entry.project in projects]
        assert total(found.opening) == _sums([entry for entry in mine if entry.day < first])
        for project, sums in found.by_project.items():
            inside = [entry for entry in mine if entry.project == project and first <= entry.day <= last]
            assert sums == _sums(inside)
        assert found.closing() == _sums([entry for entry in mine if entry.day <= last])


def _day(chance: Random) -> date:
    return date.fromordinal(date(2023, 11, 20).toordinal() + chance.randint(0, 130))


def _sums(entries: list[FundEntry]) -> Sums:
    fen = {kind: sum(entry.amount_fen for entry in entries if entry.kind == kind) for kind in KINDS}
    return Sums(budget_fen=fen["budget"], release_fen=fen["release"], pay_fen=fen["pay"], entries=len(entries))


def test_pages_go_through_all_entries_once(any_store: Engine) -> None:
    add(any_store, *((f"p{number % 3 + 1}", 1, "pay", FIRST) for number in range(17)))
    found: list[tuple[date, str, int]] = []
    with reading(any_store) as connection:
        while True:
            after = found[-1] if found else None
            page = entries_after(connection, first=FIRST, last=LAST, which=Which(), after=after, limit=5)
            if not page:
                break
            found += [(one.posting.entry.day, one.posting.entry.project, one.nth) for one in page]
        heads = heads_of(connection, None)
        assert heads_of(connection, ("p2",)) == [heads[1]]
    assert len(found) == len(set(found)) == 17
    assert found == sorted(found)
    assert [(head.project, head.nth) for head in heads] == [("p1", 6), ("p2", 6), ("p3", 5)]
    assert len(root_of(heads)) == 64
