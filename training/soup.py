"""Averages the weights of runs that continue one another: `python -m training.soup --run RUN1 --run RUN2 --out RUN`.

The mean of fine-tuned weights is often better than each of them and costs no run time (Wortsman et al., "Model soups",
ICML 2022). It is only meaningful where one run started from another's weights. The first may be exported weights
(.onnx) that the last one started from; one that is given twice counts twice.
"""

import argparse
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from training.network import CellNet
from training.start import take_over

KEPT = ("log.jsonl", "plan.json")  # of the last run: what the card tells of training


def mean_of(states: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Tensor by tensor, equal shares; counters are those of the last. ValueError where names or shapes differ."""
    last = states[-1]
    for state in states:
        if {name: each.shape for name, each in state.items()} != {name: each.shape for name, each in last.items()}:
            msg = "runs of different networks, expected the same names and shapes of tensors in each"
            raise ValueError(msg)
    return {
        name: torch.stack([state[name] for state in states]).mean(dim=0) if torch.is_floating_point(each) else each
        for name, each in last.items()
    }


def soup(runs: Sequence[Path], out: Path) -> None:
    """Write OUT/last.pt with the mean of the averaged weights of `runs`; all else is the last run's."""
    states = [_state_of(run) for run in runs]
    names = ", ".join(f"{times} x {name}" for name, times in Counter(run.name for run in runs).items())
    mixed = states[-1] | {
        "ema": mean_of([state["ema"] for state in states]),
        "start": f"{states[-1]['start']}; shipped is a mean: {names}",
    }
    out.mkdir(parents=True, exist_ok=True)
    torch.save(mixed, out / "last.pt")
    for name in KEPT:
        shutil.copyfile(runs[-1] / name, out / name)


def _state_of(run: Path) -> dict[str, Any]:
    if run.suffix != ".onnx":
        state: dict[str, Any] = torch.load(run / "last.pt", weights_only=True)
        return state
    net = CellNet()
    take_over(net, run)
    return {"ema": net.state_dict()}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, action="append", required=True, help="in the order in which they were made")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    soup(given.run, given.out)


if __name__ == "__main__":
    main()
