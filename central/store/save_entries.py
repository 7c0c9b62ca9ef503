"""The one door for what people enter: values, decisions on them, counts from other systems, savings. Only ever adds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection, insert, select

from central.audit.trail import append
from central.domain import Subject, Text
from central.errors import UnknownThing
from central.evaluate.appeal import is_own
from central.quality.counting import day_of
from central.scoring.entry import Entry, covered_by, made, refused
from central.scoring.indicator import Indicator, Value
from central.scoring.period import Period
from central.store import tables
from central.store.read_entries import StoredEntry, entry_of, is_final, saving_of
from central.store.read_indicators import set_in_force
from central.store.read_seats import seat_of
from central.store.read_sources import measured
from central.store.save_audit import lock_head
from central.store.upsert import table_of

_ENTRY, _DECISION = table_of(tables.EnteredValue), table_of(tables.ValueDecision)
_REQUEST, _SAVING, _PROJECT = table_of(tables.RequestCount), table_of(tables.Saving), table_of(tables.Project)
Outcome = Literal["accepted", "returned"]


def enter(connection: Connection, entry: Entry, *, now_ms: int) -> StoredEntry:
    """Keep an entry; it counts once somebody else has accepted it. ScoringRefused says why it may not be entered."""
    lock_head(connection)
    _check_open(connection, entry.subject, entry.period)
    indicator = _indicator(connection, entry)
    found = made(entry, indicator, measured=_measured(connection, entry, indicator, now_ms), today=day_of(now_ms))
    row = {
        "subject_kind": entry.subject.kind,
        "subject": entry.subject.id,
        "period": entry.period.name,
        "indicator": indicator.id,
        "indicator_version": indicator.version,
        "kind": found.kind,
        "value": found.value.value,
        "n": found.value.n,
        "satisfied": entry.satisfied,
        "low": found.value.low,
        "high": found.value.high,
        "detail": _spelled(found.detail),
        "reason": entry.reason.strip(),
        "evidence": _spelled(list(entry.evidence)),
        "author": entry.author,
        "entered_at": now_ms,
    }
    number = int(connection.execute(insert(_ENTRY).values(**row).returning(_ENTRY.c.id)).scalar_one())
    detail = {"entry": number, "indicator": indicator.id, "period": entry.period.name, "kind": found.kind}
    _note(connection, f"entry.{found.kind}", entry.subject, by=entry.author, now_ms=now_ms, detail=detail)
    return _stored(connection, number)


def decide_entry(
    connection: Connection, number: int, outcome: Outcome, *, by: str, remark: str, now_ms: int
) -> StoredEntry:
    """Accept an entry, or return it with a remark; never one's own, about oneself or about one's own unit. Entries of a
    project may be accepted inside the unit that governs it."""
    lock_head(connection)
    found = _stored(connection, number)
    _check_open(connection, found.subject, found.period)
    assessed = found.subject.kind != "project" and is_own(
        found.subject, seat_of(connection, by, at_ms=now_ms), unit=found.subject.id
    )
    if assessed or found.author == by:
        raise refused(
            "own_work",
            Text(zh="本人填报或考核本单位的数据", en="one's own entry, or one about oneself or one's unit"),
            "decided_by",
            Text(zh="填报人和被考核单位以外的审核人", en="somebody who neither entered it nor is assessed by it"),
        )
    _decide(connection, "entry", number, outcome, by=by, remark=remark, now_ms=now_ms)
    detail = {"entry": number, "indicator": found.indicator, "period": found.period.name, "outcome": outcome}
    _note(connection, "entry.decide", found.subject, by=by, now_ms=now_ms, detail=detail)
    return _stored(connection, number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """Complaints (or services) of a unit on a day, as another system counts them; `minutes` of handling in all."""

    unit: str
    kind: Literal["complaint", "service"]
    day: date
    received: int
    closed: int
    minutes: int = 0


def take_requests(connection: Connection, counts: Sequence[Requests], *, source: str, by: str, now_ms: int) -> int:
    """Keep what an adapter delivers; a count of the same unit, kind, day and source replaces the one before. The same
    again adds nothing; how many are new."""
    lock_head(connection)
    today = day_of(now_ms)
    for one in counts:
        if one.day > today:
            what = Text(zh=f"日期 {one.day} 在今天之后", en=f"day {one.day} is ahead")
            raise refused("missing", what, "day", Text(zh=f"{today} 或以前", en=f"{today} or earlier"))
    known = _known_requests(connection, counts, source)
    rows = [
        {
            "unit": one.unit,
            "kind": one.kind,
            "day": one.day,
            "received": one.received,
            "closed": one.closed,
            "minutes": one.minutes,
            "source": source,
            "given_by": by,
            "given_at": now_ms,
        }
        for one in counts
        if known.get((one.unit, one.kind, one.day)) != (one.received, one.closed, one.minutes)
    ]
    if rows:
        connection.execute(insert(_REQUEST), rows)
        days = sorted({one.day for one in counts})
        detail = {"source": source, "rows": len(rows), "first": str(days[0]), "last": str(days[-1])}
        append(connection, at_ms=now_ms, actor=by, action="requests.take", object_="district", detail=detail)
    return len(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingGiven:
    """Money saved against a counterfactual that is named: what would have been paid, and by which method one knows."""

    project: str
    day: date
    would_fen: int
    did_fen: int
    counterfactual: str
    method: str
    evidence: tuple[str, ...]


def note_saving(connection: Connection, given: SavingGiven, *, by: str, now_ms: int) -> int:
    """Keep a saving; it counts once somebody else accepted it. Its number."""
    lock_head(connection)
    if connection.execute(select(_PROJECT.c.id).where(_PROJECT.c.id == given.project)).scalar() is None:
        raise UnknownThing(f"project {given.project!r}", where="project", expected="one that has a plan")
    for name, words in (("counterfactual", given.counterfactual), ("method", given.method)):
        if not words.strip():
            what = Text(zh=f"没有写明 {name}", en=f"no {name}")
            expected = Text(zh="与什么相比、如何得出", en="compared with what, and how one knows")
            raise refused("missing", what, name, expected)
    if not given.evidence or given.would_fen <= given.did_fen or given.day > day_of(now_ms):
        what = Text(zh=f"{given.would_fen} 对 {given.did_fen} 分", en=f"{given.would_fen} against {given.did_fen} fen")
        expected = Text(zh="有证据、已发生、确有节约", en="evidence, a day that has come, and less paid than compared")
        raise refused("missing", what, "did_fen", expected)
    row = {
        "project": given.project,
        "day": given.day,
        "would_fen": given.would_fen,
        "did_fen": given.did_fen,
        "counterfactual": given.counterfactual.strip(),
        "method": given.method.strip(),
        "evidence": _spelled(list(given.evidence)),
        "author": by,
        "noted_at": now_ms,
    }
    number = int(connection.execute(insert(_SAVING).values(**row).returning(_SAVING.c.id)).scalar_one())
    detail = {"saving": number, "would_fen": given.would_fen, "did_fen": given.did_fen}
    subject = Subject(kind="project", id=given.project)
    _note(connection, "saving.note", subject, by=by, now_ms=now_ms, detail=detail)
    return number


def decide_saving(connection: Connection, number: int, outcome: Outcome, *, by: str, remark: str, now_ms: int) -> None:
    """Accept a saving or return it; never one's own."""
    lock_head(connection)
    found = saving_of(connection, number)
    if found is None:
        raise UnknownThing(f"saving {number}", where="saving", expected="one that was noted")
    if found.author == by:
        what = Text(zh="本人登记的节约", en="one's own saving")
        raise refused("own_work", what, "decided_by", Text(zh="登记人以外的审核人", en="somebody else"))
    _decide(connection, "saving", number, outcome, by=by, remark=remark, now_ms=now_ms)
    subject = Subject(kind="project", id=found.project)
    detail = {"saving": number, "outcome": outcome}
    _note(connection, "saving.decide", subject, by=by, now_ms=now_ms, detail=detail)


def _check_open(connection: Connection, subject: Subject, period: Period) -> None:
    if is_final(connection, subject, period):
        raise refused(
            "wrong_state",
            Text(zh=f"{period.name} 的考核结果已生效", en=f"the result of {period.name} is final"),
            "period",
            Text(zh="结果未生效的期间", en="a period whose result is not final"),
        )


def _indicator(connection: Connection, entry: Entry) -> Indicator:
    found = set_in_force(connection, subject=entry.subject, day=entry.period.last)
    leaves = () if found is None else found.leaves
    known = {leaf.indicator.id: leaf.indicator for leaf in leaves}
    if entry.indicator not in known:
        raise refused(
            "unknown",
            Text(zh=f"指标 {entry.indicator}", en=f"indicator {entry.indicator!r}"),
            "indicator",
            Text(zh="该对象现行指标集中的指标", en="one of the set in force for the subject"),
        )
    return known[entry.indicator]


def _measured(connection: Connection, entry: Entry, indicator: Indicator, now_ms: int) -> Value | None:
    code = covered_by(indicator, entry.subject)
    if code is None:
        return None
    return measured(connection, subject=entry.subject, period=entry.period, code=code, now_ms=now_ms)


def _decide(
    connection: Connection, about: str, number: int, outcome: Outcome, *, by: str, remark: str, now_ms: int
) -> None:
    same = (_DECISION.c.about == about, _DECISION.c.number == number)
    if connection.execute(select(_DECISION.c.outcome).where(*same)).scalar() is not None:
        what = Text(zh="已审核", en="it was decided already")
        raise refused("wrong_state", what, "decision", Text(zh="待审核的一条", en="one that waits for a decision"))
    if outcome == "returned" and not remark.strip():
        what = Text(zh="退回没有理由", en="returned without a reason")
        raise refused("missing", what, "remark", Text(zh="写明理由", en="the reason in words"))
    row = {
        "about": about,
        "number": number,
        "outcome": outcome,
        "remark": remark.strip(),
        "decided_by": by,
        "decided_at": now_ms,
    }
    connection.execute(insert(_DECISION).values(**row))


def _known_requests(
    connection: Connection, counts: Sequence[Requests], source: str
) -> dict[tuple[str, str, date], tuple[int, int, int]]:
    days = sorted({one.day for one in counts})
    if not days:
        return {}
    rows = connection.execute(
        select(_REQUEST).where(_REQUEST.c.source == source, _REQUEST.c.day.between(days[0], days[-1]))
        .order_by(_REQUEST.c.id)
    )  # fmt: skip
    return {(row.unit, row.kind, row.day): (row.received, row.closed, row.minutes) for row in rows}


def _stored(connection: Connection, number: int) -> StoredEntry:
    found = entry_of(connection, number)
    if found is None:
        raise UnknownThing(f"entry {number}", where="entry", expected="one that was entered")
    return found


def _note(
    connection: Connection, action: str, subject: Subject, *, by: str, now_ms: int, detail: dict[str, Any]
) -> None:
    object_ = f"{subject.kind}/{subject.id}"
    append(connection, at_ms=now_ms, actor=by, action=action, object_=object_, detail=detail)


def _spelled(plain: Any) -> str:
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
