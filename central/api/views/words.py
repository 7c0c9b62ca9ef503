"""Small spellings shared by the views: names, instants, references."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Protocol

from central.api.schemas import Named, Text
from central.configuring.gateway_words import gateway_text
from central.store.instants import from_ms


class HasNames(Protocol):
    """A stored row with its name in both languages."""

    id: str
    name_zh: str
    name_en: str


def name_of(row: HasNames) -> Text:
    """The row's name."""
    return Text(zh=row.name_zh, en=row.name_en)


def named(row: HasNames) -> Named:
    """The row's id and name."""
    return Named(id=row.id, name=name_of(row))


def instant(at_ms: int | None) -> datetime | None:
    """Aware UTC time of a stored instant; None stays None."""
    return None if at_ms is None else from_ms(at_ms)


def said_by_gateway(message: str) -> Text:
    """What a gateway says of itself, in both languages; "" stays ""."""
    said = gateway_text(message)
    return Text(zh=said.zh, en=said.en)


def refs_of(stored: str) -> list[str]:
    """Records a row refers to, each once, in order: a JSON list whose entries may be several joined by commas."""
    groups = json.loads(stored) if stored.startswith("[") else [stored]
    return list(dict.fromkeys(ref for group in groups for ref in str(group).split(",") if ref))
