"""The district list and the project page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from central import domain
from central.api.access import Access
from central.api.errors import absent
from central.api.kept import with_part
from central.api.kept_rows import KeptRows
from central.api.policy import Place, covers, usable
from central.api.project_schemas import (
    District,
    ProjectDetail,
    ProjectList,
    ProjectSummary,
    ScoreBrief,
    SignCounts,
)
from central.api.schemas import Sign, Text
from central.api.views.briefs import Brief
from central.api.views.details import Detail, detail_of
from central.api.views.fleet import camera_state
from central.api.views.sign import SIGNS, severity
from central.store.read_checked import disputed_items
from central.store.read_fleet import watching
from central.store.read_marks import marks
from central.store.read_standing import standings

_NO_SCORE = ScoreBrief(total=None, grade=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list is asked for; None and empty = all. `street` is compared with both languages."""

    street: str | None
    work_type: str | None
    signs: tuple[Sign, ...]
    sort: str
    limit: int | None = None
    offset: int = 0


def district_of(briefs: Sequence[Brief], *, access: Access, name: domain.Text, brief: bool = False) -> District:
    """Every project of the caller's scope, heaviest sign first, then longest lag; `brief`: counted only."""
    found = sorted(_visible(briefs, access), key=_ORDER["level"])
    counts = Counter(summary.sign for summary in found)
    return District(
        name=Text(zh=name.zh, en=name.en),
        as_of=max((summary.as_of for summary in found if summary.as_of), default=None),
        counts=SignCounts(**{sign: counts[sign] for sign in SIGNS}),
        total=len(found),
        projects=[] if brief else found,
    )


def list_of(briefs: Sequence[Brief], *, access: Access, filters: Filters) -> ProjectList:
    """The page of those projects of the caller's scope that pass the filters."""
    found = [summary for summary in _visible(briefs, access) if _passes(summary, filters)]
    found.sort(key=_ORDER[filters.sort])
    end = None if filters.limit is None else filters.offset + filters.limit
    return ProjectList(total=len(found), projects=found[filters.offset : end])


def project_of(session: Session, project_id: str, *, access: Access, now: datetime) -> ProjectDetail:
    """One project with its buildings and cameras."""
    found = standings(session, [project_id])
    if not found:
        raise absent("project", project_id)
    made = detail_of(session, found[0], now=now)
    return _completed(session, made, seen=access.sees_scores(found[0].project))


def project_json(
    session: Session, details: KeptRows[Detail], project_id: str, *, access: Access, now: datetime
) -> bytes:
    """The same as JSON; what changes with a judgement or a plan only is kept in `details`."""
    mark = next(iter(marks(session.connection(), [project_id])), None)
    if mark is None:
        raise absent("project", project_id)

    def made(stale: Sequence[str]) -> dict[str, Detail]:
        return {one.project.id: Detail.of(detail_of(session, one, now=now)) for one in standings(session, stale)}

    detail = details.of({project_id: mark.stamp(now)}, made)[project_id]
    place = Place(project=mark.project, unit=mark.unit, street=mark.street)
    seen = covers(usable(access.grants, action="read_scores"), place=place)
    return with_part(_completed(session, detail.shown, seen=seen), "buildings", detail.buildings)


def _completed(session: Session, made: ProjectDetail, *, seen: bool) -> ProjectDetail:
    """With cameras and disputes as they are now; `seen`: the caller may read the score."""
    cameras = [camera_state(camera) for camera in watching(session, [made.id])]
    disputed = sorted(disputed_items(session.connection(), made.id))
    score = made.score if seen else _NO_SCORE
    return made.model_copy(update={"cameras": cameras, "disputed": disputed, "score": score})


def _visible(briefs: Iterable[Brief], access: Access) -> list[ProjectSummary]:
    scored = usable(access.grants, action="read_scores")
    return [
        brief.summary if covers(scored, place=brief.place) else _without_score(brief.summary)
        for brief in briefs
        if covers(access.grants, place=brief.place)
    ]


def _without_score(summary: ProjectSummary) -> ProjectSummary:
    """Scores are not everybody's."""
    return summary.model_copy(update={"score": _NO_SCORE})


def _passes(summary: ProjectSummary, filters: Filters) -> bool:
    return (
        (filters.street is None or filters.street in (summary.street.zh, summary.street.en))
        and (filters.work_type is None or filters.work_type == summary.work_type)
        and (not filters.signs or summary.sign in filters.signs)
    )


_ORDER: dict[str, Callable[[ProjectSummary], Any]] = {
    "level": lambda p: (severity(p.sign), -(p.lag_cdays or 0), p.id),
    "lag": lambda p: (p.lag_cdays is None, -(p.lag_cdays or 0), p.id),
    "gap": lambda p: (p.gap_bp is None, -(p.gap_bp or 0), p.id),
    "name": lambda p: (p.name.zh, p.id),
    "score": lambda p: (p.score.total is None, p.score.total or 0.0, p.id),
}
