"""Suspicions at their edges: what is one, and the near miss that is none."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from central.money.findings import (
    Account,
    Applied,
    Paid,
    alike,
    asked_twice,
    idle,
    object_twice,
    over_release,
    paid_twice,
    unmatched,
)

DAY = date(2026, 3, 10)


def a_payment(voucher: str, day: date = DAY, **more: Any) -> Paid:
    """100 to 甲 under contract c."""
    plain: dict[str, Any] = {"project": "p1", "amount_fen": 100, "payee": "甲", "contract": "c"}
    return Paid(voucher=voucher, day=day, **plain | more)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, 1),
        ({"project": "p2"}, 1),
        ({"day": DAY + timedelta(days=3)}, 1),
        ({"day": DAY + timedelta(days=4)}, 0),
        ({"amount_fen": 101}, 0),
        ({"payee": "乙"}, 0),
        ({"object_code": "i2"}, 0),
    ],
)
def test_the_same_amount_to_the_same_payee_within_days(change: dict[str, Any], found: int) -> None:
    both = [a_payment("v1", object_code="i1"), a_payment("v2", **{"object_code": "i1", **change})]
    suspicions = list(paid_twice(sorted(both, key=lambda one: (one.payee, one.day))))
    assert len(suspicions) == found
    assert all((one.vouchers, one.amount_fen) == (("v1", "v2"), 100) for one in suspicions)


def test_payments_without_a_payee_are_no_duplicates() -> None:
    assert list(paid_twice([a_payment("v1", payee=""), a_payment("v2", payee="")])) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [({}, 1), ({"amount_fen": 50}, 0), ({"amount_fen": 50, "project": "p2"}, 1), ({"object_code": "i2"}, 0)],
)
def test_one_object_paid_for_twice(change: dict[str, Any], found: int) -> None:
    later = a_payment("v2", DAY + timedelta(days=200), **{"object_code": "i1", **change})
    assert len(list(object_twice([a_payment("v1", object_code="i1"), later]))) == found


@pytest.mark.requirement("D13")
@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("青坪小学教学楼改造工程", "青坪小学 教学楼(改造)工程", True),
        ("青坪小学教学楼改造工程", "青坪小学综合楼改造工程", False),  # 18/22 = 0.818
        ("青坪小学教学楼", "麦岭中学体育馆", False),
        ("abcdefghijklmnopqrst", "abcdefghijklmnopq", True),  # 34/37 = 0.919
        ("abcdefghijklmnopqrst", "abcdefghijklmnopqXYZ", True),  # 34/40 = 0.85
        ("abcdefghijklmnopqrst", "abcdefghijklmnopqXYZU", False),  # 34/41 = 0.829
        ("", "", False),
    ],
)
def test_names_are_alike_from_085_on(one: str, other: str, expected: bool) -> None:
    assert alike(one, other) is expected


@pytest.mark.requirement("D13")
def test_applications_at_one_place_or_for_one_object() -> None:
    first = Applied(project="p1", name="青坪小学教学楼改造工程", place="青坪街道")
    same = Applied(project="p2", name="青坪小学教学楼(二期)改造工程", place="青坪街道")
    elsewhere = Applied(project="p3", name="青坪小学教学楼改造工程", place="麦岭街道", object_code="x")
    object_ = Applied(project="p4", name="别的", place="别处", object_code="x")
    found = [one.projects for one in asked_twice([first, same, elsewhere, object_])]
    assert found == [("p1", "p2"), ("p3", "p4")]


@pytest.mark.requirement("D13")
@pytest.mark.parametrize(
    ("releases", "paid_fen", "said"),
    [
        ([(0, 100)], 0, None),
        ([(180, 100)], 0, None),
        ([(181, 100)], 0, "181"),
        ([(181, 100)], 100, None),
        ([(300, 100), (10, 100)], 100, None),
        ([(300, 100), (10, 100)], 99, "300"),
        ([(0, 200)], 0, None),
        ([(0, 201)], 0, "20 %"),
        ([(0, 300)], 100, None),
        ([(0, 301)], 100, "20 %"),
    ],
)
def test_idle_money(releases: list[tuple[int, int]], paid_fen: int, said: str | None) -> None:
    account = Account(
        project="p1",
        budget_fen=1000,
        paid_fen=paid_fen,
        releases=tuple((DAY - timedelta(days=age), fen) for age, fen in releases),
    )
    found = idle(account, day=DAY)
    assert (found is None) is (said is None)
    assert found is None or (said or "") in found.said.en


def test_payments_without_their_contract() -> None:
    payments = [a_payment("v1"), a_payment("v2", contract=""), a_payment("v3", contract="d")]
    assert [one.vouchers for one in unmatched(payments)] == [("v2",)]
    assert [one.vouchers for one in unmatched(payments, contracts={"p1": frozenset("c")})] == [("v2",), ("v3",)]


def test_more_paid_than_released() -> None:
    plain = {"project": "p1", "budget_fen": 0, "releases": ((DAY, 100),)}
    assert over_release(Account(paid_fen=100, **plain)) is None  # type: ignore[arg-type]
    found = over_release(Account(paid_fen=101, **plain))  # type: ignore[arg-type]
    assert found is not None
    assert found.amount_fen == 1
