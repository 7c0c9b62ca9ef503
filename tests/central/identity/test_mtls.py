"""Who may come in and what they may say, on a real mosquitto; each refusal is a security event."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest

from central.identity.broker_watch import BrokerWatch
from central.store.engine import open_engine
from central.store.instants import to_ms
from central.store.save_identity import revoke_gateway
from tests.central.identity.mtls import Caller, Site, centre_caller, gateway_caller, now, site_in
from tests.services import wait_until

OWN = "siteprogress/v1/gw-1/up/data"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    """Two gateways, a broker, and the centre's watch over its log."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(migrated_sqlite, folder / "centre.db")
    engine = open_engine(f"sqlite:///{folder / 'centre.db'}")
    site = site_in(folder, engine)
    for gateway in ("gw-1", "gw-2"):
        site.enroll(gateway)
    watch = BrokerWatch(
        engine=engine,
        path=site.broker.log,
        place=folder / "place",
        now_ms=lambda: to_ms(now()),
        centre_clients=frozenset({"siteprogress-centre"}),
        poll_s=0.1,
    )
    thread = Thread(target=watch.run)
    thread.start()
    yield site
    watch.stopping.set()
    thread.join()
    site.broker.kill()
    engine.dispose()


def _seen(site: Site, before: dict[tuple[str, str, str], int], code: str, gateway: str, words: str) -> None:
    def more() -> bool:
        return any(
            times > before.get((found, who, detail), 0)
            for (found, who, detail), times in site.events().items()
            if found == code and who == gateway and words in detail
        )

    wait_until(more, what=f"security event {code} {gateway} {words}: {site.events()}", timeout_s=15)


def test_a_gateway_and_the_centre_talk(site: Site) -> None:
    centre = centre_caller(site).connect().subscribe("siteprogress/v1/+/up/#")
    gateway = gateway_caller(site, site.folder / "gw-1", client_id="gw-1").connect()
    gateway.subscribe("siteprogress/v1/gw-1/down/#")
    assert gateway.publish(OWN) == "Success"
    wait_until(lambda: (OWN, b"x") in centre.got, what="the gateway's message")
    assert centre.publish("siteprogress/v1/gw-1/down/ack", b"ack") == "Success"
    wait_until(lambda: ("siteprogress/v1/gw-1/down/ack", b"ack") in gateway.got, what="the centre's message")
    gateway.close()
    centre.close()


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("expired", "certificate verify failed"),
        ("not yet valid", "certificate verify failed"),
        ("of another authority", "certificate verify failed"),
        ("at the centre's door", "certificate verify failed"),
        ("the broker's own", "certificate verify failed"),
        ("without a certificate", "did not return a certificate"),
        ("plain", "wrong version number"),
    ],
)
def test_who_is_not_let_in(site: Site, who: str, words: str) -> None:
    ca, before = site.files / "ca.crt", site.events()
    match who:
        case "expired":
            made = site.certificate(who, common="gw-1", made=now() - timedelta(days=31))
            caller = gateway_caller(site, made)
        case "not yet valid":
            made = site.certificate(who, common="gw-1", made=now() + timedelta(days=1))
            caller = gateway_caller(site, made)
        case "of another authority":
            made = site.certificate(who, common="gw-1", made=now(), authority="another")
            caller = gateway_caller(site, made)
        case "at the centre's door":
            caller = gateway_caller(site, site.folder / "gw-1", port=site.centre_port)
        case "the broker's own":
            caller = Caller(site.broker.port, (site.files / "broker.crt", site.files / "broker.key"), ca)
        case "without a certificate":
            caller = Caller(site.broker.port, None, ca)
        case _:
            caller = Caller(site.broker.port, None, None)
    caller.connect()
    assert caller.gone
    assert not caller.let_in
    caller.close()
    _seen(site, before, "tls_refused", "", words)


@pytest.mark.parametrize(
    ("topic", "words"),
    [
        ("siteprogress/v1/gw-2/up/data", "up of gateway gw-2"),
        ("siteprogress/v1/gw-2/down/ack", "down of gateway gw-2"),
        ("siteprogress/v1/gw-1/down/ack", "down of itself"),
        ("siteprogress/v1/host/state", "the centre's state"),
        ("$CONTROL/dynamic-security/v1", "a topic outside the tree"),
    ],
)
def test_what_a_gateway_may_not_say(site: Site, topic: str, words: str) -> None:
    before = site.events()
    centre = centre_caller(site).connect().subscribe("siteprogress/v1/+/up/#")
    gateway = gateway_caller(site, site.folder / "gw-1").connect()
    assert gateway.publish(topic, b"forged") == "Not authorized"
    assert gateway.publish(OWN, b"mine") == "Success"
    wait_until(lambda: (OWN, b"mine") in centre.got, what="the gateway's own message")
    assert b"forged" not in [payload for _, payload in centre.got]
    gateway.close()
    centre.close()
    _seen(site, before, "acl_refused", "gw-1", f"publish refused: {words}")


@pytest.mark.parametrize("wanted", ["siteprogress/v1/gw-2/down/#", "siteprogress/v1/+/up/#", "#"])
def test_what_a_gateway_may_not_hear(site: Site, wanted: str) -> None:
    before = site.events()
    centre, other = centre_caller(site).connect(), gateway_caller(site, site.folder / "gw-2").connect()
    spy = gateway_caller(site, site.folder / "gw-1").connect().subscribe(wanted)
    spy.subscribe("siteprogress/v1/gw-1/down/#")
    other.publish("siteprogress/v1/gw-2/up/data", b"secret")
    centre.publish("siteprogress/v1/gw-2/down/ack", b"secret")
    centre.publish("siteprogress/v1/gw-1/down/ack", b"for me")
    wait_until(lambda: b"for me" in [payload for _, payload in spy.got], what="its own message")
    assert b"secret" not in [payload for _, payload in spy.got]
    for caller in (centre, other, spy):
        caller.close()
    _seen(site, before, "acl_refused", "gw-1", "subscribed beyond its own branch")


@pytest.mark.parametrize("claimed", ["gw-1", "siteprogress-centre", "centre"])
def test_a_wrong_common_name_becomes_nobody_else(site: Site, claimed: str) -> None:
    """Who holds gw-2's certificate is gw-2 whatever it calls itself: it throws out nobody, it speaks for nobody."""
    before = site.events()
    centre = centre_caller(site).connect().subscribe("siteprogress/v1/+/up/#")
    honest = gateway_caller(site, site.folder / "gw-1", client_id="gw-1").connect()
    other = gateway_caller(site, site.folder / "gw-2", client_id=claimed).connect()
    assert other.publish(OWN, b"as gw-1") == "Not authorized"
    assert other.publish("siteprogress/v1/gw-2/up/data", b"as gw-2") == "Success"
    assert honest.publish(OWN, b"honest") == "Success"
    wait_until(lambda: (OWN, b"honest") in centre.got, what="the honest gateway's message")
    assert not honest.gone
    assert not centre.gone
    for caller in (centre, honest, other):
        caller.close()
    _seen(site, before, "acl_refused", "gw-2", "publish refused: up of gateway gw-1")


def test_two_that_hold_one_certificate_are_told(site: Site) -> None:
    before = site.events()
    callers = [gateway_caller(site, site.folder / "gw-1").connect() for _ in range(8)]
    for caller in callers:
        caller.close()
    _seen(site, before, "identity_conflict", "gw-1", "throw each other out")


def test_a_revoked_gateway_stays_out_and_the_others_do_not(site: Site) -> None:
    folder, before = site.enroll("gw-9"), site.events()
    caller = gateway_caller(site, folder).connect()
    assert caller.let_in
    assert revoke_gateway(site.engine, "gw-9", reason="stolen", by="test", now_ms=to_ms(now())) == 1
    site.tell_the_broker()
    wait_until(lambda: caller.gone, what="end of the connection that stood")
    caller.close()
    again = gateway_caller(site, folder).connect()
    assert not again.let_in
    again.close()
    _seen(site, before, "tls_refused", "", "certificate verify failed")
    honest = gateway_caller(site, site.folder / "gw-1").connect()
    assert honest.let_in
    honest.close()
    anew = gateway_caller(site, site.enroll("gw-9", renew=True, name="gw-9-anew")).connect()
    assert anew.let_in
    anew.close()
