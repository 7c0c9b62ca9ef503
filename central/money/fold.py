"""What the ledger says of one project at the end of a day: a fold over its entries that a checkpoint can carry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import msgspec

from central.domain import FundEntry, LineStanding, MoneyStanding
from central.money.lines import WHOLE, granted, rolled_up

_NEVER = date.min


class Tally(msgspec.Struct, kw_only=True):
    """Sums in fen of the entries of some days; grants and payments by budget line."""

    released_fen: int = 0
    granted_fen: dict[str, int] = msgspec.field(default_factory=dict)
    paid_fen: dict[str, int] = msgspec.field(default_factory=dict)

    def add(self, entry: FundEntry) -> None:
        """Count one entry."""
        if entry.kind == "release":
            self.released_fen += entry.amount_fen
        else:
            _grow(self.granted_fen if entry.kind == "budget" else self.paid_fen, entry.line, entry.amount_fen)

    def join(self, other: Tally) -> None:
        """Count what another one counted."""
        self.released_fen += other.released_fen
        for mine, others in ((self.granted_fen, other.granted_fen), (self.paid_fen, other.paid_fen)):
            for line, amount_fen in others.items():
                _grow(mine, line, amount_fen)


class Memory(msgspec.Struct, kw_only=True):
    """All that the fold remembers: days still to come, and what was counted up to `day`. Sums only, so that the order
    in which entries were taken leaves no trace."""

    day: date = _NEVER
    ahead: dict[date, Tally] = msgspec.field(default_factory=dict)
    total: Tally = msgspec.field(default_factory=Tally)
    granted_in_year_fen: dict[int, dict[str, int]] = msgspec.field(default_factory=dict)
    paid_in_month_fen: dict[date, int] = msgspec.field(default_factory=dict)


class MoneyFold:
    """Takes entries in any order, also ahead of time; `standing(day)` counts those of days up to `day`.

    Days are asked for in order: a day before the last one asked for is a ValueError. An entry that is taken after its
    day was asked for counts from then on (whoever needs the days in between again starts from an older `dump`).
    """

    def __init__(self, project_budget_fen: int, estimate_fen: int = 0, *, memory: Memory | None = None) -> None:
        self.project_budget_fen = project_budget_fen  # the plan's, for a ledger without grants
        self.estimate_fen = estimate_fen
        self._memory = memory or Memory()
        self._last: MoneyStanding | None = None

    @classmethod
    def load(cls, dumped: bytes, project_budget_fen: int, estimate_fen: int = 0) -> MoneyFold:
        """The fold that `dump` was called on; msgspec.ValidationError when the bytes are no dump."""
        return cls(project_budget_fen, estimate_fen, memory=msgspec.json.decode(dumped, type=Memory))

    def dump(self) -> bytes:
        """The memory as JSON: the same bytes for the same entries, whatever their order."""
        return msgspec.json.encode(msgspec.to_builtins(self._memory, str_keys=True), order="deterministic")

    def take(self, entries: Iterable[FundEntry]) -> None:
        """Entries to be counted from the end of their days on."""
        for entry in entries:
            self._memory.ahead.setdefault(entry.day, Tally()).add(entry)

    def standing(self, day: date) -> MoneyStanding:
        """What was granted, released and paid up to the end of `day`."""
        memory = self._memory
        if day < memory.day:
            raise ValueError(f"standing of {day} after that of {memory.day}: expected days in order")
        due = sorted(one for one in memory.ahead if one <= day)
        for one in due:
            self._count(one, memory.ahead.pop(one))
        memory.day = day
        if due or self._last is None or self._is_other(self._last, day):
            self._last = self._stand(day)
        else:
            self._last = replace(self._last, day=day)
        return self._last

    def _count(self, day: date, tally: Tally) -> None:
        memory = self._memory
        memory.total.join(tally)
        of_year = memory.granted_in_year_fen.setdefault(day.year, {})
        for line, amount_fen in tally.granted_fen.items():
            _grow(of_year, line, amount_fen)
        if tally.paid_fen:
            month = day.replace(day=1)
            paid_fen = sum(tally.paid_fen.values())
            memory.paid_in_month_fen[month] = memory.paid_in_month_fen.get(month, 0) + paid_fen

    def _is_other(self, last: MoneyStanding, day: date) -> bool:
        """Whether more than the day is different from the last standing."""
        return (last.day.year, last.day.month) != (day.year, day.month) or last.estimate_fen != self.estimate_fen

    def _stand(self, day: date) -> MoneyStanding:
        memory = self._memory
        budgets, paid = granted(memory.total.granted_fen), rolled_up(memory.total.paid_fen)
        months = _months(memory.paid_in_month_fen, until=day)
        return MoneyStanding(
            day=day,
            budget_fen=budgets[WHOLE] or self.project_budget_fen,
            estimate_fen=self.estimate_fen,
            released_fen=memory.total.released_fen,
            paid_fen=paid[WHOLE],
            year_budget_fen=granted(memory.granted_in_year_fen.get(day.year, {}))[WHOLE],
            year_paid_fen=sum(fen for month, fen in months if month.year == day.year),
            lines=tuple(
                LineStanding(line=line, budget_fen=budgets.get(line, 0), paid_fen=paid.get(line, 0))
                for line in sorted({*budgets, *paid} - {WHOLE})
            ),
            months=months,
        )


def _months(paid_fen: dict[date, int], *, until: date) -> tuple[tuple[date, int], ...]:
    """Every month from that of the first payment to the running one, also those in which nothing was paid."""
    month, running = min(paid_fen, default=until.replace(day=1)), until.replace(day=1)
    found = []
    while month <= running:
        found.append((month, paid_fen.get(month, 0)))
        month = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
    return tuple(found)


def _grow(sums: dict[str, int], line: str, amount_fen: int) -> None:
    sums[line] = sums.get(line, 0) + amount_fen
