"""Sets of indicators: cloned from the library, then the subject's own; a version follows another by rules. Pure.

What was agreed for a year is what the year is scored by: leaves come, leave and are weighed anew only at the beginning
of a year, and no version begins before it was decided, but for a subject's first, before which nothing was in force.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from math import fsum, isclose
from typing import Any

from central.domain import Subject, Text
from central.scoring.indicator import FrameName, Indicator, IndicatorSet, WeighedLeaf
from central.scoring.leaf import LeafError, check_target
from central.scoring.library import Sector, chosen
from central.scoring.refused import RefusalCode, ScoringRefused
from central.scoring.weighing import Judgement, Weighing, equal, given, judged, ministry, mof_part

LEAVES_MAX = 60
_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloning:
    """What a subject wants of the library: which indicators ('' all that the weighing has a place for), its own
    targets by indicator, and how they are weighed (`weights` where given by hand, `judgement` where by experts)."""

    name: Text
    frame: FrameName
    weighing: Weighing
    indicators: tuple[str, ...] = ()
    targets: Mapping[str, float] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    judgement: Judgement | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVersion:
    """A version of a subject's set, in force from `since`. `state`: proposed, approved, refused or withdrawn."""

    set: IndicatorSet
    subject: Subject
    since: date
    state: str
    reason: str
    proposed_by: str
    decided_by: str = ""
    remark: str = ""


def set_id(subject: Subject) -> str:
    """KIND/ID: a subject has one set, in versions."""
    return f"{subject.kind}/{subject.id}"


def cloned(sector: Sector, cloning: Cloning, *, subject: Subject, version: int) -> IndicatorSet:
    """A set with copies of the library's indicators; ScoringRefused names what cannot be cloned so."""
    picked = chosen(sector, cloning.indicators)
    if cloning.weighing == "mof" and not cloning.indicators:
        picked = tuple(one for one in picked if mof_part(one) is not None)
    picked = _targeted(picked, sector, cloning)
    leaves = _weighed(picked, cloning)
    return checked_set(
        IndicatorSet(
            id=set_id(subject),
            version=version,
            name=cloning.name,
            sector=sector.id,
            frame=cloning.frame,
            leaves=leaves,
            consistency_ratio=0.0 if cloning.judgement is None else cloning.judgement.cr,
            basis=sector.basis,
        )
    )


def checked_set(found: IndicatorSet) -> IndicatorSet:
    """The set; ScoringRefused unless it has leaves, each once, each placed in its frame, and weights that sum to 1."""
    ids = [leaf.indicator.id for leaf in found.leaves]
    if not ids or len(set(ids)) != len(ids) or len(ids) > LEAVES_MAX:
        what = Text(
            zh=f"{len(ids)} 项指标, 其中 {len(ids) - len(set(ids))} 项重复", en=f"{len(ids)} leaves, some twice or none"
        )
        expected = Text(zh=f"1 至 {LEAVES_MAX} 项互不相同的指标", en=f"1 to {LEAVES_MAX} leaves, each once")
        raise ScoringRefused("missing", what, where="leaves", expected=expected)
    total = fsum(leaf.weight for leaf in found.leaves)
    if any(leaf.weight <= 0 for leaf in found.leaves) or not isclose(total, 1.0, abs_tol=_TOLERANCE):
        what = Text(zh=f"权重之和为 {total:g}", en=f"weights sum to {total:g}")
        expected = Text(zh="各权重大于 0, 之和为 1", en="weights over 0 that sum to 1")
        raise ScoringRefused("missing", what, where="weights", expected=expected)
    for leaf in found.leaves:
        _check_leaf(leaf, found.frame)
    return found


def check_succession(former: SetVersion | None, following: SetVersion, *, today: date) -> None:
    """ScoringRefused where a version would begin before today or the one before it, or drop or add a leaf, change what
    one is held against, or weigh it anew within a year (E30)."""
    if former is None:
        return
    first = max(today, former.since)
    if following.since < first:
        raise _refused(
            "wrong_state",
            Text(
                zh=f"指标集自 {following.since} 起生效, 早于 {first}",
                en=f"a version from {following.since} on, before {first}",
            ),
            "since",
            Text(
                zh="不追溯既往: 今天或以后, 且不早于现行版本",
                en="never backward: today or later, and not before the version in force",
            ),
        )
    if (following.since.month, following.since.day) == (1, 1):
        return
    kept = {leaf.indicator.id: leaf.indicator for leaf in following.set.leaves}
    gone = [leaf.indicator.id for leaf in former.set.leaves if leaf.indicator.id not in kept]
    if gone:
        raise _refused(
            "wrong_state",
            Text(
                zh=f"年度中途删除指标 {', '.join(gone[:5])}", en=f"leaves {', '.join(gone[:5])} deleted within a year"
            ),
            "leaves",
            Text(zh="指标只能自某年 1 月 1 日起退出", en="leaves leave at the beginning of a year, from 1 January on"),
        )
    for one in (leaf.indicator for leaf in former.set.leaves):
        if _measured_by(kept[one.id]) != _measured_by(one):
            raise _refused(
                "wrong_state",
                Text(
                    zh=f"年度中途改动指标 {one.id} 的目标值或计算方式",
                    en=f"target or measure of {one.id} changed within a year",
                ),
                "leaves",
                Text(
                    zh="目标值经弹性调整申请修改; 计算方式自某年 1 月 1 日起修改",
                    en="a target changes by an adjustment that is applied for, how it is measured from 1 January on",
                ),
            )
    _check_weights(former.set, following.set)


def _check_weights(former: IndicatorSet, following: IndicatorSet) -> None:
    """Weights sum to 1: with a leaf more, none of the others would weigh what was agreed."""
    before = {leaf.indicator.id: leaf.weight for leaf in former.leaves}
    other = [
        leaf.indicator.id
        for leaf in following.leaves
        if not isclose(leaf.weight, before.get(leaf.indicator.id, 0.0), abs_tol=_TOLERANCE)
    ]
    if other:
        raise _refused(
            "wrong_state",
            Text(
                zh=f"年度中途新增指标或改动权重: {', '.join(other[:5])}",
                en=f"leaves {', '.join(other[:5])} added or weighed anew within a year",
            ),
            "weights",
            Text(
                zh="权重自某年 1 月 1 日起修改; 年度内目标值经弹性调整申请修改",
                en="weights change from 1 January on; within a year targets do, by an adjustment that is applied for",
            ),
        )


def _measured_by(one: Indicator) -> tuple[object, ...]:
    """What a value is held against: what was agreed of an indicator for a year."""
    return one.kind, one.target, one.unit, one.source


def check_decision(version: SetVersion, *, by: str) -> None:
    """ScoringRefused unless it waits for a decision, and by somebody else than who proposed it or is scored by it."""
    if version.state != "proposed":
        raise _refused(
            "wrong_state",
            Text(zh=f"该版本已是 {version.state}", en=f"the version is {version.state} already"),
            "version",
            Text(zh="待审批的版本", en="one that waits for a decision"),
        )
    if by == version.proposed_by or (version.subject.kind == "person" and by == version.subject.id):
        raise _refused(
            "own_work",
            Text(zh="审批本人提出或考核本人的指标集", en="a decision on one's own set of indicators"),
            "decided_by",
            Text(zh="提出人和被考核人以外的审批人", en="an approver who neither proposed it nor is scored by it"),
        )


def in_force(versions: Sequence[SetVersion], day: date) -> SetVersion | None:
    """Of the approved versions that had begun on the day, the one that began last (of the same day, the newer)."""
    begun = [one for one in versions if one.state == "approved" and one.since <= day]
    return max(begun, key=lambda one: (one.since, one.set.version), default=None)


def spelled_set(found: IndicatorSet) -> str:
    """The set as canonical JSON."""
    return json.dumps(asdict(found), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def set_of(plain: Mapping[str, Any]) -> IndicatorSet:
    """The set that `spelled_set` wrote."""
    leaves = tuple(WeighedLeaf(**{**leaf, "indicator": indicator_of(leaf["indicator"])}) for leaf in plain["leaves"])
    return IndicatorSet(**{**plain, "name": Text(**plain["name"]), "leaves": leaves})


def indicator_of(plain: Mapping[str, Any]) -> Indicator:
    """An indicator of plain JSON."""
    return Indicator(**{**plain, "name": Text(**plain["name"]), "formula": Text(**plain["formula"])})


def _targeted(picked: Sequence[Indicator], sector: Sector, cloning: Cloning) -> tuple[Indicator, ...]:
    strange = sorted(set(cloning.targets) - {one.id for one in picked})
    if strange:
        what = Text(zh=f"目标值给了未选的指标 {strange[0]}", en=f"a target for {strange[0]}, which is not in the set")
        raise _refused("unknown", what, "targets", Text(zh="所选指标的编号", en="ids of the set's indicators"))
    lacking = [one.name.zh for one in picked if one.id in sector.open_targets and one.id not in cloning.targets]
    if lacking:
        raise _refused(
            "missing",
            Text(zh=f"未给出目标值: {'、'.join(lacking[:5])}", en=f"no target for {', '.join(lacking[:5])}"),
            "targets",
            Text(zh="由考核对象自定的目标值", en="the subject's own target, the library has none"),
        )
    return tuple(replace(one, target=float(cloning.targets.get(one.id, one.target))) for one in picked)


def _weighed(picked: Sequence[Indicator], cloning: Cloning) -> tuple[WeighedLeaf, ...]:
    match cloning.weighing:
        case "equal":
            return equal(picked)
        case "mof":
            return ministry(picked)
        case "given":
            return given(picked, cloning.weights, reason=cloning.reason)
        case "judged":
            if cloning.judgement is None:
                what = Text(zh="没有判断节点", en="no judgement")
                raise _refused("missing", what, "node", Text(zh="已冻结的 AHP 节点", en="a frozen AHP node"))
            return judged(picked, cloning.judgement, cloning.frame)


def _check_leaf(leaf: WeighedLeaf, frame: FrameName) -> None:
    if not leaf.indicator.frames.get(frame):
        what = Text(zh=f"{leaf.indicator.id} 未归入 {frame}", en=f"{leaf.indicator.id} has no place in {frame}")
        expected = Text(zh="框架中的位置", en="a node of the frame")
        raise _refused("missing", what, "frames", expected)
    try:
        check_target(leaf.indicator.kind, leaf.indicator.target)
    except LeafError as wrong:
        what = Text(zh=f"{leaf.indicator.id} 的目标值 {leaf.indicator.target:g}", en=f"{leaf.indicator.id}: {wrong}")
        raise _refused(
            "missing", what, "targets", Text(zh="可用于计分的目标值", en="a target that can be scored by")
        ) from wrong


def _refused(code: RefusalCode, what: Text, where: str, expected: Text) -> ScoringRefused:
    return ScoringRefused(code, what, where=where, expected=expected)
