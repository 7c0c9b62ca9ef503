"""Trains the cell network on data sets of the common layout: `python -m training.train --data DIR --out DIR`.

Resumes from OUT/last.pt if it is there. Every epoch is logged to OUT/log.jsonl and drawn in OUT/curves.png.
"""

import argparse
import hashlib
import json
import math
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
EMA_DECAY = 0.99
HIDDEN_WEIGHT = 2.0  # one cell in ten is hidden, and a hidden cell read as seen costs more than the reverse


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a training run was asked for."""

    data: tuple[Path, ...]
    out: Path
    epochs: int
    minutes: float | None
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
        logits.occluded[:, 0].float(),
        batch.occluded.clamp(min=0).float(),
        reduction="none",
        pos_weight=torch.tensor(HIDDEN_WEIGHT),
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
    """Run to the end of the plan and return the averaged network; its weights are `ema` in OUT/last.pt."""
    torch.manual_seed(plan.seed)
    torch.set_num_threads(plan.threads)
    plan.out.mkdir(parents=True, exist_ok=True)
    run = _Run(plan)
    while run.progress < 1:
        started = time.monotonic()
        samples = read_all(plan.data)  # anew each time: scenes may still be arriving
        held = [s for s in samples if is_held(s.scene)]
        taught = [s for s in samples if not is_held(s.scene)]
        run.epoch += 1
        loss = run.learn(taught, console=console)
        facts: dict[str, Any] = {"epoch": run.epoch, "scenes": len({s.scene for s in samples}), "faces": len(taught)}
        facts |= {"loss": loss, "rate": run.rate, "seconds": time.monotonic() - started, "progress": run.progress}
        if held:
            facts |= measure(run.ema.module, held, size=plan.batch)
        run.keep(facts)
        console.print(" ".join(f"{k}={v:.4f}" if isinstance(v, float) else f"{k}={v}" for k, v in facts.items()))
    return run.ema.module


def read_all(roots: tuple[Path, ...]) -> list[Sample]:
    """The samples of several data sets."""
    return [sample for root in roots for sample in read_samples(root)]


class _Run:
    """The state of a run: network, its running average, optimiser, and how far it is (0 … 1, by epochs or minutes)."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.net = CellNet().to(memory_format=torch.channels_last)
        if plan.start:
            self.net.load_state_dict(torch.load(plan.start, weights_only=True)["ema"])
        self.ema = AveragedModel(self.net, multi_avg_fn=get_ema_multi_avg_fn(EMA_DECAY), use_buffers=True)
        self.optimiser = torch.optim.AdamW(self.net.parameters(), lr=plan.rate, weight_decay=0.03)
        self.epoch, self.elapsed_s = 0, 0.0
        self._resume(plan.out / "last.pt")

    @property
    def progress(self) -> float:
        if self.plan.minutes:
            return min(1.0, self.elapsed_s / (60 * self.plan.minutes))
        return self.epoch / self.plan.epochs

    @property
    def rate(self) -> float:
        return float(self.optimiser.param_groups[0]["lr"])

    def learn(self, taught: list[Sample], *, console: Console) -> float:
        """One pass over the samples; mean loss."""
        plan = self.plan
        batches = Batches(taught, size=plan.batch, epoch=self.epoch + 1000 * plan.seed, varied=True)
        loader = DataLoader(
            batches, batch_size=None, num_workers=plan.workers, prefetch_factor=4 if plan.workers else None
        )
        weights = stage_weights(taught, stages=6)
        self.net.train()
        total, before = 0.0, time.monotonic()
        columns = (TextColumn(f"epoch {self.epoch}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("train", total=len(batches))
            for index, batch in enumerate(loader):
                inside = (self.epoch - 1 + index / len(batches)) / max(plan.epochs, 1)
                self._set_rate(self.progress if plan.minutes else inside)
                total += self._step(batch, weights=weights)
                now = time.monotonic()
                self.elapsed_s, before = self.elapsed_s + now - before, now
                bar.advance(task)
        return total / max(len(batches), 1)

    def _set_rate(self, progress: float) -> None:
        """Linear warm-up over the first twentieth, then a cosine to a hundredth."""
        warm = min(1.0, 0.05 + progress / 0.05)
        rate = self.plan.rate * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0))))
        for group in self.optimiser.param_groups:
            group["lr"] = rate

    def _step(self, batch: Batch, *, weights: Tensor) -> float:
        self.optimiser.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16):
            loss = loss_of(self.net, batch, weights=weights)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 2.0)
        self.optimiser.step()
        self.ema.update_parameters(self.net)
        return float(loss.detach())

    def keep(self, facts: dict[str, Any]) -> None:
        """Write OUT/last.pt by rename, the log and the curves."""
        out = self.plan.out
        state = {
            "net": self.net.state_dict(),
            "ema": self.ema.module.state_dict(),
            "averaged": int(self.ema.n_averaged),
            "optimiser": self.optimiser.state_dict(),
            "epoch": self.epoch,
            "elapsed_s": self.elapsed_s,
        }
        torch.save(state, out / "last.tmp")
        (out / "last.tmp").replace(out / "last.pt")
        with (out / "log.jsonl").open("a") as log:
            log.write(json.dumps(facts) + "\n")
        draw_curves(out)

    def _resume(self, path: Path) -> None:
        if not path.exists():
            return
        state = torch.load(path, weights_only=True)
        self.net.load_state_dict(state["net"])
        self.ema.module.load_state_dict(state["ema"])
        self.ema.n_averaged.fill_(state["averaged"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.epoch, self.elapsed_s = int(state["epoch"]), float(state["elapsed_s"])


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
    parser.add_argument("--minutes", type=float, help="end by the clock instead of by epochs")
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
