"""Exports a period of the ledger from one snapshot, and tells it in the trail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import IO, Any

from sqlalchemy import Connection, Engine, func, select

from central.audit.trail import append
from central.money.chain import ALGORITHM, content_digest
from central.money.package import Link, write_package
from central.store.engine import reading, writing
from central.store.read_ledger import ENTRY, posted_of
from central.store.read_statement import (
    Which,
    entries_between,
    heads_of,
    listed,
    root_of,
    statement_of,
    total,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedPackage:
    """`digest` is the SHA-256 of the package's manifest, which the audit trail keeps."""

    entries: int
    chains: int
    digest: str
    root: str


def export_package(
    engine: Engine,
    to: IO[bytes],
    *,
    first: date,
    last: date,
    which: Which,
    by: str,
    at_ms: int,
    entries_max: int | None = None,
) -> ExportedPackage | None:
    """Write the package of the days from `first` to `last`; None, and nothing written, when it were of too many."""
    with reading(engine) as connection:
        found = statement_of(connection, first=first, last=last, which=which)
        count = total(found.by_project).entries
        if entries_max is not None and count > entries_max:
            return None
        spans = _spans(connection, first, last, which)
        heads = heads_of(connection, which.projects)
        root = root_of(heads)
        statement: dict[str, Any] = {
            "first": first.isoformat(),
            "last": last.isoformat(),
            "which": {name: value for name, value in asdict(which).items() if value is not None},
            "opening": asdict(total(found.opening)),
            "period": asdict(total(found.by_project)),
            "closing": asdict(found.closing()),
            "algorithm": ALGORITHM,
            "starts": {span.project: _hash_before(connection, span) for span in spans},
            "heads": [asdict(head) for head in heads],
            "root": root,
            "exported_by": by,
            "exported_at": at_ms,
        }
        digest = write_package(
            to,
            statement=statement,
            entries=lambda: entries_between(connection, first=first, last=last, which=which),
            links=_links(connection, spans),
            count=count,
        )
    _tell(engine, statement, digest=digest, count=count, by=by, at_ms=at_ms)
    return ExportedPackage(entries=count, chains=len(spans), digest=digest, root=root)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """From the first to the last link of a project that the period has an entry of."""

    project: str
    low: int
    high: int


def _spans(connection: Connection, first: date, last: date, which: Which) -> list[_Span]:
    inside = listed(first, last, which).order_by(None).subquery()
    wanted = select(inside.c.project, func.min(inside.c.nth), func.max(inside.c.nth)).group_by(inside.c.project)
    rows = connection.execute(wanted.order_by(inside.c.project))
    return [_Span(project=project, low=low, high=high) for project, low, high in rows]


def _hash_before(connection: Connection, span: _Span) -> str:
    wanted = select(ENTRY.c.prev_hash).where(ENTRY.c.project == span.project, ENTRY.c.nth == span.low)
    return str(connection.execute(wanted).scalar_one())


def _links(connection: Connection, spans: list[_Span]) -> Iterator[Link]:
    """Also the links in between whose entries are of other days: without what they say."""
    for span in spans:
        wanted = select(ENTRY).where(ENTRY.c.project == span.project, ENTRY.c.nth.between(span.low, span.high))
        for row in connection.execution_options(yield_per=1000).execute(wanted.order_by(ENTRY.c.nth)):
            one = posted_of(row)
            content = content_digest(one.posting, flags=one.flags, by=one.by, at_ms=one.at_ms)
            yield Link(project=span.project, nth=one.nth, content=content, hash=one.hash)


def _tell(engine: Engine, statement: dict[str, Any], *, digest: str, count: int, by: str, at_ms: int) -> None:
    detail = {
        **{name: statement[name] for name in ("first", "last", "root")},
        "which": {key: list(value) if isinstance(value, tuple) else value for key, value in statement["which"].items()},
        "entries": count,
        "package": digest,
    }
    with writing(engine) as connection:
        append(connection, at_ms=at_ms, actor=by, action="ledger.export", object_="ledger", detail=detail)
