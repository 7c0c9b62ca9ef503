"""Why somebody looks at a picture of a site: purposes as codes, and the usual one of a role. Pure (C31, §5.7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal, get_args

from central.domain import Text

Purpose = Literal[
    "progress", "site_work", "supervision", "mending", "payment", "evaluation", "audit", "discipline", "dispute",
    "upkeep", "other",
]  # fmt: skip
PURPOSES: tuple[str, ...] = get_args(Purpose)
HOLDS = timedelta(hours=12)  # what was said in the morning is not asked again that day
NAMES: Mapping[str, Text] = {
    "progress": Text(zh="核对进度", en="checking progress"),
    "site_work": Text(zh="施工管理", en="running the site"),
    "supervision": Text(zh="监理", en="supervision"),
    "mending": Text(zh="整改复核", en="verifying what was mended"),
    "payment": Text(zh="支付审核", en="reviewing a payment"),
    "evaluation": Text(zh="绩效评价", en="evaluation"),
    "audit": Text(zh="审计", en="audit"),
    "discipline": Text(zh="执纪监督", en="discipline inspection"),
    "dispute": Text(zh="争议处理", en="settling a dispute"),
    "upkeep": Text(zh="系统维护", en="upkeep of the system"),
    "other": Text(zh="其他(须说明)", en="other (say which)"),
}
USUAL: Mapping[str, Purpose] = {
    "admin": "upkeep",
    "finance": "payment",
    "project_owner": "site_work",
    "contractor": "site_work",
    "supervisor": "supervision",
    "auditor": "audit",
    "discipline": "discipline",
    "third_party": "evaluation",
}


def usual(role: str) -> Purpose:
    """The purpose for which a role looks where nobody says another."""
    return USUAL.get(role, "progress")


def says_enough(purpose: str, remark: str) -> bool:
    """`other` needs words of its own."""
    return purpose != "other" or bool(remark.strip())
