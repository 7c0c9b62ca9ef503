"""Acts on what judges people: refused in words, and the attempt stands in the audit trail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from central.api.access import Access
from central.api.mending_refusals import refusals
from central.api.services import Services
from central.audit.trail import append
from central.scoring.refused import RECORDED, ScoringRefused
from central.store.engine import writing
from central.store.instants import to_ms


@contextmanager
def recorded(services: Services, access: Access, *, action: str, object_: str) -> Iterator[None]:
    """Around the transaction of an act: what is refused becomes its answer (403, 409, 422), and an attempt to do what
    is somebody else's, about oneself or past its time is appended as `ACTION.refused` in a transaction of its own."""
    with refusals():
        try:
            yield
        except ScoringRefused as refused:
            if refused.code in RECORDED:
                note_refused(services, access, refused, action=action, object_=refused.object_ or object_)
            raise


def note_refused(services: Services, access: Access, refused: ScoringRefused, *, action: str, object_: str) -> None:
    """The entry of an attempt: who wanted what, and why not."""
    with writing(services.engine) as connection:
        append(
            connection,
            at_ms=to_ms(services.wall()),
            actor=access.username,
            action=f"{action}.refused",
            object_=object_,
            detail={"code": refused.code, "what": refused.what, "where": refused.where, "expected": refused.expected},
        )
