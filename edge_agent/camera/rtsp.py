"""An RTSP stream, over TCP with open and read timeouts: every frame is taken from it, one an interval is kept."""

from __future__ import annotations

import hashlib
import math
import os
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import cv2
import numpy as np

from edge_agent.camera.messages import ALIVE_S, Alive, Captured, Refused, Trouble, send

BACKLOG_S = 2.0  # a reader that never has to wait is too slow for its stream: then any frame is better than none
SLACK = 0.2  # of the interval: a frame that comes a little early counts, else the next is one period late

STEADY_S = 0.3  # lateness has not shrunk for so long: the buffer that opening filled is empty
SHRINK_S = 0.02
CATCH_UP_S = 10.0
LATE_S = 0.15  # over the least lateness seen: the reader is behind its stream
DRIFT = 0.001  # a camera's clock may run so much slower or faster than ours


@dataclass(slots=True, kw_only=True)
class Lateness:
    """How far frames lag behind the moment they show, by the stream's own time stamps.

    Opening a stream alone fills about two seconds of buffer (measured), and a stalled reader fills its socket's.
    """

    opened_s: float
    least_s: float = math.inf
    at_s: float = 0.0
    shrunk_s: float = 0.0
    steady_s: float = math.inf
    caught_up: bool = False

    def is_live(self, now_s: float, *, media_s: float) -> bool:
        """Whether a frame read now, stamped `media_s` after the stream's first, is of now."""
        late_s = now_s - self.opened_s - media_s
        self.least_s = min(late_s, self.least_s + DRIFT * (now_s - self.at_s))
        self.at_s = now_s
        if late_s < self.steady_s - SHRINK_S:
            self.steady_s, self.shrunk_s = late_s, now_s
        if now_s - self.shrunk_s >= STEADY_S or now_s - self.opened_s > CATCH_UP_S:
            self.caught_up = True
        return self.caught_up and late_s <= self.least_s + LATE_S


def watch(conn: Connection, options: dict[str, Any]) -> None:
    """Read until the stream ends or stalls, then return: the agent starts a new process."""
    os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "rtsp_transport;tcp|fflags;nobuffer|max_delay;500000"
    timeouts = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, int(options["open_timeout_s"] * 1000)]
    timeouts += [cv2.CAP_PROP_READ_TIMEOUT_MSEC, int(options["read_timeout_s"] * 1000)]
    opened_s = time.monotonic()
    stream = cv2.VideoCapture(options["url"], cv2.CAP_FFMPEG, timeouts)
    if not stream.isOpened():
        expected = f"a stream at {options['shown_url']} within {options['open_timeout_s']:g} s"
        send(conn, Trouble(problem="stream cannot be opened", expected=expected))
        return
    _read(conn, stream, options, opened_s=opened_s)


def _read(conn: Connection, stream: cv2.VideoCapture, options: dict[str, Any], *, opened_s: float) -> None:
    interval_s, lateness = options["interval_s"], Lateness(opened_s=opened_s)
    due = told = time.monotonic()
    while stream.grab():
        now = time.monotonic()
        live = lateness.is_live(now, media_s=stream.get(cv2.CAP_PROP_POS_MSEC) / 1000)
        if now >= told:
            told = now + ALIVE_S
            send(conn, Alive())
        if now < due - interval_s * SLACK or not (live or now > due + BACKLOG_S):
            continue
        due = max(now, due + interval_s)
        if not _deliver(conn, stream, options, live=live):
            return
    expected = f"frames, the next within {options['read_timeout_s']:g} s"
    send(conn, Trouble(problem="stream ended or stalled", expected=expected))


def _deliver(conn: Connection, stream: cv2.VideoCapture, options: dict[str, Any], *, live: bool) -> bool:
    """Decode and send the frame that was grabbed last; False when the stream is too large to be taken."""
    pixels = int(stream.get(cv2.CAP_PROP_FRAME_WIDTH) * stream.get(cv2.CAP_PROP_FRAME_HEIGHT))
    if pixels > options["max_pixels"]:
        problem = f"stream of {pixels} px a frame; expected at most {options['max_pixels']} px"
        send(conn, Refused(name="", size_bytes=0, problem=problem))
        return False
    got, image = stream.retrieve()
    if got and image is not None:
        pixels_only = np.asarray(image, np.uint8)
        sha256 = hashlib.sha256(pixels_only.tobytes()).hexdigest()
        send(conn, Captured(image=pixels_only, sha256=sha256, live=live))
    return True
