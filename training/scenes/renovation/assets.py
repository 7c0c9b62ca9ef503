"""Which kinds of old residential block each split may use; the sets are disjoint. Pure data.

A block is one or more staircase units side by side; `unit` gives the bays of one by a letter each:
W wide windows, P a pair, N a narrow one, D a french door, B a balcony on brackets, L a loggia, G an access gallery,
S the staircase with its windows half a storey off, V a blank wall.
"""

from dataclasses import dataclass

from training.scenes.assets import FAMILIES, Hole


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A family of old blocks; holes are fractions of bay width and storey height, storeys a half-open range."""

    name: str
    unit: str
    wide: tuple[Hole, ...]
    narrow: tuple[Hole, ...]
    storeys: tuple[int, int]
    finishes: tuple[str, ...]  # of decades ago: brick, render, paint, mosaic, pebble or panel
    roof: str  # flat | pitched | eaves
    shops: bool = False  # the ground storey of the front


ONE = ((0.2, 0.8, 0.31, 0.82),)
SQUARE = ((0.28, 0.72, 0.33, 0.83),)
TWO = ((0.1, 0.42, 0.32, 0.82), (0.58, 0.9, 0.32, 0.82))
BROAD = ((0.12, 0.88, 0.3, 0.84),)
UNEVEN = ((0.12, 0.6, 0.31, 0.83), (0.72, 0.9, 0.47, 0.83))
TRIPLE = ((0.14, 0.86, 0.34, 0.8),)
HIGH = ((0.24, 0.76, 0.26, 0.86),)
SIDE = ((0.1, 0.56, 0.3, 0.82),)
SMALL = ((0.34, 0.66, 0.42, 0.8),)
SLOT = ((0.38, 0.62, 0.3, 0.82),)
LATERAL = ((0.56, 0.82, 0.45, 0.82),)

BLOCKS: dict[str, tuple[Block, ...]] = {
    "train": (
        Block(
            name="walkup-brick",
            unit="WBSBW",
            wide=ONE,
            narrow=SMALL,
            storeys=(4, 8),
            finishes=("brick",),
            roof="eaves",
        ),
        Block(
            name="walkup-render",
            unit="NWSWN",
            wide=TWO,
            narrow=SMALL,
            storeys=(4, 8),
            finishes=("render", "paint"),
            roof="flat",
        ),
        Block(
            name="walkup-mosaic",
            unit="BWSWB",
            wide=BROAD,
            narrow=SLOT,
            storeys=(5, 8),
            finishes=("mosaic",),
            roof="flat",
        ),
        Block(
            name="pebble-dash",
            unit="WNSNW",
            wide=SQUARE,
            narrow=LATERAL,
            storeys=(3, 7),
            finishes=("pebble", "render"),
            roof="eaves",
        ),
        Block(
            name="large-panel",
            unit="WWSWW",
            wide=TRIPLE,
            narrow=SMALL,
            storeys=(5, 10),
            finishes=("panel", "paint"),
            roof="flat",
        ),
        Block(
            name="gallery",
            unit="GGGSGGG",
            wide=ONE,
            narrow=SMALL,
            storeys=(3, 7),
            finishes=("render", "brick", "paint"),
            roof="flat",
        ),
        Block(
            name="mid-rise",
            unit="BNWSB",
            wide=HIGH,
            narrow=SLOT,
            storeys=(8, 15),
            finishes=("mosaic", "paint"),
            roof="flat",
        ),
        Block(
            name="loggia",
            unit="LWSWL",
            wide=ONE,
            narrow=LATERAL,
            storeys=(5, 9),
            finishes=("paint", "mosaic", "pebble"),
            roof="pitched",
        ),
        Block(
            name="shop-row",
            unit="WBSBW",
            wide=UNEVEN,
            narrow=SMALL,
            storeys=(4, 8),
            finishes=("mosaic", "render", "brick"),
            roof="flat",
            shops=True,
        ),
        Block(
            name="door-house",
            unit="DWSWD",
            wide=SIDE,
            narrow=SLOT,
            storeys=(4, 7),
            finishes=("paint", "brick"),
            roof="pitched",
        ),
        Block(
            name="plain-slab",
            unit="WWWSWWW",
            wide=SQUARE,
            narrow=SMALL,
            storeys=(3, 6),
            finishes=("brick", "pebble"),
            roof="pitched",
        ),
    ),
    "holdout": (
        Block(
            name="narrow-unit",
            unit="NBSWP",
            wide=((0.18, 0.76, 0.3, 0.8),),
            narrow=((0.32, 0.62, 0.4, 0.78),),
            storeys=(5, 8),
            finishes=("brick", "render"),
            roof="flat",
        ),
        Block(
            name="loggia-tower",
            unit="LNSNL",
            wide=((0.14, 0.84, 0.28, 0.8),),
            narrow=((0.3, 0.68, 0.36, 0.82),),
            storeys=(8, 15),
            finishes=("paint", "mosaic"),
            roof="flat",
        ),
        Block(
            name="paired",
            unit="PBSBP",
            wide=((0.14, 0.44, 0.3, 0.8), (0.54, 0.84, 0.3, 0.8)),
            narrow=((0.4, 0.64, 0.44, 0.8),),
            storeys=(4, 8),
            finishes=("mosaic", "pebble"),
            roof="eaves",
            shops=True,
        ),
        Block(
            name="gallery-end",
            unit="SGGGGW",
            wide=((0.22, 0.82, 0.34, 0.84),),
            narrow=((0.36, 0.7, 0.4, 0.8),),
            storeys=(3, 7),
            finishes=("render", "paint"),
            roof="pitched",
        ),
        Block(
            name="broad-side",
            unit="WDSDW",
            wide=((0.08, 0.62, 0.32, 0.84),),
            narrow=((0.28, 0.5, 0.4, 0.82),),
            storeys=(5, 9),
            finishes=("panel", "brick"),
            roof="flat",
        ),
    ),
    "demo": (
        Block(
            name="estate",
            unit="WBSNW",
            wide=((0.16, 0.8, 0.32, 0.82),),
            narrow=((0.34, 0.7, 0.42, 0.82),),
            storeys=(5, 8),
            finishes=("render", "brick"),
            roof="flat",
        ),
    ),
}

BY_NAME = {block.name: block for blocks in BLOCKS.values() for block in blocks}


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """All assets of one split: its blocks, and what it shares with the other work types of the split."""

    blocks: tuple[Block, ...]
    palettes: tuple[int, int]
    skies: tuple[int, int]
    vehicle_colours: tuple[tuple[float, float, float], ...]


def estate_of(split: str) -> Estate:
    """What a split may use; the hold-out's is part of HOLDOUT.txt."""
    family = FAMILIES[split]
    return Estate(
        blocks=BLOCKS[split], palettes=family.palettes, skies=family.skies, vehicle_colours=family.vehicle_colours
    )
