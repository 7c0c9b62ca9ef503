"""A TCP proxy that spoils what passes: the weather between a gateway and its broker, or between broker and centre.

It cuts the stream into MQTT packets, so that it can lose, double and swap whole messages as well as bytes.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

CHUNK_BYTES = 65_536
PUBLISH, PUBACK = 0x30, 0x40


@dataclass(frozen=True, slots=True, kw_only=True)
class Toxics:
    """What happens to each direction of each connection. Shares are probabilities a message.

    `discard`: a QoS 1 PUBLISH from the client is answered with PUBACK and thrown away. `retransmit`: the chance that a
    write waits `retransmit_s` as if TCP had lost it. `hole`: bytes vanish and the connection never works again.
    """

    latency_s: float = 0.0
    jitter_s: float = 0.0
    bytes_per_s: int = 0
    retransmit: float = 0.0
    retransmit_s: float = 0.4
    slice_bytes: int = 0
    limit_bytes: int = 0
    slow_close_s: float = 0.0
    discard: float = 0.0
    double: float = 0.0
    swap: float = 0.0
    hole: bool = False
    stall: bool = False


CLEAN = Toxics()


@dataclass(slots=True, kw_only=True)
class Tally:
    """What the proxy did, for a test that wants to know that it did."""

    connections: int = 0
    resets: int = 0
    discarded: int = 0
    doubled: int = 0
    swapped: int = 0
    limited: int = 0
    lost_bytes: int = 0


@dataclass(slots=True, kw_only=True, eq=False)
class _Pair:
    """One connection through the proxy: the client's and the server's end."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    dead: bool = False
    passed: int = 0

    def abort(self) -> None:
        """RST to both ends."""
        for end in (self.client, self.server):
            with suppress(OSError, AttributeError):
                linger = struct.pack("ii", 1, 0)
                end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            end.transport.abort()


@dataclass(slots=True, kw_only=True)
class Proxy:
    """Listens on a loopback port from `start` to `stop`, in a thread of its own. `toxics` may be set at any time."""

    upstream: int
    random: Random
    toxics: Toxics = CLEAN
    tally: Tally = field(default_factory=Tally)
    port: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _thread: threading.Thread | None = None
    _server: asyncio.Server | None = None
    _pairs: set[_Pair] = field(default_factory=set)

    def start(self) -> Proxy:
        """Listen; `port` says where."""
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._thread.start()
        self._call(self._listen())
        return self

    def stop(self) -> None:
        """Cut everything and end."""
        assert self._thread is not None
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def reset(self) -> None:
        """RST on every connection there is."""
        self._call(self._reset())

    def set(self, toxics: Toxics) -> None:
        """From now on, for connections that are open and for new ones."""
        self.toxics = toxics

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _reset(self) -> None:
        for pair in list(self._pairs):
            pair.abort()
            self.tally.resets += 1

    async def _end(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._reset()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tally.connections += 1
        try:
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        except OSError:
            writer.transport.abort()
            return
        pair = _Pair(client=writer, server=up_writer)
        self._pairs.add(pair)
        ways = (self._pass(reader, up_writer, pair, up=True), self._pass(up_reader, writer, pair, up=False))
        try:
            await asyncio.gather(*ways)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            pair.abort()
            self._pairs.discard(pair)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pair: _Pair, *, up: bool) -> None:
        held: bytes | None = None
        async for packet in _packets(reader):
            if self._vanishes(packet, pair):
                continue
            if up and self._is_discarded(packet):
                await self._acknowledge(packet, pair)
                continue
            if _is_message(packet) and held is None and self._chance(self.toxics.swap):
                held = packet  # goes out behind the next one
                continue
            await self._send(packet, writer, pair)
            if _is_message(packet) and self._chance(self.toxics.double):
                self.tally.doubled += 1
                await self._send(packet, writer, pair)
            if held is not None:
                self.tally.swapped += 1
                await self._send(held, writer, pair)
                held = None
        await asyncio.sleep(self.toxics.slow_close_s)
        if not pair.dead:
            writer.close()

    def _vanishes(self, packet: bytes, pair: _Pair) -> bool:
        pair.dead = pair.dead or self.toxics.hole
        if pair.dead:
            self.tally.lost_bytes += len(packet)
        return pair.dead

    def _is_discarded(self, packet: bytes) -> bool:
        return _is_message(packet) and b"/up/" in packet[:96] and self._chance(self.toxics.discard)

    async def _acknowledge(self, packet: bytes, pair: _Pair) -> None:
        self.tally.discarded += 1
        pair.client.write(bytes((PUBACK, 2)) + _packet_id(packet))
        await pair.client.drain()

    def _chance(self, share: float) -> bool:
        return share > 0 and self.random.random() < share

    async def _send(self, packet: bytes, writer: asyncio.StreamWriter, pair: _Pair) -> None:
        """As slowly and in as small pieces as the toxics say."""
        while self.toxics.stall and not pair.dead:
            await asyncio.sleep(0.05)
        toxics = self.toxics
        if toxics.latency_s or toxics.jitter_s:
            await asyncio.sleep(toxics.latency_s + self.random.uniform(0, toxics.jitter_s))
        if self._chance(toxics.retransmit):
            await asyncio.sleep(toxics.retransmit_s)
        size = toxics.slice_bytes or len(packet)
        for start in range(0, len(packet), size):
            piece = packet[start : start + size]
            if toxics.bytes_per_s:
                await asyncio.sleep(len(piece) / toxics.bytes_per_s)
            pair.passed += len(piece)
            if toxics.limit_bytes and pair.passed > toxics.limit_bytes:
                self.tally.limited += 1
                pair.abort()
                raise ConnectionResetError
            writer.write(piece)
            await writer.drain()


async def _packets(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Whole MQTT packets until the stream ends, in the middle of one or not."""
    while True:
        try:
            head = await reader.readexactly(2)
            while head[-1] & 0x80 and len(head) < 5:
                head += await reader.readexactly(1)
            yield head + await reader.readexactly(_length(head[1:]))
        except (asyncio.IncompleteReadError, ConnectionError):
            return


def _length(spelled: bytes) -> int:
    return sum((byte & 0x7F) << 7 * place for place, byte in enumerate(spelled))


def _is_message(packet: bytes) -> bool:
    """A PUBLISH of QoS 1."""
    return packet[0] & 0xF6 == PUBLISH | 0x02


def _packet_id(packet: bytes) -> bytes:
    start = 1
    while packet[start] & 0x80:
        start += 1
    start += 1
    topic = int.from_bytes(packet[start : start + 2])
    return packet[start + 2 + topic : start + 4 + topic]
