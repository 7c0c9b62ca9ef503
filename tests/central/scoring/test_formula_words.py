"""Every formula that a leaf writes is told in both languages, with its numbers."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from central.scoring.formula_words import formula_text
from central.scoring.leaf import LeafKind, LeafScore, LeafState, formula


@pytest.mark.parametrize("kind", get_args(LeafKind))
@pytest.mark.parametrize("review", [False, True])
def test_a_score_is_told_without_pseudo_code(kind: LeafKind, review: bool) -> None:
    said = formula_text(formula(kind, "4.5", "3", found=LeafScore(score=100, state="scored", review=review)))
    for text in (said.zh, said.en):
        assert not re.search(r"\b(if|else)\b", text)
        assert "4.5" in text
    assert not re.search("[a-z]{4}", said.zh)
    assert ("复核目标" in said.zh) == review


@pytest.mark.parametrize("state", sorted(set(get_args(LeafState)) - {"scored"}))
def test_a_leaf_without_a_score_tells_why(state: LeafState) -> None:
    kept = formula("higher", "4.5", "3", found=LeafScore(score=0, state=state))
    assert re.search("[\u4e00-\u9fff]", formula_text(kept).zh)
    assert formula_text(kept).en == kept


def test_a_choice_keeps_its_numbers() -> None:
    said = formula_text("100 if 12 ≤ 10 else 100 × 10 / 12")
    assert (said.zh, said.en) == ("12 ≤ 10 时得 100, 否则得 100 × 10 / 12", "100 when 12 ≤ 10, otherwise 100 × 10 / 12")
