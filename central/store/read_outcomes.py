"""Reads what an outcome indicator was before and after: projects' figures, counts, amounts, answers of surveys."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from central.domain import Subject
from central.scoring.facts import Span
from central.scoring.outcome import Outcome, compare_amounts, compare_means, compare_shares
from central.scoring.period import Period
from central.scoring.sources import SOURCES
from central.store.read_entries import entered_surveys
from central.store.read_sources import Measures

MEANS = frozenset({"cycle.mean_days", "cycle.payment_days", "mending.mean_days", "progress.delay_days"})
"""Compared project by project: each has a figure of its own."""

SHARES = frozenset(
    {
        "progress.on_time",
        "money.correct_payment_rate",
        "mending.on_time_rate",
        "warnings.ack_rate",
        "complaint.handled_rate",
        "use.on_time_uploads",
        "use.automatic_share",
        "quality.pass_rate",
    }
)
"""Compared by counts: so many of so many."""

AMOUNTS = frozenset({"money.compliance_rate"})
COMPARED = MEANS | SHARES | AMOUNTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A measure of a subject over two stretches of days; `projects` are those of the subject that may be counted."""

    code: str
    subject: Subject
    before: Span
    after: Span
    projects: tuple[str, ...]


def outcome_of(connection: Connection, asked: Asked, *, now_ms: int) -> Outcome:
    """Before and after of a measure; KeyError for one that is not compared so."""
    sides = [Measures(connection, span, now_ms, asked.projects) for span in (asked.before, asked.after)]
    return _COMPARE[_kind_of(asked.code)](sides[0], sides[1], asked)


def satisfaction_of(
    connection: Connection, *, subject: Subject, indicator: str, before: Period, after: Period
) -> Outcome:
    """Before and after of a survey's share, by the newest accepted answers of two periods."""
    sides = [entered_surveys(connection, subject=subject, indicator=indicator, period=one) for one in (before, after)]
    return compare_shares(sides[0], sides[1])


def _kind_of(code: str) -> str:
    if code in MEANS:
        return "mean"
    if code in SHARES:
        return "share"
    if code in AMOUNTS:
        return "amount"
    raise KeyError(f"measure {code!r}: expected one of {', '.join(sorted(COMPARED))}")


def _means(before: Measures, after: Measures, asked: Asked) -> Outcome:
    return compare_means(_each(before, asked), _each(after, asked))


def _each(side: Measures, asked: Asked) -> list[float]:
    found = (side.value(Subject(kind="project", id=project), asked.code).value for project in asked.projects)
    return [value for value in found if value is not None]


def _shares(before: Measures, after: Measures, asked: Asked) -> Outcome:
    return compare_shares(_counted(before, asked), _counted(after, asked))


def _counted(side: Measures, asked: Asked) -> tuple[int, int]:
    """Hits and cases of all projects together; the rate is hits / cases, so that this gives the hits back."""
    value = side.value(asked.subject, asked.code)
    if value.value is None or not value.n:
        return 0, 0
    return round(value.value * value.n / 100), value.n


def _amounts(before: Measures, after: Measures, asked: Asked) -> Outcome:
    return compare_amounts(_paid(before, asked), _paid(after, asked))


def _paid(side: Measures, asked: Asked) -> tuple[int, int, int]:
    paid = [one.payments for one in side.facts(asked.subject, ("payments",)) if one.payments is not None]
    return (
        sum(one.compliant_fen for one in paid),
        sum(one.amount_fen for one in paid),
        sum(one.count for one in paid),
    )


_COMPARE: Mapping[str, Callable[[Measures, Measures, Asked], Outcome]] = {
    "mean": _means,
    "share": _shares,
    "amount": _amounts,
}


def unit_of_change(code: str) -> str:
    """The unit of a change: percentage points of rates, the measure's own otherwise."""
    return "pp" if code in SHARES | AMOUNTS else SOURCES[code].unit


def known_codes() -> Sequence[str]:
    """Codes that can be compared, sorted."""
    return sorted(COMPARED)
