"""A store that fills at 80, 95 and 100 % of its cap, and disks that are full or ill: who goes, and what is told."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_agent.buffer.ballast import FILE, Ballast
from edge_agent.buffer.eviction import HOUR_MS, drop_at, thin_at
from edge_agent.buffer.opening import STORE
from edge_agent.buffer.outbox import NewRecord, Outbox
from edge_agent.buffer.room import BATCH
from edge_agent.errors import StoreBrokenError, StoreError, StoreFullError
from edge_agent.ranges import Ranges
from tests.edge_agent.build import START_MS, a_record, an_outbox
from wire.stones import RANGES_MAX, stone_ranges

CAP = 4 << 20


def a_face(number: int, *, per_hour: int = 60, size: int = 900) -> NewRecord:
    """A reading of one of two faces, `per_hour` an hour."""
    at = START_MS // HOUR_MS * HOUR_MS + number * HOUR_MS // per_hour
    body = {"camera": "cam-1", "face": "AB"[number % 2], "n": number, "text": "x" * size}
    return NewRecord(kind="face_reading", at=at, clock="synced", body=body)


def a_note(number: int, *, size: int) -> NewRecord:
    """Class B without a face: it is not thinned."""
    return NewRecord(kind="note", at=START_MS + number * 60_000, clock="synced", body={"n": number, "t": "x" * size})


def fill(outbox: Outbox, share_bytes: int, *, first: int = 0) -> int:
    """Readings until the store uses so much; returns the next number. Every 50th record is an event."""
    number = first
    while outbox.counters().used_bytes < share_bytes:
        outbox.append([a_record(n) if n % 50 == 0 else a_face(n) for n in range(number, number + 20)])
        number += 20
    return number


def buried(outbox: Outbox) -> dict[str, list[tuple[int, int]]]:
    """Ranges of tombstones by reason; each counts what its ranges hold."""
    found: dict[str, list[tuple[int, int]]] = {}
    for record in outbox.pending(0, 1_000_000):
        if record.kind == "tombstone":
            body = json.loads(record.body)
            ranges = stone_ranges(body)
            assert body["count"] == sum(hi - lo + 1 for lo, hi in ranges)
            found.setdefault(body["reason"], []).extend(ranges)
    return found


def check_exact(outbox: Outbox) -> None:
    """Every number is held or told, never both, and the counter is the sum."""
    held = [record.seq for record in outbox.pending(0, 1_000_000)]
    spans = [span for spans in buried(outbox).values() for span in spans]
    assert Ranges([*((seq, seq) for seq in held), *spans]).gaps(1, outbox.newest) == []
    told = sum(hi - lo + 1 for lo, hi in spans)
    assert len(held) + told == outbox.newest
    assert outbox.counters().tombstoned == told


def events(outbox: Outbox) -> int:
    return sum(record.kind == "camera_event" for record in outbox.pending(0, 1_000_000))


def test_under_80_percent_nothing_goes(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path, cap_bytes=CAP)
    fill(outbox, thin_at(CAP) - 100_000)
    assert outbox.evict() == 0
    outbox.close()


def test_at_80_percent_the_last_reading_of_each_face_and_hour_stays(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path, cap_bytes=CAP)
    number = fill(outbox, thin_at(CAP))
    before = {r.seq: json.loads(r.body) for r in outbox.pending(0, 100_000) if r.kind == "face_reading"}
    gone = outbox.evict()
    after = {r.seq for r in outbox.pending(0, 100_000) if r.kind == "face_reading"}
    assert gone == len(before) - len(after) > 0
    assert buried(outbox).keys() == {"thinned"}
    last = {(body["face"], body["n"] // 60): seq for seq, body in before.items()}
    assert set(last.values()) <= after
    assert events(outbox) == -(-number // 50)
    assert outbox.counters().used_bytes < thin_at(CAP)
    check_exact(outbox)
    outbox.close()


def test_at_95_percent_the_oldest_go_when_nothing_is_left_to_thin(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path, cap_bytes=CAP)
    number = 0
    while outbox.counters().used_bytes < drop_at(CAP):
        outbox.append([a_record(n) if n % 50 == 0 else a_face(n, per_hour=1) for n in range(number, number + 20)])
        number += 20
    assert outbox.evict() > 0
    spans = buried(outbox)
    assert spans.keys() == {"outbox full"}
    assert spans["outbox full"][0][0] == 2, "the first is an event"
    assert events(outbox) == -(-number // 50)
    assert outbox.counters().used_bytes < drop_at(CAP)
    check_exact(outbox)
    outbox.close()


def test_for_weeks_without_a_centre_the_store_stays_under_its_cap_and_no_event_goes(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path, cap_bytes=1 << 20)
    for number in range(0, 8000, 100):
        outbox.append(
            [a_record(n) if n % 50 == 0 else a_face(n, per_hour=6, size=400) for n in range(number, number + 100)]
        )
        outbox.evict()
        assert outbox.counters().used_bytes < 1 << 20
    assert events(outbox) == 160
    assert buried(outbox).keys() == {"thinned", "outbox full"}
    check_exact(outbox)
    outbox.close()


def test_at_100_percent_events_alone_go_on(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path, cap_bytes=1 << 20)
    outbox.append([a_record(n, text="x" * 900) for n in range(1500)])
    assert outbox.counters().used_bytes > 1 << 20
    assert outbox.evict() == 0
    assert outbox.append([a_record(1)]) == range(1501, 1502)
    outbox.close()


def mount(folder: Path, *arguments: str) -> bool:
    return subprocess.run(["mount", *arguments, str(folder)], capture_output=True, check=False).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 40 MiB; needs leave to mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or not mount(folder, "-t", "tmpfs", "-o", "size=40m", "tmpfs"):
        pytest.skip("only a user who may mount has a small disk to fill")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_stops_readings_keeps_events_and_gives_all_back(small_disk: Path) -> None:
    outbox = an_outbox(small_disk, cap_bytes=64 << 20, reserve=True)
    assert (small_disk / FILE).stat().st_size == (64 << 20) // 10
    number = 0
    with pytest.raises(StoreFullError, match="no room on the disk"):
        while True:
            outbox.append([a_face(n) for n in range(number, number + 200)])
            number += 200
    for _ in range(50):  # an event takes the room that was kept for it
        outbox.append([a_record(1)])
    assert outbox.newest == number + 50
    with pytest.raises(StoreFullError, match="beyond the reserve"):
        outbox.append([a_face(number)])
    assert outbox.acked(number) == number, "deleting works on a full disk"
    assert outbox.append([a_face(number)]) == range(number + 51, number + 52)
    assert (small_disk / FILE).exists(), "the reserve is kept again"
    check = [record.kind for record in outbox.pending(0, 1000)]
    assert check == ["camera_event"] * 50 + ["face_reading"]
    outbox.close()


def test_an_agent_starts_on_a_full_disk(small_disk: Path) -> None:
    outbox = an_outbox(small_disk, cap_bytes=64 << 20, reserve=True)
    outbox.append([a_face(n) for n in range(100)])
    outbox.close()
    (small_disk / "other").write_bytes(b"x")
    with pytest.raises(OSError, match="No space"), (small_disk / "other").open("wb") as other:
        while True:
            other.write(b"x" * 4096)
            other.flush()
    again = an_outbox(small_disk, cap_bytes=64 << 20, reserve=True)
    assert again.newest == 100
    assert again.append([a_record(1)]) == range(101, 102)
    assert again.acked(101) == 101
    again.close()


def test_a_connection_needs_no_room_on_a_full_disk(small_disk: Path) -> None:
    """Only the centre's word makes room, so whoever needs room to connect never has any again."""
    outbox = an_outbox(small_disk, cap_bytes=64 << 20, reserve=True)
    outbox.append([a_face(n) for n in range(100)])
    first = outbox.next_session()
    outbox._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with pytest.raises(OSError, match="No space"), (small_disk / "other").open("wb") as other:
        while True:
            other.write(b"x" * 4096)
            other.flush()
    assert outbox.next_session() == first + 1
    with pytest.raises(OSError, match="No space"), (small_disk / "more").open("wb") as other:  # the reserve goes too
        while True:
            other.write(b"x" * 4096)
            other.flush()
    outbox._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert [outbox.next_session() for _ in range(2)] == [first + 2, first + 3]
    for name in ("other", "more"):
        (small_disk / name).unlink()
    assert outbox.next_session() == first + 4
    outbox.close()


def test_a_store_on_a_disk_that_became_read_only_is_left_alone(small_disk: Path) -> None:
    outbox = an_outbox(small_disk)
    outbox.append([a_record(n) for n in range(5)])
    outbox.close()
    assert mount(small_disk, "-o", "remount,ro")
    with pytest.raises(StoreError):
        an_outbox(small_disk)
    assert mount(small_disk, "-o", "remount,rw")
    assert not list(small_disk.glob("*.broken-*")), "it is the disk that is ill, not the store"
    again = an_outbox(small_disk)
    assert again.append([a_record(7)]) == range(6, 7)
    again.close()


def test_a_page_that_turns_bad_under_a_running_agent_ends_it_and_the_next_start_heals(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    outbox.append([a_face(n) for n in range(2000)])
    outbox._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    outbox._writer.execute("PRAGMA cache_size = 0")
    with (tmp_path / STORE).open("r+b") as file:
        file.seek(100 * 4096)
        file.write(b"\xff" * 4096 * 200)
    with pytest.raises(StoreBrokenError, match="expected a disk that reads and writes"):
        outbox.pending(0, 2000)
    outbox.close()
    again = an_outbox(tmp_path)
    assert len(list(tmp_path.glob(f"{STORE}.broken-*"))) >= 1
    assert any(record.kind == "store_lost" for record in again.pending(0, 10_000))
    again.close()


def test_what_is_acknowledged_gives_its_room_back_to_the_disk(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    outbox.append([a_face(n) for n in range(10_000)])
    outbox._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    grown = (tmp_path / STORE).stat().st_size
    for hi in range(1000, 10_001, 1000):
        outbox.acked(hi)
    outbox._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert (tmp_path / STORE).stat().st_size < grown // 2
    outbox.close()


def test_readings_behind_many_events_are_found_and_go(tmp_path: Path) -> None:
    """What is never given up gathers at the front of a store that has long been full."""
    outbox = an_outbox(tmp_path, cap_bytes=1 << 30)
    outbox.append([a_record(n) for n in range(BATCH + 1)])
    outbox.append([a_record(n, kind="note", text="x" * 900) for n in range(6000)])
    cap_bytes = outbox.counters().used_bytes
    outbox.close()
    full = an_outbox(tmp_path, cap_bytes=cap_bytes)
    while full.evict():
        pass
    assert full.counters().used_bytes < drop_at(cap_bytes)
    assert buried(full)["outbox full"][0][0] > BATCH
    full.close()


@pytest.mark.parametrize("size", [20, 150, 400])
def test_events_between_readings_do_not_keep_a_full_store_full(tmp_path: Path, size: int) -> None:
    """Each reading that goes leaves a hole of its own: a tombstone for each would be as large as the reading."""
    cap_bytes = 1 << 20
    outbox = an_outbox(tmp_path, cap_bytes=cap_bytes)
    number = 0
    for _ in range(4):  # as a store that fills slowly: every time there is room again
        while outbox.counters().used_bytes < drop_at(cap_bytes):
            outbox.append([a_record(n) if n % 2 else a_note(n, size=size) for n in range(number, number + 50)])
            number += 50
        before = outbox.counters().used_bytes
        assert outbox.evict() > 0
        assert outbox.counters().used_bytes <= before - 3 * 4096
    assert events(outbox) == number // 2
    check_exact(outbox)
    stones = [json.loads(r.body) for r in outbox.pending(0, 1_000_000) if r.kind == "tombstone"]
    holes = sum(len(stone_ranges(stone)) for stone in stones)
    assert len(stones) <= 8 < holes // 20
    assert all(len(stone_ranges(stone)) <= RANGES_MAX for stone in stones)
    outbox.close()


def test_no_reserve_leaves_no_file(tmp_path: Path) -> None:
    ballast = Ballast(tmp_path, size_bytes=0)
    assert ballast.hold()
    assert not ballast.release()
    assert list(tmp_path.iterdir()) == []
