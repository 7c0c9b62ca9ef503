"""The life of device warnings: every camera at every instant at which a condition begins, ends or grows old enough."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from central.domain import CameraCondition, RuleState, Subject, WarningChange
from central.rules.facts import RuleInput
from central.rules.in_force import Ladders
from central.rules.ladder import LadderProfile
from central.rules.reconcile import Reconciled, StateKey, reconcile
from central.rules.rules import evaluate


def devices(
    conditions: Iterable[CameraCondition],
    ladders: Ladders,
    *,
    now: datetime,
    after: datetime | None = None,
    states: Mapping[StateKey, RuleState] | None = None,
) -> Reconciled:
    """States and changes of all cameras up to now. What begins or ends later than that is not known.

    `states` is the memory as it was after the instant `after`, from which it goes on; conditions that ended before may
    be left out. None: from the start.
    """
    known = sorted(
        {_as_of(c, now) for c in conditions if c.since <= now}, key=lambda c: (c.since, c.camera, c.code, c.ref)
    )
    by_camera: dict[str, list[CameraCondition]] = {}
    for condition in known:
        by_camera.setdefault(condition.camera, []).append(condition)
    states = states or {}
    changes: list[WarningChange] = []
    for camera, found in sorted(by_camera.items()):
        for instant in _instants(found, ladders, now=now):
            if after is not None and instant <= after:
                continue
            profile = ladders.at(instant)
            active = tuple(c for c in found if c.since <= instant and (c.until is None or instant < c.until))
            seen = RuleInput(subject=Subject(kind="camera", id=camera), as_of=instant, conditions=active)
            reconciled = reconcile(evaluate(seen, profile), states, profile)
            states = reconciled.states
            changes.extend(reconciled.changes)
    return Reconciled(states=states, changes=tuple(changes))


def _as_of(condition: CameraCondition, now: datetime) -> CameraCondition:
    ended = condition.until is not None and condition.until <= now
    return condition if ended else replace(condition, until=None)


def _instants(conditions: list[CameraCondition], ladders: Ladders, *, now: datetime) -> list[datetime]:
    """When a condition begins, ends, grows as old as a threshold of the profile then in force, or comes under another
    profile."""
    found = {condition.since for condition in conditions}
    for condition in conditions:
        end = condition.until or now
        switched = [instant for instant in ladders.switched() if condition.since < instant <= end]
        for begin, until in pairwise((condition.since, *switched, end)):
            ages = {condition.since + timedelta(hours=h) for h in _hours(ladders.at(begin))}
            found |= {begin, *(at for at in ages if begin <= at <= until)}
        found |= {condition.until} if condition.until else set()
    return sorted(found)


def _hours(profile: LadderProfile) -> set[int]:
    return {t for ladder in profile.ladders.values() if ladder.unit == "hours" for _, t in ladder.thresholds}
