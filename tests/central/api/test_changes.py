"""Changes gathered for many pages: the first at once, the rest as one, and one question for all of them."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from central.api.changes import Change, Changes
from tests.central.api.district import NOW
from tests.services import in_a_loop


async def _told(changes: Changes, count: int) -> list[Change | None]:
    """What a page is told of three changes in a row, until so many came."""
    with changes.subscribed() as queue:
        changes.publish(["a"], NOW)
        changes.publish(["b"], NOW + timedelta(seconds=2))
        changes.publish(["c", "b"], NOW + timedelta(seconds=1))
        return [await asyncio.wait_for(queue.get(), 20) for _ in range(count)]


def test_the_first_is_told_at_once_and_the_rest_together() -> None:
    first, rest = in_a_loop(_told(Changes(gather_s=0.1), 2))
    assert first is not None
    assert first.projects == ("a",)
    assert rest is not None
    assert set(rest.projects) == {"b", "c"}
    assert rest.at == NOW + timedelta(seconds=2)


def test_what_was_gathered_is_told_before_the_end() -> None:
    async def run() -> list[Change | None]:
        changes = Changes(gather_s=3600)
        with changes.subscribed() as queue:
            changes.publish(["a"], NOW)
            changes.publish(["b"], NOW)
            changes.close()
            return [await asyncio.wait_for(queue.get(), 20) for _ in range(3)]

    told = in_a_loop(run())
    assert [one.projects if one else None for one in told] == [("a",), ("b",), None]


def test_what_all_pages_ask_of_a_change_is_found_once_and_a_failure_is_tried_again() -> None:
    asked: list[str] = []

    async def find() -> str:
        asked.append("x")
        await asyncio.sleep(0)
        if len(asked) == 1:
            raise ConnectionError("the database is away")
        return "found"

    async def run() -> None:
        changes, change = Changes(), Change(projects=("a",), at=NOW)
        failed = await asyncio.gather(*(changes.once(change, find) for _ in range(3)), return_exceptions=True)
        assert {type(one) for one in failed} == {ConnectionError}
        assert await asyncio.gather(*(changes.once(change, find) for _ in range(3))) == ["found"] * 3
        assert await changes.once(Change(projects=("a",), at=NOW), find) == "found"

    in_a_loop(run())
    assert len(asked) == 3
