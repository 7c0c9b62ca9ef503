"""Keeps an answer while nothing has changed (the wall's, the public page's): many screens cost what one costs."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

KEPT_MAX = 64
Made = TypeVar("Made")


class AnswerCache(Generic[Made]):
    """Answers by scope, each with the stamp of what it was made of; a scope is made by one caller at a time."""

    def __init__(self, *, kept_max: int = KEPT_MAX) -> None:
        self._kept_max = kept_max
        self._kept: OrderedDict[Hashable, tuple[Hashable, Made]] = OrderedDict()
        self._making: dict[Hashable, Lock] = {}
        self._lock = Lock()

    def answer(self, scope: Hashable, stamp: Hashable, make: Callable[[], Made]) -> Made:
        """The kept answer of this stamp, or a new one."""
        with self._lock:
            making = self._making.setdefault(scope, Lock())
        with making:
            with self._lock:
                found = self._kept.get(scope)
                if found is not None and found[0] == stamp:
                    self._kept.move_to_end(scope)
                    return found[1]
            try:
                made = make()
            except BaseException:
                with self._lock:
                    self._making.pop(scope, None)  # of what there is not, nothing is kept
                raise
            with self._lock:
                self._kept[scope] = (stamp, made)
                self._kept.move_to_end(scope)
                while len(self._kept) > self._kept_max:
                    dropped, _ = self._kept.popitem(last=False)
                    self._making.pop(dropped, None)
            return made
