"""Begin and end events of a camera to spans in which a condition held. Pure; arrival order has no say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSeen:
    """A stored camera event of one gateway, camera and code; `at_ms` is event time, UTC."""

    epoch: str
    seq: int
    at_ms: int
    state: Literal["begin", "end"]
    detail: str
    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The condition held from `since_ms` to `until_ms` (None = it still holds)."""

    since_ms: int
    until_ms: int | None
    detail: str
    ref: str


def spans(events: Iterable[EventSeen]) -> tuple[Span, ...]:
    """Spans of ONE condition of ONE camera. A second begin prolongs, an end without a begin says nothing."""
    found: list[Span] = []
    begun: EventSeen | None = None
    for event in sorted(events, key=lambda e: (e.at_ms, e.epoch, e.seq)):
        if event.state == "begin" and begun is None:
            begun = event
        elif event.state == "end" and begun is not None:
            if event.at_ms > begun.at_ms:
                found.append(_span(begun, until_ms=event.at_ms))
            begun = None
    return (*found, _span(begun, until_ms=None)) if begun else tuple(found)


def _span(begun: EventSeen, *, until_ms: int | None) -> Span:
    return Span(since_ms=begun.at_ms, until_ms=until_ms, detail=begun.detail, ref=begun.ref)
