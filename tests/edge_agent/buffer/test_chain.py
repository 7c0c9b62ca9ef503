"""Links over the records: the same chain that a centre computes, whatever happens to the store in between."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from edge_agent.buffer.opening import STORE
from edge_agent.buffer.outbox import Outbox
from edge_agent.buffer.schema import STEPS
from tests.edge_agent.build import START_MS, a_record, an_outbox
from wire.codec import Sealed, encode_sealed, open_frame, seal
from wire.messages import Frame
from wire.signing import link, link_start, new_signer, statement, verify

SIGNER = new_signer()


def prevs_of(outbox: Outbox, *, first: bytes | None = None) -> list[str]:
    """The links before each record, computed anew from the records."""
    prev, found = first or link_start("gw-1", outbox.epoch), []
    for record in outbox.pending(0, 10_000):
        found.append(prev.hex())
        prev = link(prev, record.spelled)
    return found


def test_each_record_keeps_the_link_before_it_over_restarts_and_deletes(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    outbox.append([a_record(n) for n in range(5)])
    outbox.append([a_record(9)])
    assert [r.prev for r in outbox.pending(0, 10)] == prevs_of(outbox)
    last = outbox.pending(5, 1)[0]
    outbox.acked(6)
    outbox.close()
    again = an_outbox(tmp_path)
    again.append([a_record(10)])
    assert again.pending(0, 10)[0].prev == link(bytes.fromhex(last.prev), last.spelled).hex()
    again.close()


def test_a_signed_frame_is_what_the_store_holds(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    outbox.append([a_record(n) for n in range(1, 6)])
    records = outbox.pending(2, 3)
    head = Frame(gw="gw-1", epoch=outbox.epoch, lo=3, hi=5, boot="b", sent_at=START_MS, recs=())
    opened = open_frame(encode_sealed(head, records, sign=SIGNER.sign))
    assert opened.end is not None
    assert opened.frame.prev == records[0].prev
    assert verify(SIGNER.public_hex, statement("gw-1", outbox.epoch, lo=3, hi=5, end=opened.end), opened.frame.sig)
    outbox.close()


def test_a_new_epoch_is_a_new_chain_of_what_waits(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    outbox.append([a_record(n) for n in range(2500)])
    outbox.acked(3)
    outbox.renew_epoch("other")
    assert [r.seq for r in outbox.pending(0, 10_000)] == list(range(1, 2498))
    assert [r.prev for r in outbox.pending(0, 10_000)] == prevs_of(outbox)
    outbox.append([a_record(1)])
    assert [r.prev for r in outbox.pending(0, 10_000)] == prevs_of(outbox)
    outbox.close()


def test_a_tombstone_takes_the_place_of_records_and_the_chain_goes_on_over_them(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    outbox.append([a_record(n) for n in range(1, 5)])
    before = {record.seq: record.prev for record in outbox.pending(0, 10)}
    outbox.refuse(outbox.pending(1, 1), reason="too large")
    after = {record.seq: record.prev for record in outbox.pending(0, 10)}
    assert after.pop(5)
    assert after == {seq: prev for seq, prev in before.items() if seq != 2}
    outbox.close()


def first_version(folder: Path, *, waiting: range, epoch: str = "old-epoch") -> None:
    """A store as the first version wrote it, with records waiting and the others acknowledged."""
    folder.mkdir(exist_ok=True)
    db = sqlite3.connect(folder / STORE)
    db.execute("PRAGMA journal_mode = WAL")
    for step in STEPS[0]:
        db.execute(step)
    meta = {"gateway": "gw-1", "epoch": epoch, "acked": str(waiting[0] - 1), "evicted": "0", "session": "5"}
    db.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
    for seq in waiting:
        record = a_record(seq)
        body = seal(record.body, kind=record.kind, at=record.at)
        row = (seq, record.kind, record.at, record.clock, body.hash, body.text, START_MS)
        db.execute("INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    db.execute("PRAGMA user_version = 1")
    db.commit()
    db.close()


def test_a_store_of_the_first_version_is_taken_over_with_its_numbers_and_linked(tmp_path: Path) -> None:
    first_version(tmp_path, waiting=range(41, 44))
    outbox = an_outbox(tmp_path)
    assert outbox.epoch == "old-epoch"
    assert outbox.append([a_record(44)]) == range(44, 45)
    assert [r.prev for r in outbox.pending(0, 10)] == prevs_of(outbox)
    assert [r.kind for r in outbox.pending(0, 10)] == ["camera_event"] * 4
    outbox.close()


def test_records_that_an_older_version_refused_are_kept_by_epoch_and_number(tmp_path: Path) -> None:
    first_version(tmp_path, waiting=range(41, 44))
    db = sqlite3.connect(tmp_path / STORE)
    db.execute("INSERT INTO refused VALUES (7, 'e1', 'note', 5, '{}', 'too large')")
    db.commit()
    db.close()
    outbox = an_outbox(tmp_path)
    outbox._writer.execute("INSERT INTO refused VALUES (7, 'e2', 'note', 6, '{}', 'too large')")
    found = outbox._writer.execute("SELECT epoch, seq, at, reason FROM refused ORDER BY epoch").fetchall()
    assert found == [("e1", 7, 5, "too large"), ("e2", 7, 6, "too large")]
    outbox.close()


def test_a_bit_that_the_disk_turned_is_seen() -> None:
    body = seal({"a": 1}, kind="k", at=5)
    whole = Sealed(seq=1, kind="k", at=5, clock="synced", hash=body.hash, body=body.text)
    assert whole.is_whole
    assert not Sealed(seq=1, kind="k", at=5, clock="synced", hash=body.hash, body='{"a":3}').is_whole
