"""A project's page as it was last judged, and how it is kept until it is judged again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from central.api.project_schemas import Pause, ProjectDetail
from central.api.views.standing import Judged
from central.store.read_standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """A project's page as last judged: `shown` without its buildings, `buildings` = the JSON of their list."""

    shown: ProjectDetail
    buildings: bytes

    @classmethod
    def of(cls, made: ProjectDetail) -> Detail:
        """Of a whole page."""
        member = made.model_dump_json(include={"buildings"}).encode()
        buildings = member.removeprefix(b'{"buildings":').removesuffix(b"}")
        return cls(shown=made.model_copy(update={"buildings": []}), buildings=buildings)


def detail_of(session: Session, standing: Standing, *, now: datetime) -> ProjectDetail:
    """As who reads scores sees it, but for what may change without a judgement: cameras and disputes."""
    judged = Judged(session, standing, now=now)
    return ProjectDetail(
        plan_version=judged.plan.plan_version,
        pauses=[Pause(first=first, last=last) for first, last in judged.plan.pauses],
        buildings=judged.buildings(),
        cameras=[],
        disputed=[],
        **dict(judged.summary()),
    )
