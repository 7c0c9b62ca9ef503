"""Which settings of a gateway the centre may change, and within what bounds: never who it is or where its broker is.

A policy is the content of a configuration's `settings` part, JSON of schema siteprogress.policy/1:
{"schema": …, "evidence": {…}, "limits": {…}, "vision": {…}, "broker": {…}, "camera": {ID: {…}}}.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wire.errors import MalformedError, TooLargeError

SCHEMA = "siteprogress.policy/1"
BYTES_MAX = 64 * 1024
CAMERA_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
Section = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """Bounds, both included. `whole`: no fraction."""

    lo: float
    hi: float
    whole: bool = False

    def takes(self, value: object) -> bool:
        """Whether a value is such a number; true and false are none."""
        kinds = (int,) if self.whole else (int, float)
        return isinstance(value, kinds) and not isinstance(value, bool) and self.lo <= value <= self.hi

    def __str__(self) -> str:
        return f"a {'whole ' if self.whole else ''}number from {self.lo:g} to {self.hi:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf:
    """One of a few values."""

    values: tuple[bool | str, ...]

    def takes(self, value: object) -> bool:
        """Whether it is one of them; 1 is not true."""
        return any(value == known and type(value) is type(known) for known in self.values)

    def __str__(self) -> str:
        return f"one of {', '.join(json.dumps(value) for value in self.values)}"


Rule = Number | OneOf
_SHARE = Number(lo=1 << 20, hi=1 << 40, whole=True)
RULES: dict[str, dict[str, Rule]] = {
    "evidence": {"every_h": Number(lo=0, hi=24 * 31), "enabled": OneOf(values=(True, False))},
    "limits": {
        "outbox_bytes": _SHARE,
        "evidence_bytes": _SHARE,
        "frame_pixels": Number(lo=10_000, hi=200_000_000, whole=True),
        "image_bytes": Number(lo=10_000, hi=1 << 30, whole=True),
    },
    "vision": {"threads": Number(lo=1, hi=64, whole=True), "precision": OneOf(values=("fp32", "int8"))},
    "broker": {
        "beat_s": Number(lo=0.1, hi=3600),
        "resend_s": Number(lo=0.1, hi=60),
        "window": Number(lo=1, hi=3000, whole=True),
    },
}
CAMERA_RULES: dict[str, Rule] = {
    "interval_s": Number(lo=0.01, hi=86_400),
    "offline_after_s": Number(lo=1, hi=31 * 86_400),
    "stale_s": Number(lo=1, hi=3600),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Checked values: `sections` by section and key, `cameras` by camera id and key. What is absent is not changed."""

    sections: Mapping[str, Section]
    cameras: Mapping[str, Section]


def read_policy(data: bytes, *, where: str = "policy") -> Policy:
    """The checked policy; WireError names the key and what was expected there."""
    if len(data) > BYTES_MAX:
        raise TooLargeError(f"{len(data)} bytes", where=where, expected=f"at most {BYTES_MAX}")
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError) as broken:
        raise MalformedError(str(broken)[:200], where=where, expected="JSON text") from broken
    return check_policy(raw, where=where)


def check_policy(raw: object, *, where: str = "policy") -> Policy:
    """As `read_policy`, of a value that is parsed already."""
    top = _table(raw, where)
    if top.get("schema") != SCHEMA:
        raise MalformedError(f"schema {str(top.get('schema'))[:60]!r}", where=where, expected=SCHEMA)
    sections = {name: _checked(top[name], RULES[name], f"{where}.{name}") for name in RULES if name in top}
    _only(top, {"schema", "camera", *RULES}, where)
    cameras = {
        check_camera(camera, where=f"{where}.camera"): _checked(table, CAMERA_RULES, f"{where}.camera.{camera}")
        for camera, table in _table(top.get("camera", {}), f"{where}.camera").items()
    }
    return Policy(sections=sections, cameras=cameras)


def check_camera(name: object, *, where: str) -> str:
    """A camera's name as settings files have it; MalformedError for any other."""
    if isinstance(name, str) and CAMERA_NAME.fullmatch(name):
        return name
    expected = "up to 128 letters, digits and . _ -, a letter or digit first"
    raise MalformedError(f"camera {ascii(name)[:80]}", where=where, expected=expected)


def _checked(raw: object, rules: Mapping[str, Rule], where: str) -> Section:
    table = _table(raw, where)
    _only(table, set(rules), where)
    for key, value in table.items():
        if not rules[key].takes(value):
            raise MalformedError(f"value {value!r:.60}", where=f"{where}.{key}", expected=str(rules[key]))
    return dict(table)


def _table(raw: object, where: str) -> Section:
    if not isinstance(raw, Mapping):
        raise MalformedError(type(raw).__name__, where=where, expected="a table of values")
    return raw


def _only(table: Section, known: set[str], where: str) -> None:
    strange = sorted(str(key) for key in set(table) - known)
    if strange:
        what = f"key {strange[0][:60]!r} that the centre may not set"
        raise MalformedError(what, where=where, expected=f"some of {', '.join(sorted(known))}")
