"""Writes trained weights as ONNX (fp32 and, if it holds, int8) with their manifest.

`python -m training.export --run RUN --data DIR`: the averaged weights of a run become models/cells.onnx, one entry a
work type that the run was taught. Weights of another NAME stand beside them, for the work types that they are better
at. Temperatures, the agreement of int8 and the trust in sigma come from scenes held aside.
"""

import argparse
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import torch
from torch import Tensor, nn

from edge_agent.vision.manifest import KNOWN_FORMAT, SCHEMA
from edge_agent.vision.rectify import CELL_PX, MARGIN_ABOVE_PX, MARGIN_BELOW_PX, MARGIN_SIDE_PX, canvas_size
from edge_agent.vision.stages import COVERS, OCCLUDERS, stages_of
from training.calibrate import fit_temperature, held_cells
from training.held import is_held, measured
from training.network import GLANCE, CellNet
from training.precision import prefer
from training.quantise import Agreement, compare, quantise
from training.sample import WORK_TYPES, Library, Sample
from training.spread import PLAIN, fit_intervals
from training.train import ABLATIONS, network_for

OPSET = 17
TOLERANCE = 2e-3  # largest logit difference between torch and onnxruntime
HELD_MOST = 300  # held faces a work type that calibrate it
TAUGHT_FROM = 50  # faces from which a work type counts as taught
OUTPUTS = (*(f"stage_{kind}" for kind in WORK_TYPES), "cover", "occluded", "occluder", "glance")


class _Exported(nn.Module):
    """The network as the agent calls it: uint8 BGR, batch x height x width x 3, and the glance of the first look."""

    def __init__(self, net: CellNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, canvas: Tensor, first: Tensor) -> tuple[Tensor, ...]:
        now = self.net.glance(canvas.permute(0, 3, 1, 2).float())
        logits = self.net.read(now, first, several=True)
        return (*(logits.stage[kind] for kind in WORK_TYPES), logits.cover, logits.occluded, logits.occluder, now)


def export_onnx(net: CellNet, path: Path) -> str:
    """Write fp32 ONNX and return its sha256; AssertionError when onnxruntime disagrees with torch."""
    model = _Exported(net).eval()
    sample = torch.randint(0, 256, (1, *canvas_size(3, 4), 3), dtype=torch.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        model,
        (sample, torch.rand(2, GLANCE + 1, 4, 4)),  # two: their mean has to be in the graph
        str(path),
        opset_version=OPSET,
        dynamo=False,
        input_names=["canvas", "first"],
        output_names=list(OUTPUTS),
        dynamic_axes={name: {2: "rows", 3: "cols"} for name in OUTPUTS}
        | {"canvas": {1: "height", 2: "width"}, "first": {0: "looks", 2: "rows_and_one", 3: "cols"}},
    )
    _check_same(model, path)
    return sha256_of(path)


def sha256_of(path: Path) -> str:
    """Hex digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _check_same(model: nn.Module, path: Path) -> None:
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    for rows, cols in ((3, 4), (7, 2), (1, 1)):
        canvas = torch.randint(0, 256, (1, *canvas_size(rows, cols), 3), dtype=torch.uint8)
        first = torch.rand(rows, GLANCE + 1, rows + 1, cols) * (rows % 2)
        with torch.no_grad():
            wanted = model(canvas, first)
        given = session.run(None, {"canvas": canvas.numpy(), "first": first.numpy()})
        for name, want, got in zip(OUTPUTS, wanted, given, strict=True):
            worst = float(np.abs(want.numpy() - got).max())
            assert worst < TOLERANCE, f"{path.name}: output {name} at {rows} x {cols} cells differs by {worst}"


def manifest_entry(*, work_type: str, variants: dict[str, dict[str, str]], facts: dict[str, Any]) -> dict[str, Any]:
    """The manifest entry of one work type; `facts` adds temperature, sigma, provenance and what was measured.

    fp32 is preferred until it is known what is held in int8.
    """
    return {
        **variants["fp32"],
        "head": f"stage_{work_type}",
        "stages": list(stages_of(work_type).names),
        "covers": list(COVERS),
        "occluders": list(OCCLUDERS),
        "canvas": {
            "cell_px": CELL_PX,
            "margin_above_px": MARGIN_ABOVE_PX,
            "margin_below_px": MARGIN_BELOW_PX,
            "margin_side_px": MARGIN_SIDE_PX,
        },
        "needs": KNOWN_FORMAT,
        "variants": variants,
        "preferred": "fp32",
        **facts,
    }


def write_manifest(models: Path, entries: dict[str, dict[str, Any]]) -> None:
    """Write manifest.json: these entries, and those of other files for the work types that are not among them."""
    path, written = models / "manifest.json", {entry["file"] for entry in entries.values()}
    known: dict[str, Any] = json.loads(path.read_text())["models"] if path.exists() else {}
    kept = {kind: entry for kind, entry in known.items() if entry["file"] not in written}
    every = kept | entries
    manifest = {"schema": SCHEMA, "models": {kind: every[kind] for kind in WORK_TYPES if kind in every}}
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


def export_run(
    run: Path,
    library: Library,
    models: Path,
    *,
    name: str = "cells",
    only: Sequence[str] = WORK_TYPES,
    calibrate: Path | None = None,
) -> dict[str, Any]:
    """Everything that a run leaves for the agent; returns the entries by work type, of those in `only` that it was
    taught.

    Intervals are fitted on `calibrate`, episodes that no run was taught, or on the scenes held aside.
    """
    state = torch.load(run / "last.pt", weights_only=True)
    plan = json.loads((run / "plan.json").read_text())
    net = network_for(ABLATIONS[state["ablate"]])
    net.load_state_dict(state["ema"])
    net.eval()
    every = [sample for samples in library.samples for sample in samples]
    kinds = [kind for kind in WORK_TYPES if kind in only and sum(s.work_type == kind for s in every) >= TAUGHT_FROM]
    held = [s for s in measured(every, most=HELD_MOST) if s.work_type in kinds]
    digest = export_onnx(net, models / f"{name}.onnx")
    variants = {"fp32": {"file": f"{name}.onnx", "sha256": digest}}
    agreement = _try_int8(models / f"{name}.onnx", held, every, variants)
    entries = {}
    for kind in kinds:
        cells = held_cells(net, [s for s in held if s.work_type == kind], kind=kind)
        facts = {
            "stage_temperature": round(fit_temperature(cells), 4),
            "sigma_floor_bp": PLAIN.floor_bp,
            "sigma_scale": PLAIN.scale,
            "parameters": sum(p.numel() for p in net.parameters()),
            "int8": agreement.facts(kind),
            "trained_on": provenance(every, kind=kind, state=state, sketches=float(plan.get("sketches", 0.0))),
        }
        entries[kind] = manifest_entry(work_type=kind, variants=variants, facts=facts)
    write_manifest(models, entries)
    write_manifest(models, prefer(models, entries, library.roots, calibrate=calibrate))
    return fit_intervals(models, library.roots, kinds=kinds, calibrate=calibrate)  # of what the agent will load


def _try_int8(
    weights: Path, held: Sequence[Sample], every: Sequence[Sample], variants: dict[str, dict[str, str]]
) -> Agreement:
    """Quantise and compare; the int8 file stays, and is named in `variants`, only when it is accepted."""
    path = weights.with_suffix(".int8.onnx")
    quantise(weights, path, [s for s in every if not is_held(s.scene)])
    agreement = compare(weights, path, held)
    if agreement.accepted:
        variants["int8"] = {"file": path.name, "sha256": sha256_of(path)}
    else:
        path.unlink()
    return agreement


def provenance(samples: Sequence[Sample], *, kind: str, state: dict[str, Any], sketches: float) -> dict[str, Any]:
    """What a work type was taught on; `sketches` is the share of canvases that was drawn flat."""
    mine = [s for s in samples if s.work_type == kind]
    scenes = {s.scene for s in mine}
    return {
        "scenes": len(scenes),
        "path_traced_scenes": sum(not scene.startswith("bulk-") for scene in scenes),
        "rasterised_scenes": sum(scene.startswith("bulk-") for scene in scenes),
        "faces": len(mine),
        "held_scenes": sum(map(is_held, scenes)),
        "sketch_share": sketches,
        "epochs": int(state["epoch"]),
        "seed": int(state["seed"]),
        "started_from": state.get("start") or "nothing",
        "source": "the project's own renders (training/scenes), split train, and flat drawings (training/sketch)",
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, required=True, help="the --out of training.train")
    parser.add_argument("--data", type=Path, action="append", required=True, help="as given to training.train")
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument("--name", default="cells", help="of the weights: models/NAME.onnx")
    parser.add_argument("--only", choices=WORK_TYPES, action="append", help="work types that these weights are for")
    parser.add_argument("--calibrate", type=Path, help="episodes that no run was taught, to fit intervals on")
    given = parser.parse_args()
    torch.set_num_threads(1)
    library = Library(roots=tuple(given.data))
    library.refresh()
    only = given.only or WORK_TYPES
    entries = export_run(given.run, library, given.models, name=given.name, only=only, calibrate=given.calibrate)
    print(json.dumps(entries, indent=2))


if __name__ == "__main__":
    main()
