"""Delay models and what they said. Rows are only added to: triggers refuse all else, on both databases."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from central.store.tables.columns import big, long_text, serial


class OutlookModel(SQLModel, table=True):
    """The nth model of a target (late, over or finish), trained on `n` completed projects; `shown` = it may be told.

    `examples_sha256` = digest of what it was trained on; `body` = JSON of the trained numbers and of the test.
    """

    __tablename__: ClassVar[str] = "outlook_model"
    __table_args__ = (Index("uq_outlook_model_number", "target", "number", unique=True),)
    id: int | None = serial()
    target: str
    number: int
    day: date
    n: int
    events: int
    examples_sha256: str
    shown: bool
    why_zh: str = long_text()
    why_en: str = long_text()
    body: str = long_text()
    trained_at: int = big()


class OutlookForecast(SQLModel, table=True):
    """What was told of a running project on a day, for ever, so that it can be held against what became of it.

    `model` made it; `probability_bp` beside `base_bp`, the share of all (NULL for target finish); `due` and
    `budget_fen` = what late and over budget were measured by; `finish`, `finish_low`, `finish_high` for target finish.
    `body` = JSON of the factors.
    """

    __tablename__: ClassVar[str] = "outlook_forecast"
    __table_args__ = (Index("ix_outlook_forecast_target", "target", "day"),)
    project: str = Field(primary_key=True)
    target: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    model: int = big()
    probability_bp: int | None = None
    base_bp: int | None = None
    due: date
    budget_fen: int = big()
    finish: date | None = None
    finish_low: date | None = None
    finish_high: date | None = None
    body: str = long_text()
    made_at: int = big()
