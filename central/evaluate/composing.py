"""From forms and measured sheets to the sheet of a composite: its parts are leaves, its total is their sum. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from central.domain import Text
from central.evaluate.composite import FULL_BP, Composite, Part, composite, mean_part
from central.evaluate.discrepancy import Discrepancy, discrepancies
from central.evaluate.evaluation import Evaluation
from central.evaluate.policy import EvaluationPolicy
from central.scoring.indicator import Indicator, IndicatorSet, Value, WeighedLeaf
from central.scoring.sheet import Sheet, SheetKind

VERSION = "composite-1"
KIND_WORDS: Mapping[SheetKind, Text] = {
    "objective": Text(zh="客观指标", en="measured indicators"),
    "self": Text(zh="自评", en="self-evaluation"),
    "peer": Text(zh="互评", en="peer evaluation"),
    "dept": Text(zh="部门评价", en="evaluation by the department"),
    "finance": Text(zh="财政评价", en="evaluation by finance"),
    "third": Text(zh="第三方评价", en="evaluation by a third party"),
}
_FORMULA = Text(zh="该类评价表得分的平均", en="mean of the sheets of this kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A composite with the sheet that it is kept as, and who disagreed with whom."""

    composite: Composite
    sheet: Sheet | None
    discrepancies: tuple[Discrepancy, ...]


def composed(
    evaluation: Evaluation,
    given: Mapping[SheetKind, Mapping[str, float]],
    policy: EvaluationPolicy,
    *,
    taken_at: datetime,
    author: str,
) -> Composed:
    """`given`: points by sheet id for each kind. The sheet is None where nothing was given at all."""
    weights = policy.weights_bp[evaluation.period.kind, evaluation.subject.kind]
    parts = [mean_part(kind, given.get(kind, {})) for kind in weights]
    found = composite(parts, weights)
    voices = {part.kind: part.score for part in parts if part.score is not None and part.kind in _VOICES}
    apart = discrepancies(
        {kind: voices[kind] for kind in _VOICES if kind in voices}, limit_points=policy.discrepancy_points
    )
    sheet = None if found.total is None else _sheet(evaluation, parts, policy, taken_at=taken_at, author=author)
    return Composed(composite=found, sheet=sheet, discrepancies=apart)


_VOICES: tuple[SheetKind, ...] = ("self", "peer", "objective")


def told(found: Composed, *, sheet: str, policy: int) -> dict[str, Any]:
    """The composite as a plain document; `sheet` is the id its sheet was stored under."""
    return {
        "rules": VERSION,
        "policy": policy,
        "sheet": sheet,
        "parts": [
            {
                "kind": one.part.kind,
                "score": one.part.score,
                "sheets": list(one.part.sheets),
                "policy_bp": one.policy_bp,
                "weight": one.weight,
                "points": one.points,
            }
            for one in found.composite.parts
        ],
        "missing": list(found.composite.missing),
        "discrepancies": [
            {"first": one.first, "second": one.second, "points": one.points} for one in found.discrepancies
        ],
    }


def _sheet(
    evaluation: Evaluation, parts: Sequence[Part], policy: EvaluationPolicy, *, taken_at: datetime, author: str
) -> Sheet:
    weights = policy.weights_bp[evaluation.period.kind, evaluation.subject.kind]
    reason = f"evaluation_policy/{policy.version}"
    return Sheet(
        subject=evaluation.subject,
        period=evaluation.period,
        kind="annual",
        set=IndicatorSet(
            id=f"composite.{evaluation.period.kind}.{evaluation.subject.kind}",
            version=policy.version,
            name=Text(zh="综合评价", en="composite evaluation"),
            sector="",
            frame="MOF",
            leaves=tuple(
                WeighedLeaf(indicator=_indicator(part.kind), weight=weights[part.kind] / FULL_BP, reason=reason)
                for part in parts
            ),
            basis=reason,
        ),
        values=tuple(_value(part) for part in parts),
        taken_at=taken_at,
        author=author,
    )


def _indicator(kind: SheetKind) -> Indicator:
    return Indicator(
        id=f"part.{kind}", version=1, name=KIND_WORDS[kind], kind="qualitative", target=100.0, unit="分", digits=2,
        formula=_FORMULA,
    )  # fmt: skip


def _value(part: Part) -> Value:
    refs = tuple(f"sheet/{sheet}" for sheet in part.sheets)
    if part.score is None:
        note = Text(zh="缺少, 权重由其他部分分担", en="missing, its weight is shared by the others")
        return Value(indicator=f"part.{part.kind}", value=None, state="not_applicable", note=note)
    return Value(
        indicator=f"part.{part.kind}", value=part.score, state="entered", refs=refs, source=VERSION, version="1",
        n=len(part.sheets),
    )  # fmt: skip
