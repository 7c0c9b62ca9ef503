"""Shared fixtures: brokers and databases, all real."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Engine

from central import seldom  # noqa: F401 thousands of tests are made that stay
from central.store.engine import open_engine
from central.store.migrate import migrate
from tests.services import Broker, Postgres, amqtt_in, mosquitto_in, postgres_binaries, postgres_cluster

settings.register_profile("untimed", deadline=None)  # on a busy machine an example takes longer, and is as right
settings.load_profile("untimed")
os.environ.pop("COLUMNS", None)  # a worker of xdist has it; a console made at import would keep to its narrow width


LONGEST = (
    "central/api/test_fuzz.py",
    "system/test_remote_configuration.py",
    "faults/test_slice.py",
    "system/test_demo.py",
    "fuzz/test_fuzz.py",
    "central/test_serve.py",
    "central/api/uploads/test_cuts.py",
    "web/test_insight_pages.py",
    "web/test_every_page.py",
    "central/test_side_judges.py",
    "system/test_frame_to_score.py",
    "central/requirements/test_evaluated_year.py",
    "edge_agent/test_agent.py",
    "central/api/test_ledger_fuzz.py",
    "faults/test_holes.py",
    "web/test_looking_back.py",
    "web/test_bad_input.py",
    "central/test_checkpoint.py",
    "system/test_commissioning.py",
    "web/test_project_parts.py",
    "central/test_reassess.py",
    "web/test_map.py",
    "web/test_pages.py",
    "central/requirements/test_year.py",
)
"""Files of half a minute and more, the longest first: a file is one worker's, and none is to be begun at the end."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Among several workers (`--no-loadscope-reorder`, or xdist would begin with the most tests) the longest first."""
    if hasattr(config, "workerinput"):
        places = {Path(__file__).parent / name: place for place, name in enumerate(LONGEST)}
        items.sort(key=lambda item: places.get(item.path, len(places)))


def pytest_collection_finish() -> None:
    """Tests and all that they import stay to the end: no test looks through them for garbage."""
    gc.freeze()


@pytest.fixture(autouse=True)
def _umask() -> Iterator[None]:
    """Files are as open as usual in every test: a service started within another one sets a closed umask for itself."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Broker]:
    """A started mosquitto with the users of `tests.services.USERS`; may be stopped, killed and started again."""
    broker = mosquitto_in(tmp_path).start()
    yield broker
    broker.kill()


@pytest.fixture
def amqtt_broker(tmp_path: Path) -> Iterator[Broker]:
    """A started amqtt broker with the same users."""
    broker = amqtt_in(tmp_path).start()
    yield broker
    broker.kill()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A private PostgreSQL cluster with a migrated template database `siteprogress`."""
    binaries = postgres_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL server not found: scripts/system-packages.sh installs it")
    with postgres_cluster(binaries) as cluster:
        cluster.sql("CREATE DATABASE siteprogress")
        engine = open_engine(cluster.url("siteprogress"))
        migrate(engine)
        engine.dispose()
        yield cluster


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy from."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A migrated empty database, once on SQLite and once on PostgreSQL. `engine.url` names it for other processes."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "centre.db")
        url = f"sqlite:///{tmp_path / 'centre.db'}"
    else:
        url = request.getfixturevalue("postgres").create(template="siteprogress")
    engine = open_engine(url)
    yield engine
    engine.dispose()
    if request.param == "postgresql":
        request.getfixturevalue("postgres").drop(url)


@pytest.fixture
def sqlite_store(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Engine]:
    """A migrated empty SQLite database only, where the other database adds nothing."""
    shutil.copy(migrated_sqlite, tmp_path / "centre.db")
    engine = open_engine(f"sqlite:///{tmp_path / 'centre.db'}")
    yield engine
    engine.dispose()
