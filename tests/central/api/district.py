"""A small district in a real store, filled the way the centre fills it: plans, frames through ingest, reassessment.

Projects: qp (青坪街道, 区住建局): qp-b1 on plan, qp-b2 stalled on day 20; ml (麦岭街道, 区教育局): planned, never seen.
"""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from sqlalchemy import Engine
from sqlmodel import Session

from central.api.app import create_app
from central.api.changes import Changes
from central.api.passwords import hash_password
from central.api.services import ApiSettings, Services
from central.api.tokens import Signer
from central.domain import Building, Project, Text
from central.ingest.commit import commit
from central.plan.document import PlannedFace
from central.reassess import reassess
from central.store import tables
from central.store.engine import writing
from central.store.instants import to_ms
from central.store.save_plan import save_plan
from tests.central.api.pictures import a_jpeg, digest
from tests.central.build import STAGES, START, a_building, a_demo_building, a_project, at, text
from tests.services import free_port, wait_until
from wire.codec import content_hash, encode_body
from wire.messages import CameraEvent, FaceReading, Frame, Record

PASSWORD = "清溪 river 42"
HASHED = hash_password(PASSWORD)
GATEWAY_TOKEN = "the token of gw-1"
LAST_DAY = 36
NOW = at(LAST_DAY)
WALL = datetime(2026, 11, 21, 8, tzinfo=UTC)
STILL = a_jpeg(seed=1)
ROWS, COLS = 10, 4

PEOPLE = {  # username: role, scope kind, scope
    "admin": ("admin", "district", ""),
    "leader": ("leader", "district", ""),
    "owner": ("project_owner", "project", "qp"),
    "street": ("inspector", "street", "麦岭街道"),
    "unit": ("clerk", "unit", "区住建局"),
    "audit": ("auditor", "district", ""),
    "discipline": ("discipline", "district", ""),
    "public": ("public", "district", ""),
    "builder": ("contractor", "project", "qp"),
    "nobody": ("", "", ""),
}


PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Not used over http; without it each client reads all root certificates."""


@dataclass(slots=True)
class Wall:
    """A wall clock that tests set."""

    at: datetime = WALL

    def __call__(self) -> datetime:
        return self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """A served API over a store, with what a test needs to move it."""

    url: str
    app: FastAPI
    engine: Engine
    services: Services
    wall: Wall
    clients: ExitStack

    def client(self, username: str | None = None, *, token: str | None = None) -> httpx.Client:
        """A client with that person's token (or the given one, or none)."""
        if username is not None:
            token = self.services.signer.issue(username, now=self.wall()).token
        headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
        return self.clients.enter_context(httpx.Client(base_url=self.url, headers=headers, timeout=20, verify=PLAIN))


@contextmanager
def served(engine: Engine, data_dir: Path, *, pages: Path | None = None, **more: Any) -> Iterator[Centre]:
    """The API over a store behind a real server on the loopback, with a wall clock of its own; `more` are settings."""
    wall = Wall()
    services = _services(engine, data_dir, wall=wall, pages=pages, **more)
    app = create_app(services)
    port = free_port()
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        log_level="warning",
        lifespan="off",
        ws="none",
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, name="centre")
    thread.start()
    try:
        wait_until(lambda: server.started, what="the server has started")
        with ExitStack() as clients:
            url = f"http://127.0.0.1:{port}"
            yield Centre(url=url, app=app, engine=engine, services=services, wall=wall, clients=clients)
    finally:
        services.changes.close()
        server.should_exit = True
        thread.join(timeout=20)


def _services(engine: Engine, data_dir: Path, *, wall: Wall, pages: Path | None, **more: Any) -> Services:
    return Services(
        engine=engine,
        settings=ApiSettings(
            data_dir=data_dir,
            district=Text(zh="栖川区", en="Qichuan"),
            version="0",
            pages=pages,
            heartbeat=timedelta(seconds=1),
            **more,
        ),
        signer=Signer(secret=bytes(32), lifetime=timedelta(minutes=20)),
        changes=Changes(),
        clock=lambda: NOW,
        wall=wall,
    )


def fill(engine: Engine) -> None:
    """The whole district."""
    add_people(engine)
    add_plans(engine)
    add_gateway(engine)
    commit(engine, frames=[frame_of(records())], letters=[], now_ms=to_ms(NOW))
    for project in ("qp", "ml"):
        reassess(engine, project, NOW)


def add_people(engine: Engine) -> None:
    """PEOPLE, all with the same password."""
    with writing(engine) as connection, Session(connection) as session:
        for username, (role, kind, scope) in PEOPLE.items():
            person = tables.User(username=username, name=f"the {username}", password_hash=HASHED, created_at=0)
            session.add(person)
            session.flush()
            if role and person.id is not None:
                session.add(tables.Grant(user=person.id, role=role, scope_kind=kind, scope=scope))
        session.flush()


def add_plans(engine: Engine) -> None:
    """Both projects."""
    south = PlannedFace(gateway="gw-1", camera="c1", building="qp-b1", face="south")
    faces = (south, PlannedFace(gateway="gw-1", camera="c2", building="qp-b2", face="south"))
    for project, places in ((qingping(), faces), (mailing(), ())):
        save_plan(
            engine, project, faces=places, document={"id": project.id}, by="test", reason="first", now_ms=to_ms(at(0))
        )


def qingping() -> Project:
    """Two buildings of four items each over 60 days."""
    buildings = tuple(_renamed(a_demo_building(name, weight_bp=5000), "qp") for name in ("qp-b1", "qp-b2"))
    return _project("qp", buildings, street="青坪街道", unit="区住建局")


def mailing() -> Project:
    """One building that no camera watches."""
    return _project("ml", (_renamed(a_building("ml-b1"), "ml"),), street="麦岭街道", unit="区教育局")


def _project(name: str, buildings: tuple[Building, ...], *, street: str, unit: str) -> Project:
    plain = a_project(*buildings, finish=START + timedelta(days=59))
    named = replace(plain, id=name, name=Text(zh=f"项目{name}", en=f"Project {name}"))
    return replace(named, street=text(street), unit=text(unit))


def _renamed(building: Building, project: str) -> Building:
    name = Text(zh=f"{building.id}号楼", en=f"Building {building.id}")
    return replace(building, project=project, name=name, storeys=ROWS)


def add_gateway(engine: Engine) -> None:
    """gw-1 with its token, and gw-9 that was retired."""
    hashed = hashlib.sha256(GATEWAY_TOKEN.encode()).hexdigest()
    retired = hashlib.sha256(b"retired").hexdigest()
    with writing(engine) as connection, Session(connection) as session:
        session.add(tables.Gateway(id="gw-1", token_sha256=hashed, registered_at=0))
        session.add(tables.Gateway(id="gw-9", token_sha256=retired, registered_at=0, retired_at=1))
        session.flush()


def records() -> list[Record]:
    """Two readings a day of both buildings, then camera c2 is knocked."""
    found: list[Record] = []
    for half_day in range(2 * LAST_DAY):
        day = half_day / 2 + 0.25
        for camera, building, done in (("c1", "qp-b1", day), ("c2", "qp-b2", min(day, 20.0))):
            body = reading(building, camera, done=done, still=digest(STILL) if half_day == 40 else None)
            found.append(a_record(len(found) + 1, "face_reading", day, body))
    knocked = CameraEvent(camera="c2", code="moved", state="begin", detail="31 px")
    return [*found, a_record(len(found) + 1, "camera_event", LAST_DAY - 0.5, knocked)]


def a_record(seq: int, kind: str, day: float, body: FaceReading | CameraEvent) -> Record:
    """One record at a day of the project."""
    plain, at_ms = encode_body(body), to_ms(at(day))
    hashed = content_hash(kind=kind, at=at_ms, body=plain)
    return Record(seq=seq, kind=kind, at=at_ms, clock="synced", hash=hashed, body=plain)


def frame_of(found: list[Record]) -> Frame:
    """All records in one frame of gw-1's first epoch."""
    return Frame(gw="gw-1", epoch="e1", lo=1, hi=len(found), boot="b", sent_at=0, recs=tuple(found))


def reading(building: str, camera: str, *, done: float, still: str | None = None) -> FaceReading:
    """What a camera would read of a building that has worked `done` days by plan: rows rise, stages follow."""
    first_last = ((0, 35), (10, 45), (20, 52), (28, 60))
    shares = [min(1.0, max(0.0, (done - first) / (last - first))) for first, last in first_last]
    tops = [round(share * ROWS * COLS) for share in shares]
    stage_of_cell = [(0, 2, 3, 4, 5)[sum(cell < top for top in tops)] for cell in range(ROWS * COLS)]
    stage = tuple(tuple(stage_of_cell[row * COLS : (row + 1) * COLS]) for row in range(ROWS))
    counts = [sum(cell == index for row in stage for cell in row) for index in range(len(STAGES))]
    credit = (0, 2500, 5000, 6500, 8000, 10_000)
    shares_bp = [count * 10_000 // (ROWS * COLS) for count in counts]
    return FaceReading(
        camera=camera,
        face="south",
        building=building,
        work_type="new_build",
        stages=STAGES,
        stage_shares_bp=tuple(shares_bp),
        completion_bp=sum(share * worth for share, worth in zip(shares_bp, credit, strict=True)) // 10_000,
        sigma_bp=200,
        coverage_bp=9000,
        top_storey=tops[0] // COLS,
        stage=stage,
        stage_bp=tuple((9000,) * COLS for _ in range(ROWS)),
        occluded=tuple((0,) * COLS for _ in range(ROWS)),
        cover=tuple(("",) * COLS for _ in range(ROWS)),
        quality=("ok",),
        registration="VERIFIED",
        residual_mpx=300,
        model_sha256="a" * 64,
        frame_sha256=digest(f"{building}{done}".encode()),
        evidence_sha256=still,
    )
