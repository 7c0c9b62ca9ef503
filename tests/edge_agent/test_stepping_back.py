"""Going back to the release before with a full outbox, and forward again: numbers, records and order stay."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from edge_agent.buffer.opening import STORE, lock_folder
from edge_agent.errors import StoreBusyError, StoreError
from edge_agent.stepping_back import store_back
from tests.edge_agent.buffer.test_chain import prevs_of
from tests.edge_agent.build import START_MS, a_record, an_outbox
from wire.codec import seal


def append_as_the_first_version(folder: Path, number: int) -> int:
    """The statement of the release before this one, word for word."""
    record = a_record(number)
    body = seal(record.body, kind=record.kind, at=record.at)
    db = sqlite3.connect(folder / STORE)
    last = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").fetchone()[0]
    row = (last + 1, record.kind, record.at, record.clock, body.hash, body.text, START_MS)
    db.execute("INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    db.execute("DELETE FROM outbox WHERE seq <= 2")
    db.execute("UPDATE meta SET value = '2' WHERE key = 'acked'")
    db.commit()
    db.close()
    return int(last) + 1


def test_back_and_forward_with_a_full_outbox(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path)
    outbox.append([a_record(n) for n in range(1, 6)])
    outbox.refuse(outbox.pending(3, 1), reason="too large")
    first = outbox.epoch
    outbox.close()
    assert [store_back(tmp_path) for _ in range(3)] == [2, 1, 1], "the first step is never undone"
    assert append_as_the_first_version(tmp_path, 7) == 7
    again = an_outbox(tmp_path)
    assert again.epoch != first, "the chain of the old epoch has a hole that nobody can fill"
    assert [r.kind for r in again.pending(0, 10)] == ["camera_event"] * 3 + ["store_lost"]
    assert [r.prev for r in again.pending(0, 10)] == prevs_of(again)
    again.close()
    once = an_outbox(tmp_path)
    assert once.epoch == again.epoch
    once.close()


def test_not_under_a_running_agent_nor_without_a_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="expected the outbox of an agent that has run"):
        store_back(tmp_path)
    an_outbox(tmp_path).close()
    held = lock_folder(tmp_path)
    with pytest.raises(StoreBusyError):
        store_back(tmp_path)
    held.close()


def test_what_the_release_before_cannot_hold_of_refused_records_is_there_again(tmp_path: Path) -> None:
    """It keys them by number alone, so of two epochs' it shows one; forward again there are both, and its own."""
    outbox = an_outbox(tmp_path)
    rows = [(7, epoch, "note", 5, "{}", "too large") for epoch in ("e1", "e2")]
    outbox._writer.executemany("INSERT INTO refused VALUES (?, ?, ?, ?, ?, ?)", rows)
    outbox.close()
    assert store_back(tmp_path) == 2
    db = sqlite3.connect(tmp_path / STORE)
    assert db.execute("SELECT count(*) FROM refused").fetchone() == (1,)
    db.execute("INSERT OR REPLACE INTO refused VALUES (8, 'e2', 'note', 5, '{}', 'too large')")
    db.commit()
    db.close()
    again = an_outbox(tmp_path)
    found = again._writer.execute("SELECT epoch, seq FROM refused ORDER BY epoch, seq").fetchall()
    assert found == [("e1", 7), ("e2", 7), ("e2", 8)]
    again.close()
