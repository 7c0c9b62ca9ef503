"""Brings a database to the newest schema, from empty or from any released one."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine


def migrate(engine: Engine, *, revision: str = "head") -> None:
    """Run the migrations up to `revision` in one transaction; harmless when nothing is to be done."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["engine"] = engine
    command.upgrade(config, revision)
