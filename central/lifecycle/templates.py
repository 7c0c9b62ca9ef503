"""Lifecycle templates as data (siteprogress.lifecycle/1): checked by place and rule, versions are only added."""

from __future__ import annotations

from typing import Any

from central.lifecycle.dependencies import loop_in
from central.lifecycle.stages import APPROVERS, STAGE_NAMES, LifecycleTemplate, StageRule
from central.plan.fault import Faults, Path, PlanError, Reader, shown
from central.plan.named import Named
from central.plan.stages import MILESTONE_TYPES, STAGES
from central.plan.structure import Dependency

SCHEMA = "siteprogress.lifecycle/1"
WORK_TYPES = (*STAGES, *MILESTONE_TYPES)
_KEYS = {
    "": ("schema", "name", "work_types", "stages"),
    "stages": ("stage", "needs", "documents", "approver_roles"),
}


def read_template(document: Any, *, version: int) -> LifecycleTemplate | tuple[PlanError, ...]:
    """The template a document says, as this version; every fault otherwise."""
    reader = Reader(document, Faults())
    if not isinstance(document, dict) or reader.at(("schema",)) != SCHEMA:
        reader.faults.add(("schema",), shown(reader.at(("schema",))), SCHEMA)
        return tuple(reader.faults.found)
    reader.refuse_unknown(_KEYS)
    name = Named(reader).id_text(("name",))
    work_types = _texts(reader, ("work_types",), WORK_TYPES)
    rows = reader.rows(("stages",))
    stages = [_rule(reader, row) for row in rows]
    known = [rule.stage for rule in stages]
    for index, rule in enumerate(stages):
        if rule.stage in known[:index]:
            reader.faults.add((*rows[index], "stage"), f"stage {rule.stage} again", "each stage once")
        for need in rule.needs:
            if need not in known:
                reader.faults.add((*rows[index], "needs"), f"needs {need!r}", "stages of this template")
    links = [Dependency(before=need, after=rule.stage, lag_days=0) for rule in stages for need in rule.needs]
    if loop := loop_in(links):
        reader.faults.add(("stages",), f"a circle {' → '.join(loop)}", "needs that lead back to none")
    if reader.faults.found or name is None:
        return tuple(reader.faults.found)
    return LifecycleTemplate(name=name, version=version, work_types=work_types, stages=tuple(stages))


def template_document(template: LifecycleTemplate) -> dict[str, Any]:
    """A template as the document that says it."""
    return {
        "schema": SCHEMA,
        "name": template.name,
        "work_types": list(template.work_types),
        "stages": [
            {
                "stage": rule.stage,
                "needs": list(rule.needs),
                "documents": list(rule.documents),
                "approver_roles": list(rule.approver_roles),
            }
            for rule in template.stages
        ],
    }


def _rule(reader: Reader, row: Path) -> StageRule:
    stage = reader.text((*row, "stage"), limit=63) or ""
    if stage and stage not in STAGE_NAMES:
        reader.faults.add((*row, "stage"), shown(stage), f"one of {', '.join(STAGE_NAMES)}")
    return StageRule(
        stage=stage,
        needs=_texts(reader, (*row, "needs"), tuple(STAGE_NAMES), empty=True),
        documents=_texts(reader, (*row, "documents"), None, empty=True),
        approver_roles=_texts(reader, (*row, "approver_roles"), APPROVERS),
    )


def _texts(reader: Reader, path: Path, known: tuple[str, ...] | None, *, empty: bool = False) -> tuple[str, ...]:
    """A list of short texts, each among the known ones."""
    value = reader.at(path)
    right = isinstance(value, list) and all(isinstance(one, str) and 0 < len(one) <= 63 for one in value)
    if not right or (not value and not empty):
        reader.faults.add(path, shown(value), "a list of texts")
        return ()
    for one in value:
        if known is not None and one not in known:
            reader.faults.add(path, shown(one), f"any of {', '.join(known)}")
    return tuple(dict.fromkeys(value))
