"""Trains the cell network on data sets of the common layout: `python -m training.train --data DIR --out DIR`.

Resumes from OUT/last.pt if it is there. Every epoch is logged to OUT/log.jsonl and drawn in OUT/curves.png.
"""

import argparse
import json
import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel
from torch.utils.data import DataLoader

from training.batches import Batch, Batches
from training.curves import draw_curves
from training.held import is_held, measured
from training.loss import as_planes, glances, loss_of, measure
from training.network import CellNet
from training.optimisers import optimisers
from training.sample import WORK_TYPES, Library, Sample, choose, stage_weights
from training.sketch.face import Sketch, sketches
from training.start import take_over

EMA_DECAY = 0.998  # reached after some thousand steps: a short run averages over a tenth of itself
FREEZE_FROM = 0.6  # progress from which batch norms stay as they will be at run time
MEASURED_MOST = 160  # held faces a work type looked at after each epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class Ablation:
    """What a run is made with; each ablation turns one of them."""

    weather: bool = True
    distractors: bool = True
    light: bool = True
    constant_channels: bool = False
    coarse: bool = False
    own_light: bool = True
    first: bool = True
    paint: bool = True
    veil: bool = True


ABLATIONS = {
    "none": Ablation(),
    "weather": Ablation(weather=False),
    "distractors": Ablation(distractors=False),
    "light": Ablation(light=False),
    "constant_channels": Ablation(constant_channels=True),
    "resolution": Ablation(coarse=True),
    "own_light": Ablation(own_light=False),
    "first_look": Ablation(first=False),
    "paint": Ablation(paint=False),
    "veil": Ablation(veil=False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a training run was asked for. `mix` are the shares of the data sets in an epoch, None by their size.

    `sketches` is the share of an epoch's canvases that is drawn flat (training.sketch), as many for each work type that
    the data have.
    """

    data: tuple[Path, ...]
    out: Path
    mix: tuple[float, ...] | None = None
    sketches: float = 0.0
    epochs: int = 30
    epoch_samples: int | None = 6000
    minutes: float | None = None
    batch: int = 16
    rate: float = 2e-3
    workers: int = 1
    threads: int = 1
    seed: int = 0
    start: Path | None = None
    ablate: str = "none"

    @property
    def with_(self) -> Ablation:
        """What the run is made with."""
        return ABLATIONS[self.ablate]


def network_for(ablation: Ablation) -> CellNet:
    """A fresh network."""
    return CellNet(constant_channels=ablation.constant_channels, coarse=ablation.coarse, own_light=ablation.own_light)


def train(plan: Plan, console: Console) -> CellNet:
    """Run to the end of the plan and return the averaged network; its weights are `ema` in OUT/last.pt."""
    torch.manual_seed(plan.seed)
    torch.set_num_threads(plan.threads)
    cv2.setNumThreads(1)
    plan.out.mkdir(parents=True, exist_ok=True)
    asked = asdict(plan) | {"data": list(map(str, plan.data)), "out": str(plan.out), "start": str(plan.start or "")}
    (plan.out / "plan.json").write_text(json.dumps(asked, indent=1))
    library = Library(roots=plan.data)
    run = _Run(plan)
    while run.progress < 1:
        started = time.monotonic()
        library.refresh()  # scenes may still be arriving
        taught = [[s for s in samples if not is_held(s.scene)] for samples in library.samples]
        run.epoch += 1
        loss, learnt = run.learn(taught, console=console)
        every = [sample for samples in library.samples for sample in samples]
        facts: dict[str, Any] = {"epoch": run.epoch, "scenes": len({s.scene for s in every}), "faces": len(every)}
        facts |= {"learnt": learnt, "loss": round(loss, 4), "rate": run.rate, "progress": round(run.progress, 4)}
        facts["held"] = measure(
            run.ema.module, measured(every, most=MEASURED_MOST), size=plan.batch, first=plan.with_.first
        )
        facts["seconds"] = round(time.monotonic() - started, 1)
        run.keep(facts)
        console.print(told(facts))
    return run.ema.module


def drawn_beside(chosen: Sequence[Sample], *, share: float, rng: np.random.Generator) -> list[Sketch]:
    """Drawn faces that make up `share` of an epoch beside its rendered ones: as many of each kind of work shown."""
    kinds = [kind for kind in WORK_TYPES if any(sample.work_type == kind for sample in chosen)]
    each = round(len(chosen) * share / (1 - share) / len(kinds))
    return [sketch for kind in kinds for sketch in sketches(kind, each, rng)]


def told(facts: dict[str, Any]) -> str:
    """One line of an epoch."""
    head = " ".join(f"{name}={facts[name]}" for name in ("epoch", "scenes", "faces", "learnt", "loss", "seconds"))
    held = [f"{k}: {v['accuracy']:.3f}/{v['macro_f1']:.3f}/{v['mae_pp']:.2f}" for k, v in facts["held"].items()]
    return f"{head} progress={facts['progress']:.3f} accuracy/F1/MAE {' '.join(held)}"


def _averaged(decay: float) -> Any:
    """Running average whose memory grows with the run, so that a short one is not an average of its beginning."""

    def update(means: Sequence[Tensor], values: Sequence[Tensor], count: Tensor | int) -> None:
        kept = min(decay, (1 + int(count)) / (10 + int(count)))
        for mean, value in zip(means, values, strict=True):
            if torch.is_floating_point(mean):
                mean.lerp_(value.to(mean.dtype), 1 - kept)
            else:
                mean.copy_(value)

    return update


def _quiet_worker(_: int) -> None:
    torch.set_num_threads(1)
    cv2.setNumThreads(1)


class _Run:
    """The state of a run: network, its running average, optimisers, and how far it is (0 … 1, by epochs or minutes)."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.net = network_for(plan.with_).to(memory_format=torch.channels_last)
        if plan.start:
            take_over(self.net, plan.start)
        self.ema = AveragedModel(self.net, multi_avg_fn=_averaged(EMA_DECAY), use_buffers=True)
        self.optimisers = optimisers(self.net, rate=plan.rate)
        self.epoch, self.elapsed_s = 0, 0.0
        self._resume(plan.out / "last.pt")

    @property
    def progress(self) -> float:
        if self.plan.minutes:
            return min(1.0, self.elapsed_s / (60 * self.plan.minutes))
        return self.epoch / self.plan.epochs

    @property
    def started_from(self) -> str:
        """The run whose weights it began with, or the file of exported ones; "" for none."""
        start = self.plan.start
        return "" if start is None else start.name if start.suffix == ".onnx" else start.parent.name

    @property
    def rate(self) -> float:
        return float(self.optimisers[0].param_groups[0]["lr"])

    def learn(self, taught: list[list[Sample]], *, console: Console) -> tuple[float, int]:
        """One epoch; mean loss, and how many samples it took."""
        plan, began = self.plan, time.process_time()
        epoch = self.epoch + 1000 * plan.seed
        chosen = choose(taught, mix=plan.mix, count=plan.epoch_samples, rng=np.random.default_rng((epoch, 3)))
        flat = drawn_beside(chosen, share=plan.sketches, rng=np.random.default_rng((epoch, 5)))
        batches = Batches(
            [*chosen, *flat],
            size=plan.batch,
            epoch=epoch,
            varied=True,
            light=plan.with_.light,
            distractors=plan.with_.distractors,
            first=plan.with_.first,
            paint=plan.with_.paint,
            veil=plan.with_.veil,
        )
        loader = DataLoader(
            batches,
            batch_size=None,
            num_workers=plan.workers,
            prefetch_factor=6 if plan.workers else None,
            worker_init_fn=_quiet_worker,
        )
        weights = stage_weights(chosen)
        self.net.train()
        total, learnt, before = 0.0, 0, began
        columns = (TextColumn(f"epoch {self.epoch}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("train", total=len(batches))
            for index, batch in enumerate(loader):
                inside = (self.epoch - 1 + index / len(batches)) / max(plan.epochs, 1)
                self._set_pace(self.progress if plan.minutes else inside)
                total += self._step(batch, weights=weights)
                learnt += len(batch.work)
                now = time.process_time()
                self.elapsed_s, before = self.elapsed_s + now - before, now
                bar.advance(task)
                if plan.minutes and self.progress >= 1:
                    break
        return total * plan.batch / max(learnt, 1), learnt

    def _set_pace(self, progress: float) -> None:
        """Linear warm-up over the first twentieth, then a cosine to a hundredth; norms are frozen on the way, and from
        the beginning where a run goes on from exported weights, which have none of their own.
        """
        warm = min(1.0, 0.05 + progress / 0.05)
        rate = self.plan.rate * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0))))
        for group in (group for each in self.optimisers for group in each.param_groups):
            group["lr"] = rate
        exported = self.plan.start is not None and self.plan.start.suffix == ".onnx"
        if exported or progress >= FREEZE_FROM:
            for module in self.net.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.eval()

    def _step(self, batch: Batch, *, weights: dict[str, Tensor]) -> float:
        """One step; its loss times the share of a full batch it was."""
        for each in self.optimisers:
            each.zero_grad()
        with torch.autocast("cpu", torch.bfloat16):
            logits = self.net(as_planes(batch.canvas), glances(self.net, batch))
        loss = loss_of(logits, batch, weights=weights, weather=self.plan.with_.weather)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 2.0)
        for each in self.optimisers:
            each.step()
        self.ema.update_parameters(self.net)
        return float(loss.detach()) * len(batch.work) / self.plan.batch

    def keep(self, facts: dict[str, Any]) -> None:
        """Write OUT/last.pt by rename, the log and the curves."""
        out = self.plan.out
        state = {
            "net": self.net.state_dict(),
            "ema": self.ema.module.state_dict(),
            "averaged": int(self.ema.n_averaged),
            "optimisers": [each.state_dict() for each in self.optimisers],
            "epoch": self.epoch,
            "elapsed_s": self.elapsed_s,
            "ablate": self.plan.ablate,
            "seed": self.plan.seed,
            "start": self.started_from,
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
        for each, before in zip(self.optimisers, state["optimisers"], strict=True):
            each.load_state_dict(before)
        self.epoch, self.elapsed_s = int(state["epoch"]), float(state["elapsed_s"])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, action="append", required=True, help="data set; may be given again")
    parser.add_argument("--mix", type=float, action="append", help="share of each --data in an epoch, same order")
    parser.add_argument("--sketches", type=float, default=0.0, help="share of canvases drawn flat, 0 to 0.9")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--epoch-samples", type=int, default=6000, help="canvases an epoch, whatever there is")
    parser.add_argument(
        "--minutes", type=float, help="end after so many minutes of its own computing instead of by epochs"
    )
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="of torch; 2 only where nothing else runs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--start", type=Path, help="weights to start from: a last.pt's averaged ones, or exported ones (.onnx)"
    )
    parser.add_argument("--ablate", choices=sorted(ABLATIONS), default="none")
    given = parser.parse_args()
    if given.mix is not None and len(given.mix) != len(given.data):
        parser.error(f"--mix given {len(given.mix)} times, expected once for each of the {len(given.data)} --data")
    if not 0 <= given.sketches <= 0.9:
        parser.error(f"--sketches {given.sketches}, expected 0 to 0.9")
    lists = {"data": tuple(given.data), "mix": None if given.mix is None else tuple(given.mix)}
    train(Plan(**{**vars(given), **lists}), Console())


if __name__ == "__main__":
    main()
