"""Writes uploads and photos: begun, ended, claimed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select, update

from central.store.tables import Photo, PhotoClaim, SitePlace, Upload
from central.store.upsert import insert_new, table_of, upsert

_UPLOAD, _CLAIM = table_of(Upload), table_of(PhotoClaim)


def begin_upload(connection: Connection, row: Mapping[str, Any]) -> None:
    """A new open upload; an open one of the same owner, content and place stays instead."""
    insert_new(connection, Upload, [row])


def end_upload(connection: Connection, upload: str, *, state: str, reason: str, at_ms: int) -> bool:
    """Whether it was open and is now in `state`."""
    ended = (
        update(_UPLOAD)
        .where(_UPLOAD.c.id == upload, _UPLOAD.c.state == "open")
        .values(state=state, reason=reason, ended_at=at_ms)
    )
    return connection.execute(ended).rowcount == 1


def forget_uploads(connection: Connection, *, ended_before_ms: int) -> int:
    """Drop rows that ended without being taken; what was taken is remembered for ever."""
    gone = _UPLOAD.delete().where(_UPLOAD.c.state.not_in(("open", "done")), _UPLOAD.c.ended_at < ended_before_ms)
    return connection.execute(gone).rowcount


def save_photo(connection: Connection, photo: Mapping[str, Any]) -> None:
    """A content; the same again changes nothing."""
    insert_new(connection, Photo, [photo])


def claimed_before(connection: Connection, *, sha256: str, person: str, project: str, building: str, item: str) -> bool:
    """Whether somebody already said of this photo that it shows this or another place."""
    same = (_CLAIM.c.person == person, _CLAIM.c.project == project)
    here = (_CLAIM.c.building == building, _CLAIM.c.item == item)
    others = select(func.count()).where(_CLAIM.c.sha256 == sha256).where(~(same[0] & same[1] & here[0] & here[1]))
    return bool(connection.execute(others).scalar_one())


def save_claim(connection: Connection, claim: Mapping[str, Any]) -> bool:
    """Whether it was new; the same person saying the same again changes nothing."""
    before = _claims(connection, claim["sha256"])
    insert_new(connection, PhotoClaim, [claim])
    return _claims(connection, claim["sha256"]) > before


def save_place(connection: Connection, row: Mapping[str, Any]) -> None:
    """Where a site is, in place of what was known."""
    upsert(connection, SitePlace, [row])


def _claims(connection: Connection, sha256: str) -> int:
    count = select(func.count()).select_from(_CLAIM).where(_CLAIM.c.sha256 == sha256)
    return int(connection.execute(count).scalar_one())
