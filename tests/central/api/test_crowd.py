"""Many at once: nobody holds a connection while waiting for a thread, so all of them are answered."""

from __future__ import annotations

import asyncio

import httpx

from tests.central.api.district import Centre
from tests.services import in_a_loop

CROWD = 150  # more than the server has threads, and more than the database has connections
PATHS = ("/district", "/warnings", "/projects/qp", "/wall")


async def _ask_all(url: str, token: str) -> list[int]:
    limits = httpx.Limits(max_connections=CROWD)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=f"{url}/api/v1", headers=headers, limits=limits, timeout=120) as client:
        answers = await asyncio.gather(*(client.get(PATHS[n % len(PATHS)]) for n in range(CROWD)))
    return [answer.status_code for answer in answers]


def test_more_people_than_threads_are_all_answered(one_centre: Centre) -> None:
    engine = one_centre.engine
    token = one_centre.services.signer.issue("leader", now=one_centre.wall()).token
    assert set(in_a_loop(_ask_all(one_centre.url, token))) == {200}
    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
