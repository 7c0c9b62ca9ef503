"""Clocks that nobody set: what they are called, and that every time they gave can be put right afterwards."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.buffer.outbox import NewRecord, Outbox
from edge_agent.clock import SystemClock
from edge_agent.timekeeping import Timekeeper
from tests.edge_agent.build import START_MS, an_outbox
from wire.messages import Clock as ClockState

HOUR = 3_600_000
DAY = 24 * HOUR


@dataclass(slots=True)
class Machine:
    """A machine whose clock can be anything; `true_ms` is what it ought to be."""

    true_ms: int = START_MS
    wall_off_ms: int = 0
    drift_ppm: int = 0
    kernel: ClockState = "free"
    booted_ms: int = START_MS - 5000

    def clock(self, *, boot: str = "b1", floor_ms: int = 0) -> SystemClock:
        return SystemClock(
            boot=boot,
            floor_ms=floor_ms,
            now_ms=lambda: self.true_ms + self.wall_off_ms,
            boot_ms=lambda: self.true_ms - self.booted_ms,
            kernel=lambda: self.kernel,
        )

    def run(self, for_ms: int) -> None:
        self.true_ms += for_ms
        self.wall_off_ms += for_ms * self.drift_ppm // 1_000_000

    def sync(self) -> None:
        self.wall_off_ms, self.kernel, self.drift_ppm = 0, "synced", 0


@pytest.mark.parametrize(
    ("kernel", "off_ms", "floor_ms", "offset_ms", "state"),
    [
        ("synced", 0, 0, None, "synced"),
        ("free", 0, 0, None, "free"),
        ("free", -START_MS, START_MS - DAY, None, "unknown"),
        ("synced", -START_MS, START_MS - DAY, None, "unknown"),
        ("synced", DAY, 0, -DAY, "unknown"),
        ("synced", -DAY, 0, DAY, "unknown"),
        ("synced", 0, START_MS + DAY, 20, "synced"),
        ("free", 200_000, 0, -200_000, "free"),
    ],
    ids=[
        "set",
        "nobody sets it",
        "1970",
        "1970, and the kernel believes it",
        "a day ahead of the centre",
        "a day behind the centre",
        "the floor was wrong, the centre agrees",
        "within five minutes",
    ],
)
def test_what_a_clock_is_called(
    kernel: ClockState, off_ms: int, floor_ms: int, offset_ms: int | None, state: ClockState
) -> None:
    clock = Machine(wall_off_ms=off_ms, kernel=kernel).clock(floor_ms=floor_ms)
    if offset_ms is not None:
        clock.compare(offset_ms)
    stamp = clock.stamp()
    assert stamp.state == clock.state() == state
    assert (stamp.unset is None) == (state == "synced") == (clock.is_set() is not None)


def test_a_comparison_holds_until_the_clock_is_set_and_not_longer() -> None:
    machine = Machine(wall_off_ms=DAY, kernel="synced")
    clock = machine.clock()
    clock.compare(-DAY)
    machine.run(HOUR)
    assert clock.state() == "unknown"
    machine.wall_off_ms = 0
    assert clock.state() == "synced"


@dataclass(slots=True)
class Site:
    """An agent's way with time: stamp, store, tend. `truth` by number."""

    folder: Path
    machine: Machine = field(default_factory=Machine)
    truth: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.boots = 0
        self.outbox = an_outbox(self.folder)
        self.boot()

    outbox: Outbox = field(init=False)
    clock: SystemClock = field(init=False)
    keeper: Timekeeper = field(init=False)
    boots: int = field(init=False)

    def boot(self) -> None:
        self.boots += 1
        self.machine.booted_ms = self.machine.true_ms - 1000
        self.clock = self.machine.clock(boot=f"b{self.boots}", floor_ms=self.outbox.floor_ms())
        self.keeper = Timekeeper(self.clock, self.outbox)

    def stamp(self) -> None:
        stamp = self.clock.stamp()
        at = max(0, round(stamp.at.timestamp() * 1000))
        record = NewRecord(kind="face_reading", at=at, clock=stamp.state, body={"n": 1}, unset=stamp.unset)
        (seq,) = self.outbox.append([record])
        self.truth[seq] = self.machine.true_ms
        self.keeper.stamped(unset=stamp.unset is not None)

    def retimed(self) -> dict[int, int]:
        """What a centre makes of it: times of records, those that a clock map names moved."""
        records = self.outbox.pending(0, 10_000)
        maps = [json.loads(record.body) for record in records if record.kind == "clock_map"]
        found = {}
        for record in records:
            if record.kind != "face_reading":
                continue
            add = [one["add_ms"] for one in maps if one["lo"] <= record.seq <= one["hi"]]
            if record.clock == "synced":
                assert not add
                found[record.seq] = record.at
            elif add:
                (only,) = add
                found[record.seq] = record.at + only
        return found


EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("stamp"), st.just(0)),
        st.tuples(st.just("run"), st.integers(1, 3 * DAY)),
        st.tuples(st.just("step"), st.sampled_from([-HOUR, DAY, -START_MS + 10_000, 60_000])),
        st.tuples(st.just("drift"), st.sampled_from([200, -200])),
        st.tuples(st.just("sync"), st.just(0)),
        st.tuples(st.just("lose"), st.just(0)),
    ),
    max_size=25,
)


@settings(deadline=None, max_examples=60)
@given(EVENTS)
def test_every_time_of_a_boot_is_right_once_its_clock_is_set(events: list[tuple[str, int]]) -> None:
    with TemporaryDirectory() as folder:
        site = Site(Path(folder))
        for what, number in events:
            match what:
                case "stamp":
                    site.stamp()
                case "run":
                    site.machine.run(number)
                case "step" if site.machine.kernel == "free":  # no machine's clock can be set before 1970
                    site.machine.wall_off_ms = max(site.machine.wall_off_ms + number, -site.machine.true_ms)
                case "drift" if site.machine.kernel == "free":
                    site.machine.drift_ppm = number
                case "sync":
                    site.machine.sync()
                    site.keeper.tend()
                case "lose":
                    site.machine.kernel = "free"
        site.machine.sync()
        site.keeper.tend()
        found = site.retimed()
        assert found.keys() == site.truth.keys()
        for seq, true_ms in site.truth.items():
            assert abs(found[seq] - true_ms) <= 1001, "within what a span may drift"
        site.outbox.close()


def test_a_1970_boot_is_put_right_and_what_another_boot_stamped_is_left_alone(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.machine.sync()
    site.keeper.tend()
    assert site.outbox.floor_ms() == START_MS
    site.machine.kernel, site.machine.wall_off_ms = "free", -START_MS + 30_000
    site.boot()
    site.stamp()
    site.machine.run(HOUR)
    site.boot()
    site.stamp()
    assert {record.clock for record in site.outbox.pending(0, 10)} == {"unknown"}
    site.machine.sync()
    site.keeper.tend()
    assert site.retimed() == {2: site.truth[2]}, "of the boot before nobody knows how its clock stood"
    site.keeper.tend()
    assert sum(record.kind == "clock_map" for record in site.outbox.pending(0, 10)) == 1
    site.outbox.close()


def test_a_restart_within_the_boot_forgets_nothing(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.machine.wall_off_ms = -DAY
    site.stamp()
    site.outbox.close()
    site.outbox = an_outbox(tmp_path)
    site.keeper = Timekeeper(site.clock, site.outbox)
    site.machine.sync()
    site.keeper.tend()
    assert site.retimed() == site.truth
    site.outbox.close()


def test_the_real_clock_answers() -> None:
    stamp = SystemClock(boot="b").stamp()
    assert stamp.state in ("synced", "free", "unknown")
    assert stamp.at.tzinfo is not None
