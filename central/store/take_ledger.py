"""Takes a file of entries into the ledger, a thousand rows a transaction: broken off, the same file goes on."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import IO

from sqlalchemy import Connection, Engine

from central.money.importing import ReadRow, read_ledger
from central.money.posting import Conflict, Known, Outcome, Posted, Posting, Refusal, Refused, refused, text_fault
from central.money.sheet import COLUMNS
from central.store.engine import writing
from central.store.read_ledger import project_of_names
from central.store.save_ledger import POST_MAX, begin_import, count_import, end_import, post, save_refused

SHOWN_MAX = 100  # refused rows that are told at once; all of them are kept


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    """A row that was not taken: its number and the header of the column as on the screen."""

    row: int
    column: str
    refusal: Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenFile:
    """What became of the rows of a file. `refused_rows`: the first SHOWN_MAX of the refused and of the conflicts."""

    import_id: int
    sha256: str
    posted: int
    known: int
    conflicts: int
    refused: int
    refused_rows: tuple[RefusedRow, ...]


def take_file(
    engine: Engine,
    file: IO[bytes],
    *,
    filename: str,
    within: Callable[[Connection, Collection[str]], Collection[str]] | None,
    by: str,
    wall_ms: Callable[[], int],
) -> TakenFile:
    """Post every row of an xlsx; NotALedgerError, and nothing stored, when it cannot be read at all.

    `within` gives those of some project ids that the caller may post to; None = all of them.
    """
    digest = _sha256(file)
    rows = read_ledger(file, source=f"file:{digest[:16]}")
    chunk = list(islice(rows, POST_MAX))  # a file that cannot be read leaves no import behind
    with writing(engine) as connection:
        import_id = begin_import(connection, sha256=digest, filename=_printed(filename), by=by, at_ms=wall_ms())
    counts: Counter[str] = Counter()
    shown: list[RefusedRow] = []
    while chunk:
        with writing(engine) as connection:
            taken = _take(connection, chunk, within=within, by=by, at_ms=wall_ms())
            refused_rows = list(_refused(chunk, taken))
            save_refused(
                connection, import_id, ((one.row, one.column, one.refusal, row.shown) for one, row in refused_rows)
            )
            counts.update(_name(outcome) for outcome in taken.values())
            counts["refused"] += sum(row.posting is None for row in chunk)
            count_import(connection, import_id, counts=_named(counts))
        shown += [one for one, _ in refused_rows[: SHOWN_MAX - len(shown)]]
        chunk = list(islice(rows, POST_MAX))
    found = _named(counts)
    with writing(engine) as connection:
        end_import(connection, import_id, counts=found, by=by, at_ms=wall_ms())
    return TakenFile(import_id=import_id, sha256=digest, refused_rows=tuple(shown), **found)


def _printed(filename: str) -> str:
    """A file's name as both databases can keep it: whoever made the file wrote its name as well."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in filename)[:255]


def _named(counts: Counter[str]) -> dict[str, int]:
    return {name: counts[name] for name in ("posted", "known", "conflicts", "refused")}


def _sha256(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := file.read(1 << 20):
        digest.update(block)
    file.seek(0)
    return digest.hexdigest()


def resolved(
    connection: Connection,
    postings: Sequence[Posting],
    *,
    within: Callable[[Connection, Collection[str]], Collection[str]] | None,
) -> tuple[list[Posting], frozenset[str]]:
    """The postings with ids of projects instead of what they are called, and the ids that may be posted to.

    A name of no project, or of one that is not within, stays as it was: posting refuses it.
    """
    ids = project_of_names(connection, {one.entry.project for one in postings if text_fault(one) is None})
    allowed = frozenset(ids.values() if within is None else within(connection, set(ids.values())))
    named = {name: project for name, project in ids.items() if project in allowed}
    placed = [
        replace(one, entry=replace(one.entry, project=named.get(one.entry.project, one.entry.project)))
        for one in postings
    ]
    return placed, allowed


def _take(
    connection: Connection,
    chunk: Sequence[ReadRow],
    *,
    within: Callable[[Connection, Collection[str]], Collection[str]] | None,
    by: str,
    at_ms: int,
) -> dict[int, Outcome]:
    """Outcomes by the number of the row."""
    read = [(row.number, row.posting) for row in chunk if row.posting is not None]
    postings, allowed = resolved(connection, [posting for _, posting in read], within=within)
    outcomes = post(connection, postings, projects=allowed, by=by, at_ms=at_ms)
    return {number: outcome for (number, _), outcome in zip(read, outcomes, strict=True)}


def _refused(chunk: Sequence[ReadRow], taken: dict[int, Outcome]) -> Iterator[tuple[RefusedRow, ReadRow]]:
    for row in chunk:
        refusal = row.refusal or _why_not(taken.get(row.number), row)
        if refusal is not None:
            yield RefusedRow(row=row.number, column=row.columns.get(refusal.where, ""), refusal=refusal), row


def _why_not(outcome: Outcome | None, row: ReadRow) -> Refusal | None:
    match outcome:
        case Refused(refusal=refusal):
            return refusal
        case Conflict(posting=posting, differs=differs):
            return _conflict(posting.entry.voucher, differs, row)
        case _:
            return None


def _conflict(voucher: str, differs: Sequence[str], row: ReadRow) -> Refusal:
    """Which columns are not as they were posted, as the file calls them."""
    named = {column.key: column for column in COLUMNS}
    zh = "、".join(row.columns.get(key) or named[key].zh for key in differs)
    en = ", ".join(row.columns.get(key) or named[key].en for key in differs)
    what = f"凭证 {voucher} 已入账, {zh} 与账上不同", f"voucher {voucher} is posted, with another {en}"
    expected = "与账上相同; 另一笔用另一凭证号, 更正先冲正", "the same; a voucher of its own, or a reversal first"
    return refused("conflict", "voucher", what=what, expected=expected)


def _name(outcome: Outcome) -> str:
    match outcome:
        case Posted():
            return "posted"
        case Known():
            return "known"
        case Conflict():
            return "conflicts"
        case Refused():
            return "refused"
