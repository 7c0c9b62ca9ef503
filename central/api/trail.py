"""What the API itself writes into the audit trail: who logged in, and who tried."""

from __future__ import annotations

from central.api.services import Services
from central.audit.trail import append
from central.store.engine import writing
from central.store.instants import to_ms


def note_login(services: Services, *, username: str, host: str, succeeded: bool) -> None:
    """One entry for a login or a failed one; a name nobody has is noted as it was typed."""
    with writing(services.engine) as connection:
        append(
            connection,
            at_ms=to_ms(services.wall()),
            actor=username if succeeded else "system:api",
            action="login" if succeeded else "login.failed",
            object_=f"user/{username}",
            detail={"host": host},
        )
