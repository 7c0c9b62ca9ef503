"""The one place that touches onnxruntime: loads checked weights and turns canvases into cell likelihoods."""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as state

from edge_agent.vision.errors import ModelError
from edge_agent.vision.first_look import kept, shown
from edge_agent.vision.frame import Image
from edge_agent.vision.manifest import CanvasSpec, ModelEntry, Precision, Variant, read_entry
from edge_agent.vision.rectify import CELL_PX, MARGIN_ABOVE_PX, MARGIN_BELOW_PX, MARGIN_SIDE_PX, canvas_size
from edge_agent.vision.stages import stages_of

__all__ = ["CanvasSpec", "CellLikelihoods", "CellNetwork", "ModelEntry", "load_network", "load_networks"]

Floats = npt.NDArray[np.float32]
INPUT = "canvas"
FIRST, GLANCE = "first", "glance"  # what a look is compared with, and what a look gives to be compared with
GLANCE_CHANNELS = 97
GLANCES_MOST = 192  # so many first looks are kept as the network sees them
WARM_UP_CELLS = (2, 2)
RUN_FAILURES = (  # onnxruntime's exceptions have no common parent of their own
    state.EPFail,
    state.Fail,
    state.InvalidArgument,
    state.InvalidGraph,
    state.InvalidProtobuf,
    state.NotImplemented,
    state.RuntimeException,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellLikelihoods:
    """What the network says of each cell, rows from the ground up, columns from left to right.

    `stage` rows x cols x stages sums to 1 over stages (calibrated); `cover` rows x cols x 3 and `occluded` rows x cols
    are independent probabilities; `occluder` rows x cols x 6 (stages.OCCLUDERS) sums to 1, None where the weights
    do not tell kinds.
    """

    stage: Floats
    cover: Floats
    occluded: Floats
    occluder: Floats | None = None


class CellNetwork:
    """A checked, warmed-up session for one work type. Thread-safe: onnxruntime runs may overlap.

    Networks of several work types may hold the same session; each run computes only the outputs it asks for.
    """

    def __init__(self, session: ort.InferenceSession, *, entry: ModelEntry, work_type: str, sha256: str) -> None:
        self._session = session
        looks = {node.name: node.shape[0] for node in session.get_inputs()}
        self._compares = FIRST in looks
        self._looks_most = 1 if isinstance(looks.get(FIRST), int) else None
        self._glances: OrderedDict[bytes, Floats] = OrderedDict()
        self._outputs = [entry.head, "cover", "occluded", *(["occluder"] if entry.occluders else [])]
        self._only_asked = ort.RunOptions()
        self._only_asked.only_execute_path_to_fetches = True
        self.entry = entry
        self.work_type = work_type
        self.stages = stages_of(work_type)
        self.sha256 = sha256

    def infer(self, canvas: Image, first: Sequence[bytes] = ()) -> CellLikelihoods:
        """Likelihoods for a BGR canvas of `rectify`; ModelError when it is no uint8 image of whole cells.

        `first` are the face's first looks (`first_look.kept`), empty for none; older weights compare with the first of
        them or with nothing. What is renewed may look before the works as it does after them: without a first look, its
        stages are halfway between what the canvas says alone and what it says as one that has not changed (decision
        0053).
        """
        _check_canvas(canvas, file=self.entry.file)
        if not self._compares:
            return self._said({INPUT: canvas[None]})
        if first:
            glances = [self._glance(look) for look in first[: self._looks_most]]
            return self._said({INPUT: canvas[None], FIRST: np.concatenate(glances)})
        alone = self._said({INPUT: canvas[None], FIRST: nothing_before(canvas)})
        if not self.stages.renews:
            return alone
        unchanged = self._said({INPUT: canvas[None], FIRST: self._glance(kept(canvas))})
        return replace(alone, stage=np.asarray((alone.stage + unchanged.stage) / 2, np.float32))

    def _said(self, inputs: dict[str, npt.NDArray[np.generic]]) -> CellLikelihoods:
        given = self._session.run(self._outputs, inputs, self._only_asked)
        if not all(np.isfinite(values).all() for values in given):
            raise ModelError(file=self.entry.file, reason="says figures that are none (NaN or infinite) of a canvas")
        stage, cover, occluded, *occluder = (values[0, :, ::-1].transpose(1, 2, 0) for values in given)
        return CellLikelihoods(
            stage=_softmax(stage / self.entry.stage_temperature),
            cover=_sigmoid(cover),
            occluded=_sigmoid(occluded[..., 0]),
            occluder=_softmax(occluder[0]) if occluder else None,
        )

    def _glance(self, first: bytes) -> Floats:
        """How the network sees a first look: made once, it is the same for every later look."""
        if first not in self._glances:
            canvas = shown(first)
            inputs = {INPUT: canvas[None], FIRST: nothing_before(canvas)}
            (glance,) = self._session.run([GLANCE], inputs, self._only_asked)
            self._glances[first] = np.asarray(glance, np.float32)
            while len(self._glances) > GLANCES_MOST:
                self._glances.popitem(last=False)
        return self._glances[first]


def nothing_before(canvas: Image) -> Floats:
    """What a look is compared with when there was none before: 1 x GLANCE_CHANNELS x rows + 1 x cols of nothing."""
    rows = (canvas.shape[0] - MARGIN_ABOVE_PX - MARGIN_BELOW_PX) // CELL_PX
    cols = (canvas.shape[1] - 2 * MARGIN_SIDE_PX) // CELL_PX
    return np.zeros((1, GLANCE_CHANNELS, rows + 1, cols), np.float32)


def load_network(
    models: Path, *, work_type: str = "new_build", threads: int = 1, precision: Precision | None = None
) -> CellNetwork:
    """The weights of a work type from a models folder; ModelError says which check failed.

    `precision` None takes the number format that the manifest prefers.
    """
    return load_networks(models, (work_type,), threads=threads, precision=precision)[work_type]


def load_networks(
    models: Path, work_types: Iterable[str], *, threads: int = 1, precision: Precision | None = None
) -> dict[str, CellNetwork]:
    """One network a work type; those of one file share one session. ModelError as `load_network`."""
    sessions: dict[str, ort.InferenceSession] = {}
    networks = {}
    for work_type in work_types:
        entry = read_entry(models, work_type=work_type)
        variant = _variant(entry, precision, file=f"{models / 'manifest.json'}: models.{work_type}")
        weights = models / variant.file
        if variant.sha256 not in sessions:
            sessions[variant.sha256] = _session(weights, sha256=variant.sha256, threads=threads)
        session = sessions[variant.sha256]
        _check_contract(session, entry=entry, file=str(weights))
        network = CellNetwork(session, entry=entry, work_type=work_type, sha256=variant.sha256)
        _warm_up(network, file=str(weights))
        networks[work_type] = network
    return networks


def _variant(entry: ModelEntry, precision: Precision | None, *, file: str) -> Variant:
    variant = entry.variant(precision)
    if variant is None:
        have = ", ".join(sorted({"fp32", *entry.variants}))
        raise ModelError(file=file, reason=f"has no {precision or entry.preferred} weights, expected one of {have}")
    return variant


def _session(weights: Path, *, sha256: str, threads: int) -> ort.InferenceSession:
    try:
        data = weights.read_bytes()
    except OSError as error:
        raise ModelError(file=str(weights), reason=f"cannot be read: {error.strerror}") from error
    digest = hashlib.sha256(data).hexdigest()
    if digest != sha256:
        raise ModelError(
            file=str(weights), reason=f"is damaged: sha256 {digest[:12]}…, the manifest says {sha256[:12]}…"
        )
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    try:
        return ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except RUN_FAILURES as error:
        raise ModelError(file=str(weights), reason=f"is no ONNX that this onnxruntime runs: {_line(error)}") from error


def _check_contract(session: ort.InferenceSession, *, entry: ModelEntry, file: str) -> None:
    """Input and outputs by name, type, rank and count of classes, as far as the file tells them."""
    inputs = {node.name: node for node in session.get_inputs()}
    if not {INPUT} <= set(inputs) <= {INPUT, FIRST}:
        reason = f"takes inputs {', '.join(inputs)}, expected {INPUT}, and beside it {FIRST} at most"
        raise ModelError(file=file, reason=reason)
    canvas = inputs[INPUT]
    if canvas.type != "tensor(uint8)":
        raise ModelError(file=file, reason=f"takes a {canvas.type} {INPUT}, expected tensor(uint8)")
    shape = canvas.shape
    if len(shape) != 4 or not _fits(shape[3], 3) or any(isinstance(size, int) for size in shape[1:3]):
        raise ModelError(file=file, reason=f"takes a {INPUT} of {_shown(shape)}, expected 1 x height x width x 3")
    channels = {entry.head: len(entry.stages), "cover": len(entry.covers), "occluded": 1}
    if entry.occluders:
        channels["occluder"] = len(entry.occluders)
    if FIRST in inputs:
        _check_first(inputs[FIRST], file=file)
        channels[GLANCE] = GLANCE_CHANNELS
    outputs = {node.name: node for node in session.get_outputs()}
    for name, count in channels.items():
        if name not in outputs:
            raise ModelError(file=file, reason=f"gives no output {name}; it has {', '.join(outputs)}")
        shape = outputs[name].shape
        if len(shape) != 4 or not _fits(shape[1], count):
            reason = f"output {name} is {_shown(shape)}, expected 1 x {count} classes x rows x cols"
            raise ModelError(file=file, reason=reason)


def _check_first(first: ort.NodeArg, *, file: str) -> None:
    shape = first.shape
    if first.type != "tensor(float)" or len(shape) != 4 or not _fits(shape[1], GLANCE_CHANNELS):
        wanted = f"tensor(float) of looks x {GLANCE_CHANNELS} x rows + 1 x cols"
        raise ModelError(file=file, reason=f"takes a {first.type} {FIRST} of {_shown(shape)}, expected {wanted}")


def _line(error: BaseException) -> str:
    """What onnxruntime says over several lines, in one."""
    return " ".join(str(error).split())


def _fits(size: int | str | None, wanted: int) -> bool:
    return size == wanted or not isinstance(size, int)


def _shown(shape: list[Any]) -> str:
    return " x ".join(map(str, shape)) or "a single number"


def _warm_up(network: CellNetwork, *, file: str) -> None:
    """The first run pays for allocation; it also shows what a file's declared shapes did not tell."""
    rows, cols = WARM_UP_CELLS
    try:
        said = network.infer(np.zeros((*canvas_size(rows, cols), 3), np.uint8))
    except RUN_FAILURES as error:
        reason = f"does not run on a canvas of {rows} x {cols} cells: {_line(error)}"
        raise ModelError(file=file, reason=reason) from error
    kinds = {"stage": (said.stage, len(network.stages.names)), "cover": (said.cover, len(network.entry.covers))}
    if said.occluder is not None:
        kinds["occluder"] = said.occluder, len(network.entry.occluders)
    for name, (figures, count) in kinds.items():
        wanted = (rows, cols, count)
        if figures.shape != wanted:
            got, expected = _shown(list(figures.shape)), _shown(list(wanted))
            reason = f"says {got} {name} figures of {rows} x {cols} cells, expected {expected}"
            raise ModelError(file=file, reason=reason)


def _check_canvas(canvas: Image, *, file: str) -> None:
    if canvas.ndim != 3 or canvas.shape[2] != 3 or canvas.dtype != np.uint8:
        got = f"{_shown(list(canvas.shape))} of {canvas.dtype}"
        raise ModelError(file=file, reason=f"canvas is {got}, expected height x width x 3 of uint8")
    height, width = canvas.shape[:2]
    rows, cols = (height - MARGIN_ABOVE_PX - MARGIN_BELOW_PX) // CELL_PX, (width - 2 * MARGIN_SIDE_PX) // CELL_PX
    if rows < 1 or cols < 1 or canvas_size(rows, cols) != (height, width):
        raise ModelError(file=file, reason=f"canvas {width} x {height} px is no whole number of {CELL_PX} px cells")


def _softmax(logits: Floats) -> Floats:
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), np.float32)


def _sigmoid(logits: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-logits.clip(-30, 30))), np.float32)
