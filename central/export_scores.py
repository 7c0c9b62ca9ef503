"""Scores of a period for an independent audit (E27): sheets, weights, an index, and a program that needs Python alone.

The archive is the same bytes for the same sheets: entries in order, one fixed time.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from central.offline import recompute as offline
from central.scoring.sheet import parse
from central.store import tables
from central.store.instants import from_ms
from central.store.read_judgements import frozen_of
from central.store.read_places import is_number
from central.store.upsert import table_of

SCHEMA = "siteprogress.scores/1"
_SHEET = table_of(tables.ScoreSheet)
_FIXED = (1980, 1, 1, 0, 0, 0)
_README = """\
评分审计包 / Scores for audit

index.json    本期全部评分表及权重文件 / every sheet and weights document of the period
sheets/       评分表原文, 文件名即其 SHA-256 / sheets as they were frozen; the name is the SHA-256
weights/      专家判断与权重的推导 / judgements of experts and the weights they give
recompute.py  离线复算 / makes all of it again: python recompute.py

复算只需 Python 3.10 以上, 不需网络。 退出码 0 = 全部一致。
Python 3.10 or newer is enough; no network, nothing to install. Exit code 0 = all the same.
"""


def scores_archive(connection: Connection, period: str) -> bytes:
    """The ZIP of all sheets of a period; ValueError when it has none."""
    rows = connection.execute(select(_SHEET).where(_SHEET.c.period == period).order_by(_SHEET.c.id)).mappings().all()
    if not rows:
        raise ValueError(f"period {period!r}: expected one that has score sheets")
    sheets = {f"sheets/{row['id']}.json": row["body"].encode() for row in rows}
    weights = _weights(connection, sheets.values())
    index = {
        "schema": SCHEMA,
        "period": period,
        "sheets": [_sheet(row) for row in rows],
        "weights": [named for named, _ in weights],
    }
    files = {
        "README.txt": _README.encode(),
        "index.json": json.dumps(index, ensure_ascii=False, indent=1, sort_keys=True).encode(),
        "recompute.py": Path(offline.__file__).read_bytes(),
        **sheets,
        **{named["file"]: body for named, body in weights},
    }
    return _zipped(files)


def _sheet(row: RowMapping) -> dict[str, Any]:
    return {
        "id": row["id"],
        "about": f"{row['subject_kind']}/{row['subject']} {row['period']} {row['kind']}",
        "total": row["total"],
        "grade": row["grade"],
        "rule_version": row["rule_version"],
        "taken_at": from_ms(row["taken_at"]).isoformat(),
        "stored_at": from_ms(row["stored_at"]).isoformat(),
    }


def _weights(connection: Connection, sheets: Iterable[bytes]) -> list[tuple[dict[str, str], bytes]]:
    """Documents of the judgements that the sheets' weights are from."""
    labels = {leaf.judged for body in sheets for leaf in parse(body).set.leaves if leaf.judged}
    found = []
    for label in sorted(labels):
        node, _, version = label.rpartition("/")
        frozen = frozen_of(connection, node, int(version)) if is_number(version) else None
        if frozen is not None:
            named = {"file": f"weights/{node}-{version}.json", "about": f"weights/{label}", "sha256": frozen.sha256}
            found.append((named, frozen.body.encode()))
    return found


def _zipped(files: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, date_time=_FIXED)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return written.getvalue()
