"""Which asset families each split may use; the sets are disjoint. Pure data.

Nothing that is scored was ever trained on.
A family is an archetype (how the facade is made), a range of palette seeds (wall looks, concrete, nets, glass), a range
of sky seeds, and the crane and vehicle colours.
"""

from dataclasses import dataclass

Hole = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Archetype:
    """A facade family; openings are fractions of bay width and storey height."""

    name: str
    frame: str
    system: str
    openings: tuple[Hole, ...]
    balcony_every: int = 0
    bowed: bool = False
    podium: bool = False
    fins: bool = False
    inset: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """All assets of one split."""

    archetypes: tuple[Archetype, ...]
    palettes: tuple[int, int]  # half-open range of palette seeds
    skies: tuple[int, int]
    crane_colours: tuple[tuple[float, float, float], ...]
    vehicle_colours: tuple[tuple[float, float, float], ...]


ONE = ((0.22, 0.78, 0.30, 0.80),)
TWO = ((0.12, 0.40, 0.28, 0.78), (0.60, 0.88, 0.28, 0.78))
RIBBON = ((0.03, 0.97, 0.36, 0.80),)
DOOR = ((0.15, 0.45, 0.02, 0.80), (0.58, 0.86, 0.32, 0.80))
WIDE = ((0.12, 0.88, 0.24, 0.82),)
TALL = ((0.16, 0.40, 0.10, 0.86), (0.60, 0.84, 0.10, 0.86))
THREE = ((0.08, 0.30, 0.3, 0.8), (0.39, 0.61, 0.3, 0.8), (0.70, 0.92, 0.3, 0.8))
SMALL = ((0.34, 0.66, 0.40, 0.76),)
OFFSET = ((0.08, 0.58, 0.30, 0.82), (0.74, 0.92, 0.44, 0.82))
FRENCH = ((0.28, 0.72, 0.03, 0.82),)
SCHOOL = ((0.08, 0.46, 0.32, 0.82), (0.54, 0.92, 0.32, 0.82))
CORNER = ((0.04, 0.52, 0.26, 0.84),)
SLOTS = ((0.10, 0.18, 0.1, 0.9), (0.46, 0.54, 0.1, 0.9), (0.82, 0.90, 0.1, 0.9))
BLANK = ((0.42, 0.58, 0.45, 0.75),)
HIGH = ((0.06, 0.94, 0.58, 0.84),)
STAGGER = ((0.06, 0.34, 0.18, 0.84), (0.44, 0.62, 0.44, 0.84))
LOW = ((0.2, 0.8, 0.12, 0.62),)
PAIR = ((0.18, 0.46, 0.26, 0.76), (0.52, 0.80, 0.26, 0.76))

FAMILIES: dict[str, Family] = {
    "train": Family(
        archetypes=(
            Archetype(name="slab-one", frame="slab", system="wall", openings=ONE),
            Archetype(name="slab-two-balcony", frame="slab", system="wall", openings=TWO, balcony_every=2),
            Archetype(name="slab-ribbon", frame="slab", system="wall", openings=RIBBON, inset=True),
            Archetype(name="shear-punched", frame="shear", system="wall", openings=ONE),
            Archetype(name="shear-door-balcony", frame="shear", system="wall", openings=DOOR, balcony_every=3),
            Archetype(name="curtain-tower", frame="slab", system="curtain", openings=()),
            Archetype(name="curtain-bowed", frame="slab", system="curtain", openings=(), bowed=True, inset=True),
            Archetype(name="curtain-podium", frame="slab", system="curtain", openings=(), podium=True, fins=True),
            Archetype(name="panel-wide", frame="slab", system="rainscreen", openings=WIDE),
            Archetype(name="panel-tall-podium", frame="slab", system="rainscreen", openings=TALL, podium=True),
            Archetype(name="slab-three-bowed", frame="slab", system="wall", openings=THREE, bowed=True),
            Archetype(name="slab-door-fins", frame="slab", system="wall", openings=DOOR, fins=True),
            Archetype(name="slab-tall-inset", frame="slab", system="wall", openings=TALL, inset=True),
            Archetype(name="shear-two", frame="shear", system="wall", openings=TWO, balcony_every=4),
            Archetype(name="slab-corner", frame="slab", system="wall", openings=CORNER, balcony_every=1),
            Archetype(name="panel-slots", frame="slab", system="rainscreen", openings=SLOTS),
            Archetype(name="panel-ribbon", frame="slab", system="rainscreen", openings=RIBBON, bowed=True),
            Archetype(name="shear-blank", frame="shear", system="wall", openings=BLANK),
            Archetype(name="slab-high", frame="slab", system="wall", openings=HIGH, inset=True),
            Archetype(name="curtain-inset-fins", frame="slab", system="curtain", openings=(), inset=True, fins=True),
            Archetype(name="recessed-tower", frame="slab", system="recessed", openings=()),
            Archetype(name="recessed-podium", frame="slab", system="recessed", openings=(), podium=True),
            Archetype(name="recessed-bowed", frame="slab", system="recessed", openings=(), bowed=True),
        ),
        palettes=(0, 1000),
        skies=(0, 1000),
        crane_colours=((0.75, 0.42, 0.02), (0.6, 0.05, 0.03), (0.7, 0.7, 0.7), (0.05, 0.15, 0.45), (0.8, 0.55, 0.05)),
        vehicle_colours=((0.7, 0.45, 0.03), (0.05, 0.2, 0.5), (0.6, 0.6, 0.62), (0.05, 0.35, 0.3), (0.5, 0.06, 0.04)),
    ),
    "holdout": Family(
        archetypes=(
            Archetype(name="slab-small", frame="slab", system="wall", openings=SMALL, balcony_every=2, inset=True),
            Archetype(name="shear-offset", frame="shear", system="wall", openings=OFFSET),
            Archetype(name="curtain-finned-bow", frame="slab", system="curtain", openings=(), bowed=True, fins=True),
            Archetype(name="panel-french", frame="slab", system="rainscreen", openings=FRENCH, balcony_every=3),
            Archetype(name="slab-stagger", frame="slab", system="wall", openings=STAGGER),
            Archetype(
                name="curtain-podium-inset", frame="slab", system="curtain", openings=(), podium=True, inset=True
            ),
            Archetype(name="panel-low", frame="slab", system="rainscreen", openings=LOW, inset=True),
        ),
        palettes=(5000, 5200),
        skies=(5000, 5200),
        crane_colours=((0.85, 0.3, 0.02), (0.1, 0.3, 0.12)),
        vehicle_colours=((0.75, 0.55, 0.3), (0.15, 0.15, 0.17)),
    ),
    "demo": Family(
        archetypes=(
            Archetype(name="housing-pair", frame="slab", system="wall", openings=PAIR),
            Archetype(name="school", frame="slab", system="wall", openings=SCHOOL, inset=True),
            Archetype(name="clinic", frame="slab", system="rainscreen", openings=((0.2, 0.8, 0.34, 0.84),)),
        ),
        palettes=(9000, 9100),
        skies=(9000, 9100),
        crane_colours=((0.8, 0.38, 0.01),),
        vehicle_colours=((0.6, 0.5, 0.05), (0.1, 0.25, 0.55)),
    ),
}

SPLIT_IDS = {"train": 1, "holdout": 2, "demo": 3}
