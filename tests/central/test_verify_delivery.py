"""The guarantee recomputed: truth table of both stores, and one real pair of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from central.errors import UnknownThing
from central.ingest.commit import commit
from central.store.engine import writing
from central.store.read_delivery import END, StoredStream
from central.verify_delivery import EdgeStore, compare, older, verify, verify_proofs
from edge_agent.buffer.opening import open_outbox
from edge_agent.buffer.outbox import NewRecord
from tests.central.edge import frame_of, small
from tests.central.ingest.test_guard import enrolled, sealed_chain, signed, take
from tests.central.plans import register
from tests.wire.build import a_record
from wire.messages import StoreLost


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
        ({}, {"ranges": ((1, 4), (7, 10)), "known_lost": ((5, 6, "torn"),)}, (), True),
        ({}, {"ranges": ((1, 4),), "known_lost": ((5, END, "gone"),)}, (), True),
        ({}, {"ranges": ((1, 4), (7, 10)), "known_lost": ((6, 6, "torn"),)}, ((5, 5),), False),
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


def test_what_a_lost_store_took_is_known_loss_of_its_epoch(any_store: Engine, tmp_path: Path) -> None:
    register(any_store, "gw-1")
    before = frame_of([small(seq) for seq in range(1, 5)], gateway="gw-1", epoch="e0")
    outbox = open_outbox(tmp_path, gateway="gw-1", now_ms=lambda: 5)
    lost = a_record(seq=1, kind="store_lost", body=StoreLost(epoch="e0", lo=5, hi=9, reason="torn page"))
    after = frame_of([lost], gateway="gw-1", epoch="e1")
    for frame in (before, after):
        commit(any_store, frames=[frame], letters=[], now_ms=5)
    found = {verdict.epoch: verdict for verdict in verify(any_store, [tmp_path])}
    assert (found["e0"].older, found["e0"].stored, found["e0"].known_lost) == (True, 4, 5)
    assert (found["e0"].reasons, found["e0"].lost_count, found["e0"].holds) == (("torn page",), 0, True)
    outbox.close()


def test_numbers_of_an_older_epoch_that_nobody_names_were_carried_over() -> None:
    verdict = older("gw-1", "e0", a_stream(ranges=((1, 4), (90, 99)), known_lost=((5, 7, "torn"),)))
    assert (verdict.produced, verdict.known_lost, verdict.carried, verdict.lost) == (99, 3, 82, ())


def test_signed_records_are_proved_and_what_was_changed_since_is_named(any_store: Engine) -> None:
    signer = enrolled(any_store, "gw-1")
    chain = sealed_chain(9)
    take(any_store, signed(chain[:3], signer), signed(chain[3:6], signer), signed(chain[4:9], signer))
    (proven,) = verify_proofs(any_store)
    assert (proven.proved, proven.unsigned, proven.faults, proven.holds) == (9, 0, (), True)
    with writing(any_store) as connection:
        connection.execute(text("UPDATE record SET at = at + 1 WHERE seq = 2"))
        connection.execute(text("DELETE FROM record WHERE seq = 9"))
    (proven,) = verify_proofs(any_store, ["gw-1"])
    assert [(fault.lo, fault.hi, fault.what) for fault in proven.faults] == [
        (1, 3, "records were changed after they were signed"),
        (5, 9, "4 records stored, expected 5"),
    ]
    assert (proven.proved, proven.unsigned, proven.holds) == (3, 5, False)


def test_where_two_signed_histories_meet_every_signature_holds_and_the_break_is_counted(any_store: Engine) -> None:
    signer = enrolled(any_store, "gw-1")
    one, clone = sealed_chain(6), sealed_chain(12, said="clone")
    take(any_store, signed(one[:3], signer), signed(one[3:6], signer))
    take(any_store, signed(clone[6:9], signer), signed(clone[9:], signer))
    (proven,) = verify_proofs(any_store)
    assert (proven.proved, proven.breaks, proven.faults, proven.holds) == (12, 1, (), True)


def test_records_from_before_a_gateway_was_enrolled_are_unsigned_and_no_fault(sqlite_store: Engine) -> None:
    register(sqlite_store, "gw-1")
    chain = sealed_chain(6)
    commit(sqlite_store, frames=[frame_of([small(1), small(2)], gateway="gw-1")], letters=[], now_ms=5)
    signer = enrolled(sqlite_store, "gw-2")
    take(sqlite_store, signed(chain[2:6], signer))
    (proven,) = verify_proofs(sqlite_store)
    assert (proven.proved, proven.unsigned, proven.holds) == (4, 2, True)
