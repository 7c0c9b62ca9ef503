"""Golden messages of each version: bytes that were once sent must be understood for ever.

Files under golden/ are only ever added to: `python -m tests.wire.write_golden` writes those that are missing.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.wire.write_golden import GOLDEN, MESSAGES, expected
from wire.codec import decode, decode_body, decode_frame, inflate

NAMES = sorted(MESSAGES)


@pytest.mark.requirement("B38", partly="only what is said on the wire is held against versions before")
@pytest.mark.parametrize("name", NAMES)
def test_golden_bytes_still_mean_the_same(name: str) -> None:
    payload = next(GOLDEN.glob(f"{name}.*")).read_bytes()
    message = MESSAGES[name]
    if not name.startswith("frame"):
        assert decode(type(message), payload) == message
        return
    frame = decode_frame(payload)
    assert frame == message
    for record in frame.recs:
        decode_body(record)


@pytest.mark.parametrize("name", NAMES)
def test_we_still_send_the_same_text(name: str) -> None:
    """The JSON is fixed byte for byte; deflate may differ between zlib versions."""
    stored = next(GOLDEN.glob(f"{name}.*")).read_bytes()
    now = expected(name)
    if name.startswith("frame"):
        stored, now = inflate(stored), inflate(now)
    assert now == stored


def test_no_golden_file_is_without_its_message() -> None:
    assert sorted({path.stem for path in GOLDEN.iterdir()}) == NAMES


def test_golden_json_is_readable() -> None:
    for path in GOLDEN.glob("*.json"):
        assert json.loads(Path(path).read_text(encoding="utf-8"))["v"] == int(path.stem.split("-v")[1])
