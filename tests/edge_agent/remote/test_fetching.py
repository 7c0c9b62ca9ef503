"""Parts are fetched once, go on where they broke off, and are taken only as they were signed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from edge_agent.remote.errors import ConfigError, NotYetError, RefusedError
from edge_agent.remote.fetching import fetch_all
from edge_agent.settings import Centre
from tests.edge_agent.http_server import http_server
from tests.edge_agent.remote.build import a_part

CONTENT = bytes(range(256)) * 400
PART = a_part("model", CONTENT)


@dataclass(slots=True)
class Blobs:
    """Serves CONTENT by ranges; `cut` ends answers after so many bytes, `status` answers only that."""

    content: bytes = CONTENT
    cut: int | None = None
    status: int | None = None
    ranges: bool = True
    asked: list[str | None] = field(default_factory=list)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        assert handler.headers["Authorization"] == "Bearer secret"
        assert handler.path == f"/api/v1/blobs/{PART.sha256}"
        said = handler.headers["Range"]
        self.asked.append(said)
        if self.status is not None:
            handler.send_response(self.status)
            handler.end_headers()
            return
        begin = int(said.removeprefix("bytes=").removesuffix("-")) if said and self.ranges else 0
        body = self.content[begin:]
        handler.send_response(206 if begin else 200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[: self.cut] if self.cut is not None else body)


@contextmanager
def served(blobs: Blobs, folder: Path) -> Iterator[Centre]:
    (folder / "token").write_text("secret\n")
    with http_server(get=blobs.answer) as url:
        yield Centre(url=f"{url}/", token_file=folder / "token", timeout_s=5.0)


def test_a_part_comes_whole_and_once(tmp_path: Path) -> None:
    blobs = Blobs()
    with served(blobs, tmp_path) as centre:
        for _ in range(2):
            held = fetch_all(centre, (PART, replace(PART, kind="scene")), folder=tmp_path / "config")
            assert held[PART.sha256].read_bytes() == CONTENT
    assert blobs.asked == [None]


@pytest.mark.parametrize("ranges", [True, False])
def test_it_goes_on_where_it_broke_off(tmp_path: Path, ranges: bool) -> None:
    blobs = Blobs(cut=40_000, ranges=ranges)
    with served(blobs, tmp_path) as centre:
        with pytest.raises(NotYetError):
            fetch_all(centre, (PART,), folder=tmp_path / "config")
        blobs.cut = None
        held = fetch_all(centre, (PART,), folder=tmp_path / "config")
    assert held[PART.sha256].read_bytes() == CONTENT
    begun = int((blobs.asked[1] or "").removeprefix("bytes=").removesuffix("-"))
    assert 0 < begun <= 40_000


OTHERS: dict[str, tuple[Blobs, type[ConfigError], str]] = {
    "changed content": (Blobs(content=CONTENT[::-1]), RefusedError, "differs"),
    "longer content": (Blobs(content=CONTENT * 50), RefusedError, "longer than said"),
    "not for us": (Blobs(status=404), RefusedError, "centre answers 404"),
    "token refused": (Blobs(status=401), NotYetError, "centre answers 401"),
    "centre ill": (Blobs(status=503), NotYetError, "centre answers 503"),
    "shorter content": (Blobs(content=CONTENT[:-1]), RefusedError, "differs"),
}


@pytest.mark.parametrize(("blobs", "error", "why"), OTHERS.values(), ids=OTHERS.keys())
def test_what_is_not_as_signed_is_not_taken(tmp_path: Path, blobs: Blobs, error: type[ConfigError], why: str) -> None:
    with served(blobs, tmp_path) as centre, pytest.raises(error, match=why):
        fetch_all(centre, (PART,), folder=tmp_path / "config")
    left = [path.stat().st_size for path in (tmp_path / "config/incoming").iterdir()]
    assert all(size <= len(CONTENT) for size in left)
    assert not (tmp_path / "config/incoming" / PART.sha256).exists()


def test_a_partial_file_of_other_bytes_is_found_out(tmp_path: Path) -> None:
    incoming = tmp_path / "config/incoming"
    incoming.mkdir(parents=True)
    (incoming / f"{PART.sha256}.part").write_bytes(b"x" * 1000)
    with served(Blobs(), tmp_path) as centre:
        with pytest.raises(RefusedError, match="differs"):
            fetch_all(centre, (PART,), folder=tmp_path / "config")
        fetch_all(centre, (PART,), folder=tmp_path / "config")
    assert hashlib.sha256((incoming / PART.sha256).read_bytes()).hexdigest() == PART.sha256


@pytest.mark.parametrize(("parts", "fails"), [((), False), ((PART,), True)])
def test_without_a_centre_there_is_nothing_to_fetch(tmp_path: Path, parts: tuple[()], fails: bool) -> None:
    fetch: Callable[[], object] = lambda: fetch_all(None, parts, folder=tmp_path)  # noqa: E731
    if not fails:
        assert fetch() == {}
        return
    with pytest.raises(RefusedError, match=r"no \[centre\]"):
        fetch()


def test_a_centre_that_is_not_there_is_tried_later(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret")
    centre = Centre(url="http://127.0.0.1:1", token_file=tmp_path / "token", timeout_s=1.0)
    with pytest.raises(NotYetError, match="Connect"):
        fetch_all(centre, (PART,), folder=tmp_path)
