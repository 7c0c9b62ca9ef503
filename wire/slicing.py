"""The records of a frame cut out of its own text: who wrote canonical JSON need not be spelled again to be checked."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from json import JSONDecoder
from typing import cast

from wire.messages import Clock, Record

MILLIS_MAX = 253_402_300_799_999  # as wire.messages.Millis
_HEAD = re.compile(r'\[\{"at":(0|[1-9][0-9]{0,14}),"body":(?=\{)')
_BETWEEN = re.compile(  # what stands between two bodies, and after the last
    r',"clock":"(synced|free|unknown)","hash":"([0-9a-f]{16})","kind":"([^"\\\x00-\x1f]{1,128})"'
    r',"seq":([1-9][0-9]{0,18})\}(?:,\{"at":(0|[1-9][0-9]{0,14}),"body":(?=\{)|\]\Z)'
)
_NEXT = len(',{"at":,"body":')


@dataclass(frozen=True, slots=True, kw_only=True)
class Sliced:
    """Records with the very text of each body and of each whole record, as they were sent."""

    records: tuple[Record, ...]
    bodies: tuple[str, ...]
    texts: tuple[str, ...]


def hash_of(kind: str, at: int, body: bytes) -> str:
    """Content hash, 16 hex digits, of a record whose body is spelled so."""
    return hashlib.blake2b(b"%s\0%d\0%s" % (kind.encode(), at, body), digest_size=8).hexdigest()


def no_constant(text: str) -> None:
    """For JSON decoders: NaN and the infinities are refused."""
    raise ValueError(f"{text} is not a number")


def no_float(text: str) -> None:
    """For JSON decoders: fractions are refused."""
    raise ValueError(f"{text[:40]} is not an integer")


_scan = JSONDecoder(parse_float=no_float, parse_constant=no_constant).scan_once  # type: ignore[attr-defined]


def slice_records(text: str) -> Sliced | None:
    """Records of a JSON list in canonical spelling, each body parsed once and proved by its record's hash.

    None for everything else, right or wrong: other keys, other order, escapes, a body that is not what its hash says.
    Whoever gets None decodes the long way, which tells what is wrong.
    """
    if "\\u" in text:  # canonical text has next to none, and among them hide halves of characters
        return None
    try:
        return _sliced(text)
    except (StopIteration, ValueError, RecursionError):  # not JSON, a fraction, nested too deeply
        return None


def _sliced(text: str) -> Sliced | None:
    records: list[Record] = []
    bodies: list[str] = []
    texts: list[str] = []
    opened = _HEAD.match(text)
    if opened is None:
        return None
    begin, start, digits = 1, opened.end(), opened[1]
    while True:
        body, end = _scan(text, start)
        between = _BETWEEN.match(text, end)
        if between is None:
            return None
        clock, digest, kind, seq, following = between.groups()
        spelled, at = text[start:end], int(digits)
        if at > MILLIS_MAX or hash_of(kind, at, spelled.encode()) != digest:
            return None
        records.append(Record(seq=int(seq), kind=kind, at=at, clock=cast("Clock", clock), hash=digest, body=body))
        bodies.append(spelled)
        start = between.end()
        if following is None:
            texts.append(text[begin:-1])
            return Sliced(records=tuple(records), bodies=tuple(bodies), texts=tuple(texts))
        texts.append(text[begin : start - len(following) - _NEXT])
        begin, digits = start - len(following) - _NEXT + 1, following
