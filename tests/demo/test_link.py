"""The wire that can be cut: carries bytes both ways, drops them when cut, carries again when mended."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator

import pytest

from demo.link import Link


class _Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        while data := self.request.recv(65536):
            self.request.sendall(data)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@pytest.fixture
def echo_port() -> Iterator[int]:
    with _Server(("127.0.0.1", 0), _Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def _call(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=5)


def _read(wire: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size:
        more = wire.recv(size - len(got))
        assert more, f"closed after {len(got)} of {size} bytes"
        got += more
    return got


def _is_over(wire: socket.socket) -> bool:
    try:
        return wire.recv(1) == b""
    except ConnectionResetError:
        return True


def test_it_carries_both_ways(echo_port: int) -> None:
    with Link("127.0.0.1", echo_port) as link, _call(link.port) as wire:
        load = bytes(range(256)) * 2000
        threading.Thread(target=wire.sendall, args=(load,)).start()
        assert _read(wire, len(load)) == load
        assert link.connections == 1


def test_cut_drops_what_is_open_and_refuses_what_is_new(echo_port: int) -> None:
    with Link("127.0.0.1", echo_port) as link:
        port = link.port
        with _call(port) as wire:
            wire.sendall(b"hello")
            assert _read(wire, 5) == b"hello"
            link.cut()
            assert link.is_cut
            assert _is_over(wire)
        with pytest.raises(ConnectionRefusedError):
            _call(port)
        link.mend()
        assert link.port == port
        with _call(port) as wire:
            wire.sendall(b"again")
            assert _read(wire, 5) == b"again"


def test_cutting_and_mending_twice_is_harmless(echo_port: int) -> None:
    with Link("127.0.0.1", echo_port) as link:
        link.cut()
        link.cut()
        link.mend()
        link.mend()
        with _call(link.port) as wire:
            wire.sendall(b"x")
            assert _read(wire, 1) == b"x"


def test_nothing_at_the_far_end_only_breaks_the_connection() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening
        with Link("127.0.0.1", taken.getsockname()[1]) as link, _call(link.port) as wire:
            assert _is_over(wire)
