"""The standing of a day: both ends of it, lines in their tree, and no trace of the order of the entries."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain import FundEntry, FundKind, LineStanding
from central.money.fold import MoneyFold
from central.money.lines import OverParent, granted, over_parent, parent_of, rolled_up

DAY = date(2026, 1, 31)


def an_entry(
    amount_fen: int, day: date = DAY, *, kind: FundKind = "pay", line: str = "", voucher: str = "v1"
) -> FundEntry:
    """One entry of project p1."""
    return FundEntry(voucher=voucher, project="p1", kind=kind, day=day, amount_fen=amount_fen, line=line)


def test_a_payment_counts_from_the_end_of_its_day() -> None:
    fold = MoneyFold(800)
    fold.take([an_entry(70)])
    assert [fold.standing(DAY + timedelta(days=step)).paid_fen for step in (-1, 0, 1)] == [0, 70, 70]


def test_grants_are_the_budget_and_the_plans_where_there_is_none() -> None:
    fold = MoneyFold(800, 900)
    assert (fold.standing(DAY).budget_fen, fold.standing(DAY).estimate_fen) == (800, 900)
    fold.take([an_entry(300, kind="budget", line="a"), an_entry(200, kind="budget", line="b")])
    assert fold.standing(DAY).budget_fen == 500
    fold.take([an_entry(1000, DAY + timedelta(days=1), kind="budget")])
    assert fold.standing(DAY).budget_fen == 500
    assert fold.standing(DAY + timedelta(days=1)).budget_fen == 1000


def test_a_line_is_paid_more_though_the_total_is_under() -> None:
    fold = MoneyFold(0)
    fold.take([an_entry(9_000_000, kind="budget", line="b"), an_entry(100_000_000, kind="budget", line="a")])
    fold.take([an_entry(111_000_000, line="a"), an_entry(-20_000_000, line="b"), an_entry(5, line="c/d")])
    standing = fold.standing(DAY)
    assert standing.paid_fen < standing.budget_fen
    assert standing.lines == (
        LineStanding(line="a", budget_fen=100_000_000, paid_fen=111_000_000),
        LineStanding(line="b", budget_fen=9_000_000, paid_fen=-20_000_000),
        LineStanding(line="c", budget_fen=0, paid_fen=5),
        LineStanding(line="c/d", budget_fen=0, paid_fen=5),
    )


def test_months_without_payment_are_there_and_years_count_apart() -> None:
    fold = MoneyFold(0)
    fold.take([an_entry(500, date(2025, 3, 1), kind="budget"), an_entry(5, date(2025, 11, 2))])
    fold.take([an_entry(40, date(2026, 1, 1), kind="budget"), an_entry(7, date(2026, 2, 28))])
    standing = fold.standing(date(2026, 3, 1))
    months = [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
    assert standing.months == tuple(zip(months, (5, 0, 0, 7, 0), strict=True))
    assert (standing.year_budget_fen, standing.year_paid_fen, standing.paid_fen) == (40, 7, 12)
    assert fold.standing(date(2026, 3, 31)).months == standing.months
    assert fold.standing(date(2026, 4, 1)).months[-1] == (date(2026, 4, 1), 0)


def test_days_are_asked_for_in_order() -> None:
    fold = MoneyFold(0)
    fold.standing(DAY)
    with pytest.raises(ValueError, match="expected days in order"):
        fold.standing(DAY - timedelta(days=1))


entries = st.lists(
    st.builds(
        an_entry,
        st.integers(-1000, 1000).filter(bool),
        st.dates(date(2025, 11, 1), date(2026, 3, 1)),
        kind=st.sampled_from(["budget", "release", "pay"]),
        line=st.sampled_from(["", "a", "a/b", "c"]),
    ),
    max_size=12,
)


@given(entries, st.randoms(use_true_random=False), st.integers(0, 4))
def test_neither_order_nor_a_checkpoint_leaves_a_trace(given_: list[FundEntry], order: Random, split: int) -> None:
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 2), date(2026, 3, 1), date(2026, 6, 1)]
    one = MoneyFold(800, 900)
    one.take(given_)
    expected = [one.standing(day) for day in days]
    shuffled = list(given_)
    order.shuffle(shuffled)
    other = MoneyFold(800, 900)
    other.take(shuffled)
    found = [other.standing(day) for day in days[:split]]
    again = MoneyFold.load(other.dump(), 800, 900)
    assert again.dump() == other.dump()
    assert found + [again.standing(day) for day in days[split:]] == expected
    assert again.dump() == one.dump()
    assert expected[-1].paid_fen == sum(entry.amount_fen for entry in given_ if entry.kind == "pay")
    assert all(before.day < after.day for before, after in pairwise(expected))


@pytest.mark.parametrize(
    ("own", "budgets", "over"),
    [
        ({}, {"": 0}, None),
        ({"a": 3, "b": 5}, {"": 8, "a": 3, "b": 5}, None),
        ({"": 8, "a": 3, "b": 5}, {"": 8, "a": 3, "b": 5}, None),
        ({"": 7, "a": 3, "b": 5}, {"": 7, "a": 3, "b": 5}, OverParent(line="", own_fen=7, below_fen=8)),
        ({"a/x": 3, "a/y": 4}, {"": 7, "a": 7, "a/x": 3, "a/y": 4}, None),
        (
            {"": 9, "a": 6, "a/x": 3, "a/y": 4},
            {"": 9, "a": 6, "a/x": 3, "a/y": 4},
            OverParent(line="a", own_fen=6, below_fen=7),
        ),
    ],
)
def test_a_line_is_never_above_the_one_it_is_part_of(
    own: dict[str, int], budgets: dict[str, int], over: OverParent | None
) -> None:
    assert granted(own) == budgets
    assert over_parent(own) == over


def test_sums_roll_up_to_the_project() -> None:
    assert (parent_of("a/b/c"), parent_of("a"), parent_of("")) == ("a/b", "", "")
    assert rolled_up({"a/b/c": 1, "a": 2, "": 4}) == {"": 7, "a": 3, "a/b": 1, "a/b/c": 1}
