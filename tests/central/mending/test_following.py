"""What the facts do to a case, as a truth table."""

from __future__ import annotations

from typing import Any

import pytest

from central.mending.case import Case
from central.mending.following import REOPEN_MS, Life, followed
from tests.central.mending.build import NOW_MS, a_case, a_measure


def life(level: Any = "yellow", *, open_: bool = True, historical: bool = False, warning: int = 1) -> Life:
    """The newest warning of a fault."""
    return Life(warning=warning, level=level, open=open_, historical=historical)


@pytest.mark.parametrize(
    ("case", "newest", "expected"),
    [
        (None, None, None),
        (None, life(), "open"),
        (None, life(historical=True), None),
        (None, life(open_=False), None),
        (a_case(), life(), None),
        (a_case(), life("red"), "escalate"),
        (a_case(), life("blue"), "ease"),
        (a_case(), life(warning=2), "redate"),
        (a_case(), life(warning=2, historical=True), "redate"),
        (a_case(), life(open_=False), "recover"),
        (a_case(level="blue"), life("blue", open_=False), "close"),
        (a_case(level="blue", peak="yellow"), life("blue", open_=False), "recover"),
        (a_case(level="blue", measure=a_measure()), life("blue", open_=False), "recover"),
        (a_case(level="blue", measure=a_measure(state="cancelled")), life("blue", open_=False), "close"),
        (a_case(state="verified"), life(open_=False), "close"),
        (a_case(state="verified"), None, "close"),
        (a_case(), None, "withdraw"),
        (a_case(measure=a_measure()), None, "recover"),
        (a_case(state="recovered", facts="cleared"), life(warning=2), "relapse"),
        (a_case(state="recovered", facts="cleared"), life(warning=2, historical=True), None),
        (a_case(state="recovered", facts="cleared"), life(open_=False), None),
        (a_case(state="closed", facts="cleared", ended_ms=NOW_MS), life(warning=2), "reopen"),
        (a_case(state="closed", facts="cleared", ended_ms=NOW_MS - REOPEN_MS), life(warning=2), "reopen"),
        (a_case(state="closed", facts="cleared", ended_ms=NOW_MS - REOPEN_MS - 1), life(warning=2), "open"),
        (a_case(state="closed", facts="cleared", ended_ms=NOW_MS), life(warning=2, historical=True), None),
        (a_case(state="waived", ended_ms=NOW_MS), life(), None),
        (a_case(state="waived", ended_ms=NOW_MS), life("blue"), None),
        (a_case(state="waived", ended_ms=NOW_MS), life("red"), "reopen"),
        (a_case(state="waived", ended_ms=NOW_MS), life(open_=False), "note"),
        (a_case(state="false_alarm", ended_ms=NOW_MS), None, "note"),
    ],
)
def test_facts_move_a_case_so(case: Case | None, newest: Life | None, expected: str | None) -> None:
    assert followed(case, newest, now_ms=NOW_MS) == expected
