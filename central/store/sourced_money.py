"""Facts about the money of many projects at once, up to the end of a period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection, case, func, select

from central.domain import FundEntry
from central.money.lines import WHOLE, granted
from central.scoring.facts import Money, Payments, Stretch, Waits
from central.scoring.waits import waits_of
from central.store.read_ledger import ENTRY

REFS_EACH = 60  # vouchers of one project that are named behind a value: the newest


@dataclass(slots=True, kw_only=True)
class _Sums:
    fen: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    year_fen: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    budget_fen: dict[str, int] = field(default_factory=dict)
    year_budget_fen: dict[str, int] = field(default_factory=dict)
    newest: int = 0


def money_of(
    connection: Connection, projects: Sequence[str], *, through: date, known_ms: int, plan_fen: Mapping[str, int]
) -> dict[str, Money]:
    """The ledger of each project that has one, up to the end of a day, as far as it was posted by then; `plan_fen` are
    the budgets of the plans, for ledgers without grants."""
    in_year = case((ENTRY.c.day >= date(through.year, 1, 1), ENTRY.c.amount_fen), else_=0)
    keys = ENTRY.c.project, ENTRY.c.kind, ENTRY.c.line
    rows = connection.execute(
        select(*keys, func.sum(ENTRY.c.amount_fen), func.sum(in_year), func.max(ENTRY.c.nth))
        .where(ENTRY.c.project.in_(projects), ENTRY.c.day <= through, ENTRY.c.posted_at <= known_ms)
        .group_by(*keys)
    )
    sums: dict[str, _Sums] = defaultdict(_Sums)
    for project, kind, line, fen, year_fen, nth in rows:
        found = sums[project]
        found.newest = max(found.newest, nth)
        if kind == "budget":
            found.budget_fen[line], found.year_budget_fen[line] = int(fen), int(year_fen)
        else:
            found.fen[kind] += int(fen)
            found.year_fen[kind] += int(year_fen)
    return {project: _money(project, found, plan_fen.get(project, 0)) for project, found in sums.items()}


def _money(project: str, sums: _Sums, plan_fen: int) -> Money:
    year = {line: fen for line, fen in sums.year_budget_fen.items() if fen}
    return Money(
        budget_fen=granted(sums.budget_fen)[WHOLE] or plan_fen,
        released_fen=sums.fen["release"],
        paid_fen=sums.fen["pay"],
        year_budget_fen=granted(year)[WHOLE],
        year_paid_fen=sums.year_fen["pay"],
        refs=(f"ledger/{project}/{sums.newest}",),
    )


def payments_of(
    connection: Connection, projects: Sequence[str], *, first: date, through: date, known_ms: int
) -> dict[str, Payments]:
    """Payments of the period's days, and corrections made on them, by project; projects without any are left out."""
    columns = (ENTRY.c.project, ENTRY.c.nth, ENTRY.c.voucher, ENTRY.c.amount_fen, ENTRY.c.flags, ENTRY.c.reverses)
    rows = connection.execute(
        select(*columns)
        .where(
            ENTRY.c.project.in_(projects),
            ENTRY.c.kind == "pay",
            ENTRY.c.day.between(first, through),
            ENTRY.c.posted_at <= known_ms,
        )
        .order_by(ENTRY.c.project, ENTRY.c.nth)
    ).all()
    undone = {(row.project, row.reverses) for row in rows if row.reverses}
    found: dict[str, list[tuple[int, int, bool]]] = defaultdict(list)
    corrections: dict[str, int] = defaultdict(int)
    for row in rows:
        if row.reverses:
            corrections[row.project] += 1
        else:
            right = not row.flags and (row.project, row.voucher) not in undone
            found[row.project].append((row.nth, row.amount_fen, right))
    return {
        project: Payments(
            count=len(found[project]),
            amount_fen=sum(fen for _, fen, _ in found[project]),
            compliant_fen=sum(fen for _, fen, right in found[project] if right),
            corrections=corrections[project],
            refs=tuple(f"ledger/{project}/{nth}" for nth, _, _ in found[project][-REFS_EACH:]),
        )
        for project in {*found, *corrections}
    }


def waits_by_project(
    connection: Connection, projects: Sequence[str], *, period: Stretch, through: date, known_ms: int
) -> dict[str, Waits]:
    """How long the money paid in the period had waited, by project."""
    columns = (ENTRY.c.project, ENTRY.c.nth, ENTRY.c.voucher, ENTRY.c.kind, ENTRY.c.day, ENTRY.c.amount_fen)
    rows = connection.execute(
        select(*columns, ENTRY.c.reverses)
        .where(
            ENTRY.c.project.in_(projects),
            ENTRY.c.kind.in_(("release", "pay")),
            ENTRY.c.day <= through,
            ENTRY.c.posted_at <= known_ms,
        )
        .order_by(ENTRY.c.project, ENTRY.c.nth)
    )
    entries: dict[str, list[FundEntry]] = defaultdict(list)
    paid: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        entry = FundEntry(
            voucher=row.voucher,
            project=row.project,
            kind=row.kind,
            day=row.day,
            amount_fen=row.amount_fen,
            reverses=row.reverses,
        )
        entries[row.project].append(entry)
        if row.kind == "pay" and period.holds(row.day):
            paid[row.project].append(f"ledger/{row.project}/{row.nth}")
    return {
        project: waits_of(entries[project], period=period, refs=tuple(refs[-REFS_EACH:]))
        for project, refs in paid.items()
    }
