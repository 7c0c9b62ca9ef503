"""Fits the feature baseline on the cells the network learns from: `python -m training.baseline --data DIR`.

One file holds the weights of every work type that the data sets show.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from edge_agent.vision.baseline import cell_features
from training.cut import cut
from training.held import is_held, measured
from training.sample import WORK_TYPES, Library, Sample, stage_weights

Floats = npt.NDArray[np.float64]
TAUGHT_MOST = 2500  # faces a work type; more do not change 40 features
HELD_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """Features (cells x features) and stages of cells that may be learnt."""

    features: Floats
    stages: npt.NDArray[np.int64]


def cells_of(samples: Sequence[Sample]) -> Cells:
    """The visible, told cells of whole faces."""
    seen = [(sample, sample.learnt) for sample in samples if sample.learnt.any()]
    features = [cell_features(cut(sample.image, sample.nodes))[learnt] for sample, learnt in seen]
    return Cells(
        features=np.concatenate(features),
        stages=np.concatenate([sample.truth.stage[learnt] for sample, learnt in seen]),
    )


def fit(cells: Cells, *, weights: torch.Tensor, decay: float = 1e-3) -> dict[str, Floats]:
    """Multinomial logistic regression by L-BFGS on standardised features, class-balanced like the network."""
    mean, scale = cells.features.mean(axis=0), cells.features.std(axis=0) + 1e-6
    x = torch.tensor((cells.features - mean) / scale, dtype=torch.float64)
    y = torch.tensor(cells.stages)
    w = torch.zeros(x.shape[1], len(weights), dtype=torch.float64, requires_grad=True)
    b = torch.zeros(len(weights), dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([w, b], max_iter=300, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        loss = functional.cross_entropy(x @ w + b, y, weight=weights.double()) + decay * (w**2).sum()
        loss.backward()
        return loss

    optimiser.step(closure)
    return {"mean": mean, "scale": scale, "weights": w.detach().numpy(), "bias": b.detach().numpy()}


def accuracy(fitted: dict[str, Floats], cells: Cells) -> float:
    """Share of cells whose stage it says."""
    said = (cells.features - fitted["mean"]) / fitted["scale"] @ fitted["weights"] + fitted["bias"]
    return float(np.mean(said.argmax(axis=1) == cells.stages))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, action="append", required=True)
    parser.add_argument("--out", type=Path, default=Path("models/feature_baseline.npz"))
    given = parser.parse_args()
    torch.set_num_threads(1)
    library = Library(roots=tuple(given.data))
    library.refresh()
    every = [sample for samples in library.samples for sample in samples]
    rng = np.random.default_rng(5)
    arrays: dict[str, Floats] = {}
    for kind in WORK_TYPES:
        taught = [s for s in every if s.work_type == kind and not is_held(s.scene) and s.learnt.any()]
        if not taught:
            continue
        chosen = [taught[i] for i in rng.permutation(len(taught))[:TAUGHT_MOST]]
        fitted = fit(cells_of(chosen), weights=stage_weights(chosen)[kind])
        arrays |= {f"{kind}_{name}": np.asarray(value, np.float32) for name, value in fitted.items()}
        held = [s for s in measured(every, most=HELD_MOST) if s.work_type == kind and s.learnt.any()]
        told = f"accuracy {accuracy(fitted, cells_of(held)):.3f} on {len(held)} held faces" if held else "none held"
        print(f"{kind}: {len(chosen)} faces, {told}")
    np.savez_compressed(given.out, allow_pickle=False, **arrays)


if __name__ == "__main__":
    main()
