"""Decides what becomes of an entry that is handed in: a new one, a known one, a conflict, or refused. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from central.domain import FundEntry
from central.money.chain import GENESIS, linked
from central.money.lines import over_parent
from central.money.posting import (
    TOTAL_FEN_MAX,
    Conflict,
    Known,
    Outcome,
    Posted,
    Posting,
    Refusal,
    Refused,
    fault_of,
    fen_words,
    refused,
    text_fault,
)

OVER_RELEASE = "over_release"
Key = tuple[str, str]


@dataclass(slots=True, kw_only=True)
class Account:
    """Where one project's ledger stands; grows with each entry. `granted_fen` are the grants by line."""

    project: str
    entries: int = 0
    head_hash: str = GENESIS
    released_fen: int = 0
    paid_fen: int = 0
    granted_fen: dict[str, int] = field(default_factory=dict)

    def add(self, posted: Posted) -> None:
        """Count an entry."""
        entry = posted.posting.entry
        self.entries, self.head_hash = posted.nth, posted.hash
        match entry.kind:
            case "budget":
                self.granted_fen[entry.line] = self.granted_fen.get(entry.line, 0) + entry.amount_fen
            case "release":
                self.released_fen += entry.amount_fen
            case "pay":
                self.paid_fen += entry.amount_fen


@dataclass(slots=True, kw_only=True)
class Book:
    """What has to be known of the ledger to take some entries.

    `accounts` are the projects that may be posted to; `known` the entries of the vouchers that are handed in or
    reversed; `undone` the vouchers that were reversed already; months up to that of `closed_through` are closed.
    """

    accounts: Mapping[str, Account]
    known: dict[Key, Posting]
    undone: set[Key]
    closed_through: date | None = None

    def take(self, posting: Posting, *, by: str, at_ms: int) -> Outcome:
        """What becomes of this entry; the book counts it when it is new."""
        unreadable = text_fault(posting)
        if unreadable is not None:
            return Refused(posting=posting, refusal=unreadable)
        there = self.known.get(posting.key)
        if there is not None:
            differs = there.differs(posting)
            return Conflict(posting=posting, differs=differs) if differs else Known(posting=posting)
        refusal = fault_of(posting) or self._refusal(posting.entry)
        if refusal is not None:
            return Refused(posting=posting, refusal=refusal)
        account = self.accounts[posting.entry.project]
        posted = linked(
            posting,
            nth=account.entries + 1,
            flags=_flags(account, posting.entry),
            by=by,
            at_ms=at_ms,
            prev_hash=account.head_hash,
        )
        account.add(posted)
        self.known[posting.key] = posting
        if posting.entry.reverses:
            self.undone.add((posting.entry.project, posting.entry.reverses))
        return posted

    def _refusal(self, entry: FundEntry) -> Refusal | None:
        if entry.project not in self.accounts:
            shown = entry.project[:80] or "空"
            expected = "权限范围内的项目编号或项目代码", "id or code of a project within your scope"
            return refused("project", "project", what=(shown, shown), expected=expected)
        return self._closed(entry) or self._reversal_fault(entry) or self._over_parent(entry) or self._over_all(entry)

    def _closed(self, entry: FundEntry) -> Refusal | None:
        if self.closed_through is None or entry.day > self.closed_through:
            return None
        month = f"{entry.day:%Y-%m}"
        expected = f"{self.closed_through} 之后的日期", f"a day after {self.closed_through}; correct by a reversal"
        return refused("closed", "day", what=(f"{month} 已结账", f"{month} is closed"), expected=expected)

    def _reversal_fault(self, entry: FundEntry) -> Refusal | None:
        if not entry.reverses:
            return None
        key = entry.project, entry.reverses
        original = self.known.get(key)
        shown = entry.reverses, entry.reverses
        if original is None or original.entry.reverses:
            expected = "本项目一笔未冲正的原始凭证", "a voucher of this project that is no reversal itself"
            return refused("reverses", "reverses", what=shown, expected=expected)
        if key in self.undone:
            expected = "尚未冲正的凭证", "a voucher that was not reversed before"
            return refused("reversed", "reverses", what=shown, expected=expected)
        there = original.entry
        same = ("kind", "line", "contract", "payee")
        odd = next((name for name in same if getattr(entry, name) != getattr(there, name)), None)
        if odd is not None:
            was = str(getattr(there, odd))
            found = str(getattr(entry, odd)) or "空"
            return refused("reversal", odd, what=(found, found), expected=(f"与原凭证相同:{was}", f"as it was: {was}"))
        for name in ("amount_fen", "wage_fen"):
            if getattr(entry, name) != -getattr(there, name):
                zh, en = fen_words(-getattr(there, name))
                expected = f"{zh}(全额冲正)", f"{en}, all of it"
                return refused("reversal", name, what=fen_words(getattr(entry, name)), expected=expected)
        return None

    def _over_parent(self, entry: FundEntry) -> Refusal | None:
        """Sub-budgets never exceed what they are a part of, whichever of the two is posted or reversed."""
        if entry.kind != "budget":
            return None
        before = self.accounts[entry.project].granted_fen
        over = over_parent({**before, entry.line: before.get(entry.line, 0) + entry.amount_fen})
        if over is None:
            return None
        zh, en = (f"科目 {over.line}", f"line {over.line}") if over.line else ("项目总预算", "the whole project")
        what = f"下级合计 {over.below_fen} 分", f"its parts are granted {over.below_fen} fen"
        expected = f"不超过{zh} {over.own_fen} 分", f"at most the {over.own_fen} fen of {en}"
        return refused("over_parent", "amount_fen", what=what, expected=expected)

    def _over_all(self, entry: FundEntry) -> Refusal | None:
        """What no treasury has is a slip of the unit, and no sum of it fits a database."""
        account = self.accounts[entry.project]
        sums = {"release": account.released_fen, "pay": account.paid_fen, "budget": sum(account.granted_fen.values())}
        total_fen = sums[entry.kind] + entry.amount_fen
        if total_fen <= TOTAL_FEN_MAX:
            return None
        zh, en = fen_words(total_fen)
        expected = f"一个项目合计至多 {TOTAL_FEN_MAX} 分", f"at most {TOTAL_FEN_MAX} fen in one project"
        return refused("total", "amount_fen", what=(f"合计 {zh}", f"{en} in all"), expected=expected)


def _flags(account: Account, entry: FundEntry) -> tuple[str, ...]:
    """A payment that happened is a fact: one above what was released is taken, and flagged."""
    over = entry.kind == "pay" and not entry.reverses and account.paid_fen + entry.amount_fen > account.released_fen
    return (OVER_RELEASE,) if over else ()
