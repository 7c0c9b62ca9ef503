"""The centre's process: its settings, its people and gateways; and whether it has caught up."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe

from sqlalchemy import Engine, text

from central import clock
from central.api.passwords import hash_password
from central.store.engine import open_engine, reading
from central.store.save_people import add_gateway, add_user
from demo.agent import write_secret
from demo.broker import CENTRE, Broker
from demo.centre import answers
from demo.district import District, Person
from demo.process import Child, free_port, start, wait_until

CLI = (sys.executable, "-c", "from central.cli import main; main()")
BY = "system:demo"
BEHIND = (
    "SELECT count(*) FROM assessment_state WHERE assessed_revision < revision"
    " OR as_of_at < (SELECT max(as_of_at) FROM assessment_state)"
)


@dataclass(slots=True, kw_only=True)
class Server:
    """A centre over SQLite in `folder`."""

    folder: Path
    port: int
    settings: Path
    child: Child

    @property
    def url(self) -> str:
        """Where its API and pages are."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def database_url(self) -> str:
        """Where its store is."""
        return f"sqlite:///{self.folder / 'centre.db'}"

    def wait(self) -> None:
        """Until it answers."""
        wait_until(f"the centre answering at {self.url}", lambda: answers(self.url), child=self.child)

    def start_again(self) -> None:
        """After it was killed."""
        self.child.start_again()
        self.wait()

    def settled(self) -> bool:
        """Whether every project has been assessed since its last fact, and all as of one instant."""
        with self.store() as engine, reading(engine) as connection:
            return int(connection.execute(text(BEHIND)).scalar_one()) == 0

    def add_people(self, people: Sequence[Person]) -> dict[str, str]:
        """Make the demo's people, each with a password made now; returns it by user name."""
        logins = {person.username: token_urlsafe(9) for person in people}
        with self.store() as engine:
            for person in people:
                kind, _, scope = person.scope.partition(":")
                add_user(
                    engine,
                    person.username,
                    name=person.name,
                    password_hash=hash_password(logins[person.username]),
                    role=person.role,
                    scope_kind=kind,
                    scope=scope,
                    by=BY,
                    now_ms=clock.system_ms(),
                )
        return logins

    def add_gateway(self, gateway: str) -> str:
        """Register a gateway; returns its token, of which the centre keeps only a digest."""
        with self.store() as engine:
            return add_gateway(engine, gateway, by=BY, now_ms=clock.system_ms())

    @contextmanager
    def store(self) -> Iterator[Engine]:
        """Its database."""
        engine = open_engine(self.database_url)
        try:
            yield engine
        finally:
            engine.dispose()


@contextmanager
def open_server(district: District, folder: Path, *, broker: Broker, port: int) -> Iterator[Server]:
    """Write its settings, make its store, start it and wait until it answers. Port 0 = any free one."""
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    settings = folder / "centre.toml"
    account = broker.accounts[CENTRE]
    write_secret(folder / "broker.password", account.password)
    tables: Mapping[str, Mapping[str, str | int]] = {
        "": {"data_dir": str(folder), "port": port, "clock": "event"},
        "broker": {
            "url": f"mqtt://{account.username}@{broker.host}:{broker.port}",
            "password_file": str(folder / "broker.password"),
        },
        "district": district.name,
    }
    settings.write_text("\n".join(_toml(head, values) for head, values in tables.items()), encoding="utf-8")
    child = start("centre", [*CLI, "serve"], log=folder / "centre.log", env=_env(settings))
    server = Server(folder=folder, port=port, settings=settings, child=child)
    try:
        server.wait()
        yield server
    finally:
        child.stop()


def _env(settings: Path) -> dict[str, str]:
    return {"SITEPROGRESS_CENTRAL_SETTINGS": str(settings)}


def _toml(head: str, values: Mapping[str, str | int]) -> str:
    lines = [f"[{head}]"] if head else []
    return "\n".join(
        [*lines, *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()), ""]
    )
