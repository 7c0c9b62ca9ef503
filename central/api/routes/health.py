"""For the machines that watch the centre: is it well, and its counters (loopback only)."""

from __future__ import annotations

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


@router.get("/healthz", operation_id="getHealth", response_model=Health, responses={503: {"model": Health}})
def health(services: Given) -> JSONResponse:
    """200 while the database answers, else 503."""
    works = True
    try:
        with services.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        works = False
    state = Health(status="ok" if works else "failing", database=works, version=services.settings.version)
    return JSONResponse(state.model_dump(), status_code=200 if works else 503)


@router.get("/metrics", operation_id="getMetrics", response_class=PlainTextResponse)
def metrics(request: Request) -> Response:
    """Prometheus text; only asked from this machine."""
    if not _loopback(request.client.host if request.client else ""):
        raise absent("address", request.url.path)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
