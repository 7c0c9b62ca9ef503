"""docs/data-standard.md out of the models themselves: fields, formats, protocol, how often (D30). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel, TypeAdapter

from central.money.sheet import COLUMNS
from central.plan.sheets import SHEETS, Sheet
from central.quality.clauses import MilestoneClause, PaymentClause, PhotoClause, StageClause
from central.quality.daily import DailyClaim, DailyCounts, DailyDocument
from wire.messages import BODIES, Frame, Record

_HEAD = """# 数据规范 · Data standard

由 `siteprogress-central data-standard` 从程序的数据模型生成,请勿手工修改。
Made from the models by `siteprogress-central data-standard`; do not edit.

单位:进度、权重为基点(1/10000);金额在文件中为元(xlsx)或分(JSON);时刻为UTC毫秒;日期为本区日历日(Asia/Shanghai)。
Units: progress and weights in basis points (1/10000); money in yuan (xlsx) or fen (JSON); instants in milliseconds UTC;
days are calendar days of the district (Asia/Shanghai).

校验 · Check: `siteprogress-central validate FILE…` 逐条指出行、列和应有的内容 (each fault by row and column).

| 数据 · data | 传输 · protocol | 频率 · how often | 格式 · format | 示例 · sample |
|---|---|---|---|---|
"""
_SETS = (  # data, protocol, frequency, format, sample
    (
        "项目计划 · plan", "HTTPS `POST /api/v1/projects/import`", "开工前一次,变更时 · once, and at each revision",
        "xlsx, JSON `siteprogress.plan/1` `/2`", "plan.xlsx, plan.json",
    ),
    (
        "资金台账 · ledger", "HTTPS `POST /api/v1/ledger/import`", "每月不少于一次,次月结账前 · monthly or oftener",
        "xlsx", "ledger.xlsx",
    ),
    (
        "日报 · daily report", "HTTPS `POST /api/v1/projects/{id}/daily-reports`; 照片 photos: tus `/api/v1/uploads`",
        "每日18:00前 · daily by 18:00", "JSON `siteprogress.daily/1`", "daily-report.json",
    ),
    (
        "合同条款 · clauses", "HTTPS `PUT /api/v1/projects/{id}/clauses`", "签约时,变更时 · at signing and changes",
        "JSON `siteprogress.clauses/1`", "clauses.json",
    ),
    (
        "现场读数 · telemetry", "MQTT `siteprogress/v1/{gateway}/up/data` QoS 1",
        "随采随传,断网补传 · as it is seen; kept and sent later without a link", "JSON, zlib", "frame.json",
    ),
)  # fmt: skip
_TYPES = {"text": "文字 text", "day": "日期 date", "number": "数 number", "yuan": "金额(元) yuan", "kind": "类型 kind"}

_LEDGER = (  # how a ledger's sheet is read
    "一个文件一张资金表: 表头在前 10 行内, 列序不限。金额可写 1,234.50、￥1,234.50、1,234.50元、12.5万元, "
    "日期可写 2026-05-01、2026/5/1、2026年5月1日; "
    "公式、日期序号、合并单元格、同号不同内容的凭证逐行告知, 不猜。",
    "One ledger a file: the header within the first 10 rows, columns in any order. Amounts and dates as text are read, "
    "also with 元 or 万元; formulas, serial numbers, merged cells and vouchers posted with other content are told by "
    "row, not guessed.",
)


def page() -> str:
    """The whole document."""
    lines = [_HEAD.rstrip("\n")]
    for data, protocol, often, form, sample in _SETS:
        links = ", ".join(f"[{name}](data-standard/{name})" for name in sample.split(", "))
        lines.append(f"| {data} | {protocol} | {often} | {form} | {links} |")
    lines += ["", "## 项目计划 · plan", "", "JSON 字段名即“键”列。The JSON key is in the first column."]
    for sheet in SHEETS:
        lines += _sheet(sheet)
    lines += ["", "## 资金台账 · ledger", "", "工作表“资金” · sheet Ledger", "", *_LEDGER, ""]
    lines += _table("键 key", "列名 header")
    lines += [
        f"| `{one.key}` | {one.zh} · {one.en} | {_TYPES[one.kind]} | {_needed(not one.optional)} |" for one in COLUMNS
    ]
    lines += ["", "## 日报 · daily report", "", *_model(DailyDocument), "", "`claims`:", "", *_model(DailyClaim)]
    lines += ["", "`counts`:", "", *_model(DailyCounts)]
    lines += ["", "## 合同条款 · contract clauses", ""]
    lines += ["`clauses` 为下列各类之一的列表,条款号不重复。`clauses` is a list of these, each number once."]
    for clause in (MilestoneClause, StageClause, PhotoClause, PaymentClause):
        lines += ["", f"### {clause.model_fields['kind'].annotation.__args__[0]}", "", *_model(clause)]  # type: ignore[union-attr]
    lines += ["", "## 现场读数 · telemetry", "", "完整定义见 [asyncapi.yaml](asyncapi.yaml) 和 [mqtt.md](mqtt.md)。"]
    lines += ["The whole definition is in asyncapi.yaml and mqtt.md. A frame:", "", *_wire(Frame)]
    lines += ["", "`recs`:", "", *_wire(Record)]
    for kind, body in sorted(BODIES.items()):
        lines += ["", f"### {kind}", "", *_wire(body)]
    return "\n".join(lines) + "\n"


def _sheet(sheet: Sheet) -> Iterator[str]:
    yield from ("", f"### {sheet.zh} · {sheet.en}", "")
    yield f"工作表{_needed(not sheet.optional)}"
    yield ""
    yield from _table("键 key", "列名 header")
    for one in sheet.columns:
        other = f" (或 or {', '.join(f'`{key}`' for key in one.instead)})" if one.instead else ""
        yield f"| `{one.key}` | {one.zh} · {one.en} | {_TYPES[one.kind]} | {_needed(not one.optional)}{other} |"


def _table(first: str, second: str) -> tuple[str, str]:
    return f"| {first} | {second} | 类型 type | 必填 required |", "|---|---|---|---|"


def _model(model: type[BaseModel]) -> Iterator[str]:
    schema = model.model_json_schema(by_alias=True)
    yield from _rows(schema)


def _wire(kind: type) -> Iterator[str]:
    yield from _rows(TypeAdapter(kind).json_schema())


def _rows(schema: dict[str, Any]) -> Iterator[str]:
    yield from _table("键 key", "说明 meaning")
    required = set(schema.get("required", ()))
    for name, field in schema["properties"].items():
        meaning = str(field.get("description", "")).replace("\n", " ").replace("|", "·")
        yield f"| `{name}` | {meaning} | {_type(field)} | {_needed(name in required)} |"


def _type(field: dict[str, Any]) -> str:
    """A JSON schema in words: kind, form and bounds."""
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return _either(f"`{value}`" for value in field["enum"])
    if "anyOf" in field:
        return _either(_type(one) for one in field["anyOf"])
    if "$ref" in field:
        return f"object {str(field['$ref']).rsplit('/', 1)[1]}"
    plain = str(field.get("format", field.get("type", "any")))
    if plain == "array":
        plain = f"array of {_type(field['items'])}" if isinstance(field.get("items"), dict) else "array"
    bounds = [
        f"{sign} {field[key]}"
        for key, sign in (
            ("minimum", "≥"), ("maximum", "≤"), ("minLength", "length ≥"), ("maxLength", "length ≤"),
            ("minItems", "items ≥"), ("maxItems", "items ≤"),
        )
        if key in field
    ]  # fmt: skip
    if "pattern" in field:
        bounds.append("`" + str(field["pattern"]).replace("|", "\\|") + "`")
    return ", ".join((plain, *bounds))


def _either(parts: Iterable[str]) -> str:
    return " / ".join(parts)


def _needed(required: bool) -> str:
    return "必填 required" if required else "可空 optional"
