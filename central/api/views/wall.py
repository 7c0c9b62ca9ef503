"""The wall's one answer, from rows of whole projects: counts as the list has them, streets, clocks, stills, moves."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row
from sqlmodel import Session

from central import domain
from central.api.access import Access
from central.api.policy import covers, usable
from central.api.project_schemas import ProjectSummary, SignCounts
from central.api.schemas import Level, Named, Sign, Text
from central.api.views.briefs import Brief
from central.api.views.sign import SIGNS, severity
from central.api.views.siting import Spot as Sited
from central.api.views.wall_devices import devices_of
from central.api.views.wall_places import sites_in
from central.api.views.wall_time import moves_of, stills_of, week_of
from central.api.views.words import instant
from central.api.wall_schemas import (
    Dual,
    Evidenced,
    LevelToday,
    MoneyRow,
    Spot,
    StreetRow,
    Urgent,
    Wall,
)
from central.domain import Subject
from central.mending.words import SEAT_WORDS
from central.plan.calendar import local_day, midnight
from central.rules.sentence import RULE_NAMES, amount
from central.rules.sign import OpenWarning, sign
from central.store.instants import to_ms
from central.store.read_wall import moves_by_day, moves_since, paid_of_each, running_cases

LEVELS: tuple[Level, ...] = ("red", "yellow", "blue")
URGENT_MAX = 3
MONEY_MAX = 8
WEEK_DAYS = 7
_MENDING = frozenset({"assigned", "rectifying", "evidence", "recovered"})
_UNREAD = frozenset({"open", "pushed"})
_TURN = {"ack": "project_owner", "measure": "project_owner", "due": "responsible", "verify": "leader"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A project as the wall sees it: its row of the list. `money` = the caller may read its payments."""

    row: ProjectSummary
    thin: bool
    paid_fen: int
    money: bool

    @property
    def sign(self) -> Sign:
        """The one it wears."""
        return self.row.sign

    @property
    def name(self) -> Named:
        """With its id, to lead there."""
        return Named(id=self.row.id, name=self.row.name)


def wall_of(
    session: Session, briefs: Sequence[Brief], *, access: Access, name: domain.Text, now: datetime, wall: datetime
) -> Wall:
    """Everything within the caller's scope; `now` is the time of the projects, `wall` that of clocks."""
    connection = session.connection()
    paid, money = paid_of_each(connection), usable(access.grants, action="read_money")
    shown = {
        one.place.project: Shown(
            row=one.summary,
            thin=one.thin,
            paid_fen=paid.get(one.place.project, 0),
            money=covers(money, place=one.place),
        )
        for one in briefs
        if covers(access.grants, place=one.place)
    }
    cases = [row for row in running_cases(connection) if row.project in shown and _colours(row)]
    last, until_ms = local_day(now), to_ms(now)
    first = last - timedelta(days=WEEK_DAYS - 1)
    within = None if access.everywhere else sorted(shown)
    names, signs = _names(shown), {key: one.sign for key, one in shown.items()}
    today = [row for row in moves_since(connection, to_ms(midnight(last)), until_ms) if row.project in shown]
    week = moves_by_day(connection, to_ms(midnight(first)), until_ms, projects=within)
    waiting = [row for row in cases if row.due_at is not None]
    return Wall(
        name=Text(zh=name.zh, en=name.en),
        as_of=max((one.row.as_of for one in shown.values() if one.row.as_of is not None), default=None),
        now=wall,
        counts=_counts(shown.values()),
        total=len(shown),
        levels=[_level(level, cases, today, now_ms=to_ms(wall)) for level in LEVELS],
        dual=_dual(shown.values()),
        streets=_streets(shown.values()),
        spots=_spots(shown, sites_in(connection, {key: one.row.street.zh for key, one in shown.items()}).spots),
        waiting=len(waiting),
        urgent=[_urgent(row, shown[row.project], now_ms=to_ms(wall)) for row in waiting[:URGENT_MAX]],
        stills=stills_of(connection, signs, names, everywhere=access.everywhere, now=now),
        today=moves_of(today, names),
        today_total=len(today),
        money=_money(shown.values()),
        devices=devices_of(connection, within, now=now),
        evidenced=_evidenced(shown.values()),
        week=week_of(week, first=first, days=WEEK_DAYS),
    )


def _colours(row: Row[Any]) -> bool:
    """Whether a case is of a rule that colours: evidence and devices are counted apart, as signs do."""
    found = OpenWarning(rule=row.rule, subject=Subject(kind=row.subject_kind, id=row.subject), level=row.level)
    return sign([found], deviation=None, begun=False) in LEVELS


def _names(shown: dict[str, Shown]) -> dict[str, Named]:
    return {key: one.name for key, one in shown.items()}


def _counts(shown: Iterable[Shown]) -> SignCounts:
    found = Counter(one.sign for one in shown)
    return SignCounts(**{sign: found[sign] for sign in SIGNS})


def _level(level: Level, cases: Sequence[Row[Any]], today: Sequence[Row[Any]], *, now_ms: int) -> LevelToday:
    mine = [row for row in cases if row.level == level]
    return LevelToday(
        level=level,
        raised=sum(row.level == level and row.event in ("raised", "escalated", "restored") for row in today),
        eased=sum(row.previous == level and row.event in ("downgraded", "cleared", "withdrawn") for row in today),
        overdue=sum(row.due_at is not None and row.due_at < now_ms for row in mine),
        to_acknowledge=sum(row.state in _UNREAD for row in mine),
        mending=sum(row.state in _MENDING for row in mine),
    )


def _dual(shown: Iterable[Shown]) -> Dual:
    """Sums over the measured; shares rounded down, so that nothing is shown as more than it is."""
    seen = [one for one in shown if one.row.actual_bp is not None]
    contract = sum(one.row.contract_fen for one in seen)
    money = bool(seen) and all(one.money for one in seen)
    paid = sum(one.paid_fen for one in seen)

    def weighted(of: Callable[[ProjectSummary], int]) -> int | None:
        total = sum(of(one.row) * one.row.contract_fen for one in seen)
        return total // contract if contract else None

    return Dual(
        measured=len(seen),
        plan_bp=weighted(lambda row: row.plan_bp),
        work_bp=weighted(lambda row: row.actual_bp or 0),
        money_bp=_share_bp(paid, contract) if money and contract else None,
        contract_fen=contract,
        paid_fen=paid if money else None,
    )


def _share_bp(part_fen: int, whole_fen: int) -> int:
    return max(0, min(10_000, part_fen * 10_000 // whole_fen))


def _streets(shown: Iterable[Shown]) -> list[StreetRow]:
    """Heaviest first: by red, yellow and blue projects, then by name."""
    grouped: dict[str, list[Shown]] = defaultdict(list)
    for one in shown:
        grouped[one.row.street.zh].append(one)
    rows = [
        StreetRow(
            street=found[0].row.street,
            counts=_counts(found),
            total=len(found),
            dual=_dual(found),
        )
        for found in grouped.values()
    ]
    return sorted(rows, key=lambda row: (-row.counts.red, -row.counts.yellow, -row.counts.blue, row.street.zh))


def _spots(shown: dict[str, Shown], placed: Mapping[str, Sited]) -> list[Spot]:
    return [
        Spot(
            id=key,
            name=one.row.name,
            street=one.row.street,
            sign=one.sign,
            plan_bp=one.row.plan_bp if one.row.actual_bp is not None else None,
            actual_bp=one.row.actual_bp,
            lon=placed[key].lon,
            lat=placed[key].lat,
            schematic=placed[key].schematic,
        )
        for key, one in shown.items()
    ]


def _urgent(row: Row[Any], shown: Shown, *, now_ms: int) -> Urgent:
    rule = RULE_NAMES.get(row.rule, domain.Text(zh=row.rule, en=row.rule))
    role = SEAT_WORDS[_TURN.get(row.clock, "project_owner")]
    return Urgent(
        id=str(row.warning),
        project=shown.name,
        subject=None if row.name_zh is None else Text(zh=row.name_zh, en=row.name_en),
        level=cast(Level, row.level),
        state=row.state,
        said=Text(
            zh=f"{rule.zh} {amount(row.value, row.unit, zh=True)}",
            en=f"{rule.en}: {amount(row.value, row.unit, zh=False)}",
        ),
        unit=shown.row.unit,
        role=Text(zh=role.zh, en=role.en),
        due_at=instant(row.due_at),
        overdue=row.due_at is not None and row.due_at < now_ms,
    )


def _money(shown: Iterable[Shown]) -> list[MoneyRow] | None:
    """The projects whose work and money are furthest apart; None where the caller reads no money anywhere."""
    found = list(shown)
    if not any(one.money for one in found):
        return None
    rows = []
    for one in found:
        work_bp = one.row.actual_bp
        if one.money and work_bp is not None and one.row.contract_fen > 0:
            paid_bp = _share_bp(one.paid_fen, one.row.contract_fen)
            rows.append(
                MoneyRow(
                    project=one.name,
                    sign=one.sign,
                    work_bp=work_bp,
                    money_bp=paid_bp,
                    ahead_bp=paid_bp - work_bp,
                )
            )
    return sorted(rows, key=lambda row: (-abs(row.ahead_bp), severity(row.sign), row.project.id))[:MONEY_MAX]


def _evidenced(shown: Iterable[Shown]) -> Evidenced:
    found = list(shown)
    seen = [one.row.coverage_bp for one in found if one.row.actual_bp is not None]
    thin = sum(one.thin for one in found)
    return Evidenced(
        sure=len(seen) - thin,
        thin=thin,
        unseen=len(found) - len(seen),
        coverage_bp=sum(seen) // len(seen) if seen else None,
    )
