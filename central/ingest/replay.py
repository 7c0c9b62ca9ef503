"""Takes dead letters after all: a newer version understands them, or their gateway has been registered since.

What was taken is taken once, however often it is replayed: it goes the same way as what comes from a gateway.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from central.ingest.commit import commit
from central.ingest.inbox import open_message
from central.ingest.letters import Letter
from central.ingest.sorting import sort_records
from central.store.engine import reading, writing
from central.store.retime_stored import retime_stored
from central.store.save_configs import save_results
from central.store.save_letters import mark_replayed, stored_letters
from central.store.save_proofs import maps_of, save_losses, save_maps
from central.store.save_records import stored_record
from central.store.save_seen import earlier, mark_dirty, projects_of, save_events, save_readings
from central.store.tables import DeadLetter
from wire.codec import OpenedFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What became of one letter; `said` tells how many records were new, or why it cannot be taken yet."""

    letter: int
    taken: bool
    said: str


def replay(engine: Engine, *, ids: Sequence[int] = (), now_ms: int) -> list[Replayed]:
    """Try letters again, oldest first, each in a transaction of its own; without `ids` all that were not taken yet."""
    with reading(engine) as connection:
        letters = [one for one in stored_letters(connection, ids=ids) if ids or one.replayed_at is None]
    done = []
    for letter in letters:
        found = _again(engine, letter, now_ms=now_ms)
        if found.taken:
            with writing(engine) as connection:
                mark_replayed(connection, found.letter, now_ms=now_ms)
        done.append(found)
    return done


def _again(engine: Engine, letter: DeadLetter, *, now_ms: int) -> Replayed:
    number = letter.id or 0
    if not letter.payload:
        return Replayed(letter=number, taken=False, said="known loss: nothing of it was ever here")
    if len(letter.payload) < letter.size_bytes:
        kept = f"only {len(letter.payload)} of {letter.size_bytes} bytes were kept"
        return Replayed(letter=number, taken=False, said=f"{kept}: its gateway still has it and sends it again")
    if letter.seq is not None:
        return _record_again(engine, letter, now_ms=now_ms)
    return _message_again(engine, letter, now_ms=now_ms)


def _message_again(engine: Engine, letter: DeadLetter, *, now_ms: int) -> Replayed:
    number = letter.id or 0
    match open_message(letter.topic, letter.payload):
        case Letter() as still:
            return Replayed(letter=number, taken=False, said=still.clean_reason)
        case OpenedFrame() as opened:
            done = commit(engine, frames=[opened], letters=[], now_ms=now_ms)
            if not done.acks:
                return Replayed(letter=number, taken=False, said="refused again: see the security events")
            return Replayed(letter=number, taken=True, said=f"{done.stored} records new, {done.duplicates} known")
    return Replayed(letter=number, taken=False, said="it tells of a moment that has passed, not of a record")


def _record_again(engine: Engine, letter: DeadLetter, *, now_ms: int) -> Replayed:
    """One record whose body could not be read: the record is stored, what is derived of it is missing."""
    gateway, epoch, number = letter.gateway or "", letter.epoch or "", letter.id or 0
    with writing(engine) as connection:
        record = stored_record(connection, gateway=gateway, epoch=epoch, seq=letter.seq or 0)
        if record is None:
            return Replayed(letter=number, taken=False, said="its record is not stored")
        maps = maps_of(connection, gateway=gateway, epoch=epoch, lo=record.seq, hi=record.seq)
        found = sort_records([record], gateway=gateway, epoch=epoch, maps=maps)
        if found.letters:
            return Replayed(letter=number, taken=False, said=found.letters[0].clean_reason)
        save_maps(connection, found.maps, gateway=gateway, epoch=epoch)
        save_readings(connection, found.readings)
        save_events(connection, found.events)
        save_results(connection, found.results)
        save_losses(connection, found.losses, now_ms=now_ms)
        dirty = retime_stored(connection, found.maps, gateway=gateway, epoch=epoch, live=False)
        earlier(dirty, projects_of(connection, readings=found.readings, events=found.events))
        mark_dirty(connection, dirty)
    return Replayed(letter=number, taken=True, said="1 record understood")
