"""Simulated histories: edge, centre, network, disk and clock in one process, each replayed whole by its seed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.simulated.run import run_history, simulated
from tests.faults.simulated.store import ModelStore, RealStore, Store, memory_engine
from tests.faults.size import sized

IN_ONE_TEST = 10


@pytest.fixture(scope="module")
def real() -> Iterator[RealStore]:
    engine = memory_engine()
    yield RealStore(engine=engine)
    engine.dispose()


@pytest.fixture
def disk() -> Iterator[Path]:
    """In memory where the machine has that: the simulation decides what a crash takes, not the disk."""
    fast = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=fast if fast.is_dir() else None) as folder:
        yield Path(folder)


def check(seed: int, store: Store, folder: Path) -> None:
    found = run_history(seed, store, folder)
    assert found.committed > 0
    assert not found.wrong, f"seed {seed}: {found}"
    assert (found.lost, found.doubled) == (0, 0), f"seed {seed}: {found}"


@pytest.mark.parametrize("seed", range(1, sized(8, 150) + 1))
def test_the_centres_own_commit(seed: int, real: RealStore, disk: Path) -> None:
    check(seed, real, disk)


@pytest.mark.parametrize("batch", range(sized(3, 200)))
def test_many_histories(batch: int, disk: Path) -> None:
    for seed in range(10_000 + batch * IN_ONE_TEST, 10_000 + (batch + 1) * IN_ONE_TEST):
        check(seed, ModelStore(), disk / str(seed))


@pytest.mark.requirement("A12")
@pytest.mark.parametrize("hours", [1, 72])
def test_a_centre_that_is_away_for_days(hours: int, real: RealStore, disk: Path) -> None:
    """Row 3, at a record every few minutes. The connection is lost within, as when the broker is started again."""
    with simulated(700 + hours, real, disk) as simulation:
        simulation.centre.crash()
        for hour in range(hours):
            for edge in simulation.edges:
                edge.produce(20)
                if hour % 5 == 2:
                    edge.disconnect()
            simulation.pass_time(3600)
        drained_s = simulation.calm()
        found = simulation.findings(real)
    assert found.clean
    assert found.committed == 2 * 20 * hours
    assert drained_s < 120


def test_a_centre_that_acknowledges_before_it_commits_is_found_out(disk: Path) -> None:
    """The simulation can fail: the same histories with a hasty centre lose records, and the checker says so."""
    for seed in range(1001, 1021):
        if run_history(seed, ModelStore(), disk / str(seed), steps=80, hasty=True).lost:
            return
    raise AssertionError("twenty histories with a hasty centre and nothing lost: expected the checker to find some")
