"""Claim: a district of 1,000 projects x 20 buildings serves 200 people and 500 streams: `python -m bench.load`.

`[--projects 1000] [--users 200] [--streams 500] [--seconds 60] [--postgres] [--folder DIR] [--no-browser] [--json F]`.
The district is built once through the centre's own writes (`bench.load_district`) and kept in the folder; it is served
by `siteprogress-central serve` in a process of its own. People walk real pages with pauses of 5-15 s, then once more
without any pause; readings keep coming meanwhile and are judged. Goals (issue 7): p95 of all answers <= 200 ms with
pauses, the wall interactive in <= 2 s, a list that scrolls at 60 frames a second. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import quantiles
from threading import Event, Thread
from typing import Any

import httpx
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from bench.load_district import a_site, build, copy_into, next_frame, people_of
from bench.meter import cpu_s, family
from central import clock
from central.api.tokens import Signer, load_secret
from central.ingest.commit import commit
from central.private_data import OWNERS_UMASK
from central.store.engine import open_engine, reading
from central.store.instants import to_ms
from central.store.migrate import migrate
from tests.services import free_port, postgres_binaries, postgres_cluster, wait_until

ROOT = Path(__file__).parents[1]
GOAL_P95_MS, GOAL_WALL_S, GOAL_LATE_FRAMES = 200.0, 2.0, 0.05
THINK_S = (5.0, 15.0)
QUIET_SHARE, QUIET_MOST_S = 0.08, 180.0
READINGS_EVERY_S = 2.0
STOP_S = 60.0
AFTER_S = 5.0  # streams are followed so much longer than pages are walked


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A centre that serves, with a key to sign tokens by."""

    url: str
    pid: int
    engine: Engine
    signer: Signer

    def token(self, person: str) -> str:
        """As a login gives it."""
        return self.signer.issue(person, now=clock.system()).token

    def cpu_s(self) -> float:
        """Of the centre and its judges, so far."""
        return sum(map(cpu_s, family([self.pid])))


def prepared(folder: Path, *, projects: int, buildings: int) -> Path:
    """The folder of the built district; built now if it is not there."""
    database = folder / "centre.db"
    if (folder / "built").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    engine = open_engine(f"sqlite:///{database}")
    migrate(engine)
    with Progress() as progress:
        build(engine, projects=projects, buildings=buildings, processes=os.cpu_count() or 1, progress=progress)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    (folder / "built").touch()
    return folder


@contextmanager
def served(folder: Path, *, database: str | None, answerers: int | None = None) -> Iterator[Served]:
    """`siteprogress-central serve` over the district, quiet before anybody comes."""
    port, data = free_port(), folder
    settings = {"DATA_DIR": str(data), "PORT": str(port), "CLOCK": "event", "LOG_LEVEL": "warning"}
    if answerers is not None:
        settings["ANSWERERS"] = str(answerers)
    if database:
        settings["DATABASE"] = database
    environ = os.environ | {f"SITEPROGRESS_CENTRAL_{name}": value for name, value in settings.items()}
    command = [sys.executable, "-c", "from central.cli import main; main()", "serve"]
    with (folder / "serve.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)
    engine = open_engine(database or f"sqlite:///{folder / 'centre.db'}")
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: process.poll() is not None or _answers(url), what="the centre answers", timeout_s=120)
        if process.poll() is not None:
            raise RuntimeError(f"the centre ended: {(folder / 'serve.log').read_text()[-2000:]}")
        signer = Signer(secret=load_secret(data / "token.secret"), lifetime=timedelta(hours=2))
        found = Served(url=url, pid=process.pid, engine=engine, signer=signer)
        _until_quiet(found)
        yield found
    finally:
        engine.dispose()
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/v1/healthz", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def _until_quiet(centre: Served) -> None:
    """A centre that starts has jobs to catch up with: they are no part of what is measured."""
    end = time.monotonic() + QUIET_MOST_S
    while time.monotonic() < end:
        before = centre.cpu_s()
        time.sleep(3)
        if (centre.cpu_s() - before) / 3 < QUIET_SHARE:
            return
    raise RuntimeError(f"the centre still works {QUIET_MOST_S:g} s after its start: expected it to be idle")


# --- people ----------------------------------------------------------------------------------------------------------


def measure_people(
    centre: Served, *, projects: int, users: int, streams: int, seconds: float, think_s: tuple[float, float]
) -> dict[str, Any]:
    """People at their pages while readings come in; milliseconds by route and in all, what failed, what it cost."""
    job = _job(centre, projects=projects, users=users) | {"think_s": think_s}
    follows = _begun(job | {"seconds": seconds + AFTER_S, "streams": streams - 1, "walks": False}) if streams else None
    stopping, before, began = Event(), centre.cpu_s(), time.monotonic()
    feeder = Thread(target=_feed, args=(centre, projects, stopping), daemon=True)
    walks = _begun(job | {"seconds": seconds, "streams": min(streams, 1)})  # its one stream tells the pages of changes
    feeder.start()
    heard = _heard(walks, seconds=seconds, what=f"{users} people")
    took_s, cpu = time.monotonic() - began, centre.cpu_s() - before
    if follows is not None:
        told = _heard(follows, seconds=seconds, what=f"{streams} streams")
        heard["took_ms"] |= told["took_ms"]
        heard["failed"] |= told["failed"]
        heard |= {name: told[name] for name in ("awaited", "late_ms")}
        heard |= {name: heard[name] + told[name] for name in ("opened_streams", "changes")}
    stopping.set()
    feeder.join(10)
    return _told(heard, took_s=took_s, cpu=cpu, users=users, streams=streams)


def _begun(job: dict[str, Any]) -> subprocess.Popen[str]:
    """Their process, once its streams are open."""
    command = [sys.executable, "-m", "bench.load_users"]
    process = subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdin is not None and process.stderr is not None
    process.stdin.write(json.dumps(job))
    process.stdin.close()
    _line(process)
    return process


def _heard(process: subprocess.Popen[str], *, seconds: float, what: str) -> dict[str, Any]:
    """What they heard, once they have ended."""
    assert process.stdout is not None
    with Progress() as progress:
        task = progress.add_task(what, total=seconds)
        while not (told := _line(process)).get("ended"):
            progress.update(task, completed=seconds - told["left_s"])
    found: dict[str, Any] = json.loads(process.stdout.read())
    process.wait()
    return found


def _line(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stderr is not None
    line = process.stderr.readline()
    if not line.startswith("{"):
        raise RuntimeError(f"the people's process broke: {line}{process.stderr.read()}")
    told: dict[str, Any] = json.loads(line)
    return told


def _job(centre: Served, *, projects: int, users: int) -> dict[str, Any]:
    known = people_of(projects)
    names = Random(3).sample(sorted(known), k=min(users, len(known)))
    names += [name for name in sorted(known) if known[name][0] == "leader" and name not in names]
    with reading(centre.engine) as connection:
        warnings = connection.exec_driver_sql("SELECT warning FROM mending_case WHERE ended_at IS NULL").scalars()
        found = sorted(warnings)[:500]
    if not found:
        raise RuntimeError("no warning in the district: expected some to be worked on")
    people = [(name, known[name][0], centre.token(name)) for name in names]
    return {"url": centre.url, "people": people, "warnings": found}


def _feed(centre: Served, projects: int, stopping: Event) -> None:
    """A reading of some site every few seconds, as its gateway would hand it in; the centre judges it by itself."""
    rng, at_ms = Random(5), clock.system_ms()
    sites = [site for n in range(0, projects, 7) if (site := a_site(n, buildings=20)).behind_days is not None]
    turn = 0
    while not stopping.wait(READINGS_EVERY_S):
        frame = next_frame(rng.choice(sites), 100_000 + at_ms % 1_000_000 * 1000 + turn, more_days=rng.random())
        try:
            commit(centre.engine, frames=[frame], letters=[], now_ms=to_ms(clock.system()))
        except OperationalError as busy:  # a gateway would hand it in again
            Console(stderr=True).print(f"a reading was not taken: {busy.orig}")
        turn += 1


def _told(heard: dict[str, Any], *, took_s: float, cpu: float, users: int, streams: int) -> dict[str, Any]:
    everything = sorted(one for took in heard["took_ms"].values() for one in took)
    routes = {
        route: _spread(sorted(took)) for route, took in sorted(heard["took_ms"].items(), key=lambda one: -len(one[1]))
    }
    late = sorted(heard["late_ms"])
    return {
        "users": users,
        "answers": len(everything),
        "answers_per_s": round(len(everything) / took_s, 1),
        "pages": heard["pages"],
        "unchanged": heard["unchanged"],
        "received_mib": round(heard["received_bytes"] / 2**20, 1),
        "all": _spread(everything),
        "routes": routes,
        "failed": heard["failed"],
        "centre_cpu_share": round(cpu / took_s, 2),
        "streams": {
            "asked": streams, "opened": heard["opened_streams"], "told": heard["changes"],
            "notes_awaited": heard["awaited"], "notes_told": len(late), "late": _spread(late),
        },
    }  # fmt: skip


def _spread(took: Sequence[float]) -> dict[str, float]:
    """Percentiles of sorted milliseconds."""
    if len(took) < 2:
        return {"n": len(took)} | ({"p50": took[0], "p95": took[0], "p99": took[0], "max": took[0]} if took else {})
    cut = quantiles(took, n=100, method="inclusive")
    found = {"p50": cut[49], "p95": cut[94], "p99": cut[98], "max": took[-1]}
    return {"n": len(took)} | {name: round(value, 1) for name, value in found.items()}


# --- what is told ----------------------------------------------------------------------------------------------------


def show(console: Console, title: str, found: dict[str, Any]) -> None:
    """One run as a table."""
    table = Table("route", "n", "p50 ms", "p95 ms", "p99 ms", "max ms", title=title)
    for route, spread in {"all": found["all"], **found["routes"]}.items():
        table.add_row(route, *(f"{spread.get(name, 0):,.0f}" for name in ("n", "p50", "p95", "p99", "max")))
    console.print(table)
    streams = found["streams"]
    console.print(
        f"{found['answers_per_s']} answers/s, {found['unchanged']} unchanged (304), {found['received_mib']} MiB, "
        f"centre {found['centre_cpu_share']:.0%} of a core, failed {found['failed'] or 'none'}"
    )
    if streams["asked"]:
        console.print(
            f"streams {streams['opened']}/{streams['asked']}, notes told {streams['notes_told']} of "
            f"{streams['notes_awaited']}, late {streams['late']}"
        )


def failures(found: dict[str, Any]) -> list[str]:
    """Which goals were missed."""
    said, people, page = [], found["people"], found.get("browser")
    if people["failed"]:
        said.append(f"answers failed: {people['failed']}")
    if people["all"]["p95"] > GOAL_P95_MS:
        said.append(f"p95 {people['all']['p95']} ms: expected at most {GOAL_P95_MS:g}")
    if people["streams"]["notes_told"] < people["streams"]["notes_awaited"]:
        said.append("a stream was not told of a change")
    if page and page["wall"]["interactive_s"] > GOAL_WALL_S:
        said.append(f"wall after {page['wall']['interactive_s']} s: expected at most {GOAL_WALL_S:g}")
    if page and page["scroll"]["late_share"] > GOAL_LATE_FRAMES:
        said.append(f"{page['scroll']['late_share']:.0%} of frames over 20 ms: expected at most {GOAL_LATE_FRAMES:.0%}")
    return said


def measured(centre: Served, given: argparse.Namespace) -> dict[str, Any]:
    """Everything of one served district."""
    found: dict[str, Any] = {}
    if not given.no_browser:
        from bench.load_pages import measure_pages  # a browser is not needed for the rest

        found["browser"] = measure_pages(centre.url, centre.token("leader0"), centre_cpu_s=centre.cpu_s)
    same = {"projects": given.projects, "users": given.users}
    found["people"] = measure_people(centre, streams=given.streams, seconds=given.seconds, think_s=THINK_S, **same)
    found["without_pause"] = measure_people(
        centre, streams=0, seconds=max(10.0, given.seconds / 3), think_s=(0.0, 0.0), **same
    )
    return found


def main() -> None:
    """Measure and tell; exit 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--projects", type=int, default=1000)
    parser.add_argument("--buildings", type=int, default=20)
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--streams", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--answerers", type=int, help="processes that answer beside the server; default: the centre's")
    parser.add_argument("--postgres", action="store_true", help="the same rows in a private PostgreSQL")
    parser.add_argument("--folder", type=Path, help="where the district is kept; default var/load")
    parser.add_argument("--no-browser", action="store_true")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    os.umask(OWNERS_UMASK)
    folder = (given.folder or ROOT / "var" / "load") / f"{given.projects}x{given.buildings}"
    console = Console()
    if not given.no_browser:
        subprocess.run([sys.executable, str(ROOT / "web" / "build.py")], check=True)
    with ExitStack() as stack:
        data = prepared(folder, projects=given.projects, buildings=given.buildings)
        database = stack.enter_context(_postgres(data, console)) if given.postgres else None
        centre = stack.enter_context(served(data, database=database, answerers=given.answerers))
        found = measured(centre, given)
    for title, key in (("with pauses", "people"), ("without a pause", "without_pause")):
        show(console, f"{given.users} people {title}", found[key])
    if "browser" in found:
        console.print(found["browser"])
    if given.json:
        given.json.write_text(json.dumps(found | {"postgres": given.postgres}, indent=1))
    if missed := failures(found):
        console.print("\n".join(missed))
        raise SystemExit(1)


@contextmanager
def _postgres(data: Path, console: Console) -> Iterator[str]:
    """A private cluster with the rows of the built district."""
    binaries = postgres_binaries()
    if binaries is None:
        raise SystemExit("no PostgreSQL on this machine: scripts/system-packages.sh installs it")
    with postgres_cluster(binaries) as cluster:
        url, source = cluster.create(), open_engine(f"sqlite:///{data / 'centre.db'}")
        target = open_engine(url)
        migrate(target)
        with Progress() as progress:
            copy_into(target, source, progress)
        with target.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")  # as its own housekeeping does within minutes
        console.print("the same rows are in PostgreSQL")
        source.dispose()
        target.dispose()
        yield url


if __name__ == "__main__":
    main()
