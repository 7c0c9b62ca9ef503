"""What the district's people hand in at the start of the demo: money, goals, fences. Read, checked, and by whom."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from demo.errors import DemoError

LEDGER, GOALS, FENCES = "siteprogress.demo-ledger/1", "siteprogress.demo-goals/1", "siteprogress.demo-fences/1"
KINDS = ("budget", "release", "pay")
RING_MIN = 4  # points of a closed ring
LON_MAX, LAT_MAX = 180, 90

Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One act of a person through the API. `where` is its place in its file; `body` goes as it is."""

    by: str
    method: Literal["PUT", "POST"]
    address: str
    body: Any
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Whom and what the papers may name."""

    people: frozenset[str]
    projects: frozenset[str]


class _Page:
    """A place in a file; every fault names it with what was found and what was expected."""

    def __init__(self, told: Any, where: str) -> None:
        self.where = where
        if not isinstance(told, dict):
            raise DemoError(f"{where}: {_shown(told)}; expected an object")
        self.told: dict[str, Any] = told

    def need(self, key: str, fits: Callable[[Any], bool], expected: str) -> Any:
        """The value of `key`, which fits."""
        value = self.told.get(key)
        if not fits(value):
            raise DemoError(f"{self.where}.{key}: {_shown(value)}; expected {expected}")
        return value

    def text(self, key: str) -> str:
        """A text that is not empty."""
        return str(self.need(key, lambda v: isinstance(v, str) and bool(v.strip()), "a text"))

    def one_of(self, key: str, names: Iterable[str]) -> str:
        """One of these names."""
        there = sorted(names)
        return str(self.need(key, lambda v: v in there, f"one of {', '.join(there)}"))

    def whole(self, key: str, *, least: int, most: int | None = None) -> int:
        """An integer within bounds."""
        expected = f"an integer of at least {least}" + (f" and at most {most}" if most is not None else "")
        return int(self.need(key, lambda v: type(v) is int and least <= v and (most is None or v <= most), expected))

    def pages(self, key: str) -> list[_Page]:
        """A list of objects."""
        found = self.need(key, lambda v: isinstance(v, list) and bool(v), "a list with something in it")
        return [_Page(one, f"{self.where}.{key}[{at}]") for at, one in enumerate(found)]


def load_papers(folder: Path, names: Mapping[str, str], *, known: Known) -> tuple[Paper, ...]:
    """The papers of the files named by kind (ledger, goals, fences), in the order in which they are handed in."""
    readers = {"fences": _fences, "ledger": _ledger, "goals": _goals}
    odd = sorted(set(names) - set(readers))
    if odd:
        raise DemoError(f"papers: {', '.join(odd)}; expected some of {', '.join(readers)}")
    return tuple(
        paper
        for kind, read in readers.items()
        if kind in names
        for paper in read(_Page(_json(folder / names[kind]), names[kind]), known)
    )


def _ledger(page: _Page, known: Known) -> list[Paper]:
    """Terms of payment first, then all entries at once. Amounts in fen."""
    page.one_of("schema", [LEDGER])
    by = page.one_of("by", known.people)
    papers = []
    for terms in page.pages("terms"):
        project = terms.one_of("project", known.projects)
        terms.whole("rate_bp", least=1, most=10_000)
        terms.whole("advance_fen", least=0)
        body = {key: value for key, value in terms.told.items() if key != "project"}
        papers.append(_paper(by, "PUT", f"/projects/{project}/payment-terms", body, terms))
    entries = page.pages("entries")
    for entry in entries:
        _check_entry(entry, known)
    _check_once(entries, ("project", "voucher"))
    body = {"entries": [entry.told for entry in entries]}
    return [*papers, _paper(by, "POST", "/ledger/entries", body, page)]


def _check_entry(entry: _Page, known: Known) -> None:
    entry.text("voucher")
    entry.one_of("project", known.projects)
    kind = entry.one_of("kind", KINDS)
    entry.need("day", _is_day, "a day as YYYY-MM-DD")
    amount_fen = entry.whole("amount_fen", least=1)
    if "wage_fen" in entry.told:
        entry.whole("wage_fen", least=0, most=amount_fen if kind == "pay" else 0)
    if kind == "pay":
        for name in ("line", "contract", "payee"):
            entry.text(name)


def _goals(page: _Page, known: Known) -> list[Paper]:
    """Written one by one, proposed together, and approved by another than who wrote or answers for them."""
    page.one_of("schema", [GOALS])
    by = page.one_of("by", known.people)
    goals = page.pages("goals")
    _check_once(goals, ("id",))
    owners = {goal.one_of("owner", known.people) for goal in goals}
    approver = page.one_of("approved_by", known.people - owners - {by})
    above = {goal.text("id"): goal.whole("level", least=1, most=4) for goal in goals}
    papers = []
    for goal in goals:
        parents = [name for name, level in above.items() if level < above[goal.text("id")]]
        if parents:
            goal.one_of("parent", parents)
        for name in ("start", "due"):
            goal.need(name, _is_day, "a day as YYYY-MM-DD")
        goal.need("target", _is_number, "a number")
        body = {**{key: value for key, value in goal.told.items() if key != "id"}, "base_version": 0}
        papers.append(_paper(by, "PUT", f"/goals/{goal.text('id')}", body, goal))
    keys = [{"id": name, "version": 1} for name in above]
    proposed = _paper(by, "POST", "/goal-proposals", {"goals": keys}, page)
    return [*papers, proposed, _paper(approver, "POST", "/goal-decisions", {"goals": keys, "approve": True}, page)]


def _fences(page: _Page, known: Known) -> list[Paper]:
    """Outlines of sites, each drawn by who may speak for the site. GeoJSON polygons, [lon, lat] in degrees WGS-84."""
    page.one_of("schema", [FENCES])
    papers = []
    for fence in page.pages("fences"):
        project = fence.one_of("project", known.projects)
        by = fence.one_of("by", known.people)
        fence.one_of("datum", ["wgs84"])
        shape = _Page(fence.told.get("geometry"), f"{fence.where}.geometry")
        shape.one_of("type", ["Polygon"])
        expected = "closed rings of at least four [lon, lat] in degrees"
        shape.need("coordinates", lambda v: isinstance(v, list) and bool(v) and all(map(_is_ring, v)), expected)
        body = {"datum": "wgs84", "geometry": shape.told}
        papers.append(_paper(by, "PUT", f"/projects/{project}/fence", body, fence))
    return papers


def _paper(by: str, method: Literal["PUT", "POST"], address: str, body: Any, page: _Page) -> Paper:
    return Paper(by=by, method=method, address=address, body=body, where=page.where)


def _check_once(pages: Sequence[_Page], keys: Sequence[str]) -> None:
    seen: dict[tuple[str, ...], str] = {}
    for page in pages:
        named = tuple(page.text(key) for key in keys)
        if named in seen:
            raise DemoError(f"{page.where}: {' '.join(named)} is in {seen[named]} too; expected each only once")
        seen[named] = page.where


def _is_ring(value: Any) -> bool:
    points = isinstance(value, list) and len(value) >= RING_MIN and all(map(_is_point, value))
    return points and value[0] == value[-1] and all(a != b for a, b in pairwise(value))


def _is_point(value: Any) -> bool:
    if not isinstance(value, list) or len(value) != 2 or not all(map(_is_number, value)):
        return False
    lon, lat = value
    return bool(abs(lon) <= LON_MAX and abs(lat) <= LAT_MAX)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _shown(value: Any) -> str:
    return "nothing" if value is None else repr(value)[:80]


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DemoError(f"{path} cannot be read: {error}") from error
