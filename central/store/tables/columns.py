"""Column types that are the same on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Integer, Text
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

SERIAL = BigInteger().with_variant(Integer(), "sqlite")  # SQLite numbers only INTEGER keys by itself


def big(**more: Any) -> Any:
    """64-bit integer."""
    return Field(sa_type=BigInteger, **more)


def long_text(**more: Any) -> Any:
    """Text of any length."""
    return Field(sa_type=Text, **more)


def serial() -> Any:
    """Key numbered by the database."""
    return Field(default=None, primary_key=True, sa_type=SERIAL)
