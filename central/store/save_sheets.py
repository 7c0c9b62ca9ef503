"""Takes score sheets: gathers what was measured and entered, freezes it, and keeps it for ever under its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, select

from central.audit.trail import append
from central.domain import Subject, Text
from central.scoring.entry import covered_by
from central.scoring.health import HEALTH_SET, UNIT_HEALTH_SET, health, health_values, unit_health_value
from central.scoring.indicator import IndicatorSet, Value, WeighedLeaf
from central.scoring.leaf import LeafError
from central.scoring.period import Period
from central.scoring.refused import ScoringRefused
from central.scoring.sheet import OVERRIDE, Adjusted, Sheet, SheetError, SheetKind, canonical, checked, id_of, scored
from central.scoring.unit import UNIT_SET, ProjectScore, unit_values
from central.store import tables
from central.store.instants import to_ms
from central.store.read_adjustments import targets_in_force
from central.store.read_entries import entered_all
from central.store.read_sheets import brief_of, newest_sheets
from central.store.read_sources import Measures, taken_at
from central.store.read_transfers import units_on
from central.store.sourced_counts import open_disputes
from central.store.upsert import insert_new, table_of

SYSTEM = "system:scoring"
TAKEN: frozenset[SheetKind] = frozenset({"objective", "health"})
"""Kinds that the centre takes by itself and nobody fills in."""

_SHEET = table_of(tables.ScoreSheet)


def take_sheets(
    connection: Connection,
    asked: Mapping[Subject, IndicatorSet],
    *,
    period: Period,
    kind: SheetKind = "objective",
    now_ms: int,
    author: str = SYSTEM,
) -> dict[Subject, str]:
    """Freeze the values of all these subjects by their sets; the ids by subject. The same facts give the same ids.

    Values of a period that runs are those of its days that are over. Facts are read once for all subjects.
    """
    gathered = _gather(connection, list(asked), period=period, now_ms=now_ms)
    sheets = {subject: gathered.sheet(subject, given, kind=kind, author=author) for subject, given in asked.items()}
    return _keep(connection, sheets, period=period, kind=kind, author=author, now_ms=now_ms)


def take_unit_sheets(
    connection: Connection,
    units: Sequence[str],
    *,
    period: Period,
    now_ms: int,
    kind: SheetKind = "objective",
    of: SheetKind = "objective",
    author: str = SYSTEM,
) -> dict[Subject, str]:
    """The scores of units (by name) out of the newest sheets `of` a kind that their projects have for the period."""
    subjects = [Subject(kind="unit", id=unit) for unit in units]
    measures = _measures(connection, subjects, period=period, now_ms=now_ms)
    known = newest_sheets(connection, period=period, kind=of, subject_kind="project")
    sheets = {}
    for subject in subjects:
        projects = [
            ProjectScore(total=known[project].total, budget_fen=_budget(measures, project), sheet=known[project].id)
            for project in measures.of_subject(subject)
            if project in known
        ]
        values = unit_values(
            projects,
            data_quality=measures.value(subject, "data.quality"),
            mended_on_time=measures.value(subject, "mending.on_time_rate"),
        )
        sheets[subject] = Sheet(
            subject=subject,
            period=period,
            kind=kind,
            set=UNIT_SET,
            values=values,
            taken_at=taken_at(period, now_ms=now_ms),
            author=author,
            data_quality=values[1].value,
        )
    return _keep(connection, sheets, period=period, kind=kind, author=author, now_ms=now_ms)


def take_health(
    connection: Connection, projects: Sequence[str], *, period: Period, now_ms: int, author: str = SYSTEM
) -> dict[Subject, str]:
    """The health of projects (domain.md §4.9) and of their units in a period; the same facts give the same ids."""
    subjects = [Subject(kind="project", id=project) for project in projects]
    gathered = _gather(connection, subjects, period=period, now_ms=now_ms)
    sheets = {
        subject: Sheet(
            subject=subject,
            period=period,
            kind="health",
            set=HEALTH_SET,
            values=_health(gathered, subject),
            taken_at=taken_at(period, now_ms=now_ms),
            author=author,
            data_quality=gathered.quality(subject),
        )
        for subject in subjects
    }
    taken = _keep(connection, sheets, period=period, kind="health", author=author, now_ms=now_ms)
    units = {unit for project in projects if (unit := gathered.units.get(project))}
    return taken | _take_unit_health(connection, sorted(units), period=period, now_ms=now_ms, author=author)


def _take_unit_health(
    connection: Connection, units: Sequence[str], *, period: Period, now_ms: int, author: str
) -> dict[Subject, str]:
    """The value-weighted mean of the newest healths of each unit's projects (C18)."""
    subjects = [Subject(kind="unit", id=unit) for unit in units]
    measures = _measures(connection, subjects, period=period, now_ms=now_ms)
    known = newest_sheets(connection, period=period, kind="health", subject_kind="project")
    sheets = {}
    for subject in subjects:
        ids = [known[project].id for project in measures.of_subject(subject) if project in known]
        sheets[subject] = Sheet(
            subject=subject,
            period=period,
            kind="health",
            set=UNIT_HEALTH_SET,
            values=unit_health_of(connection, ids, measures),
            taken_at=taken_at(period, now_ms=now_ms),
            author=author,
        )
    return _keep(connection, sheets, period=period, kind="health", author=author, now_ms=now_ms)


def unit_health_of(connection: Connection, sheets: Sequence[str], measures: Measures) -> tuple[Value, ...]:
    """The one leaf of a unit's health out of the sheets of its projects."""
    found = [brief for key in sheets if (brief := brief_of(connection, key)) is not None]
    return (unit_health_value([(one.total, _budget(measures, one.subject.id), one.id) for one in found]),)


def put_sheet(connection: Connection, sheet: Sheet, *, now_ms: int) -> str:
    """Keep a sheet that somebody filled in; its id. ScoringRefused for a kind that only the centre takes, for one that
    cannot be scored, and for a typed value of what is measured (an override has its entry)."""
    if sheet.kind in TAKEN:
        what = Text(zh=f"{sheet.kind} 评分表由系统生成", en=f"a sheet of kind {sheet.kind} is taken by the centre")
        raise ScoringRefused("not_yours", what, where="kind", expected=Text(zh="填报类评分表", en="a form's kind"))
    try:
        scored(sheet)
    except (SheetError, LeafError) as odd:
        what = Text(zh="评分表无法计分", en=str(odd))
        expected = Text(zh="每个指标一个可计分的值", en="one value for each leaf, each of which can be scored")
        raise ScoringRefused("missing", what, where="values", expected=expected) from odd
    for leaf, value in zip(sheet.set.leaves, sheet.values, strict=True):
        if value.state == "entered" and value.version != OVERRIDE and covered_by(leaf.indicator, sheet.subject):
            what = Text(zh=f"{leaf.indicator.name.zh} 由系统采集", en=f"{leaf.indicator.name.en} is measured")
            expected = Text(zh="自动值, 或有理由的改写", en="the measured value, or an override with its reason")
            raise ScoringRefused("not_yours", what, where=f"values.{leaf.indicator.id}", expected=expected)
    kept = {sheet.subject: sheet}
    found = _keep(connection, kept, period=sheet.period, kind=sheet.kind, author=sheet.author, now_ms=now_ms)
    return found[sheet.subject]


def prefilled(
    connection: Connection, given: IndicatorSet, *, subject: Subject, period: Period, now_ms: int
) -> tuple[Value, ...]:
    """What is known of each leaf, in the set's order: for forms, where measured values are read-only (A40)."""
    gathered = _gather(connection, [subject], period=period, now_ms=now_ms)
    return tuple(gathered.value(subject, leaf) for leaf in given.leaves)


def health_of(connection: Connection, subject: Subject, *, period: Period, now_ms: int) -> tuple[Value, ...]:
    """The parts of a project's health as they are known at `now_ms`, in the order of HEALTH_SET."""
    return _health(_gather(connection, [subject], period=period, now_ms=now_ms), subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gathered:
    """What sheets of a period are made of, read once for all subjects."""

    period: Period
    now_ms: int
    measures: Measures
    entered: Mapping[tuple[Subject, str], Value]
    targets: Mapping[Subject, Mapping[str, float]]
    quality_measures: Measures
    units: Mapping[str, str]
    disputes: Mapping[str, tuple[str, ...]]
    known_quality: dict[str, Value] = field(default_factory=dict)

    def sheet(self, subject: Subject, given: IndicatorSet, *, kind: SheetKind, author: str) -> Sheet:
        adjusted = self.targets.get(subject, {})
        leaves = tuple(_targeted(leaf, adjusted) for leaf in given.leaves)
        changed = tuple(
            Adjusted(indicator=leaf.indicator.id, before=leaf.indicator.target, target=adjusted[leaf.indicator.id])
            for leaf in given.leaves
            if leaf.indicator.id in adjusted
        )
        return checked(
            Sheet(
                subject=subject,
                period=self.period,
                kind=kind,
                set=replace(given, leaves=leaves),
                values=tuple(self.value(subject, leaf) for leaf in leaves),
                taken_at=taken_at(self.period, now_ms=self.now_ms),
                author=author,
                data_quality=self.quality(subject),
                adjusted=changed,
                disputes=self.disputes.get(subject.id, ()) if subject.kind == "project" else (),
            )
        )

    def value(self, subject: Subject, leaf: WeighedLeaf) -> Value:
        """What was measured, else what was entered and accepted; an accepted override before both."""
        entered = self.entered.get((subject, leaf.indicator.id))
        code = covered_by(leaf.indicator, subject)
        if code is None:
            return entered or self._none(leaf)
        if entered is not None and entered.version == OVERRIDE:
            return entered
        value = self.measures.value(subject, code)
        if value.state == "not_applicable" and entered is not None:
            return entered
        return replace(value, indicator=leaf.indicator.id)

    def quality(self, subject: Subject) -> float | None:
        """Total of the data of the subject's unit in the period; None of persons and the district."""
        found = self.quality_value(subject)
        return None if found is None else found.value

    def quality_value(self, subject: Subject) -> Value | None:
        """The same with what is behind it."""
        unit = self.units.get(subject.id) if subject.kind == "project" else subject.id
        if unit is None or subject.kind not in ("project", "unit"):
            return None
        if unit not in self.known_quality:
            self.known_quality[unit] = self.quality_measures.value(Subject(kind="unit", id=unit), "data.quality")
        return self.known_quality[unit]

    def _none(self, leaf: WeighedLeaf) -> Value:
        over = self.measures.window.through >= self.period.last
        return Value(indicator=leaf.indicator.id, value=None, state="missing" if over else "not_due")


def _gather(connection: Connection, subjects: Sequence[Subject], *, period: Period, now_ms: int) -> _Gathered:
    targets: dict[Subject, Mapping[str, float]] = {}
    for kind in sorted({subject.kind for subject in subjects}):
        targets.update(targets_in_force(connection, kind=kind, day=period.last))
    units = units_on(connection, period.last)
    of_units = {units[one.id] for one in subjects if one.kind == "project" and one.id in units}
    of_units |= {one.id for one in subjects if one.kind == "unit"}
    return _Gathered(
        period=period,
        now_ms=now_ms,
        measures=_measures(connection, subjects, period=period, now_ms=now_ms),
        entered=entered_all(connection, period=period, subjects=subjects, known_ms=now_ms),
        targets=targets,
        quality_measures=Measures(
            connection, period, now_ms, tuple(project for project, unit in sorted(units.items()) if unit in of_units)
        ),
        units=units,
        disputes=open_disputes(connection, until_ms=to_ms(taken_at(period, now_ms=now_ms))),
    )


def _measures(connection: Connection, subjects: Sequence[Subject], *, period: Period, now_ms: int) -> Measures:
    """Measures over all projects of the subjects."""
    units = units_on(connection, period.last)
    whole = any(subject.kind == "district" for subject in subjects)
    own = {subject.id for subject in subjects if subject.kind == "project"}
    of_units = {subject.id for subject in subjects if subject.kind == "unit"}
    projects = [project for project, unit in units.items() if whole or project in own or unit in of_units]
    return Measures(connection, period, now_ms, tuple(projects))


def _targeted(leaf: WeighedLeaf, adjusted: Mapping[str, float]) -> WeighedLeaf:
    target = adjusted.get(leaf.indicator.id)
    return leaf if target is None else replace(leaf, indicator=replace(leaf.indicator, target=target))


def _budget(measures: Measures, project: str) -> int:
    life = measures.life(project)
    return 0 if life is None else life.budget_fen


def _health(gathered: _Gathered, subject: Subject) -> tuple[Value, ...]:
    facts = gathered.measures.facts(subject, ("standing", "money", "lots", "life"))
    if not facts:
        return health_values(health(spi_t_bp=None, spent_fen=None, budget_fen=0), refs={})
    one = facts[0]
    seen = one.standing is not None and one.standing.seen
    lots, data = one.lots, gathered.quality_value(subject)
    quality = None if data is None else data.value
    found = health(
        spi_t_bp=one.standing.spi_t_bp if one.standing is not None and seen else None,
        spent_fen=None if one.money is None else one.money.paid_fen,
        budget_fen=0 if one.money is None else one.money.budget_fen,
        pass_rate=Fraction(lots.passed, lots.inspected) if lots is not None and lots.inspected else None,
        serious=lots.serious if lots is not None and lots.looked else None,
        data=None if quality is None else Fraction(quality),
    )
    refs = {
        "sched": one.standing.refs if one.standing is not None else (),
        "cost": one.money.refs if one.money is not None else (),
        "quality": lots.refs if lots is not None else (),
        "safety": lots.safety_refs if lots is not None else (),
        "data": data.refs if data is not None else (),
    }
    return health_values(found, refs=refs)


def _keep(
    connection: Connection,
    sheets: Mapping[Subject, Sheet],
    *,
    period: Period,
    kind: SheetKind,
    author: str,
    now_ms: int,
) -> dict[Subject, str]:
    """Insert those that are new; one entry of the trail names them all by a digest of their ids."""
    spelled = {subject: canonical(sheet) for subject, sheet in sheets.items()}
    ids = {subject: id_of(body) for subject, body in spelled.items()}
    there = _there(connection, ids.values())
    rows = [
        _row(sheet, ids[subject], spelled[subject], now_ms)
        for subject, sheet in sheets.items()
        if ids[subject] not in there
    ]
    insert_new(connection, tables.ScoreSheet, rows)
    if rows:
        root = hashlib.sha256("\n".join(sorted(row["id"] for row in rows)).encode()).hexdigest()
        detail = {"period": period.name, "kind": kind, "sheets": len(rows), "sha256": root}
        object_ = f"sheet/{rows[0]['id']}" if len(rows) == 1 else f"period/{period.name}"
        append(connection, at_ms=now_ms, actor=author, action="sheet.take", object_=object_, detail=detail)
    return ids


def _there(connection: Connection, ids: Iterable[str]) -> frozenset[str]:
    wanted = select(_SHEET.c.id).where(_SHEET.c.id.in_(list(ids)))
    return frozenset(connection.execute(wanted).scalars())


def _row(sheet: Sheet, key: str, body: bytes, now_ms: int) -> dict[str, Any]:
    score = scored(sheet)
    return {
        "id": key,
        "subject_kind": sheet.subject.kind,
        "subject": sheet.subject.id,
        "period": sheet.period.name,
        "kind": sheet.kind,
        "author": sheet.author,
        "taken_at": to_ms(sheet.taken_at),
        "stored_at": now_ms,
        "set_id": sheet.set.id,
        "set_version": sheet.set.version,
        "rule_version": score.rule_version,
        "total": score.total,
        "grade": score.grade,
        "body": body.decode(),
    }
