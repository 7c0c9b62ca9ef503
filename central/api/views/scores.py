"""A project's newest score with all it is made of."""

from __future__ import annotations

from datetime import date
from typing import cast

from sqlmodel import Session

from central.api.errors import absent
from central.api.schemas import Grade, ScoreDetail, ScorePart, SubjectName, Text
from central.api.views.words import instant, name_of, refs_of
from central.store.read_scores import newest_score, score_parts
from central.store.tables import Project, ScoreContribution


def score_of(session: Session, project_id: str, *, day: date | None = None) -> ScoreDetail:
    """The score, or as it stood at the end of a day; empty figures before the first assessment."""
    project = session.get(Project, project_id)
    if project is None:
        raise absent("project", project_id)
    score = newest_score(session, kind="project", subject=project_id, day=day)
    return ScoreDetail(
        subject=SubjectName(kind="project", id=project.id, name=name_of(project)),
        as_of=instant(score.as_of_at) if score else None,
        total=score.total if score else None,
        grade=cast(Grade | None, score.grade) if score else None,
        rule_version=score.rule_version if score else None,
        consistency_ratio=score.consistency_ratio if score else None,
        contributions=[part_of(row) for row in score_parts(session, score)] if score else [],
    )


def part_of(row: ScoreContribution) -> ScorePart:
    """One leaf."""
    return ScorePart(
        indicator=row.indicator,
        name=Text(zh=row.name_zh, en=row.name_en),
        weight=row.weight,
        value=row.value,
        leaf_score=row.leaf_score,
        points=row.points,
        formula=row.formula,
        refs=refs_of(row.refs),
    )
