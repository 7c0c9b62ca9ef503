"""An RTSP stream, over TCP with open and read timeouts: every frame is taken from it, one an interval is kept."""

from __future__ import annotations

import hashlib
import os
import time
from multiprocessing.connection import Connection
from typing import Any

import cv2
import numpy as np

from edge_agent.camera.messages import ALIVE_S, Alive, Captured, Refused, Trouble, send

SLACK = 0.2  # of the interval: a frame that comes a little early counts, else the next is one period late


def watch(conn: Connection, options: dict[str, Any]) -> None:
    """Read until the stream ends or stalls, then return: the agent starts a new process."""
    os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "rtsp_transport;tcp|fflags;nobuffer|max_delay;500000"
    timeouts = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, int(options["open_timeout_s"] * 1000)]
    timeouts += [cv2.CAP_PROP_READ_TIMEOUT_MSEC, int(options["read_timeout_s"] * 1000)]
    stream = cv2.VideoCapture(options["url"], cv2.CAP_FFMPEG, timeouts)
    if not stream.isOpened():
        expected = f"a stream at {options['shown_url']} within {options['open_timeout_s']:g} s"
        send(conn, Trouble(problem="stream cannot be opened", expected=expected))
        return
    _read(conn, stream, options)


def _read(conn: Connection, stream: cv2.VideoCapture, options: dict[str, Any]) -> None:
    due = told = time.monotonic()
    while stream.grab():
        now = time.monotonic()
        if now >= told:
            told = now + ALIVE_S
            send(conn, Alive())
        if now < due - options["interval_s"] * SLACK:
            continue
        due = max(now, due + options["interval_s"])
        pixels = int(stream.get(cv2.CAP_PROP_FRAME_WIDTH) * stream.get(cv2.CAP_PROP_FRAME_HEIGHT))
        if pixels > options["max_pixels"]:
            problem = f"stream of {pixels} px a frame; expected at most {options['max_pixels']} px"
            send(conn, Refused(name="", size_bytes=0, problem=problem))
            return
        got, image = stream.retrieve()
        if got and image is not None:
            pixels_only = np.asarray(image, np.uint8)
            send(conn, Captured(image=pixels_only, sha256=hashlib.sha256(pixels_only.tobytes()).hexdigest()))
    expected = f"frames, the next within {options['read_timeout_s']:g} s"
    send(conn, Trouble(problem="stream ended or stalled", expected=expected))
