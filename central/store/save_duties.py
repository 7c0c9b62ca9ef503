"""Looks whether the builders reported: who did not by 18:00 is reminded, a day that ended without is missed, once."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Connection, select, update

from central.domain import Text
from central.mending.routing import Holder
from central.notify.message import Message
from central.notify.outbox import enqueue
from central.plan.calendar import midnight
from central.quality.duty import DutyState, duty_state
from central.store import tables
from central.store.instants import district_day, from_ms, to_ms
from central.store.read_checked import duty_days, duty_span, reported_in_time
from central.store.read_mended import holders_near, site_of
from central.store.upsert import insert_new, table_of

_CLAUSES, _DUTY, _PROJECT = table_of(tables.ContractClauses), table_of(tables.DutyDay), table_of(tables.Project)
LOOK_BACK_DAYS = 7  # days that are caught up with after the centre was away


def look_at_duties(connection: Connection, *, wall_ms: int) -> str:
    """Remind and note misses of every project whose contract asks for photos, today and on the days before."""
    reminded = missed = 0
    owing = select(_CLAUSES.c.project).join(_PROJECT, _PROJECT.c.id == _CLAUSES.c.project).distinct()
    for project in sorted(connection.execute(owing).scalars()):
        for day, state in _standing(connection, project, wall_ms=wall_ms):
            if state == "reminded":
                reminded += _remind(connection, project, day, wall_ms=wall_ms)
            elif state == "missed":
                missed += _miss(connection, project, day, wall_ms=wall_ms)
    return f"{reminded} reminded, {missed} missed"


def _standing(connection: Connection, project: str, *, wall_ms: int) -> list[tuple[date, DutyState]]:
    """Days whose duty moved on since it was last looked at."""
    span = duty_span(connection, project)
    if span is None:
        return []
    now = from_ms(wall_ms)
    last = district_day(now)
    first = last - timedelta(days=LOOK_BACK_DAYS)
    came = reported_in_time(connection, project, first=first, last=last)
    known = duty_days(connection, project, first=first, last=last)
    found: list[tuple[date, DutyState]] = []
    for number in range(LOOK_BACK_DAYS + 1):
        day = first + timedelta(days=number)
        end_ms = to_ms(midnight(day + timedelta(days=1)))
        state = duty_state(span, day, reported=came.get(day, end_ms) < end_ms, now=now)
        if day not in known or known[day].state != state:
            found.append((day, state))
    return found


def _remind(connection: Connection, project: str, day: date, *, wall_ms: int) -> int:
    row = {"project": project, "day": day, "state": "reminded", "reminded_at": wall_ms, "missed_at": None}
    insert_new(connection, tables.DutyDay, [row])
    subject = Text(zh=f"请上传{day}的现场照片和进度说明", en=f"please send photos and a note of {day}")
    body = Text(
        zh=f"项目{project}今日18:00前未收到日报;24:00后记为缺报一次。",
        en=f"no daily report of project {project} by 18:00; after 24:00 the day counts as missed.",
    )
    _tell(connection, project, day, subject, body, nth=0, roles=("contractor", "project_owner"), wall_ms=wall_ms)
    return 1


def _miss(connection: Connection, project: str, day: date, *, wall_ms: int) -> int:
    row = {"project": project, "day": day, "state": "missed", "reminded_at": None, "missed_at": wall_ms}
    insert_new(connection, tables.DutyDay, [row])
    same = (_DUTY.c.project == project, _DUTY.c.day == day, _DUTY.c.state == "reminded")
    connection.execute(update(_DUTY).where(*same).values(state="missed", missed_at=wall_ms))
    subject = Text(zh=f"{day}缺报一次", en=f"no daily report of {day}")
    body = Text(
        zh=f"项目{project} {day}当日未上传照片和进度说明,计入数据质量(及时性)。",
        en=f"project {project} sent no photos and note on {day}; this counts in the quality of data (timeliness).",
    )
    roles = ("contractor", "project_owner", "supervisor")
    _tell(connection, project, day, subject, body, nth=1, roles=roles, wall_ms=wall_ms)
    return 1


def _tell(
    connection: Connection,
    project: str,
    day: date,
    subject: Text,
    body: Text,
    *,
    nth: int,
    roles: tuple[str, ...],
    wall_ms: int,
) -> None:
    holders = holders_near(connection, site_of(connection, project), at_ms=wall_ms)
    for person in _near(holders, roles):
        message = Message(
            person=person,
            kind="duty",
            about=f"duty/{project}/{day}",
            level=None,
            subject=subject,
            body=body,
            link=f"/projects/{project}",
            nth=nth,
        )
        enqueue(connection, message, wall_ms=wall_ms)


def _near(holders: list[Holder], roles: tuple[str, ...]) -> list[str]:
    """Holders of these roles for the project itself."""
    return sorted({holder.person for holder in holders if holder.role in roles and holder.kind == "project"})
