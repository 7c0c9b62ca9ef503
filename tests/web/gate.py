"""A port in front of a centre that closes for real: nobody is let in, and whoever was inside is thrown out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread

from tests.services import free_port

PIECE_BYTES = 65_536


@dataclass(kw_only=True)
class Gate:
    """`shut` and `open` return once it is so; connections through it are TCP as they came."""

    to_port: int
    port: int = field(default_factory=free_port)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _door: asyncio.Server | None = None
    _inside: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Where the centre seems to be."""
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> None:
        """Let everybody in."""
        self._wait(self._opened())

    def shut(self) -> None:
        """Refuse every connection, and end those there are."""
        self._wait(self._closed())

    def _wait(self, act: object) -> None:
        asyncio.run_coroutine_threadsafe(act, self._loop).result(timeout=20)  # type: ignore[arg-type]

    async def _opened(self) -> None:
        self._door = await asyncio.start_server(self._pass, "127.0.0.1", self.port)

    async def _closed(self) -> None:
        if self._door is not None:
            self._door.close()
            self._door = None
        for writer in tuple(self._inside):
            writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self.to_port)
        self._inside |= {writer, back}
        try:
            await asyncio.gather(_pump(reader, back), _pump(there, writer))
        finally:
            self._inside -= {writer, back}


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(PIECE_BYTES):
            writer.write(piece)
            await writer.drain()
    writer.close()


@contextmanager
def gate_to(port: int) -> Iterator[Gate]:
    """An open gate to a port; shut at the end."""
    gate = Gate(to_port=port)
    thread = Thread(target=gate._loop.run_forever, name="gate")
    thread.start()
    try:
        gate.open()
        yield gate
        gate.shut()
    finally:
        gate._loop.call_soon_threadsafe(gate._loop.stop)
        thread.join(timeout=20)
        gate._loop.close()
