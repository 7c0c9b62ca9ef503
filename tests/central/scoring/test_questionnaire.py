"""Questionnaires: what is asked, what goes back to an expert in words, and where a group stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from central.domain import Text
from central.scoring.ahp import DISAGREEMENT_MAX
from central.scoring.questionnaire import (
    Criterion,
    Opinion,
    Pair,
    StandingState,
    Voice,
    checked_criteria,
    checked_says,
    contradiction,
    matrix_of,
    pairs_of,
    spelled,
    standing,
    weighed,
)
from central.scoring.refused import ScoringRefused

M1 = {(0, 1): -3, (0, 2): -2, (1, 2): 2}  # domain.md §5.2
M2 = {(0, 1): -2, (0, 2): -4, (1, 2): -3}
TORN = {(0, 1): 2, (0, 2): -4, (1, 2): 3}
CRITERIA = tuple(
    Criterion(id=key, name=Text(zh=zh, en=en))
    for key, zh, en in (("in", "投入", "input"), ("out", "产出", "output"), ("effect", "影响", "impact"))
)


def voice(person: str, says: Mapping[Pair, int], *, weight: int = 1) -> Voice:
    """An expert of three criteria."""
    return Voice(person=person, weight=weight, opinion=Opinion(size=3, says=says))


@pytest.mark.parametrize(("size", "asked"), [(2, 1), (3, 3), (4, 6), (9, 36)])
def test_every_pair_is_asked_once(size: int, asked: int) -> None:
    assert len(pairs_of(size)) == asked
    assert len(Opinion(size=size, says={}).missing) == asked


def test_partial_answers_are_an_opinion_without_weights() -> None:
    opinion = Opinion(size=3, says={(0, 2): 5})
    assert opinion.missing == ((0, 1), (1, 2))
    assert (opinion.matrix, opinion.priorities, opinion.consistent) == (None, None, False)
    assert contradiction(CRITERIA, opinion) is None


def test_judgements_become_the_reciprocal_matrix() -> None:
    assert matrix_of(3, M1) == ((1, 1 / 3, 1 / 2), (3, 1, 2), (2, 1 / 2, 1))
    assert [spelled(says) for says in (1, 9, -4)] == ["1", "9", "1/4"]


def test_a_pair_may_be_said_the_other_way_round() -> None:
    assert checked_says(3, {(1, 0): 3, (2, 0): 1}) == {(0, 1): -3, (0, 2): 1}


@pytest.mark.parametrize(
    ("says", "words"),
    [
        ({(0, 0): 1}, r"pair \(0, 0\)"),
        ({(0, 3): 1}, r"pair \(0, 3\)"),
        ({(0, 1): 0}, "judgement 0"),
        ({(0, 1): -1}, "judgement -1"),
        ({(0, 1): 10}, "judgement 10"),
        ({(0, 1): 2, (1, 0): 2}, "two answers"),
    ],
)
def test_what_is_no_judgement_is_refused_by_name(says: Mapping[Pair, int], words: str) -> None:
    with pytest.raises(ScoringRefused, match=words):
        checked_says(3, says)


@pytest.mark.parametrize("ids", [("a",), tuple("abcdefghij"), ("a", "b", "a")])
def test_a_node_has_two_to_nine_criteria_of_their_own(ids: Sequence[str]) -> None:
    with pytest.raises(ScoringRefused, match="criteri"):
        checked_criteria([Criterion(id=key, name=Text(zh=key, en=key)) for key in ids])


@pytest.mark.requirement("A24")
def test_the_worst_triple_goes_back_in_words_with_what_would_agree() -> None:
    found = contradiction(CRITERIA, Opinion(size=3, says=TORN))
    assert found is not None
    assert (found.pairs, found.said) == (((0, 1), (1, 2), (0, 2)), (2, 3, -4))
    assert found.would_agree == (-9, -8, 6)  # 1/4 / 3 = 1/12 is beyond the scale; 1/4 / 2; 2 x 3
    assert "CR 1.0614" in found.text.zh
    assert "「投入」比「产出」= 2, 「产出」比「影响」= 3, 「投入」比「影响」= 1/4" in found.text.zh
    assert "“input” to “impact” = 1/4" in found.text.en


def test_taking_what_would_agree_ends_the_contradiction() -> None:
    for nth in (1, 2):  # the first would have to leave the scale
        found = contradiction(CRITERIA, Opinion(size=3, says=TORN))
        assert found is not None
        changed = TORN | {found.pairs[nth]: found.would_agree[nth]}
        assert Opinion(size=3, says=changed).consistent


@pytest.mark.parametrize(
    ("voices", "state", "weighs"),
    [
        ((), "incomplete", False),
        ((voice("a", M1), voice("b", {(0, 1): 2})), "incomplete", False),
        ((voice("a", M1), voice("b", TORN)), "returned", False),
        ((voice("a", M1), voice("b", M2)), "discuss", True),
        ((voice("a", M1), voice("b", M1)), "agreed", True),
        ((voice("a", M2),), "agreed", True),
    ],
)
def test_where_a_node_stands(voices: Sequence[Voice], state: StandingState, weighs: bool) -> None:
    found = standing("n", 1, CRITERIA, voices)
    assert (found.state, found.group is not None) == (state, weighs)
    assert found.reason.zh
    assert found.reason.en


@pytest.mark.requirement("A24")
def test_the_group_of_two_that_disagree_shows_both_measures_and_the_cell() -> None:
    found = standing("n", 1, CRITERIA, [voice("a", M1), voice("b", M2)])
    group = found.group
    assert group is not None
    assert [round(w, 4) for w in group.weights] == [0.1591, 0.3821, 0.4588]
    assert (round(group.cr, 4), group.ri) == (0.0003, 0.58)
    assert group.disagreement > DISAGREEMENT_MAX
    assert group.cell == (1, 2)
    assert "「产出」与「影响」" in found.reason.zh
    assert "CR" not in found.reason.zh
    assert [e.cr for e in group.experts] == pytest.approx([0.0079, 0.0158], abs=1e-4)
    assert all(e.distance > 1 for e in group.experts)


def test_the_order_of_experts_has_no_say_and_weights_do() -> None:
    one, other = voice("a", M1, weight=3), voice("b", M2)
    assert weighed("n", 1, CRITERIA, [one, other]) == weighed("n", 1, CRITERIA, [other, one])
    heavy = weighed("n", 1, CRITERIA, [voice("a", M1, weight=100), other])
    assert heavy.weights[[one.id for one in heavy.criteria].index("out")] == pytest.approx(0.5396, abs=0.01)
    assert [e.share for e in heavy.experts] == pytest.approx([100 / 101, 1 / 101])
    assert heavy.experts[0].distance < heavy.experts[1].distance
