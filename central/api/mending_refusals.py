"""How acts on warnings and rectifications are refused: a status for each kind, and the words for people.

ApiError
├── ConflictError      409  wrong_state | conflict      somebody was first, or it is not so far
├── NotYoursError      403  not_yours | own_work        the caller may read it and may not do this
└── ActInvalidError    422  missing | unknown           a field is missing, or names what is not there
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from central.api.envelopes import ErrorEnvelope
from central.api.errors import ApiError, InvalidError, absent
from central.domain import Text
from central.errors import UnknownThing
from central.mending.refused import MendingRefused, RefusalCode
from central.scoring.refused import ScoringRefused

RESPONSES: dict[int | str, dict[str, Any]] = {
    403: {"model": ErrorEnvelope},
    409: {"model": ErrorEnvelope},
    413: {"model": ErrorEnvelope},
}


class _RefusedError(ApiError):
    """An act that is refused, with the words for people beside the envelope."""

    def __init__(self, refused: MendingRefused | ScoringRefused) -> None:
        super().__init__(refused.what, where=refused.where, expected=refused.expected, code=refused.code)
        self._text = refused.text

    @property
    def text(self) -> Text:
        return self._text


class ConflictError(_RefusedError):
    """It is not so far, or somebody was first."""

    status = 409


class NotYoursError(_RefusedError):
    """Another role must do it, or another person."""

    status = 403


class ActInvalidError(_RefusedError, InvalidError):
    """A field is missing, or names what is not there."""

    status = 422


_ERRORS: Mapping[RefusalCode, type[_RefusedError]] = {
    "wrong_state": ConflictError,
    "conflict": ConflictError,
    "not_yours": NotYoursError,
    "own_work": NotYoursError,
    "missing": ActInvalidError,
    "unknown": ActInvalidError,
}


@contextmanager
def refusals() -> Iterator[None]:
    """What mending or scoring refuses becomes an answer."""
    try:
        yield
    except (MendingRefused, ScoringRefused) as refused:
        raise _ERRORS[refused.code](refused) from refused
    except UnknownThing as unknown:
        raise absent(unknown.where, unknown.what) from unknown
