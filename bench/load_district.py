"""A large district for `bench.load`: plans, gateways, frames, payments and people through the centre's own writes.

Everything follows from a seed and ends at NOW, the instant of the newest reading: a centre whose clock is `event` then
judges nothing anew while it is measured.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from threading import Event
from typing import Any

from rich.progress import Progress
from sqlalchemy import Connection, Engine, Table, func, insert, select
from sqlmodel import SQLModel

from central.domain import Building, FundEntry, FundKind, PlanPoint, Project, Text, WorkItem
from central.ingest.commit import commit
from central.money.posting import Posted, Posting
from central.plan.calendar import midnight
from central.plan.document import ImportedPlan, PlannedFace
from central.side_judges import judge_beside
from central.store import tables
from central.store.engine import writing
from central.store.instants import to_ms
from central.store.save_ledger import POST_MAX, post
from central.store.save_people import token_digest
from central.store.save_plan import put_plan
from central.store.upsert import table_of
from wire.codec import content_hash, encode_body
from wire.messages import FaceReading, Frame, Record

TODAY = date(2026, 6, 8)
NOW = midnight(TODAY) + timedelta(hours=12)
STREETS = ("青坪街道", "麦岭街道", "望川街道", "澜桥街道", "松汀街道", "禾坞街道", "云栈街道", "白榆街道")
UNITS = ("区住建局", "区教育局", "区交通局", "区卫健局", "区水务局", "区民政局")
WORKS = ("小学扩建", "保障房", "卫生站", "文化站", "安置房", "养老院", "幼儿园", "农贸市场")
STAGES = ("void", "formwork", "structure", "infill", "base", "finished")
CREDIT_BP = (0, 2_500, 5_000, 6_500, 8_000, 10_000)
ITEMS = (  # name in both languages, weight, what counts, first and last share of the plan's days
    ("主体结构", "Structure", 5_000, {"formwork": 5_000, **dict.fromkeys(STAGES[2:], 10_000)}, 0.0, 0.58),
    ("砌体", "Masonry", 1_500, dict.fromkeys(STAGES[3:], 10_000), 0.17, 0.75),
    ("外墙基层", "Base coat", 1_500, dict.fromkeys(STAGES[4:], 10_000), 0.33, 0.87),
    ("外墙饰面", "Finish", 2_000, dict.fromkeys(STAGES[5:], 10_000), 0.47, 1.0),
)
ROWS, COLS, CAMERAS = 8, 4, 4
LOOKED_DAYS = 8  # each day one look at each building, and the newest at NOW
PLANS_AT_ONCE, FRAMES_AT_ONCE = 20, 20
BEHIND_DAYS = {"": 0.0, "blue": 2.5, "yellow": 4.5, "red": 6.5}
FULL_BP = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A project with what is really done there: `behind_days` its first building is late; None = no camera yet."""

    project: Project
    behind_days: float | None
    paid_bp: int

    @property
    def gateway(self) -> str:
        """The box on the site."""
        return f"gw-{self.project.id}"


def a_site(nth: int, *, buildings: int, seed: int = 7) -> Site:
    """The nth project of the district."""
    rng = random.Random(f"{seed}/{nth}")
    said = rng.random()
    story = "red" if said < 0.03 else "yellow" if said < 0.1 else "blue" if said < 0.22 else ""
    project = _project(f"p{nth:04}", buildings, rng)
    return Site(
        project=project,
        behind_days=None if said > 0.97 else BEHIND_DAYS[story] + rng.uniform(-0.5, 0.5),
        paid_bp=rng.randint(500, 3_500),
    )


def _project(name: str, buildings: int, rng: random.Random) -> Project:
    start = TODAY - timedelta(days=rng.randint(LOOKED_DAYS - 1, LOOKED_DAYS))
    length, street = rng.randint(18, 24), rng.choice(STREETS)
    share = FULL_BP // buildings
    weights = [share] * (buildings - 1) + [FULL_BP - share * (buildings - 1)]
    number = int(name[1:])
    return Project(
        id=name,
        code=f"2026-320111-47-01-{number:06}",
        name=Text(zh=f"{street[:2]}{rng.choice(WORKS)}{number}期", en=f"Works {number}"),
        street=Text(zh=street, en=f"Street {STREETS.index(street) + 1}"),
        unit=Text(zh=(unit := rng.choice(UNITS)), en=f"Bureau {UNITS.index(unit) + 1}"),
        work_type="new_build",
        contract_fen=rng.randint(500, 9_000) * 10_000_00,
        budget_fen=9_500 * 10_000_00,
        start=start,
        finish=start + timedelta(days=length - 1),
        pauses=(),
        plan_version=1,
        buildings=tuple(_building(f"{name}-b{n:02}", name, weights[n], start, length) for n in range(buildings)),
    )


def _building(name: str, project: str, weight_bp: int, start: date, length: int) -> Building:
    items = tuple(
        WorkItem(
            id=f"{name}-i{n}",
            building=name,
            name=Text(zh=zh, en=en),
            weight_bp=weight,
            credits=tuple(worth_of.items()),
            points=_points(start, round(length * first), round(length * last)),
        )
        for n, (zh, en, weight, worth_of, first, last) in enumerate(ITEMS)
    )
    number = int(name[-2:]) + 1
    label = Text(zh=f"{number}号楼", en=f"Building {number}")
    return Building(id=name, project=project, name=label, storeys=ROWS, weight_bp=weight_bp, items=items)


def _points(start: date, first: int, last: int) -> tuple[PlanPoint, ...]:
    before = (PlanPoint(day=start + timedelta(days=first - 1), cum_bp=0),) if first else ()
    return (*before, PlanPoint(day=start + timedelta(days=last - 1), cum_bp=FULL_BP))


# --- what is told of it ----------------------------------------------------------------------------------------------


def build(engine: Engine, *, projects: int, buildings: int, processes: int, progress: Progress) -> None:
    """The whole district in a migrated, empty database."""
    sites = [a_site(nth, buildings=buildings) for nth in range(projects)]
    with writing(engine) as connection:
        _put_people(connection, sites)
    for some in _shares(sites, PLANS_AT_ONCE, progress, "plans"):
        with writing(engine) as connection:
            for site in some:
                _put_plan(connection, site)
    watched = [site for site in sites if site.behind_days is not None]
    for some in _shares(watched, FRAMES_AT_ONCE, progress, "frames"):
        commit(engine, frames=[frame_of(site) for site in some], letters=[], now_ms=to_ms(NOW))
    for some in _shares(sites, POST_MAX // 3, progress, "payments"):
        with writing(engine) as connection:
            _pay(connection, some)
    task, ids = progress.add_task("judging", total=projects), [site.project.id for site in sites]
    for verdicts in judge_beside(engine, ids, NOW, processes=processes, stopping=Event()):
        if wrong := [one for one in verdicts if one.error]:
            raise RuntimeError(f"{wrong[0].project} was not judged: {wrong[0].error}")
        progress.advance(task, len(verdicts))


def people_of(projects: int) -> dict[str, tuple[str, str, str]]:
    """Everybody who looks, with role, kind of scope and scope: the offices, and owners and inspectors of projects."""
    found = {f"leader{n}": ("leader", "district", "") for n in range(10)}
    found |= {f"finance{n}": ("finance", "district", "") for n in range(5)}
    for at, unit in enumerate(UNITS):
        found |= {f"head{at}-{n}": ("dept_head", "unit", unit) for n in range(2)}
        found |= {f"section{at}-{n}": ("section", "unit", unit) for n in range(8)}
    for at, street in enumerate(STREETS):
        found |= {f"inspector{at}-{n}": ("inspector", "street", street) for n in range(6)}
    owners = min(projects, 100)
    return found | {f"owner{n}": ("project_owner", "project", f"p{n * projects // owners:04}") for n in range(owners)}


def _put_people(connection: Connection, sites: Sequence[Site]) -> None:
    users, grants = table_of(tables.User), table_of(tables.Grant)
    for name, (role, kind, scope) in people_of(len(sites)).items():
        row = {"username": name, "name": name, "password_hash": "", "active": True, "created_at": 0}
        number = connection.execute(insert(users).values(**row).returning(users.c.id)).scalar_one()
        given = {"user": number, "role": role, "scope_kind": kind, "scope": scope, "valid_from_at": 0}
        connection.execute(insert(grants).values(**given))
    boxes = [
        {"id": site.gateway, "token_sha256": token_digest(site.gateway), "registered_at": 0, "retired_at": None}
        for site in sites
    ]
    connection.execute(insert(table_of(tables.Gateway)), boxes)


def _put_plan(connection: Connection, site: Site) -> None:
    project = site.project
    faces = tuple(
        PlannedFace(gateway=site.gateway, camera=f"c{n % CAMERAS + 1}", building=building.id, face="south")
        for n, building in enumerate(project.buildings)
    )
    plan = ImportedPlan(project=project, faces=faces, document={"id": project.id})
    put_plan(connection, plan, by="规划科", reason="年度计划", now_ms=to_ms(midnight(project.start)))


def frame_of(site: Site) -> Frame:
    """Every reading of a site: each building on each of the days that its cameras were heard."""
    begun = min(LOOKED_DAYS, (TODAY - site.project.start).days)
    looks = [(days, n) for days in range(begun, -1, -1) for n in range(len(site.project.buildings))]
    records = tuple(_record(site, seq, days, n) for seq, (days, n) in enumerate(looks, start=1))
    return Frame(gw=site.gateway, epoch="e1", lo=1, hi=len(records), boot="b", sent_at=0, recs=records)


def next_frame(site: Site, seq: int, *, more_days: float) -> Frame:
    """One reading more of the first building, at NOW, which is so many days further than it was said to be."""
    record = _record(site, seq, 0, 0, more_days=more_days)
    return Frame(gw=site.gateway, epoch="e1", lo=seq, hi=seq, boot="b", sent_at=0, recs=(record,))


def _record(site: Site, seq: int, days_ago: int, nth: int, *, more_days: float = 0.0) -> Record:
    at_ms = to_ms(NOW - timedelta(days=days_ago, minutes=nth if days_ago else 0))
    body = encode_body(_reading(site, nth, days_ago=days_ago - more_days))
    hashed = content_hash(kind="face_reading", at=at_ms, body=body)
    return Record(seq=seq, kind="face_reading", at=at_ms, clock="synced", hash=hashed, body=body)


def _reading(site: Site, nth: int, *, days_ago: float) -> FaceReading:
    """Rows rise and stages follow as the plan asks, less what the building is behind."""
    project = site.project
    length = (project.finish - project.start).days + 1
    late = site.behind_days if nth == 0 and site.behind_days else 0.0
    share = ((NOW - midnight(project.start)) / timedelta(days=1) - days_ago - late) / length
    tops = [round(min(1.0, max(0.0, (share - first) / (last - first))) * ROWS * COLS) for *_, first, last in ITEMS]
    cells = [(0, 2, 3, 4, 5)[sum(cell < top for top in tops)] for cell in range(ROWS * COLS)]
    shares_bp = [cells.count(index) * FULL_BP // (ROWS * COLS) for index in range(len(STAGES))]
    worth = sum(share_bp * credit for share_bp, credit in zip(shares_bp, CREDIT_BP, strict=True))
    building = project.buildings[nth].id
    return FaceReading(
        camera=f"c{nth % CAMERAS + 1}",
        face="south",
        building=building,
        work_type="new_build",
        stages=STAGES,
        stage_shares_bp=tuple(shares_bp),
        completion_bp=worth // FULL_BP,
        sigma_bp=200,
        coverage_bp=9_000,
        top_storey=tops[0] // COLS,
        stage=tuple(tuple(cells[row * COLS : (row + 1) * COLS]) for row in range(ROWS)),
        stage_bp=tuple((9_000,) * COLS for _ in range(ROWS)),
        occluded=tuple((0,) * COLS for _ in range(ROWS)),
        cover=tuple(("",) * COLS for _ in range(ROWS)),
        quality=("ok",),
        registration="VERIFIED",
        residual_mpx=300,
        model_sha256="a" * 64,
        frame_sha256=hashlib.sha256(f"{building}{days_ago}".encode()).hexdigest(),
        evidence_sha256=None,
    )


def _pay(connection: Connection, sites: Sequence[Site]) -> None:
    postings = [Posting(entry=entry) for site in sites for entry in _entries(site)]
    ids = [site.project.id for site in sites]
    found = post(connection, postings, projects=ids, by="财政甲", at_ms=to_ms(NOW))
    if wrong := [one for one in found if not isinstance(one, Posted)]:
        raise RuntimeError(f"{len(wrong)} entries were not posted, the first is {wrong[0]}")


def _entries(site: Site) -> Iterator[FundEntry]:
    project = site.project
    paid_fen = project.contract_fen * site.paid_bp // FULL_BP
    told: tuple[tuple[FundKind, date, int], ...] = (
        ("budget", project.start, project.contract_fen),
        ("release", project.start, project.contract_fen),
        ("pay", TODAY - timedelta(days=5), paid_fen),
    )
    for kind, day, fen in told:
        voucher = f"{project.id}-{kind}"
        yield FundEntry(voucher=voucher, project=project.id, kind=kind, day=day, amount_fen=fen, contract="c1")


def _shares(sites: Sequence[Site], at_once: int, progress: Progress, what: str) -> Iterator[Sequence[Site]]:
    task = progress.add_task(what, total=len(sites))
    for first in range(0, len(sites), at_once):
        share = sites[first : first + at_once]
        yield share
        progress.advance(task, len(share))


# --- the same on another database ------------------------------------------------------------------------------------


def copy_into(target: Engine, source: Engine, progress: Progress) -> None:
    """All rows of a built district into a migrated, empty PostgreSQL, and the counters of its keys after them."""
    kept = [table for table in SQLModel.metadata.sorted_tables if table.name != "alembic_version"]
    task = progress.add_task("copying", total=len(kept))
    with source.connect() as read, target.begin() as write:
        write.exec_driver_sql("SET session_replication_role = replica")
        for table in kept:
            _copy(read, write, table)
            progress.advance(task)


def _copy(read: Connection, write: Connection, table: Table) -> None:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    write.execute(table.delete())
    driver: Any = write.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
        for row in read.execution_options(stream_results=True).execute(select(table)):
            copy.write_row(tuple(row))
    for column in table.primary_key:
        sequence = write.execute(select(func.pg_get_serial_sequence(f'"{table.name}"', column.name))).scalar()
        if sequence is not None:
            newest = select(func.coalesce(func.max(column), 0) + 1).scalar_subquery()
            write.execute(select(func.setval(sequence, newest, False)))
