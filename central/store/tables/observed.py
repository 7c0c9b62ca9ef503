"""What people count and find on a site: people and machines, lots inspected, safety findings; who looked at what.

Rows are only added to (triggers refuse the rest): a correction is a row of its own that names the one it replaces.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sqlalchemy import Index
from sqlmodel import SQLModel

from central.store.tables.columns import big, long_text, serial


class SiteCount(SQLModel, table=True):
    """How many people and machines were on a site at an instant: counts alone, nobody's identity.

    `source` = manual, gate, machine_log or daily_report; `persons` NULL = not counted; `machines` = JSON of kind and
    count, NULL = not counted; `refs` = what it was taken from ('report/7'), else ''.
    """

    __tablename__: ClassVar[str] = "site_count"
    __table_args__ = (
        Index("ix_site_count_project", "project", "observed_at"),
        Index("uq_site_count_said", "project", "source", "author", "observed_at", "refs", unique=True),
    )
    id: int | None = serial()
    project: str
    observed_at: int = big()
    source: str
    author: str
    persons: int | None = None
    machines: str | None = long_text(default=None)
    refs: str = long_text(default="")
    received_at: int = big()


class InspectionLot(SQLModel, table=True):
    """Lots (检验批) of a work item ('' = of the project) looked at on a day: `passed` of `inspected`.

    `paper` = SHA-256 of the record's paper. A row that replaces another and has inspected 0 withdraws it.
    """

    __tablename__: ClassVar[str] = "inspection_lot"
    __table_args__ = (
        Index("ix_inspection_lot_project", "project", "day"),
        Index("uq_inspection_lot_replaces", "replaces", unique=True),
    )
    id: int | None = serial()
    project: str
    item: str
    day: date
    inspected: int
    passed: int
    paper: str
    remark: str = long_text(default="")
    author: str
    replaces: int | None = big(default=None)
    noted_at: int = big()


class SafetyFinding(SQLModel, table=True):
    """What a look at safety found on a day, serious or not; `paper` = SHA-256 of its record.

    A row that replaces another and is `withdrawn` says that there was none.
    """

    __tablename__: ClassVar[str] = "safety_finding"
    __table_args__ = (
        Index("ix_safety_finding_project", "project", "day"),
        Index("uq_safety_finding_replaces", "replaces", unique=True),
    )
    id: int | None = serial()
    project: str
    day: date
    serious: bool
    withdrawn: bool = False
    what: str = long_text()
    paper: str
    author: str
    replaces: int | None = big(default=None)
    noted_at: int = big()


class ViewingPurpose(SQLModel, table=True):
    """Why a person looks at pictures of a project, said once for a session: holds until the session's token ends."""

    __tablename__: ClassVar[str] = "viewing_purpose"
    __table_args__ = (Index("ix_viewing_purpose_person", "person", "project", "until_at"),)
    id: int | None = serial()
    person: str
    project: str
    purpose: str
    remark: str = long_text(default="")
    stated_at: int = big()
    until_at: int = big()


class EvidenceView(SQLModel, table=True):
    """Somebody was shown a picture: `kind` = still, photo or thumbnail; `stated` = the purpose was said by the person,
    else it is the usual one of the `role`. `project` '' = the picture belongs to none."""

    __tablename__: ClassVar[str] = "evidence_view"
    __table_args__ = (
        Index("ix_evidence_view_project", "project", "id"),
        Index("ix_evidence_view_person", "person", "id"),
    )
    id: int | None = serial()
    person: str
    role: str
    kind: str
    sha256: str
    project: str
    purpose: str
    remark: str = long_text(default="")
    stated: bool
    viewed_at: int = big()
