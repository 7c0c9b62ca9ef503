"""Reads which unit answers for a project, day by day (A45)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from central.domain import Text
from central.evaluate.transfer import Transfer, unit_at
from central.store import tables
from central.store.instants import district_day, from_ms
from central.store.upsert import table_of

_TRANSFER, _PROJECT = table_of(tables.UnitTransfer), table_of(tables.Project)
_WARNING, _UNIT = table_of(tables.PlanWarning), table_of(tables.OrgUnit)


def transfers_of(connection: Connection, project: str) -> list[Transfer]:
    """Every transfer of a project, first to last."""
    wanted = select(_TRANSFER).where(_TRANSFER.c.project == project).order_by(_TRANSFER.c.id)
    return [transfer_of(row) for row in connection.execute(wanted)]


def transfer_row(connection: Connection, number: int) -> Row[Any] | None:
    """One transfer as it is stored."""
    return connection.execute(select(_TRANSFER).where(_TRANSFER.c.id == number)).first()


def transfer_of(row: Row[Any]) -> Transfer:
    """A row of the table as the noun."""
    return Transfer(
        id=row.id, project=row.project, from_unit=row.from_unit, to_unit=row.to_unit, effective_on=row.effective_on,
        state=row.state, from_signed_by=row.from_signed_by, to_signed_by=row.to_signed_by,
    )  # fmt: skip


def unit_on(connection: Connection, project: str, day: date) -> str:
    """The unit that answers for a project on a day; '' for a project that is not there."""
    unit = connection.execute(select(_PROJECT.c.unit_zh).where(_PROJECT.c.id == project)).scalar()
    return "" if unit is None else unit_at(transfers_of(connection, project), unit=unit, day=day)


def unit_kept(connection: Connection, project: str, *, planned: Text, day: date) -> Text:
    """The unit that a project is stored with when a plan of it is: once both sides have signed a transfer, transfers
    say whose it is, and a plan that names another unit does not take it back."""
    unit = unit_at(transfers_of(connection, project), unit=planned.zh, day=day)
    return planned if unit == planned.zh else named_unit(connection, unit)


def named_unit(connection: Connection, unit: str) -> Text:
    """A unit in both languages: as the organisation or a project names it in English."""
    in_tree = connection.execute(select(_UNIT.c.name_en).where(_UNIT.c.name_zh == unit).limit(1)).scalar()
    of_project = select(_PROJECT.c.unit_en).where(_PROJECT.c.unit_zh == unit).order_by(_PROJECT.c.id).limit(1)
    return Text(zh=unit, en=in_tree or connection.execute(of_project).scalar() or unit)


def units_on(connection: Connection, day: date) -> dict[str, str]:
    """The unit that answers for each project on a day; two queries for all."""
    moved = _transfers(connection)
    rows = connection.execute(select(_PROJECT.c.id, _PROJECT.c.unit_zh).order_by(_PROJECT.c.id))
    return {row.id: unit_at(moved.get(row.id, ()), unit=row.unit_zh, day=day) for row in rows}


def warnings_by_unit(connection: Connection, *, first: date, last: date) -> dict[str, list[int]]:
    """Warnings raised from `first` to `last` by the unit that answered for the project on the day they were raised:
    a transfer takes no warning along. Warnings that never were (withdrawn) are left out."""
    moved = _transfers(connection)
    units = {row.id: row.unit_zh for row in connection.execute(select(_PROJECT.c.id, _PROJECT.c.unit_zh))}
    wanted = select(_WARNING.c.id, _WARNING.c.project, _WARNING.c.raised_at).where(_WARNING.c.state != "withdrawn")
    found: dict[str, list[int]] = defaultdict(list)
    for row in connection.execute(wanted.order_by(_WARNING.c.id)):
        day = district_day(from_ms(row.raised_at))
        if first <= day <= last and row.project in units:
            found[unit_at(moved.get(row.project, ()), unit=units[row.project], day=day)].append(row.id)
    return dict(found)


def _transfers(connection: Connection) -> dict[str, list[Transfer]]:
    moved: dict[str, list[Transfer]] = defaultdict(list)
    for row in connection.execute(select(_TRANSFER).where(_TRANSFER.c.state == "signed")):
        moved[row.project].append(transfer_of(row))
    return moved
