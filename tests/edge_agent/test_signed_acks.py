"""With the centre's key only what the centre has signed, for this gateway and as it was said, deletes anything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from edge_agent.buffer.outbox import NewRecord
from tests.edge_agent.build import an_outbox
from tests.edge_agent.paper_link import Desk
from wire.codec import ack_statement
from wire.messages import Ack
from wire.signing import Signer, new_signer

CENTRE, FORGER = new_signer(), new_signer()


def signed(ack: Ack, *, by: Signer = CENTRE, gateway: str = "gw-1") -> Ack:
    """As the centre's listener sends it."""
    return replace(ack, sig=by.sign(ack_statement(gateway, ack)))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Ten records sent, none acknowledged."""
    outbox = an_outbox(tmp_path)
    outbox.append([NewRecord(kind="camera_event", at=1, clock="synced", body={"n": n}) for n in range(10)])
    desk = Desk(outbox, centre_key=CENTRE.public_hex)
    desk.connect()
    desk.hear(signed(Ack(epoch=outbox.epoch, hi=0)))
    desk.turns()
    assert desk.link.spans("data") == [(1, 10)]
    return desk


def pending(desk: Desk) -> int:
    """Records still held."""
    return len(desk.outbox.pending(0, 100))


def test_signed_ack_deletes(desk: Desk) -> None:
    desk.hear(signed(Ack(epoch=desk.outbox.epoch, hi=10)))
    desk.turns()
    assert pending(desk) == 0


@pytest.mark.parametrize("how", ["unsigned", "other_key", "other_gateway", "changed", "beyond"])
def test_forged_ack_changes_nothing_and_is_counted(desk: Desk, how: str) -> None:
    genuine, epoch = Ack(epoch=desk.outbox.epoch, hi=4), desk.outbox.epoch
    forged = {
        "unsigned": replace(genuine, hi=10),
        "other_key": signed(replace(genuine, hi=10), by=FORGER),
        "other_gateway": signed(replace(genuine, hi=10), gateway="gw-2"),
        "changed": replace(signed(genuine), hi=10),
        "beyond": signed(replace(genuine, hi=500), by=FORGER),
    }[how]
    desk.hear(forged)
    desk.turns()
    assert (pending(desk), desk.outbox.epoch, desk.publisher.state.security) == (10, epoch, 1)
    assert "expected" in desk.publisher.state.problem
