"""Where judging had come to: checkpoints, and what plans were in force when."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from central.store.tables.columns import big, long_text


class JudgedPlan(SQLModel, table=True):
    """A plan version as it is judged by, and the instant from which it is (0: from the start). Kept for ever.

    Days before `since_at` stay judged by the version then in force. `body` is the project as JSON.
    """

    __tablename__: ClassVar[str] = "judged_plan"
    project: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    since_at: int = big()
    body: str = long_text()


class Checkpoint(SQLModel, table=True):
    """The memory of judging a project after all facts up to an instant, so that it can go on from there.

    It may be lost: then judging begins at an older one. `digest` tells plan and policy that made it; `body` is
    compressed JSON.
    """

    __tablename__: ClassVar[str] = "checkpoint"
    project: str = Field(primary_key=True)
    at: int = big(primary_key=True)
    digest: str
    body: bytes = Field(sa_type=LargeBinary)
