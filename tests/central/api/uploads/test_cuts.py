"""Connections cut at every kind of byte, and a real centre killed at random ones: no byte lost, none kept twice."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import text

from central.api.tokens import Signer
from central.api.uploads.develop import PhotoFolder
from central.api.uploads.parts import BLOCK_BYTES
from central.clock import system
from central.store.engine import open_engine, reading
from tests.central.api.district import GATEWAY_TOKEN, Centre
from tests.central.api.pictures import a_jpeg, digest
from tests.central.api.uploads.tus import TUS, begin, evidence, photo
from tests.services import free_port, is_well, wait_until

STILL = a_jpeg(800, 600, seed=9)
PHOTO = a_jpeg(1000, 800, seed=10)


def partly(url: str, token: str, path: str, body: bytes, *, at: int, length: int) -> socket.socket:
    """A connection on which a PATCH has been begun: `body` of `length` bytes. The caller cuts it."""
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port))
    head = (
        f"PATCH {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nTus-Resumable: 1.0.0\r\n"
        f"Content-Type: application/offset+octet-stream\r\nUpload-Offset: {at}\r\nContent-Length: {length}\r\n"
        "Expect: 100-continue\r\n\r\n"
    )
    connection.sendall(head.encode())
    assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"  # it is read now
    connection.sendall(body)
    return connection


@pytest.mark.parametrize("cut", [0, 1, 1000, 65_000, 262_144, 300_001, len(STILL) - 1, len(STILL)])
def test_a_cut_at_any_byte(one_centre: Centre, cut: int) -> None:
    client = one_centre.client(token=GATEWAY_TOKEN)
    path = begin(client, evidence(STILL)).headers["Location"]
    with partly(one_centre.url, GATEWAY_TOKEN, path, STILL[:cut], at=0, length=len(STILL)):
        pass
    if cut < BLOCK_BYTES:  # of more, what the server had not read yet when it saw the end may be lost
        wait_until(lambda: _stands(client, path) == cut, what=f"{cut} bytes on disk")
    assert _resume(client, path) <= cut
    _kept_once(one_centre, STILL)


def _resume(client: httpx.Client, path: str) -> int:
    """Go on as a client does: ask, send the rest, ask again when it moved meanwhile. The offset of the last rest."""
    while True:
        stands = int(begin(client, evidence(STILL)).headers["Upload-Offset"])
        headers = {**TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": str(stands)}
        answer = client.patch(path, headers=headers, content=STILL[stands:])
        if answer.status_code == 204:
            assert answer.headers["Upload-Complete"] == "?1"
            return stands
        assert answer.status_code == 409


def test_a_cut_in_the_header_is_no_upload(one_centre: Centre) -> None:
    client = one_centre.client(token=GATEWAY_TOKEN)
    parts = urlsplit(one_centre.url)
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        connection.sendall(b"POST /api/v1/uploads HTTP/1.1\r\nTus-Resum")
    assert begin(client, evidence(STILL)).headers["Upload-Offset"] == "0"


def test_a_connection_that_hangs_half_open_keeps_nobody_out(one_centre: Centre) -> None:
    client = one_centre.client(token=GATEWAY_TOKEN)
    path = begin(client, evidence(STILL)).headers["Location"]
    hanging = partly(one_centre.url, GATEWAY_TOKEN, path, STILL[:300_000], at=0, length=len(STILL))
    stands = wait_until(lambda: _stands(client, path), what="a first block on disk")
    last = client.patch(
        path,
        headers={**TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": str(stands)},
        content=STILL[stands:],
    )
    assert last.headers["Upload-Complete"] == "?1"
    hanging.sendall(STILL[300_000:])  # it wakes up: nobody needs it any more
    assert hanging.recv(12) in (b"HTTP/1.1 204", b"HTTP/1.1 409", b"HTTP/1.1 410", b"HTTP/1.1 404")
    hanging.close()
    _kept_once(one_centre, STILL)


def _stands(client: httpx.Client, path: str) -> int:
    return int(client.head(path, headers=TUS).headers["Upload-Offset"])


def _kept_once(centre: Centre, content: bytes) -> None:
    data_dir = centre.services.settings.data_dir
    found = [path for path in data_dir.rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in found] == [content]
    assert [path.stem for path in found] == [digest(content)]


@dataclass(slots=True)
class Killable:
    """A centre in a process of its own, without a broker."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start and wait until it answers."""
        settings = self.folder / "centre.toml"
        settings.write_text(f'data_dir = "{self.folder}"\nport = {self.port}\nsecret = "{"0" * 32}"\n')
        command = [sys.executable, "-m", "central.cli", "serve", "--settings", str(settings)]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=dict(os.environ))
        wait_until(lambda: is_well(self.port), what="the centre answers")

    def kill(self) -> None:
        """SIGKILL."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


KILLS_MAX = 8


@pytest.fixture
def killable(filled_sqlite: Path, tmp_path: Path) -> Iterator[Killable]:
    """A running centre over the district."""
    (tmp_path / "centre.db").write_bytes(filled_sqlite.read_bytes())
    centre = Killable(tmp_path, free_port())
    centre.start()
    yield centre
    centre.kill()


def test_killed_at_random_bytes_everything_answered_is_there(killable: Killable) -> None:
    """Each kill falls into a running PATCH, some between the last byte and its answer, while a photo is made."""
    random = Random(41)
    token = Signer(secret=b"0" * 32, lifetime=timedelta(minutes=20)).issue("owner", now=system()).token
    bearer = {"Authorization": f"Bearer {token}"}
    answered, kills = 0, 0
    while kills < KILLS_MAX:
        with httpx.Client(base_url=killable.url, headers=bearer, timeout=60) as client:
            begun = begin(client, photo(PHOTO))
            assert begun.status_code == 201, begun.text
            stands = int(begun.headers["Upload-Offset"])
            assert stands >= answered  # nothing that was answered is lost
            if begun.json()["done"]:
                break
            step = random.randrange(1, len(PHOTO) // 3)
            client.patch(
                begun.headers["Location"],
                headers={**TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": str(stands)},
                content=PHOTO[stands : stands + 1],
            )
            answered = stands + 1
            more = PHOTO[answered : answered + step]
            path, length = begun.headers["Location"], len(PHOTO) - answered
            with partly(killable.url, token, path, more, at=answered, length=length) as connection:
                connection.settimeout(random.random() / 5)
                with suppress(TimeoutError):
                    connection.recv(1)
                killable.kill()
        kills += 1
        killable.start()
    assert kills >= 2
    _finish(killable, bearer, answered=answered)
    _one_whole_photo(killable)


def _finish(killable: Killable, bearer: dict[str, str], *, answered: int) -> None:
    """Send what is left in peace."""
    with httpx.Client(base_url=killable.url, headers=bearer, timeout=60) as client:
        begun = begin(client, photo(PHOTO))
        stands = int(begun.headers["Upload-Offset"])
        assert stands >= answered
        if not begun.json()["done"]:
            headers = {**TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": str(stands)}
            assert client.patch(begun.headers["Location"], headers=headers, content=PHOTO[stands:]).is_success


def _one_whole_photo(killable: Killable) -> None:
    folder = PhotoFolder(killable.folder)
    assert folder.path_of(digest(PHOTO), "orig").read_bytes() == PHOTO
    assert folder.has(digest(PHOTO))
    assert list((killable.folder / "uploads").iterdir()) == []
    engine = open_engine(f"sqlite:///{killable.folder / 'centre.db'}")
    with reading(engine) as connection:
        for table, count in (("photo", 1), ("photo_claim", 1)):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == count
        states = connection.execute(text("SELECT state FROM upload")).scalars().all()
        added = connection.execute(text("SELECT count(*) FROM audit_entry WHERE action = 'photo.add'")).scalar_one()
    engine.dispose()
    assert (states, added) == (["done"], 1)
