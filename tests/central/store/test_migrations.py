"""Migrations and models say the same, on both databases."""

from __future__ import annotations

from pathlib import Path
from threading import Event, Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel

from central.errors import NewerSchema
from central.store import tables
from central.store.engine import open_engine, reading, writing
from central.store.migrate import migrate, migrate_when_it_answers
from tests.services import Postgres, free_port, wait_until


def test_migrated_schema_is_the_models(any_store: Engine) -> None:
    assert tables.Record.metadata is SQLModel.metadata
    with reading(any_store) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_migrating_again_changes_nothing(any_store: Engine) -> None:
    migrate(any_store)
    with reading(any_store) as connection:
        assert MigrationContext.configure(connection).get_current_revision() is not None


@pytest.mark.parametrize("patient", [False, True])
def test_a_schema_of_a_newer_release_is_refused_with_its_name(any_store: Engine, patient: bool) -> None:
    with writing(any_store) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerSchema, match=r"schema 9999.*expected the release that made it"):
        if patient:
            migrate_when_it_answers(any_store, stopping=Event())
        else:
            migrate(any_store)


def test_a_server_that_is_away_at_the_start_is_waited_for(postgres: Postgres, caplog: pytest.LogCaptureFixture) -> None:
    engine = open_engine(postgres.create())
    postgres.sql(f"ALTER DATABASE {engine.url.database} ALLOW_CONNECTIONS false")
    starting = Thread(target=migrate_when_it_answers, args=(engine,), kwargs={"stopping": Event()})
    starting.start()
    wait_until(lambda: "does not answer, tried again in 1 s" in caplog.text, what="it says that it waits")
    postgres.sql(f"ALTER DATABASE {engine.url.database} ALLOW_CONNECTIONS true")
    starting.join(60)
    assert not starting.is_alive()
    with reading(engine) as connection:
        assert MigrationContext.configure(connection).get_current_revision() is not None
    engine.dispose()


def test_what_will_not_pass_by_itself_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    engine = open_engine(f"sqlite:///{tmp_path / 'folder'}")
    with pytest.raises(OperationalError, match="unable to open"):
        migrate_when_it_answers(engine, stopping=Event())
    engine.dispose()


def test_told_to_stop_it_waits_no_longer() -> None:
    stopping = Event()
    engine = open_engine(f"postgresql://siteprogress@127.0.0.1:{free_port()}/none")
    starting = Thread(target=migrate_when_it_answers, args=(engine,), kwargs={"stopping": stopping})
    starting.start()
    stopping.set()
    starting.join(30)
    assert not starting.is_alive()
    engine.dispose()
