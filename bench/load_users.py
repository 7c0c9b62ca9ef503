"""People of `bench.load`, in a process of their own: two hundred at their pages; in another five hundred streams.

Each walks the pages of his role as the web pages ask for them: what a page needs at once, then a pause as people make
it. What a page has it asks for again by its tag, and again when the stream says that something has changed, as
`web/src/session/live.ts` does: what shows many at any change, what is one project's when that one is named, and a phone
on a site, which hears no stream, not at all. Reads a
JSON job from stdin, writes a JSON result to stdout; a line of progress a second to stderr.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import httpx

TIMEOUT_S = 60.0
AGAIN_S = (1.0, 6.0)  # a page asks again so long after a change it is told of
OF_A_PROJECT = frozenset({"project", "project/curve", "project/score"})  # asked again when their own has changed
UNTOLD = frozenset({"inspections/today"})
Ask = tuple[str, str]  # route as it is reported, path


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be done. `people`: name, role and token. `think_s` (0, 0) = a closed loop. `walks` False: nobody opens
    a page, streams are followed and notes written: who hears five hundred streams at once is late with all else."""

    url: str
    people: Sequence[tuple[str, str, str]]
    warnings: Sequence[int]
    seconds: float
    think_s: tuple[float, float]
    streams: int
    walks: bool = True
    seed: int = 1


@dataclass(slots=True, kw_only=True)
class Heard:
    """What came back: milliseconds by route, what failed, and how late the streams were told of notes (ms)."""

    took_ms: dict[str, list[float]] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    unchanged: int = 0
    received_bytes: int = 0
    pages: int = 0
    opened_streams: int = 0
    changes: int = 0
    late_ms: list[float] = field(default_factory=list)
    changed_s: float = 0.0
    changed_at_s: dict[str, float] = field(default_factory=dict)
    noted: dict[str, float] = field(default_factory=dict)
    awaited: int = 0

    def took(self, route: str, began: float) -> None:
        """An answer came, to what was asked then (`time.perf_counter`)."""
        self.took_ms.setdefault(route, []).append((time.perf_counter() - began) * 1000)

    def fail(self, what: str) -> None:
        """It did not go well."""
        self.failed[what] = self.failed.get(what, 0) + 1


def pages_of(role: str, projects: Sequence[str], warnings: Sequence[str], rng: random.Random) -> list[Ask]:
    """What the next page of somebody asks for, of the projects and warnings that he sees."""
    project, warning = rng.choice(projects), rng.choice(warnings)
    first = f"{project}-b00"
    pages: dict[str, list[Ask]] = {
        "wall": [("wall", "/wall")],
        "district": [("district", "/district")],
        "filter": [
            ("projects?filter", f"/projects?level={rng.choice(('red', 'yellow', 'blue'))}&sort=lag&limit=50"),
            ("projects?page", f"/projects?sort=name&limit=50&offset={50 * rng.randrange(10)}"),
        ],
        "project": [
            ("project", f"/projects/{project}"),
            ("project/curve", f"/projects/{project}/curve"),
            ("project/warnings", f"/warnings?project={project}&state=open"),
            ("project/score", f"/projects/{project}/score"),
            ("building/faces", f"/buildings/{first}/faces"),
        ],
        "desk": [
            ("warnings", "/warnings?state=open&limit=60"),
            ("warnings/counts", "/warnings/counts"),
            ("warning/case", f"/warnings/{warning}/case"),
        ],
        "mine": [
            ("warnings/inbox", "/warnings/inbox?mine=told&sort=due&limit=60"),
            ("warnings/counts", "/warnings/counts"),
        ],
        "trace": [("trace/warning", f"/trace/warning/{warning}")],
        "today": [("inspections/today", "/inspections/today")],
    }  # fmt: skip
    shares = {
        "leader": {"wall": 2, "district": 4, "project": 3, "desk": 2, "trace": 1},
        "finance": {"district": 3, "filter": 2, "project": 4, "trace": 1},
        "inspector": {"today": 1},
    }.get(role, {"district": 3, "filter": 2, "project": 3, "desk": 2, "mine": 1, "trace": 1})
    (kind,) = rng.choices(list(shares), weights=list(shares.values()))
    return pages[kind]


class Person:
    """Somebody at a browser: one connection pool, tags of what he has."""

    def __init__(self, job: Job, heard: Heard, name: str, role: str, token: str) -> None:
        self._job, self._heard, self._role = job, heard, role
        self._rng = random.Random(f"{job.seed}/{name}")
        self._tags: dict[str, str] = {}
        self._client = httpx.AsyncClient(
            base_url=f"{job.url}/api/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT_S,
            verify=False,  # plain HTTP on the loopback: no certificates are read 200 times
            limits=httpx.Limits(max_connections=6, keepalive_expiry=3.0),  # the server closes after five
        )

    async def live(self, until_s: float) -> None:
        """Page after page until then."""
        low, high = self._job.think_s
        async with self._client:
            await asyncio.sleep(self._rng.uniform(0, high))
            projects = await self._seen("/projects?limit=200&sort=name", "projects") or ["none"]
            warnings = await self._seen("/warnings?limit=60", "warnings") or ["0"]
            while time.monotonic() < until_s:
                asked, opened_s = pages_of(self._role, projects, warnings, self._rng), time.monotonic()
                await self._page(asked)
                self._heard.pages += 1
                leaves_s = time.monotonic() + self._rng.uniform(low, high)
                await self._stay(asked, opened_s, leaves_s)

    async def _seen(self, path: str, what: str) -> list[str]:
        """Ids of what he sees; asked before anything is measured of him."""
        answer = await self._client.get(path)
        return [one["id"] for one in answer.json()[what]] if answer.status_code == 200 else []

    async def _stay(self, asked: Sequence[Ask], opened_s: float, leaves_s: float) -> None:
        again_s = time.monotonic() + self._rng.uniform(*AGAIN_S)
        if again_s < leaves_s:
            await asyncio.sleep(again_s - time.monotonic())
            await self._page([one for one in asked if self._stale(*one, opened_s)])
        await asyncio.sleep(max(0.0, leaves_s - time.monotonic()))

    def _stale(self, route: str, path: str, opened_s: float) -> bool:
        if route in OF_A_PROJECT:
            return self._heard.changed_at_s.get(path.split("/")[2], 0.0) > opened_s
        return route not in UNTOLD and self._heard.changed_s > opened_s

    async def _page(self, asked: Sequence[Ask]) -> None:
        await asyncio.gather(*(self._ask(route, path) for route, path in asked))

    async def _ask(self, route: str, path: str) -> None:
        headers = {"If-None-Match": tag} if (tag := self._tags.get(path)) else {}
        began = time.perf_counter()
        try:
            answer = await self._client.get(path, headers=headers)
        except httpx.HTTPError as broken:
            self._heard.fail(f"{route}: {type(broken).__name__}")
            return
        self._heard.took(route, began)
        self._heard.received_bytes += answer.num_bytes_downloaded
        if answer.status_code == 304:
            self._heard.unchanged += 1
        elif answer.status_code not in (200, 404):  # 404: who has no warning asks for one that is not there
            self._heard.fail(f"{route}: {answer.status_code}")
        if tag := answer.headers.get("etag"):
            self._tags[path] = tag


async def follow(job: Job, heard: Heard, token: str, until_s: float) -> None:
    """One stream: every change it is told of, and how late when it is a note of ours."""
    headers = {"Authorization": f"Bearer {token}"}
    limits, known = httpx.Timeout(TIMEOUT_S, read=None), dict[str, float]()
    try:
        async with (
            asyncio.timeout(max(0.0, until_s - time.monotonic())),
            httpx.AsyncClient(base_url=job.url, headers=headers, timeout=limits, verify=False) as client,
            client.stream("GET", "/api/v1/events") as stream,
        ):
            heard.opened_streams += stream.status_code == 200
            async for line in stream.aiter_lines():
                if line.startswith('data: {"projects"'):
                    now_s = time.monotonic()
                    heard.changed_s = now_s
                    heard.changes += 1
                    for project in json.loads(line.removeprefix("data: "))["projects"]:
                        heard.changed_at_s[project] = now_s
                        noted_s = heard.noted.get(project)
                        if noted_s is not None and known.get(project) != noted_s:  # later judgements tell of it again
                            known[project] = noted_s
                            heard.late_ms.append((now_s - noted_s) * 1000)
    except TimeoutError:
        return
    except httpx.HTTPError as broken:
        heard.fail(f"events: {type(broken).__name__}")


async def note(job: Job, heard: Heard, token: str, until_s: float, *, every_s: float = 5.0) -> None:
    """Somebody writes a note to a warning every few seconds: each stream should be told, and soon."""
    headers, rng = {"Authorization": f"Bearer {token}"}, random.Random(job.seed)
    async with httpx.AsyncClient(base_url=f"{job.url}/api/v1", headers=headers, timeout=TIMEOUT_S) as client:
        while time.monotonic() + every_s < until_s:
            await asyncio.sleep(every_s)
            warning = rng.choice(job.warnings)
            about = (await client.get(f"/warnings/{warning}")).json()
            project = about["project"]["id"]
            heard.noted = {project: time.monotonic()}
            began = time.perf_counter()
            answer = await client.post(f"/warnings/{warning}/note", json={"note": "已电话联系施工方。"})
            heard.took("POST warning/note", began)
            if answer.status_code == 200:
                heard.awaited += heard.opened_streams
            else:
                heard.fail(f"note: {answer.status_code} {answer.text[:80]}")


async def run(job: Job) -> Heard:
    """Everything at once until the seconds are over; the streams are opened first."""
    heard = Heard()
    leaders = [token for _, role, token in job.people if role == "leader"]
    started_s = time.monotonic()
    until_s = started_s + job.seconds + (30.0 if job.streams else 0.0)
    streams = [
        asyncio.create_task(follow(job, heard, leaders[n % len(leaders)], until_s + 3)) for n in range(job.streams)
    ]
    while heard.opened_streams < job.streams and time.monotonic() < started_s + 30:
        await asyncio.sleep(0.2)
    until_s = time.monotonic() + job.seconds
    walking = job.people if job.walks else ()
    people = [asyncio.create_task(Person(job, heard, *one).live(until_s)) for one in walking]
    notes = [] if job.walks else [asyncio.create_task(note(job, heard, leaders[0], until_s))]
    while time.monotonic() < until_s:
        print(
            json.dumps({"left_s": round(until_s - time.monotonic()), "pages": heard.pages}), file=sys.stderr, flush=True
        )
        await asyncio.sleep(1)
    await asyncio.gather(*people, *notes)
    for stream in streams:
        stream.cancel()
    await asyncio.gather(*streams, return_exceptions=True)
    return heard


def main() -> None:
    """A job from stdin."""
    said: dict[str, Any] = json.loads(sys.stdin.read())
    heard = asyncio.run(run(Job(**said)))
    print(json.dumps({"left_s": 0, "ended": True}), file=sys.stderr, flush=True)  # now what was heard is to be read
    json.dump(asdict(heard), sys.stdout)


if __name__ == "__main__":
    main()
