"""Faults of the broker's rules and of other clients: small packets, refused topics, stolen ids, poison, noise."""

from __future__ import annotations

import json
import socketserver
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import text

from central.store.engine import reading
from tests.faults.world import World
from tests.services import wait_until
from wire import topics
from wire.codec import encode
from wire.messages import Ack, Presence

SMALL_PACKET_BYTES = 2_000


def small_packets(world: World, rounds: int) -> None:
    """The broker comes back with a packet size far below a full frame, then with the usual one, again and again."""
    for _ in range(rounds):
        _broker_with(world, lambda c: c.replace("max_packet_size 1048576", f"max_packet_size {SMALL_PACKET_BYTES}"))
        before = world.stored()
        wait_until(lambda: world.stored() > before + 200, what="records stored in small packets")  # noqa: B023
        _broker_with(world, lambda c: c.replace(f"max_packet_size {SMALL_PACKET_BYTES}", "max_packet_size 1048576"))


def topic_refused(world: World, rounds: int) -> None:
    """The broker's access rules forget that gateways may write data; later they remember."""
    acl = world.folder / "acl"
    good = acl.read_text()
    for _ in range(rounds):
        acl.write_text(
            good.replace("pattern write siteprogress/v1/%u/up/#", "pattern write siteprogress/v1/%u/up/state")
        )
        world.kill("broker")
        time.sleep(2.0)
        acl.write_text(good)
        world.kill("broker")


def id_taken(world: World, rounds: int) -> None:
    """Another client comes with a gateway's id, over and over; and the will of an old session comes late."""
    for _ in range(rounds):
        for _ in range(6):
            with _client(world, "gw-1", client_id="gw-1") as client:
                wait_until(client.is_connected, what="the other client connected")
                time.sleep(0.2)
    wait_until(lambda: _is_online(world, "gw-1"), what="the gateway has its id again")
    before = _stored_of(world, "gw-1")
    with _client(world, "gw-1", client_id="old-session") as client:
        old = encode(Presence(gw="gw-1", online=False, session=1))
        client.publish(topics.up("gw-1", "state"), old, qos=1).wait_for_publish(10)
        wait_until(lambda: _stored_of(world, "gw-1") > before + 100, what="records after the late will")
    assert _is_online(world, "gw-1"), "the will of an old session made a gateway offline that is there"


def poison(world: World, rounds: int) -> None:
    """Everything a decoder does not want, on a gateway's own topic, between its good frames."""
    before = world.stored()
    with _client(world, "gw-2", client_id="poisoner") as client:
        for _ in range(rounds):
            for payload in _poisons():
                client.publish(topics.up("gw-2", "data"), payload, qos=1).wait_for_publish(10)
        wait_until(lambda: world.stored() > before + 200, what="records stored behind the poison")
    with reading(world.engine) as connection:
        letters = connection.execute(text("SELECT count(*) FROM dead_letter WHERE gateway = 'gw-2'")).scalar_one()
    assert letters, "nothing was set aside: the fault did not happen"


def strange_acks(world: World, rounds: int) -> None:
    """Acks of epochs that never were, and old ones again; whoever may write on down/ is the centre's user."""
    before = world.stored()
    with _client(world, "centre", client_id="echo") as client:
        for number in range(20 * rounds):
            epoch = "0-never" if number % 2 else _epoch(world, "gw-3")
            client.publish(topics.down("gw-3", "ack"), encode(Ack(epoch=epoch, hi=number % 2 * 10**9)), qos=1)
            time.sleep(0.05)
    wait_until(lambda: world.stored() > before + 200, what="records stored beside the strange acks")


def noise(world: World, rounds: int) -> None:
    """One gateway's account floods its topics; the others must go on being stored meanwhile."""
    with _client(world, "gw-3", client_id="noisy") as client:
        junk = zlib.compress(b"[" + b"0," * 5_000 + b"0]")
        for _ in range(rounds):
            before, sent = _stored_of(world, "gw-1"), count()
            while _stored_of(world, "gw-1") < before + 300:
                assert next(sent) < 600, "gw-1 is not served while gw-3 is noisy"
                for _ in range(20):
                    client.publish(topics.up("gw-3", "data"), junk + b"x", qos=1)
                    client.publish(topics.up("gw-3", "beat"), b"{}", qos=0)
                time.sleep(0.05)


def captive_portal(world: World, rounds: int) -> None:
    """Somebody else answers at the broker's address, in HTTP, as hotels and hotspots do."""
    for _ in range(rounds):
        world.parties["broker"].kill()
        world.kills += 1
        portal = _Portal(("127.0.0.1", world.broker.port), _Redirect)
        Thread(target=portal.serve_forever, daemon=True).start()
        wait_until(lambda: portal.visits > 3, what="edges and centre met the portal")  # noqa: B023
        portal.shutdown()
        portal.server_close()
        world.parties["broker"].start()
    before = world.stored()
    wait_until(lambda: world.stored() > before + 200, what="records after the portal")


class _Portal(socketserver.ThreadingTCPServer):
    """Counts its visits."""

    allow_reuse_address = True
    daemon_threads = True
    visits = 0


class _Redirect(socketserver.BaseRequestHandler):
    """Answers anything with a redirection."""

    def handle(self) -> None:
        """One request."""
        server = self.server
        assert isinstance(server, _Portal)
        server.visits += 1
        self.request.recv(4096)
        self.request.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://portal.example/login\r\n\r\n")


def _poisons() -> Iterator[bytes]:
    yield b"no zlib"
    yield zlib.compress(bytes(50_000_000), 9)
    yield zlib.compress(b"[1, 2")
    yield zlib.compress(json.dumps({"v": 1, "gw": "gw-2"}).encode())
    yield zlib.compress(b'{"v": 1, "gw": "gw-2", "lo": NaN}')
    yield zlib.compress(json.dumps({"v": 99, "gw": "gw-2", "epoch": "e", "recs": []}).encode())
    yield zlib.compress(json.dumps({"v": 1, "gw": "x" * 900_000}).encode())
    yield zlib.compress(b"[" * 100_000)
    yield b""


def _broker_with(world: World, change: Callable[[str], str]) -> None:
    config = Path(world.broker.command[-1])
    config.write_text(change(config.read_text()))
    world.kill("broker")


def _stored_of(world: World, gateway: str) -> int:
    wanted = text("SELECT coalesce(sum(stored), 0) FROM stream WHERE gateway = :gateway")
    with reading(world.engine) as connection:
        return int(connection.execute(wanted, {"gateway": gateway}).scalar_one())


def _is_online(world: World, gateway: str) -> bool:
    wanted = text("SELECT online FROM gateway_status WHERE gateway = :gateway")
    with reading(world.engine) as connection:
        return bool(connection.execute(wanted, {"gateway": gateway}).scalar())


def _epoch(world: World, gateway: str) -> str:
    wanted = text("SELECT epoch FROM stream WHERE gateway = :gateway LIMIT 1")
    with reading(world.engine) as connection:
        return str(connection.execute(wanted, {"gateway": gateway}).scalar() or "0-none")


@contextmanager
def _client(world: World, user: str, *, client_id: str) -> Iterator[mqtt.Client]:
    client: Any = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=client_id)
    client.username_pw_set(user, world.broker.users[user])
    client.connect("127.0.0.1", world.broker.port)
    client.loop_start()
    try:
        yield client
    finally:
        client.disconnect()
        client.loop_stop()
