"""Ids and names of a plan document: each id once a plan, each text in one language or two."""

from __future__ import annotations

import re

from central.domain import Text
from central.plan.fault import Path, Reader, shown

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_ID_WORDS = "letters, digits, '.', '_' and '-', starting with a letter or digit"


class Named:
    """Reads ids and texts, and remembers where each id was seen."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.faults = reader, reader.faults
        self._ids: dict[str, Path] = {}

    def new_id(self, path: Path) -> str | None:
        """An id that nothing else in the plan has."""
        found = self.id_text(path)
        if found is not None and found in self._ids:
            self.faults.add(path, f"id {found!r} again ({self.faults.name(self._ids[found])})", "each id once a plan")
        elif found is not None:
            self._ids[found] = path
        return found

    def id_text(self, path: Path, *, fits: re.Pattern[str] = _ID, expected: str = _ID_WORDS) -> str | None:
        """A text spelled as ids are."""
        value = self.reader.text(path, limit=63)
        if value is not None and not fits.fullmatch(value):
            self.faults.add(path, shown(value), expected)
            return None
        return value

    def text(self, path: Path) -> Text | None:
        """A text in both languages; one alone stands for both."""
        if self.reader.at(path) is None or isinstance(self.reader.at(path), dict):
            zh = self.reader.text((*path, "zh"))
            en = self.reader.text((*path, "en")) if self.reader.at((*path, "en")) else zh
        else:
            zh = en = self.reader.text(path)
        return Text(zh=zh, en=en) if zh and en else None

    def words(self, path: Path) -> str:
        """A text that may be left out: '' then."""
        return "" if self.reader.at(path) is None else self.reader.text(path) or ""
