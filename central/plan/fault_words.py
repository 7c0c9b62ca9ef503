"""What is wrong in a plan file, said in Chinese: the messages of `central.plan` are English sentences with values.

Each pattern stands for one sentence; a value in it stays as the file has it. A sentence without a pattern stays as it
is, so that nothing is hidden (a test asks that none of this package is without).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from central.domain import Text

_WORDS: Mapping[str, str] = {
    "building": "楼栋",
    "buildings": "楼栋",
    "item": "分项",
    "items": "分项",
    "unit": "单元",
    "units": "单元",
    "lot": "标段",
    "step": "工序",
    "project": "项目",
    "milestones": "里程碑",
    "fen": "分",
    "days": "天",
}
_ROW = re.compile(r" row (\d+)$")
_ONE_OF = "以下之一: {0}"
_FOUND: tuple[tuple[str, str], ...] = (
    (r"nothing", "没有填"),
    (r"text (.*)", "文字 {0}"),
    (r"number (.*)", "数字 {0}"),
    (r"true", "“是”(逻辑值)"),
    (r"false", "“否”(逻辑值)"),
    (r"(-?\d+\.\d\d) yuan", "{0} 元"),
    (r"a list of (\d+)", "{0} 项的列表"),
    (r"an object", "一组内容"),
    (r"(\d+) bytes", "{0} 字节"),
    (r"(\d+) bytes unpacked", "解压后 {0} 字节"),
    (r"(\d+) further errors", "另有 {0} 处错误"),
    (r"(.+) with start (.+)", "竣工 {0}, 开工 {1}"),
    (r"(.+) with (.+) as first day", "止日 {0}, 起日 {1}"),
    (r"buildings in a project of type (.+)", "{0} 类项目里有楼栋"),
    (r"milestones in a building project", "有楼栋的项目里有里程碑"),
    (r"(\d+) pauses", "{0} 次停工"),
    (r"a circle (.+)", "循环: {0}"),
    (r"id (.+) again \((.+)\)", "编号 {0} 重复(另见 {1:p})"),
    (r"step (.+) again", "工序 {0} 重复"),
    (r"steps of item (.+) sum to (.+)", "分项 {0} 的工序合计 {1}"),
    (r"item (.+) ends at (.+)", "分项 {0} 最后只到 {1}"),
    (r"(.+) again \((.+)\)", "{0} 重复(另见 {1:p})"),
    (r"(.+) again", "{0} 重复"),
    (r"(.+) after (.+) \((.+)\)", "{0} 在 {1} 之后变小(另见 {2:p})"),
    (r"(\S+) (.+) after itself", "{0:w} {1} 排在自己之后"),
    (r"lot (.+) without buildings", "标段 {0} 没有楼栋"),
    (r"unit (.+) without items", "单元 {0} 没有分项"),
    (r"no item of stage (.+)", "没有阶段 {0} 的分项"),
    (r"weights of the units of building (.+) sum to (.+)", "楼栋 {0} 各单元权重合计 {1}"),
    (r"weights of the items of unit (.+) sum to (.+)", "单元 {0} 各分项权重合计 {1}"),
    (r"weights of the items of building (.+) sum to (.+)", "楼栋 {0} 各分项权重合计 {1}"),
    (r"weights of the buildings of the project sum to (.+)", "各楼栋权重合计 {0}"),
    (r"weights of the milestones of the project sum to (.+)", "各里程碑权重合计 {0}"),
    (r"weights of the (.+) sum to (.+)", "{0:w}权重合计 {1}"),
    (r"no such sheet", "没有这张表"),
    (r"no such column", "没有这一列"),
    (r"unknown column of shares", "不认识的比例列"),
    (r"unknown key", "不认识的字段"),
    (r"more rows", "行数过多"),
    (r"no filled row", "没有填写任何一行"),
    (r"another project", "又一个项目"),
    (r"formula (.+)", "公式 {0}"),
    (r"error (.+)", "错误值 {0}"),
    (r"an \.xls or protected workbook, .*", "旧版 .xls 或设了密码的工作簿, 请另存为不设密码的 .xlsx"),
    (r"an empty file", "空文件"),
    (r"no workbook, but .*", "不是工作簿(如 CSV 或文本)"),
    (r"date (.+)", "日期 {0}"),
    (r"level (\d+) \((.+)\)", "第 {0} 级({1})"),
    (r"(\d+) links", "{0} 条先后关系"),
    (r"needs (.+)", "前提阶段 {0}"),
    (r"(.+) above the estimate (.+)", "预算 {0} 高于概算 {1}"),
    (r"code (.+) of project (.+)", "代码 {0} 已是项目 {1} 的"),
    (r"version (\d+) of (.+) came at the same moment", "{1} 的第 {0} 版同时到达"),
    (r"(\d+) after (\S+) (\d+)", "{0}, 前一阶段 {1} 是 {2}"),
    (r"stage (.+)", "阶段 {0}"),
    (r"(item|building|unit) (.+)", "{0:w} {1}"),
    (r"ids (.+)", "编号 {0}"),
    (r"NUL or half a character", "有无法保存的字符"),
    (r"a revision without a reason", "没有填变更理由"),
    (r"proposal (\d+) of (.+) waits", "{1} 提出的变更 {0} 还在待批"),
)
_EXPECTED: tuple[tuple[str, str], ...] = (
    (r"text of 1 to (\d+) characters", "1 到 {0} 个字的文字"),
    (r"a whole number of (.+) from (.+) to (.+)", "{1} 到 {2} 的整数({0:w})"),
    (r"a whole number from (.+) to (\d+); (.+)", "{0} 到 {1} 的整数; 或给齐金额、工程量与单价, 或选模板"),
    (r"a whole number\S* from (.+) to (.+)", "{0} 到 {1} 的整数"),
    (r"yuan from (\S+) to (\S+), .*", "{0} 到 {1} 元, 至多两位小数, 或写明单位, 如 12.5万元"),
    (r"a day that there is, as YYYY-MM-DD", "日历上有的日期, 写作 YYYY-MM-DD"),
    (r"a date from (.+) to (.+)", "{0} 到 {1} 的日期"),
    (r"at least one entry", "至少一条"),
    (r"at least one", "至少一行"),
    (r"at least one building that names it", "至少一栋楼写明这个标段"),
    (r"at least one item that names it", "至少一个分项写明这个单元"),
    (r"at most (\d+) bytes", "不超过 {0} 字节"),
    (r"at most (\d+)", "不超过 {0}"),
    (r"a list", "列表"),
    (r"none", "没有"),
    (r"an object of schema (.+) or (.+)", "格式为 {0} 或 {1} 的文件"),
    (r"an object of stage: basis points", "各阶段的万分数"),
    (r"(siteprogress\.\S+) or (siteprogress\.\S+)", "{0} 或 {1}"),
    (r"the project's own data", "项目本身的数据"),
    (r"a national project code, as (.+)", "国家统一项目代码, 如 {0}"),
    (r"one of (.+), for its weight", "以下之一, 否则没有权重: {0}"),
    (r"one of (.+)", _ONE_OF),
    (r"any of (.+)", "以下任意几个: {0}"),
    (r"a day after the start, at most 15 years later", "晚于开工、且在 15 年以内的日期"),
    (r"a day from (.+) on, when it was signed", "{0}(签约日)或以后"),
    (r"no work before (.+), when it was signed", "不早于签约日 {0}"),
    (r"a day from (.+) on", "{0} 或以后的日期"),
    (r"a pause of at most 5 years", "不超过 5 年的停工"),
    (r"milestones: no camera looks at such a project", "里程碑: 这类项目没有摄像头可看"),
    (r"key_dates, or steps of items", "关键日期, 或分项的工序"),
    (r"dependencies that lead back to none", "不回到自身的先后关系"),
    (r"each face of a camera once", "每个摄像头的每个立面只写一次"),
    (r"each id once a plan", "一份计划里编号不重复"),
    (r"each step once an item", "一个分项里工序不重复"),
    (r"each day once an item", "一个分项里日期不重复"),
    (r"a curve that does not fall", "累计值不下降"),
    (r"(\d+) at its last day", "最后一天到 {0}"),
    (r"no less than the stage before it", "不小于前一阶段"),
    (r"no day before the start (.+)", "不早于开工 {0}"),
    (r"no day after the finish (.+)", "不晚于竣工 {0}"),
    (r"(\d+)", "{0}"),
    (r"at most the estimate, .*|\S+ named in estimate_change", "不高于概算, 或写明经批准的概算调整"),
    (r"a unit of building (.+), for its units have weights", "楼栋 {0} 的单元(各单元有权重)"),
    (r"a unit of building (.+)", "楼栋 {0} 的单元"),
    (r"a lot that is listed under lots", "已列在“标段”表里的标段"),
    (r"an item of this plan", "本计划里的分项"),
    (r"one that is listed: (.+)s have ids of their own", "已列出的编号"),
    (r"another (\S+)", "另一个{0:w}"),
    (r"an item for each of (.+)", "以下每个阶段都有分项: {0}"),
    (r"(\d+) fen, quantity x rate", "{0} 分(工程量 × 单价)"),
    (r"(\d+) fen", "{0} 分"),
    (r"a number above 0, at most (.+)", "大于 0、不超过 {0} 的数"),
    (r"JSON in UTF-8", "UTF-8 编码的 JSON"),
    (r"an xlsx workbook", "xlsx 工作簿"),
    (r"readable sheets", "能读的工作表"),
    (r"a sheet named (.+) or (.+)", "名为“{0}”的工作表"),
    (r"a column (.+) or (.+)", "名为“{0}”的列"),
    (r"a value; paste the result instead", "数值; 请粘贴结果"),
    (r"a value; the formula behind it failed", "数值; 单元格里的公式出错了"),
    (r"text; the spreadsheet took it for a date, .*", "文字; 表格软件把它当成了日期, 请把单元格设为文本"),
    (r"a text cell: of a number over 15 digits .*", "文本格式; 超过 15 位的数字末位已失真"),
    (r"text without control characters", "不含控制字符的文字"),
    (r"nothing above a district", "区县之上没有单位"),
    (r"the id of the unit above", "上级单位的编号"),
    (r"the id of a listed unit", "已列出的单位的编号"),
    (r"a tree", "不绕圈的上下级"),
    (r"at most (\d+) levels", "最多 {0} 级"),
    (r"a list of (\d+) to (\d+) project ids", "{0} 到 {1} 个项目编号的列表"),
    (r"the id of a known project", "已有项目的编号"),
    (r"each project once", "每个项目只写一次"),
    (r"each stage once", "每个阶段只写一次"),
    (r"needs that lead back to none", "不回到自身的前提"),
    (r"a list of texts", "文字的列表"),
    (r"stages of this template", "本模板里的阶段"),
    (r"one project a file", "一个文件一个项目"),
    (r"an id of sheet (.+); in merged cells (.+)", "“{0}”表里的编号; 合并的单元格只有第一行有值, 请取消合并并逐行填写"),
    (r"an id of sheet (.+)", "“{0}”表里的编号"),
    (r"letters, digits, .*", "以字母或数字开头, 由字母、数字和 . _ - 组成"),
    (r"ids that no other project uses", "别的项目没有用过的编号"),
    (r"the code of this project alone", "只属于本项目的代码"),
    (r"a unit of the organisation", "组织里有的单位"),
    (r"plain text", "普通文字"),
    (r"why the plan changes", "为什么变更"),
    (r"its decision, or that it is withdrawn, before another one", "先批准、退回或撤回它, 再提下一次"),
    (r"a revision of the plan that is in force now", "以现行计划为底稿的变更"),
)
_COMPILED = {
    name: tuple((re.compile(pattern, re.DOTALL), zh) for pattern, zh in table)
    for name, table in (("found", _FOUND), ("expected", _EXPECTED))
}


class _Value(str):
    """A value of a message; in the format `w` it is one of the nouns of a plan, in `p` a place in a sheet."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        match spec:
            case "w":
                return _WORDS.get(self, str(self))
            case "p":
                return _ROW.sub(r" 第 \1 行", self)
        return str(self)


def in_chinese(message: str, *, of: Literal["found", "expected"]) -> str:
    """What was found, or expected, in Chinese; as it is where no pattern fits."""
    for pattern, zh in _COMPILED[of]:
        match = pattern.fullmatch(message)
        if match:
            return zh.format(*(_Value(value or "") for value in match.groups()))
    return message


def fault_text(what: str, expected: str) -> Text:
    """What was found and what should stand there, as a sentence in both languages."""
    zh = f"{in_chinese(what, of='found')}; 应为: {in_chinese(expected, of='expected')}"
    return Text(zh=zh, en=f"{what}; expected: {expected}")
