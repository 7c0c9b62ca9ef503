"""The nouns of a commissioning: camera, work face, scene; and what is found about one."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Point = tuple[float, float]
Polyline = tuple[Point, ...]
Severity = Literal["error", "warning", "note"]
WORK_TYPES = ("new_build", "renovation", "road")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a camera stands, degrees north and east."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """A camera: native frame size in pixels and radial lens terms (0 where unknown)."""

    camera_id: str
    width_px: int
    height_px: int
    k1: float
    k2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """A work face: storeys x bays. Lines are native pixels, y down.

    `row_lines` has rows+1 entries from the ground up, None where not visible yet; `col_x` has cols+1 entries from
    left to right, each from the bottom up. `cell_weight_bp` is rows x cols, or None for equal weights.
    """

    face_id: str
    building: str
    rows: int
    cols: int
    row_lines: tuple[Polyline | None, ...]
    col_x: tuple[Polyline, ...]
    cell_weight_bp: tuple[tuple[int, ...], ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What one camera sees, as a person marked it once. `place` is None where nobody said where it stands."""

    scene_id: str
    work_type: str
    camera: Camera
    anchors: tuple[Polyline, ...]
    privacy_masks: tuple[Polyline, ...]
    faces: tuple[Face, ...]
    place: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something a person should know about a commissioning. `where` is the path inside scene.json.

    `message_key` names a text of `words.TEXTS`; `values` fill it.
    """

    code: str
    severity: Severity
    where: str
    message_key: str
    values: dict[str, str | int | float]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return asdict(self)
