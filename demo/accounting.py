"""Counts what was delivered, from both sides: the edges' stores and the centre's tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Engine, text

from central.store.engine import reading
from central.verify_delivery import verify
from demo.agent import Agent
from demo.server import Server
from demo.verdict import Delivery

OBSERVATIONS = "SELECT item, refs FROM observation"


def account(server: Server, agents: Sequence[Agent]) -> Delivery:
    """What `siteprogress-central verify-delivery` finds, and whether a record counts twice for one work item."""
    with server.store() as engine:
        verdicts = verify(engine, [agent.data_dir for agent in agents])
        effects = _doubled_effects(engine)
    return Delivery(
        appended=sum(v.produced for v in verdicts),
        published=sum(agent.acked() for agent in agents),
        stored=sum(v.stored for v in verdicts),
        duplicates=sum(v.duplicates for v in verdicts),
        lost=sum(v.lost_count for v in verdicts),
        doubled=sum(v.doubled + v.conflicts for v in verdicts) + effects,
    )


def _doubled_effects(engine: Engine) -> int:
    with reading(engine) as connection:
        rows = connection.execute(text(OBSERVATIONS)).all()
    times = Counter((item, ref) for item, refs in rows for ref in refs.split(","))
    return sum(count - 1 for count in times.values())
