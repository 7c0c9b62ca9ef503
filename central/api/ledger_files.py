"""Files of the ledger over HTTP: a sheet comes in, a package that verifies offline goes out."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path

from sqlalchemy import Connection, select
from sqlmodel import Session

from central.api.access import Access, place_of
from central.api.errors import InvalidError, SaidInvalidError, absent
from central.api.ledger_schemas import LedgerImported
from central.api.policy import covers
from central.api.sent_files import XLSX_TYPE, SentFile, out_of_form, read_sent
from central.api.services import Services
from central.api.views.ledger import check_period, refused_rows
from central.money.importing import BYTES_MAX
from central.money.workbook import NotALedgerError
from central.store import tables
from central.store.export_ledger import export_package
from central.store.instants import to_ms
from central.store.read_statement import Which
from central.store.take_ledger import take_file

LEDGER_BYTES_MAX = BYTES_MAX + 64 * 1024  # the form around the file
ENTRIES_BYTES_MAX = 4 * 1024 * 1024
EXPORT_ENTRIES_MAX = 200_000  # more is a matter of minutes: the command line does it
ZIP_TYPE = "application/zip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A package on disk, to be removed once it was sent."""

    path: Path
    filename: str


def projects_within(access: Access, session: Session) -> tuple[str, ...] | None:
    """Ids of the projects that the caller's grants reach, sorted; None = everything."""
    if access.everywhere:
        return None
    rows = session.execute(select(tables.Project)).scalars()
    return tuple(sorted(project.id for project in rows if covers(access.grants, place=place_of(project))))


def one_of(within: tuple[str, ...] | None, project: str | None) -> tuple[str, ...] | None:
    """The one project that is asked for; AbsentError when it is not within. None = all that are within."""
    if project is None:
        return within
    if within is not None and project not in within:
        raise absent("project", project)
    return (project,)


def allowed(within: tuple[str, ...] | None) -> Callable[[Connection, Collection[str]], Collection[str]] | None:
    """Those of some projects that are within."""
    if within is None:
        return None
    there = frozenset(within)
    return lambda _connection, projects: there & set(projects)


def import_ledger(
    services: Services, *, access: Access, within: tuple[str, ...] | None, file: SentFile
) -> LedgerImported:
    """Post every row of an xlsx that may be posted; the others are told and kept."""
    file = out_of_form(file)
    content = read_sent(file, {XLSX_TYPE: BytesIO})
    try:
        taken = take_file(
            services.engine,
            content,
            filename=file.name,
            within=allowed(within),
            by=access.username,
            wall_ms=lambda: to_ms(services.wall()),
        )
    except NotALedgerError as wrong:
        refusal = wrong.refusal
        raise SaidInvalidError(refusal.what, where=f"body.{refusal.where}", expected=refusal.expected) from wrong
    return LedgerImported(
        import_id=taken.import_id,
        sha256=taken.sha256,
        posted=taken.posted,
        known=taken.known,
        conflicts=taken.conflicts,
        refused=taken.refused,
        refused_rows=refused_rows(taken),
    )


def export_ledger(services: Services, *, access: Access, first: date, last: date, which: Which) -> Exported:
    """A package of a period on disk, told in the trail."""
    check_period(first, last)
    with tempfile.NamedTemporaryFile(suffix=".zip", delete=False) as file:
        path = Path(file.name)
        try:
            done = export_package(
                services.engine,
                file,
                first=first,
                last=last,
                which=which,
                by=access.username,
                at_ms=to_ms(services.wall()),
                entries_max=EXPORT_ENTRIES_MAX,
            )
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    if not done:
        path.unlink(missing_ok=True)
        raise InvalidError(
            f"more than {EXPORT_ENTRIES_MAX} entries",
            where="query.from",
            expected="a shorter period, or siteprogress-central ledger export on the centre",
        )
    return Exported(path=path, filename=f"ledger-{first}-{last}.zip")
