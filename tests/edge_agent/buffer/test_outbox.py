"""The outbox on a real disk: numbers, transactions, damage, copies, a full disk."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from edge_agent.buffer.opening import STORE, lock_folder, open_outbox
from edge_agent.buffer.outbox import CameraState, FileMark
from edge_agent.buffer.schema import VERSION
from edge_agent.errors import StoreBusyError, StoreError, StoreFullError
from tests.edge_agent.build import START_MS, a_record, an_outbox
from wire.codec import content_hash, decode_frame, encode_sealed
from wire.messages import Frame


def test_numbers_go_on_after_everything_was_deleted_and_the_store_was_opened_again(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    assert outbox.append([a_record(1), a_record(2)]) == range(1, 3)
    assert outbox.acked(2) == 2
    epoch = outbox.epoch
    outbox.close()
    again = an_outbox(tmp_path)
    assert again.epoch == epoch
    assert again.append([a_record(3)]) == range(3, 4)
    counters = again.counters()
    assert (counters.produced, counters.acked, counters.pending, counters.oldest) == (3, 2, 1, 3)
    again.close()


def test_what_is_stored_is_what_is_sent(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    given = [a_record(1, text='青坪 "一号" \\ \n'), a_record(2)]
    outbox.append(given)
    records = outbox.pending(0, 10)
    head = Frame(gw="gw-1", epoch=outbox.epoch, lo=1, hi=2, boot="b", sent_at=START_MS, recs=())
    frame = decode_frame(encode_sealed(head, records))
    assert [r.body for r in frame.recs] == [r.body for r in given]
    assert [r.hash for r in frame.recs] == [content_hash(kind=r.kind, at=r.at, body=r.body) for r in given]
    outbox.close()


def test_a_frame_has_all_of_its_effect_or_none(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    state = CameraState(
        camera="cam-1", last_at=START_MS, frames=1, memory=b"m", conditions=("moved",), evidence=(("A", 5),)
    )
    mark = FileMark(name="a.jpg", size_bytes=7, outcome="read")
    outbox.commit([a_record(1)], camera=state, file=mark)
    with pytest.raises(ValueError, match="float"):
        outbox.commit(
            [a_record(2), a_record(3, text=1.5)],  # type: ignore[arg-type]
            camera=CameraState(camera="cam-1", frames=2),
            file=FileMark(name="b.jpg", size_bytes=7, outcome="read"),
        )
    outbox.close()
    again = an_outbox(tmp_path)
    assert again.camera("cam-1") == state
    assert again.processed("cam-1") == {"a.jpg": mark}
    assert again.camera("cam-2") == CameraState(camera="cam-2")
    assert again.newest == 1
    assert again.append([a_record(2)]) == range(2, 3)
    again.close()


def test_one_agent_a_folder(tmp_path: Path) -> None:
    held = lock_folder(tmp_path)
    with pytest.raises(StoreBusyError, match="expected one agent"):
        lock_folder(tmp_path)
    held.close()
    lock_folder(tmp_path).close()


def test_a_store_of_another_gateway_is_not_taken(tmp_path: Path) -> None:
    an_outbox(tmp_path).close()
    with pytest.raises(StoreError, match="belongs to gateway gw-1; expected a data_dir of its own for gw-2"):
        an_outbox(tmp_path, gateway="gw-2")


def test_a_store_of_a_newer_version_is_neither_used_nor_moved(tmp_path: Path) -> None:
    an_outbox(tmp_path).close()
    with sqlite3.connect(tmp_path / STORE) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    db.close()
    with pytest.raises(StoreError, match="newer version"):
        an_outbox(tmp_path)
    assert not list(tmp_path.glob("*.broken-*"))


def test_a_file_that_is_no_store_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / STORE).write_bytes(b"this is no database, and long enough not to look empty" * 100)
    outbox = an_outbox(tmp_path)
    assert [record.kind for record in outbox.pending(0, 10)] == ["store_lost"]
    assert outbox.append([a_record(1)]) == range(2, 3)
    assert len(list(tmp_path.glob(f"{STORE}.broken-*"))) == 1
    outbox.close()


def test_a_damaged_store_is_set_aside_and_what_can_be_read_goes_on_under_a_new_epoch(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    mark = FileMark(name="a.jpg", size_bytes=7, outcome="read")
    outbox.commit([a_record(n) for n in range(2000)], camera=CameraState(camera="cam-1", frames=3), file=mark)
    epoch = outbox.epoch
    outbox.close()
    store = tmp_path / STORE
    data = bytearray(store.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 4096] = b"\xff" * 4096
    store.write_bytes(data)
    again = an_outbox(tmp_path)
    assert again.epoch != epoch
    assert again.camera("cam-1").frames == 3
    assert again.processed("cam-1") == {"a.jpg": mark}
    saved = again.pending(0, 5000)
    assert 1900 < len(saved) < 2000, "one page of records is lost, not what lies behind it"
    assert [r.seq for r in saved] == list(range(1, len(saved) + 1))
    assert [r.at for r in saved] == sorted(r.at for r in saved)
    assert len([path for path in tmp_path.glob(f"{STORE}.broken-*") if path.name[-1].isdigit()]) == 1
    again.close()


def test_a_full_disk_is_told_and_harms_nothing(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    outbox.append([a_record(1)])
    pages = outbox._writer.execute("PRAGMA page_count").fetchone()[0]
    outbox._writer.execute(f"PRAGMA max_page_count = {pages}")  # SQLite answers as it does when the disk is full
    with pytest.raises(StoreFullError, match="no room on the disk; expected free space"):
        outbox.append([a_record(n, text="x" * 2000) for n in range(50)])
    assert [r.seq for r in outbox.pending(0, 10)] == [1]
    outbox._writer.execute("PRAGMA max_page_count = 1000000")
    assert outbox.append([a_record(2)]) == range(2, 3)
    outbox.close()


def test_a_refused_record_is_kept_aside_and_leaves_a_tombstone(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    outbox.append([a_record(n) for n in range(1, 4)])
    outbox.refuse(outbox.pending(1, 1), reason="too large")
    assert [(r.seq, r.kind) for r in outbox.pending(0, 10)] == [
        (1, "camera_event"),
        (3, "camera_event"),
        (4, "tombstone"),
    ]
    assert [r.seq for r in outbox.tombstones_over(2, 2)] == [4]
    assert outbox.tombstones_over(3, 3) == []
    assert outbox.counters().refused == 1
    outbox.acked(4)
    assert outbox.tombstones_over(1, 4) == []
    outbox.close()


def test_the_same_number_of_two_epochs_is_two_refused_records(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    for epoch in ("e2", "e3"):
        outbox.append([a_record(1)])
        outbox.refuse(outbox.pending(0, 1), reason="too large")
        outbox.renew_epoch(epoch)
        outbox.acked(outbox.newest)
    outbox.renew_epoch("e4")
    outbox.append([a_record(2)])
    outbox.refuse(outbox.pending(0, 1), reason="too large")
    assert outbox.counters().refused == 3
    outbox.close()


def test_a_tombstone_of_many_ranges_is_told_at_the_first_gap_that_waits_for_it(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    outbox.append([a_record(n) for n in range(1, 10)])
    outbox._writer.execute("DELETE FROM outbox WHERE seq IN (2, 5, 6, 8)")
    assert outbox.bury_missing(1, 9) == 4
    for lo, hi in ((2, 2), (5, 6), (6, 6), (8, 8), (1, 9)):
        assert [r.seq for r in outbox.tombstones_over(lo, hi)] == [10]
    assert outbox.tombstones_over(3, 4) == []
    told = {gap: [r.seq for r in outbox.stones_to_tell(*gap)] for gap in ((2, 2), (5, 6), (8, 8))}
    assert told == {(2, 2): [10], (5, 6): [], (8, 8): []}
    outbox.acked(3)
    told = {gap: [r.seq for r in outbox.stones_to_tell(*gap)] for gap in ((5, 6), (8, 8), (1, 9))}
    assert told == {(5, 6): [10], (8, 8): [], (1, 9): []}
    outbox.close()


def test_a_new_epoch_numbers_what_waits_anew(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    outbox.append([a_record(n) for n in range(1, 6)])
    outbox.acked(3)
    outbox.renew_epoch("other")
    assert [r.seq for r in outbox.pending(0, 10)] == [1, 2]
    assert (outbox.epoch, outbox.newest, outbox.counters().acked) == ("other", 2, 0)
    assert outbox.append([a_record(9)]) == range(3, 4)
    outbox.close()
    assert an_outbox(tmp_path).epoch == "other"


def test_sessions_grow_over_restarts(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    first = outbox.next_session()
    second = outbox.next_session()
    outbox.close()
    again = an_outbox(tmp_path)
    assert (second, again.next_session()) == (first + 1, first + 2)
    again.close()


def test_sessions_of_a_store_made_anew_are_not_taken_for_old_ones(tmp_path: Path) -> None:
    lost = open_outbox(tmp_path / "old", gateway="gw-1", now_ms=lambda: START_MS)
    made = open_outbox(tmp_path / "new", gateway="gw-1", now_ms=lambda: START_MS + 60_000)
    assert made.next_session() > lost.next_session()
    lost.close()
    made.close()


def test_a_store_that_cannot_be_opened_for_lack_of_leave_or_room_is_not_taken_for_damaged(tmp_path: Path) -> None:
    (tmp_path / STORE).mkdir()
    with pytest.raises(StoreError, match="unable to open database file; expected a file this user can open"):
        an_outbox(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [STORE]


def test_a_salvage_that_was_cut_short_is_made_good_at_the_next_start(tmp_path: Path) -> None:
    """As after a kill between naming the new store and copying the old one's rows."""
    outbox = an_outbox(tmp_path)
    outbox.append([a_record(1), a_record(2)])
    outbox.close()
    broken = tmp_path / f"{STORE}.broken-1"
    (tmp_path / STORE).rename(broken)
    (tmp_path / "outbox.mark").unlink()
    fresh = an_outbox(tmp_path)
    fresh._writer.execute("INSERT INTO meta VALUES ('salvage', ?)", (str(broken),))
    fresh.close()
    for _ in range(2):
        again = an_outbox(tmp_path)
        assert [r.seq for r in again.pending(0, 10)] == [1, 2]
        again.close()


def test_a_failed_delete_does_not_hold_the_store(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    outbox.append([a_record(1)])
    outbox._sender.execute("CREATE TEMP TRIGGER ill BEFORE UPDATE ON meta BEGIN SELECT RAISE(FAIL, 'ill'); END")
    with pytest.raises(StoreError, match="ill"):
        outbox.acked(1)
    assert outbox.append([a_record(2)]) == range(2, 3)
    assert [r.seq for r in outbox.pending(0, 10)] == [1, 2]
    outbox.close()
