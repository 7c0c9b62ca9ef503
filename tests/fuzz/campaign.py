"""A run of the fuzzer: so many cases from one seed, whatever was raised that may not be, and what it cost."""

from __future__ import annotations

import gc
import time
import traceback
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.fuzz.targets import TARGETS, Target

LOOK_EVERY = 2000
CRASHES_KEPT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """An error that no caller expects, and the bytes that raised it."""

    target: str
    case: int
    payload: bytes
    error: str


@dataclass(slots=True, kw_only=True)
class Tally:
    """Of one target: cases, how many were taken as right messages, seconds spent reading."""

    cases: int = 0
    taken: int = 0
    seconds: float = 0.0
    slowest_s: float = 0.0


@dataclass(slots=True, kw_only=True)
class Campaign:
    """What has been found so far. `rss_growth_bytes`: highest resident memory above that after the first cases."""

    seed: int
    tallies: dict[str, Tally] = field(default_factory=dict)
    crashes: list[Crash] = field(default_factory=list)
    rss_growth_bytes: int = 0

    def run(self, cases: int, *, targets: Sequence[Target] = TARGETS, told: Callable[[int], None]) -> None:
        """`told` hears of progress: cases done since the last time."""
        turns = [target for target in targets for _ in range(target.weight)]
        warm = _rss_bytes()
        for case in range(cases):
            self._one(turns[case % len(turns)], case)
            if case % LOOK_EVERY == LOOK_EVERY - 1:
                warm = _rss_bytes() if case < 2 * LOOK_EVERY else warm  # modules and caches are filled by then
                self.rss_growth_bytes = max(self.rss_growth_bytes, _rss_bytes() - warm)
                told(LOOK_EVERY)
        told(cases % LOOK_EVERY)

    def _one(self, target: Target, case: int) -> None:
        random = Random(self.seed << 40 | case)
        payload = target.mutator(random.choice(target.seeds), random, other=random.choice(target.seeds))
        tally = self.tallies.setdefault(target.name, Tally())
        began = time.perf_counter()
        try:
            target.read(payload)
            tally.taken += 1
        except target.refusals:
            pass
        except Exception:  # noqa: BLE001  what the fuzzer is for
            if len(self.crashes) < CRASHES_KEPT:
                error = traceback.format_exc(limit=-4)
                self.crashes.append(Crash(target=target.name, case=case, payload=payload, error=error))
        spent = time.perf_counter() - began
        tally.cases += 1
        tally.seconds += spent
        tally.slowest_s = max(tally.slowest_s, spent)


def keep(crashes: Sequence[Crash], folder: Path) -> Iterator[Path]:
    """Write each crashing payload with its traceback beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    for crash in crashes:
        path = folder / f"{crash.target.replace(' ', '-')}-{crash.case}"
        path.with_suffix(".bin").write_bytes(crash.payload)
        path.with_suffix(".txt").write_text(crash.error)
        yield path.with_suffix(".bin")


def peak_bytes(read: Callable[[bytes], object], payload: bytes, refusals: tuple[type[Exception], ...]) -> int:
    """Most memory that reading this took at any moment, beyond the payload itself."""
    gc.collect()
    tracemalloc.start()
    try:
        read(payload)
    except refusals:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak


def _rss_bytes() -> int:
    with Path("/proc/self/statm").open() as file:
        return int(file.read().split()[1]) * 4096
