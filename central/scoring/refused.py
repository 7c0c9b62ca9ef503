"""Why an act on weights, sheets or evaluations is refused; an attempt that is not a slip of the pen is recorded."""

from __future__ import annotations

from central.domain import Text
from central.mending.refused import MendingRefused, RefusalCode

RECORDED: frozenset[RefusalCode] = frozenset({"not_yours", "own_work", "wrong_state"})


class ScoringRefused(MendingRefused):
    """An act that may not be done, with its words for people; `object_` names what it was about in the trail."""

    def __init__(self, code: RefusalCode, what: Text, *, where: str, expected: Text, object_: str = "") -> None:
        super().__init__(code, what, where=where, expected=expected)
        self.object_ = object_
