"""A real mosquitto behind mutual TLS, set up by the centre's own commands, and clients with any certificate."""

from __future__ import annotations

import getpass
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import Engine, select

from central.identity.broker_files import write_broker_files
from central.identity.ca import Issued, key_pem, new_key, open_authority
from central.identity.enroll import Places, enroll
from central.identity.keys import identity_folder
from central.identity.mosquitto import configuration
from central.identity.revocation import write_list
from central.store.engine import reading
from central.store.tables import SecurityEvent
from central.store.upsert import table_of
from tests.services import Broker, free_port, listens, wait_until

PLACES = Places(broker_url="mqtts://127.0.0.1:8883", centre_url="https://127.0.0.1", folder="/identity")
MONTH = timedelta(days=30)


def now() -> datetime:
    """The real time: TLS goes by it."""
    return datetime.now(UTC)  # noqa: TID251


@dataclass(slots=True, kw_only=True)
class Site:
    """A centre's identity, a broker and the files of its gateways, each in a folder of its own."""

    engine: Engine
    folder: Path
    broker: Broker
    centre_port: int

    @property
    def files(self) -> Path:
        """The broker's files, and the centre's pair."""
        return self.folder / "broker"

    @property
    def data_dir(self) -> Path:
        """The centre's."""
        return self.folder / "centre"

    def enroll(self, gateway: str, *, renew: bool = False, name: str | None = None) -> Path:
        """Enrol; the folder with its files."""
        out = self.folder / (name or gateway)
        enroll(
            self.engine,
            self.data_dir,
            gateway,
            out=out,
            places=PLACES,
            life=MONTH,
            by="test",
            now=now(),
            renew=renew,
        )
        return out

    def certificate(self, name: str, *, common: str, made: datetime, authority: str = "gateways") -> Path:
        """A certificate the authority gives out at another time, or another authority of the same name gives out."""
        home = identity_folder(self.data_dir) if authority == "gateways" else self.folder / authority
        key = new_key()
        issued: Issued = open_authority(home, "gateways", now=now()).issue(
            key.public_key(), name=common, purpose="gateway", now=made, life=MONTH
        )
        out = self.folder / name
        out.mkdir()
        (out / "gateway.crt").write_bytes(issued.pem)
        (out / "gateway.key").write_bytes(key_pem(key))
        (out / "ca.crt").write_bytes((self.files / "ca.crt").read_bytes())
        return out

    def tell_the_broker(self) -> None:
        """Write the revocation list and restart the broker, as an operator does."""
        write_list(self.engine, self.data_dir, self.files / "gateways.crl", now=now())
        self.broker.kill()
        self.broker.start()
        wait_until(lambda: listens(self.centre_port), what="the centre's door")

    def events(self) -> dict[tuple[str, str, str], int]:
        """Security events so far: (code, gateway, detail) -> times."""
        with reading(self.engine) as connection:
            rows = connection.execute(select(table_of(SecurityEvent))).all()
        return {(row.code, row.gateway, row.detail): row.times for row in rows}


def site_in(folder: Path, engine: Engine) -> Site:
    """A site whose broker runs."""
    port, centre_port = free_port(), free_port()
    files = folder / "broker"
    files.mkdir()
    text = configuration(str(files), gateways=f"{port} 127.0.0.1", centre=f"{centre_port} 127.0.0.1")
    (files / "mosquitto.conf").write_text(f"{text}user {getpass.getuser()}\n")
    write_broker_files(
        engine, folder / "centre", files, hosts=["127.0.0.1"], folder=str(files), life=MONTH, by="test", now=now()
    )
    broker = Broker(
        command=["/usr/sbin/mosquitto", "-c", str(files / "mosquitto.conf")], port=port, log=folder / "broker.log"
    )
    broker.start()
    wait_until(lambda: listens(centre_port), what="the centre's door")
    return Site(engine=engine, folder=folder, broker=broker, centre_port=centre_port)


@dataclass(slots=True)
class Caller:
    """A client with a certificate, or none (`pair` None), or no TLS at all (`trust` None)."""

    port: int
    pair: tuple[Path, Path] | None
    trust: Path | None
    client_id: str = "someone"
    got: list[tuple[str, bytes]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    granted: list[str] = field(default_factory=list)
    let_in: bool = False
    gone: bool = False
    client: Any = None

    def connect(self) -> Caller:
        """Call; see `let_in` and `gone`. A refusal may come at once or with the first read."""
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self.client_id,
            protocol=mqtt.MQTTv5,
            reconnect_on_failure=False,
        )
        if self.trust is not None:
            certificate, key = map(str, self.pair) if self.pair else (None, None)
            client.tls_set(str(self.trust), certfile=certificate, keyfile=key)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = lambda _c, _u, message: self.got.append((message.topic, bytes(message.payload)))
        client.on_publish = lambda _c, _u, _m, reason, _p: self.answers.append(str(reason))
        client.on_subscribe = lambda _c, _u, _m, reasons, _p: self.granted.append(str(reasons[0]))
        self.client = client
        try:
            client.connect("127.0.0.1", self.port)
        except (ssl.SSLError, OSError):
            self.gone = True
            return self
        client.loop_start()
        wait_until(lambda: self.let_in or self.gone, what="an answer to CONNECT")
        return self

    def subscribe(self, topic: str) -> Caller:
        """Subscribe and wait for the answer."""
        before = len(self.granted)
        self.client.subscribe(topic, 1)
        wait_until(lambda: len(self.granted) > before, what=f"SUBACK for {topic}")
        return self

    def publish(self, topic: str, payload: bytes = b"x") -> str:
        """Publish at QoS 1; the broker's answer."""
        before = len(self.answers)
        self.client.publish(topic, payload, qos=1)
        wait_until(lambda: len(self.answers) > before, what=f"PUBACK for {topic}")
        return self.answers[-1]

    def close(self) -> None:
        """Leave."""
        self.client.disconnect()
        self.client.loop_stop()

    def _on_connect(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self.let_in = not reason.is_failure
        self.gone = reason.is_failure

    def _on_disconnect(self, *_: Any) -> None:
        self.gone = True


def gateway_caller(site: Site, folder: Path, *, client_id: str = "someone", port: int | None = None) -> Caller:
    """A client with the certificate in a folder."""
    pair = folder / "gateway.crt", folder / "gateway.key"
    return Caller(port or site.broker.port, pair, site.files / "ca.crt", client_id)


def centre_caller(site: Site) -> Caller:
    """The centre at its own door."""
    pair = site.files / "centre.crt", site.files / "centre.key"
    return Caller(site.centre_port, pair, site.files / "ca.crt", "siteprogress-centre")
