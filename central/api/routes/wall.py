"""The wall: everything its screens show in one answer, kept while nothing changes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from central.api.access import Access, allow
from central.api.services import Db, Given
from central.api.views.wall import wall_of
from central.api.wall_schemas import Wall
from central.plan.calendar import local_day
from central.store.instants import to_ms
from central.store.read_wall import stamp_of

router = APIRouter(tags=["wall"])
_BEAT_MS = 15_000  # clocks and heartbeats are at most this old


@router.get("/wall", operation_id="getWall", response_model=Wall)
def wall(access: Annotated[Access, allow("read_projects")], services: Given, session: Db) -> Wall:
    """The district within the caller's scope: counts that add up to the list's, streets, clocks, stills, moves."""
    now, clock = services.clock(), services.wall()
    stamp = (stamp_of(session.connection()), local_day(now), to_ms(clock) // _BEAT_MS)

    def make() -> Wall:
        return wall_of(session, access=access, name=services.settings.district, now=now, wall=clock)

    return services.walls.answer(frozenset(access.grants), stamp, make)
