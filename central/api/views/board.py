"""人、事、物、钱 of one project at one time: what is old or was never told is said to be missing, never shown as 0."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from central.api.access import Access, place_of
from central.api.observed_schemas import Board, Machines, MoneyBlock, PeopleBlock, Person, TasksBlock, ThingsBlock
from central.api.policy import covers, usable
from central.api.schemas import Text
from central.api.views.money import both_sides
from central.api.views.words import instant
from central.domain import FundEntry
from central.plan.calendar import local_day, midnight
from central.quality.presence import NAMES, Presence, newest_machines, newest_persons
from central.store.instants import DISTRICT_ZONE, to_ms
from central.store.read_ledger import entries_of
from central.store.read_observed import newest_counts
from central.store.read_standing import standings
from central.store.tables import Grant, User

COUNTS_HOLD = timedelta(days=1)  # who was there the day before yesterday says nothing of today
WORK_HOLDS = timedelta(days=3)
MONEY_HOLDS = timedelta(days=62)  # money moves by the month


def board_of(session: Session, project_id: str, *, access: Access, now: datetime) -> Board:
    """All four as of the last assessed instant, else `now`."""
    both = both_sides(session, project_id, now=now)
    as_of = instant(both.as_of_at) or now
    connection = session.connection()
    counts = newest_counts(connection, project_id, until_ms=to_ms(as_of))
    entries = [one for one in entries_of(connection, project_id) if one.day <= local_day(as_of)]
    sees_money = covers(usable(access.grants, action="read_money"), place=place_of(both.project))
    paid = both.money
    return Board(
        project=project_id,
        as_of=as_of,
        people=_people(session, project_id, newest_persons(counts), as_of=as_of),
        tasks=_tasks(session, project_id, as_of=as_of),
        things=_things(newest_machines(counts), as_of=as_of),
        money=MoneyBlock(
            visible=sees_money,
            budget_fen=paid.budget_fen if sees_money else None,
            released_fen=paid.released_fen if sees_money and entries else None,
            paid_fen=paid.paid_fen if sees_money and entries else None,
            **_told(_booked(entries) if sees_money else as_of, as_of=as_of, holds=MONEY_HOLDS),
        ),
    )


def _people(session: Session, project_id: str, count: Presence | None, *, as_of: datetime) -> PeopleBlock:
    at_ms = to_ms(as_of)
    wanted = select(Grant, User).where(
        Grant.user == User.id,
        Grant.scope_kind == "project",
        Grant.scope == project_id,
        Grant.valid_from_at <= at_ms,
    )
    roles = sorted(
        (grant.role, person.name)
        for grant, person in session.exec(wanted)
        if person.active and (grant.valid_to_at is None or grant.valid_to_at > at_ms)
    )
    told = _told(count.observed_at if count else None, as_of=as_of, holds=COUNTS_HOLD)
    return PeopleBlock(
        roles=[Person(role=role, name=name) for role, name in roles],
        persons=count.persons if count and told["missing"] is None else None,
        **told,
    )


def _tasks(session: Session, project_id: str, *, as_of: datetime) -> TasksBlock:
    standing = standings(session, [project_id])[0]
    row, progress = standing.deviations.get(("project", project_id)), standing.progress.get(project_id)
    seen_at = None if progress is None else instant(progress.last_seen_at)
    seen = row if seen_at is not None else None
    return TasksBlock(
        plan_bp=row.plan_bp if row else None,
        actual_bp=seen.actual_bp if seen else None,
        gap_bp=seen.gap_bp if seen else None,
        open_warnings=len(standing.open_warnings),
        **_told(seen_at, as_of=as_of, holds=WORK_HOLDS),
    )


def _things(count: Presence | None, *, as_of: datetime) -> ThingsBlock:
    told = _told(count.observed_at if count else None, as_of=as_of, holds=COUNTS_HOLD)
    if count is None or count.machines is None or told["missing"] is not None:
        return ThingsBlock(machines=None, **told)
    shown = [
        Machines(kind=kind, name=Text(zh=NAMES[kind].zh, en=NAMES[kind].en), count=number)
        for kind, number in sorted(count.machines.items())
    ]
    return ThingsBlock(machines=shown, **told)


def _booked(entries: list[FundEntry]) -> datetime | None:
    return midnight(max(one.day for one in entries)) if entries else None


def _told(since: datetime | None, *, as_of: datetime, holds: timedelta) -> dict[str, Any]:
    """The same `as_of` for all, and the sentence where there is nothing, or nothing newer than `holds`."""
    if since is None:
        missing = Text(zh="尚无数据", en="no data yet")
    elif as_of - since > holds:
        at = since.astimezone(DISTRICT_ZONE)
        missing = Text(zh=f"自{at:%Y-%m-%d %H:%M}起无数据", en=f"no data since {at:%Y-%m-%d %H:%M}")
    else:
        missing = None
    return {"as_of": as_of, "since": since, "missing": missing}
