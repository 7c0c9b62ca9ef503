"""`siteprogress-central organisation …` and `lifecycle …`: units, stages of projects, templates."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from central.telling import CLI_ACTOR, SettingsFile, engine_of, fail, loaded, told

if TYPE_CHECKING:
    from central.plan.fault import PlanError

organisation = typer.Typer(no_args_is_help=True, help="The units of the district, down to its villages.")
lifecycle = typer.Typer(no_args_is_help=True, help="The stages that projects go through.")


@organisation.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help=".json (siteprogress.organisation/1) or .xlsx")],
    settings: SettingsFile = None,
) -> None:
    """Store the whole organisation as its next version, or name every fault of it and store nothing."""
    from central import clock
    from central.lifecycle.organisation import OrganisationTree, read_organisation, read_organisation_xlsx
    from central.store.engine import writing
    from central.store.save_organised import save_organisation

    with told():
        content = file.read_bytes()
    tree = (read_organisation_xlsx if file.suffix.lower() == ".xlsx" else read_organisation)(content)
    if not isinstance(tree, OrganisationTree):
        _tell(file, tree)
    found = loaded(settings)
    with told(found), writing(engine_of(found)) as connection:
        version = save_organisation(connection, tree, by=CLI_ACTOR, now_ms=clock.system_ms())
    typer.echo(f"organisation: {len(tree.units)} units, version {version}")


@organisation.command("show")
def show_organisation(settings: SettingsFile = None) -> None:
    """Every unit below the one it belongs to, with the projects it answers for."""
    from central.lifecycle.organisation import KINDS
    from central.store.engine import reading
    from central.store.read_organised import org_units, units_of_projects

    found = loaded(settings)
    with told(found), reading(engine_of(found)) as connection:
        units, of_unit = org_units(connection), units_of_projects(connection)
    if not units:
        typer.echo("no organisation: import one")
    for unit in units:
        projects = " ".join(sorted(project for project, of in of_unit.items() if of == unit.id))
        indent, kind = "  " * (unit.depth - 1), KINDS[unit.kind].zh
        typer.echo(
            f"{indent}{unit.name.zh} ({unit.id}, {kind}){' · ' + unit.steward if unit.steward else ''} {projects}"
        )


@lifecycle.command("show")
def show(project: str, settings: SettingsFile = None) -> None:
    """The stages of a project: planned, passed, by whom, and what is missing."""
    from central.lifecycle.gates import passed, state_of
    from central.lifecycle.stages import STAGE_NAMES
    from central.store.engine import reading
    from central.store.read_lifecycle import acts_of, planned_stages_of, template_of

    found = loaded(settings)
    with told(found), reading(engine_of(found)) as connection:
        template, acts = template_of(connection, project), acts_of(connection, project)
        planned = planned_stages_of(connection, project)
    done = passed(acts)
    typer.echo(f"{project}: template {template.label}")
    for rule in template.stages:
        act, plan = done.get(rule.stage), planned.get(rule.stage)
        facts = (
            f"planned {plan.planned_on}" if plan else "",
            f"passed {act.actual_on}, approved by {act.decided_by}" if act else "",
            f"responsible {act.responsible if act else plan.responsible if plan else ''}" if act or plan else "",
            f"needs {', '.join(need for need in rule.needs if need not in done)}"
            if state_of(rule, acts) == "blocked"
            else "",
        )
        told_of = "; ".join(fact for fact in facts if fact)
        typer.echo(f"{rule.stage:<11}{STAGE_NAMES[rule.stage].zh:<6}{state_of(rule, acts):<11}{told_of}".rstrip())


@lifecycle.command("template")
def template(name: str, settings: SettingsFile = None) -> None:
    """A template as the JSON document that `import-template` takes: construction, industry, service or your own."""
    from central.lifecycle.templates import template_document
    from central.store.engine import reading
    from central.store.read_lifecycle import templates_in_force

    found = loaded(settings)
    with told(found), reading(engine_of(found)) as connection:
        known = {one.name: one for one in templates_in_force(connection)}
    if name not in known:
        fail(f"template {name!r}: expected one of {', '.join(known)}")
    typer.echo(json.dumps(template_document(known[name]), ensure_ascii=False, indent=1))


@lifecycle.command("import-template")
def import_template(file: Path, settings: SettingsFile = None) -> None:
    """Store a template as the next version of its name; projects that have begun keep the one they began with."""
    from central import clock
    from central.lifecycle.stages import LifecycleTemplate
    from central.lifecycle.templates import read_template
    from central.store.engine import writing
    from central.store.save_lifecycle import put_template

    with told():
        document = json.loads(file.read_bytes())
    read = read_template(document, version=1)
    if not isinstance(read, LifecycleTemplate):
        _tell(file, read)
    found = loaded(settings)
    with told(found), writing(engine_of(found)) as connection:
        stored = put_template(connection, read, by=CLI_ACTOR, now_ms=clock.system_ms())
    typer.echo(f"template {stored.name}: version {stored.version}")


def _tell(file: Path, faults: Iterable[PlanError]) -> NoReturn:
    """Every fault in a line, then the end."""
    told_of = list(faults)
    for fault in told_of:
        place = ", ".join(str(part) for part in (file.name, fault.sheet, fault.row, fault.column) if part)
        typer.echo(f"{place}: {fault.what}: expected {fault.expected}", err=True)
    fail(f"{len(told_of)} {'fault' if len(told_of) == 1 else 'faults'} in {file}, nothing was stored")
