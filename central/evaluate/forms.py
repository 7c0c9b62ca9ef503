"""Who fills in which form of an evaluation, and what it asks (§2.1, E16, D25). Pure.

Judged forms give points 0-100 a leaf. Self-evaluation: the leaves of the subject's own set, else the ministry's four
blocks 10/50/30/10, of which execution is taken from the ledger where that has a budget; department, finance and third
party: the ministry's decision-process-output-benefit, where output and benefit together are never below 60 %; peers:
how it is to work with the other unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import Literal

from central.domain import Subject, Text
from central.evaluate.approval import own
from central.scoring.indicator import Indicator, IndicatorSet, Value, WeighedLeaf
from central.scoring.refused import ScoringRefused
from central.scoring.sheet import SheetKind

FormState = Literal["open", "submitted", "missed"]
POINTS = 100.0
_BASIS = "财预〔2020〕10号"
_FORMULA = Text(zh="评分 0-100", en="points 0-100")

FILLERS: Mapping[SheetKind, frozenset[str]] = {
    "self": frozenset({"dept_head", "section", "clerk", "project_owner"}),
    "peer": frozenset({"dept_head", "section", "clerk"}),
    "dept": frozenset({"dept_head", "section"}),
    "finance": frozenset({"finance"}),
    "third": frozenset({"third_party"}),
}
"""Roles that may fill in a form of a kind, where their grant reaches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form of an evaluation. `filler` is the unit that is asked, '' = whoever holds the role; `person` the one
    responsible for it ('' = nobody sits there yet). `sheet` is what was handed in."""

    id: int
    evaluation: int
    round: int
    kind: SheetKind
    filler: str
    person: str
    state: FormState
    due_ms: int
    sheet: str = ""
    submitted_by: str = ""


def _leaf(name: str, zh: str, en: str, weight: float, basis: str) -> WeighedLeaf:
    indicator = Indicator(
        id=name, version=1, name=Text(zh=zh, en=en), kind="qualitative", target=POINTS, unit="分", digits=2,
        formula=_FORMULA, basis=basis, verification="评价表",
    )  # fmt: skip
    return WeighedLeaf(indicator=indicator, weight=weight, reason=basis)


def _set(name: str, zh: str, en: str, leaves: tuple[WeighedLeaf, ...], basis: str) -> IndicatorSet:
    return IndicatorSet(id=name, version=1, name=Text(zh=zh, en=en), sector="", frame="MOF", leaves=leaves, basis=basis)


_OWN = "评价办法 (本系统缺省)"
PEER_SET = _set(
    "form.peer", "互评表", "Peer evaluation",
    (
        _leaf("peer.duty", "履职效能", "performance of its duties", 0.4, _OWN),
        _leaf("peer.cooperation", "协同配合", "cooperation", 0.3, _OWN),
        _leaf("peer.service", "服务质量", "quality of service", 0.2, _OWN),
        _leaf("peer.improvement", "改进创新", "improvement", 0.1, _OWN),
    ),
    _OWN,
)  # fmt: skip
_EXECUTION = _leaf("self.execution", "预算执行率", "budget execution", 0.1, _BASIS)
TYPED_SELF_SET = _set(
    "form.self", "单位自评表", "Self-evaluation",
    (
        _EXECUTION,
        _leaf("self.output", "产出", "output", 0.5, _BASIS),
        _leaf("self.benefit", "效益", "benefit", 0.3, _BASIS),
        _leaf("self.satisfaction", "满意度", "satisfaction", 0.1, _BASIS),
    ),
    _BASIS,
)  # fmt: skip
_SPENT = replace(
    _EXECUTION.indicator, version=2, kind="higher", unit="%", source="money.execution_rate",
    formula=Text(zh="100 × min(1, 已支付 / 预算)", en="100 × min(1, paid / budget)"), verification="资金台账",
)  # fmt: skip
SELF_SET = replace(
    TYPED_SELF_SET, version=2, leaves=(replace(_EXECUTION, indicator=_SPENT), *TYPED_SELF_SET.leaves[1:])
)
"""Execution is what the ledger says; nobody types it (A40)."""


def _mof(name: str, zh: str, en: str, weights: Mapping[str, float]) -> IndicatorSet:
    leaves = tuple(_leaf(f"judged.{key}", *_BLOCKS[key], weights[key], _BASIS) for key in _BLOCKS)
    return _set(name, zh, en, leaves, _BASIS)


_BLOCKS = {
    "decision": ("决策", "decision"),
    "process": ("过程", "process"),
    "output": ("产出", "output"),
    "benefit": ("效益", "benefit"),
}
RUNNING_SET = _mof(
    *("form.running", "评价表(实施中)", "Evaluation during implementation"),
    {"decision": 0.2, "process": 0.2, "output": 0.4, "benefit": 0.2},
)
DONE_SET = _mof(
    *("form.done", "评价表(完成后)", "Evaluation after completion"),
    {"decision": 0.1, "process": 0.1, "output": 0.4, "benefit": 0.4},
)


def asked(kind: SheetKind, *, own_set: IndicatorSet | None, completed: bool = False) -> IndicatorSet:
    """What a form of a kind asks: `own_set` is the subject's set in force, which a self-evaluation goes by."""
    match kind:
        case "self":
            return points_of(own_set) if own_set is not None else SELF_SET
        case "peer":
            return PEER_SET
        case _:
            return DONE_SET if completed else RUNNING_SET


def points_of(given: IndicatorSet) -> IndicatorSet:
    """The same leaves and weights, each judged with points 0-100 instead of measured."""
    leaves = tuple(
        WeighedLeaf(
            indicator=Indicator(
                id=f"self.{leaf.indicator.id}", version=leaf.indicator.version, name=leaf.indicator.name,
                kind="qualitative", target=POINTS, unit="分", digits=2, formula=_FORMULA,
                frames=leaf.indicator.frames, basis=leaf.indicator.basis, verification=leaf.indicator.verification,
            ),
            weight=leaf.weight,
            judged=leaf.judged,
            reason=leaf.reason,
        )
        for leaf in given.leaves
    )  # fmt: skip
    return IndicatorSet(
        id=f"form.self.{given.id}", version=given.version, name=given.name, sector=given.sector, frame=given.frame,
        leaves=leaves, consistency_ratio=given.consistency_ratio, basis=given.basis,
    )  # fmt: skip


def with_known(asks: IndicatorSet, measured: Mapping[str, Value]) -> IndicatorSet:
    """The form as it is filled in: where the ledger says nothing of execution, that is judged as all the rest is."""
    known = all(leaf.indicator.id in measured for leaf in asks.leaves if leaf.indicator.source)
    return asks if known or asks != SELF_SET else TYPED_SELF_SET


def filled(
    asks: IndicatorSet, points: Mapping[str, float], *, form: str, measured: Mapping[str, Value] | None = None
) -> tuple[Value, ...]:
    """The values of a form in its leaves' order; ScoringRefused names a leaf that is lacking, unknown or out of range,
    or that is `measured` and was typed all the same.

    `form` is the ref that stands behind each judged value, e.g. form/12.
    """
    taken = measured or {}
    wanted = [leaf.indicator for leaf in asks.leaves]
    ids = [one.id for one in wanted]
    unknown = sorted(set(points) - set(ids))
    if unknown:
        raise _wrong(f"points.{unknown[0][:80]}", "没有此项指标", "no such leaf on this form", ", ".join(ids))
    for one in wanted:
        if one.id in taken and one.id in points:
            raise ScoringRefused(
                "not_yours",
                Text(zh=f"“{one.name.zh}”由系统采集, 不需填写", en=f"{one.name.en} is measured, nobody types it"),
                where=f"points.{one.id}",
                expected=Text(zh="不填此项", en="no points for it"),
            )
        if one.id in taken:
            continue
        if one.id not in points:
            raise _wrong(f"points.{one.id}", f"未评“{one.name.zh}”", f"{one.name.en} has no points", "0-100")
        if not isfinite(points[one.id]) or not 0 <= points[one.id] <= POINTS:
            raise _wrong(f"points.{one.id}", f"{points[one.id]} 分", f"{points[one.id]} points", "0-100")
    return tuple(taken.get(one.id) or _judged(one, points[one.id], form=form) for one in wanted)


def _judged(one: Indicator, points: float, *, form: str) -> Value:
    return Value(indicator=one.id, value=float(points), state="entered", refs=(form,), source=form, version="form-1")


def check_filler(form: Form, subject: Subject, *, person: str, roles: frozenset[str], of_assessed: bool) -> str:
    """The role in which a person fills in a form; ScoringRefused where it is not theirs.

    `roles`: the person's roles in the unit that is asked, or that reach the subject where none is; `of_assessed`: the
    person works for the assessed unit, so that only its self-evaluation is theirs (a project's own department fills in
    its form, the project owner does not).
    """
    held = roles & FILLERS[form.kind]
    judges_own = form.kind in ("peer", "finance", "third") and of_assessed
    if judges_own or (form.kind != "self" and subject == Subject(kind="person", id=person)):
        raise own("评价", "evaluate")
    if not held:
        raise ScoringRefused(
            "not_yours",
            Text(zh="此评价表不由您填写", en="this form is not yours to fill in"),
            where="actor.role",
            expected=Text(zh=form.filler or "受托填写人", en=form.filler or "whoever was asked"),
        )
    return min(held)


def _wrong(where: str, zh: str, en: str, expected: str) -> ScoringRefused:
    return ScoringRefused("unknown", Text(zh=zh, en=en), where=where, expected=Text(zh=expected, en=expected))
