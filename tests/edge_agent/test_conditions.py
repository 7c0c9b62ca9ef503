"""Device conditions as a truth table."""

from __future__ import annotations

import pytest

from edge_agent.conditions import after_look, applied, when_silent

T = tuple[str, ...]


@pytest.mark.parametrize(
    ("before", "quality", "registration", "expected", "held"),
    [
        ((), (), "VERIFIED", (), ()),
        ((), (), "MOVED", ("moved begin",), ("moved",)),
        (("moved",), (), "MOVED", (), ("moved",)),
        (("moved",), ("fog",), "UNVERIFIED", (), ("moved",)),
        (("moved",), (), "VERIFIED", ("moved end",), ()),
        ((), ("frozen",), "UNVERIFIED", ("frozen begin",), ("frozen",)),
        (("frozen",), ("frozen",), "UNVERIFIED", (), ("frozen",)),
        (("frozen",), ("covered",), "UNVERIFIED", ("frozen end", "covered begin"), ("covered",)),
        ((), ("replayed", "clock_sun"), "UNVERIFIED", ("replayed begin", "clock_sun begin"), ("clock_sun", "replayed")),
        (("clock_backwards",), (), "VERIFIED", ("clock_backwards end",), ()),
        (("offline",), (), "VERIFIED", ("offline end",), ()),
        ((), ("dark", "fog", "blur"), "UNVERIFIED", (), ()),
    ],
)
def test_after_a_look(before: T, quality: T, registration: str, expected: T, held: T) -> None:
    changes = after_look(before, quality=quality, registration=registration)
    assert tuple(f"{change.code} {change.state}" for change in changes) == expected
    assert applied(before, changes) == held


@pytest.mark.parametrize(
    ("before", "silent_s", "begins"), [((), 10.0, False), ((), 10.1, True), (("offline",), 99.0, False)]
)
def test_when_silent(before: T, silent_s: float, begins: bool) -> None:
    changes = when_silent(before, silent_s=silent_s, limit_s=10.0, problem="no route")
    assert [(change.code, change.detail) for change in changes] == ([("offline", "no route")] if begins else [])
