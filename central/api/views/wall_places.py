"""Where the projects of a list are: their fences and places as stored, the rest laid out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from sqlalchemy import Connection

from central.api.views.siting import Spot, Unplaced, spots
from central.quality.datum import Datum
from central.quality.fence import Fence, around, read_fence
from central.store.read_map import newest_fences, site_places
from central.store.tables import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Sites:
    """Middles by project, and the fences (drawn ones, or circles around a known middle) of those that have one."""

    spots: Mapping[str, Spot]
    fences: Mapping[str, Fence]


def sites_of(connection: Connection, projects: Sequence[Project]) -> Sites:
    """Two queries however many projects."""
    return sites_in(connection, {project.id: project.street_zh for project in projects})


def sites_in(connection: Connection, wanted: Mapping[str, str]) -> Sites:
    """The same of projects given with their streets."""
    fences = {
        row.project: around(lat_e7=row.lat_e7, lon_e7=row.lon_e7, radius_m=row.radius_m)
        for row in site_places(connection)
        if row.project in wanted
    }
    for row in newest_fences(connection):
        if row.project in wanted:
            fences[row.project] = _drawn(row.document, cast(Datum, row.datum))
    known = {name: (fence.lon, fence.lat) for name, fence in fences.items()}
    unplaced = [Unplaced(project=name, street=street) for name, street in wanted.items() if name not in known]
    return Sites(spots=spots(unplaced, known), fences=fences)


@lru_cache(maxsize=4096)
def _drawn(document: str, datum: Datum) -> Fence:
    """A fence was checked before it was stored."""
    return read_fence(json.loads(document), datum=datum)
