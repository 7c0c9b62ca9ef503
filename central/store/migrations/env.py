"""Alembic environment: runs on the engine that `central.store.migrate` hands over."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from central.store import tables  # noqa: F401  (fills the metadata)
from central.store.engine import writing


def run() -> None:
    """Online only: the centre always has its database at hand."""
    engine = context.config.attributes["engine"]
    with writing(engine) as connection:
        context.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            render_as_batch=engine.dialect.name == "sqlite",
            compare_type=True,
        )
        context.run_migrations()


run()
