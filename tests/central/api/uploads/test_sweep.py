"""What is left behind: given up after its time, finished when whole; silence is let go; many at once stay small."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from hashlib import sha1
from pathlib import Path
from threading import Event

import httpx
import pytest
from sqlmodel import Session, select

from central.api.uploads.limits import UploadLimits
from central.api.uploads.parts import PartFolder
from central.api.uploads.refusals import OffsetError
from central.api.uploads.sweep import Sweeper
from central.store.tables import Evidence, Photo, PhotoClaim, Upload
from tests.central.api.district import GATEWAY_TOKEN, STILL, WALL, Centre
from tests.central.api.pictures import a_jpeg, digest
from tests.central.api.uploads.photographs import a_photo, a_png_bomb
from tests.central.api.uploads.test_cuts import partly
from tests.central.api.uploads.test_photos import own_memory_kib
from tests.central.api.uploads.tus import TUS, begin, evidence, offset, photo, send, send_all
from tests.services import wait_until

LIFE = UploadLimits().lifetime


@pytest.fixture
def swept(one_centre: Centre) -> tuple[Centre, Sweeper]:
    """A centre and its sweeper."""
    return one_centre, Sweeper(services=one_centre.services, stopping=Event())


def part_of(centre: Centre, url: str) -> Path:
    """The part of an upload."""
    return PartFolder(centre.services.settings.data_dir / "uploads").path_of(url.rsplit("/", 1)[-1])


def test_an_abandoned_upload_is_given_up_after_its_last_byte_and_its_time(swept: tuple[Centre, Sweeper]) -> None:
    centre, sweeper = swept
    client = centre.client(token=GATEWAY_TOKEN)
    old, young = (begin(client, evidence(content)).headers["Location"] for content in (STILL, a_jpeg(seed=2)))
    for url, touched in ((old, WALL), (young, WALL + timedelta(days=1))):
        send(client, url, STILL[:100])
        os.utime(part_of(centre, url), (touched.timestamp(),) * 2)
    centre.wall.at = WALL + LIFE - timedelta(seconds=1)
    assert sweeper.sweep() == 0
    centre.wall.at = WALL + LIFE
    assert sweeper.sweep() == 1
    assert not part_of(centre, old).exists()
    assert client.head(old, headers=TUS).status_code == 410
    assert offset(client, young) == 100
    assert begin(client, evidence(STILL)).headers["Upload-Offset"] == "0"  # it may begin anew


def test_a_whole_upload_is_finished_though_nobody_asks(swept: tuple[Centre, Sweeper]) -> None:
    centre, sweeper = swept
    client = centre.client(token=GATEWAY_TOKEN)
    url = begin(client, evidence(STILL)).headers["Location"]
    part_of(centre, url).parent.mkdir(parents=True)
    part_of(centre, url).write_bytes(STILL)  # every byte came, and the centre died before it looked
    broken = begin(client, evidence(b"no picture")).headers["Location"]
    part_of(centre, broken).write_bytes(b"no picture")
    assert sweeper.sweep() == 0
    with Session(centre.engine) as session:
        assert session.get(Evidence, digest(STILL)) is not None
        assert sorted(session.exec(select(Upload.state))) == ["done", "refused"]
    assert list(part_of(centre, url).parent.iterdir()) == []


def test_pieces_of_a_killed_centre_are_cleared_and_ended_uploads_forgotten(swept: tuple[Centre, Sweeper]) -> None:
    centre, sweeper = swept
    client = centre.client(token=GATEWAY_TOKEN)
    client.delete(begin(client, evidence(STILL)).headers["Location"], headers=TUS)
    folder = centre.services.settings.data_dir / "uploads"
    folder.mkdir(exist_ok=True)
    (folder / "abc.123.piece").write_bytes(b"x")
    os.utime(folder / "abc.123.piece", (0, 0))
    centre.wall.at = WALL + timedelta(days=91)
    sweeper.sweep()
    assert list(folder.iterdir()) == []
    with Session(centre.engine) as session:
        assert session.exec(select(Upload)).all() == []


def test_a_byte_that_comes_after_the_end_does_not_lie_there_for_ever(swept: tuple[Centre, Sweeper]) -> None:
    centre, sweeper = swept
    client = centre.client(token=GATEWAY_TOKEN)
    path = begin(client, evidence(STILL)).headers["Location"]
    with partly(centre.url, GATEWAY_TOKEN, path, b"", at=0, length=len(STILL)) as late:
        assert client.delete(path, headers=TUS).status_code == 204
        late.sendall(STILL)
        late.recv(12)
    orphan = part_of(centre, path)
    assert orphan.exists()
    sweeper.sweep()
    assert orphan.exists()  # somebody may be writing it
    os.utime(orphan, (0, 0))
    sweeper.sweep()
    assert not orphan.exists()


@pytest.mark.parametrize("headers", [{}, {"Upload-Checksum": f"sha1 {b64encode(sha1(STILL).digest()).decode()}"}])
def test_room_that_went_after_the_announcement_is_not_taken(one_centre: Centre, headers: dict[str, str]) -> None:
    client = one_centre.client(token=GATEWAY_TOKEN)
    url = begin(client, evidence(STILL)).headers["Location"]
    settings = replace(one_centre.services.settings, uploads=UploadLimits(disk_free_bytes=1 << 60))
    one_centre.app.state.services = replace(one_centre.services, settings=settings)
    answer = send(client, url, STILL, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (507, "no_room")
    assert offset(client, url) == 0
    assert list((one_centre.services.settings.data_dir / "uploads").iterdir()) == []


def test_who_comes_too_late_does_not_wait_for_a_picture_that_is_looked_at(tmp_path: Path) -> None:
    parts = PartFolder(tmp_path)
    parts.append("one", b"whole", at=0)
    with parts.held("one"), pytest.raises(OffsetError):
        parts.append("one", b"late", at=0)


def test_photos_that_wait_to_be_looked_at_keep_no_gateway_waiting(one_centre: Centre) -> None:
    one_centre.services.turns.waiting = UploadLimits().waiting
    picture = a_photo()
    assert send_all(one_centre.client("owner"), photo(picture), picture).json()["error"]["code"] == "busy"
    sent = send_all(one_centre.client(token=GATEWAY_TOKEN), evidence(STILL), STILL)
    assert sent.headers["Upload-Complete"] == "?1"


def test_a_silent_body_is_let_go_and_what_came_stays(one_centre: Centre) -> None:
    settings = replace(one_centre.services.settings, uploads=UploadLimits(idle_s=0.3))
    one_centre.app.state.services = replace(one_centre.services, settings=settings)
    client, woken = one_centre.client(token=GATEWAY_TOKEN), Event()
    url = begin(client, evidence(STILL)).headers["Location"]

    def slowly() -> Iterator[bytes]:
        yield STILL[:500]
        woken.wait(30)

    answers: list[httpx.Response] = []
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(lambda: answers.append(send(client, url, slowly())))
        other = one_centre.client(token=GATEWAY_TOKEN)
        wait_until(lambda: offset(other, url) == 500, what="500 bytes kept")
        woken.set()
        sending.result(30)
    assert (answers[0].status_code, answers[0].json()["error"]["code"]) == (408, "body_paused")


def test_two_who_begin_and_send_at_once_end_with_one(own_centre: Centre) -> None:
    content = a_photo(600, 400)
    people = [own_centre.client(name) for name in ("owner", "owner", "builder", "leader")]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda client: send_all(client, photo(content), content), people))
    for client, answer in zip(people, answers, strict=True):
        assert answer.status_code in (201, 204, 409), answer.text
        send_all(client, photo(content), content)
    with Session(own_centre.engine) as session:
        assert len(session.exec(select(Photo)).all()) == 1
        assert sorted(session.exec(select(PhotoClaim.person))) == ["builder", "leader", "owner"]
        assert set(session.exec(select(Upload.state))) == {"done"}


def test_a_photo_of_many_megabytes_costs_the_centre_no_memory(one_centre: Centre) -> None:
    noise = os.urandom(24 << 20)
    content = b"\xff\xd8\xff" + noise
    client = one_centre.client("owner")
    url = begin(client, photo(content)).headers["Location"]
    before_kib, most_kib = own_memory_kib(), 0

    def watched() -> Iterator[bytes]:
        nonlocal most_kib
        for start in range(0, len(content), 1 << 20):
            most_kib = max(most_kib, own_memory_kib())
            yield content[start : start + (1 << 20)]

    assert send(client, url, watched()).json()["error"]["code"] == "not_a_picture"
    assert most_kib - before_kib < 10 * 1024


def test_a_flat_picture_of_49_megapixels_is_the_darkrooms_business(one_centre: Centre) -> None:
    content = a_png_bomb(7000, 2000)
    before_kib = own_memory_kib()
    answer = send_all(one_centre.client("owner"), photo(content), content)
    assert answer.headers["Upload-Complete"] == "?1"
    assert own_memory_kib() - before_kib < 10 * 1024


def test_a_claim_of_two_gigabytes_costs_nothing(one_centre: Centre) -> None:
    said = {**evidence(STILL), "Upload-Length": str(2 << 30)}
    client = one_centre.client(token=GATEWAY_TOKEN)
    assert begin(client, said).status_code == 413
    assert not (one_centre.services.settings.data_dir / "uploads").exists()


def test_a_whole_upload_that_can_never_be_finished_is_given_up_too(swept: tuple[Centre, Sweeper]) -> None:
    centre, sweeper = swept
    content = a_photo()
    url = begin(centre.client("owner"), photo(content)).headers["Location"]
    part_of(centre, url).parent.mkdir(parents=True)
    part_of(centre, url).write_bytes(content)
    (centre.services.settings.data_dir / "photos").write_text("no folder can be made here")
    centre.wall.at = WALL + LIFE + timedelta(days=400)
    assert sweeper.sweep() == 1
    assert not part_of(centre, url).exists()
