"""What follows a try: done, again later, another address, or given up. Pure; chance comes in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from central.notify.timing import HOUR_MS

Outcome = Literal["sent", "refused", "down", "unknown"]
"""refused: the provider will never take it; down: it was not taken; unknown: it may have been taken."""

FIRST_WAIT_MS = 5_000
LONGEST_WAIT_MS = 15 * 60_000
LONGEST_WAIT_URGENT_MS = 2 * 60_000
PATIENCE_MS = 6 * HOUR_MS
PATIENCE_URGENT_MS = HOUR_MS // 4
GIVE_UP_MS = 72 * HOUR_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of one try; `words` are the provider's, nothing of the address in them; `retry_ms` as it asked."""

    outcome: Outcome
    words: str
    retry_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """How far a delivery is after a try: tries in all, when the first at this address began, whether others follow."""

    tries: int
    since_ms: int
    now_ms: int
    urgent: bool
    others: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What becomes of the delivery: tried again from `at_ms` on, at the next address if `turn`."""

    state: Literal["waiting", "sent", "failed"]
    at_ms: int
    turn: bool = False


def following(answer: Answer, tried: Tried, *, chance: float) -> Next:
    """An address is left for the next one when it refuses, or is down for longer than patience; the last one is tried
    for three days. `chance` in 0..1."""
    if answer.outcome == "sent":
        return Next(state="sent", at_ms=tried.now_ms)
    been_ms = tried.now_ms - tried.since_ms
    patience_ms = PATIENCE_URGENT_MS if tried.urgent else PATIENCE_MS
    if tried.others and (answer.outcome == "refused" or been_ms >= patience_ms):
        return Next(state="waiting", at_ms=tried.now_ms, turn=True)
    if answer.outcome == "refused" or been_ms >= GIVE_UP_MS:
        return Next(state="failed", at_ms=tried.now_ms)
    wait_ms = max(backoff_ms(tried.tries, urgent=tried.urgent, chance=chance), answer.retry_ms)
    return Next(state="waiting", at_ms=tried.now_ms + wait_ms)


def backoff_ms(tries: int, *, urgent: bool, chance: float) -> int:
    """Doubles with each try up to a bound, and spread over its upper half, so that many do not come back as one."""
    longest_ms = LONGEST_WAIT_URGENT_MS if urgent else LONGEST_WAIT_MS
    whole_ms = min(longest_ms, FIRST_WAIT_MS << min(max(tries - 1, 0), 16))
    return whole_ms // 2 + int(whole_ms / 2 * chance)
