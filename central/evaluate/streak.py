"""What a second period in a row means: at the bottom, last, first, in the top (A46 E20 E29 E32, domain.md §4.10). Pure.

A streak holds between a period and the one before it in the same group. A period in which the group was not ranked, or
the subject was not in it, or before the subject was reorganised (merged, split, founded), breaks it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from central.domain import Subject
from central.evaluate.ranking import Ranking, RankPlace
from central.scoring.period import Period, PeriodKind

StreakKind = Literal["bottom_quarters", "last_years", "first_quarters", "top_years"]
NEEDED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class StreakRule:
    """Which mark, period after period of this kind, is a streak; `kinds` of subjects it is about."""

    kind: StreakKind
    period: PeriodKind
    marked: Callable[[RankPlace], bool]
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Streak:
    """A subject's run of marked periods that ends with the judged one; `ranks` and `refs` oldest first."""

    kind: StreakKind
    subject: Subject
    group: str
    periods: tuple[Period, ...]
    ranks: tuple[int, ...]
    refs: tuple[str, ...]

    @property
    def length(self) -> int:
        """How many periods in a row."""
        return len(self.periods)


RULES: tuple[StreakRule, ...] = (
    StreakRule(kind="bottom_quarters", period="quarter", marked=lambda place: place.bottom, kinds=("unit",)),
    StreakRule(kind="last_years", period="year", marked=lambda place: place.last, kinds=("unit",)),
    StreakRule(kind="first_quarters", period="quarter", marked=lambda place: place.first, kinds=("unit", "person")),
    StreakRule(kind="top_years", period="year", marked=lambda place: place.top, kinds=("person",)),
)


def streaks(
    rankings: Iterable[Ranking], *, group: str, period: Period, changed: Mapping[Subject, date] | None = None
) -> tuple[Streak, ...]:
    """The streaks of a group that a period ends, by rule and subject. `rankings` may hold other groups and periods.

    `changed` = the last day each subject was reorganised: what it was before is not counted against or for it.
    """
    history = {one.period: one for one in rankings if one.group == group and one.period.kind == period.kind}
    judged = history.get(period)
    if judged is None:
        return ()
    found = [
        streak
        for rule in RULES
        if rule.period == period.kind
        for place in sorted(judged.places, key=lambda place: place.subject)
        if place.subject.kind in rule.kinds
        and (streak := _streak(rule, judged, place.subject, history, (changed or {}).get(place.subject))) is not None
    ]
    return tuple(found)


def _streak(
    rule: StreakRule, judged: Ranking, subject: Subject, history: Mapping[Period, Ranking], since: date | None
) -> Streak | None:
    run: list[tuple[Period, RankPlace]] = []
    period: Period | None = judged.period
    while period is not None and (place := _marked(rule, history.get(period), subject, since)) is not None:
        run.append((period, place))
        period = period.before() if period.first.year > 1 else None
    if len(run) < NEEDED:
        return None
    run.reverse()
    return Streak(
        kind=rule.kind,
        subject=subject,
        group=judged.group,
        periods=tuple(one for one, _ in run),
        ranks=tuple(place.rank or 0 for _, place in run),
        refs=tuple(ref for _, place in run for ref in place.refs),
    )


def _marked(rule: StreakRule, ranking: Ranking | None, subject: Subject, since: date | None) -> RankPlace | None:
    if ranking is None or ranking.state != "ranked":
        return None
    if since is not None and ranking.period.first < since:
        return None
    place = ranking.of(subject)
    return place if place is not None and rule.marked(place) else None
