"""What time does to evaluations: forms close, results are composed, published and made final. In batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection, insert, select, update

from central.domain import Subject, SubjectKind
from central.evaluate.calendar import first_working_day
from central.evaluate.composing import composed, told
from central.evaluate.evaluation import Evaluation, moved
from central.evaluate.forms import Form
from central.evaluate.publication import end_of, is_final, publication_end
from central.scoring.period import Period
from central.scoring.sheet import SheetKind
from central.store import tables
from central.store.instants import district_day, from_ms
from central.store.move_evaluated import SYSTEM, Doing, Move, digest, note_moves, spelled
from central.store.read_evaluated import evaluations, forms_of, objection_days, objections_of, policies
from central.store.read_sheets import Brief, newest_sheets
from central.store.save_sheets import put_sheet
from central.store.upsert import table_of

_FORM, _RESULT = table_of(tables.EvaluationForm), table_of(tables.EvaluationResult)
_SHEET, _THIRD = table_of(tables.ScoreSheet), table_of(tables.ThirdReport)
Given = dict[SheetKind, dict[str, float]]


def compose_due(connection: Connection, *, doing: Doing) -> list[Evaluation]:
    """Every evaluation whose forms are in or whose time is over is added up and waits for approval."""
    collecting = evaluations(connection, states=("collecting",))
    forms = forms_of(connection, collecting)
    today = district_day(from_ms(doing.wall_ms))
    due = [one for one in collecting if _is_due(one, forms.get(one.id, []), today=today, now_ms=doing.wall_ms)]
    if not due:
        return []
    _miss(connection, [form for one in due for form in forms.get(one.id, [])])
    return compose(connection, due, forms, doing=doing)


def compose(
    connection: Connection, due: Sequence[Evaluation], forms: Mapping[int, Sequence[Form]], *, doing: Doing
) -> list[Evaluation]:
    """Add these up; the evaluations as they are then."""
    given, known = _given(connection, due, forms), policies(connection)
    rows, moves = [], []
    for one in due:
        policy = known[one.policy]
        found = composed(one, given[one.id], policy, taken_at=from_ms(doing.wall_ms), author=SYSTEM)
        sheet = put_sheet(connection, found.sheet, now_ms=doing.wall_ms) if found.sheet is not None else ""
        document = told(found, sheet=sheet, policy=one.policy)
        rows.append(
            {
                "evaluation": one.id, "round": one.round,
                "total": found.composite.total, "grade": found.composite.grade,
                "document": spelled(document), "sha256": digest(document), "composed_at": doing.wall_ms,
            }
        )  # fmt: skip
        said = {"grade": found.composite.grade or "", "sha256": digest(document), "missing": document["missing"]}
        moves.append(Move(before=one, after=replace(one, state=moved(one.state, "compose")), detail=said))
    connection.execute(insert(_RESULT), rows)
    note_moves(connection, moves, doing, event="composed")
    return [move.after for move in moves]


def publish_approved(connection: Connection, found: Sequence[Evaluation], *, doing: Doing) -> list[Evaluation]:
    """Publish what is approved; the evaluations as they are then."""
    today, known = district_day(from_ms(doing.wall_ms)), policies(connection)
    moves = []
    for one in found:
        ends = publication_end(today, working_days=known[one.policy].publication_working_days)
        after = replace(one, state=moved(one.state, "publish"), published_on=today, ends_on=ends)
        moves.append(Move(before=one, after=after, detail={"published_on": str(today), "ends_on": str(ends)}))
    note_moves(connection, moves, doing, event="published")
    return [move.after for move in moves]


def finalise_due(connection: Connection, *, doing: Doing) -> list[Evaluation]:
    """What was published long enough, with every objection answered, is final; where one waits, the end moves."""
    published, known = evaluations(connection, states=("published",)), policies(connection)
    objections = objections_of(connection, published)
    today = district_day(from_ms(doing.wall_ms))
    final, later = [], []
    for one in published:
        if one.published_on is None:
            continue
        days, span = objection_days(objections.get(one.id, [])), known[one.policy].publication_working_days
        if is_final(one.published_on, days, today=today, working_days=span):
            after = replace(one, state=moved(one.state, "finalise"))
            final.append(Move(before=one, after=after, detail={"objections": len(days)}))
            continue
        ends = end_of(one.published_on, days, today=today, working_days=span)
        if ends != one.ends_on:
            later.append(Move(before=one, after=replace(one, ends_on=ends), detail={"ends_on": str(ends)}))
    note_moves(connection, later, doing, event="extended")
    note_moves(connection, final, doing, event="final")
    return [move.after for move in final]


def _is_due(one: Evaluation, forms: Sequence[Form], *, today: date, now_ms: int) -> bool:
    if one.closes_ms <= now_ms:
        return True
    first_round_is_in = one.round == 1 and bool(forms) and all(form.state == "submitted" for form in forms)
    return first_round_is_in and today >= first_working_day(one.period.after().first)  # measured sheets are there then


def _miss(connection: Connection, forms: Sequence[Form]) -> None:
    missed = [form.id for form in forms if form.state == "open"]
    for number in missed:
        connection.execute(update(_FORM).where(_FORM.c.id == number, _FORM.c.state == "open").values(state="missed"))


def _given(connection: Connection, due: Sequence[Evaluation], forms: Mapping[int, Sequence[Form]]) -> dict[int, Given]:
    found: dict[int, Given] = {one.id: defaultdict(dict) for one in due}
    totals = _totals(connection, {form.sheet for one in due for form in forms.get(one.id, ()) if form.sheet})
    for period in sorted({one.period for one in due}):
        of_period = [one for one in due if one.period == period]
        measured = _objective(connection, period, {one.subject.kind for one in of_period})
        third = _third(connection, period, {one.subject.id for one in of_period if one.subject.kind == "project"})
        for one in of_period:
            given = found[one.id]
            if (brief := measured.get(one.subject)) is not None and brief.total is not None:
                given["objective"][brief.id] = brief.total
            if one.subject.kind == "project":
                given["third"].update(third.get(one.subject.id, {}))
            for form in forms.get(one.id, ()):
                if form.state == "submitted" and form.sheet in totals:
                    given[form.kind][form.sheet] = totals[form.sheet]
    return found


def _objective(connection: Connection, period: Period, kinds: set[SubjectKind]) -> dict[Subject, Brief]:
    """The newest objective sheet of every subject of these kinds; one query a kind."""
    return {
        Subject(kind=kind, id=subject): brief
        for kind in sorted(kinds)
        for subject, brief in newest_sheets(connection, period=period, kind="objective", subject_kind=kind).items()
    }


def _totals(connection: Connection, sheets: set[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    wanted = sorted(sheets)
    for at in range(0, len(wanted), 500):
        some = select(_SHEET.c.id, _SHEET.c.total).where(_SHEET.c.id.in_(wanted[at : at + 500]))
        found |= {row.id: row.total for row in connection.execute(some) if row.total is not None}
    return found


def _third(connection: Connection, period: Period, projects: set[str]) -> dict[str, dict[str, float]]:
    """The newest report of each month of the period by project: sheet id and points."""
    months = [period.first.replace(day=1)]
    while (after := (months[-1].replace(day=28).toordinal() + 4)) <= period.last.toordinal():
        months.append(date.fromordinal(after).replace(day=1))
    names = [f"{month:%Y-%m}" for month in months]
    wanted = select(_THIRD.c.project, _THIRD.c.month, _THIRD.c.sheet).where(_THIRD.c.month.in_(names))
    newest = {(row.project, row.month): row.sheet for row in connection.execute(wanted.order_by(_THIRD.c.id))}
    totals = _totals(connection, {sheet for (project, _), sheet in newest.items() if project in projects})
    found: dict[str, dict[str, float]] = {}
    for (project, _), sheet in newest.items():
        if project in projects and sheet in totals:
            found.setdefault(project, {})[sheet] = totals[sheet]
    return found
