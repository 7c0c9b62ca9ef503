"""Values, score sheets, entries, outcomes and roll-up as answers; and who may see whose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Connection, and_, or_

from central.api.access import Access
from central.api.policy import district_wide
from central.api.schemas import Text as ShownText
from central.api.sheet_schemas import (
    EntryShown,
    FieldShown,
    Grade,
    HonestyShown,
    MarkShown,
    MeasureShown,
    OutcomeShown,
    RollupNode,
    SavingShown,
    ScoredSubject,
    SheetBrief,
    SheetLeafShown,
    SheetShown,
    SideShown,
)
from central.api.views.seats import units_of, visible_projects
from central.api.views.words import instant
from central.domain import Contribution, Subject, Text
from central.scoring.entry import covered_by
from central.scoring.formula_words import formula_text
from central.scoring.honesty import Honesty
from central.scoring.indicator import Indicator, Value, WeighedLeaf
from central.scoring.outcome import Outcome
from central.scoring.rollup import Figures, Node
from central.scoring.sheet import Sheet, marks, scored
from central.scoring.sources import SOURCES, Source
from central.store import tables
from central.store.instants import from_ms
from central.store.read_entries import StoredEntry, StoredSaving
from central.store.read_sheets import Brief
from central.store.upsert import table_of

_SHEET = table_of(tables.ScoreSheet)


def seen_sheets(connection: Connection, access: Access) -> ColumnElement[bool]:
    """Sheets of projects, units and the district that the caller may see; those of persons are asked for by name."""
    projects = visible_projects(connection, access)
    if projects is None:
        return _SHEET.c.subject_kind != "person"
    of_projects = and_(_SHEET.c.subject_kind == "project", _SHEET.c.subject.in_(projects))
    of_units = and_(_SHEET.c.subject_kind == "unit", _SHEET.c.subject.in_(units_of(access)))
    return or_(of_projects, of_units)


def words(said: Text) -> ShownText:
    """A text of the domain as an answer."""
    return ShownText(zh=said.zh, en=said.en)


def measure_shown(source: Source) -> MeasureShown:
    """One measure."""
    return MeasureShown(
        code=source.code,
        name=words(source.name),
        unit=source.unit,
        kinds=list(source.kinds),
        better=source.better,
        formula=words(source.formula),
        version=source.version,
    )


def brief_shown(brief: Brief, access: Access) -> SheetBrief:
    """A sheet without its leaves."""
    return SheetBrief(**_brief(brief, access))


def sheet_shown(brief: Brief, sheet: Sheet, access: Access, *, honesty: Honesty | None) -> SheetShown:
    """A sheet with its leaves, scored again from what it holds; a self-evaluation with the check of its honesty."""
    before = {one.indicator: one.before for one in sheet.adjusted}
    score = scored(sheet)
    leaves = zip(sheet.set.leaves, sheet.values, score.contributions, strict=True)
    return SheetShown(
        **_brief(brief, access),
        set_id=sheet.set.id,
        set_version=sheet.set.version,
        set_name=words(sheet.set.name),
        frame=sheet.set.frame,
        consistency_ratio=sheet.set.consistency_ratio,
        data_quality=sheet.data_quality,
        marks=[
            MarkShown(code=mark.code, text=words(mark.text), indicator=mark.indicator or None) for mark in marks(sheet)
        ],
        honesty=None if honesty is None else _honesty(honesty),
        leaves=[_leaf(leaf, value, part, before.get(leaf.indicator.id)) for leaf, value, part in leaves],
    )


def _honesty(found: Honesty) -> HonestyShown:
    return HonestyShown(
        level=found.level,
        gap_percent=None if found.gap is None else float(100 * found.gap),
        unspent_percent=None if found.unspent is None else float(100 * found.unspent),
        reason=None if found.reason is None else words(found.reason),
    )


def _brief(brief: Brief, access: Access) -> dict[str, object]:
    hidden = brief.kind == "peer" and not district_wide(access.grants)  # peers are anonymous to the assessed
    return {
        "id": brief.id,
        "subject": _subject(brief.subject),
        "period": brief.period,
        "kind": brief.kind,
        "author": None if hidden else brief.author,
        "taken_at": from_ms(brief.taken_ms),
        "stored_at": from_ms(brief.stored_ms),
        "rule_version": brief.rule_version,
        "total": brief.total,
        "grade": cast(Grade | None, brief.grade),
    }


def _subject(subject: Subject) -> ScoredSubject:
    return ScoredSubject(kind=subject.kind, id=subject.id)


def _value(indicator: Indicator, value: Value) -> dict[str, object]:
    return {
        "indicator": indicator.id,
        "name": words(indicator.name),
        "kind": indicator.kind,
        "unit": indicator.unit,
        "target": indicator.target,
        "value": value.value,
        "state": value.state,
        "source": value.source,
        "version": value.version,
        "refs": list(value.refs),
        "n": value.n,
        "low": value.low,
        "high": value.high,
        "note": None if value.note is None else words(value.note),
    }


def _leaf(leaf: WeighedLeaf, value: Value, part: Contribution, before: float | None) -> SheetLeafShown:
    return SheetLeafShown(
        **_value(leaf.indicator, value),
        weight=part.weight,
        leaf_score=part.leaf_score,
        points=part.points,
        formula=words(formula_text(part.formula)),
        before=before,
        judged=leaf.judged,
        reason=leaf.reason,
    )


def field_shown(leaf: WeighedLeaf, value: Value, *, subject: Subject) -> FieldShown:
    """A field of a form: read-only with its source where it is measured."""
    code = covered_by(leaf.indicator, subject)
    covered = code is not None and value.state != "not_applicable"
    return FieldShown(
        **_value(leaf.indicator, value),
        read_only=covered,
        source_name=words(SOURCES[code].name) if code is not None and covered else None,
        formula=words(leaf.indicator.formula),
    )


def entry_shown(entry: StoredEntry) -> EntryShown:
    """An entry, an override with what it replaces."""
    measured = entry.detail.get("measured")
    return EntryShown(
        id=entry.id,
        subject=_subject(entry.subject),
        period=entry.period.name,
        indicator=entry.indicator,
        kind=entry.kind,
        value=entry.value.value or 0.0,
        n=entry.value.n,
        satisfied=entry.satisfied,
        low=entry.value.low,
        high=entry.value.high,
        points=list(entry.detail.get("points", ())),
        measured=None if measured is None else measured["value"],
        reason=entry.reason,
        evidence=list(entry.evidence),
        author=entry.author,
        entered_at=from_ms(entry.entered_ms),
        outcome=entry.outcome or None,
        remark=entry.remark,
        decided_by=entry.decided_by or None,
        decided_at=instant(entry.decided_ms),
    )


def saving_shown(saving: StoredSaving) -> SavingShown:
    """A saving."""
    return SavingShown(
        id=saving.id,
        project=saving.project,
        day=saving.day,
        would_fen=saving.would_fen,
        did_fen=saving.did_fen,
        saved_fen=saving.saved_fen,
        counterfactual=saving.counterfactual,
        method=saving.method,
        evidence=list(saving.evidence),
        author=saving.author,
        outcome=saving.outcome or None,
        decided_by=saving.decided_by or None,
    )


def outcome_shown(found: Outcome, *, measure: str, name: Text, unit: str) -> OutcomeShown:
    """Before and after."""
    return OutcomeShown(
        measure=measure,
        name=words(name),
        unit=unit,
        before=SideShown(value=found.before.value, n=found.before.n),
        after=SideShown(value=found.after.value, n=found.after.n),
        claim=found.claim,
        change=found.change,
        low=found.low,
        high=found.high,
        relative_percent=found.relative,
        method=words(found.method),
        why=None if found.why is None else words(found.why),
    )


def node_shown(
    node: Node, figures: Figures, *, below: Mapping[str | None, Sequence[Node]], kept: Mapping[str, str]
) -> RollupNode:
    """A node with the way to it, the filter kept."""
    href = f"/api/v1/rollup?{urlencode({'under': node.id, **kept})}" if below.get(node.id) else None
    return RollupNode(
        id=node.id,
        kind=node.kind,
        name=ShownText(zh=node.zh, en=node.en),
        projects=figures.projects,
        budget_fen=figures.budget_fen,
        release_fen=figures.release_fen,
        pay_fen=figures.pay_fen,
        entries=figures.entries,
        href=href,
    )
