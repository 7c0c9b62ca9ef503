"""Judgements of experts by pairs: nodes, their versions, who is asked, what was said, and the frozen weights.

Versions, judgements and results are only added to (the database refuses else); of an expert's judgements of a pair the
newest holds.
"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from central.store.tables.columns import big, long_text, serial


class WeightNode(SQLModel, table=True):
    """A group of criteria that experts weigh against each other; `unit` '' = the district's."""

    __tablename__: ClassVar[str] = "weight_node"
    id: str = Field(primary_key=True)
    name_zh: str
    name_en: str
    unit: str = ""
    created_by: str
    created_at: int = big()


class WeightVersion(SQLModel, table=True):
    """What was asked: the criteria in order, as JSON. Another question is another version."""

    __tablename__: ClassVar[str] = "weight_version"
    node: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    criteria: str = long_text()
    opened_by: str
    opened_at: int = big()


class WeightExpert(SQLModel, table=True):
    """Who is asked, with the weight of his voice; released = no longer asked, with the reason."""

    __tablename__: ClassVar[str] = "weight_expert"
    node: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    person: str = Field(primary_key=True)
    weight: int
    invited_by: str
    invited_at: int = big()
    released_by: str = ""
    released_at: int | None = big(default=None)
    reason: str = long_text(default="")


class WeightJudgement(SQLModel, table=True):
    """One answer: criterion `first` (place, from 0) against `second`, on Saaty's scale; negative = the second is more
    important."""

    __tablename__: ClassVar[str] = "weight_judgement"
    __table_args__ = (Index("ix_weight_judgement_node", "node", "version", "person"),)
    id: int | None = serial()
    node: str
    version: int
    person: str
    first: int
    second: int
    says: int
    said_at: int = big()


class WeightResult(SQLModel, table=True):
    """The weights of a version, frozen: the whole derivation as canonical JSON and its SHA-256. `note` = what was
    discussed."""

    __tablename__: ClassVar[str] = "weight_result"
    node: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    body: str = long_text()
    sha256: str
    note: str = long_text(default="")
    frozen_by: str
    frozen_at: int = big()
