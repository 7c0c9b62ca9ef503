"""Stores suggested consequences and what people decide about them, each act one transaction. ScoringRefused says why
not. Nothing here writes to a budget, a ledger or a person's record: what is final is for others to carry out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, insert, select

from central.audit.trail import append
from central.domain import Subject, Text
from central.errors import UnknownThing
from central.evaluate.appeal import (
    ANSWERING,
    SuggestionAct,
    check_answer,
    check_appeal,
    check_decision,
    check_review,
    expires,
    hears,
    is_own,
    moved,
)
from central.evaluate.calendar import working_days_after
from central.evaluate.consequence import ADVERSE, KIND_WORDS, Suggestion
from central.figures import percent
from central.notify.message import Message
from central.notify.outbox import enqueue
from central.scoring.period import period_of
from central.scoring.refused import ScoringRefused
from central.store import tables
from central.store.instants import district_day, from_ms
from central.store.read_ranked_policy import policy_on
from central.store.read_ranked_suggestions import (
    StoredSuggestion,
    SuggestionFilter,
    open_windows,
    suggestion_of,
    suggestions_of,
)
from central.store.read_seats import heads_above, holders_of, people_of_unit, seat_of, unit_of, units_of_subjects
from central.store.save_audit import lock_head
from central.store.upsert import insert_new, table_of

_MADE, _ACT = table_of(tables.SuggestionRow), table_of(tables.SuggestionActRow)
_SHEET = table_of(tables.ScoreSheet)
_BATCH = 500
_PROPOSING = frozenset({"leader", "finance", "dept_head"})
SYSTEM = "system:jobs"


def suggest(connection: Connection, suggestions: Sequence[Suggestion], *, now_ms: int, author: str = "") -> int:
    """Store those whose occasion is new and tell who decides; how many were new. One entry of the trail for all."""
    lock_head(connection)
    known: set[str] = set()
    origins = [one.origin for one in suggestions]
    for at in range(0, len(origins), _BATCH):
        some = origins[at : at + _BATCH]
        known |= set(connection.execute(select(_MADE.c.origin).where(_MADE.c.origin.in_(some))).scalars())
    fresh = [one for one in {one.origin: one for one in suggestions}.values() if one.origin not in known]
    if not fresh:
        return 0
    units = units_of_subjects(connection, (one.subject for one in fresh), at_ms=now_ms)
    insert_new(connection, tables.SuggestionRow, [_row(one, units[one.subject], author, now_ms) for one in fresh])
    digest = hashlib.sha256("\n".join(one.origin for one in fresh).encode()).hexdigest()
    detail = {"n": len(fresh), "sha256": digest, "first": fresh[0].origin}
    object_ = f"results/{fresh[0].period.name}"
    append(connection, at_ms=now_ms, actor=author or SYSTEM, action="results.suggest", object_=object_, detail=detail)
    _tell_deciders(connection, fresh, now_ms=now_ms)
    return len(fresh)


def propose_use(connection: Connection, suggestion: Suggestion, *, by: str, now_ms: int) -> StoredSuggestion:
    """Somebody proposes another use of a result (an appointment, a training …); somebody else decides."""
    unit = unit_of(connection, suggestion.subject, at_ms=now_ms)
    if unit is None:
        what = f"{suggestion.subject.kind} {suggestion.subject.id!r}"
        raise UnknownThing(what, where="subject", expected="a unit, project or person")
    seat = seat_of(connection, by, at_ms=now_ms)
    if not seat.everywhere & _PROPOSING and unit not in seat.speaks | seat.below:
        words = Text(zh=f"{by} 不能为{unit}提出", en=f"{by} does not propose for {unit or 'who is of no unit'}")
        expected = Text(
            zh="本单位、下属单位或区级决定人", en="one's own unit, one below it, or a decider of the district"
        )
        raise ScoringRefused("not_yours", words, where="subject", expected=expected)
    if not suggestion.basis:
        words = Text(zh="缺少评价依据", en="without a result that it rests on")
        raise ScoringRefused("missing", words, where="basis", expected=Text(zh="评分表编号", en="ids of score sheets"))
    _check_basis(connection, suggestion)
    if not suggest(connection, [suggestion], now_ms=now_ms, author=by):
        raise ScoringRefused(
            "conflict",
            Text(zh="已有相同的结果应用建议", en="the same use was proposed already"),
            where="origin",
            expected=Text(zh="新的事项", en="another occasion"),
        )
    made = select(_MADE.c.id).where(_MADE.c.origin == suggestion.origin)
    return _found(connection, int(connection.execute(made).scalar_one()))


def _check_basis(connection: Connection, suggestion: Suggestion) -> None:
    """Every id is of a score sheet of whom the use is about, of no later time than its period."""
    subject = suggestion.subject
    wanted = select(_SHEET.c.id, _SHEET.c.period).where(
        _SHEET.c.id.in_(suggestion.basis), _SHEET.c.subject_kind == subject.kind, _SHEET.c.subject == subject.id
    )
    last = suggestion.period.last
    known = {row.id for row in connection.execute(wanted) if period_of(row.period).last <= last}
    strange = [one for one in suggestion.basis if one not in known]
    if strange:
        raise ScoringRefused(
            "unknown",
            Text(
                zh=f"没有 {subject.id} 的评分表 {strange[0]}",
                en=f"there is no score sheet {strange[0]} of {subject.id}",
            ),
            where="basis",
            expected=Text(
                zh=f"{subject.id} 截至 {last} 的评分表编号", en=f"ids of score sheets of {subject.id} up to {last}"
            ),
        )


def review(connection: Connection, number: int, *, by: str, words: str, now_ms: int) -> StoredSuggestion:
    """Somebody who neither decides nor is concerned has looked at it."""
    one = _held(connection, number)
    check_review(one.standing, seat_of(connection, by, at_ms=now_ms))
    if not words.strip():
        what = Text(zh="缺少复核意见", en="without what the review found")
        raise ScoringRefused("missing", what, where="words", expected=Text(zh="复核意见", en="what it found"))
    return _acted(connection, one, "review", by=by, now_ms=now_ms, words=words)


def decide(
    connection: Connection,
    number: int,
    *,
    by: str,
    approve: bool,
    basis: str,
    hearing: str = "",
    cut_bp: int | None = None,
    now_ms: int,
) -> StoredSuggestion:
    """The named decision; `cut_bp` where another cut is decided on than was suggested. The window begins today."""
    one = _held(connection, number)
    policy = policy_on(connection, one.suggestion.period.first)
    check_decision(
        one.standing,
        seat_of(connection, by, at_ms=now_ms),
        approve=approve,
        hearing=hearing,
        basis=basis,
        cut_bp=cut_bp,
        cut_most_bp=policy.cut_most_bp,
    )
    if not approve:
        return _acted(connection, one, "reject", by=by, now_ms=now_ms, words=basis, hearing=hearing)
    share = one.suggestion.cut_bp if cut_bp is None else cut_bp
    _check_cuts(connection, one, share or 0, most_bp=policy.cut_most_bp)
    budget = one.suggestion.budget_fen
    closes = working_days_after(district_day(from_ms(now_ms)), one.suggestion.appeal_days)
    found = _acted(
        connection,
        one,
        "approve",
        by=by,
        now_ms=now_ms,
        words=basis,
        hearing=hearing,
        cut_bp=share,
        amount_fen=None if share is None or budget is None else budget * share // 10_000,
        closes_on=closes,
    )
    _tell_concerned(connection, found, closes, now_ms=now_ms)
    return found


def appeal(connection: Connection, number: int, *, by: str, reason: str, now_ms: int) -> StoredSuggestion:
    """Who is concerned appeals, within the window."""
    one = _held(connection, number)
    seat = seat_of(connection, by, at_ms=now_ms)
    check_appeal(one.standing, seat, today=district_day(from_ms(now_ms)), reason=reason)
    found = _acted(connection, one, "appeal", by=by, now_ms=now_ms, words=reason)
    _tell_answering(connection, found, now_ms=now_ms)
    return found


def answer(connection: Connection, number: int, *, by: str, uphold: bool, reason: str, now_ms: int) -> StoredSuggestion:
    """Somebody other than who decided answers: the decision stands, or is undone."""
    one = _held(connection, number)
    check_answer(one.standing, seat_of(connection, by, at_ms=now_ms), uphold=uphold, reason=reason)
    return _acted(connection, one, "uphold" if uphold else "dismiss", by=by, now_ms=now_ms, words=reason)


def carry_out(connection: Connection, number: int, *, by: str, ref: str, now_ms: int) -> StoredSuggestion:
    """The role that decides notes by which paper a final one was carried out elsewhere."""
    one = _held(connection, number)
    moved(one.standing.state, "carry_out")
    seat = seat_of(connection, by, at_ms=now_ms)
    if one.standing.decider not in seat.everywhere:
        words = Text(zh=f"{by} 无此权限", en=f"{by} does not carry this out")
        expected = Text(zh="同级决定人", en="one who decides such things")
        raise ScoringRefused("not_yours", words, where="person", expected=expected)
    if not ref.strip():
        words = Text(zh="缺少执行文号", en="without the paper by which it was carried out")
        raise ScoringRefused("missing", words, where="ref", expected=Text(zh="文号或凭证号", en="its number"))
    return _acted(connection, one, "carry_out", by=by, now_ms=now_ms, words=ref)


def withdraw_use(connection: Connection, number: int, *, by: str, now_ms: int) -> StoredSuggestion:
    """Taken back by the person who proposed it; what the centre suggested is decided, not withdrawn."""
    one = _held(connection, number)
    moved(one.standing.state, "withdraw")
    if one.standing.author != by:
        words = Text(zh=f"{by} 不是提出人", en=f"{by} did not propose it")
        raise ScoringRefused("not_yours", words, where="person", expected=Text(zh="提出人", en="its author"))
    return _acted(connection, one, "withdraw", by=by, now_ms=now_ms, words="")


def settle(connection: Connection, *, now_ms: int) -> int:
    """What nobody appealed against within its window is final; how many became so."""
    today = district_day(from_ms(now_ms))
    lock_head(connection)
    ended = [one for one in open_windows(connection, before=today) if expires(one.standing, today=today)]
    for one in ended:
        _acted(connection, one, "expire", by=SYSTEM, now_ms=now_ms, words="")
    return len(ended)


def _check_cuts(connection: Connection, one: StoredSuggestion, share_bp: int, *, most_bp: int) -> None:
    """A year's grade and a missed goal may both suggest a cut: together they take no more than the table's largest."""
    subject = one.suggestion.subject
    wanted = SuggestionFilter(period=one.suggestion.period.name, kinds=("cut",), subject=subject, persons=True)
    others = [
        decided.cut_bp or 0
        for other in suggestions_of(connection, wanted, limit=None)
        if other.id != one.id and other.standing.state != "overturned"
        and (decided := other.decided) is not None and decided.act == "approve"
    ]  # fmt: skip
    if share_bp and sum(others) + share_bp > most_bp:
        so_far = percent(sum(others))
        raise ScoringRefused(
            "conflict",
            Text(zh=f"同一年度已核减 {so_far}", en=f"{so_far} were cut for the same year already"),
            where="cut_bp",
            expected=Text(zh=f"合计不超过 {percent(most_bp)}", en=f"at most {percent(most_bp)} together"),
        )


def _held(connection: Connection, number: int) -> StoredSuggestion:
    lock_head(connection)
    return _found(connection, number)


def _found(connection: Connection, number: int) -> StoredSuggestion:
    found = suggestion_of(connection, number)
    if found is None:
        raise UnknownThing(f"suggestion {number}", where="suggestion", expected="one that is there")
    return found


def _acted(
    connection: Connection,
    one: StoredSuggestion,
    act: SuggestionAct,
    *,
    by: str,
    now_ms: int,
    words: str,
    hearing: str = "",
    cut_bp: int | None = None,
    amount_fen: int | None = None,
    closes_on: date | None = None,
) -> StoredSuggestion:
    row = {
        "suggestion": one.id,
        "act": act,
        "actor": by,
        "at": now_ms,
        "words": words.strip(),
        "hearing": hearing.strip(),
        "cut_bp": cut_bp,
        "amount_fen": amount_fen,
        "closes_on": closes_on,
    }
    connection.execute(insert(_ACT).values(**row))
    detail = {
        "kind": one.suggestion.kind,
        "words": words,
        "hearing": hearing,
        "cut_bp": cut_bp,
        "amount_fen": amount_fen,
        "closes_on": closes_on.isoformat() if closes_on else "",
    }
    object_ = f"suggestion/{one.id}"
    append(connection, at_ms=now_ms, actor=by, action=f"suggestion.{act}", object_=object_, detail=detail)
    return _found(connection, one.id)


def _row(one: Suggestion, unit: str, author: str, now_ms: int) -> dict[str, object]:
    return {
        "origin": one.origin,
        "kind": one.kind,
        "subject_kind": one.subject.kind,
        "subject": one.subject.id,
        "unit": unit,
        "period": one.period.name,
        "group_id": one.group,
        "basis": json.dumps(one.basis),
        "reason_zh": one.reason.zh,
        "reason_en": one.reason.en,
        "policy": one.policy,
        "decider": one.decider,
        "appeal_days": one.appeal_days,
        "hearing": one.hearing,
        "cut_bp": one.cut_bp,
        "budget_fen": one.budget_fen,
        "amount_fen": one.amount_fen,
        "author": author,
        "made_at": now_ms,
    }


def _tell_deciders(connection: Connection, fresh: Sequence[Suggestion], *, now_ms: int) -> None:
    """One message to each who decides, however many there are."""
    period = fresh[0].period.name
    for role in sorted({one.decider for one in fresh}):
        n = sum(one.decider == role for one in fresh)
        for person in holders_of(connection, role, at_ms=now_ms):
            message = Message(
                person=person,
                kind="review",
                about=f"results/{period}/{fresh[0].origin}",
                level=None,
                subject=Text(zh=f"{period} 结果应用建议 {n} 项待决定", en=f"{period}: {n} suggestions to decide"),
                body=Text(
                    zh="均为建议, 未经决定不产生任何后果。",
                    en="They are suggestions: nothing follows without a decision.",
                ),
                link=f"/rankings?period={period}",
            )
            enqueue(connection, message, wall_ms=now_ms)


def _tell_concerned(connection: Connection, one: StoredSuggestion, closes: date, *, now_ms: int) -> None:
    """Who is concerned is told what was decided and until when an appeal is heard."""
    found = one.suggestion
    words = KIND_WORDS[found.kind]
    persons = _concerned(connection, found.subject, one.standing.unit, now_ms=now_ms)
    until = Text(
        zh=f"对此决定有异议的, 可于 {closes} 前(含当日)申诉。", en=f"An appeal is heard up to and including {closes}."
    )
    ending = until if found.kind in ADVERSE else Text(zh="", en="")
    for person in persons:
        message = Message(
            person=person,
            kind="bulletin",
            about=f"suggestion/{one.id}",
            level=None,
            subject=Text(zh=f"结果应用: {words.zh}", en=f"Use of a result: {words.en}"),
            body=Text(zh=f"{found.reason.zh}。{ending.zh}", en=f"{found.reason.en}. {ending.en}".strip()),
            link=f"/rankings?suggestion={one.id}",
        )
        enqueue(connection, message, wall_ms=now_ms)


def _tell_answering(connection: Connection, one: StoredSuggestion, *, now_ms: int) -> None:
    """Everybody who may answer the appeal hears of it: it waits until one of them does."""
    standing, name = one.standing, KIND_WORDS[one.suggestion.kind]
    roles = sorted(ANSWERING | {standing.decider})
    asked = [person for role in roles for person in holders_of(connection, role, at_ms=now_ms)]
    for person in dict.fromkeys([*asked, *heads_above(connection, standing.unit, at_ms=now_ms)]):
        seat = seat_of(connection, person, at_ms=now_ms)
        involved = person in (standing.decided_by, standing.reviewed_by, standing.appealed_by, standing.author)
        if involved or not hears(standing, seat) or is_own(standing.subject, seat, unit=standing.unit):
            continue
        message = Message(
            person=person,
            kind="review",
            about=f"suggestion/{one.id}",
            level=None,
            subject=Text(zh=f"申诉待答复: {name.zh}", en=f"An appeal waits for an answer: {name.en}"),
            body=Text(zh="由原经办人以外的人答复。", en="Somebody other than who brought it about answers."),
            link=f"/rankings?suggestion={one.id}",
        )
        enqueue(connection, message, wall_ms=now_ms)


def _concerned(connection: Connection, subject: Subject, unit: str, *, now_ms: int) -> tuple[str, ...]:
    return (subject.id,) if subject.kind == "person" else people_of_unit(connection, unit, at_ms=now_ms)
