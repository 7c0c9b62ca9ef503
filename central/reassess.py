"""The one door: load a project's facts, assess them, save what changed. Every trigger comes through here."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from central import clock
from central.assess import assess
from central.domain import Assessment
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.load_facts import load_facts
from central.store.save_assessment import Overtaken, save_assessment

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassessed:
    """`saved` is False when a judgement of newer facts was there before."""

    assessment: Assessment
    saved: bool


def reassess(engine: Engine, project_id: str, now: datetime) -> Reassessed | None:
    """Judge the project by all facts up to `now`; None when it has no plan. The same facts again change nothing.

    Goes on from the newest checkpoint that no new fact has overturned: the end is that of a judgement from the start.
    """
    try:
        return _judged(engine, project_id, now)
    except Overtaken as meanwhile:
        log.info("judged again: %s", meanwhile)
        return _judged(engine, project_id, now)


def _judged(engine: Engine, project_id: str, now: datetime) -> Reassessed | None:
    with reading(engine) as connection:
        loaded = load_facts(connection, project_id, now=now)
    if loaded is None:
        return None
    assessment = assess(loaded.facts, now=now, policy=loaded.policy, resume=loaded.resume, overturned=loaded.overturned)
    with writing(engine) as connection:
        saved = save_assessment(
            connection, assessment, revision=loaded.revision, now_ms=to_ms(now), wall_ms=clock.system_ms()
        )
    return Reassessed(assessment=assessment, saved=saved)
