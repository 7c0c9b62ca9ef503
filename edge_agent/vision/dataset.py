"""Reads the one data set layout (vision.md section 5) used for training, evaluation and anybody's own footage."""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field, ValidationError

from edge_agent.vision.errors import DatasetError, FrameError
from edge_agent.vision.frame import size_of
from edge_agent.vision.json_file import expect_regular, read_json
from edge_agent.vision.scene import Face, Scene, load_scene
from edge_agent.vision.stages import COVERS, OCCLUDERS, stages_of
from wire.scene.grid import node_grid
from wire.scene.reading import FAR_PX, FileModel, first_place, first_problem

UNKNOWN = -1
FRAME_TIME = "%Y%m%dT%H%M%SZ"
FRAME_NAME = re.compile(r"[0-9]{8}T[0-9]{6}Z")
FRAME_SUFFIXES = (".jpg", ".png")
OTHER_PICTURES = (".jpeg", ".jpe", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".heic")
HEAD_BYTES, TAIL_BYTES = 256 * 1024, 64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FaceTruth:
    """What is really there, rows from the ground up. `stage` holds stage indices, UNKNOWN where it cannot be known;
    `occluded` is boolean; `cover` rows x cols x 3 booleans; `occluder` indices into OCCLUDERS (0 where untold).
    """

    stage: npt.NDArray[np.int64]
    occluded: npt.NDArray[np.bool_]
    cover: npt.NDArray[np.bool_]
    occluder: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrameFile:
    """One frame of a scene: capture time from its name, conditions and truth by face_id (empty where untold)."""

    path: Path
    captured_at: datetime
    conditions: tuple[str, ...]
    truth: dict[str, FaceTruth]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SceneFolder:
    """One scene with its frames in time order."""

    scene: Scene
    folder: Path
    frames: tuple[FrameFile, ...]


class _FaceTruthFile(FileModel):
    stage: list[list[str | None]]
    occluded: list[list[Annotated[int, Field(ge=0, le=1)]]] | None = None
    cover: list[list[str | None]] | None = None
    occluder: list[list[str | None]] | None = None


class _FrameTruthFile(FileModel):
    conditions: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    faces: dict[str, _FaceTruthFile]


class _TruthFile(FileModel):
    schema_: Literal["siteprogress.truth/1"] = Field(alias="schema")
    frames: dict[str, _FrameTruthFile]


def read_dataset(root: Path) -> tuple[SceneFolder, ...]:
    """All scenes of a data set by name; DatasetError (or SceneError) on the first thing that breaks the layout."""
    return tuple(iter_dataset(root))


def iter_dataset(root: Path) -> Iterator[SceneFolder]:
    """Scenes one after another, checked when reached; no two may have one scene_id."""
    scenes = root / "scenes"
    there = scenes.iterdir() if scenes.is_dir() else ()
    folders = sorted(p for p in there if p.is_dir() and not p.name.startswith("."))
    if not folders:
        expected = f"at least one scene folder scenes/SCENE_ID/{_instead(root)}"
        raise DatasetError(file=str(root), where="scenes/", expected=expected)
    first: dict[str, Path] = {}
    for folder in folders:
        found = read_scene_folder(folder)
        same = first.setdefault(found.scene.scene_id, folder)
        if same != folder:
            expected = f"a name of its own ({found.scene.scene_id!r} is also {same.name})"
            raise DatasetError(file=str(folder / "scene.json"), where="scene_id", expected=expected)
        yield found


def _instead(root: Path) -> str:
    """What stands where a data set was expected."""
    if not root.is_dir():
        return " (this is a file)" if root.exists() else " (there is no such folder)"
    if (root / "scene.json").exists() or any(root.glob("*/scene.json")):
        return " (scenes lie right here: name the folder above `scenes`)"
    return ""


def read_scene_folder(folder: Path) -> SceneFolder:
    """One scene folder: commissioning, truth if there is any, frames in time order."""
    scene = load_scene(folder / "scene.json")
    _check_geometry(scene, file=folder / "scene.json")
    truth = _read_truth(folder / "truth.json")
    paths = _frame_paths(folder)
    for path in paths:
        capture_time(path)  # a misnamed frame is told before truth that misses it
    names = {p.stem for p in paths}
    missing = sorted(set(truth.frames) - names) if truth else []
    if missing:
        raise DatasetError(
            file=str(folder / "truth.json"), where=f"frames.{missing[0]}", expected="a frame of that name in frames/"
        )
    frames = tuple(_frame_file(p, scene, truth, truth_file=folder / "truth.json") for p in paths)
    return SceneFolder(scene=scene, folder=folder, frames=frames)


def check_frames(folders: Iterable[SceneFolder]) -> None:
    """Header and end of every frame, nothing decoded; DatasetError on a broken file or another size."""
    for folder in folders:
        camera = folder.scene.camera
        for frame in folder.frames:
            size = _frame_size(frame.path)
            if size != (camera.width_px, camera.height_px):
                expected = f"{camera.width_px} x {camera.height_px} px as in scene.json (got {size[0]} x {size[1]})"
                raise DatasetError(file=str(frame.path), where="(size)", expected=expected)


def _frame_size(path: Path) -> tuple[int, int]:
    try:
        expect_regular(path)
        with path.open("rb") as file:
            data = file.read(HEAD_BYTES)
            file.seek(-min(TAIL_BYTES, len(data)), 2)
            size = size_of(data + file.read(), source=str(path))
    except OSError as error:
        expected = f"a readable file: {error.strerror}"
        raise DatasetError(file=str(path), where="(file)", expected=expected) from error
    except FrameError as error:
        expected = f"{error.expected}: {error.problem}"
        raise DatasetError(file=str(path), where="(file)", expected=expected) from error
    return size.width_px, size.height_px


def _check_geometry(scene: Scene, *, file: Path) -> None:
    """Lines that no face can have (all in one point, out of every frame) would make a map of nothing."""
    for index, face in enumerate(scene.faces):
        with np.errstate(all="ignore"):
            points = node_grid(face).points
            spans = np.ptp(points.reshape(-1, 2), axis=0)
        if not (np.abs(points) < FAR_PX).all() or not (spans >= 1.0).all():
            expected = "row_lines and col_x that cross in a grid of finite pixels with an area"
            raise DatasetError(file=str(file), where=f"faces[{index}]", expected=expected)


def _frame_paths(folder: Path) -> list[Path]:
    """Frames by time. Hidden and foreign files are passed over, pictures of another kind refused."""
    at = folder / "frames"
    found = sorted(p for p in at.glob("*") if not p.name.startswith("."))
    for path in found:
        if path.suffix.lower() in OTHER_PICTURES:
            raise DatasetError(file=str(path), where="(name)", expected="a frame ending in .jpg or .png")
    frames = [p for p in found if p.suffix.lower() in FRAME_SUFFIXES]
    if not frames:
        raise DatasetError(file=str(folder), where="frames/", expected="frames named YYYYMMDDTHHMMSSZ.jpg or .png")
    for before, after in pairwise(frames):
        if before.stem == after.stem:
            raise DatasetError(file=str(after), where="(name)", expected=f"one frame per time (also {before.name})")
    return frames


def _read_truth(path: Path) -> _TruthFile | None:
    if not os.path.lexists(path):  # a link into nowhere was meant to be truth
        return None
    try:
        raw = read_json(path, object_pairs_hook=_once)
        return _TruthFile.model_validate(raw)
    except ValidationError as error:
        raise DatasetError(file=str(path), where=first_place(error), expected=first_problem(error)) from error
    except (OSError, ValueError, RecursionError) as error:
        raise DatasetError(file=str(path), where="(file)", expected=f"readable JSON text: {error}") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; ValueError when a key stands twice, for one of the two would be lost unseen."""
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        msg = f"key {twice!r} stands twice"
        raise ValueError(msg)
    return found


def _frame_file(path: Path, scene: Scene, truth: _TruthFile | None, *, truth_file: Path) -> FrameFile:
    told = truth.frames.get(path.stem) if truth else None
    faces = {} if told is None else _faces(told, scene, where=f"frames.{path.stem}", file=truth_file)
    return FrameFile(
        path=path,
        captured_at=capture_time(path),
        conditions=told.conditions if told else (),
        truth=faces,
    )


def capture_time(path: Path) -> datetime:
    """Capture time (UTC) from a frame's name."""
    expected = "a capture time in UTC as name: YYYYMMDDTHHMMSSZ"
    if not FRAME_NAME.fullmatch(path.stem):
        raise DatasetError(file=str(path), where="(name)", expected=expected)
    try:
        return datetime.strptime(path.stem, FRAME_TIME).replace(tzinfo=UTC)
    except ValueError as error:
        raise DatasetError(file=str(path), where="(name)", expected=expected) from error


def _faces(told: _FrameTruthFile, scene: Scene, *, where: str, file: Path) -> dict[str, FaceTruth]:
    known = {face.face_id: face for face in scene.faces}
    found = {}
    for face_id, face_file in told.faces.items():
        place = f"{where}.faces.{face_id}"
        if face_id not in known:
            expected = f"a face of scene.json: {', '.join(known)}"
            raise DatasetError(file=str(file), where=place, expected=expected)
        found[face_id] = _face_truth(face_file, known[face_id], scene=scene, where=place, file=file)
    return found


def _face_truth(told: _FaceTruthFile, face: Face, *, scene: Scene, where: str, file: Path) -> FaceTruth:
    shape = (face.rows, face.cols)
    tables = (
        ("stage", told.stage),
        ("occluded", told.occluded),
        ("cover", told.cover),
        ("occluder", told.occluder),
    )
    for name, table in tables:
        if table is not None and (len(table) != shape[0] or any(len(row) != shape[1] for row in table)):
            expected = f"{shape[0]} rows x {shape[1]} columns as in scene.json"
            raise DatasetError(file=str(file), where=f"{where}.{name}", expected=expected)
    occluded = np.zeros(shape, bool) if told.occluded is None else np.array(told.occluded, bool)
    return FaceTruth(
        stage=_stage_table(told.stage, scene=scene, where=where, file=file),
        occluded=occluded,
        cover=_cover_table(told.cover, shape=shape, where=where, file=file),
        occluder=_occluder_table(told.occluder, shape=shape, where=where, file=file),
    )


def _stage_table(table: list[list[str | None]], *, scene: Scene, where: str, file: Path) -> npt.NDArray[np.int64]:
    names = stages_of(scene.work_type).names
    for r, row in enumerate(table):
        for c, name in enumerate(row):
            if name is not None and name not in names:
                expected = f"null or one of {', '.join(names)} (got {name!r})"
                raise DatasetError(file=str(file), where=f"{where}.stage[{r}][{c}]", expected=expected)
    return np.array([[UNKNOWN if name is None else names.index(name) for name in row] for row in table], np.int64)


def _cover_table(
    table: list[list[str | None]] | None, *, shape: tuple[int, int], where: str, file: Path
) -> npt.NDArray[np.bool_]:
    """Covers of a cell are names joined by `+`; an empty string or null is none noted."""
    found = np.zeros((*shape, len(COVERS)), bool)
    for r, row in enumerate(table or []):
        for c, text in enumerate(row):
            for name in filter(None, (text or "").split("+")):
                if name not in COVERS:
                    expected = f"empty or one of {', '.join(COVERS)} (got {name!r})"
                    raise DatasetError(file=str(file), where=f"{where}.cover[{r}][{c}]", expected=expected)
                found[r, c, COVERS.index(name)] = True
    return found


def _occluder_table(
    table: list[list[str | None]] | None, *, shape: tuple[int, int], where: str, file: Path
) -> npt.NDArray[np.int64]:
    """What hides each cell; an empty string or null is nothing told."""
    found = np.zeros(shape, np.int64)
    for r, row in enumerate(table or []):
        for c, name in enumerate(row):
            if name and name not in OCCLUDERS:
                expected = f"empty or one of {', '.join(OCCLUDERS)} (got {name!r})"
                raise DatasetError(file=str(file), where=f"{where}.occluder[{r}][{c}]", expected=expected)
            found[r, c] = OCCLUDERS.index(name) if name else 0
    return found
