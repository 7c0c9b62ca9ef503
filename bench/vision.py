"""Claim: a face costs at most 60 ms on one core, network and whole chain; the feature baseline is the peer.

`python bench/vision.py [--json FILE]`: interleaved rounds, median over rounds, ratios against the feature baseline.
"""

import argparse
import hashlib
import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from edge_agent.vision.baseline import load_baseline
from edge_agent.vision.frame import Frame, Image
from edge_agent.vision.memory import CameraMemory
from edge_agent.vision.rectify import rectify
from edge_agent.vision.scene import Scene, parse_scene
from edge_agent.vision.see import see
from edge_agent.vision.session import load_network

MODELS = Path(__file__).resolve().parent.parent / "models"
ROUNDS, RUNS = 6, 12
START = datetime(2026, 9, 1, tzinfo=UTC)


def a_scene(*, rows: int, cols: int, width: int, height: int) -> Scene:
    """A face of rows x cols over most of a frame."""
    left, right, bottom, top = 0.25 * width, 0.75 * width, 0.92 * height, 0.1 * height
    ys = np.linspace(bottom, top, rows + 1)
    xs = np.linspace(left, right, cols + 1)
    face = {
        "face_id": "f",
        "building": "b",
        "rows": rows,
        "cols": cols,
        "row_lines": [[[left, float(y)], [right, float(y) - 4]] for y in ys],
        "col_x": [[[float(x), bottom], [float(x), top]] for x in xs],
    }
    raw = {
        "schema": "siteprogress.scene/1",
        "scene_id": "bench",
        "work_type": "new_build",
        "camera": {"id": "c", "width": width, "height": height},
        "faces": [face],
    }
    return parse_scene(raw, file="bench")


def a_picture(width: int, height: int) -> Image:
    """Coarse and fine texture, so that features and correlation have something to do."""
    rng = np.random.default_rng(0)
    coarse = cv2.resize(rng.integers(0, 256, (24, 32, 3), dtype=np.uint8), (width, height))
    return np.asarray(np.clip(coarse + rng.normal(0, 12, coarse.shape), 0, 255), np.uint8)


def median_ms(work: Callable[[], object], prepare: Callable[[], object] = lambda: None) -> float:
    """Median of RUNS calls; what `prepare` does before each is not timed."""
    times = []
    for _ in range(RUNS):
        prepare()
        started = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)


class Chain:
    """The whole chain on a stream of frames, one after another, each in a light of its own: a still is refused."""

    def __init__(self, scene: Scene, picture: Image) -> None:
        self.scene, self.picture, self.memory, self.step = scene, picture, CameraMemory(), 0
        self.net = load_network(MODELS)
        self.rng = np.random.default_rng(1)
        self.next()

    def next(self) -> None:
        """The next frame: clouds have moved, sensor noise is new."""
        self.step += 1
        height, width = self.picture.shape[:2]
        clouds = cv2.resize(self.rng.uniform(0.8, 1.1, (5, 7, 1)), (width, height))[..., None]
        noise = self.rng.normal(0, 3, (height, width, 1)).astype(np.float32)
        image = np.clip(self.picture * clouds + noise, 0, 255).astype(np.uint8)
        at = START + timedelta(minutes=self.step)
        self.frame = Frame(image=image, captured_at=at, sha256=hashlib.sha256(image).hexdigest())

    def look(self) -> None:
        seen = see(self.frame, self.scene, self.net, self.memory)
        self.memory = seen.memory
        if not seen.trusted:
            raise RuntimeError(f"frame {self.step} was refused ({seen.readings[0].quality}): the network was not timed")


def measure(*, rows: int, cols: int, width: int, height: int) -> dict[str, float]:
    """Milliseconds a face on one core for each step, and the peer."""
    scene, picture = a_scene(rows=rows, cols=cols, width=width, height=height), a_picture(width, height)
    chain = Chain(scene, picture)
    frame = Frame(image=picture, captured_at=START, sha256="0" * 64)
    canvas = rectify(frame, scene, scene.faces[0]).image
    baseline = load_baseline(MODELS / "feature_baseline.npz")
    works: dict[str, Callable[[], object]] = {
        "network": lambda: chain.net.infer(canvas),
        "chain": chain.look,
        "rectify": lambda: rectify(frame, scene, scene.faces[0]),
        "features": lambda: baseline.infer(canvas),
    }
    rounds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            rounds[name].append(median_ms(work, chain.next if name == "chain" else lambda: None))
    return {name: round(statistics.median(values), 2) for name, values in rounds.items()}


def main() -> None:
    """Print the table; write the JSON when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    cases = [(5, 5, 512, 384), (9, 4, 1920, 1280), (10, 10, 1920, 1080), (18, 8, 1920, 1080)]
    table = Table("face", "frame", "network ms", "chain ms", "chain faces/s", "features ms", "network / features")
    found = []
    for rows, cols, width, height in cases:
        ms = measure(rows=rows, cols=cols, width=width, height=height)
        ratio = round(ms["network"] / ms["features"], 2)
        found.append({"rows": rows, "cols": cols, "width": width, "height": height, **ms, "network_to_features": ratio})
        speed = f"{1000 / ms['chain']:.0f}"
        shown = [str(v) for v in (ms["network"], ms["chain"], speed, ms["features"], ratio)]
        table.add_row(f"{rows} x {cols}", f"{width} x {height}", *shown)
    Console().print(table)
    if given.json:
        given.json.write_text(json.dumps({"claim": "ms_per_face <= 60", "cases": found}, indent=2) + "\n")


if __name__ == "__main__":
    main()
