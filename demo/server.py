"""The centre's process: its settings, its people and gateways, its plans; and whether it has caught up."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe

from sqlalchemy import text

from central.store.engine import open_engine, reading
from demo.agent import write_secret
from demo.broker import CENTRE, Broker
from demo.centre import answers
from demo.district import District, Person
from demo.process import Child, free_port, run, start, wait_until

CLI = (sys.executable, "-m", "central.cli")
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
        wait_until(f"the centre answering at {self.url}", lambda: answers(self.url), child=self.child, timeout_s=60.0)

    def start_again(self) -> None:
        """After it was killed."""
        self.child.start_again()
        self.wait()

    def settled(self) -> bool:
        """Whether every project has been assessed since its last fact, and all as of one instant."""
        engine = open_engine(self.database_url)
        try:
            with reading(engine) as connection:
                return int(connection.execute(text(BEHIND)).scalar_one()) == 0
        finally:
            engine.dispose()

    def add_people(self, people: Sequence[Person]) -> dict[str, str]:
        """Make the demo's people, each with a password made now; returns it by user name."""
        logins = {person.username: token_urlsafe(9) for person in people}
        for person in people:
            command = ["user", "add", person.username, "--name", person.name, "--role", person.role]
            command += ["--scope", person.scope, "--password-stdin"]
            self._tell(*command, text=logins[person.username])
        return logins

    def add_gateway(self, gateway: str) -> str:
        """Register a gateway; returns its token, which is told only once."""
        return self._tell("gateway", "add", gateway).strip().splitlines()[-1].split()[-1]

    def import_plan(self, path: Path) -> None:
        """Take in a plan file; DemoError with the reasons when it is refused."""
        self._tell("import-plan", str(path))

    def _tell(self, *words: str, text: str | None = None) -> str:
        return run(f"siteprogress-central {words[0]}", [*CLI, *words], env=_env(self.settings), text=text)


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
    run("siteprogress-central migrate", [*CLI, "migrate"], env=_env(settings))
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
