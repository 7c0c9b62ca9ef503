"""What holds for any text, any tree and any set: the checker never fails, weights and shares add up."""

from __future__ import annotations

from datetime import date
from math import fsum, isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from central.domain import Subject, Text
from central.scoring.frames import in_frame
from central.scoring.goal import checked_tree, roll_up
from central.scoring.indicator import FrameName
from central.scoring.library import Sector, shipped
from central.scoring.sets import Cloning, cloned
from central.scoring.smart import smart, understood
from central.scoring.weighing import mof_part
from tests.central.scoring.test_goal import a_goal

WORDS = (
    "年月日季度上半前后底末内至到自起一二两三十百千万亿零〇成分之不低于超过以上下大小等"
    "≥≤<>=%％0123456789０５.,，-—/ 个户元天率控制在达完提高翻番"
)
DAY = date(2026, 1, 1)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=120), st.text(alphabet=WORDS, max_size=120)), st.sampled_from([None, DAY]))
def test_any_text_is_judged(text: str, start: date | None) -> None:
    verdicts = smart(text, start=start, year=None if start else 2026)
    assert [verdict.letter for verdict in verdicts] == list("SMART")
    assert all(isfinite(one.value) for one in understood(text, start=start).quantities)


MONSTERS = (
    "9" * 500,
    "九" * 500,
    "万亿" * 250,
    "999999999999年内完成5个",
    f"{'九' * 30}月九日前",
    "1," * 250,
    "不低于" * 160,
    "百分之" * 160,
)


@pytest.mark.parametrize("text", MONSTERS)
def test_monstrous_texts_are_judged(text: str) -> None:
    assert len(smart(text, start=DAY)) == 5


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 1000), min_size=1, max_size=8),
    st.lists(st.floats(0, 1), min_size=8, max_size=8),
    st.sets(st.integers(0, 7)),
)
def test_a_roll_up_lies_between_what_is_known(parts: list[int], shares: list[float], unknown: set[int]) -> None:
    whole = sum(parts)
    leaves = [a_goal(f"g{n}", 2, "rate", weight=part / whole) for n, part in enumerate(parts)]
    goals = checked_tree([a_goal("rate"), *leaves])
    done = {f"g{n}": shares[n] for n in range(len(parts)) if n not in unknown}
    found = roll_up(goals, done)["rate"]
    if not done:
        assert found is None
    else:
        assert found is not None
        assert min(done.values()) - 1e-9 <= found <= max(done.values()) + 1e-9


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(shipped()), st.data())
def test_weights_of_any_set_sum_to_one_in_every_frame(sector: Sector, data: st.DataObject) -> None:

    formed = [one.id for one in sector.indicators if mof_part(one) is not None]
    ids = data.draw(st.lists(st.sampled_from(formed), min_size=1, unique=True))
    targets = {one: 5.0 for one in ids if one in sector.open_targets}
    cloning = Cloning(name=Text(zh="x", en="x"), frame="MOF", weighing="mof", indicators=tuple(ids), targets=targets)
    found = cloned(sector, cloning, subject=Subject(kind="unit", id="u"), version=1)
    assert fsum(leaf.weight for leaf in found.leaves) == pytest.approx(1.0, abs=1e-9)
    frames: tuple[FrameName, ...] = ("IOI", "IPOR", "MOF")
    for frame in frames:
        framed = in_frame(found, frame)
        assert fsum(one.weight for one in framed if not one.node.above) == pytest.approx(1.0, abs=1e-9)
