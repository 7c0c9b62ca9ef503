"""Runs the shipped model and filter over a data set in time order and reports the figures of vision.md section 5."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from edge_agent.vision.dataset import SceneFolder, check_frames, read_dataset
from edge_agent.vision.looking import watch_scene
from edge_agent.vision.metrics import FaceRecord
from edge_agent.vision.perturb import Disturbance
from edge_agent.vision.report import body, gap, group_figures, ladder_row, ladders
from edge_agent.vision.rig import Rig, work_types_of
from edge_agent.vision.see import Network
from edge_agent.vision.stages import stages_of
from edge_agent.vision.stills import Still, WorstLooks
from edge_agent.vision.strata import strata

SCHEMA = "siteprogress.evaluation/2"

ProgressCallback = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evaluation:
    """The JSON document, and the looks that went worst as pictures for the page."""

    report: dict[str, Any]
    stills: tuple[Still, ...]


@dataclass(slots=True)
class _Run:
    """One pass over a data set."""

    records: list[FaceRecord] = field(default_factory=list)
    chain_ms: list[float] = field(default_factory=list)
    network_ms: list[float] = field(default_factory=list)
    worst: WorstLooks = field(default_factory=WorstLooks)


@dataclass(slots=True)
class _Bar:
    """Counts frames over all passes."""

    total: int
    told: ProgressCallback | None
    done: int = 0

    def step(self) -> None:
        self.done += 1
        if self.told:
            self.told(self.done, self.total)


def evaluate_dataset(
    path: Path,
    rig: Rig,
    progress: ProgressCallback | None = None,
    *,
    disturbances: Sequence[Disturbance] = (),
    compare: Path | None = None,
) -> Evaluation:
    """Evaluate a data set; VisionError when it breaks the layout or has scenes without weights, before anything runs.

    `disturbances` are run one after another over the whole set again. `compare` is a second data set, run undisturbed;
    the gap to it is reported. `progress(done, total)` counts frames over all passes.
    """
    folders = _checked(path)
    others = _checked(compare) if compare else ()
    kinds = work_types_of((*folders, *others), rig)
    networks = rig.load(kinds)
    frames = sum(len(folder.frames) for folder in folders)
    bar = _Bar(total=frames * (1 + len(disturbances)) + sum(len(f.frames) for f in others), told=progress)
    plain = _run(folders, networks, rig, bar=bar)
    disturbed = [(d, _disturbed_row(folders, networks, rig, bar=bar, disturbance=d)) for d in disturbances]
    report: dict[str, Any] = {
        "schema": SCHEMA,
        "dataset": path.resolve().name,
        "model_sha256": networks[kinds[0]].sha256,
        "models": {kind: networks[kind].sha256 for kind in kinds},
        "stages": {kind: list(stages_of(kind).names) for kind in kinds},
        "scenes": len(folders),
        "frames": frames,
        "ms_per_face": _times(plain.chain_ms),
        "network_ms_per_face": _times(plain.network_ms),
    }
    report |= body(plain.records)
    if disturbances:
        report["disturbed"] = ladders(disturbed, undisturbed=plain.records)
    if compare:
        report["compare"] = _compared(plain.records, _run(others, networks, rig, bar=bar).records, name=compare)
    return Evaluation(report=report, stills=plain.worst.sorted())


def _checked(path: Path) -> tuple[SceneFolder, ...]:
    folders = read_dataset(path)
    check_frames(folders)
    return folders


def _run(
    folders: Sequence[SceneFolder],
    networks: Mapping[str, Network],
    rig: Rig,
    *,
    bar: _Bar,
    disturbance: Disturbance | None = None,
) -> _Run:
    run = _Run()
    features = {kind: rig.features(kind) for kind in networks}
    for folder in folders:
        kind = folder.scene.work_type
        for frame in watch_scene(folder, networks[kind], features=features[kind], disturbance=disturbance):
            run.records += [record for _, record in frame.looks]
            run.chain_ms += [frame.chain_ms] if frame.chain_ms is not None else []
            run.network_ms += frame.network_ms
            if disturbance is None:
                for look, record in frame.looks:
                    run.worst.offer(look, record)
            bar.step()
    return run


def _disturbed_row(
    folders: Sequence[SceneFolder], networks: Mapping[str, Network], rig: Rig, *, bar: _Bar, disturbance: Disturbance
) -> dict[str, Any]:
    """One known error, reduced to its figures at once: the looks of all runs together would not fit in memory."""
    records = _run(folders, networks, rig, bar=bar, disturbance=disturbance).records
    return ladder_row(records, kind=disturbance.kind, amount=disturbance.amount)


def _times(times_ms: Sequence[float]) -> dict[str, float] | None:
    if not times_ms:
        return None
    median, p95 = np.percentile(times_ms, (50, 95))
    return {"median": round(float(median), 1), "p95": round(float(p95), 1)}


def _compared(here: list[FaceRecord], other: list[FaceRecord], *, name: Path) -> dict[str, Any]:
    """The other data set's figures and the gap to it, in all and by work type where both have it."""
    groups = {"all": (here, other)}
    ours, theirs = strata(here), strata(other)
    groups |= {key: (ours[key], theirs[key]) for key in ours if key.startswith("work_type:") and key in theirs}
    return {"dataset": name.resolve().name} | {
        key: figures | {"gap": gap(group_figures(mine, intervals=()), figures)}
        for key, (mine, group) in groups.items()
        if mine and group
        for figures in [group_figures(group)]
    }
