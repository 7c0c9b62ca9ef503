"""The fusion table of a building: which source said what, whether it was believed, and what it weighs now."""

from __future__ import annotations

from sqlmodel import Session

from central import domain
from central.api.errors import absent
from central.api.face_schemas import Fusion, FusionRow
from central.api.schemas import Named, Text
from central.api.views.believed import Standing, standings_of
from central.api.views.words import named, refs_of
from central.plan.calendar import calendar_of
from central.plan.planned import item_curve
from central.progress.fuse import setting_of
from central.store.load_facts import observations_of
from central.store.load_project import load_project
from central.store.tables import Building


def fusion_of(session: Session, building_id: str, *, limit: int) -> Fusion:
    """The newest `limit` observations of items in the plan, newest first; weights are cut, so they sum to at most 1."""
    building = session.get(Building, building_id)
    project = load_project(session.connection(), building.project) if building else None
    if building is None or project is None:
        raise absent("building", building_id)
    items = {item.id: item for b in project.buildings if b.id == building_id for item in b.items}
    seen = [o for o in observations_of(session.connection(), project.id) if o.item in items]
    standing = _standing(seen, items, project)
    newest = sorted(seen, key=lambda o: (-o.observed_at.timestamp(), o.item, o.kind, o.source))[:limit]
    rows = [_row(o, items[o.item], standing[o.item][o.ref]) for o in newest]
    return Fusion(building=named(building), total=len(seen), rows=rows)


def _standing(
    seen: list[domain.Observation], items: dict[str, domain.WorkItem], project: domain.Project
) -> dict[str, dict[str, Standing]]:
    calendar = calendar_of(project)
    return {
        item.id: standings_of(
            [o for o in seen if o.item == item.id],
            setting_of(item, item_curve(item, project, calendar), calendar),
        )
        for item in items.values()
    }


def _row(seen: domain.Observation, item: domain.WorkItem, standing: Standing) -> FusionRow:
    refs = refs_of(seen.ref)
    return FusionRow(
        item=Named(id=item.id, name=Text(zh=item.name.zh, en=item.name.en)),
        kind=seen.kind,
        source=seen.source,
        value_bp=seen.value_bp,
        conf_bp=seen.conf_bp,
        weight_bp=None if standing.weight is None else int(standing.weight * 10_000),
        observed_at=seen.observed_at,
        accepted=standing.accepted,
        refs=refs,
    )
