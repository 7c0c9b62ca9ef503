"""Read queries about who asks: people, their grants, gateways by token."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, or_, select

from central.store.tables import Gateway, Grant, User


def user_named(session: Session, username: str) -> User | None:
    """The active person of this login name."""
    return session.exec(select(User).where(User.username == username, col(User.active).is_(True))).first()


def grants_of(session: Session, user_id: int, *, now: datetime) -> list[Grant]:
    """The person's grants that hold at `now`, oldest first."""
    at = int(now.timestamp() * 1000)
    return list(
        session.exec(
            select(Grant)
            .where(
                Grant.user == user_id,
                Grant.valid_from_at <= at,
                or_(col(Grant.valid_to_at).is_(None), col(Grant.valid_to_at) > at),
            )
            .order_by(col(Grant.id))
        )
    )


def gateway_with_token(session: Session, token_sha256: str) -> Gateway | None:
    """The registered gateway whose token has this digest; it may be a revoked one."""
    return session.exec(
        select(Gateway).where(Gateway.token_sha256 == token_sha256, col(Gateway.retired_at).is_(None))
    ).first()
