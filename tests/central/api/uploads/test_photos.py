"""Photos of people: kept once, shown upright and stripped, what they claim marked where it does not fit."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlmodel import Session, select

from central.api.uploads.develop import PhotoFolder
from central.store.tables import AuditEntry, Photo, PhotoClaim, SecurityEvent, WorkItem
from tests.central.api.district import GATEWAY_TOKEN, Centre
from tests.central.api.pictures import digest
from tests.central.api.uploads.photographs import ZHENJIANG, a_jpeg_bomb, a_photo, a_png_bomb, colours
from tests.central.api.uploads.tus import TUS, begin, evidence, offset, photo, send, send_all

HEIC = (Path(__file__).parent / "iphone.heic").read_bytes()
EAST_OF_SITE = (31.25, 121.6)  # 9.5 km


def photos(centre: Centre, *, person: str = "leader", project: str = "qp") -> list[dict[str, Any]]:
    """What the API lists."""
    found: list[dict[str, Any]] = centre.client(person).get(f"/api/v1/projects/{project}/photos").json()["photos"]
    return found


def files(centre: Centre) -> list[str]:
    """Endings of all files of photos and parts."""
    data_dir = centre.services.settings.data_dir
    found = [path for name in ("photos", "uploads") for path in (data_dir / name).rglob("*") if path.is_file()]
    return sorted(path.name.split(".", 1)[1] for path in found)


@pytest.mark.requirement("D19")
def test_a_photo_is_listed_and_shown(own_centre: Centre) -> None:
    content = a_photo(taken="2026:11:21 15:30:00", orientation=3)
    said = {"building": "qp-b1", "filename": "IMG 1.jpg", "note": "三层,钢筋\n看左边"}
    with Session(own_centre.engine) as session:
        said["item"] = session.exec(select(WorkItem.id).where(WorkItem.building == "qp-b1")).first() or ""
    person = own_centre.client("owner")
    answer = send_all(person, photo(content, taken_at="2026-11-21T15:31:00+08:00", **said), content)
    assert (answer.status_code, answer.headers["Upload-Complete"]) == (204, "?1"), answer.text
    (shown,) = photos(own_centre)
    assert {key: shown[key] for key in ("building", "item", "filename", "note", "person", "person_name")} == {
        **said, "person": "owner", "person_name": "the owner"
    }  # fmt: skip
    assert shown["claims"] == {
        "taken_at": "2026-11-21T07:31:00Z",
        "exif_at": "2026-11-21T07:30:00Z",
        "exif_zone_known": True,
        "exif_lat_e7": round(ZHENJIANG[0] * 1e7),
        "exif_lon_e7": round(ZHENJIANG[1] * 1e7),
        "exif_camera": "Phone Mk 1",
    }
    assert (shown["flags"], shown["sha256"], shown["original_bytes"]) == ([], digest(content), len(content))
    picture = own_centre.client("leader").get(shown["url"])
    assert (picture.headers["content-type"], colours(picture.content)) == ("image/jpeg", ("blue", "red"))
    assert own_centre.client("leader").get(shown["thumbnail_url"]).status_code == 200
    with Session(own_centre.engine) as session:
        (entry,) = session.exec(select(AuditEntry).where(AuditEntry.action == "photo.add"))
        assert (entry.actor, entry.object) == ("owner", f"photo/{digest(content)}")
    assert files(own_centre) == ["jpg", "orig", "thumb.jpg"]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (a_photo(comment=b"a secret comment"), "JPEG"),
        (a_photo(kind="PNG"), "PNG"),
        (a_photo(kind="WEBP"), "WEBP"),
        (HEIC, "HEIF"),
    ],
    ids=["jpeg", "png", "webp", "heic"],
)
def test_every_kind_of_phone_and_nothing_of_the_file_is_shown(one_centre: Centre, content: bytes, kind: str) -> None:
    assert send_all(one_centre.client("owner"), photo(content), content).headers["Upload-Complete"] == "?1"
    (shown,) = photos(one_centre)
    assert (shown["original_format"], shown["claims"]["exif_at"]) == (kind, "2026-11-21T07:30:00Z")
    picture = one_centre.client("leader").get(shown["url"]).content
    assert colours(picture) == ("red", "blue")
    assert (shown["width_px"], shown["height_px"]) == (96, 48)
    with Image.open(BytesIO(picture)) as opened:
        assert not opened.getexif()
        assert opened.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert b"secret" not in picture
    original = PhotoFolder(one_centre.services.settings.data_dir).path_of(digest(content), "orig")
    assert original.read_bytes() == content


def test_a_large_photo_is_shown_smaller(one_centre: Centre) -> None:
    content = a_photo(4000, 3000)
    assert send_all(one_centre.client("owner"), photo(content), content).headers["Upload-Complete"] == "?1"
    (shown,) = photos(one_centre)
    assert (shown["width_px"], shown["height_px"]) == (3072, 2304)
    with Image.open(BytesIO(one_centre.client("leader").get(shown["thumbnail_url"]).content)) as thumbnail:
        assert thumbnail.size == (480, 360)


def test_a_photo_of_one_line_is_a_photo(one_centre: Centre) -> None:
    content = a_photo(6000, 1)
    assert send_all(one_centre.client("owner"), photo(content), content).status_code == 204
    (shown,) = photos(one_centre)
    assert (shown["width_px"], shown["height_px"]) == (3072, 1)


@pytest.mark.requirement("C10")
def test_the_same_photo_twice_is_one_and_of_two_phones_two_claims(own_centre: Centre) -> None:
    content = a_photo()
    one, other = own_centre.client("owner"), own_centre.client("builder")
    send_all(one, photo(content), content)
    again = begin(one, photo(content))
    assert (again.json()["done"], again.headers["Upload-Offset"]) == (True, str(len(content)))
    send_all(other, photo(content, note="mine"), content)
    assert [(shown["person"], shown["flags"]) for shown in photos(own_centre)] == [
        ("builder", ["claimed_before"]), ("owner", [])
    ]  # fmt: skip
    with Session(own_centre.engine) as session:
        assert len(session.exec(select(Photo)).all()) == 1
    assert files(own_centre) == ["jpg", "orig", "thumb.jpg"]


def test_one_photo_for_two_buildings_is_sent_once(one_centre: Centre) -> None:
    content = a_photo()
    person = one_centre.client("owner")
    send_all(person, photo(content, building="qp-b1"), content)
    assert begin(person, photo(content, building="qp-b2")).json()["done"]
    assert [shown["building"] for shown in photos(one_centre)] == ["qp-b2", "qp-b1"]


def test_a_digest_alone_opens_nothing(one_centre: Centre) -> None:
    content = a_photo()
    send_all(one_centre.client("owner"), photo(content), content)  # of qp
    stranger = one_centre.client("street")  # sees ml only
    assert not begin(stranger, photo(content, project="ml")).json()["done"]
    assert photos(one_centre, person="street", project="ml") == []
    url = f"/api/v1/photos/{digest(content)}/image"
    assert [one_centre.client(p).get(url).status_code for p in ("owner", "unit", "leader", "street", "public")] == [
        200, 200, 200, 404, 404
    ]  # fmt: skip
    assert one_centre.client("street").get("/api/v1/projects/qp/photos").status_code == 404


@pytest.mark.parametrize(
    ("said", "status"),
    [({"project": "ml"}, 404), ({"project": "none"}, 404), ({"building": "ml-b1"}, 422), ({"item": "x"}, 422)],
)
def test_only_places_within_scope(one_centre: Centre, said: dict[str, str], status: int) -> None:
    assert begin(one_centre.client("owner"), photo(a_photo(), **said)).status_code == status


def test_people_send_photos_and_gateways_stills(one_centre: Centre) -> None:
    assert begin(one_centre.client(token=GATEWAY_TOKEN), photo(a_photo())).status_code == 422
    content = a_photo()
    assert begin(one_centre.client("admin"), evidence(content)).status_code == 422


BOMBS = [
    (a_png_bomb(30_000, 30_000), 422, "too_many_pixels"),
    (a_jpeg_bomb(), 422, "too_many_pixels"),
    (a_png_bomb(7000, 7000)[:20_000], 422, "not_a_picture"),
    (a_photo()[:-40], 422, "not_a_picture"),
    (b"\xff\xd8\xff" + bytes(5000), 422, "not_a_picture"),
    (HEIC[:300], 422, "not_a_picture"),
    (b"GIF89a" + bytes(100), 415, "wrong_media_type"),
    (b"\x00\x00\x00\x1cftypavif" + bytes(100), 415, "wrong_media_type"),
    (b"%PDF-1.7", 415, "wrong_media_type"),
]


@pytest.mark.parametrize(("content", "status", "code"), BOMBS, ids=[f"{i}-{b[2]}" for i, b in enumerate(BOMBS)])
def test_what_is_no_fit_photo_is_refused_and_leaves_nothing(
    one_centre: Centre, content: bytes, status: int, code: str
) -> None:
    person = one_centre.client("owner")
    before_kib = own_memory_kib()
    answer = send_all(person, photo(content), content)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text
    assert answer.json()["error"]["expected"]
    assert str(one_centre.services.settings.data_dir) not in answer.text
    assert own_memory_kib() - before_kib < 10 * 1024  # whatever a decoder wanted, the centre did not give it
    assert (files(one_centre), photos(one_centre)) == ([], [])
    with Session(one_centre.engine) as session:
        assert session.exec(select(PhotoClaim)).all() == []
        (event,) = session.exec(select(SecurityEvent))
        assert (event.code, event.detail) == ("bad_upload", f"photo of person owner: {code}")


def own_memory_kib() -> int:
    """Resident memory of this process, which serves the centre too."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1])


def test_lies_are_marked_and_taken(one_centre: Centre) -> None:
    owner = one_centre.client("owner")
    place = {"lat_e7": round(ZHENJIANG[0] * 1e7), "lon_e7": round(ZHENJIANG[1] * 1e7), "radius_m": 150}
    assert owner.put("/api/v1/projects/qp/place", json=place).json() == place
    lies: dict[bytes, tuple[dict[str, str], list[str]]] = {
        a_photo(seed=1): ({}, []),
        a_photo(seed=2, at=EAST_OF_SITE): ({}, ["far_from_site"]),
        a_photo(seed=3, at=None): ({}, ["no_position"]),
        a_photo(seed=4, taken=None): ({}, ["no_exif_time"]),
        a_photo(seed=5, taken="2027:11:21 15:30:00"): ({}, ["exif_in_future"]),
        a_photo(seed=6, taken="2024:01:02 03:04:05"): ({}, ["exif_long_ago"]),
        a_photo(seed=7): ({"taken_at": "2026-11-21T11:00:00+08:00"}, ["times_differ"]),
        a_photo(seed=8): ({"taken_at": "2026-11-22T15:30:00+08:00"}, ["taken_in_future", "times_differ"]),
    }
    for content, (said, _) in lies.items():
        assert send_all(owner, photo(content, **said), content).headers["Upload-Complete"] == "?1"
    assert [shown["flags"] for shown in photos(one_centre)] == [flags for _, flags in reversed(lies.values())]


def test_pages_of_photos(one_centre: Centre) -> None:
    for seed in range(3):
        content = a_photo(32, 32, seed=seed)
        send_all(one_centre.client("owner"), photo(content), content)
    client = one_centre.client("leader")
    answer = client.get("/api/v1/projects/qp/photos", params={"limit": 2})
    assert answer.status_code == 200, answer.text
    first = answer.json()
    following = client.get("/api/v1/projects/qp/photos", params={"limit": 2, "before": first["next"]})
    assert following.status_code == 200, following.text
    rest = following.json()
    assert [len(first["photos"]), len(rest["photos"]), rest["next"]] == [2, 1, None]


def test_a_place_is_put_by_those_who_plan(one_centre: Centre) -> None:
    place = {"lat_e7": 1, "lon_e7": 2, "radius_m": 3}
    assert one_centre.client("builder").put("/api/v1/projects/qp/place", json=place).status_code == 404
    assert one_centre.client("owner").put("/api/v1/projects/ml/place", json=place).status_code == 404
    assert (
        one_centre.client("owner").put("/api/v1/projects/qp/place", json={**place, "lat_e7": 1 << 40}).status_code
        == 422
    )


def test_a_photo_whose_last_answer_was_lost_is_finished_when_asked(one_centre: Centre) -> None:
    """All bytes on disk and the centre died before it looked: HEAD must not say complete before it is."""
    content = a_photo()
    person = one_centre.client("owner")
    url = begin(person, photo(content)).headers["Location"]
    send(person, url, content[:-1])
    parts = one_centre.services.settings.data_dir / "uploads"
    (part,) = parts.glob("*.part")
    with part.open("ab") as file:
        file.write(content[-1:])
    assert photos(one_centre) == []
    assert offset(person, url) == len(content)
    assert person.head(url, headers=TUS).headers["Upload-Complete"] == "?1"
    assert len(photos(one_centre)) == 1
