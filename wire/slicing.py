"""The records of a frame that was spelled canonically: read, proved and kept in their own text. None for all others."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal

import msgspec

from wire.messages import Record

_encode = msgspec.json.Encoder(order="deterministic").encode
_FLAT = frozenset({int, str, bool, type(None)})
_NESTED = (dict, list, tuple)
_TEXT = frozenset({str})


class _Row(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A record as it travels; its body stays the text it is. What wire.messages.Record allows, and nothing more."""

    at: Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799_999)]
    body: msgspec.Raw
    clock: Literal["synced", "free", "unknown"]
    hash: str
    kind: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    seq: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sliced:
    """Records with the canonical text of each body and of each whole record."""

    records: tuple[Record, ...]
    bodies: tuple[str, ...]
    texts: tuple[str, ...]


def no_constant(text: str) -> None:
    """For JSON decoders: NaN and the infinities are refused."""
    raise ValueError(f"{text} is not a number")


def no_float(text: str) -> None:
    """For JSON decoders: fractions are refused."""
    raise ValueError(f"{text[:40]} is not an integer")


_rows = msgspec.json.Decoder(list[_Row]).decode
_body = msgspec.json.Decoder(dict[str, Any], float_hook=no_float).decode


def hash_of(kind: str, at: int, body: bytes) -> str:
    """Content hash, 16 hex digits, of a record whose body is spelled so."""
    return hashlib.blake2b(b"%s\0%d\0%s" % (kind.encode(), at, body), digest_size=8).hexdigest()


def spelled_plain(value: Any) -> bytes | None:
    """Canonical JSON of integers, texts, truth values, None, lists and dicts (by text) of them; None for all else."""
    return _encode(value) if _is_plain(value) else None


def record_text(*, at: int, body: str, clock: str, digest: str, kind: str, seq: int) -> str:
    """Canonical JSON of a record around its spelled body."""
    rest = f'"clock":"{clock}","hash":"{digest}","kind":{_quoted(kind)},"seq":{seq}'
    return f'{{"at":{at},"body":{body},{rest}}}'


def slice_records(recs: bytes) -> Sliced | None:
    """Records of a JSON list, each proved by its hash, if it is spelled canonically byte for byte.

    None for everything else, right or wrong: whoever gets it decodes the long way, which tells what is wrong.
    """
    try:
        return _sliced(recs)
    except (msgspec.MsgspecError, ValueError, RecursionError):  # not JSON, a fraction, half a character, too deep
        return None


def _sliced(recs: bytes) -> Sliced | None:
    records, bodies, texts = [], [], []
    for row in _rows(recs):
        raw = bytes(row.body)
        body = _body(raw)
        if _encode(body) != raw or hash_of(row.kind, row.at, raw) != row.hash:
            return None
        text = raw.decode()
        records.append(Record(seq=row.seq, kind=row.kind, at=row.at, clock=row.clock, hash=row.hash, body=body))
        bodies.append(text)
        texts.append(record_text(at=row.at, body=text, clock=row.clock, digest=row.hash, kind=row.kind, seq=row.seq))
    if not records or f"[{','.join(texts)}]".encode() != recs:
        return None
    return Sliced(records=tuple(records), bodies=tuple(bodies), texts=tuple(texts))


def _is_plain(value: Any) -> bool:
    """Looks at types only, a whole list at a time: floats must not slip through, and the encoder would take them."""
    kind = type(value)
    if kind in _FLAT:
        return True
    if kind not in _NESTED:
        return False
    if kind is dict and not _TEXT.issuperset(map(type, value)):
        return False
    items = value.values() if kind is dict else value
    if _FLAT.issuperset(map(type, items)):
        return True
    return all(map(_is_plain, items))


@lru_cache(maxsize=256)
def _quoted(text: str) -> str:
    return _encode(text).decode()
