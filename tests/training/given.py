"""Samples and networks that the tests of learning begin with."""

from pathlib import Path

import torch

from training.network import CellNet
from training.sample import Library, Sample


def read_samples(root: Path) -> list[Sample]:
    """Every face of every frame of one data set that has truth."""
    library = Library(roots=(root,))
    library.refresh()
    return library.samples[0]


def having_learnt(net: CellNet) -> CellNet:
    """With norms as training leaves them."""
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.running_mean, -0.5, 0.5)
            torch.nn.init.uniform_(module.running_var, 0.5, 2.0)
            torch.nn.init.uniform_(module.weight, 0.2, 1.5)
    return net
