"""The headers of tus 1.0 read strictly: what is wanted to be uploaded, where a piece begins, what its checksum is."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from central.api.errors import InvalidError
from central.store.instants import to_ms

KINDS = ("evidence", "photo")
CHECKSUMS = {"sha1": 20, "sha256": 32}  # algorithm: bytes of its digest
_KEYS = ("kind", "sha256", "filename", "filetype", "taken_at", "project", "building", "item", "note")
_META = "header.Upload-Metadata"
_KEY = re.compile(r"[!-+\--~]{1,64}")  # printable, no blank, no comma
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")  # a note may have tabs and lines
_PAIRS_MAX = 32
_CHARS_MAX = {"filename": 255, "note": 2000, "filetype": 128}
_ID_CHARS_MAX = 128
_YEARS = range(1990, 2200)
_LENGTH_DIGITS_MAX = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody announces. Everything beside digest and size is a claim; places are '' when not said."""

    kind: str
    sha256: str
    size_bytes: int
    filename: str
    note: str
    taken_at_ms: int | None
    project: str
    building: str
    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checksum:
    """Of one piece: an algorithm of `CHECKSUMS` and the digest."""

    algorithm: str
    digest: bytes


def read_wanted(*, length: str | None, metadata: str | None) -> Wanted:
    """From Upload-Length and Upload-Metadata; InvalidError names the key and what was expected there."""
    said = read_metadata(metadata or "")
    kind, sha256 = said.get("kind", ""), said.get("sha256", "").lower()
    if kind not in KINDS:
        raise _invalid(f"kind {kind[:40]!r}", expected="evidence or photo")
    if not _DIGEST.fullmatch(sha256):
        raise _invalid(f"sha256 {sha256[:80]!r}", expected="64 hex digits, the SHA-256 of the whole content")
    if kind == "photo" and not said.get("project"):
        raise _invalid("no project", expected="the id of the project that the photo shows")
    return Wanted(
        kind=kind,
        sha256=sha256,
        size_bytes=read_number(length, where="header.Upload-Length", least=1),
        filename=said.get("filename", "").replace("\\", "/").rsplit("/", 1)[-1],
        note=said.get("note", ""),
        taken_at_ms=_taken_at(said.get("taken_at", "")),
        project=said.get("project", ""),
        building=said.get("building", ""),
        item=said.get("item", ""),
    )


def read_metadata(header: str) -> Mapping[str, str]:
    """Key -> text of `key base64,key base64,…`; unknown keys are left out, so that clients may say more."""
    found: dict[str, str] = {}
    pairs = [pair for pair in header.split(",") if pair.strip()]
    if len(pairs) > _PAIRS_MAX:
        raise _invalid(f"{len(pairs)} pairs", expected=f"at most {_PAIRS_MAX}")
    for pair in pairs:
        key, _, value = pair.strip(" ").partition(" ")
        if not _KEY.fullmatch(key):
            raise _invalid(f"key {key[:40]!r}", expected="printable ASCII without blank and comma")
        if key in found:
            raise _invalid(f"key {key!r} twice", expected="each key once")
        found[key] = _text(key, value.strip(" "))
    return {key: value for key, value in found.items() if key in _KEYS}


def read_number(text: str | None, *, where: str, least: int = 0) -> int:
    """A plain whole number of a header."""
    if text is None or not (text.isascii() and text.isdigit()) or len(text) > _LENGTH_DIGITS_MAX or int(text) < least:
        shown = "nothing" if text is None else repr(text[:40])
        raise InvalidError(shown, where=where, expected=f"a whole number of bytes, {least} or more")
    return int(text)


def read_checksum(text: str | None) -> Checksum | None:
    """From Upload-Checksum: `algorithm base64`; None when there is none."""
    if text is None:
        return None
    where = "header.Upload-Checksum"
    algorithm, _, spelled = text.strip().partition(" ")
    if algorithm not in CHECKSUMS:
        raise InvalidError(f"algorithm {algorithm[:40]!r}", where=where, expected=f"one of {', '.join(CHECKSUMS)}")
    digest = _bytes(spelled.strip())
    if digest is None or len(digest) != CHECKSUMS[algorithm]:
        raise InvalidError(
            f"digest {spelled[:80]!r}", where=where, expected=f"{CHECKSUMS[algorithm]} bytes in Base64 after the name"
        )
    return Checksum(algorithm=algorithm, digest=digest)


def _text(key: str, spelled: str) -> str:
    raw = _bytes(spelled)
    if raw is None:
        raise _invalid(f"value of {key!r}", expected="Base64")
    try:
        text = raw.decode()
    except UnicodeDecodeError as broken:
        raise _invalid(f"value of {key!r}", expected="UTF-8 text in Base64") from broken
    longest = _CHARS_MAX.get(key, _ID_CHARS_MAX)
    if len(text) > longest:
        raise _invalid(f"{key!r} of {len(text)} characters", expected=f"at most {longest}")
    if _CONTROL.search(text) or (key != "note" and not text.isprintable()):
        raise _invalid(f"control character in {key!r}", expected="text that can be shown")
    return text


def _bytes(spelled: str) -> bytes | None:
    try:
        return b64decode(spelled.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return None


def _taken_at(text: str) -> int | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or at.year not in _YEARS or abs(at.utcoffset() or _ZERO) > _OFFSET_MAX:
        raise _invalid(f"taken_at {text[:40]!r}", expected="ISO 8601 with its zone, such as 2026-11-21T09:30:00+08:00")
    return to_ms(at.astimezone(UTC))


_ZERO, _OFFSET_MAX = timedelta(0), timedelta(hours=18)


def _invalid(what: str, *, expected: str) -> InvalidError:
    return InvalidError(what, where=_META, expected=expected)
