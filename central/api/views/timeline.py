"""What happened to a case or a measure, event by event."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Row

from central import domain
from central.api.mending_schemas import TimelineEvent
from central.api.schemas import Text
from central.mending.words import EVENT_WORDS, SEAT_WORDS
from central.store.instants import from_ms


def event_shown(row: Row[Any], names: dict[str, str]) -> TimelineEvent:
    """An event of a case or a measure."""
    return TimelineEvent(
        at=from_ms(row.at),
        event=row.event,
        word=text_of(EVENT_WORDS.get(row.event, domain.Text(zh=row.event, en=row.event))),
        actor=row.actor,
        actor_name=names.get(row.actor),
        seat=row.seat or None,
        seat_word=seat_word(row.seat),
        before=row.before,
        after=row.after,
        level=getattr(row, "level", None) or None,
        detail=json.loads(row.detail_json),
    )


def text_of(words: domain.Text) -> Text:
    """The domain's text as the API's."""
    return Text(zh=words.zh, en=words.en)


def seat_word(seat: str) -> Text | None:
    """A seat in words; None for the centre itself."""
    found = SEAT_WORDS.get(seat)
    return text_of(found) if found else None
