"""Real JPEGs for tests."""

from __future__ import annotations

import hashlib

import cv2
import numpy as np


def a_jpeg(
    width: int = 64, height: int = 48, *, progressive: bool = False, restart: int = 0, gray: bool = False, seed: int = 7
) -> bytes:
    """A JPEG with noise in it, so that its scan is full of FF bytes."""
    shape = (height, width) if gray else (height, width, 3)
    image = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    options = {
        cv2.IMWRITE_JPEG_QUALITY: 95,
        cv2.IMWRITE_JPEG_PROGRESSIVE: int(progressive),
        cv2.IMWRITE_JPEG_RST_INTERVAL: restart,
    }
    flat = [value for pair in options.items() for value in pair]
    return cv2.imencode(".jpg", image, flat)[1].tobytes()


def digest(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()
