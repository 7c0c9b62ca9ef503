"""Claim: 9 criteria judged by 15 experts are weighed within 50 ms: `python -m bench.ahp`.

`[--rounds N] [--json FILE]`: each round is a fresh group of 15 experts (nearly consistent judgements on Saaty's scale,
9 x 9) from their answers to the standing of the node: every expert's weights, CR and worst triple, the group's matrix,
weights, CR, disagreement and distances. Beside it in the same run, numpy does the same by LAPACK (`numpy.linalg.eig` of
15 matrices and of their geometric mean, CR); no AHP library is asked, for four public ones publish wrong ratios. Both
must give the same weights to 1e-9, or it fails. Times are this process's own (`time.process_time`), ms.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

import numpy as np
from rich.console import Console

from central.domain import Text
from central.scoring.ahp import RANDOM_INDEX
from central.scoring.questionnaire import SAATY, Criterion, Opinion, Voice, matrix_of, pairs_of, ratio, standing

SIZE, EXPERTS, LIMIT_MS = 9, 15, 50.0
CRITERIA = tuple(Criterion(id=f"c{n}", name=Text(zh=f"准则{n}", en=f"criterion {n}")) for n in range(SIZE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a round took, ms of this process: median and largest; `numpy_ms` the median of the baseline."""

    rounds: int
    median_ms: float
    max_ms: float
    numpy_ms: float

    @property
    def ratio(self) -> float:
        """Ours over numpy's."""
        return self.median_ms / self.numpy_ms


def a_group(random: Random) -> list[dict[tuple[int, int], int]]:
    """What 15 experts say who see the same weights, each a little otherwise."""
    true = [random.uniform(1, 9) for _ in range(SIZE)]
    return [
        {(i, j): _nearest(true[i] / true[j] * random.uniform(0.8, 1.25)) for i, j in pairs_of(SIZE)}
        for _ in range(EXPERTS)
    ]


def ours(said: list[dict[tuple[int, int], int]]) -> tuple[tuple[float, ...], float]:
    """From answers to weights and CR."""
    voices = [Voice(person=f"e{n:02}", weight=1, opinion=Opinion(size=SIZE, says=says)) for n, says in enumerate(said)]
    group = standing("n", 1, CRITERIA, voices).group
    if group is None:
        raise RuntimeError("an expert of the bench contradicts himself: expected CR < 0.10")
    return group.weights, group.cr


def by_numpy(said: list[dict[tuple[int, int], int]]) -> tuple[list[float], float]:
    """The same by LAPACK."""
    matrices = np.array([matrix_of(SIZE, says) for says in said])
    for matrix in matrices:
        np.linalg.eig(matrix)
    roots, vectors = np.linalg.eig(np.exp(np.log(matrices).mean(axis=0)))
    first = int(np.argmax(roots.real))
    vector = np.abs(vectors[:, first].real)
    ci = (float(roots[first].real) - SIZE) / (SIZE - 1)
    return list(vector / vector.sum()), ci / RANDOM_INDEX[SIZE - 1]


def measure(rounds: int) -> Measured:
    """Rounds of new groups, ours and numpy's in turn; RuntimeError where they differ."""
    random, taken, baseline = Random(1), [], []
    for _ in range(rounds):
        said = a_group(random)
        began = time.process_time()
        mine = ours(said)
        between = time.process_time()
        theirs = by_numpy(said)
        taken.append((between - began) * 1000)
        baseline.append((time.process_time() - between) * 1000)
        if max(abs(a - b) for a, b in zip(mine[0], theirs[0], strict=True)) > 1e-9 or abs(mine[1] - theirs[1]) > 1e-9:
            raise RuntimeError(f"ours {mine} and numpy's {theirs} differ")
    return Measured(
        rounds=rounds,
        median_ms=statistics.median(taken),
        max_ms=max(taken),
        numpy_ms=statistics.median(baseline),
    )


def main() -> None:
    """Measure and tell; exit 1 beyond the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    found = measure(given.rounds)
    Console().print(
        f"{EXPERTS} experts x {SIZE} criteria: median {found.median_ms:.2f} ms, largest {found.max_ms:.2f} ms"
        f" (limit {LIMIT_MS:g}); numpy {found.numpy_ms:.2f} ms, ratio {found.ratio:.1f}"
    )
    if given.json:
        given.json.write_text(json.dumps(asdict(found), indent=2))
    if found.max_ms > LIMIT_MS:
        raise SystemExit(1)


def _nearest(wanted: float) -> int:
    return min(SAATY, key=lambda said: abs(np.log(ratio(said) / wanted)))


if __name__ == "__main__":
    main()
