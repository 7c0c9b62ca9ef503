"""Scores made again from stored facts, leaf by leaf, bit for bit (A01).

A sheet is checked three times over: its bytes against its id and its total against what they score to; the frozen
weights behind it against what the experts said; its measured values against the facts. Facts that came after the sheet
was stored do not count: its projects are judged again from the readings and papers that had come, in a transaction that
is taken back (`central.rejudging` does so once for many sheets). A live score is made again from all facts there are,
as reassessment does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, func, select

from central.assess import assess
from central.domain import Contribution, Score
from central.evaluate.composite import mean_part
from central.scoring.health import UNIT_HEALTH_SET
from central.scoring.indicator import IndicatorSet, Value
from central.scoring.sheet import Sheet, id_of, parse, scored
from central.scoring.unit import UNIT_SET, ProjectScore, unit_values
from central.scoring.weight_document import digest_of, remade, spelled_weights
from central.store import tables
from central.store.instants import district_day, from_ms, to_ms
from central.store.load_known import Known, load_known, none_received
from central.store.read_judgements import frozen_of
from central.store.read_places import is_number
from central.store.read_sheets import Brief, brief_of
from central.store.read_sources import Measures
from central.store.read_transfers import units_on
from central.store.save_assessment import save_assessment
from central.store.save_sheets import TAKEN, health_of, prefilled, unit_health_of
from central.store.sheets_behind import gone_facts
from central.store.upsert import table_of

_SHEET = table_of(tables.ScoreSheet)
_SCORE, _PART = table_of(tables.Score), table_of(tables.ScoreContribution)
_STATE = table_of(tables.AssessmentState)
_FOR_EVER_MS = 2**62
PAGE = 500
Outcome = Literal["same", "different", "gone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure as it is stored and as it comes out again, both as Python spells them, which is exact."""

    what: str
    stored: str
    again: str

    @property
    def same(self) -> bool:
        """Whether it is the same, bit for bit."""
        return self.stored == self.again


@dataclass(frozen=True, slots=True, kw_only=True)
class Recomputed:
    """A score beside the same made again. `notes` say what was left out as late, and what could not be; `gone` names
    records that its project's judgements name and that are not stored any more, where it does not come out the same."""

    key: str
    about: str
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether all of it came out the same."""
        return all(line.same for line in self.lines)

    @property
    def outcome(self) -> Outcome:
        """The same, different, or not to be made again, because its facts were moved out of the store."""
        return "same" if self.same else "gone" if self.gone else "different"


def recompute(connection: Connection, score: str) -> Recomputed | None:
    """By the id of a sheet, or PROJECT or PROJECT/YYYY-MM-DD for a live score; None when there is none. The caller's
    transaction may be written to and must be taken back (`store.engine.undone`)."""
    brief = brief_of(connection, score)
    if brief is not None:
        return recompute_sheet(connection, brief)
    project, _, day = score.partition("/")
    return recompute_live(connection, project, day=date.fromisoformat(day) if day else None)


def count_sheets(connection: Connection, period: str, after: str = "") -> int:
    """How many sheets a period has ('' = all periods) after one, in order of their ids."""
    wanted = select(func.count()).select_from(_SHEET).where(*_of_period(period), _SHEET.c.id > after)
    return int(connection.execute(wanted).scalar_one())


def sheets_after(connection: Connection, period: str, after: str = "", *, limit: int = PAGE) -> list[str]:
    """Ids of the next sheets of a period ('' = of all) after one, in order."""
    wanted = select(_SHEET.c.id).where(*_of_period(period), _SHEET.c.id > after).order_by(_SHEET.c.id).limit(limit)
    return list(connection.execute(wanted).scalars())


def _of_period(period: str) -> tuple[ColumnElement[bool], ...]:
    return (_SHEET.c.period == period,) if period else ()


def sheet_of(connection: Connection, brief: Brief) -> Sheet:
    """The whole of a stored sheet."""
    return parse(_body(connection, brief).encode())


def recompute_sheet(connection: Connection, brief: Brief, *, judged: bool = False) -> Recomputed:
    """A stored sheet; see the module. `judged`: what is stored of its projects was proved to be what their facts say,
    and nothing is late, so that nothing is written."""
    body = _body(connection, brief)
    kept = parse(body.encode())
    again = scored(kept)
    lines = [
        Line(what="id (SHA-256)", stored=brief.id, again=id_of(body.encode())),
        Line(what="total", stored=repr(brief.total), again=repr(again.total)),
        Line(what="grade", stored=str(brief.grade), again=str(again.grade)),
        *_weights(connection, kept.set),
    ]
    projects = () if judged else rejudged_projects(connection, kept)
    with connection.begin_nested() as apart:
        values, notes = _values(connection, kept, brief, projects=projects)
        apart.rollback()
    lines += values
    gone = () if all(line.same for line in lines) else _gone(connection, kept, projects)
    return Recomputed(
        key=brief.id,
        about=f"{kept.subject.kind}/{kept.subject.id} {kept.period.name} {kept.kind}",
        lines=tuple(lines),
        notes=(*notes, *_said_gone(gone)),
        gone=gone,
    )


def rejudged_projects(connection: Connection, kept: Sheet) -> Sequence[str]:
    """Projects whose judgement a sheet's values rest on; none where it rests on sheets, which are made again for
    themselves, or on what was typed with it."""
    if any(map(_of_sheets, kept.values)) or not any(_from_facts(kept, value) for value in kept.values):
        return ()
    return _projects(connection, kept)


def _gone(connection: Connection, kept: Sheet, projects: Iterable[str]) -> tuple[str, ...]:
    until_ms = to_ms(kept.taken_at)
    return tuple(ref for project in projects for ref in gone_facts(connection, project, until_ms=until_ms))


def _said_gone(gone: Sequence[str]) -> Iterator[str]:
    if gone:
        yield (
            f"{len(gone)} records it rests on are not stored any more (thinned out or archived), first {gone[0]}: "
            "bring them back to make it again"
        )


def _body(connection: Connection, brief: Brief) -> str:
    return str(connection.execute(select(_SHEET.c.body).where(_SHEET.c.id == brief.id)).scalar_one())


def recompute_live(connection: Connection, project: str, *, day: date | None = None) -> Recomputed | None:
    """The live score of a project's newest judged day, or of a day, from all facts up to the last judgement."""
    wanted = select(_SCORE).where(_SCORE.c.subject_kind == "project", _SCORE.c.subject == project)
    if day is not None:
        wanted = wanted.where(_SCORE.c.day == day)
    row = connection.execute(wanted.order_by(_SCORE.c.day.desc()).limit(1)).first()
    state = connection.execute(select(_STATE).where(_STATE.c.project == project)).first()
    if row is None or state is None or state.as_of_at is None:
        return None
    known = load_known(connection, project, until=from_ms(state.as_of_at), known_ms=_FOR_EVER_MS)
    assert known is not None
    made = assess(known.facts, now=from_ms(state.as_of_at), policy=known.policy)
    again = next((one for one in made.scores if district_day(one.as_of) == row.day), None)
    lines = [
        Line(what="total", stored=repr(row.total), again=repr(again.total) if again else "none"),
        Line(what="grade", stored=str(row.grade), again=str(again.grade) if again else "none"),
        Line(what="rule version", stored=row.rule_version, again=again.rule_version if again else "none"),
        *_parts(connection, project, row.day, again),
    ]
    waiting = state.revision - state.assessed_revision
    note = f"{waiting} facts came that are not judged yet: reassess first, they may change it"
    return Recomputed(
        key=f"{project}/{row.day}",
        about=f"live score of {project} on {row.day}",
        lines=tuple(lines),
        notes=(note,) if waiting else (),
    )


# --- sheets -----------------------------------------------------------------------------------------------------------


def _weights(connection: Connection, given: IndicatorSet) -> Iterator[Line]:
    """Each frozen judgement that the set's weights name: its document, made again from the answers in it."""
    for label in dict.fromkeys(leaf.judged for leaf in given.leaves if leaf.judged):
        node, _, version = label.rpartition("/")
        frozen = frozen_of(connection, node, int(version)) if is_number(version) else None
        again = "none"
        if frozen is not None:
            made = remade(frozen.body)
            again = digest_of(spelled_weights(made, voices=_voices(frozen.body)))
        yield Line(what=f"weights {label}", stored=frozen.sha256 if frozen else "named", again=again)


def _voices(body: str) -> dict[str, int]:
    found: dict[str, int] = json.loads(body)["voices"]
    return found


def _values(
    connection: Connection, kept: Sheet, brief: Brief, *, projects: Sequence[str]
) -> tuple[list[Line], tuple[str, ...]]:
    """Values of the leaves by the facts that were known when the sheet was stored, these projects judged again."""
    measured = [value for value in kept.values if _from_facts(kept, value)]
    if not measured:
        return [], ("every value was entered with the sheet: it is its own source",)
    known_ms, notes = brief.stored_ms, []
    if none_received(connection, known_ms=known_ms):
        known_ms = _FOR_EVER_MS
        notes.append("all records carry a later time of receipt: stored by another clock; all facts count")
    notes += rejudge(connection, projects, kept, known_ms=known_ms)
    return _compared(measured, gathered(connection, kept, known_ms=brief.stored_ms)), tuple(notes)


def _from_facts(kept: Sheet, value: Value) -> bool:
    """Values that a person put into his own sheet are nowhere else; those of a sheet the centre took all are."""
    return kept.kind in TAKEN or value.state == "measured" or value.source.startswith("entry/") or _of_sheets(value)


def _of_sheets(value: Value) -> bool:
    """Whether a value rests on sheets: a part of a composite is the mean of what they came to."""
    return bool(value.refs) and all(ref.startswith("sheet/") for ref in value.refs)


def gathered(connection: Connection, kept: Sheet, *, known_ms: int) -> tuple[Value, ...]:
    """The values of a sheet's leaves by the facts known at an instant, in the set's order."""
    if kept.set.id == UNIT_SET.id:
        return _of_unit(connection, kept, known_ms=known_ms)
    if kept.set.id == UNIT_HEALTH_SET.id:
        measures = Measures(connection, kept.period, known_ms, tuple(_projects(connection, kept)))
        return unit_health_of(connection, [ref.removeprefix("sheet/") for ref in kept.values[0].refs], measures)
    if any(map(_of_sheets, kept.values)):
        return tuple(_part_of(connection, value) for value in kept.values)
    if kept.kind == "health":
        return health_of(connection, kept.subject, period=kept.period, now_ms=known_ms)
    return prefilled(connection, _as_made(kept), subject=kept.subject, period=kept.period, now_ms=known_ms)


def rejudge(connection: Connection, projects: Iterable[str], kept: Sheet, *, known_ms: int) -> Iterator[str]:
    """Judge projects by what was known, and put that in the place of what is stored (to be taken back); notes."""
    for project in projects:
        known = load_known(connection, project, until=kept.taken_at, known_ms=known_ms)
        if known is None:
            continue
        made = assess(known.facts, now=kept.taken_at, policy=known.policy)
        save_assessment(
            connection, made, revision=_FOR_EVER_MS, now_ms=to_ms(kept.taken_at), wall_ms=to_ms(kept.taken_at)
        )
        yield from _left_out(project, known)


def _left_out(project: str, known: Known) -> Iterator[str]:
    if known.late:
        yield f"{project}: judged again from the facts; {known.late} that came later do not count"
    if known.standstills:
        yield (
            f"{project}: {known.standstills} standstills were approved later for days before and count all the same: "
            "they hold from their first day"
        )


def _part_of(connection: Connection, value: Value) -> Value:
    """A part of a composite from the sheets that it names."""
    if not _of_sheets(value):
        return value
    briefs = [brief_of(connection, ref.removeprefix("sheet/")) for ref in value.refs]
    totals = {one.id: one.total for one in briefs if one is not None and one.total is not None}
    return replace(value, value=mean_part("objective", totals).score, n=len(totals))


def _of_unit(connection: Connection, kept: Sheet, *, known_ms: int) -> tuple[Value, ...]:
    """A unit's leaves from the project sheets that its own sheet names."""
    projects = tuple(_projects(connection, kept))
    measures = Measures(connection, kept.period, known_ms, projects)
    named = [ref.removeprefix("sheet/") for ref in kept.values[0].refs]
    scores = []
    for one in filter(None, (brief_of(connection, key) for key in named)):
        life = measures.life(one.subject.id)
        scores.append(ProjectScore(total=one.total, budget_fen=0 if life is None else life.budget_fen, sheet=one.id))
    return unit_values(
        scores,
        data_quality=measures.value(kept.subject, "data.quality"),
        mended_on_time=measures.value(kept.subject, "mending.on_time_rate"),
    )


def _projects(connection: Connection, kept: Sheet) -> Sequence[str]:
    subject = kept.subject
    match subject.kind:
        case "project":
            return [subject.id]
        case "unit":
            return [project for project, unit in units_on(connection, kept.period.last).items() if unit == subject.id]
        case "district":
            return list(units_on(connection, kept.period.last))
    return []


def _as_made(kept: Sheet) -> IndicatorSet:
    """The set before adjustments changed targets of it."""
    before = {one.indicator: one.before for one in kept.adjusted}
    leaves = tuple(
        replace(leaf, indicator=replace(leaf.indicator, target=before.get(leaf.indicator.id, leaf.indicator.target)))
        for leaf in kept.set.leaves
    )
    return replace(kept.set, leaves=leaves)


def _compared(stored: Sequence[Value], again: Sequence[Value]) -> list[Line]:
    found = {value.indicator: value for value in again}
    return [Line(what=one.indicator, stored=_spelled(one), again=_spelled(found.get(one.indicator))) for one in stored]


def _spelled(value: Value | None) -> str:
    """The value with all that it is: state, sample, and a digest of what it names as behind it."""
    if value is None:
        return "none"
    behind = hashlib.sha256("\n".join(value.refs).encode()).hexdigest()[:12] if value.refs else "-"
    sample = "" if value.n is None else f" n={value.n}"
    interval = "" if value.low is None else f" [{value.low!r}, {value.high!r}]"
    return f"{value.value!r} {value.state}{sample}{interval} refs {len(value.refs)} {behind}"


def _parts(connection: Connection, project: str, day: date, again: Score | None) -> Iterator[Line]:
    where = (_PART.c.subject_kind == "project", _PART.c.subject == project, _PART.c.day == day)
    made = {part.indicator: part for part in again.contributions} if again else {}
    for row in connection.execute(select(_PART).where(*where).order_by(_PART.c.position)):
        yield Line(what=row.indicator, stored=_part(row), again=_part(made.get(row.indicator)))


def _part(part: Contribution | Any | None) -> str:
    if part is None:
        return "none"
    return f"{part.value} weight {part.weight!r} score {part.leaf_score!r} points {part.points!r}"
