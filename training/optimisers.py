"""How weights are stepped: kernels by Muon, all the rest by AdamW."""

from collections.abc import Iterable

from torch import Tensor, nn
from torch.optim import AdamW, Muon, Optimizer

WEIGHT_DECAY = 0.03
HEADS = ("stages", "rest", "weather")


class KernelMuon(Muon):
    """torch's Muon steps matrices; this one steps kernels, each as outputs x (its place · inputs).

    A step turns all directions of a kernel equally (its momentum, made orthogonal), as long as one of AdamW: Jordan
    et al. 2024, "Muon: an optimizer for hidden layers in neural networks"; Liu et al. 2025, arXiv 2502.16982.
    """

    def __init__(self, kernels: Iterable[nn.Parameter], *, rate: float) -> None:
        self._kernels = list(kernels)
        matrices = [as_matrix(kernel) for kernel in self._kernels]
        super().__init__(matrices, lr=rate, weight_decay=WEIGHT_DECAY, adjust_lr_fn="match_rms_adamw")
        self._matrices = matrices

    def step(self) -> None:  # type: ignore[override]
        """One step by the gradients of the kernels; a kernel without one stays."""
        for kernel, matrix in zip(self._kernels, self._matrices, strict=True):
            matrix.grad = None if kernel.grad is None else kernel.grad.permute(0, 2, 3, 1).flatten(1)
        super().step()

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of the kernels."""
        for kernel in self._kernels:
            kernel.grad = None


def as_matrix(kernel: Tensor) -> Tensor:
    """A kernel (outputs x inputs x height x width, channels last) as outputs x rest, in the same memory.

    ValueError where its memory is laid out otherwise.
    """
    matrix = kernel.detach().permute(0, 2, 3, 1).flatten(1)
    if matrix.data_ptr() != kernel.data_ptr():
        msg = f"kernel of strides {kernel.stride()}, expected channels last"
        raise ValueError(msg)
    return matrix


def optimisers(net: nn.Module, *, rate: float) -> tuple[Optimizer, ...]:
    """Those that step a network whose memory is channels last: its kernels but for the heads', and everything else."""
    named = dict(net.named_parameters())
    kernels = [name for name, weight in named.items() if weight.ndim == 4 and name.split(".")[0] not in HEADS]
    rest = [weight for name, weight in named.items() if name not in kernels]
    return (
        KernelMuon((named[name] for name in kernels), rate=rate),
        AdamW(rest, lr=rate, weight_decay=WEIGHT_DECAY),
    )
