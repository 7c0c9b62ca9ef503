"""SQL of the ledger, reading: entries of a project for the spine, what posting has to know, conflicts and imports."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from sqlalchemy import Connection, RowMapping, and_, func, select, text

from central.domain import FundEntry, FundKind
from central.money.book import Account
from central.money.posting import Posted, Posting
from central.store import tables
from central.store.upsert import table_of

ENTRY, ACCOUNT, MONTH = table_of(tables.FundEntry), table_of(tables.FundAccount), table_of(tables.FundMonth)
LOCK, CONFLICT = table_of(tables.FundLock), table_of(tables.FundConflict)
IMPORT, REFUSED = table_of(tables.FundImport), table_of(tables.FundRefused)
_PROJECT = table_of(tables.Project)
_REVERSAL = text("reverses <> ''")  # as the index spells it: a bound value would not let it be used
_FACTS = tuple(
    ENTRY.c[name]
    for name in ("voucher", "kind", "day", "amount_fen", "line", "contract", "payee", "wage_fen", "reverses")
)


def entries_of(connection: Connection, project_id: str, *, since: date | None = None) -> tuple[FundEntry, ...]:
    """Entries of a project in the order of days, and of posting within a day; of days from `since` on."""
    wanted = select(*_FACTS).where(ENTRY.c.project == project_id)
    if since is not None:
        wanted = wanted.where(ENTRY.c.day >= since)
    rows = connection.execute(wanted.order_by(ENTRY.c.day, ENTRY.c.nth))
    return tuple(
        FundEntry(
            voucher=voucher,
            project=project_id,
            kind=cast(FundKind, kind),
            day=day,
            amount_fen=amount_fen,
            line=line,
            contract=contract,
            payee=payee,
            wage_fen=wage_fen,
            reverses=reverses,
        )
        for voucher, kind, day, amount_fen, line, contract, payee, wage_fen, reverses in rows
    )


def posted_of(row: RowMapping | Any) -> Posted:
    """A row of fund_entry as the entry it is."""
    entry = FundEntry(
        voucher=row.voucher,
        project=row.project,
        kind=row.kind,
        day=row.day,
        amount_fen=row.amount_fen,
        line=row.line,
        contract=row.contract,
        payee=row.payee,
        wage_fen=row.wage_fen,
        reverses=row.reverses,
    )
    posting = Posting(entry=entry, approver=row.approver, object_code=row.object_code, note=row.note, source=row.source)
    return Posted(
        posting=posting,
        nth=row.nth,
        flags=tuple(row.flags.split(",")) if row.flags else (),
        by=row.posted_by,
        at_ms=row.posted_at,
        prev_hash=row.prev_hash,
        hash=row.hash,
    )


def chain_of(connection: Connection, project_id: str) -> Iterator[Posted]:
    """All entries of a project in the order of its chain, a thousand at a time."""
    wanted = select(ENTRY).where(ENTRY.c.project == project_id).order_by(ENTRY.c.nth)
    for row in connection.execution_options(yield_per=1000).execute(wanted):
        yield posted_of(row)


def postings_of(connection: Connection, project_id: str, vouchers: Collection[str]) -> list[Posting]:
    """What is there under these vouchers of a project."""
    wanted = select(ENTRY).where(ENTRY.c.project == project_id, ENTRY.c.voucher.in_(sorted(vouchers)))
    return [posted_of(row).posting for row in connection.execute(wanted)]


def undone_of(connection: Connection, project_id: str, vouchers: Collection[str]) -> list[str]:
    """Those of these vouchers that were reversed."""
    wanted = select(ENTRY.c.reverses).where(ENTRY.c.project == project_id, ENTRY.c.reverses.in_(sorted(vouchers)))
    return list(connection.execute(wanted.where(_REVERSAL)).scalars())


def hold_accounts(connection: Connection, projects: Sequence[str]) -> dict[str, Account]:
    """The accounts of these projects, held until the transaction ends; their rows must be there."""
    wanted = select(ACCOUNT).where(ACCOUNT.c.project.in_(projects)).order_by(ACCOUNT.c.project).with_for_update()
    accounts = {row.project: _account(row) for row in connection.execute(wanted)}
    grants = (
        select(MONTH.c.project, MONTH.c.name, func.sum(MONTH.c.amount_fen))
        .where(MONTH.c.project.in_(projects), MONTH.c.dimension == "line", MONTH.c.kind == "budget")
        .group_by(MONTH.c.project, MONTH.c.name)
    )
    for project, line, amount_fen in connection.execute(grants):
        accounts[project].granted_fen[line] = int(amount_fen)
    return accounts


def hold_project(connection: Connection, project: str) -> None:
    """Nobody else may change what is kept of this project until the transaction ends."""
    connection.execute(select(_PROJECT.c.id).where(_PROJECT.c.id == project).with_for_update())


def _account(row: Any) -> Account:
    return Account(
        project=row.project,
        entries=row.entries,
        head_hash=row.head_hash,
        released_fen=row.released_fen,
        paid_fen=row.paid_fen,
    )


def closed_through(connection: Connection) -> date | None:
    """The last day of the newest closed month; None while none is closed."""
    month = connection.execute(select(func.max(LOCK.c.month))).scalar()
    return None if month is None else next_month(month) - timedelta(days=1)


def next_month(day: date) -> date:
    """The first day of the month after that of `day`."""
    return day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1, day=1)


def project_of_names(connection: Connection, names: Iterable[str]) -> dict[str, str]:
    """Ids of projects by what people call them: the id, or the national project code when one project alone has it."""
    wanted = sorted(set(names))
    found: dict[str, str] = {}
    twice: set[str] = set()
    codes = select(_PROJECT.c.code, _PROJECT.c.id).where(_PROJECT.c.code.in_(wanted))
    for code, project in connection.execute(codes):
        if code in found:
            twice.add(code)
        found[code] = project
    ids = connection.execute(select(_PROJECT.c.id).where(_PROJECT.c.id.in_(wanted))).scalars()
    return {name: project for name, project in found.items() if name not in twice} | {name: name for name in ids}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Rows of a list, and the id to go on after; None = that was all."""

    rows: tuple[Any, ...]
    after: int | None


def conflicts_there(connection: Connection, vouchers: Collection[str]) -> set[tuple[str, str, str]]:
    """Project, voucher and digest of the conflicts that are known of these vouchers."""
    if not vouchers:
        return set()
    wanted = select(CONFLICT.c.project, CONFLICT.c.voucher, CONFLICT.c.digest)
    return {tuple(row) for row in connection.execute(wanted.where(CONFLICT.c.voucher.in_(sorted(vouchers))))}


def conflicts_after(
    connection: Connection, *, projects: Collection[str] | None, after: int, limit: int, project: str | None = None
) -> Page:
    """Conflicts in the order in which they came; `projects` None = of the whole district."""
    wanted = select(CONFLICT).where(CONFLICT.c.id > after)
    if projects is not None:
        wanted = wanted.where(CONFLICT.c.project.in_(sorted(projects)))
    if project is not None:
        wanted = wanted.where(CONFLICT.c.project == project)
    return _page(connection.execute(wanted.order_by(CONFLICT.c.id).limit(limit + 1)).all(), limit, "id")


def import_of(connection: Connection, import_id: int) -> Any | None:
    """One import, None when there is no such."""
    return connection.execute(select(IMPORT).where(IMPORT.c.id == import_id)).first()


def imports_newest(connection: Connection, *, by: str | None, limit: int) -> Sequence[Any]:
    """The newest imports; `by` None = of everybody."""
    wanted = select(IMPORT) if by is None else select(IMPORT).where(IMPORT.c.imported_by == by)
    return connection.execute(wanted.order_by(IMPORT.c.id.desc()).limit(limit)).all()


def refused_after(connection: Connection, import_id: int, *, after: int, limit: int) -> Page:
    """Rows of a file that were not taken, in its order."""
    wanted = select(REFUSED).where(and_(REFUSED.c.import_id == import_id, REFUSED.c.row > after))
    return _page(connection.execute(wanted.order_by(REFUSED.c.row).limit(limit + 1)).all(), limit, "row")


def _page(rows: Sequence[Any], limit: int, key: str) -> Page:
    shown = tuple(rows[:limit])
    return Page(rows=shown, after=getattr(shown[-1], key) if len(rows) > limit else None)
