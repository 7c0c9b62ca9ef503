"""Counts, inspected lots and safety findings as they are shown."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session

from central.api.observed_schemas import Counts, CountShown, LotsPage, LotsShown, SafetyPage, SafetyShown
from central.quality.lots import Lots, PassRate, pass_rate
from central.store.instants import from_ms
from central.store.read_observed import counts_before, findings_before, findings_of, lots_before, lots_of

EVER = (date(2000, 1, 1), date(2099, 12, 31))


def counts_shown(session: Session, project: str, *, before: int | None, limit: int) -> Counts:
    """A page of counts."""
    found = counts_before(session.connection(), project, before=before, limit=limit + 1)
    shown = [_count(row) for row in found[:limit]]
    return Counts(project=project, counts=shown, next=shown[-1].id if len(found) > limit else None)


def lots_shown(session: Session, project: str, *, before: int | None, limit: int) -> LotsPage:
    """A page of lots, with the rate of all that are in force."""
    connection = session.connection()
    rate = pass_rate(lots_of(connection, project, *EVER))
    found = lots_before(connection, project, before=before, limit=limit + 1)
    shown = [_lots(one, counts=one.id in rate.lots) for one in found[:limit]]
    return LotsPage(
        project=project,
        inspected=rate.inspected,
        passed=rate.passed,
        rate_bp=rate.rate_bp,
        lots=shown,
        next=shown[-1].id if len(found) > limit else None,
    )


def safety_shown(session: Session, project: str, *, before: int | None, limit: int) -> SafetyPage:
    """A page of safety findings, with the number of serious ones in force."""
    connection = session.connection()
    standing = {one.id: one for one in findings_of(connection, project, *EVER)}
    found = findings_before(connection, project, before=before, limit=limit + 1)
    shown = [
        SafetyShown(
            id=one.id,
            day=one.day,
            serious=one.serious,
            what=one.what,
            paper=one.paper,
            author=one.author,
            replaces=one.replaces,
            withdrawn=withdrawn,
            counts=one.id in standing,
            noted_at=one.noted_at,
        )
        for one, withdrawn in found[:limit]
    ]
    return SafetyPage(
        project=project,
        serious=sum(one.serious for one in standing.values()),
        findings=shown,
        next=shown[-1].id if len(found) > limit else None,
    )


def _count(row: Row[Any]) -> CountShown:
    return CountShown(
        id=row.id,
        observed_at=from_ms(row.observed_at),
        source=row.source,
        author=row.author,
        persons=row.persons,
        machines=None if row.machines is None else json.loads(row.machines),
        refs=row.refs or None,
        received_at=from_ms(row.received_at),
    )


def _lots(one: Lots, *, counts: bool) -> LotsShown:
    rate = PassRate(passed=one.passed, inspected=one.inspected, lots=(one.id,))
    return LotsShown(
        id=one.id,
        item=one.item,
        day=one.day,
        inspected=one.inspected,
        passed=one.passed,
        rate_bp=rate.rate_bp,
        paper=one.paper,
        remark=one.remark,
        author=one.author,
        replaces=one.replaces,
        counts=counts,
        noted_at=one.noted_at,
    )
