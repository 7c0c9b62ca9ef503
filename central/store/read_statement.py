"""SQL of the audit query: sums and entries of any period of days, both included. Whole months are read as sums."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, func, literal, or_, select, tuple_

from central.money.chain import canonical, sm3
from central.money.lines import SEPARATOR
from central.money.posting import Posted
from central.store.read_ledger import ACCOUNT, ENTRY, MONTH, next_month, posted_of

Dimension = Literal["line", "payee"]
_BEGINNING = date(1, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Entries of which projects (None = all), and of which payee, line with all below it, contract and kind."""

    projects: tuple[str, ...] | None = None
    payee: str | None = None
    line: str | None = None
    contract: str | None = None
    kind: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing but projects is asked for, so that sums of months will do."""
        return self.payee is None and self.line is None and self.contract is None and self.kind is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What was granted, released and paid, in fen, in so many entries."""

    budget_fen: int = 0
    release_fen: int = 0
    pay_fen: int = 0
    entries: int = 0

    @property
    def balance_fen(self) -> int:
        """What is left of what was released."""
        return self.release_fen - self.pay_fen

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            budget_fen=self.budget_fen + other.budget_fen,
            release_fen=self.release_fen + other.release_fen,
            pay_fen=self.pay_fen + other.pay_fen,
            entries=self.entries + other.entries,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A period: what was before it, what was in it by project, line and payee. Closing = opening + period."""

    first: date
    last: date
    opening: dict[str, Sums]
    by_project: dict[str, Sums]
    by_line: dict[str, Sums]
    by_payee: dict[str, Sums]

    def closing(self) -> Sums:
        """At the end of the last day."""
        return total(self.opening) + total(self.by_project)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where a project's chain ends."""

    project: str
    nth: int
    hash: str


def total(sums: dict[str, Sums]) -> Sums:
    """All of them together."""
    found = Sums()
    for one in sums.values():
        found += one
    return found


def statement_of(connection: Connection, *, first: date, last: date, which: Which) -> Statement:
    """The period from `first` to `last`, both included."""
    after = date.fromordinal(last.toordinal() + 1)
    before = _cells(connection, since=_BEGINNING, until=first, dimension="line", which=which)
    lines = _cells(connection, since=first, until=after, dimension="line", which=which)
    payees = _cells(connection, since=first, until=after, dimension="payee", which=which)
    return Statement(
        first=first,
        last=last,
        opening=_summed(before, by="project"),
        by_project=_summed(lines, by="project"),
        by_line=_summed(lines, by="name"),
        by_payee={name: sums for name, sums in _summed(payees, by="name").items() if name},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    project: str
    kind: str
    name: str
    amount_fen: int
    entries: int


def _summed(cells: list[_Cell], *, by: Literal["project", "name"]) -> dict[str, Sums]:
    plain: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for cell in cells:
        found = plain[getattr(cell, by)]
        found[f"{cell.kind}_fen"] += cell.amount_fen
        found["entries"] += cell.entries
    return {key: Sums(**plain[key]) for key in sorted(plain)}


def _cells(connection: Connection, *, since: date, until: date, dimension: Dimension, which: Which) -> list[_Cell]:
    """Sums of days from `since` to before `until`: whole months from their sums, the days at both ends from entries."""
    begin, end = _month_from(since), until.replace(day=1)
    if not which.is_whole or begin >= end:
        return _of_entries(connection, since, until, dimension, which)
    found = _of_months(connection, begin, end, dimension, which)
    for left, right in ((since, begin), (end, until)):
        if left < right:
            found += _of_entries(connection, left, right, dimension, which)
    return found


def _of_entries(connection: Connection, since: date, until: date, dimension: Dimension, which: Which) -> list[_Cell]:
    name = ENTRY.c[dimension]
    keys = ENTRY.c.project, ENTRY.c.kind, name
    wanted = select(*keys, func.sum(ENTRY.c.amount_fen), func.count()).where(*_where(which))
    wanted = wanted.where(ENTRY.c.day < until)
    if since > _BEGINNING:
        wanted = wanted.where(ENTRY.c.day >= since)
    return _read(connection, wanted.group_by(*keys))


def _of_months(connection: Connection, begin: date, end: date, dimension: Dimension, which: Which) -> list[_Cell]:
    keys = MONTH.c.project, MONTH.c.kind, MONTH.c.name
    wanted = select(*keys, func.sum(MONTH.c.amount_fen), func.sum(MONTH.c.entries)).where(
        MONTH.c.dimension == dimension, MONTH.c.month < end
    )
    if begin > _BEGINNING:
        wanted = wanted.where(MONTH.c.month >= begin)
    if which.projects is not None:
        wanted = wanted.where(MONTH.c.project.in_(which.projects))
    return _read(connection, wanted.group_by(*keys))


def _read(connection: Connection, wanted: Any) -> list[_Cell]:
    return [
        _Cell(project=project, kind=kind, name=name, amount_fen=int(amount_fen), entries=int(entries))
        for project, kind, name, amount_fen, entries in connection.execute(wanted)
    ]


def _month_from(day: date) -> date:
    """The first day of a month that is not before `day`."""
    return day if day.day == 1 else next_month(day)


def _where(which: Which) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if which.projects is not None:
        found.append(ENTRY.c.project.in_(which.projects))
    for name in ("payee", "contract", "kind"):
        value = getattr(which, name)
        if value is not None:
            found.append(ENTRY.c[name] == value)
    if which.line is not None:
        below = ENTRY.c.line.startswith(which.line + SEPARATOR, autoescape=True)
        found.append(or_(ENTRY.c.line == which.line, below))
    return found


def entries_after(
    connection: Connection,
    *,
    first: date,
    last: date,
    which: Which,
    after: tuple[date, str, int] | None,
    limit: int,
) -> list[Posted]:
    """Entries of the period by day, project and number, on from after the (day, project, nth) of `after`."""
    wanted = listed(first, last, which)
    if after is not None:
        day, project, nth = after
        key = tuple_(literal(day), literal(project), literal(nth))
        wanted = wanted.where(ENTRY.c.day >= day, tuple_(ENTRY.c.day, ENTRY.c.project, ENTRY.c.nth) > key)
    return [posted_of(row) for row in connection.execute(wanted.limit(limit))]


def entries_between(connection: Connection, *, first: date, last: date, which: Which) -> Iterator[Posted]:
    """All entries of the period in the same order, a thousand at a time."""
    for row in connection.execution_options(yield_per=1000).execute(listed(first, last, which)):
        yield posted_of(row)


def listed(first: date, last: date, which: Which) -> Any:
    """The query of a period's entries by day, project and number."""
    return (
        select(ENTRY)
        .where(and_(ENTRY.c.day >= first, ENTRY.c.day <= last), *_where(which))
        .order_by(ENTRY.c.day, ENTRY.c.project, ENTRY.c.nth)
    )


def heads_of(connection: Connection, projects: tuple[str, ...] | None) -> list[Head]:
    """Where the chains of these projects end now (None = all of the district), by project."""
    wanted = select(ACCOUNT.c.project, ACCOUNT.c.entries, ACCOUNT.c.head_hash).where(ACCOUNT.c.entries > 0)
    if projects is not None:
        wanted = wanted.where(ACCOUNT.c.project.in_(projects))
    found = connection.execute(wanted.order_by(ACCOUNT.c.project))
    return [Head(project=project, nth=nth, hash=hash_) for project, nth, hash_ in found]


def root_of(heads: list[Head]) -> str:
    """One digest for all the chains: SM3 of their canonical [[project, nth, hash], …]."""
    return sm3(canonical([[head.project, head.nth, head.hash] for head in heads]))
