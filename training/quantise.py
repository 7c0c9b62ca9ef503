"""Static int8 weights (QDQ, per channel) and whether they may be used: they must say what fp32 says, faster."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime as ort
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from edge_agent.vision.first_look import shown
from edge_agent.vision.rectify import canvas_size
from edge_agent.vision.session import nothing_before
from edge_agent.vision.stages import STAGE_LISTS
from training.augment import fog, night, tone
from training.cut import cut
from training.sample import WORK_TYPES, Sample

Image = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
Given = dict[str, npt.NDArray[np.generic]]
MOST_SHIFT_BP = 20  # of the mean face error, 1/10000
PLAIN, DIM = 72, 16  # calibration canvases as they are, and in each of made-up night and fog
TIMED_RUNS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How int8 compares with fp32 on held faces: error in points by work type, processor ms of 10 x 10 cells."""

    mae_fp32_pp: dict[str, float]
    mae_int8_pp: dict[str, float]
    fp32_ms: float
    int8_ms: float

    @property
    def accepted(self) -> bool:
        """True when no work type's error moved by more than allowed, and something was measured."""
        shifts = [round(100 * abs(self.mae_int8_pp[kind] - error), 6) for kind, error in self.mae_fp32_pp.items()]
        return bool(shifts) and max(shifts) <= MOST_SHIFT_BP

    def facts(self, kind: str) -> dict[str, Any]:
        """For the manifest: figures of one work type; the decision is about all of them together."""
        return {
            "accepted": self.accepted,
            "mae_fp32_pp": self.mae_fp32_pp.get(kind),
            "mae_int8_pp": self.mae_int8_pp.get(kind),
            "fp32_ms": round(self.fp32_ms, 2),
            "int8_ms": round(self.int8_ms, 2),
        }


def quantise(source: Path, target: Path, samples: Sequence[Sample]) -> None:
    """Write `target`. Heads stay fp32: they are small, and the reading rests on their last digits. So does what takes
    the canvas: in its own light a canvas has no bounds (network.in_its_light), and a scale for all of them is coarse.
    """
    with TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.onnx"
        quant_pre_process(str(source), str(ready), skip_symbolic_shape=True)
        quantize_static(
            str(ready),
            str(target),
            _Canvases(_with_glances(_session(source), calibration_canvases(samples))),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
            op_types_to_quantize=["Conv", "Add", "AveragePool"],
            nodes_to_exclude=whole_nodes(onnx.load(str(ready))),
        )


def whole_nodes(model: onnx.ModelProto) -> list[str]:
    """Names of the convolutions that are not quantised: the first, and the 1x1, all that follows the last 3x3."""
    small = {w.name for w in model.graph.initializer if len(w.dims) == 4 and tuple(w.dims[2:]) == (1, 1)}
    first, *others = [node for node in model.graph.node if node.op_type == "Conv"]
    return [first.name, *(node.name for node in others if node.input[1] in small)]


def calibration_canvases(samples: Sequence[Sample]) -> list[Image]:
    """Canvases of all work types and conditions in turn, then some made dark and some made foggy."""
    strata: dict[tuple[str, str], list[Sample]] = {}
    for sample in samples:
        strata.setdefault((sample.work_type, sample.conditions[0] if sample.conditions else ""), []).append(sample)
    rng = np.random.default_rng(11)
    turns = [[members[i] for i in rng.permutation(len(members))] for _, members in sorted(strata.items())]
    longest = max(map(len, turns), default=0)
    ordered = [members[i] for i in range(longest) for members in turns if i < len(members)]
    plain = [cut(sample.image, sample.nodes) for sample in ordered[:PLAIN]]
    return plain + [step(plain[i % len(plain)], rng) for step in (night, fog) for i in range(DIM) if plain]


def _with_glances(session: ort.InferenceSession, canvases: list[Image]) -> list[Given]:
    """Each canvas compared with nothing, or (every other one) with itself in other light."""
    rng = np.random.default_rng(12)
    given: list[Given] = []
    for number, canvas in enumerate(canvases):
        first = glance_of(session, tone(canvas, rng)) if number % 2 else nothing_before(canvas)
        given.append({"canvas": canvas[None], "first": first})
    return given


class _Canvases(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, given: list[Given]) -> None:
        self._rest: Iterator[Given] = iter(given)

    def get_next(self) -> Given | None:
        return next(self._rest, None)


def compare(plain: Path, quantised: Path, held: Sequence[Sample]) -> Agreement:
    """Errors and speed of both files, one thread."""
    one, other = _session(plain), _session(quantised)
    by_kind = {kind: [s for s in held if s.work_type == kind and s.learnt.any()] for kind in WORK_TYPES}
    return Agreement(
        mae_fp32_pp={kind: face_error(one, samples) for kind, samples in by_kind.items() if samples},
        mae_int8_pp={kind: face_error(other, samples) for kind, samples in by_kind.items() if samples},
        fp32_ms=canvas_ms(one),
        int8_ms=canvas_ms(other),
    )


def _session(path: Path) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def face_error(session: ort.InferenceSession, samples: Sequence[Sample]) -> float:
    """Mean absolute error of the completion of faces (points), over their visible cells, all of one work type."""
    kind = samples[0].work_type
    credit = np.array(STAGE_LISTS[kind].credit_bp) / 100
    errors = []
    for sample in samples:
        canvas = cut(sample.image, sample.nodes)
        first = glance_of(session, shown(sample.before[0].jpeg)) if sample.before else nothing_before(canvas)
        (said,) = session.run([f"stage_{kind}"], {"canvas": canvas[None], "first": first})
        stage: Floats = np.exp(said[0, :, ::-1] - said[0].max(axis=0)[None, ::-1])
        read = np.einsum("src,s->rc", stage / stage.sum(axis=0), credit)
        errors.append(abs(float((read - credit[sample.truth.stage.clip(0)])[sample.learnt].mean())))
    return round(float(np.mean(errors)), 4)


def glance_of(session: ort.InferenceSession, canvas: Image) -> npt.NDArray[np.float32]:
    """What the network keeps of a look, to be handed in as `first`."""
    (glance,) = session.run(["glance"], {"canvas": canvas[None], "first": nothing_before(canvas)})
    return np.asarray(glance, np.float32)


def canvas_ms(session: ort.InferenceSession) -> float:
    """Median processor milliseconds of all outputs for 10 x 10 cells, one thread: what else runs does not count."""
    canvas = np.random.default_rng(0).integers(0, 256, (1, *canvas_size(10, 10), 3), dtype=np.uint8)
    times = []
    for _ in range(TIMED_RUNS):
        started = time.thread_time()
        session.run(None, {"canvas": canvas, "first": nothing_before(canvas[0])})
        times.append(1000 * (time.thread_time() - started))
    return median(times)
