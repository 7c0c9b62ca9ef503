"""What the filters of insight can be set to, so that no page keeps a list of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter

from central.api.access import Access, allow
from central.api.choice_schemas import Choice, Choices
from central.api.schemas import Named
from central.api.services import Db, Given
from central.api.views.insight import measure_shown, said, sector_name
from central.api.views.insight_stages import figure_shown
from central.api.views.seats import visible_projects
from central.domain import Text
from central.insight.pivot import FIGURES
from central.insight.project import MEASURES, kind_name
from central.store.instants import to_ms
from central.store.read_insight import project_rows, sector_names

router = APIRouter(prefix="/insight", tags=["insight"])


@router.get("/choices", operation_id="getInsightChoices", response_model=Choices)
def choices(access: Annotated[Access, allow("read_insight")], services: Given, session: Db) -> Choices:
    """Units, streets, kinds and sectors of the caller's projects; the measures and figures that can be asked for."""
    connection = session.connection()
    rows = project_rows(connection, at_ms=to_ms(services.clock()), projects=visible_projects(connection, access))
    sectors = sector_names(connection)
    return Choices(
        projects=[Named(id=row.id, name=said(row.name)) for row in sorted(rows, key=lambda row: (row.name.zh, row.id))],
        units=_names(row.unit for row in rows),
        streets=_names(row.street for row in rows),
        kinds=[_choice(code, kind_name(code)) for code in _names(row.kind for row in rows)],
        sectors=[_choice(code, sector_name(code, sectors)) for code in _names(row.sector for row in rows)],
        measures=[measure_shown(one) for one in MEASURES.values()],
        figures=[figure_shown(one) for one in FIGURES.values()],
    )


def _names(found: Iterable[str]) -> list[str]:
    return sorted({name for name in found if name})


def _choice(code: str, name: Text) -> Choice:
    return Choice(code=code, name=said(name))
