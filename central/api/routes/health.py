"""For the machines that watch the centre: is it well, and its counters (by token, or from this machine only)."""

from __future__ import annotations

import hmac
import ipaddress

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from central.api.envelopes import Health
from central.api.errors import absent
from central.api.services import Given

router = APIRouter(tags=["health"])
FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")


@router.get("/healthz", operation_id="getHealth", response_model=Health, responses={503: {"model": Health}})
def health(services: Given) -> JSONResponse:
    """200 while the database answers, else 503. What does not work as it should beside it is named."""
    works = True
    try:
        with services.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        works = False
    problems = services.problems()
    state = Health(
        status="failing" if not works else "degraded" if problems else "ok",
        database=works,
        problems=list(problems),
        version=services.settings.version,
    )
    return JSONResponse(state.model_dump(), status_code=200 if works else 503)


@router.get("/metrics", operation_id="getMetrics", response_class=PlainTextResponse)
def metrics(request: Request, services: Given) -> Response:
    """Prometheus text: for whoever has the token of the settings; without one there, for this machine only."""
    token = services.settings.metrics_token
    if not (_bears(request, token) if token else _from_here(request, proxies=services.settings.trusted_proxies)):
        raise absent("address", request.url.path)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _bears(request: Request, token: str) -> bool:
    said = request.headers.get("authorization", "")
    return hmac.compare_digest(said.encode(), f"Bearer {token}".encode())


def _from_here(request: Request, *, proxies: tuple[str, ...]) -> bool:
    """Whether a program of this machine asks for itself: not a proxy for somebody else."""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        host = ipaddress.ip_address(request.client.host)
    except ValueError:
        return False
    return host.is_loopback and not any(host in ipaddress.ip_network(proxy) for proxy in proxies)
