"""The one door: load a project's facts, assess them, save what changed. Every trigger comes through here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from central import clock
from central.assess import assess
from central.domain import Assessment
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.load_facts import conditions_of, observations_of
from central.store.load_project import load_project
from central.store.save_assessment import revision_of, save_assessment


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassessed:
    """`saved` is False when a judgement of newer facts was there before."""

    assessment: Assessment
    saved: bool


def reassess(engine: Engine, project_id: str, now: datetime) -> Reassessed | None:
    """Judge the project by all facts up to `now`; None when it has no plan. The same facts again change nothing."""
    with reading(engine) as connection:
        revision = revision_of(connection, project_id)
        project = load_project(connection, project_id)
        observations = observations_of(connection, project_id)
        conditions = conditions_of(connection, project_id)
    if project is None:
        return None
    assessment = assess(project, observations=observations, conditions=conditions, now=now)
    with writing(engine) as connection:
        saved = save_assessment(connection, assessment, revision=revision, now_ms=to_ms(now), wall_ms=clock.system_ms())
    return Reassessed(assessment=assessment, saved=saved)
