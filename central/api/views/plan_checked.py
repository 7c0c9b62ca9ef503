"""What a plan file would change: parts against the plan in force, days against the frozen baseline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection

from central.api.plan_schemas import PARTS_MAX, PlanChecked, PlanMove, PlanPart
from central.api.schemas import Text
from central.domain import Project
from central.domain import Text as Words
from central.lifecycle.revision import Outline, outline_of
from central.plan.document import ImportedPlan
from central.plan.importing import read_plan_json
from central.store.load_project import load_project
from central.store.read_proposals import plan_document_of, versions_of
from central.store.save_plan import newest_version, outline_in_force, spelled_plan

_OF_A_BP = 10_000  # shares of an outline are in 1e-4 of a basis point


def plan_checked(connection: Connection, plan: ImportedPlan) -> PlanChecked:
    """The file beside what is stored of its project."""
    project = plan.project
    version, digest = newest_version(connection, project.id)
    before = outline_in_force(connection, project.id, version)
    same = bool(version) and spelled_plan(plan.document)[1] == digest
    baseline = _baseline(connection, project.id)
    finish = versions_of(connection, project.id)[0].finish if version else None
    parts = [] if before is None or same else list(_parts(before, plan))
    moves = [] if baseline is None or same else list(_moves(baseline, project))
    return PlanChecked(
        project=project.id,
        name=_text(project.name),
        outcome="first" if not version else "same" if same else "revision",
        version_in_force=version or None,
        start=project.start,
        finish=project.finish,
        baseline_finish=finish,
        delay_days=None if finish is None else (project.finish - finish).days,
        contract_fen=project.contract_fen,
        buildings=len(project.buildings),
        items=sum(len(building.items) for building in project.buildings),
        parts=parts[:PARTS_MAX],
        parts_total=len(parts),
        moves=moves[:PARTS_MAX],
        moves_total=len(moves),
    )


def _baseline(connection: Connection, project: str) -> Project | None:
    """The first version as it was imported; the plan in force where its document is of no plan by today's rules."""
    document = plan_document_of(connection, project, 1)
    if document is None:
        return None
    read = read_plan_json(document)
    return read.project if isinstance(read, ImportedPlan) else load_project(connection, project)


def _parts(before: Outline, plan: ImportedPlan) -> Iterator[PlanPart]:
    after = outline_of(plan.project, plan.structure)
    names = {one.id: one.name for one in plan.project.buildings}
    names |= {item.id: item.name for building in plan.project.buildings for item in building.items}
    names |= {unit.id: unit.name for unit in plan.structure.units}
    for part in sorted(before.shares.keys() | after.shares.keys()):
        old, new = before.shares.get(part), after.shares.get(part)
        if old != new:
            name = _text(names[part]) if part in names else None
            yield PlanPart(id=part, name=name, before_bp=_bp(old), after_bp=_bp(new))


def _moves(baseline: Project, project: Project) -> Iterator[PlanMove]:
    """Items by how far they moved, the latest first."""
    was, now = _last_days(baseline), _last_days(project)
    names = {item.id: item.name for building in project.buildings for item in building.items}
    moved = [(was[item], now[item], item) for item in now if item in was and was[item] != now[item]]
    for old, new, item in sorted(moved, key=lambda move: (move[0] - move[1], move[2])):
        yield PlanMove(id=item, name=_text(names[item]), baseline=old, planned=new, days=(new - old).days)


def _last_days(project: Project) -> dict[str, date]:
    return {item.id: item.points[-1].day for building in project.buildings for item in building.items if item.points}


def _bp(share: int | None) -> int | None:
    return None if share is None else (share + _OF_A_BP // 2) // _OF_A_BP


def _text(words: Words) -> Text:
    return Text(zh=words.zh, en=words.en)
