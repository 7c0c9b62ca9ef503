"""Ranks like with like: competition ranking, ties share a place, fewer than five have none (domain.md §4.7). Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from math import isfinite
from typing import Literal

from central.domain import Subject
from central.scoring.period import Period

LEAST = 5
BOTTOM_BP = 1000
TOP_BP = 2000
POINTS_SCALE = 1_000_000_000
RankingState = Literal["ranked", "too_few"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingTerms:
    """How a group is ranked: from how many on, and which shares (bp) are its bottom and its top."""

    least: int = LEAST
    bottom_bp: int = BOTTOM_BP
    top_bp: int = TOP_BP


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A final result that is to be ranked: 0-100 before rounding, and the sheets that it is from."""

    subject: Subject
    total: float
    refs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RankPlace:
    """Where a subject stands; `rank` None where the group is too few.

    `points_e9` = billionths of a point are what is compared: what floats differ in beyond is noise.

    `bottom`, `last`: nobody who shares a better place is; `first`, `top`: those who share one all are.
    """

    subject: Subject
    points_e9: int
    rank: int | None
    first: bool
    last: bool
    top: bool
    bottom: bool
    refs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """A group in a period, best first. `too_few`: its members are listed by name and have no rank."""

    group: str
    period: Period
    policy: int
    state: RankingState
    places: tuple[RankPlace, ...] = field(default=())

    @property
    def n(self) -> int:
        """How many were judged."""
        return len(self.places)

    def of(self, subject: Subject) -> RankPlace | None:
        """The place of one of them."""
        return next((place for place in self.places if place.subject == subject), None)

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical JSON of all of it, so that a ranking that is made again can be compared."""
        return hashlib.sha256(_spelled(self)).hexdigest()


def ranked(
    judged: Iterable[Judged],
    *,
    groups: Mapping[Subject, str],
    period: Period,
    policy: int = 0,
    terms: RankingTerms | None = None,
) -> tuple[Ranking, ...]:
    """One ranking for each group that somebody judged is in, by group; who is in no group is not ranked.

    The order in which results come does not matter. ValueError names a subject that comes twice.
    """
    members: dict[str, list[Judged]] = {}
    seen: set[Subject] = set()
    for one in judged:
        if one.subject in seen:
            raise ValueError(f"{one.subject.kind} {one.subject.id!r}: expected one result in {period.name}, got two")
        seen.add(one.subject)
        if one.subject in groups:
            members.setdefault(groups[one.subject], []).append(one)
    rules = terms or RankingTerms()
    return tuple(_ranking(group, members[group], period, policy, rules) for group in sorted(members))


def bottom_count(n: int, *, bottom_bp: int = BOTTOM_BP) -> int:
    """How many places are the bottom: the share rounded up, so at least one."""
    return -(-n * bottom_bp // 10_000)


def top_count(n: int, *, top_bp: int = TOP_BP) -> int:
    """How many places are the top: the share rounded down."""
    return n * top_bp // 10_000


def _ranking(group: str, members: Sequence[Judged], period: Period, policy: int, terms: RankingTerms) -> Ranking:
    n = len(members)
    scored = sorted(((_points(one), one) for one in members), key=lambda pair: (-pair[0], pair[1].subject))
    if n < terms.least:
        by_name = sorted(scored, key=lambda pair: pair[1].subject)
        places = tuple(_place(one, points, None, n, terms) for points, one in by_name)
        return Ranking(group=group, period=period, policy=policy, state="too_few", places=places)
    found: list[RankPlace] = []
    for points, same in groupby(scored, key=lambda pair: pair[0]):
        rank = len(found) + 1
        found.extend(_place(one, points, rank, n, terms) for _, one in same)
    return Ranking(group=group, period=period, policy=policy, state="ranked", places=tuple(found))


def _points(one: Judged) -> int:
    found = round(one.total * POINTS_SCALE) if isfinite(one.total) else -1
    if not 0 <= found <= 100 * POINTS_SCALE:  # a sum of floats may be a hair over 100
        raise ValueError(f"{one.subject.kind} {one.subject.id!r}: total {one.total}, expected 0 to 100")
    return found


def _place(one: Judged, points: int, rank: int | None, n: int, terms: RankingTerms) -> RankPlace:
    return RankPlace(
        subject=one.subject,
        points_e9=points,
        rank=rank,
        first=rank == 1,
        last=rank == n,
        top=rank is not None and rank <= top_count(n, top_bp=terms.top_bp),
        bottom=rank is not None and rank > n - bottom_count(n, bottom_bp=terms.bottom_bp),
        refs=one.refs,
    )


def _spelled(ranking: Ranking) -> bytes:
    places = [
        [place.subject.kind, place.subject.id, place.points_e9, place.rank, place.top, place.bottom, *place.refs]
        for place in ranking.places
    ]
    document = {
        "group": ranking.group,
        "period": ranking.period.name,
        "places": places,
        "policy": ranking.policy,
        "state": ranking.state,
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
