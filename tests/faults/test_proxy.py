"""The proxy does what its toxics say: else a fault lab would prove nothing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from random import Random

import pytest

from tests.faults.proxy import CLEAN, Proxy, Toxics
from tests.services import wait_until

PING = b"\xc0\x00"
BODY = b"\x00\x0asp/gw/up/d\x00\x07payload"
PUBLISH = bytes((0x32, len(BODY))) + BODY
PUBACK = b"\x40\x02\x00\x07"


class Sink:
    """A server that keeps what it reads and can answer."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        self.read = bytearray()
        self.ended = threading.Event()
        self.peer: socket.socket | None = None
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        self.peer, _ = self.listener.accept()
        try:
            while got := self.peer.recv(4096):
                self.read += got
        except OSError:
            pass
        self.ended.set()


@pytest.fixture
def sink() -> Iterator[Sink]:
    sink = Sink()
    yield sink
    sink.listener.close()
    if sink.peer is not None:
        sink.peer.close()


@pytest.fixture
def proxy(sink: Sink) -> Iterator[Proxy]:
    proxy = Proxy(upstream=sink.port, random=Random(1)).start()
    yield proxy
    proxy.stop()


def connected(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=10)


@pytest.mark.parametrize(
    ("toxics", "sent", "arrives"),
    [
        (CLEAN, PING + PUBLISH, PING + PUBLISH),
        (Toxics(slice_bytes=1, jitter_s=0.01, retransmit=1.0, retransmit_s=0.01), PUBLISH, PUBLISH),
        (Toxics(bytes_per_s=10_000), PUBLISH, PUBLISH),
        (Toxics(double=1.0), PUBLISH, PUBLISH * 2),
        (Toxics(swap=1.0), PUBLISH + PING, PING + PUBLISH),
        (Toxics(discard=1.0), PUBLISH + PING, PING),
    ],
    ids=["clean", "sliced and late", "thin", "doubled", "swapped", "discarded"],
)
def test_what_arrives(sink: Sink, proxy: Proxy, toxics: Toxics, sent: bytes, arrives: bytes) -> None:
    proxy.set(toxics)
    with connected(proxy) as client:
        client.sendall(sent)
        wait_until(lambda: len(sink.read) >= len(arrives), what="everything arrived")
        assert bytes(sink.read) == arrives
        if toxics.discard:
            assert client.recv(4) == PUBACK


def test_a_hole_swallows_for_good_and_tells_nobody(sink: Sink, proxy: Proxy) -> None:
    with connected(proxy) as client:
        client.sendall(PING)
        wait_until(lambda: sink.read, what="first packet")
        proxy.set(Toxics(hole=True))
        client.sendall(PUBLISH)
        wait_until(lambda: proxy.tally.lost_bytes == len(PUBLISH), what="swallowed")
        proxy.set(CLEAN)
        client.sendall(PUBLISH)
        wait_until(lambda: proxy.tally.lost_bytes == 2 * len(PUBLISH), what="swallowed again")
        assert bytes(sink.read) == PING
        assert not sink.ended.is_set()


def test_a_limit_and_a_reset_cut_both_ends(sink: Sink, proxy: Proxy) -> None:
    proxy.set(Toxics(limit_bytes=3))
    with connected(proxy) as client:
        client.sendall(PUBLISH)
        with pytest.raises(ConnectionError):
            client.recv(1)
    assert sink.ended.wait(10)
    assert proxy.tally.limited == 1
