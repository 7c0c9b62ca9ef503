"""Processes beside the server answer as it does itself; what they cannot is answered here; those that die come back."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from socket import SHUT_RDWR, socket, socketpair
from threading import Thread
from zipfile import ZipFile

import httpx
import pytest
from starlette.types import ASGIApp

from central.api.answerers import Answerer, Answerers
from central.api.app import NOT_ASIDE, create_app, openapi_document
from central.api.beside import answer_all
from central.api.sent_files import XLSX_TYPE
from tests.central.api.district import Centre
from tests.services import in_a_loop, wait_until

FILLED = {"project_id": "qp", "building_id": "qp-b1", "gateway": "gw-1", "camera": "c2"}
ROLES = ("leader", "street", "builder", "public")


@dataclass(slots=True)
class Beside:
    """A process beside as a thread: it works in an app of its own over the same store, until its socket is closed."""

    app: ASGIApp
    ends: socket
    idled: int = 0
    thread: Thread = field(init=False)

    def __post_init__(self) -> None:
        self.thread = Thread(target=answer_all, args=(self.app, self.ends), kwargs={"idle": self.idle}, daemon=True)
        self.thread.start()

    def idle(self, asked: object) -> float:
        """Nothing to do."""
        self.idled += 1
        return 0.05

    @property
    def pid(self) -> int | None:
        return self.thread.native_id

    def join(self, timeout: float | None = None) -> None:
        self.thread.join(timeout)

    def kill(self) -> None:
        """As when the machine runs out of memory: nothing more is heard of it."""
        self.ends.shutdown(SHUT_RDWR)

    def is_alive(self) -> bool:
        return self.thread.is_alive()


@dataclass(slots=True)
class Pool:
    """The server's app with processes beside, and all that were ever begun."""

    centre: Centre
    begun: list[Beside] = field(default_factory=list)
    stillborn: bool = False  # from now on none lives until it can be asked
    refused: int = 0  # so many cannot even be begun

    def begin(self) -> Answerer:
        if self.refused:
            self.refused -= 1
            raise MemoryError("no room for a process")
        ours, theirs = socketpair()
        ours.setblocking(False)
        app = create_app(self.centre.services)
        app.state.alone = True
        beside = Beside(app, theirs)
        self.begun.append(beside)
        if self.stillborn:
            beside.kill()
        return Answerer(process=beside, end=ours)

    async def asks(self, client: httpx.AsyncClient, person: str, path: str, **more: str) -> httpx.Response:
        token = self.centre.services.signer.issue(person, now=self.centre.wall()).token
        return await client.get(path, headers={"Authorization": f"Bearer {token}", **more})


@contextmanager
def beside(
    centre: Centre, *, count: int = 1, begin_from: int = 1, refused: int = 0
) -> Iterator[tuple[Pool, Answerers, httpx.AsyncClient]]:
    """A pool over a centre, and a client of the app that hands its questions to it."""
    pool = Pool(centre, refused=refused)
    answerers = Answerers(pool.begin, count=count, begin_from=begin_from, not_here=NOT_ASIDE)
    app = create_app(replace(centre.services, answerers=answerers))
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://centre")
    try:
        yield pool, answerers, client
    finally:
        answerers.close()
    assert not any(one.is_alive() for one in pool.begun), "who was begun ends when the server closes"


async def until(living: int, answerers: Answerers, client: httpx.AsyncClient) -> None:
    """So many can be asked; whoever asks first makes the server look for them."""
    async with asyncio.timeout(20):
        while answerers.living != living:
            await client.get("/api/v1/district")
            await asyncio.sleep(0.01)


def test_an_answer_from_beside_is_the_servers_own(one_centre: Centre) -> None:
    paths = [re.sub(r"\{(\w+)\}", lambda name: FILLED.get(name[1], ""), path) for path in openapi_document()["paths"]]
    asked = [path for path in paths if "//" not in f"{path}/" and not path.startswith(NOT_ASIDE)]
    assert len(asked) > 60

    async def run() -> list[str]:
        different = []
        with beside(one_centre) as (pool, answerers, client):
            await until(1, answerers, client)
            for nth, path in enumerate(asked):
                person = ROLES[nth % len(ROLES)]
                aside = await pool.asks(client, person, path)
                here = one_centre.client(person).get(path)
                if (aside.status_code, _said(aside)) != (here.status_code, _said(here)):
                    different.append(f"{person} {path}: {aside.status_code} {here.status_code}")
                assert aside.headers["content-security-policy"]
            tag = (await pool.asks(client, "leader", "/api/v1/district")).headers["etag"]
            again = await pool.asks(client, "leader", "/api/v1/district", **{"If-None-Match": tag})
            assert (again.status_code, again.content) == (304, b"")
        return different

    assert in_a_loop(run()) == []


def _said(answer: httpx.Response) -> str:
    """Without what is each answer's own: the id of a refusal, and when a workbook was written."""
    if answer.headers.get("content-type") == XLSX_TYPE:
        with ZipFile(BytesIO(answer.content)) as book:
            return "\n".join(f"{name} {book.read(name)!r}" for name in book.namelist() if name != "docProps/core.xml")
    return re.sub(r'"id":\s*"[0-9a-f]{12}"', "", answer.text)


def test_many_at_once_are_answered_by_a_few(one_centre: Centre) -> None:
    async def run() -> list[int]:
        with beside(one_centre, count=2) as (pool, answerers, client):
            await until(2, answerers, client)
            asked = [pool.asks(client, "leader", f"/api/v1/projects?limit={n + 1}") for n in range(40)]
            return [answer.status_code for answer in await asyncio.gather(*asked)]

    assert in_a_loop(run()) == [200] * 40


def test_what_a_process_that_dies_was_asked_is_answered_here_and_another_is_begun(one_centre: Centre) -> None:
    async def run() -> None:
        with beside(one_centre) as (pool, answerers, client):
            await until(1, answerers, client)
            pool.stillborn = True
            pool.begun[0].kill()
            assert (await pool.asks(client, "leader", "/api/v1/district")).status_code == 200
            assert answerers.living == 0
            assert (await pool.asks(client, "leader", "/api/v1/wall")).status_code == 200, "meanwhile nobody waits"
            pool.stillborn = False
            await until(1, answerers, client)
            assert len(pool.begun) > 1
            assert (await pool.asks(client, "leader", "/api/v1/district")).status_code == 200
            assert answerers.living == 1

    in_a_loop(run())


def test_who_waits_for_processes_that_never_come_back_is_answered_here(one_centre: Centre) -> None:
    async def run() -> list[int]:
        with beside(one_centre) as (pool, answerers, client):
            await until(1, answerers, client)
            pool.stillborn = True
            asked = [asyncio.create_task(pool.asks(client, "leader", "/api/v1/district")) for _ in range(12)]
            await asyncio.sleep(0)
            pool.begun[0].kill()
            async with asyncio.timeout(20):
                return [answer.status_code for answer in await asyncio.gather(*asked)]

    assert in_a_loop(run()) == [200] * 12


def test_none_is_begun_before_many_ask_at_once(one_centre: Centre) -> None:
    async def run() -> None:
        with beside(one_centre, begin_from=3) as (pool, answerers, client):
            for _ in range(3):
                await asyncio.gather(*(pool.asks(client, "leader", "/api/v1/district") for _ in range(2)))
            assert pool.begun == []
            await asyncio.gather(*(pool.asks(client, "leader", "/api/v1/district") for _ in range(3)))
            await until(1, answerers, client)

    in_a_loop(run())


def test_one_that_cannot_be_begun_is_said_and_tried_again(one_centre: Centre, caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        with beside(one_centre, refused=1) as (pool, answerers, client):
            assert (await pool.asks(client, "leader", "/api/v1/district")).status_code == 200
            await until(1, answerers, client)
            assert (await pool.asks(client, "leader", "/api/v1/district")).status_code == 200
            assert answerers.living == 1

    in_a_loop(run())
    said = [one for one in caplog.records if one.name == "central.api.answerers" and one.levelname == "ERROR"]
    assert [one.getMessage() for one in said] == ["a process beside could not be begun, the next try is in 1 s"]
    assert said[0].exc_info is not None and isinstance(said[0].exc_info[1], MemoryError)


@pytest.mark.parametrize("path", ["/api/v1/healthz", "/api/v1/public/projects", "/api/v1/openapi.json"])
def test_what_tells_of_the_server_or_is_counted_there_is_not_asked_aside(one_centre: Centre, path: str) -> None:
    async def run() -> None:
        with beside(one_centre) as (pool, answerers, client):
            await until(1, answerers, client)
            pool.begun[0].kill()  # whoever asked it would see it gone
            assert (await client.get(path)).status_code == 200
            assert answerers.living == 1

    in_a_loop(run())


def test_a_process_that_is_not_asked_has_time_for_what_will_be(one_centre: Centre) -> None:
    async def run() -> None:
        with beside(one_centre) as (pool, answerers, client):
            await until(1, answerers, client)
            await asyncio.to_thread(wait_until, lambda: pool.begun[0].idled > 1, what="it was idle twice")

    in_a_loop(run())
