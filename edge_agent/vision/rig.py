"""What a data set is run with: networks and feature baselines by work type, loaded when a scene needs them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from edge_agent.vision.baseline import FeatureBaseline, baseline_work_types, load_baseline
from edge_agent.vision.dataset import SceneFolder
from edge_agent.vision.errors import DatasetError, ModelError
from edge_agent.vision.frame import Image
from edge_agent.vision.manifest import ModelEntry, Precision, read_entry
from edge_agent.vision.see import Network
from edge_agent.vision.session import CellLikelihoods, load_networks
from edge_agent.vision.stages import StageList

BASELINE_FILE = "feature_baseline.npz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """`check` raises ModelError when a work type has no usable weights; `load` gives the networks of some work types;
    `features` gives a baseline or None.
    """

    check: Callable[[str], object]
    load: Callable[[Sequence[str]], Mapping[str, Network]]
    features: Callable[[str], FeatureBaseline | None]


def shipped_rig(models: Path, *, threads: int = 1, precision: Precision | None = None) -> Rig:
    """The weights of a models folder; ModelError when it has no manifest or its baseline cannot be read."""
    if not (models / "manifest.json").is_file():
        raise ModelError(file=str(models), reason="holds no manifest.json; expected a folder of weights, as models/ is")
    peer = models / BASELINE_FILE
    have = baseline_work_types(peer) if peer.exists() else ()
    return Rig(
        check=lambda kind: read_entry(models, work_type=kind),
        load=lambda kinds: load_networks(models, kinds, threads=threads, precision=precision),
        features=lambda kind: load_baseline(peer, work_type=kind) if kind in have else None,
    )


def work_types_of(folders: Iterable[SceneFolder], rig: Rig) -> tuple[str, ...]:
    """Work types of the scenes; DatasetError names the first scene that the rig has no weights for."""
    first: dict[str, SceneFolder] = {}
    for folder in folders:
        first.setdefault(folder.scene.work_type, folder)
    for kind, folder in first.items():
        try:
            rig.check(kind)
        except ModelError as error:
            expected = f"a work type with weights (scene {folder.scene.scene_id} is {kind}): {error}"
            raise DatasetError(file=str(folder.folder / "scene.json"), where="work_type", expected=expected) from error
    return tuple(sorted(first))


@dataclass(slots=True)
class Recorder:
    """Passes canvases on to the real network and keeps what was asked and answered of one frame, and how long."""

    net: Network
    sha256: str
    entry: ModelEntry
    stages: StageList
    canvases: list[Image] = field(default_factory=list)
    answers: list[CellLikelihoods] = field(default_factory=list)
    times_ms: list[float] = field(default_factory=list)

    def infer(self, canvas: Image, first: Sequence[bytes] = ()) -> CellLikelihoods:
        started = perf_counter()
        answer = self.net.infer(canvas, first)
        self.times_ms.append(1000 * (perf_counter() - started))
        self.canvases.append(canvas)
        self.answers.append(answer)
        return answer


def recorder(net: Network) -> Recorder:
    """A recorder for one frame."""
    return Recorder(net=net, sha256=net.sha256, entry=net.entry, stages=net.stages)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureEye:
    """The feature baseline in the network's place, so that it goes through the very same chain."""

    sha256: str
    entry: ModelEntry
    stages: StageList
    baseline: FeatureBaseline

    def infer(self, canvas: Image, first: Sequence[bytes] = ()) -> CellLikelihoods:
        return self.baseline.infer(canvas)
