"""Rankings, uses of results, adjustments and personal records as answers; and who may read what of persons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import cast

from sqlalchemy import Connection

from central.api.ranking_schemas import (
    About,
    AdjustmentActShown,
    AdjustmentShown,
    LookShown,
    PersonPlace,
    PersonRecord,
    PlaceShown,
    RankingBrief,
    RankingShown,
    TableList,
    TableShown,
    UseActShown,
    UseShown,
)
from central.api.schemas import Grade
from central.api.schemas import Text as ShownText
from central.domain import Subject, Text
from central.evaluate.adjustment import STATE_WORDS as ADJUSTMENT_WORDS
from central.evaluate.adjustment import TIER_WORDS
from central.evaluate.appeal import STATE_WORDS
from central.evaluate.consequence import KIND_WORDS
from central.evaluate.ranking import POINTS_SCALE, RankPlace
from central.evaluate.result_policy import SHIPPED, SHIPPED_DOCUMENT, ResultPolicy, policy_of
from central.figures import percent
from central.scoring.leaf import grade
from central.store.instants import from_ms
from central.store.read_adjustments import StoredAdjustment
from central.store.read_ranked import StoredRanking, rankings_with
from central.store.read_ranked_people import Look, looks_at
from central.store.read_ranked_policy import stored_tables
from central.store.read_ranked_suggestions import StoredSuggestion, SuggestionFilter, suggestions_of

USES_MAX = 200


def brief(stored: StoredRanking, policies: Sequence[ResultPolicy]) -> RankingBrief:
    """A ranking without its places."""
    return RankingBrief(**_head(stored, policies))


def ranking_shown(stored: StoredRanking, policies: Sequence[ResultPolicy]) -> RankingShown:
    """A ranking with its places."""
    places = [_place(place) for place in stored.ranking.places]
    return RankingShown(**_head(stored, policies), places=places)


def policies_of(connection: Connection) -> list[ResultPolicy]:
    """Every version of the table, the shipped one first."""
    return [SHIPPED, *(one.policy for one in stored_tables(connection))]


def tables_shown(connection: Connection, *, today: date) -> TableList:
    """Every version of the table, the shipped one first."""
    stored = stored_tables(connection)
    shipped = TableShown(
        version=0, since=SHIPPED.since, sha256="", set_by="", set_at=None, document=dict(SHIPPED_DOCUMENT)
    )
    shown = [
        TableShown(
            version=one.policy.version,
            since=one.policy.since,
            sha256=one.sha256,
            set_by=one.set_by,
            set_at=from_ms(one.set_ms),
            document=one.document,
        )
        for one in stored
    ]
    in_force = policy_of((one.policy for one in stored), first=today).version
    return TableList(in_force=in_force, tables=[shipped, *shown])


def use_shown(stored: StoredSuggestion) -> UseShown:
    """A suggestion with what was done to it."""
    found, standing, decided = stored.suggestion, stored.standing, stored.decided
    return UseShown(
        id=stored.id,
        kind=found.kind,
        name=_text(KIND_WORDS[found.kind]),
        subject=_about(found.subject),
        unit=standing.unit,
        period=found.period.name,
        group=found.group,
        reason=_text(found.reason),
        basis=list(found.basis),
        policy=found.policy,
        state=standing.state,
        state_name=_text(STATE_WORDS[standing.state]),
        decider=standing.decider,
        hearing=found.hearing,
        appeal_days=found.appeal_days,
        author=standing.author,
        made_at=from_ms(stored.made_ms),
        suggested_cut_bp=found.cut_bp,
        budget_fen=found.budget_fen,
        suggested_amount_fen=found.amount_fen,
        decided_by=standing.decided_by,
        decided_at=from_ms(decided.at_ms) if decided else None,
        decided_cut_bp=decided.cut_bp if decided else None,
        decided_amount_fen=decided.amount_fen if decided else None,
        closes_on=standing.closes_on,
        acts=[
            UseActShown(
                act=one.act,
                actor=one.actor,
                at=from_ms(one.at_ms),
                words=one.words,
                hearing=one.hearing,
                cut_bp=one.cut_bp,
                amount_fen=one.amount_fen,
                closes_on=one.closes_on,
            )
            for one in stored.acts
        ],
    )


def adjustment_shown(stored: StoredAdjustment) -> AdjustmentShown:
    """An application with what was done to it."""
    found = stored.adjustment
    return AdjustmentShown(
        id=found.id,
        subject=_about(found.asked.subject),
        unit=found.unit,
        indicator=found.asked.indicator,
        old=found.asked.old,
        new=found.asked.new,
        reason=found.asked.reason,
        evidence=list(found.asked.evidence),
        tier=found.tier,
        decider=_text(TIER_WORDS[found.tier]),
        state=found.state,
        state_name=_text(ADJUSTMENT_WORDS[found.state]),
        author=found.author,
        entered_on=found.entered_on,
        effective=found.effective,
        acts=[
            AdjustmentActShown(act=one.act, actor=one.actor, at=from_ms(one.at_ms), remark=one.remark)
            for one in stored.acts
        ],
    )


def person_record(connection: Connection, person: str, *, unit: str) -> PersonRecord:
    """All that is kept of a person, and how it came about."""
    subject = Subject(kind="person", id=person)
    policies = policies_of(connection)
    rankings = rankings_with(connection, subject)
    places = [
        PersonPlace(ranking=brief(one, policies), place=_place(place))
        for one in rankings
        if (place := one.ranking.of(subject)) is not None
    ]
    wanted = SuggestionFilter(subject=subject, persons=True)
    used = {one.ranking.policy for one in rankings} or {policies[-1].version}
    return PersonRecord(
        person=person,
        unit=unit,
        how=[
            _text(line) for version in sorted(used) for line in _how(next(p for p in policies if p.version == version))
        ],
        places=places,
        uses=[use_shown(one) for one in suggestions_of(connection, wanted, limit=USES_MAX)],
        looks=[_look(one) for one in looks_at(connection, person)],
    )


def _how(policy: ResultPolicy) -> list[Text]:
    shares = policy.shares
    return [
        Text(
            zh=f"办法第 {policy.version} 版: 同类人员按年度总评分(四舍五入前)排名, 同分同名次; "
            f"不足 {shares.least} 人不排名。",
            en=f"Table version {policy.version}: persons in like positions are ranked by the year's total before "
            f"rounding; equal totals share a rank; fewer than {shares.least} are not ranked.",
        ),
        Text(
            zh=f"前 {percent(shares.top_bp)}(向下取整)连续两年的, 仅向人事部门提出建议名单, "
            "由人作出决定, 系统不作决定。",
            en=f"Who is in the first {percent(shares.top_bp)} (rounded down) for two years is on a list for the "
            "personnel department: a person decides, the system does not.",
        ),
        Text(
            zh=f"对决定有异议的, 可在决定之日起 {policy.appeal_days} 个工作日内申诉, 由原决定人以外的人答复; "
            "对分数有异议的, 在公示期内提出。每次查看均有记录, 列于下方。",
            en=f"An appeal against a decision is heard for {policy.appeal_days} working days and answered by somebody "
            "other than who decided; objections to a score are raised while it is published. Every look is listed.",
        ),
    ]


def _head(stored: StoredRanking, policies: Sequence[ResultPolicy]) -> dict[str, object]:
    found = stored.ranking
    table = next((one for one in policies if one.version == found.policy), SHIPPED)
    group = next((one for one in table.groups if one.id == found.group), None)
    return {
        "id": stored.id,
        "group": found.group,
        "name": _text(group.name.text) if group else ShownText(zh=found.group, en=found.group),
        "subject": "person" if any(place.subject.kind == "person" for place in found.places) else "unit",
        "period": found.period.name,
        "state": found.state,
        "n": found.n,
        "policy": found.policy,
        "sha256": stored.sha256,
        "made_at": from_ms(stored.made_ms),
    }


def _place(place: RankPlace) -> PlaceShown:
    points = place.points_e9 / POINTS_SCALE
    return PlaceShown(
        subject=_about(place.subject),
        points=points,
        grade=cast(Grade, grade(points)),
        rank=place.rank,
        first=place.first,
        last=place.last,
        top=place.top,
        bottom=place.bottom,
        sheets=list(place.refs),
    )


def _look(one: Look) -> LookShown:
    return LookShown(looker=one.looker, seat=one.seat, what=one.what, at=from_ms(one.at_ms))


def _about(subject: Subject) -> About:
    match subject.kind:
        case "unit" | "project" | "person":
            return About(kind=subject.kind, id=subject.id)
    raise ValueError(f"{subject.kind} {subject.id!r}: expected a unit, project or person")


def _text(words: Text) -> ShownText:
    return ShownText(zh=words.zh, en=words.en)
