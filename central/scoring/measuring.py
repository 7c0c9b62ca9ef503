"""Values of the measures (`central.scoring.sources`) out of facts: sums over sums, divided once. Pure.

A measure takes the facts of all projects of its subject (of one project: one). `None` for a part says that nothing is
known of it; what cannot be known of anybody is `missing`, what does not apply (no payment in the period, no camera) is
`not_applicable`, and what lies ahead is `not_due`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from central.domain import Text
from central.scoring import measured_counts, measured_money, measured_progress
from central.scoring.facts import Facts
from central.scoring.found import Asked, Found
from central.scoring.indicator import Value
from central.scoring.sources import SOURCES

REFS_MAX = 60  # how many of what is behind a value are named: the newest


def value_of(code: str, facts: Sequence[Facts], *, asked: Asked) -> Value:
    """The value of a measure; KeyError for a code that is none."""
    source = SOURCES[code]
    if asked.through < asked.period.first:
        found = Found(value=None, state="not_due")
    elif not facts:
        found = Found(value=None, state="not_applicable")
    else:
        found = _MEASURES[code](facts, asked)
    return Value(
        indicator=code,
        value=found.value,
        state=found.state,
        refs=found.refs[-REFS_MAX:],
        source=code,
        version=source.version,
        n=found.n,
        note=_note(found.lacking, len(facts)) if found.lacking else None,
    )


def _note(lacking: int, every: int) -> Text:
    return Text(zh=f"{every} 个项目中 {lacking} 个没有数据, 未计入", en=f"{lacking} of {every} projects have no data")


_MEASURES: Mapping[str, Callable[[Sequence[Facts], Asked], Found]] = {
    "progress.spi_t": measured_progress.spi_t,
    "progress.completion": measured_progress.completion,
    "progress.planned_completion": measured_progress.planned_completion,
    "progress.on_time": measured_progress.on_time,
    "progress.warning_days": measured_progress.warning_days,
    "progress.evidence": measured_progress.evidence,
    "progress.delay_days": measured_progress.delay,
    "money.execution_rate": measured_money.execution,
    "money.in_place_rate": measured_money.in_place,
    "money.saving_rate": measured_money.saving,
    "money.compliance_rate": measured_money.compliance,
    "money.correct_payment_rate": measured_money.correct,
    "money.paid_ahead": measured_progress.paid_ahead,
    "quality.pass_rate": measured_counts.pass_rate,
    "safety.serious_findings": measured_counts.serious,
    "data.quality": measured_counts.data_quality,
    "mending.on_time_rate": measured_counts.mended_in_time,
    "mending.mean_days": measured_counts.mended_days,
    "mending.overdue_unhandled": measured_counts.overdue,
    "warnings.red_count": measured_counts.reds,
    "warnings.ack_rate": measured_counts.acks,
    "warnings.report_lead": measured_counts.report_lead,
    "warnings.finish_lead": measured_progress.finish_lead,
    "use.on_time_uploads": measured_counts.on_time_uploads,
    "use.automatic_share": measured_counts.automatic,
    "cycle.mean_days": measured_progress.cycle,
    "cycle.payment_days": measured_money.payment_days,
    "complaint.handled_rate": measured_counts.handled,
    "goals.completed": measured_counts.reached,
}

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "progress.spi_t": ("life", "standing"),
    "progress.completion": ("life", "standing"),
    "progress.planned_completion": ("life", "standing"),
    "progress.on_time": ("life",),
    "progress.warning_days": ("life", "days"),
    "progress.evidence": ("life", "days", "standing"),
    "progress.delay_days": ("life", "standing"),
    "money.execution_rate": ("life", "money"),
    "money.in_place_rate": ("life", "money"),
    "money.saving_rate": ("life", "money"),
    "money.compliance_rate": ("payments",),
    "money.correct_payment_rate": ("payments",),
    "money.paid_ahead": ("life", "standing"),
    "quality.pass_rate": ("lots",),
    "safety.serious_findings": ("lots",),
    "data.quality": ("delivered",),
    "mending.on_time_rate": ("mending",),
    "mending.mean_days": ("mending",),
    "mending.overdue_unhandled": ("mending",),
    "warnings.red_count": ("reds",),
    "warnings.ack_rate": ("acks",),
    "warnings.report_lead": ("leads",),
    "warnings.finish_lead": ("life", "leads"),
    "use.on_time_uploads": ("delivered",),
    "use.automatic_share": ("seen",),
    "cycle.mean_days": ("life",),
    "cycle.payment_days": ("waits",),
    "complaint.handled_rate": ("handled",),
    "goals.completed": ("reached",),
}
"""Which facts each measure is made of, so that no others are read."""
