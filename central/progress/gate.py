"""What may be believed: the gate, and the two ways out of quarantine (docs/decisions/0006-gate-release.md)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import sqrt
from statistics import median

from central.progress.belief import Belief, Measurement, Motion
from central.progress.profile import FusionProfile

_FORGET = timedelta(days=14)  # held words older than this can support nothing any more
_REJECTED_MAX = 24  # names of records kept beside the belief; the records themselves stay for ever


def passes(motion: Motion, word: Measurement, profile: FusionProfile) -> bool:
    """Whether |z - x| <= 3 sqrt(V + R)."""
    return abs(word.value - motion.value) <= profile.gate_sigmas * sqrt(motion.variance + word.noise)


def supporters(belief: Belief, word: Measurement, profile: FusionProfile) -> tuple[Measurement, ...]:
    """Held words that, with `word`, make a case: a second independent source, or one source that keeps saying so.

    Second source: another gateway or person within 48 h, agreeing within 2 sigma; a self-report supports nobody.
    Persistence: the same source at least 4 times over at least 24 h without once going back, all agreeing.
    """
    if not belief.held or word.kind == "self_report":
        return ()
    limit = timedelta(hours=profile.corroborate_h)
    others = tuple(
        held
        for held in belief.held
        if held.source != word.source
        and held.kind != "self_report"
        and word.at - held.at <= limit
        and _agree(held, word, profile)
    )
    return others or _persistent(belief, word, profile)


def _persistent(belief: Belief, word: Measurement, profile: FusionProfile) -> tuple[Measurement, ...]:
    run = tuple(held for held in belief.held if held.source == word.source)
    if len(run) + 1 < profile.persist_count:
        return ()
    recent = run[-(profile.persist_count - 1) :]
    since = word.at - timedelta(hours=profile.persist_h)
    window = tuple(held for held in run if held.at > since)
    before = tuple(held for held in run if held.at <= since)[-1:]
    if not before:
        return ()
    case = max((before + window), recent, key=len)
    middle = replace(word, value=median(held.value for held in (*case, word)))
    return case if all(_agree(held, middle, profile) for held in (*case, word)) else ()


def _agree(one: Measurement, other: Measurement, profile: FusionProfile) -> bool:
    return abs(one.value - other.value) <= profile.agree_sigmas * sqrt(one.noise + other.noise)


def hold(belief: Belief, word: Measurement) -> Belief:
    """Set a word aside: not believed, not lost."""
    kept = tuple(held for held in belief.held if word.at - held.at <= _FORGET)
    gone = tuple(ref for held in belief.held if held not in kept for ref in held.refs)
    return replace(belief, held=(*kept, word), rejected=_newest(belief.rejected, gone))


def recant(belief: Belief, word: Measurement) -> Belief:
    """A source that is back within the gate has gone back on what it said before: its held words stay rejected."""
    if not belief.held:
        return belief
    kept = tuple(held for held in belief.held if held.source != word.source)
    gone = tuple(ref for held in belief.held if held.source == word.source for ref in held.refs)
    return replace(belief, held=kept, rejected=_newest(belief.rejected, gone))


def _newest(rejected: tuple[str, ...], gone: tuple[str, ...]) -> tuple[str, ...]:
    return (*rejected, *gone)[-_REJECTED_MAX:]
