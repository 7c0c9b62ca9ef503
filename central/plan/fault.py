"""What is wrong in a plan file, and where: collected, so that all of it is told at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from central.figures import hundredths

DAY_MIN, DAY_MAX = date(2000, 1, 1), date(2099, 12, 31)  # a slip of the year is no plan of the year 202
_UNPRINTED = ("Cc", "Cs")
_IN_YUAN = ("(元)", "(yuan)")  # how headers of columns of money end
Path = tuple[str | int, ...]  # way into the document, e.g. ("buildings", 0, "weight_bp")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanError:
    """One fault. In xlsx `sheet`, `row` (from 1) and `column` (its header); in JSON the sheet is "json", the row None
    and the column the path."""

    sheet: str
    row: int | None
    column: str | None
    what: str
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a value of the document came from."""

    sheet: str
    row: int | None
    column: str | None


@dataclass(slots=True, kw_only=True)
class Faults:
    """Faults found so far. `places` maps paths to cells; a path that is not in it is spelled as itself."""

    places: Mapping[Path, Place] = field(default_factory=dict)
    found: list[PlanError] = field(default_factory=list)

    def add(self, path: Path, what: str, expected: str) -> None:
        """Note a fault at a path, or at the nearest path above it whose place is known."""
        place = self._place(path)
        self.found.append(
            PlanError(sheet=place.sheet, row=place.row, column=place.column, what=what, expected=expected)
        )

    def name(self, path: Path) -> str:
        """A path as a person finds it."""
        place = self._place(path)
        return f"{place.sheet} row {place.row}" if place.row else str(place.column)

    def in_yuan(self, path: Path) -> bool:
        """Whether a person finds the value in a column of yuan; documents have fen."""
        place = self.places.get(path)
        return place is not None and str(place.column).casefold().endswith(_IN_YUAN)

    def _place(self, path: Path) -> Place:
        for length in range(len(path), 0, -1):
            if path[:length] in self.places:
                place = self.places[path[:length]]
                return place if length == len(path) else Place(sheet=place.sheet, row=place.row, column=None)
        return Place(sheet="json", row=None, column=_spelled(path))


class Reader:
    """Typed values out of an untyped document; a value that is not there or not right is noted and None."""

    def __init__(self, document: Any, faults: Faults) -> None:
        self.document, self.faults = document, faults

    def at(self, path: Path) -> Any:
        """The raw value, None when any step of the path is missing."""
        value = self.document
        for step in path:
            if isinstance(value, dict) and isinstance(step, str):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return None
        return value

    def refuse_unknown(self, known: Mapping[str, tuple[str, ...]]) -> None:
        """Note each key of an object that `known` does not list under the last name on the way to it."""
        self._look((), self.document, known)

    def _look(self, path: Path, value: Any, known: Mapping[str, tuple[str, ...]]) -> None:
        if isinstance(value, list):
            for index, member in enumerate(value):
                self._look((*path, index), member, known)
            return
        kind = next((step for step in reversed(path) if isinstance(step, str)), "")
        if not isinstance(value, dict) or kind not in known:
            return
        for key, member in value.items():
            if key in known[kind]:
                self._look((*path, key), member, known)
            else:
                self.faults.add((*path, str(key)[:60]), "unknown key", f"one of {', '.join(known[kind])}")

    def rows(self, path: Path, *, required: bool = True) -> list[Path]:
        """Paths of the members of a list of objects."""
        value = self.at(path)
        if value is None and not required:
            return []
        if not isinstance(value, list) or (required and not value):
            self.faults.add(path, shown(value), "at least one entry" if value in (None, []) else "a list")
            return []
        for index, member in enumerate(value):
            if not isinstance(member, dict):
                self.faults.add((*path, index), shown(member), "an object")
        return [(*path, index) for index, member in enumerate(value) if isinstance(member, dict)]

    def text(self, path: Path, *, limit: int = 128) -> str | None:
        """Non-empty text of at most `limit` characters; what was broken into lines in a cell is one line."""
        value = self.at(path)
        if not isinstance(value, str) or not value.strip() or len(value) > limit:
            self.faults.add(path, shown(value), f"text of 1 to {limit} characters")
            return None
        line = " ".join(value.split()) if any(c in value for c in "\n\r\t") else value.strip()
        if any(unicodedata.category(c) in _UNPRINTED or c in "\ufffe\uffff" for c in line):
            self.faults.add(
                path, shown(value), "text without control characters"
            )  # no sheet, report or database has it
            return None
        return line

    def whole(self, path: Path, *, low: int, high: int, unit: str = "") -> int | None:
        """An integer within bounds, `unit` names it in words; digits written as text are not a number."""
        value = self.at(path)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        if unit == "fen" and self.faults.in_yuan(path):
            there = f"{hundredths(value)} yuan" if type(value) is int else shown(value)
            most = hundredths(high)
            self.faults.add(path, there, f"yuan from {hundredths(low)} to {most}, two decimals at most, or as 12.5万元")
            return None
        self.faults.add(path, shown(value), f"a whole number{unit and f' of {unit}'} from {low} to {high}")
        return None

    def day(self, path: Path) -> date | None:
        """A calendar day from 2000 to 2099, as YYYY-MM-DD."""
        value = self.at(path)
        try:
            found = date.fromisoformat(value if isinstance(value, str) else "")
        except ValueError:
            self.faults.add(path, shown(value), "a day that there is, as YYYY-MM-DD")
            return None
        if DAY_MIN <= found <= DAY_MAX:
            return found
        self.faults.add(path, str(found), f"a date from {DAY_MIN} to {DAY_MAX}")
        return None


def shown(value: Any) -> str:
    """A value as a message names it: its kind in words, and the value itself as far as it is short."""
    match value:
        case None | "" | []:
            words = "nothing"
        case str():
            words = f"text {value[:60]!r}"
        case bool():
            words = str(value).lower()
        case int() | float():
            words = f"number {str(value)[:60]}"
        case list():
            words = f"a list of {len(value)}"
        case _:
            words = "an object"
    return words


def _spelled(path: Path) -> str:
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return steps.lstrip(".") or "$"
