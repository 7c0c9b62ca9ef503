"""SQL of the ledger, writing: entries are added, months are closed, nothing is ever changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, insert, text, update

from central.audit.trail import append
from central.money.book import Account, Book
from central.money.chain import GENESIS, canonical, plain_of, sm3
from central.money.posting import Conflict, Outcome, Posted, Posting, Refusal, refused, text_fault
from central.plan.calendar import midnight
from central.store import tables
from central.store.instants import to_ms
from central.store.read_ledger import (
    ACCOUNT,
    CONFLICT,
    ENTRY,
    IMPORT,
    LOCK,
    closed_through,
    conflicts_there,
    hold_accounts,
    next_month,
    postings_of,
    undone_of,
)
from central.store.save_seen import earlier, mark_dirty
from central.store.upsert import insert_new, table_of

POST_MAX = 1000  # entries of one transaction
_MONTHS_KEY = 0x66756E6473  # "funds": who posts shares it, who closes a month has it alone; SQLite needs none
_REFUSED = table_of(tables.FundRefused)
_GROW = text(
    "INSERT INTO fund_month (project, month, dimension, kind, name, amount_fen, entries)"
    " VALUES (:project, :month, :dimension, :kind, :name, :amount_fen, :entries)"
    " ON CONFLICT (project, month, dimension, kind, name) DO UPDATE SET"
    " amount_fen = fund_month.amount_fen + excluded.amount_fen, entries = fund_month.entries + excluded.entries"
).bindparams(bindparam("month", type_=table_of(tables.FundMonth).c.month.type))


def post(
    connection: Connection, postings: Sequence[Posting], *, projects: Collection[str], by: str, at_ms: int
) -> tuple[Outcome, ...]:
    """What becomes of each entry, in the order given: at most POST_MAX. `projects` are those that may be posted to.

    The rest of the transaction sees the projects' accounts as they are: nobody else posts to them until it ends.
    """
    if len(postings) > POST_MAX:
        raise ValueError(f"{len(postings)} entries in one transaction: expected at most {POST_MAX}")
    _share_months(connection)
    asked = [one for one in postings if text_fault(one) is None]
    book = _book(connection, asked, sorted({one.entry.project for one in asked} & set(projects)))
    outcomes = tuple(book.take(posting, by=by, at_ms=at_ms) for posting in postings)
    posted = [one for one in outcomes if isinstance(one, Posted)]
    conflicts = [one for one in outcomes if isinstance(one, Conflict)]
    new_conflicts = _save_conflicts(connection, conflicts, by=by, at_ms=at_ms)
    if posted:
        _save_entries(connection, posted, book.accounts.values())
    if posted or new_conflicts:
        _tell(connection, posted, book, conflicts=new_conflicts, by=by, at_ms=at_ms)
    return outcomes


def lock_month(connection: Connection, month: date, *, today: date, by: str, at_ms: int) -> Refusal | None:
    """Close a month (its first day) and all before it for the whole district; again is no fault. None = it is closed.

    A month that is not over on `today` is refused.
    """
    if next_month(month) > today:
        shown = f"{month:%Y-%m}"
        expected = f"{today:%Y-%m} 之前的月份", f"a month before {today:%Y-%m}"
        return refused("month", "month", what=(shown, shown), expected=expected)
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MONTHS_KEY})
    through = closed_through(connection)
    if through is not None and month <= through:
        return None
    connection.execute(insert(LOCK), {"month": month.replace(day=1), "locked_by": by, "locked_at": at_ms})
    append(connection, at_ms=at_ms, actor=by, action="ledger.lock", object_=f"ledger/{month:%Y-%m}")
    return None


def begin_import(connection: Connection, *, sha256: str, filename: str, by: str, at_ms: int) -> int:
    """The number of a new import."""
    row = {
        "sha256": sha256,
        "filename": filename,
        "imported_by": by,
        "began_at": at_ms,
        **dict.fromkeys(("posted", "known", "conflicts", "refused"), 0),
    }
    begun = connection.execute(insert(IMPORT).returning(IMPORT.c.id), row)
    return int(begun.scalar_one())


def count_import(connection: Connection, import_id: int, *, counts: dict[str, int]) -> None:
    """How many rows became what so far: whoever waits for it sees that it goes on."""
    connection.execute(update(IMPORT).where(IMPORT.c.id == import_id).values(**counts))


def end_import(connection: Connection, import_id: int, *, counts: dict[str, int], by: str, at_ms: int) -> None:
    """How many rows became what; told in the trail."""
    connection.execute(update(IMPORT).where(IMPORT.c.id == import_id).values(ended_at=at_ms, **counts))
    append(
        connection, at_ms=at_ms, actor=by, action="ledger.import", object_=f"ledger/import/{import_id}", detail=counts
    )


def save_refused(
    connection: Connection, import_id: int, rows: Iterable[tuple[int, str, Refusal, dict[str, Any]]]
) -> None:
    """Rows of a file that were not taken: number, header of the column, why, and the row as it was read."""
    insert_new(
        connection,
        tables.FundRefused,
        [
            {
                "import_id": import_id,
                "row": number,
                "column": column,
                "code": refusal.code,
                "what_zh": refusal.what.zh,
                "what_en": refusal.what.en,
                "expected_zh": refusal.expected.zh,
                "expected_en": refusal.expected.en,
                "document": canonical(document).decode(),
            }
            for number, column, refusal, document in rows
        ],
    )


def _share_months(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": _MONTHS_KEY})


def _book(connection: Connection, postings: Sequence[Posting], projects: Sequence[str]) -> Book:
    zero = {"entries": 0, "head_hash": GENESIS, "released_fen": 0, "paid_fen": 0}
    insert_new(connection, tables.FundAccount, [{"project": project, **zero} for project in projects])
    vouchers: dict[str, set[str]] = defaultdict(set)
    reversed_: dict[str, set[str]] = defaultdict(set)
    for one in postings:
        vouchers[one.entry.project] |= {one.entry.voucher, one.entry.reverses} - {""}
        reversed_[one.entry.project] |= {one.entry.reverses} - {""}
    accounts = hold_accounts(connection, projects)
    known = (there for project in projects for there in postings_of(connection, project, vouchers[project]))
    undone = (
        (project, voucher)
        for project in projects
        if reversed_[project]
        for voucher in undone_of(connection, project, reversed_[project])
    )
    return Book(
        accounts=accounts,
        known={there.key: there for there in known},
        undone=set(undone),
        closed_through=closed_through(connection),
    )


def _save_entries(connection: Connection, posted: Sequence[Posted], accounts: Iterable[Account]) -> None:
    connection.execute(insert(ENTRY), [_row(one) for one in posted])
    connection.execute(_GROW, _month_rows(posted))
    touched: dict[str, int] = {}
    for one in posted:
        earlier(touched, {one.posting.entry.project: to_ms(midnight(one.posting.entry.day))})
    heads = [
        {
            "key": account.project,
            "entries": account.entries,
            "head_hash": account.head_hash,
            "released_fen": account.released_fen,
            "paid_fen": account.paid_fen,
        }
        for account in accounts
        if account.project in touched
    ]
    connection.execute(update(ACCOUNT).where(ACCOUNT.c.project == bindparam("key")), heads)
    mark_dirty(connection, touched)


def _row(posted: Posted) -> dict[str, Any]:
    plain = plain_of(posted.posting)
    return {
        **plain,
        "day": posted.posting.entry.day,
        "nth": posted.nth,
        "flags": ",".join(posted.flags),
        "posted_by": posted.by,
        "posted_at": posted.at_ms,
        "prev_hash": posted.prev_hash,
        "hash": posted.hash,
    }


def _month_rows(posted: Iterable[Posted]) -> list[dict[str, Any]]:
    """Sums to be added to fund_month, sorted against deadlocks."""
    sums: dict[tuple[str, date, str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for one in posted:
        entry = one.posting.entry
        for dimension, name in (("line", entry.line), ("payee", entry.payee)):
            cell = sums[entry.project, entry.day.replace(day=1), dimension, entry.kind, name]
            cell[0] += entry.amount_fen
            cell[1] += 1
    names = "project", "month", "dimension", "kind", "name"
    return [
        {**dict(zip(names, key, strict=True)), "amount_fen": amount_fen, "entries": entries}
        for key, (amount_fen, entries) in sorted(sums.items())
    ]


def _save_conflicts(connection: Connection, conflicts: Sequence[Conflict], *, by: str, at_ms: int) -> int:
    """How many of them are new: the same content under the same voucher again is the same conflict."""
    rows = {}
    for one in conflicts:
        plain = plain_of(one.posting)
        key = (*one.posting.key, sm3(canonical(plain | {"source": ""})))
        rows[key] = {
            **dict(zip(("project", "voucher", "digest"), key, strict=True)),
            "differs": ",".join(one.differs),
            "document": canonical(plain).decode(),
            "source": one.posting.source,
            "given_by": by,
            "given_at": at_ms,
        }
    there = conflicts_there(connection, {voucher for _, voucher, _ in rows})
    new = [row for key, row in rows.items() if key not in there]
    if new:
        connection.execute(insert(CONFLICT), new)
    return len(new)


def _tell(connection: Connection, posted: Sequence[Posted], book: Book, *, conflicts: int, by: str, at_ms: int) -> None:
    """One entry of the trail, with the heads of the chains: an anchor that shows when the newest entries are lost."""
    touched = sorted({one.posting.entry.project for one in posted})
    heads = {project: [book.accounts[project].entries, book.accounts[project].head_hash] for project in touched}
    detail = {"posted": len(posted), "conflicts": conflicts, "heads": heads}
    object_ = f"ledger/{touched[0]}" if len(touched) == 1 else "ledger"
    append(connection, at_ms=at_ms, actor=by, action="ledger.post", object_=object_, detail=detail)
