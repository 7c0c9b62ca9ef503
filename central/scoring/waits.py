"""How long released money waits until it is paid (A39): first released, first paid. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from central.domain import FundEntry
from central.scoring.facts import Stretch, Waits


@dataclass(slots=True, kw_only=True)
class _Left:
    """A release with what is not paid of it yet."""

    day: date
    fen: int


def waits_of(entries: Iterable[FundEntry], *, period: Stretch, refs: tuple[str, ...] = ()) -> Waits:
    """Of a project's entries (any order), the fen-days that the fen paid in the period had waited since their release.

    Entries that were reversed, and their reversals, are as if they had never been. What was paid above what had been
    released by then has not waited and is left out.
    """
    known = sorted(_standing(entries), key=lambda entry: (entry.day, entry.kind != "release", entry.voucher))
    waiting: deque[_Left] = deque()
    fen_days = fen = 0
    for entry in known:
        if entry.kind == "release":
            waiting.append(_Left(day=entry.day, fen=entry.amount_fen))
            continue
        days, covered = _pay(waiting, entry)
        if period.holds(entry.day):
            fen_days, fen = fen_days + days, fen + covered
    return Waits(fen_days=fen_days, fen=fen, refs=refs)


def _standing(entries: Iterable[FundEntry]) -> list[FundEntry]:
    every = [entry for entry in entries if entry.kind in ("release", "pay")]
    undone = {entry.reverses for entry in every if entry.reverses}
    return [entry for entry in every if not entry.reverses and entry.voucher not in undone]


def _pay(waiting: deque[_Left], entry: FundEntry) -> tuple[int, int]:
    """Fen-days and fen of one payment, taken off the oldest releases."""
    left, fen_days = entry.amount_fen, 0
    while left > 0 and waiting:
        oldest = waiting[0]
        taken = min(left, oldest.fen)
        fen_days += taken * (entry.day - oldest.day).days
        left, oldest.fen = left - taken, oldest.fen - taken
        if oldest.fen == 0:
            waiting.popleft()
    return fen_days, entry.amount_fen - left
