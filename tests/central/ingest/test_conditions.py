"""Events to spans."""

from __future__ import annotations

from itertools import permutations

import pytest

from central.ingest.conditions import EventSeen, spans


def _event(spelled: str, seq: int) -> EventSeen:
    """'b10' begins at 10 ms, 'e20' ends at 20 ms."""
    state = "begin" if spelled[0] == "b" else "end"
    return EventSeen(epoch="e1", seq=seq, at_ms=int(spelled[1:]), state=state, detail=spelled, ref=f"g/e1/{seq}")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("events", "held"),
    [
        ("", []),
        ("b10", [(10, None)]),
        ("b10 e20", [(10, 20)]),
        ("e20", []),
        ("b10 b15 e20", [(10, 20)]),
        ("b10 e20 b30", [(10, 20), (30, None)]),
        ("b10 e20 e25 b30 e40", [(10, 20), (30, 40)]),
        ("b10 e10", []),
    ],
)
def test_spans_in_any_order_of_arrival(events: str, held: list[tuple[int, int | None]]) -> None:
    told = [_event(spelled, seq) for seq, spelled in enumerate(events.split(), 1)]
    for order in permutations(told):
        assert [(span.since_ms, span.until_ms) for span in spans(order)] == held
