"""Reads the one data set layout (vision.md section 5) used for training, evaluation and anybody's own footage."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge_agent.vision.errors import DatasetError
from edge_agent.vision.scene import Face, Scene, first_place, first_problem, load_scene
from edge_agent.vision.stages import COVERS, stages_of

UNKNOWN = -1
FRAME_TIME = "%Y%m%dT%H%M%SZ"
FRAME_SUFFIXES = (".jpg", ".png")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FaceTruth:
    """What is really there, rows from the ground up. `stage` holds stage indices, UNKNOWN where it cannot be known;
    `occluded` is boolean; `cover` rows x cols x 3 booleans.
    """

    stage: npt.NDArray[np.int64]
    occluded: npt.NDArray[np.bool_]
    cover: npt.NDArray[np.bool_]


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


class _Truth(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _FaceTruthFile(_Truth):
    stage: list[list[str | None]]
    occluded: list[list[Annotated[int, Field(ge=0, le=1)]]] | None = None
    cover: list[list[str]] | None = None


class _FrameTruthFile(_Truth):
    conditions: tuple[str, ...] = ()
    faces: dict[str, _FaceTruthFile]


class _TruthFile(_Truth):
    schema_: Literal["siteprogress.truth/1"] = Field(alias="schema")
    frames: dict[str, _FrameTruthFile]


def read_dataset(root: Path) -> tuple[SceneFolder, ...]:
    """All scenes of a data set by name; DatasetError (or SceneError) on the first thing that breaks the layout."""
    return tuple(iter_dataset(root))


def iter_dataset(root: Path) -> Iterator[SceneFolder]:
    """Scenes one after another, checked when reached."""
    scenes = root / "scenes"
    folders = sorted(p for p in scenes.iterdir() if p.is_dir()) if scenes.is_dir() else []
    if not folders:
        raise DatasetError(file=str(root), where="scenes/", expected="at least one scene folder scenes/SCENE_ID/")
    yield from map(read_scene_folder, folders)


def read_scene_folder(folder: Path) -> SceneFolder:
    """One scene folder: commissioning, truth if there is any, frames in time order."""
    scene = load_scene(folder / "scene.json")
    truth = _read_truth(folder / "truth.json")
    paths = sorted(p for p in (folder / "frames").glob("*") if p.suffix.lower() in FRAME_SUFFIXES)
    if not paths:
        raise DatasetError(file=str(folder), where="frames/", expected="frames named YYYYMMDDTHHMMSSZ.jpg or .png")
    names = {p.stem for p in paths}
    missing = sorted(set(truth.frames) - names) if truth else []
    if missing:
        raise DatasetError(
            file=str(folder / "truth.json"), where=f"frames.{missing[0]}", expected="a frame of that name in frames/"
        )
    frames = tuple(_frame_file(p, scene, truth, truth_file=folder / "truth.json") for p in paths)
    return SceneFolder(scene=scene, folder=folder, frames=frames)


def _read_truth(path: Path) -> _TruthFile | None:
    if not path.exists():
        return None
    try:
        return _TruthFile.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise DatasetError(file=str(path), where=first_place(error), expected=first_problem(error)) from error
    except (OSError, ValueError, RecursionError) as error:
        raise DatasetError(file=str(path), where="(file)", expected=f"readable JSON text: {error}") from error


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
    try:
        return datetime.strptime(path.stem, FRAME_TIME).replace(tzinfo=UTC)
    except ValueError as error:
        expected = "a capture time in UTC as name: YYYYMMDDTHHMMSSZ"
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
    for name, table in (("stage", told.stage), ("occluded", told.occluded), ("cover", told.cover)):
        if table is not None and (len(table) != shape[0] or any(len(row) != shape[1] for row in table)):
            expected = f"{shape[0]} rows x {shape[1]} columns as in scene.json"
            raise DatasetError(file=str(file), where=f"{where}.{name}", expected=expected)
    occluded = np.zeros(shape, bool) if told.occluded is None else np.array(told.occluded, bool)
    return FaceTruth(
        stage=_stage_table(told.stage, scene=scene, where=where, file=file),
        occluded=occluded,
        cover=_cover_table(told.cover, shape=shape, where=where, file=file),
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
    table: list[list[str]] | None, *, shape: tuple[int, int], where: str, file: Path
) -> npt.NDArray[np.bool_]:
    """Covers of a cell are names joined by `+`; an empty string is none."""
    found = np.zeros((*shape, len(COVERS)), bool)
    for r, row in enumerate(table or []):
        for c, text in enumerate(row):
            for name in filter(None, text.split("+")):
                if name not in COVERS:
                    expected = f"empty or one of {', '.join(COVERS)} (got {name!r})"
                    raise DatasetError(file=str(file), where=f"{where}.cover[{r}][{c}]", expected=expected)
                found[r, c, COVERS.index(name)] = True
    return found
