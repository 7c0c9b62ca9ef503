"""The bulletin of data quality as it is shown."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime

from sqlmodel import Session, select

from central.api.access import Access
from central.api.quality_schemas import Bulletin, UnitQuality
from central.quality.counting import Ranked, share_bp, total_bp
from central.quality.score import WEIGHTS
from central.store.count_quality import digests_of, quality_rows
from central.store.instants import to_ms
from central.store.save_checked import digest, spelled
from central.store.tables import Project


def bulletin_shown(session: Session, access: Access, *, month: date, now: datetime) -> Bulletin:
    """Units that the caller sees, with their rank among all."""
    connection = session.connection()
    digests = digests_of(connection, month)
    rows = quality_rows(connection, month, now_ms=to_ms(now))
    seen = {project.unit_zh for project in session.exec(select(Project)) if access.sees(project)}
    units = [unit_shown(one, sha256=digests.get(one.unit)) for one in rows if access.everywhere or one.unit in seen]
    return Bulletin(month=month, frozen=bool(digests), units=units)


def unit_shown(one: Ranked, *, sha256: str | None) -> UnitQuality:
    """A unit's line; without a frozen digest that of its counts now."""
    counts = asdict(one.counted)
    return UnitQuality.model_validate(
        {
            "unit": one.unit,
            "rank": one.rank,
            "total_bp": total_bp(one.score),
            "grade": one.score.grade,
            "needs_training": one.score.needs_training,
            "insufficient": one.score.insufficient,
            "dimensions": [{"name": name, "share_bp": share_bp(one.score, name)} for name in WEIGHTS],
            "counts": counts,
            "sha256": sha256 or digest(spelled(counts)),
        }
    )
