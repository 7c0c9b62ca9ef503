"""Puts the API together: routes under /api/v1, the pages at /, one envelope for errors, one shell around all."""

from __future__ import annotations

from copy import copy, deepcopy
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, compile_path
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from central.api.answerers import Aside
from central.api.envelopes import ErrorEnvelope
from central.api.errors import install_error_handlers
from central.api.ledger_files import ENTRIES_BYTES_MAX, LEDGER_BYTES_MAX
from central.api.one_hop import in_one_thread
from central.api.pages import Pages
from central.api.plans import PLAN_BYTES_MAX
from central.api.routes import (
    accounts,
    adjustments,
    buildings,
    certificates,
    commissioning,
    configs,
    entries,
    evaluations,
    events,
    evidence,
    fleet,
    gantt,
    goals,
    health,
    imports,
    indicators,
    insight,
    insight_acts,
    insight_choices,
    inspections,
    ledger,
    lifecycle,
    messages,
    observed,
    organisation,
    outlook,
    oversight,
    photos,
    projects,
    public,
    quality,
    rankings,
    recognition,
    rectifications,
    reports,
    revisions,
    rules,
    security,
    sessions,
    sheets,
    sites,
    steps,
    tasks,
    trace,
    uploads,
    viewing,
    wall,
    warnings,
    weights,
)
from central.api.services import Services
from central.api.shell import Cap, Shell
from central.api.stills import BYTES_MAX as STILL_BYTES_MAX
from central.api.turnstile import Turnstile
from central.api.uploads.limits import UploadLimits
from central.api.uploads.refusals import TUS_VERSION
from central.store.save_third import FILE_BYTES_MAX

PREFIX = "/api/v1"
NOT_ASIDE = tuple(f"{PREFIX}/{name}" for name in ("events", "healthz", "metrics", "public", "uploads", "openapi.json"))
"""What is answered by the server itself: it has no end, tells of the server, or is counted there."""
REFUSED = (400, 401, 403, 404, 422)
API_VERSION = "1"
_ROUTERS = (
    sessions,
    accounts,
    imports,
    projects,
    lifecycle,
    revisions,
    steps,
    quality,
    inspections,
    observed,
    organisation,
    buildings,
    warnings,
    rectifications,
    rankings,
    adjustments,
    recognition,
    tasks,
    evaluations,
    oversight,
    reports,
    messages,
    rules,
    ledger,
    weights,
    sheets,
    entries,
    trace,
    insight,
    insight_acts,
    insight_choices,
    fleet,
    certificates,
    configs,
    commissioning,
    security,
    evidence,
    uploads,
    photos,
    viewing,
    wall,
    gantt,
    public,
    sites,
    outlook,
    events,
    health,
    goals,
    indicators,
)
_CAPS = (
    Cap(prefix=f"{PREFIX}/projects/", suffix="/file", bytes_max=FILE_BYTES_MAX),
    Cap(prefix=f"{PREFIX}/evidence/", bytes_max=STILL_BYTES_MAX),
    Cap(prefix=f"{PREFIX}/gateways/", suffix="/config", bytes_max=configs.BODY_BYTES_MAX),
    Cap(prefix=f"{PREFIX}/indicator-sectors", bytes_max=indicators.BODY_BYTES_MAX),
    Cap(prefix=f"{PREFIX}/ledger/import", bytes_max=LEDGER_BYTES_MAX),
    Cap(prefix=f"{PREFIX}/ledger/entries", bytes_max=ENTRIES_BYTES_MAX),
    Cap(prefix=f"{PREFIX}/projects/import", bytes_max=PLAN_BYTES_MAX),
    Cap(prefix=f"{PREFIX}/projects/check", bytes_max=PLAN_BYTES_MAX),
    Cap(prefix=f"{PREFIX}/organisation/import", bytes_max=PLAN_BYTES_MAX),
    *(Cap(prefix=f"{PREFIX}/projects/", suffix=end, bytes_max=quality.BODY_BYTES_MAX) for end in quality.LARGE),
)


def create_app(services: Services) -> FastAPI:
    """The app of one centre. The caller keeps what is in `services` and closes it."""
    settings = services.settings
    app = _routed(settings.uploads)
    app.state.services = services
    if settings.trusted_proxies:  # outermost: whoever asks who calls is told the same
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))
    pages = settings.pages
    if pages is not None and (pages / "index.html").is_file():
        app.mount("/", Pages(pages), name="pages")
    return app


def openapi_document() -> dict[str, Any]:
    """The OpenAPI 3.1 document, the caller's own; needs no database."""
    return deepcopy(_document())


@cache
def _document() -> dict[str, Any]:
    return _routed(UploadLimits()).openapi()


def _routed(limits: UploadLimits) -> FastAPI:
    app = FastAPI(
        title="siteprogress",
        summary="Progress of building works seen by cameras, against plan, with warnings and scores.",
        version=API_VERSION,
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # the interactive pages load scripts from another host
        redoc_url=None,
        redirect_slashes=False,  # to where the asker's own Host header says, and by http behind any proxy
        routes=_operations(),
    )
    install_error_handlers(app)
    largest = max(limits.photo_bytes, limits.still_bytes)
    uploads_cap = Cap(prefix=f"{PREFIX}/uploads", bytes_max=largest, headers={"tus-resumable": TUS_VERSION})
    app.add_middleware(Turnstile, prefix=PREFIX)
    app.add_middleware(Aside, prefix=PREFIX)
    app.add_middleware(Shell, caps=(*_CAPS, uploads_cap))
    return app


@cache
def _operations() -> list[BaseRoute]:
    """Every operation under PREFIX, made once in a process.

    Each is moved there, not included: FastAPI reads the types of hundreds of operations again for every inclusion of a
    router, and once more when the first person asks."""
    refused = _refusals()
    return [_moved(route, refused) for module in _ROUTERS for route in module.router.routes]


def _moved(route: BaseRoute, refused: APIRoute) -> APIRoute:
    if not isinstance(route, APIRoute):
        raise TypeError(f"expected operations in a router, found {route!r}: join another router's by their routes")
    moved = copy(route)
    moved.path = PREFIX + route.path
    moved.path_regex, moved.path_format, moved.param_convertors = compile_path(moved.path)
    moved.responses = refused.responses | route.responses
    moved.response_fields = refused.response_fields | route.response_fields
    return in_one_thread(moved)


def _refusals() -> APIRoute:
    """The refusals that every operation may answer with, read once, as an operation of nobody has them."""
    responses: dict[int | str, dict[str, Any]] = {status: {"model": ErrorEnvelope} for status in REFUSED}
    return APIRoute("/", lambda: None, responses=responses)
