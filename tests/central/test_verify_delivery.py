"""The guarantee recomputed: truth table of both stores, and one real pair of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from central.errors import UnknownThing
from central.ingest.commit import commit
from central.store.read_delivery import StoredStream
from central.verify_delivery import EdgeStore, compare, verify
from edge_agent.buffer.opening import open_outbox
from edge_agent.buffer.outbox import NewRecord
from tests.central.edge import frame_of, small
from tests.central.plans import register


def an_edge(**changes: Any) -> EdgeStore:
    """Ten numbers given out, nothing waits."""
    told: dict[str, Any] = {
        "gateway": "gw-1",
        "epoch": "e1",
        "produced": 10,
        "acked": 10,
        "waiting": frozenset(),
        "given_up": (),
    }
    return EdgeStore(**(told | changes))


def a_stream(**changes: Any) -> StoredStream:
    """All ten stored."""
    told: dict[str, Any] = {
        "ranges": ((1, 10),),
        "given_up": (),
        "dead_lettered": (),
        "count": 10,
        "duplicates": 0,
        "conflicts": 0,
        "doubled": 0,
    }
    return StoredStream(**(told | changes))


@pytest.mark.parametrize(
    ("edge", "stored", "lost", "holds"),
    [
        ({}, {}, (), True),
        ({"produced": 0}, {"ranges": (), "count": 0}, (), True),
        ({}, {"ranges": ((1, 4), (7, 10))}, ((5, 6),), False),
        ({"waiting": frozenset({5, 6})}, {"ranges": ((1, 4), (7, 10))}, (), True),
        ({"given_up": ((5, 6),)}, {"ranges": ((1, 4), (7, 10))}, (), True),
        ({}, {"ranges": ((1, 4), (7, 10)), "given_up": ((5, 6),)}, (), True),
        ({}, {"ranges": ((1, 4), (7, 10)), "dead_lettered": ((5, 6),)}, (), True),
        ({"produced": 12}, {}, ((11, 12),), False),
        ({}, {"doubled": 1}, (), False),
        ({}, {"conflicts": 1}, (), False),
    ],
)
def test_compare(edge: dict[str, Any], stored: dict[str, Any], lost: tuple[Any, ...], holds: bool) -> None:
    verdict = compare(an_edge(**edge), a_stream(**stored))
    assert verdict.lost == lost
    assert verdict.holds is holds


def test_a_real_edge_store_against_a_real_centre(any_store: Engine, tmp_path: Path) -> None:
    outbox = open_outbox(tmp_path, gateway="gw-1", now_ms=lambda: 5)
    outbox.append([NewRecord(kind="note", at=n, clock="synced", body={"n": n}) for n in range(20)])
    register(any_store, "gw-1")
    frame = frame_of([small(seq) for seq in range(1, 13)], gateway="gw-1", epoch=outbox.epoch)
    commit(any_store, frames=[frame], letters=[], now_ms=5)
    outbox.acked(10)
    (verdict,) = verify(any_store, [tmp_path])
    assert (verdict.produced, verdict.stored, verdict.waiting, verdict.lost, verdict.holds) == (20, 12, 10, (), True)
    outbox.acked(15)  # an edge that deletes without the centre's word
    (verdict,) = verify(any_store, [tmp_path])
    assert (verdict.lost, verdict.lost_count, verdict.holds) == (((13, 15),), 3, False)
    outbox.close()


def test_a_folder_without_an_outbox_is_named(sqlite_store: Engine, tmp_path: Path) -> None:
    with pytest.raises(UnknownThing, match="expected the data_dir of a gateway"):
        verify(sqlite_store, [tmp_path])
