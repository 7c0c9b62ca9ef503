"""Simulated histories: edge, centre, network, disk and clock in one process, each replayed whole by its seed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.faults.simulated.centre import memory_engine
from tests.faults.simulated.run import run_history

HISTORIES = 30


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = memory_engine()
    yield engine
    engine.dispose()


@pytest.fixture
def disk() -> Iterator[Path]:
    """In memory where the machine has that: the simulation decides what a crash takes, not the disk."""
    fast = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=fast if fast.is_dir() else None) as folder:
        yield Path(folder)


@pytest.mark.parametrize("seed", range(1, HISTORIES + 1))
def test_history(seed: int, engine: Engine, disk: Path) -> None:
    found = run_history(seed, engine, disk)
    assert found.committed > 0
    assert not found.wrong
    assert (found.lost, found.doubled) == (0, 0)


def test_a_centre_that_acknowledges_before_it_commits_is_found_out(engine: Engine, disk: Path) -> None:
    """The simulation can fail: the same histories with a hasty centre lose records, and the checker says so."""
    lost = 0
    for seed in range(1001, 1021):
        lost += run_history(seed, engine, disk / str(seed), steps=80, hasty=True).lost
        if lost:
            return
    raise AssertionError("twenty histories with a hasty centre and nothing lost: expected the checker to find some")
