"""The uploader against a small tus centre that can be told to misbehave: no still lost, none sent twice."""

from __future__ import annotations

import hashlib
import os
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Any

import pytest

from edge_agent.buffer.evidence import EvidenceFolder
from edge_agent.errors import StoreFullError
from edge_agent.setbacks import Lenience
from edge_agent.settings import Centre
from edge_agent.uploader import Uploader
from tests.services import wait_until
from wire.messages import StillHeld

STILL = bytes(range(256)) * 2000  # half a megabyte
QUICK = Lenience(first_s=0.01, longest_s=0.02)


@dataclass(slots=True, kw_only=True)
class TusCentre:
    """Keeps by digest what was announced. `cuts`: after so many bytes of a PATCH the connection is cut, in turn."""

    url: str = ""
    parts: dict[str, bytearray] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    received: int = 0
    cuts: list[int] = field(default_factory=list)
    refusals: list[tuple[int, str]] = field(default_factory=list)
    answers_lost: int = 0
    location: str = "/api/v1/uploads/"
    paths: list[str] = field(default_factory=list)
    ill: dict[str, int] = field(default_factory=dict)  # by digest: what is always answered
    asked: list[str] = field(default_factory=list)

    def announce(self, request: BaseHTTPRequestHandler) -> None:
        """POST."""
        said = dict(pair.split(" ") for pair in request.headers["Upload-Metadata"].split(","))
        sha256 = b64decode(said["sha256"]).decode()
        self.asked.append(sha256)
        if sha256 in self.ill:
            request.send_response(self.ill[sha256])
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        self.sizes[sha256] = int(request.headers["Upload-Length"])
        self.parts.setdefault(sha256, bytearray())
        self._tell(request, 201, sha256, Location=f"{self.location}{sha256}")

    def take(self, request: BaseHTTPRequestHandler) -> None:
        """PATCH."""
        sha256 = request.path.rsplit("/", 1)[-1]
        self.paths.append(request.path.removesuffix(sha256))
        part = self.parts[sha256]
        if int(request.headers["Upload-Offset"]) != len(part):
            self._tell(request, 409, sha256)
            return
        length = int(request.headers["Content-Length"])
        cut = self.cuts.pop(0) if self.cuts else length
        body = request.rfile.read(min(cut, length))
        self.received += len(body)
        part += body
        if cut < length or self.answers_lost:
            self.answers_lost -= self.answers_lost > 0
            request.close_connection = True
            request.connection.close()
            return
        if self.refusals:
            status, code = self.refusals.pop(0)
            part.clear()
            request.send_response(status)
            request.end_headers()
            request.wfile.write(code.encode())
            request.close_connection = True
            return
        self._tell(request, 204, sha256)

    def _tell(self, request: BaseHTTPRequestHandler, status: int, sha256: str, **more: str) -> None:
        done = len(self.parts[sha256]) == self.sizes[sha256]
        request.send_response(status)
        stands = {"Upload-Offset": str(len(self.parts[sha256])), "Upload-Complete": "?1" if done else "?0"}
        for name, value in {**stands, "Content-Length": "0", **more}.items():
            request.send_header(name, value)
        request.end_headers()


@contextmanager
def serving(methods: dict[str, Callable[[BaseHTTPRequestHandler], None]]) -> Iterator[str]:
    """A server of these methods; any other is answered with 501."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def __getattr__(self, name: str) -> Any:
            method = name.removeprefix("do_")
            if name.startswith("do_") and method in methods:
                return lambda: methods[method](self)
            raise AttributeError(name)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def centre() -> Iterator[TusCentre]:
    """A running centre."""
    made = TusCentre()
    with serving({"POST": made.announce, "PATCH": made.take}) as url:
        made.url = url
        yield made


@contextmanager
def uploading(
    url: str,
    folder: Path,
    *stills: bytes,
    lenience: Lenience = QUICK,
    held: Callable[[StillHeld], None] = lambda _: None,
) -> Iterator[tuple[Uploader, EvidenceFolder]]:
    """An uploader at work on these stills, the first the oldest."""
    (folder / "token").write_text("gw-token\n")
    evidence = EvidenceFolder(folder / "evidence", cap_bytes=1 << 30)
    for number, still in enumerate(stills):
        os.utime(folder / "evidence" / f"{evidence.put(still)}.jpg", (number, number))
    settings = Centre(url=url, token_file=folder / "token", timeout_s=5)
    uploader = Uploader(settings, evidence, random=Random(3), held=held, lenience=lenience)
    stop = threading.Event()
    thread = threading.Thread(target=uploader.run, args=(stop,))
    thread.start()
    try:
        yield uploader, evidence
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("cuts", [[], [0], [1], [100_000], [len(STILL) - 1], [1, 200_000, 300_000]])
def test_a_cut_upload_goes_on_where_it_stood(centre: TusCentre, tmp_path: Path, cuts: list[int]) -> None:
    centre.cuts = list(cuts)
    with uploading(centre.url, tmp_path, STILL) as (uploader, evidence):
        wait_until(lambda: evidence.waiting() == [], what="the still is sent", timeout_s=30)
    assert bytes(centre.parts[hashlib.sha256(STILL).hexdigest()]) == STILL
    assert centre.received == len(STILL)  # no byte twice
    assert uploader.sent == 1
    assert uploader.resumed == sum(cut > 0 for cut in cuts)


def test_a_lost_last_answer_costs_no_byte(centre: TusCentre, tmp_path: Path) -> None:
    centre.answers_lost = 1
    with uploading(centre.url, tmp_path, STILL) as (uploader, evidence):
        wait_until(lambda: evidence.waiting() == [], what="the still is sent", timeout_s=30)
    assert (centre.received, uploader.sent) == (len(STILL), 1)


def test_a_still_that_was_harmed_on_its_way_is_sent_again(centre: TusCentre, tmp_path: Path) -> None:
    centre.refusals = [(422, '{"error": {"code": "digest_differs"}}')]
    with uploading(centre.url, tmp_path, STILL) as (uploader, evidence):
        wait_until(lambda: evidence.waiting() == [], what="the still is sent", timeout_s=30)
    assert (uploader.sent, uploader.refused) == (1, 0)


@pytest.mark.parametrize("status", [413, 415, 422])
def test_what_is_never_taken_is_kept_aside_and_the_others_go_on(centre: TusCentre, tmp_path: Path, status: int) -> None:
    centre.refusals = [(status, "no")]
    told: list[StillHeld] = []
    with uploading(centre.url, tmp_path, STILL, b"another", held=told.append) as (uploader, evidence):
        wait_until(lambda: evidence.waiting() == [], what="one sent, one aside", timeout_s=30)
    assert (uploader.sent, uploader.refused) == (1, 1)
    assert [path.stem for path in (tmp_path / "evidence/refused").iterdir()] == [sha(STILL)]
    assert [(one.sha256, one.size_bytes, one.state) for one in told] == [(sha(STILL), len(STILL), "refused")]
    assert str(status) in told[0].reason


def unsaid(held: StillHeld) -> None:
    pytest.fail(f"given up: {held}")


def sha(still: bytes) -> str:
    return hashlib.sha256(still).hexdigest()


@pytest.mark.parametrize("status", [500, 502, 504, 409, 410])
def test_stills_that_always_fail_hold_no_newer_one_back(centre: TusCentre, tmp_path: Path, status: int) -> None:
    poison, good = [b"p%d" % n for n in range(5)], [b"g%d" % n for n in range(5)]
    centre.ill = {sha(still): status for still in poison}
    slow = Lenience(first_s=600.0, longest_s=600.0)
    with uploading(centre.url, tmp_path, *poison, *good, lenience=slow) as (uploader, evidence):
        wait_until(lambda: uploader.sent == len(good), what="the good ones sent", timeout_s=30)
        left = [still.sha256 for still in evidence.waiting()]
    assert left == [sha(still) for still in poison]
    assert all(centre.asked.count(one) == 1 for one in left)


def test_a_centre_that_fails_altogether_is_not_asked_for_still_after_still(centre: TusCentre, tmp_path: Path) -> None:
    stills = [b"s%d" % n for n in range(50)]
    centre.ill = {sha(still): 502 for still in stills}
    slow = Lenience(first_s=600.0, longest_s=600.0)
    with uploading(centre.url, tmp_path, *stills, lenience=slow) as (uploader, _):
        wait_until(lambda: len(centre.asked) >= 3, what="some asked", timeout_s=30)
        assert len(set(centre.asked)) < len(stills)
        assert "502" in uploader.problem


HOPELESS = Lenience(first_s=0.01, longest_s=0.02, old_s=3600.0, tries=4)


def test_an_old_still_that_fails_while_others_are_taken_is_told_of_and_kept(centre: TusCentre, tmp_path: Path) -> None:
    centre.ill = {sha(b"poison"): 500}
    told: list[StillHeld] = []
    with uploading(centre.url, tmp_path, b"poison", b"good", lenience=HOPELESS, held=told.append) as (
        uploader,
        evidence,
    ):
        wait_until(lambda: evidence.waiting() == [], what="one sent, one aside", timeout_s=30)
    assert (uploader.sent, uploader.refused) == (1, 1)
    assert centre.asked.count(sha(b"poison")) >= HOPELESS.tries
    assert [(one.sha256, one.state) for one in told] == [(sha(b"poison"), "failed")]
    assert (tmp_path / "evidence/refused" / f"{sha(b'poison')}.jpg").read_bytes() == b"poison"


def test_a_still_is_not_given_up_for_a_centre_that_takes_none(centre: TusCentre, tmp_path: Path) -> None:
    centre.ill = {sha(b"poison"): 500}
    with uploading(centre.url, tmp_path, b"poison", lenience=HOPELESS, held=unsaid) as (_, evidence):
        wait_until(lambda: len(centre.asked) > 2 * HOPELESS.tries, what="many tries", timeout_s=30)
        assert len(evidence.waiting()) == 1


def test_nothing_is_set_aside_while_it_cannot_be_said(centre: TusCentre, tmp_path: Path) -> None:
    told: list[StillHeld] = []

    def full_at_first(held: StillHeld) -> None:
        told.append(held)
        if len(told) < 3:
            raise StoreFullError("outbox.db", "disk full", expected="room")

    centre.ill = {sha(b"never"): 413}
    with uploading(centre.url, tmp_path, b"never", held=full_at_first) as (uploader, evidence):
        wait_until(lambda: evidence.waiting() == [], what="set aside in the end", timeout_s=30)
    assert (len(told), uploader.refused) == (3, 1)


def test_a_centre_that_only_knows_put_is_served_too(tmp_path: Path) -> None:
    taken: list[bytes] = []

    def put(request: BaseHTTPRequestHandler) -> None:
        taken.append(request.rfile.read(int(request.headers["Content-Length"])))
        request.send_response(200)
        request.send_header("Content-Length", "0")
        request.end_headers()

    with serving({"PUT": put}) as url, uploading(url, tmp_path, STILL) as (uploader, evidence):
        wait_until(lambda: evidence.waiting() == [], what="the still is put", timeout_s=30)
    assert (taken, uploader.sent) == ([STILL], 1)


@pytest.mark.parametrize("elsewhere", ["http://127.0.0.1:1/api/v1/uploads/", "//127.0.0.1:1/", "/api/v1/uploads/", ""])
def test_bytes_and_token_go_to_our_centres_address_alone(centre: TusCentre, tmp_path: Path, elsewhere: str) -> None:
    """Also where the centre lies behind a proxy under a prefix it does not know of."""
    centre.location = elsewhere
    with uploading(f"{centre.url}/site", tmp_path, STILL) as (uploader, evidence):
        wait_until(lambda: evidence.waiting() == [] or uploader.problem, what="the still is sent", timeout_s=30)
    assert (uploader.sent, uploader.problem, centre.paths) == (1, "", ["/site/api/v1/uploads/"])


def test_no_success_without_the_word_complete(tmp_path: Path) -> None:
    def nothing(request: BaseHTTPRequestHandler) -> None:
        request.rfile.read(int(request.headers.get("Content-Length", "0")))
        request.send_response(201 if request.command == "POST" else 204)
        for name, value in {"Location": "/x", "Upload-Offset": str(len(STILL)), "Content-Length": "0"}.items():
            request.send_header(name, value)
        request.end_headers()

    with serving({"POST": nothing, "PATCH": nothing}) as url, uploading(url, tmp_path, STILL) as (uploader, evidence):
        wait_until(lambda: uploader.problem, what="a complaint", timeout_s=30)
        assert "expected Upload-Complete" in uploader.problem
        assert len(evidence.waiting()) == 1


def test_a_token_that_cannot_be_read_is_said_so_and_waited_for(centre: TusCentre, tmp_path: Path) -> None:
    with uploading(centre.url, tmp_path) as (uploader, evidence):
        (tmp_path / "token").unlink()
        evidence.put(STILL)
        wait_until(lambda: "token: at (file): a readable secret" in uploader.problem, what="said", timeout_s=30)
        (tmp_path / "token").write_text("gw-token\n")
        wait_until(lambda: evidence.waiting() == [], what="sent after all", timeout_s=30)
    assert (uploader.sent, uploader.problem) == (1, "")
