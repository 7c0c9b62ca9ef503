"""What goes into one commit: news first and all of it, backlog beside it never for ever behind."""

from __future__ import annotations

import pytest

from central.ingest.delivery import Delivery
from central.ingest.waiting import BULK_BESIDE_NEWS, BULK_MAX, NEWS_BYTES, NEWS_MAX, Waiting


def waiting(live: int, bulk: int) -> Waiting:
    found = Waiting(10_000)
    for channel, count in (("bulk", bulk), ("data", live)):
        for number in range(count):
            topic = f"siteprogress/v1/gw-1/up/{channel}"
            found.put(Delivery(topic=topic, payload=str(number).encode(), acknowledge=lambda: None))
    return found


@pytest.mark.parametrize(
    ("live", "bulk", "taken"),
    [
        (0, 0, (0, 0)),
        (3, 0, (3, 0)),
        (0, 70, (0, BULK_MAX)),
        (1, 70, (1, BULK_BESIDE_NEWS)),
        (500, 70, (NEWS_MAX, BULK_BESIDE_NEWS)),
    ],
    ids=["nothing", "news alone", "backlog alone", "news is not kept waiting by much backlog", "nor backlog for ever"],
)
def test_what_a_commit_takes(live: int, bulk: int, taken: tuple[int, int]) -> None:
    found = waiting(live, bulk)
    batch = found.take(timeout_s=0.0)
    channels = [delivery.is_bulk for delivery in batch]
    assert (channels.count(False), channels.count(True)) == taken
    assert channels == sorted(channels), "news first"
    assert len(found) == live + bulk - len(batch)
    for lane in (False, True):
        order = [int(delivery.payload) for delivery in batch if delivery.is_bulk == lane]
        assert order == list(range(len(order))), "in order of arrival"


def test_full_frames_of_busy_gateways_do_not_make_a_commit_of_seconds() -> None:
    found = Waiting(10_000)
    for number in range(100):
        payload = b"x" * (NEWS_BYTES // 40)
        found.put(Delivery(topic=f"siteprogress/v1/gw-{number}/up/data", payload=payload, acknowledge=lambda: None))
    assert len(found.take(timeout_s=0.0)) == 40
    assert len(found) == 60
