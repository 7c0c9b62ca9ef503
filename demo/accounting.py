"""Counts what was delivered, from both sides: the edges' stores and the centre's tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection, text

from central.store.engine import open_engine, reading
from demo.agent import Agent
from demo.server import Server
from demo.verdict import Delivery

STORED = "SELECT epoch, seq, count(*) FROM record WHERE gateway = :gateway GROUP BY epoch, seq"
ABSORBED = "SELECT coalesce(sum(duplicates), 0) FROM stream"
EFFECTS = "SELECT item, refs FROM observation"


def account(server: Server, agents: Sequence[Agent]) -> Delivery:
    """Every key that an edge appended against every key that the centre stored.

    Lost = appended and not stored. Doubled = stored more than once, or never appended, or counted twice for an item.
    """
    engine = open_engine(server.database_url)
    try:
        with reading(engine) as connection:
            return _count(connection, agents)
    finally:
        engine.dispose()


def _count(connection: Connection, agents: Sequence[Agent]) -> Delivery:
    appended = {(agent.gateway, agent.epoch(), seq) for agent in agents for seq in range(1, agent.produced() + 1)}
    stored: dict[tuple[str, str, int], int] = {}
    for agent in agents:
        rows = connection.execute(text(STORED), {"gateway": agent.gateway}).all()
        stored |= {(agent.gateway, epoch, seq): times for epoch, seq, times in rows}
    effects = Counter((item, ref) for item, refs in connection.execute(text(EFFECTS)) for ref in refs.split(","))
    more = sum(times - 1 for times in stored.values()) + len(stored.keys() - appended)
    return Delivery(
        appended=len(appended),
        published=sum(agent.acked() for agent in agents),
        stored=len(stored),
        duplicates=int(connection.execute(text(ABSORBED)).scalar_one()),
        lost=len(appended - stored.keys()),
        doubled=more + sum(times - 1 for times in effects.values()),
    )
