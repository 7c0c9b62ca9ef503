"""siteprogress-central: serve, migrate, register people and gateways, import plans, verify delivery."""

from __future__ import annotations

import io
import json
import logging
import sys
from pathlib import Path
from typing import Annotated, get_args

import typer

from central import seldom  # noqa: F401 first, as it quickens the imports below
from central.configuring.commands import app as configuring
from central.identity.commands import gateways, identity
from central.indicator_commands import app as indicators
from central.ingest.commands import letters
from central.ladder_commands import app as ladders
from central.ledger_commands import app as ledger
from central.notify.commands import app as notify
from central.organisation_commands import lifecycle, organisation
from central.plan_commands import app as plans
from central.recompute_commands import export_scores, recompute
from central.report.commands import app as reports
from central.settings import check_files
from central.standard_commands import data_standard, validate
from central.telling import CLI_ACTOR, SettingsFile
from central.telling import engine_of as _engine
from central.telling import fail as _fail
from central.telling import loaded as _loaded
from central.telling import told as _told
from wire.log_lines import log_to_stderr

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The centre of siteprogress.")
users = typer.Typer(no_args_is_help=True, help="People who may log in.")
app.add_typer(users, name="user")
app.add_typer(gateways, name="gateway")
app.add_typer(configuring, name="configure")
app.add_typer(letters, name="letters")
app.add_typer(ledger, name="ledger")
app.add_typer(ladders, name="ladder")
app.add_typer(notify, name="notify")
app.add_typer(plans, name="plan")
app.add_typer(organisation, name="organisation")
app.add_typer(lifecycle, name="lifecycle")
app.add_typer(identity, name="identity")
app.add_typer(indicators, name="indicators")
app.add_typer(reports, name="report")
app.command()(validate)
app.command("data-standard")(data_standard)
app.command()(recompute)
app.command("export-scores")(export_scores)


@app.command()
def serve(settings: SettingsFile = None) -> None:
    """Listen to the gateways, judge, and serve API and pages until SIGTERM."""
    from central.app import serve as run

    found = _loaded(settings)
    log_to_stderr(found.log_level.upper())
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    with _told(found):
        check_files(found)
        run(found)


@app.command()
def migrate(settings: SettingsFile = None) -> None:
    """Bring the database to the newest schema."""
    _engine(_loaded(settings))
    typer.echo("the schema is the newest")


@users.command("add")
def user_add(  # noqa: PLR0917 -- typer's parameters are the command's options
    username: str,
    name: Annotated[str, typer.Option(help="the person's name")],
    role: Annotated[str, typer.Option(help="admin, leader, project_owner, inspector, auditor, …")],
    scope: Annotated[str, typer.Option(help="district, unit:NAME, street:NAME or project:ID")] = "district",
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="read the password from stdin")] = False,
    settings: SettingsFile = None,
) -> None:
    """Add a person; the password is asked for unless it comes by stdin."""
    from central import clock
    from central.api.passwords import hash_password
    from central.store.save_people import add_user

    kind, value = _scope(scope)
    _check_role(role)
    password = sys.stdin.readline().rstrip("\n") if password_stdin else _asked()
    with _told():
        add_user(
            _engine(_loaded(settings)),
            username,
            name=name,
            password_hash=hash_password(password),
            role=role,
            scope_kind=kind,
            scope=value,
            by=CLI_ACTOR,
            now_ms=clock.system_ms(),
        )
    typer.echo(f"added {username}: {role} of {scope}")


@app.command("import-plan")
def import_plan(
    file: Annotated[Path, typer.Argument(help="a plan: .json (siteprogress.plan/1 or /2) or .xlsx")],
    reason: Annotated[str, typer.Option(help="why this version, for the record")] = "",
    approved_by: Annotated[str, typer.Option(help="of a revision: the user who approved it")] = "",
    settings: SettingsFile = None,
) -> None:
    """Store a plan as the next version of its project, or name every fault of it and store nothing.

    The first plan is the baseline; a later one says why, and which dept_head or leader approved it.
    """
    from central import clock
    from central.plan.document import ImportedPlan
    from central.plan.importing import read_plan_json, read_plan_xlsx
    from central.store.engine import writing
    from central.store.save_proposals import revise_by_hand

    with _told():
        content = file.read_bytes()
    spelled = content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") or file.suffix.lower() == ".json"
    found = (read_plan_json if spelled and not content.startswith(b"PK") else read_plan_xlsx)(content)
    if not isinstance(found, ImportedPlan):
        for fault in found:
            place = ", ".join(str(part) for part in (file.name, fault.sheet, fault.row, fault.column) if part)
            typer.echo(f"{place}: {fault.what}: expected {fault.expected}", err=True)
        _fail(f"{len(found)} {'fault' if len(found) == 1 else 'faults'} in {file}, nothing was stored")
    with _told(), writing(_engine(_loaded(settings))) as connection:
        now_ms = clock.system_ms()
        version = revise_by_hand(connection, found, by=CLI_ACTOR, reason=reason, approved_by=approved_by, now_ms=now_ms)
    typer.echo(f"project {found.project.id}: plan version {version}")


@app.command("verify-delivery")
def verify_delivery(
    edge: Annotated[
        list[Path] | None, typer.Option("--edge", help="data_dir of a gateway; may be given several times")
    ] = None,
    proofs: Annotated[bool, typer.Option("--proofs", help="recompute links and signatures of stored records")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="machine-readable")] = False,
    settings: SettingsFile = None,
) -> None:
    """Recompute from both stores that nothing is lost and nothing is there twice; exit 1 when it does not hold."""
    from central.verify_delivery import verify, verify_proofs
    from central.verifying import tell_json, tell_proofs, tell_verdicts

    if not edge and not proofs:
        _fail("nothing to verify: expected --edge DIR, --proofs, or both")
    with _told():
        engine = _engine(_loaded(settings))
        verdicts = verify(engine, edge or ())
        proven = verify_proofs(engine, {verdict.gateway for verdict in verdicts}) if proofs else None
    if as_json:
        tell_json(verdicts, proven)
    else:
        if verdicts:
            tell_verdicts(verdicts)
        if proven is not None:
            tell_proofs(proven)
    holds = all(verdict.holds for verdict in verdicts) and all(one.holds for one in proven or ())
    raise typer.Exit(0 if holds else 1)


@app.command("verify-trail")
def verify_trail(settings: SettingsFile = None) -> None:
    """Check the audit trail's hash chain; exit 1 with the first bad entry's number when it does not hold."""
    from central.audit.chain import first_fault
    from central.store.engine import reading
    from central.store.save_audit import entries

    with reading(_engine(_loaded(settings))) as connection:
        fault = first_fault(entries(connection))
    if fault is not None:
        _fail(f"audit trail: entry {fault} was changed, or the one before it is missing", code=1)
    typer.echo("audit trail: the chain holds")


@app.command("export-openapi")
def export_openapi() -> None:
    """Print the OpenAPI 3.1 document; needs no database."""
    from central.api.app import openapi_document

    typer.echo(json.dumps(openapi_document(), ensure_ascii=False, indent=2))


def main() -> None:
    """Entry point. A name that the terminal cannot spell (a file's in GBK) is spelled in escapes and breaks nothing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    app()


def _asked() -> str:
    password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password


def _scope(scope: str) -> tuple[str, str]:
    from central.api.policy import ScopeKind

    kind, _, value = scope.partition(":")
    if kind not in get_args(ScopeKind) or (kind == "district") == bool(value):
        _fail(f"scope {scope!r}: expected district, unit:NAME, street:NAME or project:ID")
    return kind, value


def _check_role(role: str) -> None:
    from central.api.policy import ROLES

    if role not in ROLES:
        _fail(f"role {role!r}: expected one of {', '.join(ROLES)}")


if __name__ == "__main__":
    main()
