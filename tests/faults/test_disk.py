"""Power cuts at every point of a trace, and errors and kills injected into the real process, by strace."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from tests.faults.disk import trace
from tests.faults.disk.crash import KEEPS, Disk, broken_promises
from tests.faults.disk.process import BROKEN, MARKS
from tests.faults.size import sized

pytestmark = pytest.mark.skipif(not trace.is_there(), reason="strace is not installed, or may not trace here")


@pytest.fixture
def disk() -> Iterator[Path]:
    """In memory where the machine has that: what the disk loses is decided here."""
    fast = Path("/dev/shm")
    with TemporaryDirectory(dir=fast if fast.is_dir() else None) as folder:
        yield Path(folder)


def traced(disk: Path, *, seed: int, steps: int, careless: bool = False) -> list[trace.Op]:
    folder = disk / "store"
    assert trace.run(folder, seed=seed, steps=steps, trace=disk / "trace", careless=careless) == 0
    return trace.read(disk / "trace", folder)


def test_a_trace_tells_the_whole_store(disk: Path) -> None:
    """What the trace says was written is what lies there: else the power cuts below would be of something else."""
    ops = traced(disk, seed=1, steps=30)
    state = Disk()
    for op in ops:
        state.apply(op)
    left = state.left("all", Random(1))
    assert left["outbox.db"] == (disk / "store" / "outbox.db").read_bytes()
    assert len(state.promised) == (disk / "store" / MARKS).read_text().count("made")
    assert sum(op.kind == "sync" for op in ops) > len(state.promised)


def cut_everywhere(disk: Path, *, seed: int, steps: int, careless: bool = False) -> int:
    """How many power cuts were survived; AssertionError at the first that was not."""
    state, random, survived = Disk(), Random(seed), 0
    for number, op in enumerate(traced(disk, seed=seed, steps=steps, careless=careless)):
        state.apply(op)
        if "outbox.db" not in state.files:
            continue
        for keep in KEEPS if sized(0, 1) else (KEEPS[number % len(KEEPS)],):
            folder = disk / "left"
            folder.mkdir()
            for name, content in state.left(keep, random).items():
                (folder / name).write_bytes(content)
            wrong = broken_promises(folder, state.promised, state.acked)
            assert not wrong, f"after op {number} ({op.kind} {op.file}), keeping {keep}: {wrong[:5]}"
            shutil.rmtree(folder)
            survived += 1
    return survived


@pytest.mark.parametrize("seed", range(1, sized(1, 6) + 1))
def test_power_cut_at_every_point(disk: Path, seed: int) -> None:
    """Nothing promised is lost, whatever of the unsynced writes survives, wherever the power goes."""
    assert cut_everywhere(disk, seed=seed, steps=40) > 100


def test_a_store_that_does_not_sync_is_found_out(disk: Path) -> None:
    """The lab can fail: the same work with synchronous=OFF breaks its promises at one of the cuts."""
    with pytest.raises(AssertionError, match="after op"):
        cut_everywhere(disk, seed=1, steps=40, careless=True)


SPARSE = [
    "pwrite64:error=ENOSPC:when=60",
    "pwrite64:error=ENOSPC:when=45..90+3",
    "pwrite64:error=EIO:when=70",
    "fdatasync:error=EIO:when=12",
    "ftruncate:error=EIO:when=1",
    "openat:error=ENOSPC:when=4+",
    "pwrite64:error=EROFS:when=40+",
    "pwrite64:signal=KILL:when=55",
    "fdatasync:signal=KILL:when=9",
    "pwrite64:signal=KILL:when=8",
]
EVERY = [
    f"{call}:{what}:when={number}"
    for call, calls in (("pwrite64", 90), ("fdatasync", 30), ("ftruncate", 3))
    for what in ("error=ENOSPC", "error=EIO", "signal=KILL")
    for number in range(1, calls + 1)
]


@pytest.mark.parametrize("inject", EVERY if sized(0, 1) else SPARSE)
def test_error_or_kill_at_a_call(disk: Path, inject: str) -> None:
    """The process goes on, ends and is started again, or is killed: nothing promised is lost, and it starts again."""
    folder = disk / "store"
    status = trace.run(folder, seed=3, steps=40, inject=inject)
    assert status in (0, BROKEN, -9, 137)
    state = Disk()
    if (folder / MARKS).exists():
        for line in (folder / MARKS).read_text().splitlines():
            state.apply(trace.Op(kind="mark", file=MARKS, data=line.encode()))
    assert not broken_promises(folder, state.promised, state.acked)
