"""`siteprogress-central notify …`: where people are reached, a letter to try it, what is under way, try again."""

from __future__ import annotations

import secrets
import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from central.telling import CLI_ACTOR, SettingsFile, engine_of, fail, loaded, told

app = typer.Typer(no_args_is_help=True, help="Messages to people.")
address = typer.Typer(no_args_is_help=True, help="Where people are reached.")
app.add_typer(address, name="address")
Person = Annotated[str, typer.Argument(help="a user name")]
Number = Annotated[int, typer.Argument(help="as `notify address list` shows it")]


@address.command("add")
def add(
    person: Person,
    where: Annotated[
        str, typer.Argument(help="e-mail address, a robot's webhook, or apprise's form; - reads it from stdin")
    ],
    rank: Annotated[int, typer.Option(min=0, max=99, help="least first; others only when it fails")] = 0,
    settings: SettingsFile = None,
) -> None:
    """Add an address of a person. It is stored encrypted; a robot's webhook is a secret: give it by stdin."""
    from central import clock
    from central.notify.channels import addressed
    from central.notify.sealing import sealer_of
    from central.settings import mail_relay
    from central.store.engine import writing
    from central.store.save_addresses import add_address

    found = loaded(settings)
    typed = sys.stdin.readline().strip() if where == "-" else where
    with told(found):
        known = addressed(typed)
        if known.relayed and mail_relay(found) is None:
            fail("a plain e-mail address: expected notify.mail_file in the settings, or a whole mailto://… address")
        engine = engine_of(found)
        sealed = sealer_of(found.data_dir).seal(typed, person=person)
        with writing(engine) as connection:
            number = add_address(
                connection, person, channel=known.channel, rank=rank, sealed=sealed, by=CLI_ACTOR,
                now_ms=clock.system_ms(),
            )  # fmt: skip
    typer.echo(f"address {number} of {person}: {known.channel} {known.shown}")


@address.command("list")
def list_(person: Annotated[str | None, typer.Argument()] = None, settings: SettingsFile = None) -> None:
    """Addresses of active people, best first, with no more of them than tells them apart."""
    from central.notify.channels import addressed
    from central.notify.sealing import SealBroken, sealer_of
    from central.store.engine import reading
    from central.store.save_addresses import addresses_of

    found = loaded(settings)
    table = Table("number", "person", "rank", "channel", "address", "since (UTC)")
    with told(found):
        with reading(engine_of(found)) as connection:
            known = addresses_of(connection, None if person is None else [person])
        sealer = sealer_of(found.data_dir)
        for one in (one for several in known.values() for one in several):
            try:
                shown = addressed(sealer.open(one.sealed, person=one.person)).shown
            except SealBroken as broken:
                shown = f"unreadable: {broken.what}"
            since = datetime.fromtimestamp(one.added_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")
            table.add_row(str(one.id), one.person, str(one.rank), one.channel, shown, since)
    if not table.rows:
        typer.echo("nobody has an address: messages are on the pages only")
        return
    Console().print(table)


@address.command("remove")
def remove(number: Number, settings: SettingsFile = None) -> None:
    """Forget an address; deliveries under way go to the person's next one."""
    from central import clock
    from central.store.engine import writing
    from central.store.save_addresses import remove_address

    found = loaded(settings)
    with told(found), writing(engine_of(found)) as connection:
        remove_address(connection, number, by=CLI_ACTOR, now_ms=clock.system_ms())
    typer.echo(f"removed address {number}")


@address.command("test")
def test(person: Person, settings: SettingsFile = None) -> None:
    """Send a letter to each address of a person now, and tell what the provider says; exit 1 if one is not taken."""
    from central.domain import Text
    from central.notify.beginning import sender_of, style_of
    from central.notify.channels import addressed
    from central.notify.composing import Part, composed
    from central.notify.sealing import sealer_of
    from central.settings import mail_relay
    from central.store.engine import reading
    from central.store.save_addresses import addresses_of

    found = loaded(settings)
    with told(found):
        with reading(engine_of(found)) as connection:
            known = addresses_of(connection, [person]).get(person, ())
        if not known:
            fail(f"{person} has no address: expected one by `notify address add`")
        sealer, sender = sealer_of(found.data_dir), sender_of(found.notify, mail_relay(found))
        part = Part(
            subject=Text(zh="siteprogress 测试消息", en="siteprogress test message"),
            body=Text(zh="收到即表示此地址可用, 无需处理。", en="This address works; there is nothing to do."),
            link="",
        )
        failed = 0
        for one in known:
            letter = composed(
                [part], digest=False, token=secrets.token_hex(12), urgent=False, style=style_of(found.notify)
            )  # fmt: skip
            answer = sender.send(addressed(sealer.open(one.sealed, person=person)), letter)
            typer.echo(f"address {one.id} {one.channel}: {answer.outcome} {answer.words}".rstrip())
            failed += answer.outcome != "sent"
    raise typer.Exit(1 if failed else 0)


@app.command()
def status(settings: SettingsFile = None) -> None:
    """How many deliveries wait, were sent, failed or have no address, and how old the oldest that waits is."""
    from central import clock
    from central.store.engine import reading
    from central.store.read_notified import delivery_counts

    found = loaded(settings)
    with told(found), reading(engine_of(found)) as connection:
        counts = delivery_counts(connection)
    now_ms = clock.system_ms()
    for state, count, oldest_ms in counts:
        late_s = (now_ms - oldest_ms) // 1000
        waits = f", the oldest due {late_s} s ago" if state in ("waiting", "sending") and late_s > 0 else ""
        typer.echo(f"{state}: {count}{waits}")
    if not counts:
        typer.echo("nothing was to be delivered yet")


@app.command()
def retry(
    days: Annotated[int, typer.Option(min=1, max=366, help="what was given up in so many days")] = 3,
    settings: SettingsFile = None,
) -> None:
    """Try again what was given up, e.g. after a robot's settings were put right."""
    from central import clock
    from central.store.deliver_notified import retry_failed
    from central.store.engine import writing

    found = loaded(settings)
    now_ms = clock.system_ms()
    since_ms = now_ms - int(timedelta(days=days).total_seconds()) * 1000
    with told(found), writing(engine_of(found)) as connection:
        count = retry_failed(connection, since_ms=since_ms, now_ms=now_ms)
    typer.echo(f"{count} deliveries are tried again")
