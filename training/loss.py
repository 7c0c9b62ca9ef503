"""What the network is asked to be good at, and the figures by which a run is watched."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from edge_agent.vision.dataset import UNKNOWN
from edge_agent.vision.stages import STAGE_LISTS
from training.batches import Batch, Batches
from training.network import GLANCE, CellLogits, CellNet
from training.sample import WORK_TYPES, Sample

CREDIT = {kind: torch.tensor(stages.credit_bp) / 10000 for kind, stages in STAGE_LISTS.items()}
HIDDEN_WEIGHT = 2.0  # one cell in ten is hidden, and a hidden cell read as seen costs more than the reverse
CREDIT_SHARE, FACE_SHARE, HIDDEN_SHARE, COVER_SHARE, OCCLUDER_SHARE = 2.0, 4.0, 0.7, 0.3, 0.25
WEATHER_SHARE = 0.15
BEHIND_SHARE = 0.3  # what a hidden cell counts for: what may stand there is told by its neighbours, or by nothing


def as_planes(canvas: Tensor) -> Tensor:
    """Batch x H x W x 3 bytes as the network takes them in training."""
    return canvas.permute(0, 3, 1, 2).float().contiguous(memory_format=torch.channels_last)


def glances(net: CellNet, batch: Batch) -> Tensor:
    """What each item is compared with, as `CellNet.glance` gives it; zeros where there was no earlier look.

    Learnt through as well: the same wall in another light, and half as sharp, must come out as the same.
    """
    height, width = batch.stage.shape[-2:]
    first = torch.zeros(len(batch.known), GLANCE + 1, height + 1, width)
    known = batch.known > 0
    if known.any():
        first[known] = net.glance(as_planes(batch.first[known])).float()
    return first


def loss_of(logits: CellLogits, batch: Batch, *, weights: dict[str, Tensor], weather: bool = True) -> Tensor:
    """Stages (each item by the head of its work type), hiding, covers, kinds of occluder and, if asked, weather."""
    told = (batch.occluded >= 0).float()
    hidden = functional.binary_cross_entropy_with_logits(
        logits.occluded[:, 0].float(),
        batch.occluded.clamp(min=0).float(),
        reduction="none",
        pos_weight=torch.tensor(HIDDEN_WEIGHT),
    )
    covered = functional.binary_cross_entropy_with_logits(logits.cover.float(), batch.cover, reduction="none")
    kinds = functional.cross_entropy(logits.occluder.float(), batch.occluder, ignore_index=UNKNOWN, reduction="sum")
    loss = (
        stage_loss(logits, batch, weights=weights)
        + HIDDEN_SHARE * (hidden * told).sum() / told.sum().clamp(min=1)
        + COVER_SHARE * (covered * told[:, None]).sum() / (3 * told.sum().clamp(min=1))
        + OCCLUDER_SHARE * kinds / (batch.occluder >= 0).sum().clamp(min=1)
    )
    return loss + WEATHER_SHARE * weather_loss(logits.weather, batch.weather) if weather else loss


def stage_loss(logits: CellLogits, batch: Batch, *, weights: dict[str, Tensor]) -> Tensor:
    """Cross-entropy + squared credit error of each cell, and squared error of the mean of what each canvas shows.

    Hidden cells are learnt too, for little: one that nobody taught was taken for what hides it.
    """
    cross, squares, faces = torch.zeros(()), torch.zeros(()), torch.zeros(())
    truth = torch.where(batch.stage == UNKNOWN, batch.behind, batch.stage)
    shown = (batch.stage != UNKNOWN).float()
    counts = shown + BEHIND_SHARE * (batch.behind != UNKNOWN)
    for index, kind in enumerate(WORK_TYPES):
        mine = batch.work == index
        if not mine.any():
            continue
        stage, wanted = logits.stage[kind][mine].float(), truth[mine]
        each = functional.cross_entropy(
            stage, wanted.clamp(min=0), weight=weights[kind], reduction="none", label_smoothing=0.03
        )
        error = credit_error(stage, wanted, kind=kind)
        cross = cross + (each * counts[mine]).sum()
        squares = squares + (error**2 * counts[mine]).sum()
        seen = shown[mine]
        faces = faces + (((error * seen).sum((1, 2)) / seen.sum((1, 2)).clamp(min=1)) ** 2).sum()
    return (cross + CREDIT_SHARE * squares) / counts.sum().clamp(min=1) + FACE_SHARE * faces / len(batch.work)


def credit_error(stage: Tensor, wanted: Tensor, *, kind: str) -> Tensor:
    """Expected minus true credit of each cell (0 … 1), batch x rows x cols; meaningless where `wanted` is unknown."""
    return torch.einsum("bsrc,s->brc", stage.softmax(dim=1), CREDIT[kind]) - CREDIT[kind][wanted.clamp(min=0)]


def weather_loss(said: Tensor, wanted: Tensor) -> Tensor:
    """Mean over the weathers of the items whose conditions are told."""
    told = (wanted >= 0).float()
    each = functional.binary_cross_entropy_with_logits(said.float(), wanted.clamp(min=0), reduction="none")
    return (each * told).sum() / told.sum().clamp(min=1)


@dataclass(slots=True, kw_only=True)
class Tally:
    """Figures of one work type, gathered over batches."""

    confusion: npt.NDArray[np.float64]
    hidden: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros((2, 2)))
    errors: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """Cells, accuracy, macro-F1, recall by stage, face error and bias (points), F1 of hiding."""
        right, true, said = np.diag(self.confusion), self.confusion.sum(1), self.confusion.sum(0)
        f1 = 2 * right / (true + said).clip(1)
        hits, missed, false = self.hidden[1, 1], self.hidden[1, 0], self.hidden[0, 1]
        return {
            "cells": int(self.confusion.sum()),
            "accuracy": round(float(right.sum() / max(self.confusion.sum(), 1)), 4),
            "macro_f1": round(float(f1[true > 0].mean()), 4) if true.any() else 0.0,
            "recall": [round(float(r), 3) for r in right / true.clip(1)],
            "mae_pp": round(float(np.abs(self.errors).mean()), 3) if self.errors else 0.0,
            "bias_pp": round(float(np.mean(self.errors)), 3) if self.errors else 0.0,
            "occlusion_f1": round(float(2 * hits / max(2 * hits + missed + false, 1)), 4),
        }


def measure(net: CellNet, samples: Sequence[Sample], *, size: int, first: bool = True) -> dict[str, dict[str, Any]]:
    """Figures by work type on plain windows of held samples, compared with the first look where there is one."""
    net.eval()
    tallies = {kind: Tally(confusion=np.zeros((len(credit),) * 2)) for kind, credit in CREDIT.items()}
    plan = Batches(samples, size=size, epoch=0, varied=False, first=first)
    with torch.no_grad():
        for batch in map(plan.__getitem__, range(len(plan))):
            logits = net(as_planes(batch.canvas), glances(net, batch))
            for index, kind in enumerate(WORK_TYPES):
                mine = batch.work == index
                if mine.any():
                    _count(tallies[kind], logits, batch, mine=mine, kind=kind)
    return {kind: tally.figures() for kind, tally in tallies.items() if tally.confusion.any()}


def _count(tally: Tally, logits: CellLogits, batch: Batch, *, mine: Tensor, kind: str) -> None:
    stage, wanted = logits.stage[kind][mine], batch.stage[mine]
    known = wanted != UNKNOWN
    np.add.at(tally.confusion, (wanted[known].numpy(), stage.argmax(1)[known].numpy()), 1)
    for error, mask in zip(credit_error(stage, wanted, kind=kind), known, strict=True):
        if mask.any():
            tally.errors.append(100 * float(error[mask].mean()))
    occluded = batch.occluded[mine]
    told = occluded >= 0
    np.add.at(tally.hidden, (occluded[told].numpy(), (logits.occluded[mine, 0][told] > 0).long().numpy()), 1)
