"""What every command of the centre needs: its settings, its database, and faults said in one line."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from sqlalchemy.exc import SQLAlchemyError

from central.errors import CentralError
from central.settings import Settings, load_settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

log = logging.getLogger(__name__)

SettingsFile = Annotated[Path | None, typer.Option("--settings", help="TOML file; SITEPROGRESS_CENTRAL_… go over it")]
CLI_ACTOR = "system:cli"
BAD_INPUT = 2


def loaded(path: Path | None) -> Settings:
    """The settings of a command; a wrong one ends it."""
    with told():
        return load_settings(path)


def engine_of(settings: Settings) -> Engine:
    """The settings' database, brought to the newest schema."""
    from central.private_data import prepare_data
    from central.store.engine import open_engine
    from central.store.migrate import migrate as to_newest

    with told(settings):
        prepare_data(settings)
        engine = open_engine(settings.database_url)
        to_newest(engine)
    return engine


@contextmanager
def told(settings: Settings | None = None) -> Iterator[None]:
    """What a person can put right is said in one line, without a traceback; `settings` say which database it was."""
    try:
        yield
    except (CentralError, ValueError) as wrong:
        log.debug("told without its traceback", exc_info=True)
        fail(str(wrong))
    except OSError as broken:
        fail(f"{broken.filename or 'system'}: {broken.strerror or broken}: expected a file or folder this user may use")
    except (sqlite3.Error, SQLAlchemyError) as broken:
        where = f"database {settings.database_shown}" if settings else "database"
        fail(f"{where}: {getattr(broken, 'orig', None) or broken}: expected one that answers")


def fail(what: str, *, code: int = BAD_INPUT) -> NoReturn:
    """Say it in one line and end."""
    typer.echo(f"siteprogress-central: {what}", err=True)
    raise typer.Exit(code)
