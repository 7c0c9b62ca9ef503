"""Measures of quality, safety, data, mending, warnings, complaints and goals (`central.scoring.measuring`). Pure."""

from __future__ import annotations

from collections.abc import Sequence

from central.quality.counting import total_of
from central.quality.score import quality_score
from central.scoring.facts import Facts
from central.scoring.found import Asked, Found, refs_of, share
from central.scoring.sources import percent

_DAY_MS = 86_400_000


def pass_rate(facts: Sequence[Facts], _asked: Asked) -> Found:
    """`quality.pass_rate`."""
    lots = [one.lots for one in facts if one.lots is not None]
    inspected = sum(one.inspected for one in lots)
    return share(sum(one.passed for one in lots), inspected, lots, n=inspected)


def serious(facts: Sequence[Facts], _asked: Asked) -> Found:
    """`safety.serious_findings`."""
    looked = [one.lots for one in facts if one.lots is not None and one.lots.looked]
    if not looked:
        return Found(value=None, state="not_applicable")
    return Found(value=float(sum(one.serious for one in looked)), refs=refs_of(one.safety_refs for one in looked))


def data_quality(facts: Sequence[Facts], _asked: Asked) -> Found:
    """`data.quality`."""
    delivered = [one.delivered for one in facts if one.delivered is not None]
    if not any(one.months for one in delivered):
        return Found(value=None, state="not_due")
    total = quality_score(total_of(one.counted for one in delivered)).total
    if total is None:
        return Found(value=None, state="not_applicable")
    return Found(value=float(total), refs=refs_of(one.refs for one in delivered))


def on_time_uploads(facts: Sequence[Facts], _asked: Asked) -> Found:
    """`use.on_time_uploads`."""
    delivered = [one.delivered for one in facts if one.delivered is not None]
    if not any(one.months for one in delivered):
        return Found(value=None, state="not_due")
    expected = sum(one.counted.expected for one in delivered)
    return share(sum(one.counted.on_time for one in delivered), expected, delivered, n=expected)


def automatic(facts: Sequence[Facts], _asked: Asked) -> Found:
    """`use.automatic_share`."""
    seen = [one.seen for one in facts if one.seen is not None]
    every = sum(one.every for one in seen)
    value = percent(sum(one.automatic for one in seen), every)
    return Found(value=value, state="measured" if every else "not_applicable", n=every or None)


def report_lead(facts: Sequence[Facts], _asked: Asked) -> Found:
    """`warnings.report_lead`."""
    leads = [one.leads for one in facts if one.leads is not None and one.leads.reported]
    if not leads:
        return Found(value=None, state="not_applicable")
    n = sum(one.reported for one in leads)
    return Found(value=sum(one.ahead_ms for one in leads) / (_DAY_MS * n), refs=refs_of(one.refs for one in leads), n=n)


def mended_in_time(facts: Sequence[Facts], _asked: Asked) -> Found:
    """`mending.on_time_rate`."""
    mending = [one.mending for one in facts if one.mending is not None]
    due = sum(one.due for one in mending)
    return share(sum(one.in_time for one in mending), due, mending, n=due)


def mended_days(facts: Sequence[Facts], _asked: Asked) -> Found:
    """`mending.mean_days`."""
    mending = [one.mending for one in facts if one.mending is not None]
    verified = sum(one.verified for one in mending)
    if verified == 0:
        return Found(value=None, state="not_applicable")
    taken_ms = sum(one.taken_ms for one in mending)
    return Found(value=taken_ms / (_DAY_MS * verified), refs=refs_of(one.refs for one in mending), n=verified)


def overdue(facts: Sequence[Facts], _asked: Asked) -> Found:
    """`mending.overdue_unhandled`."""
    mending = [one.mending for one in facts if one.mending is not None]
    late = float(sum(one.overdue for one in mending))
    return Found(value=late, refs=refs_of(one.overdue_refs for one in mending))


def reds(facts: Sequence[Facts], _asked: Asked) -> Found:
    """`warnings.red_count`."""
    found = [one.reds for one in facts if one.reds is not None]
    return Found(value=float(sum(one.count for one in found)), refs=refs_of(one.refs for one in found))


def acks(facts: Sequence[Facts], _asked: Asked) -> Found:
    """`warnings.ack_rate`."""
    acks = [one.acks for one in facts if one.acks is not None]
    due = sum(one.due for one in acks)
    return share(sum(one.in_time for one in acks), due, acks, n=due)


def handled(facts: Sequence[Facts], _asked: Asked) -> Found:
    """`complaint.handled_rate`."""
    handled = [one.handled for one in facts if one.handled is not None]
    received = sum(one.received for one in handled)
    return share(sum(one.closed for one in handled), received, handled, n=received)


def reached(facts: Sequence[Facts], _asked: Asked) -> Found:
    """`goals.completed`."""
    goals = [one.reached for one in facts if one.reached is not None]
    due = sum(one.due_e9 for one in goals)
    return share(sum(one.reached_e9 for one in goals), due, goals, n=len(refs_of(one.refs for one in goals)))
