"""The one sign a project or building wears, and the headline that says why: what is late, by how much."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from central.domain import Deviation, Level, Project, Subject, Text
from central.figures import tenths
from central.plan.calendar import paused
from central.rules.evidence import insufficient
from central.rules.ladder import DEFAULT, LadderProfile, rank
from central.rules.sentence import LEVEL_NAMES, RULE_NAMES, amount

Sign = Literal["red", "yellow", "blue", "insufficient", "paused", "normal"]
_SCHEDULE = frozenset({"schedule_gap", "time_lag"})
_COLOURLESS = frozenset({"evidence", "device_moved", "device_offline", "device_blind"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWarning:
    """An open warning, as far as a sign needs it."""

    rule: str
    subject: Subject
    level: Level


def sign(
    warnings: Iterable[OpenWarning],
    *,
    deviation: Deviation | None,
    on_pause: bool = False,
    begun: bool = True,
    profile: LadderProfile = DEFAULT,
) -> Sign:
    """Heaviest of red > yellow > blue > insufficient > paused > normal, from a subject's own and its parts' warnings.

    A warning of the evidence rule, thin evidence or none counts as insufficient, none not before the project has
    `begun`: nothing can be seen of it yet. What suffices is for `profile` to say, the one in force. Device warnings
    colour nothing; all others do, of work or of money.
    """
    found = list(warnings)
    level = max((w.level for w in found if w.rule not in _COLOURLESS), key=rank, default=None)
    if level is not None:
        return level
    if any(w.rule == "evidence" for w in found):
        return "insufficient"
    if on_pause:
        return "paused"
    if deviation is None:
        return "insufficient" if begun else "normal"
    return "insufficient" if insufficient(deviation, profile) else "normal"


def headline(
    project: Project,
    deviations: Mapping[Subject, Deviation],
    warnings: Sequence[OpenWarning],
    *,
    today: date,
    profile: LadderProfile = DEFAULT,
) -> Text:
    """The first sentence of a project page, from the newest deviations of it and its buildings and open warnings."""
    own = deviations.get(Subject(kind="project", id=project.id))
    late = [w for w in warnings if w.rule in _SCHEDULE and w.subject in deviations]
    others = [w for w in warnings if w.rule not in _COLOURLESS | _SCHEDULE]
    if _heaviest(others) > _heaviest(late):
        return _other(project, others)
    if own is None:
        return _unmeasured(project, today)
    if late:
        return _late(project, deviations, late)
    return _calm(own, sign(warnings, deviation=own, on_pause=paused(project, today), profile=profile))


def _heaviest(warnings: list[OpenWarning]) -> int:
    return max((rank(warning.level) for warning in warnings), default=0)


def _unmeasured(project: Project, today: date) -> Text:
    if today < project.start:
        day = project.start.isoformat()
        return Text(zh=f"未到开工日期 ({day})", en=f"Not due to start before {day}")
    return Text(zh="尚无实测数据", en="Nothing has been measured yet")


def _calm(own: Deviation, found: Sign) -> Text:
    if found == "insufficient":
        seen = f"{own.coverage_bp // 100}%"
        return Text(
            zh=f"证据不足: 覆盖率 {seen}, 须现场核查",
            en=f"Insufficient evidence: coverage {seen}, an inspection is needed",
        )
    if found == "paused":
        return Text(zh="停工(已批准), 工期暂停计算", en="Approved pause; the clock is stopped")
    return _on_time(own)


def worst_building(project: Project, deviations: Mapping[Subject, Deviation]) -> str | None:
    """Id of the building that is most days late, of equals the one with the larger gap; None when none is behind."""
    behind = [
        (found.lag_cdays, found.gap_bp, building.id)
        for building in project.buildings
        if (found := deviations.get(Subject(kind="building", id=building.id))) is not None and found.gap_bp > 0
    ]
    return max(behind)[2] if behind else None


def _late(project: Project, deviations: Mapping[Subject, Deviation], warnings: list[OpenWarning]) -> Text:
    def weight(warning: OpenWarning) -> tuple[int, bool, int, str]:
        building = warning.subject.kind == "building"
        return rank(warning.level), building, deviations[warning.subject].lag_cdays, warning.subject.id

    worst = max(warnings, key=weight)
    found, level = deviations[worst.subject], LEVEL_NAMES[worst.level]
    name = _name(project, worst.subject)
    gap, lag = (Text(zh=amount(v, u, zh=True), en=amount(v, u, zh=False)) for v, u in _measures(found))
    others = len({w.subject for w in warnings if w.subject.kind == "building"} - {worst.subject})
    return Text(
        zh=f"{name.zh}落后计划 {gap.zh}、滞后 {lag.zh}, {level.zh}预警" + (f"; 另有 {others} 栋预警" if others else ""),
        en=f"{name.en} is {gap.en} behind plan, {lag.en} late: {level.en} warning"
        + (f"; {others} more building(s) under warning" if others else ""),
    )


def _other(project: Project, warnings: list[OpenWarning]) -> Text:
    """The heaviest warning of money, start or report, by the name of its rule."""
    worst = max(warnings, key=lambda w: (rank(w.level), w.subject.kind == "project", w.rule, w.subject.id))
    level, rule = LEVEL_NAMES[worst.level], RULE_NAMES.get(worst.rule, Text(zh=worst.rule, en=worst.rule))
    more = len(warnings) - 1
    return Text(
        zh=f"{project.name.zh}{rule.zh}, {level.zh}预警" + (f"; 另有 {more} 项预警" if more else ""),
        en=f"{rule.en} of {project.name.en}: {level.en} warning" + (f"; {more} more warning(s)" if more else ""),
    )


def _measures(found: Deviation) -> tuple[tuple[int, str], tuple[int, str]]:
    return (found.gap_bp, "bp"), (found.lag_cdays, "cdays")


def _on_time(own: Deviation) -> Text:
    done = f"{tenths(own.actual_bp)}%"
    if own.gap_bp <= 0:
        return Text(zh=f"按计划进行, 实测 {done}", en=f"On plan, {done} measured")
    behind = amount(own.gap_bp, "bp", zh=True)
    return Text(
        zh=f"按计划进行, 实测 {done}, 与计划相差 {behind}, 未达预警线",
        en=f"On plan, {done} measured, {amount(own.gap_bp, 'bp', zh=False)} behind, below every warning line",
    )


def _name(project: Project, subject: Subject) -> Text:
    return next((b.name for b in project.buildings if b.id == subject.id), project.name)


def latest(deviations: Iterable[Deviation]) -> dict[Subject, Deviation]:
    """Newest deviation of each subject."""
    newest: dict[Subject, Deviation] = {}
    for found in deviations:
        if found.subject not in newest or newest[found.subject].as_of <= found.as_of:
            newest[found.subject] = found
    return newest
