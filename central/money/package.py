"""A period of the ledger as a package that an auditor verifies offline: data, proof, and the verifier itself."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from central.money import verifier
from central.money.chain import canonical, plain_of
from central.money.posting import Posted
from central.money.sheet import write_ledger

XLSX_ENTRIES_MAX = 100_000  # a sheet of more takes minutes to write and to open
_EPOCH = (1980, 1, 1, 0, 0, 0)
_FORMULA = ("=", "+", "-", "@", "\t")
_COLUMNS = (
    "project", "voucher", "kind", "day", "amount_fen", "wage_fen", "line", "contract", "payee", "reverses", "approver",
    "object_code", "note", "source", "flags", "posted_by", "posted_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link of a project's chain, without what the entry says."""

    project: str
    nth: int
    content: str
    hash: str


def write_package(
    to: IO[bytes],
    *,
    statement: Mapping[str, Any],
    entries: Callable[[], Iterator[Posted]],
    links: Iterable[Link],
    count: int,
) -> str:
    """Write the package; the SHA-256 of its manifest. `entries` is gone through once for each form of the data."""
    digests: dict[str, str] = {}
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        _member(archive, "statement.json", [canonical(statement)], digests)
        _member(archive, "entries.jsonl", (canonical(_told(one)) + b"\n" for one in entries()), digests)
        _member(archive, "ledger.csv", _csv(_COLUMNS, (_row(one) for one in entries())), digests)
        names = "project", "nth", "content", "hash"
        rows = ([link.project, link.nth, link.content, link.hash] for link in links)
        _member(archive, "links.csv", _csv(names, rows), digests)
        if count <= XLSX_ENTRIES_MAX:
            sheet = io.BytesIO()
            write_ledger(sheet, entries())
            _member(archive, "ledger.xlsx", [sheet.getvalue()], digests)
        _member(archive, "verify.py", [Path(verifier.__file__).read_bytes()], digests)
        manifest = canonical({"schema": "siteprogress.ledger/1", "sha256": digests})
        _member(archive, "manifest.json", [manifest], {})
    return hashlib.sha256(manifest).hexdigest()


def content_of(posted: Posted) -> dict[str, Any]:
    """What the digest of an entry is over."""
    return {
        **plain_of(posted.posting),
        "flags": ",".join(posted.flags),
        "posted_by": posted.by,
        "posted_at": posted.at_ms,
    }


def _told(posted: Posted) -> dict[str, Any]:
    return {"nth": posted.nth, "hash": posted.hash, "entry": content_of(posted)}


def _row(posted: Posted) -> list[Any]:
    plain = content_of(posted)
    return [_guarded(plain[name]) for name in _COLUMNS]


def _guarded(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets an apostrophe before it."""
    risky = isinstance(value, str) and value.startswith((*_FORMULA, verifier.GUARD))
    return verifier.GUARD + value if risky else value


def _csv(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[bytes]:
    """UTF-8 with a mark at the beginning, so that spreadsheets read Chinese."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    yield b"\xef\xbb\xbf"
    writer.writerow(header)
    for row in rows:
        writer.writerow(row)
        if buffer.tell() > 1 << 16:
            yield _drained(buffer)
    yield _drained(buffer)


def _drained(buffer: io.StringIO) -> bytes:
    found = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return found


def _member(archive: zipfile.ZipFile, name: str, parts: Iterable[bytes], digests: dict[str, str]) -> None:
    """The same parts give the same bytes: no time of the day gets in."""
    digest = hashlib.sha256()
    told = zipfile.ZipInfo(name, date_time=_EPOCH)
    told.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(told, "w", force_zip64=True) as member:
        for part in parts:
            digest.update(part)
            member.write(part)
    digests[name] = digest.hexdigest()
