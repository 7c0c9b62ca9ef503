"""Ingest behind real brokers: poison frees its slot, gaps are asked for once, a database away is waited for."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from central import clock
from central.ingest.delivery import Delivery
from central.ingest.listener import Listener
from central.ingest.worker import INBOX_MAX, Worker
from central.settings import BrokerSettings
from central.store.engine import open_engine, reading, writing
from tests.central.edge import Edge, frame_of, small
from tests.central.plans import plan, register
from tests.services import Broker, wait_until
from tests.wire.build import a_reading, a_record
from wire.codec import encode, encode_frame
from wire.messages import Ack, Beat, CameraHealth


class Ingest:
    """Listener and worker in this process, over a store of the test."""

    def __init__(self, engine: Engine, broker: Broker) -> None:
        self.stopping, self.dirtied = Event(), list[str]()
        settings = BrokerSettings(url=broker.url("centre"))
        self.worker = Worker(
            engine=engine,
            tell=lambda _: None,
            dirtied=self.dirtied.extend,
            now_ms=clock.system_ms,
            stopping=self.stopping,
        )
        self.listener = Listener(
            settings=settings, session=clock.system_ms(), receive=self.worker.receive, stopping=self.stopping
        )
        self.worker.tell = self.listener.tell
        self.threads = [Thread(target=self.worker.run), Thread(target=self.listener.run)]

    def start(self) -> Ingest:
        for thread in self.threads:
            thread.start()
        assert self.listener.connected.wait(30)
        return self

    def stop(self) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join(20)
        assert not any(thread.is_alive() for thread in self.threads)


@pytest.fixture
def ingest(any_store: Engine, mosquitto: Broker) -> Iterator[Ingest]:
    register(any_store, "gw-1", "gw-2")
    found = Ingest(any_store, mosquitto).start()
    yield found
    found.stop()


@pytest.fixture
def edge(ingest: Ingest, mosquitto: Broker) -> Iterator[Edge]:
    found = Edge(mosquitto, gateway="gw-1").connect()
    yield found
    found.close()


def one(engine: Engine, sql: str) -> object:
    with reading(engine) as connection:
        return connection.execute(text(sql)).scalar()


def test_many_records_go_in_once_also_by_copy(any_store: Engine, edge: Edge) -> None:
    edge.send(1, 1500)
    edge.send(1001, 1600)
    wait_until(lambda: edge.acked == 1600, what="ack of 1600")
    assert one(any_store, "SELECT count(*) FROM record") == 1600
    assert one(any_store, "SELECT duplicates FROM stream") == 500


def test_poison_frees_its_slot_and_others_are_not_held_up(any_store: Engine, edge: Edge, mosquitto: Broker) -> None:
    other = Edge(mosquitto, gateway="gw-2").connect()
    for _ in range(80):  # more than the broker lets be un-acknowledged
        edge.say("data", b"noise")
    plain = json.loads(zlib.decompress(encode_frame(frame_of([small(1)], gateway="gw-1")))) | {"v": 7}
    edge.say("data", zlib.compress(json.dumps(plain).encode()))
    edge.say("data", encode_frame(frame_of([small(2)], gateway="gw-1")))
    other.send(1, 10)
    wait_until(lambda: edge.acked == 2 and other.acked == 10, what="both acked")
    assert one(any_store, "SELECT times FROM dead_letter WHERE code = 'malformed'") == 80
    assert one(any_store, "SELECT lo FROM dead_letter WHERE code = 'unknown_version'") == 1
    other.close()


def test_a_gap_in_the_backlog_is_asked_for_once_and_closes(edge: Edge) -> None:
    for start in (201, 401, 601):
        edge.send(start, start + 199, channel="bulk")
    wait_until(lambda: any(ack.recv == ((201, 800),) for ack in edge.acks), what="ranges beyond the gap")
    assert [ack.need for ack in edge.acks if ack.need is not None] == [1]
    edge.send(1, 200, channel="bulk")
    wait_until(lambda: edge.acked == 800, what="the gap closed")


def test_what_happens_now_is_committed_before_backlog_that_waits(sqlite_store: Engine) -> None:
    register(sqlite_store, "gw-1")
    told = list[Ack]()
    worker = Worker(
        engine=sqlite_store,
        tell=lambda acks: told.extend(found.ack for found in acks),
        dirtied=lambda _: None,
        now_ms=clock.system_ms,
    )
    for seq in range(1, 301):
        payload = encode_frame(frame_of([small(seq)], gateway="gw-1"))
        worker.receive(Delivery(topic="siteprogress/v1/gw-1/up/bulk", payload=payload, acknowledge=lambda: None))
    payload = encode_frame(frame_of([small(900)], gateway="gw-1"))
    worker.receive(Delivery(topic="siteprogress/v1/gw-1/up/data", payload=payload, acknowledge=lambda: None))
    thread = Thread(target=worker.run)
    thread.start()
    wait_until(lambda: told and told[-1].hi == 300, what="all committed")
    worker.stopping.set()
    thread.join(10)
    assert told[0].recv == ((900, 900),)


def test_both_lanes_are_read_before_it_says_that_it_listens(ingest: Ingest, edge: Edge) -> None:
    assert edge.host_online
    assert ingest.listener.complete()


def test_a_birth_is_answered_with_the_watermark_and_what_is_gone_is_known_loss(any_store: Engine, edge: Edge) -> None:
    edge.send(1, 10)
    wait_until(lambda: edge.acked == 10, what="ack")
    edge.acks.clear()
    edge.hello(oldest=11, newest=20)
    assert wait_until(lambda: edge.acks, what="answer")[0].hi == 10
    edge.acks.clear()
    edge.hello(oldest=15, newest=20)  # the centre is an old backup: 11..14 went to one that is no more
    assert wait_until(lambda: edge.acks, what="answer")[0].hi == 14
    assert one(any_store, "SELECT reason FROM dead_letter WHERE code = 'no_longer_held'") == (
        "records 11..14 of gw-1/e1 were never stored here, its oldest is 15"
    )
    assert one(any_store, "SELECT online FROM gateway_status WHERE gateway = 'gw-1'")


def test_a_centre_set_back_goes_on_though_the_gateway_holds_nothing(any_store: Engine, edge: Edge) -> None:
    """What was acknowledged and is here no more is known loss; it must not block what comes next."""
    edge.hello(oldest=0, newest=100)
    assert wait_until(lambda: edge.acks, what="answer")[0].hi == 100
    assert one(any_store, "SELECT lo * 1000 + hi FROM dead_letter WHERE code = 'no_longer_held'") == 1100
    edge.send(101, 103)
    wait_until(lambda: edge.acked == 103, what="ack")
    assert one(any_store, "SELECT count(*) FROM record") == 3


def test_what_the_store_cannot_take_is_kept_aside_and_stops_nobody(
    sqlite_store: Engine, mosquitto: Broker, request: pytest.FixtureRequest
) -> None:
    """A fault nobody thought of, in one message of a batch."""
    register(sqlite_store, "gw-1", "gw-2")
    with writing(sqlite_store) as connection:
        ill = "CREATE TRIGGER ill BEFORE INSERT ON record WHEN NEW.gateway = 'gw-1' AND NEW.seq = 1"
        connection.execute(text(f"{ill} BEGIN SELECT RAISE(ABORT, 'nobody thought of it'); END"))
    request.addfinalizer(Ingest(sqlite_store, mosquitto).start().stop)
    edge, other = (Edge(mosquitto, gateway=name).connect() for name in ("gw-1", "gw-2"))
    request.addfinalizer(edge.close)
    request.addfinalizer(other.close)
    edge.send(1, 2)
    edge.send(3, 4)
    other.send(1, 10)
    wait_until(lambda: edge.acked == 4 and other.acked == 10, what="both acked")
    letter = "SELECT reason FROM dead_letter WHERE lo = 1 AND hi = 2 AND code = 'refused_by_store'"
    assert one(sqlite_store, letter) == "nobody thought of it"


def test_what_can_not_even_be_kept_aside_frees_its_slot(sqlite_store: Engine) -> None:
    """A database that refuses everything (a replica after a fail-over): else the broker's slots are taken for ever."""
    register(sqlite_store, "gw-1")
    with writing(sqlite_store) as connection:
        for table in ("record", "dead_letter"):
            ill = f"CREATE TRIGGER ill_{table} BEFORE INSERT ON {table}"
            connection.execute(text(f"{ill} BEGIN SELECT RAISE(ABORT, 'read only'); END"))
    freed, told = list[int](), list[Ack]()
    worker = Worker(
        engine=sqlite_store,
        tell=lambda acks: told.extend(found.ack for found in acks),
        dirtied=lambda _: None,
        now_ms=clock.system_ms,
    )
    payload = encode_frame(frame_of([small(1)], gateway="gw-1"))
    for number in range(3):
        worker.receive(
            Delivery(topic="siteprogress/v1/gw-1/up/data", payload=payload, acknowledge=partial(freed.append, number))
        )
    thread = Thread(target=worker.run)
    thread.start()
    wait_until(lambda: len(freed) == 3, what="slots freed")
    worker.stopping.set()
    thread.join(10)
    assert (freed, told) == ([0, 1, 2], [])


def test_too_many_waiting_are_let_go_and_their_slots_freed(sqlite_store: Engine) -> None:
    freed = list[int]()
    worker = Worker(engine=sqlite_store, tell=lambda _: None, dirtied=lambda _: None, now_ms=clock.system_ms)
    for number in range(INBOX_MAX + 3):
        worker.receive(Delivery(topic="t", payload=b"", acknowledge=partial(freed.append, number)))
    assert len(worker.inbox) == INBOX_MAX
    assert freed == [INBOX_MAX, INBOX_MAX + 1, INBOX_MAX + 2]


def test_a_beat_is_noted(any_store: Engine, edge: Edge) -> None:
    health = CameraHealth(camera="c1", frame_age_ms=1200, inference_age_ms=1300)
    beat = Beat(
        gw="gw-1", epoch="e1", sent_at=1, produced=9, acked=4, oldest_age_ms=70, disk_free_bytes=5, cameras=(health,)
    )
    edge.say("beat", encode(beat))
    wait_until(lambda: one(any_store, "SELECT produced FROM gateway_status") == 9, what="beat")
    answer = wait_until(lambda: [ack for ack in edge.acks if ack.echo is not None], what="answer")[0]
    assert (answer.echo, abs((answer.at or 0) - clock.system_ms()) < 60_000) == (1, True)
    assert one(any_store, "SELECT frame_age_ms FROM camera WHERE id = 'c1'") == 1200


def test_the_broker_killed_and_started_again(any_store: Engine, edge: Edge, mosquitto: Broker) -> None:
    edge.send(1, 10)
    wait_until(lambda: edge.acked == 10, what="ack")
    mosquitto.kill()
    mosquitto.start()
    edge.close()
    again = Edge(mosquitto, gateway="gw-1").connect()
    again.send(5, 30)
    wait_until(lambda: again.acked == 30, what="ack after the broker came back")
    again.close()
    assert one(any_store, "SELECT count(*) FROM record") == 30


def test_readings_of_a_planned_building_call_for_a_judgement(any_store: Engine, ingest: Ingest, edge: Edge) -> None:
    plan(any_store)
    look = a_record(seq=1, body=a_reading(camera="c1", face="south", building="b1"))
    edge.say("data", encode_frame(frame_of([look], gateway="gw-1")))
    wait_until(lambda: ingest.dirtied == ["p1"], what="project p1 dirty")


def test_a_broker_that_speaks_only_3_1_1(sqlite_store: Engine, amqtt_broker: Broker) -> None:
    register(sqlite_store, "gw-1")
    found = Ingest(sqlite_store, amqtt_broker).start()
    edge = Edge(amqtt_broker, gateway="gw-1").connect()
    edge.send(1, 400)
    wait_until(lambda: edge.acked == 400, what="ack by amqtt")
    edge.close()
    found.stop()


def test_a_database_that_is_away_is_waited_for_and_nothing_acked_meanwhile(
    tmp_path: Path, sqlite_store: Engine
) -> None:
    register(sqlite_store, "gw-1")
    acked, told = list[int](), list[Ack]()
    missing = open_engine(f"sqlite:///{tmp_path}/nowhere/centre.db")
    worker = Worker(
        engine=missing,
        tell=lambda acks: told.extend(found.ack for found in acks),
        dirtied=lambda _: None,
        now_ms=clock.system_ms,
    )
    payload = encode_frame(frame_of([small(1)], gateway="gw-1"))
    worker.inbox.put(
        Delivery(topic="siteprogress/v1/gw-1/up/data", payload=payload, acknowledge=lambda: acked.append(1))
    )
    thread = Thread(target=worker.run)
    thread.start()
    _stays(lambda: not acked and not told)
    worker.engine = sqlite_store
    wait_until(lambda: acked and told, what="stored when the database is back")
    worker.stopping.set()
    thread.join(10)
    with pytest.raises(OperationalError), missing.connect():
        pass


def _stays(holds: Callable[[], bool]) -> None:
    """True at every look for a while: nothing may happen before its time."""
    for _ in range(30):
        assert holds()
        Event().wait(0.01)
