"""Security events and dead letters as the page shows them; they belong to no project: none without a district role."""

from __future__ import annotations

from sqlmodel import Session, col, func, select

from central.api.access import Access
from central.api.fleet_schemas import DeadLetterList, DeadLetterRow, SecurityEventList, SecurityEventRow
from central.api.views.words import instant, said_by_gateway
from central.store.instants import from_ms
from central.store.tables import DeadLetter, SecurityEvent


def security_events_of(
    session: Session, *, access: Access, limit: int, gateway: str | None = None
) -> SecurityEventList:
    """The newest events and how many there are; `gateway` None = of all."""
    if not access.everywhere:
        return SecurityEventList(total=0, events=[])
    of = () if gateway is None else (col(SecurityEvent.gateway) == gateway,)
    total = session.exec(select(func.count()).select_from(SecurityEvent).where(*of)).one()
    newest = select(SecurityEvent).where(*of).order_by(col(SecurityEvent.last_at).desc(), col(SecurityEvent.id).desc())
    rows = [
        SecurityEventRow(
            id=event.id or 0,
            code=event.code,
            gateway=event.gateway or None,
            detail=event.detail,
            said=said_by_gateway(event.detail),
            times=event.times,
            first_at=from_ms(event.first_at),
            last_at=from_ms(event.last_at),
        )
        for event in session.exec(newest.limit(limit))
    ]
    return SecurityEventList(total=total, events=rows)


def letters_of(session: Session, *, access: Access, limit: int) -> DeadLetterList:
    """The newest letters and how many there are, without their bytes."""
    if not access.everywhere:
        return DeadLetterList(total=0, letters=[])
    total = session.exec(select(func.count()).select_from(DeadLetter)).one()
    newest = select(DeadLetter).order_by(col(DeadLetter.id).desc())
    rows = [
        DeadLetterRow(
            id=letter.id or 0,
            received_at=from_ms(letter.received_at),
            topic=letter.topic,
            gateway=letter.gateway,
            code=letter.code,
            reason=letter.reason,
            said=said_by_gateway(letter.reason),
            size_bytes=letter.size_bytes,
            times=letter.times,
            replayed_at=instant(letter.replayed_at),
        )
        for letter in session.exec(newest.limit(limit))
    ]
    return DeadLetterList(total=total, letters=rows)
