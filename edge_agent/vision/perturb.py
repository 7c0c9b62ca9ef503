"""Known errors put into a data set before it is seen again: a grid marked wrongly, a camera knocked, a poor stream."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.disturb import encoded
from edge_agent.vision.errors import VisionError
from edge_agent.vision.frame import Frame, Image
from edge_agent.vision.scene import Face, Point, Polyline, Scene

Floats = npt.NDArray[np.float64]
Kind = Literal["polygon_px", "shift_px", "jpeg"]

# Amounts of each kind that `--full` runs; 0 stands for "as it is" and needs no run of its own.
LADDERS: dict[Kind, tuple[int, ...]] = {"polygon_px": (0, 2, 4), "shift_px": (0, 2, 8, 30), "jpeg": (90, 60, 30)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Disturbance:
    """One known error. `amount`: pixels every corner of a face is off (polygon_px), pixels the picture stands aside
    from the second frame on (shift_px), or the quality frames are encoded again with (jpeg). Directions come from
    `seed` and the names, so a run can be repeated.
    """

    kind: Kind
    amount: int
    seed: int = 0

    @property
    def name(self) -> str:
        """As `--disturb` takes it: kind:amount."""
        return f"{self.kind}:{self.amount}"

    @property
    def is_none(self) -> bool:
        """True when it changes nothing."""
        return self.kind != "jpeg" and self.amount == 0

    def scene(self, scene: Scene) -> Scene:
        """The commissioning the agent is given."""
        if self.kind != "polygon_px" or self.is_none:
            return scene
        return replace(scene, faces=tuple(self._face(scene.scene_id, face) for face in scene.faces))

    def frame(self, frame: Frame, *, scene_id: str, first: bool) -> Frame:
        """The frame the camera delivers; the first one of a scene is never shifted: it is what was commissioned."""
        if self.is_none or self.kind == "polygon_px" or (self.kind == "shift_px" and first):
            return frame
        image = self._shifted(frame.image, scene_id) if self.kind == "shift_px" else encoded(frame.image, self.amount)
        return replace(frame, image=image, sha256=hashlib.sha256(f"{frame.sha256} {self.name}".encode()).hexdigest())

    def _face(self, scene_id: str, face: Face) -> Face:
        """Each corner of the face off by `amount` in a direction of its own, all lines bent with them."""
        points = np.array([p for line in (*face.row_lines, *face.col_x) if line for p in line], float)
        low, span = points.min(axis=0), np.maximum(np.ptp(points, axis=0), 1.0)
        turns = 2 * np.pi * self._random(scene_id, face.face_id, count=4)
        corners = self.amount * np.stack([np.cos(turns), np.sin(turns)], axis=1).reshape(2, 2, 2)

        def moved(point: Point) -> Point:
            s, t = (np.asarray(point) - low) / span
            off = (1 - t) * ((1 - s) * corners[0, 0] + s * corners[0, 1])
            off += t * ((1 - s) * corners[1, 0] + s * corners[1, 1])
            return float(point[0] + off[0]), float(point[1] + off[1])

        def bent(line: Polyline) -> Polyline:
            return tuple(moved(point) for point in line)

        rows = tuple(None if line is None else bent(line) for line in face.row_lines)
        return replace(face, row_lines=rows, col_x=tuple(bent(line) for line in face.col_x))

    def _shifted(self, image: Image, scene_id: str) -> Image:
        turn = 2 * np.pi * float(self._random(scene_id, "shift", count=1)[0])
        aside = np.array([[1, 0, self.amount * np.cos(turn)], [0, 1, self.amount * np.sin(turn)]], np.float64)
        height, width = image.shape[:2]
        moved = cv2.warpAffine(image, aside, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
        return np.asarray(moved, np.uint8)

    def _random(self, *names: str, count: int) -> Floats:
        digest = hashlib.sha256("\n".join((self.kind, str(self.seed), *names)).encode()).digest()
        return np.random.default_rng(int.from_bytes(digest[:8], "big")).random(count)


def full_ladder(*, seed: int = 0) -> tuple[Disturbance, ...]:
    """Every disturbance of LADDERS that changes something."""
    every = (Disturbance(kind=k, amount=a, seed=seed) for k, amounts in LADDERS.items() for a in amounts)
    return tuple(disturbance for disturbance in every if not disturbance.is_none)


def disturbances_of(texts: Iterable[str], *, full: bool, seed: int = 0) -> tuple[Disturbance, ...]:
    """What was asked for by name, and with `full` every step of the ladders; each once."""
    asked = (*(full_ladder(seed=seed) if full else ()), *(parse_disturbance(text, seed=seed) for text in texts))
    return tuple(disturbance for disturbance in dict.fromkeys(asked) if not disturbance.is_none)


def parse_disturbance(text: str, *, seed: int = 0) -> Disturbance:
    """`kind:amount` to a disturbance; VisionError tells the kinds and their ranges."""
    ranges: dict[str, tuple[Kind, range]] = {
        "polygon_px": ("polygon_px", range(65)),
        "shift_px": ("shift_px", range(401)),
        "jpeg": ("jpeg", range(1, 101)),
    }
    name, _, amount = text.partition(":")
    kind, among = ranges.get(name, (None, range(0)))
    if kind is None or not (amount.isascii() and amount.isdigit()) or int(amount[:9]) not in among:
        expected = ", ".join(f"{n}:{r.start}…{r.stop - 1}" for n, (_, r) in ranges.items())
        msg = f"--disturb {text!r}: expected one of {expected}"
        raise VisionError(msg)
    return Disturbance(kind=kind, amount=int(amount), seed=seed)
