"""What people do in the evaluated year: goals, sets, entries, forms, approvals, objections, adjustments, decisions.

Each act is one transaction through the same door as the API's. Who does what on which day is fixed, so that a replay
is the same year.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from sqlalchemy import Connection, Engine

from bench.evaluated_district import DEPARTMENTS, UNITS, YEAR, Work
from central.domain import Subject, Text
from central.evaluate.adjustment import Asked
from central.evaluate.approval import standing
from central.evaluate.calendar import at_hour, is_working_day, working_days_after
from central.evaluate.consequence import HEARD
from central.evaluate.evaluation import Evaluation
from central.evaluate.forms import Form
from central.scoring.entry import Entry
from central.scoring.goal import Goal
from central.scoring.indicator import IndicatorSet, Value
from central.scoring.library import Sector, shipped
from central.scoring.period import period_of
from central.scoring.refused import ScoringRefused
from central.scoring.sets import Cloning, cloned
from central.store.act_evaluated import (
    answer,
    approve,
    asks_of,
    chain_of,
    give_back,
    measured_of,
    object_to,
    submit_form,
)
from central.store.engine import reading, writing
from central.store.instants import to_ms
from central.store.read_evaluated import approvals_of, evaluations, forms_of
from central.store.read_ranked_suggestions import StoredSuggestion, SuggestionFilter, suggestions_of
from central.store.save_adjustments import decide_adjustment, enter_adjustment, pass_on
from central.store.save_entries import decide_entry, enter
from central.store.save_goals import GoalKey, decide_goals, note_record, propose_goals, write_goal
from central.store.save_indicators import decide_set, put_set
from central.store.save_ranked_suggestions import answer as answer_appeal
from central.store.save_ranked_suggestions import appeal, decide, review
from central.store.save_third import Signed, put_file, put_report

WEDNESDAY = 2  # on which leaders decide
PAPER = hashlib.sha256(b"paper").hexdigest()
REPORT = b"%PDF-1.7 signed report"
SATISFACTION, CONDUCT = "people.satisfaction", "post.conduct"
OF_UNIT = ("unit.goals", "unit.execution", "unit.data_quality", "unit.mending", SATISFACTION)
OF_POST = ("post.tasks", "post.mending", CONDUCT)
ADJUSTED = Subject(kind="unit", id="教育局")
TARGET_BEFORE, TARGET_AFTER = 85.0, 80.0
FILLED_AFTER_WORKING_DAYS = 3
BOASTER, SILENT = "城管局", ("水务局", "2025-Q3")  # praises itself; hands no self-evaluation in
RETURNED, REJECTED, UPHELD = ("卫健局", "2025-Q3"), ("教育局", "2025-Q2"), ("泰山街道", "2025-Q3")
APPEALED = "deduction"
SEATS = {"section": "绩效科长", "finance": "财政甲", "leader": "区长"}


@dataclass(slots=True)
class People:
    """Everybody of the district: `fixed` is what they do on a day anyway; what waits for them they do as it comes."""

    engine: Engine
    works: Sequence[Work]
    done: set[str] = field(default_factory=set)

    def live(self, day: date) -> None:
        """What people do on a day after the morning's calendar; on days off nothing."""
        if not is_working_day(day):
            return
        now = at_hour(day, 10)
        self._plan(day, now)
        self._evaluate(day, now)
        if day.weekday() == WEDNESDAY:
            self._decide(now)

    # --- what is planned ---------------------------------------------------------------------------------------------

    def _plan(self, day: date, now: datetime) -> None:
        """Each of these once, on the first working day from its day on."""
        acts: tuple[tuple[date, str, Callable[[], object]], ...] = (
            (date(YEAR, 1, 3), "goals", lambda: agree_goals(self.engine, self.works, now)),
            (date(YEAR, 1, 6), "sets", lambda: agree_sets(self.engine, now)),
            *((date(YEAR, month, 25), f"survey-{name}", partial(survey, self.engine, name, at, now))
              for at, (month, name) in enumerate(((3, "Q1"), (6, "Q2"), (9, "Q3"), (12, "Q4")))),
            (date(YEAR, 5, 20), "apply", lambda: apply_for(self.engine, now)),
            (date(YEAR, 6, 16), "adjust", lambda: adjust(self.engine, now)),
            (date(YEAR, 12, 5), "third", lambda: third_reports(self.engine, self.works, now)),
            (date(YEAR, 12, 26), "year", lambda: note_year(self.engine, self.works, now)),
        )  # fmt: skip
        for from_day, name, act in acts:
            if day >= from_day and name not in self.done:
                act()
                self.done.add(name)

    # --- what waits for somebody -------------------------------------------------------------------------------------

    def _evaluate(self, day: date, now: datetime) -> None:
        with reading(self.engine) as connection:
            waiting = evaluations(connection, states=("collecting", "composed", "published"))
            forms = forms_of(connection, [one for one in waiting if one.state == "collecting"])
        for one in waiting:
            match one.state:
                case "collecting":
                    self._fill_in(one, forms.get(one.id, []), day, now)
                case "composed":
                    self._approve(one, now)
                case _:
                    self._object(one, now)

    def _fill_in(self, one: Evaluation, forms: Sequence[Form], day: date, now: datetime) -> None:
        opened = {form.due_ms for form in forms if form.state == "open"}
        if not opened or day < _fill_day(one):
            return
        with writing(self.engine) as connection:
            for form in forms:
                if form.state == "open" and not (form.kind == "self" and (one.subject.id, one.period.name) == SILENT):
                    asks = asks_of(connection, form, one)
                    known = measured_of(connection, asks, one, now_ms=to_ms(now))
                    ids = [leaf.indicator.id for leaf in asks.leaves if leaf.indicator.id not in known]
                    given = dict.fromkeys(ids, points(form, one))
                    submit_form(connection, form.id, given, person=form.person, now_ms=to_ms(now))

    def _approve(self, one: Evaluation, now: datetime) -> None:
        """One level a day; 卫健局's third quarter is returned once at the second."""
        with writing(self.engine) as connection:
            given = approvals_of(connection, [one]).get(one.id, [])
            level = standing(chain_of(connection, one), given).level
            if level is None:
                return
            seat = "finance" if one.period.kind == "year" and level == 2 else "leader" if level > 1 else "section"
            if (one.subject.id, one.period.name) == RETURNED and one.round == 1 and seat == "leader":
                why = "自评依据不足"
                give_back(connection, one.id, person="区长", seats={"leader"}, reason=why, now_ms=to_ms(now))
                return
            approve(connection, one.id, person=SEATS[seat], seats={seat}, now_ms=to_ms(now))

    def _object(self, one: Evaluation, now: datetime) -> None:
        """On the day after its publication two units object once; they are answered three hours later."""
        key = (one.subject.id, one.period.name)
        if key not in (REJECTED, UPHELD) or f"objected {key}" in self.done or one.round > 1:
            return
        self.done.add(f"objected {key}")
        head = f"{one.subject.id}主任"
        with writing(self.engine) as connection:
            number = object_to(connection, one.id, person=head, text="未计入6月进度", now_ms=to_ms(now))
            answer(
                connection, number, person="副区长", seats={"leader"}, upheld=key == UPHELD, text="经核实",
                now_ms=to_ms(now) + 3 * 3_600_000,
            )  # fmt: skip

    def _decide(self, now: datetime) -> None:
        """The named roles decide what was suggested about units and persons; of projects the first of each unit."""
        with reading(self.engine) as connection:
            found = suggestions_of(connection, SuggestionFilter(state="waiting", persons=True), limit=None)
        for one in found:
            if one.suggestion.subject.kind == "project" and not one.suggestion.subject.id.endswith("-00"):
                continue
            try:
                with writing(self.engine) as connection:
                    _settle(connection, one, now_ms=to_ms(now))
            except ScoringRefused as refused:
                if refused.code != "conflict":  # two reasons to cut took more together than the table's largest cut
                    raise
                with writing(self.engine) as connection:
                    decide(connection, one.id, by=_decider(one), approve=False, basis=refused.text.zh,
                           now_ms=to_ms(now))  # fmt: skip


def _fill_day(one: Evaluation) -> date:
    """Forms of a quarter are filled in some days after it; of a year in January, when the year is known."""
    first = one.period.after().first
    return working_days_after(first, FILLED_AFTER_WORKING_DAYS)


def points(form: Form, one: Evaluation) -> float:
    """What a form gives: peers look at how a unit works, a unit at itself, mostly near each other."""
    if one.subject.id == BOASTER:
        return 95.0 if form.kind == "self" else 78.0
    base = 92.0 - 1.5 * (UNITS.index(one.unit) % 6)
    return base if form.kind == "self" else base - (form.id % 4)


def _decider(one: StoredSuggestion) -> str:
    return "财政甲" if one.standing.decider == "finance" else "区长"


def _settle(connection: Connection, one: StoredSuggestion, *, now_ms: int) -> None:
    if one.standing.state == "appealed":
        answer_appeal(connection, one.id, by="副区长", uphold=False, reason="经复核属实", now_ms=now_ms)
        return
    if one.standing.state == "approved":
        head = f"{one.suggestion.subject.id}主任"
        if one.suggestion.kind == APPEALED and one.suggestion.subject.kind == "unit":
            appeal(connection, one.id, by=head, reason="口径有误", now_ms=now_ms)
        return
    if one.suggestion.kind == "suspend":
        review(connection, one.id, by="副区长", words="情况属实", now_ms=now_ms)
    hearing = "已听取意见" if one.suggestion.kind in HEARD or one.suggestion.hearing else ""
    basis = "评价结果"
    decide(connection, one.id, by=_decider(one), approve=True, basis=basis, hearing=hearing, now_ms=now_ms)


# --- the acts --------------------------------------------------------------------------------------------------------


def goals_of_year(works: Sequence[Work]) -> tuple[Goal, ...]:
    """区级 → 部门 → 项目 and 岗位: a goal of each unit, of its first project and of its clerk."""
    whole = _goal("g", 1, None, owner="副区长", subject=Subject(kind="district", id=""),
                  text=f"{YEAR}年底前在建项目年度计划完成率达到95%")  # fmt: skip
    found = [whole]
    for at, unit in enumerate(UNITS):
        own = f"g-{at}"
        found.append(_goal(own, 2, "g", owner=f"{unit}主任", subject=Subject(kind="unit", id=unit),
                           text=f"{YEAR}年底前{unit}项目年度计划完成率达到95%", weight=1 / len(UNITS)))  # fmt: skip
        first = next(work for work in works if work.unit == unit)
        found.append(_goal(f"{own}-p", 3, own, owner=f"{unit}业主0", subject=Subject(kind="project", id=first.id),
                           text=f"{YEAR}年底前受益群众达到1200人", target=1200.0, unit="人", weight=0.5))  # fmt: skip
        clerk = f"{unit}专员"
        found.append(_goal(f"{own}-c", 4, own, owner=clerk, subject=Subject(kind="person", id=clerk),
                           text=f"{YEAR}年底前整改事项按期办结率达到95%", weight=0.5))  # fmt: skip
    return tuple(found)


def _goal(
    name: str, level: int, parent: str | None, *, owner: str, subject: Subject, text: str, target: float = 95.0,
    unit: str = "%", weight: float = 1.0,
) -> Goal:  # fmt: skip
    return Goal(
        id=name, level=level, parent=parent, owner=owner, subject=subject, text=Text(zh=text, en=name), target=target,
        unit=unit, baseline=target * 0.7, start=date(YEAR, 1, 1), due=date(YEAR, 12, 31), weight=weight, year=YEAR,
    )  # fmt: skip


def agree_goals(engine: Engine, works: Sequence[Work], now: datetime) -> None:
    """Written and proposed by one, approved by another who answers for none."""
    with writing(engine) as connection:
        keys = []
        for goal in goals_of_year(works):
            written = write_goal(connection, goal, base_version=0, by="绩效科长", now_ms=to_ms(now))
            keys.append(GoalKey(id=goal.id, version=written.goal.version))
        propose_goals(connection, keys, by="绩效科长", now_ms=to_ms(now))
        decide_goals(connection, keys, approve=True, remark="", by="区长", now_ms=to_ms(now))


def agree_sets(engine: Engine, now: datetime) -> None:
    """Departments and clerks are measured by sets of the library, streets by their projects, those by the default."""
    sectors = {one.id: one for one in shipped()}
    asked: Mapping[Subject, tuple[str, tuple[str, ...]]] = {
        **{Subject(kind="unit", id=unit): ("administration", OF_UNIT) for unit in DEPARTMENTS},
        **{Subject(kind="person", id=f"{unit}专员"): ("post", OF_POST) for unit in UNITS},
    }
    name = Text(zh="年度指标", en="Indicators of the year")
    with writing(engine) as connection:
        for subject, (sector, indicators) in asked.items():
            cloning = Cloning(name=name, frame="IPOR", weighing="equal", indicators=indicators)
            source = sectors[sector]
            put_set(
                connection, subject, _cloner(source, cloning, subject),
                since=date(YEAR, 1, 1), base_version=0, reason="年度", by="绩效科长", now_ms=to_ms(now),
            )  # fmt: skip
            decide_set(connection, subject, 1, approve=True, remark="", by="区长", now_ms=to_ms(now))


def survey(engine: Engine, quarter: str, nth: int, now: datetime) -> None:
    """Departments enter what the quarter's survey said; somebody outside them accepts it."""
    with writing(engine) as connection:
        for at, unit in enumerate(DEPARTMENTS):
            _enter(connection, Subject(kind="unit", id=unit), f"{YEAR}-{quarter}", SATISFACTION, f"{unit}专员", now,
                   n=200, satisfied=172 - 4 * at + nth)  # fmt: skip


def note_year(engine: Engine, works: Sequence[Work], now: datetime) -> None:
    """What the year came to where nobody measures it: goals, satisfaction, conduct."""
    with writing(engine) as connection:
        for at, unit in enumerate(UNITS):
            first = next(work for work in works if work.unit == unit)
            reached = 900.0 if at % 6 == 2 else 1250.0  # 教育局 and 泰山街道: 75 %
            for goal, value in ((f"g-{at}", min(100.0, first.pace_bp / 100)), (f"g-{at}-p", reached),
                                (f"g-{at}-c", 96.0)):  # fmt: skip
                noted = Value(indicator="", value=value, state="entered", refs=(f"paper/{PAPER}",))
                note_record(connection, goal, str(YEAR), noted, by=f"{unit}专员", now_ms=to_ms(now))
            if unit in DEPARTMENTS:
                _enter(connection, Subject(kind="unit", id=unit), str(YEAR), SATISFACTION, f"{unit}专员", now,
                       n=400, satisfied=340 - 8 * at)  # fmt: skip
            _enter(connection, Subject(kind="person", id=f"{unit}专员"), str(YEAR), CONDUCT, f"{unit}科长", now,
                   points=(60.0 + at, 85.0, 86.0 - at, 88.0, 99.0))  # fmt: skip


def _enter(
    connection: Connection, subject: Subject, period: str, indicator: str, author: str, now: datetime, *,
    n: int | None = None, satisfied: int | None = None, points: tuple[float, ...] = (),
) -> None:  # fmt: skip
    entry = Entry(
        subject=subject, period=period_of(period), indicator=indicator, author=author, n=n, satisfied=satisfied,
        points=points, evidence=(PAPER,),
    )  # fmt: skip
    number = enter(connection, entry, now_ms=to_ms(now)).id
    decide_entry(connection, number, "accepted", by="绩效科长", remark="", now_ms=to_ms(now))


def apply_for(engine: Engine, now: datetime) -> None:
    """教育局 applies for another target of satisfaction: two schools were merged."""
    asked = Asked(
        subject=ADJUSTED, indicator=SATISFACTION, old=TARGET_BEFORE, new=TARGET_AFTER, reason="学校合并",
        evidence=(PAPER,),
    )  # fmt: skip
    with writing(engine) as connection:
        number = enter_adjustment(connection, asked, by="教育局专员", now_ms=to_ms(now)).adjustment.id
        pass_on(connection, number, "review", by="教育局科长", remark="", now_ms=to_ms(now))
        pass_on(connection, number, "endorse", by="教育局主任", remark="", now_ms=to_ms(now))


def adjust(engine: Engine, now: datetime) -> None:
    """The district approves it; it holds from that day on."""
    with writing(engine) as connection:
        decide_adjustment(connection, 1, by="区长", approve=True, remark="", now_ms=to_ms(now))


def _cloner(source: Sector, cloning: Cloning, subject: Subject) -> Callable[[int], IndicatorSet]:
    """Makes the version that is asked for."""
    return lambda version: cloned(source, cloning, subject=subject, version=version)


def third_reports(engine: Engine, works: Sequence[Work], now: datetime) -> None:
    """The third party hands its signed report on November in, of the first project of each unit."""
    digest = hashlib.sha256(REPORT).hexdigest()
    points = {f"judged.{part}": 84.0 for part in ("decision", "process", "output", "benefit")}
    signed = Signed(points=points, file=digest, signer="王某", signed_on=date(YEAR, 12, 4))
    with writing(engine) as connection:
        for work in works:
            if work.id.endswith("-00"):
                who, at_ms, month = "评估所", to_ms(now), period_of(f"{YEAR}-11")
                put_file(connection, work.id, REPORT, sha256=digest, person=who, now_ms=at_ms)
                put_report(connection, work.id, month, signed, person=who, now_ms=at_ms)
