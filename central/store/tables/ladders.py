"""The ladders that warnings are judged by: imported profiles, and which one was in force where and since when."""

from __future__ import annotations

from typing import ClassVar

from sqlmodel import Field, SQLModel

from central.store.tables.columns import big, long_text, serial


class LadderProfile(SQLModel, table=True):
    """One version of a named profile as its document (canonical JSON). Never changed; those shipped are in the code."""

    __tablename__: ClassVar[str] = "ladder_profile"
    name: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    document: str = long_text()
    by: str
    noted_at: int = big()


class LadderSwitch(SQLModel, table=True):
    """From `since_at` on, `scope` ('' = the district, else a project's id) is judged by this version of a profile.

    `name` '' = the project is judged by the district's profile again. Only added to; of the same instant, the last.
    """

    __tablename__: ClassVar[str] = "ladder_switch"
    id: int | None = serial()
    scope: str = Field(index=True)
    name: str
    version: int
    since_at: int = big()
    reason: str = long_text()
    by: str
    noted_at: int = big()
