"""A district of works for a replayed year: plans, what was really done, what cameras and people said, what was paid.

Everything follows from a seed. Most projects go by their plan; some carry a planted story, and the day on which the
centre must speak of it follows from what really happened, not from what the centre computes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal

from central.domain import Building, FundEntry, Level, Observation, PlanPoint, Project, SourceKind, Text, WorkItem
from central.plan.calendar import DAY_S, SiteCalendar, calendar_of, local_day, midnight
from central.plan.structure import PlanTerms

FIRST, LAST = date(2025, 2, 1), date(2026, 1, 31)
Story = Literal["", "materials", "boast", "prepaid", "unstarted", "outage"]
STORIES: tuple[Story, ...] = ("materials", "boast", "prepaid", "unstarted", "outage")
BUILDINGS, ITEMS = 6, 4
CONTRACT_FEN = 8_000_000_00
PAID_BP = 8_500  # of what was built, monthly
LOOK_HOUR, RETAKE_HOUR = 9, 15
NOISE_BP = 100  # of what a look says: the edge has filtered its frames before
MISSED = 0.05  # of morning looks
STALL_DAYS, WARNED_AFTER_DAYS = 14, 7
BOAST_BP, PREPAID_BP = 2_500, 2_500
FULL_BP = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A warning that must be raised: its first level, and the district day from which it is so.

    It is due on that day; where the day shows through the errors of looks only, from `first` to `last` (None: the day),
    which an ideal observer of the same looks tells (`bench.year_observer`).
    """

    project: str
    rule: str
    subject: str
    level: Level
    day: date
    first: date | None = None
    last: date | None = None

    def is_due_on(self, day: date) -> bool:
        """Whether the warning is right on this day."""
        return (self.first or self.day) <= day <= (self.last or self.day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A project, what happens to it, and when (`on` = the day on which its story begins).

    `lost_s` of effective time the building `late` stood still by an instant; all others go by the plan.
    """

    project: Project
    terms: PlanTerms
    calendar: SiteCalendar
    story: Story
    on: date
    late: str = ""
    reports: bool = False
    seed: int = 0  # of its looks

    @property
    def id(self) -> str:
        """The project's id."""
        return self.project.id

    def lost_s(self, building: str, at: datetime) -> int:
        """Effective seconds by which a building is behind its plan: grows while materials lack, then is caught up."""
        if building != self.late:
            return 0
        idle_s = self.calendar.effective_s(at) - self.calendar.effective_s(midnight(self.on))
        if idle_s <= 0:
            return 0
        stalled_s = STALL_DAYS * DAY_S
        return idle_s if idle_s <= stalled_s else max(0, stalled_s - (idle_s - stalled_s) // 2)

    def done_bp(self, building: Building, at: datetime) -> tuple[int, ...]:
        """What is really done of each item at an instant."""
        second = self.calendar.effective_s(at) - self.lost_s(building.id, at)
        return tuple(linear_bp(item, self.calendar, second) for item in building.items)

    def whole_bp(self, at: datetime) -> int:
        """What is really done of the project."""
        shares = (b.weight_bp * _share_bp(b, self.done_bp(b, at)) for b in self.project.buildings)
        return sum(shares) // FULL_BP


def a_district(projects: int, *, seed: int = 5, stories: int | None = None) -> tuple[Work, ...]:
    """So many projects; of each story `stories`, by default one in twenty."""
    each = projects // 20 if stories is None else stories
    told: list[Story] = [story for story in STORIES for _ in range(each)]
    told += [""] * (projects - len(told))
    works = (_work(f"p{n:03}", story, random.Random(f"{seed}/{n}")) for n, story in enumerate(told))
    return tuple(replace(work, seed=seed) for work in works)


# --- plans -----------------------------------------------------------------------------------------------------------


def _work(name: str, story: Story, rng: random.Random) -> Work:
    if story == "unstarted":
        return _investment(name, rng)
    long = story in ("materials", "prepaid")
    start = date(2025, rng.randint(2, 3 if long else 7), 1)
    length = rng.randint(330, 420) if long else rng.randint(240, 420)
    project = _project(name, start=start, length=length, rng=rng)
    on = start + timedelta(days=rng.randint(80, 120))
    late = rng.choice(project.buildings).id if story == "materials" else ""
    calendar = calendar_of(project)
    reports = story == "boast" or (not story and rng.random() < 0.3)
    work = Work(project=project, terms=PlanTerms(), calendar=calendar, story=story, on=on, late=late, reports=reports)
    return replace(work, on=on - timedelta(days=on.weekday())) if story == "boast" else work


def _investment(name: str, rng: random.Random) -> Work:
    """Signed, and nothing ever happens; the plan lets works begin long after the six months."""
    signed = FIRST + timedelta(days=rng.randint(0, 120))
    project = _project(name, start=signed, length=300, rng=rng, first=400)
    terms = PlanTerms(signed_on=signed)
    return Work(project=project, terms=terms, calendar=calendar_of(project), story="unstarted", on=signed)


def _project(name: str, *, start: date, length: int, rng: random.Random, first: int = 0) -> Project:
    """Buildings begun within days of each other, each of items one after the other, at nearly one pace."""
    offsets = [first + rng.randint(0, 4) for _ in range(BUILDINGS)]
    bare = Project(
        id=name,
        code=f"2025-320111-47-01-{name}",
        name=_text(name),
        street=_text(f"s{rng.randint(1, 9)}"),
        unit=_text(f"u{rng.randint(1, 9)}"),
        work_type="new_build",
        contract_fen=CONTRACT_FEN,
        budget_fen=CONTRACT_FEN * 21 // 20,
        start=start,
        finish=start + timedelta(days=max(offsets) + length - 1),
        pauses=(),
        plan_version=1,
        buildings=(),
    )
    weights = _shares(BUILDINGS, rng, spread=0.2)
    buildings = (_building(f"{name}-b{n}", bare, offsets[n], length, weights[n], rng) for n in range(BUILDINGS))
    return replace(bare, buildings=tuple(buildings))


def _building(name: str, project: Project, offset: int, length: int, weight_bp: int, rng: random.Random) -> Building:
    begun, ends = 0, [project.start + timedelta(days=offset - 1)]
    for share in _shares(ITEMS, rng, spread=0.2):
        begun += share
        ends.append(project.start + timedelta(days=offset + length * begun // FULL_BP - 1))
    spans = list(pairwise(ends))
    weights = _weights(spans, calendar_of(project), rng)
    items = tuple(_item(f"{name}-i{n}", name, weights[n], spans[n], project.start) for n in range(ITEMS))
    return Building(id=name, project=project.id, name=_text(name), storeys=11, weight_bp=weight_bp, items=items)


def _item(name: str, building: str, weight_bp: int, span: tuple[date, date], start: date) -> WorkItem:
    """Work from the day after the first of `span` to the last, at one pace."""
    before, last = span
    points = (PlanPoint(day=before, cum_bp=0),) if before >= start else ()
    return WorkItem(
        id=name,
        building=building,
        name=_text(name),
        weight_bp=weight_bp,
        credits=(("finished", FULL_BP),),
        points=(*points, PlanPoint(day=last, cum_bp=FULL_BP)),
    )


def _weights(spans: list[tuple[date, date]], calendar: SiteCalendar, rng: random.Random) -> list[int]:
    """Within a percent or so of their effective days: the pace is nearly, not quite, the same in every item."""
    lengths = [(calendar.end_of(last) - calendar.end_of(before)) * rng.uniform(0.99, 1.01) for before, last in spans]
    weights = [round(FULL_BP * length / sum(lengths)) for length in lengths]
    return [*weights[:-1], FULL_BP - sum(weights[:-1])]


def _shares(count: int, rng: random.Random, *, spread: float) -> list[int]:
    raw = [1 + rng.uniform(-spread, spread) for _ in range(count)]
    shares = [round(FULL_BP * one / sum(raw)) for one in raw]
    return [*shares[:-1], FULL_BP - sum(shares[:-1])]


def _text(words: str) -> Text:
    return Text(zh=words, en=words)


# --- what really happened --------------------------------------------------------------------------------------------


def linear_bp(item: WorkItem, calendar: SiteCalendar, second: int) -> int:
    """An item of two points is worked at one pace in effective time."""
    begin = calendar.end_of(item.points[0].day) if len(item.points) > 1 else 0
    end = calendar.end_of(item.points[-1].day)
    return FULL_BP * min(max(second - begin, 0), end - begin) // (end - begin)


def _share_bp(building: Building, done: tuple[int, ...]) -> int:
    return sum(item.weight_bp * bp for item, bp in zip(building.items, done, strict=True)) // FULL_BP


def instants(work: Work) -> list[datetime]:
    """When the site's cameras gave a picture: each morning, or later when that one was useless; never in an outage."""
    rng = random.Random(f"{work.seed}/{work.id}/looks")
    if work.story == "unstarted":
        return []
    found, day = [], work.project.start
    while day <= LAST:
        hour = LOOK_HOUR if rng.random() > MISSED else RETAKE_HOUR
        at = midnight(day) + timedelta(hours=hour, minutes=rng.randint(0, 50))
        if not _out(work, day):
            found.append(at)
        day += timedelta(days=1)
    return found


def _out(work: Work, day: date) -> bool:
    return work.story == "outage" and work.on <= day < work.on + timedelta(days=5)


def seen(work: Work, *, since: datetime, until: datetime) -> Iterator[Observation]:
    """What cameras and the builder said later than `since` and up to `until`."""
    for number, at in enumerate(instants(work)):
        if since < at <= until:
            for building in work.project.buildings:
                yield from _look(work, building, at, number)
    if work.reports:
        yield from _reports(work, since=since, until=until)


def looks(
    work: Work, building: Building, *, since: datetime, until: datetime
) -> Iterator[tuple[datetime, list[Observation]]]:
    """What cameras said of one building later than `since` and up to `until`, look by look."""
    for number, at in enumerate(instants(work)):
        if since < at <= until:
            yield at, list(_look(work, building, at, number))


def _look(work: Work, building: Building, at: datetime, number: int) -> Iterator[Observation]:
    """One look at one building, with what is wrong of the whole picture and of each item in it."""
    rng = random.Random(f"{work.seed}/{building.id}/{number}")
    conf_bp, noise, done = rng.randint(7_000, 10_000), rng.gauss(0, NOISE_BP), work.done_bp(building, at)
    for item, bp in _shown(work, building, done, at):
        value = min(max(round(bp + noise + rng.gauss(0, NOISE_BP / 2)), 0), FULL_BP)
        yield _said(item, "camera", f"gw-{work.id}", at, number, value, conf_bp)


def _shown(work: Work, building: Building, done: tuple[int, ...], at: datetime) -> Iterator[tuple[WorkItem, int]]:
    """Items begun that were not finished more than ten days ago, the one begun last and the next; all, if reported."""
    before = work.done_bp(building, at - timedelta(days=10))
    begun = [n for n, bp in enumerate(done) if bp > 0] or [0]
    for n, item in enumerate(building.items):
        if work.reports or 0 <= n - begun[-1] <= 1 or (n in begun and before[n] < FULL_BP):
            yield item, done[n]


def _reports(work: Work, *, since: datetime, until: datetime) -> Iterator[Observation]:
    """The builder's own word each Monday evening: a little hopeful, or far from what is there."""
    day = work.project.start
    while day <= LAST:
        at = midnight(day) + timedelta(hours=18)
        if day.weekday() == 0 and since < at <= until:
            boast_bp = BOAST_BP if work.story == "boast" and day >= work.on else 150
            for building in work.project.buildings:
                yield from _claim(work, building, at, boast_bp)
        day += timedelta(days=1)


def _claim(work: Work, building: Building, at: datetime, boast_bp: int) -> Iterator[Observation]:
    """The building as far as it is, and so much more of it, item after item."""
    left = boast_bp * FULL_BP
    for item, bp in zip(building.items, work.done_bp(building, at), strict=True):
        more = min(left // item.weight_bp, FULL_BP - bp)
        left -= more * item.weight_bp
        if bp + more > 0:
            number = int(at.timestamp()) // DAY_S
            yield _said(item, "self_report", f"site-{work.id}", at, number, bp + more, FULL_BP)


def _said(
    item: WorkItem, kind: SourceKind, source: str, at: datetime, seq: int, value_bp: int, conf_bp: int
) -> Observation:
    return Observation(
        item=item.id, kind=kind, source=source, seq=seq, observed_at=at, value_bp=value_bp, conf_bp=conf_bp,
        ref=f"{source}/e1/{seq}",
    )  # fmt: skip


def entries(work: Work) -> Iterator[FundEntry]:
    """Grants of each year for what its plan asks, and on the last day of each month what was built in it."""
    if work.story == "unstarted":
        return
    plain = replace(work, late="")
    turn = date(work.project.start.year, 12, 31)
    first_fen = _due_fen(plain, turn)
    yield _entry(work, "budget", work.project.start, first_fen, "1")
    yield _entry(work, "release", work.project.start, CONTRACT_FEN * 2, "1")
    if (rest_fen := CONTRACT_FEN * PAID_BP // FULL_BP - first_fen) > 0:
        yield _entry(work, "budget", turn + timedelta(days=1), rest_fen, "2")
    if work.story == "prepaid":
        yield _entry(work, "budget", work.on, _prepaid_fen(work), "3")
        yield _entry(work, "pay", work.on, _prepaid_fen(work), "ahead")
    paid, day = 0, work.project.start
    while day <= LAST:
        if (day + timedelta(days=1)).day == 1 and (due := _due_fen(work, day)) > paid:
            yield _entry(work, "pay", day, due - paid, str(day))
            paid = due
        day += timedelta(days=1)


def _due_fen(work: Work, day: date) -> int:
    """Paid by the end of a day: so much of what is really done."""
    return CONTRACT_FEN * PAID_BP // FULL_BP * work.whole_bp(midnight(day + timedelta(days=1))) // FULL_BP


def _prepaid_fen(work: Work) -> int:
    """What makes payments stand 25 points ahead of the work on the evening of the story's day."""
    end_of_month = work.on.replace(day=1) - timedelta(days=1)
    done_bp = work.whole_bp(midnight(work.on + timedelta(days=1)))
    return CONTRACT_FEN * (done_bp + PREPAID_BP) // FULL_BP - _due_fen(work, end_of_month)


def _entry(work: Work, kind: Literal["budget", "release", "pay"], day: date, fen: int, number: str) -> FundEntry:
    return FundEntry(
        voucher=f"{work.id}-{kind}-{number}", project=work.id, kind=kind, day=day, amount_fen=fen, contract="c1"
    )


# --- what must be said -----------------------------------------------------------------------------------------------


def planted(work: Work) -> tuple[Planted, ...]:
    """The warnings that a project's story must raise in the year, each on the first day on which it is so."""
    match work.story:
        case "materials":
            return (_planted(work, "time_lag", work.late, "blue", _week_late(work)),)
        case "boast":
            return (_planted(work, "report_vs_seen", work.id, "red", work.on + timedelta(days=1)),)
        case "prepaid":
            return (_planted(work, "paid_ahead", work.id, "yellow", work.on + timedelta(days=1)),)
        case "unstarted":
            return (_planted(work, "not_started", work.id, "blue", _six_months(work.on) - timedelta(days=30)),)
        case "outage":
            silent = work.on + timedelta(days=1)  # the first midnight a day or more after the last look
            return tuple(_planted(work, "device_offline", b.id, "blue", silent) for b in work.project.buildings)
        case "":
            return ()


def _planted(work: Work, rule: str, subject: str, level: Level, day: date) -> Planted:
    return Planted(project=work.id, rule=rule, subject=subject, level=level, day=day)


def _week_late(work: Work) -> date:
    """The day of the first look by which the building has stood still for a week of effective time."""
    week_s = WARNED_AFTER_DAYS * DAY_S
    return next(local_day(at) for at in instants(work) if work.lost_s(work.late, at) >= week_s)


def _six_months(day: date) -> date:
    """The same day six months later, or the last of that month."""
    first = date(day.year + (day.month + 5) // 12, (day.month + 5) % 12 + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))
