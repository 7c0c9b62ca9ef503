"""Who may do what: actions by role, places by grant."""

from __future__ import annotations

import pytest

from central.api.policy import (
    ACTIONS,
    ROLES,
    Action,
    Grant,
    Place,
    covers,
    district_wide,
    over_district,
    permitted,
    usable,
)

HERE = Place(project="qp1", unit="区住建局", street="青坪街道")


def grant(role: str = "inspector", kind: str = "district", scope: str = "") -> Grant:
    """A grant."""
    return Grant(role=role, kind=kind, scope=scope)


@pytest.mark.parametrize(
    ("given", "reaches"),
    [
        (grant(kind="district"), True),
        (grant(kind="unit", scope="区住建局"), True),
        (grant(kind="unit", scope="区水务局"), False),
        (grant(kind="street", scope="青坪街道"), True),
        (grant(kind="street", scope="区住建局"), False),
        (grant(kind="project", scope="qp1"), True),
        (grant(kind="project", scope="qp"), False),
        (grant(kind="project", scope=""), False),
        (grant(kind="planet", scope="qp1"), False),
    ],
)
def test_a_grant_reaches_its_place(given: Grant, reaches: bool) -> None:
    assert covers((given,), place=HERE) is reaches
    assert district_wide((given,)) is (given.kind == "district")


@pytest.mark.requirement("B20")
@pytest.mark.parametrize("role", ["leader", "auditor", "discipline", "inspector", "public", "contractor"])
def test_these_roles_import_no_plan(role: str) -> None:
    assert usable((grant(role),), action="import_plan") == ()


@pytest.mark.parametrize("action", sorted(set(ACTIONS) - {"know_self"}))
def test_the_public_may_do_nothing_here_and_a_guest_visits(action: Action) -> None:
    assert usable((grant("public"),), action=action) == ()
    assert usable((grant("visitor"),), action=action) == ((grant("visitor"),) if action == "visit" else ())


def test_a_role_counts_only_with_its_own_scope() -> None:
    grants = (grant("admin", "project", "qp1"), grant("inspector", "district"))
    assert usable(grants, action="import_plan") == (grant("admin", "project", "qp1"),)


def test_no_person_puts_evidence() -> None:
    assert usable(tuple(grant(role) for role in ROLES), action="put_evidence") == ()


def test_every_action_names_known_roles_only() -> None:
    assert set().union(*ACTIONS.values()) <= set(ROLES)


def test_what_the_grants_permit_is_what_any_of_them_may_do() -> None:
    grants = (grant("inspector", "project", "qp1"), grant("finance", "district"))
    assert set(permitted(grants)) == {action for action, roles in ACTIONS.items() if roles & {"inspector", "finance"}}
    assert "post_money" in permitted(over_district(grants))
    assert "verify_step" not in permitted(over_district(grants))
    assert permitted(()) == []
