"""What a reference to a form of an evaluation, or to the signed file of a third party, names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from central.domain import Text
from central.evaluate.composing import KIND_WORDS
from central.store import tables
from central.store.named import Named
from central.store.read_places import is_number
from central.store.upsert import table_of

_FORM, _EVALUATION = table_of(tables.EvaluationForm), table_of(tables.EvaluationRow)
_FILE, _REPORT = table_of(tables.ThirdReportFile), table_of(tables.ThirdReport)


def named_forms(connection: Connection, keys: Sequence[str]) -> Iterator[Named]:
    """Forms by their number. Who filled in a peer's form, from which unit and in which words, is told to nobody here:
    peers stay unnamed to the assessed (E16)."""
    numbers = [int(key) for key in keys if is_number(key)]
    joined = _FORM.join(_EVALUATION, _EVALUATION.c.id == _FORM.c.evaluation)
    about = (_EVALUATION.c.subject_kind, _EVALUATION.c.subject, _EVALUATION.c.unit, _EVALUATION.c.period)
    wanted = select(_FORM, *about).select_from(joined).where(_FORM.c.id.in_(numbers))
    for row in connection.execute(wanted) if numbers else ():
        word = KIND_WORDS[row.kind]
        yield Named(
            kind="form",
            key=str(row.id),
            name=Text(zh=f"{row.period} {word.zh}表", en=f"Form of {row.period}: {word.en}"),
            at_ms=row.submitted_at,
            value=row.state,
            facts={"evaluation": row.evaluation, "method": row.kind} | _filler(row),
            projects=(row.subject,) if row.subject_kind == "project" else (),
            unit="" if row.subject_kind == "project" else row.unit,
        )


def named_files(connection: Connection, keys: Sequence[str]) -> Iterator[Named]:
    """Signed files by their digest, without their bytes."""
    size = func.length(_FILE.c.content).label("size")
    columns = (_FILE.c.sha256, _FILE.c.project, _FILE.c.media_type, _FILE.c.put_by, _FILE.c.put_at, size)
    wanted = select(*columns).where(_FILE.c.sha256.in_(keys)).order_by(_FILE.c.put_at, _FILE.c.project)
    rows: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(wanted):
        rows[row.sha256].append(row)
    signed: dict[str, dict[str, None]] = defaultdict(dict)
    for row in connection.execute(select(_REPORT).where(_REPORT.c.file.in_(keys)).order_by(_REPORT.c.id)):
        signed[row.file][f"{row.signer} {row.signed_on}"] = None
    for sha256, found in rows.items():
        yield Named(
            kind="file",
            key=sha256,
            name=Text(zh="第三方签字报告", en="Signed report of a third party"),
            at_ms=found[0].put_at,
            value=found[0].media_type,
            facts={
                "sha256": sha256,
                "bytes": found[0].size,
                "author": ", ".join(dict.fromkeys(row.put_by for row in found)),
                "signed": "; ".join(signed[sha256]) or None,
            },
            projects=tuple(row.project for row in found),
        )


def _filler(row: Row[Any]) -> dict[str, str | None]:
    if row.kind == "peer":
        return {}
    return {"unit": row.filler or None, "author": row.submitted_by or None, "note": row.remark or None}
