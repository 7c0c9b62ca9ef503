"""Stores applications for other targets and what is done to them, each act one transaction. ScoringRefused says why
not; nothing that was stored changes."""

from __future__ import annotations

import json
from datetime import date
from typing import Literal

from sqlalchemy import Connection, insert

from central.audit.trail import append
from central.domain import Subject, Text
from central.errors import UnknownThing
from central.evaluate.adjustment import (
    Adjustment,
    AdjustmentAct,
    Asked,
    Tier,
    check_asked,
    check_decision,
    check_effective,
    check_enter,
    check_inside,
    check_withdraw,
    tier_of,
)
from central.scoring.refused import ScoringRefused
from central.store import tables
from central.store.instants import district_day, from_ms
from central.store.read_adjustments import StoredAdjustment, adjustment_of, adjustments_of, target_in_force
from central.store.read_indicators import set_in_force
from central.store.read_ranked_policy import policy_on
from central.store.read_seats import positions_in, seat_of, unit_of
from central.store.save_audit import lock_head
from central.store.upsert import table_of

_ASKED, _ACT = table_of(tables.TargetAdjustment), table_of(tables.AdjustmentActRow)


def enter_adjustment(connection: Connection, asked: Asked, *, by: str, now_ms: int) -> StoredAdjustment:
    """An application by one of the subject's people; it waits for the review of another one."""
    lock_head(connection)
    unit = unit_of(connection, asked.subject, at_ms=now_ms)
    if unit is None:
        raise UnknownThing(
            f"{asked.subject.kind} {asked.subject.id!r}", where="subject", expected="a unit, project or person"
        )
    seat = seat_of(connection, by, at_ms=now_ms)
    check_enter(asked.subject, seat, positions_in(connection, by, unit, at_ms=now_ms), unit=unit)
    today = district_day(from_ms(now_ms))
    check_asked(asked, target=_target(connection, asked.subject, asked.indicator, today))
    tier = _tier(connection, asked, today)
    row = {
        "subject_kind": asked.subject.kind,
        "subject": asked.subject.id,
        "unit": unit,
        "indicator": asked.indicator,
        "before": asked.old,
        "target": asked.new,
        "reason": asked.reason.strip(),
        "evidence": json.dumps(asked.evidence, ensure_ascii=False),
        "tier": tier,
        "author": by,
        "entered_on": today,
        "entered_at": now_ms,
    }
    number = int(connection.execute(insert(_ASKED).values(**row).returning(_ASKED.c.id)).scalar_one())
    detail = {"indicator": asked.indicator, "old": repr(asked.old), "new": repr(asked.new), "tier": tier}
    _note(connection, number, "enter", by=by, now_ms=now_ms, detail=detail)
    return _found(connection, number)


def pass_on(
    connection: Connection, number: int, act: Literal["review", "endorse"], *, by: str, remark: str, now_ms: int
) -> StoredAdjustment:
    """Reviewed by a section chief of the unit, then endorsed by its head."""
    one = _held(connection, number)
    check_inside(one, act, by, positions_in(connection, by, one.unit, at_ms=now_ms))
    return _acted(connection, one, act, by=by, remark=remark, now_ms=now_ms)


def decide_adjustment(
    connection: Connection,
    number: int,
    *,
    by: str,
    approve: bool,
    remark: str,
    effective: date | None = None,
    now_ms: int,
) -> StoredAdjustment:
    """Decided by the district; who approves is looked at again, for what else was approved since: in the year from
    which it is to hold, so that a later day makes no third one of a year an ordinary one."""
    one = _held(connection, number)
    today = district_day(from_ms(now_ms))
    day = today if effective is None else max(effective, today)
    tier: Tier = "higher" if one.tier == "higher" else _tier(connection, one.asked, day, but=number)
    check_decision(one, seat_of(connection, by, at_ms=now_ms), tier=tier, approve=approve, remark=remark)
    if not approve:
        return _acted(connection, one, "refuse", by=by, remark=remark, now_ms=now_ms, tier=tier)
    holds = check_effective(effective, today=today)
    target = _target(connection, one.asked.subject, one.asked.indicator, holds)
    if target != one.asked.old:
        raise ScoringRefused(
            "conflict",
            Text(zh=f"目标已改为 {target}", en=f"the target became {target} since"),
            where="old",
            expected=Text(zh=f"{one.asked.old:g}", en=f"{one.asked.old:g}, which the application is about"),
        )
    return _acted(connection, one, "approve", by=by, remark=remark, now_ms=now_ms, tier=tier, effective=holds)


def withdraw_adjustment(connection: Connection, number: int, *, by: str, now_ms: int) -> StoredAdjustment:
    """Taken back by the applicant while nobody has decided."""
    one = _held(connection, number)
    check_withdraw(one, by)
    return _acted(connection, one, "withdraw", by=by, remark="", now_ms=now_ms)


def _target(connection: Connection, subject: Subject, indicator: str, day: date) -> float | None:
    """The target that a subject's indicator has on a day, adjusted or as the set says."""
    adjusted = target_in_force(connection, subject=subject, indicator=indicator, day=day)
    if adjusted is not None:
        return adjusted
    found = set_in_force(connection, subject=subject, day=day)
    leaves = () if found is None else found.leaves
    return next((leaf.indicator.target for leaf in leaves if leaf.indicator.id == indicator), None)


def _tier(connection: Connection, asked: Asked, day: date, *, but: int = 0) -> Tier:
    """Who approves what is to hold from a day."""
    original = _target(connection, asked.subject, asked.indicator, day.replace(month=1, day=1))
    others = [one.adjustment for one in adjustments_of(connection, subject=asked.subject) if one.adjustment.id != but]
    return tier_of(
        asked,
        day=day,
        others=others,
        terms=policy_on(connection, day).adjustment,
        original=asked.old if original is None else original,
    )


def _held(connection: Connection, number: int) -> Adjustment:
    lock_head(connection)
    return _found(connection, number).adjustment


def _found(connection: Connection, number: int) -> StoredAdjustment:
    found = adjustment_of(connection, number)
    if found is None:
        raise UnknownThing(f"adjustment {number}", where="adjustment", expected="one that is there")
    return found


def _acted(
    connection: Connection,
    one: Adjustment,
    act: AdjustmentAct,
    *,
    by: str,
    remark: str,
    now_ms: int,
    tier: Tier | None = None,
    effective: date | None = None,
) -> StoredAdjustment:
    row = {"adjustment": one.id, "act": act, "actor": by, "at": now_ms, "remark": remark.strip()}
    connection.execute(insert(_ACT).values(**row, tier=tier or one.tier, effective=effective))
    detail = {"remark": remark, "effective": effective.isoformat() if effective else "", "tier": tier or one.tier}
    _note(connection, one.id, act, by=by, now_ms=now_ms, detail=detail)
    return _found(connection, one.id)


def _note(connection: Connection, number: int, act: str, *, by: str, now_ms: int, detail: dict[str, str]) -> None:
    object_ = f"adjustment/{number}"
    append(connection, at_ms=now_ms, actor=by, action=f"adjustment.{act}", object_=object_, detail=detail)
