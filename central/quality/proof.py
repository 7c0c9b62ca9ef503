"""Whether a photo holds as evidence of a day at a site: when and where it says it was taken. Pure.

What a file says of itself are claims (docs/decisions/0016): one that contradicts the report is rejected as evidence;
one that says nothing holds with a mark, unless the contract asks for a place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from central.domain import Text
from central.plan.calendar import local_day
from central.quality.clauses import ClauseDocument
from central.quality.fence import Fence

Reason = Literal["other_day", "outside_fence", "datum", "no_place", "no_time"]
_TEXTS: dict[Reason, tuple[str, str]] = {
    "other_day": ("拍摄日期与报告日期不符", "taken on another day than it reports"),
    "outside_fence": ("拍摄位置在工地围栏200米以外", "taken more than 200 m outside the site fence"),
    "datum": (
        "拍摄位置在围栏以外;按另一坐标系(WGS-84/GCJ-02)则在围栏内,请核对围栏坐标系",
        "outside the fence, but inside in the other datum (WGS-84/GCJ-02): check in which one the fence was drawn",
    ),
    "no_place": ("照片无拍摄位置", "the photo has no place"),
    "no_time": ("照片无拍摄时间", "the photo has no time"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoSaid:
    """A photo and what it says: instant (None = nothing) and WGS-84 place in degrees x 10^7."""

    sha256: str
    at: datetime | None
    lat_e7: int | None
    lon_e7: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoVerdict:
    """`accepted` as evidence; `reasons` why not, or what it lacks; `distance_m` outside the fence, None = not known."""

    sha256: str
    accepted: bool
    reasons: tuple[Reason, ...]
    distance_m: int | None


def judge_photo(photo: PhotoSaid, *, day: date, fence: Fence | None, place_needed: bool) -> PhotoVerdict:
    """The verdict on a photo that a report of this day shows."""
    against: list[Reason] = []
    lacks: list[Reason] = []
    distance_m = None
    if photo.at is None:
        lacks.append("no_time")
    elif local_day(photo.at) != day:
        against.append("other_day")
    if photo.lat_e7 is None or photo.lon_e7 is None:
        (against if place_needed else lacks).append("no_place")
    elif fence is not None:
        distance_m = -(-fence.distance_cm(lat_e7=photo.lat_e7, lon_e7=photo.lon_e7) // 100)
        if not fence.inside(lat_e7=photo.lat_e7, lon_e7=photo.lon_e7):
            slipped = fence.inside_if_map(lat_e7=photo.lat_e7, lon_e7=photo.lon_e7)
            against.append("datum" if slipped else "outside_fence")
    reasons = (*against, *lacks)
    return PhotoVerdict(sha256=photo.sha256, accepted=not against, reasons=reasons, distance_m=distance_m)


def reason_text(reason: Reason) -> Text:
    """A reason in both languages."""
    zh, en = _TEXTS[reason]
    return Text(zh=zh, en=en)


def place_needed(document: ClauseDocument | None) -> bool:
    """Whether the contract takes no photo without a place."""
    return document is not None and any(one.kind == "photo" and one.position for one in document.clauses)


def photos_needed(document: ClauseDocument | None) -> int:
    """How many photos the contract asks for with each report; 0 without such a clause."""
    found = (one.least for one in document.clauses if one.kind == "photo") if document is not None else ()
    return next(iter(found), 0)
