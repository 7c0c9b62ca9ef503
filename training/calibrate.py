"""Temperature of a stage head, fitted on the pooled cells of scenes held aside."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from edge_agent.vision.first_look import shown
from training.cut import cut
from training.loss import as_planes
from training.network import CellNet
from training.sample import Sample


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldCells:
    """Stage logits (cells x stages) and true stages of visible, told cells."""

    logits: Tensor
    stages: Tensor


def held_cells(net: CellNet, samples: Sequence[Sample], *, kind: str) -> HeldCells:
    """Every visible, told cell, over whole faces."""
    logits: list[Tensor] = [torch.zeros(0, net.stages[kind].out_channels)]
    stages: list[Tensor] = [torch.zeros(0, dtype=torch.int64)]
    net.eval()
    with torch.no_grad():
        for sample in samples:
            canvas = torch.from_numpy(cut(sample.image, sample.nodes))[None]
            first = (
                net.glance(as_planes(torch.from_numpy(shown(sample.before[0].jpeg))[None])) if sample.before else None
            )
            out = net(as_planes(canvas), first).stage[kind][0].flip(1)  # rows from the ground up
            mask = torch.from_numpy(sample.learnt)
            logits.append(out[:, mask].T)
            stages.append(torch.from_numpy(sample.truth.stage)[mask])
    return HeldCells(logits=torch.cat(logits), stages=torch.cat(stages))


def fit_temperature(cells: HeldCells) -> float:
    """Temperature that minimises the log loss (golden section on its logarithm, 0.3 … 4); 1 without any cell."""
    if not len(cells.stages):
        return 1.0
    low, high = math.log(0.3), math.log(4.0)
    ratio = (math.sqrt(5) - 1) / 2

    def loss(at: float) -> float:
        return float(functional.cross_entropy(cells.logits / math.exp(at), cells.stages))

    for _ in range(40):
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, b) if loss(a) < loss(b) else (a, high)
    return math.exp((low + high) / 2)
