"""Waiting times: jittered, growing, capped, forgotten only after a stable period."""

from __future__ import annotations

from random import Random

from edge_agent.backoff import Backoff


def test_waits_grow_to_the_cap_and_are_jittered() -> None:
    backoff = Backoff(min_s=1, max_s=120, stable_s=30, random=Random(1))
    ceilings = [1, 2, 4, 8, 16, 32, 64, 120, 120, 120]
    waits = [backoff.after_failure() for _ in ceilings]
    assert all(ceiling / 10 <= wait <= ceiling for wait, ceiling in zip(waits, ceilings, strict=True))
    assert len(set(waits)) == len(waits)


def test_only_a_stable_run_forgets_failures() -> None:
    backoff = Backoff(min_s=1, max_s=120, stable_s=30, random=Random(1))
    for _ in range(8):
        backoff.after_failure()
    backoff.after_run(29.9)
    assert backoff.after_failure() > 1
    backoff.after_run(30)
    assert backoff.after_failure() <= 1
