"""Insert-or-leave and insert-or-replace, spelled the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Connection, Table, TextClause, bindparam, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.schema import ScalarElementColumnDefault
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
    statement, defaults = _insert(model, tuple(rows[0]), None)
    connection.execute(statement, [{**defaults, **row} for row in rows])


def upsert(connection: Connection, model: type[SQLModel], rows: Sequence[Row], *, keep: Iterable[str] = ()) -> None:
    """Insert all rows of one batch; a row whose key is there already takes the new values, except columns in `keep`."""
    if not rows:
        return
    statement, defaults = _insert(model, tuple(rows[0]), frozenset(keep))
    connection.execute(statement, [{**defaults, **row} for row in rows])


@lru_cache(maxsize=512)
def _insert(
    model: type[SQLModel], given: tuple[str, ...], keep: frozenset[str] | None
) -> tuple[TextClause, Mapping[str, Any]]:
    """INSERT … ON CONFLICT with the model's defaults for columns that are not given; `keep` None: leave what is there.

    Both databases spell it alike. SQLAlchemy's own construct is compiled anew each time it runs (it has no cache key),
    which was most of the cost of a commit of few records.
    """
    table = table_of(model)
    defaults = {
        column.name: column.default.arg
        for column in table.columns
        if column.name not in given and isinstance(column.default, ScalarElementColumnDefault)
    }
    names = (*given, *defaults)
    keys = [column.name for column in table.primary_key]
    taken = () if keep is None else tuple(name for name in given if name not in keep and name not in keys)
    action = "NOTHING"
    if taken:
        action = "UPDATE SET " + ", ".join(f'"{name}" = excluded."{name}"' for name in taken)
    target = f"({_quoted(keys)}) " if keep is not None else ""
    sql = (
        f'INSERT INTO "{table.name}" ({_quoted(names)}) VALUES ({", ".join(f":{name}" for name in names)})'  # noqa: S608
        f" ON CONFLICT {target}DO {action}"
    )
    return text(sql).bindparams(*(bindparam(name, type_=table.c[name].type) for name in names)), defaults


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


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
