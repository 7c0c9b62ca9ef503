"""Buildings and units of a project (domain.md A31): what they are together is what the project is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from central.api.views.structure import actual, actual_bp, members_of, planned_bp
from central.plan.calendar import calendar_of
from central.plan.document import ImportedPlan
from central.plan.importing import read_plan_json
from central.plan.planned import project_curve
from tests.central.build import at
from tests.central.plan.test_document2 import HEAD, item

WEIGHTS = st.integers(1, 10**9)


def a_plan(amounts: list[int]) -> ImportedPlan:
    """Six buildings of three units of two items each, weighed by what they cost."""
    rest = iter(amounts)
    buildings: list[dict[str, Any]] = []
    for b in range(6):
        units = [{"id": f"b{b}-u{u}", "name": f"{u}单元"} for u in range(3)]
        items = [item(f"b{b}-u{u}-i{i}", unit=f"b{b}-u{u}", amount_fen=next(rest)) for u in range(3) for i in range(2)]
        buildings.append({"id": f"b{b}", "name": f"{b}号楼", "storeys": 6, "units": units, "items": items})
    found = read_plan_json({"schema": "siteprogress.plan/2", "project": HEAD, "buildings": buildings})
    assert isinstance(found, ImportedPlan), found
    return found


@pytest.mark.requirement("A31")
@settings(max_examples=30, deadline=None)
@given(st.lists(WEIGHTS, min_size=36, max_size=36), st.lists(st.integers(0, 10_000), min_size=36, max_size=36))
def test_units_together_are_the_project(amounts: list[int], done_bp: list[int]) -> None:
    plan = a_plan(amounts)
    items = [i.id for building in plan.project.buildings for i in building.items]
    members = members_of(plan.project, dict(zip(items, map(float, done_bp), strict=True)), now=at(40))
    whole = actual(list(members.values()))
    assert whole is not None
    by_unit = 0.0
    for unit in plan.structure.units:
        inside = [members[one] for one in unit.items]
        value = actual(inside)
        assert value is not None
        by_unit += value * sum(member.share for member in inside) / 1e8
    assert abs(by_unit - whole) < 1e-9
    assert sum(member.share for member in members.values()) == 10**8


def test_planned_together_is_the_plan_of_the_project() -> None:
    plan = a_plan([1000 + n * n for n in range(36)])
    calendar = calendar_of(plan.project)
    for day in (0, 10.5, 40, 122):
        members = list(members_of(plan.project, {}, now=at(day)).values())
        assert planned_bp(members) == project_curve(plan.project, calendar).bp_at(calendar.effective_s(at(day)))
        assert actual_bp(members) is None


def test_what_was_never_judged_counts_as_not_done() -> None:
    plan = a_plan([100] * 36)
    members = list(members_of(plan.project, {"b0-u0-i0": 10_000.0}, now=at(1)).values())
    assert actual_bp(members) == round(members[0].share / 1e8 * 10_000)
