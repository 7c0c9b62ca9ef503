"""Tasks of the month: what one person is to do until a day, how far it is, how late (E03, E14, E15, A44). Pure.

A task is measured where the platform knows it (the gap of a project's plan, a goal's records, a rectification); else
its person says how far it is, and another confirms that it is done.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from central.domain import Level, Text
from central.scoring.refused import ScoringRefused

TaskState = Literal["published", "underway", "submitted", "done", "unmet", "cancelled"]
TaskAct = Literal["report", "submit", "confirm", "return", "measure_done", "measure_unmet", "cancel"]
Follows = Literal["gap", "goal", "rectification", ""]
ENDED: frozenset[TaskState] = frozenset({"done", "unmet", "cancelled"})
FULL_BP = 10_000
LATE_DAYS: tuple[tuple[int, Level], ...] = ((30, "red"), (15, "yellow"), (7, "blue"))
BEHIND_BP: tuple[tuple[int, Level], ...] = ((3000, "red"), (1500, "yellow"), (500, "blue"))
"""The ladder of works (domain.md §4.6) for what is no building: days past the due day, share behind an even pace."""

WITHIN_BP = BEHIND_BP[-1][0]
"""A plan is kept while it is behind by less than what the ladder calls late at all: a hair is no task unmet."""

STATE_WORDS: Mapping[TaskState, Text] = {
    "published": Text(zh="已下达", en="published"),
    "underway": Text(zh="办理中", en="under way"),
    "submitted": Text(zh="待确认", en="waiting for confirmation"),
    "done": Text(zh="已完成", en="done"),
    "unmet": Text(zh="未达成", en="not met"),
    "cancelled": Text(zh="已取消", en="cancelled"),
}
_RUNNING: tuple[TaskState, ...] = ("published", "underway", "submitted")
MOVES: Mapping[TaskAct, Mapping[TaskState, TaskState]] = {
    "report": {"published": "underway", "underway": "underway"},
    "submit": {"published": "submitted", "underway": "submitted"},
    "confirm": {"submitted": "done"},
    "return": {"submitted": "underway"},
    "measure_done": dict.fromkeys(_RUNNING, "done"),
    "measure_unmet": dict.fromkeys(_RUNNING, "unmet"),
    "cancel": dict.fromkeys(_RUNNING, "cancelled"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is to be published. `source` names what asks for it and is published once a month ("plan/qp", "goal/7",
    "rectification/12", "agenda/3"); `follows` what measures it by itself, `follows_ref` of which things (ids by comma).
    """

    source: str
    title: Text
    unit: str
    person: str
    start: date
    due: date
    project: str = ""
    parent: str = ""
    follows: Follows = ""
    follows_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A published task; `progress_bp` as last measured or said, `start` and `due` days of the district, included.

    `ended_on`: the day on which it was done, and handed in where another has yet to confirm it, whenever that was
    looked at or confirmed."""

    id: int
    month: str
    source: str
    title: Text
    unit: str
    project: str
    person: str
    start: date
    due: date
    state: TaskState
    progress_bp: int
    parent: str = ""
    follows: Follows = ""
    follows_ref: str = ""
    ended_on: date | None = None

    @property
    def running(self) -> bool:
        """Somebody still has to do something."""
        return self.state not in ENDED


def checked(draft: Draft) -> Draft:
    """The draft; ScoringRefused where a title or the one responsible person is missing, or the days are in disorder."""
    if not draft.person.strip():
        raise _refused("person", "任务没有责任人", "the task has no responsible person", "一名责任人", "one person")
    if not draft.title.zh.strip():
        raise _refused("title", "任务没有名称", "the task has no title", "名称", "a title")
    if draft.due < draft.start:
        what = f"{draft.start} - {draft.due}"
        raise _refused("due", what, what, "不早于开始日的期限", "a due day not before its start")
    return draft


def publishable(drafts: Collection[Draft]) -> tuple[tuple[Draft, ...], tuple[Draft, ...]]:
    """Those that may be published, by source, and those nobody is responsible for: these are not saved but said."""
    ordered = sorted(drafts, key=lambda draft: draft.source)
    placed = tuple(checked(draft) for draft in ordered if draft.person.strip())
    return placed, tuple(draft for draft in ordered if not draft.person.strip())


def moved(state: TaskState, act: TaskAct) -> TaskState:
    """The state that the act leads to; ScoringRefused where it may not be done."""
    after = MOVES[act].get(state)
    if after is None:
        word = STATE_WORDS[state]
        raise ScoringRefused(
            "wrong_state",
            Text(zh=f"任务{word.zh}, 不能再改", en=f"the task is {word.en}"),
            where="task.state",
            expected=Text(
                zh="或".join(STATE_WORDS[one].zh for one in MOVES[act]),
                en=" or ".join(STATE_WORDS[one].en for one in MOVES[act]),
            ),
        )
    return after


def check_confirmer(task: Task, person: str, *, told_by: str) -> None:
    """Who is responsible, or said that it is done, does not confirm it."""
    if person in (task.person, told_by):
        raise ScoringRefused(
            "own_work",
            Text(zh="责任人不能确认自己的任务", en="the responsible person may not confirm the task"),
            where="actor",
            expected=Text(zh="另一人确认", en="another person"),
        )


def check_reporter(task: Task, person: str) -> None:
    """Only the responsible person reports; what is measured is typed by nobody (A40)."""
    if task.follows:
        raise _refused(
            "task.follows", "该任务由系统实测", "the task is measured", "实测进展, 无需填报", "what is measured stands"
        )
    if person != task.person:
        raise ScoringRefused(
            "not_yours",
            Text(zh="只有责任人能填报进展", en="only the responsible person reports progress"),
            where="actor",
            expected=Text(zh=task.person, en=task.person),
        )


def late_days(task: Task, today: date) -> int:
    """Days past the due day; 0 while it is not over, or for what was done or handed in in time."""
    return max(0, ((task.ended_on or today) - task.due).days)


def plan_kept(planned_bp: int, actual_bp: int) -> bool:
    """Whether work is where its plan is, but for less than the ladder's lowest step."""
    return planned_bp - actual_bp < WITHIN_BP


def expected_bp(task: Task, today: date) -> int:
    """What an even pace from the first to the last day would have done at the end of a day."""
    whole = (task.due - task.start).days + 1
    return min(FULL_BP, max(0, (today - task.start).days + 1) * FULL_BP // whole)


def level(task: Task, today: date) -> Level | None:
    """The colour of a running task: by days late, else by how far it is behind an even pace; None = on its way."""
    if not task.running:
        return None
    late = late_days(task, today)
    by_days = next((colour for days, colour in LATE_DAYS if late >= days), None)
    if by_days is not None or task.state == "submitted":
        return by_days
    behind = expected_bp(task, today) - task.progress_bp
    return next((colour for share, colour in BEHIND_BP if behind >= share), None)


def _refused(where: str, zh: str, en: str, expected_zh: str, expected_en: str) -> ScoringRefused:
    return ScoringRefused("missing", Text(zh=zh, en=en), where=where, expected=Text(zh=expected_zh, en=expected_en))
