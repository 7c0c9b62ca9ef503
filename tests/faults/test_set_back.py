"""A centre restored from its backup, and enrolled gateways that have deleted what it forgot: the stream goes on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from central.ingest.commit import StreamAck, commit
from central.ingest.greet import greet
from central.ingest.inbox import open_message
from central.store.engine import writing
from tests.central.plans import register
from tests.edge_agent.build import START_MS, a_record, an_outbox
from tests.edge_agent.paper_link import Desk
from wire import topics
from wire.codec import OpenedFrame
from wire.messages import Beat, Birth
from wire.signing import Signer, new_signer


def forget(engine: Engine, *, beyond: int) -> None:
    """As a backup of when the stream had come so far."""
    with writing(engine) as connection:
        connection.execute(text("DELETE FROM record WHERE seq > :hi"), {"hi": beyond})
        connection.execute(text("DELETE FROM frame_proof WHERE hi > :hi"), {"hi": beyond})
        connection.execute(text("DELETE FROM received_range"))
        connection.execute(text("UPDATE stream SET watermark = :hi"), {"hi": beyond})


def talk(engine: Engine, desk: Desk, *, rounds: int = 12) -> None:
    """What the gateway says goes to the centre, what that answers comes back."""
    for _ in range(rounds):
        said, desk.link.said = desk.link.said, []
        opened = [open_message(topics.up("gw-1", channel), payload) for channel, payload in said]  # type: ignore[arg-type]
        frames = [one for one in opened if isinstance(one, OpenedFrame)]
        hellos = [one for one in opened if isinstance(one, Birth | Beat)]
        acks: list[StreamAck] = list(commit(engine, frames=frames, letters=(), now_ms=START_MS).acks) if frames else []
        acks += greet(engine, hellos, now_ms=START_MS) if hellos else []
        for one in acks:
            desk.hear(replace(one.ack, pace=0))
        desk.now += 1
        desk.turns()


@pytest.mark.parametrize("enrolled", [True, False])
def test_a_gateway_goes_on_past_what_a_restored_centre_has_lost(
    sqlite_store: Engine, tmp_path: Path, enrolled: bool
) -> None:
    register(sqlite_store, "gw-1")
    signer: Signer = new_signer()
    if enrolled:
        with writing(sqlite_store) as connection:
            connection.execute(text("UPDATE gateway SET public_key = :key"), {"key": signer.public_hex})
    desk = Desk(an_outbox(tmp_path), sign=signer.sign)
    desk.outbox.append([a_record(n) for n in range(1, 301)])
    desk.connect()
    talk(sqlite_store, desk)
    assert desk.outbox.counters().acked == 300
    forget(sqlite_store, beyond=200)
    desk.publisher.died()
    desk.outbox.append([a_record(n) for n in range(301, 311)])
    desk.connect()
    talk(sqlite_store, desk)
    assert desk.outbox.counters().pending == 0
    desk.outbox.append([a_record(400)])
    talk(sqlite_store, desk)
    assert desk.outbox.counters().pending == 0
    with writing(sqlite_store) as connection:
        held = connection.execute(text("SELECT count(*) FROM record WHERE kind = 'camera_event'")).scalar()
        stones = connection.execute(text("SELECT count(*) FROM record WHERE kind = 'tombstone'")).scalar()
    assert (held, stones) == (211, 1 if enrolled else 0)
    desk.outbox.close()
