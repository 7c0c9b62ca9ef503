"""A store that is damaged, gone or an old copy: the agent starts, and says exactly what of the old epoch is lost."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from edge_agent.buffer.kept import LOSSES_MAX, Kept, Moved, Old, few, losses_of
from edge_agent.buffer.mark import Mark, write_mark
from edge_agent.buffer.opening import STORE
from edge_agent.buffer.outbox import BootTime, Outbox
from edge_agent.buffer.record import NewRecord
from tests.edge_agent.build import a_record, an_outbox
from wire.stones import stone_ranges


def told(outbox: Outbox, kind: str = "store_lost") -> list[dict[str, Any]]:
    return [json.loads(record.body) for record in outbox.pending(0, 100_000) if record.kind == kind]


def spans(outbox: Outbox) -> list[tuple[int, int | None, str]]:
    return [(body["lo"], body["hi"], body["reason"]) for body in told(outbox)]


def spoil(store: Path, *, pages: range) -> None:
    data = bytearray(store.read_bytes())
    for page in pages:
        data[page * 4096 : (page + 1) * 4096] = b"\xff" * 4096
    store.write_bytes(data)


def seqs_by_detail(outbox: Outbox) -> dict[str, int]:
    events = (r for r in outbox.pending(0, 100_000) if r.kind == "camera_event")
    return {json.loads(record.body)["detail"]: record.seq for record in events}


def test_what_a_damaged_page_held_is_told_to_the_number(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    outbox.append([a_record(n) for n in range(1, 3001)])
    outbox.acked(100)
    epoch = outbox.epoch
    outbox.close()
    spoil(tmp_path / STORE, pages=range(60, 63))
    again = an_outbox(tmp_path)
    saved = {int(detail.removeprefix("event ")) for detail in seqs_by_detail(again)}
    lost = {seq for lo, hi, _ in spans(again) for seq in range(lo, (hi or 0) + 1)}
    assert lost
    assert {body["epoch"] for body in told(again)} == {epoch}
    assert saved | lost == set(range(101, 3001))
    assert not saved & lost
    again.close()


def test_a_turned_bit_in_a_body_is_a_lost_record(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    outbox.append([a_record(n) for n in range(1, 4)])
    outbox.close()
    db = sqlite3.connect(tmp_path / STORE)
    db.execute("UPDATE outbox SET body = replace(body, 'event 2', 'event 9') WHERE seq = 2")
    db.commit()
    db.close()
    (tmp_path / STORE).rename(tmp_path / "broken")
    (tmp_path / "outbox.salvage").write_text("broken")
    again = an_outbox(tmp_path)
    assert list(seqs_by_detail(again)) == ["event 1", "event 3"]
    assert spans(again) == [(2, 2, "store damaged")]
    again.close()


def test_a_start_that_was_cut_short_while_setting_aside_is_finished_by_the_next(tmp_path: Path) -> None:
    """Killed between moving the log and moving the store, and again before the new store had a name."""
    outbox = an_outbox(tmp_path)
    outbox.append([a_record(n) for n in range(1, 4)])
    shutil.copy(tmp_path / STORE, tmp_path / "store")
    shutil.copy(tmp_path / f"{STORE}-wal", tmp_path / f"{STORE}.broken-7-wal")
    outbox.close()
    for part in tmp_path.glob(f"{STORE}*"):
        if "broken" not in part.name:
            part.unlink()
    (tmp_path / "outbox.salvage").write_text(f"{STORE}.broken-7")
    (tmp_path / STORE).write_bytes(b"\xff" * 8192)
    (tmp_path / STORE).rename(tmp_path / "other")
    (tmp_path / "store").rename(tmp_path / f"{STORE}.broken-7")
    again = an_outbox(tmp_path)
    assert list(seqs_by_detail(again)) == ["event 1", "event 2", "event 3"]
    assert spans(again) == []
    assert not (tmp_path / "outbox.salvage").exists()
    again.close()
    once = an_outbox(tmp_path)
    assert len(seqs_by_detail(once)) == 3, "salvaged once"
    once.close()


def test_a_log_that_was_moved_is_not_overwritten_by_one_made_since(tmp_path: Path) -> None:
    (tmp_path / "outbox.salvage").write_text(f"{STORE}.broken-7")
    (tmp_path / f"{STORE}.broken-7-wal").write_bytes(b"the old log")
    (tmp_path / STORE).write_bytes(b"\xff" * 8192)
    an_outbox(tmp_path).close()
    assert (tmp_path / f"{STORE}.broken-7").read_bytes() == b"\xff" * 8192
    assert [path.name for path in tmp_path.glob("*.broken-*") if path.name.endswith("broken-7")] == [
        f"{STORE}.broken-7"
    ]


@pytest.mark.parametrize("cut", [0.0, 0.3, 0.5, 0.77, 0.999])
@pytest.mark.parametrize("garbage", [b"", b"\x00" * 5000, b"\xab" * 5000], ids=["cut", "zeros", "garbage"])
def test_a_torn_log_gives_what_was_whole_and_no_more(tmp_path: Path, cut: float, garbage: bytes) -> None:
    outbox = an_outbox(tmp_path / "a")
    for number in range(1, 41):
        outbox.append([a_record(number)])
    (tmp_path / "b").mkdir()
    shutil.copy(tmp_path / "a" / STORE, tmp_path / "b" / STORE)
    log = (tmp_path / "a" / f"{STORE}-wal").read_bytes()
    (tmp_path / "b" / f"{STORE}-wal").write_bytes(log[: int(len(log) * cut)] + garbage)
    outbox.close()
    again = an_outbox(tmp_path / "b")
    held = list(seqs_by_detail(again))
    assert held == [f"event {n}" for n in range(1, len(held) + 1)]
    assert again.append([a_record(99)]) == range(again.newest, again.newest + 1)
    again.close()


Store = tuple[Old, Kept]


def old(*seqs: int, acked: int = 0, newest: int | None = 9, stones: dict[int, tuple[int, int]] | None = None) -> Store:
    """A store of which these numbers were read; `stones`: those of them that are tombstones, with their range."""
    bodies = {seq: {"lo": lo, "hi": hi, "reason": "outbox full"} for seq, (lo, hi) in (stones or {}).items()}
    kept = Kept()
    for seq in sorted({*seqs, *bodies}):
        kept.note(seq, stone=json.dumps(bodies[seq]) if seq in bodies else "", acked=acked)
    return Old(epoch="e", acked=acked, newest=newest, meta={}), kept


@pytest.mark.parametrize(
    ("store", "expected"),
    [
        (old(*range(1, 10)), []),
        (old(1, 2, 5, 6, 9), [(3, 4, "store damaged"), (7, 8, "store damaged")]),
        (old(5, 6, acked=4, newest=6), []),
        (old(1, 2, acked=0, newest=None), [(3, None, "store damaged")]),
        (old(newest=None), [(1, None, "store damaged")]),
        (old(acked=7), [(8, 9, "store damaged")]),
        (old(5, 6, 7, 8, stones={9: (1, 4)}), [(1, 4, "outbox full")]),
        (old(6, 7, 8, acked=5, stones={9: (1, 4)}), []),
    ],
    ids=[
        "all saved",
        "holes",
        "what was acknowledged is not lost",
        "no telling how far it had come",
        "nothing can be read",
        "nothing saved",
        "a tombstone's word is passed on",
        "a tombstone that was acknowledged",
    ],
)
def test_losses(store: Store, expected: list[tuple[int, int | None, str]]) -> None:
    assert [(one.lo, one.hi, one.reason) for one in losses_of(*store)] == expected


def test_more_losses_than_can_be_said_are_said_as_fewer_and_wider() -> None:
    spans = [(seq, seq) for seq in range(1, 4 * LOSSES_MAX, 2)]
    said = few(spans)
    assert len(said) == LOSSES_MAX
    assert (said[0], said[-1][1]) == ((1, 3), spans[-1][1])


@pytest.mark.parametrize(
    ("spans", "kept", "expected"),
    [
        ([(1, 3)], [1, 2, 3, 4], [(1, 3)]),
        ([(2, 3), (4, 4)], [2, 4, 5], [(1, 1), (2, 2)]),
        ([(2, 3), (6, 9)], [1, 4, 5, 7, 9], [(4, 5)]),
        ([(2, 3)], [], []),
        ([], [1], []),
    ],
)
def test_spans_move_with_their_records(
    spans: list[tuple[int, int]], kept: list[int], expected: list[tuple[int, int]]
) -> None:
    moved = Moved([(*span, "b", span[0]) for span in spans])
    for seq in kept:
        moved.next(seq)
    assert [(lo, hi) for lo, hi, _, _ in moved.spans()] == expected
    assert {base for _, _, _, base in moved.spans()} <= {lo for lo, _ in spans}


def big_store(folder: Path, *, records: int, size: int) -> None:
    outbox = an_outbox(folder)
    for first in range(0, records, 1000):
        outbox.append([a_record(n, text=f"{n} ".ljust(size, "x")) for n in range(first, first + 1000)])
    outbox.close()


def test_a_large_store_is_salvaged_in_little_memory(tmp_path: Path) -> None:
    """Rows go over one at a time: a store may be larger than the gateway's memory."""
    big_store(tmp_path, records=8000, size=8000)
    store = tmp_path / STORE
    assert store.stat().st_size > 64_000_000
    spoil(store, pages=range(9000, 9003))
    tracemalloc.start()
    again = an_outbox(tmp_path)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 8_000_000
    held = again._writer.execute("SELECT count(*), max(seq) FROM outbox WHERE kind = 'camera_event'").fetchone()
    assert held[0] == held[1] > 7900
    (lost,) = again._writer.execute("SELECT body FROM outbox WHERE kind = 'store_lost'").fetchall()
    body = json.loads(lost[0])
    assert held[0] + body["hi"] - body["lo"] + 1 == 8000
    again.close()


@pytest.mark.parametrize("has_mark", [True, False])
def test_a_damaged_store_that_is_gone_before_it_was_salvaged_stops_no_start(tmp_path: Path, has_mark: bool) -> None:
    """Deleted by a person for want of room, or by a power cut: what the mark knows is told, and the agent goes on."""
    fresh = an_outbox(tmp_path)
    epoch = fresh.epoch
    fresh._writer.execute("INSERT INTO meta VALUES ('salvage', ?)", (str(tmp_path / f"{STORE}.broken-1"),))
    fresh.append([a_record(1)])
    fresh.close()
    (tmp_path / "outbox.mark").unlink()
    if has_mark:
        write_mark(str(tmp_path / STORE), Mark(gateway="gw-1", epoch="e-old", acked=40, newest=70))
    for _ in range(2):
        again = an_outbox(tmp_path)
        assert again.epoch == epoch
        assert told(again) == [
            {
                "epoch": "e-old" if has_mark else "unknown",
                "lo": 41 if has_mark else 1,
                "hi": None,
                "reason": "the damaged store is gone",
            }
        ]
        assert list(seqs_by_detail(again)) == ["event 1"]
        again.close()


def test_a_damaged_word_of_what_was_acknowledged_stops_no_start(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    outbox.append([a_record(n) for n in range(1, 4)])
    outbox._writer.execute("UPDATE meta SET value = 'x' WHERE key = 'acked'")
    outbox.close()
    (tmp_path / STORE).rename(tmp_path / "broken")
    (tmp_path / "outbox.salvage").write_text("broken")
    again = an_outbox(tmp_path)
    assert list(seqs_by_detail(again)) == ["event 1", "event 2", "event 3"]
    again.close()


def marked(folder: Path, *, records: int, acked: int) -> Outbox:
    outbox = an_outbox(folder)
    outbox.append([a_record(n) for n in range(1, records + 1)])
    outbox.acked(acked)
    outbox.leave_mark(outbox.counters())
    return outbox


def test_a_store_that_is_gone_is_told(tmp_path: Path) -> None:
    outbox = marked(tmp_path, records=9, acked=4)
    epoch = outbox.epoch
    outbox.close()
    for part in tmp_path.glob(f"{STORE}*"):
        part.unlink()
    again = an_outbox(tmp_path)
    assert again.epoch != epoch
    assert told(again) == [{"epoch": epoch, "lo": 5, "hi": None, "reason": "store missing"}]
    again.close()
    once = an_outbox(tmp_path)
    assert len(told(once)) == 1, "said once"
    once.close()


def test_a_store_that_was_never_connected_is_told_by_name_too(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    epoch = outbox.epoch
    outbox.close()
    (tmp_path / STORE).write_bytes(b"\xff" * 8192)
    again = an_outbox(tmp_path)
    assert told(again) == [{"epoch": epoch, "lo": 1, "hi": None, "reason": "store damaged"}]
    again.close()


def test_yesterdays_copy_of_a_store_goes_on_under_a_new_epoch(tmp_path: Path) -> None:
    outbox = marked(tmp_path, records=5, acked=2)
    epoch = outbox.epoch
    outbox.close()
    shutil.copy(tmp_path / STORE, tmp_path / "yesterday")
    today = an_outbox(tmp_path)
    today.append([a_record(n) for n in range(6, 9)])
    today.leave_mark(today.counters())
    today.close()
    shutil.copy(tmp_path / "yesterday", tmp_path / STORE)
    restored = an_outbox(tmp_path)
    assert restored.epoch != epoch
    assert list(seqs_by_detail(restored).values()) == [1, 2, 3]
    assert told(restored) == [{"epoch": epoch, "lo": 6, "hi": None, "reason": "store was an old copy"}]
    restored.close()
    again = an_outbox(tmp_path)
    assert again.epoch == restored.epoch
    again.close()


def test_the_mark_of_another_gateway_says_nothing(tmp_path: Path) -> None:
    marked(tmp_path, records=3, acked=0).close()
    for part in tmp_path.glob(f"{STORE}*"):
        part.unlink()
    other = an_outbox(tmp_path, gateway="gw-2")
    assert told(other) == []
    other.close()


@pytest.mark.parametrize(
    "text", ["", "[]", '{"gateway": "gw-1"}', "\x00", '{"gateway":1,"epoch":2,"acked":"x","newest":3}']
)
def test_a_mark_that_is_none_stops_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "outbox.mark").write_text(text)
    outbox = an_outbox(tmp_path)
    assert told(outbox) == []
    outbox.close()


def test_a_new_epoch_passes_on_what_named_old_numbers(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    stamp = BootTime(boot="b", base_ms=7)
    outbox.append([a_record(n) for n in range(1, 4)])
    outbox.append([NewRecord(kind="face_reading", at=5, clock="free", body={"n": n}, unset=stamp) for n in range(4)])
    outbox.refuse(outbox.pending(1, 1), reason="too large")
    outbox.map_clock(boot="b", base_ms=107)
    outbox.acked(1)
    epoch = outbox.epoch
    outbox.renew_epoch("other")
    assert spans(outbox) == [(2, 2, "too large")]
    assert told(outbox)[0]["epoch"] == epoch
    (clock_map,) = told(outbox, "clock_map")
    kinds = [record.kind for record in outbox.pending(0, 100)]
    assert clock_map == {"boot": "b", "lo": 2, "hi": 5, "add_ms": 100}
    assert kinds[clock_map["lo"] - 1 : clock_map["hi"]] == ["face_reading"] * 4
    assert outbox.counters().tombstoned == 0
    outbox.close()


def test_bodies_that_the_disk_changed_stop_neither_a_new_epoch_nor_making_room(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path, cap_bytes=1 << 20)
    body = {"camera": "c", "face": "A", "text": "x" * 900}
    outbox.append([NewRecord(kind="face_reading", at=n * 60_000, clock="synced", body=body) for n in range(1200)])
    outbox.refuse(outbox.pending(4, 1), reason="too large")
    outbox._writer.execute("UPDATE outbox SET body = 'x' || body WHERE seq IN (1, 2, 1201)")
    assert outbox.evict() > 0
    outbox.renew_epoch("other")
    assert (5, 5, "given up") in spans(outbox)
    outbox.close()


def test_numbers_that_are_neither_held_nor_told_make_their_own_tombstone(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    outbox.append([a_record(n) for n in range(1, 11)])
    outbox._writer.execute("DELETE FROM outbox WHERE seq IN (3, 4, 7)")
    outbox.refuse(outbox.pending(7, 1), reason="too large")
    assert outbox.bury_missing(1, 10) == 3
    stones = told(outbox, "tombstone")
    assert [(stone_ranges(one), one["count"], one["reason"]) for one in stones] == [
        ([(8, 8)], 1, "too large"),
        ([(3, 4), (7, 7)], 3, "missing from the store"),
    ]
    assert outbox.bury_missing(1, 10) == 0
    assert outbox.counters().tombstoned == 4
    outbox.close()
