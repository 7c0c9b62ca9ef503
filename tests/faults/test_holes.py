"""More holes than an ack can name: nothing is lost, nothing goes round for ever, and live records are not held up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, text

from central.ingest.commit import RANGES_SAID_MAX, commit
from central.ingest.greet import greet
from central.ingest.inbox import open_message
from central.store.engine import reading, writing
from tests.central.plans import register
from tests.edge_agent.build import START_MS, a_record, an_outbox
from tests.edge_agent.paper_link import Desk
from wire import topics
from wire.codec import OpenedFrame
from wire.messages import Beat, Birth
from wire.signing import new_signer


def never(channel: str, message: Any) -> bool:
    return False


def backlog(channel: str, message: Any) -> bool:
    """Frames of the bulk lane but tombstones, as when a broker holds a lane back."""
    return channel == "bulk" and message.frame.recs[0].kind != "tombstone"


def a_desk_with_holes(engine: Engine, folder: Path) -> Desk:
    """400 records of a backlog, each beside one that is gone, and two tombstones over these: records 801 and 802."""
    register(engine, "gw-1")
    signer = new_signer()
    with writing(engine) as connection:
        connection.execute(text("UPDATE gateway SET public_key = :key"), {"key": signer.public_hex})
    desk = Desk(an_outbox(folder), sign=signer.sign, broker={"window": 500})
    desk.outbox.append([a_record(n) for n in range(1, 801)])
    desk.outbox._writer.execute("DELETE FROM outbox WHERE seq % 2 = 0")
    assert desk.outbox.bury_missing(1, 800) == 400 > 3 * RANGES_SAID_MAX
    return desk


def talk(
    engine: Engine, desk: Desk, random: Random, *, rounds: int, loss: float, held: Callable[[str, Any], bool] = never
) -> Counter[int]:
    """Rounds of a second; how often each record was sent. Frames are lost and acks are lost; `held` ones always."""
    sent: Counter[int] = Counter()
    for _ in range(rounds):
        said, desk.link.said = desk.link.said, []
        for channel, payload in said:
            message = open_message(topics.up("gw-1", channel), payload)  # type: ignore[arg-type]
            if isinstance(message, OpenedFrame):
                sent.update(record.seq for record in message.frame.recs)
            if random.random() < loss or held(channel, message):
                continue
            acks = []
            if isinstance(message, OpenedFrame):
                lanes = ([message], []) if channel == "data" else ([], [message])
                acks = commit(engine, frames=lanes[0], bulk=lanes[1], letters=(), now_ms=START_MS).acks
            elif isinstance(message, Birth | Beat):
                acks = greet(engine, [message], now_ms=START_MS)
            for one in acks:
                if random.random() >= loss:
                    desk.hear(replace(one.ack, pace=0))
        desk.now += 1
        desk.turns()
    return sent


@pytest.mark.parametrize("loss", [0.0, 0.1])
def test_a_store_whose_every_other_record_is_gone_drains_beside_its_live_records(
    sqlite_store: Engine, tmp_path: Path, loss: float
) -> None:
    desk = a_desk_with_holes(sqlite_store, tmp_path)
    desk.connect()
    random, sent = Random(5), Counter[int]()
    for number in range(10):  # a live record every two seconds
        live = desk.outbox.append([a_record(3000 + number)])[0]
        sent += talk(sqlite_store, desk, random, rounds=2, loss=loss)
        with reading(sqlite_store) as connection:
            newest = connection.execute(text("SELECT max(seq) FROM record")).scalar()
        assert loss or number == 0 or newest == live, "the first was there before the greeting: backlog"
    for _ in range(60):
        if not desk.outbox.counters().pending:
            break
        sent += talk(sqlite_store, desk, random, rounds=10, loss=loss)
    assert desk.outbox.counters().pending == 0
    with reading(sqlite_store) as connection:
        held = connection.execute(text("SELECT count(*), count(DISTINCT seq) FROM record")).one()
        watermark = connection.execute(text("SELECT watermark FROM stream")).scalar()
    assert tuple(held) == (400 + 2 + 10, 400 + 2 + 10)
    assert watermark == desk.outbox.newest
    stones = [sent.pop(801), sent.pop(802)]
    assert max(stones) <= 20, "told at the first gap that waits for them, not at each of two hundred"
    assert max(sent.values()) <= (1 if loss == 0 else 12), sent.most_common(5)
    assert sum(sent.values()) <= len(sent) * (1 if loss == 0 else 2)
    desk.outbox.close()


def test_live_records_above_many_holes_are_acknowledged_and_not_sent_again(
    sqlite_store: Engine, tmp_path: Path
) -> None:
    """The lowest ranges alone would never tell of them, and they would go round until the backlog is through."""
    desk = a_desk_with_holes(sqlite_store, tmp_path)
    desk.connect()
    random = Random(5)
    talk(sqlite_store, desk, random, rounds=4, loss=0, held=backlog)
    sent = Counter[int]()
    for number in range(20):
        desk.outbox.append([a_record(3000 + number)])
        sent += talk(sqlite_store, desk, random, rounds=2, loss=0, held=backlog)
    with reading(sqlite_store) as connection:
        ranges = connection.execute(text("SELECT count(*) FROM received_range")).scalar_one()
    assert ranges > RANGES_SAID_MAX
    assert [sent[seq] for seq in range(803, 822)] == [1] * 19
    talk(sqlite_store, desk, random, rounds=120, loss=0)
    assert desk.outbox.counters().pending == 0
    desk.outbox.close()
