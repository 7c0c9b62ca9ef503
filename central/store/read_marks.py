"""What says whether a project's row of a list is still the same: read at every question, so it must cost little."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from central.store import tables
from central.store.upsert import table_of

_PROJECT, _STATE = table_of(tables.Project), table_of(tables.AssessmentState)
_ASKED, _SWITCH, _AUDIT = table_of(tables.PauseRequest), table_of(tables.LadderSwitch), table_of(tables.AuditEntry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A project, where it is, and all that its row is made of as far as it can change: equal `of`, equal rows.

    What is judged of a project changes with its judgement alone (`save_assessment` claims a revision and an instant).
    A project that was never judged is shown as of the clock: `judged` False. `finish`: the last day of its plan.
    """

    project: str
    unit: str
    street: str
    finish: date
    judged: bool
    of: Hashable

    def stamp(self, now: datetime) -> Hashable:
        """Equal stamps, equal rows, where `now` is the time of the projects."""
        return self.of if self.judged else (self.of, now)


def marks(connection: Connection, within: Sequence[str] | None = None) -> list[Mark]:
    """Of these projects (None = of every one), by id."""
    switches = connection.execute(select(func.max(_SWITCH.c.id))).scalar()
    approved = (
        select(_ASKED.c.project, func.count(), func.max(_ASKED.c.decided_at))
        .where(_ASKED.c.state == "approved")
        .group_by(_ASKED.c.project)
    )
    pauses = {project: (count, newest) for project, count, newest in connection.execute(approved)}
    wanted = (
        select(*_PROJECT.c, _STATE.c.as_of_at, _STATE.c.assessed_revision)
        .outerjoin(_STATE, _STATE.c.project == _PROJECT.c.id)
        .order_by(_PROJECT.c.id)
    )
    if within is not None:
        wanted = wanted.where(_PROJECT.c.id.in_(within))
    return [
        Mark(
            project=row.id,
            unit=row.unit_zh,
            street=row.street_zh,
            finish=row.finish,
            judged=row.as_of_at is not None,
            of=(tuple(row), pauses.get(row.id), switches),
        )
        for row in connection.execute(wanted)
    ]


def judged_stamp(connection: Connection) -> tuple[int, ...]:
    """Changes when any of the marks does; the last figure is the number of projects that were never judged.

    Each figure only grows. Whatever people write (plans, transfers, pauses, ladders) is in the audit trail too.
    """
    return tuple(int(value) for value in connection.execute(_STAMP).one())


def _stamp() -> Select[Any]:
    projects = select(func.count()).select_from(_PROJECT).scalar_subquery()
    return select(
        select(func.coalesce(func.sum(_STATE.c.assessed_revision), 0)).scalar_subquery(),
        select(func.coalesce(func.sum(_STATE.c.as_of_at), 0)).scalar_subquery(),
        select(func.coalesce(func.max(_AUDIT.c.seq), 0)).scalar_subquery(),
        select(func.coalesce(func.sum(_PROJECT.c.plan_version), 0)).scalar_subquery(),
        select(func.coalesce(func.max(_ASKED.c.decided_at), 0)).scalar_subquery(),
        select(func.coalesce(func.max(_SWITCH.c.id), 0)).scalar_subquery(),
        projects - select(func.count(_STATE.c.as_of_at)).scalar_subquery(),
    )


_STAMP = _stamp()  # asked at every question for a list: it is put together once
