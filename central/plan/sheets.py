"""The xlsx form of a plan: which sheet and header stands for what in a plan document, for reading and for writing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from central.plan.stages import STAGES

Kind = Literal["text", "day", "number", "yuan"]
CREDITS = "credits"  # prefix of the key of a stage's column


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its key in the document, its Chinese and English header, and whether a file may lack it.

    A file that has a column of `instead` may lack it too.
    """

    key: str
    zh: str
    en: str
    kind: Kind = "text"
    optional: bool = False
    instead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet: its Chinese and English title, its columns, and whether a file may lack it."""

    key: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    optional: bool = False


_STAGE_NAMES = {
    "void": "空", "formwork": "模板", "structure": "结构", "infill": "砌体", "base": "基层", "finished": "饰面",
    "old": "原状", "stripped": "拆除", "insulated": "保温", "base_coat": "抹面",
    "existing": "现状", "excavated": "开挖", "subgrade": "路基", "binder": "下面层", "surface": "上面层",
    "marked": "标线",
}  # fmt: skip
_STAGES = tuple(dict.fromkeys(stage for stages in STAGES.values() for stage in stages))

PROJECT = Sheet(
    key="project",
    zh="项目",
    en="Project",
    columns=(
        Column(key="schema", zh="格式", en="Schema"),
        Column(key="id", zh="编号", en="Id"),
        Column(key="code", zh="项目代码", en="Code"),
        Column(key="name.zh", zh="名称", en="Name"),
        Column(key="name.en", zh="英文名称", en="Name (en)", optional=True),
        Column(key="street.zh", zh="街道", en="Street"),
        Column(key="street.en", zh="英文街道", en="Street (en)", optional=True),
        Column(key="unit.zh", zh="责任单位", en="Unit"),
        Column(key="unit.en", zh="英文责任单位", en="Unit (en)", optional=True),
        Column(key="work_type", zh="工程类型", en="Work type"),
        Column(key="contract_fen", zh="合同价(元)", en="Contract (yuan)", kind="yuan"),
        Column(key="budget_fen", zh="预算(元)", en="Budget (yuan)", kind="yuan"),
        Column(key="start", zh="开工", en="Start", kind="day"),
        Column(key="finish", zh="竣工", en="Finish", kind="day"),
        Column(key="signed_on", zh="合同签订", en="Signed on", kind="day", optional=True),
        Column(key="agreed_start", zh="约定开工", en="Agreed start", kind="day", optional=True),
        Column(key="estimate_fen", zh="概算(元)", en="Estimate (yuan)", kind="yuan", optional=True),
        Column(key="estimate_change", zh="概算调整批文", en="Estimate change", optional=True),
        Column(key="object_code", zh="建设对象编码", en="Object code", optional=True),
        Column(key="unit_id", zh="责任单位编号", en="Unit id", optional=True),
    ),
)
LOTS = Sheet(
    key="lots",
    zh="标段",
    en="Lots",
    optional=True,
    columns=(
        Column(key="id", zh="编号", en="Id"),
        Column(key="name.zh", zh="名称", en="Name"),
        Column(key="name.en", zh="英文名称", en="Name (en)", optional=True),
        Column(key="contractor", zh="承包单位", en="Contractor", optional=True),
        Column(key="contract_fen", zh="合同价(元)", en="Contract (yuan)", kind="yuan", optional=True),
    ),
)
BUILDINGS = Sheet(
    key="buildings",
    zh="楼栋",
    en="Buildings",
    columns=(
        Column(key="id", zh="编号", en="Id"),
        Column(key="name.zh", zh="名称", en="Name"),
        Column(key="name.en", zh="英文名称", en="Name (en)", optional=True),
        Column(key="storeys", zh="层数", en="Storeys", kind="number"),
        Column(
            key="weight_bp",
            zh="权重(基点)",
            en="Weight (bp)",
            kind="number",
            instead=("amount_fen", "area_m2", "template"),
        ),
        Column(key="lot", zh="标段", en="Lot", optional=True),
        Column(key="amount_fen", zh="造价(元)", en="Amount (yuan)", kind="yuan", optional=True),
        Column(key="area_m2", zh="建筑面积(平方米)", en="Area (m2)", kind="number", optional=True),
        Column(key="template", zh="权重模板", en="Template", optional=True),
    ),
)
UNITS = Sheet(
    key="units",
    zh="单元",
    en="Units",
    optional=True,
    columns=(
        Column(key="building", zh="楼栋", en="Building"),
        Column(key="id", zh="编号", en="Id"),
        Column(key="name.zh", zh="名称", en="Name"),
        Column(key="name.en", zh="英文名称", en="Name (en)", optional=True),
        Column(key="weight_bp", zh="权重(基点)", en="Weight (bp)", kind="number", optional=True),
    ),
)
ITEMS = Sheet(
    key="items",
    zh="分项",
    en="Items",
    columns=(
        Column(key="building", zh="楼栋", en="Building"),
        Column(key="id", zh="编号", en="Id"),
        Column(key="name.zh", zh="名称", en="Name"),
        Column(key="name.en", zh="英文名称", en="Name (en)", optional=True),
        Column(
            key="weight_bp",
            zh="权重(基点)",
            en="Weight (bp)",
            kind="number",
            instead=("amount_fen", "quantity", "stage"),
        ),
        *(
            Column(
                key=f"{CREDITS}.{stage}",
                zh=f"{_STAGE_NAMES[stage]}(基点)",
                en=f"{stage} (bp)",
                kind="number",
                optional=True,
            )
            for stage in _STAGES
        ),
        Column(key="unit", zh="单元", en="Unit", optional=True),
        Column(key="stage", zh="分部", en="Part", optional=True),
        Column(key="quantity", zh="工程量", en="Quantity", kind="number", optional=True),
        Column(key="quantity_unit", zh="计量单位", en="Unit of quantity", optional=True),
        Column(key="rate_fen", zh="综合单价(元)", en="Rate (yuan)", kind="yuan", optional=True),
        Column(key="amount_fen", zh="合价(元)", en="Amount (yuan)", kind="yuan", optional=True),
        Column(key="observable_by", zh="可观测方式", en="Observable by", optional=True),
    ),
)
STEPS = Sheet(
    key="steps",
    zh="步骤",
    en="Steps",
    optional=True,
    columns=(
        Column(key="item", zh="分项", en="Item"),
        Column(key="name", zh="步骤", en="Step"),
        Column(key="credit_bp", zh="计分(基点)", en="Credit (bp)", kind="number"),
        Column(key="evidence", zh="凭证", en="Evidence", optional=True),
    ),
)
MILESTONES = Sheet(
    key="milestones",
    zh="里程碑",
    en="Milestones",
    optional=True,
    columns=(
        Column(key="id", zh="编号", en="Id"),
        Column(key="name.zh", zh="名称", en="Name"),
        Column(key="name.en", zh="英文名称", en="Name (en)", optional=True),
        Column(key="day", zh="日期", en="Day", kind="day"),
        Column(key="weight_bp", zh="权重(基点)", en="Weight (bp)", kind="number", instead=("amount_fen",)),
        Column(key="amount_fen", zh="金额(元)", en="Amount (yuan)", kind="yuan", optional=True),
    ),
)
KEY_DATES = Sheet(
    key="key_dates",
    zh="节点",
    en="Key dates",
    optional=True,
    columns=(
        Column(key="id", zh="编号", en="Id"),
        Column(key="name.zh", zh="名称", en="Name"),
        Column(key="name.en", zh="英文名称", en="Name (en)", optional=True),
        Column(key="day", zh="日期", en="Day", kind="day"),
        Column(key="item", zh="分项", en="Item", optional=True),
    ),
)
DEPENDENCIES = Sheet(
    key="dependencies",
    zh="依赖",
    en="Dependencies",
    optional=True,
    columns=(
        Column(key="from", zh="前置分项", en="From"),
        Column(key="to", zh="后续分项", en="To"),
        Column(key="lag_days", zh="间隔(天)", en="Lag (days)", kind="number", optional=True),
    ),
)
POINTS = Sheet(
    key="points",
    zh="计划",
    en="Plan",
    columns=(
        Column(key="item", zh="分项", en="Item"),
        Column(key="day", zh="日期", en="Day", kind="day"),
        Column(key="cum_bp", zh="累计(基点)", en="Cumulative (bp)", kind="number"),
    ),
)
FACES = Sheet(
    key="faces",
    zh="机位",
    en="Faces",
    optional=True,
    columns=(
        Column(key="building", zh="楼栋", en="Building"),
        Column(key="gateway", zh="网关", en="Gateway"),
        Column(key="camera", zh="摄像头", en="Camera"),
        Column(key="face", zh="作业面", en="Face"),
    ),
)
PAUSES = Sheet(
    key="pauses",
    zh="停工",
    en="Pauses",
    optional=True,
    columns=(
        Column(key="from", zh="起", en="From", kind="day"),
        Column(key="to", zh="止", en="To", kind="day"),
        Column(key="reason", zh="原因", en="Reason"),
        Column(key="approved_by", zh="批准人", en="Approved by"),
    ),
)
SHEETS = (
    PROJECT, LOTS, BUILDINGS, UNITS, ITEMS, STEPS, POINTS, MILESTONES, FACES, PAUSES, KEY_DATES, DEPENDENCIES,
)  # fmt: skip
