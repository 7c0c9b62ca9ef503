"""A district that is evaluated for a year: units, people, works, and what was measured of them, all from a seed.

What cameras saw comes in as readings and is judged (`bench.evaluated_site`); money, lives, orders and months of data
come in here, month by month.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, insert

from central.domain import Building, FundEntry, FundKind, PlanPoint, Project, Text, WorkItem
from central.money.posting import Posted, Posting
from central.plan.calendar import midnight
from central.plan.document import ImportedPlan, PlannedFace
from central.store import tables
from central.store.instants import to_ms
from central.store.save_ledger import post
from central.store.save_people import token_digest
from central.store.save_plan import put_plan
from central.store.save_seen import mark_dirty
from central.store.upsert import table_of

DEPARTMENTS = ("住建局", "水务局", "教育局", "卫健局", "民政局", "城管局")
STREETS = ("青坪街道", "江浦街道", "泰山街道", "顶山街道", "沿江街道", "盘城街道")
UNITS = (*DEPARTMENTS, *STREETS)
PACE_BP = dict(zip(UNITS, (10_000, 9_600, 9_200, 8_800, 5_500, 9_000) * 2, strict=True))
"""How fast a unit's works go, of their plans: 民政局 and 沿江街道 are slow, 住建局 and 青坪街道 as planned."""
YEAR = 2025
BUDGET_FEN = 800_0000_00
FULL_BP = 10_000
PAY_MONTHS = (3, 6, 9, 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A project of a unit that goes at one pace all through its plan."""

    id: str
    unit: str
    start: date
    finish: date
    budget_fen: int
    pace_bp: int

    @property
    def gateway(self) -> str:
        """The box of the unit, which looks at it."""
        return gateway_of(self.unit)

    @property
    def camera(self) -> str:
        """The camera of that box that looks at it."""
        return f"c-{self.id}"

    def actual_bp(self, day: date) -> int:
        """Actual share at the end of a day."""
        return _share_bp(((day - self.start).days + 1) * self.pace_bp, ((self.finish - self.start).days + 1) * FULL_BP)


def gateway_of(unit: str) -> str:
    """The box that looks at a unit's works."""
    return f"gw-u{UNITS.index(unit)}"


def a_district(each: int, *, seed: int = 7) -> tuple[Work, ...]:
    """So many works of each of the twelve units."""
    return tuple(_work(at, unit, nth, seed) for at, unit in enumerate(UNITS) for nth in range(each))


def _work(at: int, unit: str, nth: int, seed: int) -> Work:
    rng = random.Random(f"{seed}/{at}/{nth}")
    start = date(YEAR, 1, 2) + timedelta(days=rng.randint(0, 20))
    return Work(
        id=f"w{at:02}-{nth:02}", unit=unit, start=start, finish=start + timedelta(days=rng.randint(320, 420)),
        budget_fen=BUDGET_FEN * rng.randint(1, 6), pace_bp=PACE_BP[unit] + rng.randint(-300, 300),
    )  # fmt: skip


# --- who and what is there -------------------------------------------------------------------------------------------


def put_district(connection: Connection, works: Sequence[Work]) -> None:
    """The organisation, its people, and every work with its plan."""
    units = [
        {
            "id": f"u{at}", "parent": None, "kind": "department" if name in DEPARTMENTS else "street", "name_zh": name,
            "name_en": name, "steward": "", "depth": 2, "position": at, "version": 1,
        }
        for at, name in enumerate(UNITS)
    ]  # fmt: skip
    connection.execute(insert(table_of(tables.OrgUnit)), units)
    for person, grants in people(works).items():
        _add_person(connection, person, grants)
    boxes = [
        {"id": box, "token_sha256": token_digest(box), "registered_at": 0, "retired_at": None}
        for box in map(gateway_of, UNITS)
    ]
    connection.execute(insert(table_of(tables.Gateway)), boxes)
    for work in works:
        face = PlannedFace(gateway=work.gateway, camera=work.camera, building=f"{work.id}-b", face="south")
        plan = ImportedPlan(project=_project(work), faces=(face,), document={"id": work.id})
        put_plan(connection, plan, by="规划科", reason="年度计划", now_ms=to_ms(midnight(date(YEAR, 1, 1))))


def people(works: Sequence[Work]) -> dict[str, list[tuple[str, str, str]]]:
    """Every person with (role, kind of scope, scope): three in each unit, an owner of every ten works, the offices."""
    found: dict[str, list[tuple[str, str, str]]] = {
        "绩效科长": [("section", "district", "")],
        "财政甲": [("finance", "district", "")],
        "财政乙": [("finance", "district", "")],
        "区长": [("leader", "district", "")],
        "副区长": [("leader", "district", "")],
        "评估所": [("third_party", "project", work.id) for work in works if work.id.endswith("-00")],
    }
    for unit in UNITS:
        for title, role in (("主任", "dept_head"), ("科长", "section"), ("专员", "clerk")):
            found[f"{unit}{title}"] = [(role, "unit", unit)]
    for work in works:
        owner = f"{work.unit}业主{int(work.id[-2:]) // 10}"
        found.setdefault(owner, []).append(("project_owner", "project", work.id))
    return found


def _add_person(connection: Connection, name: str, grants: Sequence[tuple[str, str, str]]) -> None:
    users = table_of(tables.User)
    row = {"username": name, "name": name, "password_hash": "", "active": True, "created_at": 0}
    number = connection.execute(insert(users).values(**row).returning(users.c.id)).scalar_one()
    given = [
        {"user": number, "role": role, "scope_kind": kind, "scope": scope, "valid_from_at": 0}
        for role, kind, scope in grants
    ]
    connection.execute(insert(table_of(tables.Grant)), given)


def _project(work: Work) -> Project:
    point = PlanPoint(day=work.finish, cum_bp=FULL_BP)
    item = WorkItem(
        id=f"{work.id}-i", building=f"{work.id}-b", name=_text("主体"), weight_bp=FULL_BP,
        credits=(("finished", FULL_BP),), points=(point,),
    )  # fmt: skip
    building = Building(
        id=f"{work.id}-b", project=work.id, name=_text("1号楼"), storeys=6, weight_bp=FULL_BP, items=(item,)
    )
    return Project(
        id=work.id, code=f"{YEAR}-{work.id}", name=_text(f"项目{work.id}"),
        street=_text(STREETS[int(work.id[1:3]) % len(STREETS)]), unit=_text(work.unit), work_type="new_build",
        contract_fen=work.budget_fen, budget_fen=work.budget_fen, start=work.start, finish=work.finish, pauses=(),
        plan_version=1, buildings=(building,),
    )  # fmt: skip


# --- what is measured ------------------------------------------------------------------------------------------------


def tell_day(connection: Connection, works: Sequence[Work], day: date) -> None:
    """What became known at 00:00 of the first of a month: money, orders and data of the month that is over."""
    if day.day == 1:
        _tell_month(connection, works, (day - timedelta(days=1)).replace(day=1))


def _tell_month(connection: Connection, works: Sequence[Work], month: date) -> None:
    last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    _happened(connection, works, month, last)
    _spend(connection, works, month, last)
    for at, unit in enumerate(UNITS):
        _order(connection, unit, month, mended=PACE_BP[unit] > 8_000)
        _freeze(connection, unit, [work for work in works if work.unit == unit], month, rank=at + 1)


def _happened(connection: Connection, works: Sequence[Work], month: date, last: date) -> None:
    """Works that began, and those that reached their end, in the month."""
    rows = []
    for work in works:
        if month <= work.start <= last:
            rows.append((work.id, "started", work.start))
        before = month - timedelta(days=1)
        if work.actual_bp(before) < FULL_BP <= work.actual_bp(last):
            rows.append((work.id, "completed", last))
    told = to_ms(midnight(last + timedelta(days=1)))
    found = [
        {"project": name, "kind": kind, "day": day, "ref": "paper", "noted_by": "规划科", "noted_at": told}
        for name, kind, day in rows
    ]
    if found:
        connection.execute(insert(table_of(tables.LifeEventRow)), found)
        mark_dirty(connection, {name: to_ms(midnight(day)) for name, _, day in reversed(rows)})


def _spend(connection: Connection, works: Sequence[Work], month: date, last: date) -> None:
    postings = [Posting(entry=entry) for work in works for entry in _entries(work, month, last)]
    if not postings:
        return
    found = post(
        connection, postings, projects=[work.id for work in works], by="财政甲",
        at_ms=to_ms(midnight(last + timedelta(days=1))),
    )  # fmt: skip
    wrong = [one for one in found if not isinstance(one, Posted)]
    if wrong:
        raise ValueError(f"{month:%Y-%m}: entries not posted: {wrong[:3]}")


def _entries(work: Work, month: date, last: date) -> Iterator[FundEntry]:
    """The year's grant and its release in January, then each quarter what the works are worth."""
    if month == date(YEAR, 1, 1):
        yield _entry(work, "budget", month + timedelta(days=20), work.budget_fen)
        yield _entry(work, "release", month + timedelta(days=27), work.budget_fen)
    if month.year == YEAR and month.month in PAY_MONTHS:
        before = work.actual_bp((month - timedelta(days=62)).replace(day=1) - timedelta(days=1))
        fen = work.budget_fen * (work.actual_bp(last) - before) // FULL_BP
        if fen > 0:
            yield _entry(work, "pay", last, fen)


def _entry(work: Work, kind: FundKind, day: date, fen: int) -> FundEntry:
    return FundEntry(voucher=f"{work.id}-{kind}-{day}", project=work.id, kind=kind, day=day, amount_fen=fen)


def _order(connection: Connection, unit: str, month: date, *, mended: bool) -> None:
    """Every second month each unit was told to mend something, due within it: some do, some never show anything."""
    if month.month % 2 or month.year != YEAR:
        return
    kept, events = table_of(tables.Rectification), table_of(tables.RectificationEvent)
    days = {"assigned": 2, "evidence": 12, "verified": 15} if mended else {"assigned": 2}
    at = {event: to_ms(midnight(month + timedelta(days=day))) for event, day in days.items()}
    row = {
        "project": "", "unit": unit, "person": f"{unit}专员", "due": month + timedelta(days=19),
        "state": "verified" if mended else "rectifying", "origin": f"year/{unit}/{month}", "created_at": at["assigned"],
        "created_by": "绩效科长", "assigned_at": at["assigned"], "verified_at": at.get("verified"),
    }  # fmt: skip
    number = connection.execute(insert(kept).values(**row).returning(kept.c.id)).scalar_one()
    noted = [
        {
            "rectification": number, "at": when, "actor": "绩效科长", "seat": "", "event": event, "before": "",
            "after": "", "detail_json": "{}",
        }
        for event, when in at.items()
    ]  # fmt: skip
    connection.execute(insert(events), noted)


def _freeze(connection: Connection, unit: str, works: Sequence[Work], month: date, *, rank: int) -> None:
    on_time = 30 if PACE_BP[unit] > 8_000 else 24
    counts = {
        work.id: {"expected": 31, "received": 31, "on_time": on_time, "required": 10, "filled": 10, "checked": 50,
                  "valid": 48, "pairs": 4, "agreeing": 4}
        for work in works
    }  # fmt: skip
    row = {
        "month": month, "unit": unit, "rank": rank, "counts": json.dumps(counts), "total_bp": None, "grade": None,
        "sha256": "0", "frozen_at": to_ms(midnight((month + timedelta(days=31)).replace(day=1))),
    }  # fmt: skip
    connection.execute(insert(table_of(tables.QualityMonth)).values(**row))


def _share_bp(part: int, whole: int) -> int:
    return min(max(FULL_BP * part // whole, 0), FULL_BP)


def _text(words: str) -> Text:
    return Text(zh=words, en=words)
