"""A gateway goes back once per gap, and what was asked is forgotten when it may be asked again."""

from __future__ import annotations

import pytest

from central.ingest.commit import StreamAck
from central.ingest.nacks import NACK_EVERY_S, Nacks
from wire.messages import Ack


def a_need(need: int | None, *, gateway: str = "gw-1", epoch: str = "e1") -> StreamAck:
    return StreamAck(gateway=gateway, ack=Ack(epoch=epoch, hi=1, recv=(), need=need))


@pytest.mark.parametrize(
    ("second", "after_s", "told"),
    [
        (a_need(2), 0.0, None),
        (a_need(2), NACK_EVERY_S - 0.1, None),
        (a_need(2), NACK_EVERY_S, 2),
        (a_need(7), 0.0, 7),
        (a_need(None), 0.0, None),
        (a_need(2, gateway="gw-2"), 0.0, 2),
        (a_need(2, epoch="e2"), 0.0, 2),
    ],
    ids=[
        "again at once",
        "nearly late enough",
        "late enough",
        "another gap",
        "none",
        "another gateway",
        "another epoch",
    ],
)
def test_the_same_gap_is_asked_for_once_in_five_seconds(second: StreamAck, after_s: float, told: int | None) -> None:
    nacks = Nacks()
    assert nacks.paced(a_need(2), now_s=100.0).need == 2
    assert nacks.paced(second, now_s=100.0 + after_s).need == told


def test_streams_that_came_once_are_not_held_for_ever() -> None:
    nacks = Nacks()
    for nth in range(1_000):
        nacks.paced(a_need(2, epoch=f"e{nth}"), now_s=float(nth))
    assert len(nacks) <= NACK_EVERY_S
