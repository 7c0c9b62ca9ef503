"""People and what they may, the audit trail, leases and job runs."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from central.store.tables.columns import SERIAL, big, long_text, serial


class User(SQLModel, table=True):
    """A person who may log in; the hash is argon2."""

    __tablename__: ClassVar[str] = "app_user"
    id: int | None = serial()
    username: str = Field(unique=True)
    name: str
    password_hash: str
    active: bool = True
    created_at: int = big()


class Grant(SQLModel, table=True):
    """A role within a scope: scope_kind district (scope ''), unit, street (their zh name) or project (its id)."""

    __tablename__: ClassVar[str] = "role_grant"
    id: int | None = serial()
    user: int = Field(sa_type=SERIAL, foreign_key="app_user.id", index=True)
    role: str
    scope_kind: str
    scope: str = ""
    valid_from_at: int = big(default=0)
    valid_to_at: int | None = big(default=None)


class AuditEntry(SQLModel, table=True):
    """Who did what, hash-chained: hash = sha256(canonical entry without hash ‖ previous hash)."""

    __tablename__: ClassVar[str] = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_at", "at", "actor", "action"),)
    seq: int = big(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: int = big()
    actor: str
    action: str
    object: str = long_text()
    detail_json: str = long_text()
    prev_hash: str
    hash: str


class Lease(SQLModel, table=True):
    """Leadership by row: `fence` grows with each change of holder."""

    name: str = Field(primary_key=True)
    holder: str
    fence: int = big()
    until_at: int = big()


class JobRun(SQLModel, table=True):
    """A claimed run of a job; the key makes two leaders have one effect."""

    __tablename__: ClassVar[str] = "job_run"
    job: str = Field(primary_key=True)
    scheduled_at: int = big(primary_key=True)
    holder: str
    fence: int = big()
    started_at: int = big()
    finished_at: int | None = big(default=None)
    outcome: str | None = long_text(default=None)
