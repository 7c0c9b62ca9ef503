"""Brings a database to the newest schema, from empty or from any released one."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path
from threading import Event

from alembic import command
from alembic.config import Config
from alembic.script.revision import ResolutionError
from alembic.util import CommandError
from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, OperationalError

from central.errors import NewerSchema

log = logging.getLogger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
_TAKEN = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


def migrate(engine: Engine, *, revision: str = "head") -> None:
    """Run the migrations up to `revision` in one transaction; harmless when nothing is to be done.

    NewerSchema when the database was brought further by a newer release.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["engine"] = engine
    try:
        command.upgrade(config, revision)
    except CommandError as wrong:
        if not isinstance(wrong.__cause__, ResolutionError):
            raise
        raise NewerSchema(
            f"schema {wrong.__cause__.argument}, which this release does not know",
            where=engine.url.render_as_string(hide_password=True),
            expected="the release that made it, or a newer one",
        ) from wrong


def migrate_when_it_answers(engine: Engine, *, stopping: Event) -> None:
    """The same for a centre that starts: a database that is away is waited for, and that is said; else it raises.

    Returns also when `stopping` is set.
    """
    pause_s = FIRST_PAUSE_S
    while not stopping.is_set():
        try:
            migrate(engine)
        except (OperationalError, InterfaceError) as away:
            if not _passes(away):
                raise
            where = engine.url.render_as_string(hide_password=True)
            log.error("database %s does not answer, tried again in %.0f s: %s", where, pause_s, str(away.orig).strip())
            stopping.wait(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        else:
            return


def _passes(fault: OperationalError | InterfaceError) -> bool:
    """Whether it may be well by itself: a server that is away, a file that somebody else writes."""
    if isinstance(fault.orig, sqlite3.Error):
        return (getattr(fault.orig, "sqlite_errorcode", 0) & 0xFF) in _TAKEN
    return True
