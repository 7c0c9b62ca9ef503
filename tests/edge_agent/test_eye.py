"""From a look to the wire: what is said before anything was ever seen, and when stills are due."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from edge_agent.eye import Look, look_at
from edge_agent.vision.frame import Image
from edge_agent.vision.memory import CameraMemory
from tests.edge_agent.vision.drawing import START, a_frame, a_scene, draw, stages_on
from tests.edge_agent.vision.fixed_network import ColourNetwork
from wire.codec import decode_body, encode_body, seal
from wire.messages import Record


def look(image: Image, **options: object) -> Look:
    given = {"camera": "c", "memory": CameraMemory(), "stills_at": {}, "every_s": None} | options
    return look_at(a_frame(image, day=0), a_scene(), ColourNetwork(), **given)  # type: ignore[arg-type]


def test_a_camera_that_begins_in_the_dark_says_so_in_a_reading_the_wire_takes() -> None:
    found = look(np.zeros_like(draw(stages_on(3))))
    (reading,) = found.readings
    assert (reading.completion_bp, sum(reading.stage_shares_bp)) == (None, 0)
    assert reading.abstained
    body = encode_body(reading)
    sealed = seal(body, kind="face_reading", at=1)
    record = Record(seq=1, kind="face_reading", at=1, clock="synced", hash=sealed.hash, body=body)
    assert decode_body(record) == reading


def test_a_still_dated_ahead_of_its_time_does_not_put_off_the_next() -> None:
    image = draw(stages_on(3))
    for ahead, due in ((timedelta(days=900), True), (timedelta(hours=1), False), (timedelta(hours=-7), True)):
        found = look(image, every_s=6 * 3600.0, stills_at={"A-front": START + ahead})
        assert bool(found.stills) is due, ahead
