"""Each project's row of the list, kept while nothing that it is made of changes: a list costs what has changed."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from central.api.kept_rows import KeptRows
from central.api.policy import Place
from central.api.project_schemas import ProjectSummary
from central.api.views.standing import Judged
from central.store.load_project import load_projects
from central.store.read_marks import Mark, judged_stamp, marks
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
        self._rows: KeptRows[Brief] = KeptRows()
        self._newest: tuple[Hashable, list[Brief]] = ((), [])

    def all(self, session: Session, *, now: datetime) -> list[Brief]:
        """Every project, by id. The marks of all are read when one of them has changed."""
        stamp = judged_stamp(session.connection())
        of = stamp, now if stamp[-1] else None  # those that were never judged are shown as of the clock
        kept_of, found = self._newest
        if kept_of != of:
            found = self._all(session, now=now)
            self._newest = of, found
        return found

    def _all(self, session: Session, *, now: datetime) -> list[Brief]:
        wanted = {mark.project: mark for mark in marks(session.connection())}
        stamps = {name: mark.stamp(now) for name, mark in wanted.items()}
        return list(self._rows.of(stamps, lambda stale: _made(session, [wanted[one] for one in stale], now)).values())


def _made(session: Session, stale: Sequence[Mark], now: datetime) -> dict[str, Brief]:
    """Rows of these projects, in as many queries as for one; of those that were never judged with their whole plans."""
    connection = session.connection()
    found = {one.project.id: one for one in standings(session, [mark.project for mark in stale], brief=True)}
    judged = [name for name, one in found.items() if ("project", name) in one.deviations]
    plans = load_projects(connection, judged, items=False, points=False)
    plans |= load_projects(connection, [name for name in found if name not in plans])
    return {
        mark.project: _brief(mark, Judged(session, found[mark.project], now=now, brief=True, plan=plans[mark.project]))
        for mark in stale
    }


def _brief(mark: Mark, judged: Judged) -> Brief:
    place = Place(project=mark.project, unit=mark.unit, street=mark.street)
    return Brief(place=place, summary=judged.summary(), thin=judged.thin)
