"""The cell network: plain 3x3 convolutions over the canvas, pooled into cells, read by three heads."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from edge_agent.vision.rectify import CELL_PX, MARGIN_BELOW_PX, MARGIN_SIDE_PX

STRIDE = 8
MEAN, SCALE = 118.0, 64.0


class CellLogits(NamedTuple):
    """Logits per cell, batch x channels x rows x cols, rows from the top of the canvas down."""

    stage: Tensor
    cover: Tensor
    occluded: Tensor


class Residual(nn.Module):
    """Two 3x3 convolutions with an additive skip."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = conv(width, width)
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width))

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.second(self.first(x)))


def conv(inputs: int, outputs: int, *, stride: int = 1, kernel: int = 3) -> nn.Sequential:
    """Convolution, batch norm, ReLU."""
    padding = kernel // 2 if stride < kernel else 0
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride=stride, padding=padding, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class CellNet(nn.Module):
    """Canvas (batch x 3 x height x width, BGR 0–255) to cell logits.

    Pixels go 2 x 2 into channels before the first convolution, which halves the cost of the stem. Stride 8 puts 6 x 6
    features in a cell, aligned with its edges because all margins are multiples of 8. Half of that (3 x 3 a cell)
    carries the wide layers; one 3x3 stride-3 convolution makes a vector per cell that still knows where in the cell a
    thing was (props stand on the lower slab). A last pair of convolutions lets a cell see its neighbours.
    """

    def __init__(self, *, stages: int = 6, covers: int = 3, widths: tuple[int, ...] = (32, 64, 80, 96)) -> None:
        super().__init__()
        b, c, d, e = widths
        self.pixels = nn.Sequential(
            nn.PixelUnshuffle(2), conv(12, b, stride=2), Residual(b), conv(b, c, stride=2), Residual(c)
        )
        self.wide = nn.Sequential(conv(c, d), Residual(d))
        self.to_cell = conv(d, e, stride=3)
        self.neighbours = Residual(e)
        self.drop = nn.Dropout2d(0.15)
        self.heads = nn.Conv2d(e, stages + covers + 1, 1)
        self.stages, self.covers = stages, covers

    def forward(self, canvas: Tensor) -> CellLogits:
        features = self.pixels((canvas - MEAN) / SCALE)
        below, side = MARGIN_BELOW_PX // STRIDE, MARGIN_SIDE_PX // STRIDE
        features = features[:, :, :-below, side:-side]  # the margin storey above stays, as one more row of cells
        features = self.wide(nn.functional.avg_pool2d(features, 2))
        cells = self.neighbours(self.to_cell(features))
        out = self.heads(self.drop(cells))[:, :, 1:]
        return CellLogits(stage=out[:, : self.stages], cover=out[:, self.stages : -1], occluded=out[:, -1:])


assert CELL_PX == STRIDE * 6
