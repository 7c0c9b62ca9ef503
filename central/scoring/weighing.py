"""Weights of a set's leaves: from an AHP node, by the ministry's self-evaluation form, given, or equal. Pure.

Every leaf says where its weight is from. Sources: domain.md §2.1 (财预〔2020〕10号: 预算执行率 10, 产出 50, 效益 30,
满意度 10; 财预〔2021〕101号 where there are cost indicators: 成本 20, 产出 40, 效益 20, 满意度 10, 预算执行率 10).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, isclose, isfinite
from typing import Literal

from central.domain import Text
from central.scoring.frames import nodes_of
from central.scoring.indicator import FrameName, Indicator, WeighedLeaf
from central.scoring.refused import ScoringRefused

Weighing = Literal["equal", "mof", "given", "judged"]
Part = Literal["execution", "cost", "output", "benefit", "satisfaction"]
_MOF: Mapping[Part, int] = {"execution": 10, "output": 50, "benefit": 30, "satisfaction": 10}
_MOF_COST: Mapping[Part, int] = {"execution": 10, "cost": 20, "output": 40, "benefit": 20, "satisfaction": 10}
_PART_NAMES: Mapping[Part, str] = {
    "execution": "预算执行率",
    "cost": "成本",
    "output": "产出",
    "benefit": "效益",
    "satisfaction": "满意度",
}
_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Weights that experts gave the criteria of an AHP node: indicators by id, or first-level nodes of a frame.

    `label` is NODE/VERSION; `cr` the group's consistency ratio.
    """

    label: str
    cr: float
    weights: Mapping[str, float]


def equal(indicators: Sequence[Indicator]) -> tuple[WeighedLeaf, ...]:
    """All alike, and said so."""
    reason = f"等权: {len(indicators)} 项指标各占一份, 未经专家判断"
    return tuple(WeighedLeaf(indicator=one, weight=1 / len(indicators), reason=reason) for one in indicators)


def given(indicators: Sequence[Indicator], weights: Mapping[str, float], *, reason: str) -> tuple[WeighedLeaf, ...]:
    """By hand: one positive weight for each, sum 1 within 1e-9, and a reason; ScoringRefused otherwise."""
    wanted = [one.id for one in indicators]
    if sorted(weights) != sorted(wanted):
        odd = ", ".join(sorted(set(weights) ^ set(wanted))[:5])
        raise _refused(
            f"权重与指标不对应: {odd}",
            f"weights do not match the indicators: {odd}",
            "每项指标一个权重",
            "one for each",
        )
    if any(not isfinite(weight) or weight <= 0 for weight in weights.values()):
        raise _refused("权重不是正数", "a weight that is not positive", "大于 0 的权重", "weights over 0")
    total = fsum(weights.values())
    if not isclose(total, 1.0, abs_tol=_TOLERANCE):
        raise _refused(f"权重之和为 {total:g}", f"weights sum to {total:g}", "权重之和为 1", "weights that sum to 1")
    if not reason.strip():
        raise _refused("未说明权重来源", "weights without a reason", "说明权重的依据", "where the weights are from")
    return tuple(WeighedLeaf(indicator=one, weight=weights[one.id], reason=reason) for one in indicators)


def judged(indicators: Sequence[Indicator], judgement: Judgement, frame: FrameName) -> tuple[WeighedLeaf, ...]:
    """By experts: criteria are the indicators themselves, or the frame's first level, whose leaves share alike."""
    ids = {one.id for one in indicators}
    if set(judgement.weights) == ids:
        return tuple(
            WeighedLeaf(indicator=one, weight=judgement.weights[one.id], judged=judgement.label) for one in indicators
        )
    groups = _by_first(indicators, frame)
    if set(judgement.weights) != set(groups):
        odd = ", ".join(sorted(set(judgement.weights) ^ set(groups))[:5]) or "无"
        raise _refused(
            f"判断节点 {judgement.label} 的准则与指标或框架一级不对应: {odd}",
            f"criteria of node {judgement.label} are neither the indicators nor the first level of {frame}: {odd}",
            f"准则为各指标编号, 或 {', '.join(groups)}",
            f"the ids of the indicators, or {', '.join(groups)}",
        )
    return tuple(
        WeighedLeaf(
            indicator=one,
            weight=judgement.weights[at] / len(groups[at]),
            judged=judgement.label,
            reason=f"节点 {at} 权重 {judgement.weights[at]:.4f}, 其下 {len(groups[at])} 项指标等分",
        )
        for one, at in ((one, _first(one, frame)) for one in indicators)
    )


def mof_part(indicator: Indicator) -> Part | None:
    """Which part of the ministry's self-evaluation an indicator belongs to; None = the form has no place for it."""
    at = indicator.frames.get("MOF", "")
    if at.startswith("process.money"):
        return "execution" if indicator.source == "money.execution_rate" or "execution" in at else None
    if at.startswith("output.cost"):
        return "cost"
    if at.startswith("output"):
        return "output"
    if at.startswith("benefit.satisfaction"):
        return "satisfaction"
    return "benefit" if at.startswith("benefit") else None


def ministry(indicators: Sequence[Indicator]) -> tuple[WeighedLeaf, ...]:
    """10/50/30/10 (with cost indicators 10/20/40/20/10); within a part alike. Points of a lacking satisfaction go to
    the benefit, those of another lacking part to all others in proportion; each leaf says so."""
    parts = [mof_part(one) for one in indicators]
    strange = [one.id for one, part in zip(indicators, parts, strict=True) if part is None]
    if strange:
        raise _refused(
            f"自评表没有这些指标的位置: {', '.join(strange[:5])}",
            f"the self-evaluation form has no place for {', '.join(strange[:5])}",
            "预算执行率、成本、产出、效益、满意度指标",
            "indicators of execution, cost, output, benefit or satisfaction",
        )
    points = dict(_MOF_COST if "cost" in parts else _MOF)
    moved = [part for part in points if part not in parts]
    if "satisfaction" in moved and "benefit" in parts:
        points["benefit"] += points["satisfaction"]
    live = {part: worth for part, worth in points.items() if part in parts}
    whole = sum(live.values())
    lacking = f"; 缺 {'、'.join(_PART_NAMES[part] for part in moved)}, 分值已调整" if moved else ""
    return tuple(
        WeighedLeaf(
            indicator=one,
            weight=live[part] / whole / parts.count(part),
            reason=f"财预〔2020〕10号 {_PART_NAMES[part]} {live[part]}/{whole}, {parts.count(part)} 项等分{lacking}",
        )
        for one, part in zip(indicators, parts, strict=True)
        if part is not None
    )


def _by_first(indicators: Sequence[Indicator], frame: FrameName) -> dict[str, list[Indicator]]:
    groups: dict[str, list[Indicator]] = {node: [] for node in nodes_of(frame) if "." not in node}
    for one in indicators:
        groups.setdefault(_first(one, frame), []).append(one)
    return {node: members for node, members in groups.items() if members}


def _first(indicator: Indicator, frame: FrameName) -> str:
    return indicator.frames.get(frame, "").partition(".")[0]


def _refused(zh: str, en: str, expected_zh: str, expected_en: str) -> ScoringRefused:
    return ScoringRefused("missing", Text(zh=zh, en=en), where="weights", expected=Text(zh=expected_zh, en=expected_en))
