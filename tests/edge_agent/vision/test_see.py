"""The whole chain on drawn sites: readings, abstaining, occlusion, and a memory that survives a kill."""

from datetime import timedelta

import cv2
import numpy as np
import pytest

from edge_agent.vision.errors import FrameError, MemoryFormatError
from edge_agent.vision.frame import Frame, Image, decode_frame
from edge_agent.vision.memory import CameraMemory
from edge_agent.vision.reading import FaceReading
from edge_agent.vision.see import observable_share_bp, see
from edge_agent.vision.stages import NEW_BUILD, stages_of
from tests.edge_agent.vision.drawing import CORNERS, START, a_frame, a_scene, daylight, draw, stages_on
from tests.edge_agent.vision.fixed_network import ColourNetwork

SCENE = a_scene()
NET = ColourNetwork()


def true_bp(stages: np.ndarray) -> float:
    return float(np.array(NEW_BUILD.credit_bp)[stages].mean())


def watch(
    images: list[Image], *, memory: CameraMemory | None = None, start: int = 0
) -> tuple[list[FaceReading], CameraMemory]:
    kept = memory or CameraMemory()
    readings = []
    for day, image in enumerate(images, start=start):
        seen = see(a_frame(daylight(image, day), day=day), SCENE, NET, kept)
        kept = seen.memory
        readings.append(seen.readings[0])
    return readings, kept


def test_follows_a_building_through_its_stages() -> None:
    readings, _ = watch([draw(stages_on(day)) for day in range(36)])
    errors = [r.held_bp - true_bp(stages_on(day)) for day, r in enumerate(readings) if r.held_bp is not None]
    assert np.abs(errors).mean() < 400
    assert abs(np.mean(errors)) < 250
    for reading in readings:
        assert sum(reading.stage_shares_bp) == 10000
        assert reading.coverage_bp == 10000
        assert (len(reading.cells), len(reading.cells[0])) == (5, 4)


def test_top_storey_counts_storeys_begun() -> None:
    readings, _ = watch([draw(stages_on(10))] * 1 + [draw(stages_on(10 + d / 10)) for d in range(3)])
    assert readings[-1].top_storey == 3


def test_a_passing_boom_is_no_fall() -> None:
    """Finished cells go behind an occluder: the visible mean would fall, the reading does not."""
    stages = np.array([[5] * 4, [5] * 4, [2] * 4, [2] * 4, [0] * 4])
    hidden = np.zeros_like(stages)
    hidden[:2, 1:3] = 1
    readings, _ = watch([draw(stages, seed=1)] + [draw(stages)] * 0 + [draw(stages, occluded=hidden)])
    assert readings[1].held_bp == pytest.approx(readings[0].held_bp, abs=150)
    assert readings[1].coverage_bp == 8000
    assert readings[1].cells[0][1].occluded
    assert not readings[1].cells[3][1].occluded


def test_too_little_seen_abstains_but_still_holds() -> None:
    stages = stages_on(14)
    hidden = np.zeros_like(stages)
    hidden[:3] = 1
    readings, _ = watch([draw(stages), draw(stages, occluded=hidden)])
    assert readings[1].completion_bp is None
    assert readings[1].abstained[0] == "coverage"
    assert readings[1].held_bp is not None


def test_unusable_and_moved_frames_change_no_cell() -> None:
    good = [draw(stages_on(10 + d)) for d in range(3)]
    _, memory = watch(good)
    dark = np.asarray(good[-1] * 0.1, np.uint8)
    elsewhere = np.asarray(cv2.warpAffine(good[-1], np.array([[1, 0, 80.0], [0, 1, 0]]), (512, 384)), np.uint8)
    readings, after = watch([dark, elsewhere, np.asarray(elsewhere // 2 * 2, np.uint8)], memory=memory, start=4)
    assert [r.abstained[0] for r in readings] == ["unusable_frame", "unverified", "moved"]
    assert readings[0].quality == ("dark",)
    assert readings[2].registration == "MOVED"
    before_belief, after_belief = memory.belief("A-front"), after.belief("A-front")
    assert before_belief is not None
    assert after_belief is not None
    assert np.array_equal(before_belief.phases, after_belief.phases)


def test_a_look_through_fog_counts_for_less() -> None:
    _, memory = watch([draw(stages_on(10 + d / 10)) for d in range(6)])
    clear = draw(stages_on(11))
    counted = []
    for image, quality in ((np.asarray(clear * 0.4 + 150, np.uint8), ("fog",)), (clear, ())):
        (reading,), after = watch([image], memory=memory, start=8)
        belief = after.belief("A-front")
        assert reading.quality == quality
        assert belief is not None
        counted.append(belief.looks.max())
    assert counted[0] < counted[1] - 0.5


def test_unverified_for_two_days_abstains() -> None:
    _, memory = watch([draw(stages_on(10))])
    foggy = np.asarray(cv2.GaussianBlur(draw(stages_on(10)), (0, 0), 5) * 0.1 + 160, np.uint8)
    readings, _ = watch(
        [foggy, np.asarray(foggy + 1, np.uint8), np.asarray(foggy + 2, np.uint8)], memory=memory, start=1
    )
    assert readings[0].registration == "UNVERIFIED"
    assert "unverified" not in readings[0].abstained
    assert "unverified" in readings[2].abstained


def test_a_killed_agent_goes_on_where_it_was() -> None:
    images = [draw(stages_on(day)) for day in range(14)]
    straight, _ = watch(images)
    first, memory = watch(images[:7])
    restored = CameraMemory.from_bytes(memory.to_bytes())
    assert (restored.quality, restored.bank) == (memory.quality, memory.bank)
    second, _ = watch(images[7:], memory=restored, start=7)
    assert [r.held_bp for r in straight] == [r.held_bp for r in first + second]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 not really", b"{}"])
def test_a_damaged_memory_is_refused(data: bytes) -> None:
    with pytest.raises(MemoryFormatError, match=r"camera-memory/1"):
        CameraMemory.from_bytes(data)


def test_a_face_commissioned_anew_starts_afresh() -> None:
    _, memory = watch([draw(stages_on(12))])
    other = a_scene(rows=6)
    seen = see(a_frame(draw(stages_on(12)), day=1), other, NET, memory)
    belief = seen.memory.belief("A-front")
    assert belief is not None
    assert belief.seen_s.shape == (6, 4)


def turned_by(dx: float) -> tuple[list[tuple[float, float]], list[Image]]:
    corners = [(x + dx, y + 20) for x, y in CORNERS]
    return corners, [draw(stages_on(10 + day), corners=corners, seed=7) for day in range(5, 8)]


def test_a_moved_camera_is_believed_again_when_its_faces_are_marked_anew() -> None:
    """Only a person can say that the new view is the right one; what was held of the cells goes on."""
    _, memory = watch([draw(stages_on(10 + day)) for day in range(5)])
    corners, images = turned_by(100)
    before, lost = watch(images, memory=memory, start=5)
    assert before[-1].registration == "MOVED"
    marked = a_scene(corners=corners)
    found = see(a_frame(images[-1], day=8), marked, NET, lost)
    assert found.readings[0].registration == "VERIFIED"
    assert found.readings[0].coverage_bp == 10000
    old, new = lost.belief("A-front"), found.memory.belief("A-front")
    assert old is not None
    assert new is not None
    assert new.looks.min() > old.looks.max() * 0.5
    next_one = a_frame(daylight(images[-1], 9), day=9)
    assert see(next_one, marked, NET, CameraMemory.from_bytes(found.memory.to_bytes())).trusted


def test_a_camera_that_gives_another_shape_of_frame_is_looked_at_when_commissioned_so() -> None:
    _, memory = watch([draw(stages_on(10))])
    low = a_scene(camera={"id": "cam-1", "width": 512, "height": 300, "k1": 0.0, "k2": 0.0})
    seen = see(a_frame(draw(stages_on(11))[:300].copy(), day=1), low, NET, memory)
    assert seen.readings[0].registration == "VERIFIED"


def test_what_was_only_weighted_or_masked_anew_is_the_same_view() -> None:
    _, memory = watch([draw(stages_on(10))] * 2)
    masked = a_scene(privacy_masks=[[[0, 0], [40, 0], [40, 40]]])
    after = see(a_frame(draw(stages_on(11)), day=3), masked, NET, memory).memory
    assert after.bank.confirmations > memory.bank.confirmations > 0


def test_a_frame_of_another_size_is_refused() -> None:
    small = np.asarray(cv2.resize(draw(stages_on(3)), (320, 240)), np.uint8)
    with pytest.raises(FrameError, match=r"cam-1.*320 x 240.*512 x 384"):
        see(a_frame(small), SCENE, NET, CameraMemory())


def test_work_types_must_agree() -> None:
    with pytest.raises(ValueError, match="new_build"):
        stages_of("bridge")


def test_observable_share_of_a_half_visible_face() -> None:
    scene = a_scene(corners=[(x - 250, y) for x, y in CORNERS])
    assert observable_share_bp(scene, scene.faces[0]) == 5000


def encoded(suffix: str) -> bytes:
    return bytes(cv2.imencode(suffix, draw(stages_on(5)))[1].tobytes())


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_decode_reads_whole_images(suffix: str) -> None:
    frame = decode_frame(encoded(suffix), captured_at=START, source="test")
    assert frame.image.shape == (384, 512, 3)
    assert len(frame.sha256) == 64


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "nothing"),
        (b"GIF89a", "47494638"),
        (encoded(".jpg")[:-800], "truncated"),
        (encoded(".png")[:-40], "truncated"),
        (b"\xff\xd8\xff\xd9", "without a size"),
        (b"\x89PNG\r\n\x1a\nIEND\xaeB`\x82", "without a size"),
        (encoded(".png")[:16] + (16000).to_bytes(4) + (12500).to_bytes(4) + encoded(".png")[24:], "16000 x 12500"),
    ],
)
def test_decode_refuses_what_is_no_usable_image(data: bytes, problem: str) -> None:
    with pytest.raises(FrameError, match=problem):
        decode_frame(data, captured_at=START, source="drop/a.jpg")


def test_readings_follow_time_not_the_wall_clock() -> None:
    frame = Frame(image=draw(stages_on(3)), captured_at=START + timedelta(days=900), sha256="1" * 64)
    assert see(frame, SCENE, NET, CameraMemory()).readings[0].captured_at == START + timedelta(days=900)
