"""The one door for what people report: clauses and fences in force, daily reports, claims that become observations."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from central.audit.trail import append
from central.errors import UnknownThing
from central.quality.claims import (
    FRESH,
    LATE_DAYS_MAX,
    TOLERANCE_BP,
    ClaimKind,
    Compared,
    counts,
    kind_of,
    observed_at,
)
from central.quality.clauses import read_clauses
from central.quality.datum import Datum
from central.quality.fence import read_fence
from central.quality.proof import PhotoVerdict, judge_photo, photos_needed, place_needed
from central.quality.refused import CheckRefused
from central.store import tables
from central.store.instants import district_day, from_ms, to_ms
from central.store.read_checked import clauses_of, fence_of, photos_said, report_id_of
from central.store.save_audit import lock_head
from central.store.save_seen import mark_dirty
from central.store.upsert import insert_new, table_of, upsert

_PROJECT, _BUILDING, _ITEM = table_of(tables.Project), table_of(tables.Building), table_of(tables.WorkItem)
_OBSERVATION, _REPORT = table_of(tables.Observation), table_of(tables.DailyReport)
_DISPUTE, _OUTAGE = table_of(tables.ValueDispute), table_of(tables.OutageNotice)
_CLAUSES, _FENCE = table_of(tables.ContractClauses), table_of(tables.SiteFence)
OUTAGE_DAYS_MAX = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """What somebody reports of a day: a note, the stage as he names it, photos by SHA-256, bp by work item; people and
    machines that he counted (None = he did not)."""

    day: date
    note: str
    stage: str
    photos: tuple[str, ...]
    claims: Mapping[str, int]
    persons: int | None = None
    machines: Mapping[str, int] | None = None

    @property
    def document(self) -> str:
        """Canonical JSON; `counts` only where something was counted, so that older reports keep their digest."""
        plain: dict[str, Any] = {
            "note": self.note, "stage": self.stage, "photos": list(self.photos), "claims": dict(self.claims),
        }  # fmt: skip
        if self.counted:
            machines = None if self.machines is None else dict(self.machines)
            plain["counts"] = {"persons": self.persons, "machines": machines}
        return spelled(plain)

    @property
    def counted(self) -> bool:
        """Whether people or machines were counted."""
        return self.persons is not None or self.machines is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A gateway, or one camera of it ('' = all), is out; `until` None = still."""

    gateway: str
    camera: str
    since: datetime
    until: datetime | None
    reason: str


def set_clauses(connection: Connection, project: str, document: Any, *, by: str, now_ms: int) -> int:
    """The next version of a project's clauses; its number."""
    read_clauses(document)
    return _next_version(
        connection, tables.ContractClauses, project, document,
        extra={"sha256": digest(spelled(document))}, action="clauses.set", by=by, now_ms=now_ms,
    )  # fmt: skip


def set_fence(connection: Connection, project: str, document: Any, *, datum: Datum, by: str, now_ms: int) -> int:
    """The next version of a site's outline; its number."""
    read_fence(document, datum=datum)
    return _next_version(
        connection, tables.SiteFence, project, document,
        extra={"datum": datum}, action="fence.set", by=by, now_ms=now_ms,
    )  # fmt: skip


def take_report(
    connection: Connection, project: str, given: Reported, *, roles: frozenset[str], by: str, now_ms: int
) -> int:
    """Keep a report with what is decided of it; its claims become observations. The same again is the same report."""
    hold(connection, project)
    kind = kind_of(roles)
    if kind is None:
        expected = "a contractor, owner, supervisor, inspector, section or third party of the project"
        raise CheckRefused(f"{by} without such a role", where="project", expected=expected)
    now = from_ms(now_ms)
    _check(connection, project, given, today=district_day(now))
    known = report_id_of(connection, project, author=by, day=given.day, sha256=digest(given.document))
    if known is not None:
        return known
    document = clauses_of(connection, project)
    photos = _photo_verdicts(connection, project, given)
    accepted = sum(photo.accepted for photo in photos)
    counted = counts(kind, photos=len(photos), accepted=accepted, needed=photos_needed(document))
    at = observed_at(given.day, submitted_at=now)
    compared = _compared(connection, given.claims, at=at) if counted else ()
    verdicts = {
        "counted": counted,
        "photos": [asdict(photo) for photo in photos],
        "compared": [asdict(one) for one in compared],
        "fell": _fallen(connection, given.claims, kind=kind, by=by, at=at),
    }
    row = {
        "project": project,
        "day": given.day,
        "kind": kind,
        "author": by,
        "document": given.document,
        "verdicts": spelled(verdicts),
        "sha256": digest(given.document),
        "submitted_at": now_ms,
    }
    number = int(connection.execute(insert(_REPORT).values(**row).returning(_REPORT.c.id)).scalar_one())
    if counted and given.claims:
        _observe(connection, project, given.claims, kind=kind, by=by, at=at, report=number)
        _dispute(connection, project, compared, report=number, by=by, at=at, now_ms=now_ms)
        mark_dirty(connection, [project], since_ms=to_ms(at))
    detail = {"report": number, "day": str(given.day), "kind": kind, "sha256": row["sha256"], "counted": counted}
    note(connection, project, "report.take", by=by, now_ms=now_ms, detail=detail)
    return number


def settle_dispute(
    connection: Connection, project: str, number: int, *, outcome: str, remark: str, by: str, now_ms: int
) -> None:
    """Somebody other than the claimant says whose value holds: for_camera, for_person or unclear; the fused one stays
    published, and a person's confirmed value comes in by a report of an inspector."""
    hold(connection, project)
    found = connection.execute(select(_DISPUTE).where(_DISPUTE.c.project == project, _DISPUTE.c.id == number)).first()
    if found is None:
        raise UnknownThing(f"dispute {number}", where="dispute", expected=f"one of project {project}")
    if found.state != "open":
        raise CheckRefused(f"dispute {number} is settled {found.state}", where="dispute", expected="an open one")
    if found.author == by:
        raise CheckRefused(f"{by} claimed the value", where="dispute", expected="somebody other than the claimant")
    if not remark.strip():
        raise CheckRefused("no remark", where="remark", expected="what was looked at, and what was found")
    settled = {"state": outcome, "settled_by": by, "settled_at": now_ms, "remark": remark}
    connection.execute(update(_DISPUTE).where(_DISPUTE.c.id == number).values(**settled))
    detail = {"dispute": number, "item": found.item, "outcome": outcome, "remark": remark}
    note(connection, project, "dispute.settle", by=by, now_ms=now_ms, detail=detail)


def note_outage(connection: Connection, project: str, outage: Outage, *, by: str, now_ms: int) -> int:
    """Note that a device of the project is out; what is noted within 24 h excuses its days."""
    hold(connection, project)
    face = table_of(tables.FaceAssignment)
    looking = (
        select(face.c.camera)
        .join(_BUILDING, _BUILDING.c.id == face.c.building)
        .where(_BUILDING.c.project == project, face.c.gateway == outage.gateway)
    )
    cameras = set(connection.execute(looking).scalars())
    if not cameras or (outage.camera and outage.camera not in cameras):
        what = f"{outage.gateway}/{outage.camera}" if outage.camera else outage.gateway
        raise UnknownThing(f"device {what!r}", where="gateway", expected=f"a camera of project {project}")
    since_ms, until_ms = to_ms(outage.since), None if outage.until is None else to_ms(outage.until)
    if since_ms > now_ms or (until_ms is not None and until_ms < since_ms):
        raise CheckRefused(str(outage.since), where="since", expected="a time that has come, not after the end")
    if (until_ms or now_ms) - since_ms > OUTAGE_DAYS_MAX * 86_400_000:
        raise CheckRefused("a longer outage", where="since", expected=f"at most {OUTAGE_DAYS_MAX} days a notice")
    row = {
        "project": project,
        "gateway": outage.gateway,
        "camera": outage.camera,
        "since_at": since_ms,
        "until_at": until_ms,
        "reason": outage.reason,
        "reported_by": by,
        "reported_at": now_ms,
    }
    number = int(connection.execute(insert(_OUTAGE).values(**row).returning(_OUTAGE.c.id)).scalar_one())
    note(connection, project, "outage.note", by=by, now_ms=now_ms, detail={"outage": number, **row})
    return number


def hold(connection: Connection, project: str) -> None:
    """The project's row until the transaction ends; UnknownThing where there is none."""
    lock_head(connection)  # before rows, as everybody does
    if connection.execute(select(_PROJECT.c.id).where(_PROJECT.c.id == project).with_for_update()).scalar() is None:
        raise UnknownThing(f"project {project!r}", where="project", expected="one that has a plan")


def note(connection: Connection, project: str, action: str, *, by: str, now_ms: int, detail: dict[str, Any]) -> None:
    """An entry of the audit trail about a project."""
    append(connection, at_ms=now_ms, actor=by, action=action, object_=f"project/{project}", detail=detail)


def spelled(plain: Any) -> str:
    """Canonical JSON."""
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(words: str) -> str:
    """SHA-256 of text, hex."""
    return hashlib.sha256(words.encode()).hexdigest()


def _next_version(
    connection: Connection, model: Any, project: str, document: Any, *, extra: dict[str, str], action: str, by: str,
    now_ms: int,
) -> int:  # fmt: skip
    hold(connection, project)
    table = table_of(model)
    newest = connection.execute(select(func.max(table.c.version)).where(table.c.project == project)).scalar() or 0
    row = {"project": project, "version": newest + 1, "document": spelled(document), "set_by": by, "set_at": now_ms}
    connection.execute(insert(table).values(**row, **extra))
    note(connection, project, action, by=by, now_ms=now_ms, detail={"version": newest + 1, **extra})
    return int(newest) + 1


def _check(connection: Connection, project: str, given: Reported, *, today: date) -> None:
    first = today - timedelta(days=LATE_DAYS_MAX)
    if not first <= given.day <= today:
        raise CheckRefused(str(given.day), where="day", expected=f"a day from {first} to {today}")
    if not (given.note.strip() or given.photos or given.claims or given.counted):
        raise CheckRefused("nothing", where="note", expected="a note, a photo, a claimed progress or a count")
    inside = (
        select(_ITEM.c.id)
        .join(_BUILDING, _BUILDING.c.id == _ITEM.c.building)
        .join(_PROJECT, _PROJECT.c.id == _BUILDING.c.project)
        .where(_PROJECT.c.id == project, _ITEM.c.plan_version == _PROJECT.c.plan_version)
    )
    odd = sorted(set(given.claims) - set(connection.execute(inside).scalars())) if given.claims else []
    if odd:
        raise CheckRefused(f"item {odd[0]!r}", where="claims.item", expected=f"an item in the plan of {project}")
    missing = sorted(set(given.photos) - {photo.sha256 for photo in photos_said(connection, project, given.photos)})
    if missing:
        expected = f"one uploaded for project {project} before"
        raise CheckRefused(f"photo {missing[0]}", where="photos", expected=expected)


def _photo_verdicts(connection: Connection, project: str, given: Reported) -> tuple[PhotoVerdict, ...]:
    fence, needed = fence_of(connection, project), place_needed(clauses_of(connection, project))
    return tuple(
        judge_photo(photo, day=given.day, fence=fence, place_needed=needed)
        for photo in photos_said(connection, project, given.photos)
    )


def _compared(connection: Connection, claims: Mapping[str, int], *, at: datetime) -> tuple[Compared, ...]:
    """Claims beside the cameras' newest value of the same item that is not too old."""
    found = []
    for item, human_bp in sorted(claims.items()):
        seen = connection.execute(
            select(_OBSERVATION.c.value_bp, _OBSERVATION.c.refs)
            .where(
                _OBSERVATION.c.item == item,
                _OBSERVATION.c.kind == "camera",
                _OBSERVATION.c.observed_at > to_ms(at - FRESH),
                _OBSERVATION.c.observed_at <= to_ms(at),
            )
            .order_by(_OBSERVATION.c.observed_at.desc(), _OBSERVATION.c.source)
            .limit(1)
        ).first()
        if seen is not None:
            found.append(
                Compared(
                    item=item, human_bp=human_bp, auto_bp=seen.value_bp, tolerance_bp=TOLERANCE_BP, auto_ref=seen.refs
                )
            )
    return tuple(found)


def _fallen(connection: Connection, claims: Mapping[str, int], *, kind: ClaimKind, by: str, at: datetime) -> list[str]:
    """Items of which the same person claimed more before: work does not go back by itself."""
    mine = (_OBSERVATION.c.kind == kind, _OBSERVATION.c.source == by, _OBSERVATION.c.observed_at < to_ms(at))
    best = (
        select(_OBSERVATION.c.item, func.max(_OBSERVATION.c.value_bp))
        .where(*mine, _OBSERVATION.c.item.in_(sorted(claims)))
        .group_by(_OBSERVATION.c.item)
    )
    return sorted(item for item, most in connection.execute(best) if most > claims[item])


def _observe(
    connection: Connection, project: str, claims: Mapping[str, int], *, kind: ClaimKind, by: str, at: datetime,
    report: int,
) -> None:  # fmt: skip
    """Claims as observations; of two of a person at one instant the later report holds."""
    buildings = {
        row.id: row.building
        for row in connection.execute(select(_ITEM.c.id, _ITEM.c.building).where(_ITEM.c.id.in_(sorted(claims))))
    }
    rows = [
        {
            "item": item,
            "kind": kind,
            "source": by,
            "observed_at": to_ms(at),
            "project": project,
            "building": buildings[item],
            "seq": report,
            "value_bp": value_bp,
            "conf_bp": 10_000,
            "refs": f"report/{report}",
        }
        for item, value_bp in sorted(claims.items())
    ]
    upsert(connection, tables.Observation, rows)


def _dispute(
    connection: Connection, project: str, compared: Sequence[Compared], *, report: int, by: str, at: datetime,
    now_ms: int,
) -> None:  # fmt: skip
    rows = [
        {
            "project": project,
            "item": one.item,
            "report": report,
            "auto_bp": one.auto_bp,
            "human_bp": one.human_bp,
            "tolerance_bp": one.tolerance_bp,
            "auto_ref": one.auto_ref,
            "author": by,
            "observed_at": to_ms(at),
            "opened_at": now_ms,
            "state": "open",
            "settled_by": "",
            "remark": "",
        }
        for one in compared
        if one.disputes
    ]
    insert_new(connection, tables.ValueDispute, rows)
