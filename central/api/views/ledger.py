"""The ledger as the API tells it: statements of a period, outcomes of postings, conflicts, imports, suspicions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date

from sqlmodel import Session

from central.api.access import Access
from central.api.errors import InvalidError, absent
from central.api.ledger_schemas import (
    ChainHead,
    ChainProof,
    GivenEntry,
    LedgerConflict,
    LedgerConflicts,
    LedgerEntry,
    LedgerImport,
    LedgerImportBrief,
    LedgerImports,
    LedgerRefusal,
    LedgerStatement,
    LedgerSums,
    LedgerSuspicion,
    LedgerSuspicions,
    LedgerTotal,
    PostedEntries,
    PostedEntry,
    RefusedRow,
)
from central.api.schemas import Text
from central.api.views.words import instant
from central.money.chain import ALGORITHM, plain_of
from central.money.posting import Conflict, Known, Outcome, Posted, Refusal, Refused
from central.store.instants import from_ms
from central.store.read_ledger import closed_through, conflicts_after, import_of, imports_newest, refused_after
from central.store.read_statement import (
    Sums,
    Which,
    entries_after,
    heads_of,
    root_of,
    statement_of,
    total,
)
from central.store.read_suspicions import suspicions
from central.store.take_ledger import TakenFile

TOTALS_MAX, HEADS_MAX, SUSPICIONS_MAX = 100, 100, 1000


def statement(
    session: Session, *, first: date, last: date, which: Which, after: str | None, limit: int
) -> LedgerStatement:
    """A period with a page of its entries."""
    check_period(first, last)
    connection = session.connection()
    found = statement_of(connection, first=first, last=last, which=which)
    start = None if after is None else _cursor(after)
    page = entries_after(connection, first=first, last=last, which=which, after=start, limit=limit + 1)
    shown = page[:limit]
    heads = heads_of(connection, which.projects)
    return LedgerStatement(
        first=first,
        last=last,
        opening=_sums(total(found.opening)),
        period=_sums(total(found.by_project)),
        closing=_sums(found.closing()),
        projects=_largest(found.by_project),
        lines=_largest(found.by_line),
        payees=_largest(found.by_payee),
        names={"projects": len(found.by_project), "lines": len(found.by_line), "payees": len(found.by_payee)},
        closed_through=closed_through(connection),
        entries=[entry_of(one) for one in shown],
        after=_spelled(shown[-1]) if len(page) > limit else None,
        proof=ChainProof(
            algorithm=ALGORITHM,
            chains=len(heads),
            root=root_of(heads),
            heads=[ChainHead(project=head.project, nth=head.nth, hash=head.hash) for head in heads[:HEADS_MAX]],
        ),
    )


def check_period(first: date, last: date) -> None:
    """A period begins before it ends."""
    if first > last:
        raise InvalidError(f"a period from {first} to {last}", where="query.to", expected=f"a day from {first} on")


def entry_of(posted: Posted) -> LedgerEntry:
    """An entry of the ledger."""
    return LedgerEntry(
        **plain_of(posted.posting) | {"day": posted.posting.entry.day},
        nth=posted.nth,
        flags=list(posted.flags),
        posted_by=posted.by,
        posted_at=from_ms(posted.at_ms),
        prev_hash=posted.prev_hash,
        hash=posted.hash,
    )


def outcomes_of(outcomes: Sequence[Outcome]) -> PostedEntries:
    """What became of some entries."""
    told = [_outcome(one) for one in outcomes]
    names = [one.outcome for one in told]
    return PostedEntries(
        posted=names.count("posted"),
        known=names.count("known"),
        conflicts=names.count("conflict"),
        refused=names.count("refused"),
        entries=told,
    )


def _outcome(one: Outcome) -> PostedEntry:
    entry = one.posting.entry
    nothing = PostedEntry(
        voucher=entry.voucher,
        project=entry.project,
        outcome="known",
        nth=None,
        hash=None,
        flags=[],
        differs=[],
        refusal=None,
    )
    match one:
        case Posted():
            more = {"outcome": "posted", "nth": one.nth, "hash": one.hash, "flags": list(one.flags)}
        case Conflict():
            more = {"outcome": "conflict", "differs": list(one.differs)}
        case Refused():
            more = {"outcome": "refused", "refusal": refusal_of(one.refusal)}
        case Known():
            more = {}
    return nothing.model_copy(update=more)


def refusal_of(refusal: Refusal) -> LedgerRefusal:
    """Why not."""
    what, expected = refusal.what, refusal.expected
    return LedgerRefusal(
        code=refusal.code,
        where=refusal.where,
        what=Text(zh=what.zh, en=what.en),
        expected=Text(zh=expected.zh, en=expected.en),
    )


def refused_rows(taken: TakenFile) -> list[RefusedRow]:
    """The first refused rows of a file."""
    return [RefusedRow(row=one.row, column=one.column, refusal=refusal_of(one.refusal)) for one in taken.refused_rows]


def conflicts(
    session: Session, *, projects: tuple[str, ...] | None, project: str | None, after: int, limit: int
) -> LedgerConflicts:
    """A page of conflicts."""
    page = conflicts_after(session.connection(), projects=projects, project=project, after=after, limit=limit)
    told = [
        LedgerConflict(
            id=row.id,
            project=row.project,
            voucher=row.voucher,
            differs=row.differs.split(","),
            given=GivenEntry(**json.loads(row.document)),
            given_by=row.given_by,
            given_at=from_ms(row.given_at),
        )
        for row in page.rows
    ]
    return LedgerConflicts(conflicts=told, after=page.after)


def import_answer(session: Session, import_id: int, *, access: Access, after: int, limit: int) -> LedgerImport:
    """An import for who made it, and for who sees the whole district."""
    connection = session.connection()
    row = import_of(connection, import_id)
    if row is None or not (access.everywhere or row.imported_by == access.username):
        raise absent("import", str(import_id))
    page = refused_after(connection, import_id, after=after, limit=limit)
    began_at = from_ms(row.began_at)
    return LedgerImport(
        import_id=row.id,
        sha256=row.sha256,
        filename=row.filename,
        imported_by=row.imported_by,
        began_at=began_at,
        ended_at=instant(row.ended_at),
        posted=row.posted,
        known=row.known,
        conflicts=row.conflicts,
        refused=row.refused,
        refused_rows=[
            RefusedRow(
                row=one.row,
                column=one.column,
                refusal=LedgerRefusal(
                    code=one.code,
                    where=one.column,
                    what=Text(zh=one.what_zh, en=one.what_en),
                    expected=Text(zh=one.expected_zh, en=one.expected_en),
                ),
            )
            for one in page.rows
        ],
        after=page.after,
    )


def imports_answer(session: Session, *, access: Access, limit: int) -> LedgerImports:
    """The newest imports: one's own, all of them for who sees the whole district."""
    rows = imports_newest(session.connection(), by=None if access.everywhere else access.username, limit=limit)
    return LedgerImports(
        imports=[
            LedgerImportBrief(
                import_id=row.id,
                sha256=row.sha256,
                filename=row.filename,
                imported_by=row.imported_by,
                began_at=from_ms(row.began_at),
                ended_at=instant(row.ended_at),
                posted=row.posted,
                known=row.known,
                conflicts=row.conflicts,
                refused=row.refused,
            )
            for row in rows
        ]
    )


def suspicions_of(session: Session, *, first: date, last: date, projects: tuple[str, ...] | None) -> LedgerSuspicions:
    """What an auditor would look at in a period."""
    check_period(first, last)
    looked = suspicions(session.connection(), first=first, last=last, projects=projects, limit=SUSPICIONS_MAX)
    told = [
        LedgerSuspicion(
            kind=one.kind,
            projects=list(one.projects),
            vouchers=list(one.vouchers),
            amount_fen=one.amount_fen,
            said=Text(zh=one.said.zh, en=one.said.en),
        )
        for one in looked.found
    ]
    return LedgerSuspicions(suspicions=told, more=looked.more)


def _sums(sums: Sums) -> LedgerSums:
    return LedgerSums(
        budget_fen=sums.budget_fen,
        release_fen=sums.release_fen,
        pay_fen=sums.pay_fen,
        balance_fen=sums.balance_fen,
        entries=sums.entries,
    )


def _largest(sums: Mapping[str, Sums]) -> list[LedgerTotal]:
    """Most paid first, then most released, then by name."""
    ordered = sorted(sums.items(), key=lambda pair: (-pair[1].pay_fen, -pair[1].release_fen, pair[0]))
    return [LedgerTotal(name=name, **_sums(one).model_dump()) for name, one in ordered[:TOTALS_MAX]]


def _spelled(posted: Posted) -> str:
    return f"{posted.posting.entry.day}/{posted.nth}/{posted.posting.entry.project}"


def _cursor(after: str) -> tuple[date, str, int]:
    day, _, rest = after.partition("/")
    nth, _, project = rest.partition("/")
    try:
        return date.fromisoformat(day), project, int(nth) if nth.isascii() and len(nth) < 19 else int("")
    except ValueError as wrong:
        raise InvalidError(f"{after[:40]!r}", where="query.after", expected="what the page before said") from wrong
