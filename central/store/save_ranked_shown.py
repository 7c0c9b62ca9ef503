"""Stores cases others may learn from, and the year's list of 民生实事; each act with its entry in the trail."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal

from sqlalchemy import Connection, insert, select

from central.audit.trail import append
from central.domain import Text
from central.errors import UnknownThing
from central.evaluate.recognition import check_practice, check_publishing
from central.scoring.refused import ScoringRefused
from central.store import tables
from central.store.read_ranked_shown import EvidenceLink, Practice, evidence_kind, livelihood_of, practice_of
from central.store.read_seats import seat_of
from central.store.save_audit import lock_head
from central.store.upsert import table_of

_PRACTICE, _ACT = table_of(tables.BestPractice), table_of(tables.PracticeAct)
_FLAG, _PROJECT = table_of(tables.LivelihoodFlag), table_of(tables.Project)


def enter_practice(
    connection: Connection,
    *,
    unit: str,
    project: str,
    title: str,
    summary: str,
    evidence: Sequence[tuple[str, str]],
    tags: Sequence[str],
    by: str,
    now_ms: int,
) -> Practice:
    """A case with its evidence (digest, note), by one of the unit's people; it waits for somebody else to publish it.

    Evidence that the centre does not keep is refused: a link has to lead somewhere.
    """
    lock_head(connection)
    check_practice(title=title, summary=summary, evidence=len(evidence))
    if unit not in seat_of(connection, by, at_ms=now_ms).speaks:
        what = Text(zh=f"{by} 不是{unit}的人员", en=f"{by} is not of {unit}")
        raise ScoringRefused("not_yours", what, where="unit", expected=Text(zh="本单位", en="one's own unit"))
    if project:
        owner = connection.execute(select(_PROJECT.c.unit_zh).where(_PROJECT.c.id == project)).scalar()
        if owner != unit:
            raise UnknownThing(f"project {project!r}", where="project", expected=f"one of {unit}")
    links = [_linked(connection, sha256, note) for sha256, note in evidence]
    row = {
        "unit": unit,
        "project": project,
        "title": title.strip(),
        "summary": summary.strip(),
        "evidence": json.dumps([{"sha256": one.sha256, "kind": one.kind, "note": one.note} for one in links],
                               ensure_ascii=False),
        "tags": json.dumps(list(dict.fromkeys(tags)), ensure_ascii=False),
        "author": by,
        "entered_at": now_ms,
    }  # fmt: skip
    number = int(connection.execute(insert(_PRACTICE).values(**row).returning(_PRACTICE.c.id)).scalar_one())
    _note(connection, number, "enter", by=by, now_ms=now_ms, remark=title)
    return _found(connection, number)


def act_on_practice(
    connection: Connection, number: int, act: Literal["publish", "retract"], *, by: str, remark: str, now_ms: int
) -> Practice:
    """Publish it, or take it back; each once."""
    lock_head(connection)
    one = _found(connection, number)
    check_publishing(one.state, author=one.author, seat=seat_of(connection, by, at_ms=now_ms), act=act)
    row = {"practice": number, "act": act, "actor": by, "at": now_ms, "remark": remark.strip()}
    connection.execute(insert(_ACT).values(**row))
    _note(connection, number, act, by=by, now_ms=now_ms, remark=remark)
    return _found(connection, number)


def flag_livelihood(
    connection: Connection, project: str, *, year: int, listed: bool, promise: Text, by: str, now_ms: int
) -> None:
    """Put a project on the year's list or take it off; the same again changes nothing."""
    lock_head(connection)
    if connection.execute(select(_PROJECT.c.id).where(_PROJECT.c.id == project)).first() is None:
        raise UnknownThing(f"project {project!r}", where="project", expected="one that is there")
    now = next((one for one in livelihood_of(connection, year) if one.project == project), None)
    if (now is None and not listed) or (now is not None and listed and now.promise == promise):
        return
    if listed and not promise.zh.strip():
        what = Text(zh="缺少实事承诺", en="without what is promised")
        raise ScoringRefused("missing", what, where="promise", expected=Text(zh="承诺内容", en="the promise"))
    row = {"project": project, "year": year, "listed": listed, "promise_zh": promise.zh, "promise_en": promise.en}
    connection.execute(insert(_FLAG).values(**row, set_by=by, set_at=now_ms))
    action = "livelihood.list" if listed else "livelihood.unlist"
    detail = {"year": year, "promise": promise.zh}
    append(connection, at_ms=now_ms, actor=by, action=action, object_=f"project/{project}", detail=detail)


def _linked(connection: Connection, sha256: str, note: str) -> EvidenceLink:
    kind = evidence_kind(connection, sha256)
    if kind is None:
        raise ScoringRefused(
            "unknown",
            Text(zh=f"平台没有 {sha256[:12]}…", en=f"the centre keeps nothing under {sha256[:12]}…"),
            where="evidence",
            expected=Text(zh="评分表、报告、影像的摘要", en="the digest of a score sheet, report, still or photo"),
        )
    return EvidenceLink(sha256=sha256, kind=kind, note=note)


def _found(connection: Connection, number: int) -> Practice:
    found = practice_of(connection, number)
    if found is None:
        raise UnknownThing(f"case {number}", where="practice", expected="one that is there")
    return found


def _note(connection: Connection, number: int, act: str, *, by: str, now_ms: int, remark: str) -> None:
    object_, detail = f"practice/{number}", {"remark": remark}
    append(connection, at_ms=now_ms, actor=by, action=f"practice.{act}", object_=object_, detail=detail)
