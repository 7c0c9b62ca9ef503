"""What an auditor would look at: money that may be paid or asked for twice, that lies idle, or that fits no contract.

Suspicions with their vouchers, for people to look into; nothing follows from them by itself.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from itertools import combinations, groupby
from typing import Literal

from central.domain import Text

FindingKind = Literal["paid_twice", "object_twice", "asked_twice", "idle", "unmatched", "over_release"]
WINDOW_DAYS = 3
IDLE_DAYS, IDLE_BP = 180, 2_000  # of the budget
SIMILAR_BP = 8_500
_WHOLE_BP = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """A payment that was not taken back."""

    project: str
    voucher: str
    day: date
    amount_fen: int
    payee: str = ""
    contract: str = ""
    object_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A project as it was applied for: where, under which name, for which object."""

    project: str
    name: str
    place: str
    object_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A project's money: what was released by day (oldest first), what was paid in all, its budget. In fen."""

    project: str
    budget_fen: int
    paid_fen: int
    releases: tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFinding:
    """A suspicion about projects and vouchers; `amount_fen` is what may be too much."""

    kind: FindingKind
    projects: tuple[str, ...]
    vouchers: tuple[str, ...]
    amount_fen: int
    said: Text


def paid_twice(payments: Iterable[Paid], *, window_days: int = WINDOW_DAYS) -> Iterator[LedgerFinding]:
    """The same amount to the same payee within a few days. `payments` come by payee, then by day.

    Two with object codes that differ are two invoices, and no finding.
    """
    for payee, run in groupby((one for one in payments if one.payee), key=lambda one: one.payee):
        recent: list[Paid] = []
        for one in run:
            recent = [other for other in recent if (one.day - other.day).days <= window_days]
            for other in recent:
                if other.amount_fen == one.amount_fen and not _other_objects(other, one):
                    days = (one.day - other.day).days
                    yield _of_two("paid_twice", other, one, zh=f"{days} 天内向 {payee} 支付相同金额",
                                  en=f"the same amount to {payee} within {days} days")  # fmt: skip
            recent.append(one)


def object_twice(payments: Iterable[Paid]) -> Iterator[LedgerFinding]:
    """One object code paid for by two projects, or with the same amount twice. `payments` come by object code."""
    for code, run in groupby((one for one in payments if one.object_code), key=lambda one: one.object_code):
        first: list[Paid] = []
        for one in run:
            twice = next((o for o in first if o.project != one.project or o.amount_fen == one.amount_fen), None)
            if twice is not None:
                yield _of_two(
                    "object_twice", twice, one, zh=f"标的 {code} 重复支付", en=f"object {code} was paid twice"
                )
            first.append(one)


def asked_twice(projects: Iterable[Applied]) -> Iterator[LedgerFinding]:
    """Two applications for one object code, or at one place under names that are alike."""
    every = sorted(projects, key=lambda one: one.project)
    for one, other in combinations(every, 2):
        if one.object_code and one.object_code == other.object_code:
            zh, en = f"标的编号相同:{one.object_code}", f"the same object code {one.object_code}"
        elif one.place and one.place == other.place and alike(one.name, other.name):
            zh, en = (
                f"同一地点、名称相近:{one.name} / {other.name}",
                f"at one place, names alike: {one.name} / {other.name}",
            )
        else:
            continue
        both = (one.project, other.project)
        yield LedgerFinding(kind="asked_twice", projects=both, vouchers=(), amount_fen=0, said=Text(zh=zh, en=en))


def alike(one: str, other: str) -> bool:
    """Whether two names are similar by 0.85 or more: twice the characters they share over all their characters."""
    first, second = _plain(one), _plain(other)
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    shared = sum(block.size for block in matcher.get_matching_blocks())
    return bool(first) and 2 * shared * _WHOLE_BP >= SIMILAR_BP * (len(first) + len(second))


def idle(account: Account, *, day: date) -> LedgerFinding | None:
    """Money that was released more than 180 days ago and not spent, or of more than a fifth of the budget."""
    released_fen = sum(amount_fen for _, amount_fen in account.releases)
    left_fen = released_fen - account.paid_fen
    if left_fen <= 0:
        return None
    age_days = (day - _oldest_unspent(account.releases, account.paid_fen)).days
    if age_days > IDLE_DAYS:
        zh, en = f"已沉淀 {age_days} 天", f"unspent for {age_days} days"
    elif account.budget_fen and left_fen * _WHOLE_BP > IDLE_BP * account.budget_fen:
        zh, en = "结余超过预算的 20%", "more than 20 % of the budget is unspent"
    else:
        return None
    return LedgerFinding(
        kind="idle", projects=(account.project,), vouchers=(), amount_fen=left_fen, said=Text(zh=zh, en=en)
    )


def unmatched(
    payments: Iterable[Paid], *, contracts: Mapping[str, frozenset[str]] | None = None
) -> Iterator[LedgerFinding]:
    """Payments that name no contract, or (where a project's contracts are known) none of them."""
    for one in payments:
        known = (contracts or {}).get(one.project)
        if one.contract and (known is None or one.contract in known):
            continue
        zh = f"合同 {one.contract} 不属于本项目" if one.contract else "未关联合同"
        en = f"contract {one.contract} is none of the project's" if one.contract else "no contract is named"
        yield LedgerFinding(
            kind="unmatched",
            projects=(one.project,),
            vouchers=(one.voucher,),
            amount_fen=one.amount_fen,
            said=Text(zh=zh, en=en),
        )


def over_release(account: Account) -> LedgerFinding | None:
    """More was paid than was released."""
    over_fen = account.paid_fen - sum(amount_fen for _, amount_fen in account.releases)
    if over_fen <= 0:
        return None
    said = Text(zh="支付合计超过下达合计", en="more was paid than was released")
    return LedgerFinding(kind="over_release", projects=(account.project,), vouchers=(), amount_fen=over_fen, said=said)


def _oldest_unspent(releases: Sequence[tuple[date, int]], paid_fen: int) -> date:
    """The day of the first release that payments, oldest money first, have not used up."""
    reached_fen = 0
    for day, amount_fen in releases:
        reached_fen += amount_fen
        if reached_fen > paid_fen:
            return day
    return releases[-1][0]


def _other_objects(one: Paid, other: Paid) -> bool:
    return bool(one.object_code and other.object_code and one.object_code != other.object_code)


def _of_two(kind: FindingKind, one: Paid, other: Paid, *, zh: str, en: str) -> LedgerFinding:
    projects = tuple(sorted({one.project, other.project}))
    vouchers = (one.voucher, other.voucher)
    return LedgerFinding(
        kind=kind, projects=projects, vouchers=vouchers, amount_fen=other.amount_fen, said=Text(zh=zh, en=en)
    )


def _plain(name: str) -> str:
    """A name without blanks and punctuation, full-width letters taken as plain ones."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if unicodedata.category(c)[0] in "LN")
