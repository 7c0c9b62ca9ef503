"""Claim: the audit query of any period over 1 000 000 entries answers within 3 s: `python -m bench.ledger`.

`[--entries N] [--rounds N] [--database URL] [--json FILE]`: a ledger of N entries of 200 projects with 4 000 payees
over three years; the first thousand go through the door that people use (posted/s), the rest are put there by SQL, with
their sums of months (their hashes are none: no query reads what they say). Then periods of a day, half a year, odd days
and all are asked for, of the district and of one project. Beside ours, in the same run and database, plain SELECT SUM
over the entries. Both must say the same, or it fails. `cpu` is this process's own time: on SQLite what a free machine
takes.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table as Shown
from sqlalchemy import BigInteger, Column, Connection, Date, Engine, MetaData, Table, func, insert, select, text

from central.domain import FundEntry
from central.money.posting import Posted, Posting
from central.store.engine import open_engine, reading, writing
from central.store.migrate import migrate
from central.store.read_ledger import ENTRY
from central.store.read_statement import Which, entries_after, heads_of, root_of, statement_of
from central.store.save_ledger import POST_MAX, post

Ask = Callable[[Connection, date, date, Which], tuple[int, int, int]]
PROJECTS, DAYS = 200, 3 * 365
FIRST = date(2024, 1, 1)
LIMIT_S, PAGE = 3.0, 100
LINES = ("建安", "建安/土建", "建安/安装", "设备", "其他")
_LINE = "CASE i % 5 " + " ".join(f"WHEN {n} THEN '{line}'" for n, line in enumerate(LINES)) + " END"
_ENTRIES = f"""
INSERT INTO fund_entry (project, nth, voucher, kind, day, amount_fen, line, contract, payee, wage_fen, reverses,
 approver, object_code, note, source, flags, posted_by, posted_at, prev_hash, hash)
WITH RECURSIVE numbers(i) AS (
 SELECT CAST({POST_MAX} AS BIGINT) UNION ALL SELECT i + 1 FROM numbers WHERE i < :entries - 1)
SELECT 'p' || (1000 + i % {PROJECTS}), i / {PROJECTS} + 1, 'v' || i,
 CASE WHEN i / {PROJECTS} % 10 = 0 THEN 'release' ELSE 'pay' END, bench_day.day, i * 7919 % 9999991 + 1, {_LINE},
 'c' || i % 7, CASE WHEN i / {PROJECTS} % 10 = 0 THEN '' ELSE 'payee ' || i % {PROJECTS} || '-' || i * 31 % 97 % 20 END,
 0, '', 'a person', '', '', 'bench', '', 'bench', 0, :hash, :hash
FROM numbers JOIN bench_day ON bench_day.n = i * {DAYS} / :entries
"""
_MONTHS = """
INSERT INTO fund_month (project, month, dimension, kind, name, amount_fen, entries)
SELECT project, bench_day.month, '{0}', kind, {0}, sum(amount_fen), count(*)
FROM fund_entry JOIN bench_day ON bench_day.day = fund_entry.day
GROUP BY project, bench_day.month, kind, {0}
"""
_DAY = Table(
    "bench_day",
    MetaData(),
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("day", Date, unique=True),
    Column("month", Date),
)


def fill(engine: Engine, count: int) -> float:
    """Entries in the order of days, one in ten a release. Entries a second of those that were posted."""
    postings = [_posting(number, count) for number in range(POST_MAX)]
    began = time.perf_counter()
    with writing(engine) as connection:
        allowed = [f"p{1000 + number}" for number in range(PROJECTS)]
        outcomes = post(connection, postings, projects=allowed, by="bench", at_ms=0)
    taken_s = time.perf_counter() - began
    if not all(isinstance(one, Posted) for one in outcomes):
        raise RuntimeError("an entry was not posted")
    with writing(engine) as connection:
        _DAY.create(connection)
        days = [FIRST + timedelta(days=number) for number in range(DAYS)]
        rows = [{"n": number, "day": day, "month": day.replace(day=1)} for number, day in enumerate(days)]
        connection.execute(insert(_DAY), rows)
        connection.execute(text(_ENTRIES), {"entries": count, "hash": "0" * 64})
        connection.execute(text("DELETE FROM fund_month"))
        for dimension in ("line", "payee"):
            connection.execute(text(_MONTHS.format(dimension)))
    with engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
    return POST_MAX / taken_s


def _posting(number: int, count: int) -> Posting:
    project, nth = number % PROJECTS, number // PROJECTS
    entry = FundEntry(
        voucher=f"v{number}",
        project=f"p{1000 + project}",
        kind="release" if nth % 10 == 0 else "pay",
        day=FIRST + timedelta(days=number * DAYS // count),
        amount_fen=number + 1,
        line=LINES[number % 5],
        payee=f"payee {project}-{nth % 20}",
    )
    return Posting(entry=entry, source="bench")


def ours(connection: Connection, first: date, last: date, which: Which) -> tuple[int, int, int]:
    """What GET /ledger reads: statement, first page, proof. Opening and closing balance, and entries."""
    found = statement_of(connection, first=first, last=last, which=which)
    entries_after(connection, first=first, last=last, which=which, after=None, limit=PAGE)
    root_of(heads_of(connection, which.projects))
    opening = sum(sums.balance_fen for sums in found.opening.values())
    return opening, found.closing().balance_fen, sum(sums.entries for sums in found.by_project.values())


def plain(connection: Connection, first: date, last: date, which: Which) -> tuple[int, int, int]:
    """The same by SELECT SUM … GROUP BY over the entries."""
    mine = [] if which.projects is None else [ENTRY.c.project.in_(which.projects)]
    before = _grouped(connection, [*mine, ENTRY.c.day < first], ENTRY.c.project)
    inside = [*mine, ENTRY.c.day >= first, ENTRY.c.day <= last]
    period = _grouped(connection, inside, ENTRY.c.project)
    for column in (ENTRY.c.line, ENTRY.c.payee):
        _grouped(connection, inside, column)
    listed = select(ENTRY).where(*inside).order_by(ENTRY.c.day, ENTRY.c.project, ENTRY.c.nth).limit(PAGE)
    connection.execute(listed).all()
    opening = _balance(before)
    return opening, opening + _balance(period), sum(row[3] for row in period)


def _grouped(connection: Connection, where: list[Any], column: Any) -> list[Any]:
    wanted = select(column, ENTRY.c.kind, func.sum(ENTRY.c.amount_fen), func.count()).where(*where)
    return list(connection.execute(wanted.group_by(column, ENTRY.c.kind)))


def _balance(rows: list[Any]) -> int:
    signs = {"release": 1, "pay": -1, "budget": 0}
    return sum(signs[kind] * int(amount_fen) for _, kind, amount_fen, _ in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """Medians of some rounds, in milliseconds."""

    wall_ms: float
    cpu_ms: float


def took(engine: Engine, ask: Callable[[Connection], object], rounds: int) -> Took:
    """How long a query takes."""
    walls, cpus = [], []
    for _ in range(rounds):
        with reading(engine) as connection:
            wall, cpu = time.perf_counter(), time.process_time()
            ask(connection)
            walls.append(time.perf_counter() - wall)
            cpus.append(time.process_time() - cpu)
    return Took(wall_ms=statistics.median(walls) * 1e3, cpu_ms=statistics.median(cpus) * 1e3)


def measure(engine: Engine, rounds: int) -> list[dict[str, Any]]:
    """Every period of the district and of one project."""
    periods = {
        "one day": (date(2025, 6, 17), date(2025, 6, 17)),
        "half a year": (date(2024, 1, 1), date(2024, 6, 30)),
        "odd days": (date(2024, 2, 11), date(2026, 10, 19)),
        "all": (FIRST, FIRST + timedelta(days=DAYS - 1)),
    }
    found = []
    for scope, which in (("district", Which()), ("project", Which(projects=("p1007",)))):
        for name, (begin, end) in periods.items():
            said: dict[str, object] = {}

            def ask(how: Ask, connection: Connection, *, begin: date = begin, end: date = end, which: Which = which,
                    said: dict[str, object] = said) -> None:  # fmt: skip
                said[how.__name__] = how(connection, begin, end, which)

            times = {how.__name__: took(engine, partial(ask, how), rounds) for how in (ours, plain)}
            if said["ours"] != said["plain"]:
                raise RuntimeError(f"{scope}, {name}: ours {said['ours']}, plain sums {said['plain']}")
            found.append({"scope": scope, "period": name, **{key: asdict(value) for key, value in times.items()}})
    return found


def main() -> int:
    """Fill, ask, print; 1 when a query of ours takes longer than the claim."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--entries", type=int, default=1_000_000)
    told.add_argument("--rounds", type=int, default=3)
    told.add_argument("--database", help="an empty database (postgresql://…); default: SQLite in a folder of its own")
    told.add_argument("--json", type=Path)
    given = told.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(given.database or f"sqlite:///{folder}/ledger.db")
        migrate(engine)
        rate = fill(engine, given.entries)
        rows = measure(engine, given.rounds)
        name = engine.dialect.name
        engine.dispose()
    title = f"{given.entries} entries, {name}, {rate:.0f} posted/s; ms"
    table = Shown("scope", "period", "ours", "ours cpu", "plain", "plain cpu", title=title)
    for row in rows:
        figures = [f"{row[how][unit]:.1f}" for how in ("ours", "plain") for unit in ("wall_ms", "cpu_ms")]
        table.add_row(row["scope"], row["period"], *figures)
    Console().print(table)
    if given.json:
        given.json.write_text(json.dumps({"entries": given.entries, "database": name, "posted_s": rate, "rows": rows}))
    return 0 if all(row["ours"]["wall_ms"] <= LIMIT_S * 1e3 for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
