"""Stores that are set back or damaged, and acks that nobody should have said, through to the centre's own commit."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from edge_agent.link import Message
from tests.faults.simulated.edge import SimEdge
from tests.faults.simulated.run import simulated
from tests.faults.simulated.store import RealStore, memory_engine
from wire import topics
from wire.codec import encode
from wire.messages import Ack


@pytest.fixture(scope="module")
def store() -> Iterator[RealStore]:
    engine = memory_engine()
    yield RealStore(engine=engine)
    engine.dispose()


def save(edge: SimEdge) -> None:
    """A copy of the store as a backup makes it: with the process stopped."""
    edge.crash(power=False)
    shutil.rmtree(edge.folder / "backup", ignore_errors=True)
    (edge.folder / "backup").mkdir()
    for part in edge.folder.glob("outbox.db*"):
        shutil.copy(part, edge.folder / "backup" / part.name)
    edge.boot()


def restore(edge: SimEdge) -> None:
    edge.crash(power=False)
    for part in edge.folder.glob("outbox.db*"):
        part.unlink()
    for part in (edge.folder / "backup").iterdir():
        shutil.copy(part, edge.folder / part.name)
    edge.boot()


def hear(edge: SimEdge, ack: Ack) -> None:
    assert edge.link is not None
    edge.link.events.append(Message(topic=topics.down(edge.gateway, "ack"), payload=encode(ack)))
    edge.turn()


@pytest.mark.parametrize("undelivered", [0, 50])
def test_yesterdays_copy_loses_nothing(store: RealStore, tmp_path: Path, undelivered: int) -> None:
    """Row 11. What the copy held undelivered may come twice, under two epochs (FOUND.md 2): never more than that."""
    with simulated(100 + undelivered, store, tmp_path) as simulation:
        edge = simulation.edges[0]
        edge.produce(60)
        simulation.calm()
        if undelivered:
            edge.produce(undelivered)
        save(edge)
        simulation.calm()
        edge.produce(40)
        simulation.calm()
        restore(edge)
        edge.produce(30)
        simulation.calm()
        found = simulation.findings(store)
    assert (found.lost, found.wrong) == (0, [])
    assert found.doubled <= undelivered


def test_an_ack_of_numbers_never_sent_loses_nothing(store: RealStore, tmp_path: Path) -> None:
    """Row 5. What was in flight may come twice, under two epochs (FOUND.md 3); no second forgery does it again."""
    with simulated(1, store, tmp_path) as simulation:
        edge = simulation.edges[0]
        edge.produce(50)
        simulation.calm()
        edge.produce(30)
        edge.turn()
        for _ in range(5):
            assert edge.outbox is not None
            hear(edge, Ack(epoch=edge.outbox.epoch, hi=10**6))
        edge.produce(10)
        simulation.calm()
        found = simulation.findings(store)
    assert (found.committed, found.lost, found.wrong) == (90, 0, [])
    assert found.doubled <= 30


@pytest.mark.parametrize("ack", [Ack(epoch="0-never", hi=10**6), Ack(epoch="", hi=0, recv=((1, 5),))])
def test_an_ack_of_another_epoch_says_nothing(store: RealStore, tmp_path: Path, ack: Ack) -> None:
    """Row 5."""
    with simulated(2 if ack.epoch else 3, store, tmp_path) as simulation:
        edge = simulation.edges[0]
        edge.produce(1)
        simulation.calm()
        edge.produce(30)
        hear(edge, ack)
        assert edge.waiting == 30
        simulation.calm()
        found = simulation.findings(store)
    assert found.clean


@pytest.mark.parametrize("seed", range(10, 18))
def test_a_turned_bit_in_a_record_costs_that_record_and_is_told(store: RealStore, tmp_path: Path, seed: int) -> None:
    """Row 9. SQLite does not see it; the record's hash does."""
    random = Random(seed)
    with simulated(seed, store, tmp_path) as simulation:
        edge = simulation.edges[0]
        edge.produce(300)
        edge.crash(power=False)
        path = edge.folder / "outbox.db"
        content = bytearray(path.read_bytes())
        at = content.find(b'"note":"', random.randrange(len(content) // 2)) + 8 + random.randrange(40)
        content[at] ^= 1
        path.write_bytes(content)
        edge.boot()
        edge.produce(10)
        simulation.calm()
        found = simulation.findings(store)
    assert found.clean
    assert found.tombstoned == 1


@pytest.mark.parametrize("seed", range(20, 32))
def test_any_damage_to_the_store_stops_nobody_and_no_loss_is_silent(
    store: RealStore, tmp_path: Path, seed: int
) -> None:
    """Row 9. A page or a log of noise: the edge starts, sends what can be read and what is new."""
    random = Random(seed)
    with simulated(seed, store, tmp_path) as simulation:
        edge = simulation.edges[0]
        edge.produce(300)
        edge.crash(power=False)
        path = edge.folder / "outbox.db"
        content = bytearray(path.read_bytes())
        at = random.randrange(0, len(content), 4096)
        length = random.choice((1, 64, 4096, 20_000))
        content[at : at + length] = random.randbytes(len(content[at : at + length]))
        path.write_bytes(content)
        edge.boot()
        edge.produce(10)
        simulation.calm()
        found = simulation.findings(store)
    assert found.clean
