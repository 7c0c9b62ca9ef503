"""The advice: bound by what is verified, never at the cost of wages, with the legal dates."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from central.api.money_schemas import NewTerms
from central.domain import MoneyStanding
from central.money.disburse import Advice, Terms, disbursement
from central.money.fold import MoneyFold
from tests.central.money.build import a_posting

WAN = 1_000_000  # fen in 1 万元
DAY = date(2026, 3, 31)


def standing(paid_fen: int) -> MoneyStanding:
    """A project that so much was paid of."""
    fold = MoneyFold(800 * WAN)
    if paid_fen:
        fold.take([a_posting("v", paid_fen).entry])
    return fold.standing(DAY)


def advice(paid_fen: int = 0, actual_bp: int = 4000, sigma_bp: int = 0, **terms: Any) -> Advice:
    """Advice on a contract of 800万."""
    return disbursement(
        standing(paid_fen), actual_bp=actual_bp, sigma_bp=sigma_bp, contract_fen=800 * WAN, terms=Terms(**terms)
    )


@pytest.mark.requirement("C17")
@pytest.mark.parametrize(
    ("terms", "cap_wan"),
    [({}, 256), ({"rate_bp": 9000}, 288), ({"rate_bp": 10_000}, 320)],
)
def test_the_cap_is_contract_times_verified_times_rate(terms: dict[str, int], cap_wan: int) -> None:
    assert advice(**terms).cap_fen == cap_wan * WAN


@pytest.mark.requirement("C17")
@pytest.mark.parametrize(
    ("paid_fen", "up_to_fen", "ahead_fen"),
    [
        (250 * WAN, 6 * WAN, 0),
        (256 * WAN - 1, 1, 0),
        (256 * WAN, 0, 0),
        (256 * WAN + 1, 0, 1),
    ],
)
def test_what_is_left_of_the_cap(paid_fen: int, up_to_fen: int, ahead_fen: int) -> None:
    found = advice(paid_fen)
    assert (found.release_up_to_fen, found.ahead_fen) == (up_to_fen, ahead_fen)
    assert any("暂缓新增" in said.zh for said in found.said) is (ahead_fen > 0)


def test_what_is_not_sure_is_not_verified() -> None:
    found = advice(actual_bp=4500, sigma_bp=500)
    assert (found.verified_bp, found.cap_fen) == (4000, 256 * WAN)
    assert advice(actual_bp=300, sigma_bp=301).cap_fen == 0
    assert advice(actual_bp=4001, sigma_bp=0).cap_fen > 256 * WAN


def test_the_advance_is_worked_off() -> None:
    assert advice(0, 0, advance_fen=80 * WAN).cap_fen == 80 * WAN
    assert advice(0, 4000, advance_fen=80 * WAN).cap_fen == (256 + 48) * WAN
    assert advice(0, 4000, advance_fen=80 * WAN, advance_until_bp=8000).cap_fen == (256 + 40) * WAN
    assert advice(0, 9000, advance_fen=80 * WAN, advance_until_bp=8000).cap_fen == 576 * WAN
    assert advice(0, 10_000, rate_bp=10_000, advance_fen=80 * WAN).cap_fen == 800 * WAN


@pytest.mark.requirement("C17")
@pytest.mark.parametrize("paid_fen", [0, 700 * WAN])
def test_wages_are_due_whatever_the_cap_says(paid_fen: int) -> None:
    found = disbursement(
        standing(paid_fen),
        actual_bp=0,
        sigma_bp=0,
        contract_fen=800 * WAN,
        terms=Terms(wage_month_fen=20 * WAN),
        wage_paid_month_fen=5 * WAN,
    )
    assert (found.release_up_to_fen, found.wage_due_fen) == (0, 15 * WAN)
    assert any("工资" in said.zh for said in found.said)


def test_the_legal_dates_are_shown_and_no_audit_is_waited_for() -> None:
    found = advice()
    assert (found.due_on, found.due_at_the_latest) == (date(2026, 4, 30), date(2026, 4, 30))
    agreed = disbursement(
        standing(0), actual_bp=0, sigma_bp=0, contract_fen=1, terms=Terms(due_days=60), accepted_on=date(2026, 1, 31)
    )
    assert (agreed.due_on, agreed.due_at_the_latest) == (date(2026, 3, 2), date(2026, 4, 1))
    assert not any("待审计" in said.zh or "until audit" in said.en for said in found.said)


@pytest.mark.parametrize(
    ("terms", "name"),
    [
        ({}, None),
        ({"rate_bp": 7999}, "rate_bp"),
        ({"rate_bp": 8000}, None),
        ({"rate_bp": 10_001}, "rate_bp"),
        ({"due_days": 60}, None),
        ({"due_days": 61}, "due_days"),
        ({"retention_bp": 300}, None),
        ({"retention_bp": 301}, "retention_bp"),
        ({"advance_until_bp": 0}, "advance_until_bp"),
        ({"wage_month_fen": -1}, "wage_month_fen"),
    ],
)
def test_terms_that_the_law_forbids_are_named(terms: dict[str, int], name: str | None) -> None:
    try:
        NewTerms(**terms)
    except ValidationError as refused:
        assert [one["loc"] for one in refused.errors()] == [(name,)]
    else:
        assert name is None
