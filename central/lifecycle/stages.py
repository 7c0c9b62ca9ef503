"""The stages of a public project's life, and for each kind of project which it goes through and what each needs.

domain.md A04, C03, D02: 申报→评审→立项→预算→资金下达→招标→合同→开工→实施→竣工→验收→决算→后评价→归档.
"""

from __future__ import annotations

from dataclasses import dataclass

from central.domain import LifeKind, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRule:
    """What must be there before a stage is passed: other stages, kinds of papers, and who may approve it (any of)."""

    stage: str
    needs: tuple[str, ...]
    documents: tuple[str, ...]
    approver_roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleTemplate:
    """A version of the life of projects of some work types; `stages` in their order."""

    name: str
    version: int
    work_types: tuple[str, ...]
    stages: tuple[StageRule, ...]

    @property
    def label(self) -> str:
        """NAME/VERSION, as acts keep it."""
        return f"{self.name}/{self.version}"

    def rule(self, stage: str) -> StageRule | None:
        """The rule of a stage; None when such projects do not go through it."""
        return next((rule for rule in self.stages if rule.stage == stage), None)


STAGE_NAMES: dict[str, Text] = {
    "declared": Text(zh="申报", en="Declaration"),
    "reviewed": Text(zh="评审", en="Review"),
    "approved": Text(zh="立项", en="Approval"),
    "budgeted": Text(zh="预算编制", en="Budget"),
    "funded": Text(zh="资金下达", en="Funds released"),
    "tendered": Text(zh="招标采购", en="Tender"),
    "contracted": Text(zh="合同签订", en="Contract"),
    "started": Text(zh="开工", en="Start of work"),
    "building": Text(zh="实施", en="Execution"),
    "completed": Text(zh="竣工", en="Completion"),
    "accepted": Text(zh="验收", en="Acceptance"),
    "settled": Text(zh="决算", en="Final accounts"),
    "evaluated": Text(zh="后评价", en="Post-evaluation"),
    "archived": Text(zh="归档", en="Archive"),
}
LIFE_OF_STAGE: dict[str, LifeKind] = {"contracted": "signed", "started": "started", "completed": "completed"}
APPROVERS = ("section", "dept_head", "leader", "finance")
_HEADS, _MONEY, _SECTION = ("dept_head", "leader"), ("finance", "leader"), ("section", "dept_head", "leader")
_PAPERS = {  # papers and approvers of a stage, the same for every kind of project
    "declared": (("project_proposal",), _SECTION),
    "reviewed": (("review_opinion",), _HEADS),
    "approved": (("approval",), _HEADS),
    "budgeted": (("budget_approval",), _MONEY),
    "funded": (("fund_notice",), _MONEY),
    "tendered": (("award_notice",), _HEADS),
    "contracted": (("contract",), _HEADS),
    "started": (("construction_permit", "start_report"), _HEADS),
    "building": (("progress_report",), _SECTION),
    "completed": (("completion_report",), _HEADS),
    "accepted": (("acceptance_certificate",), _HEADS),
    "settled": (("final_accounts",), _MONEY),
    "evaluated": (("evaluation_report",), _HEADS),
    "archived": (("archive_list",), _SECTION),
}


def _template(name: str, work_types: tuple[str, ...], needs: dict[str, tuple[str, ...]]) -> LifecycleTemplate:
    stages = tuple(
        StageRule(stage=stage, needs=before, documents=_PAPERS[stage][0], approver_roles=_PAPERS[stage][1])
        for stage, before in needs.items()
    )
    return LifecycleTemplate(name=name, version=1, work_types=work_types, stages=stages)


_BEGIN: dict[str, tuple[str, ...]] = {
    "declared": (),
    "reviewed": ("declared",),
    "approved": ("reviewed",),
    "budgeted": ("approved",),
    "funded": ("budgeted",),  # funds must be in place before work starts: 政府投资条例 Art 22
}
_END: dict[str, tuple[str, ...]] = {"evaluated": ("settled",), "archived": ("evaluated",)}
SHIPPED: tuple[LifecycleTemplate, ...] = (
    _template(
        "construction",
        ("new_build", "renovation", "road"),
        {
            **_BEGIN,
            "tendered": ("budgeted",),
            "contracted": ("tendered",),
            "started": ("contracted", "funded"),
            "building": ("started",),
            "completed": ("building",),
            "accepted": ("completed",),
            "settled": ("accepted",),
            **_END,
        },
    ),
    _template(
        "industry",
        ("industry",),
        {
            "declared": (),
            "reviewed": ("declared",),
            "contracted": ("reviewed",),
            "approved": ("contracted",),
            "budgeted": ("approved",),
            "funded": ("budgeted",),
            "started": ("approved",),
            "building": ("started",),
            "completed": ("building",),
            "accepted": ("completed", "funded"),
            "evaluated": ("accepted",),
            "archived": ("evaluated",),
        },
    ),
    _template(
        "service",
        ("service", "technology", "equipment"),
        {
            **_BEGIN,
            "tendered": ("budgeted",),
            "contracted": ("tendered",),
            "building": ("contracted", "funded"),
            "accepted": ("building",),
            "settled": ("accepted",),
            **_END,
        },
    ),
)


def spoken(stage: str) -> str:
    """A stage as messages name it: its code and its Chinese name."""
    name = STAGE_NAMES.get(stage)
    return f"{stage} ({name.zh})" if name else stage
