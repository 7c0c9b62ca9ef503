"""Whether a judgement of progress rests on a look at the site, and what it is worth when it does not."""

from __future__ import annotations

from central.domain import Finding
from central.rules.facts import RuleInput
from central.rules.judge import kept

RECENT_H = 24  # silence for longer is no data; never lateness by itself (domain.md §4.3)
_DONE_BP = 9_800  # a camera cannot tell the last cells from noise


def looked(finding: Finding, seen: RuleInput) -> Finding:
    """The finding if it was seen at this instant; else one that keeps what is open and says whether data is missing."""
    if seen.fresh:
        return finding
    if _unseen(seen):
        return kept(finding, condition="no_data", detail="no camera reading for a day and no inspector's record")
    return kept(finding)


def _unseen(seen: RuleInput) -> bool:
    deviation = seen.deviation
    if deviation is None or seen.inspected:
        return False
    expected = deviation.plan_bp > 0 and deviation.actual_bp < _DONE_BP and not seen.on_pause
    return expected and (seen.silent_h is None or seen.silent_h >= RECENT_H)
