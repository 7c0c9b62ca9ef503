"""Stores rankings once, and what follows from them as suggestions; a ranking that is there is never made anew."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import Connection, insert

from central.audit.trail import append
from central.domain import Subject, Text
from central.errors import UnknownThing
from central.evaluate.consequence import GoalResult, Suggestion, for_awards, for_goal, for_grade, for_streak
from central.evaluate.ranking import Judged, Ranking, ranked
from central.evaluate.result_policy import ResultPolicy
from central.evaluate.streak import streaks
from central.scoring.period import Period
from central.scoring.refused import ScoringRefused
from central.store import tables
from central.store.instants import district_day, from_ms
from central.store.read_ranked import budgets_fen, changed_units, groups_now, rankings_of
from central.store.read_ranked_policy import policy_on
from central.store.read_seats import unit_of
from central.store.save_audit import lock_head
from central.store.save_ranked_suggestions import suggest
from central.store.upsert import insert_new, table_of

_RANKING, _CHANGE = table_of(tables.RankingRow), table_of(tables.UnitChange)
_BUDGETED = ("unit", "project")


def follow_up(
    connection: Connection,
    period: Period,
    finals: Sequence[Judged],
    *,
    waiting: Iterable[Subject] = (),
    goals: Sequence[GoalResult] = (),
    now_ms: int,
) -> str:
    """Rank a period's final results, like with like, and suggest what follows; what was done before stays as it is.

    A group waits while one of its members (`waiting`) is not final. Twice the same is once; the outcome in words.
    """
    lock_head(connection)
    policy = policy_on(connection, period.first)
    undecided = tuple(waiting)
    groups = groups_now(connection, policy, [*(one.subject for one in finals), *undecided], at_ms=now_ms)
    held = {groups[one] for one in undecided if one in groups}
    ready = [one for one in finals if groups.get(one.subject) not in held]
    known = {stored.ranking.group: stored.ranking for stored in rankings_of(connection, period=period.name)}
    fresh = [
        one
        for one in ranked(ready, groups=groups, period=period, policy=policy.version, terms=policy.terms)
        if one.group not in known
    ]
    keep_rankings(connection, fresh, now_ms=now_ms)
    rankings = {**known, **{one.group: one for one in fresh}}
    found = [
        *_of_streaks(connection, period, fresh),
        *(one for ranking in fresh for one in for_awards(ranking, policy=policy)),
        *_of_budgets(connection, period, ready, policy, rankings={s: rankings.get(g) for s, g in groups.items()}),
        *_of_goals(connection, period, goals, policy),
    ]
    made = suggest(connection, found, now_ms=now_ms)
    return f"{len(fresh)} rankings, {made} suggestions, {len(held)} groups wait"


def keep_rankings(connection: Connection, rankings: Iterable[Ranking], *, now_ms: int) -> None:
    """Insert them; the unique key refuses a second one of a group and period."""
    for one in rankings:
        row = {
            "group_id": one.group,
            "period": one.period.name,
            "policy": one.policy,
            "state": one.state,
            "n": one.n,
            "sha256": one.digest,
            "made_at": now_ms,
        }
        number = int(connection.execute(insert(_RANKING).values(**row).returning(_RANKING.c.id)).scalar_one())
        insert_new(connection, tables.RankingPlace, [_place_row(number, one, at) for at in range(one.n)])
        detail = {"group": one.group, "period": one.period.name, "n": one.n, "state": one.state, "sha256": one.digest}
        object_ = f"ranking/{number}"
        append(connection, at_ms=now_ms, actor="system:jobs", action="ranking.make", object_=object_, detail=detail)


def note_change(connection: Connection, unit: str, *, day: date, kind: str, reason: str, by: str, now_ms: int) -> int:
    """A unit was founded, merged or split: from that day on it is another one for streaks. Never for a day before the
    newest ranking of it is over: nobody founds himself anew to be rid of a bad quarter."""
    lock_head(connection)
    if unit_of(connection, Subject(kind="unit", id=unit), at_ms=now_ms) is None:
        raise UnknownThing(f"unit {unit!r}", where="unit", expected="one of the organisation")
    today = district_day(from_ms(now_ms))
    ended = [one.ranking.period.last for one in rankings_of(connection) if _has(one.ranking, unit)]
    if (ended and day <= max(ended)) or day > today:
        raise ScoringRefused(
            "not_yours",
            Text(zh=f"{day} 不在可登记的日期内, 已排名的考核期不得改动", en=f"{day}: what was ranked is not changed"),
            where="day",
            expected=Text(
                zh=f"{max(ended)} 之后, 至 {today}" if ended else f"{today} 或以前",
                en=f"after {max(ended)}, up to {today}" if ended else f"{today} or before",
            ),
        )
    if not reason.strip():
        words = Text(zh="缺少理由", en="without a reason")
        raise ScoringRefused("missing", words, where="reason", expected=Text(zh="批文或理由", en="the paper or reason"))
    row = {"unit": unit, "day": day, "kind": kind, "reason": reason.strip(), "noted_by": by, "noted_at": now_ms}
    number = int(connection.execute(insert(_CHANGE).values(**row).returning(_CHANGE.c.id)).scalar_one())
    detail = {"day": day.isoformat(), "kind": kind, "reason": reason}
    append(connection, at_ms=now_ms, actor=by, action="unit.reorganised", object_=f"unit/{unit}", detail=detail)
    return number


def _has(ranking: Ranking, unit: str) -> bool:
    return ranking.of(Subject(kind="unit", id=unit)) is not None


def _of_streaks(connection: Connection, period: Period, fresh: Sequence[Ranking]) -> list[Suggestion]:
    """Streaks that the fresh rankings are part of: those they end, and where a period is ranked after a later one
    (an objection kept it open) also those of the later one, which had lacked it."""
    changed = changed_units(connection)
    found: list[Suggestion] = []
    for ranking in fresh:
        known = [one.ranking for one in rankings_of(connection, group=ranking.group, kind=period.kind)]
        ends = sorted((one.period for one in known if one.period.first >= period.first), key=lambda one: one.first)
        found.extend(
            for_streak(streak, policy=policy_on(connection, end.first))
            for end in ends
            for streak in streaks(known, group=ranking.group, period=end, changed=changed)
            if period in streak.periods
        )
    return found


def _of_budgets(
    connection: Connection,
    period: Period,
    ready: Sequence[Judged],
    policy: ResultPolicy,
    *,
    rankings: dict[Subject, Ranking | None],
) -> list[Suggestion]:
    """Of a year that is over; a quarter leads to no budget."""
    if period.kind != "year":
        return []
    budgets = budgets_fen(connection)
    return [
        for_grade(
            one,
            period=period,
            policy=policy,
            budget_fen=budgets.get(one.subject),
            ranking=rankings.get(one.subject),
        )
        for one in sorted(ready, key=lambda one: (-one.total, one.subject))
        if one.subject.kind in _BUDGETED
    ]


def _of_goals(
    connection: Connection, period: Period, goals: Sequence[GoalResult], policy: ResultPolicy
) -> list[Suggestion]:
    budgets = budgets_fen(connection) if goals else {}
    found = (
        for_goal(one, period=period, policy=policy, budget_fen=budgets.get(one.subject))
        for one in sorted(goals, key=lambda one: one.goal)
    )
    return [one for one in found if one is not None]


def _place_row(number: int, ranking: Ranking, at: int) -> dict[str, object]:
    place = ranking.places[at]
    return {
        "ranking": number,
        "subject_kind": place.subject.kind,
        "subject": place.subject.id,
        "points_e9": place.points_e9,
        "rank": place.rank,
        "first": place.first,
        "last": place.last,
        "top": place.top,
        "bottom": place.bottom,
        "refs": json.dumps(place.refs),
    }
