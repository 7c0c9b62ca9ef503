"""What commissioning speaks of: guessed faces, each goes to JSON and comes back."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from wire.scene.shapes import Point, Polyline

Origin = Literal["person", "seen", "counted", "assumed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quad:
    """Four corners of a face in native pixels: lower left, lower right, upper right, upper left."""

    corners: tuple[Point, Point, Point, Point]

    def to_json(self) -> list[list[float]]:
        """`[[x, y], …]`, four points."""
        return [[round(x, 1), round(y, 1)] for x, y in self.corners]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuadGuess:
    """A proposed quad. `confidence` 0 … 1; vanishing points native pixels, None = lines are parallel in the picture."""

    quad: Quad
    confidence: float
    vertical_vanishing: Point | None
    horizontal_vanishing: Point | None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return asdict(self) | {"quad": self.quad.to_json()}


@dataclass(frozen=True, slots=True, kw_only=True)
class CountGuess:
    """How many storeys or bays. `origin`: person = given, counted = read off the picture, assumed = a mere default."""

    number: int
    origin: Origin
    confidence: float
    others: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LineGuess:
    """One line in native pixels, or None where it is left to extrapolation.

    `origin`: person = a side of the given quad, seen = found in the picture, assumed = spaced evenly.
    """

    points: Polyline | None
    origin: Origin
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceGuess:
    """A guessed face: row lines from the ground up, col lines from left to right, each with what it rests on."""

    quad: Quad
    rows: CountGuess
    cols: CountGuess
    row_lines: tuple[LineGuess, ...]
    col_lines: tuple[LineGuess, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types; lines as `{points, origin, confidence}`."""
        return asdict(self) | {"quad": self.quad.to_json()}
