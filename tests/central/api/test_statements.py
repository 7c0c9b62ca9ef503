"""No page reads all that was ever recorded: what its statements ask of tables that grow has a key."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import event

from central.api.app import openapi_document
from tests.central.api.district import Centre

GROWING = {
    "record", "face_reading", "observation", "camera_event", "progress_state", "deviation", "score", "warning_event",
    "audit_entry", "fund_entry", "photo", "evidence", "outbox",
}  # fmt: skip
FILLED = {"project_id": "qp", "building_id": "qp-b1", "gateway": "gw-1", "camera": "c2"}
CHANGES = "/api/v1/events"  # has no end


def test_no_page_reads_a_growing_table_whole(one_centre: Centre) -> None:
    asked: dict[str, tuple[str, Any]] = {}
    page = ""

    def note(_c: Any, _u: Any, statement: str, parameters: Any, _x: Any, many: bool) -> None:
        if not many and statement.lstrip().upper().startswith(("SELECT", "WITH")):
            asked.setdefault(statement, (page, parameters))

    client = one_centre.client("leader")
    event.listen(one_centre.engine, "before_cursor_execute", note)
    try:
        for path, methods in openapi_document()["paths"].items():
            page = re.sub(r"\{(\w+)\}", lambda name: FILLED.get(name[1], ""), path)
            if "get" in methods and "//" not in f"{page}/" and page != CHANGES:
                client.get(page)
    finally:
        event.remove(one_centre.engine, "before_cursor_execute", note)
    whole = []
    with one_centre.engine.connect() as connection:
        for statement, (where, parameters) in asked.items():
            for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
                scanned = re.match(r"SCAN (\w+)", step[3])
                kept_short = "ix_record_tombstone" in step[3] or ("INDEX ix_" in step[3] and "LIMIT" in statement)
                if scanned and re.sub(r"_\d+$", "", scanned[1]) in GROWING and not kept_short:
                    whole.append(f"{where}: {step[3]}: {statement[:300]}")
    assert len(asked) > 200
    assert whole == []
