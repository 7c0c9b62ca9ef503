"""Edge, broker and centre behind mutual TLS: signed records through, forgers refused and told of, thieves shut out."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import text

from central.identity.broker_watch import BrokerWatch
from central.identity.keys import centre_signer
from central.ingest.listener import Listener
from central.ingest.worker import Worker
from central.settings import BrokerSettings as CentreBroker
from central.store.engine import open_engine, reading
from central.store.instants import to_ms
from central.store.save_identity import revoke_gateway
from edge_agent.clock import wall
from edge_agent.identity import signer_of
from edge_agent.publisher import Publisher
from edge_agent.settings import Broker as EdgeBroker
from edge_agent.settings import IdentityFiles, read_secret
from tests.central.edge import AT, frame_of, small
from tests.central.identity.mtls import Site, centre_caller, gateway_caller, now, site_in
from tests.edge_agent.build import a_record, an_identity, an_outbox, vitals
from tests.services import wait_until
from wire.codec import ack_statement, encode, encode_frame
from wire.messages import Ack, Beat


@pytest.fixture
def site(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Site]:
    """A broker behind mutual TLS with one enrolled gateway, and a database."""
    shutil.copy(migrated_sqlite, tmp_path / "centre.db")
    engine = open_engine(f"sqlite:///{tmp_path / 'centre.db'}")
    site = site_in(tmp_path, engine)
    site.enroll("gw-1")
    yield site
    site.broker.kill()
    engine.dispose()


@dataclass(slots=True)
class _Centre:
    """The ingest half of a centre and its watch, in threads."""

    site: Site

    @contextmanager
    def running(self, *, signs: bool = True) -> Iterator[None]:
        site, stopping = self.site, Event()
        worker = Worker(
            engine=site.engine,
            tell=lambda _: None,
            dirtied=lambda _: None,
            now_ms=lambda: to_ms(now()),
            stopping=stopping,
        )
        listener = Listener(
            settings=CentreBroker(
                url=f"mqtts://127.0.0.1:{site.centre_port}",
                tls_ca=site.files / "ca.crt",
                tls_cert=site.files / "centre.crt",
                tls_key=site.files / "centre.key",
            ),
            session=to_ms(now()),
            receive=worker.receive,
            sign=centre_signer(site.data_dir).sign if signs else None,
            stopping=stopping,
        )
        worker.tell = listener.tell
        watch = BrokerWatch(
            engine=site.engine,
            path=site.broker.log,
            place=site.folder / "place",
            now_ms=lambda: to_ms(now()),
            stopping=stopping,
            poll_s=0.1,
        )
        threads = [Thread(target=loop) for loop in (worker.run, listener.run, watch.run)]
        for thread in threads:
            thread.start()
        wait_until(listener.connected.is_set, what="the centre listens")
        try:
            yield
        finally:
            stopping.set()
            for thread in threads:
                thread.join()


def _publisher(site: Site, outbox: Any, **rest: Any) -> Publisher:
    at = site.folder / "gw-1"
    settings = EdgeBroker(
        url=f"mqtts://127.0.0.1:{site.broker.port}",
        ca_file=at / "ca.crt",
        cert_file=at / "gateway.crt",
        key_file=at / "gateway.key",
        retry_min_s=0.05,
        retry_max_s=0.2,
        resend_s=0.3,
        beat_s=0.2,
        **rest,
    )
    signer = signer_of(IdentityFiles(signing_key=at / "signing.key"))
    assert signer is not None
    return Publisher(
        outbox,
        settings,
        an_identity(),
        vitals=vitals,
        wall=wall,
        random=random.Random(1),
        sign=signer.sign,
        centre_key=read_secret(at / "centre.pub"),
    )


@contextmanager
def _running(publisher: Publisher) -> Iterator[None]:
    stop = Event()
    thread = Thread(target=lambda: publisher.run(stop, drain_s=0.0))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _count(site: Site, table: str) -> int:
    with reading(site.engine) as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def _codes(site: Site) -> set[tuple[str, str]]:
    return {(code, gateway) for code, gateway, _ in site.events()}


def test_signed_records_go_through_and_no_event_is_made_of_it(site: Site, tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path / "edge")
    outbox.append([a_record(n) for n in range(700)])
    with _Centre(site).running(), _running(_publisher(site, outbox)):
        wait_until(lambda: outbox.counters().pending == 0, what="outbox empty")
        outbox.append([a_record(n) for n in range(700, 900)])
        wait_until(lambda: outbox.counters().acked == 900, what="the rest acknowledged")
    assert _count(site, "record") == 900
    assert _count(site, "frame_proof") > 0
    assert _codes(site) == set()
    outbox.close()


@pytest.mark.parametrize(
    ("forged", "signed"),
    [
        ("of what was sent and not committed", False),
        ("far beyond what was sent", False),
        ("signed for another gateway", True),
        ("signed by another key", True),
    ],
)
def test_a_forged_ack_deletes_nothing_and_is_told(site: Site, tmp_path: Path, forged: str, signed: bool) -> None:
    """By one who has the centre's way into the broker, but not its key: a broker that was broken into."""
    outbox = an_outbox(tmp_path / "edge")
    outbox.append([a_record(n) for n in range(300)])
    publisher, epoch = _publisher(site, outbox), outbox.epoch
    forger = centre_caller(site).connect().subscribe("siteprogress/v1/+/up/#")
    online = b'{"online":true,"session":1,"v":1}'
    forger.client.publish("siteprogress/v1/host/state", online, qos=1, retain=True)
    ack = Ack(epoch=epoch, hi=10**6 if "beyond" in forged else 300)
    if signed:
        gateway = "gw-2" if "another gateway" in forged else "gw-1"
        data_dir = site.data_dir if gateway == "gw-2" else tmp_path / "another"
        ack = Ack(epoch=epoch, hi=300, sig=centre_signer(data_dir).sign(ack_statement(gateway, ack)))
    with _running(publisher):
        wait_until(lambda: publisher.state.connected, what="connected")
        for _ in range(3):
            forger.publish("siteprogress/v1/gw-1/down/ack", encode(ack))
        wait_until(lambda: publisher.state.security >= 3, what="refused")
        assert not publisher.state.synced
        assert outbox.counters().pending == 300
        assert outbox.epoch == epoch
        forger.close()
        with _Centre(site).running():
            wait_until(lambda: outbox.counters().pending == 0, what="the true centre's acks")
            wait_until(lambda: ("forged_ack", "gw-1") in _codes(site), what="a security event")
    assert _count(site, "record") == 300
    assert outbox.epoch == epoch
    outbox.close()


def test_a_thief_of_certificate_and_token_cannot_make_records(site: Site, tmp_path: Path) -> None:
    """TLS lets it in as gw-1; without the signing key nothing it says becomes a record."""
    with _Centre(site).running():
        thief = gateway_caller(site, site.folder / "gw-1").connect()
        frame = frame_of([small(1), small(2)], gateway="gw-1")
        assert thief.publish("siteprogress/v1/gw-1/up/data", encode_frame(frame)) == "Success"
        wait_until(lambda: "gw-1" in {gateway for _, gateway in _codes(site)}, what="a security event")
        other = frame_of([small(1)], gateway="gw-2")
        assert thief.publish("siteprogress/v1/gw-1/up/data", encode_frame(other)) == "Success"
        wait_until(lambda: "topic_mismatch" in {code for code, _ in _codes(site)}, what="a mismatch noted")
        thief.close()
    assert _count(site, "record") == 0
    assert {code for code, _ in _codes(site)} <= {"unsigned_frame", "bad_signature", "topic_mismatch"}


def test_a_revoked_gateway_is_refused_at_both_doors_and_keeps_its_records(site: Site, tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path / "edge")
    outbox.append([a_record(n) for n in range(50)])
    publisher = _publisher(site, outbox)
    with _Centre(site).running(), _running(publisher):
        wait_until(lambda: outbox.counters().acked == 50, what="acknowledged")
        revoke_gateway(site.engine, "gw-1", reason="stolen", by="test", now_ms=to_ms(now()))
        outbox.append([a_record(n) for n in range(50, 60)])  # the connection still stands
        wait_until(lambda: ("revoked_gateway", "gw-1") in _codes(site), what="its frames refused")
        site.tell_the_broker()
        wait_until(lambda: ("tls_refused", "") in _codes(site), what="its certificate refused")
        wait_until(lambda: not publisher.state.connected, what="out")
        assert outbox.counters().pending == 10
        assert _count(site, "record") == 50
        assert site.enroll("gw-1", renew=True, name="anew").is_dir()
        for name in ("gateway.crt", "gateway.key"):
            shutil.copy(site.folder / "anew" / name, site.folder / "gw-1" / name)
        wait_until(lambda: publisher.state.connected, what="in again with the files of a new enrolment")
    outbox.close()


def test_a_beat_that_tells_of_refusals_counts_once(site: Site) -> None:
    with _Centre(site).running():
        gateway = gateway_caller(site, site.folder / "gw-1").connect()
        for refused in (0, 2, 2, 5, 1, 1):  # 1: the agent began anew
            beat = Beat(
                gw="gw-1",
                epoch="e1",
                sent_at=AT,
                produced=1,
                acked=1,
                oldest_age_ms=0,
                disk_free_bytes=1,
                cameras=(),
                security=refused,
            )
            gateway.publish("siteprogress/v1/gw-1/up/beat", encode(beat))
        said = "the gateway refused what was sent in the centre's name: an ack or a configuration"
        wait_until(lambda: site.events().get(("forged_ack", "gw-1", said)) == 3, what="three tellings")
        gateway.close()
