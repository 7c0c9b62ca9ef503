"""Insert-or-leave and insert-or-replace, spelled the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

Row = Mapping[str, Any]
COPY_ROWS_MIN = 50  # below it a COPY's three statements cost more than they save


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


def bulk_insert_new(
    connection: Connection, model: type[SQLModel], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """As `insert_new` for many rows on the hot path: the driver's own executemany on SQLite, COPY on PostgreSQL."""
    if not rows:
        return
    name, names = table_of(model).name, ", ".join(f'"{column}"' for column in columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        sql = f"INSERT INTO {name} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608 -- names of the model
        connection.exec_driver_sql(sql, list(rows))
    elif len(rows) < COPY_ROWS_MIN:
        insert_new(connection, model, [dict(zip(columns, row, strict=True)) for row in rows])
    else:
        _copy_in(connection, name, names, rows)


def _copy_in(connection: Connection, name: str, names: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """COPY into a staging table of the session, then over with ON CONFLICT DO NOTHING: COPY itself cannot skip."""
    staging = f"staging_{name}"
    connection.exec_driver_sql(f"CREATE TEMP TABLE IF NOT EXISTS {staging} (LIKE {name}) ON COMMIT DELETE ROWS")
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {staging} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    over = f"INSERT INTO {name} ({names}) SELECT {names} FROM {staging} ON CONFLICT DO NOTHING"  # noqa: S608
    connection.exec_driver_sql(over)
    connection.exec_driver_sql(f"TRUNCATE {staging}")


def insert_statement(connection: Connection, model: type[SQLModel]) -> Any:
    """The dialect's INSERT, which knows ON CONFLICT."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table_of(model))
