"""The register of views: why a person looks, and each picture that was shown. Rows are only added to."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert

from central.quality.refused import CheckRefused
from central.quality.viewing import HOLDS, says_enough, usual
from central.store import tables
from central.store.read_views import purpose_of
from central.store.save_checked import hold, note
from central.store.upsert import table_of

_PURPOSE, _VIEW = table_of(tables.ViewingPurpose), table_of(tables.EvidenceView)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A picture about to be shown: to whom and in which role, what kind (still, photo, thumbnail, report), its SHA-256,
    and the project it is of ('' = none)."""

    person: str
    role: str
    kind: str
    sha256: str
    project: str


def state_purpose(connection: Connection, project: str, *, purpose: str, remark: str, by: str, now_ms: int) -> int:
    """Say why one looks at pictures of a project; holds for `HOLDS`. The end, milliseconds UTC."""
    hold(connection, project)
    if not says_enough(purpose, remark):
        raise CheckRefused("no words", where="remark", expected="what the other purpose is")
    until_ms = now_ms + round(HOLDS.total_seconds() * 1000)
    row = {"person": by, "project": project, "purpose": purpose, "remark": remark, "stated_at": now_ms}
    connection.execute(insert(_PURPOSE).values(**row, until_at=until_ms))
    detail = {"purpose": purpose, "remark": remark}
    note(connection, project, "viewing.purpose", by=by, now_ms=now_ms, detail=detail)
    return until_ms


def register_view(connection: Connection, seen: Seen, *, now_ms: int) -> None:
    """Note that a picture is shown, with the purpose that was said and still holds, else the usual one of the role."""
    said = purpose_of(connection, seen.project, person=seen.person, now_ms=now_ms)
    row = {
        "person": seen.person,
        "role": seen.role,
        "kind": seen.kind,
        "sha256": seen.sha256,
        "project": seen.project,
        "purpose": said.purpose if said else usual(seen.role),
        "remark": said.remark if said else "",
        "stated": said is not None,
        "viewed_at": now_ms,
    }
    connection.execute(insert(_VIEW).values(**row))
