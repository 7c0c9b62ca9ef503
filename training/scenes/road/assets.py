"""Road layouts of each split; the sets are disjoint, and so are their dash patterns. Pure data."""

from dataclasses import asdict, dataclass
from typing import Any

from training.scenes.assets import FAMILIES


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadArchetype:
    """A kind of road: ranges are half-open for counts, (low, high) for metres; `olds` is what was there before."""

    name: str
    lanes: tuple[int, int]
    lane_m: tuple[float, float]
    olds: tuple[str, ...]
    kerbs: bool
    walk_m: float
    open_left: int
    open_right: int
    median_m: float
    roadside: str  # houses | fields | trees | shops
    bends: bool
    dash_m: tuple[float, float]  # length and gap of a lane line
    zebra: bool
    marks: str  # white | yellow: the line on the left edge


ARCHETYPES: dict[str, tuple[RoadArchetype, ...]] = {
    "train": (
        RoadArchetype(
            name="village-lane",
            lanes=(1, 3),
            lane_m=(2.9, 3.6),
            olds=("concrete", "field", "rubble"),
            kerbs=False,
            walk_m=0.0,
            open_left=0,
            open_right=0,
            median_m=0.0,
            roadside="houses",
            bends=True,
            dash_m=(2.0, 2.0),
            zebra=False,
            marks="white",
        ),
        RoadArchetype(
            name="street-two",
            lanes=(2, 4),
            lane_m=(3.2, 3.7),
            olds=("asphalt", "asphalt", "concrete"),
            kerbs=True,
            walk_m=3.0,
            open_left=0,
            open_right=1,
            median_m=0.0,
            roadside="shops",
            bends=False,
            dash_m=(2.5, 2.0),
            zebra=True,
            marks="white",
        ),
        RoadArchetype(
            name="avenue-half",
            lanes=(2, 5),
            lane_m=(3.3, 3.8),
            olds=("asphalt",),
            kerbs=True,
            walk_m=4.5,
            open_left=2,
            open_right=0,
            median_m=2.5,
            roadside="trees",
            bends=True,
            dash_m=(3.0, 2.4),
            zebra=True,
            marks="yellow",
        ),
        RoadArchetype(
            name="greenfield",
            lanes=(2, 7),
            lane_m=(3.5, 3.9),
            olds=("field", "field", "rubble"),
            kerbs=True,
            walk_m=2.0,
            open_left=0,
            open_right=0,
            median_m=0.0,
            roadside="fields",
            bends=True,
            dash_m=(3.4, 2.6),
            zebra=True,
            marks="white",
        ),
        RoadArchetype(
            name="highway",
            lanes=(3, 5),
            lane_m=(3.6, 3.9),
            olds=("asphalt", "concrete"),
            kerbs=False,
            walk_m=0.0,
            open_left=3,
            open_right=0,
            median_m=4.0,
            roadside="fields",
            bends=True,
            dash_m=(3.8, 2.2),
            zebra=False,
            marks="yellow",
        ),
        RoadArchetype(
            name="back-street",
            lanes=(1, 3),
            lane_m=(2.8, 3.4),
            olds=("concrete", "asphalt"),
            kerbs=True,
            walk_m=1.8,
            open_left=0,
            open_right=0,
            median_m=0.0,
            roadside="houses",
            bends=True,
            dash_m=(1.8, 1.6),
            zebra=False,
            marks="yellow",
        ),
        RoadArchetype(
            name="ring-road",
            lanes=(4, 7),
            lane_m=(3.3, 3.7),
            olds=("asphalt", "asphalt", "rubble"),
            kerbs=True,
            walk_m=3.5,
            open_left=1,
            open_right=0,
            median_m=0.8,
            roadside="shops",
            bends=True,
            dash_m=(2.8, 1.8),
            zebra=True,
            marks="white",
        ),
        RoadArchetype(
            name="rubble-link",
            lanes=(2, 4),
            lane_m=(3.2, 3.8),
            olds=("rubble", "field"),
            kerbs=True,
            walk_m=2.5,
            open_left=0,
            open_right=0,
            median_m=0.0,
            roadside="houses",
            bends=False,
            dash_m=(3.2, 1.6),
            zebra=True,
            marks="white",
        ),
    ),
    "holdout": (
        RoadArchetype(
            name="school-street",
            lanes=(2, 4),
            lane_m=(3.1, 3.6),
            olds=("asphalt", "concrete"),
            kerbs=True,
            walk_m=3.8,
            open_left=1,
            open_right=0,
            median_m=0.4,
            roadside="shops",
            bends=False,
            dash_m=(2.2, 1.8),
            zebra=True,
            marks="yellow",
        ),
        RoadArchetype(
            name="park-road",
            lanes=(2, 5),
            lane_m=(3.4, 3.8),
            olds=("field", "asphalt"),
            kerbs=True,
            walk_m=1.5,
            open_left=0,
            open_right=0,
            median_m=0.0,
            roadside="trees",
            bends=True,
            dash_m=(2.6, 2.2),
            zebra=True,
            marks="white",
        ),
        RoadArchetype(
            name="works-gate",
            lanes=(3, 6),
            lane_m=(3.4, 3.8),
            olds=("concrete", "rubble"),
            kerbs=False,
            walk_m=0.0,
            open_left=0,
            open_right=2,
            median_m=0.0,
            roadside="fields",
            bends=True,
            dash_m=(3.1, 2.1),
            zebra=False,
            marks="white",
        ),
        RoadArchetype(
            name="old-town",
            lanes=(1, 4),
            lane_m=(2.8, 3.3),
            olds=("asphalt", "concrete", "rubble"),
            kerbs=True,
            walk_m=2.2,
            open_left=0,
            open_right=0,
            median_m=0.0,
            roadside="houses",
            bends=True,
            dash_m=(2.1, 1.5),
            zebra=True,
            marks="yellow",
        ),
    ),
}


def holdout_assets() -> dict[str, Any]:
    """What HOLDOUT.txt tells of the road's hold-out assets; palettes, skies and paint are the split's own."""
    family = asdict(FAMILIES["holdout"])
    shared = {name: family[name] for name in ("palettes", "skies", "crane_colours", "vehicle_colours")}
    return {**shared, "archetypes": [asdict(item) for item in ARCHETYPES["holdout"]]}
