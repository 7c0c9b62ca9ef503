"""Bytes to messages and back: canonical JSON, content hashes, zlib frames with a checksum. Only this knows JSON."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from wire.errors import MalformedError, TooLargeError, UnknownVersionError, WireError
from wire.messages import BODIES, VERSION, Ack, Config, Frame, Record, References
from wire.signing import link, statement
from wire.slicing import Sliced, hash_of, no_constant, no_float, record_text, slice_records, spelled_plain

FRAME_RECORDS_MAX = 200
FRAME_BYTES_MAX = 64 * 1024  # of records, before compression
MESSAGE_BYTES_MAX = 256 * 1024  # on the wire
INFLATED_BYTES_MAX = 1024 * 1024  # a zip bomb stops here
PARSED_BYTES_MAX = 8 * 1024 * 1024  # and one of many small values here; what 64 KiB can say always fits
_VALUE_BYTES = {b"{": 240, b"[": 100, b",": 130}  # of memory, at most, for each such sign in JSON text (CPython 3.11)
_DEAREST_BYTE = 114  # of memory for a byte of text: `{},` again and again

_spell = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_RECORD_KEYS = {"at", "body", "clock", "hash", "kind", "seq"}
M = TypeVar("M")
R = TypeVar("R", Record, "Sealed")


def canonical(value: Any) -> bytes:
    """The one spelling of a value: UTF-8, sorted keys, no spaces. Floats are refused, they have no one spelling."""
    try:
        plain = spelled_plain(value)
        if plain is not None:
            return plain
        _refuse_floats(value, "$")
        return _spell(value).encode()
    except UnicodeEncodeError as broken:
        raise MalformedError("lone surrogate in a text", where="$", expected="text that UTF-8 can spell") from broken
    except RecursionError as broken:
        raise MalformedError("value nested too deeply", where="$", expected="a few levels") from broken


def content_hash(*, kind: str, at: int, body: dict[str, Any]) -> str:
    """64-bit hash (16 hex digits) of what a record says; equal keys with unequal hashes are an identity conflict."""
    return hash_of(kind, at, canonical(body))


ADDED = frozenset({"also"})
"""Fields of bodies that came after the first release; empty, they are not said."""


def encode_body(body: Any) -> dict[str, Any]:
    """Plain dict of a body dataclass, ready for a Record; what was added since and says nothing is left out."""
    plain: dict[str, Any] = _adapter(cast("type", type(body))).dump_python(body, mode="json", warnings=False)
    return {name: value for name, value in plain.items() if name not in ADDED or value}


def decode_body(record: Record) -> Any:
    """The body dataclass of a record's kind, the plain dict of an unknown kind; MalformedError names the field."""
    kind = BODIES.get(record.kind)
    if kind is None:
        return record.body
    return _validated(kind, record.body, where=f"recs[seq={record.seq}].body")


def encode(message: Any) -> bytes:
    """JSON bytes of a small message (Birth, Beat, Presence, Ack, HostState, Config), with the version in it.

    What was added after the first release is left out when it says nothing; `need` was always said.
    """
    return canonical({"v": VERSION} | {k: v for k, v in asdict(message).items() if v is not None or k == "need"})


def ack_statement(gateway: str, ack: Ack) -> bytes:
    """What the centre signs of an ack: what it says in this version, and to whom."""
    said = ("epoch", "hi", "recv", "need", "pace", "echo", "at")
    return canonical({"gw": gateway} | {name: getattr(ack, name) for name in said})


def config_statement(config: Config | References) -> bytes:
    """What the centre signs of an order to a gateway: all of it but the signature."""
    return canonical({k: v for k, v in asdict(config).items() if k != "sig"})


def decode(kind: type[M], payload: bytes) -> M:
    """A small message from JSON bytes; WireError says what is wrong and where."""
    if len(payload) > MESSAGE_BYTES_MAX:
        raise TooLargeError(f"{len(payload)} bytes", where="payload", expected=f"at most {MESSAGE_BYTES_MAX}")
    return _validated(kind, _object(payload), where=kind.__name__)


def encode_frame(frame: Frame) -> bytes:
    """zlib(level 1) of the frame's JSON; `crc` covers the canonical records."""
    return _framed(frame, canonical([asdict(r) for r in frame.recs]), count=len(frame.recs))


def _framed(frame: Frame, recs: bytes, *, count: int) -> bytes:
    head = {k: v for k, v in asdict(replace(frame, recs=())).items() if k != "recs" and v != ""}
    head |= {"v": VERSION, "n": count, "crc": zlib.crc32(recs)}
    return zlib.compress(canonical(head)[:-1] + b',"recs":' + recs + b"}", 1)


def _spelled(record: Sealed) -> str:
    return record_text(
        at=record.at, body=record.body, clock=record.clock, digest=record.hash, kind=record.kind, seq=record.seq
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A record whose body is already canonical JSON text, as the edge stores it: nothing is spelled twice.

    `prev` is the link before it (`wire.signing`), 64 hex digits; empty in a store that keeps none.
    """

    seq: int
    kind: str
    at: int
    clock: str
    hash: str
    body: str
    prev: str = ""

    @property
    def spelled(self) -> bytes:
        """The record's canonical JSON, as it travels and as its link covers it."""
        return _spelled(self).encode()

    @property
    def is_whole(self) -> bool:
        """Whether the body is still what was sealed; a disk may flip bits."""
        return hash_of(self.kind, self.at, self.body.encode()) == self.hash


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedBody:
    """Canonical JSON text of a body and the content hash of its record."""

    text: str
    hash: str


def seal(body: dict[str, Any], *, kind: str, at: int) -> SealedBody:
    """Spell a body once, for storing; `encode_sealed` sends the very same bytes."""
    text = canonical(body)
    return SealedBody(text=text.decode(), hash=hash_of(kind, at, text))


def encode_sealed(head: Frame, records: Sequence[Sealed], *, sign: Callable[[bytes], str] | None = None) -> bytes:
    """As `encode_frame` of `head` with these records (its own `recs` are not looked at), several times faster.

    `sign` (bytes to 128 hex digits): the frame says the link before its first record and signs the one after its last.
    """
    texts = [_spelled(record) for record in records]
    if sign is not None:
        end = _end(bytes.fromhex(records[0].prev), texts)
        said = statement(head.gw, head.epoch, lo=head.lo, hi=head.hi, end=end)
        head = replace(head, prev=records[0].prev, sig=sign(said))
    return _framed(head, ("[" + ",".join(texts) + "]").encode(), count=len(records))


def _end(prev: bytes, texts: Iterable[str]) -> bytes:
    for text in texts:
        prev = link(prev, text.encode())
    return prev


def split_sealed(records: Sequence[Sealed]) -> list[tuple[Sealed, ...]]:
    """Cut records in order of seq into contiguous frames within both caps, as `split` does."""
    return _cut(records, [len(r.body.encode()) + 160 for r in records])


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedFrame:
    """A checked frame, with the canonical JSON text of each record's body, in order: who stores it spells nothing.

    `end` is the link after its last record; None when the frame does not say the one before its first.
    """

    frame: Frame
    bodies: tuple[str, ...]
    end: bytes | None = None


def decode_frame(payload: bytes) -> Frame:
    """A frame whose checksum, count, order and record hashes have all been checked; WireError otherwise.

    Record bodies are not looked into: a bad body spoils one record, not its frame (see `decode_body`).
    """
    return open_frame(payload).frame


def open_frame(payload: bytes) -> OpenedFrame:
    """As `decode_frame`, with the spelled bodies. A frame in canonical spelling is cut; any other is spelled anew."""
    raw = inflate(payload)
    plain, sliced = _cut_out(raw) or _spelled_anew(raw)
    frame = _validated(Frame, plain | {"recs": sliced.records}, where="frame")
    _check_sequence(frame)
    end = _end(bytes.fromhex(frame.prev), sliced.texts) if frame.prev else None
    return OpenedFrame(frame=frame, bodies=sliced.bodies, end=end)


def _cut_out(raw: bytes) -> tuple[dict[str, Any], Sliced] | None:
    """Envelope and records of a frame as `encode_frame` spells it; None for every other, right or wrong."""
    cut = raw.find(b',"recs":[')
    if cut < 0 or raw[-1:] != b"}" or _parsed_bytes(raw) > PARSED_BYTES_MAX:
        return None
    recs = raw[cut + len(b',"recs":') : -1]
    try:
        plain = _object(raw[:cut] + b"}")
        sliced = slice_records(recs) if plain.get("crc") == zlib.crc32(recs) else None
    except WireError:
        return None
    return (plain, sliced) if sliced is not None and plain.get("n") == len(sliced.records) else None


def _spelled_anew(raw: bytes) -> tuple[dict[str, Any], Sliced]:
    plain = _object(raw)
    bodies, texts = _check_envelope(plain)
    records = _validated(Frame, plain, where="frame").recs
    for record, body in zip(records, bodies, strict=True):
        if hash_of(record.kind, record.at, body.encode()) != record.hash:
            raise MalformedError("content differs", where=f"recs[seq={record.seq}].hash", expected="hash of the body")
    return plain, Sliced(records=records, bodies=bodies, texts=texts)


def inflate(payload: bytes) -> bytes:
    """Decompress under a cap on both sides."""
    if len(payload) > MESSAGE_BYTES_MAX:
        raise TooLargeError(f"{len(payload)} bytes", where="payload", expected=f"at most {MESSAGE_BYTES_MAX}")
    stream = zlib.decompressobj()
    try:
        raw = stream.decompress(payload, INFLATED_BYTES_MAX)
    except zlib.error as broken:
        raise MalformedError(str(broken), where="payload", expected="zlib data") from broken
    if stream.unconsumed_tail:
        raise TooLargeError("inflated frame", where="payload", expected=f"at most {INFLATED_BYTES_MAX} bytes inflated")
    if not stream.eof or stream.unused_data:
        raise MalformedError("zlib stream", where="payload", expected="one whole stream and nothing after it")
    return raw


def split(records: Sequence[Record]) -> list[tuple[Record, ...]]:
    """Cut contiguous records into frames of at most FRAME_RECORDS_MAX records and FRAME_BYTES_MAX bytes."""
    return _cut(records, [len(canonical(r.body)) + 160 for r in records])


def _cut(records: Sequence[R], weights: Sequence[int]) -> list[tuple[R, ...]]:
    frames: list[tuple[R, ...]] = []
    current: list[R] = []
    size = 0
    for record, weight in zip(records, weights, strict=True):
        full = len(current) == FRAME_RECORDS_MAX or size + weight > FRAME_BYTES_MAX
        gap = bool(current) and record.seq != current[-1].seq + 1
        if current and (full or gap):
            frames.append(tuple(current))
            current, size = [], 0
        current.append(record)
        size += weight
    if current:
        frames.append(tuple(current))
    return frames


def _object(raw: bytes) -> dict[str, Any]:
    if _parsed_bytes(raw) > PARSED_BYTES_MAX:
        raise TooLargeError("parsed values", where="payload", expected=f"at most {PARSED_BYTES_MAX} bytes of them")
    try:
        plain = json.loads(raw, parse_constant=no_constant, parse_float=no_float)
    except (ValueError, RecursionError) as broken:
        raise MalformedError(str(broken)[:200], where="payload", expected="JSON with integers only") from broken
    if not isinstance(plain, dict):
        raise MalformedError(type(plain).__name__, where="payload", expected="a JSON object")
    if plain.get("v") is True or plain.get("v") != VERSION:  # true == 1 in Python
        raise UnknownVersionError(f"version {str(plain.get('v'))[:40]}", where="v", expected=str(VERSION))
    return plain


def _check_envelope(plain: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Count and checksum; the spelled bodies and records, each spelled once. What `_object` parsed holds no float."""
    recs = plain.get("recs")
    if not isinstance(recs, list) or not recs:
        raise MalformedError("records", where="recs", expected="a list of at least one record")
    if plain.get("n") != len(recs):
        raise MalformedError(f"n = {str(plain.get('n'))[:40]}", where="n", expected=str(len(recs)))
    try:
        bodies = tuple(_spell(rec["body"]) if isinstance(rec, dict) and "body" in rec else "" for rec in recs)
        texts = tuple(_spelled_plain(rec, body) for rec, body in zip(recs, bodies, strict=True))
        checksum = zlib.crc32(f"[{','.join(texts)}]".encode())
    except UnicodeEncodeError as broken:
        raise MalformedError("lone surrogate in a text", where="$", expected="text that UTF-8 can spell") from broken
    except RecursionError as broken:
        raise MalformedError("value nested too deeply", where="$", expected="a few levels") from broken
    if plain.get("crc") != checksum:
        raise MalformedError("checksum differs", where="crc", expected="crc32 of the records")
    return bodies, texts


def _spelled_plain(rec: Any, body: str) -> str:
    """Canonical text of a parsed record around its spelled body; the six keys of today the short way."""
    if not isinstance(rec, dict) or "body" not in rec:
        return _spell(rec)
    at, seq = rec.get("at"), rec.get("seq")
    if len(rec) == len(_RECORD_KEYS) and type(at) is int and type(seq) is int and rec.keys() == _RECORD_KEYS:
        clock, digest, kind = _spell(rec["clock"]), _spell(rec["hash"]), _spell(rec["kind"])
        return f'{{"at":{at},"body":{body},"clock":{clock},"hash":{digest},"kind":{kind},"seq":{seq}}}'
    head = {name: value for name, value in rec.items() if name < "body"}
    tail = {name: value for name, value in rec.items() if name > "body"}
    before, after = (_spell(part)[1:-1] for part in (head, tail))
    return "{" + ",".join(part for part in (before, f'"body":{body}', after) if part) + "}"


def _check_sequence(frame: Frame) -> None:
    seqs = [r.seq for r in frame.recs]
    if seqs != list(range(frame.lo, frame.lo + len(seqs))) or seqs[-1] != frame.hi:
        raise MalformedError(f"sequence {seqs[:5]}", where="recs[].seq", expected=f"contiguous {frame.lo}..{frame.hi}")


def _parsed_bytes(raw: bytes) -> int:
    """No less than the values of this JSON text will take in memory; not counted where it is short enough."""
    if len(raw) <= PARSED_BYTES_MAX // _DEAREST_BYTE:
        return 0
    return sum(raw.count(sign) * size for sign, size in _VALUE_BYTES.items())


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _validated(kind: type[M], plain: Any, *, where: str) -> M:
    try:
        found: M = _adapter(cast("type", kind)).validate_python(plain)
    except ValidationError as invalid:
        first = invalid.errors(include_url=False, include_input=False)[0]
        path = ".".join([where, *(str(part) for part in first["loc"])])
        raise MalformedError("value", where=path, expected=first["msg"]) from invalid
    return found


def _refuse_floats(value: Any, where: str) -> None:
    match value:
        case float():
            raise MalformedError(f"float {value!r}", where=where, expected="an integer")
        case dict():
            for key, item in value.items():
                _refuse_floats(item, f"{where}.{key}")
        case list() | tuple():
            for index, item in enumerate(value):
                _refuse_floats(item, f"{where}[{index}]")
