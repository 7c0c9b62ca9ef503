"""Recorded footage in the data-set layout: scenes, stills by capture time, and what was really there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from demo.errors import DemoError

HERE = ZoneInfo("Asia/Shanghai")
NAME = "%Y%m%dT%H%M%SZ"
CREDIT_BP: Mapping[str, int] = {
    "void": 0,
    "formwork": 2500,
    "structure": 5000,
    "infill": 6500,
    "base": 8000,
    "finished": 10_000,
}
"""What a cell counts by the stage it is in: the visible exterior of a building."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Still:
    """One picture of one camera."""

    camera: str
    at: datetime
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One camera's commissioning with its stills in time order."""

    camera: str
    path: Path
    faces: tuple[tuple[str, str, int], ...]  # face id, building, number of cells
    stills: tuple[Still, ...]


@dataclass(frozen=True)  # no slots: `truth` is kept once it has been read
class Footage:
    """All scenes under one folder."""

    root: Path
    scenes: tuple[Scene, ...]

    @property
    def stills(self) -> tuple[Still, ...]:
        """Every still, by time and then camera."""
        return tuple(sorted((s for scene in self.scenes for s in scene.stills), key=lambda s: (s.at, s.camera)))

    @property
    def rounds(self) -> tuple[tuple[Still, ...], ...]:
        """Stills that belong together (within three hours, one a camera), so that the demo goes in few steps."""
        found: list[list[Still]] = []
        for still in self.stills:
            last = found[-1] if found else []
            near = last and still.at - last[0].at <= timedelta(hours=3)
            if near and still.camera not in {s.camera for s in last}:
                last.append(still)
            else:
                found.append([still])
        return tuple(tuple(each) for each in found)

    @cached_property
    def truth(self) -> dict[str, dict[datetime, int]]:
        """True completion in bp by building and instant; faces of a building are weighted by their cells."""
        sums: dict[str, dict[datetime, tuple[float, int]]] = {}
        for scene in self.scenes:
            told = _json(scene.path / "truth.json")["frames"]
            for still in scene.stills:
                for face, building, _ in scene.faces:
                    stages = told[still.at.strftime(NAME)]["faces"][face]["stage"]
                    cells = [CREDIT_BP[stage] for row in stages for stage in row if stage is not None]
                    credit, count = sums.setdefault(building, {}).get(still.at, (0.0, 0))
                    if cells:
                        sums[building][still.at] = (credit + sum(cells), count + len(cells))
        return {b: {at: round(c / n) for at, (c, n) in sorted(by.items())} for b, by in sums.items()}

    @property
    def true_by_day(self) -> dict[str, dict[date, int]]:
        """True completion in bp by building and district day: the day's last still says."""
        return {b: {at.astimezone(HERE).date(): bp for at, bp in sorted(by.items())} for b, by in self.truth.items()}


def load_footage(root: Path, *, days: int | None = None) -> Footage:
    """Read the layout; `days` keeps the first so many district days. DemoError names what is missing."""
    folders = sorted(p.parent for p in root.glob("scenes/*/scene.json"))
    if not folders:
        raise DemoError(f"no footage in {root}: expected scenes/SCENE_ID/scene.json and frames/")
    scenes = [_scene(folder) for folder in folders]
    if days is not None:
        first = min(s.at for scene in scenes for s in scene.stills).astimezone(HERE).date()
        scenes = [_until(scene, first + timedelta(days=days)) for scene in scenes]
    return Footage(root=root, scenes=tuple(scenes))


def _scene(folder: Path) -> Scene:
    told = _json(folder / "scene.json")
    camera = told["camera"]["id"]
    stills = tuple(Still(camera=camera, at=_time(p), path=p) for p in sorted((folder / "frames").glob("*.jpg")))
    if not stills:
        raise DemoError(f"no stills in {folder / 'frames'}: expected files like 20260901T020000Z.jpg")
    faces = tuple((f["face_id"], f["building"], f["rows"] * f["cols"]) for f in told["faces"])
    return Scene(camera=camera, path=folder, faces=faces, stills=stills)


def _until(scene: Scene, end: date) -> Scene:
    kept = tuple(s for s in scene.stills if s.at.astimezone(HERE).date() < end)
    return Scene(camera=scene.camera, path=scene.path, faces=scene.faces, stills=kept)


def _time(path: Path) -> datetime:
    try:
        return datetime.strptime(path.stem, NAME).replace(tzinfo=UTC)
    except ValueError as error:
        raise DemoError(f"{path}: expected a capture time such as 20260901T020000Z as the file's name") from error


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DemoError(f"{path} cannot be read: {error}") from error
