"""Stills: put once by digest with a gateway's token, refused when anything about them is wrong, shown within scope."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from sqlmodel import Session

from central.api.stills import BYTES_MAX, StillFolder
from central.api.uploads.limits import UploadLimits
from central.store.tables import Evidence
from tests.central.api.district import GATEWAY_TOKEN, STILL, Centre
from tests.central.api.pictures import a_jpeg, digest


def put(
    centre: Centre, content: bytes = STILL, *, sha256: str | None = None, kind: str = "image/jpeg"
) -> httpx.Response:
    """PUT as gw-1."""
    url = f"/api/v1/evidence/{sha256 or digest(content)}"
    return centre.client(token=GATEWAY_TOKEN).put(url, content=content, headers={"Content-Type": kind})


def folder(centre: Centre) -> StillFolder:
    """Where the centre keeps stills."""
    return StillFolder(centre.services.settings.data_dir)


def test_a_still_is_kept_once_and_shown_with_its_face(own_centre: Centre) -> None:
    first, again = put(own_centre), put(own_centre)
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json() == {
        "sha256": digest(STILL), "bytes": len(STILL), "width_px": 64, "height_px": 48
    }  # fmt: skip
    client = own_centre.client("leader")
    (face,) = client.get("/api/v1/buildings/qp-b1/faces").json()["faces"]
    assert face["evidence"]["sha256"] == digest(STILL)
    shown = client.get(face["evidence"]["url"])
    assert (shown.status_code, shown.headers["content-type"], shown.content) == (200, "image/jpeg", STILL)
    assert shown.headers["x-content-type-options"] == "nosniff"


def test_an_older_still_of_the_month_stands_beside_the_newest(own_centre: Centre) -> None:
    older, newer = STILL, a_jpeg(seed=2)
    put(own_centre, older)
    put(own_centre, newer)
    with Session(own_centre.engine) as session:
        from central.store.tables import FaceReading

        reading = session.get(FaceReading, ("gw-1", "e1", 143))
        assert reading is not None
        reading.evidence_sha256 = digest(newer)
        session.add(reading)
        session.commit()
    (face,) = own_centre.client("leader").get("/api/v1/buildings/qp-b1/faces").json()["faces"]
    assert face["evidence"]["sha256"] == digest(newer)
    assert face["previous_evidence"]["sha256"] == digest(older)
    assert face["previous_evidence"]["captured_at"] < face["evidence"]["captured_at"]


def test_a_file_without_its_row_is_completed_by_the_next_put(own_centre: Centre) -> None:
    folder(own_centre).keep(digest(STILL), STILL)
    assert own_centre.client("leader").get(f"/api/v1/evidence/{digest(STILL)}").status_code == 404
    assert put(own_centre).status_code == 200
    assert own_centre.client("leader").get(f"/api/v1/evidence/{digest(STILL)}").status_code == 200


def test_the_disks_reserve_is_kept(one_centre: Centre) -> None:
    settings = replace(one_centre.services.settings, uploads=UploadLimits(disk_free_bytes=1 << 60))
    one_centre.app.state.services = replace(one_centre.services, settings=settings)
    answer = put(one_centre)
    assert (answer.status_code, answer.json()["error"]["code"]) == (507, "no_room")
    assert not folder(one_centre).path_of(digest(STILL)).exists()


def test_a_torn_file_is_written_again(one_centre: Centre) -> None:
    assert put(one_centre).status_code == 200
    path = folder(one_centre).path_of(digest(STILL))
    path.write_bytes(STILL[:100])
    assert put(one_centre).status_code == 200
    assert path.read_bytes() == STILL


BIG = a_jpeg()[:-2] + bytes(BYTES_MAX) + b"\xff\xd9"
WIDE = bytearray(a_jpeg(16, 16))
WIDE[WIDE.index(b"\xff\xc0") + 5 : WIDE.index(b"\xff\xc0") + 9] = (14_000).to_bytes(2, "big") * 2  # says 196 megapixels


@pytest.mark.parametrize(
    ("content", "sha256", "kind", "status", "code"),
    [
        (STILL, "a" * 64, "image/jpeg", 422, "digest_differs"),
        (STILL[:-40], None, "image/jpeg", 422, "not_a_jpeg"),
        (b"\x89PNG\r\n\x1a\n", None, "image/jpeg", 422, "not_a_jpeg"),
        (b"", None, "image/jpeg", 422, "not_a_jpeg"),
        (bytes(WIDE), None, "image/jpeg", 422, "too_many_pixels"),
        (BIG, None, "image/jpeg", 413, "too_large"),
        (STILL, None, "text/html", 415, "wrong_media_type"),
        (STILL, "A" * 64, "image/jpeg", 422, "invalid"),
        (STILL, "..%2f..%2fsecret", "image/jpeg", 404, "absent"),
    ],
)
def test_what_is_wrong_is_refused_and_leaves_nothing(
    one_centre: Centre, content: bytes, sha256: str | None, kind: str, status: int, code: str
) -> None:
    answer = put(one_centre, content, sha256=sha256, kind=kind)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text
    assert answer.json()["error"]["expected"]
    kept = one_centre.services.settings.data_dir / "evidence"
    assert [path for path in kept.rglob("*") if path.is_file()] == []
    with Session(one_centre.engine) as session:
        assert session.get(Evidence, digest(content)) is None


def test_a_body_without_a_length_is_cut_at_the_cap(one_centre: Centre) -> None:
    def endless() -> object:
        for _ in range(64):
            yield bytes(64 * 1024)

    answer = one_centre.client(token=GATEWAY_TOKEN).put(
        f"/api/v1/evidence/{'a' * 64}",
        content=endless(),  # type: ignore[arg-type]
        headers={"Content-Type": "image/jpeg"},
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


@pytest.mark.parametrize("token", ["nonsense", "retired"])
def test_only_registered_gateways_put(own_centre: Centre, token: str) -> None:
    headers = {"Content-Type": "image/jpeg"}
    for client in (own_centre.client(token=token), own_centre.client("admin")):
        answer = client.put(f"/api/v1/evidence/{digest(STILL)}", content=STILL, headers=headers)
        assert answer.status_code == 401


def test_a_gateways_token_reads_nothing(own_centre: Centre) -> None:
    put(own_centre)
    client = own_centre.client(token=GATEWAY_TOKEN)
    for path in ("/district", f"/evidence/{digest(STILL)}"):
        assert client.get(f"/api/v1{path}").json()["error"]["code"] == "token_invalid"


def test_a_still_is_shown_within_scope_only(own_centre: Centre) -> None:
    put(own_centre)
    unassigned = a_jpeg(seed=3)
    put(own_centre, unassigned)
    url, other = (f"/api/v1/evidence/{digest(data)}" for data in (STILL, unassigned))
    assert [own_centre.client(p).get(url).status_code for p in ("leader", "owner", "unit", "street", "public")] == [
        200, 200, 200, 404, 404
    ]  # fmt: skip
    assert [own_centre.client(p).get(other).status_code for p in ("leader", "owner")] == [200, 404]


def test_writing_is_whole_or_not_at_all(tmp_path: Path) -> None:
    stills = StillFolder(tmp_path)
    stills.path_of("ab" * 32).mkdir(parents=True)  # nothing can replace a folder
    with pytest.raises(OSError, match="directory"):
        stills.keep("ab" * 32, STILL)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
