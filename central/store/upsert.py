"""Insert-or-leave and insert-or-replace, spelled the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

Row = Mapping[str, Any]


def table_of(model: type[SQLModel]) -> Table:
    """The core table of a model: hot paths use core, not the ORM."""
    return cast(Table, model.__dict__["__table__"])


def insert_new(connection: Connection, model: type[SQLModel], rows: Sequence[Row]) -> None:
    """Insert all rows of one batch; a row whose key is there already is left as it is."""
    if not rows:
        return
    statement = insert_statement(connection, model).on_conflict_do_nothing()
    connection.execute(statement, list(rows))


def upsert(connection: Connection, model: type[SQLModel], rows: Sequence[Row], *, keep: Iterable[str] = ()) -> None:
    """Insert all rows of one batch; a row whose key is there already takes the new values, except columns in `keep`."""
    if not rows:
        return
    table = table_of(model)
    statement = insert_statement(connection, model)
    kept = set(keep) | {column.name for column in table.primary_key}
    taken = {name: statement.excluded[name] for name in rows[0] if name not in kept}
    keys = [column.name for column in table.primary_key]
    action = (
        statement.on_conflict_do_update(index_elements=keys, set_=taken)
        if taken
        else statement.on_conflict_do_nothing(index_elements=keys)
    )
    connection.execute(action, list(rows))


def insert_statement(connection: Connection, model: type[SQLModel]) -> Any:
    """The dialect's INSERT, which knows ON CONFLICT."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table_of(model))
