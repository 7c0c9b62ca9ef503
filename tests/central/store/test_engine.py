"""Connections to PostgreSQL: what stays prepared between questions, and what is taken back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from central.store.engine import open_engine, reading, snapshots, writing
from tests.services import Postgres

PREPARED_AFTER = 5  # questions, as psycopg has it


@pytest.fixture
def engine(postgres: Postgres) -> Iterator[Engine]:
    url = postgres.create()
    opened = open_engine(url)
    yield opened
    opened.dispose()
    postgres.drop(url)


def backend(engine: Engine) -> int:
    with reading(engine) as connection:
        found: int = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        return found


def test_what_is_asked_again_and_again_stays_prepared(engine: Engine) -> None:
    for _ in range(PREPARED_AFTER + 1):
        with Session(snapshots(engine)) as session:
            session.execute(text("SELECT 41 + :more"), {"more": 1})
    with pytest.raises(LookupError), Session(snapshots(engine)) as session:  # who asks for what is not there
        session.execute(text("SELECT 41 + :more"), {"more": 1})
        raise LookupError
    with reading(engine) as connection:
        prepared = connection.execute(text("SELECT statement FROM pg_prepared_statements")).scalars().all()
    assert [one for one in prepared if "41" in one]


def test_what_was_written_before_a_failure_is_taken_back(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE noted (n INTEGER)"))
    with pytest.raises(LookupError), writing(engine) as connection:
        connection.execute(text("INSERT INTO noted VALUES (1)"))
        raise LookupError
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM noted")).scalar_one() == 0


def test_a_connection_that_ended_meanwhile_is_replaced(
    engine: Engine, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = backend(engine)
    postgres.sql(f"SELECT pg_terminate_backend({first}, 5000)")
    with pytest.raises(OperationalError):
        backend(engine)  # it lived a moment ago
    second = backend(engine)
    monkeypatch.setattr("central.store.engine.TRUSTED_S", 0.0)  # as if a while had passed
    postgres.sql(f"SELECT pg_terminate_backend({second}, 5000)")
    assert backend(engine) not in (first, second)
