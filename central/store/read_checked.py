"""Reads what is checked: clauses, fences, reports, duties, disputes."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select

from central.domain import FundEntry
from central.quality.clauses import ClauseDocument, read_clauses
from central.quality.duty import DutySpan
from central.quality.fence import Fence, around, read_fence
from central.quality.notes import ClauseFinding, Note, findings
from central.quality.proof import PhotoSaid
from central.store import tables
from central.store.instants import district_day, from_ms
from central.store.read_ledger import entries_of
from central.store.read_organised import life_events_of
from central.store.read_pauses import approved_pauses_of
from central.store.upsert import table_of

_CLAUSES, _FENCE, _REPORT = (
    table_of(tables.ContractClauses),
    table_of(tables.SiteFence),
    table_of(tables.DailyReport),
)
_PHOTO, _CLAIM, _PLACE = table_of(tables.Photo), table_of(tables.PhotoClaim), table_of(tables.SitePlace)
_DISPUTE, _DUTY, _PROJECT = table_of(tables.ValueDispute), table_of(tables.DutyDay), table_of(tables.Project)
_PAUSE = table_of(tables.Pause)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReport:
    """A daily report as it was taken; `document` and `verdicts` as in the table, parsed."""

    id: int
    project: str
    day: date
    kind: str
    author: str
    document: dict[str, Any]
    verdicts: dict[str, Any]
    submitted_ms: int


def newest_clauses(connection: Connection, project: str) -> Row[Any] | None:
    """The version of clauses in force, as stored."""
    wanted = select(_CLAUSES).where(_CLAUSES.c.project == project).order_by(_CLAUSES.c.version.desc()).limit(1)
    return connection.execute(wanted).first()


def clauses_of(connection: Connection, project: str) -> ClauseDocument | None:
    """The clauses in force; None where nobody has said any."""
    row = newest_clauses(connection, project)
    return None if row is None else read_clauses(json.loads(row.document))


def newest_fence(connection: Connection, project: str) -> Row[Any] | None:
    """The version of the fence in force, as stored."""
    wanted = select(_FENCE).where(_FENCE.c.project == project).order_by(_FENCE.c.version.desc()).limit(1)
    return connection.execute(wanted).first()


def fence_of(connection: Connection, project: str) -> Fence | None:
    """The site's outline, else the circle around its middle, else None."""
    row = newest_fence(connection, project)
    if row is not None:
        return read_fence(json.loads(row.document), datum=row.datum)
    place = connection.execute(select(_PLACE).where(_PLACE.c.project == project)).first()
    if place is None:
        return None
    return around(lat_e7=place.lat_e7, lon_e7=place.lon_e7, radius_m=place.radius_m)


def photos_said(connection: Connection, project: str, wanted: Sequence[str]) -> tuple[PhotoSaid, ...]:
    """Those of the photos that somebody uploaded for the project, by digest, with what they say of themselves.

    A file without a time has the one that its sender said.
    """
    if not wanted:
        return ()
    rows = connection.execute(
        select(_PHOTO, func.min(_CLAIM.c.taken_at).label("said_at"))
        .join(_CLAIM, _CLAIM.c.sha256 == _PHOTO.c.sha256)
        .where(_CLAIM.c.project == project, _PHOTO.c.sha256.in_(sorted(set(wanted))))
        .group_by(_PHOTO.c.sha256)
        .order_by(_PHOTO.c.sha256)
    )
    found = []
    for row in rows:
        at_ms = row.said_at if row.exif_at is None else row.exif_at
        at = None if at_ms is None else from_ms(at_ms)
        found.append(PhotoSaid(sha256=row.sha256, at=at, lat_e7=row.exif_lat_e7, lon_e7=row.exif_lon_e7))
    return tuple(found)


def report_id_of(connection: Connection, project: str, *, author: str, day: date, sha256: str) -> int | None:
    """The report of this content, if it was taken before."""
    same = (_REPORT.c.project == project, _REPORT.c.author == author, _REPORT.c.day == day, _REPORT.c.sha256 == sha256)
    return connection.execute(select(_REPORT.c.id).where(*same)).scalar()


def report_of(connection: Connection, project: str, number: int) -> StoredReport | None:
    """One report of a project."""
    row = connection.execute(select(_REPORT).where(_REPORT.c.project == project, _REPORT.c.id == number)).first()
    return None if row is None else _stored(row)


def reports_before(connection: Connection, project: str, *, before: int | None, limit: int) -> tuple[StoredReport, ...]:
    """Reports numbered under `before`, newest first."""
    wanted = select(_REPORT).where(_REPORT.c.project == project).order_by(_REPORT.c.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(_REPORT.c.id < before)
    return tuple(_stored(row) for row in connection.execute(wanted))


def notes_of(connection: Connection, project: str, *, until: date) -> tuple[Note, ...]:
    """What was written up to a day, oldest first."""
    wanted = select(_REPORT.c.id, _REPORT.c.day, _REPORT.c.document).where(
        _REPORT.c.project == project, _REPORT.c.day <= until
    )
    found = []
    for row in connection.execute(wanted.order_by(_REPORT.c.day, _REPORT.c.id)):
        said = json.loads(row.document)
        found.append(Note(day=row.day, words=said["note"], stage=said["stage"], ref=f"report/{row.id}"))
    return tuple(found)


def clause_findings(connection: Connection, project: str, *, as_of: date) -> tuple[ClauseFinding, ...]:
    """Every clause in force that does not hold on a day, from the notes, the ledger and the approved pauses."""
    document = clauses_of(connection, project)
    contract = connection.execute(select(_PROJECT.c.contract_fen).where(_PROJECT.c.id == project)).scalar()
    if document is None or contract is None:
        return ()
    paid: dict[date, int] = defaultdict(int)
    if any(clause.kind == "payment" for clause in document.clauses):
        for entry in entries_of(connection, project):
            paid[entry.day] += _paid_fen(entry)
    return findings(
        notes_of(connection, project, until=as_of),
        document,
        as_of=as_of,
        pauses=pauses_known(connection, project),
        paid=paid,
        contract_fen=int(contract),
    )


def pauses_known(connection: Connection, project: str) -> tuple[tuple[date, date], ...]:
    """Approved standstills, asked for or in the plan, without overlaps told twice."""
    asked = {(first, last) for first, last, _ in approved_pauses_of(connection, project)}
    newest = select(_PROJECT.c.plan_version).where(_PROJECT.c.id == project).scalar_subquery()
    rows = connection.execute(
        select(_PAUSE.c.first, _PAUSE.c.last).where(_PAUSE.c.project == project, _PAUSE.c.version == newest)
    )
    return _joined({*asked, *((row.first, row.last) for row in rows)})


def duty_span(connection: Connection, project: str) -> DutySpan | None:
    """From when to when the project owes a daily report: from the day on which its contract was said to ask for photos
    (and the plan's start) until it is completed; None where no clause asks for any."""
    row = connection.execute(select(_PROJECT.c.start).where(_PROJECT.c.id == project)).first()
    since_ms = _photos_asked_since(connection, project)
    if row is None or since_ms is None:
        return None
    done = [event.day for event in life_events_of(connection, project) if event.kind == "completed"]
    return DutySpan(
        first=max(row.start, district_day(from_ms(since_ms))),
        last=done[-1] if done else date.max,
        pauses=pauses_known(connection, project),
    )


def reported_in_time(connection: Connection, project: str, *, first: date, last: date) -> dict[date, int]:
    """By day, when (ms UTC) the builder's first report of it came."""
    wanted = (
        select(_REPORT.c.day, func.min(_REPORT.c.submitted_at))
        .where(_REPORT.c.project == project, _REPORT.c.kind == "self_report", _REPORT.c.day.between(first, last))
        .group_by(_REPORT.c.day)
    )
    return {day: int(at_ms) for day, at_ms in connection.execute(wanted)}


def duty_days(connection: Connection, project: str, *, first: date, last: date) -> dict[date, Row[Any]]:
    """What was noted of the duty, by day."""
    wanted = select(_DUTY).where(_DUTY.c.project == project, _DUTY.c.day.between(first, last))
    return {row.day: row for row in connection.execute(wanted)}


def disputes_of(
    connection: Connection, project: str, *, before: int | None, limit: int, open_only: bool = False
) -> list[Row[Any]]:
    """Disputes numbered under `before`, newest first."""
    wanted = select(_DISPUTE).where(_DISPUTE.c.project == project).order_by(_DISPUTE.c.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(_DISPUTE.c.id < before)
    return list(connection.execute(wanted.where(_DISPUTE.c.state == "open") if open_only else wanted))


def disputed_items(connection: Connection, project: str) -> frozenset[str]:
    """Items with an open dispute: the mark on their published value."""
    wanted = select(_DISPUTE.c.item).where(_DISPUTE.c.project == project, _DISPUTE.c.state == "open").distinct()
    return frozenset(connection.execute(wanted).scalars())


def _photos_asked_since(connection: Connection, project: str) -> int | None:
    """Since when (ms UTC) the clauses have asked for photos without a break; None where those in force do not."""
    since_ms = None
    wanted = select(_CLAUSES.c.document, _CLAUSES.c.set_at).where(_CLAUSES.c.project == project)
    for row in connection.execute(wanted.order_by(_CLAUSES.c.version)):
        asks = any(clause["kind"] == "photo" for clause in json.loads(row.document)["clauses"])
        since_ms = (row.set_at if since_ms is None else since_ms) if asks else None
    return since_ms


def _stored(row: Any) -> StoredReport:
    return StoredReport(
        id=row.id,
        project=row.project,
        day=row.day,
        kind=row.kind,
        author=row.author,
        document=json.loads(row.document),
        verdicts=json.loads(row.verdicts),
        submitted_ms=row.submitted_at,
    )


def _paid_fen(entry: FundEntry) -> int:
    return entry.amount_fen if entry.kind == "pay" else 0


def _joined(spans: set[tuple[date, date]]) -> tuple[tuple[date, date], ...]:
    """Spans of days that overlap or touch as one."""
    found: list[tuple[date, date]] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + timedelta(days=1):
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return tuple(found)
