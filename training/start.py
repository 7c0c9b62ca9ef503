"""A run may start from the weights of another: of the same network, of the first generation (new buildings only), or
as they were exported.
"""

from itertools import pairwise
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from training.network import CellNet

FIRST_STEM = "pixels."  # where the first generation kept what is `stem` now, one further along
FIRST_HEADS, FIRST_STAGES = "heads.", 6  # one head: six stages, three covers, hidden
EXPORTED_NAMED, EXPORTED_FOLDED = "net.", "onnx::Conv"  # how the exporter calls weights, and those with a norm in them


def take_over(net: CellNet, path: Path) -> int:
    """Copy every tensor of a last.pt's averaged weights, or of an exported .onnx, that fits by name and shape.

    Returns how many; ValueError if none.

    The layers that the first generation lacks begin as if they were not there, so nothing it knew is lost. Exported
    convolutions have their norms in them: the norms here then pass on what they are given.
    """
    exported = path.suffix == ".onnx"
    given = _exported(path, net) if exported else _renamed(torch.load(path, weights_only=True)["ema"], net)
    own = net.state_dict()
    given = {name: _widened(tensor, own.get(name)) for name, tensor in given.items()}
    fitting = {name: tensor for name, tensor in given.items() if name in own and own[name].shape == tensor.shape}
    if not fitting:
        msg = f"{path}: no tensor that fits this network, expected weights of an earlier run"
        raise ValueError(msg)
    net.load_state_dict(own | fitting)
    return len(fitting)


def _widened(given: Tensor, own: Tensor | None) -> Tensor:
    """Weights of a convolution that takes more channels now: what is new begins as if it were not there."""
    if own is None or given.ndim != 4 or own.ndim != 4 or given.shape[1] >= own.shape[1]:
        return given
    if (given.shape[0], *given.shape[2:]) != (own.shape[0], *own.shape[2:]):
        return given  # another layer, not a wider one
    wide = torch.zeros_like(own)
    wide[:, : given.shape[1]] = given
    return wide


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


def _exported(path: Path, net: CellNet) -> dict[str, Tensor]:
    """The tensors of an exported network by their names here; folded convolutions come in the order of the layers."""
    graph = onnx.load(path).graph
    known = {each.name: torch.from_numpy(numpy_helper.to_array(each).copy()) for each in graph.initializer}
    given = {name.removeprefix(EXPORTED_NAMED): v for name, v in known.items() if name.startswith(EXPORTED_NAMED)}
    folded = [
        node.input[1:3] for node in graph.node if node.op_type == "Conv" and node.input[1].startswith(EXPORTED_FOLDED)
    ]
    left = folded[::-1]
    for conv, norm in _normed(net):
        if not (left and _is_part(known[left[-1][0]], net.get_submodule(conv).weight)):  # type: ignore[arg-type]
            continue  # a layer that the file lacks begins as if it were not there
        weight, bias = left.pop()
        given |= {f"{conv}.weight": known[weight], f"{norm}.bias": known[bias]}
        eps = float(net.get_submodule(norm).eps)  # type: ignore[arg-type]
        given |= {f"{norm}.weight": torch.ones_like(known[bias]), f"{norm}.running_mean": torch.zeros_like(known[bias])}
        given[f"{norm}.running_var"] = torch.full_like(known[bias], 1 - eps)
    if left:
        msg = f"{path}: {len(left)} of {len(folded)} convolutions fit no layer of this network in its order"
        raise ValueError(msg)
    return given


def _is_part(given: Tensor, own: Tensor) -> bool:
    """Whether a convolution's weights are those of a layer, or of one that took fewer channels."""
    return (given.shape[0], *given.shape[2:]) == (own.shape[0], *own.shape[2:]) and given.shape[1] <= own.shape[1]


def _normed(net: CellNet) -> list[tuple[str, str]]:
    """Names of the convolutions that a norm follows, with their norms, in the order of the layers."""
    layers = [(name, layer) for name, layer in net.named_modules() if isinstance(layer, nn.Conv2d | nn.BatchNorm2d)]
    pairs = pairwise(layers)
    return [(a, b) for (a, _), (b, norm) in pairs if isinstance(norm, nn.BatchNorm2d)]
