"""The API over a filled store, on both databases."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from central.store.engine import open_engine
from tests.central.api.district import Centre, fill, served
from tests.services import Postgres


@pytest.fixture(scope="session")
def filled_sqlite(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The district in a SQLite file to copy from."""
    path = tmp_path_factory.mktemp("district") / "centre.db"
    shutil.copy(migrated_sqlite, path)
    engine = open_engine(f"sqlite:///{path}")
    fill(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def filled_postgres(postgres: Postgres) -> str:
    """Name of a PostgreSQL database with the district, to be used as a template."""
    url = postgres.create(template="siteprogress")
    engine = open_engine(url)
    fill(engine)
    engine.dispose()
    return url.rsplit("/", 1)[1].split("?")[0]


@pytest.fixture
def filled(filled_sqlite: Path, tmp_path: Path) -> Iterator[Engine]:
    """The district on SQLite, for what does not depend on the database."""
    shutil.copy(filled_sqlite, tmp_path / "centre.db")
    engine = open_engine(f"sqlite:///{tmp_path / 'centre.db'}")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def centre(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """The API over the district, once on each database, for tests that only read."""
    engine = open_engine(_copy(request, tmp_path_factory.mktemp("centre")))
    with served(engine, tmp_path_factory.mktemp("data")) as centre:
        yield centre
    engine.dispose()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def fuzzed_centre(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """A centre of a module's own, for tests that send it anything."""
    engine = open_engine(_copy(request, tmp_path_factory.mktemp("fuzzed")))
    with served(engine, tmp_path_factory.mktemp("data")) as centre:
        yield centre
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def own_centre(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Centre]:
    """The API over a district of the test's own, once on each database."""
    url = _copy(request, tmp_path)
    engine = open_engine(url)
    with served(engine, tmp_path / "data") as centre:
        yield centre
    engine.dispose()
    if request.param == "postgresql":
        request.getfixturevalue("postgres").drop(url)


@pytest.fixture
def one_centre(filled: Engine, tmp_path: Path) -> Iterator[Centre]:
    """The API over a district of the test's own, on SQLite only."""
    with served(filled, tmp_path / "data") as centre:
        yield centre


def _copy(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("filled_sqlite"), folder / "centre.db")
        return f"sqlite:///{folder / 'centre.db'}"
    template = request.getfixturevalue("filled_postgres")
    url: str = request.getfixturevalue("postgres").create(template=template)
    return url
