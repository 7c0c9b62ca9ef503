"""A building as its cameras see it, and the fusion table behind its figures."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from central.api.access import Access, allow
from central.api.face_schemas import Faces, Fusion
from central.api.services import Db, Given
from central.api.views.faces import faces_of
from central.api.views.fusion import fusion_of

router = APIRouter(prefix="/buildings", tags=["buildings"])
Reader = Annotated[Access, allow("read_projects")]


@router.get("/{building_id}/faces", operation_id="getFaces", response_model=Faces)
def faces(building_id: str, access: Reader, services: Given, session: Db) -> Faces:
    """The newest reading of each work face: storeys x bays, with the newest stills."""
    return faces_of(session, building_id, now=services.clock())


@router.get("/{building_id}/observations", operation_id="getObservations", response_model=Fusion)
def observations(
    building_id: str,
    access: Reader,
    session: Db,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Fusion:
    """Which source said what and when, and whether it was believed."""
    return fusion_of(session, building_id, limit=limit)
