"""A run may start from the weights of another: of the same network, or of the first generation (new buildings only)."""

from pathlib import Path

import torch
from torch import Tensor

from training.network import CellNet

FIRST_STEM = "pixels."  # where the first generation kept what is `stem` now, one further along
FIRST_HEADS, FIRST_STAGES = "heads.", 6  # one head: six stages, three covers, hidden


def take_over(net: CellNet, path: Path) -> int:
    """Copy every tensor of a last.pt's averaged weights that fits by name and shape; how many. ValueError if none.

    The layers that the first generation lacks begin as if they were not there, so nothing it knew is lost.
    """
    given = _renamed(torch.load(path, weights_only=True)["ema"], net)
    own = net.state_dict()
    fitting = {name: tensor for name, tensor in given.items() if name in own and own[name].shape == tensor.shape}
    if not fitting:
        msg = f"{path}: no tensor that fits this network, expected weights of an earlier run"
        raise ValueError(msg)
    net.load_state_dict(own | fitting)
    return len(fitting)


def _renamed(state: dict[str, Tensor], net: CellNet) -> dict[str, Tensor]:
    renamed = {}
    for name, tensor in state.items():
        if name.startswith(FIRST_STEM):
            layer, rest = name.removeprefix(FIRST_STEM).split(".", 1)
            renamed[f"stem.{int(layer) - 1}.{rest}"] = tensor
        elif name.startswith(FIRST_HEADS):
            part = name.removeprefix(FIRST_HEADS)
            renamed[f"stages.new_build.{part}"] = tensor[:FIRST_STAGES]
            rest_own = net.state_dict()[f"rest.{part}"].clone()
            rest_own[: len(tensor) - FIRST_STAGES] = tensor[FIRST_STAGES:]
            renamed[f"rest.{part}"] = rest_own
        else:
            renamed[name] = tensor
    return renamed
