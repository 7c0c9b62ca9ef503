"""What the map asks for: sites and buildings as they stood at the end of a day. WGS-84, [lon, lat] in degrees."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from central.api.schemas import Answer, Bp, Level, Sign, Text

Point = Annotated[list[float], Field(min_length=2, max_length=2)]


class MapBuilding(Answer):
    """A building or road section. `full_height_m` = its storeys x 3 m; drawn as tall as it is built.

    `ring` is laid out in the site, not surveyed: plans hold no footprints. `stage` = the one most of its newest
    reading shows; null = not seen by then.
    """

    id: str
    name: Text
    storeys: int
    full_height_m: int
    sign: Sign
    plan_bp: Bp | None
    actual_bp: Bp | None
    sigma_bp: int | None
    stage: str | None
    ring: list[Point]


class MapProject(Answer):
    """A site. `outline` = rings of its fence (`fenced`), else a plot that was laid out; `paid_bp` of the contract.

    `schematic` = nobody has said where it is. `buildings` is empty where the answer is by projects.
    """

    id: str
    name: Text
    street: Text
    unit: Text
    work_type: str
    sign: Sign
    plan_bp: Bp | None
    actual_bp: Bp | None
    lag_cdays: int | None
    paid_bp: Bp | None
    storeys: int
    lon: float
    lat: float
    schematic: bool
    fenced: bool
    outline: list[list[Point]]
    buildings: list[MapBuilding]


class MapMark(Answer):
    """Warnings of a level that were raised on a day."""

    day: date
    level: Level
    raised: int


class MapState(Answer):
    """The map at the end of `day` (`live`: of now), which lies within `first`..`last`.

    `detail` = projects where the scope has more buildings than one answer holds: ask for a street.
    """

    name: Text
    day: date
    first: date
    last: date
    live: bool
    as_of: datetime
    detail: Literal["buildings", "projects"]
    total_buildings: int
    projects: list[MapProject]
    marks: list[MapMark]
