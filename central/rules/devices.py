"""The life of device warnings: every camera at every instant at which a condition begins, ends or grows old enough."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from central.domain import CameraCondition, RuleState, Subject, WarningChange
from central.rules.facts import RuleInput
from central.rules.ladder import LadderProfile
from central.rules.reconcile import Reconciled, StateKey, reconcile
from central.rules.rules import evaluate


def devices(conditions: Iterable[CameraCondition], profile: LadderProfile, *, now: datetime) -> Reconciled:
    """States and changes of all cameras up to now. What begins or ends later than that is not known."""
    known = sorted(
        {_as_of(c, now) for c in conditions if c.since <= now}, key=lambda c: (c.since, c.camera, c.code, c.ref)
    )
    by_camera: dict[str, list[CameraCondition]] = {}
    for condition in known:
        by_camera.setdefault(condition.camera, []).append(condition)
    states: Mapping[StateKey, RuleState] = {}
    changes: list[WarningChange] = []
    for camera, found in sorted(by_camera.items()):
        for instant in _instants(found, profile, now=now):
            active = tuple(c for c in found if c.since <= instant and (c.until is None or instant < c.until))
            seen = RuleInput(subject=Subject(kind="camera", id=camera), as_of=instant, conditions=active)
            after = reconcile(evaluate(seen, profile), states, profile)
            states = after.states
            changes.extend(after.changes)
    return Reconciled(states=states, changes=tuple(changes))


def _as_of(condition: CameraCondition, now: datetime) -> CameraCondition:
    ended = condition.until is not None and condition.until <= now
    return condition if ended else replace(condition, until=None)


def _instants(conditions: list[CameraCondition], profile: LadderProfile, *, now: datetime) -> list[datetime]:
    hours = {t for ladder in profile.ladders.values() if ladder.unit == "hours" for _, t in ladder.thresholds}
    found = {condition.since for condition in conditions}
    for condition in conditions:
        end = condition.until or now
        found |= {at for h in hours if (at := condition.since + timedelta(hours=h)) <= end}
        found |= {condition.until} if condition.until else set()
    return sorted(found)
