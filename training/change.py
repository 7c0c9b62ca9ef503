"""Fits what two pictures of the same cell tell about its stage (`edge_agent.vision.change`).

`python -m training.change --data DIR` prints the four figures for scenes with many looks each, which no run was taught.
"""

import argparse
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.change import change_marks, shrunk
from edge_agent.vision.dataset import UNKNOWN, FaceTruth, SceneFolder, read_scene_folder
from edge_agent.vision.frame import Image
from edge_agent.vision.rectify import Mask
from training.cut import cut
from wire.scene.grid import node_grid
from wire.scene.sight import cell_sight

APART = 2  # looks that a pair is apart at most
MOST_CHANGED = (
    0.5  # share of a face that a pair's looks differ in: a day's work is less, and whole faces change by weather
)
MOST_CELLS = 24  # of one pair: a large face says the same many times
TREMBLE_PX = 0.4  # how far off registration leaves a frame
STEPS = 30

Floats = npt.NDArray[np.float64]


def pairs_of(folder: SceneFolder, rng: np.random.Generator) -> Iterator[tuple[Floats, Mask]]:
    """Marks (cells x 3) and whether the stage differs (cells), for each pair of looks at each face of a scene between
    which a day's work was done.
    """
    scene = folder.scene
    for face in scene.faces:
        grid = node_grid(face)
        observable = cell_sight(grid, scene.camera, scene.privacy_masks).observable
        looks: list[tuple[Image, FaceTruth]] = []
        for frame in folder.frames:
            if (truth := frame.truth.get(face.face_id)) is not None:
                image = np.asarray(cv2.imread(str(frame.path), cv2.IMREAD_COLOR), np.uint8)
                looks.append((shrunk(cut(image, grid.points + rng.normal(0, TREMBLE_PX, 2))), truth))
        for one, other in combinations(range(len(looks)), 2):
            (before, was), (now, became) = looks[one], looks[other]
            both = observable & _told(was) & _told(became)
            differs = (was.stage != became.stage)[both]
            if other - one > APART or not both.any() or differs.mean() >= MOST_CHANGED:
                continue
            cells = rng.permutation(len(differs))[:MOST_CELLS]
            yield change_marks(before, now, both)[both][cells], differs[cells]


def fitted(marks: Floats, differs: Mask) -> Floats:
    """Constant and weights of a logistic regression in which both answers are as common (Newton's method)."""
    inputs = np.c_[np.ones(len(marks)), marks]
    share = differs.mean()
    counts = np.where(differs, 0.5 / share, 0.5 / (1 - share))
    weights = np.zeros(inputs.shape[1])
    for _ in range(STEPS):
        said = 1 / (1 + np.exp(-(inputs @ weights)))
        slope = inputs.T @ (counts * (said - differs))
        weights -= np.linalg.solve((inputs * (counts * said * (1 - said))[:, None]).T @ inputs, slope)
    return weights


def _told(truth: FaceTruth) -> Mask:
    return np.asarray(~truth.occluded & (truth.stage != UNKNOWN))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, action="append", required=True, help="data set; may be given again")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    scenes = [path for root in given.data for path in sorted((root / "scenes").iterdir()) if path.is_dir()]
    found = [pair for path in scenes for pair in pairs_of(read_scene_folder(path), rng)]
    marks, differs = (np.concatenate(part) for part in zip(*found, strict=True))
    print(f"{len(scenes)} scenes, {len(differs)} cells seen twice, {differs.mean():.2f} of them changed")
    print("CONSTANT, OF_PATTERN, OF_COLOUR, OF_THE_FACE =", ", ".join(f"{w:.2f}" for w in fitted(marks, differs)))


if __name__ == "__main__":
    main()
