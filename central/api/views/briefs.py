"""Each project's row of the list, kept while nothing that it is made of changes: a list costs what has changed."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from sqlmodel import Session

from central.api.policy import Place
from central.api.project_schemas import ProjectSummary
from central.api.views.standing import Judged
from central.store.load_project import load_projects
from central.store.read_marks import Mark, marks
from central.store.read_standing import standings


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """A project where grants look for it, with its row as who may read everything sees it.

    `thin`: it was measured, and what was seen does not suffice.
    """

    place: Place
    summary: ProjectSummary
    thin: bool


class Briefs:
    """Rows by project, each with what it was made of. Asked in a snapshot, it answers what that snapshot says."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Hashable, Brief]] = {}
        self._making = Lock()

    def all(self, session: Session, *, now: datetime) -> list[Brief]:
        """Every project, by id. One caller at a time makes those that changed."""
        wanted = {mark.project: mark for mark in marks(session.connection())}
        of = {name: mark.of if mark.judged else (mark.of, now) for name, mark in wanted.items()}
        with self._making:
            kept = {name: found for name, found in self._kept.items() if of.get(name) == found[0]}
            stale = [mark for name, mark in wanted.items() if name not in kept]
            for brief in _made(session, stale, now=now):
                kept[brief.place.project] = of[brief.place.project], brief
            self._kept = kept
        return [kept[name][1] for name in wanted]


def _made(session: Session, stale: Sequence[Mark], *, now: datetime) -> list[Brief]:
    """Rows of these projects, in as many queries as for one; of those that were never judged with their whole plans."""
    if not stale:
        return []
    connection = session.connection()
    found = {one.project.id: one for one in standings(session, [mark.project for mark in stale], brief=True)}
    judged = [name for name, one in found.items() if ("project", name) in one.deviations]
    plans = load_projects(connection, judged, items=False, points=False)
    plans |= load_projects(connection, [name for name in found if name not in plans])
    return [
        _brief(mark, Judged(session, found[mark.project], now=now, brief=True, plan=plans[mark.project]))
        for mark in stale
    ]


def _brief(mark: Mark, judged: Judged) -> Brief:
    place = Place(project=mark.project, unit=mark.unit, street=mark.street)
    return Brief(place=place, summary=judged.summary(), thin=judged.thin)
