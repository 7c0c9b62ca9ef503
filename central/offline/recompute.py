"""Scores of an export made again offline by Python alone: `python recompute.py [FOLDER or ZIP]`.

评分离线复算: 只需 Python 3.10 以上, 不需网络, 不需安装本系统。

A second writing of the rules, on purpose independent of the centre's own: every sheet's digest, leaf scores, weights,
total and grade, and the weights that experts' judgements give. Exit code 0 when all come out the same, bit for bit, 1
when one does not, 2 when there is nothing to read.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
import zipfile
from pathlib import Path
from typing import Any

Plain = dict[str, Any]
RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45)  # Saaty, n = 1..9
ROUNDS = 100_000
NEAR = 1e-9  # weights of an eigenvector found by another way
GRADES = ((90.0, "优"), (80.0, "良"), (60.0, "中"))


def leaf_score(kind: str, value: float | None, target: float, state: str) -> tuple[float, bool]:
    """Points 0-100 of a leaf, and whether its weight counts."""
    if state in ("not_due", "not_applicable"):
        return 0.0, False
    if state == "too_few" or value is None:
        return 0.0, True
    if kind in ("higher", "survey", "panel"):
        return 100.0 * max(0.0, min(1.0, value / target)), True
    if kind == "lower":
        return (100.0 if value <= target else 100.0 * target / value), True
    if kind == "binary":
        return (100.0 if value >= target else 0.0), True
    if kind == "qualitative":
        return value, True
    raise ValueError(f"kind of leaf {kind!r}: expected one of the six")


def total_of(sheet: Plain) -> float | None:
    """Sum of weight x points, the weights of what counts scaled to 1; None when nothing counts."""
    leaves = sheet["set"]["leaves"]
    found = [
        leaf_score(leaf["indicator"]["kind"], value["value"], leaf["indicator"]["target"], value["state"])
        for leaf, value in zip(leaves, sheet["values"], strict=True)
    ]
    live = math.fsum(leaf["weight"] for leaf, (_, counts) in zip(leaves, found, strict=True) if counts)
    if live <= 0:
        return None
    return math.fsum(
        leaf["weight"] / live * points for leaf, (points, counts) in zip(leaves, found, strict=True) if counts
    )


def grade_of(total: float | None) -> str | None:
    """优 from 90, 良 from 80, 中 from 60, else 差, not rounded but for the noise of adding."""
    if total is None:
        return None
    return next((name for floor, name in GRADES if round(total, 9) >= floor), "差")


def judged_weights(document: Plain) -> tuple[list[float], float]:
    """Weights and CR that the answers in a weights document give: geometric mean of the judgements, eigenvector."""
    size = len(document["criteria"])
    voices, whole = document["voices"], sum(document["voices"].values())
    logs = [[0.0] * size for _ in range(size)]
    for expert in document["experts"]:
        for i, j, said in expert["says"]:
            ratio = voices[expert["person"]] / whole * (math.log(said) if said > 0 else -math.log(-said))
            logs[i][j] += ratio
            logs[j][i] -= ratio
    matrix = [[math.exp(cell) for cell in row] for row in logs]
    weights = [1.0 / size] * size
    for _ in range(ROUNDS):
        image = [sum(a * w for a, w in zip(row, weights, strict=True)) for row in matrix]
        following = [one / sum(image) for one in image]
        moved = max(abs(a - b) for a, b in zip(following, weights, strict=True))
        weights = following
        if moved < 1e-15:
            break
    image = [sum(a * w for a, w in zip(row, weights, strict=True)) for row in matrix]
    root = sum(y / w for y, w in zip(image, weights, strict=True)) / size
    return weights, max(0.0, (root - size) / (size - 1)) / RANDOM_INDEX[size - 1] if size > 2 else 0.0


def check_sheet(raw: bytes, named: Plain) -> list[str]:
    """What is wrong with a sheet; empty when it comes out as the index says."""
    faults = []
    if hashlib.sha256(raw).hexdigest() != named["id"]:
        faults.append(f"SHA-256 {hashlib.sha256(raw).hexdigest()}, expected {named['id']}")
    sheet = json.loads(raw)
    total = total_of(sheet)
    if total != named["total"]:
        faults.append(f"total {total!r}, expected {named['total']!r}")
    if grade_of(total) != named["grade"]:
        faults.append(f"grade {grade_of(total)}, expected {named['grade']}")
    if [leaf["indicator"]["id"] for leaf in sheet["set"]["leaves"]] != [one["indicator"] for one in sheet["values"]]:
        faults.append("values are not those of the leaves")
    if abs(math.fsum(leaf["weight"] for leaf in sheet["set"]["leaves"]) - 1.0) > NEAR:
        faults.append("weights do not sum to 1")
    return faults


def check_weights(raw: bytes, named: Plain) -> list[str]:
    """What is wrong with a weights document."""
    document = json.loads(raw)
    faults = []
    if hashlib.sha256(raw).hexdigest() != named["sha256"]:
        faults.append(f"SHA-256 {hashlib.sha256(raw).hexdigest()}, expected {named['sha256']}")
    weights, ratio = judged_weights(document)
    if (
        max(abs(a - b) for a, b in zip(weights, document["weights"], strict=True)) > NEAR
        or abs(ratio - document["cr"]) > NEAR
    ):
        faults.append(f"weights {weights} with CR {ratio}, expected {document['weights']} with {document['cr']}")
    return faults


def read(where: Path) -> dict[str, bytes]:
    """Files of an export by name, from the archive or the folder it was unpacked to."""
    if where.is_dir():
        return {str(one.relative_to(where).as_posix()): one.read_bytes() for one in where.rglob("*.json")}
    with zipfile.ZipFile(where) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name.endswith(".json")}


def main(arguments: list[str]) -> int:
    """Check everything the index names; say each and the sum."""
    files = read(Path(arguments[0]) if arguments else Path(__file__).resolve().parent)
    if "index.json" not in files:
        sys.stderr.write("no index.json: expected the folder or archive of an export\n")
        return 2
    index = json.loads(files["index.json"])
    wrong = 0
    jobs = [(f"sheets/{one['id']}.json", one, check_sheet) for one in index["sheets"]]
    jobs += [(one["file"], one, check_weights) for one in index["weights"]]
    for name, named, check in jobs:
        faults = check(files[name], named) if name in files else ["the file is missing"]
        wrong += bool(faults)
        said = f"{named['total']!r} {named['grade']}" if "total" in named else "weights"
        sys.stdout.write(
            f"{'ok ' if not faults else 'BAD'} {named['about']} {said} {'; '.join(faults)}".rstrip() + "\n"
        )
    sys.stdout.write(f"{len(jobs)} checked, {wrong} differ / 共复算 {len(jobs)} 项, 不符 {wrong} 项\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
