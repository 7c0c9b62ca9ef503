"""Writes trained weights as ONNX with their manifest entry, and checks that both say the same as torch."""

import argparse
import hashlib
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import torch
from torch import Tensor, nn
from torch.nn import functional

from edge_agent.vision.dataset import UNKNOWN
from edge_agent.vision.rectify import CELL_PX, MARGIN_ABOVE_PX, MARGIN_BELOW_PX, MARGIN_SIDE_PX, canvas_size
from edge_agent.vision.stages import COVERS, stages_of
from training.dataset import Sample, cut, read_samples
from training.network import CellNet
from training.train import is_held

OPSET = 17
TOLERANCE = 2e-3  # largest logit difference between torch and onnxruntime


class _Exported(nn.Module):
    """The network as the agent calls it: uint8 BGR, batch x height x width x 3."""

    def __init__(self, net: CellNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, canvas: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        logits = self.net(canvas.permute(0, 3, 1, 2).float())
        return logits.stage, logits.cover, logits.occluded


def export_onnx(net: CellNet, path: Path) -> str:
    """Write fp32 ONNX and return its sha256; AssertionError when onnxruntime disagrees with torch."""
    model = _Exported(net).eval()
    sample = torch.randint(0, 256, (1, *canvas_size(3, 4), 3), dtype=torch.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        model,
        (sample,),
        str(path),
        opset_version=OPSET,
        dynamo=False,
        input_names=["canvas"],
        output_names=["stage", "cover", "occluded"],
        dynamic_axes={name: {2: "rows", 3: "cols"} for name in ("stage", "cover", "occluded")}
        | {"canvas": {1: "height", 2: "width"}},
    )
    _check_same(model, path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _check_same(model: nn.Module, path: Path) -> None:
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    for rows, cols in ((3, 4), (7, 2), (1, 1)):
        canvas = torch.randint(0, 256, (1, *canvas_size(rows, cols), 3), dtype=torch.uint8)
        with torch.no_grad():
            wanted = model(canvas)
        given = session.run(None, {"canvas": canvas.numpy()})
        for name, want, got in zip(("stage", "cover", "occluded"), wanted, given, strict=True):
            worst = float(np.abs(want.numpy() - got).max())
            assert worst < TOLERANCE, f"{path.name}: output {name} at {rows} x {cols} cells differs by {worst}"


def manifest_entry(*, file: str, sha256: str, work_type: str, facts: dict[str, Any]) -> dict[str, Any]:
    """The manifest entry of one set of weights; `facts` adds temperature, sigma, provenance and metrics."""
    return {
        "file": file,
        "sha256": sha256,
        "stages": list(stages_of(work_type).names),
        "covers": list(COVERS),
        "canvas": {
            "cell_px": CELL_PX,
            "margin_above_px": MARGIN_ABOVE_PX,
            "margin_below_px": MARGIN_BELOW_PX,
            "margin_side_px": MARGIN_SIDE_PX,
        },
        **facts,
    }


def write_manifest(models: Path, *, work_type: str, entry: dict[str, Any]) -> None:
    """Put an entry into manifest.json beside those of other work types."""
    path = models / "manifest.json"
    manifest = json.loads(path.read_text()) if path.exists() else {"schema": "siteprogress.models/1", "models": {}}
    manifest["models"][work_type] = entry
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


def fit_temperature(net: CellNet, samples: list[Sample]) -> float:
    """Temperature that minimises the log loss of visible held cells (golden section on its logarithm)."""
    logits, stages = held_logits(net, samples)
    low, high = math.log(0.3), math.log(4.0)
    ratio = (math.sqrt(5) - 1) / 2

    def loss(at: float) -> float:
        return float(functional.cross_entropy(logits / math.exp(at), stages))

    for _ in range(40):
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, b) if loss(a) < loss(b) else (a, high)
    return math.exp((low + high) / 2)


def held_logits(net: CellNet, samples: list[Sample]) -> tuple[Tensor, Tensor]:
    """Stage logits and true stages of every visible, told cell, over whole faces."""
    logits, stages = [], []
    net.eval()
    with torch.no_grad():
        for sample in samples:
            canvas = torch.from_numpy(cut(sample.image, sample.nodes))[None]
            out = net(canvas.permute(0, 3, 1, 2).float()).stage[0].flip(1)  # rows from the ground up
            learnt = sample.scored & ~sample.truth.occluded & (sample.truth.stage != UNKNOWN)
            mask = torch.from_numpy(learnt)
            logits.append(out[:, mask].T)
            stages.append(torch.from_numpy(sample.truth.stage)[mask])
    return torch.cat(logits), torch.cat(stages)


def main() -> None:
    """`python -m training.export --run DIR --data DIR`: the averaged weights of a run become models/new_build.onnx."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--run", type=Path, required=True, help="the --out of training.train")
    parser.add_argument("--data", type=Path, action="append", required=True, help="as given to training.train")
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument("--work-type", default="new_build")
    parser.add_argument("--sigma-floor-bp", type=int, default=200)
    parser.add_argument("--sigma-scale", type=float, default=1.0)
    given = parser.parse_args()
    net = CellNet()
    state = torch.load(given.run / "last.pt", weights_only=True)
    net.load_state_dict(state["ema"])
    samples = [s for root in given.data for s in read_samples(root)]
    held = [s for s in samples if is_held(s.scene)]
    temperature = fit_temperature(net, held) if held else 1.0
    file = f"{given.work_type}.onnx"
    sha256 = export_onnx(net, given.models / file)
    facts = {
        "stage_temperature": round(temperature, 4),
        "sigma_floor_bp": given.sigma_floor_bp,
        "sigma_scale": given.sigma_scale,
        "parameters": sum(p.numel() for p in net.parameters()),
        "trained_on": {
            "scenes": len({s.scene for s in samples}),
            "faces": len(samples),
            "held_scenes": len({s.scene for s in held}),
            "epochs": int(state["epoch"]),
            "source": "the project's own renders (training/scenes), split train",
        },
    }
    entry = manifest_entry(file=file, sha256=sha256, work_type=given.work_type, facts=facts)
    write_manifest(given.models, work_type=given.work_type, entry=entry)
    print(json.dumps(entry, indent=2))


if __name__ == "__main__":
    main()
