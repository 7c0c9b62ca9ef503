"""A small RTSP 1.0 server for stills: RTP/JPEG (RFC 2435, payload type 26) interleaved on the RTSP connection (TCP)."""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

log = logging.getLogger(__name__)

PAYLOAD_BYTES = 1400
CLOCK_HZ = 90_000
SIDE_MAX_PX = 2040  # width and height travel as bytes, in units of 8 pixels
HEADER_BYTES_MAX = 16_384


class StillError(ValueError):
    """An image that RTP/JPEG cannot carry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JpegParts:
    """What RFC 2435 sends of a baseline JPEG with standard Huffman tables: the rest the receiver knows."""

    kind: int  # 0 = 4:2:2, 1 = 4:2:0
    width_px: int
    height_px: int
    tables: bytes
    scan: bytes


def encode_still(image: np.ndarray, *, quality: int = 95) -> JpegParts:
    """Encode BGR pixels so that any receiver can put them together; StillError when a side is too long.

    Sides travel in units of 8 pixels: others are filled up at the right and the bottom, as cameras do.
    """
    height, width = image.shape[:2]
    if max(width, height) > SIDE_MAX_PX:
        msg = f"still of {width} x {height} px; expected sides of at most {SIDE_MAX_PX} px"
        raise StillError(msg)
    if width % 8 or height % 8:
        image = cv2.copyMakeBorder(image, 0, -height % 8, 0, -width % 8, cv2.BORDER_REPLICATE)
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_OPTIMIZE, 0, cv2.IMWRITE_JPEG_PROGRESSIVE, 0]
    done, data = cv2.imencode(".jpg", image, [*options, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, 0x221111])
    assert done, "OpenCV cannot encode a BGR image"
    return _parts(data.tobytes())


def read_still(path: Path) -> JpegParts:
    """A picture file, encoded anew; StillError when it is no picture."""
    image = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        msg = f"{path}: cannot be decoded; expected a JPEG or PNG file"
        raise StillError(msg)
    return encode_still(np.asarray(image))


def _parts(jpeg: bytes) -> JpegParts:
    tables, width, height, kind, at = b"", 0, 0, 1, 2
    while True:
        marker, length = struct.unpack_from(">xBH", jpeg, at)
        body = jpeg[at + 4 : at + 2 + length]
        match marker:
            case 0xDB:  # quantisation tables, 1 byte of precision and number before each 64
                tables += b"".join(body[i + 1 : i + 65] for i in range(0, len(body), 65))
            case 0xC0:
                height, width = struct.unpack_from(">HH", body, 1)
                kind = 1 if body[7] == 0x22 else 0
            case 0xDA:
                scan = jpeg[at + 2 + length :].removesuffix(b"\xff\xd9")
                return JpegParts(kind=kind, width_px=width, height_px=height, tables=tables, scan=scan)
        at += 2 + length


def packets(still: JpegParts, *, sequence: int, timestamp: int, source: int) -> Iterator[bytes]:
    """RTP packets of one frame, the last one marked."""
    at = 0
    while at < len(still.scan):
        head = struct.pack(">I", at) + bytes((still.kind, 255, still.width_px // 8, still.height_px // 8))
        if at == 0:
            head += struct.pack(">BBH", 0, 0, len(still.tables)) + still.tables
        piece = still.scan[at : at + PAYLOAD_BYTES - len(head)]
        at += len(piece)
        marker = 0x80 if at == len(still.scan) else 0
        yield struct.pack(">BBHII", 0x80, marker | 26, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, source) + head + piece
        sequence += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One RTSP request."""

    method: str
    url: str
    headers: dict[str, str]


class _Viewer:
    """One RTSP connection."""

    def __init__(self, server: RtspServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._session = f"{random.getrandbits(63):x}"
        self._channel = 0
        self._playing: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        """Answer until the connection ends."""
        try:
            while (request := await self._request()) is not None:
                self._answer(request)
                await self._writer.drain()
                if request.method == "TEARDOWN":
                    break
        except (ConnectionError, asyncio.IncompleteReadError, ValueError) as ended:
            log.info("viewer gone: %s", ended)
        finally:
            if self._playing is not None:
                self._playing.cancel()
            self._writer.close()

    async def _request(self) -> Request | None:
        while (first := await self._reader.read(1)) == b"$":  # RTCP from the viewer: not looked at
            size = struct.unpack(">xH", await self._reader.readexactly(3))[0]
            await self._reader.readexactly(size)
        if not first:
            return None
        text = (first + await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip()
        head, *lines = text.split("\r\n")
        method, url, _ = head.split(" ", 2)
        headers = dict(line.split(":", 1) for line in lines if ":" in line)
        return Request(method=method, url=url, headers={k.strip().lower(): v.strip() for k, v in headers.items()})

    def _answer(self, request: Request) -> None:
        sequence = request.headers.get("cseq", "0")
        match request.method:
            case "OPTIONS":
                self._reply(sequence, "Public: OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN")
            case "DESCRIBE" if self._server.still is not None:
                base = f"Content-Base: {request.url.rstrip('/')}/"
                self._reply(sequence, "Content-Type: application/sdp", base, body=self._server.description())
            case "DESCRIBE":
                self._reply(sequence, status="503 No Still Yet")
            case "SETUP":
                self._set_up(sequence, request.headers.get("transport", ""))
            case "PLAY":
                self._reply(sequence, f"Session: {self._session}", "Range: npt=0-")
                self._playing = self._playing or asyncio.ensure_future(self._play())
            case "GET_PARAMETER" | "TEARDOWN":
                self._reply(sequence, f"Session: {self._session}")
            case _:
                self._reply(sequence, status="501 Not Implemented")

    def _set_up(self, sequence: str, transport: str) -> None:
        if "RTP/AVP/TCP" not in transport:
            self._reply(sequence, status="461 Unsupported Transport")
            return
        for part in transport.split(";"):
            if part.startswith("interleaved="):
                self._channel = int(part.partition("=")[2].split("-")[0])
        granted = f"RTP/AVP/TCP;unicast;interleaved={self._channel}-{self._channel + 1}"
        self._reply(sequence, f"Transport: {granted}", f"Session: {self._session};timeout=60")

    def _reply(self, sequence: str, *headers: str, status: str = "200 OK", body: str = "") -> None:
        lines = [f"RTSP/1.0 {status}", f"CSeq: {sequence}", *headers]
        if body:
            lines.append(f"Content-Length: {len(body.encode())}")
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())

    async def _play(self) -> None:
        sequence, source = random.getrandbits(16), random.getrandbits(32)
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            while True:
                still, changed = self._server.still, self._server.changed
                timestamp = int((loop.time() - began) * CLOCK_HZ)
                for packet in packets(still, sequence=sequence, timestamp=timestamp, source=source) if still else ():
                    self._writer.write(struct.pack(">BBH", 0x24, self._channel, len(packet)) + packet)
                    sequence += 1
                await self._writer.drain()
                try:
                    await asyncio.wait_for(changed.wait(), 1 / self._server.fps)
                except TimeoutError:
                    continue
        except ConnectionError as gone:
            log.info("viewer gone: %s", gone)


class RtspServer:
    """Serves the current still at `fps`; a new still goes out at once. For the thread of its event loop."""

    def __init__(self, *, fps: float = 10.0) -> None:
        self.fps = fps
        self.still: JpegParts | None = None
        self.changed = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._viewers: set[asyncio.StreamWriter] = set()

    async def start(self, port: int, *, host: str = "127.0.0.1") -> int:
        """Listen; returns the port (a free one for 0)."""
        self._server = await asyncio.start_server(self._view, host, port, limit=HEADER_BYTES_MAX)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Close the door and every connection."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._viewers):
            writer.transport.abort()
        await asyncio.sleep(0)

    def set_still(self, still: JpegParts) -> None:
        """Show this from now on."""
        self.still = still
        self.changed.set()
        self.changed = asyncio.Event()

    def description(self) -> str:
        """SDP of the one track."""
        lines = ["v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=siteprogress still", "c=IN IP4 0.0.0.0", "t=0 0"]
        lines += ["m=video 0 RTP/AVP 26", f"a=framerate:{self.fps:g}", "a=control:track1"]
        return "\r\n".join(lines) + "\r\n"

    async def _view(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._viewers.add(writer)
        try:
            await _Viewer(self, reader, writer).serve()
        finally:
            self._viewers.discard(writer)


class StillCamera:
    """The server in a thread of its own, for callers that are not asynchronous."""

    def __init__(self, *, port: int = 0, fps: float = 10.0) -> None:
        self.port = port
        self._server = RtspServer(fps=fps)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="rtsp-server", daemon=True)

    @property
    def url(self) -> str:
        """Where to look."""
        return f"rtsp://127.0.0.1:{self.port}/still"

    def start(self) -> StillCamera:
        """Listen; `port` is known afterwards."""
        self._thread.start()
        starting = asyncio.run_coroutine_threadsafe(self._server.start(self.port), self._loop)
        self.port = starting.result(10)
        return self

    def set_still(self, path: Path) -> None:
        """Show this picture from now on; StillError when it does not fit."""
        still = read_still(path)
        self._loop.call_soon_threadsafe(self._server.set_still, still)

    def stop(self) -> None:
        """Close every connection and end the thread."""
        asyncio.run_coroutine_threadsafe(self._server.stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


async def _show_folder(port: int, folder: Path, *, fps: float, every_s: float) -> None:
    server = RtspServer(fps=fps)
    port = await server.start(port)
    print(f"rtsp://127.0.0.1:{port}/still", flush=True)
    while True:
        paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in {".jpg", ".jpeg", ".png"})
        for path in paths:
            server.set_still(await asyncio.to_thread(read_still, path))
            await asyncio.sleep(every_s)
        await asyncio.sleep(0 if paths else every_s)


def main() -> None:
    """Serve the pictures of a folder, one after the other, again and again."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=int, default=8554)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--fps", type=float, default=10.0)
    parser.add_argument("--every", type=float, default=5.0, help="seconds for each picture")
    given = parser.parse_args()
    try:
        asyncio.run(_show_folder(given.port, given.folder, fps=given.fps, every_s=given.every))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
