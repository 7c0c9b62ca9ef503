"""Composites, discrepancies, peers, forms and policies as truth tables."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from central.domain import Subject
from central.evaluate.composite import CompositeError, Part, composite, mean_part
from central.evaluate.discrepancy import discrepancies
from central.evaluate.forms import (
    DONE_SET,
    PEER_SET,
    RUNNING_SET,
    SELF_SET,
    Form,
    asked,
    check_filler,
    filled,
    points_of,
    with_known,
)
from central.evaluate.peers import aliases, assigned
from central.evaluate.policy import DEFAULT_POLICY, read_policy, spelled
from central.scoring.indicator import IndicatorSet, Value
from central.scoring.refused import ScoringRefused
from central.scoring.sheet import SheetKind

UNITS = tuple(f"单位{at}" for at in range(12))
WEIGHTS: dict[SheetKind, int] = {"objective": 7000, "self": 1000, "peer": 2000}


def parts(**scores: float | None) -> list[Part]:
    """Parts by kind."""
    return [Part(kind=kind, score=score) for kind, score in scores.items()]  # type: ignore[arg-type]


def test_a_composite_is_the_weighed_sum() -> None:
    found = composite(parts(objective=80.0, self=95.0, peer=78.0), WEIGHTS)
    assert found.total == pytest.approx(0.7 * 80 + 0.1 * 95 + 0.2 * 78, abs=1e-12)
    assert (found.grade, found.missing) == ("良", ())


def test_what_is_missing_leaves_its_weight_to_the_others_and_is_said() -> None:
    found = composite(parts(objective=80.0, peer=71.0), WEIGHTS)
    assert found.total == pytest.approx((7 * 80 + 2 * 71) / 9, abs=1e-12)
    assert found.missing == ("self",)
    assert sum(one.weight for one in found.parts) == pytest.approx(1, abs=1e-12)
    assert composite([], WEIGHTS).total is None


@pytest.mark.parametrize(
    ("points", "grade"), [(89.995, "良"), (90.0, "优"), (79.9999, "中"), (80.0, "良"), (59.9999, "差"), (60.0, "中")]
)
def test_the_grade_looks_at_the_total_before_rounding(points: float, grade: str) -> None:
    found = composite(parts(objective=points, self=points, peer=points), WEIGHTS)
    assert found.grade == grade


@pytest.mark.parametrize(
    ("given", "weights", "named"),
    [
        ({"objective": 80.0}, {"objective": 9999}, "sum to 10000"),
        ({"finance": 80.0}, WEIGHTS, "finance"),
        ({"objective": 100.1}, WEIGHTS, "objective"),
        ({"objective": float("nan")}, WEIGHTS, "objective"),
        ({"objective": 1.0}, {"objective": 11000, "self": -1000}, "sum to 10000"),
    ],
)
def test_what_cannot_be_added_up_is_named(given: dict[str, float], weights: Any, named: str) -> None:
    with pytest.raises(CompositeError, match=named):
        composite(parts(**given), weights)
    with pytest.raises(CompositeError, match="given 2 times"):
        composite([*parts(self=1.0), *parts(self=2.0)], WEIGHTS)


def test_several_sheets_of_a_kind_count_as_their_mean() -> None:
    assert mean_part("peer", {"b": 80.0, "a": 76.0, "c": 78.0}) == Part(kind="peer", score=78.0, sheets=("a", "b", "c"))
    assert mean_part("peer", {}).score is None


def test_self_95_peers_78_objective_80_is_flagged() -> None:
    found = discrepancies({"self": 95.0, "peer": 78.0, "objective": 80.0})
    assert [(one.first, one.second, one.points) for one in found] == [
        ("self", "peer", 17.0),
        ("self", "objective", 15.0),
    ]


@pytest.mark.parametrize(
    ("gap", "flagged"), [(10.0, False), (10.0004, False), (10.001, True), (-10.5, True), (9.9, False)]
)
def test_a_discrepancy_is_more_than_ten(gap: float, flagged: bool) -> None:
    assert bool(discrepancies({"self": 80.0 + gap, "objective": 80.0})) is flagged
    assert (0.1 + 0.2) * 100 - 20 > 10  # what a float would say of exactly ten
    assert discrepancies({"self": (0.1 + 0.2) * 100, "objective": 20.0}) == ()


@pytest.mark.parametrize("count", [2, 3, 4, 7, 12])
def test_peers_are_never_ones_own_unit_and_everybody_is_asked_alike(count: int) -> None:
    units = UNITS[:count]
    found = assigned(units, turn="2025-Q1")
    assert set(found) == set(units)
    for unit, peers in found.items():
        assert unit not in peers
        assert len(set(peers)) == len(peers) == min(3, count - 1)
    asked_of = [peer for peers in found.values() for peer in peers]
    assert {asked_of.count(unit) for unit in units} == {min(3, count - 1)}
    if count > 6:
        assert not any(unit in found[peer] for unit, peers in found.items() for peer in peers)


def test_peers_depend_on_the_turn_and_not_on_the_order() -> None:
    first = assigned(UNITS, turn="2025-Q1")
    assert assigned(UNITS[::-1], turn="2025-Q1") == first
    assert assigned(UNITS, turn="2025-Q2") != first
    assert assigned(["one"], turn="x") == {"one": ()}
    assert all(assigned(order, turn="t") == assigned(UNITS[:4], turn="t") for order in permutations(UNITS[:4]))


def test_aliases_tell_nothing_of_who_they_are() -> None:
    """They follow from what is shown of each, whoever it is."""
    said: list[tuple[str, float | None]] = [("submitted", 80.0), ("open", None), ("submitted", 75.0)]
    for units in permutations(UNITS[:3]):
        found = aliases(dict(zip(units, said, strict=True)))
        assert [found[unit] for unit in units] == [3, 1, 2]


@pytest.mark.parametrize("asks", [PEER_SET, SELF_SET, RUNNING_SET, DONE_SET, points_of(RUNNING_SET)])
def test_weights_of_every_form_sum_to_one(asks: IndicatorSet) -> None:
    assert sum(leaf.weight for leaf in asks.leaves) == pytest.approx(1, abs=1e-12)
    assert {leaf.indicator.kind for leaf in asks.leaves if not leaf.indicator.source} == {"qualitative"}


@pytest.mark.parametrize("completed", [False, True])
def test_output_and_benefit_are_never_below_sixty_percent(completed: bool) -> None:
    leaves = asked("dept", own_set=None, completed=completed).leaves
    share = sum(leaf.weight for leaf in leaves if leaf.indicator.id in ("judged.output", "judged.benefit"))
    assert share >= 0.6 - 1e-12
    assert asked("self", own_set=None).leaves[0].weight == 0.1
    assert asked("self", own_set=RUNNING_SET).id == "form.self.form.running"


@pytest.mark.parametrize(
    ("points", "where"),
    [
        ({"peer.duty": 80.0}, "points.peer.cooperation"),
        ({"peer.duty": 101.0}, "points.peer.duty"),
        ({"peer.duty": float("nan")}, "points.peer.duty"),
        ({"peer.duty": 80.0, "peer.other": 1.0}, "points.peer.other"),
    ],
)
def test_a_form_that_is_not_filled_in_names_the_leaf(points: dict[str, float], where: str) -> None:
    with pytest.raises(ScoringRefused) as refused:
        filled(PEER_SET, points, form="form/1")
    assert refused.value.where == where


def test_a_form_keeps_where_its_points_are_from() -> None:
    values = filled(PEER_SET, {leaf.indicator.id: 80 for leaf in PEER_SET.leaves}, form="form/7")
    assert [value.indicator for value in values] == [leaf.indicator.id for leaf in PEER_SET.leaves]
    assert {(value.value, value.state, value.refs) for value in values} == {(80.0, "entered", ("form/7",))}


def a_form(kind: SheetKind, *, filler: str = "甲") -> Form:
    """A form of a kind."""
    return Form(id=1, evaluation=1, round=1, kind=kind, filler=filler, person="", state="open", due_ms=0)


@pytest.mark.parametrize(
    ("kind", "roles", "own", "code"),
    [
        ("self", {"section"}, True, ""),
        ("self", {"contractor"}, True, "not_yours"),
        ("peer", {"dept_head"}, False, ""),
        ("peer", {"dept_head"}, True, "own_work"),
        ("finance", {"finance"}, False, ""),
        ("finance", {"finance"}, True, "own_work"),
        ("third", {"third_party"}, False, ""),
        ("third", {"section"}, False, "not_yours"),
        ("dept", {"dept_head"}, True, ""),
        ("dept", {"project_owner"}, True, "not_yours"),
    ],
)
def test_who_may_fill_in_a_form(kind: SheetKind, roles: set[str], own: bool, code: str) -> None:
    subject = Subject(kind="unit", id="乙")
    if not code:
        assert check_filler(a_form(kind), subject, person="li", roles=frozenset(roles), of_assessed=own) in roles
        return
    with pytest.raises(ScoringRefused) as refused:
        check_filler(a_form(kind), subject, person="li", roles=frozenset(roles), of_assessed=own)
    assert refused.value.code == code


def test_nobody_judges_himself_but_by_self_evaluation() -> None:
    myself = Subject(kind="person", id="li")
    roles = frozenset({"section"})
    assert check_filler(a_form("self"), myself, person="li", roles=roles, of_assessed=True) == "section"
    with pytest.raises(ScoringRefused, match="own unit"):
        check_filler(a_form("dept"), myself, person="li", roles=roles, of_assessed=False)


def test_a_policy_comes_back_as_it_was_written() -> None:
    assert read_policy(spelled(DEFAULT_POLICY), version=0) == DEFAULT_POLICY


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"weights_bp": {"quarter/unit": {"objective": 9000}}}, "policy.weights_bp.quarter/unit"),
        ({"weights_bp": {"quarter/unit": {"objective": 9000.5, "self": 999.5}}}, "policy.weights_bp.quarter/unit"),
        ({"weights_bp": {"quarter/unit": {"annual": 10000}}}, "policy.weights_bp.quarter/unit"),
        ({"weights_bp": {"quarter/camera": {"objective": 10000}}}, "policy.weights_bp.quarter/camera"),
        ({"weights_bp": {"week/unit": {"objective": 10000}}}, "policy.period"),
        ({"weights_bp": {}}, "policy.weights_bp"),
        ({"chains": {"year": [{"seats": ["leader"]}]}}, "policy.chains"),
        ({"chains": {"quarter": [], "year": []}}, "policy.chains.quarter"),
        ({"chains": {"quarter": [{"seats": ["king"]}]}}, "policy.chains.quarter.1.seats"),
        ({"chains": {"quarter": [{"seats": ["leader"], "need": "most"}]}}, "policy.chains.quarter.1.need"),
        ({"peers": 0}, "policy.peers"),
        ({"peers": True}, "policy.peers"),
        ({"remedy_grades": ["坏"]}, "policy.remedy_grades"),
    ],
)
def test_a_policy_that_cannot_be_is_refused_by_place(change: dict[str, Any], where: str) -> None:
    with pytest.raises(ScoringRefused) as refused:
        read_policy({**spelled(DEFAULT_POLICY), **change}, version=1)
    assert refused.value.where == where


def test_execution_is_taken_where_the_ledger_has_it_and_typed_where_not() -> None:
    spent = Value(indicator="self.execution", value=43.0, state="measured", refs=("ledger/p/2",), source="money")
    others = {"self.output": 90.0, "self.benefit": 80.0, "self.satisfaction": 70.0}
    assert with_known(SELF_SET, {"self.execution": spent}) is SELF_SET
    values = filled(SELF_SET, others, form="form/1", measured={"self.execution": spent})
    assert [value.value for value in values] == [43.0, 90.0, 80.0, 70.0]
    assert [value.state for value in values] == ["measured", "entered", "entered", "entered"]
    with pytest.raises(ScoringRefused, match="nobody types it") as refused:
        filled(SELF_SET, others | {"self.execution": 100.0}, form="form/1", measured={"self.execution": spent})
    assert (refused.value.code, refused.value.where) == ("not_yours", "points.self.execution")
    typed = with_known(SELF_SET, {})
    assert (typed.id, typed.version, SELF_SET.version) == (SELF_SET.id, 1, 2)
    assert not any(leaf.indicator.source for leaf in typed.leaves)
    assert with_known(PEER_SET, {}) is PEER_SET
    with pytest.raises(ScoringRefused, match="has no points"):
        filled(typed, others, form="form/1")
