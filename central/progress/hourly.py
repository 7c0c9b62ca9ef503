"""Observations of one hour to independent measurements: one gateway's cameras share errors, so they count once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from itertools import chain
from statistics import median

from central.domain import Observation
from central.plan.calendar import SiteCalendar
from central.progress.belief import Measurement
from central.progress.profile import FusionProfile


def order(observation: Observation) -> tuple[datetime, str, int, str, str, int, int, str]:
    """Total order in which observations are folded, whatever order they arrived in."""
    o = observation
    return (o.observed_at, o.source, o.seq, o.item, o.kind, o.value_bp, o.conf_bp, o.ref)


def hour_of(at: datetime) -> int:
    """Number of the hour of an instant."""
    return int(at.timestamp()) // 3600


def measurements(
    observations: Collection[Observation], *, calendar: SiteCalendar, profile: FusionProfile
) -> list[Measurement]:
    """One item's measurements of one hour in folding order: the median per camera gateway, other records alone."""
    if len(observations) == 1:
        return [_measurement(list(observations), calendar, profile)]
    cameras: dict[str, list[Observation]] = {}
    alone: list[list[Observation]] = []
    for observation in sorted(set(observations), key=order):
        if observation.kind == "camera":
            cameras.setdefault(observation.source, []).append(observation)
        else:
            alone.append([observation])
    found = [_measurement(group, calendar, profile) for group in chain(cameras.values(), alone)]
    return sorted(found, key=lambda m: (m.at, m.source, m.seq, m.refs))


def _measurement(group: list[Observation], calendar: SiteCalendar, profile: FusionProfile) -> Measurement:
    """R = sigma^2 / max(conf, .05), one R a gateway however many cameras it has."""
    last = group[-1]
    conf = median(o.conf_bp for o in group) / 10_000
    return Measurement(
        kind=last.kind,
        source=last.source,
        seq=last.seq,
        at=last.observed_at,
        at_s=calendar.effective_s(last.observed_at),
        value=median(o.value_bp for o in group) / 10_000,
        noise=profile.sigma[last.kind] ** 2 / max(conf, profile.conf_floor),
        refs=tuple(dict.fromkeys(o.ref for o in group)),
    )
