"""The trace of a score sheet: leaves, formulas with numbers, the judgement behind each weight, measures, what they rest
on. A unit's sheet unrolls into the sheets of its projects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlmodel import Session

from central.api.access import Access
from central.api.errors import absent
from central.api.policy import district_wide
from central.api.schemas import Text
from central.api.score_schemas import TraceNode
from central.api.services import Services
from central.api.views.nodes import Branch, grown
from central.api.views.subjects import check_sheet
from central.domain import Contribution
from central.scoring.ahp import RANDOM_INDEX
from central.scoring.formula_words import formula_text
from central.scoring.indicator import Value, WeighedLeaf
from central.scoring.questionnaire import GroupWeights
from central.scoring.sheet import Adjusted, Sheet, marks, scored
from central.scoring.sources import SOURCES
from central.store.engine import writing
from central.store.instants import from_ms
from central.store.read_judgements import Frozen, frozen_of, weights_of
from central.store.read_places import is_number
from central.store.read_sheets import Brief, brief_of, sheet

KIND_NAMES = {
    "objective": Text(zh="客观评分", en="Objective score"),
    "self": Text(zh="自评", en="Self-evaluation"),
    "peer": Text(zh="互评", en="Peer evaluation"),
    "dept": Text(zh="部门评价", en="Department evaluation"),
    "finance": Text(zh="财政评价", en="Finance evaluation"),
    "third": Text(zh="第三方评价", en="Third-party evaluation"),
    "annual": Text(zh="年度评价", en="Annual evaluation"),
    "health": Text(zh="项目健康度", en="Project health"),
}
WEIGHTS = Text(zh="权重依据 (层次分析法)", en="Where the weight is from (AHP)")
MARK = Text(zh="须知", en="Note")


def sheet_trace(session: Session, access: Access, key: str, *, services: Services) -> TraceNode:
    """The sheet of this id as a tree; absent where the caller may not see scores of its subject."""
    brief = brief_of(session.connection(), key)
    found = sheet(session.connection(), key) if brief is not None else None
    if brief is None or found is None:
        raise absent("sheet", key)
    if found.subject.kind == "person":
        with writing(services.engine) as connection:  # the look is noted before anything is shown
            check_sheet(connection, access, found.subject, key, services=services)
    else:
        check_sheet(session.connection(), access, found.subject, key, services=services)
    return grown(session, access, _sheet(session, access, found, brief))


def _sheet(session: Session, access: Access, found: Sheet, brief: Brief) -> Branch:
    score = scored(found)
    total = None if score.total is None else f"{score.total:.3f} {score.grade or ''}".strip()
    adjusted = {one.indicator: one for one in found.adjusted}
    leaves = zip(found.set.leaves, found.values, score.contributions, strict=True)
    hidden = found.kind == "peer" and not district_wide(access.grants)  # peers are anonymous to the assessed
    return Branch(
        kind="sheet",
        key=brief.id,
        name=KIND_NAMES[found.kind],
        at=found.taken_at,
        value=total,
        facts={
            "subject": f"{found.subject.kind}/{found.subject.id}",
            "period": found.period.name,
            "rule_version": score.rule_version,
            "consistency_ratio": score.consistency_ratio,
            "formula": _sum_of(score.contributions),
            "basis": found.set.basis or None,
            "data_quality": found.data_quality,
            "stored_at": from_ms(brief.stored_ms).isoformat(),
            "author": None if hidden else found.author,
            "sha256": brief.id,
        },
        children=[
            *_marks(found),
            *(_leaf(session, leaf, value, part, adjusted.get(leaf.indicator.id)) for leaf, value, part in leaves),
        ],
    )


def _marks(found: Sheet) -> Iterator[Branch]:
    for mark in marks(found):
        yield Branch(
            kind="mark",
            key=f"{mark.code}/{mark.indicator}",
            name=MARK,
            value=None,
            facts={"indicator": mark.indicator or None, "note": mark.text},
        )


def _leaf(session: Session, leaf: WeighedLeaf, value: Value, part: Contribution, adjusted: Adjusted | None) -> Branch:
    indicator = leaf.indicator
    entered = (value.source,) if value.source.startswith("entry/") else ()
    return Branch(
        kind="indicator",
        key=indicator.id,
        name=Text.model_validate(indicator.name),
        value=f"{part.points:.3f}",
        facts={
            "value": part.value,
            "state": value.state,
            "formula": formula_text(part.formula),
            "leaf_score": part.leaf_score,
            "weight": part.weight,
            "weight_in_set": leaf.weight if leaf.weight != part.weight else None,
            "reason": leaf.reason or None,
            "target": f"{indicator.target:g}{indicator.unit}",
            "target_before": None if adjusted is None else f"{adjusted.before:g}{indicator.unit}",
            "indicator": f"{indicator.id}@{indicator.version}",
            "method": indicator.formula,
            "source": value.source or None,
            "measure": _measure(value),
            "rule_version": value.version or None,
            "basis": indicator.basis or None,
            "verification": indicator.verification or None,
            "note": value.note,
        },
        refs=(*value.refs, *(one for one in entered if one not in value.refs)),
        children=[_weights(session, leaf)] if leaf.judged else [],
    )


def _measure(value: Value) -> Text | None:
    source = SOURCES.get(value.source)
    if source is None:
        return None
    name, formula = source.name, source.formula
    return Text(zh=f"{name.zh}: {formula.zh}", en=f"{name.en}: {formula.en}")


def _weights(session: Session, leaf: WeighedLeaf) -> Branch:
    """The AHP node behind a weight; experts by number here, whoever asks: names are at /weights/{node}."""
    node, _, version = leaf.judged.rpartition("/")
    number = int(version) if is_number(version) else 0
    connection = session.connection()
    found = weights_of(connection, node=node, version=number)
    frozen = frozen_of(connection, node, number)
    if found is None or frozen is None:
        return Branch(kind="weights", key=leaf.judged, name=WEIGHTS)
    return _judged(leaf, found, frozen)


def _judged(leaf: WeighedLeaf, found: GroupWeights, frozen: Frozen) -> Branch:
    apart = [found.criteria[place].name for place in found.cell]
    size = f"{found.disagreement:.4f}"
    return Branch(
        kind="weights",
        key=leaf.judged,
        name=WEIGHTS,
        at=from_ms(frozen.at_ms),
        value=f"CR {found.cr:.4f}",
        facts={
            "matrix": "; ".join(", ".join(f"{cell:.4g}" for cell in row) for row in found.matrix),
            "lambda_max": found.lambda_max,
            "ci": found.ci,
            "ri": found.ri,
            "random_index": ", ".join(f"{ri:.2f}" for ri in RANDOM_INDEX),
            "disagreement": Text(
                zh=f"{size} ({' / '.join(name.zh for name in apart)})",
                en=f"{size} ({' / '.join(name.en for name in apart)})",
            ),
            "experts": Text(zh=_experts(found, "专家"), en=_experts(found, "expert")),
            "sha256": frozen.sha256,
        },
        children=[
            Branch(kind="criterion", key=one.id, name=Text.model_validate(one.name), value=f"{weight:.4f}")
            for one, weight in zip(found.criteria, found.weights, strict=True)
        ],
    )


def _experts(found: GroupWeights, word: str) -> str:
    return "; ".join(
        f"{word} {number}: CR {one.cr:.4f}, {one.share:.1%}" for number, one in enumerate(found.experts, 1)
    )


def _sum_of(parts: Sequence[Contribution]) -> Text:
    points = " + ".join(f"{one.points:.3f}" for one in parts if one.weight) or "0"
    return Text(zh=f"Σ 权重 × 指标得分 = {points}", en=f"Σ weight × leaf score = {points}")
