"""Records acts that were refused: their own transaction is gone with all it wrote, the trail keeps who tried what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from central.audit.trail import append
from central.evaluate.refused import EvaluationRefused
from central.store.engine import writing


@contextmanager
def noted_writing(
    engine: Engine, *, actor: str, act: str, object_: str, at_ms: Callable[[], int]
) -> Iterator[Connection]:
    """A transaction that writes; where the act is refused, nothing of it is stored but an entry `ACT.refused`.

    The refusal goes on to the caller. `at_ms` is the wall's time, asked when it is needed.
    """
    try:
        with writing(engine) as connection:
            yield connection
    except EvaluationRefused as refused:
        detail = {"code": refused.code, "what": refused.what, "where": refused.where, "expected": refused.expected}
        with writing(engine) as connection:
            append(connection, at_ms=at_ms(), actor=actor, action=f"{act}.refused", object_=object_, detail=detail)
        raise
