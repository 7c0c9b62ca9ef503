"""A project's goals that fall short of what was to be reached (domain.md A03, A30). Judged at midnights."""

from __future__ import annotations

from dataclasses import dataclass, replace

from central.domain import LEVELS, Finding
from central.rules.facts import RuleInput
from central.rules.judge import judge, kept, unjudged
from central.rules.ladder import Ladder, LadderProfile, rank
from central.scoring.effect import Effect
from central.scoring.goal import LADDER_BP, reached, short_bp

NAME = "effect"
NOTHING_NOTED = "nothing was noted of its goals for a period that is over"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Short:
    """By how much one goal falls short, and the ladder it is judged by."""

    effect: Effect
    short_bp: int
    ladder: Ladder

    def weight(self) -> tuple[int, int, str]:
        """The heaviest is the project's warning."""
        return rank(self.ladder.level(self.short_bp)), self.short_bp, self.effect.goal.id


def effect(seen: RuleInput, profile: LadderProfile) -> Finding | None:
    """Finding on the goal that falls short most, in basis points of what was expected by the end of its newest period.

    A goal with lines of its own is judged by them. A sample that is too small (n < 30) has no colour and lowers none:
    it is said. Nothing to judge is no shortfall; a project that never had a goal is not judged.
    """
    if not seen.tick or seen.subject.kind != "project" or seen.effects is None:
        return None
    shorts = [short for one in seen.effects for short in _short(one, profile.ladder(NAME))]
    few = "; ".join(words for one in seen.effects for words in _too_few(one))
    if not shorts:
        if few or seen.effects:
            return unjudged(NAME, seen, profile, detail=few or NOTHING_NOTED)
        return judge(NAME, seen, profile, value=None, confirmed=True)
    worst = max(shorts, key=_Short.weight)
    found = judge(
        NAME,
        seen,
        replace(profile, ladders={**profile.ladders, NAME: worst.ladder}),
        value=worst.short_bp or None,
        confirmed=True,
        refs=_refs(worst.effect),
    )
    if not few:
        return found
    if found.level is None:
        return kept(found, condition="no_data", detail=few)
    return replace(found, held="red", detail=few)


def _short(one: Effect, ladder: Ladder) -> list[_Short]:
    """By how much the goal falls short, 0 = not at all; nothing where that is not known."""
    missing = None if one.record is None else short_bp(one.goal, one.record.value, day=one.day)
    if missing is None:
        return []
    own = one.goal.ladder_bp != LADDER_BP
    lines = tuple(zip(LEVELS, one.goal.ladder_bp, strict=True))
    return [_Short(effect=one, short_bp=missing, ladder=replace(ladder, thresholds=lines) if own else ladder)]


def _too_few(one: Effect) -> list[str]:
    if one.record is None or one.record.value.state != "too_few":
        return []
    said = reached(one.goal, one.record.value).reason
    return [f"{one.goal.id}: {said.zh} / {said.en}"]


def _refs(one: Effect) -> tuple[str, ...]:
    if one.record is None:
        return ()
    return (f"goal/{one.goal.id}/{one.goal.version}/{one.record.period}", *one.record.value.refs)
