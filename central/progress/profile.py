"""The constants of fusion as data (domain.md §4.3): what each source's word is worth and how fast a site may move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from central.domain import SourceKind

_SIGMA: dict[SourceKind, float] = {
    "camera": 0.06,
    "inspector": 0.03,
    "supervisor": 0.02,
    "self_report": 0.10,
    "document": 0.02,
}
_FRESH_DAYS: dict[SourceKind, int] = {"camera": 7, "inspector": 31, "supervisor": 31, "self_report": 31, "document": 31}


@dataclass(frozen=True, slots=True, kw_only=True)
class FusionProfile:
    """Constants of one version of the fold. Shares are 0-1, times days or hours as named.

    `pace_days` is how long a site's pace is remembered. 0 is the form of domain.md §4.3, whose estimate trails a site
    that works steadily; ten days remove that (docs/decisions/0007-fusion-drift.md).
    """

    version: str
    pace_days: float
    kappa: float = 1.5
    sigma: Mapping[SourceKind, float] = field(default_factory=lambda: dict(_SIGMA))
    fresh_days: Mapping[SourceKind, int] = field(default_factory=lambda: dict(_FRESH_DAYS))
    conf_floor: float = 0.05
    gate_sigmas: float = 3.0
    agree_sigmas: float = 2.0
    corroborate_h: int = 48
    persist_h: int = 24
    persist_count: int = 4
    self_report_lift: float = 0.05
    fall_floor: float = 0.03


STATIONARY = FusionProfile(version="fusion-stationary-1", pace_days=0.0)
PACED = FusionProfile(version="fusion-paced-1", pace_days=10.0)
