"""Writes trained weights as ONNX with their manifest entry, and checks that both say the same as torch."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import torch
from torch import Tensor, nn

from edge_agent.vision.rectify import CELL_PX, MARGIN_ABOVE_PX, MARGIN_BELOW_PX, MARGIN_SIDE_PX, canvas_size
from edge_agent.vision.stages import COVERS, stages_of
from training.network import CellNet

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
