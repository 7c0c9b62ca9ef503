"""What results lead to, as data with versions: groups, shares, cuts, who decides, windows, limits, awards. Pure.

A version is in force for periods that begin on its day `since` or later: of a period that has begun, nothing changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from central.domain import Subject, Text
from central.evaluate.ranking import BOTTOM_BP, LEAST, TOP_BP, RankingTerms
from central.model_words import in_chinese
from central.scoring.refused import ScoringRefused

SCHEMA = "siteprogress.results/1"
_OWN = (  # what the checks of this table say, in Chinese
    (r"expected kinds \(of units\), roles \(of persons\) or members", "单位写 kinds, 个人写 roles, 或写 members"),
    (r"groups (.+): expected each id once", "各组编号不重复(现为 {0})"),
    (
        r"cuts from (.+) points: expected each once, the lowest at 60 or below",
        "各档起点不重复, 最低一档不高于 60 分(现为 {0})",
    ),
    (r"awards for (.+): expected groups among (.+)", "奖项的组(现有 {0})在以下之中: {1}"),
)
ConsequenceKind = Literal[
    "priority", "reasonable", "cut", "suspend", "deduction", "commendation", "talk", "reserve", "award", "other"
]
DecidingRole = Literal["leader", "finance", "dept_head"]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
Line = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]
Words = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"^[^\x00]+$")]
ShareBp = Annotated[int, Field(ge=1, le=5000)]


class Part(BaseModel):
    """Ground of the document's parts: closed and frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Name(Part):
    """A name or sentence in both languages."""

    zh: Words
    en: Words

    @property
    def text(self) -> Text:
        """As the core has it."""
        return Text(zh=self.zh, en=self.en)


class Group(Part):
    """Who is alike: units of these kinds of the organisation, or persons whose first role is one of these.

    `members` (names of units, user names) instead of all of them, where it is not empty.
    """

    id: Code
    name: Name
    subject: Literal["unit", "person"]
    kinds: tuple[Code, ...] = ()
    roles: tuple[Code, ...] = ()
    members: tuple[Line, ...] = ()

    @model_validator(mode="after")
    def _says_who(self) -> Group:
        if not (self.members or (self.kinds if self.subject == "unit" else self.roles)):
            raise ValueError("expected kinds (of units), roles (of persons) or members")
        return self


class Shares(Part):
    """From how many on a group is ranked; which shares are its bottom (rounded up) and its top (rounded down)."""

    least: Annotated[int, Field(ge=2, le=1000)] = LEAST
    bottom_bp: ShareBp = BOTTOM_BP
    top_bp: ShareBp = TOP_BP


class CutBand(Part):
    """From so many points on (within 中), a cut of this share of the budget is suggested."""

    from_points: Annotated[int, Field(ge=0, le=100)]
    cut_bp: Annotated[int, Field(ge=1, le=10_000)]


class AdjustmentTerms(Part):
    """Up to which change of a target (share of what it was), and how often a year, the plain approval suffices."""

    limit_bp: Annotated[int, Field(ge=1, le=10_000)] = 2000
    per_year: Annotated[int, Field(ge=0, le=100)] = 2


class AwardRule(Part):
    """An award: who of these groups (all, where there are none) has at most this rank and at least these points."""

    id: Code
    name: Name
    period: Literal["quarter", "year"]
    subject: Literal["unit", "person"]
    groups: tuple[Code, ...] = ()
    rank_most: Annotated[int, Field(ge=1, le=100)]
    points_least: Annotated[int, Field(ge=0, le=100)]
    criteria: Name


class ResultPolicy(Part):
    """One version of the table. `personnel`: the unit whose people read personal rankings and keep the reserve list."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    document_schema: Literal["siteprogress.results/1"] = Field(alias="schema")
    since: date
    groups: tuple[Group, ...]
    shares: Shares = Shares()
    cuts: tuple[CutBand, ...]
    deciders: Mapping[ConsequenceKind, DecidingRole]
    appeal_days: Annotated[int, Field(ge=1, le=60)] = 5
    adjustment: AdjustmentTerms = AdjustmentTerms()
    awards: tuple[AwardRule, ...] = ()
    personnel: Annotated[str, Field(max_length=128)] = ""
    version: Annotated[int, Field(exclude=True)] = 0

    @model_validator(mode="after")
    def _whole(self) -> ResultPolicy:
        ids = [group.id for group in self.groups]
        if len(set(ids)) != len(ids):
            raise ValueError(f"groups {ids}: expected each id once")
        floors = [band.from_points for band in self.cuts]
        if not floors or min(floors) > 60 or len(set(floors)) != len(floors):
            raise ValueError(f"cuts from {floors} points: expected each once, the lowest at 60 or below")
        unknown = {group for award in self.awards for group in award.groups} - set(ids)
        if unknown:
            raise ValueError(f"awards for {sorted(unknown)}: expected groups among {ids}")
        return self

    @property
    def terms(self) -> RankingTerms:
        """The shares, as ranking takes them."""
        return RankingTerms(least=self.shares.least, bottom_bp=self.shares.bottom_bp, top_bp=self.shares.top_bp)

    def decider_of(self, kind: ConsequenceKind) -> DecidingRole:
        """Which role decides on a kind of consequence; a leader where the table does not say."""
        return self.deciders.get(kind, "leader")

    def cut_of(self, points: float) -> int:
        """The cut (bp) that is suggested at so many points; the largest below the lowest band."""
        reached = [band for band in self.cuts if points >= band.from_points]
        if not reached:
            return max(band.cut_bp for band in self.cuts)
        return max(reached, key=lambda band: band.from_points).cut_bp

    @property
    def cut_most_bp(self) -> int:
        """The largest cut of the table: nobody decides on a larger one."""
        return max(band.cut_bp for band in self.cuts)


def groups_of(
    policy: ResultPolicy,
    subjects: Iterable[Subject],
    *,
    kinds: Mapping[str, frozenset[str]],
    roles: Mapping[str, frozenset[str]],
) -> dict[Subject, str]:
    """The group of each subject: the first of the table that fits; who fits none is in no group.

    `kinds` = kinds of units by name in the organisation, `roles` = roles by person.
    """
    found: dict[Subject, str] = {}
    for subject in subjects:
        held = kinds.get(subject.id) if subject.kind == "unit" else roles.get(subject.id)
        group = next((one for one in policy.groups if _fits(one, subject, held or frozenset())), None)
        if group is not None:
            found[subject] = group.id
    return found


def _fits(group: Group, subject: Subject, held: frozenset[str]) -> bool:
    if group.subject != subject.kind:
        return False
    if group.members:
        return subject.id in group.members
    return bool(held & set(group.kinds if group.subject == "unit" else group.roles))


def read_policy(document: Mapping[str, Any], *, version: int) -> ResultPolicy:
    """The table; ScoringRefused names the first fault by its place."""
    try:
        return ResultPolicy.model_validate({**document, "version": version})
    except ValidationError as broken:
        first = broken.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "document"
        what, expected = f"{first['input']!r}"[:80], str(first["msg"]).removeprefix("Value error, ")
        raise ScoringRefused(
            "unknown",
            Text(zh=f"结果应用办法 {where}: {what}", en=f"table of results, {where}: {what}"),
            where=f"policy.{where}",
            expected=Text(zh=in_chinese(expected, own=_OWN), en=expected),
        ) from broken


def policy_of(policies: Iterable[ResultPolicy], *, first: date) -> ResultPolicy:
    """The version in force for a period that begins on a day: the newest whose `since` is not after it."""
    fitting = [one for one in policies if one.since <= first]
    return max(fitting, key=lambda one: one.version) if fitting else SHIPPED


def _named(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


SHIPPED_DOCUMENT: Mapping[str, Any] = {
    "schema": SCHEMA,
    "since": "2000-01-01",
    "groups": [
        {"id": "streets", "name": _named("街道", "Streets"), "subject": "unit", "kinds": ["street"]},
        {"id": "departments", "name": _named("部门", "Departments"), "subject": "unit", "kinds": ["department"]},
        {"id": "institutions", "name": _named("事业单位", "Institutions"), "subject": "unit", "kinds": ["institution"]},
        {"id": "villages", "name": _named("社区和村居", "Communities and villages"), "subject": "unit",
         "kinds": ["community", "village"]},
        {"id": "heads", "name": _named("单位负责人", "Heads of units"), "subject": "person", "roles": ["dept_head"]},
        {"id": "sections", "name": _named("科长", "Section chiefs"), "subject": "person", "roles": ["section"]},
        {"id": "clerks", "name": _named("专员", "Clerks"), "subject": "person", "roles": ["clerk"]},
    ],
    "shares": {"least": LEAST, "bottom_bp": BOTTOM_BP, "top_bp": TOP_BP},
    "cuts": [
        {"from_points": 75, "cut_bp": 500},
        {"from_points": 70, "cut_bp": 1000},
        {"from_points": 65, "cut_bp": 1500},
        {"from_points": 60, "cut_bp": 2000},
    ],
    "deciders": {"priority": "finance", "reasonable": "finance", "cut": "finance", "suspend": "leader"},
    "appeal_days": 5,
    "adjustment": {"limit_bp": 2000, "per_year": 2},
    "awards": [
        {"id": "star", "name": _named("绩效之星", "Performance star"), "period": "year", "subject": "unit",
         "rank_most": 1, "points_least": 90,
         "criteria": _named("年度总评90分以上且在同类单位中排名第一", "90 points or more, first among its like")},
        {"id": "person-star", "name": _named("绩效之星(个人)", "Performance star (person)"), "period": "year",
         "subject": "person", "rank_most": 1, "points_least": 90,
         "criteria": _named("年度总评90分以上且在同岗位中排名第一", "90 points or more, first in the position")},
    ],
}  # fmt: skip
SHIPPED = read_policy(SHIPPED_DOCUMENT, version=0)
"""What holds where the district has set nothing: domain.md §4.10 and the numbers it names."""
