"""What becomes of an entry: each refusal at its edge, and over any history opening + Σ = closing, chained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain import FundEntry
from central.money.book import Account, Book
from central.money.chain import GENESIS, first_fault, sm3
from central.money.posting import AMOUNT_FEN_MAX, Posted, Posting, Refused
from tests.central.money.build import DAY, a_posting


def a_book(closed_through: date | None = None) -> Book:
    """An empty book of project p1."""
    return Book(accounts={"p1": Account(project="p1")}, known={}, undone=set(), closed_through=closed_through)


def codes(book: Book, *postings: Posting) -> list[str]:
    """What became of entries: 'posted', 'known', 'conflict', or the refusal's code."""
    found = [book.take(posting, by="f", at_ms=1) for posting in postings]
    return [one.refusal.code if isinstance(one, Refused) else type(one).__name__.lower() for one in found]


def test_sm3_is_the_standards() -> None:
    assert sm3(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


@pytest.mark.parametrize(
    ("posting", "code"),
    [
        (a_posting(amount_fen=1), "posted"),
        (a_posting(amount_fen=0), "amount"),
        (a_posting(amount_fen=-1), "amount"),
        (a_posting(amount_fen=AMOUNT_FEN_MAX), "posted"),
        (a_posting(amount_fen=AMOUNT_FEN_MAX + 1), "amount"),
        (a_posting(amount_fen=100, wage_fen=100), "posted"),
        (a_posting(amount_fen=100, wage_fen=101), "wage"),
        (a_posting(amount_fen=100, wage_fen=-1), "wage"),
        (a_posting(amount_fen=100, wage_fen=1, kind="release"), "wage"),
        (a_posting(""), "voucher"),
        (a_posting(" v"), "text"),
        (a_posting("v\0"), "text"),
        (a_posting("v" * 129), "text"),
        (a_posting(payee="南京　某公司"), "posted"),
        (a_posting(payee="\ud800"), "text"),
        (a_posting(note="n" * 512), "posted"),
        (a_posting(note="n" * 513), "text"),
        (a_posting(line="a/b"), "posted"),
        (a_posting(line="a//b"), "line"),
        (a_posting(line="/a"), "line"),
        (a_posting(day=date(1999, 12, 31)), "day"),
        (a_posting(day=date(2000, 1, 1)), "posted"),
        (a_posting(project="p2"), "project"),
        (a_posting(project="p\0"), "text"),
        (a_posting("u1", -1, reverses="v9"), "reverses"),
        (a_posting("u1", 1, reverses="v9"), "amount"),
    ],
)
def test_what_is_wrong_by_itself_is_refused(posting: Posting, code: str) -> None:
    assert codes(a_book(), posting) == [code]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, "posted"),
        ({"amount_fen": -299}, "reversal"),
        ({"wage_fen": 0}, "reversal"),
        ({"payee": "乙"}, "reversal"),
        ({"line": ""}, "reversal"),
        ({"contract": "c2"}, "reversal"),
        ({"kind": "release", "wage_fen": 0}, "reversal"),
        ({"reverses": "u0"}, "reverses"),
    ],
)
def test_a_reversal_takes_back_all_of_one_entry(change: dict[str, object], code: str) -> None:
    book = a_book()
    first = a_posting("v1", 300, line="a", contract="c", payee="甲", wage_fen=50)
    undone = replace(first, entry=replace(first.entry, voucher="v0"))
    undo = a_posting("u0", -300, line="a", contract="c", payee="甲", wage_fen=-50, reverses="v0")
    assert codes(book, first, undone, undo) == ["posted"] * 3
    again = replace(undo, entry=replace(undo.entry, voucher="u1", reverses="v1"))
    assert codes(book, replace(again, entry=replace(again.entry, **change))) == [code]  # type: ignore[arg-type]


@pytest.mark.requirement("D11")
def test_the_closed_months_end_is_inclusive() -> None:
    book = a_book(closed_through=date(2026, 2, 28))
    assert codes(book, a_posting("a", day=date(2026, 2, 28)), a_posting("b", day=date(2026, 3, 1))) == [
        "closed",
        "posted",
    ]


def test_paid_equal_to_released_is_not_flagged() -> None:
    book = a_book()
    found = [
        book.take(posting, by="f", at_ms=1)
        for posting in (
            a_posting("r", 100, kind="release"),
            a_posting("a", 100),
            a_posting("u", -100, reverses="a"),
            a_posting("b", 101),
        )
    ]
    assert [one.flags for one in found if isinstance(one, Posted)] == [(), (), (), ("over_release",)]


def test_a_conflict_names_what_differs_and_where_it_came_from_does_not() -> None:
    book = a_book()
    first = a_posting("v1", 1, note="a")
    book.take(first, by="f", at_ms=1)
    assert first.differs(replace(first, source="elsewhere")) == ()
    other = replace(first, note="b", entry=replace(first.entry, amount_fen=2, day=date(2026, 1, 1)))
    assert first.differs(other) == ("day", "amount_fen", "note")
    assert codes(book, first, other) == ["known", "conflict"]


VOUCHERS = [f"v{number}" for number in range(8)]
steps = st.lists(
    st.tuples(
        st.sampled_from(VOUCHERS),
        st.sampled_from(["budget", "release", "pay"]),
        st.integers(1, 500),
        st.sampled_from(["", "a", "a/b", "c"]),
        st.sampled_from([*[""] * 9, *VOUCHERS]),
        st.dates(date(2026, 2, 1), date(2026, 4, 1)),
    ),
    max_size=25,
)


@pytest.mark.requirement("A42")
@given(steps, st.dates(date(2026, 1, 30), date(2026, 4, 3)), st.integers(0, 40))
def test_over_any_history_opening_and_entries_are_closing(
    given_: Sequence[tuple[str, str, int, str, str, date]], first: date, length: int
) -> None:
    book, ledger = a_book(), []
    for step, (voucher, kind, amount_fen, line, reverses, day) in enumerate(given_):
        posting = a_posting(voucher, amount_fen, kind=kind, line=line, day=day)  # type: ignore[arg-type]
        original = book.known.get(("p1", reverses))
        if original is not None:  # mostly reversals that may be taken
            entry = original.entry
            undo = replace(entry, voucher=f"u{step}", amount_fen=-entry.amount_fen, reverses=reverses, day=day)
            posting = Posting(entry=undo)
        outcome = book.take(posting, by="f", at_ms=step)
        if isinstance(outcome, Posted):
            ledger.append(outcome)
    assert first_fault(ledger) is None
    entries = [one.posting.entry for one in ledger]
    account = book.accounts["p1"]
    last = date.fromordinal(first.toordinal() + length)
    opening = _balance(entry for entry in entries if entry.day < first)
    inside = _balance(entry for entry in entries if first <= entry.day <= last)
    after = _balance(entry for entry in entries if entry.day > last)
    assert opening + inside + after == account.released_fen - account.paid_fen
    assert account.entries == len(ledger)
    assert account.head_hash == (ledger[-1].hash if ledger else GENESIS)
    assert len({entry.voucher for entry in entries}) == len(entries)
    undone = [entry.reverses for entry in entries if entry.reverses]
    assert len(set(undone)) == len(undone)
    assert all(amount_fen >= 0 for amount_fen in account.granted_fen.values())


def _balance(entries: Iterable[FundEntry]) -> int:
    signs = {"budget": 0, "release": 1, "pay": -1}
    return sum(signs[entry.kind] * entry.amount_fen for entry in entries)


def chain(count: int) -> list[Posted]:
    """Some entries of p1."""
    book = a_book()
    found = [book.take(a_posting(f"v{number}", day=DAY), by="f", at_ms=number) for number in range(count)]
    return [one for one in found if isinstance(one, Posted)]


def test_each_change_of_the_chain_shows() -> None:
    whole = chain(4)
    changed = replace(whole[1], posting=a_posting("v1", 1))
    assert first_fault(whole) is None
    assert first_fault([whole[0], changed, *whole[2:]]) == 2
    assert first_fault([whole[0], *whole[2:]]) == 2
    assert first_fault([whole[1], whole[0], *whole[2:]]) == 1
    assert first_fault([*whole[:3], replace(whole[3], by="g")]) == 4
    assert first_fault([*whole[:3], replace(whole[3], flags=())]) == 4


def test_no_sum_of_a_project_is_beyond_what_a_database_adds_up() -> None:
    book = a_book()
    taken = [book.take(a_posting(f"v{n}", AMOUNT_FEN_MAX), by="f", at_ms=1) for n in range(11)]
    assert [type(one) for one in taken] == [Posted] * 10 + [Refused]
    assert isinstance(taken[-1], Refused)
    assert taken[-1].refusal.code == "total"
    assert "分" in taken[-1].refusal.what.zh


def test_a_voucher_with_what_nobody_sees_is_not_another_voucher() -> None:
    outcome = a_book().take(a_posting("v1\u200b"), by="f", at_ms=1)
    assert isinstance(outcome, Refused)
    assert (outcome.refusal.where, outcome.refusal.what.zh) == ("voucher", "v1\\u200b")
