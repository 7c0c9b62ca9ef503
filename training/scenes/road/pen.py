"""Draws on a road in its own coordinates (x across, y along the chainage, z up), clipped to a window. Pure."""

import math
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from training.scenes.road.looks import WETTABLE
from training.scenes.shapes.solids import Solids
from training.scenes.site import Floats, Strip

STRAIGHT_M = 5.0  # nothing longer than this lies unbroken along a bend
LIFT_M = 0.012  # between a surface and what lies on it


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """A window (metres) of one strip to draw in; `wet` picks the wet twins of the looks.

    `flats` collects level rectangles for all windows of one drawing, until `flush`.
    """

    solids: Solids
    strip: Strip
    key: str
    seed: int
    wet: bool
    x: tuple[float, float]
    y: tuple[float, float]
    flats: dict[str, list[tuple[float, ...]]] = field(default_factory=lambda: defaultdict(list))

    def look(self, name: str) -> str:
        """The full name of a look."""
        return f"{self.key}.{name}.wet" if self.wet and name in WETTABLE else f"{self.key}.{name}"

    def rect(self, name: str, x: tuple[float, float], y: tuple[float, float], z: float, *, tint: float = 0.5) -> None:
        """A level rectangle, clipped to the window."""
        x0, x1 = max(x[0], self.x[0]), min(x[1], self.x[1])
        y0, y1 = max(y[0], self.y[0]), min(y[1], self.y[1])
        if x1 - x0 < 1e-3 or y1 - y0 < 1e-3:
            return
        count = math.ceil((y1 - y0) / STRAIGHT_M)
        step, pile = (y1 - y0) / count, self.flats[self.look(name)]
        for index in range(count):
            pile.append((x0, x1, y0 + index * step, y0 + (index + 1) * step, z, tint))

    def flush(self) -> None:
        """Hand all level rectangles over to the solids: once, after everything is drawn."""
        for look, pile in self.flats.items():
            table = np.array(pile)
            corners = np.stack([table[:, pick] for pick in ([0, 2, 4], [1, 2, 4], [1, 3, 4], [0, 3, 4])], axis=1)
            self.solids.sheet(look, corners, table[:, 5])
        self.flats.clear()

    def body(self, name: str, x: tuple[float, float], y: tuple[float, float], z: tuple[float, float]) -> None:
        """A block under a surface, clipped to the window; its sides show where the neighbour is lower."""
        x0, x1 = max(x[0], self.x[0]), min(x[1], self.x[1])
        y0, y1 = max(y[0], self.y[0]), min(y[1], self.y[1])
        if x1 - x0 < 1e-3 or y1 - y0 < 1e-3:
            return
        lines = cuts(y0, y1, STRAIGHT_M)
        for low, high in pairwise(lines):
            self.solids.box(self.look(name), (x0, x1), (float(low), float(high)), z, tint=0.5)

    def rough(self, name: str, *, z: float, height: float, step: float, spread: float) -> None:
        """An uneven surface over the whole window: `height` is its half range, `spread` of the tints."""
        xs, ys = cuts(*self.x, step), cuts(*self.y, step)
        grid_x, grid_y = np.meshgrid(xs, ys)
        grid = np.stack([grid_x, grid_y, z + height * waves(grid_x, grid_y, seed=self.seed)], axis=-1)
        corners = np.stack([grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]], axis=2).reshape(-1, 4, 3)
        tint = 0.5 + spread * (self.random(len(xs) + len(ys)).random(len(corners)) - 0.5)
        self.solids.sheet(self.look(name), corners, tint)

    def disc(self, name: str, at: tuple[float, float], radius: float, z: float, *, tint: float = 0.5) -> None:
        """A level octagon, drawn when its middle lies in the window."""
        if not (self.x[0] <= at[0] <= self.x[1] and self.y[0] <= at[1] <= self.y[1]):
            return
        angle = (np.arange(8) + 0.5) * np.pi / 4
        rim = np.stack([at[0] + radius * np.cos(angle), at[1] + radius * np.sin(angle), np.full(8, z)], axis=1)
        self.solids.sheet(self.look(name), rim[[[0, 1, 2, 3], [0, 3, 4, 7], [4, 5, 6, 7]]], np.full(3, tint))

    def mound(
        self, name: str, at: tuple[float, float], radius: float, *, z: float, height: float, rng: np.random.Generator
    ) -> None:
        """A heap of loose material, drawn when its middle lies in the window; takes as much from `rng` either way."""
        size, wave, tint = rng.uniform(0.75, 1.1, 9), rng.uniform(0.55, 0.8, 9), rng.random(18)
        if not (self.x[0] <= at[0] <= self.x[1] and self.y[0] <= at[1] <= self.y[1]):
            return
        angle = np.arange(10) * 2 * np.pi / 9
        reach = radius * np.r_[size, size[0]]
        rim = np.stack([at[0] + reach * np.cos(angle), at[1] + reach * np.sin(angle), np.full(10, z - 0.1)], axis=1)
        middle = rim * [0.5, 0.5, 0] + [at[0] * 0.5, at[1] * 0.5, 0]
        middle[:, 2] = z + height * np.r_[wave, wave[0]]
        top = np.broadcast_to(np.array([at[0], at[1], z + height]), (9, 3))
        low = np.stack([rim[:-1], rim[1:], middle[1:], middle[:-1]], axis=1)
        high = np.stack([middle[:-1], middle[1:], top, top], axis=1)
        self.solids.sheet(self.look(name), np.concatenate([low, high]), tint)

    def path(self, name: str, points: Floats, width: float, z: float) -> None:
        """A thin band along a line of points (N, 2); pieces whose middle is out of the window are left out."""
        middle = (points[:-1] + points[1:]) / 2
        inside = (middle >= [self.x[0], self.y[0]]).all(axis=1) & (middle <= [self.x[1], self.y[1]]).all(axis=1)
        way = points[1:] - points[:-1]
        side = np.stack([-way[:, 1], way[:, 0]], axis=1) / np.maximum(np.linalg.norm(way, axis=1)[:, None], 1e-6)
        side *= width / 2
        flat = np.stack([points[:-1] + side, points[:-1] - side, points[1:] - side, points[1:] + side], axis=1)[inside]
        self.solids.sheet(
            self.look(name), np.concatenate([flat, np.full((*flat.shape[:2], 1), z)], axis=2), np.full(len(flat), 0.5)
        )

    def random(self, *salt: int) -> np.random.Generator:
        """A generator of this strip for this purpose, the same in every frame."""
        return np.random.default_rng((self.seed, *(abs(value) for value in salt)))


def cuts(low: float, high: float, step: float) -> Floats:
    """Evenly spaced lines from `low` to `high`, at most `step` apart."""
    return np.linspace(low, high, max(1, int(np.ceil((high - low) / step))) + 1)


def waves(x: Floats, y: Floats, *, seed: int) -> NDArray[np.float64]:
    """A smooth random surface -1..1, the same at the same place."""
    rng = np.random.default_rng((seed, 91))
    total = np.zeros_like(x)
    for wave in rng.uniform(0.7, 3.2, 7):
        angle, phase = rng.uniform(0, 2 * np.pi, 2)
        total += np.sin(wave * (np.cos(angle) * x + np.sin(angle) * y) + phase)
    return np.asarray(np.clip(total / 4, -1, 1))
