"""A TCP link on the loopback that breaks after a random number of bytes, so many times, then holds."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from random import Random
from types import TracebackType
from urllib.parse import urlsplit

BLOCK_BYTES = 4096


class BreakingLink:
    """Forwards connections to `target`; the first `breaks` of them are reset after at most `most_bytes` upwards."""

    def __init__(self, target: str, *, random: Random, breaks: int, most_bytes: int) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname or "", parts.port or 80)
        self._random, self._breaks, self._most_bytes = random, breaks, most_bytes
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._accepting = threading.Thread(target=self._accept)
        self._links: list[threading.Thread] = []
        self._ends: list[socket.socket] = []
        self.broken = 0
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> BreakingLink:
        self._accepting.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join()
        for link in self._links:
            link.join()
        for end in self._ends:
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                breaks = self.broken < self._breaks
                self.broken += breaks
                room = self._random.randrange(self._most_bytes) if breaks else None
                far = socket.create_connection(self._target)
                self._ends += [near, far]
                for source, sink, most in ((near, far, room), (far, near, None)):
                    link = threading.Thread(target=_pump, args=(source, sink, most))
                    self._links.append(link)
                    link.start()


def _pump(source: socket.socket, sink: socket.socket, room: int | None) -> None:
    with suppress(OSError):
        while block := source.recv(BLOCK_BYTES):
            if room is not None:
                block, room = block[:room], room - len(block)
            sink.sendall(block)
            if room is not None and room <= 0:
                break
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
