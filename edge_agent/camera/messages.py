"""What a capture process and the agent say to each other: a JSON head, then a frame's pixels. Nothing is unpickled."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field, fields
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from edge_agent.vision.frame import Image

ALIVE_S = 1.0  # a capture process says so often that it lives


@dataclass(frozen=True, slots=True, kw_only=True)
class Born:
    """First word of a capture process."""

    pid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Alive:
    """The capture process lives; `well`: and its source is in order (a quiet folder gives no other sign)."""

    well: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """The source as a whole does not deliver."""

    problem: str
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """About to decode a file; if the process dies now, this file is why."""

    name: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One image that cannot be used; `name` is empty for a live source."""

    name: str
    size_bytes: int
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Captured:
    """One image: BGR height x width x 3. `captured_s` is UTC seconds, None for a live source (now).

    `live` is False for a frame that lay in a buffer, `time_known` when its time is a guess (the file's own).
    `sha256` is of the bytes it came as; of the pixels for a stream, which has no such bytes.
    """

    image: Image
    sha256: str
    captured_s: float | None = None
    time_known: bool = True
    live: bool = True
    name: str = ""
    size_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What a capture process is to do: the source's kind and options, and for a folder the files done with.

    `known` is name -> [size in bytes, was it read]; a file that was refused is looked at again when its size changes.
    """

    camera: str
    kind: str
    options: dict[str, Any]
    known: dict[str, tuple[int, bool]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The agent has committed this file of a folder; the next may come."""

    name: str


Message = Born | Alive | Trouble | Opening | Refused | Captured | Assignment | Done
KINDS: dict[str, type] = {
    kind.__name__: kind for kind in (Born, Alive, Trouble, Opening, Refused, Captured, Assignment, Done)
}


def send(conn: Connection, message: Message) -> None:
    """Write one message; OSError when the other side is gone."""
    kind = type(message).__name__
    if isinstance(message, Captured):
        head: dict[str, Any] = {f.name: getattr(message, f.name) for f in fields(message) if f.name != "image"}
        conn.send_bytes(json.dumps([kind, head, message.image.shape]).encode())
        conn.send_bytes(np.ascontiguousarray(message.image).data.cast("B"))
        return
    conn.send_bytes(json.dumps([kind, asdict(message), None]).encode())


def receive(conn: Connection) -> Message:
    """Wait for one message; EOFError when the other side is gone, ValueError when it talks nonsense."""
    kind, head, shape = json.loads(conn.recv_bytes())
    if kind not in KINDS:
        msg = f"capture message {kind!r}, expected one of {', '.join(KINDS)}"
        raise ValueError(msg)
    if shape is not None:
        head["image"] = np.frombuffer(conn.recv_bytes(), np.uint8).reshape(shape)
    message: Message = KINDS[kind](**head)
    return message


def idle(conn: Connection, wait_s: float) -> None:
    """Wait, saying every so often that the source is alive; EOFError when the agent is gone."""
    until = time.monotonic() + wait_s
    while True:
        send(conn, Alive())
        left = until - time.monotonic()
        if conn.poll(max(0.0, min(left, ALIVE_S))):
            receive(conn)
        if left <= ALIVE_S:
            return
