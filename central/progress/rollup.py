"""Items to building, buildings to project: A = sum w x, sigma = sqrt(sum w^2 V), coverage = covered weight."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import chain

from central.domain import Progress


def roll_up(parts: Sequence[Progress], weights_bp: Sequence[int], *, subject: str, as_of: datetime) -> Progress:
    """Weighted progress of parts whose weights need not sum to 10000 (they are divided by their sum). No part, no sum:
    at least one is expected."""
    total = sum(weights_bp)
    pairs = list(zip(parts, weights_bp, strict=True))
    seen = [part.last_seen for part in parts if part.last_seen is not None]
    return Progress(
        subject=subject,
        as_of=as_of,
        value=sum(weight * part.value for part, weight in pairs) / total,
        variance=sum((weight / total) ** 2 * part.variance for part, weight in pairs),
        coverage_bp=sum(weight * part.coverage_bp for part, weight in pairs) // total,
        last_seen=max(seen, default=None),
        refs=tuple(dict.fromkeys(chain.from_iterable(part.refs for part in parts))),
        quarantined=tuple(dict.fromkeys(chain.from_iterable(part.quarantined for part in parts))),
        review=tuple(dict.fromkeys(chain.from_iterable(part.review for part in parts))),
    )
