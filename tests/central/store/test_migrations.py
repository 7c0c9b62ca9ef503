"""Migrations and models say the same, on both databases."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine
from sqlmodel import SQLModel

from central.store import tables
from central.store.engine import reading
from central.store.migrate import migrate


def test_migrated_schema_is_the_models(any_store: Engine) -> None:
    assert tables.Record.metadata is SQLModel.metadata
    with reading(any_store) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_migrating_again_changes_nothing(any_store: Engine) -> None:
    migrate(any_store)
    with reading(any_store) as connection:
        assert MigrationContext.configure(connection).get_current_revision() is not None
