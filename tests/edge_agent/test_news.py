"""What is news and when it goes: at once, but gathered while the centre is slow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from edge_agent.buffer.outbox import NewRecord
from edge_agent.speed import START
from tests.edge_agent.build import START_MS, a_record
from tests.edge_agent.paper_link import Desk
from tests.edge_agent.test_delivering import filled


def made_at(seconds: float) -> NewRecord:
    """A record whose time is the desk's clock then."""
    return replace(a_record(1), at=START_MS + int(seconds * 1000))


def test_what_was_made_while_the_link_was_made_does_not_wait_behind_the_backlog(tmp_path: Path) -> None:
    outbox = filled(tmp_path, 5000)
    desk = Desk(outbox)
    outbox.append([made_at(desk.now - 60), made_at(desk.now - 5), made_at(desk.now)])
    link = desk.greet()
    assert link.spans("data") == [(5002, 5003)]
    assert link.spans("bulk") == [(1, START)]
    outbox.close()


def test_a_gateway_that_makes_nothing_has_no_news(tmp_path: Path) -> None:
    desk = Desk(filled(tmp_path, 5000))
    assert desk.greet().spans("data") == []
    desk.outbox.close()


def test_news_is_gathered_while_the_centre_is_slow(tmp_path: Path) -> None:
    """A round trip of three seconds: what is made meanwhile goes together, when the word comes or the time is over."""
    desk = Desk(filled(tmp_path, 0))
    link = desk.greet()
    desk.outbox.append([a_record(1)])
    desk.turns()
    desk.now += 3
    desk.ack(1)
    for number in (2, 3, 4):
        desk.outbox.append([a_record(number)])
        desk.turns()
        desk.now += 0.5
    assert link.spans("data") == [(1, 1), (2, 2)]
    desk.ack(2)
    assert link.spans("data")[2:] == [(3, 4)]
    desk.outbox.append([a_record(5)])
    desk.turns()
    assert len(link.spans("data")) == 3
    desk.now += 2.9
    desk.turns()
    assert link.spans("data")[3:] == [(5, 5)], "no word within a round trip: it goes, and shows what was lost"
    desk.outbox.append([a_record(n) for n in range(250)])
    desk.turns()
    assert link.spans("data")[4:] == [(6, 205), (206, 255)], "a whole frame waits for nothing"
    desk.outbox.close()
