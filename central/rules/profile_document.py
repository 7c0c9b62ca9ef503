"""A profile of ladders as a JSON document, and what is wrong with one: every fault by its place and its rule."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, cast

from central.domain import LEVELS, Level
from central.rules.ladder import DEFAULT, Ladder, LadderProfile

SCHEMA = "siteprogress.ladders/1"
BASES = {"schedule_gap": ("points", "relative", "time")}  # other rules are measured in one way only
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_VERSION_MAX, _RUN_MAX, _MONTHS_MAX, _NUMBER_MAX = 9_999, 100, 24, 1_000_000_000
_TOP = frozenset({"schema", "name", "version", "rules"})
_OF_A_LADDER = frozenset({"unit", "basis", "side", "thresholds", "margin", "up", "down", "months", "numbers"})


class ProfileRefused(ValueError):  # noqa: N818 -- reads as what it is
    """A document that is no profile; `faults` are all that is wrong with it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def document_of(profile: LadderProfile) -> dict[str, Any]:
    """The profile as a document; `profile_of` reads it back the same."""
    return {
        "schema": SCHEMA,
        "name": profile.name,
        "version": profile.version,
        "rules": {rule: _ladder_document(ladder) for rule, ladder in sorted(profile.ladders.items())},
    }


def profile_of(document: object, *, missing: Mapping[str, Ladder] | None = None) -> LadderProfile:
    """The profile that a document says; ProfileRefused tells all that is wrong.

    Every rule must have its ladder, unless `missing` gives those of rules that are younger than the document.
    """
    faults = _Faults()
    if not isinstance(document, Mapping):
        raise ProfileRefused([f"document: {_shown(document)} is no profile: expected an object with schema {SCHEMA!r}"])
    faults.unknown("document", document, _TOP)
    if document.get("schema") != SCHEMA:
        faults.add("schema", f"{_shown(document.get('schema'))} is not known", repr(SCHEMA))
    name = document.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        faults.add("name", f"{_shown(name)} is no name", "a letter and up to 31 of a-z, 0-9, _ and -")
    version = faults.number("version", document.get("version"), low=1, high=_VERSION_MAX)
    ladders = _ladders(document.get("rules"), dict(missing or {}), faults)
    if faults.found:
        raise ProfileRefused(faults.found)
    return LadderProfile(name=str(name), version=version, ladders=ladders)


@dataclass(slots=True, kw_only=True)
class _Faults:
    found: list[str] = field(default_factory=list)

    def add(self, place: str, what: str, expected: str) -> None:
        self.found.append(f"{place}: {what}: expected {expected}")

    def unknown(self, place: str, given: Mapping[Any, Any], known: frozenset[str]) -> None:
        for key in sorted(set(map(str, given)) - known):
            self.add(f"{place}.{key}", "is not known", f"one of {', '.join(sorted(known))}")

    def number(self, place: str, value: object, *, low: int, high: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.add(place, f"{_shown(value)} is no such number", f"a whole number from {low} to {high}")
            return low
        return value


def _ladders(rules: object, missing: dict[str, Ladder], faults: _Faults) -> dict[str, Ladder]:
    if not isinstance(rules, Mapping):
        faults.add("rules", f"{_shown(rules)} is no list of rules", "an object with a ladder for every rule")
        return {}
    found = missing
    for rule in sorted(set(DEFAULT.ladders) - set(rules) - set(missing)):
        faults.add(f"rules.{rule}", "is missing", "a ladder for every rule")
    faults.unknown("rules", rules, frozenset(DEFAULT.ladders))
    for rule in sorted(set(DEFAULT.ladders) & set(rules)):
        given = rules[rule]
        if isinstance(given, Mapping):
            found[rule] = _ladder(f"rules.{rule}", given, DEFAULT.ladders[rule], BASES.get(rule), faults)
        else:
            faults.add(f"rules.{rule}", f"{_shown(given)} is no ladder", "an object with thresholds")
    return found


def _ladder(
    place: str, given: Mapping[str, Any], shipped: Ladder, bases: tuple[str, ...] | None, faults: _Faults
) -> Ladder:
    """A ladder; unit and side are the rule's own and may be repeated, not changed."""
    faults.unknown(place, given, _OF_A_LADDER)
    for key in ("unit", "side"):
        if given.get(key, getattr(shipped, key)) != getattr(shipped, key):
            faults.add(f"{place}.{key}", f"{_shown(given[key])} is not how the rule measures", getattr(shipped, key))
    basis = given.get("basis", shipped.basis)
    if basis not in (bases or (shipped.basis,)):
        faults.add(f"{place}.basis", f"{_shown(basis)} is not known", " or ".join(bases or (shipped.basis,)))
    thresholds = _thresholds(f"{place}.thresholds", given.get("thresholds"), shipped, faults)
    margin = faults.number(f"{place}.margin", given.get("margin", shipped.margin), low=0, high=_NUMBER_MAX)
    steps = [abs(b - a) for (_, a), (_, b) in pairwise(thresholds)]
    if steps and margin >= min(steps):
        faults.add(f"{place}.margin", f"{margin} reaches over a whole level", f"less than {min(steps)}")
    return Ladder(
        unit=shipped.unit,
        side=shipped.side,
        basis=str(basis),
        thresholds=thresholds,
        margin=margin,
        up=faults.number(f"{place}.up", given.get("up", shipped.up), low=1, high=_RUN_MAX),
        down=faults.number(f"{place}.down", given.get("down", shipped.down), low=1, high=_RUN_MAX),
        months=faults.number(f"{place}.months", given.get("months", shipped.months), low=0, high=_MONTHS_MAX),
        numbers=_numbers(f"{place}.numbers", given.get("numbers", {}), shipped, faults),
    )


def _thresholds(place: str, given: object, shipped: Ladder, faults: _Faults) -> tuple[tuple[Level, int], ...]:
    if not isinstance(given, Mapping) or not given:
        faults.add(place, f"{_shown(given)} are no thresholds", f"an object of {', '.join(LEVELS)}")
        return shipped.thresholds
    before = len(faults.found)
    faults.unknown(place, given, frozenset(LEVELS))
    known = [level for level in LEVELS if level in given]
    found = [
        (level, faults.number(f"{place}.{level}", given[level], low=-_NUMBER_MAX, high=_NUMBER_MAX)) for level in known
    ]
    if len(faults.found) > before or not found:
        return shipped.thresholds
    word, sign = ("fall", -1) if shipped.side == "below" else ("rise", 1)
    for (milder, one), (heavier, other) in pairwise(found):
        if sign * (other - one) <= 0:
            what = f"{other} does not follow {milder} {one}"
            faults.add(f"{place}.{heavier}", what, f"thresholds that {word} from blue to red")
    return tuple(found) if len(faults.found) == before else shipped.thresholds


def _numbers(place: str, given: object, shipped: Ladder, faults: _Faults) -> dict[str, int]:
    if not isinstance(given, Mapping):
        faults.add(place, f"{_shown(given)} are no numbers", f"an object of {', '.join(sorted(shipped.numbers))}")
        return dict(shipped.numbers)
    faults.unknown(place, given, frozenset(shipped.numbers))
    return {
        key: faults.number(f"{place}.{key}", given.get(key, value), low=0, high=_NUMBER_MAX)
        for key, value in shipped.numbers.items()
    }


def _ladder_document(ladder: Ladder) -> dict[str, Any]:
    return {
        "unit": ladder.unit,
        "basis": ladder.basis,
        "side": ladder.side,
        "thresholds": cast(dict[str, int], dict(ladder.thresholds)),
        "margin": ladder.margin,
        "up": ladder.up,
        "down": ladder.down,
        "months": ladder.months,
        "numbers": dict(ladder.numbers),
    }


def _shown(value: object) -> str:
    return repr(value)[:60]
