"""`siteprogress-central letters …`: what came and could not be taken."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from central.telling import SettingsFile, engine_of, fail, loaded, told

if TYPE_CHECKING:
    from central.store.tables import DeadLetter

letters = typer.Typer(no_args_is_help=True, help="Messages and records that could not be taken.")

SHOWN_BYTES = 2000


@letters.command("list")
def letters_list(
    every: Annotated[bool, typer.Option("--all", help="also those that were taken since")] = False,
    settings: SettingsFile = None,
) -> None:
    """Every letter that waits: what, from whom, why, how often."""
    found = [one for one in _letters(settings) if every or one.replayed_at is None]
    if not found:
        typer.echo("no dead letters")
        return
    table = Table("id", "received", "gateway", "code", "times", "bytes", "reason")
    for one in found:
        said = one.reason if one.replayed_at is None else f"taken since: {one.reason}"
        when = f"{datetime.fromtimestamp(one.received_at / 1000, UTC):%Y-%m-%d %H:%M:%S}"
        table.add_row(str(one.id), when, one.gateway or "-", one.code, str(one.times), str(one.size_bytes), said)
    Console().print(table)


@letters.command("show")
def letters_show(letter: int, settings: SettingsFile = None) -> None:
    """One letter whole, with the beginning of what it holds."""
    found = _letters(settings, letter)
    if not found:
        fail(f"dead letter {letter}: expected the id of one in `siteprogress-central letters list --all`")
    (one,) = found
    for name in ("id", "received_at", "replayed_at", "topic", "gateway", "epoch", "seq", "lo", "hi", "code", "reason"):
        typer.echo(f"{name}: {getattr(one, name)}")
    typer.echo(f"kept: {len(one.payload)} of {one.size_bytes} bytes, sha256 {one.sha256}")
    typer.echo(_readable(one.payload))


@letters.command("replay")
def letters_replay(
    letter: Annotated[list[int] | None, typer.Option("--id", help="only this one; may be given several times")] = None,
    settings: SettingsFile = None,
) -> None:
    """Try again what waits; what is there already changes nothing. Exit 1 when some cannot be taken yet."""
    from central import clock
    from central.ingest.replay import replay

    with told():
        done = replay(engine_of(loaded(settings)), ids=letter or (), now_ms=clock.system_ms())
    missing = sorted(set(letter or ()) - {one.letter for one in done})
    if missing:
        fail(f"dead letters {missing}: expected ids in `siteprogress-central letters list --all`")
    for one in done:
        typer.echo(f"{one.letter}: {'taken' if one.taken else 'not taken'}: {one.said}")
    taken = sum(one.taken for one in done)
    typer.echo(f"taken = {taken}, not taken = {len(done) - taken}")
    raise typer.Exit(0 if taken == len(done) else 1)


def _letters(settings: SettingsFile, *ids: int) -> list[DeadLetter]:
    from central.store.engine import reading
    from central.store.save_letters import stored_letters

    with told(), reading(engine_of(loaded(settings))) as connection:
        return stored_letters(connection, ids=ids)


def _readable(payload: bytes) -> str:
    """The text in a frame, JSON, or the bytes as Python writes them."""
    from wire.codec import inflate
    from wire.errors import WireError

    with suppress(WireError):
        payload = inflate(payload)
    try:
        return json.dumps(json.loads(payload), ensure_ascii=False, indent=1)[:SHOWN_BYTES]
    except (ValueError, RecursionError):
        return repr(payload[:SHOWN_BYTES])
