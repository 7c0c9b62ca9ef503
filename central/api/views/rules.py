"""The rules of a project as the page shows them: their ladders, and which of them cannot judge."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Connection

from central.api.rules_schemas import (
    LadderLine,
    LadderProfile,
    LadderProfiles,
    ProfileInForce,
    RuleLadder,
    RuleStanding,
    RuleStandings,
)
from central.api.schemas import Level, SubjectKind, SubjectName, Text
from central.api.views.words import instant
from central.domain import Condition
from central.rules.in_force import LaddersInForce
from central.rules.ladder import Ladder
from central.rules.sentence import RULE_NAMES
from central.store.read_ladders import Imported, ladders_of, profiles
from central.store.read_rules import Remembered, remembered


def profiles_shown(connection: Connection) -> LadderProfiles:
    """Every profile there is."""
    return LadderProfiles(profiles=[_profile(one) for one in profiles(connection)])


def rules_shown(
    connection: Connection, project_id: str, *, condition: Condition | None, limit: int, offset: int
) -> RuleStandings:
    """A page of what the rules remember of a project, and the profiles that judge it."""
    total, found = remembered(connection, project_id, condition=condition, limit=limit, offset=offset)
    return RuleStandings(
        project=project_id,
        profiles=_in_force(ladders_of(connection, project_id)),
        total=total,
        rules=[_standing(one) for one in found],
    )


def _profile(one: Imported) -> LadderProfile:
    return LadderProfile(
        name=one.profile.name,
        version=one.profile.version,
        by=one.by,
        noted_at=instant(one.noted_ms),
        ladders=[_ladder(rule, ladder) for rule, ladder in sorted(one.profile.ladders.items())],
    )


def _ladder(rule: str, ladder: Ladder) -> RuleLadder:
    return RuleLadder(
        rule=rule,
        rule_name=_rule_name(rule),
        unit=ladder.unit,
        basis=ladder.basis,
        side=ladder.side,
        lines=[LadderLine(level=level, value=value) for level, value in ladder.thresholds],
        margin=ladder.margin,
        up=ladder.up,
        down=ladder.down,
        months=ladder.months,
    )


def _in_force(ladders: LaddersInForce) -> list[ProfileInForce]:
    first = ProfileInForce(name=ladders.first.name, version=ladders.first.version, since=None)
    later = [
        ProfileInForce(name=profile.name, version=profile.version, since=since)
        for since, profile in zip(ladders.since, ladders.profiles, strict=True)
    ]
    return [first, *later]


def _standing(one: Remembered) -> RuleStanding:
    name = Text(zh=one.name.zh, en=one.name.en) if one.name else Text(zh=one.subject, en=one.subject)
    return RuleStanding(
        rule=one.rule,
        rule_name=_rule_name(one.rule),
        subject=SubjectName(kind=cast(SubjectKind, one.kind), id=one.subject, name=name),
        level=cast("Level | None", one.level),
        months=one.months,
        condition=cast(Condition, one.condition),
        since=instant(one.since_ms),
        detail=one.detail,
    )


def _rule_name(rule: str) -> Text:
    found = RULE_NAMES.get(rule)
    return Text(zh=found.zh, en=found.en) if found else Text(zh=rule, en=rule)
