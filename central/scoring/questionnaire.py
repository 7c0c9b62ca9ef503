"""Questionnaires of comparisons by pairs: what an expert is asked, what he said, and what a group of them says.

Judgements are whole numbers on Saaty's scale, signed: 3 = the first of the pair is three times as important, -3 = the
second is. Check order (domain.md §2.3): each expert's CR < 0.10, else the questionnaire goes back to him with the three
judgements that contradict each other most; then the group's CR; then how far the experts are apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import log
from typing import Literal

from central.domain import Text
from central.scoring.ahp import (
    CR_MAX,
    DISAGREEMENT_MAX,
    RANDOM_INDEX,
    Matrix,
    Priorities,
    aggregate,
    disagreement,
    distance,
    priorities,
)
from central.scoring.refused import ScoringRefused

CRITERIA_MIN, CRITERIA_MAX = 2, len(RANDOM_INDEX)
SAATY = (-9, -8, -7, -6, -5, -4, -3, -2, 1, 2, 3, 4, 5, 6, 7, 8, 9)
EXPERT_WEIGHT_MAX = 100

Pair = tuple[int, int]
"""Places of two criteria in the node's order, the smaller first."""
Says = Mapping[Pair, int]
StandingState = Literal["incomplete", "returned", "inconsistent", "discuss", "agreed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One of the things that a node weighs against each other."""

    id: str
    name: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Three judgements that cannot hold together, and which answer to each would agree with the other two."""

    pairs: tuple[Pair, Pair, Pair]
    said: tuple[int, int, int]
    would_agree: tuple[int, int, int]
    text: Text


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """What one expert said so far of `size` criteria."""

    size: int
    says: Says

    @cached_property
    def missing(self) -> tuple[Pair, ...]:
        """Pairs not judged yet, in the order in which they are asked."""
        return tuple(pair for pair in pairs_of(self.size) if pair not in self.says)

    @cached_property
    def matrix(self) -> Matrix | None:
        """The reciprocal matrix; None until every pair is judged."""
        return None if self.missing else matrix_of(self.size, self.says)

    @cached_property
    def priorities(self) -> Priorities | None:
        """Weights and consistency of what he said; None until every pair is judged."""
        return None if self.matrix is None else priorities(self.matrix)

    @property
    def consistent(self) -> bool:
        """Whether all is said, with CR < 0.10."""
        return self.priorities is not None and self.priorities.consistent


@dataclass(frozen=True, kw_only=True)
class Voice:
    """An expert in a group, by user name, and how much he weighs there (1-100, relative to the others)."""

    person: str
    weight: int
    opinion: Opinion


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpertWeights:
    """What one expert's judgements alone would weigh; `share` of the group (sum 1), `distance` from it (1 = alike)."""

    person: str
    share: float
    says: tuple[tuple[int, int, int], ...]
    weights: tuple[float, ...]
    lambda_max: float
    ci: float
    cr: float
    distance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupWeights:
    """Weights of a node's criteria by the joint judgement of its experts (AIJ), and all that they are made of.

    `ri` is the random index that both CRs were divided by; `disagreement` the largest geometric standard deviation of a
    pair over the experts, at `cell`.
    """

    node: str
    version: int
    criteria: tuple[Criterion, ...]
    weights: tuple[float, ...]
    matrix: Matrix
    lambda_max: float
    ci: float
    cr: float
    ri: float
    disagreement: float
    cell: Pair
    experts: tuple[ExpertWeights, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a node is: its state with the reason in words, and the weights once every expert has answered soundly."""

    state: StandingState
    reason: Text
    group: GroupWeights | None


def pairs_of(size: int) -> tuple[Pair, ...]:
    """The n (n - 1) / 2 questions of n criteria."""
    return tuple(combinations(range(size), 2))


def ratio(says: int) -> float:
    """a_ij of a judgement: 3 -> 3, -3 -> 1/3."""
    return float(says) if says > 0 else 1 / -says


def spelled(says: int) -> str:
    """A judgement as people write it: 3, 1/3."""
    return str(says) if says > 0 else f"1/{-says}"


def matrix_of(size: int, says: Says) -> Matrix:
    """The reciprocal matrix of all pairs; KeyError when one is missing."""
    return tuple(
        tuple(1.0 if i == j else ratio(says[i, j]) if i < j else ratio(_turned(says[j, i])) for j in range(size))
        for i in range(size)
    )


def checked_criteria(criteria: Sequence[Criterion]) -> tuple[Criterion, ...]:
    """The criteria of a node; ScoringRefused unless there are 2 to 9 with ids of their own."""
    count = len(criteria)
    if not CRITERIA_MIN <= count <= CRITERIA_MAX:
        raise _bad(
            f"{count} 个准则", f"{count} criteria", where="criteria",
            zh=f"每个节点 {CRITERIA_MIN} 至 {CRITERIA_MAX} 个准则, 更多则分组",
            en=f"{CRITERIA_MIN} to {CRITERIA_MAX} a node; more belong into groups of their own",
        )  # fmt: skip
    twice = next((c.id for c in criteria if sum(o.id == c.id for o in criteria) > 1), None)
    if twice is not None:
        raise _bad(
            f"准则 {twice} 重复", f"criterion {twice!r} twice", where="criteria.id", zh="编号各不相同", en="ids differ"
        )
    return tuple(criteria)


def checked_says(size: int, says: Says) -> dict[Pair, int]:
    """Judgements as given, the smaller place first; ScoringRefused names the pair that is none or off the scale."""
    found: dict[Pair, int] = {}
    for (row, column), said in says.items():
        if row == column or not (0 <= row < size and 0 <= column < size):
            raise _bad(
                f"比较 ({row}, {column})", f"pair ({row}, {column})", where="answers",
                zh=f"0 至 {size - 1} 中两个不同的准则", en=f"two different criteria of 0 to {size - 1}",
            )  # fmt: skip
        if said not in SAATY:
            raise _bad(
                f"判断 {said}", f"judgement {said}", where="answers.says",
                zh="萨蒂标度 1 至 9, 或 -2 至 -9 (后者更重要)",
                en="1 to 9 on Saaty's scale, or -2 to -9 (the second is more important)",
            )  # fmt: skip
        pair, turned = ((row, column), said) if row < column else ((column, row), _turned(said))
        if found.setdefault(pair, turned) != turned:
            raise _bad(f"比较 {pair} 有两个答案", f"two answers to pair {pair}", where="answers", zh="一个", en="one")
    return found


def contradiction(criteria: Sequence[Criterion], opinion: Opinion) -> Contradiction | None:
    """The worst triple of a complete opinion in words; None where all agree or something is missing."""
    found = opinion.priorities
    if found is None or found.worst is None:
        return None
    i, j, k = found.worst
    pairs: tuple[Pair, Pair, Pair] = ((i, j), (j, k), (i, k))
    said = (opinion.says[i, j], opinion.says[j, k], opinion.says[i, k])
    ij, jk, ik = map(ratio, said)
    would = (_nearest(ik / jk), _nearest(ik / ij), _nearest(ij * jk))
    names = [criteria[place].name for place in (i, j, k)]
    return Contradiction(pairs=pairs, said=said, would_agree=would, text=_contradicted(names, said, would, cr=found.cr))


def standing(node: str, version: int, criteria: Sequence[Criterion], voices: Sequence[Voice]) -> Standing:
    """Where a node stands by what its experts have said, in the check order."""
    late = [voice for voice in voices if voice.opinion.missing]
    if late or not voices:
        zh = f"{len(late)} 位专家尚未答完" if voices else "尚未邀请专家"
        en = f"{len(late)} experts have not answered all yet" if voices else "no expert is invited yet"
        return Standing(state="incomplete", reason=Text(zh=zh, en=en), group=None)
    back = [voice for voice in voices if not voice.opinion.consistent]
    if back:
        zh = f"{len(back)} 位专家的判断不一致 (CR ≥ {CR_MAX:.2f}), 已退回"
        en = f"the judgements of {len(back)} experts contradict themselves (CR ≥ {CR_MAX:.2f}) and went back to them"
        return Standing(state="returned", reason=Text(zh=zh, en=en), group=None)
    group = weighed(node, version, criteria, voices)
    state, reason = _verdict(group)
    return Standing(state=state, reason=reason, group=group)


def weighed(node: str, version: int, criteria: Sequence[Criterion], voices: Sequence[Voice]) -> GroupWeights:
    """The group's weights by AIJ over complete opinions, at least one, in the order of user names."""
    ordered = sorted(voices, key=lambda voice: voice.person)
    matrices = [matrix_of(len(criteria), voice.opinion.says) for voice in ordered]
    joint = aggregate(matrices, [float(voice.weight) for voice in ordered])
    found = priorities(joint)
    spread, cell = disagreement(matrices)
    total = sum(voice.weight for voice in ordered)
    return GroupWeights(
        node=node,
        version=version,
        criteria=tuple(criteria),
        weights=found.weights,
        matrix=joint,
        lambda_max=found.lambda_max,
        ci=found.ci,
        cr=found.cr,
        ri=RANDOM_INDEX[len(criteria) - 1],
        disagreement=spread,
        cell=cell,
        experts=tuple(
            _expert(voice, matrix, joint, share=voice.weight / total)
            for voice, matrix in zip(ordered, matrices, strict=True)
        ),
    )


def _expert(voice: Voice, matrix: Matrix, joint: Matrix, *, share: float) -> ExpertWeights:
    alone = voice.opinion.priorities
    assert alone is not None
    return ExpertWeights(
        person=voice.person,
        share=share,
        says=tuple((i, j, voice.opinion.says[i, j]) for i, j in pairs_of(len(matrix))),
        weights=alone.weights,
        lambda_max=alone.lambda_max,
        ci=alone.ci,
        cr=alone.cr,
        distance=distance(matrix, joint),
    )


def _verdict(group: GroupWeights) -> tuple[StandingState, Text]:
    if not group.cr < CR_MAX:
        said = f"CR {group.cr:.4f} ≥ {CR_MAX:.2f}"
        return "inconsistent", Text(zh=f"群体判断不一致: {said}", en=f"the group contradicts itself: {said}")
    if group.disagreement > DISAGREEMENT_MAX:
        one, other = (group.criteria[place].name for place in group.cell)
        return "discuss", Text(
            zh=f"专家对「{one.zh}」与「{other.zh}」分歧过大 (几何标准差 {group.disagreement:.2f} > "
            f"{DISAGREEMENT_MAX:g}), 须讨论",
            en=f"the experts are too far apart on “{one.en}” against “{other.en}” (geometric standard deviation "
            f"{group.disagreement:.2f} > {DISAGREEMENT_MAX:g}): to be discussed",
        )
    return "agreed", Text(
        zh=f"一致: CR {group.cr:.4f}, 最大分歧 {group.disagreement:.2f}",
        en=f"consistent: CR {group.cr:.4f}, largest disagreement {group.disagreement:.2f}",
    )


def _contradicted(names: Sequence[Text], said: tuple[int, int, int], would: tuple[int, int, int], *, cr: float) -> Text:
    a, b, c = names
    ab, bc, ac = map(spelled, said)
    to_ab, to_bc, to_ac = map(spelled, would)
    return Text(
        zh=f"CR {cr:.4f} (应 < {CR_MAX:.2f})。矛盾最大的三个判断: 「{a.zh}」比「{b.zh}」= {ab}, "
        f"「{b.zh}」比「{c.zh}」= {bc}, 「{a.zh}」比「{c.zh}」= {ac}。"
        f"请改其中之一; 与另两个最接近的是: {to_ab}, {to_bc}, {to_ac} (依次)。",
        en=f"CR {cr:.4f} (expected < {CR_MAX:.2f}). The three judgements that contradict each other most: “{a.en}” to "
        f"“{b.en}” = {ab}, “{b.en}” to “{c.en}” = {bc}, “{a.en}” to “{c.en}” = {ac}. Change one of them; what agrees "
        f"best with the other two: {to_ab}, {to_bc}, {to_ac}, in this order.",
    )


def _nearest(wanted: float) -> int:
    """The judgement of the scale nearest to a ratio, by proportion."""
    return min(SAATY, key=lambda said: (abs(log(ratio(said)) - log(wanted)), said))


def _turned(said: int) -> int:
    return 1 if said == 1 else -said


def _bad(what_zh: str, what_en: str, *, where: str, zh: str, en: str) -> ScoringRefused:
    return ScoringRefused("unknown", Text(zh=what_zh, en=what_en), where=where, expected=Text(zh=zh, en=en))
