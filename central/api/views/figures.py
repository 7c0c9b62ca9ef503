"""The measured figures of one subject, or their absence: nothing observed is null, never zero. Pure."""

from __future__ import annotations

from typing import Any

from central.store.tables import DeviationRow, ProgressState


def figures_of(deviation: DeviationRow | None, progress: ProgressState | None, *, planned_bp: int) -> dict[str, Any]:
    """The seven figures shared by projects and buildings, as members of their answers.

    The plan comes from the deviation, so that all figures are of one time; `planned_bp` stands in before there is one.
    """
    plan_bp = deviation.plan_bp if deviation else planned_bp
    coverage_bp = deviation.coverage_bp if deviation else 0
    if deviation is None or progress is None or progress.last_seen_at is None:
        unknown = dict.fromkeys(("actual_bp", "sigma_bp", "gap_bp", "lag_cdays"))
        return {"plan_bp": plan_bp, "coverage_bp": coverage_bp, **unknown}
    return {
        "plan_bp": plan_bp,
        "coverage_bp": coverage_bp,
        "actual_bp": deviation.actual_bp,
        "sigma_bp": deviation.sigma_bp,
        "gap_bp": deviation.gap_bp,
        "lag_cdays": deviation.lag_cdays,
    }
