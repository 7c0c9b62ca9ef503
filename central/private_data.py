"""Makes what the centre keeps its own user's alone: folder, keys and database, also those of an earlier release."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from central.identity.keys import identity_folder
from central.settings import Settings
from wire.private import close_to_others, keep_private

OWNERS_UMASK = 0o077


def prepare_data(settings: Settings) -> None:
    """Before the database is opened. What the broker reads or writes below `data_dir` stays within its reach.

    OSError: the folder cannot be made. SQLite gives its log and its shared memory the mode of the database.
    """
    identity, data_dir = settings.identity, settings.data_dir
    shared = [path for path in (identity.revocation_file, identity.broker_log) if path is not None]
    keep_private(data_dir, shared=shared)
    if identity_folder(data_dir).is_dir():
        keep_private(identity_folder(data_dir), shared=shared)
    database = _sqlite_file(settings)
    if database is None:
        return
    for path in (database, Path(f"{database}-wal"), Path(f"{database}-shm")):
        close_to_others(path)
    with suppress(OSError):  # opening it tells what is wrong
        database.touch(0o600)


def _sqlite_file(settings: Settings) -> Path | None:
    try:
        url = make_url(settings.database_url)
    except ArgumentError:
        return None  # opening it tells what is wrong
    if url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"}:
        return None
    return Path(str(url.database))
