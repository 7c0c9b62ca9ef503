"""Uploads over a real server: begun, sent, resumed, refused; each content kept once."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from hashlib import sha1
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from central.api.stills import StillFolder
from central.api.uploads.limits import Quota, UploadLimits
from central.store.tables import Evidence, SecurityEvent, Upload
from tests.central.api.district import GATEWAY_TOKEN, STILL, Centre, served
from tests.central.api.pictures import a_jpeg, digest
from tests.central.api.uploads.tus import (
    PIECE,
    TUS,
    UPLOADS,
    announced,
    begin,
    evidence,
    metadata,
    offset,
    photo,
    send,
    send_all,
)

LARGE = a_jpeg(900, 700, seed=4)  # several blocks


def gateway(centre: Centre) -> httpx.Client:
    """gw-1."""
    return centre.client(token=GATEWAY_TOKEN)


def kept(centre: Centre, content: bytes) -> bool:
    """Whether a still is on the disk and in the database, and nothing of it is left among the parts."""
    data_dir = centre.services.settings.data_dir
    path = StillFolder(data_dir).path_of(digest(content))
    with Session(centre.engine) as session:
        known = session.get(Evidence, digest(content)) is not None
    return known and path.read_bytes() == content and parts(centre) == []


def parts(centre: Centre) -> list[Path]:
    """Files of unfinished uploads."""
    return sorted((centre.services.settings.data_dir / "uploads").glob("*"))


def test_what_is_spoken_here(one_centre: Centre) -> None:
    answer = one_centre.client().options(UPLOADS)
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == answer.headers["tus-resumable"] == "1.0.0"
    assert answer.headers["tus-extension"] == "creation,creation-with-upload,checksum,termination,expiration"
    assert answer.headers["tus-checksum-algorithm"] == "sha1,sha256"
    assert int(answer.headers["tus-max-size"]) == 32 * 1024 * 1024


def test_a_still_in_two_pieces(own_centre: Centre) -> None:
    client = gateway(own_centre)
    begun = begin(client, evidence(LARGE))
    assert (begun.status_code, begun.headers["Upload-Offset"], begun.json()["done"]) == (201, "0", False)
    assert begun.headers["Upload-Expires"].endswith("GMT")
    url = begun.headers["Location"]
    first = send(client, url, LARGE[:300_000])
    assert (first.status_code, first.headers["Upload-Offset"], first.headers["Upload-Complete"]) == (
        204,
        "300000",
        "?0",
    )
    assert offset(client, url) == 300_000
    last = send(client, url, LARGE[300_000:], at=300_000)
    assert (last.status_code, last.headers["Upload-Offset"], last.headers["Upload-Complete"]) == (
        204, str(len(LARGE)), "?1"
    )  # fmt: skip
    assert kept(own_centre, LARGE)
    assert offset(client, url) == len(LARGE)


def test_creation_with_upload_takes_it_in_one_request(one_centre: Centre) -> None:
    answer = begin(gateway(one_centre), evidence(LARGE), content=LARGE)
    assert (answer.status_code, answer.json()["done"], answer.headers["Upload-Complete"]) == (201, True, "?1")
    assert kept(one_centre, LARGE)


def test_whoever_lost_the_address_finds_his_upload_again(one_centre: Centre) -> None:
    client = gateway(one_centre)
    url = begin(client, evidence(LARGE)).headers["Location"]
    send(client, url, LARGE[:1000])
    again = begin(client, evidence(LARGE))
    assert (again.headers["Location"], again.headers["Upload-Offset"]) == (url, "1000")
    whole = begin(client, evidence(LARGE), content=LARGE)  # from its beginning: what is there is skipped
    assert whole.json()["done"]
    assert kept(one_centre, LARGE)


def test_the_same_content_again_need_not_be_sent(one_centre: Centre) -> None:
    client = gateway(one_centre)
    first = begin(client, evidence(STILL), content=STILL)
    again = begin(client, evidence(STILL))
    assert (again.status_code, again.json()["done"], again.headers["Upload-Offset"]) == (201, True, str(len(STILL)))
    assert again.headers["Location"] == first.headers["Location"]
    assert send(client, again.headers["Location"], b"", at=len(STILL)).status_code == 204


def test_a_still_that_was_put_the_old_way_is_there(one_centre: Centre) -> None:
    client = gateway(one_centre)
    client.put(f"/api/v1/evidence/{digest(STILL)}", content=STILL, headers={"Content-Type": "image/jpeg"})
    assert begin(client, evidence(STILL)).json()["done"]
    assert begin(client, evidence(STILL)).json()["done"]


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_piece_with_a_checksum_counts_whole_or_not_at_all(one_centre: Centre, algorithm: str) -> None:
    client = gateway(one_centre)
    url = begin(client, evidence(LARGE)).headers["Location"]
    wrong = b64encode(bytes(20 if algorithm == "sha1" else 32)).decode()
    refused = send(client, url, LARGE[:700_000], headers={"Upload-Checksum": f"{algorithm} {wrong}"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (460, "checksum_differs")
    assert offset(client, url) == 0
    right = sha1(LARGE).digest() if algorithm == "sha1" else bytes.fromhex(digest(LARGE))
    taken = send(client, url, LARGE, headers={"Upload-Checksum": f"{algorithm} {b64encode(right).decode()}"})
    assert taken.headers["Upload-Complete"] == "?1"
    assert kept(one_centre, LARGE)


def test_another_content_than_announced_is_refused_and_dropped(own_centre: Centre) -> None:
    client = gateway(own_centre)
    lie = announced(STILL, kind="evidence", sha256="a" * 64)
    url = begin(client, lie).headers["Location"]
    answer = send(client, url, STILL)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "digest_differs")
    assert client.head(url, headers=TUS).status_code == 410
    assert parts(own_centre) == []
    with Session(own_centre.engine) as session:
        (event,) = session.exec(select(SecurityEvent))
        assert (event.code, event.gateway, event.detail) == (
            "bad_upload",
            "gw-1",
            "evidence of gateway gw-1: digest_differs",
        )
    fresh = begin(client, lie)
    assert (fresh.status_code, fresh.headers["Upload-Offset"]) == (201, "0")
    assert fresh.headers["Location"] != url


@pytest.mark.parametrize("content", [b"no picture at all", STILL[:-30], b"\x89PNG\r\n\x1a\n"])
def test_evidence_is_a_whole_jpeg(one_centre: Centre, content: bytes) -> None:
    answer = send_all(gateway(one_centre), evidence(content), content)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "not_a_jpeg")
    assert parts(one_centre) == []


def test_given_up_and_gone(one_centre: Centre) -> None:
    client = gateway(one_centre)
    url = begin(client, evidence(LARGE)).headers["Location"]
    send(client, url, LARGE[:1000])
    assert client.delete(url, headers=TUS).status_code == 204
    assert parts(one_centre) == []
    assert [client.head(url, headers=TUS).status_code, send(client, url, b"x", at=0).status_code] == [410, 410]
    assert client.delete(url, headers=TUS).status_code == 410
    done = begin(client, evidence(STILL), content=STILL).headers["Location"]
    assert client.delete(done, headers=TUS).status_code == 410
    assert kept(one_centre, STILL)


BAD = [
    ({"Tus-Resumable": "0.2.2"}, 412, "wrong_tus_version"),
    ({"Tus-Resumable": ""}, 412, "wrong_tus_version"),
    ({"Upload-Length": "x"}, 422, "invalid"),
    ({"Upload-Length": "-1"}, 422, "invalid"),
    ({"Upload-Length": "0"}, 422, "invalid"),
    ({"Upload-Length": "9" * 30}, 422, "invalid"),
    ({"Upload-Length": str(2 << 30)}, 413, "too_large"),
    ({"Upload-Length": str((2 << 20) + 1)}, 413, "too_large"),
    ({"Upload-Metadata": ""}, 422, "invalid"),
    ({"Upload-Metadata": "kind !!!"}, 422, "invalid"),
    ({"Upload-Metadata": metadata(kind="evidence", sha256="zz")}, 422, "invalid"),
    ({"Upload-Metadata": metadata(kind="film", sha256="a" * 64)}, 422, "invalid"),
    ({"Upload-Metadata": metadata(kind="photo", sha256="a" * 64, project="qp")}, 422, "invalid"),
    ({"Upload-Checksum": "md5 AAAA"}, 422, "invalid"),
]


@pytest.mark.parametrize(("headers", "status", "code"), BAD)
def test_announced_wrongly(one_centre: Centre, headers: dict[str, str], status: int, code: str) -> None:
    answer = begin(gateway(one_centre), {**evidence(STILL), **headers})
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text
    assert answer.json()["error"]["expected"]
    assert answer.headers["tus-resumable"] == "1.0.0"
    assert not parts(one_centre)
    with Session(one_centre.engine) as session:
        assert session.exec(select(Upload)).all() == []


@pytest.mark.parametrize(
    ("headers", "content", "status", "code"),
    [
        ({"Upload-Offset": "5"}, b"x", 409, "offset_differs"),
        ({"Upload-Offset": "y"}, b"x", 422, "invalid"),
        ({"Content-Type": "image/jpeg"}, b"x", 415, "wrong_media_type"),
        ({"Tus-Resumable": "2"}, b"x", 412, "wrong_tus_version"),
        ({}, LARGE + b"x", 413, "too_large"),
    ],
)
def test_sent_wrongly(one_centre: Centre, headers: dict[str, str], content: bytes, status: int, code: str) -> None:
    client = gateway(one_centre)
    url = begin(client, evidence(LARGE)).headers["Location"]
    answer = client.patch(url, headers={**PIECE, "Upload-Offset": "0", **headers}, content=content)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text
    assert answer.headers.get("Upload-Offset", "0") == "0"
    assert send(client, url, LARGE).headers["Upload-Complete"] == "?1"
    assert kept(one_centre, LARGE)


def test_a_longer_body_without_its_length_is_cut(one_centre: Centre) -> None:
    client = gateway(one_centre)
    url = begin(client, evidence(LARGE)).headers["Location"]
    answer = send(client, url, iter([LARGE, b"and more"]))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
    at = offset(client, url)
    assert send(client, url, LARGE[at:], at=at).headers["Upload-Complete"] == "?1"
    assert kept(one_centre, LARGE)


def test_uploads_of_others_are_absent(one_centre: Centre) -> None:
    url = begin(gateway(one_centre), evidence(LARGE)).headers["Location"]
    for client in (one_centre.client("admin"), one_centre.client("owner")):
        assert client.head(url, headers=TUS).status_code == 404
        assert send(client, url, LARGE).json()["error"]["code"] == "absent"
        assert client.delete(url, headers=TUS).status_code == 404
    assert one_centre.client(token="nonsense").head(url, headers=TUS).status_code == 401
    assert one_centre.client(token="retired").head(url, headers=TUS).status_code == 401
    assert one_centre.client("public").head(url, headers=TUS).status_code == 404


@pytest.mark.parametrize("person", ["public", "nobody", "audit", "discipline"])
def test_who_may_not_upload(one_centre: Centre, person: str) -> None:
    refused = "read_only" if person == "discipline" else "absent"  # who reads everything is told that it is all
    assert begin(one_centre.client(person), photo(STILL)).json()["error"]["code"] == refused


@pytest.mark.parametrize(
    ("limits", "status", "code"),
    [
        (UploadLimits(gateway=Quota(uploads=1, size_bytes=1 << 30)), 429, "too_many_uploads"),
        (UploadLimits(gateway=Quota(uploads=9, size_bytes=len(LARGE) + 1)), 429, "too_many_uploads"),
        (UploadLimits(disk_free_bytes=1 << 60), 507, "no_room"),
    ],
)
def test_no_more_than_there_is_room_for(
    filled: Engine, tmp_path: Path, limits: UploadLimits, status: int, code: str
) -> None:
    with served(filled, tmp_path / "data") as centre:
        settings = replace(centre.services.settings, uploads=limits)
        centre.app.state.services = replace(centre.services, settings=settings)
        client = gateway(centre)
        answers = [begin(client, evidence(content)) for content in (LARGE, STILL)]
        assert (answers[-1].status_code, answers[-1].json()["error"]["code"]) == (status, code)
        if status == 429:
            assert answers[-1].headers["Retry-After"]
            send(client, answers[0].headers["Location"], LARGE)
            assert begin(client, evidence(STILL)).status_code == 201
