"""Projects that go from one unit to another: asked for, signed by both, and moved on their day (A45)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select, update

from central.audit.trail import append
from central.domain import Text
from central.errors import UnknownThing
from central.evaluate.transfer import Transfer, check_asked, side_signing
from central.scoring.refused import ScoringRefused
from central.store import tables
from central.store.instants import district_day, from_ms
from central.store.move_evaluated import Doing
from central.store.read_transfers import named_unit, transfer_of, transfer_row, transfers_of, unit_on
from central.store.save_audit import lock_head
from central.store.upsert import table_of

_TRANSFER, _PROJECT, _UNIT = table_of(tables.UnitTransfer), table_of(tables.Project), table_of(tables.OrgUnit)


def ask_transfer(
    connection: Connection, project: str, *, to_unit: str, on: date, reason: str, by: str, now_ms: int
) -> int:
    """Ask for a transfer on a day to come; its number. Nothing changes before both units have signed."""
    lock_head(connection)
    today = district_day(from_ms(now_ms))
    unit = unit_on(connection, project, today)
    if not unit:
        raise UnknownThing(f"project {project}", where="project", expected="one that is there")
    check_asked(transfers_of(connection, project), project=project, unit=unit, to_unit=to_unit, on=on, today=today)
    _check_unit(connection, to_unit)
    if not reason.strip():
        raise ScoringRefused(
            "missing", Text(zh="没有移交理由", en="no reason"), where="reason", expected=Text(zh="理由", en="a reason")
        )
    row = {
        "project": project, "from_unit": unit, "to_unit": to_unit, "effective_on": on, "reason": reason.strip(),
        "state": "asked", "asked_by": by, "asked_at": now_ms,
    }  # fmt: skip
    number = int(connection.execute(insert(_TRANSFER).values(**row).returning(_TRANSFER.c.id)).scalar_one())
    detail = {"project": project, "from": unit, "to": to_unit, "on": str(on)}
    _trail(connection, number, Doing(wall_ms=now_ms, actor=by), event="asked", detail=detail)
    return number


def sign_transfer(connection: Connection, number: int, *, person: str, units: Collection[str], now_ms: int) -> Transfer:
    """Sign for the unit that the person heads; with the second signature it will be in force on its day."""
    lock_head(connection)
    transfer = _held(connection, number)
    side = side_signing(transfer, person=person, units=units, today=district_day(from_ms(now_ms)))
    _check_still(connection, transfer, now_ms=now_ms)
    other = transfer.to_signed_by if side == "from" else transfer.from_signed_by
    values: dict[str, Any] = {f"{side}_signed_by": person, f"{side}_signed_at": now_ms}
    if other:
        values["state"] = "signed"
    connection.execute(update(_TRANSFER).where(_TRANSFER.c.id == number).values(**values))
    doing = Doing(wall_ms=now_ms, actor=person)
    _trail(connection, number, doing, event="signed", detail={"side": side, "both": bool(other)})
    return _held(connection, number)


def end_transfer(
    connection: Connection, number: int, *, person: str, units: Collection[str], reason: str, now_ms: int
) -> Transfer:
    """Refuse it (a head of either unit) or take it back (who asked) before both have signed."""
    lock_head(connection)
    transfer = _held(connection, number)
    asked_by = connection.execute(select(_TRANSFER.c.asked_by).where(_TRANSFER.c.id == number)).scalar_one()
    if transfer.state != "asked":
        raise ScoringRefused(
            "wrong_state", Text(zh="移交已生效或已结束", en="the transfer is signed or ended"), where="transfer.state",
            expected=Text(zh="待签署的移交", en="one that waits for signatures"),
        )  # fmt: skip
    mine = {transfer.from_unit, transfer.to_unit} & set(units)
    if person != asked_by and not mine:
        raise ScoringRefused(
            "not_yours", Text(zh="不由您处理", en="not yours to end"), where="actor",
            expected=Text(zh="移交双方单位负责人或发起人", en="the heads of both units, or who asked"),
        )  # fmt: skip
    state = "withdrawn" if person == asked_by and not mine else "refused"
    connection.execute(update(_TRANSFER).where(_TRANSFER.c.id == number).values(state=state, remark=reason))
    _trail(connection, number, Doing(wall_ms=now_ms, actor=person), event=state, detail={"reason": reason})
    return _held(connection, number)


def move_due(connection: Connection, *, doing: Doing) -> int:
    """Projects whose day has come belong to their new unit from now on; how many."""
    today = district_day(from_ms(doing.wall_ms))
    due = (_TRANSFER.c.state == "signed", _TRANSFER.c.moved_at.is_(None), _TRANSFER.c.effective_on <= today)
    rows = connection.execute(select(_TRANSFER).where(*due).order_by(_TRANSFER.c.effective_on, _TRANSFER.c.id)).all()
    for row in rows:
        unit = named_unit(connection, row.to_unit)
        named = {"unit_zh": unit.zh, "unit_en": unit.en}
        connection.execute(update(_PROJECT).where(_PROJECT.c.id == row.project).values(**named))
        connection.execute(update(_TRANSFER).where(_TRANSFER.c.id == row.id).values(moved_at=doing.wall_ms))
        _trail(connection, row.id, doing, event="moved", detail={"project": row.project, "to": row.to_unit})
    return len(rows)


def _check_unit(connection: Connection, unit: str) -> None:
    in_tree = select(_UNIT.c.id).where(_UNIT.c.name_zh == unit).limit(1)
    with_project = select(_PROJECT.c.id).where(_PROJECT.c.unit_zh == unit).limit(1)
    if connection.execute(in_tree).first() is None and connection.execute(with_project).first() is None:
        raise ScoringRefused(
            "unknown", Text(zh=f"没有单位 {unit[:64]!r}", en=f"no unit {unit[:64]!r}"), where="to_unit",
            expected=Text(zh="组织中的单位", en="a unit of the organisation"),
        )  # fmt: skip


def _check_still(connection: Connection, transfer: Transfer, *, now_ms: int) -> None:
    """ScoringRefused when the project came to another unit since the transfer was asked for, by a plan of it."""
    unit = unit_on(connection, transfer.project, district_day(from_ms(now_ms)))
    if unit != transfer.from_unit:
        raise ScoringRefused(
            "conflict", Text(zh=f"项目现由 {unit} 主管", en=f"the project is {unit}'s now"),
            where="transfer.from_unit", expected=Text(zh="重新发起移交", en="a new transfer"),
        )  # fmt: skip


def _held(connection: Connection, number: int) -> Transfer:
    row = transfer_row(connection, number)
    if row is None:
        raise UnknownThing(f"transfer {number}", where="transfer", expected="one that is there")
    return transfer_of(row)


def _trail(connection: Connection, number: int, doing: Doing, *, event: str, detail: dict[str, Any]) -> None:
    append(
        connection, at_ms=doing.wall_ms, actor=doing.actor, action=f"transfer.{event}", object_=f"transfer/{number}",
        detail=detail,
    )  # fmt: skip
