"""The list a broker reads to know which certificates hold no more."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from central.identity.ca import AuthorityName, open_authority
from central.identity.files import PUBLIC, write_whole
from central.identity.keys import identity_folder
from central.store.engine import reading
from central.store.read_identity import revoked_of


def revocation_list(engine: Engine, data_dir: Path, authority: AuthorityName, *, now: datetime) -> bytes:
    """The PEM list of one authority as of now."""
    with reading(engine) as connection:
        revoked = revoked_of(connection, authority, now=now)
    return open_authority(identity_folder(data_dir), authority, now=now).revocation_list(revoked, now=now)


def write_list(engine: Engine, data_dir: Path, path: Path, *, now: datetime) -> None:
    """Put the gateways' list where the broker reads it; anybody may read it. The broker must be told to read again."""
    write_whole(path, revocation_list(engine, data_dir, "gateways", now=now), mode=PUBLIC)
