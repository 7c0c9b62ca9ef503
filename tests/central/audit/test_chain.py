"""The trail: any change, gap or swap shows, and names the first bad entry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from central.audit.chain import Entry, first_fault
from central.audit.trail import append
from central.store.engine import reading, writing
from central.store.save_audit import entries


def trail_of(engine: Engine, count: int) -> list[Entry]:
    """Write entries and read them back."""
    for number in range(count):
        with writing(engine) as connection:
            append(connection, at_ms=number, actor="u", action="a.b", object_=f"o/{number}", detail={"值": number})
    with reading(engine) as connection:
        return list(entries(connection))


def test_a_whole_chain_holds(any_store: Engine) -> None:
    trail = trail_of(any_store, 5)
    assert [entry.seq for entry in trail] == [1, 2, 3, 4, 5]
    assert first_fault(trail) is None
    assert first_fault([]) is None


@pytest.mark.requirement(
    "A53",
    partly="what was cut off at the end, or all of it, shows only against an anchor outside that is not there yet",
)
@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda t: [t[0], replace(t[1], actor="v"), *t[2:]], 2),
        (lambda t: [t[0], *t[2:]], 2),
        (lambda t: [t[1], t[0], *t[2:]], 1),
        (lambda t: t[1:], 1),
        (lambda t: [*t[:4], replace(t[4], at=99)], 5),
        (lambda t: [*t[:3], replace(t[3], detail="{}"), t[4]], 4),
    ],
)
def test_what_was_tampered_with_is_named(
    sqlite_store: Engine, spoil: Callable[[list[Entry]], list[Entry]], fault: int
) -> None:
    assert first_fault(spoil(trail_of(sqlite_store, 5))) == fault
