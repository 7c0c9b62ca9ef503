"""Recomputes the ledger from its entries: chains, accounts, sums of months, and the heads that the trail kept."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from central.money.book import Account
from central.money.chain import first_fault
from central.money.posting import Posted
from central.store import tables
from central.store.read_ledger import ACCOUNT, ENTRY, MONTH, chain_of
from central.store.upsert import table_of

_AUDIT = table_of(tables.AuditEntry)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFault:
    """What does not hold of a project: `nth` the entry, None when it is the project as a whole."""

    project: str
    nth: int | None
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedLedger:
    """How much was looked at, and every project's first fault."""

    projects: int
    entries: int
    faults: tuple[LedgerFault, ...]


def verify_ledger(connection: Connection) -> VerifiedLedger:
    """All projects that have entries, an account, or a head in the trail."""
    anchors = _anchors(connection)
    accounts = {row.project: row for row in connection.execute(select(ACCOUNT))}
    there = connection.execute(select(ENTRY.c.project).distinct()).scalars()
    faults: list[LedgerFault] = []
    entries = 0
    projects = sorted({*there, *accounts, *anchors})
    for project in projects:
        walk = _Walk(project, anchors.get(project, {}))
        broken = first_fault(walk.over(chain_of(connection, project)))
        entries += walk.account.entries
        what = _first(walk, broken, accounts.get(project), connection)
        if what is not None:
            faults.append(what)
    return VerifiedLedger(projects=len(projects), entries=entries, faults=tuple(faults))


class _Walk:
    """Sums up a project's entries while its chain is checked, and ticks off the heads that the trail kept."""

    def __init__(self, project: str, anchors: dict[int, str]) -> None:
        self.account = Account(project=project)
        self.anchors = dict(anchors)
        self.months: dict[tuple[object, ...], list[int]] = defaultdict(lambda: [0, 0])

    def over(self, entries: Iterator[Posted]) -> Iterator[Posted]:
        """The same entries."""
        for one in entries:
            self.account.add(one)
            if self.anchors.get(one.nth) == one.hash:
                del self.anchors[one.nth]
            entry = one.posting.entry
            for dimension, name in (("line", entry.line), ("payee", entry.payee)):
                cell = self.months[entry.day.replace(day=1), dimension, entry.kind, name]
                cell[0] += entry.amount_fen
                cell[1] += 1
            yield one


def _first(walk: _Walk, broken: int | None, row: object, connection: Connection) -> LedgerFault | None:
    project, account = walk.account.project, walk.account
    if broken is not None:
        return LedgerFault(project=project, nth=broken, what="changed, or the one before it is missing")
    if walk.anchors:
        lost = min(walk.anchors)
        return LedgerFault(project=project, nth=lost, what="is not what the audit trail says of it, or is lost")
    names = ("entries", "head_hash", "released_fen", "paid_fen")
    if row is None or any(getattr(row, name) != getattr(account, name) for name in names):
        return LedgerFault(project=project, nth=None, what="its account is not the sum of its entries")
    stored = {
        (one.month, one.dimension, one.kind, one.name): [one.amount_fen, one.entries]
        for one in connection.execute(select(MONTH).where(MONTH.c.project == project))
    }
    if stored != dict(walk.months):
        return LedgerFault(project=project, nth=None, what="sums of its months are not those of its entries")
    return None


def _anchors(connection: Connection) -> dict[str, dict[int, str]]:
    """Heads by project and number, as each posting told them in the audit trail."""
    found: dict[str, dict[int, str]] = defaultdict(dict)
    wanted = select(_AUDIT.c.detail_json).where(_AUDIT.c.action == "ledger.post").order_by(_AUDIT.c.seq)
    for detail in connection.execute(wanted).scalars():
        for project, (nth, head) in json.loads(detail)["heads"].items():
            found[project][nth] = head
    return found
