"""Checks an exported package of the ledger without the centre: `python verify.py [PACKAGE.zip | FOLDER]`.

Needs only Python 3.9 or newer whose OpenSSL knows SM3. It checks that no file of the package was changed, that each
entry has the digest its link says, that the links of each project hold on to each other without a gap, and that
opening + entries = closing. What it prints as `package` and `root` has to be what the centre's audit trail says of this
export (action ledger.export): then the package is what the centre gave out.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Tuple  # noqa: UP035 -- also for older Pythons

GUARD = "'"  # stands before text in the CSV that a spreadsheet would take for a formula
Read = Callable[[str], bytes]


class BrokenPackageError(Exception):
    """The package does not hold: the message names the file and the place."""


def verify(package: Path) -> Dict[str, Any]:  # noqa: UP006
    """What was verified: entries, chains, closing balance, root and the digest of the manifest."""
    if package.is_dir():
        return _verify(lambda name: (package / name).read_bytes())
    with zipfile.ZipFile(package) as archive:
        return _verify(archive.read)


def _verify(read: Read) -> Dict[str, Any]:  # noqa: UP006
    manifest = _file(read, "manifest.json")
    for name, digest in json.loads(manifest)["sha256"].items():
        if hashlib.sha256(_file(read, name)).hexdigest() != digest:
            raise BrokenPackageError(f"{name}: changed since it was exported")
    statement = json.loads(_file(read, "statement.json"))
    links, chains = _links(_file(read, "links.csv"), statement["starts"])
    count, sums = _entries(read, statement, links)
    _compare("entries", count, statement["period"]["entries"])
    for kind in ("budget_fen", "release_fen", "pay_fen"):
        _compare(f"period.{kind}", sums[kind], statement["period"][kind])
        closing = statement["opening"][kind] + sums[kind]
        _compare(f"closing.{kind}", closing, statement["closing"][kind])
    heads = [[head["project"], head["nth"], head["hash"]] for head in statement["heads"]]
    _compare("root", sm3(canonical(heads)), statement["root"])
    for project, nth, head in heads:
        if chains.get(project, (0, ""))[0] == nth:
            _compare(f"head of {project}", chains[project][1], head)
    balance = statement["closing"]["release_fen"] - statement["closing"]["pay_fen"]
    return {
        "first": statement["first"],
        "last": statement["last"],
        "entries": count,
        "chains": len(chains),
        "closing_balance_fen": balance,
        "root": statement["root"],
        "package": hashlib.sha256(manifest).hexdigest(),
    }


def _links(content: bytes, starts: Dict[str, str]) -> Tuple[Dict[Tuple[str, int], str], Dict[str, Tuple[int, str]]]:  # noqa: UP006
    """Content digests by (project, nth), and where each chain ends."""
    found: Dict[Tuple[str, int], str] = {}  # noqa: UP006
    ends: Dict[str, Tuple[int, str]] = {}  # noqa: UP006
    for row in _rows(content):
        project, nth = row["project"], int(row["nth"])
        before = ends.get(project)
        if before is not None and nth != before[0] + 1:
            raise BrokenPackageError(f"links.csv: {project}: {nth} after {before[0]}: a link is missing")
        prev_hash = before[1] if before else starts.get(project, "")
        plain = {"content": row["content"], "nth": nth, "project": project}
        if sm3(canonical(plain) + prev_hash.encode()) != row["hash"]:
            raise BrokenPackageError(f"links.csv: {project}: link {nth} does not hold on to the one before it")
        found[project, nth] = row["content"]
        ends[project] = nth, row["hash"]
    return found, ends


def _entries(read: Read, statement: Dict[str, Any], links: Dict[Tuple[str, int], str]) -> Tuple[int, Dict[str, int]]:  # noqa: UP006
    sums = {"budget_fen": 0, "release_fen": 0, "pay_fen": 0}
    count = 0
    table = _rows(_file(read, "ledger.csv"))
    for line in _file(read, "entries.jsonl").splitlines():
        told = json.loads(line)
        entry, where = told["entry"], f"entries.jsonl: {told['entry']['project']}: {told['nth']}"
        if links.get((entry["project"], told["nth"])) != sm3(canonical(entry)):
            raise BrokenPackageError(f"{where}: is not what its link says")
        if not statement["first"] <= entry["day"] <= statement["last"]:
            raise BrokenPackageError(f"{where}: {entry['day']} is not in the period")
        _same_row(next(table, {}), entry, where)
        sums[f"{entry['kind']}_fen"] += entry["amount_fen"]
        count += 1
    if next(table, None) is not None:
        raise BrokenPackageError("ledger.csv: more rows than entries.jsonl")
    return count, sums


def _same_row(row: Dict[str, str], entry: Dict[str, Any], where: str) -> None:  # noqa: UP006
    for name, value in entry.items():
        shown = row.get(name, "")
        plain = shown[len(GUARD) :] if shown.startswith(GUARD) else shown
        if str(value) not in (shown, plain):
            raise BrokenPackageError(f"{where}: {name} is {value!r}, in ledger.csv {shown!r}")


def _compare(what: str, found: Any, said: Any) -> None:
    if found != said:
        raise BrokenPackageError(f"statement.json: {what}: {said!r}: recomputed {found!r}")


def _file(read: Read, name: str) -> bytes:
    try:
        return read(name)
    except (KeyError, OSError) as missing:
        raise BrokenPackageError(f"{name}: not in the package") from missing


def _rows(content: bytes) -> Iterator[Dict[str, str]]:  # noqa: UP006
    return iter(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def canonical(plain: Any) -> bytes:
    """UTF-8, sorted keys, no blanks."""
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sm3(data: bytes) -> str:
    """SM3 (GB/T 32905) in hex, by the machine's OpenSSL."""
    try:
        return hashlib.new("sm3", data).hexdigest()
    except ValueError as unknown:
        raise BrokenPackageError("this Python's OpenSSL has no SM3: take another Python, 3.9 or newer") from unknown


def main(given: List[str]) -> int:  # noqa: UP006
    """Say what holds, or what does not; 1 when it does not."""
    package = Path(given[0]) if given else Path(__file__).parent
    try:
        found = verify(package)
    except (BrokenPackageError, zipfile.BadZipFile, OSError, KeyError, ValueError, TypeError) as broken:
        print(f"{package}: does NOT hold 校验不通过: {broken}")
        return 1
    print(f"{package}: holds 校验通过")
    for name, value in found.items():
        print(f"  {name}: {value}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
