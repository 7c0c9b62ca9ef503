"""Says in the log which certificates of broker and centre end soon: nobody renews those but people."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from central.store.engine import reading
from central.store.read_identity import held_now

log = logging.getLogger(__name__)

SOON = timedelta(days=30)


def warn_of_ends(engine: Engine, *, now: datetime) -> None:
    """One line each; of several of one purpose only the newest counts. Nothing ends for a database that is away now."""
    try:
        with reading(engine) as connection:
            held = held_now(connection, now=now)
    except OperationalError as away:
        log.warning("not known which certificates end soon: %s", away.orig)
        return
    newest = {one.purpose: one for one in held if one.purpose != "gateway"}  # in order of their ends
    for one in newest.values():
        if one.valid_until - now < SOON:
            log.warning(
                "certificate of the %s ends %s: expected `siteprogress-central identity broker` before",
                one.purpose,
                one.valid_until.isoformat(timespec="minutes"),
            )
