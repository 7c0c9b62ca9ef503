"""The whole centre as a process: settings, people, gateways, ingest through a real broker, a kill in the middle."""

from __future__ import annotations

import http.client
import json
import os
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from central.store.engine import open_engine, reading
from tests.central.edge import Edge
from tests.services import Broker, free_port, is_well, mosquitto_in, wait_until

CLI = [sys.executable, "-m", "central.cli"]
CROWD = 60  # who ask at once: more than processes beside are begun for


class Running:
    """A `siteprogress-central serve` of a test."""

    def __init__(self, folder: Path, broker: Broker) -> None:
        self.folder, self.port = folder, free_port()
        self.file = folder / "centre.toml"
        self.file.write_text(
            f'data_dir = "{folder}"\nport = {self.port}\nclock = "event"\n\n[broker]\nurl = "{broker.url("centre")}"\n'
        )
        self.env = {**os.environ, "SITEPROGRESS_CENTRAL_SETTINGS": str(self.file)}
        self.process: subprocess.Popen[bytes] | None = None

    def tell(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*CLI, *words], env=self.env, input=stdin, capture_output=True, text=True, check=False, timeout=60
        )

    def start(self) -> Running:
        with (self.folder / "centre.log").open("ab") as log:
            self.process = subprocess.Popen([*CLI, "serve"], env=self.env, stdout=log, stderr=log)
        wait_until(self.answers, what=f"centre answering: {(self.folder / 'centre.log').read_text()[-2000:]}")
        return self

    def answers(self) -> bool:
        return is_well(self.port)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def end(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(20)

    @property
    def log(self) -> str:
        return (self.folder / "centre.log").read_text()

    @property
    def engine(self) -> Engine:
        return open_engine(f"sqlite:///{self.folder / 'centre.db'}")


@pytest.fixture
def centre(tmp_path: Path, mosquitto: Broker) -> Iterator[Running]:
    running = Running(tmp_path, mosquitto)
    assert running.tell("gateway", "add", "gw-1").returncode == 0
    yield running.start()
    if running.process is not None and running.process.poll() is None:
        running.kill()


@pytest.fixture(scope="module")
def not_started(tmp_path_factory: pytest.TempPathFactory) -> Running:
    """A centre with one gateway, for what a command line refuses before anything is changed."""
    folder = tmp_path_factory.mktemp("not-started")
    running = Running(folder, mosquitto_in(folder))
    assert running.tell("gateway", "add", "gw-1").returncode == 0
    return running


def _wait_beyond(edge: Edge, mark: int) -> None:
    wait_until(lambda: edge.acked > mark, what=f"ack beyond {mark}")


def _count(engine: Engine, table: str) -> int:
    with reading(engine) as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_records_are_stored_and_acked_and_it_ends_cleanly(centre: Running, mosquitto: Broker) -> None:
    edge = Edge(mosquitto, gateway="gw-1").connect()
    edge.hello()
    wait_until(lambda: edge.acks, what="answer to the birth")
    edge.send(1, 500)
    wait_until(lambda: edge.acked == 500, what="ack of 500")
    assert _count(centre.engine, "record") == 500
    assert centre.end() == 0
    edge.close()


def test_what_a_gateway_sends_forges_no_line_of_the_log(centre: Running, mosquitto: Broker) -> None:
    edge = Edge(mosquitto, gateway="gw-1").connect()
    edge.say("birth", b'{"v": "\\n2026-11-23 ERROR forged \\u001b[31m"}')
    edge.send(1, 10)
    wait_until(lambda: edge.acked == 10, what="what came beside it is acked")
    (said,) = [line for line in centre.log.splitlines() if "forged" in line]
    assert "WARNING central.ingest.worker dead letter:" in said
    assert "\x1b" not in said
    edge.close()


def test_killed_between_insert_and_ack_it_stores_each_record_once(centre: Running, mosquitto: Broker) -> None:
    edge = Edge(mosquitto, gateway="gw-1").connect()
    for start in range(1, 4001, 200):
        edge.send(start, start + 199)
        if start in {1001, 2201}:
            wait_until(lambda: _count(centre.engine, "record") > 0, what="first rows")
            centre.kill()
            centre.start()
    while edge.acked < 4000:  # what an edge does: go back to the last ack
        wait_until(lambda: edge.host_online, what="host online")
        acked = edge.acked  # asked once: the answer may come before the next line
        edge.send(acked + 1, min(acked + 200, 4000))
        _wait_beyond(edge, acked)
    assert _count(centre.engine, "record") == 4000
    assert centre.end() == 0
    edge.close()


def test_a_centre_whose_disk_takes_nothing_acks_nothing_says_so_and_goes_on_by_itself(
    centre: Running, mosquitto: Broker
) -> None:
    edge = Edge(mosquitto, gateway="gw-1").connect()
    edge.send(1, 10)
    _wait_beyond(edge, 9)
    assert centre.process is not None
    held = (centre.folder / "centre.db-wal").stat().st_size
    resource.prlimit(centre.process.pid, resource.RLIMIT_FSIZE, (held, resource.RLIM_INFINITY))
    for start in range(11, 2001, 200):  # more than the log has room for
        edge.send(start, start + 199)
    wait_until(lambda: _health(centre) == ("degraded", ["ingest"]), what="health says that nothing is stored")
    stored = _count(centre.engine, "record")
    assert edge.acked <= stored < 2010
    resource.prlimit(centre.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    wait_until(lambda: edge.acked == 2010, what="all stored once there is room")
    assert _count(centre.engine, "record") == 2010
    mosquitto.kill()
    wait_until(lambda: _health(centre) == ("degraded", ["broker"]), what="health says that nothing arrives")
    mosquitto.start()
    wait_until(lambda: _health(centre) == ("ok", []), what="well again")
    edge.close()


def _health(centre: Running) -> tuple[str, list[str]]:
    connection = http.client.HTTPConnection("127.0.0.1", centre.port, timeout=20)
    try:
        connection.request("GET", "/api/v1/healthz")
        said = json.load(connection.getresponse())
        return said["status"], said["problems"]
    finally:
        connection.close()


def test_processes_beside_it_answer_are_begun_again_and_end_with_it(centre: Running) -> None:
    centre.kill()
    centre.env["SITEPROGRESS_CENTRAL_ANSWERERS"] = "1"
    centre.start()

    def answering() -> list[int]:
        with ThreadPoolExecutor(CROWD) as people:
            assert set(people.map(_asked, [centre.port] * CROWD)) == {401}
        return [int(pid) for pid in re.findall(r"answers questions: pid=(\d+)", centre.log)]

    (first,) = wait_until(answering, what="a process beside answers")
    os.kill(first, signal.SIGKILL)
    assert _asked(centre.port) == 401
    assert "the question is answered here: path=/api/v1/district" in centre.log
    _, second = wait_until(lambda: len(found := answering()) == 2 and found, what="another answers")
    assert centre.end() == 0
    wait_until(lambda: not Path(f"/proc/{second}").exists(), what="it ended with its server")


def _asked(port: int) -> int:
    """Who says nothing of himself is told so by whoever answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", "/api/v1/district")
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["gateway", "add", "Host Name"], "expected 1-63 of a-z"),
        (["gateway", "add", "gw-1"], "expected a new id"),
        (["user", "add", "u", "--name", "U", "--role", "king"], "expected one of admin"),
        (["user", "add", "u", "--name", "U", "--role", "admin", "--scope", "moon:1"], "expected district, unit:NAME"),
        (["user", "add", "u", "--name", "U", "--role", "admin", "--password-stdin"], "at least 10 characters"),
        (["verify-delivery", "--edge", "/nowhere"], "expected the data_dir of a gateway"),
    ],
)
def test_a_wrong_command_says_what_was_expected(not_started: Running, words: list[str], said: str) -> None:
    done = not_started.tell(*words, stdin="short\n")
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
