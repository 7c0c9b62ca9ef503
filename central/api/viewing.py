"""Shows a picture to somebody, and registers it first: what cannot be registered is not shown."""

from __future__ import annotations

from pathlib import Path

from fastapi.responses import FileResponse

from central.api.access import Access, place_of
from central.api.policy import ROLES, covers
from central.api.services import Services
from central.store.engine import writing
from central.store.instants import to_ms
from central.store.read_places import Located
from central.store.save_views import Seen, register_view
from central.store.tables import Project

# A picture that is looked at again within ten minutes is the same look; later it is asked for, and registered, anew.
CACHED = "private, max-age=600"


def shown(
    services: Services, access: Access, path: Path, *, located: Located | None, kind: str, sha256: str, tag: str
) -> FileResponse:
    """The JPEG at `path`, after the register says who looks at it, of which project, and why."""
    register(services, access, located=located, kind=kind, sha256=sha256)
    return FileResponse(path, media_type="image/jpeg", headers={"Cache-Control": CACHED, "ETag": f'"{tag}"'})


def register(services: Services, access: Access, *, located: Located | None, kind: str, sha256: str) -> None:
    """Note a look in the role in which the caller may have it."""
    project = _project(access, located)
    seen = Seen(
        person=access.username,
        role=_role(access, project),
        kind=kind,
        sha256=sha256,
        project=project.id if project else "",
    )
    with writing(services.engine) as connection:
        register_view(connection, seen, now_ms=to_ms(services.wall()))


def _project(access: Access, located: Located | None) -> Project | None:
    """Of several projects that the picture is of, the first that the caller sees."""
    found = located.projects if located else ()
    return next((project for project in found if access.sees(project)), None)


def _role(access: Access, project: Project | None) -> str:
    near = [
        grant.role
        for grant in access.grants
        if (grant.kind == "district" if project is None else covers((grant,), place=place_of(project)))
    ]
    return min(near, key=ROLES.index, default="")
