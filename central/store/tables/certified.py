"""The certificates the centre's authorities gave out."""

from __future__ import annotations

from typing import ClassVar

from sqlmodel import Field, SQLModel

from central.store.tables.columns import big, long_text


class Certificate(SQLModel, table=True):
    """One certificate, by its serial number in hex; `name` is its common name: a gateway's id, a broker, the centre.

    `authority` says who signed it, so that each authority's revocation list can be made anew at any time.
    """

    __tablename__: ClassVar[str] = "certificate"
    serial: str = Field(primary_key=True)
    authority: str
    name: str = Field(index=True)
    purpose: str
    valid_from_at: int = big()
    valid_until_at: int = big()
    issued_at: int = big()
    revoked_at: int | None = big(default=None)
    reason: str = long_text(default="")
