"""The wall: everything its screens show in one answer, kept while nothing changes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response

from central.api.access import Access, allow
from central.api.kept import Kept, answered, kept
from central.api.services import Db, Given
from central.api.views.wall import wall_of
from central.api.wall_schemas import Wall
from central.plan.calendar import local_day
from central.store.instants import to_ms
from central.store.read_marks import judged_stamp
from central.store.read_wall import stamp_of

router = APIRouter(tags=["wall"])
_BEAT_MS = 15_000  # clocks and heartbeats are at most this old


@router.get("/wall", operation_id="getWall", response_model=Wall)
def wall(request: Request, access: Annotated[Access, allow("read_projects")], services: Given, session: Db) -> Response:
    """The district within the caller's scope: counts that add up to the list's, streets, clocks, stills, moves."""
    now, clock = services.clock(), services.wall()
    connection = session.connection()
    stamp = (stamp_of(connection), judged_stamp(connection), local_day(now), to_ms(clock) // _BEAT_MS)

    def make() -> Kept:
        briefs = services.briefs.all(session, now=now)
        return kept(wall_of(session, briefs, access=access, name=services.settings.district, now=now, wall=clock))

    return answered(request, services.walls.answer(frozenset(access.grants), stamp, make))
