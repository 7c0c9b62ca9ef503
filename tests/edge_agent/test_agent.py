"""The whole agent as a process: frames in a folder to records at a centre, killed and started again on the way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.edge_agent.site import Site, deliver, frame_name
from tests.edge_agent.small_centre import SmallCentre
from tests.services import Broker
from wire.codec import decode_body
from wire.messages import FaceReading


@pytest.fixture
def site(tmp_path: Path, mosquitto: Broker) -> Iterator[Site]:
    site = Site(root=tmp_path / "gw-1", broker=mosquitto)
    site.root.mkdir()
    yield site
    site.kill()


@pytest.fixture
def centre(mosquitto: Broker) -> Iterator[SmallCentre]:
    centre = SmallCentre(broker=mosquitto).start()
    yield centre
    centre.stop()


def readings(centre: SmallCentre, camera: str = "cam-1") -> list[tuple[int, FaceReading]]:
    """(capture time, body) of the stored readings of a camera, in order of their numbers."""
    keys = sorted(centre.stored)
    bodies = [(centre.stored[key].at, decode_body(centre.stored[key])) for key in keys]
    return [(at, body) for at, body in bodies if isinstance(body, FaceReading) and body.camera == camera]


def times(numbers: range) -> list[int]:
    start_ms = 1788228000000  # 2026-09-01T02:00:00Z
    return [start_ms + number * 3_600_000 for number in numbers]


def test_every_file_once_in_order_though_killed_again_and_again(site: Site, centre: SmallCentre) -> None:
    drop = site.add_folder_camera()
    total = 0
    for _ in range(4):
        deliver(drop, range(total, total + 12))
        total += 12
        before = total - 12
        site.start()
        site.wait_for(lambda s, n=before: s.cameras and s.cameras[0].frames > n + 3, what="some frames looked at")
        site.kill()
    site.start()
    site.wait_for(lambda s: s.cameras[0].frames == total and s.pending == 0, what="all delivered")
    assert site.stop() == 0
    found = readings(centre)
    assert [at for at, _ in found] == times(range(total))
    assert found[-1][1].completion_bp is not None
    assert site.status().cameras[0].files_read == total
    assert {body.registration for _, body in found[3:]} == {"VERIFIED"}


def test_bad_files_are_told_and_the_others_go_on(site: Site, centre: SmallCentre) -> None:
    drop = site.add_folder_camera()
    deliver(drop, range(2))
    whole = (drop / frame_name(0)).read_bytes()
    (drop / frame_name(2)).write_bytes(whole[: len(whole) // 2])
    (drop / frame_name(3)).write_bytes(b"not an image")
    huge = bytearray(whole)
    at = huge.index(b"\xff\xc0")
    huge[at + 5 : at + 9] = (20_000).to_bytes(2, "big") + (10_000).to_bytes(2, "big")
    (drop / frame_name(4)).write_bytes(huge)
    deliver(drop, range(5, 7))
    site.start()
    site.wait_for(lambda s: s.cameras and s.cameras[0].frames == 4 and s.pending == 0, what="good frames delivered")
    assert site.stop() == 0
    assert [at for at, _ in readings(centre)] == times(range(2)) + times(range(5, 7))
    refused = dict(site.status().cameras[0].refused)
    assert "truncated" in refused[frame_name(2)]
    assert "expected a JPEG or PNG file" in refused[frame_name(3)]
    assert "10000 x 20000 px; expected at most 50000000 px" in refused[frame_name(4)]
    assert all(str(drop / name) in problem for name, problem in refused.items())


def test_a_file_that_was_half_there_is_read_when_it_is_whole(site: Site, centre: SmallCentre) -> None:
    drop = site.add_folder_camera()
    deliver(drop, range(1))
    whole = (drop / frame_name(0)).read_bytes()
    (drop / frame_name(0)).write_bytes(whole[:1000])
    site.start()
    site.wait_for(lambda s: s.cameras and s.cameras[0].files_refused == 1, what="half a file refused")
    (drop / frame_name(0)).write_bytes(whole)
    site.wait_for(lambda s: s.cameras[0].files_read == 1 and s.pending == 0, what="whole file read")
    assert site.stop() == 0
    assert len(readings(centre)) == 1
