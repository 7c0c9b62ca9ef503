"""Wrong messages made from right ones. Everything follows from the Random that is handed in."""

from __future__ import annotations

import copy
import json
import zlib
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any

from wire.codec import canonical, content_hash, inflate
from wire.errors import WireError

VALUES: tuple[Any, ...] = (
    *(None, True, False, -1, 0, 1, 2, 255, 10_000, 2**31, 2**63 - 1, 2**63, 2**64, 10**30, -(10**18)),
    *(0.5, -0.0, 1e16, float("nan"), float("inf")),
    *("", "\0", "\ud800", "x" * 129, "楼", "😀", "a/b", "../x", "é" * 2000, "0" * 64, "f" * 128, "gw-1"),
    *([], {}, [[]], {"a": {}}, [None, 1, "x"], [[1, 2], [2, 1]], {"": 0}, [[[[[[[[]]]]]]]]),
)
TOKENS = (
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b'"',
        b"\\",
        b"\\ud800",
        b"\0",
        b"\xff",
        b"\xc3",
        b"\xf0\x9f",
        b"null",
        b"NaN",
    ),
    *(
        b"null",
        b"NaN",
        b"1e999",
        b"-0",
        b"9" * 400,
        b'"v":2',
        b',"recs":[',
        b" ",
        b"\n",
        b"==",
        b"[" * 60,
        b'{"":' * 60,
    ),
)


def bytes_of(seed: bytes, random: Random, *, other: bytes = b"") -> bytes:
    """One to four small damages; `other` is a message to splice in."""
    changed = bytearray(seed)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        place = random.randrange(len(changed) + 1)
        match random.randrange(7):
            case 0 if changed:
                changed[place % len(changed)] ^= 1 << random.randrange(8)
            case 1 if changed:
                changed[place % len(changed)] = random.randrange(256)
            case 2:
                del changed[place : place + random.choice((1, 2, 8, 64))]
            case 3:
                changed[place:place] = changed[place : place + random.choice((1, 4, 40))]
            case 4:
                changed[place:place] = random.choice(TOKENS)
            case 5:
                del changed[place:]
            case _:
                changed[place : place + random.randrange(16)] = other[random.randrange(len(other) + 1) :][:40]
    return bytes(changed)


def plain_of(seed: Any, random: Random) -> Any:
    """A deep copy of parsed JSON with one to three values replaced, dropped, doubled or added."""
    changed = copy.deepcopy(seed)
    for _ in range(random.choice((1, 1, 2, 3))):
        _change(changed, random)
    return changed


def _change(plain: Any, random: Random) -> None:
    holder = _holder(plain, random)
    value = copy.deepcopy(random.choice(VALUES))
    if isinstance(holder, dict):
        key = random.choice([*holder, "new"])
        if random.randrange(5) == 0:
            holder.pop(key, None)
        else:
            holder[key] = value
    elif isinstance(holder, list):
        place = random.randrange(len(holder) + 1)
        match random.randrange(4):
            case 0:
                del holder[place : place + 1]
            case 1:
                holder[place:place] = copy.deepcopy(holder[place : place + 3])
            case 2:
                holder.insert(place, value)
            case _:
                holder[place : place + 1] = [value]


def _holder(plain: Any, random: Random) -> Any:
    """A dict or list somewhere in it; nearer to the root more often."""
    here = plain
    while random.randrange(3):
        inner = [one for one in (here.values() if isinstance(here, dict) else here) if isinstance(one, dict | list)]
        if not inner:
            break
        here = random.choice(inner)
    return here


def json_of(plain: Any, random: Random) -> bytes:
    """Spelled canonically where that can be, else as Python does, with its NaN and escapes."""
    if random.randrange(3):
        with suppress(WireError):
            return canonical(plain)
    text = json.dumps(plain, ensure_ascii=bool(random.randrange(2)), indent=random.choice((None, None, 1)))
    return text.encode(errors="surrogatepass")


def message(seed: bytes, random: Random, *, other: bytes) -> bytes:
    """A small JSON message damaged in its bytes or in what it says."""
    if random.randrange(2):
        return bytes_of(seed, random, other=other)
    return json_of(plain_of(json.loads(seed), random), random)


def frame(seed: bytes, random: Random, *, other: bytes) -> bytes:
    """A frame damaged in its packed bytes, in its text, or in what it says: with sums and hashes right, as a liar's."""
    way = random.randrange(8)
    if way == 0:
        return bytes_of(seed, random, other=other)
    raw = inflate(seed)
    if way == 1:
        return zlib.compress(bytes_of(raw, random, other=inflate(other)), 1)
    plain = plain_of(json.loads(raw), random)
    if way > 2 and isinstance(plain.get("recs"), list):
        with suppress(WireError, TypeError, ValueError, AttributeError, OverflowError):
            _mend(plain)
    if random.randrange(2) and isinstance(plain.get("recs"), list):
        with suppress(WireError):
            recs = canonical(plain.pop("recs"))
            return zlib.compress(canonical(plain)[:-1] + b',"recs":' + recs + b"}", 1)
    return zlib.compress(json_of(plain, random), 1)


def _mend(plain: dict[str, Any]) -> None:
    plain["n"] = len(plain["recs"])
    for rec in plain["recs"]:
        with suppress(WireError, KeyError, TypeError, ValueError, AttributeError):
            rec["hash"] = content_hash(kind=rec["kind"], at=rec["at"], body=rec["body"])
    plain["crc"] = zlib.crc32(canonical(plain["recs"]))


Mutator = Callable[..., bytes]
