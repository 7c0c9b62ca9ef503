"""Trains the cell network on data sets of the common layout: `python -m training.train --data DIR --out DIR`.

Resumes from OUT/last.pt if it is there. Every epoch is logged to OUT/log.jsonl and drawn in OUT/curves.png.
"""

import argparse
import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader

from edge_agent.vision.dataset import UNKNOWN
from edge_agent.vision.stages import NEW_BUILD
from training.dataset import Batch, Batches, Sample, read_samples, stage_weights
from training.network import CellNet

CREDIT = torch.tensor(NEW_BUILD.credit_bp, dtype=torch.float32) / 10000
HELD_SHARE = 0.08  # scenes kept aside for calibration and model choice, by hash of their id
EMA_DECAY = 0.995


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a training run was asked for."""

    data: tuple[Path, ...]
    out: Path
    epochs: int
    batch: int
    rate: float
    workers: int
    threads: int
    seed: int
    start: Path | None


def is_held(scene: str) -> bool:
    """True for scenes of the calibration part; a pure function of the id, so that it survives more data."""
    return int(hashlib.sha256(scene.encode()).hexdigest()[:8], 16) % 1000 < HELD_SHARE * 1000


def loss_of(net: CellNet, batch: Batch, *, weights: Tensor) -> Tensor:
    """Stage cross-entropy + squared credit error (per cell, and of the mean of a canvas) + occlusion and cover."""
    logits = net(batch.canvas.permute(0, 3, 1, 2).float().contiguous(memory_format=torch.channels_last))
    stage, known = logits.stage.float(), batch.stage != UNKNOWN
    cross = functional.cross_entropy(
        stage, batch.stage.clamp(min=0), weight=weights, reduction="none", label_smoothing=0.03
    )
    credit = torch.einsum("bsrc,s->brc", stage.softmax(dim=1), CREDIT) - CREDIT[batch.stage.clamp(min=0)]
    mask = known.float()
    cells = mask.sum().clamp(min=1)
    of_face = ((credit * mask).sum((1, 2)) / mask.sum((1, 2)).clamp(min=1)) ** 2
    told = (batch.occluded >= 0).float()
    hidden = functional.binary_cross_entropy_with_logits(
        logits.occluded[:, 0].float(), batch.occluded.clamp(min=0).float(), reduction="none"
    )
    covered = functional.binary_cross_entropy_with_logits(logits.cover.float(), batch.cover, reduction="none")
    return (
        (cross * mask).sum() / cells
        + 2.0 * (credit**2 * mask).sum() / cells
        + 4.0 * of_face.mean()
        + 0.7 * (hidden * told).sum() / told.sum().clamp(min=1)
        + 0.3 * (covered * told[:, None]).sum() / (3 * told.sum().clamp(min=1))
    )


def measure(net: CellNet, samples: list[Sample], *, size: int) -> dict[str, Any]:
    """Cell accuracy, macro-F1, per-class recall, mean credit error of faces (points) and occlusion F1."""
    net.eval()
    confusion = np.zeros((6, 6))
    errors: list[float] = []
    hidden = np.zeros((2, 2))
    with torch.no_grad():
        plan = Batches(samples, size=size, epoch=0, varied=False)
        for batch in map(plan.__getitem__, range(len(plan))):
            logits = net(batch.canvas.permute(0, 3, 1, 2).float())
            probabilities = logits.stage.softmax(dim=1)
            known = batch.stage != UNKNOWN
            np.add.at(confusion, (batch.stage[known].numpy(), probabilities.argmax(1)[known].numpy()), 1)
            credit = torch.einsum("bsrc,s->brc", probabilities, CREDIT) - CREDIT[batch.stage.clamp(min=0)]
            for error, mask in zip(credit, known, strict=True):
                if mask.any():
                    errors.append(100 * float(error[mask].mean()))
            told = batch.occluded >= 0
            np.add.at(hidden, (batch.occluded[told].numpy(), (logits.occluded[:, 0][told] > 0).long().numpy()), 1)
    recall = np.diag(confusion) / confusion.sum(1).clip(1)
    precision = np.diag(confusion) / confusion.sum(0).clip(1)
    f1 = 2 * recall * precision / (recall + precision).clip(1e-9)
    return {
        "cells": int(confusion.sum()),
        "accuracy": float(np.diag(confusion).sum() / confusion.sum().clip(1)),
        "macro_f1": float(f1[confusion.sum(1) > 0].mean()),
        "recall": [round(float(r), 3) for r in recall],
        "mae_pp": float(np.abs(errors).mean()),
        "bias_pp": float(np.mean(errors)),
        "occlusion_f1": float(2 * hidden[1, 1] / (2 * hidden[1, 1] + hidden[0, 1] + hidden[1, 0]).clip(1)),
    }


def train(plan: Plan, console: Console) -> CellNet:
    """Run all epochs and return the averaged network, also saved as OUT/best.pt (by held macro-F1 and face error)."""
    torch.manual_seed(plan.seed)
    torch.set_num_threads(plan.threads)
    plan.out.mkdir(parents=True, exist_ok=True)
    samples = [sample for root in plan.data for sample in read_samples(root)]
    held = [s for s in samples if is_held(s.scene)]
    taught = [s for s in samples if not is_held(s.scene)]
    console.print(
        f"{len(taught)} faces to learn from, {len(held)} held aside, {len({s.scene for s in samples})} scenes"
    )
    net = CellNet().to(memory_format=torch.channels_last)
    if plan.start:
        net.load_state_dict(torch.load(plan.start, weights_only=True)["ema"])
    ema = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(EMA_DECAY), use_buffers=True)
    optimiser = torch.optim.AdamW(net.parameters(), lr=plan.rate, weight_decay=0.03)
    steps = plan.epochs * len(Batches(taught, size=plan.batch, epoch=1, varied=True))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=plan.rate, total_steps=steps + 1, pct_start=0.12)
    first = _resume(plan.out / "last.pt", net=net, ema=ema, optimiser=optimiser, schedule=schedule)
    weights = stage_weights(taught, stages=6)
    for epoch in range(first, plan.epochs + 1):
        started = time.monotonic()
        batches = Batches(taught, size=plan.batch, epoch=epoch + 1000 * plan.seed, varied=True)
        loss = _epoch(
            net,
            ema,
            batches,
            plan=plan,
            optimiser=optimiser,
            schedule=schedule,
            weights=weights,
            epoch=epoch,
            console=console,
        )
        facts = {"epoch": epoch, "loss": loss, "seconds": time.monotonic() - started}
        if held:
            facts |= measure(ema.module, held, size=plan.batch)
        _keep(plan.out, facts, net=net, ema=ema, optimiser=optimiser, schedule=schedule)
        console.print(" ".join(f"{k}={v:.4f}" if isinstance(v, float) else f"{k}={v}" for k, v in facts.items()))
    return ema.module


def _epoch(
    net: CellNet,
    ema: AveragedModel,
    batches: Batches,
    *,
    plan: Plan,
    optimiser: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    weights: Tensor,
    epoch: int,
    console: Console,
) -> float:
    net.train()
    total = 0.0
    columns = (TextColumn(f"epoch {epoch}/{plan.epochs}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    loader = DataLoader(batches, batch_size=None, num_workers=plan.workers, prefetch_factor=4 if plan.workers else None)
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("train", total=len(batches))
        for batch in loader:
            optimiser.zero_grad(set_to_none=True)
            with torch.autocast("cpu", torch.bfloat16):
                loss = loss_of(net, batch, weights=weights)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
            optimiser.step()
            schedule.step()
            ema.update_parameters(net)
            total += float(loss.detach())
            bar.advance(task)
    return total / max(len(batches), 1)


def _keep(out: Path, facts: dict[str, Any], *, net: CellNet, ema: AveragedModel, optimiser: Any, schedule: Any) -> None:
    state = {
        "net": net.state_dict(),
        "ema": ema.module.state_dict(),
        "averaged": int(ema.n_averaged),
        "optimiser": optimiser.state_dict(),
        "schedule": schedule.state_dict(),
        "epoch": facts["epoch"],
    }
    torch.save(state, out / "last.tmp")
    (out / "last.tmp").replace(out / "last.pt")
    with (out / "log.jsonl").open("a") as log:
        log.write(json.dumps(facts) + "\n")
    draw_curves(out)


def _resume(path: Path, *, net: CellNet, ema: AveragedModel, optimiser: Any, schedule: Any) -> int:
    if not path.exists():
        return 1
    state = torch.load(path, weights_only=True)
    net.load_state_dict(state["net"])
    ema.module.load_state_dict(state["ema"])
    ema.n_averaged.fill_(state["averaged"])
    optimiser.load_state_dict(state["optimiser"])
    schedule.load_state_dict(state["schedule"])
    return int(state["epoch"]) + 1


def draw_curves(out: Path) -> None:
    """OUT/curves.png from OUT/log.jsonl."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    rows = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    figure, axes = pyplot.subplots(1, 3, figsize=(13, 3.6))
    for axis, names in zip(
        axes, (("loss",), ("accuracy", "macro_f1", "occlusion_f1"), ("mae_pp", "bias_pp")), strict=True
    ):
        for name in names:
            axis.plot([r["epoch"] for r in rows if name in r], [r[name] for r in rows if name in r], label=name)
        axis.set_xlabel("epoch")
        axis.grid(alpha=0.3)
        axis.legend()
    figure.tight_layout()
    figure.savefig(out / "curves.png", dpi=80)
    pyplot.close(figure)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, action="append", required=True, help="data set; may be given again")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", type=Path, help="a last.pt whose averaged weights to start from")
    given = parser.parse_args()
    plan = Plan(**{**vars(given), "data": tuple(given.data)})
    train(plan, Console())


if __name__ == "__main__":
    main()
