"""A project and its buildings as last judged, from stored rows beside the plan."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from functools import cached_property
from typing import Any, cast

from sqlmodel import Session

from central import domain
from central.api.errors import absent
from central.api.project_schemas import BuildingState, ItemState, ProjectSummary, ScoreBrief
from central.api.schemas import Grade, Named, Sign, Text
from central.api.views.figures import figures_of
from central.api.views.nouns import deviation_of, open_warning_of
from central.api.views.words import instant, name_of
from central.domain import Deviation, Project, Subject, SubjectKind, WorkItem
from central.plan.calendar import SiteCalendar, calendar_of, local_day, paused
from central.plan.planned import Curve, building_curve, item_curve, project_curve
from central.rules.evidence import insufficient
from central.rules.ladder import LadderProfile
from central.rules.sign import headline, sign, worst_building
from central.store.instants import from_ms
from central.store.load_project import load_project
from central.store.read_standing import Standing
from central.store.tables import Building, DeviationRow, Score


class Judged:
    """One project's standing beside its plan, all figures of one time: the last assessed instant, else `now`."""

    def __init__(
        self,
        session: Session,
        standing: Standing,
        *,
        now: datetime,
        brief: bool = False,
        plan: Project | None = None,
    ) -> None:
        """`brief` is enough for `summary` of a project that was judged: its plan points, hundreds, are left out.
        A `plan` that is there already is not loaded again."""
        self.standing = standing
        judged = ("project", standing.project.id) in standing.deviations
        self.plan = plan or _planned(session, standing.project.id, points=not (brief and judged))
        self.at = now if standing.as_of_at is None else from_ms(standing.as_of_at)
        found = [_seen(row, standing) for row in standing.deviations.values()]
        self._deviations = {deviation.subject: deviation for deviation in found if deviation}
        self._warnings = [open_warning_of(row) for row in standing.open_warnings]

    def summary(self) -> ProjectSummary:
        """The row of the list."""
        standing, row = self.standing, self.standing.project
        today = local_day(self.at)
        profile = self.profile
        told = headline(self.plan, self._deviations, self._warnings, today=today, profile=profile)
        return ProjectSummary(
            id=row.id,
            code=row.code,
            name=name_of(row),
            street=Text(zh=row.street_zh, en=row.street_en),
            unit=Text(zh=row.unit_zh, en=row.unit_en),
            work_type=row.work_type,
            sign=sign(
                self._warnings,
                deviation=self._deviations.get(Subject(kind="project", id=row.id)),
                on_pause=paused(self.plan, today),
                begun=today >= row.start,
                profile=profile,
            ),
            worst_building=_named(self.plan, worst_building(self.plan, self._deviations)),
            open_warnings=len(standing.open_warnings),
            score=_brief(standing.score),
            headline=Text(zh=told.zh, en=told.en),
            contract_fen=row.contract_fen,
            start=row.start,
            finish=self.plan.finish,
            as_of=instant(standing.as_of_at),
            **self._figures("project", row.id, lambda: project_curve(self.plan, self._calendar)),
        )

    @property
    def thin(self) -> bool:
        """Whether the project was measured on evidence that does not suffice."""
        own = self._deviations.get(Subject(kind="project", id=self.standing.project.id))
        return own is not None and insufficient(own, self.profile)

    @property
    def profile(self) -> LadderProfile:
        """The ladders in force at the time that is shown."""
        return self.standing.ladders.at(self.at)

    def buildings(self, within: Collection[str] | None = None) -> list[BuildingState]:
        """Its buildings (None = all) with their items, in plan order."""
        planned = {building.id: building for building in self.plan.buildings}
        wanted = [row for row in self.standing.buildings if within is None or row.id in within]
        return [self._building(row, planned[row.id]) for row in wanted]

    def building_sign(self, building_id: str) -> Sign:
        """The one that a building wears."""
        subject, today = Subject(kind="building", id=building_id), local_day(self.at)
        return sign(
            [warning for warning in self._warnings if warning.subject == subject],
            deviation=self._deviations.get(subject),
            on_pause=paused(self.plan, today),
            begun=today >= self.plan.start,
            profile=self.profile,
        )

    def _building(self, row: Building, planned: domain.Building) -> BuildingState:
        return BuildingState(
            id=row.id,
            name=name_of(row),
            storeys=row.storeys,
            weight_bp=row.weight_bp,
            sign=self.building_sign(row.id),
            items=[self._item(item) for item in planned.items],
            **self._figures("building", row.id, lambda: building_curve(planned, self.plan, self._calendar)),
        )

    def _figures(self, kind: SubjectKind, subject: str, curve: Callable[[], Curve]) -> dict[str, Any]:
        row = self.standing.deviations.get((kind, subject))
        planned_bp = row.plan_bp if row else self._planned_bp(curve())
        return figures_of(row, self.standing.progress.get(subject), planned_bp=planned_bp)

    def _item(self, item: WorkItem) -> ItemState:
        progress = self.standing.progress.get(item.id)
        seen = progress if progress and progress.last_seen_at is not None else None
        return ItemState(
            id=item.id,
            name=Text(zh=item.name.zh, en=item.name.en),
            weight_bp=item.weight_bp,
            plan_bp=self._planned_bp(item_curve(item, self.plan, self._calendar)),
            actual_bp=seen.value_bp if seen else None,
            sigma_bp=seen.sigma_bp if seen else None,
        )

    @cached_property
    def _calendar(self) -> SiteCalendar:
        return calendar_of(self.plan)

    def _planned_bp(self, curve: Curve) -> int:
        return curve.bp_at(self._calendar.effective_s(self.at)) if curve.at_s else 0  # a plan of nothing asks nothing


def _planned(session: Session, project_id: str, *, points: bool) -> Project:
    found = load_project(session.connection(), project_id, points=points)
    if found is None:
        raise absent("project", project_id)
    return found


def _seen(row: DeviationRow, standing: Standing) -> Deviation | None:
    """The deviation, unless nothing was ever observed of its subject: then its zero says nothing."""
    progress = standing.progress.get(row.subject)
    return deviation_of(row) if progress is None or progress.last_seen_at is not None else None


def _named(project: Project, building_id: str | None) -> Named | None:
    found = next((building for building in project.buildings if building.id == building_id), None)
    return Named(id=found.id, name=Text(zh=found.name.zh, en=found.name.en)) if found else None


def _brief(score: Score | None) -> ScoreBrief:
    if score is None:
        return ScoreBrief(total=None, grade=None)
    return ScoreBrief(total=score.total, grade=cast(Grade | None, score.grade))
