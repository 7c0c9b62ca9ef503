"""Takes in the body of a request: in blocks to disk, in bounded memory. What came before a cut is kept."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from central.api.uploads.header import Checksum
from central.api.uploads.parts import BLOCK_BYTES, PartFolder
from central.api.uploads.refusals import ChecksumError, OversizeError, PauseError


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Bytes to come for an upload, from offset `at`; the first `skip` of them are there already."""

    upload: str
    at: int
    size_bytes: int
    skip: int = 0
    checksum: Checksum | None = None
    idle_s: float


async def take_in(request: Request, parts: PartFolder, piece: Piece) -> bool:
    """Whether the body came to its end. OffsetError when somebody else has gone on meanwhile, and see `refusals`."""
    if piece.checksum is not None:
        return await _checked(request, parts, piece, piece.checksum)
    offset, waiting = piece.at, bytearray()
    try:
        async for chunk in _body(request, piece):
            waiting += chunk
            if len(waiting) >= BLOCK_BYTES:
                block, waiting = waiting, bytearray()
                offset = await run_in_threadpool(parts.append, piece.upload, block, at=offset)
    except ClientDisconnect:
        return False
    finally:
        if waiting:
            await run_in_threadpool(parts.append, piece.upload, waiting, at=offset)
    return True


async def _checked(request: Request, parts: PartFolder, piece: Piece, checksum: Checksum) -> bool:
    """All of the piece or nothing: it is counted when its checksum is right."""
    spool = parts.spool(piece.upload)
    found = hashlib.new(checksum.algorithm, usedforsecurity=False)
    waiting = bytearray()
    try:
        async for chunk in _body(request, piece):
            found.update(chunk)
            waiting += chunk
            if len(waiting) >= BLOCK_BYTES:
                block, waiting = waiting, bytearray()
                await run_in_threadpool(spool.write, block)
        if not hmac.compare_digest(found.digest(), checksum.digest):
            raise ChecksumError(
                f"{checksum.algorithm} of the piece", where="header.Upload-Checksum", expected=found.hexdigest()
            )
        await run_in_threadpool(spool.write, waiting)
        await run_in_threadpool(parts.take, piece.upload, spool, at=piece.at)
    except ClientDisconnect:
        return False
    finally:
        spool.drop()
    return True


@dataclass(slots=True)
class Turns:
    """A few uploads are looked at at a time, some wait, the others come again: threads stay free for everybody else."""

    at_once: int = 2
    waiting: int = 0
    _free: asyncio.Semaphore | None = field(default=None, init=False)

    async def take(self, work: Callable[[], None], *, waiting_max: int) -> bool:
        """Run `work` in a thread when it is its turn; False when too many wait already."""
        if self.waiting >= waiting_max:
            return False
        if self._free is None:
            self._free = asyncio.Semaphore(self.at_once)
        self.waiting += 1
        try:
            async with self._free:
                await run_in_threadpool(work)
        finally:
            self.waiting -= 1
        return True


async def _body(request: Request, piece: Piece) -> AsyncIterator[bytes]:
    """Chunks of the body after those to skip. OversizeError beyond what was announced, PauseError in a silence."""
    room, skip = piece.size_bytes - piece.at, piece.skip
    chunks = request.stream()
    while True:
        try:
            async with asyncio.timeout(piece.idle_s):
                chunk = await anext(chunks)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise PauseError(
                f"no byte for {piece.idle_s:g} s", where="body", expected="the rest; what came is kept"
            ) from None
        skipped = min(skip, len(chunk))
        skip, chunk = skip - skipped, chunk[skipped:]
        if len(chunk) > room:
            raise OversizeError("a longer body", where="body", expected=f"at most {piece.size_bytes} bytes in all")
        room -= len(chunk)
        if chunk:
            yield chunk
