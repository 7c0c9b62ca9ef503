"""What an edge process of the delivery bench is to do, and how it makes its records. Imports no part of the product."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

BATCH = 200
TICK_S = 0.05
AT = 1_788_228_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One gateway: `rate` records a second (0 = as fast as it can) for `seconds`, sent to the broker on `port`.

    `signed`: ours signs its frames with the key in `key.pem`.
    """

    folder: Path
    gateway: str
    port: int
    password: str
    seconds: float
    rate: int
    kind: str
    signed: bool = False

    def save(self) -> Path:
        """As a file for the edge's command line."""
        path = self.folder / "job.json"
        path.write_text(json.dumps(asdict(self) | {"folder": str(self.folder)}))
        return path


def job_of(path: str) -> Job:
    """Read what `save` wrote."""
    plain = json.loads(Path(path).read_text())
    return Job(**plain | {"folder": Path(plain["folder"])})


def body_of(kind: str, n: int) -> dict[str, Any]:
    """About 130 bytes, or about what a face reading of 10 x 8 cells holds (1.8 kB)."""
    if kind == "small":
        return {"camera": "c1", "building": "qp-b1", "n": n, "value_bp": n % 10_000, "note": "x" * 60}
    cells = [[(n + r + c) % 6 for c in range(8)] for r in range(10)]
    stages = ["void", "formwork", "structure", "infill", "base", "finished"]
    same: dict[str, Any] = dict.fromkeys(("model_sha256", "frame_sha256", "evidence_sha256"), "ab" * 32)
    return same | {
        "camera": "qp-c1",
        "face": "qp-b1-south",
        "building": "qp-b1",
        "work_type": "new_build",
        "stages": stages,
        "stage_shares_bp": [0, 5000, 5000, 0, 0, 0],
        "completion_bp": 3750,
        "sigma_bp": 240,
        "coverage_bp": n % 10_000,
        "top_storey": 2,
        "stage": cells,
        "stage_bp": [[9000] * 8 for _ in cells],
        "occluded": [[0] * 8 for _ in cells],
        "cover": [[""] * 8 for _ in cells],
        "quality": ["rain"],
        "registration": "VERIFIED",
        "residual_mpx": 412,
        "abstained": None,
    }


def batches(job: Job) -> Iterator[range]:
    """Numbers from 1 on, in batches of at most 200, paced by the clock; ends after `seconds`."""
    began, first = time.monotonic(), 1
    while (now := time.monotonic() - began) < job.seconds:
        due = first + BATCH - 1 if job.rate == 0 else int((now + TICK_S) * job.rate)
        if job.rate and due < first:
            time.sleep(TICK_S / 5)
            continue
        last = min(due, first + BATCH - 1)
        yield range(first, last + 1)
        first = last + 1


def produce(job: Job, append: Callable[[range], None]) -> int:
    """Append every batch, noting when each was begun; waits for the start first. Returns how many records there are."""
    (job.folder / "ready").touch()
    while not (job.folder.parent / "go").exists():
        time.sleep(0.01)
    count = 0
    with (job.folder / "appended.txt").open("w") as log:
        for numbers in batches(job):
            begun = time.monotonic()
            append(numbers)
            log.write(f"{numbers[0]} {numbers[-1]} {begun}\n")
            count = numbers[-1]
    (job.folder / "produced").write_text(str(count))
    return count


def asked() -> Job:
    """The job named on the command line."""
    return job_of(sys.argv[1])
