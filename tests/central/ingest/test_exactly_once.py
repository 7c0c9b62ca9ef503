"""Exactly-once effect: frames shuffled, repeated, overlapping, on both lanes, signed or not; a set knows the truth."""

from __future__ import annotations

from functools import cache
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from central.ingest.commit import commit
from central.ingest.inbox import open_message
from central.store.engine import reading, writing
from central.store.save_people import add_gateway
from tests.central.edge import AT
from tests.wire.build import a_tombstone
from wire import topics
from wire.codec import OpenedFrame, Sealed, encode_body, encode_sealed, seal
from wire.messages import Frame
from wire.signing import Signer, link, link_start, new_signer

RECORDS = 60
STONES = {20: (17, 19), 41: (31, 40)}  # a tombstone's number: what it gives up
_NAMES = count(1)

Piece = tuple[int, int, bool]  # first record, how many, by the backlog lane
pieces = st.tuples(st.integers(1, RECORDS), st.integers(1, 12), st.booleans())
histories = st.lists(st.lists(pieces, min_size=1, max_size=6), min_size=1, max_size=7)


@cache
def the_signer() -> Signer:
    """One key for all."""
    return new_signer()


def chain_of(gateway: str) -> list[Sealed]:
    """Records 1..RECORDS; some are tombstones."""
    prev, found = link_start(gateway, "e1"), list[Sealed]()
    for seq in range(1, RECORDS + 1):
        kind, body = "note", {"n": seq}
        if seq in STONES:
            lo, hi = STONES[seq]
            kind, body = "tombstone", encode_body(a_tombstone(lo=lo, hi=hi, count=hi - lo + 1))
        told = seal(body, kind=kind, at=AT)
        one = Sealed(seq=seq, kind=kind, at=AT, clock="synced", hash=told.hash, body=told.text, prev=prev.hex())
        found.append(one)
        prev = link(prev, one.spelled)
    return found


def frame(chain: list[Sealed], piece: Piece, *, gateway: str) -> OpenedFrame:
    """A signed frame as the centre reads it."""
    records = chain[piece[0] - 1 : piece[0] - 1 + piece[1]]
    head = Frame(gw=gateway, epoch="e1", lo=records[0].seq, hi=records[-1].seq, boot="b1", sent_at=AT, recs=())
    opened = open_message(topics.up(gateway, "data"), encode_sealed(head, records, sign=the_signer().sign))
    assert isinstance(opened, OpenedFrame)
    return opened


def runs(numbers: set[int]) -> list[tuple[int, int]]:
    """The numbers as ranges."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1] = found[-1][0], number
        else:
            found.append((number, number))
    return found


def play(engine: Engine, history: list[list[Piece]], *, enrolled: bool) -> None:
    """Commit batch after batch; after each one the centre holds exactly what came, and says so."""
    gateway = f"gw-{next(_NAMES)}"
    add_gateway(engine, gateway, by="test", now_ms=1)
    if enrolled:
        with writing(engine) as connection:
            key = {"key": the_signer().public_hex, "id": gateway}
            connection.execute(text("UPDATE gateway SET public_key = :key WHERE id = :id"), key)
    chain, stored, settled, seen = chain_of(gateway), set[int](), set[int](), 0
    for batch in history:
        lanes = [
            [frame(chain, piece, gateway=gateway) for piece in batch if piece[2] is bulk] for bulk in (False, True)
        ]
        done = commit(engine, frames=lanes[0], bulk=lanes[1], letters=[], now_ms=5)
        came = [record.seq for lane in lanes for one in lane for record in one.frame.recs]
        seen += len(came)
        assert (done.refused, done.conflicts) == (0, 0)
        assert done.stored == len(set(came) - stored)
        stored |= set(came)
        settled |= stored | {
            n for stone in STONES if stone in stored for n in range(STONES[stone][0], STONES[stone][1] + 1)
        }
        ranges = runs(settled)
        hi = ranges[0][1] if ranges[0][0] == 1 else 0
        ack = done.acks[0].ack
        assert (ack.hi, list(ack.recv)) == (hi, ranges[1:] if hi else ranges)
    with reading(engine) as connection:
        of = {"id": gateway}
        rows = connection.execute(text("SELECT seq FROM record WHERE gateway = :id ORDER BY seq"), of).scalars()
        assert list(rows) == sorted(stored)
        told = connection.execute(text("SELECT stored, duplicates FROM stream WHERE gateway = :id"), of).one()
        assert tuple(told) == (len(stored), seen - len(stored))


@pytest.mark.parametrize("enrolled", [False, True])
def test_every_history_ends_in_the_set_of_what_came(any_store: Engine, enrolled: bool) -> None:
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(histories)
    def any_history(history: list[list[Piece]]) -> None:
        play(any_store, history, enrolled=enrolled)

    any_history()
