"""The shipped library, three frames over one set, weights that say where they are from (A21, B10, D33, E02, E10)."""

from __future__ import annotations

import json
from math import fsum
from typing import Any, get_args

import pytest

from central.domain import Subject, Text
from central.scoring.ahp import priorities
from central.scoring.frames import in_frame, nodes_of
from central.scoring.indicator import FrameName, IndicatorSet, Value
from central.scoring.library import read_sector, sector_document, shipped
from central.scoring.period import period_of
from central.scoring.refused import ScoringRefused
from central.scoring.sets import Cloning, cloned, set_of, spelled_set
from central.scoring.sheet import Sheet, scored
from central.scoring.sources import SOURCES
from central.scoring.weighing import Judgement, Weighing
from central.store.instants import from_ms

SECTORS = {sector.id: sector for sector in shipped()}
PROJECT = Subject(kind="project", id="qp1")
NAME = Text(zh="青坪里改造", en="Qingpingli retrofit")
FRAMES: tuple[FrameName, ...] = get_args(FrameName)
FOUR = ("money.execution", "work.planned_completion", "output.completion", "people.satisfaction")


def clone(
    sector: str = "retrofit", weighing: Weighing = "equal", ids: tuple[str, ...] = FOUR, **more: Any
) -> IndicatorSet:
    """A set of the retrofit's indicators."""
    cloning = Cloning(name=NAME, frame=more.pop("frame", "IPOR"), weighing=weighing, indicators=ids, **more)
    return cloned(SECTORS[sector], cloning, subject=PROJECT, version=1)


def weights(found: IndicatorSet) -> dict[str, float]:
    return {leaf.indicator.id: round(leaf.weight, 4) for leaf in found.leaves}


@pytest.mark.requirement("E10", "B13", "B15")
@pytest.mark.parametrize("sector", shipped(), ids=lambda sector: sector.id)
def test_every_shipped_indicator_says_what_it_is(sector: Any) -> None:
    for one in sector.indicators:
        assert one.formula.zh and one.formula.en and one.verification and one.basis, one.id
        assert set(one.frames) == set(FRAMES)
        assert all(one.frames[frame] in nodes_of(frame) for frame in FRAMES)
        if one.source:
            assert SOURCES[one.source].unit == one.unit
            assert SOURCES[one.source].better == ("lower" if one.kind == "lower" else "higher")
    assert read_sector(sector_document(sector), version=1) == sector


@pytest.mark.requirement("D33", "E10", "E11", "B11")
@pytest.mark.parametrize(
    ("sector", "indicator", "kind", "unit", "level"),
    [
        ("environment", "effect.reduction", "higher", "t", 2),
        ("livelihood", "people.satisfaction", "survey", "%", 2),
        ("administration", "district.investment_rate", "higher", "%", 1),
        ("administration", "district.remedied", "higher", "%", 1),
        ("administration", "unit.annual_reports", "higher", "%", 2),
        ("administration", "unit.window_minutes", "lower", "min", 2),
        ("post", "post.patrols", "higher", "次/d", 3),
        ("post", "post.satisfaction", "survey", "%", 3),
        ("infrastructure", "input.appropriation", "higher", "fen", 2),
        ("infrastructure", "input.person_hours", "higher", "h", 2),
        ("infrastructure", "work.planned_completion", "higher", "%", 2),
        ("infrastructure", "quality.pass", "higher", "%", 2),
        ("infrastructure", "output.facilities", "higher", "个", 2),
        ("infrastructure", "output.served", "higher", "人", 2),
    ],
)
def test_the_library_has_what_the_articles_name(sector: str, indicator: str, kind: str, unit: str, level: int) -> None:
    one = next(one for one in SECTORS[sector].indicators if one.id == indicator)
    assert (one.kind, one.unit, one.level) == (kind, unit, level)


@pytest.mark.requirement("E02")
def test_e02_indicators_are_shared_across_and_linked_by_level() -> None:
    sharing = [sector for sector in shipped() if "money.execution" in {one.id for one in sector.indicators}]
    assert len(sharing) >= 3
    assert SECTORS["post"].above["post.patrols"] == "unit.complaints"
    known = {one.id: one.level for sector in shipped() for one in sector.indicators}
    for sector in shipped():
        levels = {one.id: one.level for one in sector.indicators}
        for below, above in sector.above.items():
            assert known[above] < levels[below], (below, above)


@pytest.mark.requirement("A21")
def test_a21_the_frame_changes_no_leaf_and_no_total() -> None:
    found = clone(ids=("money.execution", "goals.clear", "work.on_time", "output.completion", "people.satisfaction"))
    values = tuple(
        Value(indicator=leaf.indicator.id, value=float(60 + 7 * n), state="entered")
        for n, leaf in enumerate(found.leaves)
    )
    sheet = Sheet(
        subject=PROJECT,
        period=period_of("2026"),
        kind="objective",
        set=found,
        values=values,
        taken_at=from_ms(0),
        author="x",
    )
    score = scored(sheet)
    leaf_scores = {one.indicator: one.leaf_score for one in score.contributions}
    assert score.total is not None
    for frame in FRAMES:
        framed = in_frame(found, frame)
        assert sorted(leaf.indicator.id for one in framed for leaf in one.leaves) == sorted(leaf_scores)
        top = [one for one in framed if not one.node.above]
        for above in {one.node.above for one in framed}:
            shares = [one.share for one in framed if one.node.above == above]
            assert fsum(shares) == pytest.approx(1.0, abs=1e-9)
        assert fsum(one.weight for one in top) == pytest.approx(1.0, abs=1e-9)
        total = fsum(leaf.weight * leaf_scores[leaf.indicator.id] for one in framed for leaf in one.leaves)
        assert total == pytest.approx(score.total, abs=1e-9)
    assert [one.node.id for one in in_frame(found, "IOI") if one.leaves] == ["input", "output", "impact"]


def test_a_leaf_without_a_place_is_told_apart() -> None:
    document = json.loads(spelled_set(clone()))
    del document["leaves"][0]["indicator"]["frames"]["IOI"]
    framed = in_frame(set_of(document), "IOI")
    assert (framed[-1].node.id, len(framed[-1].leaves)) == ("", 1)


@pytest.mark.requirement("B10")
def test_b10_four_dimensions_weighed_by_experts() -> None:
    judged = priorities([[1, 1 / 2, 1 / 3, 1 / 4], [2, 1, 1 / 2, 1 / 3], [3, 2, 1, 1 / 2], [4, 3, 2, 1]])
    by = dict(zip(("input", "process", "output", "result"), judged.weights, strict=True))
    found = clone(weighing="judged", judgement=Judgement(label="ipor/1", cr=judged.cr, weights=by))
    assert [round(leaf.weight, 4) for leaf in found.leaves] == [0.0954, 0.1601, 0.2772, 0.4673]
    assert {leaf.judged for leaf in found.leaves} == {"ipor/1"}
    assert round(found.consistency_ratio, 4) == 0.0115
    each = dict(zip(FOUR, (0.1, 0.2, 0.3, 0.4), strict=True))
    assert weights(clone(weighing="judged", judgement=Judgement(label="n/2", cr=0.0, weights=each))) == each
    with pytest.raises(ScoringRefused, match="neither the indicators nor the first level"):
        clone(weighing="judged", judgement=Judgement(label="n/3", cr=0.0, weights={"input": 1.0}))


MOF_IDS = ("money.execution", "output.completion", "work.on_time", "carbon.footprint", "people.satisfaction")


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (MOF_IDS, (0.10, 0.25, 0.25, 0.30, 0.10)),
        ((*MOF_IDS[:2], "money.saving", *MOF_IDS[3:]), (0.10, 0.40, 0.20, 0.20, 0.10)),
        (MOF_IDS[:4], (0.10, 0.25, 0.25, 0.40)),  # 满意度 moves to 效益
        (MOF_IDS[1:3], (0.5, 0.5)),
    ],
)
def test_the_ministrys_weights(ids: tuple[str, ...], expected: tuple[float, ...]) -> None:
    targets = {"carbon.footprint": 100.0} if "carbon.footprint" in ids else {}
    found = clone(weighing="mof", ids=ids, targets=targets, frame="MOF")
    by = weights(found)
    assert tuple(by[one] for one in ids) == expected
    assert all("财预〔2020〕10号" in leaf.reason for leaf in found.leaves)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ids": ("money.execution", "nothing.there")}, "has no nothing.there"),
        ({"ids": ("output.lifts",)}, "no target for 加装电梯数"),
        ({"targets": {"output.lifts": 3.0}}, "which is not in the set"),
        ({"targets": {"money.execution": 0.0}}, "target 0.0"),
        ({"weighing": "mof", "ids": ("goals.clear",)}, "has no place for goals.clear"),
        ({"weighing": "judged"}, "no judgement"),
        ({"weighing": "given", "weights": {"money.execution": 1.0}, "reason": "x"}, "do not match"),
        ({"weighing": "given", "weights": dict.fromkeys(FOUR, 0.2), "reason": "x"}, r"sum to 0\.8"),
        ({"weighing": "given", "weights": dict.fromkeys(FOUR, 0.25), "reason": " "}, "without a reason"),
    ],
)
def test_what_cannot_be_cloned_is_refused_in_words(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ScoringRefused, match=words):
        clone(**changes)


def test_weights_by_hand_and_their_reason_are_kept() -> None:
    given = dict(zip(FOUR, (0.4, 0.3, 0.2, 0.1), strict=True))
    found = clone(weighing="given", weights=given, reason="联席会议 2026-03")
    assert weights(found) == given
    assert set_of(json.loads(spelled_set(found))) == found


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"source": "progress.unheard_of"}, "source"),
        ({"unit": "km"}, "in which money.execution_rate is measured"),
        ({"frames": {"IOI": "input", "IPOR": "input", "MOF": "nowhere"}}, "node 'nowhere' of MOF"),
        ({"frames": {"IOI": "input"}}, "no place in IPOR, MOF"),
        ({"target": 0}, "expected a finite number, more than 0"),
        ({"verification": ""}, "verification"),
        ({"id": "Money Execution"}, "indicators.0.id"),
        ({"id": "money.in_place"}, "again"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_faults_of_a_library_are_named(change: dict[str, Any], words: str) -> None:
    document = sector_document(SECTORS["retrofit"])
    document["indicators"][0] |= change
    with pytest.raises(ScoringRefused, match=words):
        read_sector(document, version=2)


def test_only_what_changed_has_a_new_version() -> None:
    document = sector_document(SECTORS["retrofit"])
    document["indicators"][1]["target"] = 98.0
    found = read_sector(document, version=2, before=SECTORS["retrofit"])
    assert [one.version for one in found.indicators[:3]] == [1, 2, 1]
    assert found.label == "retrofit/2"
