"""`siteprogress-central gateway …` and `identity …`: who may deliver, with which keys, through which door."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from central.telling import CLI_ACTOR, SettingsFile, engine_of, loaded, told

if TYPE_CHECKING:
    from central.settings import Settings
    from central.store.read_identity import Standing

gateways = typer.Typer(no_args_is_help=True, help="Gateways whose data is taken.")
identity = typer.Typer(no_args_is_help=True, help="The broker's certificates, access rules and revocation list.")

ON_THE_GATEWAY = "/var/lib/siteprogress-edge/identity"
SOON_DAYS = 7
Days = Annotated[int | None, typer.Option(min=1, max=397, help="how long the certificate holds; 30 by default")]


@gateways.command("add")
def gateway_add(
    gateway: str,
    renew: Annotated[bool, typer.Option("--renew", help="a new token for a known gateway")] = False,
    settings: SettingsFile = None,
) -> None:
    """Register a gateway without keys; its token is printed once, on the last line, and kept only as a digest."""
    from central import clock
    from central.identity.names import check_gateway_id
    from central.store.save_people import add_gateway

    with told():
        check_gateway_id(gateway)
        token = add_gateway(engine_of(loaded(settings)), gateway, by=CLI_ACTOR, now_ms=clock.system_ms(), renew=renew)
    typer.echo(f"gateway {gateway} is registered. Its token, shown this once:", err=True)
    typer.echo(token)


@gateways.command("retire")
def gateway_retire(gateway: str, settings: SettingsFile = None) -> None:
    """Take nothing of this gateway any more; what it delivered stays."""
    from central import clock
    from central.store.save_people import retire_gateway

    with told():
        retire_gateway(engine_of(loaded(settings)), gateway, by=CLI_ACTOR, now_ms=clock.system_ms())
    typer.echo(f"gateway {gateway} is retired")


@gateways.command("enroll")
def gateway_enroll(  # noqa: PLR0917 -- typer's parameters are the command's options
    gateway: str,
    out: Annotated[Path, typer.Option(help="folder for its files; to be moved to the gateway, not copied")],
    days: Days = None,
    broker_url: Annotated[str | None, typer.Option(help="mqtts://HOST[:PORT] as the gateway reaches it")] = None,
    centre_url: Annotated[str | None, typer.Option(help="https://HOST as the gateway reaches it")] = None,
    folder: Annotated[str, typer.Option("--at", help="where the files will lie on the gateway")] = ON_THE_GATEWAY,
    renew: Annotated[bool, typer.Option("--renew", help="new keys for one that has keys; the old ones end")] = False,
    settings: SettingsFile = None,
) -> None:
    """Register a gateway with keys of its own: certificate, signing key, token and its piece of settings, in OUT."""
    from central import clock
    from central.identity.enroll import Places, enroll

    found = loaded(settings)
    places = Places(
        broker_url=broker_url or found.identity.broker_url or "mqtts://BROKER:8883",
        centre_url=centre_url or found.identity.centre_url or "https://CENTRE",
        folder=folder,
    )
    engine = engine_of(found)
    with told(found):
        made = enroll(
            engine,
            found.data_dir,
            gateway,
            out=out,
            places=places,
            life=timedelta(days=days or found.identity.certificate_days),
            by=CLI_ACTOR,
            now=clock.system(),
            renew=renew,
        )
        if renew:
            _publish_list(found)
    typer.echo(f"gateway {gateway} is enrolled until {made.valid_until:%Y-%m-%d %H:%M} UTC, and renews by itself")
    typer.echo(f"its keys are in {out} only: move them to {folder} on the gateway, see {out / 'identity.toml'}")


@gateways.command("revoke")
def gateway_revoke(
    gateway: str,
    reason: Annotated[str, typer.Option(help="why, for the record")],
    settings: SettingsFile = None,
) -> None:
    """Its keys and certificates hold no more: from now on the centre takes nothing of it; what it delivered stays."""
    from central import clock
    from central.store.save_identity import revoke_gateway

    found = loaded(settings)
    engine = engine_of(found)
    with told(found):
        ended = revoke_gateway(engine, gateway, reason=reason, by=CLI_ACTOR, now_ms=clock.system_ms())
        typer.echo(f"gateway {gateway} is revoked, with {ended} {'certificate' if ended == 1 else 'certificates'}")
        published = _publish_list(
            found
        )  # may fail where the broker's files are another user's: it is revoked all the same
    if published is None:
        typer.echo("the broker does not know yet: siteprogress-central identity revoked --out FILE, then restart it")
    else:
        typer.echo(f"{published} is written: restart the broker, which also ends the connection that stands")


@gateways.command("list")
def gateway_list(settings: SettingsFile = None) -> None:
    """Every gateway: whether it signs, and for how many days its certificate holds."""
    from central import clock
    from central.store.engine import reading
    from central.store.read_identity import all_standing

    found = loaded(settings)
    engine = engine_of(found)
    with told(found), reading(engine) as connection:
        standing = all_standing(connection)
    table = Table("gateway", "state", "signs", "days left")
    for one in standing:
        table.add_row(one.gateway, _state(one), "yes" if one.public_key else "no", _days_left(one, clock.system()))
    Console().print(table)


@identity.command("broker")
def identity_broker(
    host: Annotated[list[str], typer.Option(help="name or IP by which clients reach it; may be given several times")],
    out: Annotated[Path, typer.Option(help="folder for the broker's files; made anew when they are there")],
    folder: Annotated[str | None, typer.Option("--at", help="where the files will lie; OUT by default")] = None,
    days: Annotated[int, typer.Option(min=1, max=825, help="how long its certificate holds")] = 397,
    settings: SettingsFile = None,
) -> None:
    """Write certificates, access rules, revocation lists and mosquitto.conf of a broker, and the centre's own pair."""
    from central import clock
    from central.identity.broker_files import write_broker_files

    found = loaded(settings)
    engine = engine_of(found)
    with told(found):
        until = write_broker_files(
            engine,
            found.data_dir,
            out,
            hosts=host,
            folder=folder or str(out.resolve()),
            life=timedelta(days=days),
            by=CLI_ACTOR,
            now=clock.system(),
        )
    typer.echo(f"{out}: certificates until {until:%Y-%m-%d}; broker: mosquitto -c mosquitto.conf")
    typer.echo("centre: [broker] tls_ca = ca.crt, tls_cert = centre.crt, tls_key = centre.key, port 8884")


@identity.command("revoked")
def identity_revoked(
    out: Annotated[Path, typer.Option(help="the file the broker reads as gateways.crl")], settings: SettingsFile = None
) -> None:
    """Write the list of gateway certificates that hold no more; then restart the broker, or send it SIGHUP."""
    from central import clock
    from central.identity.revocation import write_list

    found = loaded(settings)
    engine = engine_of(found)
    with told(found):
        write_list(engine, found.data_dir, out, now=clock.system())
    typer.echo(f"{out} is written")


@identity.command("list")
def identity_list(settings: SettingsFile = None) -> None:
    """Every certificate that holds, the next to end first; those of broker and centre are renewed by people."""
    from central import clock
    from central.store.engine import reading
    from central.store.read_identity import held_now

    found, now = loaded(settings), clock.system()
    engine = engine_of(found)
    with told(found), reading(engine) as connection:
        held = held_now(connection, now=now)
    table = Table("name", "for", "serial", "until", "days left")
    for one in held:
        days = (one.valid_until - now) // timedelta(days=1)
        table.add_row(one.name, one.purpose, one.serial, f"{one.valid_until:%Y-%m-%d}", str(days))
    Console().print(table)


def _publish_list(settings: Settings) -> Path | None:
    from central import clock
    from central.identity.revocation import write_list

    path = settings.identity.revocation_file
    if path is not None:
        write_list(engine_of(settings), settings.data_dir, path, now=clock.system())
    return path


def _state(one: Standing) -> str:
    for word, at in (("revoked", one.revoked_at), ("retired", one.retired_at)):
        if at is not None:
            return f"{word} {at:%Y-%m-%d}"
    return "taken"


def _days_left(one: Standing, now: datetime) -> str:
    if one.valid_until is None:
        return "no certificate"
    days = math.floor((one.valid_until - now) / timedelta(days=1))
    if days < 0:
        return f"expired {one.valid_until:%Y-%m-%d}"
    return f"{days} (soon)" if days < SOON_DAYS else str(days)
