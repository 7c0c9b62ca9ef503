"""Kernels are stepped by Muon where they lie, in every direction alike; heads and norms by AdamW."""

import pytest

torch = pytest.importorskip("torch", reason="training environment: pip install -r training/requirements-train.txt")
from torch import nn  # noqa: E402

from training.network import CellNet  # noqa: E402
from training.optimisers import KernelMuon, as_matrix, optimisers  # noqa: E402

RATE = 1e-2


def test_a_kernels_step_goes_equally_far_in_every_direction() -> None:
    layer = nn.Conv2d(6, 4, 3, bias=False).to(memory_format=torch.channels_last)
    before = as_matrix(layer.weight).clone()
    stepping = KernelMuon([layer.weight], rate=RATE)
    steep = torch.rand(2, 6, 5, 5) * torch.logspace(-2, 2, 6)[:, None, None]
    layer(steep).square().sum().backward()
    stepping.step()
    lengths = torch.linalg.svdvals(as_matrix(layer.weight) - before) / (RATE * 0.2 * 54**0.5)
    assert float(torch.linalg.cond(as_matrix(layer.weight.grad))) > 3
    assert 0.5 < float(lengths.min()) <= float(lengths.max()) < 1.5
    stepping.zero_grad()
    assert layer.weight.grad is None


def test_a_kernel_laid_out_otherwise_is_refused() -> None:
    with pytest.raises(ValueError, match="expected channels last"):
        as_matrix(nn.Conv2d(6, 4, 3).weight)


def test_every_weight_is_stepped_by_one_of_them() -> None:
    net = CellNet().to(memory_format=torch.channels_last)
    before = {name: weight.clone() for name, weight in net.named_parameters()}
    both = optimisers(net, rate=RATE)
    for weight in net.parameters():
        weight.grad = torch.ones_like(weight)
    for each in both:
        each.step()
    assert [name for name, weight in net.named_parameters() if torch.equal(weight, before[name])] == []
    heads = {id(weight) for part in (net.stages, net.rest, net.weather) for weight in part.parameters()}
    assert heads <= {id(weight) for group in both[1].param_groups for weight in group["params"]}
