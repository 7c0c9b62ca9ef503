"""Who claims, which claims become observations, and which dispute with the cameras (E31). Pure.

Whoever builds is nobody's inspector: a contractor or owner of the project reports of himself, whatever other role he
has. The published value stays the fused one (domain.md §4.3); a dispute is a mark on it until somebody settles it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from central.plan.calendar import local_day, midnight

ClaimKind = Literal["self_report", "supervisor", "inspector"]
TOLERANCE_BP = 500
FRESH = timedelta(days=7)  # a camera's value older than this says nothing of today
DUE_HOUR = 18
LATE_DAYS_MAX = 31
_BUILDERS = frozenset({"contractor", "project_owner"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A person's value beside the cameras' newest of the same item; `auto_ref` the records it was made of."""

    item: str
    human_bp: int
    auto_bp: int
    tolerance_bp: int
    auto_ref: str

    @property
    def disputes(self) -> bool:
        """Whether they differ by more than the tolerance."""
        return abs(self.human_bp - self.auto_bp) > self.tolerance_bp


def kind_of(roles: Collection[str]) -> ClaimKind | None:
    """As what a person speaks who has these roles at the project; None = as nobody who may report."""
    if _BUILDERS & set(roles):
        return "self_report"
    if "supervisor" in roles:
        return "supervisor"
    return "inspector" if {"inspector", "third_party", "section"} & set(roles) else None


def counts(kind: ClaimKind, *, photos: int, accepted: int, needed: int) -> bool:
    """Whether claims of a report become observations: a check on the spot shows at least one photo that holds where
    the contract asks for photos, and never only ones that were rejected. The builder's own word is always kept."""
    if kind == "self_report":
        return True
    return accepted > 0 or (photos == 0 and needed == 0)


def observed_at(day: date, *, submitted_at: datetime) -> datetime:
    """When a claim holds: when it was made, or 18:00 of its day where it was made later."""
    return submitted_at if local_day(submitted_at) == day else midnight(day) + timedelta(hours=DUE_HOUR)
