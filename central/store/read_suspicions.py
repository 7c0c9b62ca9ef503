"""SQL behind the suspicions: payments of a period in the order in which the pure checks want them, and accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from typing import Any

from sqlalchemy import Connection, func, select, text

from central.money.findings import (
    Account,
    Applied,
    LedgerFinding,
    Paid,
    asked_twice,
    idle,
    object_twice,
    over_release,
    paid_twice,
    unmatched,
)
from central.store import tables
from central.store.read_ledger import ACCOUNT, ENTRY, MONTH
from central.store.upsert import table_of

_PROJECT, _DECISION = table_of(tables.Project), table_of(tables.PlanDecision)
_UNDO = ENTRY.alias("undo")
_REVERSAL = text("undo.reverses <> ''")  # as the index spells it: a bound value would not let it be used
_UNDONE = (
    select(_UNDO.c.voucher)
    .where(_UNDO.c.project == ENTRY.c.project, _UNDO.c.reverses == ENTRY.c.voucher, _REVERSAL)
    .exists()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Suspicions found, and whether there are more than were asked for."""

    found: tuple[LedgerFinding, ...]
    more: bool


def suspicions(
    connection: Connection, *, first: date, last: date, projects: tuple[str, ...] | None, limit: int
) -> Looked:
    """Payments of the days from `first` to `last`, accounts as they are, applications; `projects` None = all."""
    budgets = _budgets(connection, projects)
    accounts = _accounts(connection, projects, budgets)
    every = chain(
        paid_twice(_payments(connection, first, last, projects, by="payee")),
        object_twice(_payments(connection, first, last, projects, by="object_code")),
        asked_twice(_applied(connection, projects)),
        (found for account in accounts if (found := idle(account, day=last)) is not None),
        (found for account in accounts if (found := over_release(account)) is not None),
        unmatched(_payments(connection, first, last, projects, by="contract")),
    )
    looked = tuple(islice(every, limit + 1))
    return Looked(found=looked[:limit], more=len(looked) > limit)


def _payments(
    connection: Connection, first: date, last: date, projects: tuple[str, ...] | None, *, by: str
) -> Iterator[Paid]:
    """Payments that were not taken back, by this column and then by day; of contracts only those without one."""
    names = "project", "voucher", "day", "amount_fen", "payee", "contract", "object_code"
    wanted = select(*(ENTRY.c[name] for name in names)).where(
        ENTRY.c.kind == "pay", ENTRY.c.reverses == "", ENTRY.c.day >= first, ENTRY.c.day <= last, ~_UNDONE
    )
    wanted = wanted.where(ENTRY.c[by] == "" if by == "contract" else ENTRY.c[by] != "")
    if projects is not None:
        wanted = wanted.where(ENTRY.c.project.in_(projects))
    ordered = wanted.order_by(ENTRY.c[by], ENTRY.c.day, ENTRY.c.project, ENTRY.c.nth)
    for row in connection.execution_options(yield_per=1000).execute(ordered):
        yield Paid(
            project=row.project,
            voucher=row.voucher,
            day=row.day,
            amount_fen=row.amount_fen,
            payee=row.payee,
            contract=row.contract,
            object_code=row.object_code,
        )


def _budgets(connection: Connection, projects: tuple[str, ...] | None) -> dict[str, int]:
    return {row.id: row.budget_fen for row in connection.execute(_of(select(_PROJECT), _PROJECT.c.id, projects))}


def _accounts(connection: Connection, projects: tuple[str, ...] | None, budgets: dict[str, int]) -> list[Account]:
    """Accounts on which something was released or paid, with their releases by month (its first day)."""
    releases: dict[str, list[tuple[date, int]]] = defaultdict(list)
    by_month = select(MONTH.c.project, MONTH.c.month, func.sum(MONTH.c.amount_fen)).where(
        MONTH.c.dimension == "line", MONTH.c.kind == "release"
    )
    grouped = _of(by_month, MONTH.c.project, projects).group_by(MONTH.c.project, MONTH.c.month)
    for project, month, amount_fen in connection.execute(grouped.order_by(MONTH.c.project, MONTH.c.month)):
        releases[project].append((month, int(amount_fen)))
    rows = connection.execute(_of(select(ACCOUNT), ACCOUNT.c.project, projects).order_by(ACCOUNT.c.project))
    return [
        Account(
            project=row.project,
            budget_fen=budgets.get(row.project, 0),
            paid_fen=row.paid_fen,
            releases=_by_day(connection, row.project, releases[row.project], row.paid_fen),
        )
        for row in rows
        if row.released_fen != row.paid_fen
    ]


def _by_day(
    connection: Connection, project: str, months: list[tuple[date, int]], paid_fen: int
) -> tuple[tuple[date, int], ...]:
    """The releases by day where the day can matter: an account with something left. What was taken back is none."""
    if sum(amount_fen for _, amount_fen in months) <= paid_fen:
        return tuple(months)
    wanted = (
        select(ENTRY.c.day, func.sum(ENTRY.c.amount_fen))
        .where(ENTRY.c.project == project, ENTRY.c.kind == "release", ENTRY.c.reverses == "", ~_UNDONE)
        .group_by(ENTRY.c.day)
        .order_by(ENTRY.c.day)
    )
    return tuple((day, int(amount_fen)) for day, amount_fen in connection.execute(wanted))


def _applied(connection: Connection, projects: tuple[str, ...] | None) -> list[Applied]:
    newest = select(_DECISION.c.project, _DECISION.c.object_code).where(_DECISION.c.object_code != "")
    codes = dict(connection.execute(newest.order_by(_DECISION.c.project, _DECISION.c.version)).tuples().all())
    rows = connection.execute(_of(select(_PROJECT), _PROJECT.c.id, projects))
    return [
        Applied(project=row.id, name=row.name_zh, place=row.street_zh, object_code=codes.get(row.id, ""))
        for row in rows
    ]


def _of(wanted: Any, column: Any, projects: tuple[str, ...] | None) -> Any:
    return wanted if projects is None else wanted.where(column.in_(projects))
