"""SQL of a project's terms of payment, version by version, and of what was paid for wages."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import Connection, func, insert, select

from central.audit.trail import append
from central.money.disburse import Terms
from central.store import tables
from central.store.read_ledger import ENTRY, hold_project
from central.store.upsert import table_of

_TERMS = table_of(tables.PaymentTerms)
_NAMES = ("rate_bp", "advance_fen", "advance_until_bp", "retention_bp", "wage_month_fen", "due_days")


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsInForce:
    """A version of the terms, 0 = nobody said any: those of the law's least."""

    version: int
    terms: Terms


def terms_of(connection: Connection, project: str) -> TermsInForce:
    """The newest terms of a project."""
    newest = select(_TERMS).where(_TERMS.c.project == project).order_by(_TERMS.c.version.desc()).limit(1)
    row = connection.execute(newest).first()
    if row is None:
        return TermsInForce(version=0, terms=Terms())
    return TermsInForce(version=row.version, terms=Terms(**{name: getattr(row, name) for name in _NAMES}))


def save_terms(connection: Connection, project: str, terms: Terms, *, by: str, at_ms: int) -> TermsInForce:
    """The terms as a new version; those in force again are no new one."""
    hold_project(connection, project)
    there = terms_of(connection, project)
    if there.version and there.terms == terms:
        return there
    plain = asdict(terms)
    version = there.version + 1
    row = {"project": project, "version": version, **plain, "set_by": by, "set_at": at_ms}
    connection.execute(insert(_TERMS), row)
    detail = {"version": version, **plain}
    append(connection, at_ms=at_ms, actor=by, action="ledger.terms", object_=f"project/{project}", detail=detail)
    return TermsInForce(version=version, terms=terms)


def wages_paid(connection: Connection, project: str, *, first: date, last: date) -> int:
    """Fen paid for wages on the days from `first` to `last`, both included."""
    wanted = select(func.coalesce(func.sum(ENTRY.c.wage_fen), 0)).where(
        ENTRY.c.project == project, ENTRY.c.kind == "pay", ENTRY.c.day.between(first, last)
    )
    return int(connection.execute(wanted).scalar_one())
