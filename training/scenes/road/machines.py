"""Machines and vehicles on a road, as tables of boxes and bars; hulls for ray casts. Pure.

Every shape stands at the origin, x across, y forward, z up, in metres.
"""

from dataclasses import dataclass

from training.scenes.shapes.solids import Solids

Box = tuple[str, tuple[float, float], tuple[float, float], tuple[float, float]]
Point = tuple[float, float, float]
Bar = tuple[str, Point, Point, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """`size`: width, length, height of what hides; a look without a dot is the site's, with one the strip's."""

    size: tuple[float, float, float]
    boxes: tuple[Box, ...]
    bars: tuple[Bar, ...] = ()


def _truck(body: str, *, tank: bool) -> Shape:
    top = 2.7 if tank else 2.9
    return Shape(
        size=(2.5, 8.4, 2.9),
        boxes=(
            ("dark", (-1.15, 1.15), (-4.2, 4.1), (0.25, 0.9)),
            ("vehicle", (-1.2, 1.2), (2.3, 4.2), (0.6, 2.8)),
            ("dark", (-1.1, 1.1), (4.18, 4.23), (1.6, 2.5)),
            (body, (-1.25, 1.25), (-4.2, 2.0), (1.0, top)),
            *((("dark", (-1.1, 1.1), (-4.05, 1.85), (top - 0.05, top + 0.02)),) if not tank else ()),
            *(("dark", (-1.27, 1.27), (y, y + 1.0), (0.0, 1.0)) for y in (-3.6, -2.4, 2.6)),
        ),
    )


SHAPES: dict[str, Shape] = {
    "excavator": Shape(
        size=(2.9, 4.6, 2.9),
        boxes=(
            ("dark", (-1.45, -0.85), (-2.0, 2.0), (0.0, 0.9)),
            ("dark", (0.85, 1.45), (-2.0, 2.0), (0.0, 0.9)),
            (".machine", (-1.3, 1.3), (-2.4, 1.6), (1.0, 2.1)),
            ("dark", (-1.2, -0.2), (0.3, 1.7), (1.6, 2.95)),
            (".machine", (-1.25, -0.15), (0.2, 1.75), (2.9, 3.0)),
            ("dark", (-0.5, 0.5), (5.6, 6.5), (0.1, 1.0)),
        ),
        bars=(
            (".machine", (0.3, 1.4, 1.6), (0.3, 4.0, 4.4), 0.5),
            (".machine", (0.3, 4.0, 4.4), (0.1, 6.3, 0.9), 0.38),
        ),
    ),
    "roller": Shape(
        size=(2.2, 5.4, 2.4),
        boxes=(
            ("steel", (-1.05, 1.05), (1.2, 2.7), (0.0, 1.45)),
            (".machine", (-1.1, 1.1), (1.6, 2.3), (0.9, 1.65)),
            (".machine", (-0.8, 0.8), (-2.6, 1.1), (0.7, 1.7)),
            ("dark", (-1.05, 1.05), (-2.5, -1.1), (0.0, 1.4)),
            (".machine", (-0.85, 0.85), (-1.1, 0.9), (2.6, 2.75)),
        ),
        bars=tuple(("dark", (x, y, 1.6), (x, y, 2.6), 0.1) for x in (-0.75, 0.75) for y in (-1.0, 0.8)),
    ),
    "paver": Shape(
        size=(3.4, 6.0, 2.6),
        boxes=(
            (".machine", (-1.3, 1.3), (-1.4, 2.4), (0.5, 1.9)),
            ("dark", (-1.6, 1.6), (2.2, 3.2), (0.3, 1.3)),
            ("dark", (-1.7, 1.7), (-2.8, -1.8), (0.05, 0.6)),
            ("steel", (-1.7, 1.7), (-2.9, -2.0), (0.6, 0.75)),
            ("dark", (-1.2, 1.2), (-1.0, 1.9), (0.0, 0.6)),
            (".machine", (-1.5, 1.5), (-2.0, 1.2), (3.0, 3.15)),
        ),
        bars=tuple(("dark", (x, y, 1.8), (x, y, 3.0), 0.1) for x in (-1.2, 1.2) for y in (-1.3, 1.0)),
    ),
    "grader": Shape(
        size=(2.4, 8.0, 2.6),
        boxes=(
            (".machine", (-0.9, 0.9), (-3.9, -0.8), (1.0, 2.1)),
            ("dark", (-0.75, 0.75), (-0.9, 0.5), (1.5, 3.2)),
            (".machine", (-0.8, 0.8), (-1.0, 0.6), (3.15, 3.3)),
            ("steel", (-1.8, 1.8), (1.0, 1.35), (0.0, 0.6)),
            *(("dark", (x, x + 0.45), (y, y + 1.2), (0.0, 1.25)) for x in (-1.2, 0.75) for y in (-3.7, -2.3, 2.9)),
        ),
        bars=((".machine", (0.0, 0.0, 1.7), (0.0, 3.9, 1.5), 0.4),),
    ),
    "tipper": _truck("steel", tank=False),
    "water": _truck(".barrier", tank=True),
    "marker": Shape(
        size=(0.9, 1.8, 1.2),
        boxes=(
            (".machine", (-0.4, 0.4), (-0.8, 0.8), (0.25, 0.75)),
            ("white", (-0.25, 0.25), (-0.2, 0.6), (0.75, 1.15)),
            ("dark", (-0.45, 0.45), (-0.6, 0.6), (0.0, 0.3)),
        ),
    ),
    "car": Shape(
        size=(1.8, 4.4, 1.4),
        boxes=(
            (".car", (-0.9, 0.9), (-2.2, 2.2), (0.3, 0.85)),
            ("dark", (-0.78, 0.78), (-1.6, 1.0), (0.85, 1.32)),
            (".car", (-0.72, 0.72), (-1.35, 0.55), (1.3, 1.42)),
            *(("dark", (x, x + 0.2), (y, y + 0.65), (0.0, 0.6)) for x in (-0.92, 0.72) for y in (-1.7, 1.1)),
        ),
    ),
    "van": Shape(
        size=(1.9, 5.0, 2.0),
        boxes=(
            (".car", (-0.95, 0.95), (-2.5, 2.5), (0.35, 2.05)),
            ("dark", (-0.85, 0.85), (2.1, 2.52), (1.1, 1.8)),
            ("dark", (-0.97, 0.97), (-1.5, 2.0), (1.2, 1.75)),
            ("dark", (-0.9, 0.9), (-2.0, 2.0), (0.0, 0.4)),
        ),
    ),
    "bus": Shape(
        size=(2.5, 10.5, 3.0),
        boxes=(
            (".car", (-1.25, 1.25), (-5.2, 5.2), (0.35, 3.0)),
            ("dark", (-1.27, 1.27), (-4.8, 5.0), (1.4, 2.4)),
            ("dark", (-1.1, 1.1), (5.18, 5.23), (1.0, 2.6)),
            ("dark", (-1.15, 1.15), (-4.0, 4.0), (0.0, 0.4)),
        ),
    ),
}

AT_FRONTS = (
    (),
    ("excavator", "excavator", "tipper"),
    ("grader", "roller", "excavator"),
    ("roller", "grader", "water"),
    ("paver", "roller", "tipper"),
    ("paver", "roller", "roller"),
    ("marker", "marker", "van"),
)  # by the stage that is being made
TRAFFIC = ("car", "car", "car", "van", "bus", "tipper")


def draw_shape(solids: Solids, kind: str, at: Point, *, key: str, onward: bool, paint: int) -> None:
    """The shape at a place of a strip, facing along the chainage or back; `paint` picks a car's colour."""
    shape, sign = SHAPES[kind], 1.0 if onward else -1.0
    x, y, z = at

    def full(look: str) -> str:
        return f"{key}.car{paint}" if look == ".car" else f"{key}{look}" if look.startswith(".") else look

    for look, across, along, high in shape.boxes:
        solids.box(
            full(look),
            (x + sign * across[0], x + sign * across[1]),
            (y + sign * along[0], y + sign * along[1]),
            (z + high[0], z + high[1]),
            tint=(x + y) * 0.37 % 1,
        )
    for look, start, end, thick in shape.bars:
        a, b = ((x + sign * p[0], y + sign * p[1], z + p[2]) for p in (start, end))
        solids.beam(full(look), a, b, thick=thick)


def shape_hull(solids: Solids, kind: str, at: Point) -> None:
    """The box that hides what is behind the shape."""
    wide, long, high = SHAPES[kind].size
    x, y, z = at
    solids.box("vehicle_person", (x - wide / 2, x + wide / 2), (y - long / 2, y + long / 2), (z, z + high))
