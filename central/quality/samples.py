"""Sample files of the data standard, made from the code that reads them. Pure."""

from __future__ import annotations

import json
import zlib
from io import BytesIO
from typing import Any

from openpyxl import load_workbook

from central.money.sheet import template
from central.plan.exporting import write_plan_xlsx
from wire.codec import content_hash, encode_body, encode_frame
from wire.messages import CameraEvent, Frame, Record

_AT = 1_780_272_000_000  # 2026-06-01 08:00 in the district
PLAN: dict[str, Any] = {
    "schema": "siteprogress.plan/1",
    "project": {
        "id": "sample",
        "code": "2605-320111-04-01-000001",
        "name": {"zh": "示例项目", "en": "Sample project"},
        "street": {"zh": "示例街道", "en": "Sample street"},
        "unit": {"zh": "区住建局", "en": "Housing bureau"},
        "work_type": "new_build",
        "contract_fen": 800_000_000,
        "budget_fen": 820_000_000,
        "start": "2026-05-01",
        "finish": "2026-10-31",
        "pauses": [],
    },
    "buildings": [
        {
            "id": "sample-b1",
            "name": {"zh": "1号楼", "en": "Building 1"},
            "storeys": 6,
            "weight_bp": 10_000,
            "faces": [{"camera": "c1", "gateway": "gw-1", "face": "south"}],
            "items": [
                {
                    "id": "sample-b1-structure",
                    "name": {"zh": "主体结构", "en": "Main structure"},
                    "weight_bp": 7000,
                    "credits": {"formwork": 5000, "structure": 10_000},
                    "points": [{"day": "2026-05-01", "cum_bp": 0}, {"day": "2026-07-31", "cum_bp": 10_000}],
                },
                {
                    "id": "sample-b1-finish",
                    "name": {"zh": "外墙饰面", "en": "Facade finish"},
                    "weight_bp": 3000,
                    "credits": {"finished": 10_000},
                    "points": [{"day": "2026-08-01", "cum_bp": 0}, {"day": "2026-10-31", "cum_bp": 10_000}],
                },
            ],
        }
    ],
}
DAILY: dict[str, Any] = {
    "schema": "siteprogress.daily/1",
    "project": "sample",
    "day": "2026-06-01",
    "note": "三层梁板钢筋绑扎完成,模板验收。",
    "stage": "主体结构",
    "photos": ["a" * 64],
    "claims": [{"item": "sample-b1-structure", "value_bp": 3200}],
    "counts": {"persons": 14, "machines": {"excavator": 1}},
}
CLAUSES: dict[str, Any] = {
    "schema": "siteprogress.clauses/1",
    "clauses": [
        {
            "kind": "milestone",
            "number": "5.2",
            "text": "主体结构应于2026年7月31日前封顶。",
            "milestone": "topped",
            "words": ["主体封顶", "结构封顶"],
            "deadline": "2026-07-31",
        },
        {"kind": "stage", "number": "2.1", "text": "阶段名称按附件二。", "names": ["主体结构", "装饰装修"]},
        {"kind": "photo", "number": "7.3", "text": "每日上传现场照片。", "least": 1, "position": False},
        {
            "kind": "payment",
            "number": "9.1",
            "text": "封顶后28日内支付至合同价的40%。",
            "milestone": "topped",
            "share_bp": 4000,
            "within_days": 28,
        },
    ],
}
LEDGER = (  # rows by header of the template
    {
        "凭证号": "2026-0001",
        "项目代码": "sample",
        "类型": "预算",
        "日期": "2026-05-01",
        "金额(元)": "8200000.00",
        "预算科目": "建安",
    },
    {
        "凭证号": "2026-0002",
        "项目代码": "sample",
        "类型": "支付",
        "日期": "2026-06-30",
        "金额(元)": "1250000.50",
        "其中工资(元)": "300000.00",
        "预算科目": "建安",
        "收款单位": "示例建设有限公司",
        "批准人": "李某",
    },
)


def samples() -> dict[str, bytes]:
    """Sample files by name."""
    return {
        "plan.json": _json(PLAN),
        "plan.xlsx": write_plan_xlsx(PLAN),
        "ledger.xlsx": _ledger(),
        "daily-report.json": _json(DAILY),
        "clauses.json": _json(CLAUSES),
        "frame.json": _frame(),
    }


def _json(document: Any) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _ledger() -> bytes:
    """The template of the ledger, filled in."""
    book = load_workbook(BytesIO(template()))
    page = book.worksheets[0]
    header = [str(cell.value) for cell in page[1]]
    for row in LEDGER:
        page.append([row.get(name) for name in header])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _frame() -> bytes:
    """A frame as JSON: what travels is this, deflated by zlib."""
    body = encode_body(CameraEvent(camera="c1", code="moved", state="begin", detail="31 px"))
    hashed = content_hash(kind="camera_event", at=_AT, body=body)
    record = Record(seq=1, kind="camera_event", at=_AT, clock="synced", hash=hashed, body=body)
    frame = Frame(gw="gw-1", epoch="e1", lo=1, hi=1, boot="b1", sent_at=_AT + 1000, recs=(record,))
    return zlib.decompress(encode_frame(frame)) + b"\n"
