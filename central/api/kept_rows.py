"""What is made of each project, kept while its stamp stays the same: a list costs what has changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from threading import Lock
from typing import Generic, TypeVar

Made = TypeVar("Made")


class KeptRows(Generic[Made]):
    """One row a project, each with the stamp of what it was made of."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Hashable, Made]] = {}
        self._making = Lock()

    def of(self, stamps: Mapping[str, Hashable], make: Callable[[list[str]], Mapping[str, Made]]) -> dict[str, Made]:
        """Rows of the stamps' keys, in their order. One caller at a time makes those that changed, all in one go."""
        with self._making:
            stale = self.stale(stamps)
            for name, made in (make(stale) if stale else {}).items():
                self._kept[name] = stamps[name], made
            return {name: self._kept[name][1] for name in stamps}

    def stale(self, stamps: Mapping[str, Hashable]) -> list[str]:
        """The keys whose rows are not there or of another stamp, in their order."""
        return [name for name, stamp in stamps.items() if name not in self._kept or self._kept[name][0] != stamp]
