"""Reads and checks a decoded scene.json (`siteprogress.scene/1`)."""

from difflib import get_close_matches
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from wire.scene.errors import SceneError
from wire.scene.shapes import WORK_TYPES, Camera, Face, Place, Point, Scene

UNKNOWN_KEYS_MAX = 64  # of an object: comparing names is dear
FAR_PX = 1e6  # no point is marked further from the frame's corner: drawing there has no end


class FileModel(BaseModel):
    """Keys of later versions are ignored, but not one that is nearly a known one: a mask misspelled masks nothing."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _no_near_miss(cls, raw: Any) -> Any:
        known = {field.alias or name for name, field in cls.model_fields.items()}
        unknown = set(raw) - known if isinstance(raw, dict) else set()
        if len(unknown) > UNKNOWN_KEYS_MAX:
            msg = f"{len(unknown)} unknown keys, expected at most {UNKNOWN_KEYS_MAX} beside {', '.join(sorted(known))}"
            raise ValueError(msg)
        for key in unknown:
            if near := get_close_matches(str(key), known - set(raw), n=1, cutoff=0.8):
                msg = f"unknown key {key!r}, expected {near[0]}"
                raise ValueError(msg)
        return raw


_Pixel = Annotated[float, Field(ge=-FAR_PX, le=FAR_PX)]
_PointIn = Annotated[tuple[_Pixel, _Pixel], Field(description="[x, y] in native pixels")]
_Line = Annotated[tuple[_PointIn, ...], Field(min_length=2, max_length=64)]
_Name = Annotated[str, Field(min_length=1, max_length=128)]
_Polygon = Annotated[tuple[_PointIn, ...], Field(min_length=3)]


class _CameraFile(FileModel):
    id: _Name
    width: int = Field(ge=32, le=20000)
    height: int = Field(ge=32, le=20000)
    k1: float = Field(0.0, ge=-10, le=10)
    k2: float = Field(0.0, ge=-10, le=10)


class _PlaceFile(FileModel):
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class _FaceFile(FileModel):
    face_id: _Name
    building: _Name
    rows: int = Field(ge=1, le=120)
    cols: int = Field(ge=1, le=120)
    row_lines: tuple[_Line | None, ...]
    col_x: tuple[_Line, ...]
    cell_weight_bp: tuple[tuple[Annotated[int, Field(ge=0)], ...], ...] | None = None

    @model_validator(mode="after")
    def _lines_fit(self) -> Self:
        if len(self.row_lines) != self.rows + 1:
            msg = f"row_lines has {len(self.row_lines)} lines, expected rows + 1 = {self.rows + 1} (null if unseen)"
            raise ValueError(msg)
        if len(self.col_x) != self.cols + 1:
            msg = f"col_x has {len(self.col_x)} lines, expected cols + 1 = {self.cols + 1}"
            raise ValueError(msg)
        if sum(line is not None for line in self.row_lines) < 2:
            msg = "row_lines names fewer than 2 visible storey lines, expected at least 2"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _lines_in_order(self) -> Self:
        """A face marked upside down or from right to left would be read without a fault, and wrongly.

        Only the outermost lines are compared: those between may be short and lie on a slope.
        """
        rows = [line for line in self.row_lines if line is not None]
        low, high = _middle(rows[0], 1), _middle(rows[-1], 1)
        if high >= low:
            msg = f"row_lines go from y = {low:.0f} to y = {high:.0f}, expected from the ground up (y falling)"
            raise ValueError(msg)
        left, right = _middle(self.col_x[0], 0), _middle(self.col_x[-1], 0)
        if right <= left:
            msg = f"col_x go from x = {left:.0f} to x = {right:.0f}, expected from left to right (x growing)"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _weights_fit(self) -> Self:
        weights = self.cell_weight_bp
        if weights is None:
            return self
        if len(weights) != self.rows or any(len(row) != self.cols for row in weights):
            msg = f"cell_weight_bp is not {self.rows} rows x {self.cols} columns"
            raise ValueError(msg)
        if sum(map(sum, weights)) == 0:
            msg = "cell_weight_bp is all zero, expected at least one cell with weight"
            raise ValueError(msg)
        return self


def _middle(line: tuple[Point, ...], axis: int) -> float:
    return sum(point[axis] for point in line) / len(line)


class _SceneFile(FileModel):
    schema_: Literal["siteprogress.scene/1"] = Field(alias="schema")
    scene_id: str = Field(min_length=1)
    work_type: str
    camera: _CameraFile
    anchors: tuple[_Polygon, ...] = ()
    privacy_masks: tuple[_Polygon, ...] = ()
    faces: tuple[_FaceFile, ...] = Field(min_length=1)
    place: _PlaceFile | None = None

    @model_validator(mode="after")
    def _known_and_unique(self) -> Self:
        if self.work_type not in WORK_TYPES:
            msg = f"work_type {self.work_type!r} cannot be seen, expected one of {', '.join(WORK_TYPES)}"
            raise ValueError(msg)
        ids = [face.face_id for face in self.faces]
        if len(set(ids)) != len(ids):
            msg = f"face_id is used twice in {ids}, expected each once"
            raise ValueError(msg)
        return self


def parse_scene(raw: object, *, file: str) -> Scene:
    """The checked commissioning; SceneError names the path inside it and what was expected. `file` is said as it is."""
    try:
        parsed = _SceneFile.model_validate(raw)
    except ValidationError as error:
        raise SceneError(file=file, where=first_place(error), expected=first_problem(error)) from error
    return Scene(
        scene_id=parsed.scene_id,
        work_type=parsed.work_type,
        camera=Camera(
            camera_id=parsed.camera.id,
            width_px=parsed.camera.width,
            height_px=parsed.camera.height,
            k1=parsed.camera.k1,
            k2=parsed.camera.k2,
        ),
        anchors=parsed.anchors,
        privacy_masks=parsed.privacy_masks,
        faces=tuple(_face(face) for face in parsed.faces),
        place=None if parsed.place is None else Place(**parsed.place.model_dump()),
    )


def _face(face: _FaceFile) -> Face:
    return Face(
        face_id=face.face_id,
        building=face.building,
        rows=face.rows,
        cols=face.cols,
        row_lines=face.row_lines,
        col_x=face.col_x,
        cell_weight_bp=face.cell_weight_bp,
    )


def first_place(error: ValidationError) -> str:
    """The first wrong place of a validation error as a path: `faces[0].row_lines[3]`."""
    steps: tuple[Any, ...] = error.errors()[0]["loc"]
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return path.lstrip(".") or "(root)"


def first_problem(error: ValidationError) -> str:
    """What the first wrong place should have held, and what it held."""
    first = error.errors()[0]
    held = repr(first.get("input"))
    shown = held if len(held) <= 60 else held[:57] + "..."
    limits = first.get("ctx") or {}
    match first["type"]:
        case "value_error":
            return first["msg"].removeprefix("Value error, ")
        case "too_short" | "string_too_short":
            return f"at least {limits['min_length']} of them (got {shown})"
        case "too_long" | "string_too_long":
            return f"at most {limits['max_length']} of them (got {shown})"
        case "model_type" | "dict_type":
            return f"an object (got {shown})"
        case _:
            return f"{first['msg']} (got {shown})"
