"""Fits the feature baseline on the same cells the network learns from: `python -m training.baseline --data DIR`."""

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from edge_agent.vision.baseline import cell_features
from edge_agent.vision.dataset import UNKNOWN
from training.dataset import Sample, cut, read_samples, stage_weights
from training.train import is_held

Floats = npt.NDArray[np.float64]


def cells_of(samples: list[Sample]) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Features and stages of all cells that may be learnt."""
    features, stages = [], []
    for sample in samples:
        learnt = sample.scored & ~sample.truth.occluded & (sample.truth.stage != UNKNOWN)
        if learnt.any():
            features.append(cell_features(cut(sample.image, sample.nodes))[learnt])
            stages.append(sample.truth.stage[learnt])
    return np.concatenate(features), np.concatenate(stages)


def fit(
    features: Floats, stages: npt.NDArray[np.int64], *, weights: torch.Tensor, decay: float = 1e-3
) -> dict[str, Floats]:
    """Multinomial logistic regression by L-BFGS on standardised features, class-balanced like the network."""
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    x = torch.tensor((features - mean) / scale, dtype=torch.float64)
    y = torch.tensor(stages)
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


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, action="append", required=True)
    parser.add_argument("--out", type=Path, default=Path("models/feature_baseline.npz"))
    given = parser.parse_args()
    samples = [s for root in given.data for s in read_samples(root)]
    taught, held = [s for s in samples if not is_held(s.scene)], [s for s in samples if is_held(s.scene)]
    fitted = fit(*cells_of(taught), weights=stage_weights(taught, stages=6))
    np.savez_compressed(given.out, **{name: np.asarray(value, np.float32) for name, value in fitted.items()})
    if held:
        features, stages = cells_of(held)
        said = ((features - fitted["mean"]) / fitted["scale"] @ fitted["weights"] + fitted["bias"]).argmax(axis=1)
        print(f"{len(stages)} held cells, accuracy {np.mean(said == stages):.3f}")


if __name__ == "__main__":
    main()
