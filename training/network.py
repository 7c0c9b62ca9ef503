"""The cell network: plain 3x3 convolutions over the canvas, pooled into cells, read by small heads."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from edge_agent.vision.rectify import CELL_PX, MARGIN_BELOW_PX, MARGIN_SIDE_PX
from edge_agent.vision.stages import COVERS, OCCLUDERS, STAGE_LISTS

STRIDE = 8
MEAN, SCALE = 118.0, 64.0
LEAST_DEVIATION = 0.1  # of SCALE: a canvas of one colour has no contrast to enlarge
WEATHER = ("clear", "overcast", "backlit", "rain", "fog", "snow", "dusk", "night")
CONTEXT = 48  # channels of what a cell is told about its whole face
GLANCE = 96  # channels by which a cell's first look is kept; one more says that there was one


class CellLogits(NamedTuple):
    """Logits per cell, batch x channels x rows x cols, rows from the top of the canvas down.

    `stage` by work type; `weather` batch x 8 (WEATHER, independent) is for training only.
    """

    stage: dict[str, Tensor]
    cover: Tensor
    occluded: Tensor
    occluder: Tensor
    weather: Tensor


class Residual(nn.Module):
    """Two 3x3 convolutions with an additive skip."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = conv(width, width)
        norm = nn.BatchNorm2d(width)
        nn.init.zeros_(norm.weight)  # begins by passing on what comes in: deeper is then never worse to start with
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, padding=1, bias=False), norm)

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
    thing was (props stand on the lower slab). Neighbours are read by a pair of convolutions; then the mean of the face
    is added to each cell (what light it is, what this building is made of) and neighbours are read once more.

    A wall may be compared with how it was when the camera came: `first` is what `glance` gave of that look. An old
    wall and a finished one can be of any colour; which one has changed, a single picture does not tell.

    The canvas is given twice: as it is, and in its own light (grey-world, channel by channel), so that a wall need not
    be learnt anew for each exposure and white balance.

    `constant_channels` adds the position in the canvas as two input planes, `coarse` halves the canvas's resolution,
    `own_light` False gives the canvas once: the ablations that are a matter of the network.
    """

    def __init__(
        self,
        *,
        widths: tuple[int, ...] = (32, 64, 80, GLANCE),
        constant_channels: bool = False,
        coarse: bool = False,
        own_light: bool = True,
    ) -> None:
        super().__init__()
        b, c, d, e = widths
        self.constant_channels, self.coarse, self.own_light = constant_channels, coarse, own_light
        planes = 4 * (6 if own_light else 3) + (2 if constant_channels else 0)
        self.unshuffle = nn.PixelUnshuffle(2)
        self.stem = nn.Sequential(conv(planes, b, stride=2), Residual(b), conv(b, c, stride=2), Residual(c))
        self.wide = nn.Sequential(conv(c, d), Residual(d), Residual(d), Residual(d))
        self.to_cell = conv(d, e, stride=3)
        self.compare = nn.Sequential(nn.Conv2d(2 * e, e, 1), nn.ReLU(inplace=True), nn.Conv2d(e, e, 1))
        nn.init.zeros_(self.compare[2].weight)  # type: ignore[arg-type]
        nn.init.zeros_(self.compare[2].bias)  # type: ignore[arg-type]
        self.neighbours = Residual(e)
        self.context = nn.Sequential(nn.Conv2d(e, CONTEXT, 1), nn.ReLU(inplace=True))
        self.told = nn.Conv2d(CONTEXT, e, 1)
        nn.init.zeros_(self.told.weight)
        nn.init.zeros_(self.told.bias)
        self.again = Residual(e)
        self.drop = nn.Dropout2d(0.15)
        self.stages = nn.ModuleDict({kind: nn.Conv2d(e, len(stages.names), 1) for kind, stages in STAGE_LISTS.items()})
        self.rest = nn.Conv2d(e, len(COVERS) + 1 + len(OCCLUDERS), 1)
        self.weather = nn.Conv2d(CONTEXT, len(WEATHER), 1)

    def forward(self, canvas: Tensor, first: Tensor | None = None) -> CellLogits:
        return self.read(self.glance(canvas), first)

    def read(self, now: Tensor, first: Tensor | None, *, several: bool = False) -> CellLogits:
        """Logits from the glance of this look and that of the first one (None: there was none).

        `several`: of one canvas, which is compared with any number of first looks.
        """
        cells, context = self.cells(now, first, several=several)
        cells = self.drop(cells)[:, :, 1:]  # the row above the top storey has told its neighbours
        rest = self.rest(cells)
        covers = len(COVERS)
        return CellLogits(
            stage={kind: read(cells) for kind, read in self.stages.items()},
            cover=rest[:, :covers],
            occluded=rest[:, covers : covers + 1],
            occluder=rest[:, covers + 1 :],
            weather=self.weather(context).flatten(1),
        )

    def glance(self, canvas: Tensor) -> Tensor:
        """Each cell by itself, and the row above the face: batch x GLANCE + 1 x rows + 1 x cols, the last all ones."""
        features = self.stem(self._planes((canvas - MEAN) / SCALE))
        below, side = MARGIN_BELOW_PX // STRIDE, MARGIN_SIDE_PX // STRIDE
        features = features[:, :, :-below, side:-side]  # the margin storey above stays, as one more row of cells
        features = self.wide(nn.functional.avg_pool2d(features, 2))
        with torch.autocast(canvas.device.type, enabled=False):  # one column in bfloat16: NaN by oneDNN
            cells = self.to_cell(features.float())
        return torch.cat([cells, torch.ones_like(cells[:, :1])], dim=1)

    def cells(self, now: Tensor, first: Tensor | None, *, several: bool = False) -> tuple[Tensor, Tensor]:
        """Cell features with the row above the face, and the context of the face (batch x CONTEXT x 1 x 1).

        `first` is a glance, or zeros throughout where nothing was seen before.
        """
        cells = now[:, :-1]
        if first is not None:
            told = self.changed(cells, first)
            cells = cells + (told.mean(dim=0, keepdim=True) if several else told)
        cells = self.neighbours(cells)
        context = self.context(cells.mean(dim=(2, 3), keepdim=True))
        return self.again(cells + self.told(context)), context

    def changed(self, cells: Tensor, first: Tensor) -> Tensor:
        """What comparing tells of each canvas with its own earlier look, or of one canvas with each of several."""
        seen = cells.expand(first.shape[0], -1, -1, -1)
        told: Tensor = first[:, -1:] * self.compare(torch.cat([seen, first[:, :-1]], dim=1))
        return told

    def _planes(self, image: Tensor) -> Tensor:
        if self.coarse:
            small = nn.functional.avg_pool2d(image, 2)
            image = nn.functional.interpolate(small, scale_factor=2.0, mode="bilinear", align_corners=False)
        planes: Tensor = self.unshuffle(image)
        if self.own_light:
            planes = torch.cat([planes, in_its_light(planes)], dim=1)
        if not self.constant_channels:
            return planes
        high, wide = planes.shape[2:]
        down = torch.linspace(-1, 1, high, dtype=planes.dtype).view(1, 1, high, 1).expand(len(planes), 1, high, wide)
        across = torch.linspace(-1, 1, wide, dtype=planes.dtype).view(1, 1, 1, wide).expand(len(planes), 1, high, wide)
        return torch.cat([planes, down, across], dim=1)


def in_its_light(planes: Tensor) -> Tensor:
    """Each colour of each canvas less its mean, in its own deviations: what exposure and white balance leave alone.

    `planes` are batch x 12 x height x width, four of each colour as `PixelUnshuffle(2)` gives them.
    """
    mean = _of_each_colour(planes)
    deviation = _of_each_colour((planes - mean).pow(2)).sqrt()
    return (planes - mean) / (deviation + LEAST_DEVIATION)


def _of_each_colour(planes: Tensor) -> Tensor:
    """The mean over the four planes of each colour, for each of them."""
    colours = planes.mean(dim=(2, 3)).unflatten(1, (3, 4)).mean(dim=2)
    return colours.repeat_interleave(4, dim=1)[:, :, None, None]


assert CELL_PX == STRIDE * 6
