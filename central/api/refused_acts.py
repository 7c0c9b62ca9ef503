"""Acts that a rule forbids are answered in words and noted in the audit trail: their own transaction is undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from central.api.access import Access
from central.api.errors import ApiError
from central.api.mending_refusals import refusals
from central.api.services import Services
from central.audit.trail import append
from central.store.engine import writing
from central.store.instants import to_ms


@contextmanager
def recorded(services: Services, access: Access, *, action: str, object_: str) -> Iterator[None]:
    """Around `writing`: what is refused inside is noted as `ACTION.refused` with what, where and expected.

    What is not there (404) is not noted: nobody did anything to it.
    """
    try:
        with refusals():
            yield
    except ApiError as refused:
        if refused.status != 404:
            _note(services, access, refused, action=action, object_=object_)
        raise


def _note(services: Services, access: Access, refused: ApiError, *, action: str, object_: str) -> None:
    detail = {"code": refused.code, "what": refused.what, "where": refused.where, "expected": refused.expected}
    with writing(services.engine) as connection:
        append(
            connection,
            at_ms=to_ms(services.wall()),
            actor=access.username,
            action=f"{action}.refused",
            object_=object_,
            detail=detail,
        )
