"""From a look to the wire: what is said before anything was ever seen, and when stills are due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import cv2
import numpy as np
import pytest

from edge_agent.eye import Look, look_at
from edge_agent.vision.frame import Image
from edge_agent.vision.memory import CameraMemory
from edge_agent.vision.session import CellLikelihoods
from edge_agent.vision.stages import OCCLUDERS, stages_of
from tests.edge_agent.vision.drawing import START, a_frame, a_scene, daylight, draw, stages_on
from tests.edge_agent.vision.fixed_network import ColourNetwork, an_entry
from wire.codec import decode_body, encode_body, seal
from wire.messages import Record


def look(image: Image, **options: object) -> Look:
    fixed = {"camera": "c", "memory": CameraMemory(), "stills_at": {}, "every_s": None}
    given = {"scene": a_scene(), "net": ColourNetwork()} | fixed | options
    scene, net = given.pop("scene"), given.pop("net")
    return look_at(a_frame(image, day=0), scene, net, **given)  # type: ignore[arg-type]


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


def test_no_still_leaves_of_a_frame_that_may_show_another_view() -> None:
    """The first frame after a turn is only suspected, and already shows what nobody commissioned."""
    memory = CameraMemory()
    for day in range(4):
        lit = a_frame(daylight(draw(stages_on(10)), day), day=day)
        memory = look_at(lit, a_scene(), ColourNetwork(), camera="c", memory=memory, stills_at={}, every_s=None).memory
    turned = np.asarray(cv2.warpAffine(draw(stages_on(10)), np.array([[1, 0, 80.0], [0, 1, 0]]), (512, 384)), np.uint8)
    frame = a_frame(turned, day=5)
    found = look_at(frame, a_scene(), ColourNetwork(), camera="c", memory=memory, stills_at={}, every_s=3600.0)
    assert found.registration == "UNVERIFIED"
    assert not found.stills


class Passing(ColourNetwork):
    """Sees somebody in one cell."""

    def infer(self, canvas: Image, first: Sequence[bytes] = ()) -> CellLikelihoods:
        seen = super().infer(canvas, first)
        occluder = np.zeros((*seen.occluded.shape, len(OCCLUDERS)), np.float32)
        occluder[1, 1, OCCLUDERS.index("vehicle_person")] = 0.6
        return replace(seen, occluder=occluder)


def test_a_still_waits_for_whoever_passes_but_not_for_ever() -> None:
    image = draw(stages_on(3))
    for hours, taken in ((7, False), (11, False), (13, True)):
        ago = {"A-front": START - timedelta(hours=hours)}
        found = look(image, net=Passing(), every_s=6 * 3600.0, stills_at=ago)
        assert bool(found.stills) is taken, hours
    assert look(image, net=Passing(), every_s=6 * 3600.0).stills  # the first one ever, with a mosaic


@pytest.mark.parametrize("work_type", ["renovation", "road"])
def test_other_work_than_new_building_is_read_and_told_on_the_wire(work_type: str) -> None:
    """A facade done from the top, a road from the far end: nothing is corrected away, and no top storey is told."""
    stages = stages_of(work_type)
    done = draw(np.array([[1] * 4, [1] * 4, [4] * 4, [4] * 4, [4] * 4]))
    net = ColourNetwork(entry=an_entry(stages=stages.names), stages=stages)
    scene = a_scene(work_type=work_type)
    found = look(done, net=net, scene=scene)
    (reading,) = found.readings
    assert (reading.work_type, reading.stages, reading.top_storey) == (work_type, stages.names, None)
    assert [row[0] for row in reading.stage] == [1, 1, 4, 4, 4]
    body = encode_body(reading)
    sealed = seal(body, kind="face_reading", at=1)
    assert decode_body(Record(seq=1, kind="face_reading", at=1, clock="synced", hash=sealed.hash, body=body)) == reading
