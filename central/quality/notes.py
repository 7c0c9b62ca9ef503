"""What a note says was reached, against the contract: late by so many days, names that are none, payments. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from central.domain import Text
from central.quality.clauses import ClauseDocument, MilestoneClause, PaymentClause, plain

FindingCode = Literal["late", "overdue", "stage_name", "payment_early", "payment_late"]
_SENTENCE = re.compile("[。！；？!?;，,、\n]+")
_NOT_YET = (
    "未", "没有", "没能", "无法", "即将", "准备", "计划", "预计", "拟", "待", "争取",
    "距离", "不能", "尚", "推迟", "延期",
    "not", "plan", "until", "before", "will", "soon",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What somebody wrote on a day; `stage` as he named it, '' = none; `ref` names the report."""

    day: date
    words: str
    stage: str
    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A milestone and the first note that says it is reached."""

    milestone: str
    day: date
    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseFinding:
    """A clause that does not hold; `clause` its number, `quote` its words, `days` late where that is the matter."""

    code: FindingCode
    clause: str
    quote: str
    text: Text
    day: date
    days: int
    ref: str


def reached(notes: Iterable[Note], document: ClauseDocument) -> dict[str, Reached]:
    """By milestone, the earliest note that says so; a sentence that says not yet, planned or soon does not."""
    found: dict[str, Reached] = {}
    milestones = [clause for clause in document.clauses if clause.kind == "milestone"]
    for note in sorted(notes, key=lambda one: (one.day, one.ref)):
        for clause in milestones:
            if clause.milestone not in found and says(note.words, clause.words):
                found[clause.milestone] = Reached(milestone=clause.milestone, day=note.day, ref=note.ref)
    return found


def says(note: str, words: Sequence[str]) -> bool:
    """Whether a sentence of the note has one of the words and nothing that takes it back."""
    for sentence in _SENTENCE.split(note):
        bare = plain(sentence)
        if any(plain(word) in bare and not _taken_back(bare, plain(word)) for word in words):
            return True
    return False


def _taken_back(bare: str, word: str) -> bool:
    return any(mark in bare.replace(word, "") for mark in _NOT_YET)


def findings(
    notes: Iterable[Note],
    document: ClauseDocument,
    *,
    as_of: date,
    pauses: Sequence[tuple[date, date]] = (),
    paid: Mapping[date, int] | None = None,
    contract_fen: int = 0,
) -> tuple[ClauseFinding, ...]:
    """Every clause that does not hold on a day, by day. `paid` = fen paid by day; approved pauses move deadlines."""
    known = tuple(note for note in notes if note.day <= as_of)
    there = reached(known, document)
    found: list[ClauseFinding] = []
    for clause in document.clauses:
        match clause.kind:
            case "milestone":
                found += _milestone(clause, there.get(clause.milestone), as_of=as_of, pauses=pauses)
            case "stage":
                names = {plain(name) for name in clause.names}
                found += [
                    ClauseFinding(
                        code="stage_name", clause=clause.number, quote=clause.text, day=note.day, days=0, ref=note.ref,
                        text=Text(
                            zh=f"阶段名称“{note.stage}”不在合同第{clause.number}条所列名称中",
                            en=f"stage {note.stage!r} is none of the names of clause {clause.number}",
                        ),
                    )
                    for note in known
                    if note.stage and plain(note.stage) not in names
                ]  # fmt: skip
            case "photo" | "payment":
                pass
    found += _payments(document, there, paid or {}, contract_fen=contract_fen, as_of=as_of)
    return tuple(sorted(found, key=lambda one: (one.day, one.clause, one.ref)))


def moved(deadline: date, pauses: Sequence[tuple[date, date]]) -> date:
    """The deadline, later by every day of an approved pause that falls before it or into what it is moved by."""
    for first, last in sorted(pauses):
        if first <= deadline:
            deadline += timedelta(days=(last - first).days + 1)
    return deadline


def _milestone(
    clause: MilestoneClause, there: Reached | None, *, as_of: date, pauses: Sequence[tuple[date, date]]
) -> list[ClauseFinding]:
    deadline = moved(clause.deadline, pauses)
    day = there.day if there else as_of
    days = (day - deadline).days
    if days <= 0:
        return []
    name, shift = clause.words[0], (deadline - clause.deadline).days
    note_zh = f"(含批准停工顺延{shift}天)" if shift else ""
    note_en = f" (moved {shift} days by approved pauses)" if shift else ""
    if there:
        zh = f"“{name}”于{day}报告完成,合同第{clause.number}条期限{deadline}{note_zh},逾期{days}天"
        en = f"{name} reported on {day}; clause {clause.number} asks for {deadline}{note_en}: {days} days late"
    else:
        zh = f"“{name}”至{day}无完成报告,合同第{clause.number}条期限{deadline}{note_zh},已逾期{days}天"
        en = f"{name} not reported by {day}; clause {clause.number} asks for {deadline}{note_en}: {days} days overdue"
    return [
        ClauseFinding(
            code="late" if there else "overdue", clause=clause.number, quote=clause.text, text=Text(zh=zh, en=en),
            day=day, days=days, ref=there.ref if there else "",
        )
    ]  # fmt: skip


def _payments(
    document: ClauseDocument, there: Mapping[str, Reached], paid: Mapping[date, int], *, contract_fen: int, as_of: date
) -> list[ClauseFinding]:
    """Stage payments in the order of their milestones: what is paid may not pass, nor long trail, what fell due."""
    clauses = [clause for clause in document.clauses if clause.kind == "payment"]
    if not clauses or contract_fen <= 0:
        return []
    due = sorted((there[one.milestone].day, one) for one in clauses if one.milestone in there) if clauses else []
    return [*_early(clauses, due, paid, contract_fen, as_of), *_late(due, paid, contract_fen, as_of)]


def _early(
    clauses: Sequence[PaymentClause],
    due: Sequence[tuple[date, PaymentClause]],
    paid: Mapping[date, int],
    contract_fen: int,
    as_of: date,
) -> list[ClauseFinding]:
    total = 0
    for day in sorted(day for day in paid if day <= as_of):
        total += paid[day]
        allowed = _share_fen(sum(one.share_bp for when, one in due if when <= day), contract_fen)
        if total > allowed:
            reached_then = {one.number for when, one in due if when <= day}
            clause = next((one for one in clauses if one.number not in reached_then), clauses[-1])
            zh = f"{day}累计支付{_yuan(total)}元,超过合同第{clause.number}条截至当日应付{_yuan(allowed)}元"
            en = f"{_yuan(total)} yuan paid by {day}; by clause {clause.number} {_yuan(allowed)} yuan were due"
            return [
                ClauseFinding(code="payment_early", clause=clause.number, quote=clause.text, text=Text(zh=zh, en=en),
                              day=day, days=0, ref="")
            ]  # fmt: skip
    return []


def _late(
    due: Sequence[tuple[date, PaymentClause]], paid: Mapping[date, int], contract_fen: int, as_of: date
) -> list[ClauseFinding]:
    found, shares = [], 0
    for when, clause in due:
        shares += clause.share_bp
        last = when + timedelta(days=clause.within_days)
        owed = _share_fen(shares, contract_fen)
        settled = _settled(paid, owed, as_of=as_of)
        days = ((settled or as_of) - last).days
        if days > 0:
            zh = f"合同第{clause.number}条付款应于{last}前付清,{'迟付' if settled else '至今未付清,逾期'}{days}天"
            en = f"payment of clause {clause.number} was due by {last}: {days} days late{'' if settled else ', unpaid'}"
            found.append(
                ClauseFinding(code="payment_late", clause=clause.number, quote=clause.text, text=Text(zh=zh, en=en),
                              day=settled or as_of, days=days, ref="")
            )  # fmt: skip
    return found


def _settled(paid: Mapping[date, int], owed: int, *, as_of: date) -> date | None:
    total = 0
    for day in sorted(day for day in paid if day <= as_of):
        total += paid[day]
        if total >= owed:
            return day
    return None


def _share_fen(share_bp: int, contract_fen: int) -> int:
    """Rounded half up."""
    return (2 * share_bp * contract_fen + 10_000) // 20_000


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
