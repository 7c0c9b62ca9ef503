"""A centre restored from its backup, and enrolled gateways that have deleted what it forgot: the stream goes on."""

from __future__ import annotations

import shutil
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
    """What the gateway says goes to the centre, a frame a transaction, and what that answers comes back."""
    for _ in range(rounds):
        said, desk.link.said = desk.link.said, []
        opened = [open_message(topics.up("gw-1", channel), payload) for channel, payload in said]  # type: ignore[arg-type]
        frames = [one for one in opened if isinstance(one, OpenedFrame)]
        hellos = [one for one in opened if isinstance(one, Birth | Beat)]
        acks: list[StreamAck] = []
        for one in frames:
            acks += commit(engine, frames=[one], letters=(), now_ms=START_MS).acks
        acks += greet(engine, hellos, now_ms=START_MS) if hellos else []
        for said_so in acks:
            desk.hear(replace(said_so.ack, pace=0))
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


def test_an_enrolled_gateway_whose_disk_was_set_back_goes_on_and_its_break_is_seen(
    sqlite_store: Engine, tmp_path: Path
) -> None:
    """A snapshot of the whole disk, so no mark tells; it was away until it had gone on beyond what the centre has."""
    register(sqlite_store, "gw-1")
    signer: Signer = new_signer()
    with writing(sqlite_store) as connection:
        connection.execute(text("UPDATE gateway SET public_key = :key"), {"key": signer.public_hex})
    desk = Desk(an_outbox(tmp_path / "disk"), sign=signer.sign)
    desk.outbox.append([a_record(n) for n in range(1, 201)])
    desk.connect()
    talk(sqlite_store, desk)
    desk.outbox.close()
    shutil.copytree(tmp_path / "disk", tmp_path / "snapshot")
    desk = Desk(an_outbox(tmp_path / "disk"), sign=signer.sign)
    desk.outbox.append([a_record(n) for n in range(201, 401)])
    desk.connect()
    talk(sqlite_store, desk)
    assert desk.outbox.counters().acked == 400
    desk.outbox.close()
    alone = an_outbox(tmp_path / "snapshot")
    alone.append([a_record(n, text=f"since {n}") for n in range(201, 701)])
    back = Desk(alone, sign=signer.sign)
    back.connect()
    talk(sqlite_store, back)
    assert back.outbox.counters().pending == 0
    with writing(sqlite_store) as connection:
        held = connection.execute(text("SELECT count(*), max(seq) FROM record")).one()
        beside = connection.execute(text("SELECT count(*) FROM identity_conflict")).scalar()
        codes = connection.execute(text("SELECT DISTINCT code FROM security_event ORDER BY code")).scalars().all()
    assert (tuple(held), beside) == ((700, 700), 200)
    assert codes == ["chain_broken", "identity_conflict"]
    back.outbox.close()
