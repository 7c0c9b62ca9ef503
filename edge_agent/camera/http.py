"""An HTTP snapshot camera: one image an interval, its size capped before and while it is read."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import Any

import httpx

from edge_agent.camera.messages import Captured, Refused, Trouble, idle, send
from edge_agent.errors import CameraError
from edge_agent.vision.errors import FrameError
from edge_agent.vision.frame import decode_frame


def watch(conn: Connection, options: dict[str, Any]) -> None:
    """Fetch, one image an interval, for ever. What goes wrong is told and tried again at the next turn."""
    with httpx.Client(timeout=options["timeout_s"], auth=_auth(options), trust_env=False) as client:
        due = time.monotonic()
        while True:
            _fetch(conn, client, options)
            due = max(time.monotonic(), due + options["interval_s"])
            idle(conn, due - time.monotonic())


def _fetch(conn: Connection, client: httpx.Client, options: dict[str, Any]) -> None:
    where = options["shown_url"]
    try:
        data = _body(client, options)
        frame = decode_frame(data, captured_at=datetime.fromtimestamp(0, UTC), source=where, **_cap(options))
    except httpx.HTTPError as error:
        problem = f"{where}: {type(error).__name__} {error}".strip()
        send(conn, Trouble(problem=problem, expected=f"an image within {options['timeout_s']:g} s"))
    except CameraError as error:
        send(conn, Trouble(problem=error.problem, expected=error.expected))
    except FrameError as error:
        send(conn, Refused(name="", size_bytes=0, problem=str(error)))
    else:
        send(conn, Captured(image=frame.image, sha256=frame.sha256, size_bytes=len(data)))


def _body(client: httpx.Client, options: dict[str, Any]) -> bytes:
    """The whole body, read under the cap. The time limit is for all of it: a camera that drips is no camera."""
    until = time.monotonic() + options["timeout_s"]
    data = bytearray()
    with client.stream("GET", options["url"]) as answer:
        if answer.status_code != httpx.codes.OK:
            problem = f"{options['shown_url']} answers {answer.status_code} {answer.reason_phrase}"
            raise CameraError(options["camera"], problem, expected="200 and an image")
        for chunk in answer.iter_bytes(65536):
            data += chunk
            if len(data) > options["max_bytes"]:
                problem = f"{options['shown_url']} sends more than {options['max_bytes']} bytes"
                raise CameraError(options["camera"], problem, expected="an image under the cap")
            if time.monotonic() > until:
                problem = f"{options['shown_url']} sent {len(data)} bytes and is not done"
                raise CameraError(options["camera"], problem, expected=f"all within {options['timeout_s']:g} s")
    return bytes(data)


def _auth(options: dict[str, Any]) -> httpx.Auth | None:
    if not options.get("username"):
        return None
    kind = httpx.DigestAuth if options["auth"] == "digest" else httpx.BasicAuth
    return kind(options["username"], options.get("password") or "")


def _cap(options: dict[str, Any]) -> dict[str, int]:
    return {"max_pixels": options["max_pixels"]}
